"""The ACH matrix: counts and decibans, never a percentage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from scenarios.analysis.evidence.knowledge import Known, resolved
from scenarios.analysis.review.ach import Linchpin, Matrix, MatrixRow, MatrixScore
from scenarios.model import Kind, ScenarioId
from scenarios.render.document import (
    Column,
    Document,
    Figure,
    Heading,
    Item,
    Items,
    Paragraph,
    Ref,
    Row,
    Span,
    Table,
    Text,
    lines,
)
from scenarios.render.documents.effects import weight_column
from scenarios.text import counted

_NARROWEST = 24
_SUMMARY = 30
"""From this many columns left over on a row says in words what it is."""
_MARK = "\0"
"""Stands around an id until its sentence is made."""
_MANY = 4
"""So many rows are named; the others are counted."""


def document(result: Matrix, known: Known, title: str) -> Document:
    """The matrix, who ranks first and on what that rests, and the linchpins."""
    head = f"Analysis of competing hypotheses, as of {known.as_of}"
    top = Heading(1, head, (title,) if title else ())
    if result.withheld:
        told = f"Withheld: {result.withheld} cannot be read, and could change every sum and rank."
        return (top, _table(result, known), Paragraph(told))
    if not result.rows:
        nothing = "No evidence known by then rates one of these scenarios."
        return (top, _table(result, known), Paragraph(nothing))
    return (top, _table(result, known), *reading(result, known))


def reading(result: Matrix, known: Known, level: Literal[3, 4] = 3) -> Document:
    """Who ranks first and on what that rests, and how the matrix is read."""
    pins = (Item(_linked(told, known), bullet=bool(result.linchpins)) for told in _pins(result))
    return (
        lines(*(_linked(told, known) for told in _ranking(result))),
        Heading(level, "Linchpins"),
        Items(tuple(pins)),
        lines(*(_linked(told, known) for told in _notes(result, known))),
    )


def _linked(told: str, known: Known) -> Text:
    """A sentence whose ids are references to their records."""
    database = known.database
    parts: list[Span] = []
    for place, part in enumerate(told.split(_MARK)):
        kind: Kind | None = "evidence" if part in database.evidence else None
        if part.partition("/")[0] in database.scenarios:
            kind = "scenario"
        parts.append(Ref(part, kind) if place % 2 else part)
    return tuple(part for part in parts if part)


def _id(id: str) -> str:
    """An id in a sentence."""
    return f"{_MARK}{id}{_MARK}"


def _table(result: Matrix, known: Known) -> Table:
    """Rows over their sums."""
    ruled_out = {id: score.ruled_out for id, score in result.scores.items()}
    columns = (
        Column(name="evidence, indicator", key="id", least=_NARROWEST),
        Column(name="kind", only="csv"),
        Column(name="grade", meaning="grade"),
        weight_column(known.database.tracker),
        *(
            Column(
                name=id + (f", ruled out {gone}" if (gone := ruled_out.get(id)) else ""),
                key=id,
                align="right",
                legend=known.database.scenarios[id].title,
                meaning="rating",
            )
            for id in result.scenarios
        ),
        Column(name="dB", key="diagnosticity", align="right"),
        Column(name="what it is", key="summary", drop=1, least=_SUMMARY, cut=True),
    )
    rows = tuple(_row(result, row) for row in result.rows)
    return Table(columns=columns, rows=rows, foot=tuple(_sums(result)))


def _row(result: Matrix, row: MatrixRow) -> Row:
    return (
        Ref(row.id, "scenario" if row.kind == "indicator" else "evidence"),
        row.kind,
        row.grade or "",
        Figure(row.weight, digits=2),
        *(_code(row, column) for column in result.scenarios),
        Figure(row.diagnosticity, digits=1),
        row.summary,
    )


def _code(row: MatrixRow, column: ScenarioId) -> Text:
    """A code, or a ratio of three figures with * where it counts as I and ** as II."""
    rating = row.ratings[column]
    if rating is None or isinstance(rating, str):
        return rating or ""
    return Figure(rating, "ratio", 3, "*" * row.inconsistency[column])


def _sums(result: Matrix) -> Iterator[Row]:
    def row(id: str, label: str, figure: Callable[[MatrixScore], Figure]) -> Row:
        sums = (
            figure(result.scores[column]) if result.scores else "?" for column in result.scenarios
        )
        return (Ref(id, None, label), "score", "", "", *sums, "", "")

    weighted = "weighted_inconsistency"
    yield row("inconsistency", "inconsistency", lambda s: Figure(s.inconsistency))
    yield row(
        weighted, "weighted inconsistency", lambda s: Figure(s.weighted_inconsistency, digits=1)
    )
    yield row("decibans", "Σ decibans", lambda s: Figure(s.decibans, "dB", 0))
    yield row("blanks", "blanks", lambda s: Figure(s.blanks))
    yield row("rank", "rank", lambda s: Figure(s.rank))


def _ranking(result: Matrix) -> Iterator[str]:
    """Who ranks first, who is next and by which rows, and where the other sums disagree."""
    first = result.leaders
    if not first:
        yield "None of them has a rank: each was ruled out by then."
        return
    fewest = result.scores[first[0]].inconsistency
    noun = "inconsistency" if fewest == 1 else "inconsistencies"
    if len(first) == 1:
        yield f"{_id(first[0])} ranks first, with {fewest} {noun}."
    else:
        yield f"{_and([*map(_id, first)])} rank first together, with {fewest} {noun} each."
    yield from _next(result, first)
    weighted = _lowest({id: s.weighted_inconsistency for id, s in result.ranked.items()})
    if weighted != first:
        yield f"Weighted, {_and([*map(_id, weighted)])} would rank first."
    highest = _lowest({id: -s.decibans for id, s in result.ranked.items()})
    if highest != first:
        yield f"By Σ decibans, {_and([*map(_id, highest)])} would rank first."
    speaking = sum(any(row.inconsistency[id] for id in result.ranked) for row in result.rows)
    counts = "counts" if 1 in (speaking, len(result.rows)) else "count"
    whom = "a scenario" if result.ranked == result.scores else "a scenario that has a rank"
    yield f"{speaking} of {counted(len(result.rows), 'row')} {counts} against {whom}."
    yield from _silence(result, first)


def _next(result: Matrix, first: Sequence[ScenarioId]) -> Iterator[str]:
    """The nearest behind, with the rows that count more against them than against the first."""
    behind = {id: s.inconsistency for id, s in result.ranked.items() if id not in first}
    if not behind and len(first) == 1:
        yield "No other has a rank: each was ruled out by then."
        return
    if not behind:
        yield "The count tells none of them apart."
        return
    alike: dict[tuple[str, ...], list[ScenarioId]] = {}
    for id in _lowest(behind):
        least = [min(row.inconsistency[other] for other in first) for row in result.rows]
        pairs = zip(result.rows, least, strict=True)
        rows = tuple(row.id for row, fewest in pairs if row.inconsistency[id] > fewest)
        alike.setdefault(rows, []).append(id)
    for rows, ids in alike.items():
        gap = behind[ids[0]] - result.scores[first[0]].inconsistency
        more = [counted(len(rows) - _MANY, "more row")] if len(rows) > _MANY else []
        are, them = ("is", "it") if len(ids) == 1 else ("are", "them")
        counts = "counts" if len(rows) == 1 else "count"
        named = _and([*map(_id, rows[:_MANY]), *more])
        who = _and([*map(_id, ids)])
        yield f"{who} {are} next, {gap} behind: {named} {counts} more against {them}."


def _silence(result: Matrix, first: Sequence[ScenarioId]) -> Iterator[str]:
    blanks = {id: score.blanks for id, score in result.ranked.items()}
    fewest = min(blanks.values())
    silent = [f"{_id(id)} ({blanks[id]})" for id in first if blanks[id] > fewest]
    if silent:
        yield (
            f"It may be silence that ranks first: more cells are blank for {_and(silent)} than "
            f"for {_and([*map(_id, _lowest(blanks))])} ({fewest})."
        )


def _lowest(sums: Mapping[ScenarioId, float]) -> tuple[ScenarioId, ...]:
    least = round(min(sums.values()), 9)
    return tuple(sorted(id for id, value in sums.items() if round(value, 9) == least))


def _pins(result: Matrix) -> Iterator[str]:
    """One sentence for each removal; what takes away the same items is named with them."""
    if not result.linchpins:
        yield "None: no one item, source or origin changes who ranks first."
    together: dict[tuple[str, ...], list[Linchpin]] = {}
    for pin in result.linchpins:
        together.setdefault(pin.removed.items, []).append(pin)
    for items, pins in together.items():
        yield f"Without {_without(items, pins)}, {_change(pins[0])}."


def _without(items: Sequence[str], pins: Sequence[Linchpin]) -> str:
    groups = [f"{p.removed.kind} {p.removed.id}" for p in pins if p.removed.kind != "item"]
    if len(items) > 1:
        return f"{_and(groups)} ({len(items)} items)"
    return _id(items[0]) + (f" (all of {_and(groups)} here)" if groups else "")


def _change(pin: Linchpin) -> str:
    before, after = pin.leader_before, pin.leader_after
    if set(before) < set(after):
        return f"{_and([_id(id) for id in after if id not in before])} would rank first too"
    if set(after) < set(before):
        return f"{_and([*map(_id, after)])} alone would rank first"
    return f"{_and([*map(_id, after)])} would rank first instead of {_and([*map(_id, before)])}"


def _notes(result: Matrix, known: Known) -> Iterator[str]:
    database = known.database
    outcomes = {id: resolved(database, id, known.as_of) for id in result.scenarios}
    ended = [f"{_id(id)} {o.outcome.replace('-', ' ')}" for id, o in outcomes.items() if o]
    if ended:
        yield f"Known by then: {_and(ended)}."
    sets = {database.scenarios[id].set for id in result.scenarios}
    if len(sets) > 1 or None in sets:
        yield "These are not all of one set: more than one of them can occur, or none."
    yield "I counts 1, II 2; a ratio counts as its nearest code: * as I, ** as II."
    yield "dB is diagnosticity: the highest less the lowest cell × weight, a blank as 0."
    yield "Bookkeeping, no probability: base rates are ignored, and repeats count again."


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
