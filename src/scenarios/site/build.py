"""A site as files: what changed is made and written, by two processes where there is much."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from scenarios.paths import path_of
from scenarios.progress import Progress, unwatched
from scenarios.site import feed, frame
from scenarios.site.at import addresses, has_place
from scenarios.site.keys import keys
from scenarios.site.making import SEARCH, Made, Making, card_of
from scenarios.site.site import Site
from scenarios.storage import site_folder
from scenarios.storage.cache.files import Files
from scenarios.storage.cache.folder import cache_of, digest
from scenarios.workspace.uncollected import nothing_collected


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did: pages in all, files that were written, and files that were removed.

    `search_bytes` is the size of the search page with its index, gzipped as it is sent.
    """

    pages: int
    written: tuple[str, ...]
    removed: tuple[str, ...]
    search_bytes: int


def build(site: Site, place: Path, progress: Progress = unwatched) -> Built:
    """Bring the site in a folder up to the database, its day and its revision."""
    cache = cache_of(site.opened.root)
    name = f"site-{digest(os.fsencode(os.path.realpath(place))).hex()}"
    before = msgspec.json.decode((cache and cache.read(name)) or b"{}", type=dict[str, Made])
    with site_folder.opened(place, site.opened.root, has_place) as folder, nothing_collected():
        making = Making(site, folder, before, keys(site))
        wanted = list(dict.fromkeys(addresses(site)))
        making.pages([one for one in wanted if not making.stands(one)], progress)
        sources = {page: making.made if page in making.made else before for page in wanted}
        now = {page: source[page] for page, source in sources.items()}
        if site.previews:
            cards = ((card_of(page), source) for page, source in sources.items())
            now |= {card: source[card] for card, source in cards if card in source}
        now |= _files(site, making, {one: entry.told for one, entry in now.items()})
        removed = folder.publish(making.written, now)
        search = folder.content(SEARCH, now[SEARCH].size) or b""
    if cache:
        cache.write(name, msgspec.json.encode(now))
    return Built(
        pages=len(wanted),
        written=tuple(sorted(making.written)),
        removed=tuple(removed),
        search_bytes=len(gzip.compress(search, 6, mtime=0)),
    )


def _files(site: Site, making: Making, told: Mapping[str, str]) -> dict[str, Made]:
    """What is no page: the style, the feed, and copies of the records that no repository shows."""
    found = {
        frame.STYLE: making.put(frame.STYLE, frame.style().encode()),
        frame.FEED: making.put(frame.FEED, feed.feed(site, told).encode()),
    }
    if not site.database.tracker.repository:
        for path in _records(site):
            found[f"records/{path}"] = _copy(site, making, path)
    return found


def _copy(site: Site, making: Making, path: str) -> Made:
    files, to = site.opened.snapshot, f"records/{path}"
    key = files.digest(path).hex() if isinstance(files, Files) else ""
    if made := making.standing(to, key):
        return made
    return making.put(to, files[path], key)


def _records(site: Site) -> Iterator[str]:
    """The files that pages lead to."""
    yield from (path_of("scenario", id) for id in site.scenarios)
    yield from (path_of("evidence", id) for id in site.evidence)
    yield from (path_of("source", id) for id in site.database.sources)
