"""The pages of a scenario and of a set of which one member occurs."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.analysis.evidence.indicators import reading
from scenarios.analysis.forecasts import GivenForecast
from scenarios.analysis.period.period import ScenarioView
from scenarios.analysis.review.ach import matrix
from scenarios.analysis.review.page import Chapter, SetChapter
from scenarios.analysis.review.status import StatusRow
from scenarios.model import Indicator, IndicatorId, Scenario, ScenarioId, SetId
from scenarios.render import cells
from scenarios.render.cells import Cell, left, one_line, p, right
from scenarios.render.chapters import facts, ledger_chart, set_blocks, terms
from scenarios.render.charts.draw import Card
from scenarios.render.document import (
    Block,
    Document,
    Figure,
    Heading,
    Item,
    Items,
    Paragraph,
    Span,
    Table,
    plain,
)
from scenarios.render.documents.review.sentences import of_scenario
from scenarios.render.pictures.ledger import LISTED
from scenarios.render.pictures.timeline import figures_of, timeline
from scenarios.render.templating import fill
from scenarios.render.text import short_day
from scenarios.render.writers import html
from scenarios.render.writers.html import IndexEntry
from scenarios.site.figures import figures
from scenarios.site.pages.record import listed_first, newest, record_blocks
from scenarios.site.site import Page, Site, page_of, place
from scenarios.text import counted

_ROWS = 60


def scenario_page(site: Site, id: ScenarioId) -> Page:
    """All of a scenario, as of the site's day."""
    address, scenario = place("s", id), site.scenarios.get(id)
    places, card = site.links(address), None
    if path := site.database.withheld.get(id):
        description = cells.withheld_figures(path)
        main = html.sections(_withheld(site, scenario, id, description), places)
    else:
        view = figures(site).window.views[id]
        description, card = plain(_news(site, view)), _card(site, view)
        line = html.sections(_line(site, view), site.event_links(address))
        main = fill(
            "site/record.html",
            top=html.sections(_top(site, view), places),
            kind="",
            body=f"{line}\n{html.sections(_body(site, view), places)}",
        )
    return Page(
        address=address,
        title=one_line(scenario.title) if scenario else id,
        description=description,
        main=main,
        section="scenarios",
        above=_above(site, scenario, address) if scenario else (),
        card=card,
    )


def _withheld(site: Site, scenario: Scenario | None, id: ScenarioId, reason: str) -> Document:
    """The question alone, if known, where an unreadable file could change its figures."""
    formerly = scenario.formerly if scenario else ()
    return (
        Heading(1, one_line(scenario.title) if scenario else id),
        *((Paragraph(scenario.question),) if scenario else ()),
        Paragraph(reason),
        *((Paragraph(scenario.resolution_criteria),) if scenario else ()),
        *record_blocks(site, "scenario", id, formerly),
    )


def _card(site: Site, view: ScenarioView) -> Card:
    """Its figure and outcome, and its course."""
    stated, implied = view.stated, "–" if view.unfounded else plain(p(view.implied.probability))
    about = f"stated; implied {implied}" if stated else f"implied; {cells.NO_FORECAST}"
    if view.unfounded:
        about = "stated" if stated else cells.NO_FORECAST
    if view.resolution:
        about = cells.outcome_words(view.resolution.outcome)
    return Card(
        title=one_line(view.scenario.title),
        figure=plain(p(stated.probability)) if stated else implied,
        look="stated" if stated else "implied",
        about=about,
        signature=f"{site.title} · as of {short_day(site.as_of)}",
        notice=one_line(site.database.tracker.notice),
        points=figures_of(figures(site).course(view.id), unfounded=view.unfounded),
    )


def _above(site: Site, scenario: Scenario, address: str) -> tuple[IndexEntry, ...]:
    if not scenario.set:
        return ()
    name = site.database.tracker.sets.get(scenario.set, scenario.set)
    return (IndexEntry(name, site.href(address, place("set", scenario.set))),)


def _top(site: Site, view: ScenarioView) -> Iterator[Block]:
    """Yield the question, its figures, and one line of what moved it."""
    yield Heading(1, one_line(view.scenario.title))
    yield Paragraph(view.scenario.question)
    yield facts(figures(site).rows[view.id], view, site.database.tracker.estimative_language)
    yield Paragraph(_news(site, view))


def _news(site: Site, view: ScenarioView) -> tuple[Span, ...]:
    return of_scenario(view, figures(site).review.story, site.database)


def _line(site: Site, view: ScenarioView) -> Iterator[Block]:
    """Yield its line, which leads to the events that moved it."""
    yield Heading(2, "How it came here", anchor="course")
    course = figures(site).course(view.id)
    yield timeline(course, view, site.database, figures(site).window.since)


def _body(site: Site, view: ScenarioView) -> Iterator[Block]:
    yield Heading(2, "What the evidence says", anchor="ledger")
    if view.unfounded:
        yield Paragraph(f"Nothing yet: {cells.NOTHING_IMPLIED}.")
    lines = view.ledger.lines
    most = _ROWS if len(site.first(lines)) == len(lines) else LISTED
    yield from ledger_chart(view, site.database, LISTED, most)
    if view.scenario.indicators:
        yield Heading(2, "What is watched for", anchor="indicators")
        yield _indicators(site, view)
    yield Heading(2, "Criteria, prior and clarifications", anchor="criteria")
    yield from terms(view)
    yield from _forecasts(site, view)
    yield from _evidence(site, view)
    yield Heading(2, "Record", anchor="record")
    yield from record_blocks(site, "scenario", view.id, view.scenario.formerly, _record(site, view))


def _indicators(site: Site, view: ScenarioView) -> Table:
    indicators = view.scenario.indicators
    now = {name: reading(figures(site).window.now, (view.id, name)) for name in indicators}
    columns: tuple[Cell[tuple[IndicatorId, Indicator]], ...] = (
        (left("Indicator"), lambda row: row[1].statement),
        (left("State"), lambda row: now[row[0]].state),
        (left("Since"), lambda row: now[row[0]].since or ""),
        (left("Due"), lambda row: f"{row[1].due or ''}"),
        (right("Strength"), lambda row: Figure(now[row[0]].strength, digits=2)),
    )
    return cells.table(indicators.items(), columns)


def _forecasts(site: Site, view: ScenarioView) -> Iterator[Block]:
    """Yield who stands where, and why."""
    if not view.stated:
        return
    latest = {given.analyst: given for given in figures(site).course(view.id).forecasts}
    rows = [given for who, given in sorted(latest.items()) if who in view.stated.analysts]
    analysts = site.database.tracker.analysts
    columns: tuple[Cell[GivenForecast], ...] = (
        (left("Analyst"), lambda given: analysts.get(given.analyst, given.analyst)),
        (right("Stated"), lambda given: p(given.probability)),
        (left("On"), lambda given: f"{given.date}"),
        (left("Why"), lambda given: one_line(given.rationale)),
    )
    yield Heading(2, "Who says so", anchor="forecasts")
    yield cells.table(rows, columns)


def _evidence(site: Site, view: ScenarioView) -> Iterator[Block]:
    if ids := newest(site, view.evidence):
        yield Heading(2, f"Evidence ({len(ids)})", anchor="evidence")
        yield from listed_first(site, ids)


def _record(site: Site, view: ScenarioView) -> Iterator[Item]:
    scenario = view.scenario
    if scenario.tags:
        yield Item(f"Tags: {', '.join(scenario.tags)}")
    for name, ids in (("Implies", scenario.implies), ("Depends on", tuple(scenario.prior.given))):
        if ids:
            yield Item((f"{name}: ", *cells.titles(ids, site.database)))


def set_page(site: Site, id: SetId) -> Page:
    """All of a set, as of the site's day."""
    address, statement = place("set", id), site.database.tracker.sets.get(id, id)
    description = f"{counted(len(site.sets[id]), 'scenario')} of which exactly one occurs."
    blocks = (
        Heading(1, one_line(statement)),
        Paragraph(description),
        Items(tuple(_member(figures(site).rows[member]) for member in site.sets[id])),
        *_set(site, id, statement),
    )
    title = one_line(statement)
    return page_of(site.links, address, title, description, blocks, section="scenarios")


def _set(site: Site, id: SetId, statement: str) -> Iterator[Block]:
    shown = figures(site)
    members = tuple(
        Chapter(
            row=shown.rows[member], view=shown.window.views[member], course=shown.course(member)
        )
        for member in site.sets[id]
        if member in shown.window.views
    )
    if members:
        sums = matrix(shown.window.now, site.sets[id])
        chapter = SetChapter(id=id, statement=statement, members=members, matrix=sums)
        yield from set_blocks(chapter, shown.window.now, shown.window.since)


def _member(row: StatusRow) -> Item:
    outcome = (f", {cells.outcome_words(row.outcome)}",) if row.outcome else ()
    return Item((cells.title(row), ": ", *cells.stated_and_implied(row), *outcome))
