"""The fan of a quantity, and its rows as questions with a yes or a no."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.model import Database
from scenarios.model.quantity import MeasuredQuantity
from scenarios.render.charts.fan import QuantityFan, value_scale
from scenarios.render.document import Chart, plain
from scenarios.render.drawing import draw
from scenarios.render.pictures_of_quantities import quantity_picture
from tests.analysis.test_quantities import AS_OF, OPENED, by_date, ended, example
from tests.render.drawings import elements, outside, overlaps, texts
from tests.render.strategies import fans

SINCE = date(2024, 11, 1)


def chart(database: Database, id: str = "trade-2024", on: date = AS_OF) -> Chart:
    return quantity_picture(DailyLedgers(database), id, SINCE, on, 60)


def ticks(low: float, high: float, **keys: Any) -> list[str]:
    fan: QuantityFan = chart(example()).drawing
    days = (replace(fan.days[0], low=low, implied=low, high=high),)
    asked = replace(fan, days=days, thresholds=(), estimates=(), value=None, **keys)
    scale = value_scale(asked, 260, 0)
    return [scale.label(value) for value in scale.ticks()]


def test_a_fan_says_what_we_and_the_evidence_say_and_from_what() -> None:
    drawn = chart(example())
    assert drawn.label == (
        "Trade in 2024 in billion dollars: we say 240 (229 to 253), from 243; "
        "the evidence 242 (222 to 267)."
    )
    words = texts(draw(drawn.drawing))
    for expected in ("220", "240", "260", "242 evidence", "222 to 267", "240 we say", "east"):
        assert expected in words
    assert [plain(row[0]) for row in drawn.table.rows if isinstance(row, tuple)] == [
        *("2024-12-01", "2024-11-02", "2024-11-01", "2024-10-14", "2024-07-12"),
        *("2024-02-07", "2024-01-15"),
    ]
    newest = drawn.table.rows[0]
    assert isinstance(newest, tuple)
    assert plain(newest[3]) == "·······|─────●×─────|──···"


def test_a_value_is_a_line_with_its_day_and_later_stands_at_the_edge() -> None:
    known = chart(example(resolution=ended(244.8, "2024-11-20")))
    assert known.drawing.end == "244.8 billion dollars, 20 Nov 2024"
    assert known.label.endswith("244.8 billion dollars, 20 Nov 2024.")
    assert known.drawing.value == 244.8
    none = chart(example(resolution=ended(None, "2024-11-20")))
    assert (none.drawing.end, none.drawing.value) == ("annulled, 20 Nov 2024", None)
    later = chart(by_date(resolution=ended("later", "2025-03-01")), "q", date(2025, 4, 1))
    assert (later.drawing.end, later.drawing.value) == ("later", later.drawing.latest.toordinal())
    came = chart(by_date(resolution=ended("2024-06-30", "2024-07-02")), "q", date(2024, 8, 1))
    assert (came.drawing.end, came.drawing.days[-1].day) == ("30 Jun 2024", date(2024, 6, 29))
    for drawn in (known, none, later, came):
        assert drawn.drawing.end in texts(draw(drawn.drawing))


def test_a_row_is_drawn_as_a_question_with_a_yes_or_a_no() -> None:
    drawn = chart(example(), "trade-2024/240")
    assert drawn.label == (
        "Trade in 2024: over 240 billion dollars: our figure fell from 64% to 50% since "
        "1 November 2024; the evidence 54%, unchanged since 1 November 2024."
    )
    over = chart(example(resolution=ended(244.8, "2024-11-20")), "trade-2024/240")
    assert over.drawing.outcome.label == "occurred 20 Nov 2024"
    passed = chart(by_date(), "q/2024-06-30", date(2024, 8, 1))
    assert passed.drawing.outcome.label == "did not occur 30 Jun 2024"
    assert chart(by_date(), "q/2024-12-31", date(2024, 8, 1)).drawing.outcome is None


@pytest.mark.parametrize(
    ("low", "high", "keys", "labels"),
    [
        (200, 280, {}, "200 220 240 260 280"),
        (-3, 2.5, {}, "-2 0 2"),
        (0.01, 50, {"is_log": True}, "0.01 0.02 0.05 0.1 0.2 0.5 1 2 5 10 20 50"),
        (20, 60, {"is_log": True}, "20 30 40 50 60"),
        (5, 5, {}, "4.8 4.9 5 5.1 5.2"),
        (5, 5, {"is_log": True}, "4 6 8 10"),
    ],
)
def test_an_axis_of_values_has_round_ones(low: float, high: float, keys: Any, labels: str) -> None:
    assert " ".join(ticks(low, high, **keys)).startswith(labels)


def test_an_axis_of_days_ends_at_the_horizon_with_later() -> None:
    words = texts(draw(chart(by_date(), "q", date(2024, 5, 1)).drawing))
    assert "later" in words
    assert "30 Jun 2024" in words
    assert "later evidence" in words


def test_of_a_log_scale_equal_factors_are_as_far_apart() -> None:
    quantity = MeasuredQuantity("number", None, "log", (10.0,))
    prior = {"p10": 1.0, "p50": 10.0, "p90": 100.0}
    fan = chart(example(quantity=quantity, prior=prior), "trade-2024", OPENED).drawing
    scale = value_scale(fan, 260, 0)
    low, middle, high = map(scale.position, (1.0, 10.0, 100.0))
    assert low - middle == pytest.approx(middle - high)


def test_marks_lead_to_the_rows_of_the_table_where_there_is_a_page() -> None:
    fan: QuantityFan = chart(example()).drawing
    places = {mark.anchor: f"#{mark.anchor}" for mark in fan.estimates}
    marks = elements(draw(fan, places=places), **{"class": "mark"})
    assert [mark.get("href") for mark in marks] == [
        "#d-trade-2024-2024-11-01",
        "#d-trade-2024-2024-11-02",
    ]
    assert elements(draw(fan, narrow=True, places=places), **{"class": "mark"}) == []


@given(fans(), st.booleans())
def test_no_label_of_a_fan_covers_another_or_is_cut_off(data: QuantityFan, narrow: bool) -> None:
    drawn = draw(data, narrow=narrow)
    assert overlaps(drawn) == []
    assert outside(drawn) == []
