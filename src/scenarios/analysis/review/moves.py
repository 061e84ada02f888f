"""Moves of a window: the rows that add up to each, and the causes behind the rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import islice
from math import log10
from typing import Literal

import msgspec

from scenarios.analysis.changes import FieldChange
from scenarios.analysis.evidence.knowledge import Known, bears_on, contends, resolved, rivals
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
from scenarios.model import Analyst, Database, EvidenceId, ScenarioId
from scenarios.scales import decibans, probability


class StatedShift(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A stated probability before and after; the analyst and the reason that the story quotes."""

    from_: float | None
    to: float | None
    rationale: str | None
    analyst: Analyst | None


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A move; its lines, the four steps and `restated` sum to the implied change in decibans.

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
    restated: float
    ruled_out: tuple[ScenarioId, ...]
    explained: bool


def moves(window: Window, views: Iterable[ScenarioView]) -> tuple[Move, ...]:
    """Moves of these scenarios, in their order."""
    before, now = window.between
    reasons = Reasons(new=touched(now, before), gone=touched(before, now))
    return tuple(_move(window, view, reasons) for view in views)


def _move(window: Window, view: ScenarioView, reasons: Reasons) -> Move:
    before = view.ledger_before
    change = compare(before, view.ledger, reasons) if before else LedgerChange()
    shift = StatedShift(
        from_=view.stated_before.probability if view.stated_before else None,
        to=view.stated.probability if view.stated else None,
        rationale=None,
        analyst=None,
    )
    return Move(
        scenario=view.id,
        stated=shift if view.stated or view.stated_before else None,
        implied=Shift(
            from_=view.implied_before.probability if view.implied_before else None,
            to=view.implied.probability,
        ),
        **msgspec.structs.asdict(change),
        restated=view.restated_decibans,
        ruled_out=tuple(
            id
            for id in rivals(window.database, view.id)
            if contends(window.database, id, window.since)
            and not contends(window.database, id, window.as_of)
        ),
        explained=view.explained,
    )


CauseKind = Literal[
    "event", "outcome", "retraction", "given", "rivals", "time", "absence", "overlap", "bound",
    "restated",
]  # fmt: skip


class Effect(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Effect of a cause on a scenario's implied probability, one cause after the other.

    The causes of a scenario stand in the order of their days, so that its effects lead from the
    implied figure before to the one now; `decibans` are the difference of the two figures.
    """

    scenario: ScenarioId
    decibans: float
    from_: float
    to: float


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """A cause of moves, the day on which all of it was known, and its effects, largest first.

    An `event` has its items, which are one fact, one witness or one line. An `outcome` has the
    items that showed it, and as `subjects` the scenarios that it decided, those that occurred
    first. Other `subjects` are the items of a `retraction`, the scenario that a prior is `given`,
    and the indicator whose `absence` begins to count. `overlap` is the change in the weight of
    older lines beside those that changed. A cause without a day of its own has the `day` None.
    """

    kind: CauseKind
    subjects: tuple[str, ...]
    evidence: tuple[EvidenceId, ...]
    day: date | None
    effects: tuple[Effect, ...]


_ROUNDING = 1e-9
_Key = tuple[CauseKind, tuple[str, ...]]
_ORDER: tuple[CauseKind, ...] = ("restated", "event", "time", "overlap", "rivals", "bound")
"""Rank in a chain of effects; what is not named has that of an event."""


def causes(window: Window, moves: Sequence[Move]) -> tuple[Cause, ...]:
    """Every deciban of every move, once, by what is behind it; largest effect first."""
    before, now = window.between
    new, gone = now.evidence.keys(), before.evidence.keys()
    came, went = _Blocks(window, now, new - gone), _Blocks(window, before, gone - new)
    decided = _decided(window, came)
    others: dict[_Key, dict[ScenarioId, float]] = {
        ("outcome", unit.subjects): {} for unit in decided.values() if not unit.evidence
    }

    def add(kind: CauseKind, subjects: tuple[str, ...], id: ScenarioId, worth: float) -> None:
        unit = next((decided[subject] for subject in subjects if subject in decided), None)
        if unit and kind in ("given", "rivals"):
            if unit.evidence:
                came.add(unit.evidence, id, worth)
                return
            kind, subjects = "outcome", unit.subjects
        of = others.setdefault((kind, subjects), {})
        of[id] = of.get(id, 0.0) + worth

    for move in moves:
        id = move.scenario
        overlap = 0.0
        for line in (*move.lines_added, *move.lines_removed, *move.lines_changed):
            worth = line.after - line.before
            if line.cause == "overlap":
                overlap += worth
            elif line.cause == "time" and not went.behind(line):
                add("absence", (line.id,), id, worth)
            elif not _is_of_items(line, id, worth, came, went):
                add("rivals", move.ruled_out, id, worth)
        add("overlap", (), id, overlap)
        add("given", tuple(window.database.scenarios[id].prior.given), id, move.given)
        add("time", (), id, move.time)
        add("rivals", (), id, move.rivals)
        add("bound", (), id, move.bound)
        add("restated", (), id, move.restated)
    shown = {item: unit for unit in decided.values() for item in unit.evidence}
    blocks: list[tuple[CauseKind, tuple[str, ...], tuple[EvidenceId, ...], dict[str, float]]] = []
    for items, by in came.blocks():
        unit = next((shown[item] for item in items if item in shown), None)
        blocks.append((("outcome", unit.subjects, items, by)) if unit else ("event", (), items, by))
    blocks += [("retraction", items, (), by) for items, by in went.blocks()]
    blocks += [(kind, subjects, (), by) for (kind, subjects), by in others.items()]
    unchained = [
        Cause(
            kind=kind,
            subjects=subjects,
            evidence=items,
            day=_day(window, kind, subjects, items),
            effects=_effects(by),
        )
        for kind, subjects, items, by in blocks
    ]
    whole = [cause for cause in _through_sets(window, unchained) if cause.effects]
    return tuple(sorted(_chained(whole, moves), key=_order))


class _Unit(msgspec.Struct, frozen=True):
    """Scenarios decided together, and the new items that showed the outcome."""

    subjects: tuple[ScenarioId, ...]
    evidence: tuple[EvidenceId, ...]


def _decided(window: Window, came: _Blocks) -> dict[ScenarioId, _Unit]:
    """The scenarios decided in the window; the items that showed an outcome are one block."""
    units: dict[tuple[str, date], list[ScenarioId]] = {}
    for id, scenario in window.database.scenarios.items():
        end = resolved(window.database, id, window.as_of)
        if end and end.recorded > window.since:
            units.setdefault((scenario.set or f"/{id}", end.recorded), []).append(id)
    decided: dict[ScenarioId, _Unit] = {}
    for ids in units.values():
        ends = [(id, resolved(window.database, id, window.as_of)) for id in ids]
        items = dict.fromkeys(e for _, end in ends if end for e in end.evidence if came.has(e))
        came.join(*items)
        first = sorted(ends, key=lambda pair: not pair[1] or pair[1].outcome != "occurred")
        decided |= dict.fromkeys(ids, _Unit(tuple(id for id, _ in first), tuple(items)))
    return decided


def _effects(by: Mapping[ScenarioId, float]) -> tuple[Effect, ...]:
    """The effects that are not 0, largest first, without their figures."""
    kept = [(id, db) for id, db in by.items() if abs(db) > _ROUNDING]
    kept.sort(key=lambda pair: (-abs(pair[1]), pair[0]))
    return tuple(Effect(scenario=id, decibans=db, from_=0.0, to=0.0) for id, db in kept)


def _through_sets(window: Window, causes_: Sequence[Cause]) -> Iterator[Cause]:
    """Yield the causes with their effects through the sets, and the remainder of `rivals`.

    A member's odds are its own score against the sum of the others', which each cause changes in
    turn, and which an outcome takes out.
    """
    database = window.database
    left = {
        e.scenario: e.decibans for cause in causes_ if cause.kind == "rivals" for e in cause.effects
    }
    sets = {database.scenarios[id].set for id in left}
    scores = {
        id: 10 * log10(probability(view.implied_before.decibans + view.restated_decibans))
        for id, view in window.views.items()
        if view.scenario.set in sets
        and view.implied_before
        and contends(database, id, window.since)
    }
    for cause in sorted(causes_, key=_by_day):
        by = {effect.scenario: effect.decibans for effect in cause.effects}
        if cause.kind not in ("restated", "rivals", "bound"):
            before = {id: _others(database, id, scores) for id in left}
            for id in scores.keys() & by.keys():
                scores[id] += by[id]
            if cause.kind == "outcome":
                gone = {id for id in cause.subjects if not contends(database, id, window.as_of)}
                scores = {id: score for id, score in scores.items() if id not in gone}
            for id, others in before.items():
                now = _others(database, id, scores)
                worth = 10 * log10(others / now) if now else left[id] if others else 0.0
                by[id] = by.get(id, 0.0) + worth
                left[id] -= worth
        if cause.kind != "rivals":
            yield msgspec.structs.replace(cause, effects=_effects(by))
    yield Cause(kind="rivals", subjects=(), evidence=(), day=None, effects=_effects(left))


def _others(database: Database, id: ScenarioId, scores: Mapping[ScenarioId, float]) -> float:
    """Sum of the other members, 0 where there is none."""
    members = rivals(database, id)
    return sum(10 ** (scores[member] / 10) for member in members if member in scores)


def _chained(causes_: Iterable[Cause], moves: Iterable[Move]) -> list[Cause]:
    """The causes with the figures between which each of their effects leads."""
    odds = {m.scenario: decibans(m.implied.from_) for m in moves if m.implied.from_ is not None}
    ends = {m.scenario: m.implied.to for m in moves}
    chained = []
    for cause in sorted(causes_, key=_by_day):
        effects = []
        for effect in cause.effects:
            before = odds.get(effect.scenario, 0.0)
            odds[effect.scenario] = after = before + effect.decibans
            to, end = probability(after), ends[effect.scenario]
            to = end if end is not None and abs(to - end) < _ROUNDING else to  # to print alike
            effects.append(msgspec.structs.replace(effect, from_=probability(before), to=to))
        chained.append(msgspec.structs.replace(cause, effects=tuple(effects)))
    return chained


def _by_day(cause: Cause) -> tuple[int, date, tuple[float, str, tuple[str, ...]]]:
    """Sort later changes of records first, then by day, then causes without a day."""
    rank = _ORDER.index(cause.kind) if cause.kind in _ORDER else 1
    return rank, cause.day or date.max, _order(cause)


def _order(cause: Cause) -> tuple[float, str, tuple[str, ...]]:
    return (
        -abs(cause.effects[0].decibans if cause.effects else 0.0),
        cause.kind,
        (*cause.subjects, *cause.evidence),
    )


def _day(
    window: Window, kind: CauseKind, subjects: Sequence[str], items: Sequence[EvidenceId]
) -> date | None:
    """The day on which all of a cause was known, of an outcome the first thing that showed it."""
    database = window.database
    recorded = [database.evidence[id].recorded for id in items]
    if kind == "outcome":
        ends = (resolved(database, id, window.as_of) for id in subjects)
        return min([*recorded, *(end.recorded for end in ends if end)])
    if kind == "retraction":
        gone = [database.evidence[id].retracted for id in subjects]
        recorded = [retraction.date for retraction in gone if retraction]
    elif kind == "absence":
        owner, _, name = subjects[0].partition("/")
        due = database.scenarios[owner].indicators[name].due
        recorded = [due + timedelta(1)] if due else []
    return max(recorded, default=None)


def _is_of_items(
    line: LineChange, id: ScenarioId, worth: float, came: _Blocks, went: _Blocks
) -> bool:
    """Assign a row to the items behind it, if any; those on the side of its cause first."""
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
                self.join(first.setdefault(tie, id), id)
            for key in item.indicators:
                self._firing.setdefault(key, []).append(id)

    def behind(self, line: LineChange) -> list[EvidenceId]:
        """The items that a row names, or that fire its indicator."""
        named = [id for id in (line.id, *line.evidence) if id in self._items]
        return [*self._firing.get(line.id, ()), *named]

    def bearing(self, scenario_id: ScenarioId) -> list[EvidenceId]:
        """At most one item that bears on a scenario or its rivals, for a row that names none."""
        beside = {scenario_id, *rivals(self._database, scenario_id)}
        of = (id for id, item in self._items.items() if bears_on(self._database, item) & beside)
        return [*islice(of, 1)]

    def add(self, items: Sequence[EvidenceId], scenario_id: ScenarioId, worth: float) -> None:
        """Add a row that these items changed, which joins them into one block."""
        self.join(*items)
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

    def has(self, id: EvidenceId) -> bool:
        """True if it is one of the items."""
        return id in self._items

    def join(self, *ids: EvidenceId) -> None:
        """Make these items one block."""
        for id in ids:
            self._leader[self._lead(id)] = self._lead(ids[0])


class Amendment(FieldChange, frozen=True, kw_only=True):
    """A field that was changed afterwards, by whom, and when.

    Without a `commit` it is a change of the working tree. `field` is empty for a record that was
    taken out.
    """

    commit: str | None = None
    author: str | None = None
    day: date | None = None


class Restated(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario's figures of a past day, as reported then and as of today; None if they agree."""

    scenario: ScenarioId
    stated: Shift | None
    implied: Shift | None
    because: tuple[Amendment, ...]


class Restatement(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was changed afterwards since the commit that stood at the end of `day`.

    `changed_since` are the scenarios whose figures changed after the review's own day: the commit
    `reported` has those of that day.
    """

    commit: str
    day: date
    figures: tuple[Restated, ...] = ()
    reported: str | None = None
    changed_since: tuple[ScenarioId, ...] = ()
