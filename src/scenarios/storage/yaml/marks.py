"""Start and end of the parts of a YAML text, to the character.

libyaml's marks count characters. They are exact for scalars and flow collections; those of block
collections and block scalars run past following comments and blank lines.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

NULL = "tag:yaml.org,2002:null"


def root(text: str) -> Any:
    return yaml.compose(text, Loader=yaml.CLoader)


def pair(mapping: Any, key: str) -> tuple[Any, Any] | None:
    """The nodes of a key and its value."""
    return next((entry for entry in mapping.value if entry[0].value == key), None)


def is_block(node: Any) -> bool:
    """True for a collection in lines, not in brackets."""
    return not isinstance(node, yaml.ScalarNode) and not node.flow_style


def is_block_scalar(node: Any) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")


def is_written(node: Any) -> bool:
    """True if a node has characters; an empty value has none."""
    return bool(node.end_mark.index > node.start_mark.index)


def after_colon(text: str, key: Any) -> int | None:
    """Past the colon of a key; None for an explicit key without a value."""
    end = gap_end(text, key.end_mark.index)
    return end + 1 if text[end : end + 1] == ":" else None


def gap_end(text: str, position: int) -> int:
    """Past blanks, line breaks and comments."""
    match = _GAP.match(text, position)
    return match.end() if match else position


def entry_end(text: str, entry: Any) -> int:
    """Past the last character of a pair or an item in brackets."""
    if not isinstance(entry, tuple):
        return int(entry.end_mark.index)
    key, value = entry
    if is_written(value):
        return int(value.end_mark.index)
    return after_colon(text, key) or int(key.end_mark.index)


def last_leaf(text: str, node: Any, column: int) -> tuple[Any, int]:
    """The last scalar or flow collection of a block node, and the column of its parent."""
    while is_block(node):
        column = node.start_mark.column
        last = node.value[-1]
        if isinstance(node, yaml.SequenceNode):
            node = last
        else:
            key, value = last
            node = value if after_colon(text, key) else key
    return node, column


def content_end(text: str, node: Any, column: int, *, keeps: bool = True) -> int:
    """Past the last character of a node that stands in a collection at `column`.

    Empty lines behind a block scalar with `+` belong to it, unless `keeps` is false.
    """
    leaf, column = last_leaf(text, node, column)
    end = int(leaf.end_mark.index)
    if not is_block_scalar(leaf):
        return end
    start = int(leaf.start_mark.index)
    header = header_of(text, leaf)
    lines = text[start:end].split("\n")
    terminated = lines[-1] == ""
    if terminated:
        lines.pop()
    if not (keeps and "+" in header):
        width = _content_column(lines[1:], header, column)
        while len(lines) > 1 and not lines[-1].strip() and len(lines[-1].rstrip("\r")) <= width:
            lines.pop()
    return start + len("\n".join(lines).removesuffix("\r"))


def header_of(text: str, scalar: Any) -> str:
    """The header of a block scalar, such as `|2-`."""
    match = _HEADER.match(text, scalar.start_mark.index)
    return match[0] if match else ""


def comments(text: str, node: Any, start: int = 0, end: int | None = None) -> list[str]:
    """The comments from `start` to `end`, between the node's scalars."""
    texts: list[str] = []
    position = start
    for scalar in _scalars(node):
        stop = scalar.start_mark.index
        if is_block_scalar(scalar):  # its header may end in a comment
            stop = line_end(text, stop)
        texts += _COMMENT.findall(text, position, stop)
        position = max(position, scalar.end_mark.index)
    texts += _COMMENT.findall(text, position, len(text) if end is None else end)
    return [comment.rstrip() for comment in texts]


def _scalars(node: Any) -> Iterator[Any]:
    if isinstance(node, yaml.ScalarNode):
        if is_written(node):
            yield node
        return
    for entry in node.value:
        for child in entry if isinstance(entry, tuple) else (entry,):
            yield from _scalars(child)


def line_start(text: str, position: int) -> int:
    return text.rfind("\n", 0, position) + 1


def line_end(text: str, position: int) -> int:
    """The start of the line break of a line, or the end of the text."""
    end = text.find("\n", position)
    if end < 0:
        return len(text)
    return end - (text[end - 1 : end] == "\r" and end > position)


def next_line(text: str, position: int) -> int:
    """The start of the next line, or the end of the text."""
    return text.find("\n", position) + 1 or len(text)


def line_break(text: str, position: int) -> str:
    """The line break of the nearest line that ends at or before `position`."""
    end = text.rfind("\n", 0, position)
    return "\r\n" if end > 0 and text[end - 1] == "\r" else "\n"


def starts_line(text: str, position: int) -> bool:
    """True if only blanks stand before it on its line."""
    return not text[line_start(text, position) : position].strip()


def step(root: Any) -> int:
    """The columns by which a block mapping indents its first nested one, 2 to 8; else 2."""
    for _, value in root.value:
        if isinstance(value, yaml.MappingNode) and is_block(value):
            return min(max(int(value.start_mark.column - root.start_mark.column), 2), 8)
    return 2


_COMMENT = re.compile(r"#[^\n]*")
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_HEADER = re.compile(r"[|>][-+0-9]*")


def _content_column(lines: list[str], header: str, column: int) -> int:
    """The column of a block scalar's text; very large for a text of blanks."""
    digits = header.strip("|>+-")
    if digits:
        return column + int(digits)
    widths = (len(line) - len(line.lstrip(" ")) for line in lines if line.strip())
    return next(widths, 1 << 20)
