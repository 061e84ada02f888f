"""Lists of records: a line each, in whatever order."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from scenarios.analysis.evidence.knowledge import known_on
from scenarios.analysis.review.listing import IndicatorRow, ListFilter, indicators
from scenarios.render.documents import records
from scenarios.render.writers import csv, terminal
from scenarios.storage.loader import load
from scenarios.storage.worktree import snapshot


@pytest.fixture(scope="module", params=[False, True])
def rows(request: pytest.FixtureRequest) -> list[IndicatorRow]:
    database = load(snapshot(Path(__file__).parents[2] / "scenarios")[0]).database
    return indicators(known_on(database, date(2024, 8, 1)), ListFilter(by_value=request.param))


@pytest.mark.parametrize("width", [80, 100, 120, 160])
def test_an_indicator_is_one_line(rows: list[IndicatorRow], width: int) -> None:
    lines = terminal.write(records.indicators(rows), width).split("\n")
    rule = next(n for n, line in enumerate(lines) if line.startswith("---"))
    told = [line for line in lines[rule + 1 : -1] if line and not line.endswith(":")]
    assert len(told) == len(rows)
    for row, line in zip(rows, told, strict=True):
        assert line.split()[0].endswith(row.indicator)
        assert row.state in line
        assert len(line) <= width


def test_all_of_a_statement_is_shown_where_it_is_asked_for(rows: list[IndicatorRow]) -> None:
    whole = terminal.write(records.indicators(rows, every=True), 80)
    assert "…" not in whole
    assert "…" in terminal.write(records.indicators(rows), 120)


def test_a_program_reads_the_whole_id(rows: list[IndicatorRow]) -> None:
    made = csv.write(records.indicators(rows)).split("\n")[1:]
    ids = [f"{row.scenario}/{row.indicator}" for row in rows]
    assert [line.split(",")[0] for line in made if "/" in line.split(",")[0]] == ids
