"""What docs/security.md says is what tests show: each of its sentences names one that is there."""

from __future__ import annotations

import re
from pathlib import Path

TOP = Path(__file__).parents[1]
PAGE = (TOP / "docs/security.md").read_text()
PARTIES = (
    *("A clone", "A local user without the token", "A feed of events"),
    *("Who proposes into the inbox", "A feed of news", "An agent at", "A colleague's branch"),
)
_NAMED = re.compile(r"`(tests/[^`:]*)(?:::(\w+))?`")


def part(title: str) -> str:
    """The text below a heading of the second level."""
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def sentences() -> list[str]:
    """What each party can do and cannot."""
    return re.findall(r"^- (.*(?:\n  .*)*)", part("Who can do what"), re.MULTILINE)


def test_each_sentence_about_a_party_names_a_test_or_a_transcript() -> None:
    assert len(sentences()) == part("Who can do what").count("\n- ") > 0
    for sentence in sentences():
        assert re.match(r"(It|They) (can|cannot) ", sentence), sentence
        named = _NAMED.findall(sentence)
        assert named, sentence
        assert all(name or file.endswith(".txt") for file, name in named), sentence


def test_of_each_party_it_says_what_it_can_and_what_it_cannot() -> None:
    parties = part("Who can do what").split("\n### ")[1:]
    assert [party.startswith(name) for party, name in zip(parties, PARTIES, strict=True)] == [
        True
    ] * len(PARTIES)
    for party in parties:
        assert re.search(r"^- (It|They) can ", party, re.MULTILINE), party
        assert re.search(r"^- (It|They) cannot ", party, re.MULTILINE), party


def test_each_promise_names_where_it_is_tested() -> None:
    rows = re.findall(r"^\| \*\*.*", part("What is promised"), re.MULTILINE)
    assert len(rows) > 10
    assert [row for row in rows if not _NAMED.search(row)] == []


def test_each_test_that_the_page_names_is_there() -> None:
    for file, name in _NAMED.findall(PAGE):
        assert (TOP / file).exists(), file
        if name:
            assert f"\ndef {name}(" in (TOP / file).read_text(), name
    for row in re.findall(r"^\| \*\*.*", PAGE, re.MULTILINE):
        files = [path for path, _ in _NAMED.findall(row) if path.endswith(".py")]
        for name in re.findall(r"`(test_\w+)`", row):
            assert any(f"def {name}(" in (TOP / file).read_text() for file in files), name
