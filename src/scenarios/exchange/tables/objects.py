"""JSON and JSON Lines: an array of objects, an object that holds one, or one object alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from scenarios.exchange.tables.lines import lines, texts
from scenarios.exchange.tables.table import MOST_COLUMNS, Row, Table, refused
from scenarios.text import shown

MOST_BYTES = 64 << 20
_MOST_OPENED, _MOST_VALUES = 600_000, 4_000_000
"""As many objects and lists, and values, are read at once: they take more room than their text."""
_MOST_EACH, _MOST_OF_ONE = 1_000, 200_000
"""As many values an object or list has at most, all in all, and one that is alone in its file."""


def read(stream: BinaryIO, file: str, encoding: str | None = None) -> Table:
    """Rows are the objects, counted from 1; the columns are all keys, `a.b` for a nested one."""
    objects = [*_objects(value(stream, file, encoding), file)]
    return _table(file, ((n, one) for n, one in enumerate(objects, start=1)))


def read_lines(stream: BinaryIO, file: str, encoding: str | None = None) -> Table:
    """An object a line."""
    numbered = enumerate(lines(stream, file, encoding), start=1)
    every = ((n, parsed(line, file, n)) for n, line in numbered if line.strip())
    return _table(file, every)


def value(stream: BinaryIO, file: str, encoding: str | None = None) -> Any:
    """What a JSON file holds; refused where it is too large, too deep, or says a key twice."""
    text, size = [], 0
    for part in texts(stream, file, encoding):
        size += len(part)
        if size > MOST_BYTES:
            raise refused(
                file, 0, f"more than {MOST_BYTES >> 20} MiB of JSON: give it as JSON Lines"
            )
        text.append(part)
    return parsed("".join(text), file, 0)


def parsed(text: str, file: str, row: int) -> Any:
    opened = text.count("{") + text.count("[")
    if opened > _MOST_OPENED or text.count(",") > min(
        _MOST_VALUES, _MOST_OF_ONE + _MOST_EACH * opened
    ):
        raise refused(file, row, "too many values of JSON at once: give it as JSON Lines")
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        line = row or error.lineno
        raise refused(file, line, f"not JSON at column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise refused(file, row, "nested too deeply to be read") from None
    except ValueError as error:
        raise refused(file, row, str(error)) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise ValueError(f"an object has {shown(twice)} twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number of JSON")


def _objects(found: Any, file: str) -> Iterable[Any]:
    if isinstance(found, Mapping):
        lists = {name: one for name, one in found.items() if _is_table(one)}
        if len(lists) > 1:
            names = ", ".join(map(shown, lists))
            raise refused(file, 0, f"which of its arrays is meant: {names}? Give that one alone")
        is_row = any(not isinstance(one, list) for one in found.values())
        found = next(iter(lists.values()), [found] if is_row else found)
    if not isinstance(found, list):
        raise refused(file, 0, "neither an array of objects nor an object that holds one")
    return found


def _is_table(one: Any) -> bool:
    return isinstance(one, list) and bool(one) and isinstance(one[0], Mapping)


def _table(file: str, objects: Iterable[tuple[int, Any]]) -> Table:
    columns: dict[str, None] = {}
    rows = []
    for number, one in objects:
        if not isinstance(one, Mapping):
            rows.append(Row(number, {}, f"{shown(one)} where an object was expected"))
            continue
        cells = dict(_flat(one))
        columns |= dict.fromkeys(cells)
        if len(columns) > MOST_COLUMNS:
            raise refused(file, number, f"more than {MOST_COLUMNS:,} keys in all")
        rows.append(Row(number, {n: v for n, v in cells.items() if v not in (None, "", [])}))
    if not columns and not any(row.fault for row in rows):
        raise refused(file, 0, "there is nothing in it")
    return Table(file, tuple(columns), rows)


def _flat(one: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in one.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value
