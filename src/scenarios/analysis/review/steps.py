"""The steps of a stated probability, the reason quoted of them, and the evidence since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Literal

import msgspec

from scenarios.analysis.evidence.knowledge import last_open_day, resolved, rivals
from scenarios.analysis.forecasts import (
    Means,
    SheetForecast,
    StandingForecast,
    StatedProbability,
    current_forecasts,
    records_of,
    stated,
    stated_days,
)
from scenarios.analysis.period.period import ScenarioView, Window
from scenarios.analysis.review.causes import CauseFinder, ChangeCause, main_causes
from scenarios.model import Analyst, Database, EvidenceId
from scenarios.scales import decibans, has_moved

StepCause = Literal[
    "withdrawal", "expiry", "outcome", "extremize", "normalisation", "recency", "record"
]
_OF_STEP = 1 / 3
"""Share of a step, in decibans, from which a cause of the evidence is told beside it."""


class StatedStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a stated probability; `team_from` and `team_to` stood around its day.

    An analyst's step leads from the figure of theirs that stood before, set on `previous_date`, to
    the new one; a first forecast has no previous one. A step without an analyst has a cause:
    `subjects` are the analysts of a `withdrawal` or an `expiry`, the rivals of an `outcome` or a
    `normalisation`, and the ended questions that count from the day of a `record` on. A `recency`
    step has gathered by its day, the last before another step.
    """

    date: dt.date
    analyst: Analyst | None = None
    previous: float | None = None
    previous_date: dt.date | None = None
    probability: float | None = None
    rationale: str | None = None
    evidence: tuple[EvidenceId, ...] = ()
    team_from: float | None
    team_to: float | None
    cause: StepCause | None = None
    subjects: tuple[str, ...] = ()

    def size(self, way: float) -> float:
        """Decibans of an analyst's step towards the sign of `way`; 0 or less against it."""
        before = self.team_from if self.previous is None else self.previous
        if self.probability is None or before is None:
            return 0.0
        return (decibans(self.probability) - decibans(before)) * (1 if way > 0 else -1)


class StepReason(msgspec.Struct, frozen=True, kw_only=True):
    """The reason quoted for a stated move: whose it is, and the items that the step cites."""

    analyst: Analyst
    text: str
    evidence: tuple[EvidenceId, ...]


class EvidenceSince(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Implied probability since the earliest figure that the steps replaced, with its main cause.

    The cause goes the way of the step that is told, is at least a third of it, and was known by its
    day; else it is None.
    """

    date: dt.date
    from_: float
    to: float
    because: ChangeCause | None


class StatedMove(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A stated probability over the window, with its steps, the reason and the look-back.

    `evidence_since` stands only where no step cites anything.
    """

    from_: float | None
    to: float | None
    analysts: int
    steps: tuple[StatedStep, ...]
    reason: StepReason | None
    evidence_since: EvidenceSince | None

    @property
    def cited(self) -> tuple[EvidenceId, ...]:
        """The items that the steps cite, those of the quoted step first."""
        first = self.reason.evidence if self.reason else ()
        others = (id for step in self.steps for id in step.evidence)
        return tuple(dict.fromkeys((*first, *others)))

    @property
    def is_own(self) -> bool:
        """True if an analyst moved it, who had forecast it before or joined others."""
        return self.from_ is not None and any(step.analyst for step in self.steps)


def stated_move(
    window: Window, view: ScenarioView, finder: CauseFinder | None
) -> StatedMove | None:
    """Return what we say of a scenario over the window; None where nobody's forecast stood.

    Without a `finder` the evidence since then is left out.
    """
    means: Means = {}
    was = stated(window.database, view.id, window.since, means) if view.odds_before else None
    now, taken = view.stated, steps(window, view, means)
    if was is None and now is None and not taken:
        return None
    before, after = was.probability if was else None, now.probability if now else None
    way = after - before if before is not None and after is not None else 0.0
    step = quoted(taken, way)
    reason = None
    if step and step.rationale and step.analyst:
        reason = StepReason(analyst=step.analyst, text=step.rationale, evidence=step.evidence)
    since = None
    if finder and not any(step.evidence for step in taken):
        since = _evidence_since(view, taken, step, finder)
    return StatedMove(
        from_=before,
        to=after,
        analysts=len(now.analysts) if now else 0,
        steps=taken,
        reason=reason,
        evidence_since=since,
    )


def quoted(steps: Sequence[StatedStep], way: float) -> StatedStep | None:
    """The step whose reason is quoted: the largest towards `way` that has one.

    A first forecast only where no other has one; where none has, the largest of all. Of equal steps
    the later, then the first by analyst. Forecasts that no longer stand are not quoted.
    """
    ends = [step for step in steps if step.cause in ("withdrawal", "expiry")]
    gone = {who: step.date for step in ends for who in step.subjects}
    own = [step for step in steps if step.analyst and (step.size(way) > 0 or not way)]
    stands = [step for step in own if step.date >= gone.get(step.analyst or "", step.date)]

    def order(step: StatedStep) -> tuple[object, ...]:
        joined = step.previous is None
        size = round(step.size(way), 9) if way else 0.0
        return not step.rationale, joined, -size, -step.date.toordinal(), step.analyst

    return min(stands, key=order, default=None)


def _evidence_since(
    view: ScenarioView,
    steps: Sequence[StatedStep],
    step: StatedStep | None,
    finder: CauseFinder,
) -> EvidenceSince | None:
    """The look-back of a move whose steps cite nothing; None where none of both figures stood."""
    days = [s.previous_date for s in steps if s.analyst and s.previous_date]
    start = min(days, default=date.min)
    if start < view.scenario.opened or step is None or view.unfounded:
        return None
    own = step.size(1)
    causes = main_causes(finder.of(view.id, start, step.date), own) if start < step.date else ()
    large = [cause for cause in causes if abs(cause.decibans) >= abs(own) * _OF_STEP]
    return EvidenceSince(
        date=start,
        from_=finder.figure(view.id, start),
        to=view.implied.probability,
        because=next(iter(large[:1]), None),
    )


def steps(window: Window, view: ScenarioView, means: Means) -> tuple[StatedStep, ...]:
    """Steps of a scenario's stated probability inside the window, oldest first."""
    database, taken, records = window.database, list[StatedStep](), records_of(window.database)
    before = stated(database, view.id, window.since, means)
    recency = database.tracker.team.recency

    def drifted(until: date) -> StatedProbability | None:
        """The figure after the last step, or that of a day to which weights alone moved it."""
        after = stated(database, view.id, until, means)
        if not (before and after and has_moved(before.probability, after.probability)):
            return before
        was, now, ended = before.probability, after.probability, records.questions.get(until, ())
        cause: StepCause = "record" if ended else "recency"
        step = StatedStep(date=until, team_from=was, team_to=now, cause=cause, subjects=ended)
        taken.append(step)
        return after

    last, events = last_open_day(database, view.id, window.as_of), _days(window, view)
    days = (day for day in events.union(records.days) if window.since < day <= last)
    for day in sorted(days):
        if recency and day - timedelta(1) > window.since:
            before = drifted(day - timedelta(1))
        if day in events:
            after = stated(database, view.id, day, means)
            taken += _on(window, view, day, before, after)
            before = after
        else:
            before = drifted(day)
    if recency and last > window.since:
        drifted(last)
    return tuple(taken)


def _days(window: Window, view: ScenarioView) -> set[date]:
    """Days on which something can change the figure: sheets, expiries and outcomes of its set."""
    database = window.database
    together = (view.id, *rivals(database, view.id))
    ends = (resolved(database, id, window.as_of) for id in together)
    return stated_days(database, together).union(end.recorded for end in ends if end)


def _on(
    window: Window,
    view: ScenarioView,
    day: date,
    before: StatedProbability | None,
    after: StatedProbability | None,
) -> Iterator[StatedStep]:
    """Yield the analysts' steps on a day, or else those without an analyst."""
    database, id = window.database, view.id
    was, now = before.probability if before else None, after.probability if after else None
    step = partial(StatedStep, date=day, team_from=was, team_to=now)
    stood = current_forecasts(database, id, day - timedelta(1))
    forecasts = [forecast for forecast in view.given if forecast.date == day]
    own = [*_own(database, forecasts, stood, step)]
    yield from own
    gone = (
        stood.keys() - current_forecasts(database, id, day).keys() - {f.analyst for f in forecasts}
    )
    if gone:
        yield step(cause="expiry", subjects=tuple(sorted(gone)))
    elif before and after and was != now and (before.pooled == after.pooled or not own):
        # A figure that was given again is new, and the others are older.
        is_weighed = before.pooled != after.pooled
        cause, subjects = _by_no_analyst(window, view, day, is_weighed=is_weighed)
        yield step(cause=cause, subjects=subjects)
    if before and after and (len(before.analysts) > 1) != (len(after.analysts) > 1):
        yield from [step(cause="extremize")] * (database.tracker.team.extremize != 1)


def _own(
    database: Database,
    forecasts: Iterable[SheetForecast],
    stood: Mapping[Analyst, StandingForecast],
    step: Callable[..., StatedStep],
) -> Iterator[StatedStep]:
    """Yield the steps of analysts who changed or withdrew the figure of theirs that stood."""
    for forecast in forecasts:
        own = stood.get(forecast.analyst)
        if forecast.probability is None:
            if own:
                yield step(cause="withdrawal", subjects=(forecast.analyst,))
        elif own is None or forecast.probability != own.probability:
            yield step(
                analyst=forecast.analyst,
                previous=own.probability if own else None,
                previous_date=own.date if own else None,
                probability=forecast.probability,
                rationale=forecast.rationale,
                evidence=tuple(_cited(database, forecast)),
            )


def _cited(database: Database, forecast: SheetForecast) -> Iterator[EvidenceId]:
    """Yield the items that a forecast cites and that were known on its day, by today's ids."""
    for cited in forecast.evidence:
        id = cited if cited in database.evidence else database.called_now.get(("evidence", cited))
        item = database.evidence.get(id or "")
        gone = item.retracted if item else None
        if (
            id
            and item
            and item.recorded <= forecast.date
            and not (gone and gone.date <= forecast.date)
        ):
            yield id


def _by_no_analyst(
    window: Window, view: ScenarioView, day: date, *, is_weighed: bool
) -> tuple[StepCause, tuple[str, ...]]:
    """Cause and subjects of a step that came from the rest of the set, or from weights alone."""
    database, others = window.database, rivals(window.database, view.id)
    ends = [(id, resolved(database, id, day)) for id in others]
    if decided := tuple(id for id, end in ends if end and end.recorded == day):
        return "outcome", decided
    sheets = {id: [database.sheets[s].date for s in database.speaking.get(id, ())] for id in others}
    if spoken := tuple(id for id, days in sheets.items() if day in days):
        return "normalisation", spoken
    if ended := records_of(database).questions.get(day):
        return "record", ended
    return "recency" if is_weighed else "normalisation", ()
