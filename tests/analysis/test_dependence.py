"""The laws of overlap; the figures themselves are those of the second ledger."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.ledger.band import bent_dependence
from scenarios.analysis.ledger.dependence import factors, total, totals_without
from scenarios.model import Dependence
from tests.records import near

worths = st.one_of(
    st.sampled_from([-10.0, -5.0, 5.0, 10.0]), st.floats(-100, 100, allow_subnormal=False)
).filter(bool)
themes = st.sampled_from([None, "t1", "t2"])
lines = st.lists(st.tuples(worths, themes), max_size=9)
shares = st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(0, 1))
dependences = st.tuples(shares, shares).map(lambda pair: Dependence(max(pair), min(pair)))
Lines = list[tuple[float, str | None]]


@given(lines, dependences)
def test_a_line_keeps_a_share_of_itself_whatever_its_place_and_the_names_of_themes(
    made: Lines, dependence: Dependence
) -> None:
    found, names = factors(made, dependence), {None: "x", "t1": None, "t2": "y"}
    assert all(0 < share <= 1 for share in found)
    renamed = [(worth, names[theme]) for worth, theme in reversed(made)]
    assert factors(renamed, dependence)[::-1] == near(found)


@given(lines, dependences)
def test_a_theme_never_raises_lines_of_one_sign(made: Lines, dependence: Dependence) -> None:
    apart = [(abs(worth), str(n)) for n, (worth, _) in enumerate(made)]
    together = [(abs(worth), theme) for worth, theme in made]
    assert total(together, dependence) <= total(apart, dependence) + 1e-9


@given(lines, st.tuples(worths, themes), dependences)
def test_a_line_never_counts_against_itself_nor_for_more_than_it_says(
    made: Lines, new: tuple[float, str | None], dependence: Dependence
) -> None:
    gain = total([*made, new], dependence) - total(made, dependence)
    toward = math.copysign(1, new[0]) * gain
    assert -1e-9 <= toward <= abs(new[0]) + 1e-9


@given(lines, dependences)
def test_a_total_without_a_line_is_that_of_the_others(made: Lines, dependence: Dependence) -> None:
    others = [total(made[:n] + made[n + 1 :], dependence) for n in range(len(made))]
    assert totals_without(made, dependence) == near(others, abs=1e-6)


@given(dependences, st.floats(-1, 1), st.floats(-1, 1))
def test_bent_dependences_keep_their_order(
    dependence: Dependence, within: float, between: float
) -> None:
    bent = bent_dependence(dependence, within, between)
    assert 0 <= bent.between <= bent.within <= 1
