from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from scenarios.analysis.evidence.indicator_state import IndicatorChange
from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.forecasts.stated import Given, Standing, refusal
from scenarios.analysis.ledger.ledger import ledger
from scenarios.analysis.review.agenda import Agenda, Fresh, PastDue, Topic, agenda, without_evidence
from scenarios.model import Clarification, Database, Tracker
from tests.records import (
    END,
    START,
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

NOW = day(20)


def topics(db: Database, *only: str, on: date = NOW) -> list[Topic]:
    """What the desk is asked, in order."""
    return [topic for group in agenda(db, "desk", on, only).groups for topic in group]


def topic(db: Database, id: str = "s1", on: date = NOW) -> Topic:
    return next(one for one in topics(db, on=on) if one.id == id)


def desk(on: date, **figures: float | None) -> dict[str, Any]:
    return {f"{on}-desk": sheet(on, figures)}


# -- what is due ----------------------------------------------------------------------------------


def test_nothing_is_due_where_nothing_is_open() -> None:
    assert agenda(database(), "desk", NOW) == Agenda()


def test_items_that_rate_nothing_are_due_oldest_first() -> None:
    db = database(
        scenarios={"s1": scenario()},
        evidence={
            "2022-01-02-b": item(day(3)),
            "2022-01-03-a": item(day(2)),
            "2022-01-03-rated": item(day(2), ratings={"s1": "N"}),
            "2022-01-03-shows": item(day(2), indicators={"s1/x": "observed"}),
            "2022-01-04-gone": item(day(3), retracted=retraction(day(4))),
            "2022-02-01-later": item(day(31)),
        },
    )
    assert agenda(db, "desk", NOW).unrated == ("2022-01-03-a", "2022-01-02-b")
    assert agenda(db, "desk", NOW, ["s1"]).unrated == ()


def test_an_indicator_past_its_due_day_is_due_unless_it_was_seen() -> None:
    def watched(due: int, **ratings: str) -> Any:
        return indicator(ratings or {"s1": "C"}, due=day(due))

    never = indicator({"s1": "C"})
    own = {"late": watched(19), "today": watched(20), "seen": watched(5), "never": never}
    db = database(
        scenarios={
            "s1": scenario(indicators=own),
            "past": scenario(horizon=day(10), indicators={"first": watched(4)}),
            "done": scenario(
                indicators={"x": watched(4)}, resolution=resolution("occurred", day(6))
            ),
        },
        evidence={"2022-01-05-e": item(day(4), indicators={"s1/seen": "observed"})},
    )
    assert agenda(db, "desk", NOW).past_due == (
        PastDue(scenario="past", id="first", indicator=watched(4)),
        PastDue(scenario="s1", id="late", indicator=watched(19)),
    )
    assert agenda(db, "desk", NOW, ["past"]).past_due == (
        PastDue(scenario="past", id="first", indicator=watched(4)),
    )


def test_a_scenario_past_its_horizon_wants_an_outcome_and_no_figure() -> None:
    db = database(scenarios={"s1": scenario(horizon=day(19)), "s2": scenario(horizon=day(20))})
    due = agenda(db, "desk", NOW)
    assert due.overdue == ("s1",)
    assert [one.id for group in due.groups for one in group] == ["s2"]
    assert agenda(db, "desk", NOW, ["s2"]).overdue == ()


def test_only_questions_whose_answer_would_count_are_asked() -> None:
    db = database(
        Tracker(sets={"b": "B"}),
        scenarios={
            "future": scenario(opened=day(21)),
            "known": scenario(resolution=resolution("occurred", day(20), day(40))),
            "later": scenario(resolution=resolution("occurred", day(21), day(40))),
            "b1": scenario(set="b", resolution=resolution("occurred", day(20), day(30))),
            "b2": scenario(set="b"),
        },
    )
    assert [one.id for one in topics(db)] == ["later"]
    assert {id: refusal(db, id, NOW) for id in db.scenarios} == {
        "future": "future opened on 2022-01-22: nothing was asked on 2022-01-21",
        "known": "the outcome of known was known on 2022-01-21: "
        "a forecast of 2022-01-21 never counts",
        "later": None,
        "b1": "the outcome of b1 was known on 2022-01-21: a forecast of 2022-01-21 never counts",
        "b2": "the outcome of b2 was known on 2022-01-21: a forecast of 2022-01-21 never counts",
    }


# -- in which order -------------------------------------------------------------------------------


def test_what_moved_comes_first_then_the_gap_then_the_days() -> None:
    db = database(
        scenarios={
            "quick": scenario(),
            "slow": scenario(),
            "apart": scenario(),
            "near": scenario(),
            "old": scenario(),
            "never": scenario(opened=day(1)),
        },
        evidence={
            "2022-01-06-e": item(day(5), ratings={"quick": "CC", "slow": "C"}),
            "2022-01-03-f": item(day(2), ratings={"apart": "CC"}),
        },
        sheets={**desk(day(3), quick=0.9, slow=0.5, apart=0.2, near=0.51), **desk(day(2), old=0.5)},
    )
    ordered = topics(db)
    assert [one.id for one in ordered] == ["quick", "slow", "apart", "near", "never", "old"]
    assert [one.days for one in ordered] == [17, 17, 17, 17, 19, 18]
    assert ordered[4].gap_decibans is None


def test_a_movement_too_small_to_be_one_orders_nothing() -> None:
    db = database(
        scenarios={"a": scenario(hazard="constant"), "b": scenario()},
        sheets=desk(day(19), a=0.5, b=0.6),
    )
    first, second = topics(db)
    assert (first.id, second.id) == ("b", "a")
    assert 0 < second.movement_bits < 0.001


def test_the_members_of_a_set_are_asked_together_where_the_first_of_them_stands() -> None:
    db = database(
        Tracker(sets={"b": "B"}),
        scenarios={
            "alone": scenario(),
            "b1": scenario(0.4, set="b"),
            "b2": scenario(0.6, set="b"),
            "asleep": scenario(),
        },
        evidence={
            "2022-01-06-e": item(day(5), ratings={"b2": 1.5, "b1": "N"}),
            "2022-01-06-f": item(day(5), ratings={"alone": 1.3}),
        },
        sheets=desk(day(3), alone=0.5, b1=0.4, b2=0.6, asleep=0.5),
    )
    groups = [[one.id for one in group] for group in agenda(db, "desk", NOW).groups]
    assert groups == [["b1", "b2"], ["alone"], ["asleep"]]


def test_the_movement_is_the_larger_of_the_teams_and_the_implied_since_the_analyst_looked() -> None:
    db = database(
        scenarios={"s1": scenario(), "s2": scenario()},
        evidence={
            "2022-01-02-e": item(day(1), ratings={"s1": "CC", "s2": "CC"}),
            "2022-01-10-f": item(day(9), ratings={"s1": "C"}),
        },
        sheets={
            **desk(day(3), s1=0.5, s2=0.5),
            f"{day(3)}-ann": sheet(day(3), {"s2": 0.5}, analyst="ann"),
            f"{day(9)}-ann": sheet(day(9), {"s2": 0.99}, analyst="ann"),
        },
    )
    s1, s2 = topic(db, "s1"), topic(db, "s2")
    # 10 to 15 dB: 0.909 to 0.969; the odds of 1 and of 99 have a mean of 9.95: 0.5 to 0.909.
    assert round(s1.movement_bits, 3) == 0.1
    assert round(s2.movement_bits, 3) == 1.355


# -- what is new ----------------------------------------------------------------------------------


def test_news_are_what_became_known_after_the_analysts_last_forecast() -> None:
    fires = {"s1/x": "observed"}
    clarified = (
        Clarification(day(3), "On the day."),
        Clarification(day(4), "After it."),
        Clarification(day(21), "Not yet."),
    )
    db = database(
        Tracker(sets={"b": "B"}),
        scenarios={
            "s1": scenario(
                set="b",
                clarifications=clarified,
                indicators={
                    "x": indicator({"s1": "C"}),
                    "y": indicator({"s1": "C"}),
                    "z": indicator({"s1": "C"}),
                },
            ),
            "s2": scenario(set="b"),
            "s3": scenario(set="b", resolution=resolution("did-not-occur", day(3))),
            "s4": scenario(set="b", resolution=resolution("did-not-occur", day(4))),
        },
        evidence={
            "2022-01-03-seen": item(day(2), indicators={"s1/y": "observed"}),
            "2022-01-03-gone": item(day(2), ratings={"s1": "C"}, retracted=retraction(day(9))),
            "2022-01-03-brief": item(day(4), ratings={"s1": "C"}, retracted=retraction(day(9))),
            "2022-01-03-kept": item(day(2), ratings={"s1": "C"}),
            "2022-01-04-same": item(day(3), ratings={"s1": "C"}),
            "2022-01-06-second": item(day(5), indicators=fires),
            "2022-01-05-first": item(day(4), ratings={"s1": "N"}),
            "2022-01-05-other": item(day(4), ratings={"s2": "N"}),
            "2022-02-01-later": item(day(31), ratings={"s1": "C"}),
        },
        sheets={
            **desk(day(3), s1=0.3),
            f"{day(9)}-ann": sheet(day(9), {"s1": 0.5}, analyst="ann"),
            f"{day(1)}-desk": sheet(day(1), {"s1": 0.2}),
            f"{day(30)}-desk": sheet(day(30), {"s1": 0.9}),
        },
    )
    found = topic(db)
    assert found.last == Given(
        sheet=f"{day(3)}-desk",
        date=day(3),
        analyst="desk",
        probability=0.3,
        rationale=None,
        evidence=(),
    )
    assert found.standing == Standing(probability=0.3, date=day(3), sheet=f"{day(3)}-desk")
    assert found.fresh == Fresh(
        evidence=("2022-01-05-first", "2022-01-06-second"),
        same_day=("2022-01-04-same",),
        retracted=("2022-01-03-gone",),
        indicators=(
            IndicatorChange(
                scenario="s1",
                indicator="x",
                statement="Something is seen",
                before="unobserved",
                after="observed",
                evidence=("2022-01-06-second",),
            ),
        ),
        clarifications=(clarified[1],),
        decided=("s4",),
    )


def test_to_an_analyst_who_never_spoke_all_that_is_known_is_new() -> None:
    db = database(
        scenarios={"s1": scenario(0.2, opened=day(5))},
        evidence={"2022-01-02-e": item(day(1), ratings={"s1": "CC"})},
        sheets={f"{day(9)}-ann": sheet(day(9), {"s1": 0.5}, analyst="ann")},
    )
    found = topic(db)
    assert (found.last, found.standing, found.gap_decibans) == (None, None, None)
    assert (found.days, found.fresh) == (15, Fresh(evidence=("2022-01-02-e",)))
    assert found.movement_bits == near(18 / 35 * math.log2(10))  # from the prior: 1/5 to 5/7


@pytest.mark.parametrize(("said", "expires"), [(None, None), (0.3, 10)])
def test_what_was_withdrawn_or_has_expired_stands_no_longer_and_is_the_last_word(
    said: float | None, expires: int | None
) -> None:
    db = database(
        Tracker(forecast_expires_days=expires),
        scenarios={"s1": scenario()},
        sheets={**desk(day(2), s1=0.4), **desk(day(3), s1=said)},
    )
    found = topic(db)
    assert found.last == Given(
        sheet=f"{day(3)}-desk",
        date=day(3),
        analyst="desk",
        probability=said,
        rationale=None,
        evidence=(),
    )
    assert (found.standing, found.days) == (None, 17)


def test_the_gap_is_the_analysts_own() -> None:
    db = database(
        scenarios={"s1": scenario(0.5)},
        sheets={
            **desk(day(3), s1=10 / 11),
            f"{day(3)}-ann": sheet(day(3), {"s1": 0.5}, analyst="ann"),
        },
    )
    assert topic(db).gap_decibans == near(10.0)


# -- what an answer rests on ----------------------------------------------------------------------

BASE: dict[str, Any] = {
    "scenarios": {
        "s1": scenario(set="b"),
        "s2": scenario(set="b"),
        "s3": scenario(set="b"),
        "s4": scenario(),
    },
    "evidence": {"2022-01-03-e": item(day(2), ratings={"s1": "C"})},
    "sheets": desk(day(3), s1=0.5),
}


@pytest.mark.parametrize(
    "change",
    [
        {"evidence": {"2022-01-03-e": item(day(2), ratings={"s1": "CC"})}},
        {"evidence": {"2022-01-03-e": item(day(2), ratings={"s1": "C"}, quote="No.")}},
        {"evidence": {}},
        {"sheets": desk(day(4), s1=0.5)},
        {"scenarios": {**BASE["scenarios"], "s1": scenario(set="b", horizon=day(99))}},
        {
            "scenarios": {
                **BASE["scenarios"],
                "s2": scenario(set="b", resolution=resolution("did-not-occur", day(9))),
            }
        },
        {
            "scenarios": {
                **BASE["scenarios"],
                "s1": scenario(set="b", clarifications=(Clarification(day(9), "So."),)),
            }
        },
    ],
)
def test_another_ground_of_an_answer_is_seen(change: dict[str, Any]) -> None:
    tracker = Tracker(sets={"b": "B"})
    assert (
        topic(database(tracker, **BASE)).grounds
        != topic(database(tracker, **{**BASE, **change})).grounds
    )


def test_what_an_answer_does_not_rest_on_leaves_its_grounds_alone() -> None:
    tracker = Tracker(sets={"b": "B"})
    other = {
        **BASE,
        "evidence": {
            **BASE["evidence"],
            "2022-01-03-f": item(day(2), ratings={"s4": "C"}),
            "2022-01-30-g": item(day(29), ratings={"s1": "C"}),
        },
        "sheets": {**BASE["sheets"], f"{day(9)}-ann": sheet(day(9), {"s1": 0.9}, analyst="ann")},
    }
    assert topic(database(tracker, **BASE)).grounds == topic(database(tracker, **other)).grounds


# -- without a look at the evidence ---------------------------------------------------------------


@given(databases())
def test_without_evidence_what_is_implied_is_the_prior(db: Database) -> None:
    blind = without_evidence(db)
    bare = database(
        db.tracker,
        scenarios={
            id: scenario(
                one.prior.probability,
                set=one.set,
                hazard=one.prior.hazard,
                resolution=one.resolution,
            )
            for id, one in db.scenarios.items()
        },
    )
    for id in db.scenarios:
        shown = ledger(known(blind, NOW), id).implied
        assert shown == ledger(known(bare, NOW), id).implied
    assert {id: list(s.indicators) for id, s in blind.scenarios.items()} == {
        id: list(s.indicators) for id, s in db.scenarios.items()
    }


def test_without_evidence_no_absence_has_a_worth() -> None:
    watched = {"x": indicator({"s1": "C"}, due=day(3), chance=0.1)}
    blind = without_evidence(database(scenarios={"s1": scenario(indicators=watched)}))
    assert blind.scenarios["s1"].indicators == {"x": indicator({"s1": "C"}, due=day(3))}


@given(databases())
def test_each_open_question_is_asked_once_whatever_is_known_of_it(db: Database) -> None:
    asked = [one.id for one in topics(db, on=day(300))]
    assert sorted(asked) == sorted(
        id for id in db.scenarios if refusal(db, id, day(300)) is None and day(300) <= END
    )
    assert topics(db, on=START - (day(1) - day(0))) == []


def test_a_reason_is_kept_while_the_figure_is_only_reaffirmed() -> None:
    said = {
        "x": sheet(day(1), {"s1": 0.2}, rationales={"s1": "Nobody calls up."}),
        "y": sheet(day(8), {"s1": 0.2}),
    }
    db = database(scenarios={"s1": scenario()}, sheets=said)
    ((topic,),) = agenda(db, "desk", day(15)).groups
    assert topic.last
    assert topic.reasoned
    assert (topic.last.date, topic.last.rationale) == (day(8), None)
    assert (topic.reasoned.date, topic.reasoned.rationale) == (day(1), "Nobody calls up.")
