"""Chapters behind a review: scenarios, exclusive sets, indicators and evidence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import Known, bears_on
from scenarios.analysis.period.period import ScenarioView
from scenarios.analysis.review.ach import Matrix, MatrixRow
from scenarios.analysis.review.listing import IndicatorRow
from scenarios.analysis.review.page import Chapter, ReviewPage, SetChapter
from scenarios.analysis.review.review import Review
from scenarios.analysis.review.status import StatusRow
from scenarios.model import Database, EvidenceId, ScenarioId
from scenarios.render import cells
from scenarios.render.cells import Cell, left, p, right
from scenarios.render.charts.ledger import LedgerBars
from scenarios.render.document import (
    Block,
    Chart,
    Document,
    Fact,
    Facts,
    Figure,
    Folded,
    Group,
    Heading,
    Item,
    Items,
    Link,
    Paragraph,
    Parts,
    Ref,
    Row,
    Signpost,
    Span,
    Table,
    Text,
    Tinted,
    lines,
    plain,
    spans,
    titled,
)
from scenarios.render.documents import score
from scenarios.render.documents.matrix import NO_ROWS, reading
from scenarios.render.pictures.ledger import LISTED, ledger
from scenarios.render.pictures.overview import grid
from scenarios.render.pictures.timeline import lanes, timeline
from scenarios.render.text import long_day, short_day, term
from scenarios.text import counted

_ITEMS = 3
"""Items that a day names."""
ROWS, _FEW, _LAST = 40, 8, 3
"""First rows of a table, outside of groups and of each group, fewer in a short one; last rows."""
_TELLING = 1.0
"""Decibans of diagnosticity under which a row of a matrix is folded away."""
_MATRIX_ROWS, _FEW_MATRIX_ROWS = 100, 20
_MATRIX_HEAD = (
    "How expected each item is under each hypothesis: CC and C more, N equally, I and II less, "
    "× a likelihood ratio; the most telling first. The fewest inconsistencies rank first."
)
_SOON = timedelta(days=14)
_FOLDED_INDICATORS = 300
_MOST_ITEMS = 400
"""Items of evidence that have a place on the page."""
LARGE = 60
"""Scenarios from which on their tables are shorter."""
_READING = (
    "Two probabilities stand side by side. The stated one is what people forecast. The implied "
    "one follows by Bayes’ rule from a stated prior and the graded evidence; the odds ledger of "
    "each scenario shows how. Neither overwrites the other. A deciban (dB) is a tenth of a factor "
    "of ten in the odds: +3 dB doubles them, +10 dB is ten times as much. Movement is the Jeffreys "
    "divergence of the two probabilities, in bits: from 2% to 7% is 0.094, from 50% to 55% is "
    "0.015. Where lines of evidence are taken to be alike, the strongest counts in full and each "
    "weaker one for less; a new one can give the others a new rank, and so another worth. Figures "
    "are rounded for reading; the exact ones stand behind them in the page’s source."
)


def whole(page: ReviewPage, database: Database, known: Known, blocks: Document) -> Parts:
    """A review as a summary and the appendix behind it; `blocks` are the whole report."""
    review = page.review
    summary = tuple(block for block in blocks if not isinstance(block, Folded))
    *behind, method = (block for block in blocks if isinstance(block, Folded))
    chapters = (*_scenarios(page, database), *_sets(page, known))
    named = dict.fromkeys(id for id in _items_in((*summary, *behind, *chapters)))
    items = tuple(islice((id for id in named if id in database.evidence), _MOST_ITEMS))
    indicators = indicator_board(page.indicators, review, database)
    evidence = (evidence_items(items, database),) if items else ()
    return Parts(
        title=f"{review.tracker.title}: review of {review.as_of}",
        summary=summary,
        appendix=(
            *behind,
            *chapters,
            *_effects(page, database),
            *_part("Indicators", "indicators", indicators),
            *_part(f"Evidence ({len(items)})", "evidence", evidence),
            *_part("Scores and calibration", "scores", _scores(page, database)),
            *_part("Method", "method", (*method.blocks, Paragraph(_READING))),
        ),
        anchors=[
            *(f"s-{chapter.row.id}" for chapter in page.chapters),
            *(f"e-{id}" for id in items),
        ],
        below={"scenarios": tuple(_signpost(chapter.row) for chapter in page.chapters)},
    )


def _part(name: str, anchor: str, blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield a part of the appendix, unless it is empty."""
    if shown := tuple(blocks):
        yield Folded(Heading(2, name, anchor=anchor), shown)


def _signpost(row: StatusRow) -> Signpost:
    """A scenario by its title, with its figure or outcome."""
    figure = cells.outcome_words(row.outcome) or plain(p((row.stated or row.shown).probability))
    return Signpost(row.title, f"s-{row.id}", figure)


def _scenarios(page: ReviewPage, database: Database) -> Iterator[Block]:
    short = len(page.chapters) >= LARGE
    chapters = [
        scenario_chapter(chapter, database, page.review.since, short=short)
        for chapter in page.chapters
    ]
    if chapters:
        about = Paragraph(
            f"Each picture runs from the day on which the question opened, on at most {page.days} "
            "days: those on which a figure changed, or as many at even distances."
        )
        yield from _part(f"Scenarios ({len(chapters)})", "scenarios", (about, *chapters))


def _sets(page: ReviewPage, known: Known) -> Iterator[Block]:
    most = _FEW_MATRIX_ROWS if len(page.chapters) >= LARGE else _MATRIX_ROWS
    chapters = [
        Folded(
            Heading(3, chapter.statement, anchor=f"set-{chapter.id}"),
            tuple(set_blocks(chapter, known, page.review.since, most)),
        )
        for chapter in page.sets
    ]
    yield from _part(f"Exclusive sets ({len(chapters)})", "sets", chapters)


def _scores(page: ReviewPage, database: Database) -> Document:
    return titled(score.blocks(page.score), database)


def _effects(page: ReviewPage, database: Database) -> Iterator[Block]:
    """Yield the items that moved open scenarios, and when."""
    views = [chapter.view for chapter in page.chapters if chapter.view.open]
    if drawn := grid(views, database, page.review.as_of):
        chart = excerpt(drawn, ROWS, "scen explain SCENARIO --all")
        yield from _part("Which item moved which scenario", "effects", (chart,))


def _items_in(part: Any) -> Iterator[str]:
    """Yield the ids of items that a document names, in its order."""
    if isinstance(part, Ref):
        if part.kind == "evidence":
            yield part.id
    elif isinstance(part, Chart):
        if isinstance(part.drawing, LedgerBars):
            for theme in part.drawing.themes:
                yield from (bar.anchor.removeprefix("e-") for bar in theme.bars)
        yield from _items_in(part.table)
    elif isinstance(part, tuple):
        for inner in part:
            yield from _items_in(inner)
    elif isinstance(part, msgspec.Struct):
        yield from _items_in(tuple(getattr(part, name) for name in part.__struct_fields__))


# A scenario


def scenario_chapter(
    chapter: Chapter, database: Database, since: date, *, short: bool = False
) -> Folded:
    """A scenario under its title and figures; with shorter tables where there are many."""
    row, view = chapter.row, chapter.view
    outcome = (f"{cells.outcome_words(row.outcome)}; at the end ",) if row.outcome else ()
    return Folded(
        Heading(3, row.title, ((*outcome, *cells.stated_and_implied(row)),), f"s-{row.id}"),
        (
            Paragraph(view.scenario.question),
            facts(row, view, database.tracker.estimative_language),
            timeline(chapter.course, view, database, since, 1 if short else _ITEMS),
            *ledger_chart(
                view, database, LISTED // 2 if short else LISTED, _FEW if short else ROWS
            ),
            Folded(Heading(4, "Criteria, prior and clarifications"), (*terms(view),)),
        ),
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
        yield excerpt(drawn, rows, f"scen explain {view.id} --all")


def excerpt(chart: Chart, most: int, more: str) -> Chart:
    """The first rows of a long table and the last; `more` says where the others are."""
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
    note, shown = f"{counted(left, 'row')} more: {more}", (*rows[:most], *rows[most:][-_LAST:])
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
        more = Paragraph(f"and {counted(len(rest) - most, 'row')} more: scen matrix")
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


# Indicators and evidence


def indicator_board(
    rows: Sequence[IndicatorRow], review: Review, database: Database
) -> Iterator[Block]:
    """Yield the indicators that changed, are due or emerge, then all others folded away."""
    if not rows:
        yield Paragraph("No indicator is watched for.")
        return
    changed = {(change.scenario, change.indicator) for change in review.indicator_changes}
    soon = review.as_of + _SOON
    first = [row for row in rows if (row.scenario, row.indicator) in changed or _waits(row, soon)]
    rest = [row for row in rows if row not in first]
    if first:
        yield indicator_table(first, database, "Changed, emerging, or due")
    else:
        yield Paragraph("None changed, emerges or is due.")
    if rest:
        shown = indicator_table(rest[:_FOLDED_INDICATORS], database, "Seen long ago, or not seen")
        number = len(rest[_FOLDED_INDICATORS:])
        more = [Paragraph(f"and {number} more: scen list indicators")] if number else []
        yield Folded(Heading(3, f"All others ({len(rest)})"), (shown, *more))


def _waits(row: IndicatorRow, soon: date) -> bool:
    """True if an indicator is half seen, or not seen although it is due."""
    due = row.due is not None and row.due <= soon
    return row.state == "emerging" or (due and row.state != "observed")


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


def evidence_items(ids: Collection[EvidenceId], database: Database) -> Items:
    """The items, the newest first, each leading to its address and to its scenarios."""
    newest = sorted(ids, key=lambda item: (database.evidence[item].recorded, item), reverse=True)
    return Items(tuple(_item(id, database) for id in newest))


def _item(id: EvidenceId, database: Database) -> Item:
    item = database.evidence[id]
    about: list[Span] = [f"{id}, {item.grade(database.sources)}"]
    about += [", ", cells.source(item.source, database)] if item.source else []
    if item.attachment:
        about.append(f", a copy is kept in {item.attachment.file}")
    if item.retracted:
        about.append(f", retracted on {item.retracted.date}: {item.retracted.reason}")
    scenarios = sorted(bears_on(database, item))
    named = (Ref(other, "scenario", database.scenarios[other].title) for other in scenarios)
    bearing = [Item(("bears on ", *cells.listed(named)))] if scenarios else []
    return Item(Link(item.summary, item.url), (Item(tuple(about)), *bearing), anchor=f"e-{id}")
