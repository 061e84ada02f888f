"""The page of a scenario: its figure and what moved it, its course, and what that rests on."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.analysis.evidence.indicators import reading
from scenarios.analysis.period.period import ScenarioView
from scenarios.analysis.review.headline import top_move
from scenarios.model import Scenario, ScenarioId
from scenarios.render.chapters.scenario import excerpt, terms
from scenarios.render.charts.draw import Card
from scenarios.render.document import (
    Block,
    Column,
    Fact,
    Facts,
    Figure,
    Folded,
    Heading,
    Item,
    Items,
    Paragraph,
    Row,
    Span,
    Table,
    Text,
    plain,
    spans,
)
from scenarios.render.documents import unreadable
from scenarios.render.documents.review import names
from scenarios.render.documents.review.headline import move
from scenarios.render.documents.status import NOTHING_IMPLIED, band
from scenarios.render.pictures.ledger import LISTED, ledger
from scenarios.render.pictures.timeline import figures_of, timeline
from scenarios.render.text import term
from scenarios.render.writers import html
from scenarios.render.writers.html import Entry
from scenarios.scales import percent
from scenarios.site import links
from scenarios.site.figures import figures
from scenarios.site.links import Links, Page, up
from scenarios.site.pages.listed import listed, newest
from scenarios.site.pages.record import record
from scenarios.site.site import Site
from scenarios.text import counted

_ROWS = 60
_LATEST = 30
"""Items that are listed at once; the others are folded."""


def page(site: Site, id: ScenarioId) -> Page:
    """All of a scenario, as of the site's day."""
    address = links.place("s", id)
    if path := site.database.withheld.get(id):
        return _withheld(site, id, path)
    view, scenario = figures(site).window.views[id], site.scenarios[id]
    places = Links(site.known, address)
    found = plain(_finding(site, view))
    return Page(
        address=address,
        title=" ".join(scenario.title.split()),
        description=found,
        main=f'<div class="top">{html.sections(_top(site, view), places)}</div>'
        + html.sections(_body(site, view), places),
        section="scenarios",
        above=_above(site, scenario, address),
        card=_card(site, view),
    )


def _withheld(site: Site, id: ScenarioId, path: str) -> Page:
    """The question alone, where a file that cannot be read could change its figures."""
    address, scenario = links.place("s", id), site.scenarios[id]
    title = " ".join(scenario.title.split())
    told = unreadable.figures(path)
    blocks: tuple[Block, ...] = (
        Heading(1, title),
        Paragraph(scenario.question),
        told,
        Paragraph(scenario.resolution_criteria),
        Items(tuple(record(site, "scenario", id, scenario.formerly))),
    )
    return Page(
        address=address,
        title=title,
        description=plain(told.text),
        main=html.sections(blocks, Links(site.known, address)),
        section="scenarios",
        above=_above(site, scenario, address),
    )


def _card(site: Site, view: ScenarioView) -> Card:
    """Its figure, or what became of it, and its course."""
    stated, implied = view.stated, percent(view.implied.probability)
    told = f"stated; implied {implied}" if stated else "implied; nobody’s forecast stands"
    if view.unfounded:
        implied, told = "–", "stated" if stated else "nobody’s forecast stands"
    if view.resolution:
        told = view.resolution.outcome.replace("-", " ")
    return Card(
        title=" ".join(view.scenario.title.split()),
        figure=percent(stated.probability) if stated else implied,
        look="stated" if stated else "implied",
        about=told,
        signature=f"{site.title} · as of {site.as_of}",
        points=figures_of(figures(site).course(view.id), unfounded=view.unfounded),
    )


def _above(site: Site, scenario: Scenario, address: str) -> tuple[Entry, ...]:
    if not scenario.set:
        return ()
    name = site.database.tracker.sets.get(scenario.set, scenario.set)
    return (Entry(name, up(address) + links.place("set", scenario.set)),)


def _top(site: Site, view: ScenarioView) -> Iterator[Block]:
    """The question, one large number, and one line of what moved it."""
    yield Heading(1, " ".join(view.scenario.title.split()))
    yield Paragraph(view.scenario.question)
    yield Facts(tuple(_figures(site, view)))
    yield Paragraph(_finding(site, view))


def _figures(site: Site, view: ScenarioView) -> Iterator[Fact]:
    language = site.database.tracker.estimative_language
    if view.stated:
        p = view.stated.probability
        who = f"{term(p, language)}; {counted(len(view.stated.analysts), 'analyst')}"
        yield Fact("Stated", Figure(p, "p"), who)
    else:
        yield Fact("Stated", "–", "nobody’s forecast stands")
    p = view.implied.probability
    between = band(view.band.low, view.band.high) if view.band else ""
    under: Text = (f"{term(p, language)}; band ", *spans(between)) if between else term(p, language)
    row = figures(site).rows[view.id]
    if view.unfounded:
        yield Fact("Implied", "–", NOTHING_IMPLIED)
    else:
        yield Fact("Implied", Figure(p, "p"), under)
    if row.shown_gap is not None:
        yield Fact("Gap", (Figure(row.shown_gap, "dB"), " dB"), "stated minus implied")
    if view.resolution:
        yield Fact("Outcome", view.resolution.outcome.replace("-", " "), f"{view.resolution.date}")
    else:
        yield Fact("Horizon", f"{row.horizon}", "overdue" if row.state == "overdue" else "")


def _finding(site: Site, view: ScenarioView) -> tuple[Span, ...]:
    """What moved it since the last review, in one sentence."""
    found = figures(site)
    since = f"{found.window.since}"
    if view.resolution:
        outcome = view.resolution.outcome.replace("-", " ")
        return (f"It {outcome}: {' '.join(view.resolution.basis.split())}",)
    if view.id in found.moves:
        top = top_move(site.database, site.as_of, found.moves[view.id], found.causes)
        if top:
            told = move(top, found.review.headline.resolved, site.database)
            return (f"Since {since}: ", *told)
    if view.odds_before is None:
        return (f"Opened on {view.scenario.opened}, since the last review.",)
    return (f"Unchanged since {since}.",)


def _body(site: Site, view: ScenarioView) -> Iterator[Block]:
    database, since = site.database, figures(site).window.since
    yield Heading(2, "How it came here", anchor="course")
    yield timeline(figures(site).course(view.id), view, database, since)
    yield Heading(2, "What the evidence says", anchor="ledger")
    stated = view.stated.probability if view.stated else None
    if view.unfounded:
        yield Paragraph(f"Nothing yet: {NOTHING_IMPLIED}.")
    else:
        drawn = ledger(figures(site).ledger(view.id), stated, database, LISTED)
        yield excerpt(drawn, _ROWS, f"scen explain {view.id} --all")
    if view.scenario.indicators:
        yield Heading(2, "What is watched for", anchor="indicators")
        yield _indicators(site, view)
    yield Heading(2, "Criteria, prior and clarifications", anchor="criteria")
    yield from terms(view)
    yield from _forecasts(site, view)
    yield from _evidence(site, view)
    yield Heading(2, "Record", anchor="record")
    yield Items(tuple(_record(site, view)))


def _indicators(site: Site, view: ScenarioView) -> Table:
    rows: list[Row] = []
    for name, one in view.scenario.indicators.items():
        now = reading(figures(site).window.now, (view.id, name))
        strength = Figure(now.strength, digits=2)
        rows.append((one.statement, now.state, now.since or "", f"{one.due or ''}", strength))
    columns = ("Indicator", "State", "Since", "Due")
    return Table(
        columns=(
            *(Column(name=name) for name in columns),
            Column(name="Strength", align="right"),
        ),
        rows=tuple(rows),
    )


def _forecasts(site: Site, view: ScenarioView) -> Iterator[Block]:
    """Who stands where, and why."""
    if not view.stated:
        return
    latest = {one.analyst: one for one in figures(site).course(view.id).forecasts}
    analysts = site.database.tracker.analysts
    rows = [
        (
            analysts.get(one.analyst, one.analyst),
            Figure(one.probability, "p"),
            f"{one.date}",
            " ".join((one.rationale or "").split()),
        )
        for name, one in sorted(latest.items())
        if name in view.stated.analysts
    ]
    yield Heading(2, "Who says so", anchor="forecasts")
    yield Table(
        columns=(
            Column(name="Analyst"),
            Column(name="Stated", align="right"),
            Column(name="On"),
            Column(name="Why"),
        ),
        rows=tuple(rows),
    )


def _evidence(site: Site, view: ScenarioView) -> Iterator[Block]:
    if not view.evidence:
        return
    found = newest(site, view.evidence)
    yield Heading(2, f"Evidence ({len(found)})", anchor="evidence")
    yield listed(site, found[:_LATEST])
    if rest := found[_LATEST:]:
        yield Folded(Heading(3, f"{counted(len(rest), 'older item')}"), (listed(site, rest),))


def _record(site: Site, view: ScenarioView) -> Iterator[Item]:
    scenario = view.scenario
    if scenario.tags:
        yield Item(f"Tags: {', '.join(scenario.tags)}")
    for name, ids in (("Implies", scenario.implies), ("Depends on", tuple(scenario.prior.given))):
        if ids:
            yield Item((f"{name}: ", *names.titles(ids, site.database)))
    yield from record(site, "scenario", view.id, scenario.formerly)
