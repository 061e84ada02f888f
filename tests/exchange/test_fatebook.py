"""An export from Fatebook: its CSV, that of a tournament and the JSON of its API."""

from __future__ import annotations

import datetime as dt
import json
from zoneinfo import ZoneInfo

import pytest

from scenarios.errors import ScenError
from tests.exchange.foreign import DATA, arrived, by_id, said, told

CSV = DATA / "fatebook.csv"
HEAD, FIRST = CSV.read_text().splitlines()[:2]


def test_an_outcome_before_its_resolve_by_has_no_day_where_the_file_tells_none() -> None:
    head = "Question title,Forecast created by,Forecast,Forecast created at,"
    head += "Question created at,Question resolve by,Resolution\n"
    row = "A?,Ann,0.3,2026-01-05 13:05:7,2026-01-04,2030-01-01,YES\n"
    (record,) = arrived("fatebook", head + row, "tournament.csv").records
    assert record.record["resolution"].keys() == {"outcome", "basis"}


def test_each_row_is_a_forecast_and_the_rows_of_a_question_are_one_scenario() -> None:
    found = arrived("fatebook", CSV)
    assert told(found) == []
    bridge, monday, friday, rule = by_id(found)
    assert said(found) == [
        (bridge, "forecaster-1", "2026-03-01 13:05", 0.7),
        (bridge, "forecaster-2", "2026-03-02 23:30", 0.4),
        (bridge, "forecaster-1", "2026-04-01 09:00", 0.85),
        (monday, "forecaster-1", "2026-03-03 10:00", 0.25),
        (friday, "forecaster-1", "2026-03-03 10:00", 0.75),
        (rule, "forecaster-2", "2026-03-04 10:00", 0.05),
    ]
    assert by_id(found)[bridge].record == {
        "title": "Will the bridge open in May 2026?",
        "question": "Will the bridge open in May 2026?",
        "resolution_criteria": "Opens to cars, says the city\n\nSee https://fatebook.io",
        "opened": dt.date(2026, 3, 1),
        "horizon": dt.date(2026, 5, 31),
        "tags": ["city", "roads"],
        "resolution": {
            "outcome": "occurred",
            "date": dt.date(2026, 5, 12),
            "recorded": dt.date(2026, 5, 12),
            "basis": "Resolved as YES at Fatebook; see https://fatebook.io",
        },
    }
    assert found.left_out == {"comments": 1}


def test_seconds_are_not_padded_and_a_time_is_local() -> None:
    found = arrived("fatebook", CSV, timezone=ZoneInfo("America/New_York"))
    assert f"{found.forecasts[0].timestamp:%H:%M:%S %z}" == "13:05:07 -0500"
    assert f"{found.forecasts[2].timestamp:%H:%M:%S %z}" == "09:00:05 -0400"


def test_what_a_question_is_called_does_not_depend_on_the_zone() -> None:
    found = arrived("fatebook", CSV, timezone=ZoneInfo("America/New_York"))
    assert by_id(found).keys() == by_id(arrived("fatebook", CSV)).keys()


def test_options_of_which_one_is_right_are_a_set() -> None:
    found = arrived("fatebook", CSV)
    options = [one for one in found.records if "set" in one.record]
    assert [(one.title, one.record["resolution"]["outcome"]) for one in options] == [
        ("Monday: Which day will it be?", "did-not-occur"),
        ("Friday: Which day will it be?", "occurred"),
    ]
    assert [*found.sets.values()] == ["Which day will it be?"]


def test_options_of_which_two_are_right_or_none_are_scenarios_of_their_own() -> None:
    text = CSV.read_text().replace('"NO",2026-03-30', '"YES",2026-03-30')
    assert arrived("fatebook", text).sets == {}
    text = CSV.read_text().replace('"YES",2026-03-30', '"NO",2026-03-30')
    assert arrived("fatebook", text).sets == {}


def test_the_file_of_a_tournament_has_six_columns_less_and_its_name_is_a_tag() -> None:
    found = arrived("fatebook", DATA / "fatebook-tournament.csv")
    assert [(one.title, one.record["tags"]) for one in found.records] == [
        ("Will the bridge open in May 2026?", ["spring-2026"]),
        ("Will the fair be held?", ["spring-2026"]),
    ]
    assert found.records[0].record["resolution"]["outcome"] == "annulled"


def test_a_question_has_one_name_in_both_files() -> None:
    tournament = by_id(arrived("fatebook", DATA / "fatebook-tournament.csv"))
    assert len(by_id(arrived("fatebook", CSV)).keys() & tournament.keys()) == 1


def test_the_json_of_the_api_has_the_site_s_own_ids() -> None:
    found = arrived("fatebook", DATA / "fatebook.json")
    assert told(found) == []
    assert [*by_id(found)] == [
        "clq0bridge0001",
        "clq0days000002/The roof",
        "clq0days000002/The floor",
    ]
    assert found.sets == {}  # its answers do not exclude one another
    assert said(found) == [
        ("clq0bridge0001", "forecaster-1", "2026-03-01 23:30", 0.7),
        ("clq0bridge0001", "u2", "2026-03-02 13:05", 0.4),
        ("clq0days000002/The roof", "forecaster-1", "2026-03-03 10:00", 0.6),
    ]
    assert found.left_out == {
        "comments": 1,
        "forecasts that are hidden": 1,
        "quantity questions": 1,
    }
    assert found.records[0].address == "https://fatebook.io/q/clq0bridge0001"


def test_options_of_a_question_that_is_ambiguous_are_annulled_though_each_says_no() -> None:
    options = [{"id": id, "text": id.upper(), "resolution": "NO"} for id in "ab"]
    question = {
        "id": "q",
        "title": "Which?",
        "createdAt": "2026-03-01",
        "resolveBy": "2026-04-01",
        "resolution": "AMBIGUOUS",
        "options": options,
    }
    found = arrived("fatebook", json.dumps(question))
    outcomes = [one.record["resolution"]["outcome"] for one in found.records]
    assert outcomes == ["annulled", "annulled"]
    assert len(found.sets) == 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("0.7,", "1.7,", "Forecast (scale = 0-1): '1.7' is not a probability from 0 to 1"),
        ("0.7,", "NaN,", "'NaN' is not a probability"),
        ("13:05:7", "25:05:7", "Forecast created at: '2026-03-01 25:05:7' is not in the calendar"),
        ("2026-03-01 13:04:59", "1 March", "Question created at: '1 March' is not a time"),
        ('"YES"', '"MAYBE"', "Resolution: 'MAYBE' is not YES, NO or AMBIGUOUS"),
        ("2026-05-31 00:00:0", "", "Question resolve by: '' is not a time"),
        (',"city; roads"', "", "16 cells, and the head has 17 columns"),
    ],
)
def test_what_cannot_be_taken_is_named_with_row_and_column(old: str, new: str, says: str) -> None:
    found = arrived("fatebook", f"{HEAD}\n{FIRST.replace(old, new)}\n", "f.csv")
    assert told(found)[0].startswith("f.csv:2")
    assert says in told(found)[0]
    assert found.forecasts == ()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (HEAD.replace("Question created at,", "") + "\na\n", "no column 'Question created at'"),
        (HEAD.replace("Forecast (scale = 0-1)", "Odds") + f"\n{FIRST}\n", "no column 'Forecast"),
        ('{"items": [{"id": "a"', "not JSON"),
        ("[" * 100_000, "nested too deep"),
        ('[{"forecast": NaN}]', "NaN is not a number of JSON"),
        ("", "there is nothing in it"),
        (f"{HEAD}\n{FIRST}\n".encode("utf-16"), "utf-16"),
        (f"{HEAD}\n{FIRST}\n".replace("bridge", "br\xfccke").encode("latin-1"), "byte 0x|0xfc"),
    ],
)
def test_a_file_that_is_no_export_is_refused_in_one_sentence(
    content: str | bytes, says: str
) -> None:
    with pytest.raises(ScenError, match=says) as caught:
        arrived("fatebook", content, "f")
    assert str(caught.value).startswith("f")
    assert "\n" not in str(caught.value)


def test_a_question_of_the_json_without_an_id_is_called_as_in_the_csv() -> None:
    question = {
        "title": "Will the bridge open in May 2026?",
        "createdAt": "2026-03-01T13:04:59.120Z",
        "resolveBy": "2026-05-31",
    }
    (one,) = by_id(arrived("fatebook", json.dumps({"items": [question]})))
    assert one in by_id(arrived("fatebook", CSV))


def test_items_that_are_no_questions_are_named() -> None:
    found = arrived("fatebook", '{"items": [1, {"id": "a"}], "nextCursor": 5}')
    says = "not a question with a title"
    assert told(found) == [f"file:1: {says}", f"file:2: {says}"]


def test_a_question_has_one_id_whatever_time_zone_is_wanted() -> None:
    rows = (
        "Question title,Forecast created by,Forecast created at,Forecast (scale = 0-1),"
        "Question created at,Question resolve by,Question notes,Resolution,Resolved at,"
        "Question tags,Question comments,Multiple choice option\n"
        "A?,Ann,2026-03-01T23:30:00Z,0.5,2026-03-01T23:30:00Z,2026-05-31,,,,,,\n"
    )
    item = '[{"title": "A?", "createdAt": "2026-03-01T23:30:00Z", "resolveBy": "2026-05-31"}]'
    for content in (rows, item):
        zones = (ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York"))
        found = [arrived("fatebook", content, timezone=zone) for zone in zones]
        assert [told(one) for one in found] == [[], []]
        assert len({id for one in found for id in by_id(one)}) == 1
