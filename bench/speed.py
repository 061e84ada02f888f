"""Time whole commands against those programs of others that are installed, on the same entries.

    python bench/speed.py [--sizes 1000 10000] [--runs 3] [--keep FOLDER] [--every]

Every command is a process of its own, in turn with the others; medians of CPU seconds (user and
system) and the largest resident memory are printed, with the ratio to `ledger bal`, or to
check-jsonschema for `check`. The others read each item as an entry with all of its fields: a
transaction with tags (ledger, hledger), a task with annotations (task), a file (git,
check-jsonschema). No memory is shown as less than what this program takes itself. The cache of the
commands is beside each database: `cold` does without it, `edited` follows an edit of one item, all
else finds it filled. `--every` runs each reading command once, too.
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
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml
from databases import write_plain

from scenarios.storage.schema import schema_text

SCEN = (sys.executable, "-c", "from scenarios.cli.main import main; main()")
ADDED = ("add-evidence", "One item more", "--rate", "scenario-3=CC", "--dry-run")
EDITED = "status edited"
COMMANDS = {
    "status": ("status",),
    "status cold": ("--no-cache", "status"),
    EDITED: ("status",),
    "report": ("report", "--no-restate"),
    "report cold": ("--no-cache", "report", "--no-restate"),
    "check": ("check",),
    "check cold": ("--no-cache", "check"),
    "add-evidence": ADDED,
    "score": ("score",),
    "list evidence": ("list", "evidence"),
    "explain": ("explain", "scenario-3"),
}
EVERY = (
    *(("list", kind) for kind in ("scenarios", "indicators", "forecasts", "sources")),
    ("show", "scenario-3"),
    ("status", "--format", "json"),
    ("report",),
    ("report", "--since", "30d", "--format", "json"),
    ("explain", "scenario-3", "--sweep"),
    ("matrix", "scenario-3", "scenario-4"),
    ("check", "--findings"),
    ("diff", "HEAD"),
    ("history",),
    ("history", "scenario-3"),
    ("audit",),
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
    parser.add_argument("--every", action="store_true", help="run each reading command once, too")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        for size in asked.sizes:
            folder = (asked.keep or Path(temporary)) / str(size)
            if not folder.exists():
                build(folder, size)
            measure(folder, size, asked.runs)
            for words in EVERY if asked.every else ():
                taken = cost([*SCEN, *words], folder)
                print(f"{' '.join(words):26} {taken.seconds:8.2f} {taken.megabytes:6.0f}")


def measure(folder: Path, size: int, runs: int) -> None:
    """Each command so many times, one after the other."""
    commands = dict(every(folder))
    taken: dict[str, list[Cost]] = {name: [] for name in commands}
    cost([*SCEN, "status"], folder)
    cost([*SCEN, "report", "--no-restate"], folder)
    for _ in range(runs):
        for name, words in commands.items():
            if name == f"scen {EDITED}":
                edit(folder)
            taken[name].append(cost(words, folder))
    cpu = {name: statistics.median(one.seconds for one in costs) for name, costs in taken.items()}
    print(f"\n{size:,} items: CPU s, MB, times its peer; Python {sys.version.split()[0]}")
    for name, costs in taken.items():
        peer = "check-jsonschema" if name.startswith("scen check") else "ledger bal"
        ratio = f"{cpu[name] / cpu[peer]:8.2f}" if peer in cpu else "       –"
        memory = max(one.megabytes for one in costs)
        print(f"{name:26} {cpu[name]:8.2f} {memory:6.0f} {ratio}")


def every(folder: Path) -> Iterator[tuple[str, list[str]]]:
    yield from ((f"scen {name}", [*SCEN, *words]) for name, words in COMMANDS.items())
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


def edit(folder: Path) -> None:
    """Turn a rating of one item round; a moment later it has settled."""
    place = min((folder / "scenarios" / "evidence" / "2022").glob("*.yaml"))
    text = place.read_text()
    old, new = (": CC\n", ": II\n") if ": CC\n" in text else (": II\n", ": CC\n")
    place.write_text(text.replace(old, new))
    time.sleep(0.2)


def cost(words: list[str], folder: Path) -> Cost:
    """The CPU time and the memory of one process; what it says goes nowhere."""
    own = {"TASKRC": os.devnull, "GIT_OPTIONAL_LOCKS": "0", "XDG_CACHE_HOME": str(folder / "cache")}
    environment = {**os.environ, **own}
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
    (folder / ".git" / "info" / "exclude").write_text("items.ledger\ntasks\ncache\n*.json\n")


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
