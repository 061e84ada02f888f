"""Pages made and put into a site's folder, where they differ from what is there."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection

import msgspec

from scenarios.progress import Progress, unwatched
from scenarios.site import frame
from scenarios.site.at import page_at
from scenarios.site.cards import drawn
from scenarios.site.figures import figures
from scenarios.site.links import INDEX
from scenarios.site.page import CARD
from scenarios.site.site import Site
from scenarios.storage.cache.folder import digest
from scenarios.storage.site_folder import SiteFolder

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
            text = frame.html(self._site, page).encode()
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
