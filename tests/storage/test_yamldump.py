"""What is written is tidy, and reads back as it was."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.storage.yaml import writer
from scenarios.storage.yaml.reader import read
from scenarios.storage.yaml.writer import dump, dump_flow, dump_fragment
from tests.full import TIMES

CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(
    "\n  \n:#-'\"|>&*!%@`,[]{}?=~0123456789._eExonyNO\t\u2028\ufeff"
)
TEXTS = (
    st.text(CHARACTERS, max_size=200)
    | st.lists(st.text(CHARACTERS, min_size=1, max_size=12), max_size=40).map(" ".join)
    | st.sampled_from(["NO", "12:30", "1e5", "0x1F", "", "null", "2022-01-01", "---", "...", "<<"])
)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | st.integers(-(10**90), 10**90) | FLOATS | TEXTS
VALUES: Any = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
WORDS = st.from_regex(r"[A-Za-z][A-Za-z0-9 ,.()-]{0,90}", fullmatch=True) | st.sampled_from(
    ["No", "y", "2022-02-04", "a:", "a #b", "1", "ON", "nan", "a  b", "x ", "e.", "(", "-", "A, b"]
)
PLAIN: Any = st.recursive(
    st.dictionaries(WORDS | st.from_regex("[a-z0-9_-]{1,9}"), WORDS | SCALARS, max_size=5),
    lambda inner: st.dictionaries(st.from_regex("[a-z]{1,3}"), inner | WORDS | FLOATS, max_size=5),
    max_leaves=6,
)
RECORD = {
    "summary": "Putin and Xi meet in Beijing and declare a friendship without limits",
    "observed": date(2022, 2, 4),
    "url": "https://example.org/" + "a" * 70,
    "ratings": {"deeper-alignment": "CC", "rupture": 0.1, "größer 😀": None},
    "corroborated_by": ["2022-02-04-a", "2022-02-04-b"],
    "question": "Will a treaty be in force on 2030-12-31 that obliges each side to give "
    "military assistance if the other is attacked?  One of them: yes",
    "notes": "One paragraph\n\nAnd another",
    "quote": "kept\n",
    "clarifications": [{"date": "2022-03-01", "text": "it's #1"}],
    "nested": [[1, [2]], [], {}],
    "lines at the end": "x\n\n",
    "line separator": "x\u2028y\n",
    "tab": "x\ty",
}
TIDY = """\
# yaml-language-server: $schema=../schema/evidence.schema.json
summary: Putin and Xi meet in Beijing and declare a friendship without limits
observed: 2022-02-04
url: https://example.org/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
ratings:
  deeper-alignment: CC
  rupture: 0.1
  größer 😀: null
corroborated_by:
  - 2022-02-04-a
  - 2022-02-04-b
question: >-
  Will a treaty be in force on 2030-12-31 that obliges each side to give
  military assistance if the other is attacked?  One of them: yes
notes: |-
  One paragraph

  And another
quote: |
  kept
clarifications:
  - date: 2022-03-01
    text: 'it''s #1'
nested:
  - - 1
    - - 2
  - []
  - {}
lines at the end: "x\\n\\n"
line separator: "x\\u2028y\\n"
tab: "x\\ty"
"""


def test_a_file_is_tidy() -> None:
    assert dump(RECORD, "../schema/evidence.schema.json") == TIDY
    assert read("f", TIDY.encode()) == ({**RECORD, "observed": "2022-02-04"}, [])


QUOTED = (
    "NO no yes On off true null ~ 12:30 1_000 0123 089 7 1.5 1e5 0o7 0x1F 0b1 .5 5. .inf .nan << ="
)


def test_what_a_reader_would_take_for_something_else_is_quoted_and_nothing_else() -> None:
    for text in (*QUOTED.split(), "2022-02-04T10:00:00Z"):
        assert dump_fragment({"a": text}) == f"a: '{text}'\n"
    for text in ("N", "y", "2022-02-04", "2021-12", "B2", "v1.2.3", "größer", "😀"):
        assert dump_fragment({"a": text}) == f"a: {text}\n"


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.8, "0.8"), (5.0, "5.0"), (-0.0, "-0.0"), (1e-05, "1.0e-05"), (True, "true")],
)
def test_numbers_are_short(number: float, text: str) -> None:
    assert dump_fragment({"a": number}) == f"a: {text}\n"


def test_a_fragment_starts_at_its_column_and_a_flow_value_is_one_line() -> None:
    assert dump_fragment({"a": {"b": [1]}, "c": "x\n\ny"}, column=4, step=3) == (
        "    a:\n       b:\n          - 1\n    c: |-\n       x\n\n       y\n"
    )
    assert dump_fragment([{"a": 1, "b": 2}], column=2) == "  - a: 1\n    b: 2\n"
    assert dump_flow({"a": ["x: y", "b\nc", "d, e"], "f": {}}) == (
        """{a: ['x: y', "b\\nc", 'd, e'], f: {}}"""
    )
    assert dump_flow("long prose " * 20) == "'" + "long prose " * 20 + "'"


@settings(max_examples=120 * TIMES, deadline=None)
@given(st.dictionaries(TEXTS, VALUES, max_size=4), st.integers(0, 9), st.integers(2, 8))
def test_what_is_written_reads_back_as_it_was(value: Any, column: int, step: int) -> None:
    again, faults = read("f", dump(value, "x.json").encode())
    assert (again, faults, repr(again)) == (value, [], repr(value))  # 1 is not 1.0, nor is it True
    assert "\n" not in dump_flow(value)
    assert read("f", dump_flow(value).encode()) == (value, [])
    if value:
        assert read("f", dump_fragment(value, column, step).encode()) == (value, [])
    assert read("f", dump_fragment([value], column, step).encode()) == ([value], [])


WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)


@settings(max_examples=60 * TIMES, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=60).map(" ".join), st.integers(0, 9))
def test_no_line_of_prose_is_longer_than_the_page(text: str, column: int) -> None:
    lines = dump_fragment({"a": text}, column).split("\n")
    assert max(len(line) for line in lines) <= 80


@settings(max_examples=200 * TIMES, deadline=None)
@given(PLAIN, st.sampled_from([0, 2, 4]), st.sampled_from([2, 4]))
def test_what_needs_no_thought_is_written_as_the_dumper_writes_it(
    value: dict[str, Any], column: int, step: int
) -> None:
    wide = max(80 - column, 40)
    told = writer._dump(value, width=wide, step=step, is_flow=False)  # noqa: SLF001
    assert dump_fragment(value, column, step) == writer._indented(told, column)  # noqa: SLF001
