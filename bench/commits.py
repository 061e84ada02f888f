"""Turn the records of a folder into commits, each with the items of its days."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

LATER = 50
"""An item is graded anew, or retracted, so many commits after it came."""
_RESOLUTION = re.compile(r"^resolution: .*\n", re.MULTILINE)
Files = dict[str, str]


def commit_all(folder: Path, number: int) -> None:
    """Commit `folder/scenarios` in so many commits, and check the last of them out.

    Items are graded anew or retracted later, and sources graded anew, so the last commit is not
    what was in the folder. A single commit is of that, as it is.
    """
    root = folder / "scenarios"
    files = {
        path.relative_to(root).as_posix(): path.read_text("utf-8")
        for path in sorted(root.rglob("*.yaml"))
    }
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=folder, check=True)
    commits = _commits(files, number) if number > 1 else [(_day(files), files)]
    with subprocess.Popen(
        ["git", "fast-import", "--quiet"], cwd=folder, stdin=subprocess.PIPE
    ) as importer:
        assert importer.stdin
        for n, (day, changed) in enumerate(commits):
            importer.stdin.write(_stated(n, day, changed).encode())
    assert importer.returncode == 0
    subprocess.run(["git", "reset", "-q", "--hard"], cwd=folder, check=True)


def _stated(number: int, day: date, files: Files) -> str:
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


def _commits(files: Files, number: int) -> Iterator[tuple[date, Files]]:
    """What is there from the start, then the items in equal parts as they were recorded."""
    items = sorted(
        (_date(text, "recorded"), path)
        for path, text in files.items()
        if path.startswith("evidence/")
    )
    sheets = [(_date(d, "date"), p) for p, d in files.items() if p.startswith("forecasts/")]
    outcomes = [(_date(d, "recorded"), p) for p, d in files.items() if _RESOLUTION.search(d)]
    later = sheets + outcomes
    begun = {p: _RESOLUTION.sub("", d) for p, d in files.items() if p[:4] not in ("evid", "fore")}
    now = {**files, **begun}
    for n in range(number):
        batch = items[n * len(items) // number : (n + 1) * len(items) // number]
        day = batch[-1][0]
        changed = {path: files[path] for _, path in batch}
        changed |= {path: files[path] for on, path in later if on <= day}
        later = [(on, path) for on, path in later if on > day]
        if n >= LATER:
            changed |= _judged_anew(n, day, items[(n - LATER) * len(items) // number][1], now)
        if n == 0:
            changed = {**begun, **changed}
        now |= changed
        yield day, changed


def graded_anew(text: str) -> str:
    """The text of an item with another credibility."""
    return re.sub(
        r"(?<=^credibility: ).", lambda old: f"{1 + int(old[0]) % 6}", text, flags=re.MULTILINE
    )


def _judged_anew(number: int, day: date, path: str, now: Files) -> Files:
    """Each tenth commit grades an item anew, the last one too; few retract, or grade a source."""
    changed = {}
    if number % 10 == 9:  # noqa: PLR2004 - so that the last one does
        changed[path] = graded_anew(now[path])
    if number % 25 == 1 and "retracted:" not in now[path]:
        changed[path] = (
            changed.get(path, now[path])
            + f"retracted: {{date: {day}, reason: It was another ship.}}\n"
        )
    if number % 200 == 0:
        source = f"sources/source-{number // 200}.yaml"
        changed[source] = now[source].replace("reliability: ", "reliability: D  # not ")
    return changed


def _day(files: Files) -> date:
    """The last day on which an item was recorded."""
    return max(_date(d, "recorded") for p, d in files.items() if p.startswith("evidence/"))


def _date(text: str, field: str) -> date:
    match = re.search(rf"\b{field}: (\d{{4}}-\d\d-\d\d)", text)
    assert match, field
    return date.fromisoformat(match[1])
