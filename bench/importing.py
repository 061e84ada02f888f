"""Time `scen import` of as many forecasts and items of evidence as a desk has in years.

    python bench/importing.py [--forecasts 100000] [--items 10000] [--keep FOLDER]

Three shapes of forecasts: many analysts with a sheet each day, few analysts who forecast much each
day, and one question in a sheet. Each is imported into an empty database and once more, which must
change nothing. Seconds of the clock and of the processor, and the largest resident memory.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from databases import FIRST, SOURCES, scenario, write

SCEN = (sys.executable, "-c", "from scenarios.cli.main import main; main()")
SHAPES = {"36,500 sheets": (100, 3), "3,650 sheets": (10, 28), "a question a sheet": (300, 1)}
"""Analysts, and how many questions each forecasts on a day."""
QUESTIONS = 100


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forecasts", type=int, default=100_000)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--keep", type=Path, help="leave the databases here")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        top = asked.keep or Path(temporary)
        for name, (analysts, each) in SHAPES.items():
            rows = forecasts(asked.forecasts, analysts, each)
            measure(top / name.replace(" ", "-"), name, "forecasts", rows)
        rows = evidence(asked.items)
        measure(top / "evidence", f"{asked.items:,} items", "evidence", rows)


def measure(folder: Path, name: str, kind: str, rows: Iterable[Sequence[object]]) -> None:
    """A file into an empty database, and the same file again."""
    shutil.rmtree(folder, ignore_errors=True)
    root = folder / "scenarios"
    write(root / "tracker.yaml", "format: 1\ntitle: Imported\n")
    for n in range(QUESTIONS):
        write(root / f"scenario-{n}.yaml", scenario(f"scenario-{n}", 0.1))
    for id in SOURCES:
        write(root / "sources" / f"{id}.yaml", f"name: {id}\nreliability: B\n")
    with (folder / "rows.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    for what in ("first", "again"):
        began = time.monotonic()
        environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
        environment["XDG_STATE_HOME"] = str(folder / "state")
        process = subprocess.Popen(
            [*SCEN, "import", kind, "rows.csv"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        told = process.stdout.read().strip() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        assert status == 0, told
        clock, cpu = time.monotonic() - began, used.ru_utime + used.ru_stime
        memory = used.ru_maxrss / 1024
        print(f"{name:20} {what:6} {clock:7.1f} s {cpu:7.1f} s CPU {memory:6.0f} MB  {told}")


def forecasts(number: int, analysts: int, each: int) -> Iterable[Sequence[object]]:
    """Rows of a day, an analyst and a question, until there are so many."""
    chance = random.Random(1884)
    yield "date", "analyst", "scenario", "probability", "rationale"
    left, day = number, 0
    while left > 0:
        on = FIRST + timedelta(days=day)
        for analyst in range(analysts):
            for question in chance.sample(range(QUESTIONS), each)[: max(left, 0)]:
                p = round(chance.uniform(0.01, 0.99), 3)
                yield on, f"analyst-{analyst}", f"scenario-{question}", p, "For a reason."
                left -= 1
        day += 1


def evidence(number: int) -> Iterable[Sequence[object]]:
    """Rows of items, each with two ratings and a source."""
    chance = random.Random(1950)
    yield "summary", "observed", "recorded", "source", "credibility", "url", "ratings", "notes"
    for n in range(number):
        on = FIRST + timedelta(days=n % 2000)
        one, other = chance.sample(range(QUESTIONS), 2)
        yield (
            f"Item {n} of a desk about question {one}",
            on,
            _later(on),
            chance.choice(SOURCES),
            chance.randint(1, 6),
            f"https://example.org/{n}",
            f"scenario-{one}=CC; scenario-{other}=0.4",
            "A second sentence that says why the item is rated as it is.",
        )


def _later(on: date) -> date:
    return on + timedelta(days=1)


if __name__ == "__main__":
    main()
