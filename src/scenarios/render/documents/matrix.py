"""The ACH matrix as text and as CSV: counts and decibans, never a percentage."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from scenarios.analysis.evidence.knowledge import Known, resolved
from scenarios.analysis.review.ach import Linchpin, Matrix, MatrixRow, Score
from scenarios.model import ScenarioId
from scenarios.render.text import counted, fold, signed, table
from scenarios.text import printable

_NARROWEST = 24
_SUMMARY = 30
"""From this many columns left over on a row says in words what it is."""
_MANY = 4
"""So many rows are named; the others are counted."""
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""A spreadsheet may run a cell that begins so: with a sign, or what it takes for one."""


def matrix_text(made: Matrix, known: Known, title: str, width: int) -> str:
    """The matrix, who ranks first and on what that rests, and the linchpins."""
    head = [f"Analysis of competing hypotheses, as of {known.as_of}", title]
    parts = ["\n".join(fold(line, width) for line in head if line)]
    if not made.rows:
        return "\n\n".join([*parts, "No evidence known by then rates one of these scenarios."])
    return "\n\n".join(
        [
            *parts,
            *_tables(made, known, width),
            "\n".join(fold(line, width) for line in _ranking(made)),
            "\n".join(["Linchpins", *(fold(line, width, "  ", "") for line in _pins(made))]),
            "\n".join(fold(line, width) for line in _notes(made, known)),
        ]
    )


def matrix_csv(made: Matrix) -> str:
    """A row each, then the sums with the kind `score`; blanks are empty, figures are numbers."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    names = ["id", "kind", "grade", "weight", *made.scenarios, "diagnosticity", "summary"]
    lines.writerow(map(_cell, names))
    for row in made.rows:
        ratings = [row.ratings[column] for column in made.scenarios]
        cells = [row.id, row.kind, row.grade, row.weight, *ratings, row.diagnosticity, row.summary]
        lines.writerow(map(_cell, cells))
    for name in Score.__struct_fields__:
        sums = [getattr(made.scores[column], name) for column in made.scenarios]
        lines.writerow(map(_cell, [name, "score", None, None, *sums, None, None]))
    return out.getvalue().removesuffix("\n")


def _cell(value: float | str | None) -> float | str | None:
    """A text that a spreadsheet would run is led by an apostrophe; a number stays one."""
    if isinstance(value, str):
        return printable("'" + value if _FORMULA.match(value) else value)
    return round(value, 6) + 0.0 if isinstance(value, float) else value


def _tables(made: Matrix, known: Known, width: int) -> Iterator[str]:
    """With the scenarios' ids over the columns where they fit, else numbered with a legend."""
    labels = max(len(row.id) for row in made.rows)
    if width - _fixed(made, made.scenarios) >= labels:
        return iter([_grid(made, made.scenarios, width)])
    numbers = [str(number) for number, _ in enumerate(made.scenarios, start=1)]
    fits = width - _fixed(made, numbers) >= _NARROWEST
    body = _grid(made, numbers, width) if fits else _stacked(made, numbers, width)
    return iter([_legend(made, numbers, known, width), body])


def _legend(made: Matrix, numbers: Sequence[str], known: Known, width: int) -> str:
    pad = len(numbers[-1])
    lines = []
    for number, id in zip(numbers, made.scenarios, strict=True):
        text = f"{id}: {known.database.scenarios[id].title}"
        lines.append(fold(text, width, " " * (pad + 2), f"{number:>{pad}}  "))
    return "\n".join(lines)


def _grid(made: Matrix, names: Sequence[str], width: int) -> str:
    """Rows over their sums; what each is in words where there is room for it."""
    spare = width - _fixed(made, names)
    rest = spare - max(len(row.id) for row in made.rows) - 2
    headers = ["evidence, indicator", "grade", "weight", *names, "dB"]
    lines = [
        [row.id, row.grade or "", f"{row.weight:.2f}", *_codes(made, row), _apart(row)]
        for row in made.rows
    ]
    lines.append(["", "", "", *["-" * wide for wide in _wide(made, names)], ""])
    lines += [[label, "", "", *sums, ""] for label, sums in _sums(made)]
    limits: list[int | None] = [spare, *[None] * (len(headers) - 1)]
    right = range(2, len(headers))
    if rest >= _SUMMARY:
        headers.append("what it is")
        said = [_cut(row.summary, rest) for row in made.rows]
        lines = [[*line, told] for line, told in zip_longest(lines, said, fillvalue="")]
        limits.append(None)
    return table(lines, headers, right, limits)


def _stacked(made: Matrix, names: Sequence[str], width: int) -> str:
    """Where a table would be too wide: a paragraph a row."""
    lines = []
    for row in made.rows:
        cells = [f"{n}={code}" for n, code in zip(names, _codes(made, row), strict=True) if code]
        grade = f"{row.grade}, " if row.grade else ""
        text = f"{row.id}: {grade}weight {row.weight:.2f}, {_apart(row)} dB: {', '.join(cells)}"
        lines.append(fold(text, width, "    ", ""))
    lines.append("")
    for label, sums in _sums(made):
        cells = [f"{n}={value}" for n, value in zip(names, sums, strict=True)]
        lines.append(fold(f"{label}: {', '.join(cells)}", width, "    ", ""))
    return "\n".join(lines)


def _fixed(made: Matrix, names: Sequence[str]) -> int:
    """The width of a table without its first column's text."""
    apart = max(len(_apart(row)) for row in made.rows)
    columns = _wide(made, names)
    return len("grade") + len("weight") + apart + sum(columns) + 2 * (len(names) + 3)


def _wide(made: Matrix, names: Sequence[str]) -> list[int]:
    cells = [names, *(_codes(made, row) for row in made.rows), *(sums for _, sums in _sums(made))]
    return [max(map(len, column)) for column in zip(*cells, strict=True)]


def _codes(made: Matrix, row: MatrixRow) -> list[str]:
    return [_code(row, column) for column in made.scenarios]


def _code(row: MatrixRow, column: ScenarioId) -> str:
    """A code, or a ratio of three figures with * where it counts as I and ** as II."""
    rating = row.ratings[column]
    if rating is None or isinstance(rating, str):
        return rating or ""
    return f"{float(f'{rating:.3g}'):g}" + "*" * row.inconsistency[column]


def _apart(row: MatrixRow) -> str:
    return f"{row.diagnosticity:.1f}"


def _sums(made: Matrix) -> list[tuple[str, list[str]]]:
    scores = [made.scores[column] for column in made.scenarios]
    return [
        ("inconsistency", [str(score.inconsistency) for score in scores]),
        ("weighted inconsistency", [f"{score.weighted_inconsistency:.1f}" for score in scores]),
        ("Σ decibans", [signed(score.decibans, 0) for score in scores]),
        ("blanks", [str(score.blanks) for score in scores]),
        ("rank", [str(score.rank) for score in scores]),
    ]


def _ranking(made: Matrix) -> Iterator[str]:
    """Who ranks first, who is next and by which rows, and where the other sums disagree."""
    first = made.leaders
    fewest = made.scores[first[0]].inconsistency
    noun = "inconsistency" if fewest == 1 else "inconsistencies"
    if len(first) == 1:
        yield f"{first[0]} ranks first, with {fewest} {noun}."
    else:
        yield f"{_and(first)} rank first together, with {fewest} {noun} each."
    yield from _next(made, first)
    weighted = _lowest({id: s.weighted_inconsistency for id, s in made.scores.items()})
    if weighted != first:
        yield f"Weighted, {_and(weighted)} would rank first."
    highest = _lowest({id: -s.decibans for id, s in made.scores.items()})
    if highest != first:
        yield f"By Σ decibans, {_and(highest)} would rank first."
    speaking = sum(any(row.inconsistency.values()) for row in made.rows)
    counts = "counts" if 1 in (speaking, len(made.rows)) else "count"
    yield f"{speaking} of {counted(len(made.rows), 'row')} {counts} against a scenario."
    yield from _silence(made, first)


def _next(made: Matrix, first: Sequence[ScenarioId]) -> Iterator[str]:
    """The nearest behind, with the rows that count more against them than against the first."""
    behind = {id: s.inconsistency for id, s in made.scores.items() if id not in first}
    if not behind:
        yield "The count tells none of them apart."
        return
    alike: dict[tuple[str, ...], list[ScenarioId]] = {}
    for id in _lowest(behind):
        least = [min(row.inconsistency[other] for other in first) for row in made.rows]
        pairs = zip(made.rows, least, strict=True)
        rows = tuple(row.id for row, fewest in pairs if row.inconsistency[id] > fewest)
        alike.setdefault(rows, []).append(id)
    for rows, ids in alike.items():
        gap = behind[ids[0]] - made.scores[first[0]].inconsistency
        more = [counted(len(rows) - _MANY, "more row")] if len(rows) > _MANY else []
        are, them = ("is", "it") if len(ids) == 1 else ("are", "them")
        counts = "counts" if len(rows) == 1 else "count"
        named = _and([*rows[:_MANY], *more])
        yield f"{_and(ids)} {are} next, {gap} behind: {named} {counts} more against {them}."


def _silence(made: Matrix, first: Sequence[ScenarioId]) -> Iterator[str]:
    blanks = {id: score.blanks for id, score in made.scores.items()}
    fewest = min(blanks.values())
    silent = [f"{id} ({blanks[id]})" for id in first if blanks[id] > fewest]
    if silent:
        yield (
            f"It may be silence that ranks first: more cells are blank for {_and(silent)} than "
            f"for {_and(_lowest(blanks))} ({fewest})."
        )


def _lowest(sums: Mapping[ScenarioId, float]) -> tuple[ScenarioId, ...]:
    least = round(min(sums.values()), 9)
    return tuple(sorted(id for id, value in sums.items() if round(value, 9) == least))


def _pins(made: Matrix) -> Iterator[str]:
    """One sentence for each removal; what takes away the same items is named with them."""
    if not made.linchpins:
        yield "None: no one item, source or origin changes who ranks first."
    together: dict[tuple[str, ...], list[Linchpin]] = {}
    for pin in made.linchpins:
        together.setdefault(pin.removed.items, []).append(pin)
    for items, pins in together.items():
        yield f"- Without {_without(items, pins)}, {_change(pins[0])}."


def _without(items: Sequence[str], pins: Sequence[Linchpin]) -> str:
    groups = [f"{p.removed.kind} {p.removed.id}" for p in pins if p.removed.kind != "item"]
    if len(items) > 1:
        return f"{_and(groups)} ({len(items)} items)"
    return items[0] + (f" (all of {_and(groups)} here)" if groups else "")


def _change(pin: Linchpin) -> str:
    before, after = pin.leader_before, pin.leader_after
    if set(before) < set(after):
        return f"{_and([id for id in after if id not in before])} would rank first too"
    if set(after) < set(before):
        return f"{_and(after)} alone would rank first"
    return f"{_and(after)} would rank first instead of {_and(before)}"


def _notes(made: Matrix, known: Known) -> Iterator[str]:
    database = known.database
    outcomes = {id: resolved(database, id, known.as_of) for id in made.scenarios}
    ended = [f"{id} {o.outcome.replace('-', ' ')}" for id, o in outcomes.items() if o]
    if ended:
        yield f"Known by then: {_and(ended)}."
    sets = {database.scenarios[id].set for id in made.scenarios}
    if len(sets) > 1 or None in sets:
        yield "These are not all of one set: more than one of them can occur, or none."
    yield "I counts 1, II 2; a ratio counts as its nearest code: * as I, ** as II."
    yield "dB is diagnosticity: the highest less the lowest cell × weight, a blank as 0."
    yield "Bookkeeping, no probability: base rates are ignored, and repeats count again."


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
