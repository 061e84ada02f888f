"""Chapters of a page about a scenario, a set and indicators."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal

from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import Known
from scenarios.analysis.period.period import ScenarioView
from scenarios.analysis.review.ach import Matrix, MatrixRow
from scenarios.analysis.review.listing import IndicatorRow
from scenarios.analysis.review.page import SetChapter
from scenarios.analysis.review.status import StatusRow
from scenarios.model import Database, ScenarioId
from scenarios.render import cells
from scenarios.render.cells import Cell, left, p, right
from scenarios.render.document import (
    Block,
    Chart,
    Fact,
    Facts,
    Figure,
    Folded,
    Group,
    Heading,
    Item,
    Items,
    Paragraph,
    Ref,
    Row,
    Table,
    Text,
    Tinted,
    lines,
    spans,
    titled,
)
from scenarios.render.documents.matrix import NO_ROWS, reading
from scenarios.render.pictures.ledger import ledger
from scenarios.render.pictures.timeline import lanes
from scenarios.render.text import long_day, short_day, term
from scenarios.text import counted

_LAST = 3
"""Last rows of a long table, which stand below its first ones."""
_TELLING = 1.0
"""Decibans of diagnosticity under which a row of a matrix is folded away."""
_MATRIX_ROWS = 100
_MATRIX_HEAD = (
    "How expected each item is under each hypothesis: CC and C more, N equally, I and II less, "
    "× a likelihood ratio; the most telling first. The fewest inconsistencies rank first."
)


def facts(row: StatusRow, view: ScenarioView, language: str) -> Facts:
    """Both figures of a scenario, the gap between them, and its outcome or horizon."""
    stated, implied = Fact("Stated", "–", cells.NO_FORECAST), p(view.implied.probability)
    if view.stated:
        analysts = counted(len(view.stated.analysts), "analyst")
        words = term(view.stated.probability, language)
        stated = Fact("Stated", p(view.stated.probability), f"{words}; {analysts}")
    words = term(view.implied.probability, language)
    under: Text = words
    if view.band:
        under = (f"{words}; band ", *spans(cells.band(view.band.low, view.band.high)))
    unfounded = Fact("Implied", "–", cells.NOTHING_IMPLIED)
    end = Fact("Horizon", f"{row.horizon}", "overdue" if row.state == "overdue" else "")
    if view.resolution:
        outcome = cells.outcome_words(view.resolution.outcome)
        end = Fact("Outcome", outcome, f"{view.resolution.date}")
    gap = Fact("Gap", (Figure(row.shown_gap, "dB"), " dB"), "stated minus implied")
    between = () if row.shown_gap is None else (gap,)
    shown = unfounded if view.unfounded else Fact("Implied", implied, under)
    return Facts((stated, shown, *between, end))


def ledger_chart(view: ScenarioView, database: Database, listed: int, rows: int) -> Iterator[Chart]:
    """Yield the ledger of a scenario, unless nothing is implied."""
    if not view.unfounded:
        stated = view.stated.probability if view.stated else None
        drawn = ledger(view.ledger, stated, database, listed)
        yield excerpt(drawn, rows)


def excerpt(chart: Chart, most: int) -> Chart:
    """The first rows of a long table and the last."""
    rows: list[Row | Group] = []
    left = len(chart.table.rows[most:-_LAST])
    for row in chart.table.rows:
        if isinstance(row, Group):
            left += len(row.rows[most:])
            rows.append(replace(row, rows=row.rows[:most]))
        else:
            rows.append(row)
    if not left:
        return chart
    note, shown = f"{counted(left, 'more row')}.", (*rows[:most], *rows[most:][-_LAST:])
    return replace(chart, table=replace(chart.table, rows=shown, note=note))


def terms(view: ScenarioView) -> Iterator[Block]:
    """Yield the criteria, the prior, clarifications, and the basis of the outcome."""
    scenario = view.scenario
    yield Paragraph(scenario.resolution_criteria)
    yield from cells.reference_class(scenario.prior)
    yield lines(("Prior ", p(scenario.prior.probability), f": {scenario.prior.basis}"))
    if scenario.clarifications:
        yield Items(
            tuple(Item(f"{long_day(note.date)}: {note.text}") for note in scenario.clarifications)
        )
    if view.resolution:
        yield Paragraph(f"Resolved on {long_day(view.resolution.date)}: {view.resolution.basis}")


# A set of which exactly one member occurs


def set_blocks(
    chapter: SetChapter,
    known: Known,
    since: date,
    most: int = _MATRIX_ROWS,
    level: Literal[2, 4] = 4,
) -> Iterator[Block]:
    """Yield the members over time, and the matrix of the evidence under a heading."""
    courses = [member.course for member in chapter.members]
    views = {member.row.id: member.view for member in chapter.members}
    matrix = chapter.matrix
    yield lanes(chapter.statement, courses, views, known.database, since, known.as_of)
    yield Heading(level, "Competing hypotheses")
    if not matrix.rows:
        yield Paragraph(NO_ROWS)
        return
    telling = [row for row in matrix.rows if row.diagnosticity >= _TELLING]
    rest = [row for row in matrix.rows if row.diagnosticity < _TELLING]
    is_cut = len(telling) > most
    telling, rest = telling[:most], telling[most:] + rest
    yield replace(_matrix(matrix, telling, known), foot=tuple(_sums(matrix)), caption=_MATRIX_HEAD)
    if rest:
        name = f"{counted(len(rest), 'row')} under {_TELLING:g} dB"
        if is_cut:
            name = f"{counted(len(rest), 'row')} that {'tell' if len(rest) > 1 else 'tells'} less"
        more = Paragraph(f"and {counted(len(rest) - most, 'more row')}.")
        folded = (_matrix(matrix, rest[:most], known), *((more,) if rest[most:] else ()))
        yield Folded(Heading(3 if level == 2 else 4, name), folded)  # noqa: PLR2004
    yield from titled(reading(matrix, known, level), known.database)


def _matrix(matrix: Matrix, rows: Sequence[MatrixRow], known: Known) -> Table:
    def column(id: ScenarioId) -> Cell[MatrixRow]:
        gone = matrix.scores[id].ruled_out
        name = known.database.scenarios[id].title + (
            f", ruled out {short_day(gone)}" if gone else ""
        )
        return right(name, id), lambda row: _code(row, id)

    columns: tuple[Cell[MatrixRow], ...] = (
        (left("Evidence or indicator", "id"), _matrix_row),
        (left("Grade", "grade"), lambda row: row.grade or ""),
        (cells.weight_column(known.database.tracker), lambda row: Figure(row.weight, digits=2)),
        *map(column, matrix.scenarios),
        (right("dB apart", "diagnosticity"), lambda row: Figure(row.diagnosticity, digits=1)),
    )
    return cells.table(rows, columns)


def _matrix_row(row: MatrixRow) -> Ref:
    return Ref(row.id, "scenario" if row.kind == "indicator" else "evidence", row.summary)


def _sums(matrix: Matrix) -> Iterator[Row]:
    """Yield the sums of the columns."""
    scores = [matrix.scores[id] for id in matrix.scenarios]
    sums = {
        "Inconsistencies": [Figure(s.inconsistency) for s in scores],
        "Weighted": [Figure(s.weighted_inconsistency, digits=2) for s in scores],
        "Σ dB": [Figure(s.decibans, "dB") for s in scores],
        "Blank": [Figure(s.blanks) for s in scores],
        "Rank": [Figure(s.rank) for s in scores],
    }
    for name, figures in sums.items():
        yield (name, "", "", *figures, "")


def _code(row: MatrixRow, id: ScenarioId) -> Text:
    """A code or a ratio, on a ground as deep as its decibans are many before the grade."""
    rating, worth = row.ratings[id], row.decibans[id]
    if rating is None or worth is None:
        return ""
    code = rating if isinstance(rating, str) else Figure(rating, "ratio", 3, mark="×")
    return Tinted(code, worth / (row.weight or 1))


# Indicators


def indicator_table(rows: Iterable[IndicatorRow], database: Database, caption: str = "") -> Table:
    """The indicators in their order."""
    columns: tuple[Cell[IndicatorRow], ...] = (
        (left("Indicator", "statement"), lambda row: row.statement),
        (
            left("Scenario", "scenario"),
            lambda row: Ref(row.scenario, "scenario", database.scenarios[row.scenario].title),
        ),
        (left("State", "state"), lambda row: row.state),
        (left("Since", "since"), lambda row: row.since or ""),
        (left("Due", "due"), lambda row: str(row.due or "")),
        (right("Strength", "strength"), lambda row: Figure(row.strength, digits=2)),
        (
            right("Diagnosticity, dB", "diagnosticity"),
            lambda row: Figure(row.diagnosticity, digits=1),
        ),
    )
    return cells.table(rows, columns, caption=caption)
