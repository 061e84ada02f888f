"""Time `scen report --format html` on 200 scenarios and 10,000 items, and weigh the page.

Run it where the package is installed: `pip install -e . && python bench/page_speed.py`.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from databases import write_desk

SCENARIOS, ITEMS, ANALYSTS = 200, 10_000, 3
AS_OF = "2025-07-01"
RUNS = 3
SECONDS, BYTES = 10, 13_000_000
SCEN = (sys.executable, "-c", "from scenarios.cli.main import main; main()")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "scenarios"
        write_desk(root, SCENARIOS, ITEMS, ANALYSTS)
        print(f"{SCENARIOS} scenarios, {ITEMS:,} items, Python {sys.version.split()[0]}")
        runs = [page(root) for _ in range(RUNS)]
    seconds = statistics.median(elapsed for elapsed, _ in runs)
    size = len(runs[0][1])
    print(f"report --format html     {seconds:7.2f} s  median of {RUNS}, under {SECONDS} wanted")
    print(f"the page                 {size / 1e6:7.2f} MB, under {BYTES / 1e6:.0f} wanted")
    assert all(made == runs[0][1] for _, made in runs), "two runs made two pages"


def page(root: Path) -> tuple[float, bytes]:
    """Seconds of a whole process, and what it wrote."""
    command = [*SCEN, "--database", str(root), "report", "--as-of", AS_OF, "--format", "html"]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False)
    elapsed = time.perf_counter() - start
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return elapsed, done.stdout


if __name__ == "__main__":
    main()
