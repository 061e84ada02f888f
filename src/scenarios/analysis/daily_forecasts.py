"""Forecast of each forecaster on each scored day of a resolved question, or of a whole set."""

import math
from bisect import bisect, bisect_left
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial

from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import resolution, rivals
from scenarios.analysis.forecasts import pooled, records_of, share, weights
from scenarios.analysis.ledger.odds import Odds, OddsSource, changes_daily
from scenarios.analysis.question_timelines import (
    FIRST,
    IMPLIED,
    PRIOR,
    TEAM,
    ExcludedQuestion,
    Figure,
    ForecastHistory,
    Line,
    QuestionTimeline,
    ResolvedQuestion,
    Unit,
    dated_on,
    forecasts_of,
    line_of,
    stood,
    sweep,
    timeline_of_analysts,
    timelines,
)
from scenarios.model import ScenarioId
from scenarios.scales import decibans


class ForecastArchive(ForecastHistory, frozen=True, kw_only=True):
    """The forecasts of each question, and the ledger on each day.

    `means` keeps the mean forecast of each question, which its rivals need, by window.
    """

    odds: OddsSource
    means: dict[tuple[ScenarioId, date, int], Line]

    def on(self, question: ResolvedQuestion, day: int) -> Odds:
        """The ledger on a day of a question."""
        return self.odds.odds_on(question.opened + timedelta(day))


def archive(odds: OddsSource) -> ForecastArchive:
    database = odds.database
    return ForecastArchive(database=database, forecasts=forecasts_of(database), odds=odds, means={})


def timeline(archive: ForecastArchive, question: ResolvedQuestion) -> QuestionTimeline[float]:
    """Forecasts standing at the end of each scored day; none from the resolution on counts."""
    own = timeline_of_analysts(archive, question)
    stated = _stated(archive, question)
    ours = {
        TEAM: stated if len(own.analysts) > 1 else (),
        IMPLIED: _implied(archive, question),
        PRIOR: _prior(archive, question),
        FIRST: line_of({start: p for start, _, p in stood(stated)[:1]}, question),
    }
    if archive.database.scenarios[question.scenario].prior.is_filler:  # which nobody gave
        del ours[IMPLIED], ours[PRIOR]
    ours = {name: line for name, line in ours.items() if stood(line)}
    last = {**own.last, **{name: line[-1][2] for name, line in ours.items()}}
    return replace(own, ours=ours, last=last, stated=stated)


def timelines_of(
    archive: ForecastArchive, unit: Unit, known: Sequence[ResolvedQuestion]
) -> Iterator[QuestionTimeline[Figure] | ExcludedQuestion]:
    """The timeline of every forecaster on a set and each scenario, or why it is not scored."""
    return timelines(archive, unit, known, partial(timeline, archive))


def days_of_figures(odds: OddsSource, question: ResolvedQuestion) -> Sequence[int]:
    """The scored days on which its implied probability may change, always with the first."""
    days = range(question.scored)
    if changes_daily(odds.database, question.scenario):
        return days
    changes = {(on - question.opened).days for on in odds.changes(question.scenario)}
    return sorted(changes.intersection(days) | {0})


def _mean(archive: ForecastArchive, question: ResolvedQuestion, scenario_id: ScenarioId) -> Line:
    """The pooled figure of a scenario, over the days of the question."""
    window = scenario_id, question.opened, question.scored
    if window not in archive.means:
        lines = dated_on(archive, question, scenario_id)
        team, records = archive.database.tracker.team, records_of(archive.database)
        turns = [(on - question.opened).days for on in records.days]
        worth = {p: decibans(p) for line in lines.values() for _, _, (p, _) in stood(line)}
        later = (archive.database.scenarios[scenario_id].opened - question.opened).days
        marks: dict[int, float | None] = {}
        for start, end, current in sweep(lines):
            marks[start] = None
            figures = [figure for figure, _ in current.values()]
            # By recency the weights of two figures change daily, by records as questions end;
            # those of equal figures change nothing.
            days = [start, *turns[bisect(turns, start) : bisect_left(turns, end)]]
            if team.recency and len({*figures}) > 1:
                days = [*range(start, end)]
            for day in days if figures else ():
                ages = {name: day - since for name, (_, since) in current.items()}
                excess = records.on(question.opened + timedelta(day))
                own = weights(ages, day - later, team, excess)
                marks[day] = pooled(figures, team.extremize, own, worth.__getitem__)
        archive.means[window] = line_of(marks, question)
    return archive.means[window]


def _stated(archive: ForecastArchive, question: ResolvedQuestion) -> Line:
    """The stated probability at each day's end, as `forecasts.stated` has it."""
    means = {question.scenario: _mean(archive, question, question.scenario)}
    for rival in rivals(archive.database, question.scenario):
        mean = _mean(archive, question, rival)
        outcome = resolution(archive.database, rival)
        if outcome and outcome.outcome == "did-not-occur":
            # One that has left is waited for no longer, and adds nothing to the sum.
            left = (outcome.recorded - question.opened).days
            earlier = {start: figure for start, _, figure in mean if start < left}
            mean = line_of({**earlier, left: 0.0}, question)
        means[rival] = mean
    marks: dict[int, float | None] = {}
    for start, _, current in sweep(means):
        own = current.get(question.scenario)
        if own is not None and len(current) == len(means):
            own = share(own, math.fsum(current.values()))
        marks[start] = own
    return line_of(marks, question)


def _implied(archive: ForecastArchive, question: ResolvedQuestion) -> Line:
    """The ledger's implied probability; the lines change on few days, a hazard's prior daily."""
    id = question.scenario
    days = days_of_figures(archive.odds, question)
    return line_of({day: archive.on(question, day).implied(id) for day in days}, question)


def _prior(archive: ForecastArchive, question: ResolvedQuestion) -> Line:
    """The prior after `time` and before the evidence; as declared, whichever rivals have left."""
    id = question.scenario
    prior = archive.database.scenarios[id].prior
    days = range(question.scored if prior.given or prior.hazard else 1)
    return line_of({day: archive.on(question, day).steps(id).at_date for day in days}, question)
