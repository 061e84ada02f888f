"""Moves of a window: the rows that add up to each, and its causes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import islice
from typing import Literal

import msgspec

from scenarios.analysis.evidence.knowledge import Known, bears_on, contends, rivals
from scenarios.analysis.forecasts import GivenForecast, stated
from scenarios.analysis.ledger.contributions import ties
from scenarios.analysis.ledger.ledger_changes import (
    LedgerChange,
    LineChange,
    Reasons,
    Shift,
    compare,
    touched,
)
from scenarios.analysis.period.period import ScenarioView, Window
from scenarios.model import EvidenceId, ScenarioId, SheetId
from scenarios.scales import MOVED_BITS, jeffreys


class StatedShift(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A stated probability before and after, the sheet that moved it, and the reason given last.

    `normalised`: its own forecasts are the same, and others in its set changed, so that it has
    another share; then there is no rationale of it. `sheet` is the last that changed the pooled
    forecasts of it; None where they did not change, or only since a forecast expired.
    """

    from_: float | None
    to: float | None
    normalised: bool
    sheet: SheetId | None
    rationale: str | None


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A move and its causes; lines and the four steps sum to the implied change in decibans.

    `ruled_out` are the rivals that the window took out of its set.
    """

    scenario: ScenarioId
    stated: StatedShift | None
    implied: Shift
    given: float
    time: float
    rivals: float
    lines_added: tuple[LineChange, ...]
    lines_removed: tuple[LineChange, ...]
    lines_changed: tuple[LineChange, ...]
    bound: float
    ruled_out: tuple[ScenarioId, ...]
    explained: bool


def moves(window: Window, views: Iterable[ScenarioView]) -> tuple[Move, ...]:
    """Moves of these scenarios, in their order."""
    reasons = Reasons(
        new=touched(window.now, window.before), gone=touched(window.before, window.now)
    )
    return tuple(_move(window, view, reasons) for view in views)


def _move(window: Window, view: ScenarioView, reasons: Reasons) -> Move:
    before = view.ledger_before
    change = compare(before, view.ledger, reasons) if before else LedgerChange()
    mover = _mover(window, view)
    until = mover.date if mover else window.as_of
    rationales = [
        entry.rationale for entry in view.given if entry.rationale and entry.date <= until
    ]
    shift = StatedShift(
        from_=view.stated_before.probability if view.stated_before else None,
        to=view.stated.probability if view.stated else None,
        normalised=view.normalised,
        sheet=mover.sheet if mover else None,
        rationale=rationales[-1] if rationales and not view.normalised else None,
    )
    return Move(
        scenario=view.id,
        stated=shift if view.stated or view.stated_before else None,
        implied=Shift(
            from_=view.implied_before.probability if view.implied_before else None,
            to=view.implied.probability,
        ),
        **msgspec.structs.asdict(change),
        ruled_out=tuple(
            id
            for id in rivals(window.database, view.id)
            if contends(window.database, id, window.since)
            and not contends(window.database, id, window.as_of)
        ),
        explained=view.explained,
    )


def _mover(window: Window, view: ScenarioView) -> GivenForecast | None:
    """The last forecast that changed the pooled forecasts of a scenario, visibly if any did."""
    if view.normalised:
        return None

    def pooled(on: date) -> float | None:
        now = stated(window.database, view.id, on)
        return now.pooled if now else None

    steps = [
        (forecast, pooled(forecast.date - timedelta(1)), pooled(forecast.date))
        for forecast in view.given
    ]
    other = [forecast for forecast, before, after in steps if before != after]
    visible = [
        forecast for forecast, before, after in steps if jeffreys(before, after) >= MOVED_BITS
    ]
    movers = visible or other
    return movers[-1] if movers else None


OtherKind = Literal[
    "retraction", "given", "rivals", "time", "absence", "overlap", "bound", "forecast"
]


class Contribution(msgspec.Struct, frozen=True, kw_only=True):
    """Change that a cause made to the implied probability of a scenario that moved."""

    scenario: ScenarioId
    decibans: float


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """New items that are one witness, one fact or one line, and their effects, largest first."""

    evidence: tuple[EvidenceId, ...]
    scenarios: tuple[Contribution, ...]


class OtherCause(msgspec.Struct, frozen=True, kw_only=True):
    """Another cause of moves, largest effect first, and its `subjects`.

    Those are the items of a `retraction`, the scenario that a prior is `given`, the `rivals` that
    left the set, and the indicators whose `absence` counts from now. `overlap` is what older lines
    count less, or more, beside those that changed; by a `forecast` only what is stated moved.
    """

    cause: OtherKind
    subjects: tuple[str, ...]
    scenarios: tuple[Contribution, ...]


@dataclass(frozen=True)
class Causes:
    """Every deciban of every move, once: by event, or by what else it was."""

    events: tuple[Event, ...]
    others: tuple[OtherCause, ...]

    def of(self, scenario_id: ScenarioId) -> list[tuple[float, Event | OtherCause]]:
        """Causes of a scenario's move with their decibans, the main one first.

        A forecast comes first where it stands, since it says that no implied figure moved; what
        others of the set did, overlap and the bound are consequences and come last.
        """
        parts = self._by_scenario.get(scenario_id, [])
        return sorted(parts, key=lambda pair: (_rank(pair[1]), -abs(pair[0])))

    @cached_property
    def _by_scenario(self) -> dict[ScenarioId, list[tuple[float, Event | OtherCause]]]:
        parts: dict[ScenarioId, list[tuple[float, Event | OtherCause]]] = {}
        every: list[Event | OtherCause] = [*self.events, *self.others]
        for cause in every:
            for part in cause.scenarios:
                parts.setdefault(part.scenario, []).append((part.decibans, cause))
        return parts


def _rank(cause: Event | OtherCause) -> int:
    if isinstance(cause, Event):
        return 1
    follows = cause.cause in ("overlap", "bound") or (
        cause.cause == "rivals" and not cause.subjects
    )
    return 0 if cause.cause == "forecast" else 2 if follows else 1


_ROUNDING = 1e-9
_Key = tuple[OtherKind, tuple[str, ...]]


def causes(window: Window, moves: Iterable[Move]) -> Causes:
    """Group the rows of all moves by their causes."""
    new = window.now.evidence.keys() - window.before.evidence.keys()
    gone = window.before.evidence.keys() - window.now.evidence.keys()
    came, went = _Blocks(window, window.now, new), _Blocks(window, window.before, gone)
    others: dict[_Key, dict[ScenarioId, float]] = {}

    def add(cause: OtherKind, subjects: tuple[str, ...], id: ScenarioId, worth: float) -> None:
        of = others.setdefault((cause, subjects), {})
        of[id] = of.get(id, 0.0) + worth

    for move in moves:
        id = move.scenario
        for line in (*move.lines_added, *move.lines_removed, *move.lines_changed):
            worth = line.after - line.before
            if line.cause == "time" and not went.behind(line):
                add("absence", (line.id,), id, worth)
            elif line.cause == "overlap":
                add("overlap", (), id, worth)
            elif not _is_of_items(line, id, worth, came, went):
                add("rivals", move.ruled_out, id, worth)
        link = tuple(window.database.scenarios[id].prior.given)
        add("given", link, id, move.given)
        add("time", (), id, move.time)
        add("rivals", move.ruled_out, id, move.rivals)
        add("bound", (), id, move.bound)
    retracted: dict[_Key, dict[ScenarioId, float]] = {
        ("retraction", items): by for items, by in went.blocks()
    }
    other_causes = [
        OtherCause(cause=cause, subjects=subjects, scenarios=_ordered(by))
        for (cause, subjects), by in (retracted | others).items()
    ]
    other_causes = [other for other in other_causes if other.scenarios]
    events = [Event(evidence=items, scenarios=_ordered(by)) for items, by in came.blocks()]
    views = window.views
    alone = (move.scenario for move in moves if views[move.scenario].implied_bits < MOVED_BITS)
    by_forecast = tuple(Contribution(scenario=id, decibans=0.0) for id in alone)
    other_causes.sort(key=lambda other: (-_largest(other.scenarios), other.cause, other.subjects))
    if by_forecast:
        other_causes.append(OtherCause(cause="forecast", subjects=(), scenarios=by_forecast))
    events.sort(key=lambda event: (-_largest(event.scenarios), event.evidence))
    return Causes(tuple(event for event in events if event.scenarios), tuple(other_causes))


def _is_of_items(
    line: LineChange, id: ScenarioId, worth: float, came: _Blocks, went: _Blocks
) -> bool:
    """Put a row to the items behind it, if there are any, those that its cause speaks of first."""
    if line.cause == "rivals":
        return False
    blocks = (went, came) if line.cause in ("retraction", "time") else (came, went)
    behind = [(of, items) for of in blocks if (items := of.behind(line))]
    behind = behind or [(of, items) for of in blocks if (items := of.bearing(id))]
    for of, items in behind[:1]:
        of.add(items, id, worth)
    return bool(behind)


class _Blocks:
    """Items in blocks: one origin, one event and one line each hold theirs together."""

    def __init__(self, window: Window, known: Known, ids: Collection[EvidenceId]) -> None:
        self._database = window.database
        self._items = {id: known.evidence[id] for id in sorted(ids)}
        self._leader = {id: id for id in self._items}
        self._firing: dict[str, list[EvidenceId]] = {}
        self._worth: list[tuple[EvidenceId, ScenarioId, float]] = []
        first: dict[str, EvidenceId] = {}
        for id, item in self._items.items():
            for tie in ties(known, id):
                self._join(first.setdefault(tie, id), id)
            for key in item.indicators:
                self._firing.setdefault(key, []).append(id)

    def behind(self, line: LineChange) -> list[EvidenceId]:
        """The items that a row names, or that fire its indicator."""
        named = [id for id in (line.id, *line.evidence) if id in self._items]
        return [*self._firing.get(line.id, ()), *named]

    def bearing(self, scenario_id: ScenarioId) -> list[EvidenceId]:
        """One that bears on a scenario, or on what it is compared with: no row names it."""
        beside = {scenario_id, *rivals(self._database, scenario_id)}
        of = (id for id, item in self._items.items() if bears_on(self._database, item) & beside)
        return [*islice(of, 1)]

    def add(self, items: Sequence[EvidenceId], scenario_id: ScenarioId, worth: float) -> None:
        """A row that these items changed: they are one block from now on."""
        for id in items:
            self._join(items[0], id)
        self._worth.append((items[0], scenario_id, worth))

    def blocks(self) -> Iterator[tuple[tuple[EvidenceId, ...], dict[ScenarioId, float]]]:
        """The items of each block in the order of their records, with their effects."""
        blocks: dict[EvidenceId, list[EvidenceId]] = {}
        worths: dict[EvidenceId, dict[ScenarioId, float]] = {}
        for _, id in sorted((item.recorded, id) for id, item in self._items.items()):
            blocks.setdefault(self._lead(id), []).append(id)
        for id, scenario_id, worth in self._worth:
            of = worths.setdefault(self._lead(id), {})
            of[scenario_id] = of.get(scenario_id, 0.0) + worth
        for leader, ids in blocks.items():
            yield tuple(ids), worths.get(leader, {})

    def _lead(self, id: EvidenceId) -> EvidenceId:
        while self._leader[id] != id:
            self._leader[id] = id = self._leader[self._leader[id]]
        return id

    def _join(self, id: EvidenceId, other: EvidenceId) -> None:
        self._leader[self._lead(other)] = self._lead(id)


def _ordered(by: Mapping[ScenarioId, float]) -> tuple[Contribution, ...]:
    """The contributions that are not 0, largest first."""
    kept = [(id, worth) for id, worth in by.items() if abs(worth) > _ROUNDING]
    kept.sort(key=lambda pair: (-abs(pair[1]), pair[0]))
    return tuple(Contribution(scenario=id, decibans=worth) for id, worth in kept)


def _largest(scenarios: tuple[Contribution, ...]) -> float:
    return abs(scenarios[0].decibans) if scenarios else 0.0
