"""What counts in a mean, what waits, and what can be said before the end."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from statistics import fmean
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import known_on
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.ledger import track_records
from scenarios.analysis.question_scores import QuestionFilter
from scenarios.analysis.review.explanation import explain
from scenarios.analysis.scores.scoring import By, Score, score
from scenarios.model import Database, HazardEnded, Tracker
from tests.analysis.test_sets import random_team, set_of_questions
from tests.analysis.words import database_of
from tests.records import START, database, day, item, near, resolution, scenario, sheet, sheets
from tests.second_cohort import account, so_far, then

chances = st.randoms(use_true_random=True)
OCCURRED, NOT = "occurred", "did-not-occur"


def rows_of(result: Score) -> dict[str, tuple[int, float]]:
    """For each forecaster the number of questions and the mean Brier score."""
    return {row.name: (row.questions, round(row.brier, 3)) for row in result.forecasters}


def far(result: Score) -> dict[str, tuple[int, float]]:
    return {row.forecaster: (row.questions, round(row.brier, 3)) for row in result.so_far}


def early(result: Score) -> list[tuple[str, date, str]]:
    return [(row.scenario, row.until, row.outcome) for row in result.early]


# Crying wolf


TEN = {
    f"q{n}": scenario(
        0.3,
        opened=date(2022, 1, 1),
        horizon=date(2029, 12, 31),
        resolution=resolution(OCCURRED, date(2026, 1, 1))
        if n < 3
        else resolution(NOT, date(2029, 12, 31), date(2030, 1, 7)),
    )
    for n in range(10)
}
"""Ten questions at 30 % by 2030, of which three occurred by 2026."""
PERFECT = database(
    scenarios=TEN, sheets=sheets(sheet(date(2022, 1, 1), dict.fromkeys(TEN, 0.3), analyst="ada"))
)


def test_a_perfect_forecaster_has_no_mean_before_the_horizon_and_then_one_under_a_quarter() -> None:
    now = score(PERFECT, date(2026, 11, 24), forecaster="ada")
    assert (now.forecasters, now.skill, now.calibration) == ((), (), ())
    assert (now.decomposition, now.corp, now.fitted_strength) == ((), (), None)
    assert early(now) == [(f"q{n}", date(2029, 12, 31), OCCURRED) for n in range(3)]
    assert (now.open, {row.scenario for row in now.questions if row.early}) == (
        7,
        {*["q0", "q1", "q2"]},
    )
    end = score(PERFECT, date(2030, 1, 7), forecaster="ada")
    assert (end.early, end.open, rows_of(end)["ada"]) == ((), 0, (10, 0.21))
    (bin,) = end.calibration
    assert (bin.n, bin.mean_forecast, bin.frequency) == (10, near(0.3), near(0.3))


def wolves() -> Database:
    """120 questions with a constant hazard of 40 %; they occur as often as that says.

    They run for four years, in which a month is a day. `prior` says what is so on each day, `wolf`
    90 % of all, and `calm` what was so at first.
    """
    asked = {}
    for n in range(120):
        left = 1 - (n + 0.5) / 120  # the share that has not occurred when this one does
        ended = next((on for on in range(1, 49) if 0.6 ** (on / 48) <= left), None)
        outcome = resolution(OCCURRED, day(ended)) if ended else resolution(NOT, day(48), day(50))
        keys: dict[str, Any] = {"horizon": day(48), "hazard": "constant", "resolution": outcome}
        asked[f"q{n:03}"] = scenario(0.4, **keys)
    said = (("wolf", 0.9), ("calm", 0.4))
    told = (sheet(START, dict.fromkeys(asked, p), analyst=name) for name, p in said)
    return database(scenarios=asked, sheets=sheets(*told))


def test_of_120_constant_hazards_the_calibrated_scores_best_at_every_date() -> None:
    db, of = wolves(), ("prior", "calm", "wolf")
    made = score(db, day(12))
    assert (len(made.early), made.open, made.forecasters) == (14, 106, ())
    years: dict[int, list[float]] = {}
    for year in (1, 2, 3):
        rows = {r.forecaster: r for r in score(db, day(12 * year)).so_far}
        assert {row.questions for row in rows.values()} == {120}
        years[year] = [round(rows[name].brier, 4) for name in of]
    assert years == {
        1: [0.0555, 0.0555, 0.1071],
        2: [0.0940, 0.0947, 0.2310],
        3: [0.1171, 0.1218, 0.3493],
    }
    end = score(db, day(50))
    assert (end.early, end.open) == ((), 0)
    assert [rows_of(end)[name] for name in of] == [(120, 0.131), (120, 0.162), (120, 0.488)]


def test_the_mean_of_what_came_early_over_its_open_days_would_reward_who_cries_wolf() -> None:
    early = [row for row in score(wolves(), day(12)).questions if row.early]
    assert {row.covered_days + row.days_after for row in early} == {49}
    means = {
        name: fmean(row.brier * 49 / row.covered_days for row in early if row.forecaster == name)
        for name in ("prior", "wolf")
    }
    assert {name: round(mean, 3) for name, mean in means.items()} == {"prior": 0.381, "wolf": 0.01}


def test_whoever_says_what_is_so_of_constant_hazards_is_calibrated() -> None:
    """To spread a question over the days until its event would find too many in each bin."""
    made = score(wolves(), day(50), forecaster="prior").calibration
    assert [(round(bin.mean_forecast, 2), round(bin.frequency, 2)) for bin in made] == [
        *((0.05, 0.05), (0.15, 0.14), (0.25, 0.25), (0.35, 0.35), (0.4, 0.4))
    ]
    assert round(sum(bin.n for bin in made)) == 94  # of 120: the days after stand in no bin


SAID_DAYS = 5
"""Days from the opening to the horizon, both included."""


def expected(
    said: list[float], survival: float, as_of: date, brier: Callable[[Score], float]
) -> float:
    """The expected score of a day where each day brings the event with the same chance."""
    total = 0.0
    for ended in range(1, SAID_DAYS + 1):
        happened = ended < SAID_DAYS
        chance = survival ** (ended - 1) * ((1 - survival) if happened else 1.0)
        outcome = resolution(OCCURRED if happened else NOT, day(ended))
        asked = scenario(0.5, horizon=day(SAID_DAYS - 1), hazard="constant", resolution=outcome)
        told = sheets(*(sheet(day(n), {"s": p}) for n, p in enumerate(said)))
        total += chance * brier(score(database(scenarios={"s": asked}, sheets=told), as_of))
    return total


def in_cohort(result: Score) -> float:
    return next(row.brier for row in result.forecasters if row.name == "desk")


def by_now(result: Score) -> float:
    return next(row.brier for row in result.so_far if row.forecaster == "desk")


def by_now_log(result: Score) -> float:
    return -next(row.log_score or 0.0 for row in result.so_far if row.forecaster == "desk")


@pytest.mark.parametrize(
    ("as_of", "loss"),
    [(SAID_DAYS, in_cohort), (SAID_DAYS, by_now), (2, by_now), (3, by_now_log)],
)
@given(st.floats(0.3, 0.95), st.floats(0.05, 20), st.integers(0, 4))
@settings(max_examples=10, deadline=None)
def test_what_one_believes_is_best_said(
    as_of: int, loss: Callable[[Score], float], survival: float, boost: float, only: int
) -> None:
    """In the cohort and so far, whichever days are said otherwise than they are believed."""
    honest = [1 - survival ** (SAID_DAYS - 1 - n) for n in range(SAID_DAYS)]
    honest[-1] = 0.0001
    other = [boost * p / (boost * p + 1 - p) if n >= only else p for n, p in enumerate(honest)]
    other = [min(max(p, 0.0001), 0.9999) for p in other]
    mine, theirs = (expected(said, survival, day(as_of), loss) for said in (honest, other))
    assert mine <= theirs + 1e-6


# Against a second account


def random_records(chance: random.Random) -> Database:
    """Up to four questions alone, most of them with a hazard, perhaps a set, and the sheets."""
    db = set_of_questions(chance) if chance.random() < 0.5 else None
    db = db or Database(Tracker(team=random_team(chance)))
    asked = dict(db.scenarios)
    for n in range(chance.randint(1, 4)):
        opened = chance.choice([0, 0, 3])
        horizon = opened + chance.choice([0, 8, 12, 25])
        keys: dict[str, Any] = {"opened": day(opened), "horizon": day(horizon)}
        if chance.random() < 0.7:
            keys["hazard"] = "constant"
            if chance.random() < 0.3:
                keys["hazard_ended"] = HazardEnded(day(opened + chance.randint(0, 12)), "Dated.")
        if chance.random() < 0.7:
            how = chance.choice([OCCURRED, OCCURRED, NOT, "annulled"])
            on = opened + chance.randint(0, 14)
            keys["resolution"] = resolution(how, day(on), day(on + chance.choice([0, 0, 4])))
        asked[f"q{n}"] = scenario(round(chance.uniform(0.05, 0.9), 2), **keys)
    told = dict(db.sheets)
    for analyst in "xyz"[: chance.randint(1, 3)]:
        for on in chance.sample(range(-1, 15), chance.randint(1, 4)):
            ids = [id for id in asked if id.startswith("q") and chance.random() < 0.8]
            figures: dict[str, float | None] = {
                id: None if chance.random() < 0.15 else chance.uniform(0.01, 0.99) for id in ids
            }
            of_set = told[key].probabilities if (key := f"{day(on)}-{analyst}") in told else {}
            if ids or of_set:
                told[key] = sheet(day(on), {**of_set, **figures}, analyst=analyst)
    evidence = {f"e{n}": item(day(n), ratings={"q0": "C"}) for n in (1, 5)}
    return Database(db.tracker, asked, evidence, told)


def close(value: float) -> Any:
    return near(value, rel=1e-9, abs=1e-9)


@given(chances, st.integers(0, 30))
@settings(max_examples=80, deadline=None)
def test_a_second_account_has_the_same_cohort_early_ones_open_ones_and_scores_so_far(
    chance: random.Random, on: int
) -> None:
    db, as_of = random_records(chance), day(on)
    result, second = score(db, as_of), account(db, as_of)
    assert result.open == second.open
    assert early(result) == [(id, *second.until[id]) for id in sorted(second.until)]
    for is_early, expected_rows in ((True, second.early), (False, second.counted)):
        ours = {
            (row.scenario, row.forecaster): (row.brier, row.log_score, row.coverage)
            for row in result.questions
            if row.early == is_early and not row.alone
            if row.set is None or row.forecaster not in ("implied", "prior", "first")
        }
        assert ours == {
            (id, name): tuple(map(close, (one.brier, one.log, one.coverage)))
            for id, rows in expected_rows.items()
            for name, one in rows.items()
        }
    means = {
        row.name: (row.brier, row.log_score, row.coverage)
        for row in result.forecasters
        if not row.alone and row.name not in ("implied", "prior", "first")
    }
    assert means == {
        name: tuple(map(close, (one.brier, one.log, one.coverage)))
        for name, one in second.means().items()
        if name not in ("implied", "prior", "first")
    }
    assert {row.forecaster: (row.questions, row.brier, row.log_score) for row in result.so_far} == {
        name: (n, close(brier), close(log)) for name, (n, brier, log) in so_far(db, as_of).items()
    }


@given(chances, st.integers(0, 30))
@settings(max_examples=40, deadline=None)
def test_a_longer_record_changes_no_past_figure_and_order_does_not_matter(
    chance: random.Random, on: int
) -> None:
    db, as_of = random_records(chance), day(on)
    result = score(db, as_of, forecaster="x")
    known = then(db, as_of)
    before = {id: one for id, one in known.sheets.items() if one.date <= as_of}
    items = {id: one for id, one in db.evidence.items() if one.recorded <= as_of}
    assert score(replace(known, sheets=before, evidence=items), as_of, forecaster="x") == result

    def shuffled(records: Any) -> dict[str, Any]:
        return dict(chance.sample([*records.items()], len(records)))

    other = {key: shuffled(getattr(db, key)) for key in ("scenarios", "sheets", "evidence")}
    assert score(replace(db, **other), as_of, forecaster="x") == result


# What a record can have


def scored(told: str, on: int, *chosen: Any, **keys: Any) -> Score:
    return score(database_of(told), day(on), *chosen, **keys)


def test_a_set_waits_for_the_latest_horizon_of_its_members() -> None:
    told = (
        "a set=s occurred=5 horizon=9; b set=s horizon=20; c set=s horizon=14; x@0 a=.5 b=.3 c=.2"
    )
    for on in (5, 10, 15, 20):
        made = scored(told, on)
        assert (early(made), made.open, made.forecasters) == ([("a", day(20), OCCURRED)], 0, ())
        assert {(row.question, row.early) for row in made.questions} == {((True, "s"), True)}
    assert rows_of(scored(told, 21))["x"] == (1, 0.19)


def test_a_set_with_a_member_ruled_out_is_open_until_one_occurs() -> None:
    told = "a set=s did-not-occur=3; b set=s; c set=s; x@0 a=.5 b=.3 c=.2"
    made = scored(told, 9)
    assert (made.open, made.early, made.questions) == (1, (), ())
    assert [row.scenario for row in made.excluded] == ["a"]
    assert scored(told, -1).open == 0


def test_annulled_and_excluded_ones_are_neither_early_nor_open_and_an_overdue_one_is() -> None:
    told = "void annulled=3; at_once occurred=0; overdue horizon=4; later opened=30; x@0 overdue=.2"
    made = scored(told, 9)
    assert (made.open, made.early, made.questions) == (1, (), ())


def test_a_horizon_that_is_moved_after_the_forecasts_moves_the_day_from_which_it_counts() -> None:
    told = "a hazard=constant occurred=5 horizon={}; x@0 a=.5"
    before, after = (scored(told.format(horizon), 20) for horizon in (9, 30))
    assert (rows_of(before)["x"], before.early) == ((1, 0.125), ())
    assert (rows_of(after), early(after)) == ({}, [("a", day(30), OCCURRED)])


def test_a_question_reopened_by_editing_its_outcome_away_is_open_again() -> None:
    told = "a hazard=constant horizon=9{}; x@0 a=.5"
    assert scored(told.format(" occurred=5"), 7).open == 0
    again = scored(told.format(""), 7)
    assert (again.open, again.early, again.questions) == (1, (), ())
    assert [(row.forecaster, row.questions) for row in again.so_far] == [
        (name, 1) for name in ("x", "implied", "prior", "first")
    ]


def test_a_hazard_that_ended_after_the_outcome_ends_what_is_so_far_and_no_more() -> None:
    told = "a hazard=constant horizon=9 occurred=5{}; x@0 a=.5"
    late, never = (told.format(text) for text in (" hazard_ended=7", ""))
    assert scored(late, 7) == scored(never, 7)
    assert scored(late, 8).questions == scored(never, 8).questions
    assert scored(late, 8).so_far == scored(never, 7).so_far
    ended = scored(told.format(" hazard_ended=3"), 8)  # by day 3 it had not occurred
    (desk, *_) = ended.so_far
    chances = [1 - 0.5 ** ((3 - n) / (9 - n)) for n in range(3)]
    assert desk.brier == close(sum(q * q for q in chances) / 3)


def test_an_analyst_with_one_question_leaves_the_others_their_means_and_no_common_day() -> None:
    told = "a occurred=5 horizon=9; b did-not-occur=10 horizon=9; x@0 a=.8 b=.3; z@0 b=.5"
    rows = {row.name: (row.questions, row.common_brier) for row in scored(told, 20).forecasters}
    assert rows["z"] == (1, close(0.25))
    assert (rows["x"][0], rows["x"][1]) == (2, close(0.09))


def test_where_all_were_decided_early_nothing_is_averaged_and_their_own_scores_stand() -> None:
    told = "a occurred=5 tags=t; b did-not-occur=4; x@0 a=.8 b=.3"
    for by in get_args(By):
        made = scored(told, 9, by=by, forecaster="x")
        assert (made.forecasters, made.groups, made.calibration, made.prior_by_reference) == (
            (),
        ) * 4
        assert (made.fitted_strength, made.fitted_extremize, made.skill) == (None, None, ())
        own = [(row.scenario, row.brier) for row in made.questions if row.forecaster == "x"]
        assert own == [("a", close(0.04)), ("b", close(0.09))]
        assert made.names == ["first", "implied", "prior", "x"]


def test_before_the_first_horizon_there_is_what_is_open_and_what_is_so_far() -> None:
    made = scored("a hazard=constant; b; x@0 a=.5 b=.5", 3)
    assert (made.open, made.questions, made.early) == (2, (), ())
    assert [row.questions for row in made.so_far] == [1] * 4
    assert scored("a hazard=constant; x@0 a=.5", 0).so_far == ()  # no day is over


def test_the_days_of_an_outcome_choose_nothing_of_what_is_open_or_so_far() -> None:
    told = "a hazard=constant occurred=5 tags=t; b hazard=constant tags=t; c tags=u; x@0 a=.5 b=.4"
    whole = scored(told, 20)
    late = scored(told, 20, QuestionFilter(since=day(6)))
    assert (late.early, late.open, late.so_far) == ((), 2, whole.so_far)
    only = scored(told, 20, QuestionFilter(tags=("u",)))
    assert (only.open, only.so_far) == (1, ())


def test_who_did_not_stand_on_the_eve_of_an_event_has_none_of_the_days_after() -> None:
    told = "a hazard=constant horizon=9 occurred=5; x@0 a=.5; x@3 a=-; y@0 a=.5"
    rows = {row.forecaster: row for row in scored(told, 20).questions}
    assert [(rows[name].days_after, rows[name].brier) for name in "xy"] == [
        (0, close(0.25)),
        (5, close(0.125)),
    ]
    assert (rows["x"].common_brier, rows["y"].common_brier) == (close(0.25), close(0.25))
    skill = {(row.forecaster, row.against): row.skill for row in scored(told, 20).skill}
    assert skill["y", "first"] == close(0.0)


def test_a_record_with_hindsight_claims_no_skill_and_says_why() -> None:
    told = "; ".join(f"q{n} occurred=5 horizon=9; e{n} @0 q{n}=C" for n in range(6))
    said = "; ".join(f"{who}@0 " + " ".join(f"q{n}=.6" for n in range(6)) for who in "xy")
    db = database_of(f"{told}; {said}")
    made, claimed = score(replace(db, tracker=Tracker(hindsight=True)), day(20)), score(db, day(20))
    assert {(row.low, row.high) for row in made.skill} == {(None, None)}
    assert (made.fitted_strength, made.fitted_extremize) == (None, None)
    assert made.hindsight
    assert made.hindsight.startswith("Written with hindsight")
    assert claimed.fitted_strength is not None
    assert claimed.fitted_extremize is not None
    assert claimed.hindsight is None
    assert all(row.low is not None for row in claimed.skill)
    values = [(row.forecaster, row.against, row.skill) for row in claimed.skill]
    assert [(row.forecaster, row.against, row.skill) for row in made.skill] == values


def test_an_early_event_is_in_no_source_s_record_before_its_horizon_is_past() -> None:
    db = database_of("a occurred=5 horizon=9; e @1 a=CC source=wire; wire source=A")
    for on, found in ((9, {}), (10, {"wire": 10.0})):
        made = track_records(known_on(db, day(on)), DailyLedgers(db).odds_on)
        assert {id: row.toward_decibans for id, row in made.items()} == found
        told = explain(db, "a", day(on))
        assert (told.post_mortem is None, told.waits) == ((on == 9), day(9) if on == 9 else None)
