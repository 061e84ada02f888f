"""The ACH matrix: counts and decibans, never a percentage."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from scenarios.analysis.evidence.knowledge import KnownEvidence, resolved
from scenarios.analysis.review.ach import Linchpin, Matrix, MatrixRow, MatrixScore
from scenarios.model import Kind, ScenarioId
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, left, right
from scenarios.render.document import lines
from scenarios.text import counted
from scenarios.values import owner_of

_NARROWEST = 24
_SUMMARY = 30
"""From this many columns left over on a row says in words what it is."""
NO_ROWS = "No evidence known by then rates one of these scenarios."
_MARK = "\0"
"""Stands around an id until its sentence is made."""
_MANY = 4
"""Rows that are named; the others are counted."""


def document(result: Matrix, known_evidence: KnownEvidence, title: str) -> doc.Document:
    """The matrix, who ranks first and on what that rests, and the linchpins."""
    head = f"Analysis of competing hypotheses, as of {known_evidence.as_of}"
    top = (doc.Heading(1, head, (title,) if title else ()), _table(result, known_evidence))
    if result.withheld:
        why = f"Withheld: {result.withheld} cannot be read, and could change every sum and rank."
        return (*top, doc.Paragraph(why))
    return (*top, *(reading(result, known_evidence) if result.rows else (doc.Paragraph(NO_ROWS),)))


def reading(
    result: Matrix, known_evidence: KnownEvidence, level: Literal[2, 3] = 3
) -> doc.Document:
    """Who ranks first and on what that rests, and how the matrix is read."""

    def linked(sentences: Iterator[str]) -> list[doc.Text]:
        return [_linked(sentence, known_evidence) for sentence in sentences]

    pins = (doc.Item(text, bullet=bool(result.linchpins)) for text in linked(_pins(result)))
    return (
        lines(*linked(_ranking(result))),
        doc.Heading(level, "Linchpins", anchor="linchpins"),
        doc.Items(tuple(pins)),
        lines(*linked(_notes(result, known_evidence))),
    )


def _linked(sentence: str, known_evidence: KnownEvidence) -> doc.Text:
    """A sentence whose ids are references to their records."""
    database = known_evidence.database
    parts: list[doc.Span] = []
    for index, segment in enumerate(sentence.split(_MARK)):
        kind: Kind | None = "evidence" if segment in database.evidence else None
        if segment.partition("/")[0] in database.scenarios:
            kind = "scenario"
        parts.append(doc.Ref(segment, kind) if index % 2 else segment)
    return tuple(segment for segment in parts if segment)


def _id(id: str) -> str:
    return f"{_MARK}{id}{_MARK}"


def _table(result: Matrix, known_evidence: KnownEvidence) -> doc.Table:
    def column(id: ScenarioId) -> Cell[MatrixRow]:
        score = result.scores.get(id)
        name = id + (f", ruled out {score.ruled_out}" if score and score.ruled_out else "")
        legend = cells.scenario_or_row(id, known_evidence.database).title
        return right(name, id, legend=legend, meaning="rating"), lambda row: code(row, id)

    columns: tuple[Cell[MatrixRow], ...] = (
        (
            left("evidence, indicator", "id", least=_NARROWEST),
            lambda row: doc.Ref(row.id, "scenario" if row.kind == "indicator" else "evidence"),
        ),
        (left("kind", only="csv"), lambda row: row.kind),
        (left("grade", meaning="grade"), lambda row: row.grade or ""),
        (
            cells.weight_column(known_evidence.database.tracker),
            lambda row: doc.Figure(row.weight, digits=2),
        ),
        *map(column, result.scenarios),
        (right("dB", "diagnosticity"), lambda row: doc.Figure(row.diagnosticity, digits=1)),
        (left("what it is", "summary", drop=1, least=_SUMMARY, cut=True), lambda row: row.summary),
    )
    return cells.table(result.rows, columns, foot=tuple(_sums(result)))


def code(row: MatrixRow, column: ScenarioId) -> str | doc.Figure:
    """A code, or a ratio of three figures with * where it counts as I and ** as II."""
    rating = row.ratings[column]
    if rating is None or isinstance(rating, str):
        return rating or ""
    return doc.Figure(rating, "ratio", 3, "*" * row.inconsistency[column])


def _sums(result: Matrix) -> Iterator[doc.Row]:
    sums: dict[str, Callable[[MatrixScore], doc.Figure]] = {
        "inconsistency": lambda s: doc.Figure(s.inconsistency),
        "weighted_inconsistency": lambda s: doc.Figure(s.weighted_inconsistency, digits=1),
        "decibans": lambda s: doc.Figure(s.decibans, "dB", 0),
        "blanks": lambda s: doc.Figure(s.blanks),
        "rank": lambda s: doc.Figure(s.rank),
    }
    for id, figure in sums.items():
        label = id.replace("_", " ").replace("decibans", "Σ decibans")
        scores = (result.scores.get(column) for column in result.scenarios)
        texts = (figure(score) if score else cells.WITHHELD for score in scores)
        yield (doc.Ref(id, None, label), "score", "", "", *texts, "", "")


def _ranking(result: Matrix) -> Iterator[str]:
    """Who ranks first, who is next and by which rows, and where the other sums disagree."""
    first = result.leaders
    if not first:
        if any(score.ruled_out for score in result.scores.values()):
            yield "None of them has a rank: each was ruled out by then."
        else:
            yield "None of them has a rank: rows of a quantity are nested, not rivals."
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
        is_nested = any("/" in id for id in result.scores)
        why = "rows of a quantity are nested" if is_nested else "each was ruled out by then"
        yield f"No other has a rank: {why}."
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
        yield "None: without any one item, source or origin the same ranks first."
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


def _notes(result: Matrix, known_evidence: KnownEvidence) -> Iterator[str]:
    database = known_evidence.database
    outcomes = {
        id: resolved(database, owner_of(id), known_evidence.as_of) for id in result.scenarios
    }
    ended = [f"{_id(id)} {cells.outcome_words(o.ending)}" for id, o in outcomes.items() if o]
    if ended:
        yield f"Known by then: {_and(ended)}."
    sets = {database.scenarios[owner_of(id)].set for id in result.scenarios}
    if len(sets) > 1 or None in sets:
        yield "These are not all of one set: more than one of them can occur, or none."
    yield "I counts 1, II 2; a ratio counts as its nearest code: * as I, ** as II."
    yield "dB (decibans; 3 double the odds): highest less lowest cell × weight, a blank as 0."
    yield "A count, and no probability: starting chances are left out, and repeats count again."


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
