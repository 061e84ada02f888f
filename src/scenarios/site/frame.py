"""The frame of each page of a site: navigation, breadcrumb and foot."""

from __future__ import annotations

from html import escape
from importlib.resources import files

from msgspec.structs import replace

from scenarios import __version__
from scenarios.render.documents.faults import unreadable_files
from scenarios.render.writers import html
from scenarios.render.writers.html import ALONE, Around, IndexEntry, safe
from scenarios.site.site import CARD, FEED, INDEX, STYLE, Page, Site, up

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
"""The entries of the navigation: what a page calls its section, the name, and the address."""
_SKIPS = (IndexEntry("Skip to the content", "#main"),)


def whole_page(
    site: Site, page: Page, sections: tuple[Section, ...] = SECTIONS, around: Around = ALONE
) -> str:
    """Write a page of a site, with what a server puts `around` it."""
    root = up(page.address)
    title = page.title if page.address == INDEX else f"{page.title} · {site.title}"
    head = f'<meta name="description" content="{safe(page.description)}">\n'
    if not site.is_served:
        head += (
            f'<link rel="alternate" type="application/atom+xml" href="{root}{FEED}" '
            f'title="{safe(site.title)}">\n'
        )
    if site.previews and page.card:
        head += _preview(site, page, title)
    if page.moved_to:
        head += f'<meta http-equiv="refresh" content="0; url={escape(page.moved_to)}">\n'
    around = replace(
        around,
        head=head + around.head,
        top=_header(site, page, sections) + around.top,
        stylesheet=root + STYLE,
        rules=page.rules,
        script=page.script,
        is_served=site.is_served,
    )
    day = page.day or site.as_of
    reading = f'<a href="{_href(site, page, READING)}">How to read this</a>'
    foot = f"<p>{reading}. {page.origin}As of {day}. Made with scen {__version__}.</p>"
    banner = html.blocks(unreadable_files(site.database.unreadable, site.placed))
    return html.whole(title, banner + page.main, page.contents, page.skips or _SKIPS, foot, around)


def _href(site: Site, page: Page, address: str) -> str:
    return escape(site.href(page.address, address))


def _preview(site: Site, page: Page, title: str) -> str:
    """Metadata for previews of a shared page; most sites accept only absolute addresses."""
    folder = page.address.removesuffix(INDEX)
    properties = {
        "og:title": title,
        "og:description": page.description,
        "og:image": f"{site.url}{folder}{CARD}" if site.url else CARD,
        "og:type": "article",
    }
    lines = "".join(
        f'<meta property="{name}" content="{safe(value)}">\n' for name, value in properties.items()
    )
    return f'{lines}<meta name="twitter:card" content="summary_large_image">\n'


def style() -> str:
    """The one style sheet of a site."""
    own = files("scenarios.site").joinpath("site.css").read_text(encoding="utf-8")
    return html.style() + own


def _header(site: Site, page: Page, sections: tuple[Section, ...]) -> str:
    home = f'<a class="home" href="{_href(site, page, INDEX)}"><bdi>{safe(site.title)}</bdi></a>'
    entries = ""
    for section, name, address in sections:
        current = "page" if page.address == address else "true"
        here = f' aria-current="{current}"' if page.section == section else ""
        entries += f'<li><a href="{_href(site, page, address)}"{here}>{name}</a></li>'
    return (
        f'<header class="site">{home}<details class="menu"><summary>Menu</summary>'
        f'<nav aria-label="Site"><ul>{entries}</ul></nav></details>'
        f"{_notice(site, page)}</header>"
        f"{_way(site, page, sections)}"
    )


def _notice(site: Site, page: Page) -> str:
    """The tracker's notice, on every page."""
    notice = site.database.tracker.notice
    if page.noticed or not notice:
        return ""
    return f'<p class="noticed">{safe(" ".join(notice.split()))}</p>'


def _way(site: Site, page: Page, sections: tuple[Section, ...]) -> str:
    """The pages above this one; nothing where that is only the section."""
    # A page below those of the navigation has one.
    if page.address.count("/") < 2 or not page.section:  # noqa: PLR2004
        return ""
    section = next((entry for entry in sections if entry[0] == page.section), sections[0])
    if section[2] == page.address:
        return ""
    above = (IndexEntry(section[1], site.href(page.address, section[2])), *page.above)
    steps = "".join(
        f'<li><a href="{escape(entry.href)}"><bdi>{safe(entry.name)}</bdi></a></li>'
        for entry in above
    )
    return f'<nav class="way" aria-label="Breadcrumb"><ol>{steps}</ol></nav>'
