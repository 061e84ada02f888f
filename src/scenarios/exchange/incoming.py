"""Foreign files, in a folder or a zip too: rows by their columns, or items of JSON."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from pathlib import PurePosixPath
from typing import IO, Any, NamedTuple

from scenarios.exchange.arrivals import Place, SourceFile
from scenarios.exchange.tables import reading
from scenarios.exchange.tables.table import lines, refused
from scenarios.text import did_you_mean, shown

MOST_FILES = 100


class Incoming(NamedTuple):
    """A file: its name in messages, and its bytes."""

    name: str
    stream: io.BufferedReader[Any]
    encoding: str | None = None


MOST_MEMBERS = 1_000
LARGEST = 1 << 30
MOST_DENSE = 200
"""No text shrinks to less than a two-hundredth; a zip that does is made to fill a disk."""


def members(file: Incoming, is_wanted: Callable[[str], object]) -> Iterator[Incoming]:
    """The files of a zip whose name is wanted; ScenError if the zip is damaged, or a trap."""
    if not file.stream.seekable():
        raise refused(file.name, 0, "a zip cannot be read from a pipe: name its file")
    with _whole(file.name):
        archive = zipfile.ZipFile(file.stream)
        listed = archive.infolist()
    if len(listed) > MOST_MEMBERS:
        raise refused(file.name, 0, f"{len(listed):,} files in it: not such a download")
    for member in listed:
        path, inside = PurePosixPath(member.filename.replace("\\", "/")), shown(member.filename)
        if path.is_absolute() or ".." in path.parts:
            words = f"{inside} is a name outside of the zip: it is not a download of Metaculus"
            raise refused(file.name, 0, words)
        size = member.file_size
        if size > LARGEST or size > MOST_DENSE * (member.compress_size + 4096):
            raise refused(file.name, 0, f"{inside} would unpack to {size:,} bytes and is not read")
        if is_wanted(member.filename):
            name = f"{file.name}/{member.filename}"
            with _whole(name):
                stream = io.BufferedReader(_Member(archive.open(member), file.name))
            yield Incoming(name, stream, file.encoding)


class _Member(io.RawIOBase):
    """A file of a zip; ScenError if the zip is cut short or damaged."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream = stream
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _whole(self._name):
            data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def _whole(name: str) -> Iterator[None]:
    try:
        yield
    except reading.BROKEN as error:
        raise refused(name, 0, f"a broken zip ({error}): download it again") from None


class PlainRow(NamedTuple):
    """A row of a table by its `plain` columns; `ragged` is a fault of its shape."""

    place: Place
    cells: Mapping[str, Any]
    columns: Sequence[str]
    ragged: str | None

    def text(self, column: str) -> str:
        """The text under a column; empty if the row or the table has none."""
        value = self.cells.get(plain(column), "")
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # a spreadsheet's number
        return str(value).strip()

    def at(self, column: str) -> Place:
        return self.place._replace(column=column)


@contextmanager
def incoming(given: SourceFile, encoding: str | None, *endings: str) -> Iterator[list[Incoming]]:
    """The file, or those of a folder with one of the endings."""
    if given.stream is not None:
        yield [Incoming(given.name, reading.peekable(given.stream), encoding)]
        return
    assert given.path is not None  # noqa: S101 – a folder is a path
    paths = sorted(path for path in given.path.iterdir() if path.suffix.lower() in endings)
    ending = " or ".join(endings)
    if not paths:
        raise refused(given.name, 0, f"no file that ends in {ending} in this folder")
    if len(paths) > MOST_FILES:
        raise refused(given.name, 0, f"{len(paths):,} files that end in {ending} in this folder")
    with ExitStack() as opened:
        yield [
            Incoming(f"{given.name}/{path.name}", opened.enter_context(path.open("rb")), encoding)
            for path in paths
        ]


def rows(incoming: Incoming, needed: Sequence[str], *, ragged: bool = False) -> Iterator[PlainRow]:
    """The rows of a table; ScenError without a needed column.

    In a `ragged` one cells may lack at the end of a row.
    """
    name, stream, encoding = incoming
    table = reading.read(stream, name, encoding=encoding, ragged=ragged)
    called = {column: plain(column) for column in table.columns}
    for column in needed:
        if plain(column) not in called.values():
            hint = did_you_mean(column, called)
            raise refused(name, 1, f"no column '{column}'" + (f"; {hint}" if hint else ""))
    for row in table.rows:
        cells = {called[column]: value for column, value in row.cells.items()}
        yield PlainRow(Place(name, row.number), cells, table.columns, row.fault)


@lru_cache(1 << 12)
def plain(column: str) -> str:
    """A column's name as it is compared, without letter case and spaces."""
    return " ".join(column.split()).casefold()


def items(incoming: Incoming, *lists: str) -> Iterator[tuple[Place, Any]]:
    """The items of a JSON file: of a list, of each of the `lists` of an object, or of lines.

    What an object has beside the lists comes last, as an item of row 0.
    """
    name, stream, encoding = incoming
    if name.casefold().endswith((".jsonl", ".ndjson")):
        for number, line in enumerate(lines(stream, name, encoding), start=1):
            if line.strip():
                yield Place(name, number), reading.parsed(line, name, number)
        return
    value = reading.value(stream, name, encoding)
    if not isinstance(value, list | dict):
        raise refused(name, 1, "neither a list nor an object of JSON")
    beside = value if isinstance(value, dict) else {}
    inside = {key: beside[key] for key in lists if isinstance(beside.get(key), list)}
    for key, listed in ({"": value} if isinstance(value, list) else inside).items():
        where = f"{name} {key}" if len(inside) > 1 else name
        for number, item in enumerate(listed, start=1):
            yield Place(where, number), item
    if isinstance(value, dict):
        rest = {key: item for key, item in beside.items() if key not in inside}
        yield Place(name, 0 if inside else 1), rest


def within(place: Place, number: int, column: str = "") -> Place:
    """A place inside an item: `file:item:number`."""
    return Place(f"{place.file}:{place.row}", number, column)


def text_of(value: object, *keys: str) -> str:
    """A text or a number under the keys, as text; empty if there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return str(value) if isinstance(value, str | int | float) else ""


def list_of(value: object, key: str) -> list[dict[str, Any]]:
    """The objects in the list under a key."""
    listed = value.get(key) if isinstance(value, dict) else None
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
