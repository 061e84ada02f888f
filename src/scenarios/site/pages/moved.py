"""What events moved: every question before and after, on a page and in a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scenarios.analysis.review.event import EventMove, EventStory
from scenarios.model import EvidenceId
from scenarios.render import cells
from scenarios.render.document import Block, Heading, Item, Items, Jump, Paragraph, Ref, Span
from scenarios.render.documents.review.causes import short
from scenarios.render.pictures.event import event_picture, four, through
from scenarios.site.pages.record import recorded
from scenarios.site.site import Site
from scenarios.text import counted

_SAID, _LISTED, _OTHERS = 3, 2, 5
"""Questions in a sentence, and of an event in a list; items that count as one with it."""


def moved_blocks(site: Site, story: EventStory) -> Iterator[Block]:
    """Yield every question that the items moved, before and after."""
    yield Heading(2, "What it moved", anchor="moved")
    if story.beside:
        names = [_named(site, id) for id in story.beside[:_OTHERS]]
        more = len(story.beside) - len(names)
        rest = (f" and {counted(more, 'more item')}",) if more else ()
        yield Paragraph(("Counted as one with ", *cells.listed(names), *rest, "."))
    if drawn := event_picture(story, site.database):
        yield Paragraph(tuple(_lead(site, story)))
        yield drawn
    else:
        yield Paragraph("No printed figure changed on the day on which it was recorded.")


def _named(site: Site, id: EvidenceId) -> Ref:
    return Ref(id, "evidence", f"“{short(id, site.database)}”")


def _lead(site: Site, story: EventStory) -> Iterator[Span]:
    """Yield sentences: what it decided, and what it moved most."""
    decided = [move for move in story.moves if move.resolved]
    for number, move in enumerate(decided[:_SAID]):
        yield from ("; " if number else "It decided: ", *_said(site, move))
    if more := decided[_SAID:]:
        yield f"; and {counted(len(more), 'more question')}"
    yield ". " if decided else ""
    if moved := story.moves[len(decided) :]:
        number_of = f"{len(moved)} questions, most " if moved[1:] else ""
        yield from (f"It moved {number_of}", *_said(site, moved[0]), ".")


def _said(site: Site, move: EventMove) -> Iterator[Span]:
    """Yield `“A pact”: stated 20% → 0.3%, implied 5.3% → 0.2%`."""
    stated_before, stated, implied_before, implied = four(move)
    why = (" ", *through(move, site.database)) if move.resolved or move.through else ()
    last, mark = "last " if move.resolved else "", ": "
    yield from cells.quoted(cells.scenario(move.scenario, site.database))
    yield from why if move.resolved else ()
    for name, pair in (("stated", (stated_before, stated)), ("implied", (implied_before, implied))):
        if pair[1] is not None:
            yield from (f"{mark}{last}{name} ", *cells.step(*pair))
            mark = ", "
    yield from () if move.resolved else why


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
    under = [Item(tuple(_said(site, move))) for move in moves[:_LISTED]]
    if more := moves[_LISTED:]:
        under.append(Item(f"and {counted(len(more), 'more question')}"))
    return Item((leads, f" ({recorded(*story.recorded)})"), tuple(under), lead=story.observed)
