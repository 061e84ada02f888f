"""The page of a set of which exactly one member occurs."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import KnownEvidence
from scenarios.analysis.review.ach import Matrix, MatrixRow, matrix
from scenarios.analysis.review.status import StatusRow
from scenarios.model import ScenarioId, SetId
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, left, one_line, right
from scenarios.render.document import titled
from scenarios.render.documents.matrix import NO_ROWS, code, reading
from scenarios.render.pictures import set_picture
from scenarios.render.text import short_day
from scenarios.site.figures import figures
from scenarios.site.site import Page, Site, address_of, page_of
from scenarios.text import counted

_TELLING = 1.0
"""Decibans of diagnosticity under which a row of a matrix is folded away."""
_ROWS = 100
_HEAD = (
    "How well each item fits each outcome: CC very well, C well, N neither way, I badly, II very "
    "badly; a number is how many times as likely the outcome makes it. What tells most is first. "
    "The outcome with the fewest inconsistencies ranks first: I counts one, II two, a number with "
    "* or ** as many."
)


def set_page(site: Site, id: SetId) -> Page:
    """The page of a set, as of the site's day."""
    address, statement = address_of("set", id), site.database.tracker.sets.get(id, id)
    description = f"Exactly one of {len(site.sets[id])} outcomes occurs."
    blocks = (
        doc.Paragraph(description),
        doc.Items(tuple(_member(figures(site).rows[member]) for member in site.sets[id])),
        *_members(site, id, statement),
    )
    return page_of(site, address, one_line(statement), description, blocks, section="scenarios")


def _members(site: Site, id: SetId, statement: str) -> Iterator[doc.Block]:
    all_figures = figures(site)
    known_evidence, views = all_figures.window.now, all_figures.window.views
    drawn = [
        (all_figures.trajectory(member), views[member])
        for member in site.sets[id]
        if member in views
    ]
    if not drawn:
        return
    yield set_picture(
        statement, drawn, known_evidence.database, all_figures.window.since, known_evidence.as_of
    )
    yield doc.Heading(2, "Competing hypotheses", anchor="hypotheses")
    sums = matrix(known_evidence, site.sets[id])
    if not sums.rows:
        yield doc.Paragraph(NO_ROWS)
        return
    telling = [row for row in sums.rows if row.diagnosticity >= _TELLING]
    rest = [row for row in sums.rows if row.diagnosticity < _TELLING]
    is_cut = len(telling) > _ROWS
    telling, rest = telling[:_ROWS], telling[_ROWS:] + rest
    yield replace(_matrix(sums, telling, known_evidence), foot=tuple(_sums(sums)), caption=_HEAD)
    if rest:
        name = f"{counted(len(rest), 'row')} telling little: under {_TELLING:g} dB"
        if is_cut:
            name = f"{counted(len(rest), 'row')} that {'tell' if len(rest) > 1 else 'tells'} less"
        more = doc.Paragraph(f"and {counted(len(rest) - _ROWS, 'more row')}.")
        folded = (_matrix(sums, rest[:_ROWS], known_evidence), *((more,) if rest[_ROWS:] else ()))
        yield doc.CollapsedSection(doc.Heading(3, name), folded)
    yield from titled(reading(sums, known_evidence, 2), known_evidence.database)


def _matrix(matrix: Matrix, rows: Sequence[MatrixRow], known_evidence: KnownEvidence) -> doc.Table:
    def column(id: ScenarioId) -> Cell[MatrixRow]:
        gone = matrix.scores[id].ruled_out
        name = known_evidence.database.scenarios[id].title + (
            f", ruled out {short_day(gone)}" if gone else ""
        )
        return right(name, id), lambda row: _code(row, id)

    columns: tuple[Cell[MatrixRow], ...] = (
        (left("Evidence or indicator", "id"), _matrix_row),
        (left("Grade", "grade"), lambda row: row.grade or ""),
        (
            cells.weight_column(known_evidence.database.tracker),
            lambda row: doc.Figure(row.weight, digits=2),
        ),
        *map(column, matrix.scenarios),
        (right("dB apart", "diagnosticity"), lambda row: doc.Figure(row.diagnosticity, digits=1)),
    )
    return cells.table(rows, columns)


def _matrix_row(row: MatrixRow) -> doc.Ref:
    return doc.Ref(row.id, "scenario" if row.kind == "indicator" else "evidence", row.summary)


def _sums(matrix: Matrix) -> Iterator[doc.Row]:
    scores = [matrix.scores[id] for id in matrix.scenarios]
    sums = {
        "Inconsistencies": [doc.Figure(s.inconsistency) for s in scores],
        "Weighted": [doc.Figure(s.weighted_inconsistency, digits=2) for s in scores],
        "Σ dB": [doc.Figure(s.decibans, "dB") for s in scores],
        "Blank": [doc.Figure(s.blanks) for s in scores],
        "Rank": [doc.Figure(s.rank) for s in scores],
    }
    for name, own in sums.items():
        yield (name, "", "", *own, "")


def _code(row: MatrixRow, id: ScenarioId) -> doc.Text:
    """A code or a ratio, tinted by its decibans before the grade."""
    worth = row.decibans[id]
    return "" if worth is None else doc.ShadedCell(code(row, id), worth / (row.weight or 1))


def _member(row: StatusRow) -> doc.Item:
    outcome = (f", {cells.outcome_words(row.outcome)}",) if row.outcome else ()
    return doc.Item((cells.title(row), ": ", *cells.stated_and_implied(row), *outcome))
