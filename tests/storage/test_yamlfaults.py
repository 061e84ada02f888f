"""Each fault of a file has a rule, a place, and words that say what to do."""

from __future__ import annotations

import pytest

from scenarios.errors import Problem
from scenarios.storage.yaml.reader import MAX_BYTES, MAX_DEPTH, read


def faults_of(data: bytes) -> list[str]:
    """Every fault, without its hint; the value is always withheld."""
    value, problems = read("f", data)
    assert value is None
    return [f"{p.line}:{p.column}: {p.rule}: {p.message}" for p in problems]


def rules_of(data: bytes) -> list[str]:
    return [fault.split(": ")[1] for fault in faults_of(data)]


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
            (
                "f:1:5: yaml: mapping values are not allowed here (put quotes around a text that "
                "holds ': ', and a space behind the colon of a key)"
            ),
        ),
        (
            "a:\n\tb: 1\n",
            (
                "f:2:1: yaml: found character that cannot start any token, while scanning for the "
                "next token (indent with spaces, not tabs; put quotes around a text that starts "
                "with '@', '`' or '%')"
            ),
        ),
        ("a: 'x\nb: 1\n", "f:1:4: yaml: the closing quote is missing"),
        (
            "a: [1\nb: 2\n",
            (
                "f:2:2: yaml: did not find expected ',' or ']', while parsing a flow sequence that "
                "starts at 1:4"
            ),
        ),
        (
            "a: *bold* x\n",
            (
                "f:1:9: yaml: did not find expected alphabetic or numeric character, while "
                "scanning an alias that starts at 1:4 (put quotes around a text that starts "
                "with '&', '*' or '!')"
            ),
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


def test_a_number_is_finite() -> None:
    assert read("f", b"a: 1e308")[0] == {"a": 1e308}
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
