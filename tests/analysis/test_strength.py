from __future__ import annotations

import math
import random

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from scenarios.analysis.scores.fits import TRIED, FittedFactor, TeamPeriod
from scenarios.analysis.scores.scoring import score
from scenarios.model import NONE_STATED, Database, Tracker
from scenarios.scales import decibans, held
from scenarios.values import Team
from tests.analysis.test_sets import set_of_questions
from tests.analysis.words import database_of
from tests.records import CODES, day, near


def tried(db: Database) -> FittedFactor | None:
    return score(db, day(900)).fitted_strength


def fitted(db: Database) -> FittedFactor:
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
    assert (TRIED["rating_strength"][1], TRIED["rating_strength"][-1]) == (0.05, 3.0)
    assert found.factor == near(decibans(0.8) / 10, abs=0.001)
    assert (found.declared, found.questions, found.independent) == (1, 10, 10)
    # The ends are those of records in which 6 and 10 of 10 occurred, as drawn.
    assert (found.low, found.high) == (near(decibans(0.6) / 10, abs=0.001), 3.0)


def test_a_record_that_was_always_right_or_wrong_ends_at_the_most_or_at_nothing() -> None:
    for right, wrong, ends in ((1, 3, (0, None, None)), (5, 0, (3, 3, 3))):
        found = fitted(record(right, wrong))
        assert (found.factor, found.low, found.high) == ends


def test_days_before_the_evidence_say_nothing_of_its_strength() -> None:
    late = fitted(record(8, 2, "; ".join(f"e{n} @9 s{n}=CC" for n in range(10))))
    assert late.factor == near(fitted(record(8, 2)).factor)


def test_a_set_is_one_question_scored_by_the_member_that_occurred() -> None:
    members = "b set=s probability=.3333333333; c set=s probability=.3333333333; x @0 b=CC"
    found = fitted(record(3, 1, f"a set=s probability=.3333333333 occurred=10; {members}"))
    assert (found.questions, found.independent) == (5, 5)

    def log_score(factor: float) -> float:
        odds = 10**factor
        of_set = math.log(1 / (odds + 2))
        return of_set + 3 * math.log(odds / (odds + 1)) + math.log(1 / (odds + 1))

    best = max((k / 1000 for k in range(3001)), key=log_score)
    assert found.factor == near(best, abs=0.005)


def test_members_that_are_scored_alone_are_one_question_in_the_draws() -> None:
    """A member whose prior is a filler has no implied figure, so the set is not complete."""
    told = "a set=s probability=.4 occurred=10; b set=s probability=.4; c set=s; x @0 b=CC"
    db = database_of(told)
    filler = replace(db.scenarios["c"].prior, basis=NONE_STATED)
    scenarios = {**db.scenarios, "c": replace(db.scenarios["c"], prior=filler)}
    found = fitted(replace(db, scenarios=scenarios))
    assert (found.questions, found.independent) == (2, 1)


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
    assert fitted(record(right, wrong)).factor == near(factor, abs=0.002)


def asked(right: int, wrong: int, *figures: float, more: str = "") -> Database:
    """Questions on each of which analysts gave these figures; some of them occurred."""
    outcomes = ["occurred"] * right + ["did-not-occur"] * wrong
    told = [f"s{n} {outcome}=10" for n, outcome in enumerate(outcomes)]
    ids = [f"s{n}" for n in range(len(outcomes))]
    for analyst, figure in zip("abc", figures, strict=False):
        told.append(f"{analyst}@0 " + " ".join(f"{id}={figure}" for id in ids))
    return database_of("; ".join([*told, more]))


def extremized(db: Database) -> FittedFactor | None:
    return score(db, day(900)).fitted_extremize


def test_to_extremize_makes_the_team_as_sure_as_it_was_right() -> None:
    # 8 of 10 occurred: 0.8 is 6.02 dB, and the mean of 0.6 and 0.7 is 2.72.
    found = extremized(asked(8, 2, 0.6, 0.7))
    assert found
    assert found.factor == near(decibans(0.8) / ((decibans(0.6) + decibans(0.7)) / 2), abs=0.002)
    assert (found.declared, found.questions, found.independent) == (1, 10, 10)
    assert found.low is not None
    assert found.high is not None
    assert 0.5 <= found.low < found.factor < found.high == 3
    assert extremized(replace(asked(8, 2, 0.6, 0.7), tracker=Tracker(team=Team(2)))) == replace(
        found, declared=2
    )


def test_to_extremize_lies_from_one_half_to_three() -> None:
    for right, wrong, ends in ((1, 3, (0.5, None, None)), (5, 0, (3, 3, 3))):
        found = extremized(asked(right, wrong, 0.6, 0.6))
        assert found
        assert (found.factor, found.low, found.high) == ends


def test_one_analyst_is_never_extremized_and_says_nothing_of_it() -> None:
    assert extremized(asked(2, 1, 0.7)) is None
    alone = replace(asked(2, 1, 0.7), tracker=Tracker(team=Team(3)))
    assert score(alone, day(900)).forecasters == score(asked(2, 1, 0.7), day(900)).forecasters
    # Days with one count for nothing, nor do days on which a member of a set has none.
    late = asked(8, 2, 0.6, 0.7, more="b@0 " + " ".join(f"s{n}=-" for n in range(10)))
    assert extremized(late) is None
    a_set = "a set=s occurred=10; b set=s; x@0 a=.6 b=.4; y@0 a=.8 b=.2"
    found, gap = (extremized(database_of(f"{a_set}; {more}")) for more in ("", "x@5 b=-; y@5 b=-"))
    assert found
    assert gap
    assert found.factor == gap.factor == 3


def test_in_a_set_the_extremized_figures_are_divided_by_their_sum() -> None:
    told = "a set=s occurred=10; b set=s; c set=s did-not-occur=5;"
    db = database_of(f"{told} x@0 a=.5 b=.4 c=.1; y@0 a=.4 b=.4 c=.2; s0 did-not-occur=10;")
    db = replace(db, tracker=Tracker(team=Team(2)))
    rows = {row.forecaster: row for row in score(db, day(900)).questions}
    odds = {"a": (1 * 4 / 6), "b": (4 / 6) ** 2, "c": (1 / 9 * 0.25)}  # ratios of the squared means
    figures = {id: squared / (1 + squared) for id, squared in odds.items()}
    before, after = (
        figures["a"] / sum(figures.values()),
        figures["a"] / (figures["a"] + figures["b"]),
    )
    assert rows["team"].log_score == near((math.log(before) + math.log(after)) / 2)


def is_whole(db: Database) -> bool:
    """True if the team always has a figure for each member."""
    questions = score(db, day(900)).questions
    return {row.alone for row in questions if row.forecaster == "team"} == {False}


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=True))
def test_declared_that_factor_would_have_served_the_team_best(chance: random.Random) -> None:
    db = set_of_questions(chance)
    while (found := extremized(db)) is None or not is_whole(db):
        db = set_of_questions(chance)

    def log_score(factor: float) -> float:
        tracker = replace(db.tracker, team=Team(factor, db.tracker.team.recency))
        rows = score(replace(db, tracker=tracker), day(900)).questions
        logs = [(r.log_score or 0.0) * r.coverage for r in rows if r.forecaster == "team"]
        return math.fsum(logs)

    highest = log_score(found.factor)
    assert all(highest >= log_score(k / 10) - 1e-4 for k in range(5, 31, 3))


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=True))
def test_declared_that_recency_would_have_served_the_team_best(chance: random.Random) -> None:
    db = set_of_questions(chance)
    while (found := score(db, day(900)).fitted_recency) is None or not is_whole(db):
        db = set_of_questions(chance)
    assert found.declared == db.tracker.team.recency

    def log_score(recency: float) -> float:
        tracker = replace(db.tracker, team=Team(db.tracker.team.extremize, recency))
        rows = score(replace(db, tracker=tracker), day(900)).questions
        logs = [(r.log_score or 0.0) * r.coverage for r in rows if r.forecaster == "team"]
        return math.fsum(logs)

    highest = log_score(found.factor)
    assert all(highest >= log_score(recency) - 1e-9 for recency in TRIED["team.recency"][::3])


def test_where_the_newest_forecasts_are_right_a_short_recency_would_have_served_best() -> None:
    ids = [f"q{n}" for n in range(6)]
    early, late = (" ".join(f"{id}={chance}" for id in ids) for chance in (0.2, 0.9))
    ended = "; ".join(f"{id} occurred=8" for id in ids)
    found = score(database_of(f"{ended}; x@0 {early}; y@3 {late}"), day(900)).fitted_recency
    assert found == FittedFactor(
        factor=0.01, low=0.01, high=0.01, declared=None, questions=6, independent=6
    )


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
        return next(row.log_score or 0.0 for row in scored if row.name == "implied")

    found = tried(with_strength(1))
    assume(found is not None)
    assert found is not None
    highest = log_score(found.factor)
    assert all(highest >= log_score(k / 10) - 1e-4 for k in (0, 1, 3, 6, 9, 12, 16, 20, 25, 30))
    for declared in (0.5, 2.0):
        again = fitted(with_strength(declared))
        assert (again.declared, again.factor) == (declared, near(found.factor, abs=1e-6))


def test_the_figure_that_one_analyst_gave_of_a_member_is_not_extremized() -> None:
    pools = {"a": ([3.0], {"x": 0}, 1), "b": ([3.0, 6.0], {"x": 0, "y": 0}, 1)}
    made = TeamPeriod(0, 1, pools, {}).figures(Team(extremize=1), "extremize", None, 2.0)
    assert {id: near(decibans(p)) for id, p in made.items()} == {"a": 3.0, "b": 9.0}
