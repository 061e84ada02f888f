"""The odds ledger against a second one, which another hand wrote from the design alone."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scenarios.analysis.evidence.knowledge import known_on
from scenarios.analysis.ledger.dependence import end_of, total, totals_without
from scenarios.analysis.ledger.ledger import ledger_of
from scenarios.analysis.ledger.lines import LineKind
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.ledger.sensitivity import Budgets, bands, leave_one_out
from scenarios.analysis.review.listing import ListFilter, indicators
from scenarios.model import Database, Dependence
from scenarios.scales import HIGHEST, LOWEST
from tests import second_ledger as second
from tests.full import FULL
from tests.random_databases import random_database
from tests.records import day, heights, near, shares

DAYS = (day(45), day(175), day(300))  # some scenarios open later than the first
BATCH = 25
BATCHES = range((500 if FULL else 125) // BATCH)
CLOSE = 1e-9
NOTHING = 1e-6
"""Lines under so many decibans are rounding: what is left of equals that were subtracted."""
STEPS: tuple[LineKind, ...] = ("given", "time", "rivals", "bound")
OF_A_LINE = ("theme", "decibans", "factor", "counted_decibans")
Figures = dict[str, Any]


def figures(mine: second.Ledger) -> Figures:
    rests = [p for _, p in mine.rests]
    steps = {name: getattr(mine, name) for name in (*STEPS, "prior", "implied")}
    return {**steps, "low": min(rests), "high": max(rests), **_of(mine.lines)}


def program_figures(odds: Odds, id: str) -> Figures:
    book, left = ledger_of(odds, id), leave_one_out(odds, id)
    steps: Figures = {kind: book.counted(kind) for kind in STEPS}
    steps |= {"prior": book.prior.decibans, "implied": book.implied.decibans}
    return {**steps, "low": left.low, "high": left.high, **_of(book.lines)}


def extremes(odds: Odds, id: str) -> tuple[tuple[str | None, float], ...]:
    """The two ends of the program's leave one out, each with the line that makes it."""
    left = leave_one_out(odds, id)
    return (left.low_line, left.low), (left.high_line, left.high)


def _of(lines: Iterable[Any]) -> Figures:
    return {
        f"{line.kind} {line.id} {name}": getattr(line, name)
        for line in lines
        if line.kind == "in-prior" or (line.kind not in STEPS and abs(line.decibans) > NOTHING)
        for name in OF_A_LINE
    }


def _alike(left: Any, right: Any) -> bool:
    if isinstance(left, float | int) and isinstance(right, float | int):
        return abs(left - right) <= CLOSE
    return bool(left == right)


def second_ledgers(db: Database, on: date, **keys: Any) -> dict[str, second.Ledger]:
    """Of all scenarios but those that were ruled out."""
    found: dict[str, second.Ledger] = {}
    for id in db.scenarios:
        if id not in found:
            found |= second.ledgers(db, id, on, **keys)
    return found


@pytest.mark.parametrize("batch", BATCHES)
def test_two_hands_reckon_the_same(batch: int) -> None:
    differ = {}
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        database = random_database(seed)
        for on in DAYS:
            odds = Odds(known_on(database, on))
            for id, mine in second_ledgers(database, on, sweep=True).items():
                left, right = figures(mine), program_figures(odds, id)
                for name in left | right:
                    if not _alike(left.get(name), right.get(name)):
                        differ[seed, on.isoformat(), id, name] = left.get(name), right.get(name)
                for line, end in extremes(odds, id):
                    without = [p for ids, p in mine.rests if (line in ids if line else not ids)]
                    assert near(end, abs=CLOSE) in without, (seed, on, id, line)
    assert differ == {}


@pytest.mark.parametrize("batch", BATCHES)
def test_two_hands_draw_the_same_band_of_the_same_terms(batch: int) -> None:
    differ: Figures = {}
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        database, on = random_database(seed), DAYS[1 + seed % 2]
        odds, mine = Odds(known_on(database, on)), second_budgets(database, on)
        bent = Budgets(odds)
        for id, drawn in bands(odds, list(mine)).items():
            case = f"{seed} {on} {id}"
            assert bent.of(id).band == drawn
            if (mine[id].low, mine[id].high) != near((drawn.low, drawn.high), abs=CLOSE):
                differ[f"{case} band"] = mine[id], drawn
            if apart := terms_apart(mine[id].terms, bent.of(id).terms):
                differ[f"{case} terms"] = apart
            if database.scenarios[id].set is None:
                lines = {line.id for line in ledger_of(odds, id).lines}
                assert {term.id for term in bent.of(id).terms if term.kind == "line"} <= lines
    assert differ == {}


def second_budgets(db: Database, on: date) -> dict[str, second.Budget]:
    """Of all scenarios but those that were ruled out."""
    budgets: dict[str, second.Budget] = {}
    for id in db.scenarios:
        if id not in budgets:
            budgets |= second.budgets(db, id, on)
    return budgets


def terms_apart(mine: Iterable[second.Term], theirs: Iterable[Any]) -> list[Any]:
    """The terms of either hand, above rounding, that the other has not; and a wrong order."""
    apart: list[Any] = []
    left, sizes = list(mine), [term.term for term in theirs]
    if sizes != near(sorted(sizes, reverse=True), abs=CLOSE):
        apart.append(sizes)
    for bend in theirs:
        same = [term for term in left if (bend.kind, bend.id in term.ids) == (term.kind, True)]
        nearest = min(same, key=lambda term: abs(term.size - bend.term), default=None)
        if nearest is not None and abs(nearest.size - bend.term) <= CLOSE:
            left.remove(nearest)
        elif bend.term > CLOSE:
            apart.append(("program", bend.kind, bend.id, bend.term))
    return apart + [("second", term) for term in left if term.size > CLOSE]


@pytest.mark.parametrize("batch", BATCHES)
def test_a_band_holds_its_own_figure(batch: int) -> None:
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        database = random_database(seed)
        odds, names = Odds(known_on(database, DAYS[2])), list(database.scenarios)
        left = [id for id in names if id in second.standing(database, id, DAYS[2])]
        for id, drawn in bands(odds, left).items():
            figure = ledger_of(odds, id).implied.probability
            assert LOWEST <= drawn.low <= figure <= drawn.high <= HIGHEST


def test_two_hands_see_an_indicator_in_the_same_state() -> None:
    states = Counter[str]()
    for seed in range(500):
        database = random_database(seed)
        for on in DAYS:
            items = second.known(database, on)
            for row in indicators(known_on(database, on), ListFilter()):
                key = f"{row.scenario}/{row.indicator}"
                assert row.state == second.watch(database, key, items).state, (seed, on, key)
                states[row.state] += 1
    assert min(states[state] for state in ("observed", "emerging", "reversed", "unobserved")) > 50


def test_two_hands_expect_the_same_of_an_indicator() -> None:
    compared = []
    for seed in range(500):
        db = known_on(random_database(seed), DAYS[0])
        for row in indicators(db, ListFilter()):
            if row.value is not None:
                mine = second.value(db.database, row.scenario, row.indicator)
                compared.append((row.value, mine))
    assert len(compared) > 100
    assert [theirs for theirs, _ in compared] == near([mine for _, mine in compared], abs=CLOSE)


# The laws of overlap.

Lines = list[tuple[float, str | None]]
worths = st.one_of(
    st.sampled_from([-10.0, -5.0, 5.0, 10.0]), st.floats(-100, 100, allow_subnormal=False)
).filter(bool)
themes = st.sampled_from([None, "t1", "t2"])
lines = st.lists(st.tuples(worths, themes), max_size=9)


def pairs(correlations: st.SearchStrategy[float]) -> st.SearchStrategy[Dependence]:
    return st.tuples(correlations, correlations).map(lambda pair: Dependence(max(pair), min(pair)))


plain = st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0])
dependences = pairs(plain | st.floats(0, 1))


@given(lines, pairs(plain))
def test_two_hands_discount_lines_alike(made: Lines, dependence: Dependence) -> None:
    mine = second.factors(made, dependence.within, dependence.between)
    assert shares(made, dependence) == near(mine)


@given(lines, dependences)
def test_a_line_keeps_a_share_of_itself_whatever_its_place_and_the_names_of_themes(
    made: Lines, dependence: Dependence
) -> None:
    found, names = shares(made, dependence), {None: None, "t1": "t2", "t2": "a"}
    assert all(0 < share <= 1 for share in found)
    renamed = [(worth, names[theme]) for worth, theme in reversed(made)]
    assert shares(renamed, dependence)[::-1] == near(found)


@given(lines, dependences)
def test_a_theme_never_raises_lines_of_one_sign(made: Lines, dependence: Dependence) -> None:
    apart = [(abs(worth), str(n)) for n, (worth, _) in enumerate(made)]
    together = [(abs(worth), theme) for worth, theme in made]
    assert total(heights(together), dependence) <= total(heights(apart), dependence) + 1e-9


@given(lines, st.tuples(worths, themes), dependences)
def test_a_line_never_counts_against_itself_nor_for_more_than_it_says(
    made: Lines, new: tuple[float, str | None], dependence: Dependence
) -> None:
    gain = total(heights([*made, new]), dependence) - total(heights(made), dependence)
    toward = math.copysign(1, new[0]) * gain
    assert -1e-9 <= toward <= abs(new[0]) + 1e-9


@given(lines, dependences)
@example([(-10.0, None), (-5.0, "t1"), (5.0, None)], Dependence(within=1, between=1 - 2**-53))
def test_a_total_without_a_line_is_that_of_the_others(made: Lines, dependence: Dependence) -> None:
    rest = (heights([*made[:n], *made[n + 1 :]]) for n in range(len(made)))
    plainly = [total(lines, dependence) for lines in rest]
    without = totals_without(heights(made), dependence)
    assert [without[end_of(*line)] for line in made] == near(plainly, abs=1e-6)


@given(lines, dependences)
def test_all_lines_without_a_theme_put_into_one_never_count_for_more(
    made: Lines, dependence: Dependence
) -> None:
    together = shares([(worth, theme or "own") for worth, theme in made], dependence)
    assert all(
        after <= before + 1e-9
        for (_, theme), before, after in zip(made, shares(made, dependence), together, strict=True)
        if theme is None
    )


def test_lines_without_a_theme_are_half_as_alike_as_those_of_one() -> None:
    """At 0.6/0.2, by hand: 2 lines of ρ 0.4 count 1/1.4 each, 20 of 10 dB together 200/8.6."""
    dependence = Dependence(within=0.6, between=0.2)
    assert shares([(10.0, None)] * 2, dependence) == near([1 / 1.4] * 2)
    assert total(heights([(10.0, None)] * 20), dependence) == near(200 / 8.6)
    # D of the theme is 0.4 + 2·0.4, of the other block 0.6 + 0.2; Σ n/D is 2/1.2 + 1/0.8.
    shared = 1 + 0.2 * (2 / 1.2 + 1 / 0.8)
    beside = [(10.0, "t1"), (10.0, "t1"), (10.0, None)]
    assert shares(beside, dependence) == near([*[1 / (1.2 * shared)] * 2, 1 / (0.8 * shared)])
