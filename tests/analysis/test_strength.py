from __future__ import annotations

import math
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scenarios.analysis.scores.daily_forecasts import archive, question
from scenarios.analysis.scores.scoring import score
from scenarios.analysis.scores.strength import FittedStrength, fitted_strength
from scenarios.model import Database, Outcome, Rating, Tracker
from scenarios.scales import decibans, held
from tests.records import CODES, database, day, indicator, item, near, rated, resolution, scenario

OUT = resolution("did-not-occur", day(10))


def tried(db: Database) -> FittedStrength | None:
    asked = (question(db, id, day(900)) for id in sorted(db.scenarios))
    scored = [one for one in asked if one and one.scored and one.outcome != "annulled"]
    return fitted_strength(archive(db), scored)


def fitted(db: Database) -> FittedStrength:
    found = tried(db)
    assert found is not None
    return found


def record(right: int, wrong: int, **more: Any) -> Database:
    """Even questions with one line of 10 dB each, open ten days; so many of them occurred."""
    ended = [scenario(resolution=resolution("occurred", day(10)))] * right
    ended += [scenario(resolution=OUT)] * wrong
    asked = {f"s{n}": one for n, one in enumerate(ended)}
    seen = {f"2022-01-01-e{n}": item(ratings={id: "CC"}) for n, id in enumerate(asked)}
    scenarios, evidence = asked | more.pop("scenarios", {}), seen | more.pop("evidence", {})
    return database(scenarios=scenarios, evidence=evidence, **more)


def test_the_strength_makes_the_evidence_come_true_as_often_as_it_says() -> None:
    # 8 of 10 occurred: the best figure is 0.8, 6.02 dB, and the line was worth 10.
    found = fitted(record(8, 2))
    assert found.strength == near(decibans(0.8) / 10, abs=0.001)
    assert (found.declared, found.questions, found.independent) == (1, 10, 10)
    # The ends are those of records in which 6 and 10 of 10 occurred, as drawn.
    assert (found.low, found.high) == (near(decibans(0.6) / 10, abs=0.001), 3.0)


def test_a_record_that_was_always_right_or_wrong_ends_at_the_most_or_at_nothing() -> None:
    for right, wrong, ends in ((1, 3, (0, None, None)), (5, 0, (3, 3, 3))):
        found = fitted(record(right, wrong))
        assert (found.strength, found.low, found.high) == ends


def test_days_before_the_evidence_say_nothing_of_its_strength() -> None:
    early = record(8, 2)
    evidence = {id: item(day(9), ratings=one.ratings) for id, one in early.evidence.items()}
    late = fitted(database(scenarios=early.scenarios, evidence=evidence))
    assert late.strength == near(fitted(early).strength)


def test_a_set_weighs_one_as_the_mean_of_its_members() -> None:
    members = {id: scenario(1 / 3, set="s") for id in "bc"}
    members["a"] = scenario(1 / 3, set="s", resolution=resolution("occurred", day(10)))
    found = fitted(record(3, 1, scenarios=members, evidence={"x": item(ratings={"b": "CC"})}))
    assert (found.questions, found.independent) == (7, 5)

    def log_score(factor: float) -> float:
        odds = 10**factor
        right, wrong, other = (x / (odds + 2) for x in (1, odds, 1))
        of_set = (math.log(right) + math.log(1 - wrong) + math.log(1 - other)) / 3
        return of_set + 3 * math.log(odds / (odds + 1)) + math.log(1 / (odds + 1))

    best = max((k / 1000 for k in range(3001)), key=log_score)
    assert found.strength == near(best, abs=0.005)


def test_an_absence_is_evidence_and_a_question_without_any_is_not_counted() -> None:
    watched = {"x": indicator({"s9": "CC"}, due=day(2), if_absent="I")}
    more = {
        "s9": scenario(indicators=watched, resolution=OUT),
        "bare": scenario(resolution=OUT),
        "quiet": scenario(indicators={"x": indicator({"quiet": "C"})}, resolution=OUT),
    }
    assert fitted(record(2, 1, scenarios=more)).questions == 4
    bare = {"s1": scenario(resolution=OUT)}
    assert tried(database(scenarios=bare)) is None
    assert tried(database(scenarios=bare, evidence=rated("s1", "N"))) is None


@given(st.integers(0, 9), st.integers(0, 9))
def test_the_best_factor_is_where_the_frequency_is(right: int, wrong: int) -> None:
    assume(right + wrong)
    frequency = held(right / (right + wrong))
    factor = min(max(decibans(frequency) / 10, 0), 3)
    assert fitted(record(right, wrong)).strength == near(factor, abs=0.002)


lines = st.tuples(st.integers(0, 9), st.sampled_from(CODES))
answers = st.tuples(
    st.sampled_from(["occurred", "did-not-occur"]),
    st.sampled_from([None, "constant"]),
    st.lists(lines, min_size=1, max_size=3),
)


@settings(max_examples=20, deadline=None)
@given(st.lists(answers, min_size=2, max_size=4))
def test_declared_it_would_have_scored_best(
    told: list[tuple[Outcome, str | None, list[tuple[int, Rating]]]],
) -> None:
    """The whole ledger, computed anew with every strength, agrees with the factor on its totals."""
    ended = {
        f"s{n}": scenario(0.4, hazard=hazard, resolution=resolution(outcome, day(10)))
        for n, (outcome, hazard, _) in enumerate(told)
    }
    evidence = {
        f"e{n}-{k}": item(day(on), ratings={f"s{n}": code})
        for n, (*_, lines) in enumerate(told)
        for k, (on, code) in enumerate(lines)
    }

    def with_strength(strength: float) -> Database:
        tracker = Tracker(rating_strength=strength, evidence_dependence=0.4)
        return database(tracker, scenarios=ended, evidence=evidence)

    def log_score(strength: float) -> float:
        scored = score(with_strength(strength), day(900)).forecasters
        return next(row.log_score for row in scored if row.name == "implied")

    found = tried(with_strength(1))
    assume(found is not None)
    assert found is not None
    highest = log_score(found.strength)
    assert all(highest >= log_score(k / 10) - 1e-4 for k in (0, 1, 3, 6, 9, 12, 16, 20, 25, 30))
    for declared in (0.5, 2.0):
        again = fitted(with_strength(declared))
        assert (again.declared, again.strength) == (declared, near(found.strength, abs=1e-6))
