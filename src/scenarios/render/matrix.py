"""The ACH matrix as text and as CSV: counts and decibans, never a percentage."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from scenarios.analysis.ach import Linchpin, Matrix, MatrixRow, Score
from scenarios.analysis.known import Known, resolved
from scenarios.model import Rating, ScenarioId
from scenarios.render.text import counted, fold, printable, signed, table

_NARROWEST = 24
_SUMMARY = 30
"""From this many columns left over on a row says in words what it is."""
_MANY = 4
"""So many rows are named; the others are counted."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins with one of these."""


def matrix_text(made: Matrix, known: Known, title: str, width: int) -> str:
    """The matrix, who ranks first and on what that rests, and the linchpins."""
    head = f"Analysis of competing hypotheses, as of {known.as_of}"
    parts = ["\n".join([head, fold(title, width)] if title else [head])]
    if not made.rows:
        return "\n\n".join([*parts, "No evidence known by then rates one of these scenarios."])
    return "\n\n".join(
        [
            *parts,
            *_tables(made, known, width),
            "\n".join(fold(line, width) for line in _ranking(made)),
            "\n".join(["Linchpins", *(fold(f"- {line}", width, "  ", "") for line in _pins(made))]),
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
        return printable("'" + value if value.startswith(_FORMULA) else value)
    return round(value, 6) if isinstance(value, float) else value


def _tables(made: Matrix, known: Known, width: int) -> Iterator[str]:
    """With the scenarios' ids over the columns where they fit, else numbered with a legend."""
    labels = max(len(row.id) for row in made.rows)
    if width - _fixed(made, made.scenarios) >= labels:
        return iter([_grid(made, made.scenarios, width)])
    numbers = [str(number) for number, _ in enumerate(made.scenarios, start=1)]
    fits = width - _fixed(made, numbers) >= _NARROWEST
    body = _grid(made, numbers, width) if fits else _stacked(made, numbers, width)
    return iter([_legend(made, known, width), body])


def _legend(made: Matrix, known: Known, width: int) -> str:
    lines = []
    for number, id in enumerate(made.scenarios, start=1):
        outcome = resolved(known.database, id, known.as_of)
        known_as = f" ({outcome.outcome.replace('-', ' ')})" if outcome else ""
        text = f"{id}: {known.database.scenarios[id].title}{known_as}"
        lines.append(fold(text, width, "    ", f"{number:>2}  "))
    return "\n".join(lines)


def _grid(made: Matrix, names: Sequence[str], width: int) -> str:
    spare = width - _fixed(made, names)
    labels = max(len(row.id) for row in made.rows)
    told = spare - labels - 2 >= _SUMMARY
    headers = ["", "grade", "weight", *names, "dB"]
    lines = [
        [row.id, row.grade or "", f"{row.weight:.2f}", *_codes(made, row), _apart(row)]
        for row in made.rows
    ]
    lines.append([""] * len(headers))
    lines += [[label, "", "", *sums, ""] for label, sums in _sums(made)]
    right = range(2, len(headers))
    limits: list[int | None] = [None if told else spare, *[None] * (len(headers) - 1)]
    if told:
        headers.append("what it is")
        rest = spare - labels - 2
        said = [_cut(row.summary, rest) for row in made.rows]
        lines = [[*line, said[n] if n < len(said) else ""] for n, line in enumerate(lines)]
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
    cells = [names, *(_codes(made, row) for row in made.rows), *(sums for _, sums in _sums(made))]
    columns = [max(len(line[n]) for line in cells) for n in range(len(names))]
    apart = max(len(_apart(row)) for row in made.rows)
    return len("grade") + len("weight") + apart + sum(columns) + 2 * (len(names) + 3)


def _codes(made: Matrix, row: MatrixRow) -> list[str]:
    return [_code(row.ratings[column]) for column in made.scenarios]


def _code(rating: Rating | None) -> str:
    """A code or a ratio of three figures, such as 0.25; blank where it was not rated."""
    if isinstance(rating, float):
        return f"{float(f'{rating:.3g}'):g}"
    return rating or ""


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
    verb = "ranks" if len(first) == 1 else "rank"
    each = "" if len(first) == 1 else " each"
    yield f"{_and(first)} {verb} first, with {fewest} {noun}{each}."
    yield from _next(made, first)
    least = min(round(score.weighted_inconsistency, 9) for score in made.scores.values())
    lightest = [id for id, s in made.scores.items() if round(s.weighted_inconsistency, 9) == least]
    most = max(round(score.decibans, 9) for score in made.scores.values())
    highest = [id for id, s in made.scores.items() if round(s.decibans, 9) == most]
    if sorted(lightest) != sorted(first):
        yield f"Weighted, {_and(lightest)} would."
    if sorted(highest) != sorted(first):
        yield f"By Σ decibans it would be {_and(highest)}."
    blanks = {id: score.blanks for id, score in made.scores.items()}
    for id in first:
        if blanks[id] > min(blanks.values()):
            yield (
                f"{id} has {counted(blanks[id], 'blank')} in {counted(len(made.rows), 'row')}: "
                "some of its lead may be silence."
            )


def _next(made: Matrix, first: Sequence[ScenarioId]) -> Iterator[str]:
    behind = [id for id in made.scenarios if id not in first]
    if not behind:
        return
    nearest = min(made.scores[id].inconsistency for id in behind)
    for id in behind:
        gap = made.scores[id].inconsistency - made.scores[first[0]].inconsistency
        if made.scores[id].inconsistency == nearest:
            rows = [
                row.id
                for row in made.rows
                if row.inconsistency[id] > min(row.inconsistency[other] for other in first)
            ]
            more = [f"{len(rows) - _MANY} more"] if len(rows) > _MANY else []
            yield f"{id} is {gap} behind, by {_and([*rows[:_MANY], *more])}."


def _pins(made: Matrix) -> Iterator[str]:
    """One sentence for each removal; what takes away the same items is named with them."""
    if not made.linchpins:
        yield "None: without any one item, source or origin the same would rank first."
    together: dict[tuple[str, ...], list[Linchpin]] = {}
    for pin in made.linchpins:
        together.setdefault(pin.removed.items, []).append(pin)
    for items, pins in together.items():
        yield f"Without {_without(items, pins)} {_change(pins[0])}."


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
    yield "II counts 2, I counts 1; dB is how far a row tells the scenarios apart."
    sets = {known.database.scenarios[id].set for id in made.scenarios}
    if len(sets) > 1 or None in sets:
        yield "These scenarios are no set: more than one of them can occur, or none."
    yield "Bookkeeping, no probability: base rates are ignored, and repeats count again."


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
