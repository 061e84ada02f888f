"""Changes of any key of a record, or of a record as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

from scenarios.errors import ScenError, UsageError
from scenarios.model import Kind
from scenarios.paths import SHEET_ID
from scenarios.storage.edits import Draft, at_place, refuse_unwritable
from scenarios.storage.schema import forms, nodes_at
from scenarios.storage.yaml import reader
from scenarios.storage.yaml.editor import append, exact, put, unset
from scenarios.storage.yaml.reader import read
from scenarios.values import OBSERVED
from scenarios.workspace.corrections import renaming
from scenarios.workspace.corrections.renaming import Located, locate
from scenarios.workspace.how import AS_USUAL, How
from scenarios.workspace.input import typed_in
from scenarios.workspace.opened import Changed, Opened, from_here
from scenarios.workspace.writing import Written, write

_NAMES = {
    bool: ("boolean",),
    int: ("integer", "number"),
    float: ("number",),
    str: ("string",),
    list: ("array",),
    dict: ("object",),
    type(None): ("null",),
}


def typed(kind: Kind, keys: Sequence[str], text: str, *, is_item: bool = False) -> Any:
    """The text itself where the key [an item of its list] holds a text or is not known, else YAML.

    Where both are allowed it is what YAML takes it for: `0.1` a number, `CC` a text.
    """
    allowed = {*_types(kind, keys, is_item=is_item)}
    if not allowed - {"string"}:
        return text
    value, faults = read("", f"{text}\n".encode(errors="surrogateescape"))
    if not faults and not allowed.isdisjoint(_NAMES[type(value)]):
        return value
    limits = (form.get("maximum") for node in nodes_at(kind, keys) for form in forms(node))
    if any(limit is not None and limit <= 1 for limit in limits):  # a probability
        with suppress(UsageError):
            return typed_in.chance(text)
    if "string" in allowed:
        return text
    if faults:
        words = f"{faults[0].message}: write a value as in a file, lists as [a, b]"
        raise ScenError(f"nothing was written: {'.'.join(keys)}: {words}")
    return value


def _types(kind: Kind, keys: Sequence[str], *, is_item: bool) -> Iterator[str]:
    allowed = [form for node in nodes_at(kind, keys) for form in forms(node)]
    if is_item:
        allowed = [item for form in allowed if "items" in form for item in forms(form["items"])]
    for node in allowed:
        values = [*node.get("enum", ()), *([node["const"]] if "const" in node else [])]
        yield from (name for value in values for name in _NAMES[type(value)])
        kinds = node.get("type", ())
        yield from [kinds] if isinstance(kinds, str) else kinds


class KeyChange(NamedTuple):
    """A dotted key, and what to do: put a value, append an item, or unset it."""

    key: str
    how: Literal["put", "append", "unset"]
    text: str = ""


def edit(
    root: Path, id: str, changes: Sequence[KeyChange], how: How = AS_USUAL
) -> tuple[Written, Located]:
    """Change keys of a record; every other byte stays.

    If a date or analyst in its name changes, the file is renamed, and references follow.
    """

    def change(located: Located, data: bytes) -> bytes:
        for change in changes:
            data = _changed(located, data, change)
        return data

    return _edit(root, id, change, how)


def replace(
    root: Path, id: str, old: bytes, new: bytes, how: How = AS_USUAL
) -> tuple[Written, Located]:
    """Replace a record as a whole, if its file still holds `old`; renamed if necessary."""

    def change(located: Located, data: bytes) -> bytes:
        if data != old:
            raise Changed(located.path, from_here(root / located.path))
        return new

    return _edit(root, id, change, how, whole=True)


def _edit(
    root: Path, id: str, change: Callable[[Located, bytes], bytes], how: How, *, whole: bool = False
) -> tuple[Written, Located]:
    edited: list[Located] = []

    def draft(opened: Opened) -> list[Draft]:
        located = locate(opened, id)
        old = opened.snapshot[located.path]
        today = partial(renaming.of_today, opened, located.kind, located.id)
        new = today(change(located, old if whole else today(old)))
        name = _name_in(located, old, new)
        edited.append(located._replace(id=name))
        if name != located.id:
            return renaming.drafts(opened, located, name, new)
        return [Draft(located.path, old, new)]

    written = write(root, draft, f"edit {id}", how, subject=lambda _: f"edit: {edited[-1].name}")
    return written, edited[-1]


def _changed(located: Located, data: bytes, change: KeyChange) -> bytes:
    keys = (*located.keys, *change.key.split("."))
    refuse_unwritable(change.text, change.key)
    with at_place(located.path):
        if change.how == "unset":
            return unset(data, keys)
        is_item = change.how == "append"
        value = typed(located.kind, keys, change.text, is_item=is_item)
        if is_item:
            return append(data, keys, value)
        return data if exact(_at(data, keys)) == exact(value) else put(data, keys, value)


def _name_in(located: Located, old: bytes, new: bytes) -> str:
    """The id that a changed record's own text gives it."""
    values = [reader.read("", data)[0] for data in (old, new)]
    was, now = (value if isinstance(value, dict) else {} for value in values)
    if located.kind == "forecasts":
        name = f"{now.get('date')}-{now.get('analyst')}"
        same = all(was.get(key) == now.get(key) for key in ("date", "analyst"))
        return name if SHEET_ID.fullmatch(name) and not same else located.id
    before, after = str(was.get("observed")), str(now.get("observed"))
    if located.kind == "evidence" and before != after and re.fullmatch(OBSERVED, after):
        return re.sub(rf"^{re.escape(before)}-", f"{after}-", located.id)
    return located.id


def _at(data: bytes, keys: Sequence[str]) -> Any:
    """The value at a key; a value equal to no other if there is none."""
    value, _ = reader.read("", data)
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            return [keys]
        value = value[key]
    return value
