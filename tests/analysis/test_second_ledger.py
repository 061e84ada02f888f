"""The odds ledger against a second one, which another hand wrote from the design alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.ledger.contributions import factors, total, totals_with
from scenarios.analysis.ledger.ledger import LineKind, ledger_of
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.ledger.sensitivity import bands, bent_dependence, leave_one_out, sweep
from scenarios.analysis.review.listing import ListFilter, indicators
from scenarios.model import Database, Dependence
from scenarios.scales import probability
from tests import second_ledger as second
from tests.random_databases import random_database
from tests.records import database as database_of
from tests.records import day, indicator, item, near, rated
from tests.records import scenario as asked

DAYS = (day(45), day(175), day(300))  # some scenarios open later than the first
BATCH = 25
CLOSE = 1e-9
NOTHING = 1e-6
"""Lines under so many decibans are rounding: what is left of equals that were subtracted."""
STEPS: tuple[LineKind, ...] = ("given", "time", "rivals", "bound")
OF_A_LINE = ("theme", "decibans", "factor", "counted_decibans")
Figures = dict[str, Any]


def figures(mine: second.Ledger) -> Figures:
    return {name: one for name, one in vars(mine).items() if name != "lines"} | _of(mine.lines)


def program_figures(odds: Odds, id: str) -> Figures:
    book, left = ledger_of(odds, id), leave_one_out(odds, id)
    found: Figures = {kind: book.counted(kind) for kind in STEPS}
    found |= {"prior": book.prior.decibans, "implied": book.implied.decibans}
    return {**found, "low": left.low, "high": left.high, **_of(book.lines)}


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


@pytest.mark.parametrize("batch", range(500 // BATCH))
def test_two_hands_reckon_the_same(batch: int) -> None:
    differ = {}
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        database = random_database(seed)
        for on in DAYS:
            odds = Odds(known(database, on))
            for id, mine in second_ledgers(database, on, sweep=True).items():
                left, right = figures(mine), program_figures(odds, id)
                for name in left | right:
                    if not _alike(left.get(name), right.get(name)):
                        differ[seed, on.isoformat(), id, name] = left.get(name), right.get(name)
    assert differ == {}


@pytest.mark.parametrize("seed", range(0, 500, 50))
def test_two_hands_draw_the_same_band(seed: int) -> None:
    database, on = random_database(seed), DAYS[2]
    mine = {id: second.band(database, id, on) for id in second_ledgers(database, on)}
    odds = Odds(known(database, on))
    theirs = bands(odds, mine)
    assert theirs == {id: bands(odds, [id])[id] for id in mine}
    assert mine == {id: near((band.low, band.high), abs=CLOSE) for id, band in theirs.items()}


def bent(kind: str, id: str, way: float) -> Callable[[str], float]:
    """Bends one judgement as far as a band bends it, or all ratings together."""
    name = f"prior:{id}" if kind == "prior" else id

    def bend(other: str) -> float:
        is_rating = not other.startswith("prior:") and other not in ("within", "between")
        return way if other == name or (kind == "ratings" and is_rating) else 0.0

    return bend


def test_a_bent_row_is_heard_over_one_that_silenced_it_and_an_absence_bends_with_it() -> None:
    absent = {"x": indicator({"s": "CC"}, due=day(1), if_absent="I")}
    in_part = {"e": item(day(2), indicators={"s/x": "emerging"})}
    silenced = rated("s", "C", 10**0.4, origin="o")
    for one, evidence, ends in (
        (asked(), silenced, {"e": (4.0, 10.0), "f": (5.0, 8.0)}),
        (asked(indicators=absent), in_part, {"s/x": (1.25, 5.0)}),
    ):
        db = database_of(scenarios={"s": one}, evidence=evidence)
        bends = sweep(Odds(known(db, day(9))), "s")
        rows = {bend.id: (bend.low, bend.high) for bend in bends if bend.kind == "row"}
        assert rows == {id: near([probability(end) for end in two]) for id, two in ends.items()}


@pytest.mark.parametrize("seed", range(0, 500, 50))
def test_two_hands_bend_each_judgement_alone_and_the_widest_stands_first(seed: int) -> None:
    database, on = random_database(seed), DAYS[1]
    odds = Odds(known(database, on))
    for id, scenario in database.scenarios.items():
        # What a link leads to is not bent along with a scenario's own judgements.
        if scenario.prior.given or second.outcome(database, id, on) == "did-not-occur":
            continue
        bends = sweep(odds, id)
        for one in bends:
            both = (bent(one.kind, one.id, way) for way in (-1, 1))
            ends = sorted(second.ledgers(database, id, on, bend)[id].low for bend in both)
            assert [one.low, one.high] == near(ends, abs=CLOSE)
        open_members = {("prior", member) for member in second.ledgers(database, id, on)}
        rows = {("row", row.id) for group in second.groups(database, id, on) for row in group}
        settings = {(name, name) for name in ("ratings", "within", "between")}
        assert {(one.kind, one.id) for one in bends} == open_members | rows | settings
        widths = [one.high - one.low for one in bends]
        assert widths == sorted(widths, reverse=True)


def test_two_hands_expect_the_same_of_an_indicator() -> None:
    compared = []
    for seed in range(500):
        db = known(random_database(seed), DAYS[0])
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


def pairs(shares: st.SearchStrategy[float]) -> st.SearchStrategy[Dependence]:
    return st.tuples(shares, shares).map(lambda pair: Dependence(max(pair), min(pair)))


plain = st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0])
dependences = pairs(plain | st.floats(0, 1))


@given(lines, pairs(plain))
def test_two_hands_discount_lines_alike(made: Lines, dependence: Dependence) -> None:
    mine = second.factors(made, dependence.within, dependence.between)
    assert factors(made, dependence) == near(mine)


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


@given(lines, dependences, st.one_of(st.just(0.0), worths))
@example([(-10.0, None), (-5.0, "t1"), (5.0, None)], Dependence(within=1, between=1 - 2**-53), 0.0)
def test_a_total_with_another_line_instead_is_that_of_those_lines(
    made: Lines, dependence: Dependence, other: float
) -> None:
    places = range(len(made))
    plainly = [total([*made[:n], (other, made[n][1]), *made[n + 1 :]], dependence) for n in places]
    assert totals_with(made, dependence, [(n, other) for n in places]) == near(plainly, abs=1e-6)


@given(dependences, st.floats(-1, 1), st.floats(-1, 1))
def test_bent_dependences_keep_their_order(
    dependence: Dependence, within: float, between: float
) -> None:
    bent = bent_dependence(dependence, within, between)
    assert 0 <= bent.between <= bent.within <= 1
