"""The story of an event: what it moved on the days on which its reports entered the record."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

import scenarios
from scenarios.analysis.evidence.knowledge import declared_events
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.review.event import (
    EventStory,
    event_story,
    story_between,
)
from scenarios.analysis.review.story import Story
from scenarios.model import Database
from scenarios.workspace.opened import open_folder
from tests.analysis.words import database_of
from tests.random_databases import END, random_database
from tests.records import day, near

SHIPPED = Path(__file__).parents[2] / "scenarios"
LAST = date(2026, 6, 29)


def event(db: Database, *ids: str, on: int = 9) -> EventStory:
    return event_story(db, ids, day(on), partial(story_between, DailyLedgers(db)))


def told(text: str, *ids: str, on: int = 9) -> EventStory:
    return event(database_of(text), *(ids or ("e",)), on=on)


def moved(made: EventStory) -> dict[str, tuple[Any, Any, Any]]:
    """The implied and the stated figures before and after, and through what, by question."""
    return {
        move.scenario: (
            move.implied and (move.implied.from_, move.implied.to),
            move.stated and (move.stated.from_, move.stated.to),
            move.through,
        )
        for move in made.moves
    }


def test_an_item_moves_each_question_from_its_figure_before_to_that_after() -> None:
    made = told("a; b; e @5 a=CC b=I; f @6 a=CC")
    assert moved(made) == {
        "a": ((0.5, near(10 / 11)), None, None),
        "b": ((0.5, near(1 / (1 + 10**0.5))), None, None),
    }
    assert (made.items, made.recorded, made.observed) == (("e",), (day(5), day(5)), f"{day(5)}")


def test_reports_of_an_event_move_a_question_together_over_all_their_days() -> None:
    made = told("a; e @5 a=C event=x; f @7 a=CC event=x; g @6 a=I", "e", "f")
    assert made.recorded == (day(5), day(7))
    [(scenario, (implied, stated, _))] = moved(made).items()
    assert (scenario, stated) == ("a", None)
    assert implied == (0.5, near(1 / (1 + 10**-0.5)))
    assert made.moves[0].decibans == near(10)


def test_what_counts_as_one_with_the_items_is_named() -> None:
    made = told("a; e @5 a=C origin=o; f @5 a=CC origin=o")
    assert (made.items, made.beside) == (("e",), ("f",))


def test_a_question_that_depends_on_one_that_moved_moves_through_it() -> None:
    made = told("a given=b/.8/.2; b; e @5 b=CC")
    assert [(move.scenario, move.through) for move in made.moves] == [("b", None), ("a", "b")]


def test_a_question_that_it_moved_itself_did_not_only_move_through_another() -> None:
    made = told("a given=b/.8/.2; b; e @5 b=CC a=C")
    assert {move.scenario: move.through for move in made.moves} == {"a": None, "b": None}


def test_an_item_moves_every_member_of_a_set_itself() -> None:
    third = "probability=.3333"
    made = told(f"a set=s {third}; b set=s {third}; c set=s {third}; e @5 a=II b=N c=N")
    assert {move.scenario: move.through for move in made.moves} == dict.fromkeys("abc")
    rose = {m.scenario: m.implied.to > 1 / 3 for m in made.moves if m.implied and m.implied.to}
    assert rose == {"a": False, "b": True, "c": True}


def test_the_stated_move_is_that_of_the_next_forecast_before_the_next_review() -> None:
    text = "a; desk@0 a=.5; e @5 a=CC; desk@{} a=.8 why=a evidence=a/e"
    assert moved(told(text.format(7)))["a"][1] == (0.5, 0.8)
    assert told(text.format(7)).moves[0].stated_on == day(7)
    assert moved(told(text.format(13), on=20))["a"][1] is None
    assert moved(told(text.format(7), on=6))["a"][1] is None


def test_a_forecast_that_cites_an_item_moved_by_it_though_the_item_counts_nothing() -> None:
    made = told("a; desk@0 a=.5; e @5 a=N; desk@5 a=.8 why=a evidence=a/e")
    assert moved(made) == {"a": (None, (0.5, 0.8), None)}


def test_a_forecast_that_cites_an_item_by_a_former_id_moved_by_it() -> None:
    db = database_of("a; desk@0 a=.5; e @5 a=CC; desk@7 a=.8 why=a evidence=a/old")
    renamed = replace(db, evidence={"e": replace(db.evidence["e"], formerly=("old",))})
    assert moved(event(renamed, "e"))["a"][1] == (0.5, 0.8)


def test_a_forecast_that_cites_nothing_is_none_of_its_moves() -> None:
    made = told("a; desk@0 a=.5; e @5 a=CC; desk@5 a=.8 why=a")
    assert moved(made)["a"][1] is None


def test_what_is_forecast_for_the_first_time_moved_from_nothing() -> None:
    assert moved(told("a; e @5 a=CC; desk@5 a=.8"))["a"][1] is None


def test_a_decided_question_has_its_outcome_and_comes_first() -> None:
    made = told("a given=b/.8/.2; b occurred=5/5/e; c; e @5 c=CC")
    first = made.moves[0]
    assert (first.scenario, first.resolved and first.resolved.outcome) == ("b", "occurred")
    assert made.moves[0].visible
    assert made.moves[0].movement_bits == 0
    assert {move.scenario for move in made.moves} == {"a", "b", "c"}
    assert made.movement_bits == sum(move.movement_bits for move in made.moves)


def test_of_decided_questions_those_that_occurred_come_before_the_others() -> None:
    made = told("a did-not-occur=5/5/e; b occurred=5/5/e; e @5")
    assert [move.scenario for move in made.moves] == ["b", "a"]


def test_an_outcome_that_rests_on_other_items_is_not_of_the_event() -> None:
    assert told("a; b occurred=5/5/f; e @5 a=C; f @5").moves[0].scenario == "a"


def test_a_move_too_small_to_print_is_counted_alone() -> None:
    made = told("a; b; e @5 a=CC b=1.001; g @5 b=CC")
    assert ([move.scenario for move in made.moves], made.small) == (["a"], ("b",))


def test_an_item_that_was_retracted_before_it_counted_moved_nothing() -> None:
    made = told("a; e @5 a=CC retracted=5")
    assert (made.moves, made.small, made.beside) == ((), (), ())


def test_declared_events_are_those_known_by_the_day_the_latest_first() -> None:
    db = database_of("a; e @5 event=x; f @7 event=x; g @6 event=y; h @6")
    assert declared_events(db, day(6)) == {"y": ("g",), "x": ("e",)}
    assert declared_events(db, day(9)) == {"x": ("f", "e"), "y": ("g",)}


def test_the_first_day_of_all_has_none_before_it() -> None:
    db = database_of("a; e @5 a=CC")
    first = msgspec.structs.replace(db.evidence["e"], recorded=date.min)
    db = msgspec.structs.replace(db, evidence={"e": first})
    assert event(db, "e").recorded == (date.min, date.min)


def items_of(cause: Any) -> set[str]:
    """The items behind a cause of the report's JSON."""
    own = cause["by"] if cause["kind"] == "given" and cause["by"] else cause
    return {*(own["subjects"] if own["kind"] == "event" else own["evidence"])}


def test_an_item_moves_the_questions_of_an_item_that_it_replaces() -> None:
    earlier, later = database_of("a; b; e @1 a=CC; f @5 b=C").evidence.values()
    evidence = {"e": earlier, "f": replace(later, supersedes=("e",))}
    made = event(replace(database_of("a; b"), evidence=evidence), "f")
    assert {*moved(made)} == {"a", "b"}
    assert moved(made)["a"][0] == (near(10 / 11), 0.5)


@pytest.mark.parametrize("seed", range(2, 4))
def test_an_event_moves_no_question_but_those_that_are_looked_at(seed: int) -> None:
    db = random_database(seed)
    odds = DailyLedgers(db)

    @cache
    def of_all(since: date, until: date) -> Story:
        return story_between(odds, since, until, frozenset(db.scenarios))

    events = {id: [id] for id, item in db.evidence.items() if item.recorded <= END}
    for ids in (*declared_events(db, END).values(), *events.values()):
        made = event_story(db, ids, END, cache(partial(story_between, odds)))
        assert made == event_story(db, ids, END, lambda since, until, _: of_all(since, until))


@pytest.fixture(scope="module")
def shipped() -> Database:
    return open_folder(SHIPPED).database


def test_the_figures_of_every_event_are_those_of_the_report_of_its_days(shipped: Database) -> None:
    desk, at = scenarios.open(SHIPPED), cache(partial(story_between, DailyLedgers(shipped)))
    reports: dict[tuple[date, date], Any] = {}
    seen = 0
    for ids in declared_events(shipped, LAST).values():
        made = event_story(shipped, ids, LAST, at)
        first, last = made.recorded
        days = last, first - timedelta(1)
        if days not in reports:
            report = desk.report(days[0], since=days[1], restate=False)
            reports[days] = json.loads(msgspec.json.encode(report))["story"]
        moves = {move["scenario"]: move["implied"] for move in reports[days]["moves"]}
        effects = {
            id: cause["decibans"]
            for id, move in moves.items()
            for cause in move["causes"]
            if [c["kind"] for c in move["causes"] if items_of(c) & {*ids}] == ["event"]
            and items_of(cause) & {*ids}
        }
        own = {m.scenario: m for m in made.moves if m.implied and not m.through}
        assert own.keys() | {*made.small} >= effects.keys()
        for scenario, move in own.items():
            assert move.implied
            figures = moves[scenario]["from"], moves[scenario]["to"]
            assert (move.implied.from_, move.implied.to) == near(figures)
            if scenario in effects:
                assert move.decibans == near(effects[scenario])
            seen += 1
    assert seen > 40
