"""The page of a quantity: its fan over time, its rows with their ledgers, and its sheets."""

from collections.abc import Iterator

from msgspec.structs import replace

from scenarios.analysis.period.quantity_course import QuantityCourse, quantity_course
from scenarios.analysis.quantities.estimates import by_probability
from scenarios.analysis.quantities.explanation import row_on
from scenarios.analysis.quantities.figures import Interval, RowFigure, row_name
from scenarios.analysis.quantities.view import (
    QuantityView,
    StandingEstimate,
    interval,
    quantity_view,
)
from scenarios.model import ScenarioId
from scenarios.model.quantity import shortest
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, left, one_line, p, right
from scenarios.render.charts.draw import Card
from scenarios.render.pictures_of_quantities import fan, row_course
from scenarios.render.templating import fill
from scenarios.render.text import on_screen, short_day
from scenarios.render.writers import html
from scenarios.site.figures import figures
from scenarios.site.pages import scenario as pages
from scenarios.site.pages.record import listed_first, newest, record_blocks
from scenarios.site.site import Page, Site, address_of
from scenarios.text import counted

_DAYS = 60
"""Most days of evidence that are drawn of a course."""


def quantity_page(site: Site, id: ScenarioId) -> Page:
    """The page of a quantity, as of the site's day."""
    if id in site.database.withheld:
        return pages.scenario_page(site, id)
    address, window = address_of("s", id), figures(site).window
    places, odds = site.links(address), window.odds
    view = quantity_view(odds, id, window.since, site.as_of)
    course = quantity_course(odds, id, site.as_of, _DAYS)
    drawn = fan(course, odds, window.since, site.as_of)
    line = html.sections(pages.over_time(drawn), site.event_links(address))
    return Page(
        address=address,
        title=one_line(view.scenario.title),
        description=drawn.label,
        main=fill(
            "site/record.html",
            top=html.sections(_top(view), places),
            kind="",
            body=f"{line}\n{html.sections(_body(site, view, course), places)}",
        ),
        section="scenarios",
        card=_card(site, view),
    )


def _card(site: Site, view: QuantityView) -> Card:
    figure = view.figure
    shown = figure.stated or figure.implied
    return Card(
        title=one_line(view.scenario.title),
        figure=f"{shown}".partition(" (")[0],
        look="stated" if figure.stated else "implied",
        about=f"{shown}{' ' if figure.unit else ''}{figure.unit or ''}",
        signature=f"{site.title} · as of {short_day(site.as_of)}",
        notice=one_line(site.database.tracker.notice),
    )


def _top(view: QuantityView) -> Iterator[doc.Block]:
    figure, end, unit = view.figure, view.resolution, view.figure.unit or ""
    yield doc.Heading(1, one_line(view.scenario.title))
    yield doc.Paragraph(view.scenario.question)
    ours = doc.Fact("We say", "–", cells.NO_FORECAST)
    if figure.stated:
        ours = _fact("We say", figure.stated, counted(figure.analysts, "analyst"))
    until = doc.Fact("By", f"{view.scenario.horizon}")
    if end:
        until = doc.Fact("Outcome", f"{on_screen(end.ending)} {unit}".rstrip(), f"{end.date}")
    yield doc.Facts((ours, _fact("Evidence", figure.implied, unit), until))


def _fact(name: str, shown: Interval, under: str) -> doc.Fact:
    median, _, rest = f"{shown}".partition(" (")
    return doc.Fact(name, on_screen(median), "; ".join(filter(None, (rest.rstrip(")"), under))))


def _body(site: Site, view: QuantityView, course: QuantityCourse) -> Iterator[doc.Block]:
    scenario, database = view.scenario, site.database
    yield doc.Heading(2, "What the evidence says", anchor="ledger")
    yield from _rows(view)
    if view.figure.thresholds:
        yield doc.Paragraph(pages.UNIT)
    for row in view.figure.thresholds:
        yield from _row(site, view, course, row)
    if scenario.indicators:
        yield doc.Heading(2, "What is watched for", anchor="indicators")
        yield pages.indicator_table(site, view.id, scenario)
    yield doc.Heading(2, "Criteria, starting point and clarifications", anchor="criteria")
    yield from pages.terms(scenario, view.resolution, f"{interval(view.ledger.prior, scenario)}")
    yield from _sheets(site, view)
    if ids := newest(site, figures(site).period.now.rating.get(view.id, ())):
        yield doc.Heading(2, f"Evidence ({len(ids)})", anchor="evidence")
        yield from listed_first(site, ids)
    yield doc.Heading(2, "Record", anchor="record")
    own = pages.own_keys(scenario, database)
    yield from record_blocks(site, "scenario", view.id, scenario.formerly, own)


def _rows(view: QuantityView) -> Iterator[doc.Block]:
    columns: tuple[Cell[RowFigure], ...] = (
        (left("Row"), lambda row: doc.AnchorLink(_name(view, row), _anchor(row))),
        (right("We say"), lambda row: p(row.stated)),
        (right("Evidence"), lambda row: p(row.implied)),
        (left("Rated as"), lambda row: row.id),
    )
    if view.figure.thresholds:
        yield cells.table(view.figure.thresholds, columns)


def _name(view: QuantityView, row: RowFigure) -> str:
    return row_name(
        on_screen(row.threshold) if isinstance(row.threshold, str) else row.threshold,
        view.figure.unit,
    )


def _anchor(row: RowFigure) -> str:
    return f"row-{row.id.partition('/')[2]}"


def _row(
    site: Site, view: QuantityView, course: QuantityCourse, row: RowFigure
) -> Iterator[doc.Block]:
    """Yield the ledger of a row as a picture, and its course, folded."""
    name, window = _name(view, row), figures(site).window
    on_day = row_on(site.database, row.id, site.as_of)
    ended = f", {cells.outcome_words(on_day.outcome)}" if on_day.outcome else ""
    yield doc.Heading(3, f"{name[:1].upper()}{name[1:]}{ended}", anchor=_anchor(row))
    book = on_day.ledger.row_ledger(row.id)
    closing = (replace(x, id="rows") if x.kind == "rivals" else x for x in book.closing)
    book = replace(book, closing=tuple(closing))
    yield pages.ledger(book, on_day.stated, site.database, pages.LISTED)
    over_time = row_course(course, row.id, site.database, window.since, site.as_of)
    table = replace(over_time.table, anchors=())  # the fan's own rows have them
    head = doc.Heading(4, "Over time")
    yield doc.CollapsedSection(head, (replace(over_time, table=table),))


def _sheets(site: Site, view: QuantityView) -> Iterator[doc.Block]:
    """Yield the estimates that stand, each with its quantiles as they were stated."""
    database = site.database
    columns: tuple[Cell[StandingEstimate], ...] = (
        (left("Analyst"), lambda each: _analyst(site, each)),
        (left("Estimate"), lambda each: f"{interval(each.distribution, view.scenario)}"),
        (left("Stated as"), lambda each: _stated_as(site, view, each)),
        (left("On"), lambda each: f"{each.date}"),
        (
            left("Why"),
            lambda each: one_line(database.sheets[each.sheet].rationales.get(view.id)),
        ),
    )
    if view.stated:
        yield doc.Heading(2, "Who says so", anchor="forecasts")
        yield cells.table(view.stated.estimates.values(), columns)


def _analyst(site: Site, estimate: StandingEstimate) -> str:
    name = site.database.sheets[estimate.sheet].analyst
    return site.database.tracker.analyst_name(name)


def _stated_as(site: Site, view: QuantityView, estimate: StandingEstimate) -> str:
    quantiles = site.database.sheets[estimate.sheet].quantiles[view.id] or {}
    return ", ".join(
        f"{name} {shortest(value)}" for name, value in by_probability(quantiles).items()
    )
