"""Two million events, on DuckDB and on Spark: one answer, and nothing of them held here."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import DESK
from tests.full import FULL
from tests.lazily import lazily

duckdb = lazily("duckdb")

ROWS = 2_000_000
LARGEST_MB = 300
MEASURED = """
import sys
from pathlib import Path
from scenarios.cli.main import main
try:
    main()
finally:
    said = Path("/proc/self/status").read_text().splitlines()
    (largest,) = (line.split()[1] for line in said if line.startswith("VmHWM:"))
    print("MB", int(largest) // 1024, file=sys.stderr)
"""
"""Of this program alone: what getrusage tells begins with what the starting process took."""
EVENTS = """
    events: {table: icews, match: {cameo: ['190'], source_country: [RUS], target_country: [UKR]}}
  often:
    statement: Force is used often
    ratings: {pact: C, ties: I}
    added: 2022-01-01
    events:
      table: icews
      match: {cameo: ['190'], source_country: [RUS]}
      count: {window: 7d, at_least: 390}
"""
GENERATED = f"""
SELECT 20000000 + i AS "Event ID",
  DATE '2015-01-01' + (i * 1461 // {ROWS})::INTEGER AS "Event Date",
  'Source ' || i % 977 AS "Source Name",
  ['Russian Federation', 'China', 'Ukraine', 'India', 'Iran'][1 + (hash(i) % 5)::INTEGER]
    AS "Source Country",
  ['190', '036', '040', '051', '112'][1 + (hash(i * 7) % 5)::INTEGER] AS "CAMEO Code",
  'Target ' || i % 331 AS "Target Name",
  ['Russian Federation', 'China', 'Ukraine', 'India', 'Iran'][1 + (hash(i * 3) % 5)::INTEGER]
    AS "Target Country", i // 3 AS "Story ID"
FROM range({ROWS}) t(i)
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not FULL:
        pytest.skip("two million rows take a minute: SCEN_FULL=1")
    folder = tmp_path_factory.mktemp("scale")
    shutil.copytree(DESK, folder / "scenarios")
    pact = folder / "scenarios" / "pact.yaml"
    pact.write_text(pact.read_text().rstrip() + EVENTS)
    made = duckdb.connect()
    made.execute(f"COPY ({GENERATED}) TO '{folder / 'icews.parquet'}'")
    made.execute(f"COPY ({GENERATED}) TO '{folder / 'icews.csv'}' (HEADER)")
    return folder


def candidates(folder: Path, store: str) -> tuple[list[Any], int]:
    """What is found, and the largest memory of the process in MB."""
    command = [sys.executable, "-c", MEASURED, "candidates", "--from", store, "--format", "json"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    queries: list[Any] = json.loads(done.stdout)["queries"]
    return queries, int(done.stderr.rpartition("MB ")[2])


def test_duckdb_answers_in_bounded_memory(desk: Path) -> None:
    found, parquet = candidates(desk, "icews.parquet")
    again, text = candidates(desk, "icews.csv")
    assert found == again
    assert [query["total"] > 100 for query in found] == [True, True]
    print(f"DuckDB, 2 million rows: {parquet} MB of Parquet, {text} MB of CSV")  # noqa: T201
    assert max(parquet, text) < LARGEST_MB


def test_spark_answers_as_duckdb_does(desk: Path) -> None:
    if not (find_spec("pyspark") and shutil.which("java")):
        pytest.skip("Spark needs Java and pip install pyspark")
    expected, _ = candidates(desk, "icews.parquet")
    for store in ("icews.parquet", "icews.csv"):
        found, memory = candidates(desk, f"spark://local[2]{desk / store}")
        print(f"Spark, 2 million rows: {memory} MB beside Java, {store}")  # noqa: T201
        assert found == expected
        assert memory < LARGEST_MB
