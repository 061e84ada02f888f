"""What is typed for a key, as the value that its schema wants: a text stays a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from scenarios.errors import ScenError
from scenarios.model import Kind
from scenarios.storage.schema import schema
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
    whole = schema(kind)
    nodes = [whole]
    for key in keys:
        nodes = [below for node in nodes for below in _below(whole, node, key)]
    for node in nodes:
        for form in _forms(whole, node):
            if not is_item:
                yield from _of(form)
            elif "items" in form:
                for item in _forms(whole, form["items"]):
                    yield from _of(item)


def _below(whole: Any, node: Any, key: str) -> Iterator[Any]:
    for form in _forms(whole, node):
        if key in form.get("properties", {}):
            yield form["properties"][key]
        elif isinstance(form.get("additionalProperties"), dict):
            yield form["additionalProperties"]


def _forms(whole: Any, node: Any) -> Iterator[Any]:
    """A node with what it refers to, each of its alternatives apart."""
    if "$ref" in node:
        yield from _forms(whole, whole["$defs"][node["$ref"].rpartition("/")[2]])
    if "anyOf" in node:
        for form in node["anyOf"]:
            yield from _forms(whole, form)
    yield node


def _of(node: Any) -> Iterator[str]:
    values = [*node.get("enum", ()), *([node["const"]] if "const" in node else [])]
    yield from (name for value in values for name in _NAMES[type(value)])
    kinds = node.get("type", ())
    yield from [kinds] if isinstance(kinds, str) else kinds
