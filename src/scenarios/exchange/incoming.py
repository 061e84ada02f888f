"""What a foreign file holds: rows by the names of its columns, or the items of JSON."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

from scenarios.exchange.arrivals import Place
from scenarios.exchange.readers import Given
from scenarios.exchange.tables import reading
from scenarios.exchange.tables.table import lines, refused
from scenarios.text import did_you_mean

MOST_FILES = 100


class Incoming(NamedTuple):
    """A file by the name that it is known by in messages, and its bytes."""

    name: str
    stream: io.BufferedReader[Any]
    encoding: str | None = None


class Row(NamedTuple):
    """A row of a table by its `plain` columns; `ragged` is what is wrong with its shape."""

    place: Place
    cells: Mapping[str, Any]
    columns: Sequence[str]
    ragged: str | None

    def text(self, column: str) -> str:
        """The text under a column; empty where the row or the table has none."""
        value = self.cells.get(plain(column), "")
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # as a spreadsheet keeps what it takes for a number
        return str(value).strip()

    def at(self, column: str) -> Place:
        return self.place._replace(column=column)


@contextmanager
def incoming(given: Given, encoding: str | None, *endings: str) -> Iterator[list[Incoming]]:
    """The file, or those of a folder that end so."""
    if given.stream is not None:
        yield [Incoming(given.name, held(given.stream), encoding)]
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


def rows(incoming: Incoming, needed: Sequence[str], *, ragged: bool = False) -> Iterator[Row]:
    """The rows of a table, whatever the order of its columns; ScenError where a needed one lacks.

    Rows may be `ragged`: then what is missing at the end of one is empty.
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
        yield Row(Place(name, row.number), cells, table.columns, row.fault)


@lru_cache(1 << 12)
def plain(column: str) -> str:
    """A column's name as it is compared: letter case and spaces aside."""
    return " ".join(column.split()).casefold()


class Item(NamedTuple):
    """A value of JSON, its number in its list, and the key of that list (empty: none)."""

    key: str
    place: Place
    value: Any


def items(incoming: Incoming, *lists: str) -> Iterator[Item]:
    """The items of a JSON file: of a list, of each of the `lists` of an object, or of lines."""
    name, stream, encoding = incoming
    if name.casefold().endswith((".jsonl", ".ndjson")):
        for number, line in enumerate(lines(stream, name, encoding), start=1):
            if line.strip():
                yield Item("", Place(name, number), reading.parsed(line, name, number))
        return
    found = reading.value(stream, name, encoding)
    if isinstance(found, list):
        yield from _numbered("", found, name)
    elif isinstance(found, dict):
        inside = {key: found[key] for key in lists if isinstance(found.get(key), list)}
        for key, listed in inside.items():
            yield from _numbered(key, listed, name if len(inside) == 1 else f"{name} {key}")
        beside = {k: v for k, v in found.items() if k not in inside}
        yield Item("", Place(name, 0 if inside else 1), beside)
    else:
        raise refused(name, 1, "neither a list nor an object of JSON")


def within(place: Place, number: int, column: str = "") -> Place:
    """The place of what is inside an item: `file:item:number`."""
    return Place(f"{place.file}:{place.row}", number, column)


def _numbered(key: str, listed: list[Any], name: str) -> Iterator[Item]:
    for number, value in enumerate(listed, start=1):
        yield Item(key, Place(name, number), value)


def text_of(value: object, *keys: str) -> str:
    """A text or a number under the keys, as text; empty where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return str(value) if isinstance(value, str | int | float) else ""


def list_of(value: object, key: str) -> list[dict[str, Any]]:
    """The objects in the list under a key."""
    listed = value.get(key) if isinstance(value, dict) else None
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def is_json(incoming: Incoming) -> bool:
    """Whether a file begins as JSON does."""
    start = incoming.stream.peek(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    return start[:1] in (b"{", b"[")


def held(stream: Any) -> io.BufferedReader[Any]:
    """The stream as one whose first bytes can be looked at before it is read."""
    return stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)
