from __future__ import annotations

import math

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scenarios.analysis.scores.daily_forecasts import archive, question
from scenarios.analysis.scores.scoring import score
from scenarios.analysis.scores.skill import TRIED, FittedStrength, fitted_strength
from scenarios.model import Database
from scenarios.scales import decibans, held
from tests.analysis.words import database_of
from tests.records import CODES, day, near


def tried(db: Database) -> FittedStrength | None:
    asked = (question(db, id, day(900)) for id in sorted(db.scenarios))
    scored = [one for one in asked if one and one.scored and one.outcome != "annulled"]
    return fitted_strength(archive(db), scored)


def fitted(db: Database) -> FittedStrength:
    found = tried(db)
    assert found is not None
    return found


def record(right: int, wrong: int, more: str = "") -> Database:
    """Even questions with one line of 10 dB each, open ten days; so many of them occurred."""
    outcomes = ["occurred"] * right + ["did-not-occur"] * wrong
    asked = (f"s{n} {outcome}=10; e{n} @0 s{n}=CC" for n, outcome in enumerate(outcomes))
    return database_of(f"{'; '.join(asked)}; {more}")


def test_the_strength_makes_the_evidence_come_true_as_often_as_it_says() -> None:
    # 8 of 10 occurred: the best figure is 0.8, 6.02 dB, and the line was worth 10.
    found = fitted(record(8, 2))
    assert (TRIED[1], TRIED[-1]) == (0.05, 3.0)
    assert found.strength == near(decibans(0.8) / 10, abs=0.001)
    assert (found.declared, found.questions, found.independent) == (1, 10, 10)
    # The ends are those of records in which 6 and 10 of 10 occurred, as drawn.
    assert (found.low, found.high) == (near(decibans(0.6) / 10, abs=0.001), 3.0)


def test_a_record_that_was_always_right_or_wrong_ends_at_the_most_or_at_nothing() -> None:
    for right, wrong, ends in ((1, 3, (0, None, None)), (5, 0, (3, 3, 3))):
        found = fitted(record(right, wrong))
        assert (found.strength, found.low, found.high) == ends


def test_days_before_the_evidence_say_nothing_of_its_strength() -> None:
    late = fitted(record(8, 2, "; ".join(f"e{n} @9 s{n}=CC" for n in range(10))))
    assert late.strength == near(fitted(record(8, 2)).strength)


def test_a_set_weighs_one_as_the_mean_of_its_members() -> None:
    members = "b set=s probability=.3333333333; c set=s probability=.3333333333; x @0 b=CC"
    found = fitted(record(3, 1, f"a set=s probability=.3333333333 occurred=10; {members}"))
    assert (found.questions, found.independent) == (7, 5)

    def log_score(factor: float) -> float:
        odds = 10**factor
        right, wrong, other = (x / (odds + 2) for x in (1, odds, 1))
        of_set = (math.log(right) + math.log(1 - wrong) + math.log(1 - other)) / 3
        return of_set + 3 * math.log(odds / (odds + 1)) + math.log(1 / (odds + 1))

    best = max((k / 1000 for k in range(3001)), key=log_score)
    assert found.strength == near(best, abs=0.005)


def test_an_absence_is_evidence_and_a_question_without_any_is_not_counted() -> None:
    absent = "s9 did-not-occur=10 x:CC/due=2/if_absent=I"
    more = f"{absent}; bare did-not-occur=10; quiet did-not-occur=10 x:C"
    assert fitted(record(2, 1, more)).questions == 4
    assert tried(database_of("s1 did-not-occur=10")) is None
    assert tried(database_of("s1 did-not-occur=10; e @0 s1=N")) is None


@given(st.integers(0, 9), st.integers(0, 9))
def test_the_best_factor_is_where_the_frequency_is(right: int, wrong: int) -> None:
    assume(right + wrong)
    frequency = held(right / (right + wrong))
    factor = min(max(decibans(frequency) / 10, 0), 3)
    assert fitted(record(right, wrong)).strength == near(factor, abs=0.002)


lines = st.tuples(st.integers(0, 9), st.sampled_from(CODES))
answers = st.tuples(
    st.sampled_from(["occurred=10", "did-not-occur=10"]),
    st.sampled_from(["", "hazard=constant"]),
    st.lists(lines, min_size=1, max_size=3),
)


@settings(max_examples=20, deadline=None)
@given(st.lists(answers, min_size=2, max_size=4))
def test_declared_it_would_have_scored_best(
    told: list[tuple[str, str, list[tuple[int, str]]]],
) -> None:
    """The whole ledger, computed anew with every strength, agrees with the factor on its totals."""
    records = "tracker evidence_dependence=.4"
    for n, (outcome, hazard, lines) in enumerate(told):
        records += f"; s{n} probability=.4 {outcome} {hazard}"
        records += "".join(f"; e{n}-{k} @{on} s{n}={code}" for k, (on, code) in enumerate(lines))

    def with_strength(strength: float) -> Database:
        return database_of(records.replace("tracker", f"tracker rating_strength={strength}"))

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
