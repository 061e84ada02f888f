"""Typed text as a value of the type that a key's schema wants; a text stays a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from scenarios.errors import ScenError
from scenarios.model import Kind
from scenarios.storage.schema import forms, nodes_at
from scenarios.storage.yaml.reader import read

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
    if "string" in allowed:
        return text
    if faults:
        words = f"{faults[0].message}: write a value as in a file, lists as [a, b]"
        raise ScenError(f"nothing was written: {'.'.join(keys)}: {words}")
    return value


def _types(kind: Kind, keys: Sequence[str], *, is_item: bool) -> Iterator[str]:
    for node in nodes_at(kind, keys):
        for form in forms(node):
            if not is_item:
                yield from _of(form)
            elif "items" in form:
                for item in forms(form["items"]):
                    yield from _of(item)


def _of(node: Any) -> Iterator[str]:
    values = [*node.get("enum", ()), *([node["const"]] if "const" in node else [])]
    yield from (name for value in values for name in _NAMES[type(value)])
    kinds = node.get("type", ())
    yield from [kinds] if isinstance(kinds, str) else kinds
