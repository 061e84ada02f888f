"""The questions of docs/queries.md have the answers that stand there, on each engine."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from scenarios.exchange.view.table import plain
from scenarios.exchange.view.view import View
from scenarios.extensions.sql.files import SQLITE
from scenarios.render.documents.records import query_table as document
from scenarios.render.writers import terminal
from scenarios.workspace.exchange.exporting import view_of
from scenarios.workspace.opened import open_folder
from tests.exchange.asking import ask

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "queries.md"
QUESTION = re.compile(r"(### ([^\n]+)\n\n```sql\n(.*?)```\n)(?:\n```text\n(.*?)```\n)?", re.DOTALL)
QUESTIONS = QUESTION.findall(PAGE.read_text("utf-8"))
DAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def view() -> View:
    return view_of(open_folder(ROOT / "scenarios"), DAY, limited=True)


@pytest.fixture(scope="module")
def file(view: View, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("sqlite") / "x.db"
    SQLITE.write(view, place)
    return place


def told(names: list[str], rows: list[tuple[object, ...]]) -> str:
    cells = [tuple(map(plain, row)) for row in rows]
    return terminal.write(document(names, cells), 100) + "\n"


def in_duckdb(view: View, sql: str) -> str:
    answer = ask(view, sql)
    return told([name for name, _ in answer.columns], answer.rows)


def test_there_are_twelve() -> None:
    assert len(QUESTIONS) == 12


@pytest.mark.parametrize("question", QUESTIONS, ids=[title for _, title, *_ in QUESTIONS])
def test_the_answer_is_that_of_the_page_on_duckdb_and_sqlite(
    view: View, file: Path, question: tuple[str, str, str, str], request: pytest.FixtureRequest
) -> None:
    _, _, sql, answer = question
    found = in_duckdb(view, sql)
    if request.config.getoption("renew"):
        PAGE.write_text(
            QUESTION.sub(
                lambda one: one[1] + f"\n```text\n{in_duckdb(view, one[3])}```\n",
                PAGE.read_text("utf-8"),
            ),
            "utf-8",
        )
    else:
        assert found == answer
    with closing(sqlite3.connect(file)) as base:
        rows = base.execute(sql)
        assert told([column[0] for column in rows.description], rows.fetchall()) == found
