"""What is written is tidy, and reads back as it was."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.storage.yaml.reader import read
from scenarios.storage.yaml.writer import dump, dump_flow, dump_fragment

CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(
    "\n  \n:#-'\"|>&*!%@`,[]{}?=~0123456789._eExonyNO\t\u2028\ufeff"
)
TEXTS = (
    st.text(CHARACTERS, max_size=200)
    | st.lists(st.text(CHARACTERS, min_size=1, max_size=12), max_size=40).map(" ".join)
    | st.sampled_from(["NO", "12:30", "1e5", "0x1F", "", "null", "2022-01-01", "---", "...", "<<"])
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**90), 10**90)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
VALUES: Any = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def test_a_file_is_tidy() -> None:
    value = {
        "summary": "Putin and Xi meet in Beijing and declare a friendship without limits",
        "observed": date(2022, 2, 4),
        "recorded": "2022-02-07",
        "month": "2021-12",
        "url": "https://example.org/" + "a" * 70,
        "ratings": {"deeper-alignment": "CC", "rupture": 0.1, "größer 😀": None},
        "corroborated_by": ["2022-02-04-a", "2022-02-04-b"],
        "question": "Will a treaty be in force on 2030-12-31 that obliges each side to give "
        "military assistance if the other is attacked?  One of them: yes",
        "notes": "One paragraph\n\nAnd another",
        "quote": "kept\n",
        "clarifications": [{"date": "2022-03-01", "text": "it's #1"}],
        "nested": [[1, [2]], [], {}],
    }
    text = """\
# yaml-language-server: $schema=../schema/evidence.schema.json
summary: Putin and Xi meet in Beijing and declare a friendship without limits
observed: 2022-02-04
recorded: 2022-02-07
month: 2021-12
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
"""
    assert dump(value, "../schema/evidence.schema.json") == text
    assert read("f", text.encode()) == ({**value, "observed": "2022-02-04"}, [])


@pytest.mark.parametrize(
    "text",
    [
        *("NO", "no", "yes", "On", "off", "true", "null", "~", "12:30", "1_000", "0123", "089"),
        *("7", "1.5", "1e5", "0o7", "0x1F", "0b1", ".5", "5.", ".inf", ".nan", "<<", "="),
        "2022-02-04T10:00:00Z",
    ],
)
def test_what_a_reader_would_take_for_something_else_is_quoted(text: str) -> None:
    assert dump_fragment({"a": text}) == f"a: '{text}'\n"
    assert yaml.safe_load(dump_fragment({"a": text})) == {"a": text}


@pytest.mark.parametrize(
    "text", ["N", "y", "2022-02-04", "2021-12", "B2", "v1.2.3", "größer", "😀"]
)
def test_a_plain_text_stays_plain(text: str) -> None:
    assert dump_fragment({"a": text}) == f"a: {text}\n"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.8, "0.8"),
        (5.0, "5.0"),
        (5, "5"),
        (-0.0, "-0.0"),
        (1e-05, "1.0e-05"),
        (1e22, "1.0e+22"),
        (True, "true"),
    ],
)
def test_numbers_are_short(number: float, text: str) -> None:
    assert dump_fragment({"a": number}) == f"a: {text}\n"


def test_what_folding_would_change_is_double_quoted() -> None:
    texts = {
        "lines at the end": "x\n\n",
        "blank before a break": "x \ny",
        "blank at the start": " x\ny",
        "line separator": "x\u2028y\n",
        "tab": "x\ty",
        "mark": "\ufeff",
    }
    assert dump_fragment(texts) == (
        'lines at the end: "x\\n\\n"\n'
        'blank before a break: "x \\ny"\n'
        'blank at the start: " x\\ny"\n'
        'line separator: "x\\u2028y\\n"\n'
        'tab: "x\\ty"\n'
        'mark: "\\ufeff"\n'
    )


def test_a_fragment_starts_at_its_column() -> None:
    assert dump_fragment({"a": {"b": [1]}, "c": "x\n\ny"}, column=4, step=3) == (
        "    a:\n       b:\n          - 1\n    c: |-\n       x\n\n       y\n"
    )
    assert dump_fragment([{"a": 1, "b": 2}], column=2) == "  - a: 1\n    b: 2\n"


def test_a_flow_value_is_one_line() -> None:
    assert dump_flow({"a": ["x: y", "b\nc", "d, e"], "f": {}}) == (
        """{a: ['x: y', "b\\nc", 'd, e'], f: {}}"""
    )
    assert dump_flow("long prose " * 20) == "'" + "long prose " * 20 + "'"


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_a_file_reads_back_as_it_was(value: dict[str, Any]) -> None:
    text = dump(value, "x.json")
    assert read("f", text.encode()) == (value, [])
    assert repr(read("f", text.encode())[0]) == repr(value)  # 1 is not 1.0, nor is it True


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=3), st.integers(0, 9), st.integers(2, 8))
def test_fragments_read_back_as_they_were(value: Any, column: int, step: int) -> None:
    assert read("f", dump_fragment(value, column, step).encode()) == (value, [])
    assert read("f", dump_fragment([value], column, step).encode()) == ([value], [])
    assert "\n" not in dump_flow(value)
    assert read("f", dump_flow(value).encode()) == (value, [])


WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=60).map(" ".join), st.integers(0, 9))
def test_no_line_of_prose_is_longer_than_the_page(text: str, column: int) -> None:
    lines = dump_fragment({"a": text}, column).split("\n")
    assert max(len(line) for line in lines) <= 80
