"""Strict YAML: what a text means, and where each fault of it stands."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scenarios.storage.disk import MAX_BYTES
from scenarios.storage.loader import load
from scenarios.storage.yaml.reader import MAX_DEPTH, places, read
from scenarios.storage.yaml.reader import KeyPlace as Place
from tests.full import FULL, TIMES
from tests.storage.layouts import damaged, layouts, value_of

SUITE = Path(__file__).parents[2].parent / "shared" / "data" / "yaml-test-suite" / "cases.tar.gz"
ITEM = "evidence/2022/2022-05-01-case.yaml"

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

CORE: dict[str, Any] = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"]),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
    **{text: text for text in ("nULL", "tRUE", "NO", "yes", "on", "y", "12:30", "2021-12-17")},
    **{
        text: text for text in ("1_000", "0b1", "1e", ".", "+", "nul", "inf", "0x", "-0x1", "1.2.3")
    },
}
CORE |= {"0": 0, "00123": 123, "-7": -7, "+7": 7, "0o17": 15, "0x1F": 31, "9" * 100: 10**100 - 1}
CORE |= {"0.8": 0.8, ".5": 0.5, "5.": 5.0, "1e5": 1e5, "-1.5E-3": -0.0015, "1e308": 1e308}


@pytest.mark.parametrize("text", CORE)
def test_plain_scalars_follow_the_core_schema_and_norway_stays_a_text(text: str) -> None:
    found = value_of(f"a: {text}\n")["a"]
    assert (found, type(found)) == (CORE[text], type(CORE[text]))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("""['1', "true", '', "~"]""", ["1", "true", "", "~"]),
        ("a: |\n  1\nb: >-\n  null\n", {"a": "1\n", "b": "null"}),
        ("a: 1\r\nb: |\r\n  x\r\n  y\r\n", {"a": 1, "b": "x\ny\n"}),
        ("%YAML 1.2 # now\n--- # c\na: 1\n...\n# end\n", {"a": 1}),
        ('a: "x\n%y"\n', {"a": "x %y"}),
        ("a: |\n  x\n  %y\n", {"a": "x\n%y\n"}),
        ("[" * MAX_DEPTH + "]" * MAX_DEPTH, eval("[" * MAX_DEPTH + "]" * MAX_DEPTH)),  # noqa: S307
        ("#" * (MAX_BYTES - 2) + "\na", "a"),
    ],
    ids=range(8),
)
def test_a_file_means(text: str, value: Any) -> None:
    assert value_of(text) == value


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


@settings(max_examples=50 * TIMES, deadline=None)
@given(layouts())
def test_every_value_has_a_place(text: str) -> None:
    found = places(text.encode())
    assert set(found) == paths_of(value_of(text))
    lines = text.split("\n")
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


@settings(max_examples=100 * TIMES, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode) | damaged().map(str.encode))
@example(b"a: " + b"1" * 5000)
@example(b'"\\ud800"')
@example(b"\xef\xbb\xbf")
@example(b"? a\n? b")
@example(b"a: \x00")
def test_no_bytes_raise(data: bytes) -> None:
    assert_answered(data)


@pytest.mark.parametrize("directive", ["%YAML 1.2", "%TAG ! x\n%TAG ! x", "%UNKNOWN"])
def test_a_directive_behind_the_end_of_a_document_begins_a_second_one(directive: str) -> None:
    [problem] = read("f", f"a: 1\n...\n{directive}\n---\nb: 2\n".encode())[1]
    assert (problem.line, problem.rule) == (3, "several-documents")


HOSTILE = (b"[", b"[\n", b"? ", b"[[]: ", b"%TAG ! x\n", b"a:\n", b"'", b"...\n", b"\n")


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_hostile_file_is_answered(unit: bytes) -> None:
    value, problems = read("f", unit * ((MAX_BYTES if FULL else MAX_BYTES // 8) // len(unit)))
    assert value is None or problems == []


@pytest.mark.skipif(not SUITE.exists(), reason="no yaml-test-suite beside the repository")
def test_the_yaml_test_suite_is_answered_and_none_of_it_is_a_record() -> None:
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
        loaded = load({"tracker.yaml": b"format: 1\ntitle: T\n", ITEM: data})
        assert (loaded.left_out, {problem.path for problem in loaded.problems}) == (1, {ITEM})
        assert all(str(problem).isprintable() for problem in loaded.problems)
        value, problems = read("f", data)
        if problems:
            continue
        if f"{case}/error" in files:
            too_lenient.add(case)
        elif f"{case}/in.json" in files and json.loads(files[f"{case}/in.json"]) != value:
            differs.add(case)
    assert len(cases) == 402
    assert (differs, too_lenient) == (set(DIFFERS), set(TOO_LENIENT))
