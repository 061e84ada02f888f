"""The values that a key of a record may have: length, pattern, range, and the words for them.

Some have keys themselves, such as a reference class.
"""

import datetime as dt
from functools import lru_cache
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

SPACE = r"\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
"""The inside of a class of characters: `\\s` to ECMA 262, and so to the schemas."""


def words(message: str) -> Meta:
    """The message where a value is another than its type allows."""
    return Meta(extra_json_schema={"errorMessage": message})


def fixed(*always: str, **keys: tuple[str, float]) -> Meta:
    """A mapping that has these keys and no others, each with its meaning and an example.

    A key that is `always` the same has no other value than its example.
    """
    properties = {
        name: {"description": meaning, "examples": [example]}
        | ({"const": example} if name in always else {})
        for name, (meaning, example) in keys.items()
    }
    return Meta(extra_json_schema={"properties": properties})


def lacks(**places: str) -> Meta:
    """The places that do not tell of a key, `page` or `stix`, each with the reason."""
    return Meta(extra={"lacks": places})


class KeyNames(msgspec.Struct, frozen=True):
    """Names of a key where it is not read from its file.

    `column` is its name in the tables, by default its own behind that of the part; None if neither
    it nor its part has columns there. One with several values has a column if it `is_json`. `also`
    are the names of its column in an import, besides its own.
    """

    column: str | None = ""
    also: str = ""
    is_json: bool = False


REQUIRED = Meta(extra={"required": True})
"""A key that a file must have though a record can stand without it."""


EXPECTED = Meta(extra={"expected": True})
"""A key of every record that is no quantity; the checks of quantities report that it is missing."""


def text(longest: int) -> Meta:
    """A text that is not blank."""
    return Meta(pattern=f"[^{SPACE}]", max_length=longest)


def name(pattern: str, longest: int | None = None, message: str | None = None) -> Meta:
    """A text that matches from end to end."""
    # To Python alone, `$` is also before a last line end.
    extra = {"errorMessage": message} if message else None
    return Meta(pattern=rf"^{pattern}$(?!\n)", max_length=longest, extra_json_schema=extra)


ID = "[a-z][a-z0-9]*(-[a-z0-9]+)*"
LABEL = "[a-z0-9]+(-[a-z0-9]+)*"
DAY = "[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}"
OBSERVED = "[1-9][0-9]{3}(-[0-9]{2}){0,2}"
EVIDENCE_ID = "[1-9][0-9]{3}(-[0-9]{2})?(-[0-9]{2})?(-[a-z0-9]+)+"
Id = Annotated[
    str, name(ID, 80, "an id has small letters, digits and single hyphens, a letter first")
]
Ids = Annotated[tuple[Id, ...], Meta(extra_json_schema={"uniqueItems": True})]
EvidenceId = Annotated[
    str,
    name(
        EVIDENCE_ID,
        80,
        "evidence is named by its date and a few words, like 2022-02-04-no-limits",
    ),
]
EvidenceIds = Annotated[tuple[EvidenceId, ...], Meta(extra_json_schema={"uniqueItems": True})]
IndicatorKey = Annotated[
    str,
    name(
        f"{ID}/{ID}",
        161,
        "an indicator is named by its scenario and its own id, like military-pact/talks-announced",
    ),
]
"""`SCENARIO/INDICATOR`."""
Label = Annotated[str, name(LABEL, 80, "a name has small letters, digits and single hyphens")]
Title = Annotated[str, text(200)]
Summary = Annotated[str, text(500)]
Short = Annotated[str, text(100)]
Name = Annotated[str, text(300)]
Line = Annotated[str, text(1000)]
Reason = Annotated[str, text(2000)]
Prose = Annotated[str, text(10000)]
Url = Annotated[
    str,
    name(f"https?://[^{SPACE}/?#]+[^{SPACE}]*", 2000),
    words("an address begins with http:// or https:// and has no space in it"),
    KeyNames(also="address link"),
]
SourceOrUrl = Annotated[
    str,
    name(f"({ID}|https?://[^{SPACE}/?#]+[^{SPACE}]*)", 2000),
    words("it is the id of a source, or an address that begins with http:// or https://"),
]
_MOST_CASES = 1_000_000
Date = Annotated[
    dt.date,
    Meta(
        extra_json_schema={
            "pattern": f"^{DAY}$",
            "errorMessage": "a date is written like 2022-02-04",
        }
    ),
]
Observed = Annotated[
    str,
    name(OBSERVED),
    Meta(
        extra_json_schema={
            "anyOf": [
                {"type": "integer", "minimum": 1000, "maximum": 9999},
                {"type": "string", "pattern": "^[1-9][0-9]{3}(-(0[1-9]|1[0-2]))?$"},
                {"type": "string", "format": "date", "pattern": f"^{DAY}$"},
            ],
            "errorMessage": "a day is written like 2022-02-04, a month like 2022-02"
            " and a year like 2022",
        }
    ),
]
"""A day, a month or a year; a file may have a year as a number."""
Chance = Annotated[float, Meta(ge=0.0001, le=0.9999)]
Forecast = Annotated[
    Chance | None, words("a forecast is a number from 0.0001 to 0.9999, or null to withdraw")
]
Share = Annotated[float, Meta(ge=0, le=1)]
Prior = Annotated[float, Meta(ge=0.001, le=0.999), words("a prior is a number from 0.001 to 0.999")]
Column = Annotated[
    str, name("[A-Za-z_][A-Za-z0-9_]*", 80, "it must be a name of letters, digits and _")
]
Value = Annotated[str, text(200), words('a value to match is a text: quote a code, as in "036"')]
Foreign = Annotated[
    dict[
        Id,
        Annotated[
            Annotated[str, text(500)] | Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)],
            words("an id elsewhere is a text of at most 500 characters, or a whole number"),
        ],
    ],
    Meta(
        description="Its ids elsewhere, by system, each a text or a whole number and"
        " compared as text; `scen import` and `scen candidates` write and look for it."
    ),
    KeyNames(also="foreign_id"),
]

Code = Literal["CC", "C", "N", "I", "II"]
CODES: tuple[Code, ...] = get_args(Code)
Rating = Annotated[
    Code | Annotated[float, Meta(ge=0.001, le=1000)],
    words("a rating is CC, C, N, I or II, or a likelihood ratio from 0.001 to 1000"),
]
"""A consistency code, or a likelihood ratio from 0.001 to 1000."""
Letter = Literal["A", "B", "C", "D", "E", "F"]
_MORE, _LESS = (f"{word} expected if the scenario happens" for word in ("more", "less"))
DecibansByCode = Annotated[
    dict[Annotated[str, name("(CC|C|N|I|II)")], Annotated[float, Meta(ge=-100, le=100)]],
    Meta(min_length=5),
    fixed(
        "N",
        CC=(f"Strongly consistent: much {_MORE}. Decibans, 0 to 100.", 10),
        C=(f"Consistent: {_MORE}. Decibans, 0 to 100.", 5),
        N=("Neutral: equally expected either way; always 0.", 0),
        I=(f"Inconsistent: {_LESS}. Decibans, -100 to 0.", -5),
        II=(f"Strongly inconsistent: much {_LESS}. Decibans, -100 to 0.", -10),
    ),
]
ShareByLetter = Annotated[
    dict[Annotated[str, name("[A-F]")], Share],
    Meta(min_length=6),
    fixed(
        A=("The share kept for A, completely reliable. 0 to 1.", 1.0),
        B=("The share kept for B, usually reliable. 0 to 1.", 0.8),
        C=("The share kept for C, fairly reliable. 0 to 1.", 0.6),
        D=("The share kept for D, not usually reliable. 0 to 1.", 0.3),
        E=("The share kept for E, unreliable. 0 to 1.", 0.0),
        F=("The share kept for F, reliability cannot be judged. 0 to 1.", 0.4),
    ),
]
_NUMBER = r"-?[0-9]+(\.[0-9]+)?(e-[0-9]+)?"
ScenarioId = Id
RatedId = Annotated[
    str,
    name(
        f"{ID}(/({DAY}|{_NUMBER}))?",
        110,
        "an id has small letters, digits and single hyphens, a letter first; a threshold of a"
        " quantity stands behind it, like trade-2024/240",
    ),
]
"""A scenario, or a row of a quantity: `SCENARIO/THRESHOLD`."""
Forecasts = dict[
    Annotated[
        Id,
        words(
            "an id has small letters, digits and single hyphens, a letter first; a quantity and its"
            " rows are forecast under 'quantiles'"
        ),
    ],
    Forecast,
]
SourceId = Annotated[Id, KeyNames(column="source_id")]
SetId = Annotated[Id, KeyNames(column="set_id")]
ThemeId = Annotated[Id, KeyNames(column="theme_id")]
HalfLife = Annotated[float, Meta(ge=1, le=100_000, examples=[365])]
Analyst = Id
IndicatorId = Annotated[Id, Meta(examples=["talks-announced"])]
Outcome = Literal["occurred", "did-not-occur", "annulled"]
IndicatorState = Literal["observed", "emerging", "reversed"]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of one file or of a part of it; equal when the content is equal."""


class ReferenceClass(Record, frozen=True, rename={"class_": "class"}):
    """How often it happened in like cases: a base rate of (occurred + ½)/(cases + 1)."""

    class_: Line
    """The cases that count as like this one. Example: "Treaty talks between great powers that led
    to a treaty within nine years"."""
    occurred: Annotated[
        int, Meta(ge=0, le=_MOST_CASES), words("it is a number of cases, 0 or more, like 3")
    ]
    """The number of cases in which it happened, 0 to `cases`. Example: 3."""
    cases: Annotated[
        int, Meta(ge=1, le=_MOST_CASES), words("it is a number of cases, 1 or more, like 40")
    ]
    """The number of cases, 1 to 1,000,000. Example: 40."""
    source: SourceOrUrl | None = None
    """Who counted: the id of a file in sources/, or an address. Examples: "kremlin",
    "https://www.example.org/treaties"."""
    adjusted: Annotated[Reason | None, KeyNames(column="adjusted")] = None
    """Why the prior differs from the base rate, where its odds are more than twice or less than
    half as high. Example: "Neither side has had such a treaty since 1980"."""


class EventCount(Record, frozen=True):
    """From `at_least` matching rows within `window` days on, an indicator may be observed."""

    window: Annotated[
        str, name("[1-9][0-9]{0,3}d", message="a window is a number of days, like 7d")
    ]
    """Days that are counted together, 1d to 9999d. Example: "7d"."""
    at_least: Annotated[int, Meta(ge=1, le=1_000_000_000)]
    """The smallest number of rows. A whole number from 1. Example: 3."""


class Events(Record, frozen=True):
    """Rows to look for in an event store: a table, and the values that its columns must have."""

    table: Label
    """The kind of table, icews, gdelt or acled, or the name of one. Example: "icews"."""
    match: Annotated[dict[Column, Annotated[list[Value], Meta(min_length=1)]], Meta(min_length=1)]
    """The values that count, by column; a row has one of each. Example: {"cameo": ["190"]}."""
    count: EventCount | None = None
    """How many rows within how many days make it worth a look; absent, each row does."""


class Feed(Record, frozen=True):
    """News that is read when asked, and proposed for the inbox."""

    url: Annotated[
        str,
        name("https://[A-Za-z0-9.-]+(:[0-9]{1,5})?([/?][!-~]*)?", 2000),
        words("a feed's address begins with https:// and has plain letters, and no user, in it"),
    ]
    """The address of the feed, RSS or Atom. Example: "https://www.example.org/feed.xml"."""
    source: SourceId
    """Who says so: the id of a file in sources/. Example: "kremlin"."""
    match: Annotated[list[Value], KeyNames(is_json=True)] = []
    """Words of which a story has one, in whatever letter case; absent, every story is proposed.
    Example: ["Beijing", "Moscow"]."""
    since: Date | None = None
    """The first day of which stories are proposed. Example: "2022-01-01"."""


class GradeWeights(Record, frozen=True):
    """The share of a rating that a grade keeps, 0 to 1: the team's own table."""

    reliability: ShareByLetter
    """The share for each letter of a source's reliability, 0 to 1."""
    credibility: Annotated[
        list[Share],
        Meta(min_length=6, max_length=6),
        words("it needs six numbers, one for each credibility from 1 to 6"),
    ]
    """The share for each credibility, 1 (confirmed) to 6 (cannot be judged), in this order; six
    numbers, each 0 to 1. Example: [1.0, 0.8, 0.5, 0.2, 0.0, 0.4]."""

    def share(self, grade: str) -> float:
        """The share of its rating that an item of a grade keeps, 0 to 1."""
        return self.reliability[grade[0]] * self.credibility[int(grade[1]) - 1]


class Team(Record, frozen=True):
    """How the team's figure is made of those of its analysts."""

    extremize: Annotated[
        float,
        Meta(ge=0.5, le=3),
        words("it is a number from 0.5 to 3; 1 changes nothing"),
        KeyNames(column="extremize"),
    ] = 1.0
    """The factor by which the mean of the log odds of two or more analysts is multiplied,
    0.5 to 3; absent, 1. Over 1, the team's figure is further from even than their mean. `scen
    score` shows the factor that fits the record best. Example: 1.3."""
    recency: Annotated[
        Annotated[float, Meta(ge=0.01, le=10), words("it is a number from 0.01 to 10")] | None,
        KeyNames(column="recency"),
    ] = None
    """How soon an older forecast counts less: the age at which its weight in the mean is half, as a
    share of the days for which the question has been open, 0.01 to 10; absent, all weigh alike.
    Example: 0.25."""
    record: Annotated[
        Annotated[float, Meta(ge=0.001, le=60), words("it is a number from 0.001 to 60")] | None,
        KeyNames(column="record"),
    ] = None
    """How much more an analyst counts whose errors were smaller than the others' on the questions
    that have ended, 0.001 to 60; absent, all weigh alike. `scen score` shows the number that fits
    the record best. Example: 30."""


class Attachment(Record, frozen=True):
    """A saved copy of what an item rests on, by its path in the database and its SHA-256."""

    file: Annotated[
        str,
        name(r"attachments/[0-9a-f]{64}(\.[a-z0-9]{1,8})?"),
        words(
            "it must be attachments/, the SHA-256 of the file in 64 small hexadecimal digits,"
            " and its ending"
        ),
    ]
    """Its path in the database: attachments/, then its SHA-256 and its ending. Example:
    "attachments/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.pdf"."""
    sha256: Annotated[
        str,
        name("[0-9a-f]{64}", message="it must be 64 small hexadecimal digits"),
        lacks(page="The page names the file, and the digest is its name."),
    ]
    """The SHA-256 that the file must have. Example:
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"."""


class ProposalOrigin(Record, frozen=True, rename={"from_": "from"}):
    """Who proposed a record, before a person accepted it."""

    by: Annotated[Literal["feed", "events", "agent", "person"], KeyNames(column="proposed_by")]
    """A feed, an event store, an agent or a person. Examples: "agent", "feed", "events"."""
    name: Annotated[Name, KeyNames(column="proposed_name")]
    """The name of that feed, store, agent or person. Example: "Reuters Asia"."""
    on: Annotated[Date, KeyNames(column="proposed")]
    """The day on which it was proposed. Example: "2022-02-05"."""
    from_: Annotated[Line | None, KeyNames(column="proposed_from")] = None
    """The address or file that it was taken from. Examples: "Events of 2022-02-05.csv",
    "https://www.example.org/feed.xml"."""
    suggested: Annotated[Prose | None, KeyNames(column="suggested")] = None
    """The draft's ratings, grade or figure, seen only after the person's own. Example:
    "military-pact CC, grade B2"."""

    @property
    def rank(self) -> int:
        """A lower rank never edits, fills, hides or blocks what a higher one proposes."""
        return {"agent": 1, "person": 3}.get(self.by, 2)

    @property
    def who(self) -> str:
        """`feed Reuters Asia`."""
        return f"{self.by} {self.name}"

    def __str__(self) -> str:
        """`agent Desk on 2022-02-05, from https://www.example.org; suggested pact CC, grade B2`."""
        origin = f", from {self.from_}" if self.from_ else ""
        suggested = f"; suggested {self.suggested}" if self.suggested else ""
        return f"{self.who} on {self.on}{origin}{suggested}"


class Dependence(Record, frozen=True):
    """The correlation, 0 to 1, of two lines of one theme and of two lines of different themes."""

    within: Share
    """The correlation of two lines of one theme. 0 to 1, not below `between`. Example: 0.6."""
    between: Share
    """The correlation of two lines of different themes. 0 to 1. Example: 0.2."""


class Retraction(Record, frozen=True):
    """From this day an item counts no longer; it is kept all the same."""

    date: Annotated[Date, KeyNames(column="retracted")]
    """The day from which it counts no longer, not before `recorded`. Example: "2022-03-01"."""
    reason: Reason
    """Why it counts no longer. Example: "The outlet withdrew the report."."""


class HazardEnded(Record, frozen=True):
    """From this day waiting says nothing any more: the event has a date."""

    date: Annotated[Date, KeyNames(column="hazard_ended")]
    """The day on which the prior stops falling, not before `opened`. Example: "2023-08-28"."""
    reason: Annotated[Reason, lacks(page="`show` tells it.")]
    """The decision or announcement that fixed the date. Example: "The summit that decides was
    announced."."""


class ConditionalPrior(Record, frozen=True, rename="kebab"):
    """The prior under each outcome of another scenario, each 0.001 to 0.999."""

    occurred: Annotated[Prior, KeyNames(column="if_occurred")]
    """The prior if the other scenario occurs, 0.001 to 0.999. Example: 0.2."""
    did_not_occur: Annotated[Prior, KeyNames(column="if_did_not_occur")]
    """The prior if it does not, 0.001 to 0.999. Example: 0.02."""


class Indicator(Record, frozen=True):
    """Something watched for, and how each scenario would make it more or less expected."""

    statement: Annotated[Line, KeyNames(also="indicator")]
    """The sign to watch for, so that two people agree whether it was seen. Example: "Either foreign
    ministry confirms talks on a treaty with mutual military assistance"."""
    ratings: Annotated[dict[RatedId, Rating], Meta(min_length=1), KeyNames(also="rating")]
    """For each scenario: how much more expected is this if it happens than if not? A code or a
    likelihood ratio. Example: {"military-pact": "CC", "deeper-alignment": "I", "rupture": 0.1}."""
    added: Annotated[Date, lacks(page="`show` tells it.")]
    """The day on which the indicator was written down. Example: "2021-12-17"."""
    watch: Annotated[Line | None, lacks(page="`due` and the sitting tell where to look.")] = None
    """Where to look, how often, and who does. Example: "Foreign-ministry briefings"."""
    due: Date | None = None
    """The day by which it should be seen; after it, its absence counts. Example: "2026-12-31"."""
    if_absent: Rating | None = None
    """The rating of its absence after `due`: a code or a likelihood ratio. Examples: "I", 0.5."""
    chance: Annotated[Prior | None, words("a chance is a number from 0.001 to 0.999")] = None
    """Instead of `if_absent`: how probable it is, all in all, to be seen by `due`, 0.001 to 0.999;
    the rating of its absence follows. Example: 0.15."""
    theme: ThemeId | None = None
    """Its subject: a theme that tracker.yaml declares. Example: "military"."""
    events: Annotated[
        Events | None,
        KeyNames(is_json=True),
        lacks(page="`candidates` tells what it finds."),
    ] = None
    """The rows to look for in an event store: `scen candidates` lists them."""


class Clarification(Record, frozen=True):
    """An addition to a question, made later and without editing it."""

    date: Date
    """The day of the clarification. Example: "2022-03-01"."""
    text: Prose
    """The point that the question left open, now settled. Example: "A declaration alone is no
    treaty."."""


@lru_cache(maxsize=10_000)
def first_day(observed: str) -> dt.date:
    """The first day that a day, a month (2021-12) or a year (2021) can mean."""
    return dt.date.fromisoformat(f"{observed}-01-01"[:10])


def owner_of(id: str) -> ScenarioId:
    """The scenario of an id that may be that of a row, `SCENARIO/THRESHOLD`."""
    return id.partition("/")[0] or id


def indicator_key(text: str) -> tuple[str, str]:
    """`scenario/indicator` as its two parts."""
    scenario, _, indicator = text.partition("/")
    return scenario, indicator
