"""The cells of an export, as the records have them: what is no number, day or JSON is a fault."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from scenarios.exchange.arrivals import Misfit, Place
from scenarios.exchange.view.table import Type, ViewColumn, ViewTable
from scenarios.exchange.view.tables import TABLES
from scenarios.text import did_you_mean, shown

Cells = dict[str, Any]
"""A row by the names of its columns, without those that are null or computed."""
Read = Iterable[tuple[str, Sequence[str], list[tuple[object, ...]]]]
"""Parsed export: each table by its name, its columns, and its rows."""


def typed(read: Read, misfits: list[Misfit]) -> dict[str, list[Cells]]:
    """The rows of each table of records, in the order of their files; what is unfit is told."""
    by_table: dict[str, list[Cells]] = {}
    for name, columns, rows in read:
        table = TABLES[name]
        if table.computed or not rows:
            continue
        if lacking := _lacking(table, columns):
            hint = did_you_mean(lacking, columns)
            message = f"there is no column {lacking}" + (f"; {hint}" if hint else "")
            misfits.append(Misfit(place=Place(name, 1), message=message))
            continue
        known = {column.name: column for column in table.columns if not column.made}
        dicts = [dict(_row(name, n, known, columns, row, misfits)) for n, row in enumerate(rows, 2)]
        if "position" in known:
            dicts.sort(key=lambda cells: cells.get("position", 0))
        by_table[name] = dicts
    return by_table


def _lacking(table: ViewTable, columns: Sequence[str]) -> str | None:
    """A column that is needed and not there; rows without a position keep their order."""
    needed = (column.name for column in table.columns if not column.null and not column.made)
    return next((name for name in needed if name not in columns and name != "position"), None)


def _row(
    name: str,
    number: int,
    known: Mapping[str, ViewColumn],
    columns: Sequence[str],
    row: Sequence[object],
    misfits: list[Misfit],
) -> Iterator[tuple[str, Any]]:
    if len(row) != len(columns):
        message = f"the row has {len(row)} cells, and the table {len(columns)} columns"
        misfits.append(Misfit(place=Place(name, number), message=message))
        return
    for column, cell in zip(columns, row, strict=True):
        of = known.get(column)
        if of is None:
            continue
        if cell is None:
            if not of.null and column != "position":
                place = Place(name, number, column)
                misfits.append(Misfit(place=place, message="this is empty"))
            continue
        try:
            yield column, _READ[of.type](cell)
        except (ValueError, TypeError, OverflowError):
            message = f"{shown(cell)} is not {_WORDS[of.type]}"
            misfits.append(Misfit(place=Place(name, number, column), message=message))


def _text(cell: object) -> str:
    if not isinstance(cell, str):
        raise TypeError
    return cell


def _integer(cell: object) -> int:
    if (
        isinstance(cell, bool)
        or not isinstance(cell, int | float | str)
        or int(cell) != float(cell)
    ):
        raise TypeError
    return int(cell)


def _real(cell: object) -> float:
    """A whole number is written as one."""
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        raise TypeError
    number = float(cell)
    return int(number) if number.is_integer() else number


def _boolean(cell: object) -> bool:
    return _TRUTH[str(cell).lower()]


def _day(cell: object) -> str:
    if isinstance(cell, dt.datetime) and cell.time() != dt.time():
        raise TypeError
    text = cell.isoformat()[:10] if isinstance(cell, dt.date) else _text(cell)
    return dt.date.fromisoformat(text).isoformat()


def _object(cell: object) -> Any:
    return json.loads(cell) if isinstance(cell, str) else cell


class _Truth(dict[str, bool]):
    def __missing__(self, key: str) -> bool:
        raise ValueError(key)


_TRUTH = _Truth({"true": True, "1": True, "false": False, "0": False})
_READ: Mapping[Type, Callable[[object], Any]] = {
    "text": _text,
    "integer": _integer,
    "real": _real,
    "boolean": _boolean,
    "date": _day,
    "json": _object,
}
_WORDS: Mapping[Type, str] = {
    "text": "a text",
    "integer": "a whole number",
    "real": "a number",
    "boolean": "true or false",
    "date": "a day like 2022-02-04",
    "json": "JSON",
}
