"""Strict YAML in: plain values, and every fault with its place."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple, cast

from yaml import (
    AliasEvent,
    CLoader,
    DocumentStartEvent,
    MappingEndEvent,
    MappingNode,
    MappingStartEvent,
    ScalarEvent,
    ScalarNode,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    YAMLError,
    compose,
)
from yaml._yaml import CParser

from scenarios.errors import Keys, Problem
from scenarios.storage.disk import MAX_BYTES


def of_encoding(path: str, data: bytes, offset: int) -> Problem:
    """The first byte that is not UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Problem(path, 1, 1, "encoding", "the file is UTF-16", _SAVE_AS_UTF8)
    before = data[:offset].decode()
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    message = f"byte 0x{data[offset]:02X} is not UTF-8"
    return Problem(path, line, column, "encoding", message, _SAVE_AS_UTF8)


def of_characters(path: str, text: str) -> tuple[list[Problem], str]:
    """Every forbidden character, and the text with a stand-in for each."""
    clean = text.removeprefix("\ufeff")
    faults = []
    if clean != text:
        message = "the file starts with a byte order mark"
        hint = "save as UTF-8 without a byte order mark"
        faults.append(Problem(path, 1, 1, "byte-order-mark", message, hint))
    for line, content in enumerate(re.split("\r?\n", clean), start=1):
        for match in _FORBIDDEN.finditer(content):
            fault = _of_character(path, line, match.start() + 1, match[0])
            if fault.rule == "encoding":
                return [fault], clean
            faults.append(fault)
    return faults, _FORBIDDEN_RAW.sub("\ufffd", clean)


def of_directives(path: str, text: str) -> Iterator[Problem]:
    """Directives other than one `%YAML 1.2`, and those of a second document.

    libyaml compares each %TAG with all before it, so they must not reach it.
    """
    are_allowed = True
    has_version = is_over = False
    for line, content in enumerate(text.split("\n"), start=1):
        if _DOCUMENT_END.match(content):
            is_over = True
        elif not content.startswith("%"):
            are_allowed = are_allowed and not content.partition("#")[0].strip()
        elif is_over:
            yield Problem(path, line, 1, *_SECOND_DOCUMENT)
            return
        elif are_allowed and (has_version or not _YAML_1_2.fullmatch(content)):
            hint = "remove the line; files are read as YAML 1.2"
            yield Problem(path, line, 1, "yaml", f"the directive {_clipped(content)!r}", hint)
        else:
            has_version = True


def of_parser(path: str, text: str, error: YAMLError) -> Problem:
    """The error of libyaml on one line; it may report a line behind the last."""
    problem = str(getattr(error, "problem", None) or error)
    context = getattr(error, "context", None)
    mark, start = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.count("\n") + 1
    if line > lines:
        line, column = lines, len(text) - text.rfind("\n")
    if problem == "exceeded maximum nesting depth":
        return Problem(path, line, column, "too-deep", _TOO_DEEP)
    if problem == "found undefined tag handle":
        return Problem(path, line, column, "tag", _TAG, _QUOTE_START)
    if problem == "found unexpected end of stream" and start:
        line, column = start.line + 1, start.column + 1
        return Problem(path, line, column, "yaml", "the closing quote is missing")
    message = problem.replace("in this context", "here")
    if context and start and mark and start.index != mark.index:
        message += f", {context} that starts at {start.line + 1}:{start.column + 1}"
    elif context:
        message += f", {context}"
    hint = _HINTS.get(problem)
    return Problem(path, line, column, "yaml", message, hint)


def of_properties(path: str, event: Any) -> Iterator[Problem]:
    """The anchor and the tag of a node."""
    if event.anchor is not None:
        message = f"the anchor '&{_clipped(event.anchor)}'"
        yield _problem(path, event, "anchor", message, "write the value out in each place")
    if event.tag is not None:
        yield _problem(path, event, "tag", _TAG, "remove the tag, or " + _QUOTE_START)


def of_key(path: str, event: Any) -> Problem:
    """A key that is not a string: another kind of scalar, or a collection."""
    text = getattr(event, "value", None)
    if text is None:
        return _problem(path, event, "key-type", "a key must be a text, not a list or a mapping")
    if text == "":
        return _problem(path, event, "key-type", "a key is missing before the ':'")
    message = f"the key {_clipped(text)} is not a text"
    return _problem(path, event, "key-type", message, f'put quotes around it: "{_clipped(text)}"')


def of_duplicate(path: str, first: Any, again: Any) -> Problem:
    places = " and at ".join(
        f"{event.start_mark.line + 1}:{event.start_mark.column + 1}" for event in (first, again)
    )
    message = f"the key {_clipped(again.value)!r} stands twice, at {places}"
    return _problem(path, again, "duplicate-key", message, "keep one of them")


def of_escapes(path: str, text: str, event: Any) -> Iterator[Problem]:
    """Every control character that a double-quoted scalar writes as an escape."""
    line, line_start = event.start_mark.line + 1, event.start_mark.index - event.start_mark.column
    for match in _ESCAPE.finditer(text, event.start_mark.index, event.end_mark.index):
        escape = match[0]
        if escape == "\n":
            line, line_start = line + 1, match.end()
            continue
        digits = escape[2:]
        code = int(digits, 16) if digits else _CONTROL_ESCAPES.get(escape[1], ord("x"))
        if _is_control(code):
            message = f"the control character U+{code:04X}, written {escape}"
            column = match.start() - line_start + 1
            yield Problem(path, line, column, "control-character", message, "remove it")


_SHOWN = 40  # characters of a text, in a message
_END_THE_MERGE = (
    "write what both sides mean, and remove the lines with <<<<<<<, ======= and >>>>>>>"
)
_SAVE_AS_UTF8 = "save the file as UTF-8"
_QUOTE_START = "put quotes around a text that starts with '&', '*' or '!'"
_NUMBER_HINT = "write a finite number, or quote a text"
_TAG = "a tag: values have no types of their own here"
_SECOND_DOCUMENT = (
    "several-documents",
    "a second document starts here",
    "one record, one file: remove the '---' line and what follows, or move it",
)
_TOO_DEEP = "mappings and lists are nested more than 20 deep"

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_FORBIDDEN_RAW = re.compile(rf"\r(?!\n)|(?!\r){_FORBIDDEN.pattern}")
_DOCUMENT_END = re.compile(r"\.\.\.(?:\s|$)")
_YAML_1_2 = re.compile(r"%YAML[ \t]+1\.2[ \t]*(?:\s#.*)?\r?")
_ESCAPE = re.compile(r"\n|\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^xuU\n\r])")
_CONTROL_ESCAPES = {"0": 0, "a": 7, "b": 8, "v": 11, "f": 12, "r": 13, "e": 27, "N": 0x85}

_HINTS = {
    "mapping values are not allowed in this context": (
        "put quotes around a text that holds ': ', and a space behind the colon of a key"
    ),
    "could not find expected ':'": "a key needs ': ' behind it; quote a text of several lines",
    "did not find expected key": (
        "start the keys of one mapping in one column; double a quote inside a quoted text"
    ),
    "did not find expected '-' indicator": "start the items of one list in one column",
    "block sequence entries are not allowed in this context": "start a list on a line of its own",
    "found character that cannot start any token": (
        "indent with spaces, not tabs; put quotes around a text that starts with '@', '`' or '%'"
    ),
    "found a tab character that violates indentation": "indent with spaces, not tabs",
    "found a tab character where an indentation space is expected": "indent with spaces, not tabs",
    "found unexpected document indicator": "the closing quote is missing",
    "found unknown escape character": (
        "a backslash in double quotes starts an escape: double it, or use single quotes"
    ),
    "found invalid Unicode character escape code": "write the character itself",
    "did not find expected alphabetic or numeric character": _QUOTE_START,
    "did not find expected <document start>": "a file holds one mapping and nothing behind it",
}


def _of_character(path: str, line: int, column: int, character: str) -> Problem:
    code = f"U+{ord(character):04X}"
    rule, hint = "control-character", "remove it"
    if character == "\0":
        rule, hint = "encoding", f"{_SAVE_AS_UTF8}; is it UTF-16?"
        message = f"the file holds {code} (NUL)"
    elif character == "\ufeff":
        rule, message = "byte-order-mark", f"a byte order mark ({code}) inside the text"
    elif character == "\r":
        message = f"a carriage return without a line feed ({code})"
        hint = "save the file with LF or CRLF line ends"
    else:
        name = "control character" if _is_control(ord(character)) else "character"
        message = f"the {name} {code} may not stand in a file"
    return Problem(path, line, column, rule, message, hint)


def _is_control(code: int) -> bool:
    """True for category Cc, except line feed and tab."""
    return chr(code) not in "\n\t" and unicodedata.category(chr(code)) == "Cc"


def _problem(path: str, event: Any, rule: str, message: str, hint: str | None = None) -> Problem:
    mark = event.start_mark
    return Problem(path, mark.line + 1, mark.column + 1, rule, message, hint)


def _clipped(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


MAX_DEPTH = 20
# Python raises for an integer of more than 4,300 digits (test_no_bytes_raise).
MAX_DIGITS = 100


class KeyPlace(NamedTuple):
    """Lines and columns of a key and its value, from 1; a list item has the place of its value."""

    key_line: int
    key_column: int
    value_line: int
    value_column: int


def read(path: str, data: bytes) -> tuple[Any, list[Problem]]:
    """The value of a file and its faults; with a fault the value is None.

    Plain scalars follow the core schema of YAML 1.2, so `NO`, `12:30` and `2021-12-17` are texts.
    """
    if len(data) > MAX_BYTES:
        message = f"the file has {len(data):,} bytes; at most {MAX_BYTES:,} are read"
        return None, [Problem(path, 1, 1, "too-large", message)]
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return None, [of_encoding(path, data, error.start)]
    faults: list[Problem] = []
    if not _USUAL.fullmatch(text.replace("\r\n", "\n")):
        faults, text = of_characters(path, text)
    if text.startswith("%") or "\n%" in text:
        faults += of_directives(path, text)
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
            faults.append(of_parser(path, text, error))
    if faults:
        return None, sorted(faults, key=lambda fault: (fault.line, fault.column))
    return value, faults


def places(data: bytes) -> dict[Keys, KeyPlace]:
    """The place of every key path in a file that `read` accepts; `()` is the root."""
    root = compose(data.decode(), Loader=CLoader)
    return dict(_places((), root, root))


def keys_at(data: bytes, line: int, column: int) -> Keys:
    """The keys that lead to a place in a file; none where it is no YAML."""
    if read("", data)[1]:
        return ()
    for keys, position in reversed(places(data).items()):
        at_key = (position.key_line, position.key_column) == (line, column)
        if at_key or (position.value_line, position.value_column) == (line, column):
            return keys
    return ()


def _places(keys: Keys, key: Any, value: Any) -> Iterator[tuple[Keys, KeyPlace]]:
    start, to, end = key.start_mark, value.start_mark, value.end_mark
    is_scalar = isinstance(value, ScalarNode)
    if is_scalar and start.line < to.line and to.index == end.index:
        to = start  # a value that is not written, perhaps behind the end of the file
    yield keys, KeyPlace(start.line + 1, start.column + 1, to.line + 1, to.column + 1)
    if isinstance(value, MappingNode):
        for name, node in value.value:
            yield from _places((*keys, name.value), name, node)
    elif not is_scalar:
        for number, item in enumerate(value.value):
            yield from _places((*keys, number), item, item)


_AWAITED = object()
_BAD_NUMBER = object()

_FATAL = frozenset({"encoding", "yaml", "several-documents"})
# A full match of what may stand is three times as fast as a search for the rest.
_USUAL = re.compile(r"[\t\n -~\xa0-\u2027\u202a-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*")
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
# Not PyYAML's, for which 00123 is octal, and 1_000 and 12:30 are numbers
# (test_plain_scalars_follow_the_core_schema_and_norway_stays_a_text).
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
                faults += of_properties(path, event)
            if event.style:
                if event.style == '"' and _CONTROL.search(value):
                    faults += of_escapes(path, text, event)
            elif value[:1] in _NOT_TEXT_STARTS:
                value = _resolved(value)
                if value is _BAD_NUMBER:
                    message = f"{_clipped(event.value)} is not a number that can be kept"
                    faults.append(_problem(path, event, "number", message, _NUMBER_HINT))
            if keys is None:
                container.append(value)
            elif key is not _AWAITED:
                container[key] = value
                key = _AWAITED
            else:
                key = event.value
                # By identity: `_resolved` returns the same object for a text alone, and 2021 or
                # true is no key (tests/transcripts/faults/syntax.txt).
                if value is not key:
                    faults.append(of_key(path, event))
                elif key in keys:
                    faults.append(of_duplicate(path, keys[key], event))
                else:
                    keys[key] = event
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if event.tag is not None or event.anchor is not None:
                faults += of_properties(path, event)
            value = {} if kind is MappingStartEvent else []
            if keys is None:
                container.append(value)
            elif key is not _AWAITED:
                container[key] = value
                key = _AWAITED
            else:
                faults.append(of_key(path, event))
                key = ""
            above.append((container, keys, key))
            if len(above) > MAX_DEPTH:
                faults.append(_problem(path, event, "too-deep", _TOO_DEEP))
                return None
            container, keys, key = value, ({} if kind is MappingStartEvent else None), _AWAITED
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            container, keys, key = above.pop()
        elif kind is AliasEvent:
            message = f"the alias '*{_clipped(event.anchor)}'"
            hint = "write the value out, or " + _QUOTE_START
            faults.append(_problem(path, event, "alias", message, hint))
            key = "" if key is _AWAITED and keys is not None else _AWAITED
        elif kind is DocumentStartEvent and documents:
            faults.append(_problem(path, event, *_SECOND_DOCUMENT))
            return None
        elif kind is StreamEndEvent:
            break
    if not documents:
        faults.append(Problem(path, 1, 1, "empty", "the file holds no value"))
        return None
    return documents[0]


def _conflict(path: str, text: str) -> Problem | None:
    """The first conflict marker of git, except inside quoted text."""
    quoted = []
    next_event = CParser(text).get_event if _CONFLICT.search(text) else StreamEndEvent
    with suppress(YAMLError):
        while not isinstance(event := next_event(), StreamEndEvent):
            if isinstance(event, ScalarEvent) and event.style in ("'", '"'):
                start, end = cast("Any", event.start_mark), cast("Any", event.end_mark)
                quoted.append((start.index, end.index))
    for mark in _CONFLICT.finditer(text):
        if not any(start < mark.start() < end for start, end in quoted):
            line = text.count("\n", 0, mark.start()) + 1
            message = "a conflict marker of a merge that is not finished"
            return Problem(path, line, 1, "yaml", message, _END_THE_MERGE)
    return None


def _resolved(text: str) -> Any:
    """The value of a plain scalar by the core schema of YAML 1.2."""
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
