"""The odds ledger against a second one, which another hand wrote from the design alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.ledger.band import bands
from scenarios.analysis.ledger.ledger import Ledger, ledger_of
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.ledger.sensitivity import LeaveOneOut, leave_one_out
from scenarios.analysis.review.listing import Wanted, indicators
from scenarios.model import Database
from tests import second_ledger as second
from tests.random_databases import random_database
from tests.records import day, near
from tests.second_rows import value

DAYS = (day(70), day(175), day(300))
BATCH = 25
CLOSE = 1e-9
NOTHING = 1e-6
"""Lines under so many decibans are rounding: what is left of equals that were subtracted."""


def figures(mine: second.Ledger) -> Iterator[tuple[str, float | str | None]]:
    yield "prior", mine.prior
    yield from (("given", mine.given), ("time", mine.time))
    yield from (("rivals", mine.rivals), ("bound", mine.bound))
    yield from (("implied", mine.implied), ("low", mine.low), ("high", mine.high))
    for line in mine.lines:
        yield from _line(line.kind, line.id, line.theme, (line.decibans, line.factor, line.counted))


def program_figures(theirs: Ledger, left: LeaveOneOut) -> Iterator[tuple[str, float | str | None]]:
    yield "prior", theirs.prior.decibans
    for kind in ("given", "time", "rivals", "bound"):
        yield kind, sum(line.counted_decibans for line in theirs.lines if line.kind == kind)
    yield "implied", theirs.implied.decibans
    yield from (("low", left.low), ("high", left.high))
    for line in theirs.lines:
        if line.kind in ("indicator", "absence", "direct", "in-prior"):
            values = (line.decibans, line.factor, line.counted_decibans)
            yield from _line(line.kind, line.id, line.theme, values)


def _line(
    kind: str, id: str, theme: str | None, values: tuple[float, float, float]
) -> Iterator[tuple[str, float | str | None]]:
    if kind == "in-prior":
        yield f"{kind} {id}", values[2]
    elif abs(values[0]) > NOTHING:
        yield f"{kind} {id} theme", theme
        for name, figure in zip(("decibans", "factor", "counted"), values, strict=True):
            yield f"{kind} {id} {name}", figure


def differences(mine: second.Ledger, odds: Odds, id: str) -> list[str]:
    theirs = program_figures(ledger_of(odds, id), leave_one_out(odds, id))
    left, right = dict(figures(mine)), dict(theirs)
    return [
        f"{name}: second {left.get(name)}, program {right.get(name)}"
        for name in {**left, **right}
        if not _alike(left.get(name), right.get(name))
    ]


def _alike(left: float | str | None, right: float | str | None) -> bool:
    if isinstance(left, float | int) and isinstance(right, float | int):
        return abs(left - right) <= CLOSE
    return left == right


@pytest.mark.parametrize("batch", range(500 // BATCH))
def test_two_hands_reckon_the_same(batch: int) -> None:
    differ = {}
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        database = random_database(seed)
        for on in DAYS:
            first = {}
            for id in database.scenarios:
                if id not in first:
                    first.update(second.ledgers(database, id, on, sweep=True))
            odds = Odds(known(database, on))
            for id, mine in first.items():
                if found := differences(mine, odds, id):
                    differ[seed, on.isoformat(), id] = found
    assert differ == {}


@pytest.mark.parametrize("seed", range(0, 500, 50))
def test_two_hands_draw_the_same_band(seed: int) -> None:
    database, on = random_database(seed), DAYS[2]
    mine = {id: second.band(database, id, on) for id in second_ids(database, on)}
    theirs = bands(Odds(known(database, on)), mine)
    assert mine == {id: near((band.low, band.high), abs=CLOSE) for id, band in theirs.items()}


def second_ids(database: Database, on: date) -> list[str]:
    """The scenarios of which the second ledger has one: not those that were ruled out."""
    return [id for id in database.scenarios if id in second.ledgers(database, id, on)]


def test_two_hands_expect_the_same_of_an_indicator() -> None:
    compared = 0
    for seed in range(500):
        db = known(random_database(seed), DAYS[0])
        for row in indicators(db, Wanted()):
            if row.value is not None:
                mine = value(db.database, row.scenario, row.indicator)
                assert row.value == near(mine, abs=CLOSE)
                compared += 1
    assert compared > 100
