"""Time `export` to each form, `query`, and the way back, on 10,000 items.

Two realistic databases, of 20 scenarios and of 200 with the sheets of ten analysts. Each figure is
that of a process.
Run it where the package is installed: `pip install -e '.[sql]' && python bench/exporting.py`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from databases import Shape, write_database

from scenarios.workspace.importing.database import restore
from scenarios.workspace.start import start

SHAPES = (Shape(10_000), Shape(10_000, scenarios=200, sheets=240, analysts=10))
TARGETS = (
    *("csv:out", "parquet:pq", "x.json", "x.jsonl", "sqlite:///x.db", "duckdb:///x.duckdb"),
    "metaculus:mc",
)
QUERIES = (
    "SELECT count(*) FROM evidence_ratings",
    "SELECT scenario_id, implied FROM status",
    "SELECT count(*) FROM figures",
)
MOST = 20.0
"""Seconds of a processor that an export may take."""


def main() -> None:
    for shape in SHAPES:
        with tempfile.TemporaryDirectory() as folder:
            here = Path(folder)
            write_database(here / "scenarios", shape)
            run(here, "check")  # fills the cache, as any command before it would
            print(shape)
            slow = [target for target in TARGETS if told(here, "export", target) > MOST]
            for query in QUERIES:
                told(here, "query", query)
            back = here / "back"
            back.mkdir()
            start(back)
            since = time.perf_counter()
            restore(back / "scenarios", here / "x.db")
            print(f"  {'x.db, and back':<48} {time.perf_counter() - since:6.2f} s")
            assert slow == [], f"over {MOST} s: {slow}"


def told(here: Path, *words: str) -> float:
    seconds, of_processor, peak = run(here, *words)
    print(f"  {' '.join(words):<48} {of_processor:6.2f} s of CPU {seconds:6.2f} s  {peak:5} MB")
    return of_processor


def run(here: Path, *words: str) -> tuple[float, float, int]:
    """The seconds of a command, those of the processor, and its peak of memory in MB."""
    since = time.perf_counter()
    command = [str(Path(sys.executable).parent / "scen"), *words]
    with subprocess.Popen(command, cwd=here, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, words
    seconds = time.perf_counter() - since
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


if __name__ == "__main__":
    main()
