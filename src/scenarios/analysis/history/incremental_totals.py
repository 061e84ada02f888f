"""What the lines about scenarios side by side add up to, while items come, change and go."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain
from operator import mul

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.ledger.contributions import Row, centred, rows
from scenarios.analysis.ledger.dependence import Net, factor, groups, net
from scenarios.model import Database, Evidence, EvidenceId, ScenarioId, indicator_key

RowKey = tuple[str, str]
"""The kind and the id of a row."""
_BY_INDICATOR = ("indicator", "absence")


class Tally:
    """The totals of some scenarios' board, each worth what `grouping.total` says.

    `family` are they and their other rivals, `database` what is near them. Between `day` and
    `until` time alone changes nothing. `implied` is there for what is made of the totals.
    """

    def __init__(
        self,
        database: Database,
        family: tuple[ScenarioId, ...],
        columns: tuple[ScenarioId, ...],
        day: date,
    ) -> None:
        self.columns, self.day = columns, day
        own = [one for c in columns for one in database.scenarios[c].indicators.values()]
        dues = (one.due for one in own if one.due and one.if_absent is not None)
        self.until = min((due for due in dues if due >= day), default=date.max)
        self.implied: dict[ScenarioId, float] = {}
        self._is_compared = database.scenarios[columns[0]].set is not None
        self._family = family
        self._items = {**database.evidence}
        self._firing: dict[str, dict[EvidenceId, Evidence]] = {}
        for id, item in self._items.items():
            for text in item.indicators:
                self._firing.setdefault(text, {})[id] = item
        self._rows: dict[RowKey, Row] = {}
        self._groups: list[list[Row]] = []
        self._group_of: dict[RowKey | str, int] = {}
        dependence = database.tracker.evidence_dependence
        self._sums = {column: _Sum(dependence) for column in columns}
        self._totals: dict[ScenarioId, float] | None = None
        said = self._said(database, self._items, day)
        for number, group in enumerate(groups(row for row in said if any(row.values.values()))):
            self._groups.append(group)
            for row in group:
                self._enter(row, number)
            self._count(number)

    def lasts(self, day: date) -> bool:
        """Whether the same lines stand on a day, as far as time goes."""
        return self.day <= day <= self.until

    def totals(self) -> dict[ScenarioId, float]:
        """The decibans of all lines about each scenario, each with its factor."""
        if self._totals is None:
            self._totals = {column: one.total() for column, one in self._sums.items()}
        return self._totals

    def put(self, database: Database, id: EvidenceId, item: Evidence | None, day: date) -> bool:
        """Take an item as it is now; False where groups may join or part, and a new tally is due.

        `database` has it already, and scenarios that are what they were to the columns; this
        tally `lasts` on that day.
        """
        self.day = day
        old = self._items.pop(id, None)
        texts = {text for one in (old, item) if one for text in one.indicators}
        for text in texts:
            self._firing.setdefault(text, {}).pop(id, None)
        if item:
            self._items[id] = item
            for text in item.indicators:
                self._firing[text][id] = item
        if all(one.recorded > day for one in (old, item) if one):
            return True
        now: dict[RowKey, Row] = {}
        for row in self._said(database, {id: item} if item else {}, day):
            if row.kind == "direct":
                now[row.kind, id] = row
        for text in texts:
            for row in self._said(database, self._firing[text], day):
                if row.id == text:
                    now[row.kind, text] = row
        keys = [("direct", id), *((kind, text) for text in texts for kind in _BY_INDICATOR)]
        return all(self._turn(key, now.get(key)) for key in keys)

    def _said(
        self, database: Database, items: Mapping[EvidenceId, Evidence], day: date
    ) -> list[Row]:
        """The rows of some items, as they count in a set."""
        owners = {indicator_key(text)[0] for item in items.values() for text in item.indicators}
        names = owners.union(self._family) & database.scenarios.keys()
        scenarios = {name: database.scenarios[name] for name in names}
        small = Database(database.tracker, scenarios, {**items}, {}, database.sources)
        if not self._is_compared:
            return rows(known(small, day), self.columns)
        if len(self.columns) == 1:
            return []
        return [centred(row, self.columns) for row in rows(known(small, day), self.columns)]

    def _turn(self, key: RowKey, row: Row | None) -> bool:
        """Make a row another one, or none; whether the groups are what they would be anew."""
        old = self._rows.get(key)
        if row is None or not any(row.values.values()):
            return old is None or self._leave(old)
        if old and old.ties != row.ties:
            return False
        hit = {self._group_of[tie] for tie in row.ties if tie in self._group_of}
        if old:
            number = self._group_of[key]
            self._groups[number].remove(old)
        elif hit:
            number = min(hit)
        else:
            number = len(self._groups)
            self._groups.append([])
        self._groups[number].append(row)
        self._enter(row, number)
        self._count(number)
        return len(hit) <= 1

    def _leave(self, row: Row) -> bool:
        number = self._group_of.pop((row.kind, row.id))
        del self._rows[row.kind, row.id]
        group = self._groups[number]
        group.remove(row)
        for tie in row.ties.difference(*(other.ties for other in group)):
            del self._group_of[tie]
        self._count(number)
        return len(group) <= 1

    def _enter(self, row: Row, number: int) -> None:
        self._rows[row.kind, row.id] = row
        self._group_of[row.kind, row.id] = number
        self._group_of |= dict.fromkeys(row.ties, number)

    def _count(self, number: int) -> None:
        self._totals = None
        self.implied.clear()
        for column, one in self._sums.items():
            one.put(number, net([self._groups[number]], column))


class _Sum:
    """The lines about one scenario, those for it and those against it, the largest first."""

    def __init__(self, dependence: float) -> None:
        self._dependence = dependence
        self._factors: list[float] = []
        self._lines: dict[int, Net] = {}
        self._sides: tuple[_Side, _Side] = _Side(), _Side()

    def put(self, number: int, nets: Sequence[Net]) -> None:
        """Let a group say this, or nothing, instead of what it said."""
        if number in self._lines:
            line = self._lines.pop(number)
            self._side(line).drop(line)
        for line in nets:
            self._lines[number] = line
            self._side(line).enter(line)

    def total(self) -> float:
        """What they add up to, in the order of `grouping.discounted`: to the last digit."""
        ranks = range(len(self._factors) + 1, len(self._lines) + 1)
        self._factors += [factor(rank, self._dependence) for rank in ranks]
        lines = chain(*(map(mul, side.decibans, self._factors) for side in self._sides))
        return float(sum(lines))

    def _side(self, line: Net) -> _Side:
        return self._sides[line.decibans < 0]


class _Side:
    def __init__(self) -> None:
        self.decibans: list[float] = []
        self._places: list[tuple[float, str]] = []

    def enter(self, line: Net) -> None:
        place = _place(line)
        at = bisect_left(self._places, place)
        self._places.insert(at, place)
        self.decibans.insert(at, line.decibans)

    def drop(self, line: Net) -> None:
        at = bisect_left(self._places, _place(line))
        del self._places[at], self.decibans[at]


def _place(line: Net) -> tuple[float, str]:
    return -abs(line.decibans), line.strongest.id
