from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from scenarios.scales import nearest_sum_to_one
from tests.records import near

figures = st.dictionaries(st.sampled_from("abcde"), st.floats(0, 1), min_size=1)


def test_the_excess_is_taken_off_each_alike_and_nothing_falls_below_zero() -> None:
    assert nearest_sum_to_one({"a": 0.25, "b": 0.75}) == {"a": 0.25, "b": 0.75}
    assert nearest_sum_to_one({"a": 0.6, "b": 0.7}) == near({"a": 0.45, "b": 0.55})
    three = nearest_sum_to_one({"a": 1.0, "b": 0.9, "c": 0.01})
    assert three == near({"a": 0.55, "b": 0.45, "c": 0.0})


@given(figures, figures)
def test_the_nearest_sum_to_one(raw: dict[str, float], other: dict[str, float]) -> None:
    """No other distribution is nearer."""
    coherent = nearest_sum_to_one(raw)
    assert sum(coherent.values()) == near(1)
    assert min(coherent.values()) >= 0
    total = sum(other.get(id, 0.0) for id in raw)
    assume(total > 0.01)

    def change(made: dict[str, float], of: float) -> float:
        return sum((made.get(id, 0.0) / of - raw[id]) ** 2 for id in raw)

    assert change(coherent, 1) <= change(other, total) + 1e-9
