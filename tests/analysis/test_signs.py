"""Which signs would change our mind, in what order, and when one of them rests."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import known_on
from scenarios.analysis.period.period import window
from scenarios.analysis.review.signs import Sign, signs, unseen, usual_grade
from scenarios.model import Database, Scenario, Source, Tracker
from scenarios.scales import decibans
from scenarios.storage.loader import load
from scenarios.storage.worktree import snapshot
from tests.records import WEIGHTS, database, day, indicator, item, near, scenario

GRADED = Tracker(grade_weights=WEIGHTS)


def signs_of(db: Database, on: date) -> tuple[Sign, ...]:
    period = window(db, on - timedelta(7), on)
    return signs(period, unseen(period))


def asked(probability: float = 0.2, /, *, keys: Any = (), **worth: Any) -> Scenario:
    """A question with an indicator of each name, rated for `s` and due on a day."""
    named = {
        name: indicator({"s": rating}, due=day(due) if due else None, chance=chance)
        for name, (rating, due, chance) in worth.items()
    }
    return scenario(probability, indicators=named, **dict(keys))


def test_a_sign_ranks_by_its_chance_within_90_days_times_what_it_would_move() -> None:
    db = database(
        scenarios={
            "s": asked(late=("CC", 360, 0.3), soon=("CC", 60, 0.3), weak=("C", 60, 0.9)),
        }
    )
    rows = [(sign.indicator, sign.chance_soon, sign.movement_bits) for sign in signs_of(db, day(0))]
    assert rows == [
        ("soon", near(0.3), near(1.7085, abs=1e-4)),
        ("weak", near(0.9), near(0.4012, abs=1e-4)),
        ("late", near(1 - 0.7**0.25), near(1.7085, abs=1e-4)),
    ]


def test_on_its_last_day_a_sign_has_its_whole_chance() -> None:
    db = database(scenarios={"s": asked(x=("CC", 5, 0.3))})
    assert [sign.chance_soon for sign in signs_of(db, day(5))] == [near(0.3)]


def test_signs_without_a_chance_stand_last_by_decibans() -> None:
    db = database(
        scenarios={"s": asked(a=("C", None, None), b=("II", None, None), c=("C", 90, 0.01))}
    )
    rows = [(sign.indicator, sign.chance_soon) for sign in signs_of(db, day(0))]
    assert rows == [("c", near(0.01)), ("b", None), ("a", None)]


def test_of_a_set_a_sign_tells_the_member_that_it_would_move_most() -> None:
    ratings = {"s": "C", "t": "CC", "u": "I"}
    first = scenario(0.3, set="k", indicators={"x": indicator(ratings, due=day(90), chance=0.1)})
    others = {"t": scenario(0.05, set="k"), "u": scenario(0.65, set="k")}
    [sign] = signs_of(database(scenarios={"s": first, **others}), day(0))
    assert (sign.scenario, sign.member) == ("s", "u")
    assert (sign.implied, sign.if_seen) == (near(0.65), near(0.1243, abs=1e-4))


def test_of_a_set_of_two_a_sign_tells_its_own() -> None:
    first = scenario(0.2, set="k", indicators={"x": indicator({"t": "I", "s": "CC"})})
    [sign] = signs_of(database(scenarios={"s": first, "t": scenario(0.8, set="k")}), day(0))
    assert (sign.member, sign.implied) == ("s", near(0.2))


@pytest.mark.parametrize(
    ("grades", "usual"),
    [
        ((), "F6"),
        (("A1",), "A1"),
        (("A1", "C3", "B2"), "B2"),
        (("A1", "C3"), "C3"),
        (("F6", "F6", "A1"), "F6"),
        ((*["A1"] * 30, *["C3"] * 11), "C3"),
        ((*["C3"] * 30, *["A1"] * 11), "A1"),
    ],
)
def test_the_usual_grade_is_the_median_of_the_latest_twenty(
    grades: tuple[str, ...], usual: str
) -> None:
    evidence = {
        f"e{n}": item(day(n), reliability=grade[0], credibility=int(grade[1]))
        for n, grade in enumerate(grades)
    }
    assert usual_grade(known_on(database(GRADED, evidence=evidence), day(60))) == usual


def test_an_item_is_graded_by_its_source_too_and_else_not_counted() -> None:
    evidence = {"a": item(source="wire"), "b": item(), "c": item()}
    db = database(GRADED, evidence=evidence, sources={"wire": Source(name="Wire", reliability="B")})
    assert usual_grade(known_on(db, day(1))) == "B6"


def test_a_sign_is_valued_at_the_usual_grade() -> None:
    s = asked(x=("CC", 60, 0.3))
    graded = {"e": item(reliability="B", credibility=2)}
    for evidence, worth in (({}, 0.16), (graded, 0.64)):
        [sign] = signs_of(database(GRADED, scenarios={"s": s}, evidence=evidence), day(0))
        assert sign.if_seen == near(1 / (1 + 4 * 10**-worth), abs=1e-3)


def weeks(db: Database, first: int, number: int = 12) -> list[dict[str, Sign]]:
    """The signs of each week by their names."""
    days = (day(first + 7 * n) for n in range(number))
    return [{sign.indicator: sign for sign in signs_of(db, on)} for on in days]


def test_a_sign_rests_in_each_third_review_once_it_has_stood_in_two() -> None:
    db = database(scenarios={"s": asked(x=("CC", 360, 0.3), y=("CC", 360, 0.3))})
    rests = {name: [week[name].rests for week in weeks(db, 0)] for name in "xy"}
    assert rests == {
        "x": [False, False, False, True, False, False, True, False, False, True, False, False],
        "y": [False, False, True] * 4,
    }


def test_a_sign_whose_value_grew_by_a_tenth_stands_on() -> None:
    s = asked(0.02, y=("CC", 360, 0.3))
    resting = [
        n for n, week in enumerate(weeks(database(scenarios={"s": s}), 0)) if week["y"].rests
    ]
    third = resting[1]
    news = item(day(7 * third - 1), ratings={"s": "CC"})
    db = database(scenarios={"s": s}, evidence={"e": news})
    assert [n for n, week in enumerate(weeks(db, 0)) if week["y"].rests] == [
        n for n in resting if n != third
    ]


def test_no_sign_of_the_record_stands_in_three_weeks_unless_its_value_grew() -> None:
    db = load(snapshot(Path(__file__).parents[2] / "scenarios")[0]).database
    first = date(2022, 1, 17)
    weeks = [
        {(sign.scenario, sign.indicator): sign for sign in signs_of(db, first + timedelta(7 * n))}
        for n in range(8)
    ]

    def grew(key: tuple[str, str], week: int) -> bool:
        before, now = weeks[week - 2].get(key), weeks[week].get(key)
        return not (before and now) or value(now) >= 1.1 * value(before)

    rested = 0
    for week in range(4, 8):
        for key, sign in weeks[week].items():
            rested += sign.rests
            three = [weeks[n].get(key) for n in (week - 2, week - 1, week)]
            if all(sign and not sign.rests for sign in three):
                assert any(grew(key, n) for n in (week - 2, week - 1, week)), key
    assert rested > 0


def value(sign: Sign) -> float:
    """The movement by which a sign is ranked, in bits, or in decibans without a chance."""
    if sign.chance_soon is None:
        return abs(decibans(sign.if_seen) - decibans(sign.implied))
    return sign.movement_bits


def test_a_sign_is_told_from_the_day_on_which_it_was_written_down() -> None:
    s = scenario(indicators={"x": replace(indicator({"s": "CC"}), added=day(9))})
    db = database(scenarios={"s": s})
    assert [len(signs_of(db, day(n))) for n in (8, 9)] == [0, 1]
