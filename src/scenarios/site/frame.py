"""The frame of each page of a site: navigation, breadcrumb and foot."""

from importlib.resources import files
from typing import Any

from msgspec.structs import replace

from scenarios import __version__
from scenarios.render.cells import one_line
from scenarios.render.documents.faults import unreadable_files
from scenarios.render.templating import macro
from scenarios.render.text import short_day
from scenarios.render.writers import html
from scenarios.render.writers.html import ALONE, PageFrame
from scenarios.site.site import CARD, FEED, ICON, INDEX, STYLE, Page, PageLink, Site, up

READING = "reading/index.html"
Section = tuple[str, str, str]
SECTIONS: tuple[Section, ...] = (
    ("scenarios", "Scenarios", INDEX),
    ("reviews", "Reviews", "review/index.html"),
    ("indicators", "Indicators", "indicators/index.html"),
    ("evidence", "Evidence", "evidence/index.html"),
    ("sources", "Sources", "sources/index.html"),
    ("scores", "Scores", "scores/index.html"),
    ("search", "Search", "search/index.html"),
)
"""The entries of the navigation: key of the section, name and address."""


def whole_page(
    site: Site, page: Page, sections: tuple[Section, ...] = SECTIONS, around: PageFrame = ALONE
) -> str:
    """Write a page of a site, with what a server puts `around` it."""
    root = up(page.address)
    title = page.title if page.address == INDEX else f"{page.title} · {site.title}"
    feed = "" if site.is_served else root + FEED
    notice = "" if page.noticed else one_line(site.database.tracker.notice)
    entries = [
        (name, site.href(page.address, address), address, section)
        for section, name, address in sections
    ]
    home = site.href(page.address, INDEX)
    top = _fragment("header", home, site.title, entries, page, notice)
    top += _fragment("way", _breadcrumb(site, page, sections))
    around = replace(
        around,
        head=_fragment("head", page, _shared(site, page, title), feed, root + ICON) + around.head,
        top=top + around.top,
        stylesheet=root + STYLE,
        rules=page.rules,
        script=page.script,
        is_served=site.is_served,
    )
    reading, day = site.href(page.address, READING), page.day or short_day(site.as_of)
    foot = _fragment("foot", reading, page.origin, day, __version__)
    banner = html.blocks(unreadable_files(site.database.unreadable, site.placed))
    return html.whole(title, f"{banner}{page.main}", foot, around)


def _fragment(name: str, *values: Any) -> str:
    return str(macro("site/frame.html", name)(*values))


def _shared(site: Site, page: Page, title: str) -> dict[str, str]:
    """The properties for sharing a page; most platforms accept absolute addresses only."""
    folder = page.address.removesuffix(INDEX)
    card = f"{site.url}{folder if page.card else ''}{CARD}"
    return {
        "og:title": title,
        "og:description": page.description,
        "og:site_name": site.title,
        "og:type": "website" if page.address == INDEX else "article",
        "og:url": site.url + folder if site.url else "",
        "og:image": card if site.url and site.previews else "",
    }


def style() -> str:
    """The one style sheet of a site."""
    own = files("scenarios.site").joinpath("site.css").read_text(encoding="utf-8")
    return html.style() + own


def icon() -> bytes:
    """The mark of a site in a browser's list of pages."""
    return files("scenarios.site").joinpath(ICON).read_bytes()


def _breadcrumb(site: Site, page: Page, sections: tuple[Section, ...]) -> tuple[PageLink, ...]:
    """The pages above this one; empty if that is only the section."""
    # A page below those of the navigation has one.
    if page.address.count("/") < 2 or not page.section:  # noqa: PLR2004
        return ()
    section = next((entry for entry in sections if entry[0] == page.section), sections[0])
    if section[2] == page.address:
        return ()
    return (PageLink(section[1], site.href(page.address, section[2])), *page.above)
