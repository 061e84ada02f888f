"""The records, in the field's words: frozen, and none of them knows its file.

The fields have the order of the keys in a new file. The text below each is its meaning, with
examples in JSON, from which the schemas, docs/files.md and the hints of editors are generated.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from scenarios import values
from scenarios.errors import Problem
from scenarios.model.quantity import QUANTITIES, MeasuredQuantity, Quantiles, shortest
from scenarios.model.tracker import Tracker as Tracker
from scenarios.values import (
    Analyst,
    Clarification,
    ConditionalPrior,
    EvidenceId,
    HazardEnded,
    Indicator,
    IndicatorId,
    IndicatorState,
    KeyNames,
    Letter,
    Outcome,
    Rating,
    Record,
    Retraction,
    ScenarioId,
    SetId,
    SourceId,
    ThemeId,
    lacks,
    words,
)
from scenarios.values import (
    Dependence as Dependence,
)

SheetId = str
Kind = Literal["tracker", "scenario", "evidence", "forecasts", "source", "proposal"]
IndicatorKey = tuple[ScenarioId, IndicatorId]
OWN_ID = "Only the id that STIX gave goes out."
NOT_OUT = "Who proposed it stays here."
PRIOR_ALONE = "A prior goes out as its probability and basis."


class Source(Record, frozen=True, kw_only=True):
    """Who says so, and how reliable they are. The file's name is the source's id."""

    name: Annotated[values.Title, KeyNames(also="source title")]
    """The source's name as people know it. Example: "TRT World"."""
    url: values.Url | None = None
    """Its home page; an address with http or https. Example: "https://www.trtworld.com"."""
    reliability: Letter
    """How reliable it has been, A (completely reliable), B (usually), C (fairly), D (not usually),
    E (unreliable), F (cannot be judged). Example: "C"."""
    reliability_basis: Annotated[values.Reason | None, KeyNames(also="basis")] = None
    """Why this letter: its record, its owner, its closeness to the facts. Example: "State-funded
    broadcaster; names the experts that it quotes"."""
    foreign: Annotated[
        values.Foreign, lacks(page="Only `show` and the tables tell ids.", stix=OWN_ID)
    ] = {}
    """Example: {"bibtex": "trtworld"}."""
    formerly: Annotated[
        values.Ids, lacks(page="A source has no page of its own.", stix=OWN_ID)
    ] = ()
    """The ids that it had before, oldest first; `scen rename` writes them. Example: ["trt"]."""


class Evidence(Record, frozen=True):
    """One thing observed, and how it bears on each scenario. Named by its date and a few words."""

    summary: Annotated[values.Summary, KeyNames(also="headline title")]
    """The observation, in one sentence of one's own. Example: "Putin and Xi meet in Beijing and
    declare a friendship without limits"."""
    observed: Annotated[values.Observed, KeyNames(also="observed_on date_observed happened")]
    """When it happened: a day (2022-02-04), a month (2021-12) or a year (2021). Examples:
    "2022-02-04", "2021-12", 2021."""
    recorded: Annotated[values.Date, KeyNames(also="recorded_on date_recorded")]
    """The day on which it entered this database, not before it can have been observed. Example:
    "2022-02-07"."""
    short: Annotated[values.Short | None, lacks(stix="A summary goes out whole.")] = None
    """A clause for headlines; absent, the summary's first. Example: "Russia invaded Ukraine"."""
    analyst: Analyst | None = None
    """Who recorded it. Example: "desk"."""
    source: SourceId | None = None
    """Who says so: the id of a file in sources/. Example: "kremlin"."""
    url: values.Url | None = None
    """Where it can be read; an address with http or https. Example:
    "https://www.example.org/joint-statement"."""
    reliability: Letter | None = None
    """The source's reliability for this item, A (completely reliable) to F (cannot be judged);
    absent, the source's own. Example: "B"."""
    credibility: Literal[1, 2, 3, 4, 5, 6] | None = None
    """The item's own credibility, 1 (confirmed) to 6 (cannot be judged); absent, 6. Example: 2."""
    origin: values.Label | None = None
    """Who it comes from in the end: items of one origin are one witness, however many outlets
    repeat it. Example: "kremlin-readout-2022-02-04"."""
    event: values.Label | None = None
    """The fact that is reported: several reports of one event are one fact, however many witnesses
    it has. Example: "beijing-joint-statement"."""
    theme: ThemeId | None = None
    """Its subject: a theme that tracker.yaml declares. Lines of one theme overlap more than
    others. Example: "institutions"."""
    attachment: Annotated[values.Attachment | None, lacks(stix="Files do not go out.")] = None
    """A saved copy of what the item rests on; `scen add-evidence --attach FILE` makes it."""
    corroborated_by: Annotated[values.EvidenceIds, lacks(stix="It does not go out.")] = ()
    """Independent items that say the same; what a credibility of 1 rests on. Example:
    ["2022-02-04-xinhua-readout"]."""
    quote: values.Line | None = None
    """Someone's exact words, where they are the evidence; short. Example: "Friendship between the
    two States has no limits"."""
    ratings: Annotated[dict[values.RatedId, Rating], KeyNames(also="rating")] = {}
    """For each scenario: how much more expected is this if the scenario happens than if it does
    not? A code (CC, C, N, I, II) or a likelihood ratio, 0.001 to 1000. Example:
    {"deeper-alignment": "CC", "military-pact": "C", "rupture": 0.1}."""
    indicators: Annotated[
        dict[values.IndicatorKey, IndicatorState], lacks(stix="Indicators do not go out.")
    ] = {}
    """Indicators that this item shows, as scenario/indicator: observed, emerging or reversed.
    Example: {"deeper-alignment/joint-statement": "observed"}."""
    notes: Annotated[values.Prose | None, KeyNames(also="note comment comments")] = None
    """Anything else worth keeping. Example: "The English text was published the same day."."""
    retracted: Retraction | None = None
    """Where the item turned out to be wrong: it is kept, and from that day it counts no longer."""
    supersedes: Annotated[values.EvidenceIds, lacks(stix="What it replaces is not named.")] = ()
    """Earlier readings of the same quantity, which it replaces. Example: ["2022-01-10-level"]."""
    foreign: Annotated[values.Foreign, lacks(stix=OWN_ID)] = {}
    """Example: {"icews": "2018-06-01/28500741"}."""
    proposed: Annotated[values.ProposalOrigin | None, lacks(stix=NOT_OUT)] = None
    """Who proposed it before a person accepted it; `scen inbox accept` writes it."""
    formerly: Annotated[values.EvidenceIds, lacks(stix=OWN_ID)] = ()
    """The ids that it had before, oldest first; `scen rename` and `scen edit` write them. Example:
    ["2022-02-03-no-limits"]."""

    def grade(self, sources: Mapping[SourceId, Source]) -> str:
        """The Admiralty grade, such as B2: its own letter, else its source's, else F."""
        source = sources.get(self.source) if self.source else None
        letter = self.reliability or (source.reliability if source else "F")
        return f"{letter}{self.credibility or 6}"


class Sheet(Record, frozen=True):
    """One analyst's probabilities on one day. The file's name is <date>-<analyst>."""

    date: values.Date
    """The day from which these forecasts stand. Example: "2022-02-07"."""
    analyst: Analyst
    """Whose forecasts these are. Example: "desk"."""
    probabilities: Annotated[values.Forecasts, Meta(min_length=1), values.EXPECTED] = {}
    """For each scenario the probability that it happens, 0.0001 to 0.9999; null withdraws. Example:
    {"deeper-alignment": 0.8, "military-pact": 0.04, "rupture": null}."""
    rationales: dict[ScenarioId, values.Prose] = {}
    """For each scenario, why the probability is what it is. Example: {"military-pact": "The
    statement names no mutual-defence duty."}."""
    evidence: Annotated[
        dict[ScenarioId, values.EvidenceIds],
        lacks(page="The review names the items.", stix="A day and a figure go out."),
    ] = {}
    """For each scenario, the evidence that moved the probability. Example: {"deeper-alignment":
    ["2022-02-04-no-limits"]}."""
    proposed: Annotated[
        dict[ScenarioId, values.ProposalOrigin],
        lacks(page="The audit tells who proposed a forecast.", stix=NOT_OUT),
    ] = {}
    """For each scenario whose probability was proposed: by whom, before the analyst accepted it.
    Example: {"military-pact": {"by": "agent", "name": "Desk agent", "on": "2022-02-05"}}."""
    quantiles: Annotated[
        dict[ScenarioId, Quantiles | None],
        Meta(min_length=1),
        lacks(page="Those of a quantity are on its page.", **QUANTITIES),
    ] = {}
    """For each quantity the values that it stays under with 10 % (p10), 50 % (p50) and so on, two
    to nine; null withdraws. Example: {"trade-2024": {"p10": 232, "p50": 243, "p90": 256}}."""

    @property
    def figures(self) -> Mapping[ScenarioId, float | dict[str, Any] | None]:
        """The probabilities, then the quantiles, each by its scenario."""
        return {**self.probabilities, **self.quantiles}


NONE_STATED = "Imported; none stated"
"""The basis of a prior that nobody gave."""


_BASIS = "–"
"""Stands where Python needs a default, behind keys with one; each file has the key."""


class Prior(Record, frozen=True):
    """The probability before the evidence, and what it rests on."""

    probability: Annotated[
        values.Prior, KeyNames(also="prior prior_probability"), values.EXPECTED
    ] = 0.0
    """The probability before the evidence below, 0.001 to 0.999; of a quantity `quantiles` stand
    instead. Example: 0.05."""
    basis: Annotated[values.Prose, KeyNames(also="basis prior_basis"), values.REQUIRED] = _BASIS
    """Why this number: the base rate or the reference class. Example: "No treaty in twenty years of
    partnership."."""
    reference: Annotated[
        values.ReferenceClass | None,
        lacks(stix=PRIOR_ALONE),
        words("it is {class: …, occurred: 3, cases: 40}: in 3 of 40 like cases it happened"),
    ] = None
    """How often it happened in like cases; `scen check --findings` compares the prior with it."""
    includes: Annotated[values.EvidenceIds, lacks(stix=PRIOR_ALONE)] = ()
    """Evidence that the basis already uses: it is shown and counts 0. Example:
    ["2021-12-15-leaders-speak-by-video"]."""
    hazard: Annotated[
        Literal["constant"] | None, KeyNames(column="hazard"), lacks(stix=PRIOR_ALONE)
    ] = None
    """constant: the question is whether something happens by the horizon, so its prior falls as
    time passes without it. Not in a set. Example: "constant"."""
    hazard_ended: Annotated[HazardEnded | None, lacks(stix=PRIOR_ALONE)] = None
    """From this day waiting says nothing any more, since the event has a date. Needs `hazard`."""
    given: Annotated[
        dict[ScenarioId, ConditionalPrior],
        Meta(min_length=1, max_length=1),
        lacks(stix=PRIOR_ALONE),
        words(
            "it names one other scenario and the prior in each case, like"
            " lethal-arms: {occurred: 0.2, did-not-occur: 0.02}"
        ),
    ] = {}
    """The prior under each outcome of one other scenario; `probability` lies between the two.
    Example: {"lethal-arms": {"occurred": 0.2, "did-not-occur": 0.02}}."""
    quantiles: Annotated[Quantiles | None, KeyNames(column=None), lacks(**QUANTITIES)] = None
    """Of a quantity: the values that it stays under with 10 % (p10), 50 % (p50) and so on, two to
    nine. Example: {"p10": 205, "p50": 240, "p90": 275}."""

    @property
    def is_filler(self) -> bool:
        """True if nobody gave this prior: an import filled it in."""
        return self.basis == NONE_STATED


class Resolution(Record, frozen=True):
    """The outcome: `date` is when it became known, `recorded` when it entered the database."""

    outcome: Annotated[Outcome, KeyNames(also="outcome resolution"), values.EXPECTED] = "annulled"
    """occurred, did-not-occur, or annulled where the question turned out to be unanswerable (then
    it is not scored); of a quantity `value` stands instead. Examples: "did-not-occur",
    "occurred"."""
    date: Annotated[
        values.Date,
        KeyNames(also="resolution_date resolved_on date_resolved"),
        values.REQUIRED,
    ] = date.min
    """The day on which the outcome became known; scoring ends here. Example: "2030-12-31"."""
    recorded: Annotated[values.Date, values.REQUIRED] = date.min
    """The day on which it entered this database, not before `date`. Example: "2031-01-03"."""
    basis: Annotated[values.Prose, KeyNames(also="resolution_basis"), values.REQUIRED] = _BASIS
    """How the criteria were applied. Example: "No treaty was signed."."""
    evidence: Annotated[
        values.EvidenceIds,
        lacks(page="`show` tells it.", stix="An outcome goes out with its basis."),
    ] = ()
    """The evidence on which the outcome rests. Example: ["2030-12-31-year-ends-without-treaty"]."""
    value: Annotated[
        float | Annotated[str, values.name(f"(later|{values.DAY})")] | None,
        KeyNames(column=None),
        lacks(**QUANTITIES),
        words("it is a number, a day like 2026-06-30, or later: not by the horizon"),
    ] = None
    """Of a quantity: the number, the day, or later: not by the horizon. Examples: 244.8,
    "2026-06-30", "later"."""

    @property
    def ending(self) -> str:
        """The outcome, or the value of a quantity: a number, a day, or `later`."""
        if self.value is None:
            return self.outcome
        return self.value if isinstance(self.value, str) else shortest(self.value)


class Scenario(Record, frozen=True, kw_only=True):
    """One scenario: a question with criteria, a horizon and a prior. The file's name is its id."""

    title: values.Title
    """The scenario in a few words. Example: "A formal military pact"."""
    short: Annotated[values.Short | None, lacks(stix="A title goes out whole.")] = None
    """The noun phrase by which sentences name it; absent, the title. Example: "a formal pact"."""
    question: values.Line
    """The question, so that it has a yes or a no on the horizon. Example: "Will a treaty of mutual
    military assistance be in force on 2030-12-31?"."""
    resolution_criteria: Annotated[
        values.Prose, KeyNames(also="criteria resolution_source_and_criteria")
    ]
    """How the question is decided, and where to look. Example: "A treaty, published by either side,
    that obliges each to give military assistance if the other is attacked."."""
    opened: Annotated[values.Date, KeyNames(also="open opens open_date opening_date")]
    """The day on which the question was first asked. Example: "2021-12-17"."""
    horizon: Annotated[values.Date, KeyNames(also="close closes close_date deadline resolve_by")]
    """The last day on which the scenario can happen, not before `opened`. Example: "2030-12-31"."""
    quantity: Annotated[
        MeasuredQuantity | None,
        KeyNames(column=None),
        lacks(**QUANTITIES),
        words("it is {kind: number, unit: …} or {kind: date}, with thresholds"),
    ] = None
    """The quantity of a question that asks how much, or when, in place of one with a yes or a no.
    Example: {"kind": "number", "unit": "billion dollars", "thresholds": [220, 240, 260]}."""
    set: SetId | None = None
    """The set to which the scenario belongs, as declared in tracker.yaml; exactly one member of a
    set occurs. Example: "relationship-2030"."""
    tags: Annotated[values.Ids, KeyNames(also="tag")] = ()
    """Words by which scenarios are grouped and found. Example: ["military"]."""
    prior: Prior
    """The probability before the evidence, and what it rests on."""
    implies: Annotated[values.Ids, lacks(stix="Links do not go out.")] = ()
    """Scenarios that must happen if this does: P(this) ≤ P(that). Example: ["deeper-alignment"]."""
    indicators: Annotated[
        dict[IndicatorId, Indicator], lacks(stix="Indicators do not go out.")
    ] = {}
    """The signs to watch for, each under its own id, with its ratings fixed before it is seen."""
    clarifications: Annotated[
        tuple[Clarification, ...], lacks(stix="Clarifications do not go out.")
    ] = ()
    """Later additions to the question; appended, never edited."""
    resolution: Annotated[Resolution | None, KeyNames(column=None)] = None
    """The outcome, once it is known."""
    foreign: Annotated[
        values.Foreign, lacks(page="Only `show` and the tables tell ids.", stix=OWN_ID)
    ] = {}
    """Example: {"metaculus": 8636}."""
    formerly: Annotated[values.Ids, lacks(stix=OWN_ID)] = ()
    """The ids that it had before, oldest first; `scen rename` writes them. Example: ["pact"]."""


class LazyEvidence(Mapping[EvidenceId, Evidence]):
    """Evidence decoded when asked for; `loaded` has each item with a former id or `supersedes`."""

    loaded: Mapping[EvidenceId, Evidence]
    bearing: Callable[[Database, Collection[ScenarioId]], list[EvidenceId]]


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
    def quantities(self) -> dict[ScenarioId, Scenario]:
        """The questions that ask how much, or when."""
        return {id: s for id, s in self.scenarios.items() if s.quantity is not None}

    @cached_property
    def binary(self) -> dict[ScenarioId, Scenario]:
        """The questions with a yes or a no; one without a probability is at fault, and in none."""
        every = self.scenarios
        own = {id: s for id, s in every.items() if s.prior.probability and not s.quantity}
        return every if len(own) == len(every) else own

    @cached_property
    def estimating(self) -> dict[ScenarioId, tuple[SheetId, ...]]:
        """The sheets that have quantiles of each quantity, by date."""
        by_scenario: dict[ScenarioId, list[SheetId]] = {}
        for _, id in sorted((s.date, id) for id, s in self.sheets.items() if s.quantiles):
            for scenario_id in self.sheets[id].quantiles:
                by_scenario.setdefault(scenario_id, []).append(id)
        return {scenario_id: tuple(ids) for scenario_id, ids in by_scenario.items()}

    @cached_property
    def members(self) -> dict[SetId, tuple[ScenarioId, ...]]:
        """The scenarios of each set, by id."""
        by_set: dict[SetId, list[ScenarioId]] = {}
        for id in sorted(self.scenarios):
            if set_id := self.scenarios[id].set:
                by_set.setdefault(set_id, []).append(id)
        return {set_id: tuple(ids) for set_id, ids in by_set.items()}

    @cached_property
    def listed(self) -> dict[SetId, tuple[ScenarioId, ...]]:
        """The scenarios of each set as people read them: by `opened`, numbers in ids, prior."""

        def order(id: ScenarioId) -> tuple[date, list[int], float]:
            scenario, numbers = self.scenarios[id], re.findall(r"\d+", id)
            return scenario.opened, [*map(int, numbers)], -scenario.prior.probability

        return {set_id: tuple(sorted(ids, key=order)) for set_id, ids in self.members.items()}

    @cached_property
    def signs(self) -> dict[ScenarioId, list[IndicatorKey]]:
        """The indicators that rate each scenario, of all scenarios."""
        signs: dict[ScenarioId, list[IndicatorKey]] = {}
        for owner, scenario in self.scenarios.items():
            for key, indicator in scenario.indicators.items():
                for id in indicator.ratings:
                    signs.setdefault(id, []).append((owner, key))
        return signs

    @cached_property
    def recorded(self) -> Counter[date]:
        """The number of items that were recorded on each day."""
        return Counter(item.recorded for item in self.evidence.values())

    @cached_property
    def speaking(self) -> dict[ScenarioId, tuple[SheetId, ...]]:
        """The sheets that speak of each scenario, by date."""
        by_scenario: dict[ScenarioId, list[SheetId]] = {}
        for _, id in sorted((sheet.date, id) for id, sheet in self.sheets.items()):
            for scenario_id in self.sheets[id].probabilities:
                by_scenario.setdefault(scenario_id, []).append(id)
        return {scenario_id: tuple(ids) for scenario_id, ids in by_scenario.items()}

    @cached_property
    def speakers(self) -> dict[ScenarioId, list[date]]:
        """The days on which the analysts first forecast each scenario, in order."""
        first = dict[ScenarioId, dict[Analyst, date]]()
        for id, sheets in self.speaking.items():
            days = first[id] = {}
            for sheet in map(self.sheets.__getitem__, sheets):
                days.setdefault(sheet.analyst, sheet.date)
        return {id: [*days.values()] for id, days in first.items()}

    @cached_property
    def hanging(self) -> dict[str, tuple[ScenarioId, ...]]:
        """The scenarios whose priors depend on one, and under `/` and its name those of a set."""
        by_name: dict[str, list[ScenarioId]] = {}
        for id, scenario in self.scenarios.items():
            sets = (f"/{scenario.set}",) if scenario.set is not None else ()
            for name in (*scenario.prior.given, *sets):
                by_name.setdefault(name, []).append(id)
        return {name: tuple(ids) for name, ids in by_name.items()}

    @cached_property
    def called_now(self) -> dict[tuple[Kind, str], str]:
        """The id of a record by its kind and each id that it had formerly."""
        items = self.evidence.loaded if isinstance(self.evidence, LazyEvidence) else self.evidence
        of: Any = {"scenario": self.scenarios, "evidence": items, "source": self.sources}
        return {
            (kind, old): id
            for kind, records in of.items()
            for id, record in records.items()
            for old in record.formerly
        }

    @cached_property
    def occurred(self) -> dict[SetId, tuple[ScenarioId, ...]]:
        """The members of a set with the recorded outcome `occurred`."""
        ended = {id: s.resolution.outcome for id, s in self.scenarios.items() if s.resolution}
        true = {id for id, outcome in ended.items() if outcome == "occurred"}
        return {name: tuple(id for id in ids if id in true) for name, ids in self.members.items()}
