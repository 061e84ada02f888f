"""Quantities in a sitting: asked blind, and then shown as intervals beside the others'."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from scenarios.analysis.quantities.estimates import as_in_a_file
from scenarios.analysis.review.agenda import agenda, reveal, stating
from scenarios.model import Database, Tracker
from tests.analysis.test_quantities import AS_OF, OPENED, by_date, example, question, sheet

VALUES = {"p10": 230, "p50": 241.5, "p90": 255}


def test_it_is_asked_with_the_values_that_stand_and_what_is_new() -> None:
    [[topic]] = agenda(example(), "east", AS_OF).groups
    assert (topic.id, topic.standing) == ("trade-2024", None)
    assert topic.own == topic.quantiles == {"p10": 232, "p50": 243, "p90": 256}
    assert topic.last
    assert topic.last.figure == topic.quantiles
    assert (topic.day, topic.days, topic.fresh.evidence) == (AS_OF, 30, ())
    [[new]] = agenda(example(), "north", AS_OF).groups
    assert (new.own, new.last, new.day, len(new.fresh.evidence)) == (None, None, AS_OF, 3)


def test_values_that_were_withdrawn_or_expired_do_not_stand() -> None:
    database = example()
    gone = {**database.sheets, "2024-11-20-east": sheet("2024-11-20", "east")}
    [[topic]] = agenda(replace(database, sheets=gone), "east", AS_OF).groups
    assert topic.last
    assert (topic.own, topic.last.quantiles) == (None, None)
    short = replace(database, tracker=replace(database.tracker, forecast_expires_days=7))
    [[topic]] = agenda(short, "east", AS_OF).groups
    assert topic.last
    assert (topic.own, topic.last.quantiles is None) == (None, False)


def test_one_that_is_withheld_is_not_asked() -> None:
    database = replace(example(), withheld={"trade-2024": "scenarios/trade-2024.yaml"})
    assert agenda(database, "east", AS_OF).groups == ()


def test_the_reveal_has_intervals_with_and_without_the_analyst() -> None:
    before = example()
    after = stating(before, "east", AS_OF, {"trade-2024": VALUES})
    [row] = reveal(before, after, "east", AS_OF, ["trade-2024"])
    assert row.quantity
    shown = row.quantity
    assert (f"{shown.before}", f"{shown.after}") == ("243 (232 to 256)", "242 (230 to 255)")
    assert (f"{shown.others}", f"{shown.implied}") == ("236 (225 to 250)", "242 (222 to 267)")
    assert shown.team
    assert (row.after, row.implied) == (None, None)
    alone = replace(before, sheets={})
    gone = stating(alone, "east", AS_OF, {"trade-2024": None})
    [row] = reveal(alone, gone, "east", AS_OF, ["trade-2024"])
    assert row.quantity
    assert (row.quantity.before, row.quantity.after, row.quantity.others) == (None, None, None)
    assert row.quantity.team is None


def test_days_are_stated_as_days() -> None:
    database = by_date()
    after = stating(database, "east", OPENED, {"q": {"p10": "2024-03-01", "p90": "2025-12-31"}})
    assert after.sheets["2024-01-15-east"].quantiles["q"] == {
        "p10": date(2024, 3, 1),
        "p90": date(2025, 12, 31),
    }
    [[topic]] = agenda(after, "east", OPENED).groups
    assert topic.own == {"p10": "2024-03-01", "p90": "2025-12-31"}


@pytest.mark.parametrize(("value", "expected"), [(200.0, "200"), (0.5, "0.5"), ("x", "'x'")])
def test_a_value_is_written_without_a_point_where_it_is_whole(value: float, expected: str) -> None:
    assert repr(as_in_a_file({"p50": value})["p50"]) == expected


def test_a_question_with_a_yes_or_a_no_beside_it_is_asked_as_ever() -> None:
    both = {"trade-2024": question(), "q": by_date().scenarios["q"]}
    groups = agenda(Database(Tracker(), both), "east", AS_OF).groups
    assert [group[0].id for group in groups] == ["q", "trade-2024"]
