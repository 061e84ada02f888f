"""The tracker: its title, people, sets and conventions."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from string import ascii_uppercase
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from scenarios import values
from scenarios.values import (
    Analyst,
    Dependence,
    KeyNames,
    Record,
    SetId,
    ThemeId,
    lacks,
    words,
)

Role = Literal["reader", "proposer", "analyst", "editor"]
ROLES: tuple[Role, ...] = get_args(Role)
"""The roles in `scen serve --team`; each may do what those before it may."""
_ADDRESS = r"[A-Za-z0-9!#%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+"
"""One mailbox that every mail server takes: a comma would add a recipient."""
_Mail = Annotated[
    str, values.name(_ADDRESS, 254), words("it is an address such as asia@example.org")
]
_BARE = rf"[^{values.SPACE}\x00-\x1f\x7f]"
_Login = Annotated[
    str,
    values.name(rf"{_BARE}([^\x00-\x1f\x7f]*{_BARE})?", 254),
    words("it is one line without spaces around, as the sign-in sends it"),
]
_PRIVATE = lacks(
    restored="A copy that others may read has nobody's login, role or address.",
    search="Nobody is looked for by it.",
    page="A page names an analyst by the id.",
)


def folded_login(login: str) -> str:
    """A login as logins are compared: after NFC, with small ASCII letters, and nothing else."""
    small = {ord(letter): letter.lower() for letter in ascii_uppercase}
    return unicodedata.normalize("NFC", login).translate(small)


class DeclaredAnalyst(Record, frozen=True):
    """An analyst with what `scen serve --team` and `scen remind` need to know."""

    name: values.Name
    """The name that sentences and pages have. Example: "Asia desk"."""
    login: Annotated[_Login | None, _PRIVATE] = None
    """The name by which the organisation's sign-in knows the person, compared without regard to
    the case of ASCII letters. Example: "asia@example.org"."""
    role: Annotated[Role, _PRIVATE] = "analyst"
    """What the person may do on the team's server: a reader sees pages, a proposer fills the inbox,
    an analyst (as when absent) records evidence and forecasts, an editor everything else.
    Example: "editor"."""
    mail: Annotated[_Mail | None, _PRIVATE] = None
    """Where `scen remind` writes to; absent, the login where that is an address. Example:
    "asia@example.org"."""

    @property
    def address(self) -> str | None:
        """The mail address, else the login where that is one."""
        is_address = re.fullmatch(_ADDRESS, self.login or "")
        return self.mail or (self.login if is_address else None)


class Tracker(Record, frozen=True):
    """The subject that is tracked and the conventions; one tracker.yaml for each database."""

    format: Annotated[
        Literal[1],
        values.REQUIRED,
        values.words("it must be 1, the format of this scen; a later one needs a later scen"),
    ] = 1
    """The version of this file format. Example: 1."""
    id: Annotated[
        values.Label | None, KeyNames(column="tracker_id"), lacks(page="Exports show it.")
    ] = None
    """Whose exports these are; no export replaces that of another. `scen init` writes it; a fork
    takes its own. Absent: the first commit's, without a repository the title. Example:
    "7f3a9c21d0e4"."""
    title: Annotated[values.Title, values.REQUIRED] = ""
    """The subject of the whole tracker, in a few words. Example: "China–Russia alignment"."""
    description: values.Prose = ""
    """The purpose of the tracker, how its numbers came about, and what a reader must know. Example:
    "How close will China and Russia get by 2030? Reviewed every Monday."."""
    notice: values.Line | None = None
    """A warning to read before anything else; it stands at the top of every report. Example:
    "Written with hindsight; proves no skill."."""
    hindsight: Annotated[bool, lacks(page="The page of scores tells it.")] = False
    """true: written after the fact, so `scen score` claims no skill. Example: true."""
    repository: values.Url | None = None
    """Where this folder's files can be seen: pages put a file's path behind it. Example:
    "https://github.com/owner/name/blob/main/scenarios"."""
    address: Annotated[values.Url | None, lacks(page="Mails link there.")] = None
    """Where people open the team's server: the mails of `scen remind` lead to its sitting.
    Example: "https://desk.example.org/scen/"."""
    review_every_days: Annotated[int, Meta(ge=1, le=3660)] = 7
    """Days from one review to the next; the weekly report looks back this far. Example: 7."""
    forecast_expires_days: Annotated[int, Meta(ge=1, le=36600)] | None = None
    """Days that a forecast stands; absent, until it is changed or withdrawn. Example: 180."""
    estimative_language: Literal["icd-203", "phia"] = "icd-203"
    """Whose words go with a probability: icd-203 (US) or phia (UK). Examples: "phia", "icd-203"."""
    decibans: values.DecibansByCode = msgspec.field(
        default_factory=lambda: {"CC": 10.0, "C": 5.0, "N": 0.0, "I": -5.0, "II": -10.0}
    )
    """The decibans of each rating, 10·log10 of its likelihood ratio; CC ≥ C ≥ 0 ≥ I ≥ II."""
    grade_weights: values.GradeWeights | None = None
    """The share of a rating that a grade keeps. Absent, grades are shown and not applied."""
    evidence_dependence: Annotated[
        values.Share | Dependence,
        KeyNames(column=None),
        words("it is a number from 0 to 1, or {within: 0.6, between: 0.2}, each from 0 to 1"),
    ] = 0.0
    """How alike lines of evidence about one question are, 0 independent (as when absent) to 1 the
    same: within one theme and between themes, or one number for both. Examples: {"within": 0.6,
    "between": 0.2}, 0.5."""
    rating_strength: Annotated[float, Meta(ge=0.1, le=2)] = 1.0
    """The factor by which every rating is multiplied, 0.1 to 2; absent, 1. `scen score` shows the
    factor that fits the record best. Example: 0.7."""
    half_life_days: Annotated[
        values.HalfLife
        | dict[Annotated[ThemeId, Meta(examples=["energy"])], values.HalfLife]
        | None,
        KeyNames(is_json=True),
        words("it is a number from 1 to 100000, or {default: 1095, energy: 365}, each 1 to 100000"),
    ] = None
    """The days in which a line of evidence comes to count half: a number, or one for each theme,
    with `default` for the others. Absent, evidence does not age. Examples: 730, {"default": 1095,
    "energy": 365}."""
    team: values.Team = values.Team()
    """How the team's figure is made of its analysts'. Example: {"extremize": 1.3}."""
    themes: dict[ThemeId, values.Name] = {}
    """The subjects of evidence: an id and a title each. Lines of one theme overlap more than lines
    of different themes. Example: {"energy": "Gas, oil and pipelines"}."""
    extensions: Annotated[
        values.Ids, KeyNames(is_json=True), lacks(page="`scen check` names one that is absent.")
    ] = ()
    """The extensions whose rules, findings and tables it wants. Example: ["house-rules"]."""
    feeds: Annotated[
        dict[Annotated[values.Id, Meta(examples=["asia"])], values.Feed],
        lacks(page="The inbox names the feed of a proposal."),
    ] = {}
    """Feeds of news, by ids of the team's own; `scen inbox fetch` reads them when asked."""
    analysts: Annotated[
        dict[
            Analyst,
            Annotated[
                values.Name | DeclaredAnalyst,
                words("it is a name, or {name: Asia desk, mail: asia@example.org}"),
            ],
        ],
        lacks(page="A page names an analyst by the id."),
    ] = {}
    """Who forecasts here: an id and a name, or with login, role and mail for a team. Once some are
    declared, nobody else is accepted. Example: {"desk": "The desk"}."""
    sets: dict[SetId, values.Name] = {}
    """The sets of mutually exclusive and exhaustive scenarios: an id and what they divide. Example:
    {"relationship-2030": "Form of the relationship on 31 December 2030"}."""

    @property
    def name(self) -> str:
        """The title, or "Scenarios" without one."""
        return self.title or "Scenarios"

    @property
    def dependence(self) -> Dependence:
        """`evidence_dependence`; a single number holds within a theme and between themes."""
        value = self.evidence_dependence
        return value if isinstance(value, Dependence) else Dependence(within=value, between=value)

    @property
    def standing_days(self) -> int:
        """Days on which a forecast stands, from its own; unlimited without expiry."""
        expiry = self.forecast_expires_days
        return date.max.toordinal() if expiry is None else expiry + 1

    @property
    def people(self) -> dict[Analyst, DeclaredAnalyst]:
        """The declared analysts; of a bare name that name."""
        return {
            id: DeclaredAnalyst(name=each) if isinstance(each, str) else each
            for id, each in self.analysts.items()
        }

    def analyst_name(self, id: Analyst | None) -> str:
        """The declared name of an analyst, else the id; '' for nobody."""
        declared = self.people.get(id or "")
        return declared.name if declared else id or ""

    def half_life(self, theme: ThemeId | None) -> float | None:
        """The half-life of lines of a theme, in days; None where they do not age."""
        days = self.half_life_days
        return days.get(theme or "", days.get("default")) if isinstance(days, dict) else days
