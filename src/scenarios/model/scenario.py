"""A scenario with its prior, its indicators and its outcome."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from scenarios import values
from scenarios.values import (
    FOREIGN,
    EvidenceIds,
    Ids,
    IndicatorId,
    Line,
    Outcome,
    Prose,
    Rating,
    Reason,
    Record,
    ScenarioId,
    SetId,
    ThemeId,
    Title,
    key,
    lacks,
)

OWN_ID = "Only the id that STIX gave goes out."
PRIOR_ALONE = "A prior goes out as its probability and basis."


class HazardEnded(Record, frozen=True):
    """From this day waiting says nothing any more: the event has a date."""

    date: Annotated[
        values.Date,
        key(
            "The day on which the prior stops falling. YYYY-MM-DD, not before `opened`.",
            "2023-08-28",
        ),
    ]
    reason: Annotated[
        Reason,
        key("What fixed the date.", "The summit that decides was announced."),
        lacks(page="`show` tells it."),
    ]


class Given(Record, frozen=True, rename="kebab"):
    """The prior under each outcome of another scenario, each 0.001 to 0.999."""

    occurred: Annotated[
        values.Prior, key("The prior if the other scenario occurs, 0.001 to 0.999.", 0.2)
    ]
    did_not_occur: Annotated[values.Prior, key("The prior if it does not, 0.001 to 0.999.", 0.02)]


class Prior(Record, frozen=True):
    """The probability before the evidence, and what it rests on."""

    probability: Annotated[
        values.Prior, key("The probability before the evidence below, 0.001 to 0.999.", 0.05)
    ]
    basis: Annotated[
        Prose,
        key(
            "Why this number: the base rate or the reference class.",
            "No treaty in twenty years of partnership.",
        ),
    ]
    includes: Annotated[
        EvidenceIds,
        key(
            "Evidence that the basis already uses: it is shown and counts 0.",
            ["2021-12-15-leaders-speak-by-video"],
        ),
        lacks(stix=PRIOR_ALONE),
    ] = ()
    hazard: Annotated[
        Literal["constant"] | None,
        key(
            "constant: the question is whether something happens by the horizon, so its prior falls"
            " as time passes without it. Not in a set.",
            "constant",
        ),
        lacks(stix=PRIOR_ALONE),
    ] = None
    hazard_ended: Annotated[
        HazardEnded | None,
        key(
            "From this day waiting says nothing any more, since the event has a date. Needs"
            " `hazard`."
        ),
        lacks(stix=PRIOR_ALONE),
    ] = None
    given: Annotated[
        dict[ScenarioId, Given],
        Meta(min_length=1, max_length=1),
        key(
            "The prior under each outcome of one other scenario; `probability` lies between the"
            " two.",
            {"lethal-arms": {"occurred": 0.2, "did-not-occur": 0.02}},
            message="it names one other scenario and the prior in each case, like"
            " lethal-arms: {occurred: 0.2, did-not-occur: 0.02}",
        ),
        lacks(stix=PRIOR_ALONE),
    ] = {}


class EventCount(Record, frozen=True):
    """From `at_least` matching rows within `window` days on, an indicator may be observed."""

    window: Annotated[
        str,
        values.name("[1-9][0-9]{0,3}d", message="a window is a number of days, like 7d"),
        key("Days that are counted together, 1d to 9999d.", "7d"),
    ]
    at_least: Annotated[
        int,
        Meta(ge=1, le=1_000_000_000),
        key("The smallest number of rows. A whole number from 1.", 3),
    ]


class Events(Record, frozen=True):
    """What to look for in an event store: a table, and the values that its columns must have."""

    table: Annotated[
        values.Label,
        key("The kind of table, icews, gdelt or acled, or the name of one.", "icews"),
    ]
    match: Annotated[
        dict[values.Column, Annotated[list[values.Value], Meta(min_length=1)]],
        Meta(min_length=1),
        key(
            "The values that count, by column; a row has one of each.",
            {"cameo": ["190"], "source_country": ["RUS"]},
        ),
    ]
    count: Annotated[
        EventCount | None,
        key("How many rows within how many days make it worth a look; absent, each row does."),
    ] = None


class Indicator(Record, frozen=True):
    """Something watched for, and how each scenario would make it more or less expected."""

    statement: Annotated[
        Line,
        key(
            "What would be seen, so that two people agree whether it was.",
            "Either foreign ministry confirms talks on a treaty with mutual military assistance",
        ),
    ]
    ratings: Annotated[
        dict[ScenarioId, Rating],
        Meta(min_length=1),
        key(
            "For each scenario: how much more expected is this if the scenario happens than if it"
            " does not? A code or a likelihood ratio.",
            {"military-pact": "CC", "deeper-alignment": "I", "rupture": 0.1},
        ),
    ]
    added: Annotated[
        values.Date,
        key("The day on which the indicator was written down. YYYY-MM-DD.", "2021-12-17"),
        lacks(page="`show` tells it."),
    ]
    watch: Annotated[
        Line | None,
        key(
            "Where to look, how often, and who does.",
            "Joint statements; foreign-ministry briefings",
        ),
        lacks(page="`due` and the sitting tell where to look."),
    ] = None
    due: Annotated[
        values.Date | None,
        key(
            "The day by which it should have been seen; after it, its absence counts. YYYY-MM-DD.",
            "2026-12-31",
        ),
    ] = None
    if_absent: Annotated[
        Rating | None,
        key(
            "What its absence after `due` is worth for this scenario: a code or a likelihood"
            " ratio.",
            *("I", 0.5),
        ),
    ] = None
    chance: Annotated[
        values.Prior | None,
        key(
            "Instead of `if_absent`: how probable it is, all in all, to be seen by `due`, 0.001 to"
            " 0.999; what its absence is worth follows.",
            0.15,
            message="a chance is a number from 0.001 to 0.999",
        ),
    ] = None
    theme: Annotated[
        ThemeId | None, key("What it is about: a theme that tracker.yaml declares.", "military")
    ] = None
    events: Annotated[
        Events | None,
        key("What to look for in an event store: `scen candidates` lists it."),
        lacks(page="`candidates` tells what it finds."),
    ] = None


class Clarification(Record, frozen=True):
    """What was added to a question later, without editing it."""

    date: Annotated[values.Date, key("The day of the clarification. YYYY-MM-DD.", "2022-03-01")]
    text: Annotated[
        Prose,
        key(
            "What is now plain that was not.",
            "A joint declaration that is not ratified does not count as a treaty.",
        ),
    ]


class Resolution(Record, frozen=True):
    """The outcome: `date` is when it became known, `recorded` when it entered the database."""

    outcome: Annotated[
        Outcome,
        key(
            "occurred, did-not-occur, or annulled where the question turned out to be unanswerable"
            " (then it is not scored).",
            *("did-not-occur", "occurred"),
        ),
    ]
    date: Annotated[
        values.Date,
        key(
            "The day on which the outcome became known; scoring ends here. YYYY-MM-DD.",
            "2030-12-31",
        ),
    ]
    recorded: Annotated[
        values.Date,
        key(
            "The day on which it entered this database. YYYY-MM-DD, not before `date`.",
            "2031-01-03",
        ),
    ]
    basis: Annotated[Prose, key("How the criteria were applied.", "No treaty was signed.")]
    evidence: Annotated[
        EvidenceIds,
        key("The evidence on which the outcome rests.", ["2030-12-31-year-ends-without-treaty"]),
        lacks(page="`show` tells it.", stix="An outcome goes out with its basis."),
    ] = ()


class Scenario(Record, frozen=True, kw_only=True):
    """One scenario: a question with criteria, a horizon and a prior. The file's name is its id."""

    title: Annotated[Title, key("The scenario in a few words.", "A formal military pact")]
    question: Annotated[
        Line,
        key(
            "The question, so that it has a yes or a no on the horizon.",
            "Will a treaty of mutual military assistance be in force on 2030-12-31?",
        ),
    ]
    resolution_criteria: Annotated[
        Prose,
        key(
            "What decides the question, and where that will be looked up.",
            "A treaty, published by either side, that obliges each to give military assistance if"
            " the other is attacked.",
        ),
    ]
    opened: Annotated[
        values.Date,
        key("The day on which the question was first asked. YYYY-MM-DD.", "2021-12-17"),
    ]
    horizon: Annotated[
        values.Date,
        key(
            "The last day on which the scenario can happen. YYYY-MM-DD, not before `opened`.",
            "2030-12-31",
        ),
    ]
    set: Annotated[
        SetId | None,
        key(
            "The set to which the scenario belongs, as declared in tracker.yaml; exactly one member"
            " of a set occurs.",
            "relationship-2030",
        ),
    ] = None
    tags: Annotated[Ids, key("Words by which scenarios are grouped and found.", ["military"])] = ()
    prior: Annotated[Prior, key("The probability before the evidence, and what it rests on.")]
    implies: Annotated[
        Ids,
        key(
            "Scenarios that must also happen if this one does: P(this) is at most P(that).",
            ["deeper-alignment"],
        ),
        lacks(stix="Links do not go out."),
    ] = ()
    indicators: Annotated[
        dict[IndicatorId, Indicator],
        key(
            "What is watched for, each under its own id, with its ratings fixed before it is seen."
        ),
        lacks(stix="Indicators do not go out."),
    ] = {}
    clarifications: Annotated[
        tuple[Clarification, ...],
        key("What was added to the question later; appended, never edited."),
        lacks(stix="Clarifications do not go out."),
    ] = ()
    resolution: Annotated[Resolution | None, key("The outcome, once it is known.")] = None
    foreign: Annotated[
        values.Foreign,
        key(FOREIGN, {"metaculus": 8636}),
        lacks(page="Only `show` and the tables tell ids.", stix=OWN_ID),
    ] = {}
    formerly: Annotated[
        Ids,
        key("The ids that it had before, oldest first; `scen rename` writes them.", ["pact"]),
        lacks(stix=OWN_ID),
    ] = ()
