"""The sound records of a folder in one piece: which files they are of, and what they speak of."""

from __future__ import annotations

import os
import struct
from array import array
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import msgspec

from scenarios.model import Evidence, Record
from scenarios.paths import MODELS, kind_of

DIGEST = 16
_STAT = struct.Struct("<QqqQ")
_DECODERS = {kind: msgspec.msgpack.Decoder(model) for kind, model in MODELS.items()}
_Links = dict[int, tuple[str, ...]]


class Entry(NamedTuple):
    """A file that is sound by itself and beside the others: how it was found, and what it holds.

    `about` names the scenarios that an item rates and the indicators that it fires, `links` the
    items that corroborate it.
    """

    name: str
    stat: bytes
    digest: bytes
    about: tuple[str, ...]
    links: tuple[str, ...]
    record: bytes


class Folder(msgspec.Struct, frozen=True, dict=True, array_like=True):
    """The entries of the folder `name`; `frame` is what its records were judged beside.

    Each column holds one value for each name, of fixed length, but the records, which end where
    `ends` says; `which` is the place of an entry's own in `about`.
    """

    name: str
    frame: bytes
    names: list[str]
    stats: bytes
    digests: bytes
    about: list[tuple[str, ...]]
    which: bytes
    links: _Links
    ends: bytes
    records: bytes

    @cached_property
    def places(self) -> dict[str, int]:
        """Where the entry of each name is."""
        return {name: place for place, name in enumerate(self.names)}

    def path(self, place: int) -> str:
        """The path of a file in its database."""
        return f"{self.name}/{self.names[place]}" if self.name else self.names[place]

    def stat(self, place: int) -> bytes:
        """How the file was found."""
        return self.stats[32 * place : 32 * place + 32]

    def digest(self, place: int) -> bytes:
        """What it held."""
        return self.digests[DIGEST * place : DIGEST * place + DIGEST]

    @cached_property
    def abouts(self) -> Sequence[int]:
        """For each entry the place of its own in `about`."""
        return array("I", self.which)

    def record(self, place: int) -> Record:
        """Its record, made anew each time."""
        return _DECODERS[kind_of(self.path(place))].decode(self._packed(place))

    def entry(self, place: int) -> Entry:
        """All of one file."""
        return Entry(
            self.names[place],
            self.stat(place),
            self.digest(place),
            self.about[self.abouts[place]],
            self.links.get(place, ()),
            bytes(self._packed(place)),
        )

    @cached_property
    def _ends(self) -> array[int]:
        return array("I", self.ends)

    @cached_property
    def _view(self) -> memoryview:
        return memoryview(self.records)

    def _packed(self, place: int) -> memoryview:
        return self._view[self._ends[place - 1] if place else 0 : self._ends[place]]


def folder_of(name: str, frame: bytes, entries: Iterable[Entry]) -> Folder:
    """Entries side by side, by name."""
    names: list[str] = []
    about: dict[tuple[str, ...], int] = {}
    which, ends = array("I"), array("I")
    links: _Links = {}
    parts: tuple[list[bytes], list[bytes], list[bytes]] = ([], [], [])
    end = 0
    for place, entry in enumerate(sorted(entries)):
        names.append(entry.name)
        which.append(about.setdefault(entry.about, len(about)))
        if entry.links:
            links[place] = entry.links
        end += len(entry.record)
        ends.append(end)
        for column, part in zip(parts, (entry.stat, entry.digest, entry.record), strict=True):
            column.append(part)
    stats, digests, records = map(b"".join, parts)
    return Folder(
        name,
        frame,
        names,
        stats,
        digests,
        [*about],
        which.tobytes(),
        links,
        ends.tobytes(),
        records,
    )


def packed(folder: Folder) -> bytes:
    """A folder as the bytes of a file."""
    return msgspec.msgpack.encode(folder)


def unpacked(data: bytes | None) -> Folder | None:
    """The folder of such bytes; None where they are of none."""
    if data is None:
        return None
    try:
        return msgspec.msgpack.decode(data, type=Folder)
    except msgspec.MsgspecError:
        return None


def entry_of(name: str, stat: bytes, digest: bytes, record: Record) -> Entry:
    """A file's entry, made of its record."""
    about: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    if isinstance(record, Evidence):
        about = (*record.ratings, *record.indicators)
        links = (*record.corroborated_by, *(("",) if record.formerly else ()))
        return Entry(name, stat, digest, about, links, msgspec.msgpack.encode(record))
    return Entry(name, stat, digest, about, links, msgspec.msgpack.encode(told(record)))


def told(value: Any) -> Any:
    """A record as a file may tell it: not every default would be valid there."""
    if isinstance(value, msgspec.Struct):
        return {
            field.encode_name: told(part)
            for field in msgspec.structs.fields(value)
            if (part := getattr(value, field.name)) != _default(field)
        }
    if isinstance(value, dict):
        return {key: told(part) for key, part in value.items()}
    return [*map(told, value)] if isinstance(value, tuple) else value


def _default(field: msgspec.structs.FieldInfo) -> Any:
    made = field.default_factory
    return field.default if made is msgspec.NODEFAULT else made()


def stat_of(info: os.stat_result) -> bytes:
    """What another content of a file, or another file of that name, does not have too."""
    return _STAT.pack(info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino)
