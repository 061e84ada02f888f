"""Records from tables and rows from records, by the step of each column."""

import datetime as dt
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from scenarios.analysis.changes import records as records_of
from scenarios.declarations import NestedRecord, keys
from scenarios.exchange.arrivals import FilePosition, RowError
from scenarios.exchange.view.record_tables import RECORDED
from scenarios.exchange.view.steps import (
    ID,
    PART_KEY,
    RECORD_KIND,
    Beside,
    IsNumber,
    Itself,
    Key,
    Name,
    RecordPart,
    keys_of,
)
from scenarios.exchange.view.table import Row, Type, Value, ViewColumn, ViewTable, as_json
from scenarios.exchange.view.tables import TABLES
from scenarios.model import Database, Kind
from scenarios.paths import MODELS
from scenarios.text import did_you_mean, shown

Cells = dict[str, Any]
"""A row by the names of its columns, without those that are null or computed."""
Read = Iterable[tuple[str, Sequence[str], list[tuple[object, ...]]]]
"""Parsed export: each table by its name, its columns, and its rows."""


def typed(read: Read, misfits: list[RowError]) -> dict[str, list[Cells]]:
    """The rows of each table of records, in the order of their files; what is unfit is told."""
    by_table: dict[str, list[Cells]] = {}
    for name, columns, rows in read:
        table = TABLES[name]
        if (table.computed and name != WHOLE) or not rows:
            continue
        needed = (c.name for c in table.columns if not c.null and not c.compute)
        absent = [column for column in needed if column not in (*columns, "position")]
        if absent:  # rows without a position keep their order
            hint = did_you_mean(absent[0], columns)
            message = f"there is no column {absent[0]}" + (f"; {hint}" if hint else "")
            misfits.append(RowError(position=FilePosition(name, 1), message=message))
            continue
        by_name = {column.name: column for column in table.columns if not column.compute}
        dicts = [
            dict(_row(name, n, by_name, columns, row, misfits)) for n, row in enumerate(rows, 2)
        ]
        if "position" in by_name:
            dicts.sort(key=lambda cells: cells.get("position", 0))
        by_table[name] = dicts
    return by_table


def _row(
    name: str,
    number: int,
    by_name: Mapping[str, ViewColumn],
    columns: Sequence[str],
    row: Sequence[object],
    misfits: list[RowError],
) -> Iterator[tuple[str, Any]]:
    if len(row) != len(columns):
        message = f"the row has {len(row)} cells, and the table {len(columns)} columns"
        misfits.append(RowError(position=FilePosition(name, number), message=message))
        return
    for column, cell in zip(columns, row, strict=True):
        of = by_name.get(column)
        if of is None:
            continue
        if cell is None:
            if not of.null and column != "position":
                position = FilePosition(name, number, column)
                misfits.append(RowError(position=position, message="this is empty"))
            continue
        read, words = _READ[of.type]
        try:
            yield column, read(cell)
        except (ValueError, TypeError, OverflowError, KeyError):
            message = f"{shown(cell)} is not {words}"
            misfits.append(RowError(position=FilePosition(name, number, column), message=message))


def _text(cell: object) -> str:
    if not isinstance(cell, str):
        raise TypeError
    return cell


def _integer(cell: object) -> int:
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        raise TypeError
    if int(cell) != float(cell):
        raise TypeError
    return int(cell)


def _real(cell: object) -> float:
    """A whole number is written as one."""
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        raise TypeError
    number = float(cell)
    return int(number) if number.is_integer() else number


def _day(cell: object) -> str:
    if isinstance(cell, dt.datetime) and cell.time() != dt.time():
        raise TypeError
    text = cell.isoformat()[:10] if isinstance(cell, dt.date) else _text(cell)
    return dt.date.fromisoformat(text).isoformat()


_TRUTH = {"true": True, "1": True, "false": False, "0": False}
_READ: Mapping[Type, tuple[Callable[[object], Any], str]] = {
    "text": (_text, "a text"),
    "integer": (_integer, "a whole number"),
    "real": (_real, "a number"),
    "boolean": (lambda cell: _TRUTH[str(cell).lower()], "true or false"),
    "date": (_day, "a day like 2022-02-04"),
    "json": (lambda cell: json.loads(cell) if isinstance(cell, str) else cell, "JSON"),
}
"""The reader of each type, and what it reads."""

WHOLE = "quantity_records"
"""The table of records that have no other place; what others have of them it replaces."""
_ORDER: tuple[Kind, ...] = ("tracker", "source", "scenario", "evidence", "forecasts")
_SOURCES = frozenset(source for table in RECORDED for source in table.of)


def rows_of(table: ViewTable, database: Database) -> Iterator[Row]:
    for source in table.of:
        kind: Any
        kind, *path = source.split(".")
        name = next((key for key in reversed(path) if key not in ("*", "#")), kind)
        for id, record in records_of(database, kind).items():
            for n, (names, index, value) in enumerate(_parts(record, path), start=1):
                record_part = RecordPart(kind, name, id, record, names, value, index, n)
                yield tuple(_cell(column, record_part, database) for column in table.columns)


def _parts(value: Any, path: Sequence[str]) -> Iterator[tuple[tuple[Any, ...], int, Any]]:
    """The names that lead to each part at a path, its place in the last of them, and the part."""
    if not path:
        yield (), 0, value
    elif path[0] in ("*", "#"):
        named = value.items() if path[0] == "*" else enumerate(value, start=1)
        for index, (name, nested) in enumerate(named, start=1):
            for names, inner, inside in _parts(nested, path[1:]):
                yield (name, *names), inner or index, inside
    elif (nested := getattr(value, path[0])) is not None:
        yield from _parts(nested, path[1:])


def _cell(column: ViewColumn, record_part: RecordPart, database: Database) -> Value:
    if column.compute:
        return column.compute(database, record_part.value)
    value = column.step.get(record_part)
    if column.type == "json":
        return None if value is None else as_json(value)
    return None if value == "" else str(value) if column.type == "text" and value else value


class RecordContent(NamedTuple):
    """A record as its file would have it."""

    kind: Kind
    id: str
    record: dict[str, Any]


def records(tables: Mapping[str, Sequence[Cells]]) -> Iterator[RecordContent]:
    """The tracker, then every record; keys that hold nothing are left out."""
    every: dict[str, dict[str, Any]] = {kind: {} for kind in _ORDER}
    parts = [(source, table) for table in RECORDED for source in table.of]
    for source, table in sorted(parts, key=lambda pair: pair[0].count(".")):
        for cells in tables.get(table.name, ()):
            _put_row(every, table, source, cells)
    for cells in tables.get(WHOLE, ()):
        if cells["kind"] in every and isinstance(cells["content"], dict):
            every[cells["kind"]][cells["record_id"]] = cells["content"]
    for kind in _ORDER:
        for id, record in every[kind].items():
            yield RecordContent(kind, id, without_empty(record, NestedRecord(MODELS[kind])))


def _put_row(every: dict[str, dict[str, Any]], table: ViewTable, source: str, cells: Cells) -> None:
    """Put a row into its record; one of a record, or of a named part, that is not there is lost."""
    kind, *path = source.split(".")
    about = {column.step: cells.get(column.name) for column in table.columns}
    is_elsewhere = about.get(PART_KEY) not in (None, *path)
    if is_elsewhere or about.get(RECORD_KIND, kind) != kind:
        return
    halves = "/".join(str(about[half]) for half in (Name(1, 0), Name(1, 1)) if half in about)
    names = iter([about.get(Name(1), halves), about.get(Name(2))])
    inside = (next(names) if key == "*" else None if key == "#" else key for key in path)
    steps = [about.get(ID, kind), *inside]
    if not _has_parents(every[kind], steps, source):
        return
    _put(every[kind], steps, _entry(table, cells))
    for column in table.columns:
        if isinstance(way := column.step, Beside) and column.name in cells:
            index = [steps[0], way.key, steps[-1], *keys_of(way.below)]
            _put(every[kind], index, cells[column.name])


def _has_parents(node: Any, steps: Sequence[str | None], source: str) -> bool:
    """True if the record, and each part of it that has rows of its own under a name, is there."""
    kind, *path = source.split(".")
    above = kind
    for step, key in zip(steps, path, strict=False):
        if (above == kind or above.endswith("*")) and above in _SOURCES and step not in node:
            return False
        node, above = node.get(step, {}), f"{above}.{key}"
    return True


def _entry(table: ViewTable, cells: Cells) -> Any:
    """The value of a row without names: one value, or several keys."""
    own = [column for column in table.columns if not column.compute]
    named = [column for column in own if column.name in cells]
    if any(isinstance(column.step, Itself | IsNumber) for column in own):
        values = {c.step: cells[c.name] for c in named if isinstance(c.step, Itself | IsNumber)}
        is_number = values.pop(IsNumber(), False)
        value: Any = next(iter(values.values()), None)
        return int(value) if is_number and value.removeprefix("-").isdecimal() else value
    entry: dict[str, Any] = {}
    keys = {column.name: column.step for column in named if isinstance(column.step, Key)}
    for name, key in keys.items():
        others = (other.parent for other in keys.values() if other is not key)
        whole = key.otherwise if key.parent not in others else None  # else of a mapping
        _put(entry, keys_of((whole or key).path), cells[name])
    return entry


def _put(node: Any, steps: Sequence[str | None], value: Any) -> None:
    """Put a value where some names lead; None is the end of a list."""
    for step, below in itertools.pairwise(steps):
        node = node.setdefault(step, [] if below is None else {})
    if steps[-1] is None:
        node.append(value)
    else:
        node[steps[-1]] = value


def without_empty(record: dict[str, Any], nested: NestedRecord) -> dict[str, Any]:
    """The keys in their order that hold something, or a probability: null withdraws it."""
    record_keys = {}
    for key, below in keys(nested.record).items():
        value = record.get(key)
        if below and isinstance(value, dict):
            alone = NestedRecord(below.record)
            many = below.many and {
                name: without_empty(inner, alone) if isinstance(inner, dict) else inner
                for name, inner in value.items()
            }
            value = many or without_empty(value, alone)
        if value not in (None, [], {}):
            record_keys[key] = value
    return record_keys
