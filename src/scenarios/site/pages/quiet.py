"""What the first page tells of a week in which nothing moved: what is open, and what moved last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice

from scenarios.analysis.review.headline import Headline
from scenarios.analysis.review.review import review
from scenarios.render.document import Span
from scenarios.render.documents.review import headline
from scenarios.render.documents.review import names as named
from scenarios.site.figures import figures
from scenarios.site.site import Site
from scenarios.text import counted
from scenarios.workspace.reading import span

_WINDOWS = 2
"""So many periods in which something was recorded are looked at, from the last one back."""


def is_quiet(found: Headline) -> bool:
    """Whether nothing moved, was resolved or is new, though something is open."""
    return found.live > 0 and not (found.moved or found.resolved or found.opened)


def standing(site: Site) -> str:
    """How many are open, and since when none of them moved."""
    window = figures(site).window
    number = figures(site).review.headline.live
    are = f"{counted(number, 'question')} {'is' if number == 1 else 'are'} open"
    moved = "it has not moved" if number == 1 else "none has moved"
    return f"{are}; {moved} since {_day(window.since)}."


def before(site: Site) -> Iterator[tuple[Span, ...]]:
    """The last that moved or was resolved, and what closes next."""
    for day, found in islice(_periods(site), _WINDOWS):
        if found.top or found.resolved:
            told = headline.sentences(found, site.database)[0]
            yield f"The last news, by {_day(day)}: ", *told
            break
    rows = figures(site).rows.values()
    open_ = [(row.horizon, row.id) for row in rows if row.outcome is None and row.horizon]
    if coming := [row for row in open_ if row[0] >= site.as_of]:
        horizon, first = min(coming)
        title = named.quoted(named.scenario(first, site.database))
        yield "Next to close: ", *title, f", on {_day(horizon)}."


def _periods(site: Site) -> Iterator[tuple[date, Headline]]:
    """The periods before this one that end with something recorded, the latest first."""
    until = figures(site).window.since
    for day in sorted(_days(site), reverse=True):
        if day <= until:
            window = span(site.opened, day, None)
            yield day, review(window).headline
            until = window.since


def _days(site: Site) -> set[date]:
    known = site.database
    return {
        *(one.date for one in known.sheets.values()),
        *(one.recorded for one in known.evidence.values()),
        *(one.resolution.recorded for one in known.scenarios.values() if one.resolution),
    }


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
