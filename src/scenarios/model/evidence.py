"""Evidence with its sources, and the sheets of forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta

from scenarios import values
from scenarios.values import (
    FOREIGN,
    Analyst,
    EvidenceIds,
    Ids,
    IndicatorState,
    Letter,
    Line,
    Prose,
    Rating,
    Reason,
    Record,
    ScenarioId,
    SourceId,
    ThemeId,
    Title,
    key,
    lacks,
)

OWN_ID = "Only the id that STIX gave goes out."
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
"""Of a text that is `test`, in the examples."""


class Retraction(Record, frozen=True):
    """From this day an item counts no longer; it is kept all the same."""

    date: Annotated[
        values.Date,
        key(
            "The day from which it counts no longer. YYYY-MM-DD, not before `recorded`.",
            "2022-03-01",
        ),
    ]
    reason: Annotated[Reason, key("Why it counts no longer.", "The outlet withdrew the report.")]


class Attachment(Record, frozen=True):
    """A saved copy of what an item rests on, by its path in the database and its SHA-256."""

    file: Annotated[
        str,
        values.name(r"attachments/[0-9a-f]{64}(\.[a-z0-9]{1,8})?"),
        key(
            "Its path in the database: attachments/, then its SHA-256 and its ending.",
            f"attachments/{SHA256}.pdf",
            message="it must be attachments/, the SHA-256 of the file in 64 small hexadecimal"
            " digits, and its ending",
        ),
    ]
    sha256: Annotated[
        str,
        values.name("[0-9a-f]{64}", message="it must be 64 small hexadecimal digits"),
        key("The SHA-256 that the file must have.", SHA256),
        lacks(page="The page names the file, and the digest is its name."),
    ]


class Source(Record, frozen=True, kw_only=True):
    """Who says so, and how reliable they are. The file's name is the source's id."""

    name: Annotated[Title, key("The source's name as people know it.", "TRT World")]
    url: Annotated[
        values.Url | None,
        key("Its home page; an address with http or https.", "https://www.trtworld.com"),
    ] = None
    reliability: Annotated[
        Letter,
        key(
            "How reliable it has been, A (completely reliable), B (usually), C (fairly), D (not"
            " usually), E (unreliable), F (cannot be judged).",
            "C",
        ),
    ]
    reliability_basis: Annotated[
        Reason | None,
        key(
            "Why this letter: its record, its owner, its closeness to the facts.",
            "State-funded broadcaster; names the experts that it quotes",
        ),
    ] = None
    foreign: Annotated[
        values.Foreign,
        key(FOREIGN, {"bibtex": "trtworld"}),
        lacks(page="Only `show` and the tables tell ids.", stix=OWN_ID),
    ] = {}
    formerly: Annotated[
        Ids,
        key("The ids that it had before, oldest first; `scen rename` writes them.", ["trt"]),
        lacks(page="A source has no page of its own.", stix=OWN_ID),
    ] = ()


class Evidence(Record, frozen=True):
    """One thing observed, and how it bears on each scenario.

    The file's name is its date and a few words.
    """

    summary: Annotated[
        str,
        values.text(500),
        key(
            "What was observed, in one sentence of one's own.",
            "Putin and Xi meet in Beijing and declare a friendship without limits",
        ),
    ]
    observed: Annotated[
        values.Observed,
        key(
            "When it happened: a day (2022-02-04), a month (2021-12) or a year (2021).",
            *("2022-02-04", "2021-12", 2021),
        ),
    ]
    recorded: Annotated[
        values.Date,
        key(
            "The day on which it entered this database. YYYY-MM-DD, not before it can have been"
            " observed.",
            "2022-02-07",
        ),
    ]
    analyst: Annotated[Analyst | None, key("Who recorded it.", "desk")] = None
    source: Annotated[
        SourceId | None, key("Who says so: the id of a file in sources/.", "kremlin")
    ] = None
    url: Annotated[
        values.Url | None,
        key(
            "Where it can be read; an address with http or https.",
            "https://www.example.org/joint-statement",
        ),
    ] = None
    reliability: Annotated[
        Letter | None,
        key(
            "The source's reliability for this item, A (completely reliable) to F (cannot be"
            " judged); absent, the source's own.",
            "B",
        ),
    ] = None
    credibility: Annotated[
        Literal[1, 2, 3, 4, 5, 6] | None,
        key(
            "How likely the information itself is, 1 (confirmed by other sources) to 6 (cannot be"
            " judged); absent, 6.",
            *(1, 2),
        ),
    ] = None
    origin: Annotated[
        values.Label | None,
        key(
            "Who it comes from in the end: items of one origin are one witness, however many"
            " outlets repeat it.",
            "kremlin-readout-2022-02-04",
        ),
    ] = None
    event: Annotated[
        values.Label | None,
        key(
            "The fact that is reported: several reports of one event are one fact, however many"
            " witnesses it has.",
            "beijing-joint-statement",
        ),
    ] = None
    theme: Annotated[
        ThemeId | None,
        key(
            "What it is about: a theme that tracker.yaml declares. Lines of one theme overlap more"
            " than others.",
            "institutions",
        ),
    ] = None
    attachment: Annotated[
        Attachment | None,
        key(
            "A saved copy of what the item rests on, kept beside the records; `scen add-evidence"
            " --attach FILE` makes it."
        ),
        lacks(stix="Files do not go out."),
    ] = None
    corroborated_by: Annotated[
        EvidenceIds,
        key(
            "Independent items that say the same; what a credibility of 1 rests on.",
            ["2022-02-04-xinhua-readout"],
        ),
        lacks(stix="Corroboration does not go out."),
    ] = ()
    quote: Annotated[
        Line | None,
        key(
            "Someone's exact words, where they are the evidence; short.",
            "Friendship between the two States has no limits",
        ),
    ] = None
    ratings: Annotated[
        dict[ScenarioId, Rating],
        key(
            "For each scenario: how much more expected is this if the scenario happens than if it"
            " does not? A code (CC, C, N, I, II) or a likelihood ratio, 0.001 to 1000.",
            {"deeper-alignment": "CC", "military-pact": "C", "rupture": 0.1},
        ),
    ] = {}
    indicators: Annotated[
        dict[values.IndicatorKey, IndicatorState],
        key(
            "Indicators that this item shows, as scenario/indicator: observed, emerging or"
            " reversed.",
            {"deeper-alignment/joint-statement": "observed"},
        ),
        lacks(stix="Indicators do not go out."),
    ] = {}
    notes: Annotated[
        Prose | None,
        key("Anything else worth keeping.", "The English text was published the same day."),
    ] = None
    retracted: Annotated[
        Retraction | None,
        key(
            "Where the item turned out to be wrong: it is kept, and from that day it counts no"
            " longer."
        ),
    ] = None
    foreign: Annotated[
        values.Foreign, key(FOREIGN, {"icews": "2018-06-01/28500741"}), lacks(stix=OWN_ID)
    ] = {}
    formerly: Annotated[
        EvidenceIds,
        key(
            "The ids that it had before, oldest first; `scen rename` and `scen edit` write them.",
            ["2022-02-03-no-limits"],
        ),
        lacks(stix=OWN_ID),
    ] = ()

    def grade(self, sources: Mapping[SourceId, Source]) -> str:
        """The Admiralty grade, such as B2: its own letter, else its source's, else F."""
        source = sources.get(self.source) if self.source else None
        letter = self.reliability or (source.reliability if source else "F")
        return f"{letter}{self.credibility or 6}"


class Sheet(Record, frozen=True):
    """One analyst's probabilities on one day. The file's name is <date>-<analyst>."""

    date: Annotated[
        values.Date, key("The day from which these forecasts stand. YYYY-MM-DD.", "2022-02-07")
    ]
    analyst: Annotated[Analyst, key("Whose forecasts these are.", "desk")]
    probabilities: Annotated[
        dict[ScenarioId, values.Forecast],
        Meta(min_length=1),
        key(
            "For each scenario the probability that it happens, 0.0001 to 0.9999; null withdraws.",
            {"deeper-alignment": 0.8, "military-pact": 0.04, "rupture": None},
        ),
    ]
    rationales: Annotated[
        dict[ScenarioId, Prose],
        key(
            "For each scenario, why the probability is what it is.",
            {"military-pact": "The statement names no mutual-defence duty."},
        ),
    ] = {}
    evidence: Annotated[
        dict[ScenarioId, EvidenceIds],
        key(
            "For each scenario, the evidence that moved the probability.",
            {"deeper-alignment": ["2022-02-04-no-limits"]},
        ),
        lacks(
            page="The review names the items.", stix="A forecast goes out as its day and figure."
        ),
    ] = {}
