"""Time `scen site` on 200 scenarios, 10,000 items and a sheet a week, and once more with one item.

Run it where the package is installed: `pip install -e . && python bench/site.py`.
"""

from __future__ import annotations

import gzip
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from databases import MEMBERS, write, write_desk, write_sheet

SCENARIOS, ITEMS, ANALYSTS, WEEKS = 200, 10_000, 3, 26
AS_OF = date(2025, 7, 1)
FIRST, AGAIN, BYTES = 60, 5, 1_000_000
SCEN = (sys.executable, "-c", "from scenarios.cli.main import main; main()")
ITEM = """\
summary: One more thing is seen than was seen before.
observed: 2025-06-30
recorded: 2025-06-30
source: source-1
credibility: 2
ratings: {scenario-120: CC, scenario-131: I, scenario-142: C}
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, place = Path(folder) / "scenarios", Path(folder) / "site"
        database(root)
        print(f"{SCENARIOS} scenarios, {ITEMS:,} items, Python {sys.version.split()[0]}")
        print(f"site --weeks {WEEKS}          {site(root, place):7.2f} s  under {FIRST} wanted")
        write(root / "evidence/2025/2025-06-30-one-more.yaml", ITEM)
        print(f"one more item            {site(root, place):7.2f} s  under {AGAIN} wanted")
        print(f"nothing new              {site(root, place):7.2f} s")
        files = [path for path in place.rglob("*") if path.is_file()]
        search = gzip.compress((place / "search/index.html").read_bytes(), 6)
        size = sum(path.stat().st_size for path in files)
        print(f"{len(files):,} files           {size / 1e6:7.1f} MB")
        print(f"the search, gzipped      {len(search) / 1e6:7.2f} MB, told over {BYTES / 1e6:.0f}")


def database(root: Path) -> None:
    """The desk of the other measurements, with a sheet in each of the last weeks."""
    write_desk(root, SCENARIOS, ITEMS, ANALYSTS)
    chance, ids = random.Random(1968), [f"scenario-{n}" for n in range(SCENARIOS)]
    in_sets = SCENARIOS * 2 // 5 // MEMBERS * MEMBERS
    for week in range(WEEKS):
        day = AS_OF - timedelta(weeks=week)
        write_sheet(root, day, f"analyst-{week % ANALYSTS}", ids, in_sets, chance)


def site(root: Path, place: Path) -> float:
    """Seconds of a whole run, and on stderr what it says and took."""
    command = [*SCEN, "--database", str(root), "site", str(place), "--as-of", f"{AS_OF}"]
    start = time.perf_counter()
    done = subprocess.run([*command, "--weeks", f"{WEEKS}"], capture_output=True, check=False)
    elapsed = time.perf_counter() - start
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(done.stderr.decode().strip(), f"({used.ru_utime:.0f} s of processors so far)")
    return elapsed


if __name__ == "__main__":
    main()
