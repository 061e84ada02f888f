"""The sound records of a folder in one file of the user's cache."""

from __future__ import annotations

import os
import stat
import struct
import sys
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from contextvars import ContextVar
from datetime import date
from functools import cache, cached_property
from hashlib import blake2b, sha1, sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

import scenarios
from scenarios.model import Evidence, Record
from scenarios.paths import MODELS, kind_of
from scenarios.storage.disk import open_file, temporary, user_folder

DIGEST = 16
OID = 20
_STAT = struct.Struct("<QqqQ")
_DECODERS = {kind: msgspec.msgpack.Decoder(model) for kind, model in MODELS.items()}
_values = msgspec.msgpack.Decoder().decode
_ITEM = Evidence.__struct_fields__
_RECORDED, *_TUPLES = map(_ITEM.index, ("recorded", "corroborated_by", "supersedes", "formerly"))
_PARTS = tuple(map(_ITEM.index, ("attachment", "retracted", "proposed")))
_Links = dict[int, tuple[str, ...]]
Frame = frozenset[str]
"""The names and the ratings of indicators by which evidence is judged."""


class PackedRecord(NamedTuple):
    """A sound file: its name, stat, digest, name as an object of git (by SHA-1), and record.

    `about` names the scenarios that an item rates and the indicators that it fires, `links` the
    items that corroborate it, and `""`, which is never there, so that an item is always decoded.
    """

    name: str
    stat: bytes
    digest: bytes
    oid: bytes
    about: tuple[str, ...]
    links: tuple[str, ...]
    record: bytes


class PackedFolder(msgspec.Struct, frozen=True, dict=True, array_like=True):
    """The entries of a folder in columns; `frame` is what its records were judged by.

    Columns of fixed width hold a value per name; records end at `ends`; `which` indexes `about`.
    """

    name: str
    frame: list[str]
    names: list[str]
    stats: bytes
    digests: bytes
    oids: bytes
    about: list[tuple[str, ...]]
    which: bytes
    links: _Links
    ends: bytes
    records: bytes

    @cached_property
    def places(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.names)}

    @cached_property
    def bearing(self) -> list[tuple[object, Sequence[Collection[str]], dict[str, list[int]]]]:
        """Scenarios, with those of them on which items bear by `about`, as last asked for.

        Then the places of the items that bear on each.
        """
        return []

    @cached_property
    def bearing_digests(self) -> list[tuple[object, list[int], Mapping[str, Sequence[bytes]]]]:
        """Scenarios and places, with the digests of those that bear on each, as last asked for."""
        return []

    @cached_property
    def tree(self) -> bytes:
        """The name that git gives a tree of these files alone, by SHA-1."""
        files = enumerate(self.names)
        entries = (b"100644 %b\0%b" % (os.fsencode(n), self.oid(p)) for p, n in files)
        return oid_of(b"".join(entries), kind=b"tree")

    def path(self, index: int) -> str:
        return f"{self.name}/{self.names[index]}" if self.name else self.names[index]

    def stat(self, index: int) -> bytes:
        return self.stats[32 * index : 32 * index + 32]

    def digest(self, index: int) -> bytes:
        return self.digests[DIGEST * index : DIGEST * index + DIGEST]

    def oid(self, index: int) -> bytes:
        return self.oids[OID * index : OID * index + OID]

    @cached_property
    def abouts(self) -> Sequence[int]:
        return array("I", self.which)

    def record(self, index: int) -> Record:
        """The record at a place, decoded anew each time."""
        if self.name.startswith("evidence/"):
            return _item_of(self._packed(index))
        return _DECODERS[kind_of(self.path(index))].decode(self._packed(index))

    def entry(self, index: int) -> PackedRecord:
        return PackedRecord(
            self.names[index],
            self.stat(index),
            self.digest(index),
            self.oid(index),
            self.about[self.abouts[index]],
            self.links.get(index, ()),
            bytes(self._packed(index)),
        )

    @cached_property
    def _ends(self) -> array[int]:
        return array("I", self.ends)

    @cached_property
    def _view(self) -> memoryview:
        return memoryview(self.records)

    def _packed(self, index: int) -> memoryview:
        return self._view[self._ends[index - 1] if index else 0 : self._ends[index]]


def folder_of(name: str, frame: Iterable[str], entries: Iterable[PackedRecord]) -> PackedFolder:
    """Pack entries, sorted by name."""
    names: list[str] = []
    about: dict[tuple[str, ...], int] = {}
    which, ends = array("I"), array("I")
    links: _Links = {}
    parts: tuple[list[bytes], ...] = ([], [], [], [])
    end = 0
    for index, entry in enumerate(sorted(entries)):
        names.append(entry.name)
        which.append(about.setdefault(entry.about, len(about)))
        if entry.links:
            links[index] = entry.links
        end += len(entry.record)
        ends.append(end)
        own = entry.stat, entry.digest, entry.oid, entry.record
        for column, column_bytes in zip(parts, own, strict=True):
            column.append(column_bytes)
    stats, digests, oids, records = map(b"".join, parts)
    indexes = which.tobytes(), links, ends.tobytes()
    return PackedFolder(
        name, sorted(frame), names, stats, digests, oids, [*about], *indexes, records
    )


def packed(folder: PackedFolder) -> bytes:
    return msgspec.msgpack.encode(folder)


def unpacked(data: bytes | None) -> PackedFolder | None:
    """The folder in such bytes; None if invalid."""
    if data is None:
        return None
    try:
        return msgspec.msgpack.decode(data, type=PackedFolder)
    except msgspec.MsgspecError:
        return None


def entry_of(name: str, stat: bytes, digest: bytes, oid: bytes, record: Record) -> PackedRecord:
    file = name, stat, digest, oid
    if isinstance(record, Evidence):
        about = (*record.ratings, *record.indicators)
        links = (*record.corroborated_by, *(("",) if record.formerly or record.supersedes else ()))
        values = msgspec.structs.astuple(record)
        return PackedRecord(*file, about, links, msgspec.msgpack.encode(values))
    return PackedRecord(*file, (), (), msgspec.msgpack.encode(as_builtins(record)))


def _item_of(data: memoryview) -> Evidence:
    """Return an item from its values, which were judged when its file was read.

    To match each text with its pattern again took four fifths of the time.
    """
    values = _values(data)
    if any(map(values.__getitem__, _PARTS)):
        return msgspec.convert(dict(zip(_ITEM, values, strict=True)), Evidence)
    values[_RECORDED] = date.fromisoformat(values[_RECORDED])
    for n in _TUPLES:
        values[n] = tuple(values[n])
    return Evidence(*values)


def as_builtins(value: Any) -> Any:
    """A record as builtins, defaults left out: a file may not hold every default."""
    if isinstance(value, msgspec.Struct):
        return {
            field.encode_name: as_builtins(inner)
            for field in _fields(type(value))
            if (inner := getattr(value, field.name)) != _default(field)
        }
    if isinstance(value, dict):
        return {key: as_builtins(inner) for key, inner in value.items()}
    return [*map(as_builtins, value)] if isinstance(value, tuple) else value


_fields = cache(msgspec.structs.fields)  # it evaluates annotations: 1 ms for a scenario


def _default(field: msgspec.structs.FieldInfo) -> Any:
    factory = field.default_factory
    return field.default if factory is msgspec.NODEFAULT else factory()


def stat_of(info: os.stat_result) -> bytes:
    """Size, times and inode, which differ for another content or another file."""
    inode = info.st_ino & 0xFFFF_FFFF_FFFF_FFFF  # Windows has some of 128 bits
    return _STAT.pack(info.st_size, info.st_mtime_ns, info.st_ctime_ns, inode)


class PackedCache:
    """The files of one database, each whole or absent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str) -> bytes | None:
        """The content written under a name, if unchanged since."""
        try:
            with open_file(self.folder / name) as file:
                if not _is_ours(os.fstat(file.fileno()), stat.S_ISREG):
                    return None
                head = file.read(2 * DIGEST)
                data = file.read()
        except OSError:
            return None
        return data if head == program() + digest(data) else None

    def write(self, name: str, data: bytes) -> None:
        """Replace a file, where possible."""
        with suppress(OSError):
            home = self.folder.parents[1]
            home.mkdir(mode=0o700, exist_ok=True)  # not more: a home that is not there stays so
            if not _make_private(self.folder.parent) or not _make_private(self.folder):
                return
            whole = b"".join((program(), digest(data), data))
            # Not synced: what a power loss tears has another digest, and is read anew
            # (test_what_is_cut_short_or_of_another_program_is_ignored_and_written_anew).
            with temporary(self.folder, whole, 0o600, durable=False) as written:
                written.replace(self.folder / name)


is_used: ContextVar[bool] = ContextVar("is_used", default=True)
"""False for a command that reads every file anew."""


def cache_of(root: Path) -> PackedCache | None:
    """The cache of a database, by its real path; None if SCEN_CACHE is 0 or no folder is ours.

    XDG_CACHE_HOME, if absolute as its specification demands; LOCALAPPDATA on Windows; else
    ~/.cache.
    """
    if not is_used.get() or os.environ.get("SCEN_CACHE") == "0":
        return None
    try:
        name = digest(os.fsencode(os.path.realpath(root))).hex()
        folder = user_folder("XDG_CACHE_HOME", "~/.cache") / name
    except RuntimeError:  # nobody's home
        return None
    for parent in (folder.parent, folder):
        with suppress(OSError):
            if not _is_ours(parent.lstat(), stat.S_ISDIR):
                return None
    return PackedCache(folder)


def digest(data: bytes) -> bytes:
    """BLAKE2b of a content, 16 bytes."""
    return blake2b(data, digest_size=DIGEST).digest()


def oid_of(data: bytes, size: int = OID, kind: bytes = b"blob") -> bytes:
    """The name that git gives a file of these bytes: by SHA-1, or SHA-256 if it has other size."""
    by = sha1 if size == OID else sha256
    return by(b"%b %d\0" % (kind, len(data)) + data).digest()


def _make_private(folder: Path) -> bool:
    """Make a folder for its owner alone; True if it is ours."""
    folder.mkdir(mode=0o700, exist_ok=True)
    return _is_ours(folder.lstat(), stat.S_ISDIR)


def _is_ours(info: os.stat_result, kind: object) -> bool:
    """True if nobody else can have written it; false for a symlink."""
    assert callable(kind)  # noqa: S101
    if sys.platform == "win32":
        return bool(kind(info.st_mode))
    return bool(kind(info.st_mode)) and info.st_uid == os.geteuid() and not info.st_mode & 0o077


@cache
def program() -> bytes:
    """A digest of the program, since another version may give other results."""
    yaml = find_spec("yaml")
    folders = (*scenarios.__path__, *(yaml.submodule_search_locations or () if yaml else ()))
    files = sorted(file for folder in folders for file in _files(Path(folder)))
    return digest(repr((sys.version, msgspec.__version__, files)).encode())


def _files(folder: Path) -> list[tuple[str, int, int]]:
    """Path, size and time of the files of a package."""
    files = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir() and entry.name != "__pycache__":
                files += _files(Path(entry.path))
            elif entry.name.endswith((".py", ".json")):
                info = entry.stat()
                files.append((entry.path, info.st_size, info.st_mtime_ns))
    return files
