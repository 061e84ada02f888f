"""What docs/security.md says is what tests show: each of its sentences names one that is there.

A name is `tests/FILE.py::test_name`, a transcript, or, in a row of the table, a file or folder of
tests. Sentences come and go; what holds of each is here.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
PAGE = (TOP / "docs/security.md").read_text()
PARTIES = (
    *("A clone", "A local user without the token", "A colleague, or", "A feed of events"),
    *("Who proposes into the inbox", "A feed of news", "An agent at", "A colleague's branch"),
)
_NAMED = re.compile(r"`(tests/[^`:]*)(?:::([^`]*))?`")
_NAMED_IN_TEXT = re.compile(r"`(test_\w+)`")


def part(title: str) -> str:
    """The text below a heading of the second level."""
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def sentences() -> list[str]:
    """What each party can do and cannot, with the names of the tests."""
    return re.findall(r"^- (.*(?:\n  .*)*)", part("Who can do what"), re.MULTILINE)


def rows() -> list[str]:
    """The promises, each a row of the table with its tests in the last cell."""
    return re.findall(r"^\| \*\*.*", part("What is promised"), re.MULTILINE)


@cache
def names_in(file: str) -> frozenset[str]:
    """The tests at the top of a file."""
    tree = ast.parse((TOP / file).read_text())
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    return frozenset(node.name for node in functions if node.name.startswith("test_"))


def fault(file: str, name: str) -> str:
    """What is wrong with a named test; empty if pytest runs it."""
    place = TOP / file
    if name:
        is_there = file.endswith(".py") and place.is_file() and name in names_in(file)
        return "" if is_there else f"there is no {file}::{name}"
    if place.is_dir():
        has_tests = any(place.rglob("test_*.py")) or "transcripts" in place.parts
        return "" if has_tests and any(place.iterdir()) else f"{file} has no tests"
    if file.endswith(".txt"):  # a transcript's first line says what it shows
        is_run = file.startswith("tests/transcripts/") and place.is_file()
        return "" if is_run and place.read_text()[0] not in "$|!<?" else f"no {file}"
    return "" if place.is_file() and names_in(file) else f"{file} has no tests"


def test_each_sentence_about_a_party_names_a_test_or_a_transcript() -> None:
    text = part("Who can do what")
    assert len(sentences()) == text.count("\n- ") > 0
    for sentence in sentences():
        assert re.match(r"(It|They) (can|cannot) ", sentence), sentence
        named = _NAMED.findall(sentence)
        assert named, sentence
        assert all(name or file.endswith(".txt") for file, name in named), sentence


def test_beside_its_sentences_the_part_about_the_parties_says_nothing() -> None:
    """No claim stands outside a sentence that names its test."""
    text = re.sub(r"^- .*(?:\n  .*)*\n|^### .*\n", "", part("Who can do what"), flags=re.MULTILINE)
    (words,) = filter(None, (line.strip() for line in text.splitlines()))
    assert words == "Each sentence names its test, or a transcript whose first line says the same."


def test_of_each_party_it_says_what_it_can_and_what_it_cannot() -> None:
    parties = part("Who can do what").split("\n### ")[1:]
    assert [party.startswith(name) for party, name in zip(parties, PARTIES, strict=True)] == [
        True
    ] * len(PARTIES)
    for party in parties:
        assert re.search(r"^- (It|They) can ", party, re.MULTILINE), party
        assert re.search(r"^- (It|They) cannot ", party, re.MULTILINE), party


def test_each_promise_names_in_its_last_cell_where_it_is_tested() -> None:
    assert len(rows()) == len(re.findall(r"^\|", part("What is promised"), re.MULTILINE)) - 2 > 10
    for row in rows():
        *_, promise, cell = row.strip("| ").split(" | ")
        assert _NAMED.findall(cell), promise
        assert re.sub(r"`[^`]*`|[, ]", "", cell) == "", cell


@pytest.mark.parametrize("text", [*sentences(), *rows()], ids=lambda text: text[:60])
def test_each_test_that_a_sentence_or_a_promise_names_is_run(text: str) -> None:
    named = _NAMED.findall(text)
    assert [words for file, name in named if (words := fault(file, name))] == []
    files = [file for file, _ in named if file.endswith(".py")]
    for name in _NAMED_IN_TEXT.findall(text):
        assert any(name in names_in(file) for file in files), name


def test_no_other_test_is_named_on_the_page() -> None:
    places = "\n".join([*sentences(), *rows()])
    assert _NAMED.findall(PAGE) == _NAMED.findall(places)
    assert PAGE.count("`tests/") == len(_NAMED.findall(PAGE))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("tests/test_security.py", "test_that_is_not_there"),
        ("tests/test_security.py", "fault"),
        ("tests/no_such_file.py", "test_a"),
        ("tests/no_such_file.py", ""),
        ("tests/full.py", ""),
        ("tests/data/", ""),
        ("tests/transcripts/no.txt", ""),
        ("tests/analysis/faults.txt", ""),
    ],
)
def test_a_name_that_runs_nothing_is_found(file: str, name: str) -> None:
    assert fault(file, name)
