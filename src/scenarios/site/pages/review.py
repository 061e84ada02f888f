"""The reviews: one for each day on which somebody forecast, and their list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html import escape

import msgspec

from scenarios.analysis.period.period import window
from scenarios.analysis.review import page as behind
from scenarios.analysis.review.brief import brief
from scenarios.analysis.review.review import Review, review
from scenarios.errors import ScenError
from scenarios.model import Sheet
from scenarios.render import cells
from scenarios.render.cells import Cell, left, right
from scenarios.render.chapters import LARGE, whole
from scenarios.render.document import Block, Document, Figure, Heading, Jump, Paragraph, plain
from scenarios.render.documents.brief import in_brief
from scenarios.render.documents.review import findings, headline
from scenarios.render.writers import page as writer
from scenarios.site.site import Page, Site, page_of, place
from scenarios.text import counted
from scenarios.workspace.reading import start_of, with_history

_MOST = 12
"""Chapters of a review of very many scenarios."""
_SECTION = 2


def review_page(site: Site, day: str) -> Page:
    """The review that `scen report --as-of DAY` prints, and the chapters behind it.

    In a large database only the scenarios that moved most have a chapter: all have a page.
    """
    address, on = place("review", day), date.fromisoformat(day)
    large = len(site.scenarios) >= LARGE
    # Not by what is remembered: that is of one day, and of the next that somebody asks for.
    both = window(site.database, start_of(site.opened, on), on, banded=not large)
    compared = _compared(site, review(both))
    shown = behind.short(both, compared, _MOST) if large else behind.page(both, compared)
    parts = whole(shown, site.database, both.now)
    news = in_brief(brief(both, compared), site.database)
    parts = msgspec.structs.replace(parts, summary=_for_readers(parts.summary, news))
    description = plain(headline.headline_spans(compared.headline, site.database))
    return Page(
        address=address,
        title=f"Review of {day}",
        description=description,
        main=_turn(site, on, address) + writer.content(parts, site.links(address)),
        noticed=True,
        section="reviews",
        day=day,
        contents=writer.contents(parts),
        skips=writer.SKIPS,
    )


def _for_readers(summary: Document, news: Paragraph) -> Document:
    """The summary with the sentences of the brief first, and what the desk is to do last."""
    first: list[Block] = []
    todos: list[Block] = []
    into = first
    for block in summary:
        if isinstance(block, Heading) and block.level == _SECTION:
            into = todos if block.anchor == findings.TODOS else first
        into.append(block)
    if isinstance(first[1], Paragraph) and not first[1].tone:
        first[1] = news
    return (*first, *todos)


def _compared(site: Site, shown: Review) -> Review:
    """A review beside what was printed before it, where git tells that."""
    if site.repository is None:
        return shown
    try:
        return with_history(shown, site.opened, site.repository)[0]
    except ScenError:  # no commit, or none that holds a database
        return shown


def _turn(site: Site, on: date, address: str) -> str:
    """The way to the reviews before and after."""
    at = site.days.index(on)
    before, after = site.days[at - 1 : at], site.days[at + 1 : at + 2]
    places = {
        day: escape(site.href(address, place("review", f"{day}"))) for day in (*before, *after)
    }
    entries = [
        *(f'<a rel="prev" href="{places[day]}">← {day}</a>' for day in before),
        *(f'<a rel="next" href="{places[day]}">{day} →</a>' for day in after),
    ]
    if not entries:
        return ""
    return f'<nav class="turn" aria-label="Other reviews">{" ".join(entries)}</nav>\n'


def reviews_page(site: Site) -> Page:
    """Every day with a sheet, the latest first."""
    description, blocks = counted(len(site.days), "review"), _reviews(site)
    address = "review/index.html"
    return page_of(site.links, address, "Reviews", description, blocks, section="reviews")


def _reviews(site: Site) -> Iterator[Block]:
    yield Heading(1, "Reviews")
    if not site.days:
        yield Paragraph("Nobody has forecast yet.")
        return
    if not site.is_late(site.days[-1]):
        weeks = counted(site.weeks or 0, "week") if site.weeks != 1 else "week"
        yield Paragraph(f"No review in the last {weeks}; the last one was of {site.days[-1]}.")
    yield Paragraph("What moved, by how much, and because of what: on each day with a forecast.")
    sheets: dict[date, list[Sheet]] = {day: [] for day in reversed(site.days)}
    for sheet in site.database.sheets.values():
        if sheet.date in sheets:
            sheets[sheet.date].append(sheet)
    analysts = site.database.tracker.analysts
    columns: tuple[Cell[date], ...] = (
        (left("Day"), lambda day: Jump(f"Review of {day}", f"review-{day}")),
        (
            right("Forecasts"),
            lambda day: Figure(sum(len(sheet.probabilities) for sheet in sheets[day])),
        ),
        (
            left("By"),
            lambda day: ", ".join(
                sorted({analysts.get(sheet.analyst, sheet.analyst) for sheet in sheets[day]})
            ),
        ),
    )
    yield cells.table(sheets, columns)
