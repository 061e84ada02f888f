"""The story of odd weeks: what an analyst did, which window is asked for, and long texts."""

from __future__ import annotations

from datetime import date

from msgspec.structs import astuple, replace

from scenarios.analysis.period.period import window
from scenarios.analysis.review.review import Review, review
from scenarios.analysis.review.steps import StatedMove, StatedStep
from scenarios.model import Database
from scenarios.render.documents import report
from scenarios.render.writers import terminal
from tests.analysis.words import database_of
from tests.records import day

TEXTS = {
    "long": " ".join(["A reason without an end and without a clause"] * 45),
    "right to left": "\u200fالقرار صدر، والعقوبات تثبته.",
    "Markdown": "# **Halted** [by decree](https://example.org) | `seal` <b>it</b>",
}


WEEK = day(2), day(9)


def made(db: Database, period: tuple[date, date] = WEEK) -> Review:
    return review(window(db, *period, banded=True))


def lines(db: Database, period: tuple[date, date] = WEEK) -> list[str]:
    return terminal.write(report.document(made(db, period), db), 100).splitlines()


def said(text: str, since: int = 2, as_of: int = 9) -> StatedMove:
    stated = made(database_of(text), (day(since), day(as_of))).story.moves[0].stated
    assert stated
    return stated


def own(step: StatedStep) -> tuple[object, ...]:
    return astuple(step)[:5]


def test_a_forecast_of_a_day_is_the_last_one_given_on_it() -> None:
    """A day has one sheet of an analyst: a second forecast takes the place of the first."""
    text = "a; x@0 a=.3; x@5 a=.5; x@5 a=.6 why=a"
    [step] = said(text).steps
    assert own(step) == (day(5), "x", 0.3, day(0), 0.6)
    assert (step.team_from, step.team_to) == (0.3, 0.6)


def test_an_analyst_who_withdraws_has_no_reason_and_one_who_comes_back_joins() -> None:
    gone = said("a; x@0 a=.3; y@0 a=.5; x@5 a=-")
    assert [(step.cause, step.subjects, step.team_to) for step in gone.steps] == [
        ("withdrawal", ("x",), 0.5)
    ]
    assert gone.reason is None
    back = said("a; x@0 a=.3; y@0 a=.5; x@1 a=-; x@5 a=.4 why=a")
    assert own(back.steps[0]) == (day(5), "x", None, None, 0.4)
    assert lines(database_of("a; x@0 a=.3; y@0 a=.5; x@5 a=-"))[2] == "Title went from 40% to 50%"


def test_a_forecast_that_expires_is_told_with_the_day_on_which_it_ends() -> None:
    text = "tracker forecast_expires_days=7; a; x@-2 a=.2; y@2 a=.6"
    assert [(step.date, step.cause, step.subjects) for step in said(text).steps] == [
        (day(6), "expiry", ("x",))
    ]
    assert "the forecast of x ended on 7 January" in " ".join(lines(database_of(text)))


def test_an_analyst_who_returns_after_a_year_steps_from_the_figure_of_then() -> None:
    text = "a opened=-400; y@0 a=.5; x@-365 a=.2; x@5 a=.4 why=a"
    [step] = said(text).steps
    assert own(step) == (day(5), "x", 0.2, day(-365), 0.4)
    assert "  x 20% (1 January 2021) → 40% (6 January)" in lines(database_of(text))
    expired = said(f"tracker forecast_expires_days=90; {text}").steps[0]
    assert own(expired) == (day(5), "x", None, None, 0.4)


def test_a_member_that_is_ruled_out_in_the_window_is_a_cause_of_the_others() -> None:
    priors = "a set=s probability=.4; b set=s probability=.4; c set=s probability=.2"
    db = database_of(f"{priors} did-not-occur=5/5/e; e @5 summary=The_ban")
    story = made(db).story
    assert [(move.scenario, move.event) for move in story.moves] == [("a", "e"), ("b", "e")]
    assert {c.kind for move in story.moves for c in move.implied.causes} == {"outcome"}
    assert [item.kind for item in story.news] == ["move"]
    assert "The ban on 6 January; the evidence on Title went from 40% to 50%" in lines(db)


def test_an_event_of_forty_items_is_told_once() -> None:
    items = "; ".join(f"e{n:02} @5 a=C event=x summary=Report_{n}" for n in range(40))
    db = database_of(f"a; {items}")
    [event] = made(db).story.events
    assert (len(event.items), event.scenarios) == (40, ("a",))
    [cause] = made(db).story.moves[0].implied.causes
    assert len(cause.subjects) == 40
    text = lines(db)
    assert len([line for line in text if "Report 0" in line]) == 3  # headline, bullet, event
    assert [line for line in text if "Report 1" in line] == []
    assert "- Title: evidence 76% (from 50%) · mostly: Report 0 and 39 more" in text


def test_a_window_of_a_day_of_a_year_and_before_the_first_record_is_told() -> None:
    db = database_of("a opened=-400; e @5 a=C summary=Talks; x@0 a=.3; x@5 a=.6 why=a")
    [step] = said("a; x@0 a=.3; x@5 a=.6 why=a", 4, 5).steps
    assert step.date == day(5)
    assert lines(db, (day(4), day(5)))[0] == "Scenarios: 1 day to 6 January 2022"
    assert lines(db, (day(5), day(6)))[2] == "Nothing was recorded since 6 January; no figure moved"
    year = made(db, (day(-360), day(5))).story
    assert [item.kind for item in year.news] == ["move", "first-forecast"]
    assert "Talks on 6 January; the evidence on Title went from 50% to 76%" in lines(
        db, (day(-360), day(5))
    )
    assert lines(db, (day(-900), day(-890)))[4] == "No scenario had opened by 2019-07-26."
    assert lines(db, (day(-300), day(-290)))[2] == (
        "Nothing was recorded since 27 November 2020; no figure moved"
    )


def test_a_reason_is_shortened_in_a_lead_and_cannot_break_a_line() -> None:
    for name, why in TEXTS.items():
        db = database_of("a; x@0 a=.3; x@5 a=.6 why=a")
        sheets = {**db.sheets}
        [id] = [id for id, one in sheets.items() if one.rationales]
        sheets[id] = replace(sheets[id], rationales={"a": why})
        db = replace(db, sheets=sheets)
        text = lines(db)
        [bullet] = [line for line in text if line.startswith("- Title: 60%")]
        assert bullet.startswith("- Title: 60% (from 30%) · likely · “"), name
        assert "evidence 50% (34–66%)" in " ".join(text), name
        assert max(map(len, text)) <= 100, name
        assert len(text) < 40, name


def test_a_first_forecast_in_the_week_of_the_outcome_is_what_was_said_last() -> None:
    db = database_of("a occurred=7; b; x@5 a=.2 why=a")
    [entry] = made(db).resolved
    assert (entry.stated, entry.implied) == (0.2, 0.5)
    assert lines(db)[2] == "Title occurred on 8 January; we had said 20%, the evidence 50%"
    late = made(database_of("a occurred=7; b; x@7 a=.9")).resolved[0]
    assert (late.stated, late.said) == (None, 0.5)


def test_two_exactly_opposite_steps_are_told_and_move_nothing() -> None:
    db = database_of("a; x@0 a=.4; y@0 a=.6; x@5 a=.6 why=a; y@5 a=.4 why=a")
    text = lines(db)
    assert text[2] == "No figure moved"
    assert "  x 40% (1 January) → 60% (6 January); y 60% (1 January) → 40% (6 January)" in text
