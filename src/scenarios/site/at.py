"""The pages of a site by address, and the list of addresses."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from importlib import import_module

from scenarios import extensions
from scenarios.paths import place_of
from scenarios.site.site import CARD, FEED, ICON, INDEX, STYLE, Page, Site

SINGLE = {
    INDEX: "home.page",
    "review/index.html": "review.reviews_page",
    "indicators/index.html": "lists.indicators_page",
    "evidence/index.html": "evidence.year_page",
    "sources/index.html": "lists.sources_page",
    "scores/index.html": "lists.scores_page",
    "search/index.html": "search.page",
    "reading/index.html": "reading.page",
}
"""Each page that exists once, and the function in `pages` that builds it."""
EACH: Mapping[str, tuple[str, Callable[[Site], Collection[str]]]] = {
    "s": ("scenario.scenario_page", lambda site: site.known["s"]),
    "e": ("evidence.item_page", lambda site: site.evidence),
    "event": ("event.event_page", lambda site: site.events),
    "set": ("sets.set_page", lambda site: site.sets),
    "evidence": ("evidence.year_page", lambda site: site.years),
    "review": ("review.review_page", lambda site: tuple(f"{day}" for day in site.days)),
}
"""Each folder with a page for every one of some ids."""


def page_at(site: Site, address: str) -> Page | None:
    """The page at an address such as `s/ID/index.html`; None where there is none."""
    if name := SINGLE.get(address):
        return _maker(name)(site)
    if added := extension_pages().get(address):
        page: Page = added.call(Page, site)
        return page
    folder, _, rest = address.partition("/")
    id, _, file = rest.partition("/")
    if file != INDEX or folder not in EACH:
        return None
    if id in site.moved.get(folder, ()):
        return _maker("record.moved_page")(site, folder, id)
    name, ids = EACH[folder]
    if folder == "s" and id in site.database.quantities:
        name = "quantity.quantity_page"
    return _maker(name)(site, id) if id in ids(site) else None


def addresses(site: Site) -> Iterator[str]:
    """The addresses of all pages."""
    yield from SINGLE
    yield from extension_pages()
    for folder, (_, ids) in EACH.items():
        yield from (f"{folder}/{id}/{INDEX}" for id in ids(site))
        yield from (f"{folder}/{id}/{INDEX}" for id in site.moved.get(folder, ()))


def has_place(path: str) -> bool:
    """True if a site of any database could have a file at a path."""
    if path.startswith("records/"):  # as earlier versions had them
        record = place_of(path.removeprefix("records/"))
        return isinstance(record, tuple) and record[0] in ("scenario", "evidence", "source")
    address = path.removesuffix(CARD) + INDEX if path.endswith(CARD) else path
    each = rf"(?:{'|'.join(EACH)})/[a-z0-9]+(?:-[a-z0-9]+)*/{re.escape(INDEX)}"
    return address in (STYLE, FEED, ICON, *SINGLE, *extension_pages()) or bool(
        re.fullmatch(each, address)
    )


def extension_pages() -> dict[str, extensions.Addition]:
    """The pages of extensions, by address; a folder of ours is none of theirs."""
    return {
        address: page
        for address, page in extensions.offered("pages", SINGLE).items()
        if address.partition("/")[0] not in EACH
    }


def _maker(name: str) -> Callable[..., Page]:
    """The function that builds a page, from a module loaded on demand."""
    module, _, function = name.partition(".")
    make: Callable[..., Page] = getattr(import_module(f"scenarios.site.pages.{module}"), function)
    return make
