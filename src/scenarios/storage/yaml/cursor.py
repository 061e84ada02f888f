"""The place of a cursor among the keys of a text that is being typed."""

import re
from contextlib import suppress
from typing import Any, NamedTuple

import yaml

from scenarios.storage.disk import MAX_BYTES

_MARK = "\uf8ff"
"""A letter for private use, which no keyboard types: it stands where the cursor is."""
_ENDS = ("", ":", "'", '"', "':", '":')
"""How the scalar under the cursor may go on: as a value or as a key, unquoted or quoted."""


class YamlPosition(NamedTuple):
    """The keys above a place, lists left out, and the part of its scalar from `start` up to it.

    The first name of a mapping in lines looks like a value.
    """

    keys: tuple[str, ...]
    is_key: bool
    word: str
    start: int


def cursor(text: str, offset: int) -> YamlPosition | None:
    """The place behind `offset` characters; None in a comment, or where nothing can be read."""
    for end in _ENDS if offset <= MAX_BYTES else ():
        with suppress(yaml.YAMLError, UnicodeError):
            if cursor_position := _cursor(text[:offset] + _MARK + end):
                return cursor_position
    return None


def _cursor(text: str) -> YamlPosition | None:
    keys: list[Any] = []  # of each collection the key whose value is next; () in a list
    for event in yaml.parse(text, Loader=yaml.CLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            keys.append(None if isinstance(event, yaml.MappingStartEvent) else ())
        elif isinstance(event, yaml.CollectionEndEvent | yaml.NodeEvent):
            if isinstance(event, yaml.CollectionEndEvent):
                keys.pop()
            word, mark, _ = getattr(event, "value", "").partition(_MARK)
            is_key = bool(keys) and keys[-1] is None
            if mark:
                above = tuple(key for key in keys if key)
                scalar: Any = event
                return YamlPosition(
                    above, is_key, word, scalar.start_mark.index + bool(scalar.style)
                )
            if keys and keys[-1] != ():
                keys[-1] = word if is_key else None
    return None


def keys_beside(text: str, offset: int) -> set[str]:
    """The other keys of the mapping in which a key is typed, as far as the text can be read."""
    colon = "" if re.match(r"['\"]?[ \t]*:", text[offset:]) else ": "
    text = text[:offset] + _MARK + colon + text[offset:]
    own: list[str] = []
    above: list[list[str]] = []  # the nodes of each open collection: of a mapping key, value, key …
    with suppress(yaml.YAMLError, UnicodeError):
        for event in yaml.parse(text, Loader=yaml.CLoader) if len(text) <= MAX_BYTES else ():
            if isinstance(event, yaml.NodeEvent) and above:
                above[-1].append(getattr(event, "value", ""))
                own = above[-1] if _MARK in above[-1][-1] else own
            if isinstance(event, yaml.CollectionStartEvent):
                above.append([])
            elif isinstance(event, yaml.CollectionEndEvent) and above.pop() is own:
                break
    return {*own[::2]}
