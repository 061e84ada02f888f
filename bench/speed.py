"""Time whole commands in turn with the programs of others on the same entries.

    python bench/speed.py [SHAPE ...] [--runs 3] [--limit 600] [--rows WORD ...] [--keep FOLDER]

SHAPE is one of databases.SHAPES; without one, all of them. Each row is a command, run so many times
in turn with those of its peers that are installed, each a process of its own: its CPU seconds (user
and system, the median), its peak of resident memory, the medians of its ratios to its peers, and
its growth from the shape before. A row that has taken a minute is not run again; a process ends at
so many CPU seconds, and is shown as inf.

The database has many commits, and the review is that of its last week. The cache is beside it:
`cold` begins without one, all else finds it filled. The peers read each item as an entry with all
of its fields: a transaction with tags (ledger, hledger, bean-query), a task with annotations.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from commits import commit_all, graded_anew
from databases import LAST, SHAPES, Shape, write_database
from peers import PEERS, program, write_entries
from start_up import BARE, ROOT

SCEN = str(Path(sys.executable).parent / "scen")
COMMITS, BATCH = 2_000, 5
"""There are so many commits, or one for so many items where that is fewer."""
ENOUGH = 60.0
"""A row is not repeated after so many seconds of CPU."""
REVIEW = ("report", "--as-of", f"{LAST}")
PAGE = (*REVIEW, "--format", "html")
SITE = ("site", "site", "--weeks", "26", "--as-of", f"{LAST}")
LOG = ("git log -p",)


class Cost(NamedTuple):
    """CPU seconds and the peak of memory, in MB, of a process; infinite where it did not end."""

    seconds: float
    megabytes: float


class Row(NamedTuple):
    """A command, what runs beside it, and what is done before each run."""

    name: str
    words: tuple[str, ...]
    peers: tuple[str, ...] = ("ledger",)
    prepare: Callable[[Path], None] = lambda _: None


def edit(folder: Path) -> None:
    """Grade one item anew; a moment later it has settled."""
    path = max((folder / "scenarios/evidence/2022").glob("*.yaml"))
    path.write_text(graded_anew(path.read_text()))
    time.sleep(0.2)


def forget(folder: Path) -> None:
    """Remove the cache."""
    shutil.rmtree(folder / "cache")


def undo(folder: Path) -> None:
    """Remove what a command wrote, and fill the cache."""
    for path in (folder / "out.db", folder / "site"):
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for words in (("checkout", "-q", "scenarios"), ("clean", "-fdqx", "scenarios")):
        subprocess.run(["git", *words], cwd=folder, check=True)
    cost([SCEN, "status"], folder)


def rows_of(shape: Shape) -> tuple[Row, ...]:
    """The rows; a single scenario is one outside the sets, where there is such a one."""
    id = f"scenario-{min(4, shape.scenarios - 1)}"
    return (
        Row("status", ("status",), ("ledger", "hledger", "bean-query", "task")),
        Row("status after one edit", ("status",), prepare=edit),
        Row("status, cold", ("status",), prepare=forget),
        Row("report --no-restate", (*REVIEW, "--no-restate")),
        Row("report", REVIEW),
        Row("report after one edit", REVIEW, prepare=edit),
        Row("report html --no-restate", (*PAGE, "--no-restate")),
        Row("report html", PAGE),
        Row("explain", ("explain", id)),
        Row("explain, cold", ("explain", id), prepare=forget),
        Row("score", ("score",)),
        Row(
            "add-evidence",
            ("add-evidence", "One item more", "--rate", f"{id}=CC", "--source", "source-1"),
            prepare=undo,
        ),
        Row("edit of one key", ("edit", id, "title=Another"), prepare=undo),
        Row("export sqlite", ("export", "sqlite:///out.db"), prepare=undo),
        Row("check", ("check",), ("git status",)),
        Row("check, cold", ("check",), ("check-jsonschema",), forget),
        Row("history", ("history",), LOG),
        Row("history --limit 0", ("history", "--limit", "0"), LOG),
        Row("audit", ("audit",), LOG),
        Row("diff HEAD~1", ("diff", "HEAD~1"), LOG),
        Row("site of 26 weeks", SITE, prepare=undo),
    )


START = Row("status", ("--database", str(ROOT), "status", "--as-of", "2022-02-28"), ("bare Typer",))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shapes", nargs="*", default=list(SHAPES), metavar="SHAPE")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--limit", type=int, default=600, help="CPU seconds of a process")
    parser.add_argument("--rows", nargs="+", default=[""], help="only rows with one of these words")
    parser.add_argument("--keep", type=Path, help="build here, or use what was built here")
    given = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    before: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as temporary:
        bare = Path(temporary) / "bare.py"
        bare.write_text(BARE)
        heading("the shipped database")
        peers: dict[str, list[str] | None] = {"bare Typer": [sys.executable, str(bare), "one"]}
        measure(START, Path(temporary), peers, given.runs * 3, given.limit)
        for name in given.shapes:
            folder = (given.keep or Path(temporary)) / name
            if not folder.exists():
                build(folder, SHAPES[name])
            heading(name)
            undo(folder)
            peers = {peer: find(folder, SHAPES[name]) for peer, find in PEERS.items()}
            for row in rows_of(SHAPES[name]):
                if any(word in row.name for word in given.rows):
                    cpu = measure(row, folder, peers, given.runs, given.limit, before)
                    before[row.name] = cpu


def heading(name: str) -> None:
    """Begin the table of a shape."""
    python = f"Python {sys.version.split()[0]}, {os.cpu_count()} processors"
    print(f"\n{name} ({python})\n\n| work | CPU s | MB | times its peers | growth |")
    print("|---|---|---|---|---|", flush=True)


def measure(
    row: Row,
    folder: Path,
    peers: Mapping[str, list[str] | None],
    runs: int,
    limit: int,
    before: Mapping[str, float] = MappingProxyType({}),
) -> float:
    """Print a row; its CPU seconds, the median of so many runs in turn with its peers."""
    costs: list[Cost] = []
    ratios: dict[str, list[float]] = {name: [] for name in row.peers if peers.get(name)}
    while len(costs) < runs and sum(each.seconds for each in costs) < ENOUGH:
        row.prepare(folder)
        costs.append(cost([SCEN, *row.words], folder, limit))
        for name, taken in ratios.items():
            words = peers[name]
            assert words
            taken.append(costs[-1].seconds / cost(words, folder, limit).seconds)
    cpu = statistics.median(each.seconds for each in costs)
    memory = max(each.megabytes for each in costs)
    times = ", ".join(f"{statistics.median(taken):.2f} {name}" for name, taken in ratios.items())
    growth = f"{cpu / before[row.name]:.1f}" if row.name in before else ""
    print(f"| {row.name} | {cpu:.2f} | {memory:.0f} | {times} | {growth} |", flush=True)
    return cpu


def cost(words: list[str], folder: Path, limit: int = 600) -> Cost:
    """Run one process and its children; what it prints goes nowhere."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"TASKRC": os.devnull, "GIT_OPTIONAL_LOCKS": "0", "GIT_PAGER": "cat"}
    environment |= {f"XDG_{kind}_HOME": str(folder / "cache") for kind in ("CACHE", "STATE")}
    nowhere = subprocess.DEVNULL
    process = subprocess.Popen(
        [program(words[0]) or words[0], *words[1:]],
        cwd=folder,
        env=environment,
        stdin=nowhere,
        stdout=nowhere,
        stderr=nowhere,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit)),  # noqa: PLW1509
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode < 0:
        return Cost(float("inf"), used.ru_maxrss / 1024)
    assert process.returncode == 0, words
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def build(folder: Path, shape: Shape) -> None:
    """Write the database, its commits, and the same entries as the others read them."""
    write_database(folder / "scenarios", shape)
    commit_all(folder, min(COMMITS, shape.items // BATCH))
    write_entries(folder, shape)
    (folder / ".git/info/exclude").write_text(
        ".entries*\nentries*\ntasks\ncache\nsite\nout.db\n*.json\n"
    )


if __name__ == "__main__":
    main()
