"""A table of the view: its columns, its key, and its references to other tables."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import Any, Literal, cast

import msgspec

from scenarios.declarations import NestedRecord, declared_keys, keys
from scenarios.exchange.view.steps import ID, POSITION, Key, Step
from scenarios.model import Database, Kind
from scenarios.paths import MODELS
from scenarios.storage.schema import nodes_at

Type = Literal["text", "integer", "real", "boolean", "date", "json"]
Value = str | int | float | bool | date | None
"""A cell; that of a `json` column is the text of its JSON."""
Row = tuple[Value, ...]


class ViewColumn(msgspec.Struct, frozen=True):
    """A column, and the step to its value; one with `compute` is computed, and not read back.

    One without a `text` of its own means what its `key` does, which is a kind and a path.
    """

    name: str
    type: Type
    text: str
    step: Step
    null: bool = False
    compute: Callable[[Database, Any], Value] | None = None
    key: tuple[str, ...] = ()

    @property
    def meaning(self) -> str:
        """The meaning in one sentence; the schemas are read when it is asked for."""
        kind, *path = self.key or ("", "")
        return self.text or str(nodes_at(cast("Kind", kind), path)[0]["description"]).rstrip(".")


class ForeignKey(msgspec.Struct, frozen=True):
    """Columns that name a row of another table, by those of its key."""

    columns: tuple[str, ...]
    table: str
    key: tuple[str, ...]


class ViewTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table: its columns, its key, and what it refers to.

    `of` are the parts of records that have a row each: `scenario.tags.#` has one for each entry of
    a list, `scenario.indicators.*` one for each name of a mapping. A table of none is computed.
    `indexes` are columns that one looks up often.
    """

    name: str
    meaning: str
    of: tuple[str, ...]
    columns: tuple[ViewColumn, ...]
    key: tuple[str, ...]
    references: tuple[ForeignKey, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()

    @property
    def computed(self) -> bool:
        """True where nothing of it is in a file."""
        return not self.of

    def places(self, names: Iterable[str]) -> tuple[int, ...]:
        """Where these columns stand in a row."""
        every = [column.name for column in self.columns]
        return tuple(map(every.index, names))


def column(
    name: str,
    type: str,
    meaning: str,
    step: Step | str = "",
    compute: Callable[[Database, Any], Value] | None = None,
) -> ViewColumn:
    """A column; its cells may be null where a `?` stands behind the type.

    A text is the key of the value, below the part; without one it has the column's name.
    """
    of: Any = type.removesuffix("?")
    way = Key(step or name) if isinstance(step, str) else step
    return ViewColumn(name, of, meaning, way, type.endswith("?"), compute)


_TYPES: dict[Any, Type] = {
    str: "text",
    int: "integer",
    float: "real",
    date: "date",
    bool: "boolean",
}


def columns(
    of: str, step: Callable[[str], Step] = Key, **after: Sequence[ViewColumn]
) -> Iterator[ViewColumn]:
    """Yield a column for each key of a part that holds one value, as the model declares it.

    Its meaning is that of the schema. What another `step` than Key leads to can be missing. `after`
    has the columns that follow a key.
    """
    kind, *names = of.replace(".#", "").split(".")
    part: NestedRecord | None = NestedRecord(MODELS[cast("Kind", kind)])
    for name in names:
        part = part if name == "*" or part is None else keys(part.record)[name]
    apart: list[str] = []
    for declared in declared_keys(part.record) if part else ():
        key, path = declared.key, declared.path
        apart += [f"{declared.name}."] if key.column is None else []
        type: Any = "json" if key.is_json else _TYPES.get(declared.forms[-1])
        if type and not declared.name.startswith(tuple(apart)):
            name = key.column or "_".join(path[-2:])
            null = declared.can_be_null or step is not Key
            way, at = step(declared.name), (kind, *names, *path)
            yield ViewColumn(name, type, "", way, null, key=at)
        yield from after.get(declared.name, ())


def position(of: str) -> ViewColumn:
    """The column that keeps the order of a file."""
    return column("position", "integer", f"The place of {of}, from 1", POSITION)


def table(
    meaning: str, *columns: ViewColumn, of: str = "", key: str, refers: str = "", indexes: str = ""
) -> ViewTable:
    """A table by names in one text: `a b` are several, `a+b c` columns and the table they refer to.

    `a c.b` refers to a column of another name; `;` stands between references, or indexes.
    """
    references = []
    for reference in refers.split("; ") if refers else ():
        own, column = reference.split()
        other, _, names = column.partition(".")
        own_names = tuple(own.split("+"))
        references.append(
            ForeignKey(own_names, other, tuple(names.split("+")) if names else own_names)
        )
    return ViewTable(
        name="",
        meaning=meaning,
        of=tuple(of.split()),
        columns=columns,
        key=tuple(key.split()),
        references=tuple(references),
        indexes=tuple(tuple(index.split("+")) for index in indexes.split("; ") if index),
    )


def tables(**named: ViewTable) -> tuple[ViewTable, ...]:
    return tuple(msgspec.structs.replace(table, name=name) for name, table in named.items())


SCENARIO = column("scenario_id", "text", "The scenario", ID)
_LARGEST = 2**63
"""Of a whole number in JSON, which readers keep in 64 bits."""


def as_json(value: Any) -> str:
    """The value of a `json` column; whole numbers as whole, which is how a file has them."""
    return msgspec.json.encode(_whole(msgspec.to_builtins(value))).decode()


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _whole(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_whole(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def plain(value: Any) -> Any:
    """A value as JSON has it, else its text, as for a number that JSON does not have."""
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    is_number = isinstance(value, float) and isfinite(value)
    is_whole = isinstance(value, int) and abs(value) < _LARGEST
    if value is None or is_number or is_whole or isinstance(value, str):
        return value
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)
