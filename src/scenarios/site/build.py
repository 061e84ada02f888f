"""A site as files: what changed is made and written, by two processes where there is much."""

from __future__ import annotations

import gzip
import multiprocessing
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

import msgspec

from scenarios.analysis.evidence.knowledge import bears_on
from scenarios.model import EvidenceId, ScenarioId
from scenarios.paths import path_of
from scenarios.progress import Progress, unwatched
from scenarios.render.writers.html import safe
from scenarios.site import frame, links
from scenarios.site.at import addresses, has_place, page_at
from scenarios.site.commits import commits, printed
from scenarios.site.figures import drawn, figures
from scenarios.site.links import CARD, INDEX
from scenarios.site.site import Site
from scenarios.storage import site_folder
from scenarios.storage.cache.files import Files
from scenarios.storage.cache.packed import cache_of, digest, program
from scenarios.storage.site_folder import SiteFolder
from scenarios.workspace.opened import nothing_collected
from scenarios.workspace.reading import keys_of

SEARCH = "search/index.html"
_MANY = 60
"""From so many pages on a second process saves time."""


class Made(msgspec.Struct, frozen=True, array_like=True):
    """A file of a site: what it rests on, what it is, how large, and what it says of itself."""

    key: str
    digest: bytes
    size: int
    told: str = ""


class _Done(msgspec.Struct, frozen=True):
    """What another process did, or the fault of the system that it met."""

    made: dict[str, Made] = {}
    written: set[str] = set()
    fault: tuple[int, str] | None = None


class Making:
    """What was `made` in this run, and what of it `written`: files with other bytes than before."""

    def __init__(
        self, site: Site, folder: SiteFolder, before: Mapping[str, Made], keys: Mapping[str, str]
    ) -> None:
        self._site, self._folder, self._before, self._keys = site, folder, before, keys
        self.made: dict[str, Made] = {}
        self.written: set[str] = set()

    def stands(self, address: str) -> bool:
        """Whether a page needs not be made: all that it rests on is as it was, and it is there."""
        key, card = self._keys.get(address, ""), card_of(address)
        if card in self._before and not self.standing(card, key):
            return False
        return self.standing(address, key) is not None

    def standing(self, path: str, key: str) -> Made | None:
        """A file that rests on what it rested on before."""
        was = self._before.get(path)
        if not was or not key or was.key != key:
            return None
        data = self._folder.content(path, was.size)
        return was if data is not None and digest(data) == was.digest else None

    def put(self, path: str, data: bytes, key: str = "", told: str = "") -> Made:
        """Keep a file, and write it where it differs from what is there."""
        if self._folder.content(path, len(data)) != data:
            self._folder.put(path, data)
            self.written.add(path)
        self.made[path] = Made(key, digest(data), len(data), told)
        return self.made[path]

    def pages(self, addresses: Sequence[str], progress: Progress) -> None:
        """Make these pages, a part of them in a second process where they are many."""
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
        ids = [one.split("/")[1] for one in addresses if one.startswith("s/")]
        figures(self._site).draw(*(id for id in ids if id in figures(self._site).window.views))
        for address in progress(addresses, "making the pages", len(addresses)):
            page = page_at(self._site, address)
            assert page is not None, address  # noqa: S101 - it is one of the addresses
            text = frame.whole_page(self._site, page).encode()
            key = self._keys.get(address, "")
            self.put(address, text, key, page.description)
            if page.card and self._site.previews:
                self.put(card_of(address), drawn(page.card), key)

    def _started(self, share: Sequence[str]) -> tuple[multiprocessing.Process, Connection]:
        """A process that makes its share of the pages beside this one, of the same memory."""
        reader, writer = multiprocessing.Pipe(duplex=False)
        context = multiprocessing.get_context("fork")
        process = context.Process(target=self._elsewhere, args=(share, reader, writer))
        process.start()
        writer.close()
        return process, reader  # type: ignore[return-value]

    def _elsewhere(self, share: Sequence[str], reader: Connection, writer: Connection) -> None:
        reader.close()
        try:
            self._make(share, unwatched)
            done = _Done(self.made, self.written)
        except OSError as error:
            done = _Done(fault=(error.errno or 0, error.strerror or ""))
        except KeyboardInterrupt:
            return  # the first process says so
        with suppress(BrokenPipeError):  # the first process was killed
            writer.send_bytes(msgspec.msgpack.encode(done))

    def _take(self, reader: Connection) -> None:
        done = msgspec.msgpack.decode(reader.recv_bytes(), type=_Done)
        if done.fault:
            raise OSError(*done.fault)
        self.made |= done.made
        self.written |= done.written


def card_of(address: str) -> str:
    """Where the picture of a page is."""
    return address.removesuffix(INDEX) + CARD


def _shares(site: Site, addresses: Sequence[str]) -> list[list[str]]:
    """For each processor, up to two, as much work; what is drawn together stays together."""
    if sys.platform != "linux" or (os.cpu_count() or 1) < 2:  # noqa: PLR2004
        return [[*addresses]]
    figures(site).rows  # noqa: B018 - found once, for both
    drawn = [one for one in addresses if one.startswith("s/")]
    drawn.sort(key=lambda one: _unit(site, one))
    others = [one for one in addresses if not one.startswith("s/")]
    half = len(drawn) // 2
    return [drawn[:half] + others[::2], drawn[half:] + others[1::2]]


def _unit(site: Site, address: str) -> tuple[str, str]:
    id = address.split("/")[1]
    scenario = site.scenarios.get(id)
    return (scenario.set or id) if scenario else "", id


def keys(site: Site) -> Mapping[str, str]:
    """By address; a page without one is made each time, and compared.

    None has one where the database is not read from its files.
    """
    files = site.opened.snapshot
    if not isinstance(files, Files):
        return {}
    base = program() + f"{site.database.unreadable} {site.previews} {site.url}".encode()
    today = f"{site.as_of}"
    figures = keys_of(files, site.database, today)
    items = {id: files.digest(path_of("evidence", id)) for id in site.evidence}
    found = dict(_scenarios(site, figures))
    found.update(_items(site, files, figures, items))
    found["scores/index.html"] = _scores(site, files, items)
    found = {address: key + today.encode() for address, key in found.items()}
    found.update(_reviews(site, files, items))
    return {address: digest(base + key).hex() for address, key in found.items()}


def _scenarios(site: Site, figures: Mapping[ScenarioId, bytes]) -> Iterator[tuple[str, bytes]]:
    for id in site.scenarios:
        yield links.place("s", id), figures[id] + _commits(site, path_of("scenario", id))
    for id, members in site.sets.items():
        yield links.place("set", id), b"".join(figures[one] for one in members)


def _items(
    site: Site,
    files: Files,
    figures: Mapping[ScenarioId, bytes],
    items: Mapping[EvidenceId, bytes],
) -> Iterator[tuple[str, bytes]]:
    beside = files.beside("sources", "forecasts")
    for id, item in site.evidence.items():
        about = [figures[one] for one in sorted(bears_on(site.database, item))]
        others = [items[one] for one in item.corroborated_by if one in items]
        own = _commits(site, path_of("evidence", id))
        yield links.place("e", id), b"".join((items[id], beside, own, *about, *others))


def _reviews(
    site: Site, files: Files, items: Mapping[EvidenceId, bytes]
) -> Iterator[tuple[str, bytes]]:
    """What was recorded by its day, all else at the top, and the reviews beside it."""
    for number, day in enumerate(site.days):
        around = f"{site.days[max(number - 1, 0) : number + 2]} {printed(site, day)}"
        yield links.place("review", f"{day}"), _by(day, site, files, items) + around.encode()


def _scores(site: Site, files: Files, items: Mapping[EvidenceId, bytes]) -> bytes:
    """What was recorded until the last outcome was known: a forecast is scored up to then."""
    known = (one.resolution.recorded for one in site.scenarios.values() if one.resolution)
    last = max((day for day in known if day <= site.as_of), default=date.min)
    return _by(last, site, files, items)


def _by(day: date, site: Site, files: Files, items: Mapping[EvidenceId, bytes]) -> bytes:
    """What stands for the items that were recorded by a day, and for all other files."""
    told = b"".join(items[id] for id, one in site.evidence.items() if one.recorded <= day)
    return digest(told) + files.beside("sources", "forecasts")


def _commits(site: Site, path: str) -> bytes:
    """The commits of a record, and where its file is seen."""
    told = [one.id for one in commits(site).get(path, ())]
    return f"{site.file_address(path)}{told}".encode()


ADDRESS = "feed.xml"
_MOST = 40
_NO_XML = re.compile("[\ufffe\uffff]")


class _Entry(NamedTuple):
    day: date
    address: str
    title: str
    summary: str
    named: str


def feed(site: Site, told: Mapping[str, str]) -> str:
    """The newest entries; `told` has what pages say of themselves, by address.

    No clock is asked: an entry is of the day of what it tells.
    """
    entries = sorted((*_feed_reviews(site, told), *_feed_items(site, told)), reverse=True)[:_MOST]
    updated = max((one.day for one in entries), default=site.as_of)
    base = site.url
    self_link = f'<link rel="self" href="{safe(base)}{ADDRESS}"/>\n' if base else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\n'
        f"<id>{_id(site, '')}</id>\n<title>{_text(site.title)}</title>\n"
        f"<updated>{_moment(updated)}</updated>\n<author><name>{_text(site.title)}</name></author>\n"
        f'{self_link}<link href="{safe(base)}{links.INDEX}"/>\n'
        + "".join(_told(site, one) for one in entries)
        + "</feed>\n"
    )


def _feed_reviews(site: Site, told: Mapping[str, str]) -> Iterator[_Entry]:
    for day in site.days[-_MOST:]:
        address = links.place("review", f"{day}")
        title, named = f"Review of {day}", f"review/{day}"
        yield _Entry(day, address, title, told.get(address, ""), named)


def _feed_items(site: Site, told: Mapping[str, str]) -> Iterator[_Entry]:
    newest = sorted((one.recorded, id) for id, one in site.evidence.items())[-_MOST:]
    for day, id in newest:
        item, address = site.evidence[id], links.place("e", id)
        first = item.formerly[0] if item.formerly else id
        yield _Entry(day, address, item.summary, told.get(address, ""), f"e/{first}")


def _told(site: Site, one: _Entry) -> str:
    return (
        f"<entry>\n<id>{_id(site, one.named)}</id>\n<title>{_text(one.title)}</title>\n"
        f"<updated>{_moment(one.day)}</updated>\n"
        f'<link href="{safe(site.url)}{one.address}"/>\n<summary>{_text(one.summary)}</summary>\n'
        "</entry>\n"
    )


def _id(site: Site, named: str) -> str:
    """The same for as long as the tracker has its repository, or without one its title."""
    of = site.database.tracker.repository or f"scen:{site.title}"
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{of}#{named}')}"


def _moment(day: date) -> str:
    return f"{day}T00:00:00Z"


def _text(text: str) -> str:
    return safe(_NO_XML.sub("", " ".join(text.split())))


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
        frame.FEED: making.put(frame.FEED, feed(site, told).encode()),
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
