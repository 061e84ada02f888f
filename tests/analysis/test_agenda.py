from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from msgspec.structs import astuple, replace

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.forecasts.stated import Standing, refusal
from scenarios.analysis.ledger.ledger import ledger
from scenarios.analysis.review.agenda import Agenda, Fresh, PastDue, Topic, agenda, without_evidence
from scenarios.model import Clarification, Database
from tests.analysis.words import database_of
from tests.records import (
    database,
    databases,
    day,
    indicator,
    near,
)

NOW = day(20)


def topics(db: Database | str, on: date = NOW) -> list[Topic]:
    """What the desk is asked, in order."""
    return [topic for group in groups(db, on) for topic in group]


def groups(db: Database | str, on: date = NOW) -> tuple[tuple[Topic, ...], ...]:
    return due(db, on=on).groups


def due(db: Database | str, *only: str, on: date = NOW) -> Agenda:
    return agenda(database_of(db) if isinstance(db, str) else db, "desk", on, only)


def topic(db: Database | str, id: str = "s1") -> Topic:
    return next(one for one in topics(db) if one.id == id)


# -- what is due ----------------------------------------------------------------------------------


def test_nothing_is_due_where_nothing_is_open() -> None:
    assert due("") == Agenda()


def test_items_that_rate_nothing_are_due_oldest_first() -> None:
    rate = "rated @2 s1=N; shows @2 s1/x=observed"
    db = f"s1; 2022-01-02-b @3; 2022-01-03-a @2; {rate}; gone @3 retracted=4; later @31"
    assert due(db).unrated == ("2022-01-03-a", "2022-01-02-b")
    assert due(db, "s1").unrated == ()


def test_an_indicator_past_its_due_day_is_due_unless_it_was_seen() -> None:
    past = PastDue(scenario="past", id="first", indicator=indicator({"past": "C"}, due=day(4)))
    late = PastDue(scenario="s1", id="late", indicator=indicator({"s1": "C"}, due=day(19)))
    s1 = "s1 late:C/due=19 now:C/due=20 seen:C/due=5 never:C; e @4 s1/seen=observed"
    db = f"{s1}; past horizon=10 first:C/due=4; done x:C/due=4 occurred=6"
    assert due(db).past_due == (past, late)
    assert due(db, "past").past_due == (past,)


def test_a_scenario_past_its_horizon_wants_an_outcome_and_no_figure() -> None:
    db = "s1 horizon=19; s2 horizon=20"
    assert due(db).overdue == ("s1",)
    assert [one.id for one in topics(db)] == ["s2"]
    assert due(db, "s2").overdue == ()


def test_only_questions_whose_answer_would_count_are_asked() -> None:
    known = "known occurred=20/40; later occurred=21/40; b1 set=s occurred=20/30; b2 set=s"
    db = database_of(f"future opened=21; {known}")
    assert [one.id for one in topics(db)] == ["later"]
    late = "was known on 2022-01-21: a forecast of 2022-01-21 never counts"
    assert [refusal(db, id, NOW) for id in db.scenarios] == [
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
    said = "desk@3 quick=.9 slow=.5 apart=.2 near=.51; desk@2 old=.5"
    seen = "e @5 quick=CC slow=C; f @2 apart=CC"
    ordered = topics(f"quick; slow; apart; near; old; never opened=1; {said}; {seen}")
    days = [("quick", 17), ("slow", 17), ("apart", 17), ("near", 17), ("never", 19), ("old", 18)]
    assert [(one.id, one.days) for one in ordered] == days


def test_a_movement_too_small_to_be_one_orders_nothing() -> None:
    first, second = topics("a hazard=constant; b; desk@19 a=.5 b=.6")
    assert (first.id, second.id) == ("b", "a")
    assert 0 < second.movement_bits < 0.001


def test_the_members_of_a_set_are_asked_together_where_the_first_of_them_stands() -> None:
    db = "alone; b1 set=s probability=.4; b2 set=s probability=.6; asleep"
    said = "e @5 b2=1.5 b1=N; f @5 alone=1.3; desk@3 alone=.5 b1=.4 b2=.6 asleep=.5"
    asked = [[one.id for one in group] for group in groups(f"{db}; {said}")]
    assert asked == [["b1", "b2"], ["alone"], ["asleep"]]


def test_the_movement_is_the_larger_of_the_teams_and_the_implied_since_the_analyst_looked() -> None:
    said = "desk@3 s1=.5 s2=.5; ann@3 s2=.5; ann@9 s2=.99"
    db = f"s1; s2; e @1 s1=CC s2=CC; f @9 s1=C; {said}"
    # 10 to 15 dB: 0.909 to 0.969; the odds of 1 and of 99 have a mean of 9.95: 0.5 to 0.909.
    bits = [round(topic(db, id).movement_bits, 3) for id in ("s1", "s2")]
    assert bits == [0.1, 1.355]


# -- what is new ----------------------------------------------------------------------------------


def test_news_are_what_became_known_after_the_analysts_last_forecast() -> None:
    s1 = "s1 set=s x:C y:C z:C clear=3:a clear=4:b clear=21:c"
    rivals = "s2 set=s; s3 set=s did-not-occur=3; s4 set=s did-not-occur=4"
    old = "seen @2 s1/y=observed; gone @2 s1=C retracted=9; kept @2 s1=C; same @3 s1=C"
    new = "brief @4 s1=C retracted=9; second @5 s1/x=observed; first @4 s1=N; other @4 s2=N"
    said = "later @31 s1=C; desk@3 s1=.3; ann@9 s1=.5; desk@1 s1=.2; desk@30 s1=.9"
    made = topic(f"{s1}; {rivals}; {old}; {new}; {said}")
    assert made.last
    own = f"{day(3)}-desk"
    assert astuple(made.last) == (own, day(3), "desk", 0.3, None, ())
    assert made.standing == Standing(probability=0.3, date=day(3), sheet=own)
    [change] = made.fresh.indicators
    states = ("unobserved", "observed")
    assert astuple(change) == ("s1", "x", "Something is seen", *states, ("second",))
    assert made.fresh == Fresh(
        evidence=("first", "second"),
        same_day=("same",),
        retracted=("gone",),
        indicators=(change,),
        clarifications=(Clarification(day(4), "b"),),
        decided=("s4",),
    )


def test_to_an_analyst_who_never_spoke_all_that_is_known_is_new() -> None:
    made = topic("s1 probability=.2 opened=5; ann@9 s1=.5; e @1 s1=CC")
    assert (made.last, made.standing, made.gap_decibans) == (None, None, None)
    assert (made.days, made.fresh) == (15, Fresh(evidence=("e",)))
    assert made.movement_bits == near(18 / 35 * math.log2(10))  # from the prior: 1/5 to 5/7


@pytest.mark.parametrize(("said", "last"), [("-", None), (".3", 0.3)])
def test_what_was_withdrawn_or_has_expired_stands_no_longer_and_is_the_last_word(
    said: str, last: float | None
) -> None:
    expiry = "tracker forecast_expires_days=10; " if last else ""
    made = topic(f"{expiry}s1; desk@2 s1=.4; desk@3 s1={said}")
    assert made.last
    assert (made.last.date, made.last.probability) == (day(3), last)
    assert (made.standing, made.days) == (None, 17)


def test_the_gap_is_the_analysts_own() -> None:
    assert topic("s1; desk@3 s1=.909090909; ann@3 s1=.5").gap_decibans == near(10.0)


def test_a_reason_is_kept_while_the_figure_is_only_reaffirmed() -> None:
    made = topic("s1; desk@1 s1=.2 why=s1; desk@8 s1=.2")
    assert made.last
    assert made.reasoned
    assert (made.last.date, made.last.rationale) == (day(8), None)
    assert (made.reasoned.date, made.reasoned.rationale) == (day(1), "Why.")


# -- what an answer rests on ----------------------------------------------------------------------


def test_a_change_in_what_an_answer_rests_on_is_seen_and_no_other() -> None:
    def grounds(changes: str = "") -> str:
        return topic(
            f"s1 set=s; s2 set=s; s3 set=s; s4; e @2 s1=C; desk@3 s1=.5; {changes}"
        ).grounds

    was = grounds()
    for change in (
        "e @2 s1=CC",
        "e @2 s1=C notes=No.",
        "e -",
        "desk@4 s1=.5",
        "s1 set=s horizon=99",
        "s2 set=s did-not-occur=9",
        "s1 set=s clear=9:So",
    ):
        assert grounds(change) != was, change
    assert grounds("f @2 s4=C; g @29 s1=C; ann@9 s1=.9") == was


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
    blind = without_evidence(database_of("s1 x:C/due=3/chance=.1"))
    assert blind.scenarios["s1"].indicators == {"x": indicator({"s1": "C"}, due=day(3))}
