"""Chapters behind a review: scenarios, exclusive sets, indicators and evidence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Any

import msgspec

from scenarios.analysis.evidence.knowledge import Known, bears_on
from scenarios.analysis.period.period import View
from scenarios.analysis.review.ach import Matrix, MatrixRow
from scenarios.analysis.review.listing import IndicatorRow
from scenarios.analysis.review.page import Chapter, Page, SetChapter
from scenarios.analysis.review.review import Review
from scenarios.analysis.review.status import StatusRow
from scenarios.model import Database, Evidence, EvidenceId, Kind, ScenarioId
from scenarios.render.charts.ledger import LedgerBars
from scenarios.render.document import (
    Block,
    Chart,
    Column,
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
    spans,
    titled,
)
from scenarios.render.documents import report, score
from scenarios.render.documents.effects import weight_column
from scenarios.render.documents.matrix import reading
from scenarios.render.documents.status import NOTHING_IMPLIED, band
from scenarios.render.pictures.ledger import LISTED, ledger
from scenarios.render.pictures.overview import grid, overview
from scenarios.render.pictures.timeline import lanes, timeline
from scenarios.render.text import percent, term
from scenarios.text import counted

_ITEMS = 3
"""Items that a day names."""
ROWS, _FEW, _LAST = 40, 8, 3
"""Of the ungrouped rows of a table, and of each group, so many are shown, and the last ones."""


def scenario_chapter(
    made: Chapter, database: Database, since: date, *, short: bool = False
) -> Folded:
    """All of it, under its title and figures; where it is one of very many, with shorter tables."""
    scenario = made.view.scenario
    return Folded(
        Heading(3, scenario.title, ((*_figures(made.row),),), f"s-{made.row.id}"),
        (
            Paragraph(scenario.question),
            Facts(tuple(_facts(made, database.tracker.estimative_language))),
            *_charts(made, database, since, short=short),
            Folded(Heading(4, "Criteria, prior and clarifications"), (*terms(made.view),)),
        ),
    )


def _figures(row: StatusRow) -> Iterator[Span]:
    """What a reader wants before the chapter is opened."""
    if row.outcome:
        yield f"{row.outcome.replace('-', ' ')}; last "
    if row.stated:
        yield from ("stated ", Figure(row.stated.probability, "p"), ", ")
    yield from ("implied ", Figure(row.shown.probability, "p"))


def _facts(made: Chapter, language: str) -> Iterator[Fact]:
    row, view = made.row, made.view
    if view.stated:
        p = view.stated.probability
        told = f" ({term(p, language)}), {counted(len(view.stated.analysts), 'analyst')}"
        yield Fact("Stated", (Figure(p, "p"), told))
    else:
        yield Fact("Stated", "nobody’s forecast stands")
    p = view.implied.probability
    between = band(view.band.low, view.band.high) if view.band else ""
    banded = (", band ", *spans(between)) if between else ()
    implied = (Figure(p, "p"), f" ({term(p, language)})", *banded)
    yield Fact("Implied", NOTHING_IMPLIED if view.unfounded else implied)
    if row.shown_gap is not None:
        yield Fact("Gap", (Figure(row.shown_gap, "dB"), " dB"))
    if view.resolution:
        outcome = view.resolution.outcome.replace("-", " ")
        yield Fact("Outcome", f"{outcome}, {_day(view.resolution.date)}")
    else:
        overdue = ", overdue" if row.state == "overdue" else ""
        yield Fact("Horizon", f"{_day(view.scenario.horizon)}{overdue}")


def _charts(made: Chapter, database: Database, since: date, *, short: bool) -> Iterator[Block]:
    view = made.view
    stated = view.stated.probability if view.stated else None
    yield timeline(made.course, view, database, since, 1 if short else _ITEMS)
    if view.unfounded:
        return
    drawn = ledger(view.ledger, stated, database, LISTED // 2 if short else LISTED)
    yield excerpt(drawn, _FEW if short else ROWS, f"scen explain {view.id} --all")


def excerpt(chart: Chart, most: int, more: str) -> Chart:
    """Of a long table the first rows and the last; `more` says where the others are."""
    table, left = chart.table, 0
    rows: list[Row | Group] = []
    for row in table.rows:
        if isinstance(row, Group):
            left += len(row.rows[most:])
            rows.append(msgspec.structs.replace(row, rows=row.rows[:most]))
        else:
            rows.append(row)
    plain = rows[most:-_LAST]
    left += len(plain)
    if not left:
        return chart
    note = f"{counted(left, 'row')} more: {more}"
    shown = msgspec.structs.replace(table, rows=(*rows[:most], *rows[most:][-_LAST:]), note=note)
    return msgspec.structs.replace(chart, table=shown)


def terms(view: View) -> Iterator[Block]:
    """Its criteria, its prior, what was clarified, and how it was resolved."""
    scenario = view.scenario
    yield Paragraph(scenario.resolution_criteria)
    yield lines(("Prior ", Figure(scenario.prior.probability, "p"), f": {scenario.prior.basis}"))
    if scenario.clarifications:
        notes = (Item(f"{_day(one.date)}: {one.text}") for one in scenario.clarifications)
        yield Items(tuple(notes))
    if view.resolution:
        yield Paragraph(f"Resolved on {_day(view.resolution.date)}: {view.resolution.basis}")


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


_TELLING = 1.0
"""Decibans of diagnosticity under which a row is folded away."""
_MOST, _EXCLUSIVE_SET_FEW = 100, 20
"""Rows that are shown at once; there may be thousands."""
_HEAD = (
    "How expected each item is under each hypothesis: CC and C more, N equally, I and II less, "
    "× a likelihood ratio; the most telling first. The fewest inconsistencies rank first."
)


def set_chapter(made: SetChapter, known: Known, since: date, *, short: bool = False) -> Folded:
    """All of it, under what the set asks; a shorter matrix where it is one of very many."""
    courses = [member.course for member in made.members]
    views = {member.row.id: member.view for member in made.members}
    drawn = lanes(made.statement, courses, views, known.database, since, known.as_of)
    return Folded(
        Heading(3, made.statement, anchor=f"set-{made.id}"),
        (
            drawn,
            Heading(4, "Competing hypotheses"),
            *_matrix(made.matrix, known, _EXCLUSIVE_SET_FEW if short else _MOST),
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


_SOON = timedelta(days=14)
_BOARD_MOST = 300
"""Rows of what is folded away."""


def indicator_board(
    rows: Sequence[IndicatorRow], review: Review, database: Database
) -> Iterator[Block]:
    """Two tables of one kind."""
    if not rows:
        yield Paragraph("No indicator is watched for.")
        return
    changed = {(one.scenario, one.indicator) for one in review.indicator_changes}
    soon = review.as_of + _SOON
    first = [row for row in rows if (row.scenario, row.indicator) in changed or _waits(row, soon)]
    rest = [row for row in rows if row not in first]
    if first:
        yield indicator_table(first, database, "Changed, emerging, or due")
    else:
        yield Paragraph("None changed, emerges or is due.")
    if rest:
        shown = rest[:_BOARD_MOST]
        more = [Paragraph(f"and {len(rest) - _BOARD_MOST} more: scen list indicators")]
        head = Heading(3, f"All others ({len(rest)})")
        name = "Seen long ago, or not seen"
        yield Folded(
            head, (indicator_table(shown, database, name), *(more if rest[_BOARD_MOST:] else []))
        )


def _waits(row: IndicatorRow, soon: date) -> bool:
    """Half seen, or not seen although it is due."""
    due = row.due is not None and row.due <= soon
    return row.state == "emerging" or (due and row.state != "observed")


def indicator_table(rows: Iterable[IndicatorRow], database: Database, caption: str = "") -> Table:
    """The indicators in their order."""
    columns = (
        Column(name="Indicator", key="statement"),
        Column(name="Scenario", key="scenario"),
        Column(name="State", key="state"),
        Column(name="Since", key="since"),
        Column(name="Due", key="due"),
        Column(name="Strength", key="strength", align="right"),
        Column(name="Diagnosticity, dB", key="diagnosticity", align="right"),
    )
    cells: Iterable[Row] = (
        (
            row.statement,
            Ref(row.scenario, "scenario", database.scenarios[row.scenario].title),
            row.state,
            row.since or "",
            str(row.due or ""),
            Figure(row.strength, digits=2),
            Figure(row.diagnosticity, digits=1),
        )
        for row in rows
    )
    return Table(columns=columns, rows=tuple(cells), caption=caption)


def evidence_items(ids: Iterable[EvidenceId], database: Database) -> Items:
    """The items, the newest first, each leading to its address and to its scenarios."""
    newest = sorted(ids, key=lambda one: (database.evidence[one].recorded, one), reverse=True)
    return Items(tuple(_item(id, database.evidence[id], database) for id in newest))


def _item(id: EvidenceId, item: Evidence, database: Database) -> Item:
    return Item(
        Link(item.summary, item.url),
        (Item((*_about(id, item, database),)), *_bearing(item, database)),
        anchor=f"e-{id}",
    )


def _about(id: EvidenceId, item: Evidence, database: Database) -> Iterator[Span]:
    yield f"{id}, {item.grade(database.sources)}"
    if item.source:
        kind: Kind | None = "source" if item.source in database.sources else None
        named = database.sources[item.source].name if kind else item.source
        yield from (", ", Ref(item.source, kind, named))
    if item.attachment:
        yield f", a copy is kept in {item.attachment.file}"
    if item.retracted:
        yield f", retracted on {item.retracted.date}: {item.retracted.reason}"


def _bearing(item: Evidence, database: Database) -> Iterator[Item]:
    told: list[Span] = []
    for id in sorted(bears_on(database, item)):
        told += [", " if told else "bears on ", Ref(id, "scenario", database.scenarios[id].title)]
    if told:
        yield Item(tuple(told))


_WHOLE_MOST = 400
"""Items of evidence that have a place on the page."""
LARGE = 60
"""From so many scenarios on their tables are shorter."""
_METHOD = "method"
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


def whole(page: Page, database: Database, known: Known) -> Parts:
    """What a page shows of a review."""
    picture = overview(page.review, database)
    made = report.document(page.review, database, picture=picture, whole=True)
    summary, behind, method = _parted(made)
    chapters = (*_scenarios(page, database), *_sets(page, known))
    named = _named((*summary, *behind, *chapters), database)
    items = tuple(islice(named, _WHOLE_MOST))
    review = page.review
    return Parts(
        title=f"{review.tracker.title}: review of {review.as_of}",
        summary=summary,
        appendix=(
            *behind,
            *chapters,
            *_effects(page, database),
            _part(
                "Indicators", "indicators", indicator_board(page.indicators, page.review, database)
            ),
            *_evidence(items, database),
            *_scores(page, database),
            _part("Method", "method", (*method, Paragraph(_READING))),
        ),
        anchors=[
            *(f"s-{chapter.row.id}" for chapter in page.chapters),
            *(f"e-{id}" for id in items),
        ],
        below={"scenarios": tuple(map(_signpost, page.chapters))},
    )


def _signpost(chapter: Chapter) -> Signpost:
    """A scenario by its title, with its figure or outcome."""
    row = chapter.row
    p = row.stated.probability if row.stated else row.shown.probability
    told = percent(p) if p is not None else "–"
    figure = told if row.outcome is None else row.outcome.replace("-", " ")
    return Signpost(row.title, f"s-{row.id}", figure)


def _parted(made: Document) -> tuple[Document, Document, Document]:
    """What of the review is read first, what is folded behind it, and its method."""
    folded = [block for block in made if isinstance(block, Folded)]
    method = [block for one in folded if one.heading.anchor == _METHOD for block in one.blocks]
    behind = tuple(one for one in folded if one.heading.anchor != _METHOD)
    return tuple(block for block in made if not isinstance(block, Folded)), behind, tuple(method)


def _part(name: str, anchor: str, blocks: Iterable[Block]) -> Folded:
    return Folded(Heading(2, name, anchor=anchor), tuple(blocks))


def _scenarios(page: Page, database: Database) -> Iterator[Block]:
    review = page.review
    short = len(page.chapters) >= LARGE
    made = [scenario_chapter(one, database, review.since, short=short) for one in page.chapters]
    if made:
        about = Paragraph(
            f"Each picture runs from the day on which the question opened, on at most {page.days} "
            "days: those on which a figure changed, or as many at even distances."
        )
        others = f"The {page.others} others have a page each, and none here."
        more = [Paragraph(others)] if page.others else []
        yield _part(f"Scenarios ({len(made)})", "scenarios", (about, *more, *made))


def _sets(page: Page, known: Known) -> Iterator[Block]:
    short = len(page.chapters) >= LARGE
    since = page.review.since
    made = [set_chapter(one, known, since, short=short) for one in page.sets]
    if made:
        yield _part(f"Exclusive sets ({len(made)})", "sets", made)


def _scores(page: Page, database: Database) -> Iterator[Block]:
    if page.score:
        told = titled(score.document(page.score, "")[1:], database)
        yield _part("Scores and calibration", "scores", told)


def _effects(page: Page, database: Database) -> Iterator[Block]:
    """Which item moved which open scenario, and when."""
    views = [chapter.view for chapter in page.chapters if chapter.view.open]
    if drawn := grid(views, database, page.review.as_of):
        made = excerpt(drawn, ROWS, "scen explain SCENARIO --all")
        yield _part("Which item moved which scenario", "effects", (made,))


def _evidence(items: Collection[str], database: Database) -> Iterator[Block]:
    if items:
        told = evidence_items(items, database)
        yield _part(f"Evidence ({len(items)})", "evidence", (told,))


def _named(part: Any, database: Database) -> Iterator[str]:
    """The items that a document names, in its order, each once."""
    yield from dict.fromkeys(id for id in _refs(part) if id in database.evidence)


def _refs(part: Any) -> Iterator[str]:
    if isinstance(part, Ref):
        if part.kind == "evidence":
            yield part.id
    elif isinstance(part, Chart):
        if isinstance(part.drawing, LedgerBars):
            for theme in part.drawing.themes:
                yield from (bar.anchor.removeprefix("e-") for bar in theme.bars)
        yield from _refs(part.table)
    elif isinstance(part, tuple):
        for one in part:
            yield from _refs(one)
    elif isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            yield from _refs(getattr(part, name))
