"""The first page: the headline, every open scenario as a picture, and a table to choose from."""

from collections.abc import Iterator

from scenarios.analysis.evidence.knowledge import latest_day
from scenarios.analysis.review.review import story_of
from scenarios.analysis.review.status import StatusRow
from scenarios.model import ScenarioId
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, left, right
from scenarios.render.charts.draw import Card
from scenarios.render.documents.brief import how_to_read
from scenarios.render.documents.review import sentences
from scenarios.render.documents.review.context import ReviewContext, context_of
from scenarios.render.documents.review.news import front
from scenarios.render.review_picture import review_picture
from scenarios.render.templating import fill
from scenarios.render.text import long_day, short_day
from scenarios.render.writers import html
from scenarios.render.writers.html import whence
from scenarios.site.figures import Facet, figures, odds_of, rules
from scenarios.site.pages.event import events_listed
from scenarios.site.pages.record import listed, newest
from scenarios.site.site import INDEX, Page, Site, review_title, revision
from scenarios.workspace.past_ranges import past_ranges
from scenarios.workspace.reading import span

_LATEST, _REVIEWS, _EVENTS = 8, 8, 6


def _words(site: Site) -> ReviewContext:
    """The story of the last review, with its rows."""
    review = figures(site).review
    return context_of(review.story, site.database, review.scenarios)


def before(site: Site) -> Iterator[tuple[doc.Span, ...]]:
    """Yield the news of the newest record before, and the next question to close."""
    if day := latest_day(site.database, figures(site).window.since):
        news = story_of(span(site.opened, day, None, odds=site.once(odds_of)))
        if news.notable or news.outcomes:
            sentence = sentences.headline(context_of(news, site.database))
            yield f"The last news, by {long_day(day)}: ", *sentence, "."
    rows = figures(site).rows.values()
    open_ = [(row.horizon, row.id) for row in rows if row.outcome is None and row.horizon]
    if coming := [row for row in open_ if row[0] >= site.as_of]:
        horizon, first = min(coming)
        title = cells.quoted(cells.scenario(first, site.database))
        yield "Next to close: ", *title, f", on {long_day(horizon)}."


def page(site: Site) -> Page:
    """The first page: the headline, open scenarios, and a table by set, tag, theme and state."""
    places = site.links(INDEX)
    facets = _facets(site)
    main = fill(
        "site/home.html",
        summary=html.sections(_summary(site), site.event_links(INDEX)),
        heading=html.blocks((doc.Heading(2, "Every scenario"),), places),
        facets=facets,
        every=html.blocks((_scenario_table(site),), places),
        news=html.sections(_news(site), places),
    )
    return Page(
        address=INDEX,
        title=site.title,
        description=sentences.in_short(_words(site)),
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
    live, moved, since = headline.live, headline.moved or 0, figures(site).window.since
    about = cells.count((live or 0) - overdue, overdue, moved, 0, since).partition(" ")[2]
    number = cells.WITHHELD if live is None else f"{live - overdue}"
    return Card(
        title=doc.plain(sentences.headline(_words(site))),
        figure=number,
        about=f"{headline.withheld} cannot be read" if headline.withheld else about,
        signature=f"{site.title} · as of {short_day(site.as_of)}",
        notice=cells.one_line(site.database.tracker.notice),
    )


def _summary(site: Site) -> Iterator[doc.Block]:
    yield from front(_words(site), site.title)
    if figures(site).review.story.is_quiet:
        yield from (doc.Paragraph(paragraph) for paragraph in before(site))
    with past_ranges(site.opened, figures(site).window) as known:
        drawn = review_picture(figures(site).window, figures(site).review, known)
    if drawn:
        yield doc.Heading(2, "What moved, by event", anchor="board")
        yield drawn
    yield from _events(site)
    yield from how_to_read(_words(site))


def _events(site: Site) -> Iterator[doc.Block]:
    since = figures(site).window.since
    new = (id for id, item in site.evidence.items() if item.recorded > since)
    units = dict.fromkeys(site.events.get(site.evidence[id].event or "", (id,)) for id in new)
    stories = [story for ids in units if (story := figures(site).event(ids)).moves]
    stories.sort(key=lambda story: (-story.movement_bits, story.items))
    if stories:
        yield doc.Heading(
            2, f"Events since {short_day(since)}, and what each moved", anchor="events"
        )
        yield from events_listed(site, stories, _EVENTS)


def _facets(site: Site) -> tuple[Facet, ...]:
    tracker = site.database.tracker
    facets: dict[str, dict[str, str]] = {"state": {}, "set": {}, "tag": {}, "theme": {}}
    names = {"set": tracker.sets, "theme": tracker.themes}
    for id in figures(site).rows:
        for word in _row_words(site, id):
            kind, _, value = word.partition("-")
            facets[kind][word] = names.get(kind, {}).get(value, value.replace("-", " "))
    return tuple(
        Facet(kind, tuple(sorted(words.items(), key=lambda pair: pair[1].casefold())))
        for kind, words in facets.items()
        if words
    )


def _row_words(site: Site, id: ScenarioId) -> list[str]:
    scenario, row = site.scenarios.get(id), figures(site).rows[id]
    view, evidence = figures(site).window.views.get(id), site.evidence
    themes = {evidence[item].theme for item in view.evidence} if view else set()
    if scenario is None:
        return [f"state-{row.state}"]
    themes |= {indicator.theme for indicator in scenario.indicators.values()}
    return [
        f"state-{row.outcome or row.state}",
        *([f"set-{scenario.set}"] if scenario.set else []),
        *(f"tag-{tag}" for tag in scenario.tags),
        *(f"theme-{theme}" for theme in sorted(filter(None, themes))),
    ]


def _scenario_table(site: Site) -> doc.Table:
    rows = figures(site).rows
    columns: tuple[Cell[StatusRow], ...] = (
        (left("Question"), cells.title),
        (right("We say"), cells.stated),
        (right("Change", "stated_change"), lambda row: cells.change(row.stated)),
        (right("Evidence"), cells.implied),
        (right("Range"), sentences.range_spans),
        (left("State"), cells.state),
        (left("By"), lambda row: f"{row.horizon or ''}"),
    )
    return cells.table(
        rows.values(),
        columns,
        words=tuple(" ".join(_row_words(site, id)) for id in rows),
        note=f"Changes are in points, since {short_day(figures(site).window.since)}."
        if rows
        else "",
        empty="No scenario yet.",
    )


def _news(site: Site) -> Iterator[doc.Block]:
    if site.evidence:
        yield doc.Heading(2, "Latest evidence", anchor="latest")
        yield listed(site, newest(site, site.evidence)[:_LATEST])
    if site.days:
        yield doc.Heading(2, "Reviews", anchor="reviews")
        last = site.days[: -_REVIEWS - 1 : -1]
        rows = (doc.Item(doc.AnchorLink(review_title(day), f"review-{day}")) for day in last)
        yield doc.Items(tuple(rows))
