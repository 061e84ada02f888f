"""One origin is one witness, and one event is one fact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from scenarios.analysis.ledger.row import Columns, Row
from scenarios.model import ScenarioId, ThemeId


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that share an origin or an event; the theme is that of the row that came first."""

    rows: tuple[Row, ...]
    theme: ThemeId | None


class Net(msgspec.Struct, frozen=True, kw_only=True):
    """Net decibans of a group for one scenario: strongest row for plus strongest against."""

    group: int
    theme: ThemeId | None
    decibans: float
    heard: tuple[Row, ...]
    suppressed: tuple[Row, ...]

    @property
    def strongest(self) -> Row:
        """The row by whose id the line goes."""
        return self.heard[0]


def groups(rows: Iterable[Row]) -> list[Group]:
    """Rows that share an origin or an event, directly or through another, stand together."""
    every = list(rows)
    leader = list(range(len(every)))
    first_with: dict[str, int] = {}

    def lead(number: int) -> int:
        while leader[number] != number:
            leader[number] = number = leader[leader[number]]
        return number

    for number, row in enumerate(every):
        for tie in row.ties:
            first = first_with.setdefault(tie, number)
            if first != number:
                lower, higher = sorted((lead(number), lead(first)))
                leader[higher] = lower
    together: dict[int, list[Row]] = {}
    for number, row in enumerate(every):
        together.setdefault(lead(number), []).append(row)
    return [
        Group(rows=tuple(members), theme=min(members, key=_came).theme)
        for members in together.values()
    ]


def net(formed: Sequence[Group], beside: Columns, first: int = 0) -> dict[ScenarioId, list[Net]]:
    """Net lines of each scenario, without zeros; groups are numbered from `first`."""
    nets: dict[ScenarioId, list[Net]] = {column: [] for column in beside}
    for number, group in enumerate(formed, first):
        speaking: dict[ScenarioId, list[Row]] = {}
        for row in group.rows:
            for column, worth in row.values.items():
                if worth:
                    speaking.setdefault(column, []).append(row)
        for column, rows in speaking.items():
            nets[column].append(_net(number, group, rows, column))
    return nets


def _came(row: Row) -> tuple[object, ...]:
    return row.first


def _net(number: int, group: Group, speaking: list[Row], column: ScenarioId) -> Net:
    if len(speaking) == 1:
        alone = speaking[0].values[column]
        heard = tuple(speaking)
        return Net(group=number, theme=group.theme, decibans=alone, heard=heard, suppressed=())
    speaking.sort(key=lambda row: (-abs(row.values[column]), row.id))
    strongest_for = next((r for r in speaking if r.values[column] > 0), None)
    against = next((r for r in speaking if r.values[column] < 0), None)
    heard = tuple(r for r in speaking if r is strongest_for or r is against)
    return Net(
        group=number,
        theme=group.theme,
        decibans=sum(row.values[column] for row in heard),
        heard=heard,
        suppressed=tuple(
            row for row in speaking if row is not strongest_for and row is not against
        ),
    )
