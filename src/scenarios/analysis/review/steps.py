"""Steps of a stated probability, day by day, with the analyst or the cause of each."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Literal

import msgspec

from scenarios.analysis.evidence.knowledge import resolved, rivals
from scenarios.analysis.forecasts import Means, Stated, standing, standing_days, stated
from scenarios.analysis.period.period import ScenarioView, Window
from scenarios.model import Analyst, EvidenceId, ScenarioId
from scenarios.scales import decibans

StepCause = Literal[
    "joined", "withdrawal", "expiry", "outcome", "extremize", "normalisation", "restated"
]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a stated probability; `before` and `figure` are the team's around that day.

    An analyst's step has `own_before` and `own`, the reason and the evidence of the forecast; one
    who `joined` others had no figure before. A step without an analyst has a cause instead:
    `subjects` are the analysts of a `withdrawal` or an `expiry`, and the rivals of an `outcome` or
    a `normalisation`. `extremize` is `team.extremize`, changed, or where two stand and one did.
    """

    day: date
    before: float | None
    figure: float | None
    analyst: Analyst | None = None
    own_before: float | None = None
    own: float | None = None
    reason: str | None = None
    evidence: tuple[EvidenceId, ...] = ()
    cause: StepCause | None = None
    subjects: tuple[str, ...] = ()

    def size(self, way: float) -> float:
        """Decibans of an analyst's own step towards the sign of `way`; 0 or less against it."""
        before = self.before if self.own_before is None else self.own_before
        if self.own is None or before is None:
            return 0.0
        return (decibans(self.own) - decibans(before)) * (1 if way > 0 else -1)

    def shift(self, way: float) -> float:
        """Decibans of the team's step towards the sign of `way`."""
        if self.figure is None or self.before is None:
            return 0.0
        return (decibans(self.figure) - decibans(self.before)) * (1 if way > 0 else -1)


def steps(window: Window, view: ScenarioView, restated: StepCause = "restated") -> tuple[Step, ...]:
    """Steps of a scenario's stated probability inside the window, oldest first.

    A first step that comes from a changed record has the cause `restated`.
    """
    means: Means = {}
    taken: list[Step] = []
    if view.restated_stated and view.stated_before:
        now = stated(window.database, view.id, window.since, means)
        figure = now.probability if now else None
        was = view.stated_before.probability
        taken.append(Step(day=window.since, before=was, figure=figure, cause=restated))
    before = stated(window.database, view.id, window.since, means)
    for day in sorted(_days(window, view)):
        after = stated(window.database, view.id, day, means)
        taken += _on(window, view, day, before, after)
        before = after
    return tuple(taken)


def _days(window: Window, view: ScenarioView) -> set[date]:
    """Days on which something can change the figure: sheets, expiries and outcomes of its set."""
    database = window.database
    together = (view.id, *rivals(database, view.id))
    stands = standing_days(database.tracker)
    days: set[date] = set()
    for id in together:
        for sheet_id in database.speaking.get(id, ()):
            given = database.sheets[sheet_id].date
            days.add(given)
            if given.toordinal() + stands <= date.max.toordinal():
                days.add(given + timedelta(stands))
        if end := resolved(database, id, window.as_of):
            days.add(end.recorded)
    return {day for day in days if window.since < day <= window.as_of}


def _on(
    window: Window, view: ScenarioView, day: date, before: Stated | None, after: Stated | None
) -> Iterator[Step]:
    """Yield the analysts' steps on a day, or else those without an analyst."""
    database, id = window.database, view.id
    was, now = before.probability if before else None, after.probability if after else None
    step = partial(Step, day=day, before=was, figure=now)
    stood = standing(database, id, day - timedelta(1))
    forecasts = [forecast for forecast in view.given if forecast.date == day]
    for forecast in forecasts:
        own = stood.get(forecast.analyst)
        own_before = own.probability if own else None
        if forecast.probability is None:
            if own:
                yield step(cause="withdrawal", subjects=(forecast.analyst,))
        elif forecast.probability != own_before:
            yield step(
                analyst=forecast.analyst,
                own_before=own_before,
                own=forecast.probability,
                reason=forecast.rationale,
                evidence=tuple(
                    item
                    for item in forecast.evidence
                    if item in database.evidence and database.evidence[item].recorded <= day
                ),
                cause="joined" if own_before is None and stood else None,
            )
    gone = stood.keys() - standing(database, id, day).keys() - {f.analyst for f in forecasts}
    if gone:
        yield step(cause="expiry", subjects=tuple(sorted(gone)))
    elif before and after and before.pooled == after.pooled and was != now:
        cause, subjects = _by_the_set(window, view, day)
        yield step(cause=cause, subjects=subjects)
    if before and after and (len(before.analysts) > 1) != (len(after.analysts) > 1):
        yield from [step(cause="extremize")] * (database.tracker.team.extremize != 1)


def _by_the_set(
    window: Window, view: ScenarioView, day: date
) -> tuple[StepCause, tuple[ScenarioId, ...]]:
    """Cause of a step that came only from the rest of the set, with its subjects."""
    database, others = window.database, rivals(window.database, view.id)
    ends = [(id, resolved(database, id, day)) for id in others]
    if decided := tuple(id for id, end in ends if end and end.recorded == day):
        return "outcome", decided
    sheets = {id: [database.sheets[s].date for s in database.speaking.get(id, ())] for id in others}
    return "normalisation", tuple(id for id, days in sheets.items() if day in days)


def main_step(steps: Sequence[Step], way: float) -> Step | None:
    """The main step of a move: the quoted one, unless a step without an analyst is larger."""
    own = quoted(steps, way)
    others = [step for step in steps if step.analyst is None and step.shift(way) > 0]
    other = max(others, key=lambda step: (step.shift(way), step.day), default=None)
    if own and other:
        return own if own.shift(way) >= other.shift(way) else other
    return own or other


def quoted(steps: Sequence[Step], way: float) -> Step | None:
    """The analyst's step whose reason is quoted: the largest own step in the team's direction.

    Of equal steps the latest, then the first by analyst; those who joined come last. Forecasts
    that no longer stand are not quoted.
    """
    ends = [step for step in steps if step.cause in ("withdrawal", "expiry")]
    gone = {who: step.day for step in ends for who in step.subjects}
    taken = [step for step in steps if step.analyst and step.size(way) > 0]
    own = [step for step in taken if step.day >= gone.get(step.analyst or "", step.day)]
    return min(
        own,
        key=lambda s: (s.cause == "joined", -round(s.size(way), 9), -s.day.toordinal(), s.analyst),
        default=None,
    )
