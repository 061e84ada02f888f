from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import astuple, replace

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.forecasts.stated import Standing, refusal
from scenarios.analysis.ledger.ledger import ledger
from scenarios.analysis.review.agenda import Agenda, Fresh, PastDue, Topic, agenda, without_evidence
from scenarios.model import Clarification, Database, Sheet, Tracker
from tests.records import (
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
    sheets,
)

NOW = day(20)
OUT = resolution("did-not-occur", day(9))


def of(*said: Sheet, tracker: Tracker | None = None, **records: Any) -> Database:
    """A database with a set `b`, and one scenario unless others are given."""
    records = {"scenarios": {"s1": scenario()}, "sheets": sheets(*said), **records}
    return database(tracker or Tracker(sets={"b": "B"}), **records)


def topics(db: Database, on: date = NOW) -> list[Topic]:
    """What the desk is asked, in order."""
    return [topic for group in agenda(db, "desk", on).groups for topic in group]


def topic(db: Database, id: str = "s1") -> Topic:
    return next(one for one in topics(db) if one.id == id)


def desk(on: int, **figures: float | None) -> Sheet:
    return sheet(day(on), figures)


def ann(on: int, **figures: float | None) -> Sheet:
    return sheet(day(on), figures, analyst="ann")


# -- what is due ----------------------------------------------------------------------------------


def test_nothing_is_due_where_nothing_is_open() -> None:
    assert agenda(database(), "desk", NOW) == Agenda()


def test_items_that_rate_nothing_are_due_oldest_first() -> None:
    evidence = {
        "2022-01-02-b": item(day(3)),
        "2022-01-03-a": item(day(2)),
        "rated": item(day(2), ratings={"s1": "N"}),
        "shows": item(day(2), indicators={"s1/x": "observed"}),
        "gone": item(day(3), retracted=retraction(day(4))),
        "later": item(day(31)),
    }
    db = of(evidence=evidence)
    assert agenda(db, "desk", NOW).unrated == ("2022-01-03-a", "2022-01-02-b")
    assert agenda(db, "desk", NOW, ["s1"]).unrated == ()


def test_an_indicator_past_its_due_day_is_due_unless_it_was_seen() -> None:
    own = {id: indicator({"s1": "C"}, due=day(n)) for id, n in (("late", 19), ("now", 20))}
    own |= {"seen": indicator({"s1": "C"}, due=day(5)), "never": indicator({"s1": "C"})}
    first = indicator({"past": "C"}, due=day(4))
    scenarios = {
        "s1": scenario(indicators=own),
        "past": scenario(horizon=day(10), indicators={"first": first}),
        "done": scenario(indicators={"x": first}, resolution=OUT),
    }
    seen = {"e": item(day(4), indicators={"s1/seen": "observed"})}
    db = of(scenarios=scenarios, evidence=seen)
    past = PastDue(scenario="past", id="first", indicator=first)
    late = PastDue(scenario="s1", id="late", indicator=own["late"])
    assert agenda(db, "desk", NOW).past_due == (past, late)
    assert agenda(db, "desk", NOW, ["past"]).past_due == (past,)


def test_a_scenario_past_its_horizon_wants_an_outcome_and_no_figure() -> None:
    db = of(scenarios={"s1": scenario(horizon=day(19)), "s2": scenario(horizon=day(20))})
    assert agenda(db, "desk", NOW).overdue == ("s1",)
    assert [one.id for one in topics(db)] == ["s2"]
    assert agenda(db, "desk", NOW, ["s2"]).overdue == ()


def test_only_questions_whose_answer_would_count_are_asked() -> None:
    scenarios = {
        "future": scenario(opened=day(21)),
        "known": scenario(resolution=resolution("occurred", day(20), day(40))),
        "later": scenario(resolution=resolution("occurred", day(21), day(40))),
        "b1": scenario(set="b", resolution=resolution("occurred", day(20), day(30))),
        "b2": scenario(set="b"),
    }
    db = of(scenarios=scenarios)
    assert [one.id for one in topics(db)] == ["later"]
    late = "was known on 2022-01-21: a forecast of 2022-01-21 never counts"
    assert [refusal(db, id, NOW) for id in scenarios] == [
        "future opened on 2022-01-22: nothing was asked on 2022-01-21",
        f"the outcome of known {late}",
        None,
        f"the outcome of b1 {late}",
        f"the outcome of b2 {late}",
    ]


@given(databases())
def test_each_open_question_is_asked_once_whatever_is_known_of_it(db: Database) -> None:
    asked = [one.id for one in topics(db, on=day(300))]
    assert sorted(asked) == sorted(id for id in db.scenarios if not refusal(db, id, day(300)))
    assert topics(db, on=date(2021, 12, 31)) == []


# -- in which order -------------------------------------------------------------------------------


def test_what_moved_comes_first_then_the_gap_then_the_days() -> None:
    scenarios = {id: scenario() for id in ("quick", "slow", "apart", "near", "old")}
    scenarios["never"] = scenario(opened=day(1))
    evidence = {
        "e": item(day(5), ratings={"quick": "CC", "slow": "C"}),
        "f": item(day(2), ratings={"apart": "CC"}),
    }
    said = (desk(3, quick=0.9, slow=0.5, apart=0.2, near=0.51), desk(2, old=0.5))
    ordered = topics(of(*said, scenarios=scenarios, evidence=evidence))
    days = [("quick", 17), ("slow", 17), ("apart", 17), ("near", 17), ("never", 19), ("old", 18)]
    assert [(one.id, one.days) for one in ordered] == days


def test_a_movement_too_small_to_be_one_orders_nothing() -> None:
    scenarios = {"a": scenario(hazard="constant"), "b": scenario()}
    first, second = topics(of(desk(19, a=0.5, b=0.6), scenarios=scenarios))
    assert (first.id, second.id) == ("b", "a")
    assert 0 < second.movement_bits < 0.001


def test_the_members_of_a_set_are_asked_together_where_the_first_of_them_stands() -> None:
    scenarios = {"b1": scenario(0.4, set="b"), "b2": scenario(0.6, set="b")}
    scenarios |= {"alone": scenario(), "asleep": scenario()}
    ratings: tuple[dict[str, Any], ...] = ({"b2": 1.5, "b1": "N"}, {"alone": 1.3})
    evidence = {f"e{n}": item(day(5), ratings=rated) for n, rated in enumerate(ratings)}
    db = of(desk(3, alone=0.5, b1=0.4, b2=0.6, asleep=0.5), scenarios=scenarios, evidence=evidence)
    groups = [[one.id for one in group] for group in agenda(db, "desk", NOW).groups]
    assert groups == [["b1", "b2"], ["alone"], ["asleep"]]


def test_the_movement_is_the_larger_of_the_teams_and_the_implied_since_the_analyst_looked() -> None:
    both = item(day(1), ratings={"s1": "CC", "s2": "CC"})
    db = of(
        *(desk(3, s1=0.5, s2=0.5), ann(3, s2=0.5), ann(9, s2=0.99)),
        scenarios={"s1": scenario(), "s2": scenario()},
        evidence={"e": both, "f": item(day(9), ratings={"s1": "C"})},
    )
    # 10 to 15 dB: 0.909 to 0.969; the odds of 1 and of 99 have a mean of 9.95: 0.5 to 0.909.
    bits = [round(topic(db, id).movement_bits, 3) for id in ("s1", "s2")]
    assert bits == [0.1, 1.355]


# -- what is new ----------------------------------------------------------------------------------


def test_news_are_what_became_known_after_the_analysts_last_forecast() -> None:
    clarified = tuple(Clarification(day(n), f"Day {n}.") for n in (3, 4, 21))
    wrong = retraction(day(9))
    told = {"ratings": {"s1": "C"}}
    watched = {id: indicator({"s1": "C"}) for id in "xyz"}
    scenarios = {"s1": scenario(set="b", clarifications=clarified, indicators=watched)}
    scenarios["s2"] = scenario(set="b")
    for n in (3, 4):
        scenarios[f"s{n}"] = scenario(set="b", resolution=resolution("did-not-occur", day(n)))
    evidence = {
        "seen": item(day(2), indicators={"s1/y": "observed"}),
        "gone": item(day(2), retracted=wrong, **told),
        "brief": item(day(4), retracted=wrong, **told),
        "kept": item(day(2), **told),
        "same": item(day(3), **told),
        "second": item(day(5), indicators={"s1/x": "observed"}),
        "first": item(day(4), ratings={"s1": "N"}),
        "other": item(day(4), ratings={"s2": "N"}),
        "later": item(day(31), **told),
    }
    said = (desk(3, s1=0.3), ann(9, s1=0.5), desk(1, s1=0.2), desk(30, s1=0.9))
    made = topic(of(*said, scenarios=scenarios, evidence=evidence))
    assert made.last
    own = f"{day(3)}-desk"
    assert astuple(made.last) == (own, day(3), "desk", 0.3, None, ())
    assert made.standing == Standing(probability=0.3, date=day(3), sheet=own)
    assert (made.fresh.evidence, made.fresh.same_day) == (("first", "second"), ("same",))
    assert (made.fresh.retracted, made.fresh.decided) == (("gone",), ("s4",))
    assert made.fresh.clarifications == (clarified[1],)
    [change] = made.fresh.indicators
    states = ("unobserved", "observed")
    assert astuple(change) == ("s1", "x", "Something is seen", *states, ("second",))


def test_to_an_analyst_who_never_spoke_all_that_is_known_is_new() -> None:
    late = {"s1": scenario(0.2, opened=day(5))}
    seen = {"e": item(day(1), ratings={"s1": "CC"})}
    made = topic(of(ann(9, s1=0.5), scenarios=late, evidence=seen))
    assert (made.last, made.standing, made.gap_decibans) == (None, None, None)
    assert (made.days, made.fresh) == (15, Fresh(evidence=("e",)))
    assert made.movement_bits == near(18 / 35 * math.log2(10))  # from the prior: 1/5 to 5/7


@pytest.mark.parametrize(("said", "expires"), [(None, None), (0.3, 10)])
def test_what_was_withdrawn_or_has_expired_stands_no_longer_and_is_the_last_word(
    said: float | None, expires: int | None
) -> None:
    tracker = Tracker(forecast_expires_days=expires)
    made = topic(of(desk(2, s1=0.4), desk(3, s1=said), tracker=tracker))
    assert made.last
    assert (made.last.date, made.last.probability) == (day(3), said)
    assert (made.standing, made.days) == (None, 17)


def test_the_gap_is_the_analysts_own() -> None:
    assert topic(of(desk(3, s1=10 / 11), ann(3, s1=0.5))).gap_decibans == near(10.0)


def test_a_reason_is_kept_while_the_figure_is_only_reaffirmed() -> None:
    why = sheet(day(1), {"s1": 0.2}, rationales={"s1": "Nobody calls up."})
    made = topic(of(why, desk(8, s1=0.2)))
    assert made.last
    assert made.reasoned
    assert (made.last.date, made.last.rationale) == (day(8), None)
    assert (made.reasoned.date, made.reasoned.rationale) == (day(1), "Nobody calls up.")


# -- what an answer rests on ----------------------------------------------------------------------

OTHERS = {"s2": scenario(set="b"), "s3": scenario(set="b"), "s4": scenario()}
ONE = item(day(2), ratings={"s1": "C"})


def grounds(*said: Sheet, e: Any = ONE, s2: Any = None, more: Any = None, **s1: Any) -> str:
    """Of an answer about s1, in a set of three beside a scenario alone."""
    scenarios = {"s1": scenario(set="b", **s1), **OTHERS} | ({"s2": s2} if s2 else {})
    evidence = ({"e": e} if e else {}) | (more or {})
    return topic(of(*(said or [desk(3, s1=0.5)]), scenarios=scenarios, evidence=evidence)).grounds


def test_a_change_in_what_an_answer_rests_on_is_seen_and_no_other() -> None:
    was = grounds()
    assert was not in {
        grounds(e=item(day(2), ratings={"s1": "CC"})),
        grounds(e=item(day(2), ratings={"s1": "C"}, quote="No.")),
        grounds(e=None),
        grounds(desk(4, s1=0.5)),
        grounds(horizon=day(99)),
        grounds(s2=scenario(set="b", resolution=OUT)),
        grounds(clarifications=(Clarification(day(9), "So."),)),
    }
    more = {"f": item(day(2), ratings={"s4": "C"}), "g": item(day(29), ratings={"s1": "C"})}
    assert grounds(desk(3, s1=0.5), ann(9, s1=0.9), more=more) == was


# -- without a look at the evidence ---------------------------------------------------------------


@given(databases())
def test_without_evidence_what_is_implied_is_the_prior(db: Database) -> None:
    blind = without_evidence(db)
    bare = {
        id: replace(one, indicators={}, prior=replace(one.prior, includes=()))
        for id, one in db.scenarios.items()
    }
    prior = database(db.tracker, scenarios=bare)
    for id, one in db.scenarios.items():
        assert ledger(known(blind, NOW), id).implied == ledger(known(prior, NOW), id).implied
        assert list(blind.scenarios[id].indicators) == list(one.indicators)


def test_without_evidence_no_absence_has_a_worth() -> None:
    watched = {"x": indicator({"s1": "C"}, due=day(3), chance=0.1)}
    blind = without_evidence(of(scenarios={"s1": scenario(indicators=watched)}))
    assert blind.scenarios["s1"].indicators == {"x": indicator({"s1": "C"}, due=day(3))}
