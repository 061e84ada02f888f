"""Time whole commands against those programs of others that are installed, on the same entries.

    python bench/speed.py [--sizes 1000 10000] [--runs 3] [--keep FOLDER]

Every command is a process of its own, in turn with the others; medians of CPU seconds (user and
system) and the largest resident memory are printed, with the ratio to `ledger bal`, or to
check-jsonschema for `check`. The others read each item as an entry with all of its fields: a
transaction with tags (ledger, hledger), a task with annotations (task), a file (git,
check-jsonschema). No memory is shown as less than what this program takes itself.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml
from databases import write_plain

from scenarios.storage.schema import schema_text

SCEN = (sys.executable, "-c", "from scenarios.cli.main import main; main()")
ADDED = ("add-evidence", "One item more", "--rate", "scenario-3=CC", "--dry-run")
COMMANDS = (
    ("status",),
    ("report", "--no-restate"),
    ("check",),
    ADDED,
    ("score",),
    ("list", "evidence"),
    ("explain", "scenario-3"),
)
TAGS = ("observed", "analyst", "source", "url", "credibility", "origin", "notes")
PEERS = ("ledger bal", "hledger bal", "task list", "git status", "check-jsonschema")


class Cost(NamedTuple):
    """What a process took."""

    seconds: float
    megabytes: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="build here, or use what was built here")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        for size in asked.sizes:
            folder = (asked.keep or Path(temporary)) / str(size)
            if not folder.exists():
                build(folder, size)
            measure(folder, size, asked.runs)


def measure(folder: Path, size: int, runs: int) -> None:
    """Each command so many times, one after the other."""
    commands = dict(every(folder))
    taken: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, words in commands.items():
            taken[name].append(cost(words, folder))
    cpu = {name: statistics.median(one.seconds for one in costs) for name, costs in taken.items()}
    print(f"\n{size:,} items: CPU s, MB, times its peer; Python {sys.version.split()[0]}")
    for name, costs in taken.items():
        peer = "check-jsonschema" if name == "scen check" else "ledger bal"
        ratio = f"{cpu[name] / cpu[peer]:8.2f}" if peer in cpu else "       –"
        memory = max(one.megabytes for one in costs)
        print(f"{name:26} {cpu[name]:8.2f} {memory:6.0f} {ratio}")


def every(folder: Path) -> Iterator[tuple[str, list[str]]]:
    for words in COMMANDS:
        yield f"scen {' '.join(words[:2] if words[0] != ADDED[0] else words[:1])}", [*SCEN, *words]
    files = sorted(map(str, (folder / "scenarios" / "evidence").rglob("*.yaml")))
    tasks = ["task", "rc.data.location=tasks", "rc.confirmation=no", "list"]
    peers: dict[str, list[str]] = {
        "ledger bal": ["ledger", "-f", "items.ledger", "bal"],
        "hledger bal": ["hledger", "-f", "items.ledger", "bal"],
        "task list": tasks,
        "git status": ["git", "status", "--porcelain"],
        "check-jsonschema": ["check-jsonschema", "--schemafile", "evidence.schema.json", *files],
    }
    yield from ((name, peers[name]) for name in PEERS if program(peers[name][0]))


def program(name: str) -> str | None:
    """Where a program is, beside this Python or on the path."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name)


def cost(words: list[str], folder: Path) -> Cost:
    """The CPU time and the memory of one process; what it says goes nowhere."""
    environment = {**os.environ, "TASKRC": os.devnull, "GIT_OPTIONAL_LOCKS": "0"}
    nowhere = subprocess.DEVNULL
    process = subprocess.Popen(
        [program(words[0]) or words[0], *words[1:]],
        cwd=folder,
        env=environment,
        stdin=nowhere,
        stdout=nowhere,
        stderr=nowhere,
    )
    used = os.wait4(process.pid, 0)[2]
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def build(folder: Path, size: int) -> None:
    """The database, and the same entries as the others read them."""
    write_plain(folder / "scenarios", size)
    (folder / "evidence.schema.json").write_bytes(schema_text("evidence"))
    paths = sorted((folder / "scenarios" / "evidence").rglob("*.yaml"))
    items = [yaml.load(path.read_text(), yaml.CSafeLoader) for path in paths]
    with (folder / "items.ledger").open("w") as journal:
        journal.writelines(map(transaction, items))
    if program("task"):
        (folder / "tasks").mkdir()
        words = ["task", "rc.data.location=tasks", "rc.confirmation=no", "import", "-"]
        told = json.dumps([task(one) for one in items])
        run(words, folder, {"TASKRC": os.devnull}, told)
    run(["git", "init", "-q"], folder)
    run(["git", "add", "scenarios"], folder)
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    run(["git", *who, "commit", "-qm", "Items"], folder)
    (folder / ".git" / "info" / "exclude").write_text("items.ledger\ntasks\n*.json\n")


def transaction(item: dict[str, object]) -> str:
    """An item as a transaction: its ratings are postings, its other fields are tags."""
    ratings = item["ratings"]
    assert isinstance(ratings, dict)
    tags = "".join(
        f"    ; {key}: {value}\n"
        for key, value in item.items()
        if key not in ("summary", "ratings")
    )
    postings = "".join(f"    evidence:{id}  1 {code(rating)}\n" for id, rating in ratings.items())
    return f"{item['recorded']} {item['summary']}\n{tags}{postings}    desk\n\n"


def code(rating: str | float) -> str:
    """A commodity: letters alone."""
    return rating if isinstance(rating, str) else "LR"


def task(item: dict[str, object]) -> dict[str, object]:
    """An item as a task."""
    day = str(item["recorded"]).replace("-", "")
    told = [{"entry": f"{day}T000000Z", "description": str(item[k])} for k in ("notes", "url")]
    described = {"description": item["summary"], "entry": f"{day}T000000Z", "annotations": told}
    return {**described, "project": item["source"], "tags": [str(item["origin"]).replace("-", "")]}


def run(
    words: list[str], folder: Path, environment: dict[str, str] | None = None, told: str = ""
) -> None:
    env = {**os.environ, **(environment or {})}
    subprocess.run(
        words, cwd=folder, env=env, input=told, text=True, check=True, capture_output=True
    )


if __name__ == "__main__":
    main()
