"""Causes of the moves of the implied probabilities: each change of a day, one after another."""

from __future__ import annotations

import math
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Literal

import msgspec
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import borne, resolution, resolved, superseders
from scenarios.analysis.ledger.contributions import Columns
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.odds import EvidenceTotals, after_time, columns, log_odds
from scenarios.model import Evidence, EvidenceId, ScenarioId
from scenarios.scales import HIGHEST, decibans

CauseKind = Literal["event", "outcome", "retraction", "given", "absence", "time", "age", "bound"]
_SECOND, _OF_TIME = 1 / 3, 1 / 2
"""Shares from which a second cause is named, of the first; and time as the main one, of a move."""


class ChangeCause(msgspec.Struct, frozen=True, kw_only=True):
    """A cause of the move of an implied probability, with its decibans.

    `subjects` are the items of an `event` or a `retraction`, the scenarios that an `outcome`
    decided, the indicators of an `absence`, and the other scenario of `given`, then those of the
    main cause of its move, `by`. `evidence` are the known items that showed an outcome. `day` is
    the day on which it moved the figure most; None of `time`, `age` and `bound`.
    """

    kind: CauseKind
    subjects: tuple[str, ...] = ()
    day: date | None = None
    decibans: float = 0.0
    evidence: tuple[EvidenceId, ...] = ()
    by: ChangeCause | None = None

    @property
    def items(self) -> tuple[EvidenceId, ...]:
        """The items behind it: those of the event, of the outcome, or of the linked question."""
        if self.kind == "given":
            return self.by.items if self.by else ()
        return self.subjects if self.kind == "event" else self.evidence


def event_of(id: EvidenceId, item: Evidence) -> str:
    """The key of the event that an item reports: what it declares, else the item itself."""
    return f"event {item.event}" if item.event else id


class CauseFinder:
    """The causes of moves; the changes of a day are computed once for a scenario or its set.

    A day is computed in this order: `time`, `age`, `given`, outcomes, retractions, absences, and
    its new events, for each scenario the largest alone first, then by key; last `bound`.
    """

    def __init__(self, odds: DailyLedgers) -> None:
        self._odds, self._database = odds, odds.database
        self._hidden: dict[EvidenceId, Evidence | None] = {}
        evidence = ChainMap(self._hidden, self._database.evidence)  # type: ignore[arg-type]
        without = replace(self._database, evidence=evidence)
        vars(without)["superseders"] = superseders(self._database)  # whoever of them is hidden
        self._trial = odds.with_items(without, self._hidden)
        self._chains: dict[tuple[Columns, date, date], _Chain] = {}

    def of(self, id: ScenarioId, since: date, until: date) -> tuple[ChangeCause, ...]:
        """Causes of a scenario's implied move between two days, the largest first.

        Their decibans sum to the change of its implied log odds.
        """
        beside, parts = columns(self._database, id), list[ChangeCause]()
        days = [day for day in self._odds.changes(id, since, until) if since < day < until]
        for before, day in zip([since, *days], [*days, until], strict=True):
            key = beside, before, day
            if key not in self._chains:
                self._chains[key] = self._computed(*key)
            parts += self._chains[key].causes[id]
        return tuple(self._joined(parts))

    def figure(self, id: ScenarioId, day: date) -> float:
        """Implied probability of a scenario at the end of a day."""
        return self._odds.odds_on(day).implied(id)

    def _computed(self, beside: Columns, before: date, day: date) -> _Chain:
        """Causes from one day to another, between which nothing changes but time."""
        first, scenarios = beside[0], self._database.scenarios
        was, now = self._odds.odds_on(before), self._odds.odds_on(day)
        old, new, priors = was.totals(first), now.totals(first), now.priors(first)
        passed = {id: after_time(scenarios[id], was.steps(id).given, day) for id in beside}
        chain = _Chain(_figures(old, was.priors(first)))
        chain.step(_figures(old, passed), ChangeCause(kind="time"))
        if self._database.tracker.half_life_days is not None:
            old = self._odds.totals(beside, before, day)
            chain.step(_figures(old, passed), ChangeCause(kind="age"))
        if any(abs(priors[id] - passed[id]) > _NOISE for id in beside):
            other = next(x for id in beside for x in scenarios[id].prior.given if x in scenarios)
            chain.step(_figures(old, priors), self._linked(other, before, day))
        if gone := tuple(sorted(new.left - old.left)):
            cause = ChangeCause(
                kind="outcome", subjects=gone, day=day, evidence=self._shown(gone, day)
            )
            chain.step(_figures(replace(old, left=new.left), priors), cause)
        items = self._items(beside, before, day)
        came = {id: item for id, item in items.items() if before < item.recorded}
        went = tuple(id for id in items if id not in came)
        absences = ChangeCause(kind="absence", subjects=tuple(self._due(beside, day)), day=day)
        events = _by_event(came)
        if len(events) == 1 and not went and not absences.subjects:  # it did all that is left
            [same] = events.values()
            cause = ChangeCause(kind="event", subjects=tuple(same), day=day)
            chain.step(_figures(new, priors), cause)
        elif items:
            self._put(items, is_there=False)
            if went:
                totals = replace(self._trial.totals(beside, before, day), left=new.left)
                retraction = ChangeCause(kind="retraction", subjects=went, day=day)
                chain.step(_figures(totals, priors), retraction)
            if came:
                chain.step(_figures(self._trial.totals(beside, day), priors), absences)
                self._add(chain, beside, day, events, _figures(new, priors), priors)
            self._put(items, is_there=True)
        chain.step(_figures(new, priors), absences)
        for id in beside:
            change = decibans(now.implied(id)) - decibans(was.implied(id))
            chain.put(id, ChangeCause(kind="bound"), change - chain.change(id))
        return chain

    def _add(
        self,
        chain: _Chain,
        beside: Columns,
        day: date,
        events: Mapping[str, Mapping[EvidenceId, Evidence]],
        end: Mapping[ScenarioId, float],
        priors: Mapping[ScenarioId, float],
    ) -> None:
        """Add the new events of a day one after another, so that the figures end at `end`."""

        def with_event(key: str) -> dict[ScenarioId, float]:
            self._put(events[key], is_there=True)
            return _figures(self._trial.totals(beside, day), priors)

        start, alone = chain.figures, dict.fromkeys(events, end)
        for key in events if len(events) > 1 else ():
            alone[key] = with_event(key)
            self._put(events[key], is_there=False)
        orders: dict[tuple[str, ...], list[ScenarioId]] = {}
        for id in beside:
            ranks = {key: -abs(alone[key][id] - start[id]) for key in events}
            order = sorted(events, key=lambda key: (ranks[key], key))
            orders.setdefault(tuple(order), []).append(id)
        for keys, ids in orders.items():
            figures: Mapping[ScenarioId, float] = start
            for number, key in enumerate(keys, start=1):
                if number in (1, len(keys)):  # known already
                    now = end if number == len(keys) else alone[key]
                    self._put(events[key], is_there=True)
                else:
                    now = with_event(key)
                cause = ChangeCause(kind="event", subjects=tuple(events[key]), day=day)
                for id in ids:
                    chain.put(id, cause, now[id] - figures[id])
                figures = now
            self._put({i: x for of in events.values() for i, x in of.items()}, is_there=False)
        chain.figures = dict(end)

    def _put(self, items: Mapping[EvidenceId, Evidence], *, is_there: bool) -> None:
        """Hide items from the trial, or show them again."""
        for id, item in items.items():
            if is_there:
                del self._hidden[id]
                self._trial.put(id, None, item)
            else:
                self._hidden[id] = None
                self._trial.put(id, item, None)

    def _items(self, beside: Columns, before: date, day: date) -> dict[EvidenceId, Evidence]:
        """The items about these scenarios that came to count, or no longer count, by key."""
        changed = self._odds.changed(before, day)
        return {
            id: item
            for id, item in sorted(changed.items())
            if not (item.retracted and before < item.recorded and item.retracted.date <= day)
            if not borne(self._database, item).isdisjoint(beside)
        }

    def _due(self, beside: Columns, day: date) -> Iterator[str]:
        """Yield the indicators that are absent from a day on."""
        for id in beside:
            for name, indicator in self._database.scenarios[id].indicators.items():
                if indicator.due and indicator.due == day - timedelta(1):
                    yield f"{id}/{name}"

    def _shown(self, ids: Iterable[ScenarioId], day: date) -> tuple[EvidenceId, ...]:
        """The items known on a day that showed outcomes."""
        evidence = self._database.evidence
        ends = (resolution(self._database, id) for id in ids)
        items = dict.fromkeys(item for end in ends if end for item in end.evidence)
        return tuple(i for i in items if i in evidence and evidence[i].recorded <= day)

    def _linked(self, other: ScenarioId, before: date, day: date) -> ChangeCause:
        """The move of the question on which a prior depends, with its main cause; its outcome."""
        end = resolved(self._database, other, day)
        if end and before < end.recorded:
            evidence = self._shown([other], day)
            return ChangeCause(kind="outcome", subjects=(other,), day=day, evidence=evidence)
        change = decibans(self._odds.odds_on(day).implied(other))
        change -= decibans(self._odds.odds_on(before).implied(other))
        [*main] = main_causes(self.of(other, before, day), change)[:1]
        behind = main[0].subjects if main else ()
        return ChangeCause(
            kind="given",
            subjects=(other, *behind),
            day=main[0].day if main else None,
            by=main[0] if main else None,
        )

    def _joined(self, parts: Iterable[ChangeCause]) -> list[ChangeCause]:
        """Each cause once, with its decibans of all days; largest first."""
        joined: dict[tuple[str, ...], list[ChangeCause]] = {}
        for part in parts:
            key = part.subjects
            if part.kind == "event":
                key = (event_of(key[0], self._database.evidence[key[0]]),)
            joined.setdefault((part.kind, *key), []).append(part)
        causes = [
            replace(
                max(same, key=lambda part: abs(part.decibans)),
                subjects=tuple(
                    dict.fromkeys(subject for part in same for subject in part.subjects)
                ),
                decibans=math.fsum(part.decibans for part in same),
            )
            for same in joined.values()
        ]
        return sorted(causes, key=lambda cause: (-abs(cause.decibans), cause.kind, cause.subjects))


def _by_event(items: Mapping[EvidenceId, Evidence]) -> dict[str, dict[EvidenceId, Evidence]]:
    """Items by the event that they report."""
    events: dict[str, dict[EvidenceId, Evidence]] = {}
    for id, item in items.items():
        events.setdefault(event_of(id, item), {})[id] = item
    return events


class _Chain:
    """Log odds of a scenario or a set, changed step by step, with the cause of each change."""

    def __init__(self, figures: Mapping[ScenarioId, float]) -> None:
        self.figures = dict(figures)
        self.causes: dict[ScenarioId, list[ChangeCause]] = {id: [] for id in figures}

    def step(self, to: Mapping[ScenarioId, float], cause: ChangeCause) -> None:
        """Change the figures of all."""
        if cause.kind == "absence" and not cause.subjects:
            return  # the rounding of what was hidden and shown again
        for id in self.figures:
            self.put(id, cause, to[id] - self.figures[id])
        self.figures = dict(to)

    def put(self, id: ScenarioId, cause: ChangeCause, worth: float) -> None:
        """Put a cause of a scenario, unless it changes nothing."""
        if abs(worth) > _NOISE:
            self.causes[id].append(replace(cause, decibans=worth))

    def change(self, id: ScenarioId) -> float:
        """Decibans of all causes of a scenario so far."""
        return math.fsum(cause.decibans for cause in self.causes[id])


_NOISE = 1e-12
"""Decibans of rounding in a figure."""


def _figures(totals: EvidenceTotals, priors: Mapping[ScenarioId, float]) -> dict[ScenarioId, float]:
    """Log odds in decibans; those of the last member of a set, infinite, at the upper bound."""
    top = decibans(HIGHEST)
    odds = log_odds(totals, priors).items()
    return {id: db if math.isfinite(db) else math.copysign(top, db) for id, db in odds}


def main_causes(causes: Iterable[ChangeCause], change: float) -> tuple[ChangeCause, ...]:
    """The main cause of a change in decibans, which goes its way, and a second that is large."""
    same = [cause for cause in causes if cause.decibans * change > 0 and cause.kind != "bound"]
    by_time = [c for c in same if c.kind in ("time", "age")]
    named = [c for c in same if c not in by_time or abs(c.decibans) >= abs(change) * _OF_TIME]
    return tuple(c for c in named[:2] if abs(c.decibans) >= abs(named[0].decibans) * _SECOND)
