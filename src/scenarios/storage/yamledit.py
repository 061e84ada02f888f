"""Edits of a YAML file that keep every other byte: comments, order, quotes, line ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import yaml

from scenarios.storage import yamllayout as layout
from scenarios.storage import yamltext
from scenarios.storage.yamldump import WIDTH, dump_flow, dump_fragment


class EditError(ValueError):
    """A file that `yamltext.read` does not accept, or a path that leads through a scalar."""


def put(data: bytes, path: Sequence[str], value: Any) -> bytes:
    """The file with `value` at `path`: in place of what is there, else behind its last sibling.

    Missing mappings on the way are made; an empty one or a null counts as missing.
    """
    text, root = _parsed(data)
    mapping = root
    for depth, key in enumerate(path, start=1):
        rest = _nested(path[depth:], value)
        pair = layout.pair(mapping, key)
        if pair is None:
            return _added(text, root, mapping, key, rest).encode()
        if depth == len(path) or _is_vacant(text, pair[1]):
            return _replaced(text, root, mapping, pair, rest).encode()
        mapping = pair[1]
        _require(mapping, yaml.MappingNode, path[:depth])
    raise EditError("an edit needs a path")


insert = put


def append(data: bytes, path: Sequence[str], item: Any) -> bytes:
    """The file with one more item in the list at `path`, which is made where there is none."""
    text, root = _parsed(data)
    node = root
    for depth, key in enumerate(path, start=1):
        _require(node, yaml.MappingNode, path[: depth - 1])
        pair = layout.pair(node, key)
        if pair is None or _is_vacant(text, pair[1]):
            return put(data, path, [item])
        node = pair[1]
    _require(node, yaml.SequenceNode, path)
    if node.flow_style:
        return _added_in_brackets(text, node, dump_flow(item)).encode()
    column = node.start_mark.column
    block = dump_fragment([item], column, layout.step(root))
    return _added_lines(text, node, block, f"{' ' * column}- {dump_flow(item)}\n").encode()


_EMPTY_BRACKETS = re.compile(r"\{[ \t]*\}|\[[ \t]*\]")
_COMMENT_LINE = re.compile(r"( *)#[^\n]*(?:\n|\Z)")
# blank lines that hold blanks, or an indented comment: a block scalar before them takes them in
_TRAP = re.compile(r"(?:\r?\n)*(?:[ \t]+(?:\r?\n|\Z)|( +)#)")


def _parsed(data: bytes) -> tuple[str, Any]:
    """The text and the node of its mapping."""
    _, faults = yamltext.read("", data)
    if faults:
        fault = faults[0]
        raise EditError(f"not to be read: {fault.line}:{fault.column}: {fault.message}")
    text = data.decode()
    root = layout.root(text)
    _require(root, yaml.MappingNode, ())
    return text, root


def _require(node: Any, kind: type, path: Sequence[str]) -> None:
    if not isinstance(node, kind):
        name = "list" if kind is yaml.SequenceNode else "mapping"
        raise EditError(f"{'.'.join(path) or 'the file'} is not a {name}")


def _nested(keys: Sequence[str], value: Any) -> Any:
    for key in reversed(keys):
        value = {key: value}
    return value


def _is_vacant(text: str, node: Any) -> bool:
    """Whether it is null or brackets with nothing in them, not even a comment."""
    if node.tag == layout.NULL:
        return True
    return bool(_EMPTY_BRACKETS.fullmatch(text, node.start_mark.index, node.end_mark.index))


def _added(text: str, root: Any, mapping: Any, key: str, value: Any) -> str:
    """The text with one more pair behind the last one of the mapping."""
    if mapping.flow_style:
        return _added_in_brackets(text, mapping, dump_flow({key: value})[1:-1])
    column = mapping.start_mark.column
    block = dump_fragment({key: value}, column, layout.step(root))
    label = dump_fragment({key: None}, column).removesuffix("null\n")
    return _added_lines(text, mapping, block, f"{label}{dump_flow(value)}\n")


def _added_lines(text: str, node: Any, block: str, flow: str) -> str:
    """The text with new lines behind the last entry of a block collection and its comments."""
    column = node.start_mark.column
    end = layout.content_end(text, node, column)
    at = layout.next_line(text, end)
    while (comment := _COMMENT_LINE.match(text, at)) and len(comment[1]) >= column:
        at = comment.end()
    before, line_break = text[:at], layout.line_break(text, at)
    if not before.endswith("\n"):
        leaf, _ = layout.last_leaf(text, node, column)
        if end == len(text) and layout.is_block_scalar(leaf):
            before = _without_last_break(text, leaf)
        before += line_break
    lines = flow if _ends_in_block_scalar(block) and _is_trap(text, at, column) else block
    return before + lines.replace("\n", line_break) + text[at:]


def _without_last_break(text: str, scalar: Any) -> str:
    """A block scalar that the end of the file ends has no last line break: `-` keeps it so."""
    start, header = scalar.start_mark.index, layout.header_of(text, scalar)
    return text[:start] + header.strip("+-") + "-" + text[start + len(header) :]


def _ends_in_block_scalar(block: str) -> bool:
    leaf, _ = layout.last_leaf(block, layout.root(block), 0)
    return layout.is_block_scalar(leaf)


def _is_trap(text: str, at: int, column: int) -> bool:
    """Whether a block scalar under `column` would take in what stands behind it."""
    found = _TRAP.match(text, at)
    return found is not None and (found[1] is None or len(found[1]) > column)


def _added_in_brackets(text: str, node: Any, entry: str) -> str:
    """The text with one more entry at the end of a flow collection."""
    if not node.value:
        return _spliced(text, node.start_mark.index + 1, node.start_mark.index + 1, entry)
    last = node.value[-1]
    start = (last[0] if isinstance(last, tuple) else last).start_mark.index
    end = layout.entry_end(text, last)
    gap = layout.gap_end(text, end)
    comma = gap + 1 if text[gap] == "," else None
    at = comma or end
    separator = " ," if text[end - 1] == ":" else ","  # `a:,` would be a text
    if not layout.starts_line(text, start):
        return _spliced(text, at, at, f" {entry}" if comma else f"{separator} {entry}")
    first = layout.line_start(text, start)
    line = layout.line_break(text, layout.next_line(text, at)) + text[first:start] + entry
    line_end = layout.line_end(text, at)
    if layout.gap_end(text, at) <= line_end:  # the bracket closes on the line of the last entry
        return _spliced(text, at, at, line if comma else separator + line)
    if comma:
        return text[:line_end] + line + "," + text[line_end:]
    return text[:at] + separator + text[at:line_end] + line + text[line_end:]


def _spliced(text: str, start: int, end: int, new: str) -> str:
    """The text with `new` from start to end; a comment right behind it stays a comment."""
    space = " " if text[end : end + 1] == "#" else ""
    return text[:start] + new + space + text[end:]


def _replaced(text: str, root: Any, mapping: Any, pair: tuple[Any, Any], value: Any) -> str:
    """The text with another value for a key that is there."""
    key, old = pair
    start, end = old.start_mark.index, old.end_mark.index
    flow = dump_flow(value)
    if mapping.flow_style and not layout.is_written(old):
        colon = layout.after_colon(text, key)
        at, mark = (colon, " ") if colon else (key.end_mark.index, ": ")
        return _spliced(text, at, at, mark + flow)
    was_in_brackets = not layout.is_block(old) and not isinstance(old, yaml.ScalarNode)
    fits = isinstance(value, dict | list) and old.start_mark.column + len(flow) <= WIDTH
    if mapping.flow_style or (was_in_brackets and fits):
        return _spliced(text, start, end, flow)
    return _replaced_lines(text, mapping, pair, value, layout.step(root))


def _replaced_lines(text: str, mapping: Any, pair: tuple[Any, Any], value: Any, step: int) -> str:
    """The text with another value for a key of a block mapping."""
    key, old = pair
    start, end = old.start_mark.index, old.end_mark.index
    column = mapping.start_mark.column
    label = "k" * min(
        max(key.end_mark.column - column, 1), 100
    )  # as wide as the key: it folds alike
    block = dump_fragment({label: value}, column, step)
    head, _, body = block[column + len(label) + 1 :].partition("\n")
    is_token = (
        layout.is_written(old) and not layout.is_block(old) and not layout.is_block_scalar(old)
    )
    if is_token and not body:
        return _spliced(text, start, end, head.strip())
    slot = _slot(text, mapping, pair)
    is_trapped = _is_trap(text, slot.resume, column) or (head and slot.between)
    if body and is_trapped and _ends_in_block_scalar(block):
        head, body = f" {dump_flow(value)}", ""
    line_break = layout.line_break(text, layout.next_line(text, key.end_mark.index))
    tail = f" {slot.tail}" if slot.tail.startswith("#") else slot.tail
    below = slot.between + body.replace("\n", line_break)
    is_line = below or text[: slot.resume].endswith("\n")
    line = slot.before + head + tail + (line_break if is_line else "")
    return line + below + text[slot.resume :]


class _Slot(NamedTuple):
    """What stays around a value in lines: `before` ends with its colon."""

    before: str
    tail: str  # a comment on the line of the key
    between: str  # the lines between the key and its value
    resume: int


def _slot(text: str, mapping: Any, pair: tuple[Any, Any]) -> _Slot:
    key, old = pair
    start, column = old.start_mark.index, mapping.start_mark.column
    colon = layout.after_colon(text, key)
    if colon is None:  # an explicit key without a value
        end = layout.line_end(text, key.end_mark.index)
        line_break = layout.line_break(text, layout.next_line(text, end))
        before = f"{text[:end]}{line_break}{' ' * column}:"
        return _Slot(before, "", "", layout.next_line(text, end))
    if not layout.is_written(old):
        end = layout.line_end(text, colon)
        return _Slot(text[:colon], text[colon:end], "", layout.next_line(text, end))
    last = layout.content_end(text, old, column, keeps=False)
    resume = layout.next_line(text, last)
    if layout.is_block(old):
        tail = ""
    else:
        after = last
        if layout.is_block_scalar(old):
            after = start + len(layout.header_of(text, old))
        tail = text[after : layout.line_end(text, after)]
    if not layout.starts_line(text, start):
        return _Slot(text[:start].rstrip(" \t"), tail, "", resume)
    end = layout.line_end(text, colon)
    between = text[layout.next_line(text, end) : layout.line_start(text, start)]
    if tail.strip():
        line_break = layout.line_break(text, layout.next_line(text, end))
        between += f"{' ' * old.start_mark.column}{tail.strip()}{line_break}"
    return _Slot(text[:colon], text[colon:end], between, resume)
