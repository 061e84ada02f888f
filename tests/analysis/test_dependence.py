from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.ledger.dependence import factors, total, totals_without
from scenarios.model import Dependence
from tests.records import near

worths = st.one_of(
    st.sampled_from([-10.0, -5.0, 5.0, 10.0]), st.floats(-100, 100, allow_subnormal=False)
)
lines = st.lists(st.tuples(worths.filter(bool), st.sampled_from([None, "t1", "t2"])), max_size=9)
shares = st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(0, 1))
dependences = st.tuples(shares, shares).map(lambda pair: Dependence(max(pair), min(pair)))


@given(st.lists(st.sampled_from([-7.0, 7.0]), min_size=1, max_size=9), shares)
def test_equal_lines_of_any_signs_are_worth_what_equal_correlation_says(
    signs: list[float], share: float
) -> None:
    effective = 1 + (len(signs) - 1) * share
    assert total([(s, None) for s in signs], Dependence(share, share)) == near(
        sum(signs) / effective
    )


@given(st.integers(1, 5), st.integers(1, 5), dependences)
def test_equal_lines_of_two_themes_have_the_weights_of_their_correlation_matrix(
    first: int, second: int, dependence: Dependence
) -> None:
    """Σw = 1 has the shares as its solution, wherever Σ has an inverse."""
    themes = ["t1"] * first + ["t2"] * second
    found = factors([(3.0, theme) for theme in themes], dependence)
    for row, theme in enumerate(themes):
        sums = sum(
            share
            * (1 if row == place else dependence.within if theme == other else dependence.between)
            for place, (share, other) in enumerate(zip(found, themes, strict=True))
        )
        assert sums == near(1)


@given(lines)
def test_independent_lines_add_up(made: list[tuple[float, str | None]]) -> None:
    assert total(made, Dependence(0, 0)) == near(math.fsum(line[0] for line in made), abs=1e-9)


@given(lines, dependences)
def test_a_line_keeps_a_share_of_itself(
    made: list[tuple[float, str | None]], dependence: Dependence
) -> None:
    assert all(0 < share <= 1 for share in factors(made, dependence))


@given(lines, dependences)
def test_neither_order_nor_names_matter(
    made: list[tuple[float, str | None]], dependence: Dependence
) -> None:
    names = {None: "x", "t1": None, "t2": "y"}
    renamed = [(worth, names[theme]) for worth, theme in reversed(made)]
    assert factors(renamed, dependence)[::-1] == near(factors(made, dependence))


@given(lines, dependences)
def test_equal_lines_of_a_theme_have_equal_factors(
    made: list[tuple[float, str | None]], dependence: Dependence
) -> None:
    by_line: dict[tuple[float, str | None], set[float]] = {}
    for (worth, theme), share in zip(made, factors(made, dependence), strict=True):
        by_line.setdefault((abs(worth), theme), set()).add(share)
    assert all(len(found) == 1 for found in by_line.values())


@given(lines, dependences)
def test_a_theme_never_raises_lines_of_one_sign(
    made: list[tuple[float, str | None]], dependence: Dependence
) -> None:
    apart = [(abs(worth), str(n)) for n, (worth, _) in enumerate(made)]
    together = [(abs(worth), theme) for worth, theme in made]
    assert total(together, dependence) <= total(apart, dependence) + 1e-9


@given(lines, st.tuples(worths.filter(bool), st.sampled_from([None, "t1"])), dependences)
def test_a_line_never_counts_against_itself_nor_for_more_than_it_says(
    made: list[tuple[float, str | None]], new: tuple[float, str | None], dependence: Dependence
) -> None:
    gain = total([*made, new], dependence) - total(made, dependence)
    toward = math.copysign(1, new[0]) * gain
    assert -1e-9 <= toward <= abs(new[0]) + 1e-9


@given(lines, dependences)
def test_a_total_without_a_line_is_that_of_the_others(
    made: list[tuple[float, str | None]], dependence: Dependence
) -> None:
    others = [total(made[:n] + made[n + 1 :], dependence) for n in range(len(made))]
    assert totals_without(made, dependence) == near(others, abs=1e-6)


def test_a_weak_line_leaves_a_strong_one_almost_alone() -> None:
    strong, weak = factors([(20.0, None), (0.2, None)], Dependence(0.5, 0.5))
    assert strong == near((19.8 + 0.2 / 1.5) / 20)
    assert weak == near(1 / 1.5)
