"""The reviews: one for each day on which somebody forecast."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from scenarios.render.document import Block, Column, Figure, Heading, Jump, Paragraph, Row, Table
from scenarios.render.writers import html
from scenarios.site.links import Page
from scenarios.site.site import Site
from scenarios.text import counted

ADDRESS = "review/index.html"


def page(site: Site) -> Page:
    """Every day with a sheet, the latest first."""
    return Page(
        address=ADDRESS,
        title="Reviews",
        description=counted(len(site.days), "review"),
        main=html.sections(_body(site), site.links(ADDRESS)),
        section="reviews",
    )


def _body(site: Site) -> Iterator[Block]:
    yield Heading(1, "Reviews")
    if not site.days:
        yield Paragraph("Nobody has forecast yet.")
        return
    if not site.is_late(site.days[-1]):
        weeks = counted(site.weeks or 0, "week") if site.weeks != 1 else "week"
        yield Paragraph(f"No review in the last {weeks}; the last one was of {site.days[-1]}.")
    yield Paragraph("What moved, by how much, and because of what: on each day with a forecast.")
    sheets = [one for one in site.database.sheets.values() if one.date in set(site.days)]
    given = Counter[object]()
    names: dict[object, set[str]] = {}
    for one in sheets:
        given[one.date] += len(one.probabilities)
        names.setdefault(one.date, set()).add(one.analyst)
    analysts = site.database.tracker.analysts
    rows: list[Row] = [
        (
            Jump(f"Review of {day}", f"review-{day}"),
            Figure(given[day]),
            ", ".join(sorted(analysts.get(name, name) for name in names[day])),
        )
        for day in reversed(site.days)
    ]
    columns = (
        Column(name="Day"),
        Column(name="Forecasts", align="right"),
        Column(name="By"),
    )
    yield Table(columns=columns, rows=tuple(rows))
