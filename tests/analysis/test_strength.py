from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scenarios.analysis.scores.daily_forecasts import archive, question
from scenarios.analysis.scores.scoring import score
from scenarios.analysis.scores.strength import FittedStrength, fitted_strength
from scenarios.model import Database, Outcome, Rating, Tracker
from scenarios.scales import decibans, held, probability
from tests.records import CODES, database, day, indicator, item, near, resolution, scenario


def fitted(db: Database) -> FittedStrength | None:
    asked = (question(db, id, day(900)) for id in sorted(db.scenarios))
    scored = [one for one in asked if one and one.scored and one.outcome != "annulled"]
    return fitted_strength(archive(db), scored)


def record(right: int, wrong: int, tracker: Tracker | None = None, **keys: Any) -> Database:
    """Even questions with one line of 10 dB each, open ten days; so many of them occurred."""
    outcomes = ["occurred"] * right + ["did-not-occur"] * wrong
    ended = {
        f"s{n}": scenario(0.5, resolution=resolution(outcome, day(10)), **keys)
        for n, outcome in enumerate(outcomes)
    }
    seen = {f"2022-01-01-e{n}": item(ratings={id: "CC"}) for n, id in enumerate(ended)}
    return database(tracker, scenarios=ended, evidence=seen)


def test_the_strength_makes_the_evidence_come_true_as_often_as_it_says() -> None:
    # 8 of 10 occurred: the best figure is 0.8, 6.02 dB, and the line was worth 10.
    found = fitted(record(8, 2))
    assert found is not None
    assert found.strength == near(decibans(0.8) / 10, abs=0.001)
    assert (found.declared, found.questions, found.independent) == (1, 10, 10)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.strength < found.high
    # The ends are those of records in which 6 and 10 of 10 occurred, as drawn.
    assert (found.low, found.high) == (near(decibans(0.6) / 10, abs=0.001), 3.0)


def test_a_record_against_its_evidence_would_have_had_it_at_nothing() -> None:
    found = fitted(record(1, 3))
    assert found is not None
    assert (found.strength, found.low, found.high) == (0, None, None)


def test_a_record_that_was_always_right_would_have_had_it_at_the_most() -> None:
    found = fitted(record(5, 0))
    assert found is not None
    assert (found.strength, found.low, found.high) == (3, 3, 3)


def test_days_before_the_evidence_say_nothing_of_its_strength() -> None:
    early = record(8, 2)
    evidence = {id: item(day(9), ratings=one.ratings) for id, one in early.evidence.items()}
    late, whole = fitted(database(scenarios=early.scenarios, evidence=evidence)), fitted(early)
    assert late is not None
    assert whole is not None
    assert late.strength == near(whole.strength)


def test_a_constant_hazard_moves_the_prior_from_day_to_day() -> None:
    found = fitted(record(4, 1, hazard="constant"))
    assert found is not None
    priors = [1 - 0.5 ** ((364 - n) / 364) for n in range(10)]

    def loss(factor: float) -> float:
        figures = [probability(decibans(p) + 10 * factor) for p in priors]
        return sum(4 * math.log(p) + math.log(1 - p) for p in figures)

    best = max((k / 1000 for k in range(3001)), key=loss)
    assert found.strength == near(best, abs=0.002)


def test_a_set_weighs_one_as_the_mean_of_its_members() -> None:
    names = ("a", "b", "c")
    members = {
        id: scenario(
            1 / 3, set="s", resolution=resolution("occurred", day(10)) if id == "a" else None
        )
        for id in names
    }
    db = database(
        Tracker(sets={"s": "S"}),
        scenarios=members | record(3, 1).scenarios,
        evidence={"2022-01-01-x": item(ratings={"b": "CC"}), **record(3, 1).evidence},
    )
    found = fitted(db)
    assert found is not None
    assert (found.questions, found.independent) == (7, 5)

    def loss(factor: float) -> float:
        odds = 10**factor
        right, wrong, other = (x / (odds + 2) for x in (1, odds, 1))
        of_set = (math.log(right) + math.log(1 - wrong) + math.log(1 - other)) / 3
        p = odds / (odds + 1)
        return of_set + 3 * math.log(p) + math.log(1 - p)

    best = max((k / 1000 for k in range(3001)), key=loss)
    assert found.strength == near(best, abs=0.005)


def test_an_absence_is_evidence_and_a_question_without_any_is_not_counted() -> None:
    watched = {"x": indicator({"s9": "CC"}, due=day(2), if_absent="I")}
    ended = resolution("did-not-occur", day(10))
    db = record(2, 1)
    more = {
        "s9": scenario(0.5, indicators=watched, resolution=ended),
        "bare": scenario(0.5, resolution=ended),
        "quiet": scenario(0.5, resolution=ended, indicators={"x": indicator({"quiet": "C"})}),
    }
    found = fitted(database(scenarios=db.scenarios | more, evidence=db.evidence))
    assert found is not None
    assert found.questions == 4


def test_without_evidence_there_is_nothing_to_fit() -> None:
    bare = {"s1": scenario(0.5, resolution=resolution("occurred", day(10)))}
    assert fitted(database(scenarios=bare)) is None
    neutral = database(scenarios=bare, evidence={"2022-01-01-e": item(ratings={"s1": "N"})})
    assert fitted(neutral) is None


@given(st.integers(0, 9), st.integers(0, 9))
def test_the_best_factor_is_where_the_frequency_is(right: int, wrong: int) -> None:
    assume(right + wrong)
    found = fitted(record(right, wrong))
    assert found is not None
    frequency = held(right / (right + wrong))
    assert found.strength == near(min(max(decibans(frequency) / 10, 0), 3), abs=0.002)


@pytest.mark.parametrize("declared", [0.5, 2.0])
def test_the_strength_does_not_depend_on_what_is_declared(declared: float) -> None:
    found, plain = fitted(record(8, 2, Tracker(rating_strength=declared))), fitted(record(8, 2))
    assert found is not None
    assert plain is not None
    assert found.declared == declared
    assert found.strength == near(plain.strength, abs=1e-6)


answers = st.tuples(
    st.sampled_from(["occurred", "did-not-occur"]),
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from(CODES)), min_size=1, max_size=3),
)


@settings(max_examples=20, deadline=None)
@given(st.lists(answers, min_size=2, max_size=4))
def test_declared_it_would_have_scored_best(
    told: list[tuple[Outcome, list[tuple[int, Rating]]]],
) -> None:
    """The whole ledger, computed anew with every strength, agrees with the factor on its totals."""
    ended = {
        f"s{n}": scenario(0.4, resolution=resolution(outcome, day(10)))
        for n, (outcome, _) in enumerate(told)
    }
    evidence = {
        f"2022-01-01-e{n}-{k}": item(day(on), ratings={f"s{n}": code})
        for n, (_, lines) in enumerate(told)
        for k, (on, code) in enumerate(lines)
    }

    def log_score(strength: float) -> float:
        tracker = Tracker(rating_strength=strength, evidence_dependence=0.4)
        scored = score(database(tracker, scenarios=ended, evidence=evidence), day(900))
        return next(row.log_score for row in scored.forecasters if row.name == "implied")

    found = fitted(database(Tracker(evidence_dependence=0.4), scenarios=ended, evidence=evidence))
    assume(found is not None)
    assert found is not None
    best = log_score(found.strength)
    assert all(best >= log_score(k / 10) - 1e-4 for k in (0, 1, 3, 6, 9, 12, 16, 20, 25, 30))
