"""The records, in the field's words: frozen, and none of them knows its file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from scenarios import values
from scenarios.errors import Problem

ScenarioId = values.Id
IndicatorId = values.Id
EvidenceId = Annotated[str, values.name("[1-9][0-9]{3}(-[0-9]{2})?(-[0-9]{2})?(-[a-z0-9]+)+", 80)]
SheetId = str
SourceId = values.Id
SetId = values.Id
ThemeId = values.Id
Analyst = values.Id
Code = values.Code
Rating = values.Rating
Letter = values.Letter
first_day = values.first_day
indicator_key = values.indicator_key
Outcome = Literal["occurred", "did-not-occur", "annulled"]
IndicatorState = Literal["observed", "emerging", "reversed"]
Kind = Literal["tracker", "scenario", "evidence", "forecasts", "source"]
IndicatorKey = tuple[ScenarioId, IndicatorId]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one file, or a part of it, holds; equal when the content is equal."""


class GradeWeights(Record, frozen=True):
    """The share of a rating that a grade keeps, 0 to 1: the team's own table."""

    reliability: Annotated[dict[values.LetterText, values.Share], Meta(min_length=6)]
    credibility: Annotated[list[values.Share], Meta(min_length=6, max_length=6)]

    def share(self, grade: str) -> float:
        """What an item of a grade keeps of its rating."""
        return self.reliability[grade[0]] * self.credibility[int(grade[1]) - 1]


class Dependence(Record, frozen=True):
    """The correlation, 0 to 1, of two lines of one theme and of two lines of different themes."""

    within: values.Share
    between: values.Share


class Tracker(Record, frozen=True):
    """What is tracked, and by which conventions."""

    format: Literal[1] = 1
    id: values.Label | None = None
    title: Annotated[str, values.text(200)] = ""
    description: Annotated[str, values.text(10000)] = ""
    notice: Annotated[str, values.text(1000)] | None = None
    repository: values.Url | None = None
    review_every_days: Annotated[int, Meta(ge=1, le=3660)] = 7
    forecast_expires_days: Annotated[int, Meta(ge=1, le=36600)] | None = None
    estimative_language: Literal["icd-203", "phia"] = "icd-203"
    decibans: Annotated[dict[values.CodeText, values.Decibans], Meta(min_length=5)] = msgspec.field(
        default_factory=lambda: {"CC": 10.0, "C": 5.0, "N": 0.0, "I": -5.0, "II": -10.0}
    )
    grade_weights: GradeWeights | None = None
    evidence_dependence: values.Share | Dependence = 0.0
    rating_strength: Annotated[float, Meta(ge=0.1, le=2)] = 1.0
    themes: dict[ThemeId, Annotated[str, values.text(300)]] = {}
    analysts: dict[Analyst, Annotated[str, values.text(300)]] = {}
    sets: dict[SetId, Annotated[str, values.text(300)]] = {}

    @property
    def dependence(self) -> Dependence:
        """`evidence_dependence`; a single number holds within a theme and between themes."""
        told = self.evidence_dependence
        return told if isinstance(told, Dependence) else Dependence(within=told, between=told)


class HazardEnded(Record, frozen=True):
    """From this day waiting says nothing any more: the event has a date."""

    date: dt.date
    reason: Annotated[str, values.text(2000)]


class Given(Record, frozen=True, rename="kebab"):
    """The prior under each outcome of another scenario, each 0.001 to 0.999."""

    occurred: values.Prior
    did_not_occur: values.Prior


class Prior(Record, frozen=True):
    """The probability before the evidence, and what it rests on."""

    probability: values.Prior
    basis: Annotated[str, values.text(10000)]
    includes: tuple[EvidenceId, ...] = ()
    hazard: Literal["constant"] | None = None
    hazard_ended: HazardEnded | None = None
    given: Annotated[dict[ScenarioId, Given], Meta(min_length=1, max_length=1)] = {}


class EventCount(Record, frozen=True):
    """From `at_least` matching rows within `window` days on, an indicator may be observed."""

    window: Annotated[str, values.name("[1-9][0-9]{0,3}d")]
    at_least: Annotated[int, Meta(ge=1, le=1_000_000_000)]


class Events(Record, frozen=True):
    """What to look for in an event store: a table, and the values that its columns must have."""

    table: values.Label
    match: Annotated[
        dict[values.Column, Annotated[list[values.Value], Meta(min_length=1)]], Meta(min_length=1)
    ]
    count: EventCount | None = None


class Indicator(Record, frozen=True):
    """Something watched for, and how each scenario would make it more or less expected."""

    statement: Annotated[str, values.text(1000)]
    ratings: Annotated[dict[ScenarioId, Rating], Meta(min_length=1)]
    added: dt.date
    watch: Annotated[str, values.text(1000)] | None = None
    due: dt.date | None = None
    if_absent: Rating | None = None
    chance: values.Prior | None = None
    theme: ThemeId | None = None
    events: Events | None = None


class Clarification(Record, frozen=True):
    """What was added to a question later, without editing it."""

    date: dt.date
    text: Annotated[str, values.text(10000)]


class Resolution(Record, frozen=True):
    """The outcome: `date` is when it became known, `recorded` when it entered the database."""

    outcome: Outcome
    date: dt.date
    recorded: dt.date
    basis: Annotated[str, values.text(10000)]
    evidence: tuple[EvidenceId, ...] = ()


class Scenario(Record, frozen=True):
    """A question with criteria, a horizon and a prior."""

    title: Annotated[str, values.text(200)]
    question: Annotated[str, values.text(1000)]
    resolution_criteria: Annotated[str, values.text(10000)]
    opened: dt.date
    horizon: dt.date
    prior: Prior
    set: SetId | None = None
    tags: tuple[values.Id, ...] = ()
    implies: tuple[ScenarioId, ...] = ()
    indicators: dict[IndicatorId, Indicator] = {}
    clarifications: tuple[Clarification, ...] = ()
    resolution: Resolution | None = None
    foreign: values.Foreign = {}
    formerly: tuple[values.Id, ...] = ()


class Retraction(Record, frozen=True):
    """From this day an item counts no longer; it is kept all the same."""

    date: dt.date
    reason: Annotated[str, values.text(2000)]


class Attachment(Record, frozen=True):
    """A saved copy of what an item rests on, by its path in the database and its SHA-256."""

    file: Annotated[str, values.name(r"attachments/[0-9a-f]{64}(\.[a-z0-9]{1,8})?")]
    sha256: Annotated[str, values.name("[0-9a-f]{64}")]


class Evidence(Record, frozen=True):
    """One thing observed: `observed` is when it happened, `recorded` when we knew."""

    summary: Annotated[str, values.text(500)]
    observed: Annotated[str, values.name("[1-9][0-9]{3}(-[0-9]{2}){0,2}")]
    recorded: dt.date
    analyst: Analyst | None = None
    source: SourceId | None = None
    url: values.Url | None = None
    reliability: Letter | None = None
    credibility: Literal[1, 2, 3, 4, 5, 6] | None = None
    origin: values.Label | None = None
    event: values.Label | None = None
    theme: ThemeId | None = None
    attachment: Attachment | None = None
    corroborated_by: tuple[EvidenceId, ...] = ()
    quote: Annotated[str, values.text(1000)] | None = None
    ratings: dict[ScenarioId, Rating] = {}
    indicators: dict[values.IndicatorKey, IndicatorState] = {}
    notes: Annotated[str, values.text(10000)] | None = None
    retracted: Retraction | None = None
    foreign: values.Foreign = {}
    formerly: tuple[EvidenceId, ...] = ()

    def grade(self, sources: Mapping[SourceId, Source]) -> str:
        """The Admiralty grade, such as B2: its own letter, else its source's, else F."""
        source = sources.get(self.source) if self.source else None
        letter = self.reliability or (source.reliability if source else "F")
        return f"{letter}{self.credibility or 6}"


class Sheet(Record, frozen=True):
    """One analyst's probabilities on one day; None withdraws."""

    date: dt.date
    analyst: Analyst
    probabilities: Annotated[dict[ScenarioId, values.Chance | None], Meta(min_length=1)]
    rationales: dict[ScenarioId, Annotated[str, values.text(10000)]] = {}
    evidence: dict[ScenarioId, tuple[EvidenceId, ...]] = {}


class Source(Record, frozen=True):
    """Who says so, and how reliable they are."""

    name: Annotated[str, values.text(200)]
    reliability: Letter
    url: values.Url | None = None
    reliability_basis: Annotated[str, values.text(2000)] | None = None
    foreign: values.Foreign = {}
    formerly: tuple[values.Id, ...] = ()


class Database(msgspec.Struct, frozen=True, dict=True):
    """Every record that could be read, by id; of the `unreadable` files the first fault each."""

    tracker: Tracker
    scenarios: dict[ScenarioId, Scenario] = {}
    evidence: Mapping[EvidenceId, Evidence] = {}
    sheets: dict[SheetId, Sheet] = {}
    sources: dict[SourceId, Source] = {}
    withheld: dict[ScenarioId, str] = {}
    unreadable: tuple[Problem, ...] = ()

    @cached_property
    def members(self) -> dict[SetId, tuple[ScenarioId, ...]]:
        """The scenarios of each set, by id."""
        found: dict[SetId, list[ScenarioId]] = {}
        for id in sorted(self.scenarios):
            if set_id := self.scenarios[id].set:
                found.setdefault(set_id, []).append(id)
        return {set_id: tuple(ids) for set_id, ids in found.items()}

    @cached_property
    def speaking(self) -> dict[ScenarioId, tuple[SheetId, ...]]:
        """The sheets that speak of each scenario, by date."""
        found: dict[ScenarioId, list[SheetId]] = {}
        for _, id in sorted((sheet.date, id) for id, sheet in self.sheets.items()):
            for scenario_id in self.sheets[id].probabilities:
                found.setdefault(scenario_id, []).append(id)
        return {scenario_id: tuple(ids) for scenario_id, ids in found.items()}

    @cached_property
    def hanging(self) -> dict[str, tuple[ScenarioId, ...]]:
        """The scenarios whose priors depend on one, and under `/` and its name those of a set."""
        found: dict[str, list[ScenarioId]] = {}
        for id, scenario in self.scenarios.items():
            for other in scenario.prior.given:
                found.setdefault(other, []).append(id)
            if scenario.set is not None:
                found.setdefault(f"/{scenario.set}", []).append(id)
        return {name: tuple(ids) for name, ids in found.items()}

    @cached_property
    def called_now(self) -> dict[tuple[Kind, str], str]:
        """The id of a record by its kind and each id that it had formerly."""
        kinds: tuple[Kind, ...] = ("scenario", "evidence", "source")
        of: Any = zip(kinds, (self.scenarios, self.evidence, self.sources), strict=True)
        every = ((kind, *one) for kind, records in of for one in records.items())
        return {(kind, old): id for kind, id, record in every for old in record.formerly}

    @cached_property
    def occurred(self) -> dict[SetId, tuple[ScenarioId, ...]]:
        """Those of a set that are recorded to have occurred."""
        known = {id: s.resolution.outcome for id, s in self.scenarios.items() if s.resolution}
        return {
            set_id: tuple(id for id in ids if known.get(id) == "occurred")
            for set_id, ids in self.members.items()
        }
