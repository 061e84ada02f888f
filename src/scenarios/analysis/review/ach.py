"""The ACH matrix: evidence and indicators against scenarios (Heuer 1999, chapter 8)."""

import math
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Literal

import msgspec

from scenarios.analysis.evidence.indicators import strength
from scenarios.analysis.evidence.knowledge import KnownEvidence, resolved
from scenarios.model import EvidenceId, IndicatorKey, Rating, ScenarioId, Tracker
from scenarios.result import Result
from scenarios.scales import rating_decibans
from scenarios.values import Code, RatedId, indicator_key, owner_of

RowKind = Literal["direct", "indicator"]
RemovedKind = Literal["item", "source", "origin"]

INCONSISTENCY: dict[Code, int] = {"I": 1, "II": 2}
"""Weight of a code against a scenario; every other code counts 0."""

_FROM_NEUTRAL: tuple[Code, ...] = ("N", "C", "I", "CC", "II")
_ROUNDING = 9
"""Decimals of a deciban beyond which a difference is floating-point noise."""


class MatrixRow(msgspec.Struct, frozen=True, kw_only=True):
    """An item, or an indicator that was seen; None is a blank cell.

    `weight` is the item's grade weight or the indicator's strength. `inconsistency` is before it,
    `decibans` are × weight; `diagnosticity` is their max − min across the columns (blank = 0).
    """

    id: str
    kind: RowKind
    summary: str
    grade: str | None
    weight: float
    ratings: dict[RatedId, Rating | None]
    inconsistency: dict[RatedId, int]
    decibans: dict[RatedId, float | None]
    diagnosticity: float


class MatrixScore(msgspec.Struct, frozen=True, kw_only=True):
    """One column's sums. Fewest inconsistencies rank first; equal ones share a rank: 1, 2, 2, 4.

    One that is known not to occur has no rank; `ruled_out` is the day on which that became known.
    A row of a quantity has none either.
    """

    inconsistency: int
    weighted_inconsistency: float
    decibans: float
    blanks: int
    rank: int | None
    ruled_out: date | None = None


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """An item, source or origin left out; `items` are its items that bear on the matrix."""

    kind: RemovedKind
    id: str
    items: tuple[EvidenceId, ...]


class Linchpin(msgspec.Struct, frozen=True, kw_only=True):
    """A removal that changes who ranks first; both sides list every scenario that does, by id."""

    removed: Removal
    leader_before: tuple[RatedId, ...]
    leader_after: tuple[RatedId, ...]


class Matrix(Result, frozen=True, kw_only=True):
    """Bookkeeping: no figure of it is a probability or may be turned into one.

    `scenarios` are the columns, those that were ruled out last. Scores are `withheld` by a path.
    """

    scenarios: tuple[RatedId, ...]
    rows: tuple[MatrixRow, ...]
    scores: dict[RatedId, MatrixScore]
    linchpins: tuple[Linchpin, ...]
    withheld: str | None = None

    @property
    def leaders(self) -> tuple[ScenarioId, ...]:
        """Every scenario that ranks first, by id; empty if all were ruled out."""
        return tuple(sorted(id for id, score in self.scores.items() if score.rank == 1))

    @property
    def ranked(self) -> dict[ScenarioId, MatrixScore]:
        """The sums of the columns that have a rank."""
        return {id: score for id, score in self.scores.items() if score.rank is not None}


def matrix(known: KnownEvidence, columns: tuple[ScenarioId, ...]) -> Matrix:
    """The known items and the indicators seen that rate one of these scenarios, side by side.

    Nothing is grouped, discounted, centred or taken as in a prior, and absence is no row: that is
    the ledger's. An item of weight 0 is a row, and its inconsistencies count in the rank. Rows of
    quantities are shown and have no rank: they are nested.
    """
    nested = [column for column in columns if "/" in column]
    own = [column for column in columns if column not in nested]
    outcomes = ((column, resolved(known.database, column, known.as_of)) for column in own)
    ruled_out = {c: end.date for c, end in outcomes if end and end.outcome == "did-not-occur"}
    ranked = tuple(column for column in own if column not in ruled_out)
    columns = (*ranked, *nested, *ruled_out)
    by_diagnosticity = sorted(
        _rows(known, columns), key=lambda row: (-round(row.diagnosticity, _ROUNDING), row.id)
    )
    rows = tuple(by_diagnosticity)
    if path := next(filter(None, map(known.database.withheld.get, map(owner_of, columns))), None):
        return Matrix(scenarios=columns, rows=rows, scores={}, linchpins=(), withheld=path)
    against = {column: sum(row.inconsistency[column] for row in rows) for column in columns}
    counts = {column: against[column] for column in ranked}
    scores = {
        column: MatrixScore(
            inconsistency=against[column],
            weighted_inconsistency=math.fsum(r.inconsistency[column] * r.weight for r in rows),
            decibans=math.fsum(row.decibans[column] or 0.0 for row in rows),
            blanks=sum(row.ratings[column] is None for row in rows),
            rank=1 + sum(other < against[column] for other in counts.values())
            if column in counts
            else None,
            ruled_out=ruled_out.get(column),
        )
        for column in columns
    }
    return Matrix(
        scenarios=columns, rows=rows, scores=scores, linchpins=_linchpins(known, columns, counts)
    )


def nearest_code(rating: Rating, tracker: Tracker) -> Code:
    """The code of a rating; for a ratio the nearest in decibans, the more neutral one of two."""
    if isinstance(rating, str):
        return rating
    worth = rating_decibans(rating, tracker.decibans)

    def distance(code: Code) -> float:
        return round(abs(worth - tracker.decibans[code]), _ROUNDING)

    return min(_FROM_NEUTRAL, key=distance)


def _rows(known: KnownEvidence, columns: tuple[ScenarioId, ...]) -> Iterator[MatrixRow]:
    database = known.database
    for id in sorted({id for column in columns for id in known.direct.get(column, ())}):
        item = known.evidence[id]
        ratings = {column: item.ratings.get(column) for column in columns}
        graded = item.grade(database.sources)
        yield _row(known, "direct", id, item.summary, graded, known.weights[id], ratings)
    for key in _fired(known, columns):
        seen = strength(known, key, known.evidence)
        if seen > 0:
            indicator = database.scenarios[key[0]].indicators[key[1]]
            ratings = {column: indicator.ratings.get(column) for column in columns}
            yield _row(known, "indicator", "/".join(key), indicator.statement, None, seen, ratings)


def _row(
    known: KnownEvidence,
    kind: RowKind,
    id: str,
    summary: str,
    graded: str | None,
    weight: float,
    ratings: dict[ScenarioId, Rating | None],
) -> MatrixRow:
    tracker = known.database.tracker
    decibans = {
        column: None if rating is None else rating_decibans(rating, tracker.decibans) * weight + 0.0
        for column, rating in ratings.items()
    }
    worth = [value or 0.0 for value in decibans.values()]
    against = {column: _against(rating, tracker) for column, rating in ratings.items()}
    spread = max(worth) - min(worth)
    return MatrixRow(
        id=id,
        kind=kind,
        summary=summary,
        grade=graded,
        weight=weight,
        ratings=ratings,
        inconsistency=against,
        decibans=decibans,
        diagnosticity=spread,
    )


def _fired(known: KnownEvidence, columns: tuple[ScenarioId, ...]) -> list[IndicatorKey]:
    """The indicators that a known item reports, in whatever state, and that rate a column."""
    scenarios = known.database.scenarios
    return [
        (owner, id)
        for owner, id in sorted(known.firings)
        if owner in scenarios
        and id in scenarios[owner].indicators
        and not scenarios[owner].indicators[id].ratings.keys().isdisjoint(columns)
    ]


def _against(rating: Rating | None, tracker: Tracker) -> int:
    """The inconsistencies of one cell: II = 2, I = 1, all else and a blank = 0."""
    return 0 if rating is None else INCONSISTENCY.get(nearest_code(rating, tracker), 0)


def _leaders(inconsistency: Mapping[ScenarioId, int]) -> tuple[ScenarioId, ...]:
    fewest = min(inconsistency.values(), default=0)
    return tuple(sorted(id for id, count in inconsistency.items() if count == fewest))


def _linchpins(
    known: KnownEvidence, columns: tuple[ScenarioId, ...], counts: Mapping[ScenarioId, int]
) -> tuple[Linchpin, ...]:
    """Removals that change the leaders, fewest items first; `counts` has the ranked columns."""
    before = _leaders(counts)
    fired = frozenset(_fired(known, columns))
    linchpins = []
    for removed in _removals(known, columns, fired):
        lost = _lost_inconsistencies(known, columns, fired, removed.items)
        after = _leaders({column: count - lost[column] for column, count in counts.items()})
        if after != before:
            linchpins.append(Linchpin(removed=removed, leader_before=before, leader_after=after))
    return tuple(sorted(linchpins, key=lambda linchpin: len(linchpin.removed.items)))


def _removals(
    known: KnownEvidence, columns: tuple[ScenarioId, ...], fired: frozenset[IndicatorKey]
) -> Iterator[Removal]:
    """Every item, source and declared origin that bears on the matrix, by id.

    An item without an origin is its own: an origin may be another item's id, and takes it along.
    """
    direct = {id for column in columns for id in known.direct.get(column, ())}
    bearing = sorted(direct | {id for key in fired for id, _ in known.firings[key]})
    sources: dict[str, list[EvidenceId]] = {}
    origins: dict[str, list[EvidenceId]] = {}
    for id in bearing:
        yield Removal(kind="item", id=id, items=(id,))
        item = known.evidence[id]
        origins.setdefault(item.origin or id, []).append(id)
        if item.source:
            sources.setdefault(item.source, []).append(id)
    for source, ids in sorted(sources.items()):
        yield Removal(kind="source", id=source, items=tuple(ids))
    for origin, ids in sorted(origins.items()):
        if ids != [origin]:
            yield Removal(kind="origin", id=origin, items=tuple(ids))


def _lost_inconsistencies(
    known: KnownEvidence,
    columns: tuple[ScenarioId, ...],
    fired: frozenset[IndicatorKey],
    items: Collection[EvidenceId],
) -> dict[ScenarioId, int]:
    """Inconsistencies that go with these items and the indicators that only they raise."""
    database = known.database
    gone = frozenset(items)
    lost = dict.fromkeys(columns, 0)

    def lose(ratings: Mapping[ScenarioId, Rating], times: int) -> None:
        for column in columns:
            lost[column] += times * _against(ratings.get(column), database.tracker)

    for id in gone:
        lose(known.evidence[id].ratings, 1)
    touched = {indicator_key(text) for id in gone for text in known.evidence[id].indicators}
    for key in touched & fired:
        every = {id for id, _ in known.firings[key]}
        seen = strength(known, key, every) > 0
        still = strength(known, key, every - gone) > 0
        lose(database.scenarios[key[0]].indicators[key[1]].ratings, seen - still)
    return lost
