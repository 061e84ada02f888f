from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from scenarios.scales import nearest_sum_to_one
from tests.records import near

figures = st.dictionaries(st.sampled_from("abcde"), st.floats(0, 1), min_size=1)


def test_what_sums_to_one_is_left_alone() -> None:
    assert nearest_sum_to_one({"a": 0.25, "b": 0.75}) == {"a": 0.25, "b": 0.75}


def test_the_excess_is_taken_off_each_alike() -> None:
    assert nearest_sum_to_one({"a": 0.6, "b": 0.7}) == near({"a": 0.45, "b": 0.55})


def test_nothing_falls_below_zero() -> None:
    assert nearest_sum_to_one({"a": 1.0, "b": 0.9, "c": 0.01}) == near(
        {"a": 0.55, "b": 0.45, "c": 0.0}
    )


@given(figures)
def test_the_nearest_sum_to_one(raw: dict[str, float]) -> None:
    coherent = nearest_sum_to_one(raw)
    assert sum(coherent.values()) == near(1)
    assert min(coherent.values()) >= 0


@given(figures, figures)
def test_no_other_distribution_is_nearer(raw: dict[str, float], other: dict[str, float]) -> None:
    total = sum(other.get(id, 0.0) for id in raw)
    assume(total > 0.01)
    rival = {id: other.get(id, 0.0) / total for id in raw}

    def change(made: dict[str, float]) -> float:
        return sum((made[id] - raw[id]) ** 2 for id in raw)

    assert change(nearest_sum_to_one(raw)) <= change(rival) + 1e-9
