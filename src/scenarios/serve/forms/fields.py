"""What a form asks: its fields, in groups."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

Kind = Literal["line", "text", "day", "choice", "radio", "check", "file", "hidden", "whole"]


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One question: `options` are a value and its label each, `known` what was used before.

    A field that may stand `many` times is shown with room for one more. `value` stands in it until
    something else is typed. At the one that `begins` somebody starts to type.
    """

    name: str
    label: str
    hint: str = ""
    kind: Kind = "line"
    options: tuple[tuple[str, str], ...] = ()
    known: tuple[tuple[str, str], ...] = ()
    needed: bool = False
    many: bool = False
    rows: int = 3
    value: str | tuple[str, ...] = ""
    begins: bool = False


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a matrix: a thing, what is said of it, and a choice.

    `ratio` names the field for a likelihood ratio, where one may be typed instead of a code.
    """

    name: str
    label: str
    about: str = ""
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    value: str = ""
    ratio: str | None = None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Things that are rated together, such as the members of a set."""

    title: str
    cells: tuple[Cell, ...]
    folded: bool = False
    note: str = ""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Fields and rows under one heading; a folded one opens where something in it was typed."""

    title: str
    parts: tuple[Field | Row, ...]
    folded: bool = False
    note: str = ""


def labels(groups: Iterable[Group]) -> dict[str, str]:
    """What each field that is seen is called."""
    parts = [part for group in groups for part in group.parts]
    cells = {cell.name: cell.about for it in parts if isinstance(it, Row) for cell in it.cells}
    fields = (it for it in parts if isinstance(it, Field) and it.kind != "hidden")
    return cells | {field.name: field.label for field in fields}
