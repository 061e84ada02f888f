"""The first page: the headline, every open scenario as a picture, and a table to choose from."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.analysis.review.status import StatusRow
from scenarios.model import ScenarioId
from scenarios.render.charts.draw import Card
from scenarios.render.document import (
    Block,
    Column,
    Figure,
    Heading,
    Item,
    Items,
    Jump,
    Paragraph,
    Ref,
    Row,
    Span,
    Table,
    move,
    plain,
)
from scenarios.render.documents.review import headline
from scenarios.render.documents.status import band, unless_withheld
from scenarios.render.pictures.overview import overview
from scenarios.render.writers import html
from scenarios.render.writers.page import whence
from scenarios.site import links
from scenarios.site.commits import revision
from scenarios.site.figures import Facet, choices, figures, rules
from scenarios.site.links import Page
from scenarios.site.pages import quiet
from scenarios.site.pages.listed import listed, newest
from scenarios.site.site import Site

_LATEST, _REVIEWS = 8, 8


def page(site: Site) -> Page:
    """What is open, what moved, and everything by set, tag, theme and state."""
    places = site.links(links.INDEX)
    told = _told(site) if site.scenarios else ()
    facets = _facets(site)
    main = (
        f'<div class="summary">{html.sections(_summary(site), places)}</div>'
        + html.blocks((Heading(2, "Every scenario"),), places)
        + (choices(facets) if facets else "")
        + f'<div id="every">{html.blocks((_every(site),), places)}</div>'
        + html.sections(_news(site), places)
    )
    return Page(
        address=links.INDEX,
        title=site.title,
        description=plain(told) or "Nothing was asked yet.",
        main=main,
        noticed=True,
        section="scenarios",
        card=_card(site),
        origin=f"{whence(revision(site))} ",
        rules=rules(facets, "#every tbody tr"),
    )


def _card(site: Site) -> Card:
    headline, rows = figures(site).review.headline, figures(site).rows.values()
    overdue = sum(row.state == "overdue" for row in rows)
    late = f", {overdue} overdue" if overdue else ""
    moved = f"{headline.moved} moved since {figures(site).window.since}"
    return Card(
        title=site.title,
        figure=f"{headline.live - overdue}",
        about=f"open scenarios{late}; {moved}",
        signature=f"As of {site.as_of}",
    )


def _summary(site: Site) -> Iterator[Block]:
    yield Heading(1, site.title)
    if not site.scenarios:
        yield Paragraph(f"No scenario had opened by {site.as_of}.")
    elif told := _told(site):
        yield Paragraph(told)
        if quiet.is_quiet(figures(site).review.headline):
            yield from (Paragraph(one) for one in quiet.before(site))
    if site.database.tracker.notice:
        yield Paragraph(" ".join(site.database.tracker.notice.split()), tone="notice")
    if drawn := overview(figures(site).review, site.database):
        moved = f"Where it stands, and what moved since {figures(site).window.since}"
        still = quiet.is_quiet(figures(site).review.headline)
        yield Heading(2, "Where each question stands" if still else moved, anchor="board")
        yield drawn


def _told(site: Site) -> tuple[Span, ...]:
    """What a reader should know first."""
    found = figures(site).review.headline
    if quiet.is_quiet(found):
        return (quiet.standing(site),)
    return headline.told(found, site.database)


def _facets(site: Site) -> tuple[Facet, ...]:
    """What the table can be chosen by: only what two scenarios differ in."""
    tracker = site.database.tracker
    found: dict[str, dict[str, str]] = {"state": {}, "set": {}, "tag": {}, "theme": {}}
    names = {"set": tracker.sets, "theme": tracker.themes}
    for id in figures(site).rows:
        for word in _words(site, id):
            kind, _, value = word.partition("-")
            found[kind][word] = names.get(kind, {}).get(value, value.replace("-", " "))
    return tuple(
        Facet(kind, tuple(sorted(words.items(), key=lambda one: one[1].casefold())))
        for kind, words in found.items()
        if words
    )


def _words(site: Site, id: ScenarioId) -> list[str]:
    """The set, tags, themes and state of a scenario, as words of its row."""
    scenario, row = site.scenarios.get(id), figures(site).rows[id]
    view = figures(site).window.views.get(id)
    items = [site.evidence[one].theme for one in view.evidence] if view else []
    if scenario is None:
        return [f"state-{row.state}"]
    themes = {*items, *(one.theme for one in scenario.indicators.values())}
    return [
        f"state-{row.outcome or row.state}",
        *([f"set-{scenario.set}"] if scenario.set else []),
        *(f"tag-{tag}" for tag in scenario.tags),
        *(f"theme-{theme}" for theme in sorted(filter(None, themes))),
    ]


def _every(site: Site) -> Table:
    rows = figures(site).rows
    since = f"Changes are in points, since {figures(site).window.since}."
    return Table(
        columns=(
            Column(name="Scenario"),
            Column(name="Stated", align="right"),
            Column(name="Change", key="stated_change", align="right"),
            Column(name="Implied", align="right"),
            Column(name="Band", align="right"),
            Column(name="State"),
            Column(name="Horizon"),
        ),
        rows=tuple(map(_row, rows.values())),
        words=tuple(" ".join(_words(site, id)) for id in rows),
        note=since if rows else "",
        empty="No scenario yet.",
    )


def _row(row: StatusRow) -> Row:
    stated, implied = row.stated, row.shown
    return (
        Ref(row.id, "scenario", row.title),
        unless_withheld(row.withheld, Figure(stated.probability, "p") if stated else ""),
        move(stated.previous, stated.probability) if stated else "",
        unless_withheld(row.withheld, Figure(implied.probability, "p")),
        band(implied.low, implied.high),
        (row.outcome or row.state).replace("-", " "),
        f"{row.horizon or ''}",
    )


def _news(site: Site) -> Iterator[Block]:
    if site.evidence:
        yield Heading(2, "Latest evidence", anchor="latest")
        yield listed(site, newest(site, site.evidence)[:_LATEST])
    if site.days:
        yield Heading(2, "Reviews", anchor="reviews")
        last = site.days[: -_REVIEWS - 1 : -1]
        rows = (Item(Jump(f"Review of {day}", f"review-{day}")) for day in last)
        yield Items(tuple(rows))
