"""The weights of analysts in the team's figure."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scenarios.analysis.forecasts import stated, weights
from scenarios.analysis.period.period import window
from scenarios.analysis.review.agenda import reveal
from scenarios.analysis.review.review import Review, review
from scenarios.model import Database
from scenarios.scales import probability
from scenarios.values import Team
from tests.analysis.words import database_of
from tests.records import chances, day, near


def weighing(text: str, recency: float | None) -> Database:
    database = database_of(text)
    team = replace(database.tracker.team, recency=recency)
    return replace(database, tracker=replace(database.tracker, team=team))


def figure(database: Database, on: int, id: str = "a") -> float:
    current = stated(database, id, day(on))
    assert current
    return current.probability


def test_a_forecast_counts_half_at_its_share_of_the_days_open() -> None:
    # 40 days open, recency 0.25: half at 10 days. Ages 20 and 0: weights 1/4 and 1.
    database = weighing("a; x@20 a=.2; y@40 a=.5", 0.25)
    assert weights({"x": 20, "y": 0}, 40, Team(recency=0.25), {}) == [0.25, 1]
    assert figure(database, 40) == near(probability((0.25 * -6.0206) / 1.25))
    assert figure(weighing("a; x@20 a=.2; y@40 a=.5", None), 40) == near(1 / 3)


def test_as_a_question_grows_older_its_forecasts_count_more_alike() -> None:
    database = weighing("a; x@1 a=.2; y@5 a=.5", 0.25)
    figures = [figure(database, on) for on in (5, 10, 40, 400)]
    assert figures == sorted(figures, reverse=True)
    assert figures[0] == near(probability(2 ** (-4 / 1.25) * -6.0206 / (1 + 2 ** (-4 / 1.25))))
    assert figures[-1] == near(0.335, abs=0.003)


def test_on_its_first_day_a_question_counts_as_one_day_old() -> None:
    # A forecast of the day before the opening, and one of the day itself.
    assert weights({"x": 1, "y": 0}, 0, Team(recency=1.0), {}) == [0.5, 1]
    assert weights({"x": 4000, "y": 0}, 0, Team(recency=0.01), {}) == [0.0, 1]


@given(
    st.lists(st.tuples(st.integers(0, 500), chances), min_size=1, max_size=5),
    st.integers(1, 500),
    st.floats(0.01, 10),
)
def test_weights_are_at_most_1_and_the_newest_has_1(
    forecasts: list[tuple[int, float]], days_open: int, recency: float
) -> None:
    ages = {f"a{n}": age for n, (age, _) in enumerate(forecasts)}
    own = weights(ages, days_open, Team(recency=recency), {})
    assert all(0 <= weight <= 1 for weight in own)
    assert own[list(ages.values()).index(min(ages.values()))] == 1
    assert weights(ages, days_open, Team(), {}) == [1.0] * len(ages)


def test_one_analyst_and_equal_figures_stay_as_they_were_given() -> None:
    assert figure(weighing("a; x@1 a=.3", 0.1), 40) == 0.3
    assert figure(weighing("a; x@1 a=.3; y@9 a=.3", 0.1), 40) == 0.3


def test_the_others_shown_after_an_answer_are_weighted_too() -> None:
    before = weighing("a; x@0 a=.2; y@20 a=.5", 0.25)
    after = weighing("a; x@0 a=.2; y@20 a=.5; z@20 a=.9", 0.25)
    [row] = reveal(before, after, "z", day(20), ["a"])
    assert row.others
    assert row.others.probability == near(figure(before, 20))


def week(text: str, recency: float | None = 0.25) -> Review:
    return review(window(weighing(text, recency), day(30), day(37)))


def steps(text: str) -> list[tuple[object, ...]]:
    [move] = week(text).story.moves
    assert move.stated
    taken = move.stated.steps
    assert [step.team_from for step in taken[1:]] == [step.team_to for step in taken[:-1]]
    return [(step.date, step.analyst, step.cause) for step in taken]


def test_what_age_alone_moved_is_a_step_without_an_analyst_and_no_omission() -> None:
    text = "a; x@0 a=.05; y@29 a=.8"
    assert week(text, None).story.moves == ()
    assert steps(text) == [(day(37), None, "recency")]
    assert [finding for finding in week(text).findings if finding.rule == "unexplained-move"] == []


def test_a_forecast_of_mid_week_moves_what_age_moved_before_it_and_after() -> None:
    text = "a; x@0 a=.05; y@29 a=.8; y@33 a=.7"
    assert steps(text) == [
        (day(32), None, "recency"),
        (day(33), "y", None),
        (day(37), None, "recency"),
    ]


def test_a_figure_that_is_given_again_is_new_beside_the_older_ones() -> None:
    assert steps("a; x@0 a=.05; y@29 a=.8; y@33 a=.8") == [
        (day(32), None, "recency"),
        (day(33), None, "recency"),
        (day(37), None, "recency"),
    ]


def test_a_first_forecast_of_mid_week_has_nothing_before_it_that_could_age() -> None:
    assert steps("a; x@33 a=.8") == [(day(33), "x", None)]
