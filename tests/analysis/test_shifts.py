"""What changed records do to the figures: the rows add up, and each has its cause."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any

from hypothesis import given

from scenarios.analysis.evidence.knowledge import latest_day
from scenarios.analysis.history.probability_shifts import ScenarioShift, Shift, shifts
from scenarios.analysis.history.record_diff import FieldChange
from scenarios.analysis.review.restatement import Restated, restated
from scenarios.model import Database, Dependence, HazardEnded, Source, Tracker
from scenarios.scales import decibans
from tests.records import (
    WEIGHTS,
    database,
    databases,
    day,
    indicator,
    item,
    near,
    resolution,
    retraction,
    scenario,
    sheet,
)

TODAY = day(100)


def causes(before: Database, after: Database, id: str = "s1") -> dict[str, str]:
    [shift] = [one for one in shifts(before, after, TODAY) if one.scenario == id]
    return {line.id: line.cause for line in shift.lines}


@given(databases(), databases())
def test_prior_lines_and_closing_rows_sum_to_the_implied_shift(
    one: Database, other: Database
) -> None:
    for shift in shifts(one, other, TODAY):
        before, after = shift.implied.from_, shift.implied.to
        if before is not None and after is not None:
            lines = sum(line.after - line.before for line in shift.lines)
            whole = shift.prior + lines + shift.time + shift.rivals + shift.bound
            assert decibans(after) - decibans(before) == near(whole, abs=1e-6)


@given(databases())
def test_the_same_records_shift_nothing(db: Database) -> None:
    copy = deepcopy(db)
    assert shifts(db, copy, TODAY) == ()
    assert restated(db, copy, TODAY) == ()


def one(*items: Any, tracker: Tracker | None = None, **keys: Any) -> Database:
    evidence = {f"e{n}": it for n, it in enumerate(items)}
    sources = keys.pop("sources", {})
    sheets = keys.pop("sheets", {})
    return database(
        tracker,
        scenarios={"s1": scenario(**keys)},
        evidence=evidence,
        sources=sources,
        sheets=sheets,
    )


RATED = item(ratings={"s1": "C"})


def test_another_prior_is_told_apart_from_the_evidence() -> None:
    [shift] = shifts(one(RATED), one(RATED, probability=0.2), TODAY)
    assert (shift.prior, shift.lines) == (near(decibans(0.2)), ())
    assert shift.implied == Shift(from_=near(0.7597, abs=1e-4), to=near(0.4415, abs=1e-4))


def test_each_line_says_which_change_of_the_records_made_it() -> None:
    graded = Tracker(grade_weights=WEIGHTS)
    wire = item(ratings={"s1": "C"}, source="wire", credibility=1)
    better, worse = {"wire": Source("Wire", "B")}, {"wire": Source("Wire", "D")}
    assert causes(one(), one(RATED)) == {"e0": "new evidence"}
    assert causes(one(RATED), one()) == {"e0": "removal"}
    assert causes(one(RATED), one(item(ratings={"s1": "CC"}))) == {"e0": "new judgement"}
    gone = item(ratings={"s1": "C"}, retracted=retraction(day(50)))
    assert causes(one(RATED), one(gone)) == {"e0": "retraction"}
    assert causes(
        one(wire, tracker=graded, sources=better), one(wire, tracker=graded, sources=worse)
    ) == {"e0": "new judgement"}
    assert causes(one(RATED), one(RATED, tracker=Tracker(decibans={**CODES, "C": 3.0}))) == {
        "e0": "conventions"
    }
    other = item(ratings={"s1": 2.0})
    assert causes(
        one(RATED, other), one(RATED, other, tracker=Tracker(evidence_dependence=0.5))
    ) == {"e0": "conventions", "e1": "conventions"}


def test_a_strength_is_a_convention_and_one_number_that_becomes_two_equal_ones_is_not() -> None:
    assert causes(one(RATED), one(RATED, tracker=Tracker(rating_strength=0.5))) == {
        "e0": "conventions"
    }
    number = Tracker(evidence_dependence=0.5)
    same = Tracker(evidence_dependence=Dependence(0.5, 0.5))
    weaker = item(ratings={"s1": 2.0})
    found = causes(one(RATED, RATED, tracker=number), one(RATED, weaker, tracker=same))
    assert found == {"e0": "overlap", "e1": "new judgement"}


CODES = {"CC": 10.0, "C": 5.0, "N": 0.0, "I": -5.0, "II": -10.0}


def test_an_absence_that_is_worth_something_else_is_judged_anew() -> None:
    def watched(worth: str) -> Database:
        talks = indicator({"s1": "CC"}, due=day(10), if_absent=worth)
        return one(indicators={"talks": talks})

    assert causes(watched("I"), watched("II")) == {"s1/talks": "new judgement"}


def test_an_outcome_is_a_shift_even_where_no_figure_moves() -> None:
    after = one(RATED, resolution=resolution("occurred", day(90)))
    [shift] = shifts(one(RATED), after, TODAY)
    assert (shift.outcome, shift.movement_bits) == ("occurred", 0.0)
    assert restated(one(RATED), after, TODAY) == ()


def test_a_scenario_that_comes_goes_or_is_not_asked_yet() -> None:
    told = one(sheets={"x": sheet(day(1), {"s1": 0.2})})
    new = ScenarioShift(
        scenario="s1",
        stated=Shift(from_=None, to=0.2),
        implied=Shift(from_=None, to=near(0.5)),
        outcome=None,
        movement_bits=0.0,
        prior=0.0,
        given=0.0,
        time=0.0,
        rivals=0.0,
        bound=0.0,
        lines=(),
    )
    assert shifts(database(), told, TODAY) == (new,)
    [gone] = shifts(told, database(), TODAY)
    assert (gone.stated, gone.implied) == (
        Shift(from_=0.2, to=None),
        Shift(from_=near(0.5), to=None),
    )
    later = one(opened=day(200))
    assert shifts(database(), later, TODAY) == ()


def test_the_latest_day_is_that_of_the_newest_record() -> None:
    assert latest_day(database()) is None
    newest = [
        one(item(day(9))),
        one(item(retracted=retraction(day(9)))),
        one(opened=day(9)),
        one(sheets={"x": sheet(day(9), {"s1": 0.2})}),
        one(resolution=resolution("annulled", day(3), day(9))),
    ]
    assert [latest_day(db) for db in newest] == [day(9)] * 5


def because(before: Database, after: Database, id: str = "s1") -> list[tuple[str, str, Any, Any]]:
    [found] = [it for it in restated(before, after, TODAY) if it.scenario == id]
    return [(c.record, c.field, c.before, c.after) for c in found.because]


def test_a_regraded_source_a_changed_rating_and_a_backdated_item_restate_a_figure() -> None:
    graded = Tracker(grade_weights=WEIGHTS)
    wire = item(ratings={"s1": "C"}, source="wire", credibility=1)
    better, worse = {"wire": Source("Wire", "B")}, {"wire": Source("W.", "D")}
    assert because(
        one(wire, tracker=graded, sources=better), one(wire, tracker=graded, sources=worse)
    ) == [("wire", "reliability", "B", "D")]
    assert because(one(RATED), one(item(ratings={"s1": "CC"}, notes="Thought again."))) == [
        ("e0", "ratings.s1", "C", "CC")
    ]
    backdated = item(day(99), ratings={"s1": "C"})
    assert because(one(RATED), one(RATED, backdated)) == [("e1", "recorded", None, "2022-04-10")]
    assert because(one(RATED), one()) == [("e0", "recorded", "2022-01-01", None)]


def test_a_strength_and_a_theme_are_among_the_reasons_and_words_are_not() -> None:
    strong = Tracker(decibans={**CODES, "C": 3.0}, rating_strength=0.5, themes={"war": "War"})
    assert because(one(RATED), one(RATED, tracker=strong)) == [
        ("tracker", "decibans.C", 5.0, 3.0),
        ("tracker", "rating_strength", 1.0, 0.5),
    ]
    assert because(one(RATED), one(item(ratings={"s1": "CC"}, theme="war"))) == [
        ("e0", "theme", None, "war"),
        ("e0", "ratings.s1", "C", "CC"),
    ]

    def ended(p: float, reason: str) -> Database:
        return one(probability=p, hazard_ended=HazardEnded(day(50), reason))

    assert because(ended(0.5, "A summit."), ended(0.4, "The summit.")) == [
        ("s1", "prior.probability", 0.5, 0.4)
    ]


def test_what_became_known_later_restates_nothing() -> None:
    later = item(TODAY.replace(month=6), ratings={"s1": "C"})
    assert restated(one(RATED), one(RATED, later), TODAY) == ()
    assert because(one(RATED), one(RATED, later, probability=0.4)) == [
        ("s1", "prior.probability", 0.5, 0.4)
    ]


def test_a_forecast_that_was_edited_restates_what_was_stated() -> None:
    def said(p: float, **keys: Any) -> Database:
        return one(sheets={"x": sheet(day(1), {"s1": p}, **keys)})

    found = restated(said(0.4), said(0.2, rationales={"s1": "Why."}), TODAY)
    assert found == (
        Restated(
            scenario="s1",
            stated=Shift(from_=0.4, to=0.2),
            implied=Shift(from_=near(0.5), to=near(0.5)),
            because=(
                FieldChange(
                    record="x", field="probabilities.s1", before=0.4, after=0.2, kind="forecasts"
                ),
            ),
        ),
    )
    assert because(one(), said(0.2)) == [("x", "date", None, "2022-01-02")]


def test_in_a_set_what_moved_a_rival_restates_all_of_it() -> None:
    def form(rating: str) -> Database:
        members = {id: scenario(set="form") for id in "abc"}
        talks = indicator({"b": rating})
        members["b"] = scenario(
            set="form", indicators={"talks": talks}, tags=("new",) if rating == "CC" else ()
        )
        seen = item(indicators={"b/talks": "observed"})
        return database(scenarios=members, evidence={"e0": seen})

    assert because(form("C"), form("CC"), "a") == [("b", "indicators.talks.ratings.b", "C", "CC")]


def test_a_scenario_that_is_gone_is_restated_and_a_new_one_was_never_printed() -> None:
    assert because(one(), database()) == [("s1", "opened", "2022-01-01", None)]
    assert restated(database(), one(), TODAY) == ()


def test_a_member_that_left_its_set_is_told_by_its_date() -> None:
    pair = {id: scenario(set="form", opened=date(2022, 1, 1)) for id in "ab"}
    more = {**pair, "c": scenario(set="form")}
    assert because(database(scenarios=more), database(scenarios=pair), "a") == [
        ("c", "opened", "2022-01-01", None)
    ]


def test_what_did_not_move_a_figure_is_not_named() -> None:
    neutral = item(ratings={"s1": "N"})
    moved = item(ratings={"s1": "N"}, origin="elsewhere")
    prior = [("s1", "prior.probability", 0.5, 0.4)]
    assert because(one(RATED, neutral), one(RATED, probability=0.4)) == prior
    assert because(one(RATED), one(RATED, neutral, probability=0.4)) == prior
    assert because(one(RATED, neutral), one(RATED, moved, probability=0.4)) == prior


def test_a_line_under_another_theme_was_judged_anew() -> None:
    tracker = Tracker(evidence_dependence=Dependence(0.6, 0.2), themes={"t": "A theme"})
    rated, other = item(ratings={"s1": "C"}), item(ratings={"s1": "C"})
    moved = item(ratings={"s1": "C"}, theme="t")
    found = causes(one(rated, other, tracker=tracker), one(moved, other, tracker=tracker))
    assert found == {"e0": "new judgement", "e1": "overlap"}
