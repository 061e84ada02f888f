"""The records, in the field's words: frozen, and none of them knows its file."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

ScenarioId = str
IndicatorId = str
EvidenceId = str
SheetId = str
SourceId = str
SetId = str
Analyst = str

Code = Literal["CC", "C", "N", "I", "II"]
Rating = Code | float
"""A consistency code, or a likelihood ratio from 0.001 to 1000."""
Letter = Literal["A", "B", "C", "D", "E", "F"]
Outcome = Literal["occurred", "did-not-occur", "annulled"]
IndicatorState = Literal["observed", "emerging", "reversed"]
Kind = Literal["tracker", "scenario", "evidence", "forecasts", "source"]

IndicatorKey = tuple[ScenarioId, IndicatorId]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one file, or a part of it, holds; equal when the content is equal."""


class GradeWeights(Record, frozen=True):
    """The share of a rating that a grade keeps, 0 to 1: the team's own table."""

    reliability: dict[str, float]
    credibility: list[float]


class Tracker(Record, frozen=True):
    """What is tracked, and by which conventions."""

    format: Literal[1] = 1
    title: str = ""
    description: str = ""
    review_every_days: int = 7
    forecast_expires_days: int | None = None
    estimative_language: Literal["icd-203", "phia"] = "icd-203"
    decibans: dict[str, float] = msgspec.field(
        default_factory=lambda: {"CC": 10.0, "C": 5.0, "N": 0.0, "I": -5.0, "II": -10.0}
    )
    grade_weights: GradeWeights | None = None
    evidence_dependence: float = 0.0
    sets: dict[SetId, str] = {}


class Prior(Record, frozen=True):
    """The probability before the evidence, and what it rests on."""

    probability: float
    basis: str
    includes: tuple[EvidenceId, ...] = ()
    hazard: Literal["constant"] | None = None


class Indicator(Record, frozen=True):
    """Something watched for, and how each scenario would make it more or less expected."""

    statement: str
    ratings: dict[ScenarioId, Rating]
    added: dt.date
    watch: str | None = None
    due: dt.date | None = None
    if_absent: Rating | None = None


class Clarification(Record, frozen=True):
    """What was added to a question later, without editing it."""

    date: dt.date
    text: str


class Resolution(Record, frozen=True):
    """The outcome: `date` is when it became known, `recorded` when it entered the database."""

    outcome: Outcome
    date: dt.date
    recorded: dt.date
    basis: str
    evidence: tuple[EvidenceId, ...] = ()


class Scenario(Record, frozen=True):
    """A question with criteria, a horizon and a prior."""

    title: str
    question: str
    resolution_criteria: str
    opened: dt.date
    horizon: dt.date
    prior: Prior
    set: SetId | None = None
    tags: tuple[str, ...] = ()
    implies: tuple[ScenarioId, ...] = ()
    indicators: dict[IndicatorId, Indicator] = {}
    clarifications: tuple[Clarification, ...] = ()
    resolution: Resolution | None = None


class Retraction(Record, frozen=True):
    """From this day an item counts no longer; it is kept all the same."""

    date: dt.date
    reason: str


class Evidence(Record, frozen=True):
    """One thing observed: `observed` is when it happened, `recorded` when we knew."""

    summary: str
    observed: str
    recorded: dt.date
    analyst: Analyst | None = None
    source: SourceId | None = None
    url: str | None = None
    reliability: Letter | None = None
    credibility: int | None = None
    origin: str | None = None
    event: str | None = None
    corroborated_by: tuple[EvidenceId, ...] = ()
    quote: str | None = None
    ratings: dict[ScenarioId, Rating] = {}
    indicators: dict[str, IndicatorState] = {}
    notes: str | None = None
    retracted: Retraction | None = None


class Sheet(Record, frozen=True):
    """One analyst's probabilities on one day; None withdraws."""

    date: dt.date
    analyst: Analyst
    probabilities: dict[ScenarioId, float | None]
    rationales: dict[ScenarioId, str] = {}
    evidence: dict[ScenarioId, tuple[EvidenceId, ...]] = {}


class Source(Record, frozen=True):
    """Who says so, and how reliable they are."""

    name: str
    reliability: Letter
    url: str | None = None
    reliability_basis: str | None = None


class Database(msgspec.Struct, frozen=True):
    """Every record that could be read, by id."""

    tracker: Tracker
    scenarios: dict[ScenarioId, Scenario] = {}
    evidence: dict[EvidenceId, Evidence] = {}
    sheets: dict[SheetId, Sheet] = {}
    sources: dict[SourceId, Source] = {}


def first_day(observed: str) -> dt.date:
    """The first day that a day, a month (2021-12) or a year (2021) can mean."""
    return dt.date.fromisoformat(f"{observed}-01-01"[:10])


def indicator_key(text: str) -> IndicatorKey:
    """`scenario/indicator` as its two parts."""
    scenario, _, indicator = text.partition("/")
    return scenario, indicator
