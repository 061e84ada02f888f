"""Time a cold `scen check` of 10,000 evidence files against check-jsonschema on the same files.

Run it where both are installed: `pip install -e . check-jsonschema && python bench/check_speed.py`.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from scenarios.storage.schemas import schema_text

FILES = 10_000
RUNS = 3
SCENARIOS = tuple(f"scenario-{n}" for n in range(20))
SOURCES = tuple(f"source-{n}" for n in range(50))
SCEN = (sys.executable, "-c", "from scenarios.cli.main import main; main()")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_database(root / "scenarios")
        evidence = sorted((root / "scenarios" / "evidence").rglob("*.yaml"))
        print(f"{len(evidence):,} evidence files, Python {sys.version.split()[0]}")
        ours = statistics.median(scen_check(root) for _ in range(RUNS))
        print(f"scen check, cold         {ours:7.2f} s  median of {RUNS}")
        theirs = check_jsonschema(root, evidence)
        if theirs is None:
            print("check-jsonschema         not installed: pip install check-jsonschema")
            return
        print(f"check-jsonschema         {theirs:7.2f} s")
        print(f"ratio                    {theirs / ours:7.1f}")


def scen_check(root: Path) -> float:
    """Seconds of a whole process whose cache is empty."""
    with tempfile.TemporaryDirectory() as cache:
        command = [*SCEN, "--database", str(root / "scenarios"), "check"]
        return seconds(command, root, {"XDG_CACHE_HOME": cache, "HOME": cache})


def check_jsonschema(root: Path, files: list[Path]) -> float | None:
    beside = Path(sys.executable).with_name("check-jsonschema")
    program = str(beside) if beside.exists() else shutil.which("check-jsonschema")
    if program is None:
        return None
    schema = root / "evidence.schema.json"
    schema.write_bytes(schema_text("evidence"))
    names = [str(path.relative_to(root)) for path in files]
    return seconds([program, "--schemafile", schema.name, *names], root, {})


def seconds(command: list[str], folder: Path, environment: dict[str, str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, check=False
    )
    elapsed = time.perf_counter() - start
    assert done.returncode == 0, done.stdout.decode()[-2000:] + done.stderr.decode()[-2000:]
    return elapsed


def write_database(root: Path) -> None:
    """The same files every time."""
    chance = random.Random(1985)
    write(root / "tracker.yaml", "format: 1\ntitle: Ten thousand items\n")
    for id in SCENARIOS:
        write(root / f"{id}.yaml", scenario(id))
    for id in SOURCES:
        write(root / "sources" / f"{id}.yaml", f"name: {id}\nreliability: {chance.choice('ABC')}\n")
    for n in range(FILES):
        observed = date(2020, 1, 1) + timedelta(days=n % 2000)
        name = f"{observed}-item-{n}.yaml"
        write(root / "evidence" / str(observed.year) / name, item(n, observed, chance))


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def scenario(id: str) -> str:
    return f"""\
title: What {id} is about
question: Will it have happened by 2030-12-31?
resolution_criteria: The first report of a government that says so.
opened: 2020-01-01
horizon: 2030-12-31
prior: {{probability: 0.1, basis: One case in ten of the reference class.}}
"""


def item(n: int, observed: date, chance: random.Random) -> str:
    strong, weak, ratio = chance.sample(SCENARIOS, 3)
    return f"""\
# yaml-language-server: $schema=../../../schema/evidence.schema.json
summary: Item {n}, in a sentence of ordinary length that says who did what, and where
observed: {observed}
recorded: {observed + timedelta(days=chance.randrange(7))}
analyst: desk
source: {chance.choice(SOURCES)}
url: https://example.org/articles/{n}
credibility: {chance.randint(1, 6)}
origin: origin-{n % 900}
ratings:
  {strong}: CC
  {weak}: I
  {ratio}: 0.4
notes: >-
  A second sentence, folded as an editor folds it, in which the analyst says why the item
  is rated as it is.
"""


if __name__ == "__main__":
    main()
