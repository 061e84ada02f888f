"""A site as files: changed pages are built and written, by two processes if there are many."""

import gzip
import multiprocessing
import os
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from itertools import chain
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

import msgspec

from scenarios.progress import Progress, unwatched
from scenarios.render.cells import one_line
from scenarios.render.templating import fill
from scenarios.site import frame
from scenarios.site.at import addresses, has_place, page_at
from scenarios.site.figures import drawn, figures
from scenarios.site.page_keys import PageKeys
from scenarios.site.site import (
    CARD,
    FEED,
    ICON,
    INDEX,
    STYLE,
    Site,
    address_of,
)
from scenarios.storage import site_folder
from scenarios.storage.cache.packed import cache_of, digest
from scenarios.storage.site_folder import SiteFolder
from scenarios.workspace.opened import nothing_collected
from scenarios.workspace.results import BuildSummary

SEARCH = "search/index.html"
_MANY, _BLOCK = 60, 256
"""Pages from which on a second process saves time, and those that one takes together: the items of
a day, whose pages tell its story, follow one another.
"""


class SiteFile(msgspec.Struct, frozen=True, array_like=True):
    """A file of a site: the key of what it rests on, its digest and size, and its description."""

    key: str
    digest: bytes
    size: int
    description: str = ""
    title: str = ""


class WorkerResult(msgspec.Struct, frozen=True):
    """The files of another process, or its system error."""

    files: dict[str, SiteFile] = {}
    written: set[str] = set()
    fault: tuple[int, str] | None = None


class SiteBuild:
    """All `files` of this run, and those `written`, whose bytes differ from before."""

    def __init__(
        self,
        site: Site,
        folder: SiteFolder,
        before: Mapping[str, SiteFile],
    ) -> None:
        self._site, self._folder, self._before, self._keys = site, folder, before, PageKeys(site)
        self.files: dict[str, SiteFile] = {}
        self.written: set[str] = set()

    def stands(self, address: str) -> bool:
        """True for an existing page whose inputs have not changed."""
        key, card = self._keys.of(address), card_of(address)
        if card in self._before and not self.existing_file(card, key):
            return False
        return self.existing_file(address, key) is not None

    def existing_file(self, path: str, key: str) -> SiteFile | None:
        """A file whose key and content have not changed, or None."""
        was = self._before.get(path)
        if not was or not key or was.key != key:
            return None
        data = self._folder.content(path, was.size)
        return was if data is not None and digest(data) == was.digest else None

    def put(self, path: str, data: bytes, key: str = "", *about: str) -> SiteFile:
        """Add a file, `about` its page, and write it if it differs from the existing one."""
        if self._folder.content(path, len(data)) != data:
            self._folder.put(path, data)
            self.written.add(path)
        self.files[path] = SiteFile(key, digest(data), len(data), *about)
        return self.files[path]

    def pages(self, addresses: Sequence[str], progress: Progress) -> None:
        """Build these pages, if many, partly in a second process."""
        shares = _shares(self._site, addresses) if len(addresses) >= _MANY else [addresses]
        others = [self._started(share) for share in shares[1:]]
        try:
            self._make(shares[0], progress)
            for process, reader in others:
                self._take(reader)
                process.join()
        finally:
            for process, _ in others:
                process.kill()

    def _make(self, addresses: Sequence[str], progress: Progress) -> None:
        ids = [address.split("/")[1] for address in addresses if address.startswith("s/")]
        figures(self._site).draw(*(id for id in ids if id in figures(self._site).window.views))
        for address in progress(addresses, "making the pages", len(addresses)):
            page = page_at(self._site, address)
            assert page is not None, address  # noqa: S101 - it is one of the addresses
            text = frame.whole_page(self._site, page).encode()
            key = self._keys.of(address)
            self.put(address, text, key, page.description, page.title)
            if page.card and self._site.previews:
                self.put(card_of(address), drawn(page.card), key)

    def _started(self, share: Sequence[str]) -> tuple[multiprocessing.Process, Connection]:
        """A forked process that builds its share of the pages."""
        if sys.platform == "win32":
            raise NotImplementedError  # `_shares` gives one share there
        reader, writer = multiprocessing.Pipe(duplex=False)
        context = multiprocessing.get_context("fork")
        process = context.Process(target=self._elsewhere, args=(share, reader, writer))
        process.start()
        writer.close()
        return process, reader  # type: ignore[return-value, unused-ignore]

    def _elsewhere(self, share: Sequence[str], reader: Connection, writer: Connection) -> None:
        reader.close()
        try:
            self._make(share, unwatched)
            done = WorkerResult(self.files, self.written)
        except OSError as error:
            done = WorkerResult(fault=(error.errno or 0, error.strerror or ""))
        except KeyboardInterrupt:
            return  # the first process says so
        with suppress(BrokenPipeError):  # the first process was killed
            writer.send_bytes(msgspec.msgpack.encode(done))

    def _take(self, reader: Connection) -> None:
        done = msgspec.msgpack.decode(reader.recv_bytes(), type=WorkerResult)
        if done.fault:
            raise OSError(*done.fault)
        self.files |= done.files
        self.written |= done.written


def card_of(address: str) -> str:
    """The path of a page's preview picture."""
    return address.removesuffix(INDEX) + CARD


def _shares(site: Site, addresses: Sequence[str]) -> list[list[str]]:
    """Equal shares of work for up to two processors; members of a set stay together."""
    if sys.platform != "linux" or (os.cpu_count() or 1) < 2:  # noqa: PLR2004
        return [[*addresses]]
    figures(site).rows  # noqa: B018 - computed once, for both
    drawn = sorted((page for page in addresses if page.startswith("s/")), key=partial(_unit, site))
    others = [page for page in addresses if not page.startswith("s/")]
    blocks = [others[start : start + _BLOCK] for start in range(0, len(others), _BLOCK)]
    half = len(drawn) // 2
    return [[*drawn[:half], *chain(*blocks[::2])], [*drawn[half:], *chain(*blocks[1::2])]]


def _unit(site: Site, address: str) -> tuple[str, str]:
    id = address.split("/")[1]
    scenario = site.scenarios.get(id)
    return (scenario.set or id) if scenario else "", id


_MOST = 40
_NO_XML = re.compile("[\ufffe\uffff]")


class _FeedEntry(NamedTuple):
    day: date
    address: str
    title: str
    summary: str
    id: str


def feed(site: Site, pages: Mapping[str, SiteFile]) -> str:
    """The newest entries, each with the title and the description of its page, by address.

    An entry has the day of its record, not of the clock.
    """
    entries = _feed_entries(site, pages)
    updated = max((entry.day for entry in entries), default=site.as_of)
    id, title = _id(site, ""), _text(site.title)
    return fill(
        "site/feed.xml", id=id, title=title, updated=updated, base=site.url, entries=entries
    )


def _feed_entries(site: Site, pages: Mapping[str, SiteFile]) -> list[_FeedEntry]:
    news = [
        *((day, address_of("review", f"{day}"), "", f"review/{day}") for day in site.days),
        *(
            (item.recorded, address_of("e", id), item.summary, f"e/{(*item.formerly, id)[0]}")
            for id, item in site.evidence.items()
        ),
    ]
    return [
        _FeedEntry(
            day,
            address,
            _text(title or pages[address].title),
            _text(pages[address].description),
            _id(site, name),
        )
        for day, address, title, name in sorted(news, reverse=True)[:_MOST]
        if address in pages
    ]


def _id(site: Site, name: str) -> str:
    """A name that is stable while the tracker keeps its repository, or without one its title."""
    of = site.database.tracker.repository or f"scen:{site.title}"
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{of}#{name}')}"


def _text(text: str) -> str:
    return _NO_XML.sub("", one_line(text))


def build(site: Site, path: Path, progress: Progress = unwatched) -> BuildSummary:
    """Bring the site in a folder up to the database, its day and its revision."""
    site.opened.refuse_unless_whole()
    cache = cache_of(site.opened.root)
    name = f"site-{digest(os.fsencode(os.path.realpath(path))).hex()}"
    before = msgspec.json.decode((cache and cache.read(name)) or b"{}", type=dict[str, SiteFile])
    with site_folder.opened(path, site.opened.root, has_place) as folder, nothing_collected():
        making = SiteBuild(site, folder, before)
        wanted = list(dict.fromkeys(addresses(site)))
        making.pages([page for page in wanted if not making.stands(page)], progress)
        sources = {page: making.files if page in making.files else before for page in wanted}
        now = {page: source[page] for page, source in sources.items()}
        if site.previews:
            cards = ((card_of(page), source) for page, source in sources.items())
            now |= {card: source[card] for card, source in cards if card in source}
        now[STYLE] = making.put(STYLE, frame.style().encode())
        now[ICON] = making.put(ICON, frame.icon())
        now[FEED] = making.put(FEED, feed(site, now).encode())
        removed = folder.publish(making.written, now)
        search = folder.content(SEARCH, now[SEARCH].size) or b""
    if cache:
        cache.write(name, msgspec.json.encode(now))
    return BuildSummary(
        pages=len(wanted),
        written=tuple(sorted(making.written)),
        removed=tuple(removed),
        search_bytes=len(gzip.compress(search, 6, mtime=0)),
    )
