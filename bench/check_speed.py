"""Time a cold `scen check` of 10,000 evidence files against check-jsonschema on the same files.

Run it where both are installed: `pip install -e . check-jsonschema && python bench/check_speed.py`.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from databases import write_plain

from scenarios.storage.schema import schema_text

FILES = 10_000
RUNS = 3
SCEN = (sys.executable, "-c", "from scenarios.cli.main import main; main()")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_plain(root / "scenarios", FILES)
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


if __name__ == "__main__":
    main()
