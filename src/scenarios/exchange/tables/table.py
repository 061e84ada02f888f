"""A table: named columns, and rows that know their place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from scenarios.errors import ScenError
from scenarios.text import shown

MOST_COLUMNS = 1000
MOST_ROWS = 1 << 20
"""As many rows as a sheet of a spreadsheet has."""


class Row(NamedTuple):
    """A row by its number, 1 the first of the file; `fault` is what is wrong with its shape.

    What a cell holds is text, or what a spreadsheet or JSON says: a number, a day, a list. One that
    holds nothing is left out.
    """

    number: int
    cells: Mapping[str, Any]
    fault: str | None = None


class Table(NamedTuple):
    """The columns, in order, and the rows, which are read as they are taken."""

    file: str
    columns: tuple[str, ...]
    rows: Iterable[Row]
    remarks: tuple[str, ...] = ()


def refused(file: str, row: int, message: str) -> ScenError:
    """A file that cannot be read on."""
    return ScenError(f"{file}{f':{row}' if row else ''}: {message}; nothing was written")


def table(
    file: str,
    rows: Iterator[tuple[int, Sequence[Any]]],
    remarks: tuple[str, ...] = (),
    *,
    ragged: bool = False,
) -> Table:
    """Rows of cells, of which the first that holds anything names the columns.

    Where it may be `ragged` the cells that are missing at the end of a row are empty.
    """
    found = next(((n, cells) for n, cells in rows if any(map(_holds, cells))), None)
    if found is None:
        raise refused(file, 0, "there is nothing in it")
    names = _named(file, *found)
    columns = tuple(name for name in names if name)
    return Table(file, columns, _rows(file, names, rows, ragged=ragged), remarks)


def _rows(
    file: str, names: Sequence[str], rows: Iterator[tuple[int, Sequence[Any]]], *, ragged: bool
) -> Iterator[Row]:
    width, taken = len(names), 0
    for number, cells in rows:
        full = {at: value for at, value in enumerate(cells) if _holds(value)}
        if not full:
            continue
        taken += 1
        if taken > MOST_ROWS:
            raise refused(file, number, f"more than {MOST_ROWS:,} rows: split the file")
        yield Row(
            number,
            {names[at]: value for at, value in full.items() if at < width and names[at]},
            _misshapen(names, len(cells), full, ragged=ragged),
        )


def _misshapen(
    names: Sequence[str], wide: int, full: Mapping[int, Any], *, ragged: bool
) -> str | None:
    """What is wrong with the shape of a row: cells that have no column, or too few of them."""
    nameless = [at for at in full if at >= len(names) or not names[at]]
    if nameless:
        return f"{shown(str(full[nameless[0]]))} stands in column {nameless[0] + 1}, without a name"
    if wide < len(names) and not ragged:
        return f"{wide} cells, and the head has {len(names)} columns"
    return None


def _named(file: str, row: int, cells: Sequence[Any]) -> list[str]:
    if len(cells) > MOST_COLUMNS and _holds(cells[-1]):
        raise refused(file, row, f"{len(cells):,} columns; at most {MOST_COLUMNS:,} are read")
    names = [" ".join(str(cell or "").split()) for cell in cells[:MOST_COLUMNS]]
    for name, times in Counter(filter(None, names)).items():
        if times > 1:
            first = names.index(name)
            places = f"{first + 1} and {names.index(name, first + 1) + 1}"
            raise refused(file, row, f"columns {places} are both called {shown(name)}: rename one")
    while names and not names[-1]:
        names.pop()
    return names


def _holds(value: Any) -> bool:
    return value is not None and not (isinstance(value, str) and not value.strip())
