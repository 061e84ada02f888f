"""The questions that events moved, before and after, on a page and in a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scenarios.analysis.review.event import EventStory
from scenarios.model import EvidenceId
from scenarios.render import cells
from scenarios.render.document import Block, Heading, Item, Items, Jump, Paragraph, Ref
from scenarios.render.documents.review import events
from scenarios.render.documents.review.causes import short
from scenarios.site.pages.record import recorded
from scenarios.site.site import Site
from scenarios.text import counted

_LISTED, _OTHERS = 2, 5
"""Questions of an event in a list; items that count as one with it."""


def moved_blocks(site: Site, story: EventStory) -> Iterator[Block]:
    """Yield every question that the items moved, before and after."""
    yield Heading(2, "What it moved", anchor="moved")
    if story.beside:
        names = [_named(site, id) for id in story.beside[:_OTHERS]]
        more = len(story.beside) - len(names)
        rest = (f" and {counted(more, 'more item')}",) if more else ()
        yield Paragraph(("Counted as one with ", *cells.listed(names), *rest, "."))
    if drawn := events.event_picture(story, site.database):
        yield Paragraph(tuple(events.lead(story, site.database)))
        yield drawn
    else:
        yield Paragraph("No printed figure changed on the day on which it was recorded.")


def _named(site: Site, id: EvidenceId) -> Ref:
    return Ref(id, "evidence", f"“{short(id, site.database)}”")


def events_listed(site: Site, stories: Sequence[EventStory], most: int) -> Iterator[Block]:
    """Yield events in a list, each with the questions that it moved most."""
    yield Items(tuple(_listed(site, story) for story in stories[:most]))
    if rest := stories[most:]:
        year = rest[0].items[0][:4]
        others = Jump(f"the evidence of {year}", f"year-{year}")
        yield Paragraph((f"and {counted(len(rest), 'more event')}: ", others))


def _listed(site: Site, story: EventStory) -> Item:
    id, moves = story.items[0], story.moves
    event = site.evidence[id].event
    leads = Jump(short(id, site.database), f"event-{event}" if event else f"e-{id}")
    under = [Item(tuple(events.before_and_after(move, site.database))) for move in moves[:_LISTED]]
    if more := moves[_LISTED:]:
        under.append(Item(f"and {counted(len(more), 'more question')}"))
    return Item((leads, f" ({recorded(*story.recorded)})"), tuple(under), lead=story.observed)
