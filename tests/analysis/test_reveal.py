from __future__ import annotations

from scenarios.analysis.review.feedback import Figure, Reveal, SetSum, reveal, stating, sums
from scenarios.model import Tracker
from tests.records import database, day, item, near, resolution, scenario, sheet

NOW = day(20)


def test_an_answer_is_in_the_days_sheet_beside_what_that_holds_already() -> None:
    db = database(
        scenarios={"s1": scenario(), "s2": scenario()},
        sheets={"2022-01-21-desk": sheet(NOW, {"s1": 0.1, "s2": 0.2})},
    )
    assert stating(db, "desk", NOW, {"s2": None}).sheets == {
        "2022-01-21-desk": sheet(NOW, {"s1": 0.1, "s2": None})
    }
    assert stating(db, "ann", NOW, {"s2": 0.7}).sheets == {
        **db.sheets,
        "2022-01-21-ann": sheet(NOW, {"s2": 0.7}, analyst="ann"),
    }


def test_the_others_stand_apart_from_the_team_that_the_answer_is_part_of() -> None:
    before = database(
        scenarios={"s1": scenario(0.5)},
        evidence={"2022-01-02-e": item(day(1), ratings={"s1": "CC"})},
        sheets={
            "2022-01-04-desk": sheet(day(3), {"s1": 0.3}),
            "2022-01-04-ann": sheet(day(3), {"s1": 0.5}, analyst="ann"),
            "2022-01-04-bo": sheet(day(3), {"s1": 100 / 101}, analyst="bo"),
        },
    )
    after = stating(before, "desk", NOW, {"s1": 10 / 11})
    (found,) = reveal(before, after, "desk", NOW, ["s1"])
    assert found == Reveal(
        scenario="s1",
        before=0.3,
        after=10 / 11,
        others=Figure(probability=near(10 / 11), analysts=2),
        team=Figure(probability=near(10 / 11), analysts=3),
        implied=near(10 / 11),
        gap_decibans=near(0.0),
    )


def test_one_analyst_is_no_team() -> None:
    before = database(scenarios={"s1": scenario(0.5)})
    after = stating(before, "desk", NOW, {"s1": 0.5})
    (found,) = reveal(before, after, "desk", NOW, ["s1"])
    assert found == Reveal(
        scenario="s1", before=None, after=0.5, others=None, team=None, implied=0.5, gap_decibans=0.0
    )


def test_a_withdrawal_leaves_the_others_as_the_team() -> None:
    before = database(
        scenarios={"s1": scenario(0.5)},
        sheets={
            "2022-01-04-desk": sheet(day(3), {"s1": 0.3}),
            "2022-01-04-ann": sheet(day(3), {"s1": 0.8}, analyst="ann"),
        },
    )
    after = stating(before, "desk", NOW, {"s1": None})
    (found,) = reveal(before, after, "desk", NOW, ["s1"])
    others = Figure(probability=near(0.8), analysts=1)
    assert found == Reveal(
        scenario="s1",
        before=0.3,
        after=None,
        others=others,
        team=others,
        implied=0.5,
        gap_decibans=None,
    )


def test_the_figures_of_a_complete_set_are_added_up_and_put_right() -> None:
    gone = resolution("did-not-occur", day(9))
    db = database(
        Tracker(sets={"a": "A", "b": "B", "c": "C"}),
        scenarios={
            "a1": scenario(set="a"),
            "a2": scenario(set="a"),
            "a3": scenario(set="a", resolution=gone),
            "b1": scenario(set="b"),
            "b2": scenario(set="b"),
            "c1": scenario(set="c"),
            "c2": scenario(set="c", resolution=gone),
            "alone": scenario(),
        },
    )
    figures = {"a1": 0.4, "a2": 0.8, "b1": 0.3, "c1": 0.7, "alone": 0.5}
    after = stating(db, "desk", NOW, figures)
    ids = ["b1", "a1", "a2", "alone", "c1"]
    a, b, c = sums(after, "desk", NOW, ids)
    assert a.nearest is not None
    assert (a.set, a.figures, a.members) == ("a", {"a1": 0.4, "a2": 0.8}, 2)
    assert (a.total, a.nearest) == (near(1.2), {"a1": near(0.3), "a2": near(0.7)})
    assert b == SetSum(set="b", figures={"b1": 0.3}, members=2, nearest=None)
    assert c == SetSum(set="c", figures={"c1": 0.7}, members=1, nearest=None)


def test_a_sum_within_rounding_is_left_alone() -> None:
    db = database(
        Tracker(sets={"a": "A"}), scenarios={id: scenario(set="a") for id in ("a1", "a2")}
    )
    for second, is_off in ((0.7, False), (0.701, False), (0.699, False), (0.7011, True)):
        (found,) = sums(stating(db, "desk", NOW, {"a1": 0.3, "a2": second}), "desk", NOW, ["a1"])
        assert (found.nearest is not None) == is_off
