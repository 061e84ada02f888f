"""A matrix of PARC ACH."""

from __future__ import annotations

import datetime as dt
import gzip
import tracemalloc

import pytest

from scenarios.errors import ScenError
from scenarios.exchange.arrivals import ForeignId
from tests.exchange.foreign import DATA, arrived, by_id, told

FILE = DATA / "matrix.achz"
XML = gzip.decompress(FILE.read_bytes()).decode("utf-16")
PROJECT = "why-the-line-is-closed"
REPAIR, FAULT, STRIKE = (
    ForeignId("achz", f"{PROJECT}/{text}")
    for text in ("A repair that was planned", "A fault of the signals", "A strike")
)


def packed(text: str, encoding: str = "utf-16") -> bytes:
    return gzip.compress(text.encode(encoding), mtime=0)


def test_hypotheses_are_the_scenarios_of_a_set() -> None:
    found = arrived("achz", FILE)
    assert told(found) == []
    assert found.sets == {PROJECT: "Why the line is closed"}
    scenarios = [one for one in found.records if one.kind == "scenario"]
    assert [one.foreign for one in scenarios] == [REPAIR, FAULT, STRIKE]
    assert scenarios[0].record == {
        "title": "A repair that was planned",
        "question": "Which hypothesis is right? A repair that was planned",
        "resolution_criteria": "The hypothesis is right: A repair that was planned",
        "set": PROJECT,
    }
    assert scenarios[0].assumed == {
        "opened": dt.date(2026, 3, 1),
        "horizon": dt.date(2027, 3, 1),
    }
    assert found.remarks[0] == (
        "the file names no horizon: 2027-03-01 stands in each, a year after 2026-03-01"
    )


def test_an_item_is_evidence_whose_ratings_stand_in_the_order_of_the_hypotheses() -> None:
    found = [one for one in arrived("achz", FILE).records if one.kind == "evidence"]
    assert found[0].record == {
        "summary": "The closure was announced a month before",
        "observed": "2026-03-01",
        "recorded": dt.date(2026, 3, 1),
        "url": "https://example.org/closure",
        "ratings": {REPAIR: "CC", FAULT: "I", STRIKE: "II"},
        "notes": "On the operator’s page\nType: Open source\nCredibility: HIGH\n"
        "Relevance: MEDIUM\nCode: A1",
    }
    assert found[1].record["ratings"] == {REPAIR: "C", FAULT: "C", STRIKE: "I"}


def test_what_is_not_applicable_or_blank_is_not_rated() -> None:
    found = [one for one in arrived("achz", FILE).records if one.kind == "evidence"]
    assert found[2].record["ratings"] == {REPAIR: "N", STRIKE: "II"}
    assert "ratings" not in found[3].record


def test_an_item_without_a_date_is_of_the_last_day_in_the_file_and_says_so() -> None:
    found = arrived("achz", FILE)
    item = [one for one in found.records if one.kind == "evidence"][2]
    assert item.assumed["observed"] == "2026-03-04"
    assert "Date: none in the ACH file" in item.record["notes"]
    assert "2 items have no date in the file: taken as 2026-03-04" in found.remarks[1]


def test_its_text_may_be_of_any_utf_and_it_need_not_be_packed() -> None:
    whole = by_id(arrived("achz", FILE))
    for content in (
        *(packed(XML, encoding) for encoding in ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be")),
        XML.encode("utf-16"),
        packed(XML.replace("<?xml", "<!-- an old one --><?xml").partition("?>")[2]),
        packed(XML.replace("MATRIX>", "matrix>").replace("<NAME>", "<NAME lang='en'>")),
    ):
        assert by_id(arrived("achz", content)).keys() == whole.keys()


def test_what_was_seen_long_ago_has_its_day() -> None:
    text = XML.replace("<DATE>1772407800000", "<DATE>-886978800000")
    item = next(one for one in arrived("achz", packed(text)).records if one.kind == "evidence")
    assert item.record["observed"] == "1941-11-23"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("C C,I,I I", "C C,I", "file:4: VALUES: 2 ratings for 3 hypotheses"),
        ("C C,I,I I", "C C,I,VI", "file:4: VALUES: 'VI' is not II, I, N, C, CC or NA"),
        ("<DATE>17724078", "<DATE>99917724078", "file:4: DATE: '99917724078"),
        ("<DATE>17724078", "<DATE>March", "is not a number of milliseconds since 1970"),
        ("The closure was announced a month before", "", "file:4: NAME: empty"),
    ],
)
def test_what_cannot_be_taken_is_named_with_its_place(old: str, new: str, says: str) -> None:
    assert says in told(arrived("achz", packed(XML.replace(old, new, 1))))[0]


BILLION = "".join(
    f'<!ENTITY {name} "{before * 10}">'
    for name, before in zip("abcdefghi", ["lol", *(f"&{n};" for n in "abcdefgh")], strict=True)
)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (packed(f"<!DOCTYPE A [{BILLION}]><A>&i;</A>"), "it defines XML entities"),
        (
            packed('<!DOCTYPE A [<!ENTITY x SYSTEM "file:///etc/passwd">]><A>&x;</A>'),
            "it defines XML entities",
        ),
        (packed("<A><HYPOTHESIS>"), "not XML"),
        (packed("<A/>"), "it has fewer than two HYPOTHESIS"),
        (packed("<A>" + "<HYPOTHESIS/>" * 2 + "</A>"), "a HYPOTHESIS has no NAME"),
        (packed("<a/>" * 200_001), "more than 200,000 tags"),
        (packed(XML)[:-30], "a broken gzip"),
        (b"\x1f\x8bnothing", "a broken gzip"),
        (packed(XML, "utf-16")[:20], "a broken gzip"),
        (b"\xff\xff\xff", "its text is not UTF-8"),
    ],
    ids=range(10),
)
def test_a_file_that_is_no_matrix_is_refused_in_one_sentence(content: bytes, says: str) -> None:
    with pytest.raises(ScenError, match=says) as caught:
        arrived("achz", content)
    assert str(caught.value).startswith("file: ")


def test_a_bomb_is_refused_before_it_fills_the_memory() -> None:
    bomb = gzip.compress(b"<" * (50 << 20), mtime=0)
    tracemalloc.start()
    with pytest.raises(ScenError, match="it unpacks to more than 8 MiB"):
        arrived("achz", bomb)
    assert tracemalloc.get_traced_memory()[1] < 40 << 20
    tracemalloc.stop()
