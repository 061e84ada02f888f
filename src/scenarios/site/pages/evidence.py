"""The evidence by year, the latest first: what can be read without a search."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.render.document import Block, Heading, Item, Items, Jump, Paragraph
from scenarios.render.writers import html
from scenarios.site.links import INDEX, Page
from scenarios.site.pages.listed import listed, newest
from scenarios.site.site import Site
from scenarios.text import counted

ADDRESS = "evidence/index.html"
_MOST = 60
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def page(site: Site, year: str = "") -> Page:
    """The latest items and the years; or the items of a year, by the month of their recording."""
    address = f"evidence/{year}/{INDEX}" if year else ADDRESS
    number = len(site.years.get(year, ()) if year else site.evidence)
    return Page(
        address=address,
        title=f"Evidence of {year}" if year else "Evidence",
        description=counted(number, "item"),
        main=html.sections(_year(site, year) if year else _all(site), site.links(address)),
        section="evidence",
    )


def _all(site: Site) -> Iterator[Block]:
    yield Heading(1, "Evidence")
    if not site.evidence:
        yield Paragraph(f"Nothing was recorded by {site.as_of}.")
        return
    yield Items(
        tuple(
            Item((Jump(year, f"year-{year}"), f": {counted(len(ids), 'item')}"))
            for year, ids in site.years.items()
        )
    )
    yield Heading(2, "The latest")
    yield listed(site, newest(site, site.evidence)[:_MOST])


def _year(site: Site, year: str) -> Iterator[Block]:
    yield Heading(1, f"Evidence of {year}")
    months: dict[str, list[str]] = {}
    for id in newest(site, site.years[year]):
        months.setdefault(f"{site.evidence[id].recorded:%Y-%m}", []).append(id)
    for month, ids in months.items():
        name = _MONTHS[int(month[5:]) - 1]
        told = name if month[:4] == year else f"{name} {month[:4]}"
        yield Heading(2, f"Recorded in {told} ({len(ids)})")
        yield listed(site, ids)
