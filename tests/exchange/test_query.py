"""A query reads the tables of the view, and nothing else of this machine."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from scenarios.errors import ScenError
from scenarios.exchange.answer import QueryRows
from scenarios.exchange.engine import connect
from scenarios.exchange.view.tables import TABLES
from scenarios.exchange.view.view import ExportMetadata, View
from scenarios.extensions.sql.query import converted
from scenarios.extensions.sql.statements import fill
from scenarios.workspace.opened import open_folder
from tests.cli.commands import DESK, tree
from tests.exchange.asking import ask

DAY = date(2022, 3, 1)
ATTACKS = """\
SELECT * FROM read_csv('x.csv')
SELECT * FROM 'x.csv'
SELECT * FROM 'x.parquet'
SELECT * FROM read_text('x.csv')
SELECT * FROM read_blob('.tmp/x')
SELECT * FROM read_json('x.csv')
SELECT * FROM sniff_csv('x.csv')
SELECT * FROM parquet_metadata('x.parquet')
SELECT * FROM glob('*')
SELECT * FROM read_csv('https://example.org/x.csv')
SELECT * FROM read_parquet('s3://x/y.parquet')
SELECT * FROM duckdb_extensions()
SELECT * FROM duckdb_secrets()
SELECT getenv('HOME')
SELECT * FROM query('COPY (SELECT 1) TO ''y.csv''')
WITH t AS (SELECT * FROM read_csv('x.csv')) SELECT * FROM t
EXPLAIN ANALYZE COPY (SELECT 1) TO 'y.csv'
EXPLAIN ANALYZE COPY (SELECT 1) TO ':memory:.wal'
COPY evidence TO 'y.csv'
COPY (SELECT 1) TO '.tmp/y.csv'
EXPORT DATABASE 'y'
IMPORT DATABASE 'y'
ATTACH 'y.duckdb' AS y
ATTACH ':memory:' AS y
CREATE TABLE y AS SELECT 1
CREATE SECRET (TYPE s3)
INSERT INTO sets VALUES ('a', 1, 'b')
UPDATE evidence SET summary = 'x'
DELETE FROM evidence
DROP TABLE evidence
INSTALL httpfs
INSTALL 'x.duckdb_extension'
LOAD httpfs
LOAD 'x.duckdb_extension'
UPDATE EXTENSIONS
SET enable_external_access = true
SET lock_configuration = false
RESET memory_limit
PRAGMA enable_profiling
PRAGMA database_list
CALL enable_logging(storage = 'file', storage_path = 'y')
PREPARE y AS SELECT 1
CHECKPOINT
VACUUM
USE temp
SELECT 1; COPY evidence TO 'y.csv'
""".splitlines()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> View:
    monkeypatch.chdir(tmp_path)
    return View(open_folder(DESK).database, ExportMetadata(as_of=DAY))


def test_each_table_is_there_with_the_rows_of_the_view(desk: View) -> None:
    for name, table in TABLES.items():
        answer = ask(desk, f"SELECT * FROM {name}")
        assert [column for column, _ in answer.columns] == [c.name for c in table.columns]
        assert sorted(answer.rows, key=str) == sorted(desk.rows(name), key=str), name


def test_a_query_reaches_no_file_no_network_and_no_setting(desk: View, tmp_path: Path) -> None:
    (tmp_path / ".tmp").mkdir()  # DuckDB allows its folder for what is too large, if it has one
    for name in ("x.csv", ".tmp/x", "x.duckdb_extension"):
        (tmp_path / name).write_text("a,b\n1,2\n")
    converted(
        QueryRows((("a", "INTEGER"),), [(1,)], converted), "write_parquet", f"{tmp_path}/x.parquet"
    )
    before = tree(tmp_path)
    for attack in ATTACKS:
        with pytest.raises(ScenError):
            ask(desk, attack)
    assert tree(tmp_path) == before
    found = ask(desk, "SELECT value FROM duckdb_settings() WHERE name LIKE 'allowed_%s'").rows
    assert {*found} <= {("[]",), ("",), (None,)}


def test_no_variable_of_the_program_is_a_table(desk: View) -> None:
    for name in ("desk", "answer", "engine", "TABLES", "view"):
        with pytest.raises(ScenError, match="no table"):
            ask(desk, f"SELECT * FROM {name}")


def test_only_the_tables_that_are_named_are_made(desk: View) -> None:
    assert ask(desk, "SELECT count(*) FROM Evidence").rows == [(1,)]
    assert [*desk._rows] == ["sources", "themes", "evidence"]  # noqa: SLF001 - what it rests on
    assert ask(desk, "SELECT count(*) FROM query_table('fore' || 'casts')").rows == [(2,)]
    assert ask(desk, "SELECT count(*) FROM forecast_log").rows == [(2,)]


SELECTS = """\
SELECT count(*) FROM forecasts JOIN sheets USING (sheet_id)
SELECT count(*) FROM forecasts NATURAL JOIN sheets
SELECT count(COLUMNS('^sheet')) FROM forecasts
SELECT COLUMNS(lambda c: c LIKE 'sheet%') FROM forecasts
SELECT * EXCLUDE (rationale) FROM forecasts
SELECT count(*) FROM main.Forecasts f SEMI JOIN sheets s USING (sheet_id)
SELECT count(*) FROM forecasts ASOF JOIN sheets ON forecasts.sheet_id >= sheets.sheet_id
SELECT count(*) FROM forecasts POSITIONAL JOIN sheets
WITH log AS (FROM forecasts JOIN sheets USING (sheet_id)) FROM log SELECT count(*)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n JOIN sheets ON i < 3) FROM n
SELECT 1 FROM sheets WHERE sheet_id IN (SELECT sheet_id FROM forecasts JOIN sheets USING (sheet_id))
SELECT count(*) FROM sheets, LATERAL (SELECT * FROM forecasts f WHERE f.sheet_id = sheets.sheet_id)
SELECT analyst, row_number() OVER (ORDER BY date) AS n FROM sheets QUALIFY n = 1
SELECT analyst FROM sheets GROUP BY ALL ORDER BY ALL
SELECT analyst FROM sheets USING SAMPLE 100%
(SELECT analyst FROM sheets) UNION BY NAME (SELECT sheet_id FROM forecasts)
PIVOT sheets ON analyst USING count(*)
UNPIVOT (SELECT sheet_id, analyst FROM sheets) ON sheet_id, analyst
TABLE sheets
VALUES (1, (SELECT count(*) FROM sheets))
FROM sheets
SUMMARIZE sheets
""".splitlines()


@pytest.mark.parametrize("sql", SELECTS)
def test_every_form_of_a_select_has_the_answer_that_duckdb_gives(desk: View, sql: str) -> None:
    whole = connect()
    fill(whole, desk)
    expected = whole.execute(sql).fetchall()
    assert expected
    assert sorted(ask(desk, sql).rows, key=str) == sorted(expected, key=str)


def test_a_column_that_is_not_there_is_told_with_those_that_are(desk: View) -> None:
    with pytest.raises(ScenError, match=r'DuckDB says: .*"analist".*'):
        ask(desk, "SELECT sheets.analist FROM forecasts JOIN sheets USING (sheet_id)")


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (
            "SELECT max(a.range + b.range) FROM range(9999999) a, range(9999999) b",
            "the query took more than 0.5 s: --timeout allows more",
        ),
        ("SELECT repeat('x', 2000000000)", "the query needs more than 1GB of memory"),
        ("SELECT list(range) FROM range(400000000)", "the query needs more than 1GB of memory"),
        (
            "SELECT repeat('x', 140000000)",
            "the query gives more than 128 MiB: take less at once",
        ),
        ("SELECT * FROM range(1000001)", "more than 1,000,000 rows: count them, or add LIMIT"),
    ],
)
def test_time_rows_memory_and_the_answer_have_an_end(desk: View, sql: str, words: str) -> None:
    with pytest.raises(ScenError) as refused:
        ask(desk, sql, 0.5 if "--timeout" in words else 60)
    assert str(refused.value) == words


def test_each_value_of_duckdb_comes_back_as_it_is(desk: View) -> None:
    sql = """SELECT 1::HUGEINT << 100, 1.50::DECIMAL(5, 2), DATE '2026-02-28', [DATE '2026-02-28'],
      TIMESTAMP '2026-02-28 10:00:00.5', TIME '10:00', INTERVAL 36 HOUR, 'a'::BLOB, NULL,
      UUID '8f9e31d0-8e83-4859-ae88-a10c5c9530c1', MAP {DATE '2026-02-28': 1}, {'date': 'x'},
      [1, 2]::INT[2], 'infinity'::DOUBLE, true, TIMESTAMPTZ '2026-02-28 10:00:00+00'"""
    assert ask(desk, sql).rows == connect().execute(sql).fetchall()


def test_an_answer_is_a_parquet_file_with_its_types(desk: View, tmp_path: Path) -> None:
    answer = ask(
        desk,
        "SELECT recorded, NULL AS n, 1.5 AS d, [1] AS l, true AS b, {'a': summary} FROM evidence",
    )
    converted(answer, "write_parquet", f"{tmp_path}/x.parquet")
    back = connect().execute(f"SELECT * FROM '{tmp_path}/x.parquet'")
    assert back.fetchall() == answer.rows
    converted(ask(desk, "SELECT 1 AS a WHERE false"), "write_parquet", f"{tmp_path}/y.parquet")
    assert connect().execute(f"SELECT count(*) FROM '{tmp_path}/y.parquet'").fetchone() == (0,)
