"""The rows of a table as keys with their values, and what is wrong with their cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from scenarios.exchange.arrivals import Arrival, Arrived, Foreign, Misfit, Place, slug
from scenarios.exchange.own.cells import Cell
from scenarios.exchange.own.columns import Column, Kind, columns
from scenarios.exchange.own.days import Days, Unfit
from scenarios.exchange.readers import Given, Wanted
from scenarios.exchange.tables import reading
from scenarios.exchange.tables.table import Row, refused

MOST_ROWS, MOST_CELLS = 200_000, 2_000_000
SYSTEM = "spreadsheet"
"""Where a foreign id comes from that says nothing of it."""


class Read(NamedTuple):
    """A row: its number, each key's value, and what is unfit of it."""

    number: int
    values: Mapping[str, Any]
    misfits: tuple[Misfit, ...]


class Sheet(NamedTuple):
    """A table of one kind: what each key came from, its rows, and remarks."""

    columns: Mapping[str, str]
    rows: Iterator[Read]
    remarks: tuple[str, ...]


def sheet(given: Given, wanted: Wanted, kind: Kind) -> Sheet:
    """The rows of a file as keys with values."""
    assert given.stream is not None  # noqa: S101 - a folder is refused before
    table = reading.read(
        given.stream, given.name, wanted.form, encoding=wanted.encoding, sheet=wanted.sheet
    )
    chosen = columns(kind, table.columns, wanted, given.name)
    named = {one.field: one.name for one in chosen}
    days = Days(wanted.dates)
    rows, room = list[Row](), MOST_CELLS
    for row in table.rows:
        room -= len(row.cells)
        if room < 0 or len(rows) == MOST_ROWS:
            words = f"more than {MOST_ROWS:,} rows or {MOST_CELLS:,} cells"
            raise refused(given.name, row.number, f"{words}: split the file")
        rows.append(row)
        for one in chosen:
            days.look(one.name, row.number, row.cells.get(one.name))
    watched = wanted.progress(rows, "reading the rows", len(rows))
    return Sheet(named, _rows(watched, chosen, days, given.name), table.remarks)


def _rows(rows: Iterable[Row], chosen: list[Column], days: Days, file: str) -> Iterator[Read]:
    for row in rows:
        if row.fault:
            yield Read(row.number, {}, (Misfit(place=Place(file, row.number), message=row.fault),))
            continue
        values, misfits = {}, []
        for one in chosen:
            value = one.of(row.cells)
            if value is None:
                continue
            try:
                values[one.field] = one.parse(Cell(value, row.number, one.name, days))
            except Unfit as error:
                place = Place(file, row.number, one.name)
                misfits.append(Misfit(place=place, message=str(error)))
        yield Read(row.number, values, tuple(misfits))


class Told(NamedTuple):
    """The sets and analysts that rows name, each id with how it was written."""

    sets: dict[str, str]
    analysts: dict[str, str]


One = Callable[[Mapping[str, Any], Place, Wanted, Told], Arrival]
"""Makes the record of a row's values; an Unfit where it makes none."""


def records(given: Given, wanted: Wanted, kind: Kind, one: One) -> Arrived:
    """The records of a file."""
    found = sheet(given, wanted, kind)
    arrivals, misfits, told = list[Arrival](), list[Misfit](), Told({}, {})
    for row in found.rows:
        misfits += row.misfits
        if row.misfits or not row.values:
            continue
        place = Place(given.name, row.number)
        try:
            arrivals.append(replace(one(row.values, place, wanted, told), columns=found.columns))
        except Unfit as error:
            misfits.append(Misfit(place=place, message=str(error)))
    return Arrived(
        records=tuple(arrivals),
        misfits=tuple(misfits),
        sets=told.sets,
        analysts=told.analysts,
        remarks=found.remarks,
    )


def nested(values: Mapping[str, Any], *left_out: str) -> dict[str, Any]:
    """Dotted keys as mappings in one another, without those that are no key of a record."""
    made: dict[str, Any] = {}
    for key, value in values.items():
        first, dot, rest = key.partition(".")
        if first in left_out or value is None:
            continue
        if dot:
            made.setdefault(first, {})
            made[first][rest] = value
        elif isinstance(value, dict):
            made[first] = {**value, **made.get(first, {})}
        else:
            made[first] = value
    return made


def foreign(values: Mapping[str, Any], wanted: Wanted) -> Foreign | None:
    """The id elsewhere: a column `foreign`, or `foreign.SYSTEM`."""
    for key, value in values.items():
        first, _, system = key.partition(".")
        if first == "foreign":
            return Foreign(system or wanted.system or SYSTEM, value)
    return None


def named(values: Mapping[str, Any], key: str, known: dict[str, str]) -> dict[str, str]:
    """A key whose value is an id that is made of a text, and kept with it among the `known`."""
    if key not in values:
        return {}
    id = slug(values[key], 80)
    known.setdefault(id, values[key])
    return {key: id}


def needed(values: Mapping[str, Any], *keys: str) -> str:
    """The first of these texts that a row has."""
    for key in keys:
        if key in values:
            return str(values[key])
    raise Unfit(f"there is no {' and no '.join(keys)}")
