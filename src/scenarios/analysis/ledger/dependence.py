"""One origin is one witness, one event one fact; and lines about one question overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from scenarios.analysis.ledger.contributions import Row
from scenarios.model import ScenarioId

Group = list[Row]


class Net(msgspec.Struct, frozen=True, kw_only=True):
    """What a group says about one scenario: its strongest row for plus its strongest against."""

    group: int
    decibans: float
    strongest: Row
    heard: tuple[Row, ...]
    suppressed: tuple[Row, ...]


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
                one, other = sorted((lead(number), lead(first)))
                leader[other] = one
    together: dict[int, Group] = {}
    for number, row in enumerate(every):
        together.setdefault(lead(number), []).append(row)
    return list(together.values())


def net(told: Sequence[Group], column: ScenarioId) -> list[Net]:
    """What each group says about one scenario, where it says anything."""
    found = []
    for number, group in enumerate(told):
        speaking = [row for row in group if row.values.get(column)]
        if speaking:
            found.append(_net(number, speaking, column))
    return found


def discounted(nets: Sequence[Net], dependence: float) -> list[tuple[Net, float]]:
    """Each line with its factor: those for and those against ordered by size, ties by id.

    The k-th counts (1−ρ)/((1+(k−1)ρ)(1+(k−2)ρ)), the first 1, so that n equal lines are worth
    n/(1+(n−1)ρ) independent ones (Clemen & Winkler 1985, Operations Research 33:427-442).
    """
    found = []
    for side in _sides(nets):
        found += [(line, factor(rank, dependence)) for rank, line in enumerate(side, start=1)]
    return found


def factor(rank: int, dependence: float) -> float:
    """What its rank (from 1) leaves of a line, 0 to 1, at a dependence ρ of 0 to 1."""
    if rank == 1:
        return 1.0
    return (1 - dependence) / ((1 + (rank - 1) * dependence) * (1 + (rank - 2) * dependence))


def total(nets: Sequence[Net], dependence: float) -> float:
    """The decibans that the lines add up to."""
    return sum(line.decibans * share for line, share in discounted(nets, dependence))


def totals_without(nets: Sequence[Net], dependence: float) -> dict[int, float]:
    """The total with one group less, for each group: those behind it move up by one rank."""
    whole = total(nets, dependence)
    found = {}
    for side in _sides(nets):
        moved_up = 0.0  # what those behind gain, from the last to the first
        for rank in range(len(side), 0, -1):
            line = side[rank - 1]
            found[line.group] = whole - line.decibans * factor(rank, dependence) + moved_up
            if rank > 1:
                step = factor(rank - 1, dependence) - factor(rank, dependence)
                moved_up += line.decibans * step
    return found


def _sides(nets: Sequence[Net]) -> tuple[list[Net], list[Net]]:
    ordered = sorted(nets, key=lambda line: (-abs(line.decibans), line.strongest.id))
    return [n for n in ordered if n.decibans >= 0], [n for n in ordered if n.decibans < 0]


def _net(number: int, speaking: Group, column: ScenarioId) -> Net:
    if len(speaking) == 1:  # nearly all of them: not worth a sort
        return Net(
            group=number,
            decibans=speaking[0].values[column],
            strongest=speaking[0],
            heard=tuple(speaking),
            suppressed=(),
        )

    def size(row: Row) -> tuple[float, str]:
        return -abs(row.values[column]), row.id

    speaking = sorted(speaking, key=size)
    strongest_for = next((r for r in speaking if r.values[column] > 0), None)
    against = next((r for r in speaking if r.values[column] < 0), None)
    heard = tuple(r for r in speaking if r is strongest_for or r is against)
    return Net(
        group=number,
        decibans=sum(row.values[column] for row in heard),
        strongest=heard[0],
        heard=heard,
        suppressed=tuple(row for row in speaking if row not in heard),
    )
