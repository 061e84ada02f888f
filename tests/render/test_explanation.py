"""An odds ledger as it is read: what is folded is counted, and the rows add up."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from scenarios.analysis.review.explanation import explain
from scenarios.model import Database
from scenarios.render.document import Figure, Group, Row, Table, plain
from scenarios.render.documents.explanation import document, on_page
from scenarios.render.documents.ledger_changes import SMALL_DECIBANS
from scenarios.render.writers import html
from scenarios.storage.loader import load
from scenarios.storage.worktree import snapshot

FOLDED = re.compile(r"(\d+) (?:lines? under|in the prior)")
DAYS = (date(2022, 2, 23), date(2026, 11, 26))


@pytest.fixture(scope="module")
def shipped() -> Database:
    return load(snapshot(Path(__file__).parents[2] / "scenarios")[0]).database


def table(database: Database, id: str, day: date, *, every: bool) -> Table:
    made = document(explain(database, id, day), database, every=every)
    return next(block for block in made if isinstance(block, Table))


def rows(made: Table) -> list[Row]:
    parts = [row.rows if isinstance(row, Group) else (row,) for row in made.rows]
    return [row for part in parts for row in part]


def counted(row: Row) -> float:
    return row[3].value or 0.0 if isinstance(row[3], Figure) else 0.0


@pytest.mark.parametrize("day", DAYS)
def test_the_lines_that_are_shown_and_those_that_are_folded_add_up(
    shipped: Database, day: date
) -> None:
    folded = 0
    for id in (id for id, scenario in shipped.binary.items() if scenario.opened <= day):
        ledger = explain(shipped, id, day)
        assert ledger.implied
        moved = ledger.implied.decibans - ledger.prior.decibans
        short, whole = (table(shipped, id, day, every=every) for every in (False, True))
        for made in (short, whole):
            assert sum(map(counted, rows(made))) == pytest.approx(moved)
        small = [row for row in rows(short) if FOLDED.match(plain(row[0]))]
        assert bool(small) == bool(short.note)
        number = sum(map(int, FOLDED.findall(plain(short.note))))
        assert len(rows(whole)) == len(rows(short)) - len(small) + number
        worth = plain(Figure(sum(map(counted, small)), "dB"))
        assert not small or f", {worth} dB in all" in plain(short.note)
        shown = [row for row in rows(short) if plain(row[2])]
        assert all(abs(counted(row)) >= SMALL_DECIBANS for row in shown)
        folded += number
    assert folded > 20


@pytest.mark.parametrize("every", [True, False])
def test_the_net_of_a_theme_is_that_of_its_rows(shipped: Database, every: bool) -> None:
    for id in ("deeper-alignment", "ukraine-full-invasion-2022"):
        for group in table(shipped, id, DAYS[0], every=every).rows:
            if isinstance(group, Group):
                net = plain(Figure(sum(map(counted, group.rows)), "dB"))
                assert group.name.endswith(f", {net} dB")


def test_what_the_rivals_do_is_told_by_the_set(shipped: Database) -> None:
    told = [plain(row[0]) for row in rows(table(shipped, "rupture", DAYS[1], every=False))]
    assert "rivals: the others of relationship-2030" in told


def test_a_page_names_its_lines_by_what_they_say_and_prints_no_id(shipped: Database) -> None:
    id, day = "nord-stream-2-flows-2022", date(2022, 2, 28)
    text = html.write(on_page(explain(shipped, id, day), shipped, every=True))
    body = re.sub("<[^>]+>", "", text.partition("<main")[2])
    assert "Nord Stream 2 carries commercial gas, as of 28 Feb 2022" in body
    assert "−5.7 dB Berlin withdraws its assessment of supply security or stops" in body
    ids = {*shipped.scenarios, *shipped.evidence} | {
        f"{id}/{name}" for id, one in shipped.scenarios.items() for name in one.indicators
    }
    assert [one for one in ids if "-" in one and one in body] == []
