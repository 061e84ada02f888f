"""The JSON of PredictionBook."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from scenarios.errors import ScenError
from tests.exchange.foreign import DATA, arrived, by_id, said, told

FILE = DATA / "predictionbook.json"


def with_first(**changed: Any) -> str:
    content = json.loads(FILE.read_text())
    content["predictions"][0] |= changed
    return json.dumps(content)


def test_what_was_judged_before_its_deadline_was_known_at_the_last_response() -> None:
    said = '{"confidence": 60, "created_at": "2026-01-05", "user_label": "Ann"}'
    for responses, known in (("", "2026-01-01"), (said, "2026-01-05")):
        text = (
            '{"predictions": [{"description": "It rains", "created_at": "2026-01-01",'
            f' "deadline": "2030-01-01", "outcome": true, "responses": [{responses}]}}]}}'
        )
        (record,) = arrived("predictionbook", text).records
        assert str(record.record["resolution"]["date"]) == known


def test_a_prediction_is_a_scenario_and_a_response_with_a_confidence_a_forecast() -> None:
    found = arrived("predictionbook", FILE)
    assert told(found) == []
    assert by_id(found)["201"].record == {
        "title": "The bridge opens in May 2026",
        "question": "The bridge opens in May 2026",
        "opened": dt.date(2026, 3, 1),
        "horizon": dt.date(2026, 5, 31),
        "resolution": {
            "outcome": "occurred",
            "date": dt.date(2026, 5, 12),
            "recorded": dt.date(2026, 5, 12),
            "basis": "Judged right at PredictionBook;"
            " see https://predictionbook.com/predictions/201",
        },
    }
    assert found.records[0].address == "https://predictionbook.com/predictions/201"
    assert said(found) == [
        ("201", "forecaster-1", "2026-03-01 13:04", 0.7),
        ("201", "forecaster-2", "2026-03-02 23:30", 0.55),
        ("202", "forecaster-1", "2026-03-01 13:04", 1.0),
        ("203", "forecaster-1", "2026-03-04 09:00", 0.05),
    ]
    assert found.left_out == {"comments": 2}


def test_what_was_withdrawn_is_annulled_and_what_is_not_judged_is_open() -> None:
    found = by_id(arrived("predictionbook", FILE))
    assert found["203"].record["resolution"]["outcome"] == "annulled"
    assert "resolution" not in found["204"].record


def test_an_outcome_is_not_known_before_the_last_response_to_it() -> None:
    assert by_id(arrived("predictionbook", FILE))["202"].record["resolution"] == {
        "outcome": "did-not-occur",
        "date": dt.date(2026, 4, 30),  # the deadline: the file has not changed since it was made
        "recorded": dt.date(2026, 4, 30),
        "basis": "Judged wrong at PredictionBook; see https://predictionbook.com/predictions/202",
    }


def test_a_day_that_is_not_the_file_s_is_told_with_the_first_ids() -> None:
    lacking = " judged on a day that the file lacks: dated to the deadline or last response "
    found = arrived("predictionbook", FILE)
    assert found.remarks == (f"1 question{lacking}(202)",)
    stated = [id for id, one in by_id(found).items() if "resolution" in one.record]
    assert stated == ["201", "202", "203"]
    predictions = json.loads(FILE.read_text())["predictions"]
    many = [{**predictions[1], "id": number} for number in range(1, 6)]
    found = arrived("predictionbook", json.dumps(many))
    assert found.remarks == (f"5 questions{lacking}(1, 2, 3, …)",)
    for changed in (None, "2027-01-01"):  # not said, or still to come
        told_of = arrived("predictionbook", with_first(updated_at=changed)).remarks
        assert told_of == (f"2 questions{lacking}(201, 202)",)


def test_a_list_of_predictions_comes_in_and_so_does_one_alone() -> None:
    predictions = json.loads(FILE.read_text())["predictions"]
    assert len(arrived("predictionbook", json.dumps(predictions)).records) == 4
    assert len(arrived("predictionbook", json.dumps(predictions[0])).records) == 1


def test_a_prediction_without_an_id_is_known_by_what_it_says() -> None:
    found = arrived("predictionbook", with_first(id=None, uuid=None))
    assert found.records[0].address == "https://predictionbook.com/predictions"
    (again,) = {*by_id(found)} - {"202", "203", "204"}
    assert again in by_id(arrived("predictionbook", with_first(id=None, uuid=None, outcome=None)))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (with_first(outcome="maybe"), "file:1: outcome: 'maybe' is not true, false or null"),
        (with_first(deadline=None), "file:1: deadline: '' is not a time"),
        (with_first(description=" "), "file:1: not a prediction with a description"),
        (
            with_first(responses=[{"confidence": 101, "created_at": "2026-03-01"}]),
            "file:1:1: responses.confidence: 101 is not a probability from 0 to 100",
        ),
        (
            with_first(responses=[{"confidence": 10, "created_at": "in March"}]),
            "file:1:1: responses.created_at: 'in March' is not a time",
        ),
    ],
)
def test_what_cannot_be_taken_is_named_with_its_place(content: str, says: str) -> None:
    assert told(arrived("predictionbook", content))[0].startswith(says)


@pytest.mark.parametrize("content", ["", "[", '"a"', "[1" + ",1" * 5_000_000 + "]"])
def test_a_file_of_another_shape_is_refused(content: str) -> None:
    with pytest.raises(ScenError):
        arrived("predictionbook", content)
