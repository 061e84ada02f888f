"""One record, or several of one id: every key that holds something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scenarios.render.document import Block, Document, Heading, Item, Items


def document(records: Mapping[str, Mapping[str, Any]]) -> Document:
    """The records, each under what it is called."""
    blocks: list[Block] = []
    for name, record in records.items():
        blocks += [Heading(1, name), Items(tuple(_entries(record)))]
    return tuple(blocks)


def _entries(record: Mapping[str, Any]) -> Iterator[Item]:
    for key, value in record.items():
        if value in (None, [], {}, ()):
            continue
        if isinstance(value, dict):
            yield Item(f"{key}:", tuple(_entries(value)))
        elif isinstance(value, list | tuple):
            yield Item(f"{key}:", tuple(_parts(value)))
        else:
            yield Item(f"{key}: {value}")


def _parts(values: list[Any] | tuple[Any, ...]) -> Iterator[Item]:
    for value in values:
        if isinstance(value, dict):
            yield from _entries(value)
        else:
            yield Item(str(value), bullet=True)
