"""What several days share is what each of them would find alone."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from scenarios.analysis.evidence.knowledge import bearing, connected, known
from scenarios.analysis.ledger.ledger import ledger_of
from scenarios.analysis.ledger.odds import Odds, odds_by_day
from scenarios.analysis.period.period import window
from scenarios.analysis.review.status import status
from scenarios.model import Database
from tests.full import TIMES
from tests.random_databases import random_database
from tests.records import day

DAYS = (day(150), day(143), day(40), day(151), day(300))


@pytest.mark.parametrize("seed", range(25 * TIMES))
@pytest.mark.parametrize("lean", [False, True])
def test_a_day_beside_another_has_the_figures_that_it_has_alone(seed: int, lean: bool) -> None:
    db = random_database(seed)
    at = odds_by_day(db, lean=lean)
    for on in DAYS:
        shared, alone = at(on), Odds(known(db, on))
        for id in db.scenarios:
            assert shared.implied(id) == alone.implied(id)
            if not lean:  # whose lines are in any order
                assert ledger_of(shared, id) == ledger_of(alone, id)


@pytest.mark.parametrize("seed", range(25 * TIMES))
def test_a_part_of_a_database_has_the_rows_that_the_whole_has(seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - the same parts every time
    db = random_database(seed)
    until = day(chance.randrange(20, 330))
    since = until - timedelta(days=7)
    for whole in status(window(db, since, until, banded=True)):
        ids = connected(db, whole.id)
        items = {one for other in ids for one in bearing(db).get(other, ())}
        part = {one: record for one, record in db.evidence.items() if one in items}
        around = Database(db.tracker, db.scenarios, part, db.sheets, db.sources)
        (row,) = status(window(around, since, until, banded=True, only={whole.id}))
        assert row == whole
        (row,) = status(window(around, since, until, only={whole.id}, lean=True))
        assert row.shown.probability == whole.shown.probability
