"""Edits of a YAML file that keep every other byte: comments, order, quotes, line ends.

An edit tries several layouts, the tidiest first: lines, then one line where lines would take in
their surroundings. The first that reads back right is used; if none does, the edit is refused.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import getitem
from typing import Any, NamedTuple

import yaml

from scenarios.errors import At, Keys
from scenarios.storage.yaml import marks as layout
from scenarios.storage.yaml import reader
from scenarios.storage.yaml.writer import WIDTH, dump_flow, dump_fragment
from scenarios.text import did_you_mean


class EditError(ValueError):
    """An edit that is refused, and where: lines and columns count from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.line, self.column = line, column


def put(data: bytes, path: Sequence[str], value: Any) -> bytes:
    """The file with `value` at `path`: in place of the old one, else behind its last sibling.

    Missing mappings on the way are added; an empty mapping or a null counts as missing.
    """
    text, root, meant = parsed(data, path)
    mapping, pair, depth = _target(text, root, path)
    name, *parents = meant, *path[:-1]
    for key in parents:
        name[key] = name.get(key) or {}
        name = name[key]
    name[path[-1]] = value
    rest = value
    for key in reversed(path[depth:]):
        rest = {key: rest}
    if pair:
        return first_sound(_replaced(text, root, mapping, pair, rest), text, root, meant, *pair)
    added = _added(text, root, mapping, {path[depth - 1]: rest})
    return first_sound(added, text, root, meant, mapping)


def append(data: bytes, path: Sequence[str], item: Any) -> bytes:
    """The file with one more item in the list at `path`, added if missing."""
    text, root, meant = parsed(data, path)
    _, pair, _ = _target(text, root, path)
    if pair is None or _is_vacant(text, pair[1]):
        return put(data, path, [item])
    _require(pair[1], yaml.SequenceNode, path)
    reduce(getitem, path, meant).append(item)
    return first_sound(_added(text, root, pair[1], [item]), text, root, meant, pair[1])


def parsed(data: bytes, path: Sequence[str]) -> tuple[str, Any, Any]:
    """The text, the node of its mapping and its value."""
    if not path:
        raise EditError("an edit needs a path")
    value, faults = reader.read("", data)
    if faults:
        fault = faults[0]
        raise EditError(f"not to be read: {fault.message}", fault.line, fault.column)
    text = data.decode()
    root = layout.root(text)
    _require(root, yaml.MappingNode, ())
    return text, root, value


_EMPTY_BRACKETS = re.compile(r"\{[ \t]*\}|\[[ \t]*\]")
_COMMENT_LINE = re.compile(r"( *)#[^\n]*(?:\n|\Z)")


def _target(text: str, root: Any, path: Sequence[str]) -> tuple[Any, Any, int]:
    """The mapping to edit, its pair for the key, if any, and the number of keys to it."""
    mapping = root
    for depth, key in enumerate(path, start=1):
        _require(mapping, yaml.MappingNode, path[: depth - 1])
        pair = layout.pair(mapping, key)
        if pair is None or depth == len(path) or _is_vacant(text, pair[1]):
            break
        mapping = pair[1]
    return mapping, pair, depth


def _require(node: Any, kind: type, path: Sequence[str]) -> None:
    if not isinstance(node, kind):
        name = "list" if kind is yaml.SequenceNode else "mapping"
        mark = node.start_mark
        message = f"{'.'.join(path) or 'the file'} is not a {name}"
        raise EditError(message, mark.line + 1, mark.column + 1)


def _is_vacant(text: str, node: Any) -> bool:
    """True for null and for brackets with nothing in them, not even a comment."""
    if node.tag == layout.NULL:
        return True
    return bool(_EMPTY_BRACKETS.fullmatch(text, node.start_mark.index, node.end_mark.index))


def _added(text: str, root: Any, node: Any, entry: dict[str, Any] | list[Any]) -> Iterator[str]:
    """The text with one more pair or item at the end of a collection."""
    if node.flow_style:
        yield _added_in_brackets(text, node, dump_flow(entry)[1:-1])
        return
    column = node.start_mark.column
    value = entry[0] if isinstance(entry, list) else next(iter(entry.values()))
    empty = [None] if isinstance(entry, list) else dict.fromkeys(entry)
    label = dump_fragment(empty, column).removesuffix("null\n")
    yield _added_lines(text, node, dump_fragment(entry, column, layout.step(root)))
    yield _added_lines(text, node, f"{label}{dump_flow(value)}\n")


def _added_lines(text: str, node: Any, lines: str) -> str:
    """The text with new lines behind the last entry of a block collection and its comments."""
    column = node.start_mark.column
    end = layout.content_end(text, node, column)
    position = layout.next_line(text, end)
    # A comment as deep as the entries is the last entry's; one less deep belongs to what follows
    # (test_a_value_is_put_where_it_belongs).
    while (comment := _COMMENT_LINE.match(text, position)) and len(comment[1]) >= column:
        position = comment.end()
    before, line_break = text[:position], layout.line_break(text, position)
    if not before.endswith("\n"):
        leaf, _ = layout.last_leaf(text, node, column)
        # A text that ends with the file has no line break, and would get one from the line behind
        # it (test_an_item_is_appended_as_the_others_are).
        if end == len(text) and layout.is_block_scalar(leaf):  # its header has to say so: `-`
            start, header = leaf.start_mark.index, layout.header_of(text, leaf)
            strip = re.sub("[-+]", "", header) + "-"
            before = text[:start] + strip + text[start + len(header) :]
        before += line_break
    return before + lines.replace("\n", line_break) + text[position:]


def _added_in_brackets(text: str, node: Any, entry: str) -> str:
    """The text with one more entry at the end of a flow collection."""
    if not node.value:
        return _spliced(text, node.start_mark.index + 1, node.start_mark.index + 1, entry)
    last = node.value[-1]
    start = (last[0] if isinstance(last, tuple) else last).start_mark.index
    end = layout.entry_end(text, last)
    gap = layout.gap_end(text, end)
    comma = gap + 1 if text[gap] == "," else None
    position = comma or end
    separator = " ," if text[end - 1] == ":" else ","  # `a:,` would be a text
    if not layout.starts_line(text, start):
        return _spliced(text, position, position, f" {entry}" if comma else f"{separator} {entry}")
    first = layout.line_start(text, start)
    line = layout.line_break(text, layout.next_line(text, position)) + text[first:start] + entry
    line_end = layout.line_end(text, position)
    if (
        layout.gap_end(text, position) <= line_end
    ):  # the bracket closes on the line of the last entry
        return _spliced(text, position, position, line if comma else separator + line)
    if comma:
        return text[:line_end] + line + "," + text[line_end:]
    return text[:position] + separator + text[position:line_end] + line + text[line_end:]


def _spliced(text: str, start: int, end: int, new: str) -> str:
    """The text with `new` from start to end; a comment right behind it stays a comment."""
    space = " " if text[end : end + 1] == "#" else ""
    return text[:start] + new + space + text[end:]


def _replaced(
    text: str, root: Any, mapping: Any, pair: tuple[Any, Any], value: Any
) -> Iterator[str]:
    """The text with another value for an existing key."""
    key, old = pair
    start, end = old.start_mark.index, old.end_mark.index
    flow = dump_flow(value)
    if mapping.flow_style and not layout.is_written(old):
        colon = layout.after_colon(text, key)
        position, mark = (colon, " ") if colon else (key.end_mark.index, ": ")
        new = _spliced(text, position, position, mark + flow)
        yield new
        # A key over several lines is one with a value only where it is marked.
        yield f"{new[: key.start_mark.index]}? {new[key.start_mark.index :]}"
        return
    was_in_brackets = not layout.is_block(old) and not isinstance(old, yaml.ScalarNode)
    fits = isinstance(value, dict | list) and old.start_mark.column + len(flow) <= WIDTH
    if mapping.flow_style or (was_in_brackets and fits):
        yield _spliced(text, start, end, flow)
    if mapping.flow_style:
        margin = layout.line_break(text, end) + " " * old.start_mark.column
        comments = [f" {comment}{margin}" for comment in layout.comments(text, old, start, end)]
        yield _spliced(text, start, end, flow + "".join(comments))
    else:
        step = layout.step(root)
        yield from _replaced_lines(text, mapping, pair, value, step)


def _replaced_lines(
    text: str, mapping: Any, pair: tuple[Any, Any], value: Any, step: int
) -> Iterator[str]:
    """The text with another value for a key of a block mapping."""
    key, old = pair
    column = mapping.start_mark.column
    # as wide as the key: it folds alike
    label = "k" * min(max(key.end_mark.column - column, 1), 100)
    block = dump_fragment({label: value}, column, step)
    head, _, body = block[column + len(label) + 1 :].partition("\n")
    is_token = (
        layout.is_written(old) and not layout.is_block(old) and not layout.is_block_scalar(old)
    )
    if is_token and not body:
        yield _spliced(text, old.start_mark.index, old.end_mark.index, head.strip())
    slot = _slot(text, mapping, pair)
    line_break = layout.line_break(text, layout.next_line(text, key.end_mark.index))
    tail = f" {slot.tail}" if slot.tail.startswith("#") else slot.tail
    for first, others in ((head, body), (f" {dump_flow(value)}", "")):
        below = slot.between + others.replace("\n", line_break)
        is_line = below or text[: slot.resume].endswith("\n")
        end = line_break if is_line else ""
        yield f"{slot.before}{first}{tail}{end}{below}{text[slot.resume :]}"


class ValueSlot(NamedTuple):
    """Bytes kept around a value in lines: `before` ends with its colon."""

    before: str
    tail: str  # a comment on the line of the key
    between: str  # the lines between the key and its value
    resume: int


def _slot(text: str, mapping: Any, pair: tuple[Any, Any]) -> ValueSlot:
    key, old = pair
    start, column = old.start_mark.index, mapping.start_mark.column
    colon = layout.after_colon(text, key)
    if colon is None:  # an explicit key without a value
        end = layout.line_end(text, key.end_mark.index)
        line_break = layout.line_break(text, layout.next_line(text, end))
        before = f"{text[:end]}{line_break}{' ' * column}:"
        return ValueSlot(before, "", "", layout.next_line(text, end))
    if not layout.is_written(old):
        end = layout.line_end(text, colon)
        return ValueSlot(text[:colon], text[colon:end], "", layout.next_line(text, end))
    last = layout.content_end(text, old, column, keeps=False)
    resume = layout.next_line(text, last)
    tail, comments = "", []
    if layout.is_block(old):
        comments = layout.comments(text, old, start, resume)
    else:
        if not isinstance(old, yaml.ScalarNode):
            comments = layout.comments(text, old, start, last)
        after = last
        if layout.is_block_scalar(old):
            after = start + len(layout.header_of(text, old))
        tail = text[after : layout.line_end(text, after)]
    end = layout.line_end(text, colon)
    line_break = layout.line_break(text, layout.next_line(text, end))
    if layout.starts_line(text, start):
        before, key_tail = text[:colon], text[colon:end]
        between = text[layout.next_line(text, end) : layout.line_start(text, start)]
    elif comments:
        before, key_tail, between = text[:start].rstrip(" \t"), "", ""
    else:
        return ValueSlot(text[:start].rstrip(" \t"), tail, "", resume)
    comments += [tail.strip()] if tail.strip() else []
    margin = " " * old.start_mark.column
    between += "".join(f"{margin}{comment}{line_break}" for comment in comments)
    return ValueSlot(before, key_tail, between, resume)


Names = Mapping[tuple[Keys, At], str]
"""The new name of keys and values, each by its path."""


def unset(data: bytes, path: Sequence[str]) -> bytes:
    """The file without a key, and without what would be left empty.

    Comments between the key and the end of its value's last line go too.
    """
    text, root, meant = parsed(data, path)
    mapping, entry = root, None
    above: list[tuple[Any, tuple[Any, Any]]] = []
    for depth, key in enumerate(path):
        is_mapping = isinstance(mapping, yaml.MappingNode)
        entry = layout.pair(mapping, key) if is_mapping else None
        if entry is None:
            names = [name.value for name, _ in mapping.value] if is_mapping else []
            hint = did_you_mean(key, names)
            message = f"there is no {'.'.join(path[: depth + 1])}{f'; {hint}' if hint else ''}"
            mark = mapping.start_mark
            raise EditError(message, mark.line + 1, mark.column + 1)
        above.append((mapping, entry))
        mapping = entry[1]
    while len(above) > 1 and len(above[-1][0].value) == 1:
        above.pop()
    *parents, last = path[: len(above)]
    del reduce(getitem, parents, meant)[last]
    mapping, (key_node, value) = above[-1]
    if len(mapping.value) == 1:
        raise EditError("it is the only key of the file")
    comments = layout.comments(text, root)
    for start, end in _spans(text, mapping, (key_node, value)):
        new = text[:start] + text[end:]
        before = len(comments) - len(layout.comments(text, root, start))
        comments_left = comments[:before] + layout.comments(text, root, end)
        if _means(new, meant, comments_left):
            return new.encode()
    mark = key_node.start_mark
    fault = f"{'.'.join(path)} cannot be taken out alone; edit the file by hand"
    raise EditError(fault, mark.line + 1, mark.column + 1)


def reworded(data: bytes, names: Names) -> bytes:
    """The file with other ids for those keys and values; their quotes stay, and all else does."""
    text, root, value = parsed(data, ("",))
    new = text
    # From the end, so that a longer name does not shift the places before it
    # (test_an_id_changes_at_its_places_and_keeps_its_quotes).
    for node, old, name in sorted(
        _named(root, (), names), key=lambda named: -named[0].start_mark.index
    ):
        start, end = node.start_mark.index, node.end_mark.index
        new = new[:start] + new[start:end].replace(old, name, 1) + new[end:]
    if not _means(new, _under(value, (), names), layout.comments(text, root)):
        raise EditError(f"{', '.join(sorted(set(names.values())))} cannot stand there")
    return new.encode()


def _spans(text: str, mapping: Any, entry: tuple[Any, Any]) -> Iterator[tuple[int, int]]:
    """Ranges to cut an entry out, the tidiest first."""
    key, value = entry
    index = mapping.value.index(entry)
    start, following = key.start_mark.index, mapping.value[index + 1 :]
    if mapping.flow_style:
        end = layout.entry_end(text, entry)
        gap = layout.gap_end(text, end)
        stop = gap + 1 if text[gap : gap + 1] == "," else end
        rest = text[stop : layout.line_end(text, stop)].strip()
        if layout.starts_line(text, start) and (not rest or rest.startswith("#")):
            yield layout.line_start(text, start), layout.next_line(text, stop)
        if following:
            yield start, following[0][0].start_mark.index
        if index:
            before = layout.entry_end(text, mapping.value[index - 1])
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


def _named(node: Any, here: Keys, names: Names) -> Iterator[tuple[Any, str, str]]:
    """Each scalar to rename, with its old and new name."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            keys = (*here, key.value)
            if name := names.get((keys, "key")):
                yield key, key.value, name
            yield from _named(value, keys, names)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _named(item, (*here, number), names)
    elif name := names.get((here, "value")):
        yield node, node.value, name


def _under(value: Any, here: Keys, names: Names) -> Any:
    if isinstance(value, dict):
        return {
            names.get(((*here, key), "key"), key): _under(item, (*here, key), names)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_under(item, (*here, number), names) for number, item in enumerate(value)]
    return names.get((here, "value"), value)


def first_sound(
    layouts: Iterable[str], old: str, root: Any, meant: Any, node: Any, value: Any = None
) -> bytes:
    """The first layout that reads back as `meant`, with every comment and all other lines.

    `node` is the key of the `value` that the edit replaces, or the node that gets a new entry.
    """
    comments = layout.comments(old, root)
    start, end = _lines(old, node, value)
    fault = "no layout of the value keeps the lines and comments around it"
    for new in layouts:
        _, faults = reader.read("", new.encode())
        if faults:
            fault = faults[0].message
        elif _means(new, meant, comments) and _is_unchanged_outside(old, new, start, end):
            return new.encode()
    mark = node.start_mark
    raise EditError(f"{fault}; edit the file by hand", mark.line + 1, mark.column + 1)


def exact(value: Any) -> str:
    """A text that differs for true and 1, for 1 and 1.0, and for another order of keys."""
    return json.dumps(value, default=str)


def _lines(text: str, node: Any, value: Any) -> tuple[int, int]:
    """The range in which lines may change; behind a last entry they are only added.

    A block text that ends with the file gets another header when an entry follows it.
    """
    last, _ = layout.last_leaf(text, value or node, 0)
    first = node if value else last
    start, end = first.start_mark.index, last.end_mark.index
    return layout.line_start(text, start), layout.next_line(text, end - 1)


def _is_unchanged_outside(old: str, new: str, start: int, end: int) -> bool:
    """True if `new` keeps all outside the range, or all of `old`."""
    if new.startswith(old[:start]) and new[start:].endswith(old[end:]):
        return True
    shared = _shared(old, new)
    return shared + _shared(old[shared:][::-1], new[shared:][::-1]) == len(old)


def _shared(old: str, new: str) -> int:
    """The length of the common start of two texts."""
    most = min(len(old), len(new))
    return bisect_left(
        range(most), True, key=lambda position: old[: position + 1] != new[: position + 1]
    )
