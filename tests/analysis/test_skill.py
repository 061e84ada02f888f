from __future__ import annotations

from statistics import fmean

from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.scores.daily_forecasts import Timeline
from scenarios.analysis.scores.skill import Skill, skill
from tests.analysis.timelines import Runs, asked
from tests.records import near


def row(
    forecaster: str, against: str, questions: int, skill: float | None, independent: int = 0
) -> Skill:
    """A row under so few questions that there is no interval."""
    return Skill(
        forecaster=forecaster,
        against=against,
        questions=questions,
        skill=None if skill is None else near(skill),
        independent=independent or questions,
        low=None,
        high=None,
    )


def test_skill_is_one_minus_the_ratio_of_the_brier_scores() -> None:
    one = asked(True, {"prior": [(4, 0.5)], "first": [(4, 0.8)]}, desk=[(4, 0.9)])
    other = asked(False, {"prior": [(4, 0.5)]}, id="s2", desk=[(4, 0.3)])
    assert skill([one, other]) == (
        row("desk", "prior", 2, 1 - (0.01 + 0.09) / (0.25 + 0.25)),
        row("desk", "first", 1, 1 - 0.01 / 0.04),
        row("prior", "first", 1, 1 - 0.25 / 0.04),
        row("first", "prior", 1, 1 - 0.04 / 0.25),
    )


def test_the_references_are_the_team_the_evidence_the_prior_and_the_first_forecast() -> None:
    ours: dict[str, Runs] = {name: [(2, 0.5)] for name in ("team", "implied", "prior", "first")}
    found = skill([asked(True, ours, ada=[(2, 0.9)], bob=[(2, 0.6)])])
    assert [r.against for r in found if r.forecaster == "ada"] == list(ours)
    assert [r.against for r in found if r.forecaster == "team"] == ["implied", "prior", "first"]


def test_skill_is_over_the_days_on_which_both_stood() -> None:
    late: Runs = [(3, None), (2, 0.6), (5, 0.9)]
    first: Runs = [(1, None), (3, 0.5), (6, None)]
    # Only the fourth day is common to both.
    assert skill([asked(True, {"first": first}, desk=late)]) == (
        row("desk", "first", 1, 1 - 0.16 / 0.25),
    )


def test_a_question_without_a_common_day_says_nothing_of_skill() -> None:
    apart = asked(True, {"first": [(2, 0.5), (2, None)]}, desk=[(2, None), (2, 0.9)])
    assert skill([apart]) == ()


def test_beside_a_reference_that_was_never_wrong_there_is_no_skill() -> None:
    several = [asked(True, {"first": [(2, 1.0)]}, id=f"s{n}", desk=[(2, 0.9)]) for n in range(6)]
    assert skill(several[:1]) == (row("desk", "first", 1, None),)
    assert skill(several) == (row("desk", "first", 6, None),)


# The interval


def against_even(errors: list[float], sets: list[str | None] | None = None) -> list[Timeline]:
    """Questions that happened, on which the desk gave so much less than 1, and the prior half."""
    return [
        asked(True, {"prior": [(1, 0.5)]}, id=f"s{n}", set=set_id, desk=[(1, 1 - error)])
        for n, (error, set_id) in enumerate(zip(errors, sets or [None] * len(errors), strict=True))
    ]


def test_the_interval_is_the_same_on_every_machine() -> None:
    (found,) = [r for r in skill(against_even([0.1, 0.2, 0.3, 0.4, 0.6])) if r.forecaster == "desk"]
    assert found.skill == near(1 - fmean([0.01, 0.04, 0.09, 0.16, 0.36]) / 0.25)
    assert (found.low, found.high) == (near(0.056), near(0.808))


def test_under_five_questions_there_is_no_interval_and_a_set_is_one_question() -> None:
    errors = [0.1, 0.2, 0.3, 0.4, 0.6, 0.7]
    four = skill(against_even(errors, [None, None, None, "a", "a", "a"]))[0]
    assert (four.questions, four.independent, four.low, four.high) == (6, 4, None, None)
    five = skill(against_even(errors, [None, None, None, None, "a", "a"]))[0]
    assert (five.questions, five.independent) == (6, 5)
    assert five.low is not None
    assert five.low < (five.skill or 0) < (five.high or 0)


def test_the_members_of_a_set_are_drawn_together() -> None:
    # In each pair one was right and one wrong: every resample of pairs has the same score.
    errors = [0.1, 0.9] * 5
    apart = skill(against_even(errors))[0]
    paired = skill(against_even(errors, [f"set-{n // 2}" for n in range(10)]))[0]
    assert apart.skill == paired.skill
    assert paired.low == near(paired.skill)
    assert paired.high == near(paired.skill)
    assert apart.low is not None
    assert apart.low < (apart.skill or 0) - 0.5


def test_who_is_always_better_has_an_interval_above_zero() -> None:
    found = skill(against_even([0.4, 0.45, 0.3, 0.35, 0.2, 0.48]))[0]
    assert found.low is not None
    assert found.low > 0


@given(st.lists(st.floats(0.0001, 0.9999), min_size=5, max_size=12))
def test_the_interval_lies_within_the_best_and_the_worst_question(errors: list[float]) -> None:
    found = skill(against_even(errors))[0]
    each = sorted(1 - error**2 / 0.25 for error in errors)
    assert found.low is not None
    assert found.high is not None
    assert each[0] - 1e-6 <= found.low <= found.high <= each[-1] + 1e-6


def test_many_forecasters_of_as_many_questions_do_not_disturb_one_another() -> None:
    errors = [0.1, 0.2, 0.3, 0.4, 0.6]
    alone = skill(against_even(errors))[0]
    crowd: dict[str, Runs] = {f"a{n}": [(1, 0.3)] for n in range(40)}
    timelines = [
        asked(True, {"prior": [(1, 0.5)]}, f"s{n}", None, desk=[(1, 1 - error)], **crowd)
        for n, error in enumerate(errors)
    ]
    assert [r for r in skill(timelines) if r.forecaster == "desk"] == [alone]
    assert len(skill(timelines)) == 41
