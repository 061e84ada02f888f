"""What changed records do to the figures: the rows add up, and each has its cause."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import astuple

from scenarios.analysis.evidence.knowledge import latest_day
from scenarios.analysis.history.probability_shifts import Shift, shifts
from scenarios.analysis.review.restatement import restated
from scenarios.model import Database, Dependence, Evidence, HazardEnded, Source, Tracker
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
CODES = Tracker().decibans


def causes(before: Database, after: Database, id: str = "s1") -> dict[str, str]:
    [shift] = [one for one in shifts(before, after, TODAY) if one.scenario == id]
    return {line.id: line.cause for line in shift.lines}


def because(before: Database, after: Database, id: str = "s1") -> list[tuple[str, str, Any, Any]]:
    [found] = [it for it in restated(before, after, TODAY) if it.scenario == id]
    return [(c.record, c.field, c.before, c.after) for c in found.because]


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
    """One scenario, with items that are told by a rating or as they are."""
    told = (it if isinstance(it, Evidence) else item(ratings={"s1": it}) for it in items)
    evidence = {f"e{n}": it for n, it in enumerate(told)}
    records = {name: keys.pop(name, {}) for name in ("sources", "sheets")}
    return database(tracker, scenarios={"s1": scenario(**keys)}, evidence=evidence, **records)


def wire(letter: str, name: str = "Wire") -> Database:
    told = item(ratings={"s1": "C"}, source="wire", credibility=1)
    sources = {"wire": Source(name, letter)}  # type: ignore[arg-type]
    return one(told, tracker=Tracker(grade_weights=WEIGHTS), sources=sources)


def said(p: float, **keys: Any) -> Database:
    return one(sheets={"x": sheet(day(1), {"s1": p}, **keys)})


def test_another_prior_is_told_apart_from_the_evidence() -> None:
    [shift] = shifts(one("C"), one("C", probability=0.2), TODAY)
    assert (shift.prior, shift.lines) == (near(decibans(0.2)), ())
    assert shift.implied == Shift(from_=near(0.7597, abs=1e-4), to=near(0.4415, abs=1e-4))


def watched(worth: str) -> Database:
    return one(indicators={"talks": indicator({"s1": "CC"}, due=day(10), if_absent=worth)})


HALF = Tracker(evidence_dependence=0.5)
THEMES = Tracker(evidence_dependence=Dependence(0.6, 0.2), themes={"t": "A theme"})
GONE = item(ratings={"s1": "C"}, retracted=retraction(day(50)))


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (one(), one("C"), {"e0": "new evidence"}),
        (one("C"), one(), {"e0": "removal"}),
        (one("C"), one("CC"), {"e0": "new judgement"}),
        (one("C"), one(GONE), {"e0": "retraction"}),
        (wire("B"), wire("D"), {"e0": "new judgement"}),
        (one("C"), one("C", tracker=Tracker(decibans={**CODES, "C": 3.0})), {"e0": "conventions"}),
        (one("C"), one("C", tracker=Tracker(rating_strength=0.5)), {"e0": "conventions"}),
        (
            one("C", 2.0),
            one("C", 2.0, tracker=HALF),
            {"e0": "conventions", "e1": "conventions"},
        ),
        # one number that becomes two equal ones changes no convention
        (
            one("C", "C", tracker=HALF),
            one("C", 2.0, tracker=Tracker(evidence_dependence=Dependence(0.5, 0.5))),
            {"e0": "overlap", "e1": "new judgement"},
        ),
        (watched("I"), watched("II"), {"s1/talks": "new judgement"}),
        # a line under another theme was judged anew
        (
            one("C", "C", tracker=THEMES),
            one(item(ratings={"s1": "C"}, theme="t"), "C", tracker=THEMES),
            {"e0": "new judgement", "e1": "overlap"},
        ),
    ],
)
def test_each_line_says_which_change_of_the_records_made_it(
    before: Database, after: Database, found: dict[str, str]
) -> None:
    assert causes(before, after) == found


def test_an_outcome_is_a_shift_even_where_no_figure_moves() -> None:
    after = one("C", resolution=resolution("occurred", day(90)))
    [shift] = shifts(one("C"), after, TODAY)
    assert (shift.outcome, shift.movement_bits) == ("occurred", 0.0)
    assert restated(one("C"), after, TODAY) == ()


def test_a_scenario_that_comes_goes_or_is_not_asked_yet() -> None:
    told = said(0.2)
    [new] = shifts(database(), told, TODAY)
    assert (new.stated, new.implied) == (Shift(from_=None, to=0.2), Shift(from_=None, to=near(0.5)))
    assert not any(astuple(new)[3:])
    [gone] = shifts(told, database(), TODAY)
    assert (gone.stated, gone.implied) == (
        Shift(from_=0.2, to=None),
        Shift(from_=near(0.5), to=None),
    )
    assert shifts(database(), one(opened=day(200)), TODAY) == ()


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


def test_a_regraded_source_a_changed_rating_and_a_backdated_item_restate_a_figure() -> None:
    assert because(wire("B"), wire("D", "W.")) == [("wire", "reliability", "B", "D")]
    thought = item(ratings={"s1": "CC"}, notes="Thought again.")
    assert because(one("C"), one(thought)) == [("e0", "ratings.s1", "C", "CC")]
    backdated = item(day(99), ratings={"s1": "C"})
    assert because(one("C"), one("C", backdated)) == [("e1", "recorded", None, "2022-04-10")]
    assert because(one("C"), one()) == [("e0", "recorded", "2022-01-01", None)]


def test_a_strength_and_a_theme_are_among_the_reasons_and_words_are_not() -> None:
    strong = Tracker(decibans={**CODES, "C": 3.0}, rating_strength=0.5, themes={"war": "War"})
    assert because(one("C"), one("C", tracker=strong)) == [
        ("tracker", "decibans.C", 5.0, 3.0),
        ("tracker", "rating_strength", 1.0, 0.5),
    ]
    rated = [("e0", "theme", None, "war"), ("e0", "ratings.s1", "C", "CC")]
    assert because(one("C"), one(item(ratings={"s1": "CC"}, theme="war"))) == rated

    def ended(p: float, reason: str) -> Database:
        return one(probability=p, hazard_ended=HazardEnded(day(50), reason))

    assert because(ended(0.5, "A summit."), ended(0.4, "The summit.")) == PRIOR


PRIOR = [("s1", "prior.probability", 0.5, 0.4)]


def test_what_became_known_later_or_did_not_move_a_figure_is_not_named() -> None:
    later = item(TODAY.replace(month=6), ratings={"s1": "C"})
    assert restated(one("C"), one("C", later), TODAY) == ()
    assert because(one("C"), one("C", later, probability=0.4)) == PRIOR
    moved = item(ratings={"s1": "N"}, origin="elsewhere")
    assert because(one("C", "N"), one("C", probability=0.4)) == PRIOR
    assert because(one("C"), one("C", "N", probability=0.4)) == PRIOR
    assert because(one("C", "N"), one("C", moved, probability=0.4)) == PRIOR


def test_a_forecast_that_was_edited_restates_what_was_stated() -> None:
    [found] = restated(said(0.4), said(0.2, rationales={"s1": "Why."}), TODAY)
    assert (found.stated, found.implied.to) == (Shift(from_=0.4, to=0.2), near(0.5))
    [change] = found.because
    assert astuple(change)[:5] == ("x", "probabilities.s1", 0.4, 0.2, "forecasts")
    assert because(one(), said(0.2)) == [("x", "date", None, "2022-01-02")]


def test_in_a_set_what_moved_a_rival_restates_all_of_it() -> None:
    def form(rating: str, *tags: str) -> Database:
        members = {id: scenario(set="form") for id in "abc"}
        talks = {"talks": indicator({"b": rating})}
        members["b"] = scenario(set="form", indicators=talks, tags=tags)
        return database(scenarios=members, evidence={"e": item(indicators={"b/talks": "observed"})})

    moved = [("b", "indicators.talks.ratings.b", "C", "CC")]
    assert because(form("C"), form("CC", "new"), "a") == moved


def test_a_scenario_that_is_gone_is_restated_and_a_new_one_was_never_printed() -> None:
    assert because(one(), database()) == [("s1", "opened", "2022-01-01", None)]
    assert restated(database(), one(), TODAY) == ()
    pair = {id: scenario(set="form") for id in "ab"}
    more = database(scenarios={**pair, "c": scenario(set="form")})
    left = [("c", "opened", "2022-01-01", None)]
    assert because(more, database(scenarios=pair), "a") == left
