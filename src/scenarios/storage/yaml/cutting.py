"""Edits of a YAML file that take a key out, or give ids another name; every other byte stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from scenarios.errors import At, Keys
from scenarios.storage.yaml import marks as layout
from scenarios.storage.yaml import reader
from scenarios.storage.yaml.editor import parsed
from scenarios.storage.yaml.guard import EditError, exact
from scenarios.text import did_you_mean

Names = Mapping[tuple[Keys, At], str]
"""The keys and the values that get another name, each by the way to it."""


def unset(data: bytes, path: Sequence[str]) -> bytes:
    """The file without a key, and without what would hold nothing then.

    Of the comments those go that stand between the key and the end of its value's last line.
    """
    text, root, meant = parsed(data, path)
    mapping, entry = root, None
    above: list[tuple[Any, tuple[Any, Any]]] = []
    for depth, key in enumerate(path):
        entry = layout.pair(mapping, key) if layout.is_mapping(mapping) else None
        if entry is None:
            known = [one.value for one, _ in mapping.value] if layout.is_mapping(mapping) else []
            hint = did_you_mean(key, known)
            there = f"there is no {'.'.join(path[: depth + 1])}{f'; {hint}' if hint else ''}"
            mark = mapping.start_mark
            raise EditError(there, mark.line + 1, mark.column + 1)
        above.append((mapping, entry))
        mapping = entry[1]
    while len(above) > 1 and len(above[-1][0].value) == 1:
        above.pop()
    _drop(meant, path[: len(above)])
    mapping, (key_node, value) = above[-1]
    if len(mapping.value) == 1:
        raise EditError("it is the only key of the file")
    comments = layout.comments(text, root)
    for start, end in _spans(text, mapping, (key_node, value)):
        new = text[:start] + text[end:]
        before = len(comments) - len(layout.comments(text, root, start))
        kept = comments[:before] + layout.comments(text, root, end)
        if _means(new, meant, kept):
            return new.encode()
    mark = key_node.start_mark
    fault = f"{'.'.join(path)} cannot be taken out alone; edit the file by hand"
    raise EditError(fault, mark.line + 1, mark.column + 1)


def reworded(data: bytes, names: Names) -> bytes:
    """The file with other ids for those keys and values; their quotes stay, and all else does."""
    text, root, value = parsed(data, ("",))
    new = text
    for node, old, name in sorted(_named(root, (), names), key=lambda it: -it[0].start_mark.index):
        start, end = node.start_mark.index, node.end_mark.index
        new = new[:start] + new[start:end].replace(old, name, 1) + new[end:]
    if not _means(new, _under(value, (), names), layout.comments(text, root)):
        raise EditError(f"{', '.join(sorted(set(names.values())))} cannot stand there")
    return new.encode()


def _spans(text: str, mapping: Any, entry: tuple[Any, Any]) -> Iterator[tuple[int, int]]:
    """From where to where an entry may be cut out, the tidiest first."""
    key, value = entry
    place = mapping.value.index(entry)
    start, following = key.start_mark.index, mapping.value[place + 1 :]
    if mapping.flow_style:
        end = layout.entry_end(text, entry)
        gap = layout.gap_end(text, end)
        stop = gap + 1 if text[gap : gap + 1] == "," else end
        rest = text[stop : layout.line_end(text, stop)].strip()
        if layout.starts_line(text, start) and (not rest or rest.startswith("#")):
            yield layout.line_start(text, start), layout.next_line(text, stop)
        if following:
            yield start, following[0][0].start_mark.index
        if place:
            before = layout.entry_end(text, mapping.value[place - 1])
            yield before, end
            yield layout.gap_end(text, before), end
            yield before, stop
        yield start, stop
        return
    first = layout.line_start(text, start)
    node = value if layout.is_written(value) else key
    last = layout.content_end(text, node, mapping.start_mark.column)
    last = max(last, layout.after_colon(text, key) or 0)
    if not text[first:start].strip(" ?\t"):
        yield first, layout.next_line(text, last)
    if following:
        yield start, following[0][0].start_mark.index


def _means(text: str, meant: Any, comments: list[str]) -> bool:
    value, faults = reader.read("", text.encode())
    if faults or exact(value) != exact(meant):
        return False
    return layout.comments(text, layout.root(text)) == comments


def _drop(value: Any, path: Sequence[str]) -> None:
    *parents, last = path
    for key in parents:
        value = value[key]
    del value[last]


def _named(node: Any, here: Keys, names: Names) -> Iterator[tuple[Any, str, str]]:
    """Each scalar that gets another name, with the old one and the new one."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            at = (*here, key.value)
            if name := names.get((at, "key")):
                yield key, key.value, name
            yield from _named(value, at, names)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _named(item, (*here, number), names)
    elif name := names.get((here, "value")):
        yield node, node.value, name


def _under(value: Any, here: Keys, names: Names) -> Any:
    if isinstance(value, dict):
        return {
            names.get(((*here, key), "key"), key): _under(part, (*here, key), names)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [_under(item, (*here, number), names) for number, item in enumerate(value)]
    return names.get((here, "value"), value)
