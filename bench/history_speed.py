"""Time `history`, `audit` and `diff` on 2,000 commits against `git log -p` and `scen status`.

    python bench/history_speed.py [--runs 3] [--keep FOLDER]

A desk's work of years is written as one commit for every five items of 10,000, with the sheets and
the outcomes on their days; ratings are changed later, items retracted, sources graded anew. All
commands run in turn, whole and cold; medians, ratios and peak memory are printed. The aims:
`history` of everything at most 15 times `git log -p` over the same paths, under 400 MB;
`diff HEAD~1` at most 3 times a `status`.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from databases import write_desk

COMMITS, ITEMS, SCENARIOS, ANALYSTS = 2_000, 10_000, 200, 2
BATCH = ITEMS // COMMITS
LATER = 50
"""A rating is changed, and an item retracted, so many commits after it came."""
SCEN = (sys.executable, "-c", "from scenarios.cli.main import main; main()")
LOG = ("git", "log", "-p", "--", "scenarios")
COMMANDS = {
    "git log -p": LOG,
    "scen history --limit 0": (*SCEN, "history", "--limit", "0"),
    "scen history": (*SCEN, "history"),
    "scen history scenario-7": (*SCEN, "history", "scenario-7"),
    "scen history scenario-150": (*SCEN, "history", "scenario-150"),
    "scen audit": (*SCEN, "audit"),
    "scen status": (*SCEN, "status"),
    "scen diff HEAD~1": (*SCEN, "diff", "HEAD~1"),
}
AIMS = (
    ("scen history --limit 0", "git log -p", 15.0),
    ("scen diff HEAD~1", "scen status", 3.0),
)
_RESOLUTION = re.compile(r"^resolution: .*\n", re.MULTILINE)
Files = dict[str, str]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="build here, or use what was built here")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        desk = asked.keep or Path(temporary) / "desk"
        if not desk.exists():
            build(desk)
        print(f"{COMMITS:,} commits, {ITEMS:,} items, Python {sys.version.split()[0]}")
        runs = [{name: spent(words, desk) for name, words in COMMANDS.items()}]
        runs = [
            {name: spent(words, desk) for name, words in COMMANDS.items()}
            for _ in range(asked.runs)
        ]
    for name in COMMANDS:
        seconds = statistics.median(run[name][0] for run in runs)
        memory = max(run[name][1] for run in runs)
        print(f"{name:26} {seconds:7.2f} s {memory:6.0f} MB")
    for name, base, aim in AIMS:
        ratio = statistics.median(run[name][0] / run[base][0] for run in runs)
        print(f"{name} is {ratio:.2f} times {base}; the aim is {aim:g}")


def spent(command: tuple[str, ...], folder: Path) -> tuple[float, float]:
    """The seconds and the megabytes that a whole command takes."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    made = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(made.pid, 0)
    seconds = time.perf_counter() - start
    made.returncode = os.waitstatus_to_exitcode(status)
    assert made.returncode == 0, command
    return seconds, usage.ru_maxrss / 1024


def build(desk: Path) -> None:
    """The same commits every time, and their last state checked out."""
    with tempfile.TemporaryDirectory() as folder:
        write_desk(Path(folder), SCENARIOS, ITEMS, ANALYSTS)
        files = {
            path.relative_to(folder).as_posix(): path.read_text("utf-8")
            for path in sorted(Path(folder).rglob("*.yaml"))
        }
    desk.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=desk, check=True)
    stream = "".join(stated(number, *one) for number, one in enumerate(commits(files)))
    subprocess.run(["git", "fast-import", "--quiet"], cwd=desk, input=stream.encode(), check=True)
    subprocess.run(["git", "reset", "-q", "--hard"], cwd=desk, check=True)


def stated(number: int, day: date, files: Files) -> str:
    """A commit in the words of `git fast-import`."""
    seconds = (day - date(1970, 1, 1)).days * 86_400 + 43_200
    subject = f"evidence: {number}"
    text = [f"commit refs/heads/main\ncommitter Desk <desk@example.org> {seconds} +0000\n"]
    text.append(f"data {len(subject)}\n{subject}\n")
    text += [
        f"M 644 inline scenarios/{path}\ndata {len(data.encode())}\n{data}\n"
        for path, data in files.items()
    ]
    return "".join(text)


def commits(files: Files) -> Iterator[tuple[date, Files]]:
    """What is there from the start, then the items, five at a time, as they were recorded."""
    items = sorted((told(data, "recorded"), path) for path, data in files.items() if is_item(path))
    sheets = sorted((told(d, "date"), p) for p, d in files.items() if p.startswith("forecasts/"))
    outcomes = sorted(
        (told(data, "recorded"), path) for path, data in files.items() if _RESOLUTION.search(data)
    )
    later = sheets + outcomes
    begun = {p: _RESOLUTION.sub("", d) for p, d in files.items() if p[:4] not in ("evid", "fore")}
    now = {**files, **begun}
    for number in range(COMMITS):
        batch = items[number * BATCH : (number + 1) * BATCH]
        day = batch[-1][0]
        changed = {path: files[path] for _, path in batch}
        changed |= {path: files[path] for on, path in later if on <= day}
        later = [(on, path) for on, path in later if on > day]
        if number >= LATER:
            path = items[(number - LATER) * BATCH][1]
            changed |= judged_anew(number, day, path, now)
        if number == 0:
            changed = {**begun, **changed}
        now |= changed
        yield day, changed


def judged_anew(number: int, day: date, path: str, now: Files) -> Files:
    """Each tenth commit changes a rating, each 25th retracts, each 200th grades a source anew."""
    found = {}
    if number % 10 == 0:
        found[path] = now[path].replace(": CC\n", ": C\n", 1).replace(": I\n", ": II\n", 1)
    if number % 25 == 1:
        found[path] = now[path] + f"retracted: {{date: {day}, reason: It was another ship.}}\n"
    if number % 200 == 0:
        source = f"sources/source-{number // 200}.yaml"
        found[source] = now[source].replace("reliability: ", "reliability: D  # not ")
    return found


def is_item(path: str) -> bool:
    return path.startswith("evidence/")


def told(text: str, field: str) -> date:
    """The day that stands behind a field."""
    found = re.search(rf"\b{field}: (\d{{4}}-\d\d-\d\d)", text)
    assert found, field
    return date.fromisoformat(found[1])


if __name__ == "__main__":
    main()
