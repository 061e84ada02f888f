"""The score of each forecaster on each question whose outcome is known."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from operator import mul
from typing import NamedTuple

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from scenarios.analysis.daily_forecasts import ForecastArchive, archive, timelines_of
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.question_timelines import (
    Cluster,
    ExcludedQuestion,
    Figure,
    Line,
    QuestionTimeline,
    Spans,
    Unit,
    baseline,
    before,
    brier,
    days_after,
    log_score,
    peer,
    questions,
    stood,
    sweep,
    unit_of,
)
from scenarios.model import Analyst, Database, Outcome, ScenarioId, SetId
from scenarios.model.quantity import shortest
from scenarios.progress import Progress, unwatched


class QuestionFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Filter of questions: resolved within both dates, named, and with one of the tags."""

    since: date | None = None
    until: date | None = None
    scenarios: tuple[ScenarioId, ...] = ()
    tags: tuple[str, ...] = ()


def is_chosen(database: Database, unit: Unit, resolved: date, chosen: QuestionFilter) -> bool:
    """Return True if a scenario, or a set with any of its members, is selected."""
    return (
        (chosen.since is None or chosen.since <= resolved)
        and (chosen.until is None or resolved <= chosen.until)
        and (not chosen.scenarios or not set(chosen.scenarios).isdisjoint(unit))
        and (not chosen.tags or not set(chosen.tags).isdisjoint(tags_of(database, unit)))
    )


class QuestionScore(msgspec.Struct, frozen=True, kw_only=True):
    """One forecaster on one question; `common_brier`: where all of its own stood.

    A `set` is one question, and its `scenario` the member that occurred. Where a forecaster never
    had a figure for each member, a member is scored `alone`. An `early` one is in no mean yet. The
    `days_after` an early event of a constant hazard count with error 0.

    Of a `quantity`, `brier` is the mean Brier score over all thresholds, each as often as the prior
    expects values there, and `crps` is in its unit or in days; of a date both are those up to a day
    that is the same whatever happened. Its `value` is None while it is not known; `early` is one
    that is in no mean but that of what is scored so far.
    """

    scenario: ScenarioId
    set: SetId | None
    alone: bool
    outcome: Outcome | None
    forecaster: str
    brier: float
    log_score: float | None
    baseline: float | None
    peer: float | None
    coverage: float
    final_brier: float | None
    common_brier: float | None
    covered_days: int
    scored_days: int
    planned_days: int
    days_after: int
    early: bool
    quantity: bool | UnsetType = UNSET
    crps: float | UnsetType = UNSET
    value: float | str | UnsetType | None = UNSET

    @property
    def ending(self) -> str:
        """The outcome, or the value of a quantity; empty while it is not known."""
        value = self.value if self.quantity else None
        return self.outcome or (shortest(value) if isinstance(value, float) else f"{value or ''}")

    @property
    def question(self) -> Cluster:
        """The set or the scenario that is scored."""
        whole = self.set if self.set and not self.alone else None
        return whole is not None, whole or self.scenario


def every_question_score(odds: DailyLedgers, as_of: date) -> tuple[QuestionScore, ...]:
    """The rows of every question of a database whose outcome was known on a day."""
    pool = question_pool(archive(odds), as_of, QuestionFilter(), unwatched)
    return score_rows(pool.scored)


class QuantityPool(NamedTuple):
    """The scores of the chosen quantities, those not scored, and the number of `open` ones.

    `rows` are the forecasts of their rows by forecaster: probability, weight, and 1 if it happened.
    """

    scores: tuple[QuestionScore, ...] = ()
    excluded: tuple[ExcludedQuestion, ...] = ()
    open: int = 0
    rows: Mapping[str, Sequence[tuple[float, float, float]]] = {}


class EarlyQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question that was decided early, of a set the member that occurred: it waits `until`."""

    scenario: ScenarioId
    until: date
    outcome: Outcome


class QuestionPool(NamedTuple):
    """The chosen questions with an outcome: scored, not scored, early; and the `open` ones.

    `asked` are the scenarios of all, whatever the day of an outcome: it would choose events.
    """

    scored: list[QuestionTimeline[Figure]]
    excluded: list[ExcludedQuestion]
    early: list[EarlyQuestion]
    open: int
    asked: list[ScenarioId]


def question_pool(
    forecast_archive: ForecastArchive, as_of: date, chosen: QuestionFilter, progress: Progress
) -> QuestionPool:
    """The timelines of the chosen questions, and where the others are."""
    database, scored = forecast_archive.database, list[QuestionTimeline[Figure]]()
    excluded = [
        ExcludedQuestion(scenario=id, reason=f"withheld: {path} cannot be read")
        for id, path in database.withheld.items()
        if id not in database.scenarios
    ]
    units = dict.fromkeys(unit_of(database, id) for id in sorted(database.binary))
    early, asked, number_open = list[EarlyQuestion](), list[ScenarioId](), 0
    whenever = replace(chosen, since=None, until=None)
    for unit in progress(units, "scoring", len(units)):
        known = questions(database, unit, as_of)
        if database.withheld.keys().isdisjoint(unit) and is_chosen(database, unit, as_of, whenever):
            left = {*unit} - {each.scenario for each in known}
            number_open += any(database.scenarios[id].opened <= as_of for id in left)
            asked += unit
        ended = [each.resolved for each in known if each.outcome == known[0].outcome]
        if not known or not is_chosen(database, unit, max(ended), chosen):
            continue
        results = [*timelines_of(forecast_archive, unit, known)]
        excluded += (result for result in results if isinstance(result, ExcludedQuestion))
        own = [result for result in results if isinstance(result, QuestionTimeline)]
        scored += own
        if own and (until := known[0].until):
            id, outcome = known[0].scenario, known[0].outcome
            early.append(EarlyQuestion(scenario=id, until=until, outcome=outcome))
    excluded.sort(key=lambda row: row.scenario)
    return QuestionPool(scored, excluded, early, number_open, asked)


def score_rows(scored: Iterable[QuestionTimeline[Figure]]) -> tuple[QuestionScore, ...]:
    rows = (row for timeline in scored for row in question_scores(timeline))
    return tuple(sorted(rows, key=lambda row: row.scenario))


def question_scores(timeline: QuestionTimeline[Figure]) -> Iterator[QuestionScore]:
    """The row of each forecaster of a question who is not scored on its set instead."""
    asked, lines = timeline.question, timeline.lines
    happened = asked.outcome == "occurred"
    together = before((e - s, len(figures) == len(lines)) for s, e, figures in sweep(lines))
    peers = _peers(timeline, happened)
    for name in (name for name in lines if name not in timeline.in_set):
        spans: Spans = stood(lines[name])
        briers = [brier(figure, happened) for _, _, figure in spans]
        logs = [log_score(figure, happened) for _, _, figure in spans]
        gains = [baseline(figure, happened) for _, _, figure in spans]
        days = [end - start for start, end, _ in spans]
        shared = [together[end] - together[start] for start, end, _ in spans]
        last, after = timeline.last[name], days_after(asked, lines[name])
        common = sum(shared) + days_after(asked, *lines.values()) if any(shared) else 0
        yield QuestionScore(
            scenario=asked.scenario,
            set=asked.set,
            alone=asked.alone,
            outcome=asked.outcome,
            forecaster=name,
            brier=sum(map(mul, briers, days)) / (sum(days) + after),
            log_score=sum(map(mul, logs, days)) / (sum(days) + after),
            baseline=sum(map(mul, gains, days)) / asked.planned,
            peer=peers.get(name),
            coverage=sum(days) / asked.scored,
            final_brier=None if last is None else brier(last, happened),
            common_brier=sum(map(mul, briers, shared)) / common if common else None,
            covered_days=sum(days),
            scored_days=asked.scored,
            planned_days=asked.planned,
            days_after=after,
            early=asked.until is not None,
        )


def _peers(timeline: QuestionTimeline[Figure], happened: bool) -> dict[Analyst, float]:
    """Each analyst's `peer` over the planned days; of none where no day had two."""
    spans: dict[Analyst, Spans] = {n: stood(line) for n, line in timeline.analysts.items()}
    logs = {p: log_score(p, happened) for own in spans.values() for _, _, p in own}
    lines: dict[Analyst, Line] = {
        name: tuple((s, e, None if p is None else logs[p]) for s, e, p in line)
        for name, line in timeline.analysts.items()
    }
    # `peer` is linear in both scores, so its sum over a run of days needs only these two.
    runs = [(e - s, sum(f.values()), len(f)) for s, e, f in sweep(lines)]
    peers = before((days, peer(1, 0, n)) for days, _, n in runs)
    mean = before((days, peer(total / max(n, 1), 0, n)) for days, total, n in runs)
    return {
        name: sum(logs[p] * (peers[e] - peers[s]) - (mean[e] - mean[s]) for s, e, p in own)
        / timeline.question.planned
        for name, own in spans.items()
        if peers[-1] > 0
    }


def tags_of(database: Database, unit: Unit) -> tuple[str, ...]:
    """Tags of a scenario, or of any member of a set, each once."""
    return tuple(dict.fromkeys(tag for id in unit for tag in database.scenarios[id].tags))
