"""Whether an edited YAML text means what it should, and keeps all that was not to change."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

from scenarios.storage.yaml import marks as layout
from scenarios.storage.yaml import reader


class EditError(ValueError):
    """An edit that is refused, and where: lines and columns count from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.line, self.column = line, column


def first_sound(
    layouts: Iterable[str], old: str, root: Any, meant: Any, node: Any, value: Any = None
) -> bytes:
    """The first text that reads back as what is meant, with every comment and each other line.

    `node` is the key of the `value` that the edit replaces, or what it adds an entry to.
    """
    comments = layout.comments(old, root)
    start, end = _lines(old, node, value)
    fault = "no layout of the value keeps the lines and comments around it"
    for new in layouts:
        data = new.encode()
        value_read, faults = reader.read("", data)
        if faults:
            fault = faults[0].message
        elif (
            exact(value_read) == exact(meant)
            and layout.comments(new, layout.root(new)) == comments
            and _is_kept(old, new, start, end)
        ):
            return data
    mark = node.start_mark
    raise EditError(f"{fault}; edit the file by hand", mark.line + 1, mark.column + 1)


def exact(value: Any) -> str:
    """A text that tells true from 1, 1 from 1.0, and one order of keys from another."""
    return json.dumps(value, default=str)


def _lines(text: str, node: Any, value: Any) -> tuple[int, int]:
    """From where to where lines may change; behind the last entry of lines they are only added.

    A block text that the end of the file ends gets another header when an entry follows it.
    """
    last, _ = layout.last_leaf(text, value or node, 0)
    first = node if value else last
    start, end = first.start_mark.index, last.end_mark.index
    return layout.line_start(text, start), layout.next_line(text, end - 1)


def _is_kept(old: str, new: str, start: int, end: int) -> bool:
    """Whether `new` has all that is outside of start and end, or all of `old`."""
    if new.startswith(old[:start]) and new[start:].endswith(old[end:]):
        return True
    kept = _shared(old, new)
    return kept + _shared(old[kept:][::-1], new[kept:][::-1]) == len(old)


def _shared(old: str, new: str) -> int:
    """How many characters two texts share from their starts."""
    most = min(len(old), len(new))
    return bisect_left(range(most), True, key=lambda at: old[: at + 1] != new[: at + 1])
