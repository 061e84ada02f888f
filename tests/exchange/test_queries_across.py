"""The questions to many trackers in docs/queries.md have the same answers on each engine."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scenarios.exchange.engine import connect
from scenarios.exchange.view.tables import TABLES
from scenarios.extensions.events.store import spark_session
from scenarios.workspace.exchange.exporting import export
from scenarios.workspace.opened import open_folder
from tests.cli.commands import DESK
from tests.exchange.asking import ask, opened_across
from tests.exchange.test_queries import PAGE, ROOT
from tests.full import FULL
from tests.lazily import lazily
from tests.postgres import Server, server

psycopg = lazily("psycopg")
DAY = date(2027, 3, 1)
QUESTIONS = re.findall(
    r"\*\*([^*\n]+\?)\*\*\n\n```sql\n(.*?)```\n", PAGE.read_text("utf-8"), re.DOTALL
)
HEAVIEST = (
    "Where do they answer differently?",
    "Which source feeds whom?",
    "What was recorded by several desks?",
    "Which forecasts rest on one source?",
)
Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, a copy that judges otherwise, and a small desk: their folders and a lake."""
    folder = tmp_path_factory.mktemp("desks")
    for id, source in (("east", ROOT / "scenarios"), ("west", ROOT / "scenarios"), ("third", DESK)):
        root = folder / id
        shutil.copytree(source, root)
        tracker = (root / "tracker.yaml").read_text("utf-8")
        kept = re.sub(r"(?m)^id:.*\n", "", tracker)
        (root / "tracker.yaml").write_text(f"{kept}id: {id}\n", "utf-8")
    reuters = folder / "west/sources/reuters.yaml"
    reuters.write_text(reuters.read_text("utf-8").replace("reliability: B", "reliability: A"))
    sheet = "date: 2027-02-25\nanalyst: illustrative\nprobabilities: {rupture: 0.3}\n"
    (folder / "west/forecasts/2027").mkdir()
    (folder / "west/forecasts/2027/2027-02-25-illustrative.yaml").write_text(sheet)
    for id in ("east", "west", "third"):
        export(open_folder(folder / id), f"parquet:{folder}/lake", DAY, lake=True)
    return folder


@pytest.fixture(scope="module")
def base(desks: Path) -> Iterator[Any]:
    """PostgreSQL with the same trackers, where the views over them are found first."""
    running: Server
    with server() as running, psycopg.connect(running.address(), autocommit=True) as connection:
        for id in ("east", "west", "third"):
            export(open_folder(desks / id), running.address(f"postgres/{id}"), DAY, lake=True)
        connection.execute("SET search_path = scen_across")
        yield connection


def test_there_are_twelve_to_many_trackers() -> None:
    assert len(QUESTIONS) == 12


@pytest.mark.parametrize("question", QUESTIONS, ids=[title for title, _ in QUESTIONS])
def test_the_answers_of_a_lake_a_query_across_and_postgresql_are_equal(
    desks: Path, base: Any, question: tuple[str, str]
) -> None:
    _, sql = question
    with opened_across(f"{desks}/lake", DAY) as across:
        answer = ask(across.fill, sql).rows
        assert across.unread == []
    assert answer
    with connect() as engine:
        for name in TABLES:
            files = f"read_parquet('{desks}/lake/{name}/*/*.parquet', hive_partitioning = true)"
            engine.execute(f"CREATE VIEW {name} AS FROM {files}")
        if "forecast_log" not in sql:
            assert_equal(engine.execute(sql).fetchall(), answer)
    assert_equal(base.execute(sql).fetchall(), answer)


@pytest.fixture(scope="module")
def spark(desks: Path) -> Iterator[Any]:
    """Spark with the tables of the lake."""
    if not FULL:
        pytest.skip("Spark takes a minute: SCEN_FULL=1")
    pytest.importorskip("pyspark")
    if not shutil.which("java"):
        pytest.skip("Spark needs Java")
    session, _ = spark_session("spark://local[2]")
    for name in TABLES:
        session.read.parquet(f"{desks}/lake/{name}").createOrReplaceTempView(name)
    yield session
    session.stop()


@pytest.mark.parametrize("title", HEAVIEST)
def test_spark_answers_the_heaviest_questions_as_duckdb_and_postgresql_do(
    desks: Path, base: Any, spark: Any, title: str
) -> None:
    sql = dict(QUESTIONS)[title]
    with opened_across(f"{desks}/lake", DAY) as across:
        answer = ask(across.fill, sql).rows
    assert answer
    assert_equal(base.execute(sql).fetchall(), answer)
    assert_equal([(*row,) for row in spark.sql(sql).collect()], answer)


def assert_equal(rows: Rows, expected: Rows) -> None:
    """Row for row; sums of floats may differ in their last digits."""
    assert len(rows) == len(expected)
    for row, other in zip(rows, expected, strict=True):
        numbers = [(float(a), float(b)) for a, b in zip(row, other, strict=True) if is_number(b)]
        assert [a for a, _ in numbers] == pytest.approx([b for _, b in numbers])
        assert [a for a in row if not is_number(a)] == [b for b in other if not is_number(b)]


def is_number(value: object) -> bool:
    return hasattr(value, "__float__")
