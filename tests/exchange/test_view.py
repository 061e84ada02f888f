"""The tables of a database: typed, with keys that identify and references that lead somewhere."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple

from scenarios.analysis.ledger.ledger import ledger
from scenarios.analysis.question_scores import QuestionScore
from scenarios.analysis.scores.scoring import score
from scenarios.exchange.view.table import ViewTable
from scenarios.exchange.view.tables import COMPUTED, TABLES
from scenarios.exchange.view.view import ROWS, ExportMetadata, View
from scenarios.model import Database
from scenarios.scales import decibans
from scenarios.storage.loader import load
from scenarios.workspace.opened import open_folder
from tests.cli.commands import DESK, FILES
from tests.full import TIMES
from tests.random_databases import random_database

DAY = date(2022, 6, 1)
TYPES = {"text": str, "integer": int, "real": float, "boolean": bool, "date": date, "json": str}
NAMED = (
    *("scenarios", "indicators", "indicator_ratings", "evidence", "evidence_ratings"),
    *("evidence_indicators", "sources", "sheets", "forecasts", "resolutions"),
    *("figures", "ledger_lines", "scores", "findings", "meta"),
)
"""The names that the design fixes."""


def view(database: Database, day: date = DAY, *, limited: bool = False) -> View:
    return View(database, ExportMetadata(as_of=day), limited=limited)


def cells(view: View, name: str, *columns: str) -> list[tuple[Any, ...]]:
    places = TABLES[name].places(columns)
    return [tuple(row[n] for n in places) for row in view.rows(name)]


def assert_sound(view: View) -> None:
    for name, table in TABLES.items():
        rows = view.rows(name)
        for row in rows:
            assert len(row) == len(table.columns), name
            for column, cell in zip(table.columns, row, strict=True):
                is_typed = type(cell) is TYPES[column.type] if cell is not None else column.null
                assert is_typed, (name, column.name, cell)
        assert_named(view, table)


def assert_named(view: View, table: ViewTable) -> None:
    """Its key names one row, and what it refers to is there."""
    keys = cells(view, table.name, *table.key)
    assert len({*keys}) == len(keys), table.name
    for reference in table.references:
        named = {key for key in cells(view, table.name, *reference.columns) if None not in key}
        assert named <= {*cells(view, reference.table, *reference.key)}, (table.name, reference)


def test_the_tables_of_the_design_are_there_and_a_reference_leads_to_a_key_that_stands_before() -> (
    None
):
    assert {*NAMED} <= TABLES.keys()
    seen: set[str] = set()
    for table in TABLES.values():
        names = [column.name for column in table.columns]
        assert len({*names}) == len(names)
        for columns in (table.key, *table.indexes, *(r.columns for r in table.references)):
            assert {*columns} <= {*names}, table.name
        for reference in table.references:
            assert reference.table in seen | {table.name}
            assert reference.key == TABLES[reference.table].key
        assert not any(column.null for column in table.columns if column.name in table.key)
        seen.add(table.name)


def test_the_shipped_database_has_sound_tables() -> None:
    root = Path(__file__).parents[2] / "scenarios"
    made = view(open_folder(root).database, date(2026, 3, 31))
    assert_sound(made)
    assert len(made.rows("evidence")) == len([*(root / "evidence").rglob("*.yaml")])
    assert not made.left_out


@settings(max_examples=20 * TIMES)
@given(st.integers(0, 10**6))
def test_any_database_has_sound_tables_on_any_day(seed: int) -> None:
    database = random_database(seed)
    assert_sound(view(database))
    assert_sound(view(database, limited=True))


def test_the_lines_of_a_ledger_lead_from_the_prior_to_the_implied_probability() -> None:
    made = view(open_folder(DESK).database)
    counted = Counter[object]()
    for id, worth in cells(made, "ledger_lines", "scenario_id", "counted_decibans"):
        counted[id] += worth
    found = cells(made, "status", "scenario_id", "prior_decibans", "implied_decibans")
    assert len(found) == 3
    for id, prior, implied in found:
        assert prior + counted[id] == pytest.approx(implied)
        book = ledger(made.context.window.now, str(id))
        assert implied == pytest.approx(book.implied.decibans)


def test_scores_are_those_of_the_questions() -> None:
    database = random_database(7)
    assert view(database).rows("scores") == [astuple(row) for row in score(database, DAY).questions]


OF_A_QUANTITY = {"quantity", "crps", "value"}


def test_a_score_has_the_names_of_score() -> None:
    names = [column.name for column in TABLES["scores"].columns]
    # The tables hold no quantities, and so none of what only their scores have.
    kept = [n for n in QuestionScore.__struct_fields__[2:] if n not in OF_A_QUANTITY]
    assert names == ["scenario_id", "set_id", *kept]
    assert {table.name for table in COMPUTED} == ROWS.keys()


def test_figures_are_those_of_each_day_with_a_sheet() -> None:
    made = view(open_folder(DESK).database)
    found = cells(made, "figures", "scenario_id", "day", "stated", "analysts")
    assert found == [
        ("pact", date(2022, 2, 7), 0.1, 1),
        ("ties", date(2022, 2, 7), None, 0),
        ("trade", date(2022, 2, 7), 0.6, 1),
    ]
    for _, implied, gap in cells(made, "figures", "scenario_id", "implied", "gap_decibans")[:1]:
        assert gap == pytest.approx(decibans(0.1) - decibans(implied))


def test_what_a_row_names_and_is_not_there_is_counted_and_left_out() -> None:
    files = {path: text.encode() for path, text in FILES.items() if path != "trade.yaml"}
    made = view(load(files).database)
    assert ("trade",) not in cells(made, "evidence_ratings", "scenario_id")
    assert_sound(made)
    assert made.left_out == {"evidence_ratings": 1, "forecasts": 1}


def test_limited_to_a_day_it_holds_what_was_known_by_then() -> None:
    database = open_folder(DESK).database
    before = view(database, date(2022, 1, 31), limited=True)
    assert [len(before.rows(name)) for name in ("evidence", "sheets")] == [0, 0]
    assert len(view(database, date(2022, 1, 31)).rows("evidence")) == len(database.evidence)
