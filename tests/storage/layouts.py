"""YAML files in every layout that a person may type, with the span of each value."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

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

Path = tuple[str, ...]


@dataclass
class Layout:
    """A file as text; a span goes from behind the colon to behind the last character."""

    text: str = ""
    spans: dict[Path, tuple[int, int]] = field(default_factory=dict)


@st.composite
def layouts(draw: Callable[[Any], Any]) -> Layout:
    """A file that holds a mapping."""
    return _Writer(draw).file()


@st.composite
def damaged(draw: Callable[[Any], Any], texts: Any = None) -> str:
    """Such a file, or one of these texts, after slips of the hand: put in, taken out, changed."""
    text = draw(layouts()).text if texts is None else str(draw(texts))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from((0, 0, 0, 1, 5, 20))))
        text = text[:start] + draw(st.sampled_from(SLIPS)) + text[end:]
    return text


class _Writer:
    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self.draw = draw
        self.layout = Layout()
        self.comments = 0
        self.breaks = self.one_of((("\n",), ("\r\n",), ("\n", "\r\n")))

    def one_of(self, choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def rarely(self) -> bool:
        return bool(self.one_of((False, False, False, True)))

    def write(self, text: str) -> None:
        self.layout.text += text

    def end_line(self) -> None:
        if self.rarely():
            self.write(f"  {self.comment()}")
        self.write(self.one_of(self.breaks))

    def comment(self) -> str:
        self.comments += 1
        return f"# c{self.comments}."

    def file(self) -> Layout:
        if self.rarely():
            self.write("---")
            self.end_line()
        self.gap(0)
        if self.rarely():
            self.flow_mapping((), 0, 0)
            self.end_line()
        else:
            self.mapping((), 0, 0)
        self.gap(0)
        if self.rarely():
            self.write("...")
            self.end_line()
            self.gap(0)
        if self.rarely():
            self.layout.text = self.layout.text.removesuffix("\n").removesuffix("\r")
        return self.layout

    def gap(self, most: int) -> None:
        """Blank lines and comments up to a column."""
        while self.rarely():
            kind = self.one_of(("empty", "blank", "comment"))
            if kind == "blank":
                self.write(self.one_of((" ", "   ", " " * 12)))
            elif kind == "comment":
                self.write(" " * self.draw(st.integers(0, most)) + self.comment())
            self.write(self.one_of(self.breaks))

    def mapping(self, path: Path, column: int, depth: int) -> None:
        """Block lines; the first starts where the text ends."""
        keys = self.draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=4, unique=True))
        for number, key in enumerate(keys):
            if number:
                self.gap(column)
                self.write(" " * column)
            if self.one_of((False,) * 9 + (True,)):
                self.write(f"? {self.key(key)}")
                self.end_line()
                if self.rarely():  # no value at all
                    continue
                self.write(" " * column)
            else:
                self.write(self.key(key))
            self.write(":")
            self.value((*path, key), column, depth)

    def key(self, key: str) -> str:
        if key in ("a", "b", "note-1", "två ord", "x y") and not self.rarely():
            return key
        return self.quoted(key)

    def quoted(self, text: str) -> str:
        if self.rarely():
            return json.dumps(text, ensure_ascii=False)
        return "'" + text.replace("'", "''") + "'"

    def value(self, path: Path, column: int, depth: int) -> None:
        """What stands behind a colon, and the end of its line."""
        start = len(self.layout.text)
        inner = column + self.draw(st.integers(1, 8))
        kinds = ["nothing", "scalar", "scalar", "below", "block", "flow", "brackets"]
        kind = self.one_of(kinds + ["mapping", "mapping", "list"] * (depth < 3))
        if kind == "nothing":
            self.end_line()
            self.layout.spans[path] = (start, start)
            return
        if kind in ("mapping", "list"):
            self.end_line()
            self.gap(inner)
            if kind == "mapping":
                self.write(" " * inner)
                self.mapping(path, inner, depth + 1)
            else:
                self.sequence(column + self.draw(st.integers(0, 4)), depth + 1)
        elif kind == "block":
            self.write(" ")
            self.block_scalar(column)
        else:
            if kind == "below":
                self.end_line()
                self.write(" " * inner)
            else:
                self.write(self.one_of((" ", "   ")))
            if kind == "flow":
                self.flow_mapping(path, inner, depth)
            elif kind == "brackets":
                self.flow_list(inner, depth)
            else:
                self.write(self.scalar(inner))
            self.layout.spans[path] = (start, len(self.layout.text))
            self.end_line()
            return
        self.layout.spans[path] = (start, len(self.layout.text.rstrip()))

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

    def block_scalar(self, column: int) -> None:
        digit = self.one_of((0, 0, 1, 3))
        inner = column + (digit or self.draw(st.integers(1, 5)))
        header = [str(digit) if digit else "", self.one_of(("", "-", "+"))]
        self.write(self.one_of("|>") + "".join(header[:: self.one_of((1, -1))]))
        self.end_line()
        first = self.one_of(("text", *BLOCK_LINES) if digit else ("text", "# no comment"))
        for line in [first, *self.draw(st.lists(st.sampled_from(BLOCK_LINES), max_size=4))]:
            self.write(" " * inner * bool(line or self.rarely()) + line)
            self.write(self.one_of(self.breaks))

    def sequence(self, column: int, depth: int) -> None:
        for number in range(self.draw(st.integers(1, 3))):
            if number:
                self.gap(column)
            self.write(" " * column + "-")
            kind = self.one_of(("nothing", "scalar", "block", "mapping", "brackets"))
            if kind != "nothing":
                self.write(" ")
            if kind == "mapping":
                self.mapping(("[]",), column + 2, depth)
            elif kind == "block":
                self.block_scalar(column)
            else:
                if kind == "brackets":
                    self.flow_list(column + 2, depth)
                elif kind == "scalar":
                    self.write(self.scalar(column + 2))
                self.end_line()

    def flow_mapping(self, path: Path, column: int, depth: int) -> None:
        keys = self.draw(st.lists(st.sampled_from(KEYS), max_size=3, unique=True))
        self.brackets("{}", len(keys), column, lambda at: self.pair(path, keys[at], column, depth))

    def flow_list(self, column: int, depth: int) -> None:
        self.brackets(
            "[]", self.draw(st.integers(0, 3)), column, lambda _: self.item(column, depth)
        )

    def pair(self, path: Path, key: str, column: int, depth: int) -> None:
        self.write(self.key(key))
        kind = self.one_of(("scalar", "scalar", "scalar", "flow", "nothing", "key"))
        if kind == "key":
            return
        start = len(self.layout.text) + 1
        self.write(": ")
        if kind == "flow" and depth < 4:
            self.flow_mapping((*path, key), column, depth + 1)
        elif kind != "nothing":
            self.write(self.scalar(column, is_flow=True))
        end = len(self.layout.text)
        self.layout.spans[*path, key] = (start, start if kind == "nothing" else end)

    def item(self, column: int, depth: int) -> None:
        kind = self.one_of(("scalar", "scalar", "flow", "pair"))
        if kind == "flow" and depth < 4:
            self.flow_list(column, depth + 1)
        elif kind == "pair":
            self.pair(("[]",), "a", column, 9)
        else:
            self.write(self.scalar(column, is_flow=True))

    def brackets(self, marks: str, count: int, column: int, entry: Callable[[int], None]) -> None:
        over_lines = self.rarely()
        margin = " " * column
        self.write(marks[0] + self.one_of(("", " ")))
        for number in range(count):
            if over_lines:
                self.end_line()
                self.write(margin)
            entry(number)
            if number < count - 1:
                self.write(self.one_of((",", ", ", " , ")))
        if count and self.rarely():
            self.write(", ")
        if over_lines and self.rarely():
            self.end_line()
            self.write(margin)
        self.write(marks[1])
