"""A reminder has what an analyst has to forecast, and nothing of anybody else's forecasts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scenarios.analysis.review.reminders import Reminder, Reminders, reminders
from scenarios.errors import ScenError
from scenarios.model import Database, Sheet, Tracker
from scenarios.model.tracker import DeclaredAnalyst
from scenarios.render.documents.reminder import document
from scenarios.render.writers import terminal
from tests.analysis.test_quantities import AS_OF, example
from tests.analysis.words import database_of
from tests.records import databases, day, scenario, sheet, sheets

NOW = day(20)
DESK: Any = {"desk": DeclaredAnalyst(name="The desk", mail="desk@example.org")}


def on_day(db: Database | str, **analysts: Any) -> Reminders:
    """The reminders of the desk, or of these analysts, on day 20."""
    made = database_of(db) if isinstance(db, str) else db
    people = analysts or DESK
    return reminders(replace(made, tracker=replace(made.tracker, analysts=people)), NOW)


def of_desk(db: Database | str) -> Reminder:
    [reminder] = on_day(db).reminders
    return reminder


def asked(db: str) -> list[str]:
    return [question.scenario for question in of_desk(db).questions]


# -- what is asked --------------------------------------------------------------------------------


def test_a_question_is_asked_again_once_the_last_figure_is_a_review_old() -> None:
    assert asked("s1; s2; s3; desk@13 s1=.5; desk@14 s2=.5; ann@13 s3=.5") == ["s3", "s1"]
    assert asked("s1; s2; desk@13 s1=.5; desk@5 s2=.4; tracker review_every_days=10") == ["s2"]


def test_nothing_is_asked_that_is_over_or_not_open_yet() -> None:
    assert asked("past horizon=19; done occurred=6/7; future opened=21; open") == ["open"]


def test_those_with_news_come_first_then_the_oldest_figure_then_the_nearest_horizon() -> None:
    own = "a; b; c horizon=30; d horizon=25; desk@3 a=.5 b=.5 c=.5; desk@2 d=.5"
    assert asked(f"{own}; new @4 b=C; ann@9 a=.9") == ["b", "d", "c", "a"]


def test_it_has_the_own_last_figure_and_the_news_since() -> None:
    [question] = of_desk("s1; desk@3 s1=.3; ann@9 s1=.9; old @2 s1=C; new @4 s1=C").questions
    assert question.last
    assert (question.last.date, question.last.figure) == (day(3), 0.3)
    assert question.news.evidence == ("new",)
    [never] = of_desk("s1; ann@9 s1=.9; old @2 s1=C; new @4 s1=C").questions
    assert (never.last, never.news.evidence) == (None, ("old", "new"))


def test_the_reading_time_counts_each_item_once_and_is_rounded_up() -> None:
    assert of_desk("s1; desk@19 s1=.5").minutes == 0
    assert of_desk("s1; s2; new @4 s1=C s2=C").minutes == 1
    both = database_of("s1; s2; new @4 s1=C s2=C")
    long = replace(both.evidence["new"], summary="word " * 46)
    # Of each question there are 7 words.
    for number, minutes in ((4, 1), (5, 2), (11, 3)):
        items = {f"e{n}": long for n in range(number)}
        assert of_desk(replace(both, evidence=items)).minutes == minutes


def test_tasks_are_what_is_due_and_the_own_expiries_and_no_review_of_the_team() -> None:
    db = "s1 x:C/due=19 y:C/due=25 z:C/due=28; desk@3 s1=.5; ann@2 s1=.5; tracker "
    db += "forecast_expires_days=20"
    tasks = [(task.what, task.id, task.days) for task in of_desk(db).due]
    own = f"{day(3)}-desk"
    assert tasks == [("indicator", "s1/x", -1), ("forecasts", own, 3), ("indicator", "s1/y", 5)]


def test_quantiles_expire_for_their_analyst_though_another_gave_later_ones() -> None:
    people: Any = {"east": "East", "west": "West"}
    tracker = replace(example().tracker, analysts=people, forecast_expires_days=35)
    made = reminders(replace(example(), tracker=tracker), AS_OF)
    own = [(each.analyst, [task.id for task in each.due]) for each in made.reminders]
    assert own == [("east", ["2024-11-01-east"]), ("west", ["2024-11-02-west"])]
    [question] = made.reminders[0].questions
    assert question.last
    assert question.last.figure == {"p10": 232.0, "p50": 243.0, "p90": 256.0}
    text = terminal.write(document(made.reminders[0], made, example()), 72)
    assert "Trade in 2024: p10 232, p50 243, p90 256, 1 Nov 2024" in text


# -- who is reminded ------------------------------------------------------------------------------


def test_analysts_and_editors_are_reminded_and_readers_and_proposers_are_not() -> None:
    roles = {role: DeclaredAnalyst(name=role, role=role) for role in _ROLES}
    made = on_day("s1", **roles)
    assert [each.analyst for each in made.reminders] == ["analyst", "editor"]
    assert made.unreachable == ("analyst", "editor")


_ROLES: Any = ("reader", "proposer", "analyst", "editor")


def test_who_has_nothing_to_do_needs_none_and_is_not_unreachable() -> None:
    made = on_day("s1; desk@19 s1=.5", desk="The desk", ann="Ann")
    assert (made.none, made.unreachable, made.left) == (("desk",), ("ann",), ())
    assert on_day("s1 x:C/due=27; desk@19 s1=.5").none == ()


def test_who_gave_no_figure_for_a_year_has_left_and_who_never_gave_one_has_not() -> None:
    base = database_of("s1")
    for days, left in ((365, ()), (366, ("desk",))):
        old = sheet(NOW - timedelta(days), {"s1": 0.5})
        later = sheet(NOW + timedelta(1), {"s1": 0.5})
        made = on_day(replace(base, sheets=sheets(old, later)), desk="The desk", new="New")
        assert made.left == left
        assert [each.analyst for each in made.reminders] == [
            id for id in ("desk", "new") if id not in left
        ]


def test_a_tracker_without_declared_analysts_is_refused_with_what_to_do() -> None:
    with pytest.raises(ScenError, match=r"declares no analysts.*scen edit tracker analysts\.ID"):
        reminders(database_of("s1"), NOW)


@pytest.mark.parametrize("address", ["https://d.example", "https://d.example/"])
def test_the_sitting_lies_below_the_address_of_the_tracker(address: str) -> None:
    made = reminders(Database(tracker=Tracker(analysts=DESK, address=address)), NOW)
    assert made.sitting == "https://d.example/sitting/"
    assert on_day("s1").sitting is None


# -- blind ----------------------------------------------------------------------------------------

OWN = "s1; s2; s3; desk@3 s1=.5 s2=.5 s3=.5; seen @5 s2=C; tracker forecast_expires_days=12"


@pytest.mark.parametrize(
    "others",
    [
        "ann@9 s3=.99",
        "ann@10 s2=.01 s1=.9; bob@12 s3=.7",
        "ann@1 s3=.1; ann@19 s3=-",
        "ann@20 s1=.4",
    ],
)
def test_no_figure_expiry_or_day_of_another_is_in_a_reminder(others: str) -> None:
    assert of_desk(f"{OWN}; {others}") == of_desk(OWN)


FIGURES = st.none() | st.sampled_from([0.01, 0.3, 0.9])


@given(databases(), st.lists(st.tuples(st.integers(0, 20), FIGURES), max_size=3))
def test_no_forecast_of_another_changes_a_reminder(
    db: Database, others: list[tuple[int, float | None]]
) -> None:
    tracker = replace(db.tracker, analysts=DESK, forecast_expires_days=12)
    own = {id: each for id, each in db.sheets.items() if each.analyst == "desk"}
    alone = replace(db, tracker=tracker, sheets=own)
    other: dict[str, Sheet] = {
        f"{day(number)}-ann": Sheet(day(number), "ann", dict.fromkeys(db.scenarios, figure))
        for number, figure in others
    }
    beside = replace(alone, sheets={**own, **other, **db.sheets})
    first, second = (reminders(each, NOW) for each in (alone, beside))
    assert msgspec.json.encode(first) == msgspec.json.encode(second)
    texts = [
        terminal.write(document(each.reminders[0], each, made), 72)
        for each, made in ((first, alone), (second, beside))
        if each.reminders
    ]
    assert len(set(texts)) <= 1


def test_three_hundred_questions_make_a_short_mail_that_counts_the_rest() -> None:
    db = Database(
        tracker=Tracker(title="T", analysts=DESK),
        scenarios={f"s{n}": scenario(horizon=NOW - timedelta(n % 2)) for n in range(300)},
    )
    made = reminders(db, NOW)
    [reminder] = made.reminders
    assert (len(reminder.questions), len(reminder.due)) == (150, 300)
    text = terminal.write(document(reminder, made, db), 72)
    assert "And 138 more questions in your sitting" in text
    assert "- and 290 more: scen due" in text
    assert len(text.splitlines()) < 80
