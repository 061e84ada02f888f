"""Strict YAML: what a text means, and where each fault of it stands."""

from __future__ import annotations

import json
import math
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scenarios.errors import Problem
from scenarios.storage.yamltext import MAX_BYTES, MAX_DEPTH, Place, places, read
from tests.storage.layouts import Layout, layouts

SUITE = Path(__file__).parents[2].parent / "shared" / "data" / "yaml-test-suite" / "cases.tar.gz"

# libyaml differs from YAML 1.2 here, and we take its word
DIFFERS = {
    "652Z": "a '?' in brackets marks a key even without a blank behind it",
    "HM87/01": "a '?' in brackets marks a key even without a blank behind it",
    "JEF9/02": "a last line of blanks without a line break holds no line break",
    "L24T/01": "a last line of blanks without a line break holds no line break",
}
TOO_LENIENT = {
    "9C9N": "brackets may close left of their key",
    "9JBA": "a comment may touch a bracket",
    "CVW2": "a comment may touch a comma",
    "DK95/01": "a tab may indent a quoted text",
    "G5U8": "a dash in brackets is a text",
    "QB6E": "a quoted text may go on left of its key",
    "S98Z": "a blank line may be longer than the first line of a block text",
    "SU5Z": "a comment may touch a quote",
    "X4QW": "a comment may touch the mark of a block text",
    "Y79Y/003": "a tab may indent inside brackets",
    "YJV2": "a dash in brackets is a text",
}


def value_of(text: str) -> Any:
    value, problems = read("f", text.encode())
    assert problems == []
    return value


def faults_of(data: bytes) -> list[str]:
    """Every fault, without its hint; the value is always withheld."""
    value, problems = read("f", data)
    assert value is None
    return [f"{p.line}:{p.column}: {p.rule}: {p.message}" for p in problems]


def rules_of(data: bytes) -> list[str]:
    return [fault.split(": ")[1] for fault in faults_of(data)]


def test_norway_stays_a_text() -> None:
    text = "[NO, yes, on, y, 12:30, 2021-12-17, 1_000, 0b1, 1e, ., +, nul, inf, 0x, -0x1, 1.2.3]"
    assert value_of(text) == text[1:-1].split(", ")


def test_a_quoted_scalar_is_always_a_text() -> None:
    assert value_of("""['1', "true", '', "~"]""") == ["1", "true", "", "~"]
    assert value_of("a: |\n  1\nb: >-\n  null\n") == {"a": "1\n", "b": "null"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("Null", None),
        ("NULL", None),
        ("true", True),
        ("True", True),
        ("TRUE", True),
        ("false", False),
        ("False", False),
        ("FALSE", False),
        ("nULL", "nULL"),
        ("tRUE", "tRUE"),
        ("0", 0),
        ("00123", 123),
        ("-7", -7),
        ("+7", 7),
        ("0o17", 15),
        ("0x1F", 31),
        ("0.8", 0.8),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e5", 1e5),
        ("-1.5E-3", -0.0015),
        ("9" * 100, 10**100 - 1),
    ],
)
def test_plain_scalars_follow_the_core_schema(text: str, value: Any) -> None:
    found = value_of(f"a: {text}\n")["a"]
    assert (found, type(found)) == (value, type(value))


def test_windows_line_ends_are_line_ends() -> None:
    assert value_of("a: 1\r\nb: |\r\n  x\r\n  y\r\n") == {"a": 1, "b": "x\ny\n"}


def test_a_document_may_be_marked() -> None:
    assert value_of("%YAML 1.2 # now\n--- # c\na: 1\n...\n# end\n") == {"a": 1}


def test_a_percent_sign_in_a_text_is_no_directive() -> None:
    assert value_of('a: "x\n%y"\n') == {"a": "x %y"}
    assert value_of("a: |\n  x\n  %y\n") == {"a": "x\n%y\n"}


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        (b"\xff\xfea\0", ["1:1: encoding: the file is UTF-16"]),
        (b"\xfe\xff\0a", ["1:1: encoding: the file is UTF-16"]),
        (b"a\0:\0", ["1:2: encoding: the file holds U+0000 (NUL)"]),
        ("a: é\nb: é".encode() + b"\xe9", ["2:5: encoding: byte 0xE9 is not UTF-8"]),
        (b"a: \xed\xa0\x80", ["1:4: encoding: byte 0xED is not UTF-8"]),
        (
            b"\xef\xbb\xbfa: 1\na: 2",
            [
                "1:1: byte-order-mark: the file starts with a byte order mark",
                "2:1: duplicate-key: the key 'a' stands twice, at 1:1 and at 2:1",
            ],
        ),
        (
            b"a: 1\nb: \xef\xbb\xbfx\n",
            ["2:4: byte-order-mark: a byte order mark (U+FEFF) inside the text"],
        ),
        (
            b"a: \x1b[31m\n\x07: 1\n",
            [
                "1:4: control-character: the control character U+001B may not stand in a file",
                "2:1: control-character: the control character U+0007 may not stand in a file",
            ],
        ),
        (
            b"a: 1\rb: 2: 3\r\n",
            ["1:5: control-character: a carriage return without a line feed (U+000D)"],
        ),
        (
            "a: x\x85\u2028\ufffe".encode(),
            [
                "1:5: control-character: the control character U+0085 may not stand in a file",
                "1:6: control-character: the character U+2028 may not stand in a file",
                "1:7: control-character: the character U+FFFE may not stand in a file",
            ],
        ),
        (
            b'"\\r": "a\\tb\\n\\x07\n\n  \\e \\\\a \\u0085"\r\nb: \'\\a\'\r\n',
            [
                "1:2: control-character: the control character U+000D, written \\r",
                "1:14: control-character: the control character U+0007, written \\x07",
                "3:3: control-character: the control character U+001B, written \\e",
                "3:10: control-character: the control character U+0085, written \\u0085",
            ],
        ),
        (b"", ["1:1: empty: the file holds no value"]),
        (b"# only\n\n# comments\n", ["1:1: empty: the file holds no value"]),
        (b"a: 1\n---\nb: 2\n", ["2:1: several-documents: a second document starts here"]),
        (
            b"a: 1\n...\n%TAG ! x\n---\nb: 2\n",
            ["3:1: several-documents: a second document starts here"],
        ),
        (
            b"a: 1\nb:\n  c: 1\n  'c': 2\na: 3\nb: 4\n",
            [
                "4:3: duplicate-key: the key 'c' stands twice, at 3:3 and at 4:3",
                "5:1: duplicate-key: the key 'a' stands twice, at 1:1 and at 5:1",
                "6:1: duplicate-key: the key 'b' stands twice, at 2:1 and at 6:1",
            ],
        ),
        (
            b"a: &x 1\nb: *x\n*x : 2\nc: &y [!!str 1, !t &z {d: 1}]\ne: [*y]\n? *y\n: 1\n",
            [
                "1:4: anchor: the anchor '&x'",
                "2:4: alias: the alias '*x'",
                "3:1: alias: the alias '*x'",
                "4:4: anchor: the anchor '&y'",
                "4:8: tag: a tag: values have no types of their own here",
                "4:17: anchor: the anchor '&z'",
                "4:17: tag: a tag: values have no types of their own here",
                "5:5: alias: the alias '*y'",
                "6:3: alias: the alias '*y'",
            ],
        ),
        (b"a: !b!c d\n", ["1:4: tag: a tag: values have no types of their own here"]),
        (
            b"2021: a\ntrue: b\n~: c\n? [x]\n: d\n? {y: 1}\n: e\n? |\n  f\n: g\n",
            [
                "1:1: key-type: the key 2021 is not a text",
                "2:1: key-type: the key true is not a text",
                "3:1: key-type: the key ~ is not a text",
                "4:3: key-type: a key must be a text, not a list or a mapping",
                "6:3: key-type: a key must be a text, not a list or a mapping",
            ],
        ),
        (b"?\n: a\n", ["1:2: key-type: a key is missing before the ':'"]),
        (
            b"[.nan, -.INF, +.inf, 1e999, " + b"1" * 101 + b"]",
            [
                "1:2: number: .nan is not a number that can be kept",
                "1:8: number: -.INF is not a number that can be kept",
                "1:15: number: +.inf is not a number that can be kept",
                "1:22: number: 1e999 is not a number that can be kept",
                f"1:29: number: {'1' * 40}… is not a number that can be kept",
            ],
        ),
        (
            b"# c\n%YAML 1.1\n%TAG ! x\n---\na: 1\n",
            ["2:1: yaml: the directive '%YAML 1.1'", "3:1: yaml: the directive '%TAG ! x'"],
        ),
        (b"%YAML 1.2\n%YAML 1.2\n---\na: 1\n", ["2:1: yaml: the directive '%YAML 1.2'"]),
        (
            b"a: 1\na: 2\nb: [\n",
            [
                "2:1: duplicate-key: the key 'a' stands twice, at 1:1 and at 2:1",
                "4:1: yaml: did not find expected node content, while parsing a flow node",
            ],
        ),
    ],
)
def test_every_fault_has_its_place(data: bytes, faults: list[str]) -> None:
    assert faults_of(data) == faults


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "a: b: c\n",
            "f:1:5: yaml: mapping values are not allowed here (put quotes around a text that "
            "holds ': ', and a space behind the colon of a key)",
        ),
        (
            "a:\n\tb: 1\n",
            "f:2:1: yaml: found character that cannot start any token, while scanning for the "
            "next token (indent with spaces, not tabs; put quotes around a text that starts "
            "with '@', '`' or '%')",
        ),
        ("a: 'x\nb: 1\n", "f:1:4: yaml: the closing quote is missing"),
        (
            "a: [1\nb: 2\n",
            "f:2:2: yaml: did not find expected ',' or ']', while parsing a flow sequence that "
            "starts at 1:4",
        ),
        (
            "a: *bold* x\n",
            "f:1:9: yaml: did not find expected alphabetic or numeric character, while scanning "
            "an alias that starts at 1:4 (put quotes around a text that starts with '&', '*' "
            "or '!')",
        ),
    ],
)
def test_a_syntax_fault_says_what_to_do(text: str, problem: str) -> None:
    assert [str(p) for p in read("f", text.encode())[1]] == [problem]


def test_size_is_bounded() -> None:
    assert read("f", b"#" * (MAX_BYTES - 2) + b"\na")[1] == []
    assert faults_of(b" " * (MAX_BYTES + 1)) == [
        "1:1: too-large: the file has 1,048,577 bytes; at most 1,048,576 are read"
    ]


def test_depth_is_bounded() -> None:
    assert read("f", b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)[1] == []
    message = "too-deep: mappings and lists are nested more than 20 deep"
    assert faults_of(b"[" * 21 + b"]" * 21) == [f"1:21: {message}"]
    assert faults_of(b"- " * 500) == [f"1:41: {message}"]
    assert faults_of(b"{a: " * 100_000) == [f"1:81: {message}"]
    assert rules_of(b"[" * 100_000) == ["too-deep"]


@pytest.mark.parametrize(
    "unit",
    [b"[", b"[\n", b"- ", b"? ", b"{a: ", b"[[]: ", b"%TAG ! x\n", b"a:\n", b"'", b"...\n", b"\n"],
)
def test_a_hostile_file_is_answered(unit: bytes) -> None:
    value, problems = read("f", (unit * MAX_BYTES)[:MAX_BYTES])
    assert value is None or problems == []


def test_places_name_key_and_value() -> None:
    text = "a: 1\nb:\n  - x\n  - c: [2, {d: e}]\n    f:\n'g': |\n  h\n"
    assert places(text.encode()) == {
        (): Place(1, 1, 1, 1),
        ("a",): Place(1, 1, 1, 4),
        ("b",): Place(2, 1, 3, 3),
        ("b", 0): Place(3, 5, 3, 5),
        ("b", 1): Place(4, 5, 4, 5),
        ("b", 1, "c"): Place(4, 5, 4, 8),
        ("b", 1, "c", 0): Place(4, 9, 4, 9),
        ("b", 1, "c", 1): Place(4, 12, 4, 12),
        ("b", 1, "c", 1, "d"): Place(4, 13, 4, 16),
        ("b", 1, "f"): Place(5, 5, 5, 7),
        ("g",): Place(6, 1, 6, 6),
    }
    assert places(b"just a text") == {(): Place(1, 1, 1, 1)}


def paths_of(value: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    if not isinstance(value, dict | list):
        return {path}
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    return {path}.union(*(paths_of(part, (*path, key)) for key, part in parts))


@settings(deadline=None)
@given(layouts())
def test_every_value_has_a_place(layout: Layout) -> None:
    found = places(layout.text.encode())
    assert set(found) == paths_of(value_of(layout.text))
    lines = layout.text.split("\n")
    for place in found.values():
        assert place.value_column <= len(lines[place.value_line - 1]) + 1


def assert_answered(data: bytes) -> None:
    """A value, or problems inside the file and no value."""
    value, problems = read("f", data)
    lines = data.count(b"\n") + 1
    for problem in problems:
        assert 1 <= problem.line <= lines
        assert 1 <= problem.column <= len(data) + 1
    if problems:
        assert value is None
    else:
        assert paths_of(value) == set(places(data))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
@example(b"a: " + b"1" * 5000)
@example(b'"\\ud800"')
@example(b"\xef\xbb\xbf")
@example(b"? a\n? b")
@example(b"a: \x00")
def test_no_bytes_raise(data: bytes) -> None:
    assert_answered(data)


@settings(max_examples=300, deadline=None)
@given(layouts(), st.data())
def test_no_slip_of_the_hand_raises(layout: Layout, data: st.DataObject) -> None:
    text = layout.text
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        until = data.draw(st.integers(at, min(at + 5, len(text))))
        slips = ("", "\n", "\t", " ", "\r", ": ", "- ", "? ", "#", "&x ", "*x", "!t ", "'", '"', "[")
        text = text[:at] + data.draw(st.sampled_from((*slips, "}", "---\n", "\x07"))) + text[until:]
    assert_answered(text.encode())


@pytest.mark.skipif(not SUITE.exists(), reason="no yaml-test-suite beside the repository")
def test_the_yaml_test_suite_is_answered() -> None:
    with tarfile.open(SUITE) as archive:
        files = {
            member.name.removeprefix("./"): archive.extractfile(member).read()  # type: ignore[union-attr]
            for member in archive
            if member.name.endswith(("in.yaml", "in.json", "/error"))
        }
    cases = [name.removesuffix("/in.yaml") for name in files if name.endswith("/in.yaml")]
    differs, too_lenient = set(), set()
    for case in cases:
        data = files[f"{case}/in.yaml"]
        assert_answered(data)
        value, problems = read("f", data)
        if problems:
            continue
        if f"{case}/error" in files:
            too_lenient.add(case)
        elif f"{case}/in.json" in files and json.loads(files[f"{case}/in.json"]) != value:
            differs.add(case)
    assert len(cases) == 402
    assert differs == set(DIFFERS)
    assert too_lenient == set(TOO_LENIENT)


def test_a_number_is_finite() -> None:
    assert math.isfinite(value_of("1e308"))
    assert read("f", b"a: 1e309")[1] == [
        Problem(
            path="f",
            line=1,
            column=4,
            rule="number",
            message="1e309 is not a number that can be kept",
            hint="write a finite number, or quote a text",
        )
    ]
