"""A ledger and its lines, as values."""

from collections.abc import Iterator
from functools import cached_property
from typing import Literal

import msgspec

from scenarios.analysis.evidence.indicators import ReadingState
from scenarios.analysis.evidence.knowledge import KnownEvidence
from scenarios.analysis.ledger.contributions import KINDS, GroupTotal
from scenarios.model import EvidenceId, ScenarioId, ThemeId

LineKind = Literal["indicator", "absence", "direct", "in-prior", "given", "time", "rivals", "bound"]
StepKind = Literal["given", "time", "rivals", "bound"]


_ROUNDING = 1e-9
"""Decibans: a step smaller than this is floating-point noise and not shown."""


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """A probability and its log odds in decibans."""

    probability: float
    decibans: float


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a ledger: `counted_decibans` = `decibans` × `factor`.

    `state` is that of an absent indicator: unobserved, emerging, or seen and reversed. Decibans are
    those that `age` left, the share that is left.
    """

    kind: LineKind
    id: str
    theme: ThemeId | None = None
    decibans: float
    weight: float
    factor: float
    counted_decibans: float
    evidence: tuple[EvidenceId, ...] = ()
    suppressed: tuple[str, ...] = ()
    state: ReadingState | None = None
    age: float | msgspec.UnsetType = msgspec.UNSET


class Ledger(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Prior + Σ counted decibans = implied, in decibans.

    `shares` are the lines of evidence, by key, each with the share of it that counts; the other
    lines are those before it, `opening`, and behind it, `closing`.
    """

    scenario: ScenarioId
    prior: Quantity
    opening: tuple[Line, ...]
    shares: list[tuple[GroupTotal, float]]
    closing: tuple[Line, ...]
    neutral: int
    implied: Quantity

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every line; those of evidence largest first, ties by id."""
        evidence = [line_of(line, share) for line, share in self.shares]
        evidence.sort(key=_order)
        return (*self.opening, *evidence, *self.closing)

    def line_with(self, row: str) -> Line | None:
        """The largest line in which an item or an indicator stands, counted or suppressed."""
        lines = [line_of(line, share) for line, share in self._standing.get(row, ())]
        lines += [line for line in self.closing if line.kind == "in-prior" and line.id == row]
        return min(lines, key=_order, default=None)

    @cached_property
    def _standing(self) -> dict[str, list[tuple[GroupTotal, float]]]:
        """The lines in which each item or indicator stands; what is absent stands in none."""
        standing: dict[str, list[tuple[GroupTotal, float]]] = {}
        for line, share in self.shares:
            row = line.strongest
            if row.kind != "absence":
                for id in {row.id, *line.evidence, *(other.id for other in line.suppressed)}:
                    standing.setdefault(id, []).append((line, share))
        return standing

    def counted(self, kind: LineKind) -> float:
        """The decibans that the rows of one kind add up to."""
        lines = self.lines if kind in KINDS else (*self.opening, *self.closing)
        return sum((line.counted_decibans for line in lines if line.kind == kind), 0.0)


def _order(line: Line) -> tuple[float, str]:
    """Largest first, ties by id."""
    return -abs(line.counted_decibans), line.id


def line_of(line: GroupTotal, share: float) -> Line:
    row = line.strongest
    return Line(
        kind=row.kind,
        id=row.id,
        theme=line.theme,
        decibans=line.decibans,
        weight=row.weight,
        factor=share,
        counted_decibans=line.decibans * share,
        evidence=line.evidence,
        suppressed=tuple([row.id for row in line.suppressed]),
        state=row.state,
        age=msgspec.UNSET if row.age == 1 else row.age,
    )


def in_prior(using: KnownEvidence) -> Iterator[Line]:
    """The lines of items that a prior already uses, worth 0, by id."""
    for id, item in sorted(using.evidence.items()):
        yield Line(
            kind="in-prior",
            id=id,
            theme=item.theme,
            decibans=0.0,
            weight=using.weights[id],
            factor=1.0,
            counted_decibans=0.0,
            evidence=(id,),
        )


def step(kind: StepKind, worth: float, id: str = "") -> list[Line]:
    """Line of a step of the arithmetic, none if it is 0; a link's id is the other scenario."""
    if abs(worth) <= _ROUNDING:
        return []
    return [
        Line(
            kind=kind, id=id or kind, decibans=worth, weight=1.0, factor=1.0, counted_decibans=worth
        )
    ]
