"""Tidy YAML out: text that reads back as the same value, with YAML 1.1 and with 1.2."""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml

WIDTH = 80


def dump(value: dict[str, Any], schema_address: str) -> str:
    """A whole file: the line that names its schema, then the keys in their order."""
    return f"# yaml-language-server: $schema={schema_address}\n{dump_fragment(value)}"


def dump_fragment(value: dict[str, Any] | list[Any], column: int = 0, step: int = 2) -> str:
    """The entries of a mapping or list as block lines that start at `column`."""
    width = max(WIDTH - column, WIDTH // 2)
    # Where both ways can write a value their texts are equal: an edit would else rewrite lines that
    # nobody changed (test_what_needs_no_thought_is_written_as_the_dumper_writes_it).
    if isinstance(value, dict) and (text := _plain(value, width, step)) is not None:
        return text if not column else _indented(text, column)
    text = _dump(value, width=width, step=step, is_flow=False)
    return _indented(text, column)


def _indented(text: str, column: int) -> str:
    margin = " " * column
    return "".join(margin + line if line.strip() else line for line in text.splitlines(True))


def dump_flow(value: Any) -> str:
    """The value on one line, as it may stand inside `[…]` or `{…}`."""
    return _dump([value], width=float("inf"), step=2, is_flow=True).strip()[1:-1]


_TEXT_TAG = "tag:yaml.org,2002:str"
_OTHER_TAG = "tag:yaml.org,2002:float"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DECIMAL = re.compile(r"-?[0-9]+\.[0-9]+")
_CORE_NUMBER = re.compile(  # what YAML 1.2 takes for a number and PyYAML, with 1.1, does not
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+"
)
_ODD_BREAK = re.compile("[\x85\u2028\u2029]")
_FOLD = re.compile("(?<! ) (?! )")
_UNPRINTABLE = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


_LONGEST_KEY = 100
_KEY = re.compile("[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_WORDS = re.compile("[A-Za-z](?:[A-Za-z0-9 ,.()-]*[A-Za-z0-9.)])?")
_NO_TEXTS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def _plain(value: Mapping[str, Any], width: int, step: int, column: int = 0) -> str | None:
    """The dumper's output for simple keys and values, at a tenth of its cost; else None."""
    lines = []
    for key, item in value.items():
        is_plain = type(key) is str and len(key) <= _LONGEST_KEY and _KEY.fullmatch(key)
        if not is_plain or key in _NO_TEXTS:
            return None
        start = f"{' ' * column}{key}:"
        if type(item) is dict and item:
            below = _plain(item, width, step, column + step)
            if below is None:
                return None
            lines.append(f"{start}\n{below}")
            continue
        text = _plain_scalar(item)
        if text is None or len(start) + 1 + len(text) > width:
            return None
        lines.append(f"{start} {text}\n")
    return "".join(lines) or None


def _plain_scalar(value: Any) -> str | None:
    if value is None:
        return "null"
    if type(value) is str:
        is_word = _WORDS.fullmatch(value) and value.lower() not in _NO_TEXTS
        return value if is_word or _DAY.fullmatch(value) else None
    if type(value) is int:
        return str(value)
    text = repr(value) if type(value) is float else ""
    return text if _DECIMAL.fullmatch(text) else None


class _Dumper(yaml.SafeDumper):
    """PyYAML's, with lists indented under their key and prose folded at the width."""

    analysis: Any  # types-PyYAML thinks that each may be missing while a scalar is written
    event: Any
    indent: Any

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's signature
        super().increase_indent(flow, indentless=False)

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        """The type of a plain scalar in YAML 1.1 or 1.2; a day stays a text."""
        tag: str = super().resolve(kind, value, implicit)  # type: ignore[no-untyped-call]
        if kind is not yaml.ScalarNode or not implicit[0]:
            return tag
        if _DAY.fullmatch(value):
            return _TEXT_TAG
        if tag == _TEXT_TAG and _CORE_NUMBER.fullmatch(value):
            return _OTHER_TAG
        return tag

    def choose_scalar_style(self) -> str:
        style: str = super().choose_scalar_style()
        text = self.event.value
        may_be_block = (
            self.analysis.allow_block and not self.flow_level and not self.simple_key_context
        )
        if _ODD_BREAK.search(text):
            return '"'
        if "\n" in text:
            # a text that ends in empty lines would swallow those that stand behind it in a file
            is_literal = may_be_block and text[0] not in " \n" and not text.endswith("\n\n")
            return "|" if is_literal else '"'
        quotes = 2 + text.count("'") if style else 0
        is_long = self.column + len(" ") + len(text) + quotes > self.best_width
        return ">" if is_long and may_be_block and text[0] != " " and _FOLD.search(text) else style

    def write_folded(self, text: str) -> None:
        """One paragraph, broken only at single spaces; PyYAML breaks a word too late."""
        self.write_indicator(">-", need_whitespace=True)
        line = ""
        for word in _FOLD.split(text):
            longer = f"{line} {word}" if line else word
            if line and self.indent + len(longer) > self.best_width:
                self._write_line(line)
                line = word
            else:
                line = longer
        self._write_line(line)
        self.write_line_break()

    def _write_line(self, line: str) -> None:
        self.write_indent()
        self.stream.write(line)
        self.column += len(line)

    def write_double_quoted(self, text: str, split: bool = True) -> None:  # noqa: ARG002 - PyYAML's signature
        """As in JSON, on one line; PyYAML escapes an emoji."""
        quoted = _UNPRINTABLE.sub(
            lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False)
        )
        self.write_indicator(quoted, need_whitespace=True)


_Dumper.add_representer(
    date, lambda dumper, day: dumper.represent_scalar(_TEXT_TAG, day.isoformat())
)


def _dump(value: Any, width: float, step: int, *, is_flow: bool) -> str:
    text: str = yaml.dump(
        value,
        Dumper=_Dumper,
        default_flow_style=is_flow,
        allow_unicode=True,
        sort_keys=False,
        width=width,
        indent=step,
    )
    return text
