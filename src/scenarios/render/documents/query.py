"""The answer to a query, as a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from scenarios.render.document import Column, Document, Figure, Table, Text

_LEAST = 16
"""A column of texts may be narrowed to so many characters."""


def document(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Document:
    """Numbers to the right, with six digits; a blank is null."""
    columns = [
        Column(name=name, key=name, align="right")
        if _is_numeric(rows, n)
        else Column(name=name, key=name, least=_LEAST)
        for n, name in enumerate(names)
    ]
    told = tuple(tuple(map(_cell, row)) for row in rows)
    return (Table(columns=tuple(columns), rows=told, empty="no rows"),)


def _is_numeric(rows: Sequence[Sequence[Any]], place: int) -> bool:
    cells = [row[place] for row in rows if row[place] is not None]
    return bool(cells) and all(type(cell) in (int, float) for cell in cells)


def _cell(value: Any) -> Text:
    if value is None:
        return ""
    if type(value) is int:
        return Figure(value, digits=0)
    if type(value) is float:
        return Figure(value, "ratio", 6)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
