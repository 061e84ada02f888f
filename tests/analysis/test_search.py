from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from scenarios.analysis.evidence.knowledge import known_on
from scenarios.analysis.review.listing import ListFilter
from scenarios.analysis.review.search import SearchResult, excerpt, search, words_of
from scenarios.errors import At, Keys
from scenarios.model import Database, Kind, Source, Tracker
from scenarios.text import unaccented
from tests.analysis.test_quantities import AS_OF, example
from tests.analysis.test_quantities import sheet as estimate
from tests.records import database, day, indicator, item, scenario, sheet, sheets

NOW = day(20)
DESK = database(
    Tracker(title="Alignment", themes={"gas": "Gas and pipelines"}),
    scenarios={
        "pact": scenario(tags=("military",), indicators={"talks": indicator({"pact": "C"})}),
        "rift": scenario(opened=day(21)),
    },
    evidence={
        "a": item(day(3), ratings={"pact": "C"}, notes="Seen in Łódź", source="kremlin"),
        "b": item(day(5), quote="Talks, talks, talks", indicators={"pact/talks": "observed"}),
        "c": item(day(21), notes="Talks to come"),
    },
    sheets=sheets(
        sheet(day(4), {"pact": 0.5, "gone": 0.2}, rationales={"pact": "Talks in Łódź"}),
        sheet(day(21), {"pact": 0.6}, rationales={"pact": "Talks are over"}),
    ),
    sources={
        "kremlin": Source(name="The Kremlin", reliability="C"),
        "wire": Source(name="A wire of talks", reliability="F"),
    },
)


def locate(kind: Kind, id: str, keys: Keys, at: At, _: Sequence[str]) -> tuple[str, int]:
    return f"{kind}/{id}", len(keys) if at == "value" else 0


def looked(text: str, db: Database = DESK, on: date = NOW, **keys: Any) -> SearchResult:
    options = {name: keys.pop(name) for name in ("what", "most") if name in keys}
    return search(known_on(db, on), words_of(text), ListFilter(**keys), locate, **options)


def ids(text: str, **keys: Any) -> list[str]:
    return [hit.id for hit in looked(text, **keys).hits]


def test_named_so_comes_first_then_the_newest() -> None:
    assert ids("talks") == ["wire", "pact/talks", "b", "2022-01-05-desk"]
    assert ids("TALKS lodz") == ["2022-01-05-desk"]
    assert ids("lodz seen") == ["a"]
    assert ids("nobody") == []


def test_what_is_known_later_is_not_found() -> None:
    assert {"c", "2022-01-22-desk"} <= {*ids("talks", on=day(21))}
    assert {"c", "2022-01-22-desk"}.isdisjoint(ids("talks"))
    assert ids("question criteria") == ["pact"]
    assert ids("question criteria", on=day(21)) == ["rift", "pact"]
    assert ids("alignment") == ids("pipelines") == ["tracker"]


def test_it_is_narrowed_by_kind_tag_source_and_days() -> None:
    assert ids("talks", what="evidence") == ["b"]
    assert ids("talks", tag="military") == ["pact/talks", "b", "2022-01-05-desk"]
    assert ids("seen", source="kremlin") == ["a"]
    assert ids("kremlin", source="kremlin") == ["kremlin", "a"]
    assert ids("talks", since=day(4)) == ["b", "2022-01-05-desk"]
    assert ids("talks", until=day(4)) == ["pact/talks", "2022-01-05-desk"]


def test_a_row_is_found_in_its_quantity_and_a_number_alone_names_no_threshold() -> None:
    records = msgspec.structs.replace(
        example(), sheets={"2024-11-01-east": estimate("2024-11-01", "east", p10=1, p90=2)}
    )

    def found(text: str, **wanted: Any) -> list[tuple[str, list[tuple[str, str]]]]:
        known, narrowed = known_on(records, AS_OF), ListFilter(**wanted)
        hits = search(known, words_of(text), narrowed, locate).hits
        return [(hit.id, [(place.key, place.text) for place in hit.places]) for hit in hits]

    row = [("trade-2024", [("quantity.thresholds.1", "trade-2024/240")])]
    assert found("trade-2024/240") == found("TRADE-2024/240") == row
    assert len(found("trade-2024/2")[0][1]) == 3
    assert found("240") == found("trade-2024/230") == []
    assert found("trade-2024") == [("trade-2024", [("id", "trade-2024")])]
    assert [id for id, _ in found("east", scenario="trade-2024")] == ["2024-11-01-east"]


def test_each_place_is_told_where_most_words_stand_first() -> None:
    (hit,) = looked("seen lodz", what="evidence").hits
    assert [(one.key, one.text, one.words, one.line) for one in hit.places] == [
        ("notes", "Seen in Łódź", ("seen", "lodz"), 1),
        ("summary", "Something was seen", ("seen",), 1),
    ]
    assert (hit.path, hit.day, hit.title) == ("evidence/a", day(3), "Something was seen")
    (hit,) = looked("talks", what="indicator").hits
    assert [(one.key, one.line) for one in hit.places] == [("id", 0)]


def test_of_many_the_first_are_shown_and_all_are_counted() -> None:
    made = looked("talks", most=1)
    assert (made.total, [hit.id for hit in made.hits]) == (4, ["wire"])


def test_an_excerpt_begins_before_the_word_and_is_short() -> None:
    assert excerpt("A\nshort   text", ["text"]) == "A short text"
    early, late = "Talks " + "and so on " * 30, "so on and " * 30 + "to Łódź"
    assert excerpt(early, ["talks"]) == f"{early[:160].strip()}…"
    assert excerpt(late, ["lodz"]).endswith(" so on and to Łódź")
    assert excerpt(late, ["lodz"]).startswith("…and so on")
    assert len(excerpt("好" * 500 + "很" + "好" * 500, ["很"])) == 162


def test_neither_case_nor_accents_count_and_other_scripts_keep_their_letters() -> None:
    assert unaccented("Straße ŁÓDŹ Đ Øre İzmir ﬁn") == "strasse lodz d ore izmir fin"
    assert unaccented("Ёлка Й") == "елка и"
    assert unaccented("北京 कि") == "北京 कि"
    assert words_of(" Nord  STREAM nord ") == ("nord", "stream")
    assert words_of("\u0301 \n") == ()
