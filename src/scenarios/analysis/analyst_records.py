"""The record of each analyst: errors beside those of the others who stood, as known on a day."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from itertools import chain
from statistics import fmean

from scenarios.analysis.evidence.knowledge import AnalystRecords, resolution, whole_of
from scenarios.analysis.question_timelines import (
    Figure,
    ForecastHistory,
    QuestionTimeline,
    Unit,
    brier,
    days_after,
    forecasts_of,
    questions,
    sweep,
    timeline_of_analysts,
    timelines,
    unit_of,
)
from scenarios.model import Analyst, Database

_PRIOR_QUESTIONS = 20
"""Questions without any difference that a record begins with: few questions prove little."""


def analyst_records(database: Database) -> AnalystRecords:
    """The records of a database's analysts, computed once; a part of one has those of the whole."""
    kept = vars(whole_of(database))
    if "analyst_records" not in kept:
        kept["analyst_records"] = _records(whole_of(database))
    records: AnalystRecords = kept["analyst_records"]
    return records


def _records(database: Database) -> AnalystRecords:
    history = ForecastHistory(database=database, forecasts=forecasts_of(database))
    of = partial(timeline_of_analysts, history)
    ended: dict[date, list[QuestionTimeline[Figure]]] = {}
    for unit in dict.fromkeys(unit_of(database, id) for id in sorted(database.binary)):
        for timeline in timelines(history, unit, questions(database, unit, date.max), of):
            day = _first_day(database, unit)
            if isinstance(timeline, QuestionTimeline) and not timeline.question.alone and day:
                ended.setdefault(day, []).append(timeline)
    days = sorted(ended)
    sums, excess = dict[Analyst, tuple[float, int]](), [dict[Analyst, float]()]
    for timelines_of_day in map(ended.__getitem__, days):
        for analyst, own in chain.from_iterable(map(_excess, timelines_of_day)):
            total, n = sums.get(analyst, (0.0, 0))
            sums[analyst] = total + own, n + 1
        records = {name: total / (n + _PRIOR_QUESTIONS) for name, (total, n) in sums.items()}
        # A scored analyst who is called as one of ours has a longer name, `team (analyst)`.
        excess.append(records | {name.partition(" ")[0]: own for name, own in records.items()})
    new = {day: tuple(timeline.question.scenario for timeline in ended[day]) for day in days}
    return AnalystRecords(tuple(days), new, tuple(excess))


def _first_day(database: Database, unit: Unit) -> date | None:
    """The day from which a question with an outcome counts; None if there is none."""
    outcomes = (resolution(database, id) for id in unit)
    recorded = [outcome.recorded for outcome in outcomes if outcome]
    last = max(*recorded, *(database.scenarios[id].horizon for id in unit))
    return last + timedelta(1) if last < date.max else None


def _excess(timeline: QuestionTimeline[Figure]) -> Iterator[tuple[Analyst, float]]:
    """How much larger each analyst's time-averaged Brier was than the mean of those who stood."""
    asked, happened = timeline.question, timeline.question.outcome == "occurred"
    lines = timeline.analysts
    runs: Iterable[tuple[int, int, dict[Analyst, Figure]]] = sweep(lines)
    sums, days = dict.fromkeys(lines, 0.0), dict.fromkeys(lines, 0)
    for start, end, figures in runs:
        errors = {name: brier(p, happened) for name, p in figures.items()}
        mean = fmean(errors.values()) if errors else 0.0
        for name, error in errors.items():
            sums[name] += (end - start) * (error - mean)
            days[name] += end - start
    for name, line in lines.items():
        yield name, sums[name] / (days[name] + days_after(asked, line))
