"""The review of a day: the report's own page, with the reviews before and after it."""

from __future__ import annotations

from datetime import date
from html import escape

import msgspec

from scenarios.analysis.period.period import window
from scenarios.analysis.review import page as behind
from scenarios.analysis.review.review import Review, review
from scenarios.errors import ScenError
from scenarios.render.chapters.whole import LARGE, whole
from scenarios.render.document import Block, Document, Heading, Paragraph, plain
from scenarios.render.documents import brief
from scenarios.render.documents.review import attention, headline
from scenarios.render.writers import page as writer
from scenarios.site import links
from scenarios.site.links import Page
from scenarios.site.site import Site
from scenarios.workspace.reading import brief_of, start_of, with_history

_MOST = 12
"""Chapters of a review of very many scenarios."""
_SECTION = 2


def page(site: Site, day: str) -> Page:
    """What `scen report --as-of DAY` says, and what stands behind it.

    Of very many scenarios only those that moved most have a chapter there: all have a page.
    """
    address, on = links.place("review", day), date.fromisoformat(day)
    large = len(site.scenarios) >= LARGE
    # Not by what is remembered: that is of one day, and of the next that somebody asks for.
    both = window(site.database, start_of(site.opened, on), on, banded=not large)
    made = _compared(site, review(both))
    shown = behind.short(both, made, _MOST) if large else behind.page(both, made)
    parts = whole(shown, site.database, both.now)
    news = brief.news(brief_of(both, made), site.database)
    parts = msgspec.structs.replace(parts, summary=_for_readers(parts.summary, news))
    told = plain(headline.told(made.headline, site.database))
    return Page(
        address=address,
        title=f"Review of {day}",
        description=told,
        main=_turn(site, on, address) + writer.content(parts, site.links(address)),
        noticed=True,
        section="reviews",
        day=day,
        contents=writer.contents(parts),
        skips=writer.SKIPS,
    )


def _for_readers(summary: Document, news: Paragraph) -> Document:
    """The summary with the sentences of the brief first, and what the desk is to do last."""
    told: list[Block] = []
    todos: list[Block] = []
    into = told
    for block in summary:
        if isinstance(block, Heading) and block.level == _SECTION:
            into = todos if block.anchor == attention.TODOS else told
        into.append(block)
    if isinstance(told[1], Paragraph) and not told[1].tone:
        told[1] = news
    return (*told, *todos)


def _compared(site: Site, made: Review) -> Review:
    """A review beside what was printed before it, where git tells that."""
    if site.repository is None:
        return made
    try:
        return with_history(made, site.opened, site.repository)[0]
    except ScenError:  # no commit, or none that holds a database
        return made


def _turn(site: Site, on: date, address: str) -> str:
    """The way to the reviews before and after."""
    at = site.days.index(on)
    before, after = site.days[at - 1 : at], site.days[at + 1 : at + 2]
    places = {
        day: escape(site.href(address, links.place("review", f"{day}")))
        for day in (*before, *after)
    }
    entries = [
        *(f'<a rel="prev" href="{places[day]}">← {day}</a>' for day in before),
        *(f'<a rel="next" href="{places[day]}">{day} →</a>' for day in after),
    ]
    if not entries:
        return ""
    return f'<nav class="turn" aria-label="Other reviews">{" ".join(entries)}</nav>\n'
