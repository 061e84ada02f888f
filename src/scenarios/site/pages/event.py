"""The page of an event: what happened, when, who says so, and every question that it moved."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.analysis.review.event import EventStory
from scenarios.render import cells
from scenarios.render.cells import one_line
from scenarios.render.document import Document, Fact, Facts, Heading, Item, Items, Jump, Paragraph
from scenarios.render.templating import fill
from scenarios.render.text import on_screen
from scenarios.render.writers import html
from scenarios.site.figures import figures
from scenarios.site.pages.moved import moved_blocks
from scenarios.site.pages.record import listed_first, recorded
from scenarios.site.site import Page, PageLink, Site, place, review_title
from scenarios.text import counted


def event_page(site: Site, id: str) -> Page:
    """All of an event, from the reports that were recorded by the site's day."""
    address, story = place("event", id), figures(site).event(site.events[id])
    lead, places, year = site.evidence[story.items[0]], site.links(address), story.items[0][:4]
    head: Document = (
        Heading(1, one_line(lead.summary)),
        *([Paragraph(f"“{one_line(lead.quote)}”", tone="quote")] if lead.quote else []),
        Facts(tuple(_facts(site, story))),
    )
    blocks: Document = (
        *moved_blocks(site, story),
        Heading(2, "Who says so", anchor="reports"),
        *listed_first(site, story.items),
        Heading(2, "Record", anchor="record"),
        Items((Item(f"Event: {id}"), *_reviews(site, story))),
    )
    return Page(
        address=address,
        title=f"{one_line(lead.summary)} (event {id})",
        description=_summary(story),
        main=fill(
            "site/record.html",
            top=html.sections(head, places),
            kind="item",
            body=html.sections(blocks, places),
        ),
        section="evidence",
        above=(PageLink(year, site.href(address, place("year", year))),),
    )


def _facts(site: Site, story: EventStory) -> Iterator[Fact]:
    items = [site.evidence[id] for id in story.items]
    yield Fact("Happened", story.observed, recorded(*story.recorded))
    by = dict.fromkeys(item.source for item in items if item.source)
    who = cells.listed(cells.source(source, site.database) for source in by)
    yield Fact("Reports", counted(len(items), "report"), tuple(who))
    yield Fact("Moved", counted(len(story.moves), "question"), _small(story))


def _small(story: EventStory) -> str:
    return f"{len(story.small)} more by less than is printed" if story.small else ""


def _summary(story: EventStory) -> str:
    moved = counted(len(story.moves), "question")
    return f"{on_screen(story.observed)}: {counted(len(story.items), 'report')}, moved {moved}."


def _reviews(site: Site, story: EventStory) -> Iterator[Item]:
    """Yield the review in which it is told first."""
    for day in [day for day in site.days if day >= story.recorded[0]][:1]:
        yield Item(("Told in: ", Jump(review_title(day), f"review-{day}")))
