"""The pages of a site: what stands at an address, and every address."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from importlib import import_module

from scenarios.site.links import INDEX
from scenarios.site.page import Page
from scenarios.site.site import Site

_ONE = {INDEX: "home"}
"""Each page that there is once, and the module in `pages` that makes it."""
_EACH: Mapping[str, tuple[str, Callable[[Site], Collection[str]]]] = {
    "s": ("scenario", lambda site: site.scenarios),
    "e": ("item", lambda site: site.evidence),
}
"""Each folder with a page for every one of some ids."""


def page_at(site: Site, address: str) -> Page | None:
    """The page at an address such as `s/ID/index.html`; None where there is none."""
    if module := _ONE.get(address):
        return _make(module)(site)
    folder, _, rest = address.partition("/")
    id, _, name = rest.partition("/")
    if name != INDEX or folder not in _EACH or id not in _EACH[folder][1](site):
        return None
    return _make(_EACH[folder][0])(site, id)


def addresses(site: Site) -> Iterator[str]:
    """Where there is a page."""
    yield from _ONE
    for folder, (_, ids) in _EACH.items():
        yield from (f"{folder}/{id}/{INDEX}" for id in ids(site))


def _make(module: str) -> Callable[..., Page]:
    """What makes a page; what no page asks for is not loaded."""
    make: Callable[..., Page] = import_module(f"scenarios.site.pages.{module}").page
    return make
