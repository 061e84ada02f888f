"""What moved by event: each new item with all that it moved, then every other cause."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from scenarios.analysis.evidence.knowledge import Known, bears_on, rivals
from scenarios.analysis.ledger.contributions import ties
from scenarios.analysis.ledger.ledger_changes import LineChange
from scenarios.analysis.period.period import Window
from scenarios.analysis.review.cause import Causes, Contribution, Event, OtherCause, OtherKind
from scenarios.analysis.review.moves import Move
from scenarios.model import EvidenceId, ScenarioId
from scenarios.scales import MOVED_BITS

_ROUNDING = 1e-9
_Key = tuple[OtherKind, tuple[str, ...]]


def causes(window: Window, moves: Iterable[Move]) -> Causes:
    """The rows of all moves, put together by what is behind them."""
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
    found: list[tuple[OtherKind, tuple[str, ...], dict[ScenarioId, float]]] = [
        *(("retraction", items, by) for items, by in went.found()),
        *((cause, subjects, by) for (cause, subjects), by in others.items()),
    ]
    told = [
        OtherCause(cause=cause, subjects=subjects, scenarios=_ordered(by))
        for cause, subjects, by in found
    ]
    told = [other for other in told if other.scenarios]
    events = [Event(evidence=items, scenarios=_ordered(by)) for items, by in came.found()]
    views = window.views
    alone = (move.scenario for move in moves if views[move.scenario].implied_bits < MOVED_BITS)
    said = tuple(Contribution(scenario=id, decibans=0.0) for id in alone)
    told.sort(key=lambda other: (-_largest(other.scenarios), other.cause, other.subjects))
    if said:
        told.append(OtherCause(cause="forecast", subjects=(), scenarios=said))
    events.sort(key=lambda event: (-_largest(event.scenarios), event.evidence))
    return Causes(tuple(event for event in events if event.scenarios), tuple(told))


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
        self._window, self._known = window, known
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
        """Those that a row names, or that fire its indicator."""
        named = [id for id in (line.id, *line.evidence) if id in self._items]
        return [*self._firing.get(line.id, ()), *named]

    def bearing(self, scenario_id: ScenarioId) -> list[EvidenceId]:
        """One that bears on a scenario, or on what it is compared with: no row names it."""
        database = self._window.database
        beside = {scenario_id, *rivals(database, scenario_id)}
        of = (id for id, item in self._items.items() if bears_on(database, item) & beside)
        return [*islice(of, 1)]

    def add(self, items: Sequence[EvidenceId], scenario_id: ScenarioId, worth: float) -> None:
        """A row that these items changed: they are one block from now on."""
        for id in items:
            self._join(items[0], id)
        self._worth.append((items[0], scenario_id, worth))

    def found(self) -> Iterator[tuple[tuple[EvidenceId, ...], dict[ScenarioId, float]]]:
        """The items of each block in the order of their records, with what they did."""
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

    def _join(self, one: EvidenceId, other: EvidenceId) -> None:
        self._leader[self._lead(other)] = self._lead(one)


def _ordered(by: Mapping[ScenarioId, float]) -> tuple[Contribution, ...]:
    """What is worth anything, the largest first."""
    kept = [(id, worth) for id, worth in by.items() if abs(worth) > _ROUNDING]
    kept.sort(key=lambda one: (-abs(one[1]), one[0]))
    return tuple(Contribution(scenario=id, decibans=worth) for id, worth in kept)


def _largest(scenarios: tuple[Contribution, ...]) -> float:
    return abs(scenarios[0].decibans) if scenarios else 0.0
