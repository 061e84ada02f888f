"""The picture of an event: every question that it moved, before and after, on one scale."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest

from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.review.event import event_story, story_between
from scenarios.render.charts.draw import Card, card
from scenarios.render.document import Chart, plain
from scenarios.render.drawing import draw
from scenarios.render.text import on_screen
from scenarios.site.pages.event import event_picture
from tests.analysis.words import database_of
from tests.records import day
from tests.render.drawings import labels, overlaps, texts

TOLD = (
    "a given=b/.8/.2; b; c; d occurred=5/5/e; desk@0 b=.4 c=.5; "
    "e @5 b=CC c=I observed=2021-12-30; desk@8 b=.7 why=b evidence=b/e"
)


def chart(told: str = TOLD, on: int = 9) -> Chart | None:
    db = database_of(told)
    return event_picture(
        event_story(db, ["e"], day(on), partial(story_between, DailyLedgers(db))), db
    )


def figures_of(member: Any) -> list[tuple[date, float | None, float | None]]:
    return [(point.day, point.stated, point.implied) for point in member.points]


def test_the_evidence_steps_on_the_day_of_the_event_and_people_on_that_of_their_forecast() -> None:
    made = chart()
    assert made
    by_anchor = {member.anchor: member for member in made.drawing.members}
    _, event, forecast, end = figures_of(by_anchor["s-b"])
    assert (made.drawing.since, made.drawing.as_of) == (date(2021, 12, 30), day(5))
    assert event[:2] == (date(2021, 12, 30), 0.4)
    assert forecast[:2] == (day(8), 0.7)
    assert event[2] == forecast[2] == end[2] != figures_of(by_anchor["s-b"])[0][2]
    assert end[0] >= day(8)


def test_a_decided_question_ends_with_its_last_figures() -> None:
    made = chart()
    assert made
    first = made.drawing.members[0]
    assert (first.anchor, first.outcome.word, first.outcome.day) == ("s-d", "occurred", day(5))
    assert [point.day for point in first.points][-1] == day(5)


def test_the_table_names_the_outcome_and_the_question_through_which_it_moved() -> None:
    made = chart()
    assert made
    rows = [[plain(cell) for cell in row] for row in made.table.rows if isinstance(row, tuple)]
    assert [row[-1] for row in rows] == ["occurred", "", "", "through Title"]
    assert rows[1][1:3] == ["40%", "70%"]


def test_all_panels_have_one_scale_and_no_label_covers_another() -> None:
    made = chart()
    assert made
    for narrow in (False, True):
        drawing = draw(made.drawing, narrow=narrow)
        levels = [told for told in texts(drawing) if told.endswith("%") and " " not in told]
        assert len({levels.count(level) for level in levels}) == 1
        assert levels.count(levels[0]) == len(made.drawing.members) == 4
        assert texts(drawing).count("30 Dec 2021") == 4
        assert overlaps(drawing) == []


@pytest.mark.parametrize("observed", ["2021", "2021-12", "2022-01-06"])
def test_an_event_is_dated_as_its_report_is(observed: str) -> None:
    made = chart(f"a; e @5 a=CC observed={observed}")
    assert made
    assert on_screen(observed) in texts(draw(made.drawing))
    assert {label.told for label in labels(draw(made.drawing))} >= {"evidence 50 → 91%"}


def test_what_moved_nothing_has_no_picture() -> None:
    assert chart("a; e @5 a=N") is None


def test_a_day_or_a_month_is_written_in_one_way_and_another_text_as_it_is() -> None:
    written = {
        "2022-02-24": "24 Feb 2022",
        "2022-02": "Feb 2022",
        "2022": "2022",
        "2022-13": "2022-13",
        "2022-02-31": "2022-02-31",
        "2022-02-24-visit": "2022-02-24-visit",
    }
    assert {text: on_screen(text) for text in written} == written


def test_a_card_carries_the_notice_of_its_tracker() -> None:
    made = card(Card(title="T", figure="20%", about="a", signature="s", notice="Proves no skill."))
    assert ">Proves no skill.</text>" in made
