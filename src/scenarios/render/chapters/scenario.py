"""A scenario: its question and figures, how it came there, and what that rests on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from scenarios.analysis.period.period import ScenarioView
from scenarios.analysis.review.page import Chapter
from scenarios.analysis.review.status import StatusRow
from scenarios.model import Database
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
    Row,
    Span,
    lines,
    spans,
)
from scenarios.render.documents.status import NOTHING_IMPLIED, band
from scenarios.render.pictures.ledger import LISTED, ledger
from scenarios.render.pictures.timeline import timeline
from scenarios.render.text import term
from scenarios.text import counted

_ITEMS = 3
"""Items that a day names."""
ROWS, _FEW, _LAST = 40, 8, 3
"""Of the ungrouped rows of a table, and of each group, so many are shown, and the last ones."""


def chapter(made: Chapter, database: Database, since: date, *, short: bool = False) -> Folded:
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


def terms(view: ScenarioView) -> Iterator[Block]:
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
