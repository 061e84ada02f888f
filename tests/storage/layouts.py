"""YAML files in every layout that a person may type."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from scenarios.storage.yaml.reader import read

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS = ("a", "b", "note-1", "två ord", "it's", "NO", "😀", "12:30", "x y", "null", "7")
PLAIN = ("one", "two words", "2022-02-04", "0.8", "7", "true", "C", "größer 😀", "a#b", "x:y")
QUOTED = ("it's", 'say "x"', "a: b", "# no comment", "", " padded ", "NO", "null", "[x]", "😀")
SLIPS = (
    *("", "\n", "\r\n", " ", "\t", "\n  ", "\n\n", "\r", "# c90.", " # c91.\n", "\n# c92.\n"),
    *("|-1", ">+", "|\n  x\n", "- ", "? ", ": ", ",", "[", "]", "{}", "{ # c93.\n}", "'", '"'),
    *("e: 1\n", "---\n", "...\n", "%", "&x ", "*x", "!t ", "~", ".inf", "1e9", "9" * 101),
    *("\u2028", "\ufeff", "\0", "\x07", "\\"),
)
BLOCK_LINES = ("one", "two words", "", "  deeper", "# no comment", "key: x", "trailing ")


def value_of(text: str) -> Any:
    """What a sound text means."""
    value, problems = read("f", text.encode())
    assert problems == []
    return value


@st.composite
def layouts(draw: Callable[[Any], Any], least: int = 0, first: tuple[str, ...] = ()) -> str:
    """A file that holds a mapping with at least so many keys, of which one is of `first`."""
    return _Writer(draw, least, first).file()


@st.composite
def damaged(draw: Callable[[Any], Any], texts: Any = None) -> str:
    """Such a file, or one of these texts, after slips of the hand: put in, taken out, changed."""
    *_, text = draw(_slips(layouts() if texts is None else texts))
    return str(text)


@st.composite
def damaged_and_sound(draw: Callable[[Any], Any]) -> str:
    """Such a file after the last of the slips behind which it still is a mapping."""
    texts = draw(_slips(layouts()))
    return next(str(text) for text in reversed(texts) if _is_sound(text))


@st.composite
def _slips(draw: Callable[[Any], Any], texts: Any) -> list[str]:
    """One of the texts, and what it is after each slip."""
    after = [str(draw(texts))]
    for _ in range(draw(st.integers(0, 4))):
        text = after[-1]
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from((0, 0, 0, 1, 5, 20))))
        after.append(text[:start] + draw(st.sampled_from(SLIPS)) + text[end:])
    return after


def _is_sound(text: str) -> bool:
    value, problems = read("f", text.encode())
    return not problems and isinstance(value, dict)


class _Writer:
    def __init__(
        self, draw: Callable[[Any], Any], least: int = 0, first: tuple[str, ...] = ()
    ) -> None:
        self.draw = draw
        self.least, self.first = least, first
        self.comments = 0
        self.breaks = self.one_of((("\n",), ("\r\n",), ("\n", "\r\n")))

    def one_of(self, choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def number(self, least: int, most: int) -> int:
        return int(self.draw(st.integers(least, most)))

    def rarely(self) -> bool:
        return bool(self.one_of((False, False, False, True)))

    def comment(self) -> str:
        self.comments += 1
        return f"# c{self.comments}."

    def end(self) -> str:
        """The end of a line."""
        return (f"  {self.comment()}" if self.rarely() else "") + str(self.one_of(self.breaks))

    def gap(self, most: int) -> str:
        """Blank lines and comments up to a column."""
        text = ""
        while self.rarely():
            kind = self.one_of(("empty", "blank", "comment"))
            if kind == "blank":
                text += self.one_of((" ", "   ", " " * 12))
            elif kind == "comment":
                text += " " * self.number(0, most) + self.comment()
            text += self.one_of(self.breaks)
        return text

    def file(self) -> str:
        text = f"---{self.end()}" if self.rarely() else ""
        text += self.gap(0)
        if self.rarely():
            text += self.flow_mapping(0, 0, self.keys(self.least, 3, self.first)) + self.end()
        else:
            text += self.mapping(0, 0, self.keys(max(1, self.least), 4, self.first))
        text += self.gap(0)
        if self.rarely():
            text += f"...{self.end()}{self.gap(0)}"
        return text.removesuffix("\n").removesuffix("\r") if self.rarely() else text

    def keys(self, least: int, most: int, first: tuple[str, ...] = ()) -> list[str]:
        """Keys of a mapping, one of them of `first`."""
        keys = self.draw(
            st.lists(st.sampled_from(KEYS), min_size=least, max_size=most, unique=True)
        )
        return keys if not first or {*first} & {*keys} else [self.one_of(first), *keys[1:]]

    def mapping(self, column: int, depth: int, keys: list[str] | None = None) -> str:
        """Block lines, without the margin of the first."""
        text = ""
        for key in keys or self.keys(1, 4):
            if text:
                text += self.gap(column) + " " * column
            if self.one_of((False,) * 9 + (True,)):
                text += f"? {self.key(key)}{self.end()}"
                if self.rarely():  # no value at all
                    continue
                text += " " * column
            else:
                text += self.key(key)
            text += f":{self.value(column, depth)}"
        return text

    def key(self, key: str) -> str:
        if key in ("a", "b", "note-1", "två ord", "x y") and not self.rarely():
            return key
        return self.quoted(key)

    def quoted(self, text: str) -> str:
        if self.rarely():
            return json.dumps(text, ensure_ascii=False)
        return "'" + text.replace("'", "''") + "'"

    def value(self, column: int, depth: int) -> str:
        """What stands behind a colon, and the end of its line."""
        inner = column + self.number(1, 8)
        kinds = ["nothing", "scalar", "scalar", "below", "block", "flow", "brackets"]
        kind = self.one_of(kinds + ["mapping", "mapping", "list"] * (depth < 3))
        if kind == "nothing":
            return self.end()
        if kind == "block":
            return f" {self.block_scalar(column)}"
        if kind in ("mapping", "list"):
            text = self.end() + self.gap(inner)
            if kind == "mapping":
                return f"{text}{' ' * inner}{self.mapping(inner, depth + 1)}"
            return text + self.sequence(column + self.number(0, 4), depth + 1)
        text = self.end() + " " * inner if kind == "below" else self.one_of((" ", "   "))
        if kind == "flow":
            text += self.flow_mapping(inner, depth)
        else:
            text += self.flow_list(inner, depth) if kind == "brackets" else self.scalar(inner)
        return text + self.end()

    def scalar(self, column: int, *, is_flow: bool = False) -> str:
        kind = self.one_of(("plain", "quoted", "null", "lines"))
        if kind == "plain":
            return str(self.one_of(PLAIN))
        if kind == "null":
            return str(self.one_of(("null", "~")))
        if kind == "quoted" or is_flow:
            return self.quoted(self.one_of(QUOTED))
        line_break = self.one_of(self.breaks) + " " * column
        return str(self.one_of(("{0}one{1}two{0}", "{0}one{1}{1}two{0}"))).format(
            self.one_of(("", "'", '"')), line_break
        )

    def block_scalar(self, column: int) -> str:
        digit = self.one_of((0, 0, 1, 3))
        inner = column + (digit or self.number(1, 5))
        header = [str(digit) if digit else "", self.one_of(("", "-", "+"))]
        text = self.one_of("|>") + "".join(header[:: self.one_of((1, -1))]) + self.end()
        first = self.one_of(("text", *BLOCK_LINES) if digit else ("text", "# no comment"))
        for line in [first, *self.draw(st.lists(st.sampled_from(BLOCK_LINES), max_size=4))]:
            text += " " * inner * bool(line or self.rarely()) + line + self.one_of(self.breaks)
        return str(text)

    def sequence(self, column: int, depth: int) -> str:
        text = ""
        for _ in range(self.number(1, 3)):
            text += (self.gap(column) if text else "") + " " * column + "-"
            kind = self.one_of(("nothing", "scalar", "block", "mapping", "brackets"))
            if kind == "nothing":
                text += self.end()
            elif kind == "mapping":
                text += f" {self.mapping(column + 2, depth)}"
            elif kind == "block":
                text += f" {self.block_scalar(column)}"
            elif kind == "brackets":
                text += f" {self.flow_list(column + 2, depth)}{self.end()}"
            else:
                text += f" {self.scalar(column + 2)}{self.end()}"
        return text

    def flow_mapping(self, column: int, depth: int, keys: list[str] | None = None) -> str:
        keys = self.keys(0, 3) if keys is None else keys
        return self.brackets("{}", [self.pair(key, column, depth) for key in keys], column)

    def flow_list(self, column: int, depth: int) -> str:
        items = [self.item(column, depth) for _ in range(self.number(0, 3))]
        return self.brackets("[]", items, column)

    def pair(self, key: str, column: int, depth: int) -> str:
        kind = self.one_of(("scalar", "scalar", "scalar", "flow", "nothing", "key"))
        if kind == "key":
            return self.key(key)
        value = ""
        if kind == "flow" and depth < 4:
            value = self.flow_mapping(column, depth + 1)
        elif kind != "nothing":
            value = self.scalar(column, is_flow=True)
        return f"{self.key(key)}: {value}"

    def item(self, column: int, depth: int) -> str:
        kind = self.one_of(("scalar", "scalar", "flow", "pair"))
        if kind == "flow" and depth < 4:
            return self.flow_list(column, depth + 1)
        return self.pair("a", column, 9) if kind == "pair" else self.scalar(column, is_flow=True)

    def brackets(self, marks: str, entries: list[str], column: int) -> str:
        over_lines = self.rarely()
        text = str(marks[0] + self.one_of(("", " ")))
        for number, entry in enumerate(entries):
            text += (self.end() + " " * column if over_lines else "") + entry
            if number < len(entries) - 1:
                text += self.one_of((",", ", ", " , "))
        if entries and self.rarely():
            text += ", "
        if over_lines and self.rarely():
            text += self.end() + " " * column
        return text + marks[1]
