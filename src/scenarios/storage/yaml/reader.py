"""Strict YAML in: plain values, and every fault with its place."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any, NamedTuple, cast

from yaml import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    YAMLError,
)
from yaml._yaml import CParser

from scenarios.errors import Problem
from scenarios.storage.yaml import faults as yamlfaults

MAX_BYTES = 1 << 20
MAX_DEPTH = 20
MAX_DIGITS = 100

KeyPath = tuple[str | int, ...]


class Place(NamedTuple):
    """Where a key and its value stand, from 1; an item of a list has the place of its value."""

    key_line: int
    key_column: int
    value_line: int
    value_column: int


def read(path: str, data: bytes) -> tuple[Any, list[Problem]]:
    """The value of a file and its faults; with a fault the value is None.

    Plain scalars follow the core schema of YAML 1.2, so `NO`, `12:30` and `2021-12-17` are texts.
    """
    if len(data) > MAX_BYTES:
        return None, [yamlfaults.of_size(path, len(data), MAX_BYTES)]
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return None, [yamlfaults.of_encoding(path, data, error.start)]
    faults: list[Problem] = []
    if not _USUAL.fullmatch(text.replace("\r\n", "\n")):
        faults, text = yamlfaults.of_characters(path, text)
    if text.startswith("%") or "\n%" in text:
        faults += yamlfaults.of_directives(path, text)
    if any(fault.rule in _FATAL for fault in faults):
        return None, faults
    is_clean = not faults
    value = None
    try:
        value = _value(path, text, faults)
    except YAMLError as error:
        if conflict := _conflict(path, text):
            return None, [conflict]
        if is_clean:  # else it may come from what stands for a forbidden character
            faults.append(yamlfaults.of_parser(path, text, error))
    if faults:
        return None, sorted(faults, key=lambda fault: (fault.line, fault.column))
    return value, faults


def places(data: bytes) -> dict[KeyPath, Place]:
    """The place of every key path in a file that `read` accepts; `()` is the root."""
    found: dict[KeyPath, Place] = {}
    above: list[tuple[KeyPath, int]] = []
    here: KeyPath = ()
    index = -1  # of the next item of a list; -1 in a mapping
    key: Any = None  # the event of a key whose value is next
    next_event = CParser(data).get_event
    while (kind := type(event := next_event())) is not StreamEndEvent:
        if kind is MappingEndEvent or kind is SequenceEndEvent:
            here, index = above.pop()
        elif kind not in _NODES:
            continue
        elif above and index < 0 and key is None:
            key = event
        else:
            at: KeyPath = (*here, key.value if index < 0 else index) if above else ()
            found[at] = _place(key or event, event)
            key = None
            index += index >= 0
            if kind is not ScalarEvent:
                above.append((here, index))
                here, index = at, 0 if kind is SequenceStartEvent else -1
    return found


_NODES = frozenset({ScalarEvent, MappingStartEvent, SequenceStartEvent})
_AWAITED = object()
_BAD_NUMBER = object()

_FATAL = frozenset({"encoding", "yaml", "several-documents"})
_USUAL = (
    re.compile(  # a full match of what may stand is three times as fast as a search for the rest
        r"[\t\n -~\xa0-\u2027\u202a-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*"
    )
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_CONFLICT = re.compile(r"^(?:<{7} |={7}\r?$|>{7} |\|{7} )", re.MULTILINE)
_NOT_TEXT_STARTS = frozenset(["", *"~nNtTfF-+.0123456789"])
_WORDS: dict[str, Any] = {
    "": None,
    **dict.fromkeys(("~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), _BAD_NUMBER),
    **{sign + word: _BAD_NUMBER for sign in ("", "-", "+") for word in (".inf", ".Inf", ".INF")},
}
_NUMBER = re.compile(
    r"(?P<whole>[-+]?[0-9]+)|0o(?P<octal>[0-7]+)|0x(?P<hexadecimal>[0-9a-fA-F]+)"
    r"|(?P<real>[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)"
)
_BASES = {"whole": 10, "octal": 8, "hexadecimal": 16}


def _value(path: str, text: str, faults: list[Problem]) -> Any:  # noqa: C901, PLR0912, PLR0915 - one loop: a call for each event costs half as much again
    """The value of the only document; faults are added to `faults`."""
    documents: list[Any] = []
    container: Any = documents
    keys: dict[str, Any] | None = None  # the events of the keys so far; None in a list
    key: Any = None  # _AWAITED where a key is next
    above: list[tuple[Any, dict[str, Any] | None, Any]] = []
    next_event = CParser(text).get_event
    while True:
        event: Any = next_event()
        kind = type(event)
        if kind is ScalarEvent:
            value = event.value
            if event.tag is not None or event.anchor is not None:
                faults += yamlfaults.of_properties(path, event)
            if event.style:
                if event.style == '"' and _CONTROL.search(value):
                    faults += yamlfaults.of_escapes(path, text, event)
            elif value[:1] in _NOT_TEXT_STARTS:
                value = _resolved(value)
                if value is _BAD_NUMBER:
                    faults.append(yamlfaults.of_number(path, event))
            if keys is None:
                container.append(value)
            elif key is not _AWAITED:
                container[key] = value
                key = _AWAITED
            else:
                key = event.value
                if value is not key:
                    faults.append(yamlfaults.of_key(path, event))
                elif key in keys:
                    faults.append(yamlfaults.of_duplicate(path, keys[key], event))
                else:
                    keys[key] = event
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if event.tag is not None or event.anchor is not None:
                faults += yamlfaults.of_properties(path, event)
            value = {} if kind is MappingStartEvent else []
            if keys is None:
                container.append(value)
            elif key is not _AWAITED:
                container[key] = value
                key = _AWAITED
            else:
                faults.append(yamlfaults.of_key(path, event))
                key = ""
            above.append((container, keys, key))
            if len(above) > MAX_DEPTH:
                faults.append(yamlfaults.of_depth(path, event))
                return None
            container, keys, key = value, ({} if kind is MappingStartEvent else None), _AWAITED
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            container, keys, key = above.pop()
        elif kind is AliasEvent:
            faults.append(yamlfaults.of_alias(path, event))
            key = "" if key is _AWAITED and keys is not None else _AWAITED
        elif kind is DocumentStartEvent and documents:
            faults.append(yamlfaults.of_second_document(path, event))
            return None
        elif kind is StreamEndEvent:
            break
    if not documents:
        faults.append(yamlfaults.of_nothing(path))
        return None
    return documents[0]


def _conflict(path: str, text: str) -> Problem | None:
    """The first line that git left in a merge; one inside a quoted text is text."""
    quoted = []
    next_event = CParser(text).get_event if _CONFLICT.search(text) else StreamEndEvent
    with suppress(YAMLError):
        while not isinstance(event := next_event(), StreamEndEvent):
            if isinstance(event, ScalarEvent) and event.style in ("'", '"'):
                start, end = cast("Any", event.start_mark), cast("Any", event.end_mark)
                quoted.append((start.index, end.index))
    for mark in _CONFLICT.finditer(text):
        if not any(start < mark.start() < end for start, end in quoted):
            return yamlfaults.of_conflict(path, text.count("\n", 0, mark.start()) + 1)
    return None


def _resolved(text: str) -> Any:
    """What a plain scalar means by the core schema of YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    number = _NUMBER.fullmatch(text)
    if number is None:
        return text
    if len(text) > MAX_DIGITS:
        return _BAD_NUMBER
    kind = str(number.lastgroup)
    if kind != "real":
        return int(number[kind], _BASES[kind])
    real = float(text)
    return real if real - real == 0 else _BAD_NUMBER


def _place(key: Any, value: Any) -> Place:
    at, to, end = key.start_mark, value.start_mark, value.end_mark
    if type(value) is ScalarEvent and at.line < to.line and to.index == end.index:
        to = at  # a value that is not written, perhaps behind the end of the file
    return Place(at.line + 1, at.column + 1, to.line + 1, to.column + 1)
