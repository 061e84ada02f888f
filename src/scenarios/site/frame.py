"""What is around each page of a site: the navigation, the way to it, and its foot."""

from __future__ import annotations

from html import escape
from importlib.resources import files

import msgspec

from scenarios import __version__
from scenarios.render.charts.svg import NOWHERE
from scenarios.render.documents.faults import unreadable_files
from scenarios.render.writers import html
from scenarios.render.writers import html as html_of
from scenarios.render.writers.html import Around, Entry, safe
from scenarios.site.links import CARD, INDEX, Page, up
from scenarios.site.site import Site

STYLE, FEED, READING = "site.css", "feed.xml", "reading/index.html"
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
_SKIPS = (Entry("Skip to the content", "#main"),)


class Additions(msgspec.Struct, frozen=True, kw_only=True):
    """What a server adds to each page: HTML that is known to be safe, rules, script and policy.

    The navigation has its `sections`.
    """

    sections: tuple[Section, ...] = SECTIONS
    head: str = ""
    top: str = ""
    foot: str = ""
    rules: str = ""
    script: str = ""
    policy: str = ""


NONE = Additions()


def whole_page(site: Site, page: Page, more: Additions = NONE) -> str:
    """The whole page."""
    root = up(page.address)
    title = page.title if page.address == INDEX else f"{page.title} · {site.title}"
    about = f'<meta name="description" content="{safe(page.description)}">\n'
    about += (
        f'<link rel="alternate" type="application/atom+xml" href="{root}{FEED}" '
        f'title="{safe(site.title)}">\n'
    )
    if site.previews and page.card:
        about += _preview(site, page, title)
    if page.moved_to:
        about += f'<meta http-equiv="refresh" content="0; url={escape(page.moved_to)}">\n'
    around = Around(
        head=about + more.head,
        top=_header(site, page, more.sections) + more.top,
        stylesheet=root + STYLE,
        rules=page.rules + more.rules,
        script=page.script + more.script,
        policy=more.policy,
    )
    day = page.day or site.as_of
    reading = f'<a href="{root}{READING}">How to read this</a>'
    foot = f"<p>{reading}. {page.origin}As of {day}. Made with scen {__version__}.</p>{more.foot}"
    banner = html_of.blocks(unreadable_files(site.database.unreadable), NOWHERE)
    return html.whole(title, banner + page.main, page.contents, page.skips or _SKIPS, foot, around)


def _preview(site: Site, page: Page, title: str) -> str:
    """What those ask for who show a page where it is shared; most take a whole address alone."""
    folder = page.address.removesuffix(INDEX)
    told = {
        "og:title": title,
        "og:description": page.description,
        "og:image": f"{site.url}{folder}{CARD}" if site.url else CARD,
        "og:type": "article",
    }
    lines = "".join(f'<meta property="{name}" content="{safe(of)}">\n' for name, of in told.items())
    return f'{lines}<meta name="twitter:card" content="summary_large_image">\n'


def style() -> str:
    """The one style sheet of a site."""
    own = files("scenarios.site").joinpath("site.css").read_text(encoding="utf-8")
    return html.style() + own


def _header(site: Site, page: Page, sections: tuple[Section, ...]) -> str:
    root = up(page.address)
    entries = "".join(_entry(page, root, *one) for one in sections)
    home = f'<a class="home" href="{root}{INDEX}"><bdi>{safe(site.title)}</bdi></a>'
    return (
        f'<header class="site">{home}<details class="menu"><summary>Menu</summary>'
        f'<nav aria-label="Site"><ul>{entries}</ul></nav></details>'
        f"{_notice(site, page)}</header>"
        f"{_way(page, sections)}"
    )


def _notice(site: Site, page: Page) -> str:
    """What a stranger must know first, on every page."""
    notice = site.database.tracker.notice
    if page.noticed or not notice:
        return ""
    return f'<p class="noticed">{safe(" ".join(notice.split()))}</p>'


def _entry(page: Page, root: str, section: str, name: str, address: str) -> str:
    here = ""
    if page.section == section:
        here = ' aria-current="page"' if page.address == address else ' aria-current="true"'
    return f'<li><a href="{root}{address}"{here}>{name}</a></li>'


def _way(page: Page, sections: tuple[Section, ...]) -> str:
    """The pages above this one; nothing where that is only the section."""
    # A page below those of the navigation has one.
    if page.address.count("/") < 2 or not page.section:  # noqa: PLR2004
        return ""
    section = next((one for one in sections if one[0] == page.section), sections[0])
    if section[2] == page.address:
        return ""
    above = (Entry(section[1], up(page.address) + section[2]), *page.above)
    steps = "".join(
        f'<li><a href="{escape(one.href)}"><bdi>{safe(one.name)}</bdi></a></li>' for one in above
    )
    return f'<nav class="way" aria-label="Breadcrumb"><ol>{steps}</ol></nav>'
