"""What a table of the view is: its columns, what identifies a row, and what that refers to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal, Protocol

import msgspec

Type = Literal["text", "integer", "real", "boolean", "date", "json"]
Value = str | int | float | bool | date | None
"""A cell; that of a `json` column is the text of its JSON."""
Row = tuple[Value, ...]


class Column(msgspec.Struct, frozen=True):
    """A column; `made` is computed of the others or of other tables, and not read back."""

    name: str
    type: Type
    meaning: str
    null: bool = False
    made: bool = False


class Reference(msgspec.Struct, frozen=True):
    """Columns that name a row of another table, by those of its key."""

    columns: tuple[str, ...]
    table: str
    key: tuple[str, ...]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table: its columns, its key, and what it refers to.

    `computed` says that nothing of it is in a file. `indexes` are columns that one looks up often.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    references: tuple[Reference, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    computed: bool = False

    def places(self, names: Iterable[str]) -> tuple[int, ...]:
        """Where these columns stand in a row."""
        every = [column.name for column in self.columns]
        return tuple(map(every.index, names))


SCENARIO = Column("scenario_id", "text", "The scenario")
RATING = (
    Column("code", "text", "CC, C, N, I or II; null where a ratio is given", null=True),
    Column("likelihood_ratio", "real", "0.001 to 1000; null where a code is given", null=True),
    Column("decibans", "real", "What code or ratio is worth, before any weight", made=True),
)


class Rows(Protocol):
    """What has the rows of each table: a view."""

    def rows(self, name: str) -> list[Row]:
        """The rows of a table, by its name."""
        ...


def position(of: str) -> Column:
    """The column that keeps the order of a file."""
    return Column("position", "integer", f"The place of {of}, from 1")


def refers(columns: str, table: str, key: str = "") -> Reference:
    """A reference, by names with blanks between them; the same names on both sides if no other."""
    return Reference(tuple(columns.split()), table, tuple((key or columns).split()))


def as_json(value: Any) -> str:
    """What stands in a `json` column."""
    return msgspec.json.encode(value).decode()
