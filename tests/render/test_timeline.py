"""A scenario over time: its steps and slopes, what was seen and said, how it ended."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from scenarios.analysis.period.period import window
from scenarios.analysis.period.trajectory import curves
from scenarios.model import Database
from scenarios.render.charts import parts
from scenarios.render.charts.scale import DayScale
from scenarios.render.charts.timeline import ScenarioTimeline
from scenarios.render.document import Chart, plain
from scenarios.render.drawing import draw
from scenarios.render.pictures import timeline
from scenarios.render.svg import Drawing
from tests.records import (
    database,
    day,
    indicator,
    item,
    resolution,
    scenario,
    sheet,
)
from tests.render.drawings import elements, texts


def base(analysts: int = 1, **keys: Any) -> Database:
    said = {f"n{n}": sheet(day(5), {"a": 0.6}, analyst=f"n{n}") for n in range(analysts)}
    said["z"] = sheet(day(26), {"a": 0.8}, analyst="n0")
    evidence = {
        "d": replace(item(day(10), ratings={"a": 4.0}), summary="Seen first; with more"),
        "e": replace(item(day(10), ratings={"a": 2.0}), summary="Seen too"),
        "f": replace(item(day(25), indicators={"a/x": "observed"}), summary="Seen last"),
    }
    watched = {"x": indicator({"a": "I"}, due=day(28))}
    asked = scenario(0.5, indicators=watched, **keys)
    return database(scenarios={"a": asked}, evidence=evidence, sheets=said)


def chart(records: Database, number: int = 30) -> Chart:
    looked = window(records, day(number - 7), day(number), banded=True)
    [course] = curves(looked, ["a"], 60).values()
    return timeline(course, looked.views["a"], records, looked.since)


def marks(made: Drawing, name: str) -> list[tuple[str | None, str | None]]:
    """Where those of a class lead, and what they say."""
    return [(one.get("href"), one.findtext("title")) for one in elements(made, **{"class": name})]


def test_a_label_says_what_happened_since_when_and_how_it_ended() -> None:
    assert chart(base()).label == (
        "Title: our figure rose from 60% to 80% since 24 January 2022; "
        "the evidence fell from 89% to 72% since 24 January 2022."
    )
    ended = resolution("occurred", day(28), day(29))
    assert chart(base(resolution=ended)).label.endswith("; occurred on 29 January 2022.")
    assert chart(base(resolution=ended), 60).label == (
        "Title: at the end our figure 80%, the evidence 72%; occurred on 29 January 2022."
    )


def test_the_largest_steps_have_numbers_and_words() -> None:
    made: ScenarioTimeline = chart(base()).drawing
    assert [(step.day, step.cause) for step in made.steps] == [
        (day(10), "Seen first; Seen too"),
        (day(25), "Seen last"),
        (day(26), "no reason given"),
    ]
    told = texts(draw(made))
    assert [told.count(number) for number in "123"] == [2, 2, 2]
    assert "11 Jan 2022, evidence 50 → 89%: Seen first; Seen too" in told


def test_evidence_is_a_step_and_decay_a_slope() -> None:
    def implied(records: Database) -> str:
        look = {"class": "s-implied", "stroke-dasharray": "6 3"}
        return elements(draw(chart(records).drawing), **look)[1].get("d") or ""

    assert "L" not in implied(base())
    assert "L" in implied(base(hazard="constant"))
    assert "V" in implied(base())


def test_each_analyst_has_a_shape_up_to_the_sixth_and_a_rationale_that_is_reached() -> None:
    records = base(analysts=8)
    reasoned = replace(records.sheets["n0"], rationales={"a": "Because"})
    data: ScenarioTimeline = chart(
        replace(records, sheets={**records.sheets, "n0": reasoned})
    ).drawing
    one, other = data.sayings[:2]
    assert other.about == "6 Jan 2022, n1, 60%"
    made = draw(data, places={one.anchor: f"#{one.anchor}"})
    said = elements(made, "path", **{"class": "f-stated s-paper"})[-9:]
    assert len({(path.get("d") or "").partition("m")[2] for path in said}) == 6
    assert (f"#{one.anchor}", "6 Jan 2022, n0, 60%: “Because”") in marks(made, "mark")


def test_what_was_seen_points_up_or_down_and_says_what_it_was() -> None:
    made = chart(base())
    first, last = made.drawing.seen
    assert (first.decibans > 0 > last.decibans, first.items) == (
        True,
        ("Seen first", "Seen too"),
    )
    assert (None, "11 Jan 2022: for it\nSeen first\nSeen too") in marks(draw(made.drawing), "point")


def test_the_indicators_are_on_the_same_days_with_their_state_and_due_day() -> None:
    [lane] = chart(base()).drawing.lanes
    assert [(one.state, one.start) for one in lane.periods] == [
        ("unobserved", day(0)),
        ("observed", day(25)),
    ]
    made = draw(chart(base()).drawing)
    assert (None, "due 29 Jan 2022") in marks(made, "point")
    assert "observed" in texts(made)


def test_the_end_is_a_mark_with_its_word_and_day() -> None:
    for outcome, told, look in (
        ("occurred", "occurred 29 Jan 2022", "f-ink"),
        ("did-not-occur", "did not occur 29 Jan 2022", "f-paper s-ink"),
    ):
        ended = resolution(outcome, day(28), day(29))
        made = draw(chart(base(resolution=ended)).drawing)
        assert told in texts(made)
        assert elements(made, "circle", **{"class": look, "r": "6"})
    void = chart(base(resolution=resolution("annulled", day(28), day(29)))).drawing
    assert "annulled 29 Jan 2022" in texts(draw(void))


def test_the_table_has_a_row_for_each_day_that_told_something_and_to_which_marks_lead() -> None:
    made = chart(base())
    data: ScenarioTimeline = made.drawing
    rows = [[plain(cell) for cell in row] for row in made.table.rows if isinstance(row, tuple)]
    assert rows == [
        ["2022-01-27", "60% → 80%", "72%", "n0: no reason given", ""],
        ["2022-01-26", "60%", "89% → 72%", "", "Seen last"],
        ["2022-01-11", "60%", "50% → 89%", "", "Seen first; Seen too"],
        ["2022-01-06", "60%", "50%", "n0: no reason given", ""],
        ["2022-01-01", "–", "50%", "", ""],
    ]
    led = {one.anchor for many in (data.seen, data.sayings) for one in many}
    assert led <= set(made.table.anchors)
    assert [step.anchor for step in data.steps if step.anchor not in made.table.anchors] == [
        "e-d",
        "e-f",
    ], "what was caused by an item leads to it"
    last = texts(draw(data))
    assert {"80% we say", "72% evidence"} <= set(last)


@pytest.mark.parametrize("word", ["occurred", "did not occur", "annulled"])
@pytest.mark.parametrize(("course", "baseline"), [(10.0, 92), (90.0, 16), (None, 92)])
def test_the_label_of_an_outcome_stands_where_no_course_runs(
    word: parts.Word, course: float | None, baseline: int
) -> None:
    days = DayScale(first=date(2022, 1, 1), last=date(2022, 12, 31), start=0, end=500)
    end = parts.OutcomeMark(day=date(2022, 12, 31), word=word)
    before = (100.0, 100.0 - baseline)  # it ends left of the label
    courses = [before] if course is None else [before, (500.0, course)]
    drawn = parts.ending(end, days, 0, 100, end.label, courses)
    assert f'y="{baseline}"' in drawn
