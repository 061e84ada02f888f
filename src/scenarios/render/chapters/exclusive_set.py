"""A set of which exactly one member occurs: its members over time, and the ACH matrix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from scenarios.analysis.evidence.knowledge import Known
from scenarios.analysis.review.ach import Matrix, MatrixRow
from scenarios.analysis.review.page import SetChapter
from scenarios.model import ScenarioId
from scenarios.render.document import (
    Block,
    Column,
    Figure,
    Folded,
    Heading,
    Paragraph,
    Ref,
    Row,
    Table,
    Text,
    Tinted,
    titled,
)
from scenarios.render.documents.effects import weight_column
from scenarios.render.documents.matrix import reading
from scenarios.render.pictures.timeline import lanes
from scenarios.text import counted

_TELLING = 1.0
"""Decibans of diagnosticity under which a row is folded away."""
_MOST, _FEW = 100, 20
"""Rows that are shown at once; there may be thousands."""
_HEAD = (
    "How expected each item is under each hypothesis: CC and C more, N equally, I and II less, "
    "× a likelihood ratio; the most telling first. The fewest inconsistencies rank first."
)


def chapter(made: SetChapter, known: Known, since: date, *, short: bool = False) -> Folded:
    """All of it, under what the set asks; a shorter matrix where it is one of very many."""
    courses = [member.course for member in made.members]
    views = {member.row.id: member.view for member in made.members}
    drawn = lanes(made.statement, courses, views, known.database, since, known.as_of)
    return Folded(
        Heading(3, made.statement, anchor=f"set-{made.id}"),
        (
            drawn,
            Heading(4, "Competing hypotheses"),
            *_matrix(made.matrix, known, _FEW if short else _MOST),
        ),
    )


def _matrix(made: Matrix, known: Known, most: int) -> Iterator[Block]:
    if not made.rows:
        yield Paragraph("No evidence known by then rates one of these scenarios.")
        return
    telling = [row for row in made.rows if row.diagnosticity >= _TELLING]
    rest = [row for row in made.rows if row.diagnosticity < _TELLING]
    if (left := len(telling) - most) > 0:
        rest, telling = telling[most:] + rest, telling[:most]
    yield _table(made, telling, known, foot=True)
    if rest:
        shown = rest[:most]
        name = f"{counted(len(rest), 'row')} that {'tell' if len(rest) > 1 else 'tells'} less"
        if left <= 0:
            name = f"{counted(len(rest), 'row')} under {_TELLING:g} dB"
        more = Paragraph(f"and {counted(len(rest) - len(shown), 'row')} more: scen matrix")
        folded: list[Block] = [_table(made, shown, known)]
        yield Folded(Heading(4, name), (*folded, *([more] if len(rest) > len(shown) else [])))
    yield from titled(reading(made, known, 4), known.database)


def _table(made: Matrix, rows: Sequence[MatrixRow], known: Known, *, foot: bool = False) -> Table:
    columns = (
        Column(name="Evidence or indicator", key="id"),
        Column(name="Grade", key="grade"),
        weight_column(known.database.tracker),
        *(Column(name=_name(made, id, known), key=id, align="right") for id in made.scenarios),
        Column(name="dB apart", key="diagnosticity", align="right"),
    )
    return Table(
        columns=columns,
        rows=tuple(_row(made, row) for row in rows),
        foot=tuple(_sums(made)) if foot else (),
        caption=_HEAD if foot else "",
    )


def _sums(made: Matrix) -> Iterator[Row]:
    """What the columns come to."""
    scores = [made.scores[id] for id in made.scenarios]

    def row(name: str, figures: Iterable[Figure]) -> Row:
        return (name, "", "", *figures, "")

    yield row("Inconsistencies", (Figure(s.inconsistency) for s in scores))
    yield row("Weighted", (Figure(s.weighted_inconsistency, digits=2) for s in scores))
    yield row("Σ dB", (Figure(s.decibans, "dB") for s in scores))
    yield row("Blank", (Figure(s.blanks) for s in scores))
    yield row("Rank", (Figure(s.rank) for s in scores))


def _name(made: Matrix, id: ScenarioId, known: Known) -> str:
    gone = made.scores[id].ruled_out
    title = known.database.scenarios[id].title
    return f"{title}, ruled out {gone}" if gone else title


def _row(made: Matrix, row: MatrixRow) -> Row:
    return (
        Ref(row.id, "scenario" if row.kind == "indicator" else "evidence", row.summary),
        row.grade or "",
        Figure(row.weight, digits=2),
        *(_cell(row, id) for id in made.scenarios),
        Figure(row.diagnosticity, digits=1),
    )


def _cell(row: MatrixRow, id: ScenarioId) -> Text:
    """A code or a ratio, on a ground as deep as its decibans are many before the grade."""
    rating, worth = row.ratings[id], row.decibans[id]
    if rating is None or worth is None:
        return ""
    told = rating if isinstance(rating, str) else Figure(rating, "ratio", 3, mark="×")
    return Tinted(told, worth / (row.weight or 1))
