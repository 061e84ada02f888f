"""Cut the power after each call of each recording command, and look at what the disk has.

    python -m tests.fuzz.power_loss [--only WORD] [--seeds N] [--jobs N]

`crash.c` writes down what a command does to the disk; `disk.py` says what of it would be left, and
what that model leaves out. Of each record: what the last acknowledged command left, or what the one
at work makes of it, whole; once that one is acknowledged, nothing else. Of git, with --commit: the
same of HEAD, and `git fsck` finds no fault.

Git syncs no folder: it relies on names reaching the disk in the order in which they were made, as
the journals of ext4, XFS, Btrfs and APFS see to. So it is held against the two orderly ends of the
model after each call, and not against draws in which a later name is there and an earlier is not.
Before the acknowledgement its index may be torn: `git commit --only` never syncs it, whatever
core.fsync says, and `git reset` makes it anew; afterwards it may not.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tests.cli.commands import tree
from tests.fuzz.disk import Disk, Event, events
from tests.fuzz.kinds import summary
from tests.fuzz.preloaded import commands, environment, reason_to_skip
from tests.fuzz.recording import COMMANDS, NEXT, Command, git, prepare

_ENDS_OF_GIT = ("nothing-unsynced", "names-survive")
_RECORDS = ("scenarios/", "schema/")


class Moment(NamedTuple):
    """When no command is at work: the records, and the commit at HEAD."""

    records: dict[str, bytes]
    head: str


class Session(NamedTuple):
    """Two commands one after the other: the calls of each, and the moments around them."""

    disk: Disk
    calls: list[list[Event]]
    moments: list[Moment]


def record(folder: Path, command: Command) -> Session:
    """Run a command and another one after it, and keep what they did to the disk."""
    sandbox, journal = folder / "sandbox", folder / "journal"
    with commands(folder / "library", sandbox, journal) as runs:
        work = prepare(sandbox, starts=command.starts)
        disk, calls, moments = Disk(work), [], [_moment(work)]
        for words in (command.words, (*NEXT, *(["--commit"] if command.commits else []))):
            journal.write_bytes(b"")
            ran = runs.run(work, words)
            if ran.code:
                raise RuntimeError(f"{command}: {ran.err}")
            calls.append(list(events(journal.read_bytes())))
            moments.append(_moment(work))
    return Session(disk, calls, moments)


def faults(
    session: Session, folder: Path, *, seeds: int, commits: bool, ends_only: bool = False
) -> Iterator[tuple[int, str]]:
    """Cut the power after each call: its number, and what is wrong with what is left.

    Git is asked at the end of each command and, unless `ends_only`, wherever it wrote.
    """
    disk, number = session.disk, 0
    for ours, before, after in zip(
        session.calls, session.moments[:-1], session.moments[1:], strict=True
    ):
        for event in ours:
            disk.apply(event)
            number += 1
            done = event is ours[-1]
            allowed = [after] if done else [before, after]
            when = "acknowledged" if done else "meanwhile"
            for end, left in disk.survivors(seeds):
                found = list(_records(left, allowed))
                if commits and end in _ENDS_OF_GIT and (done or not ends_only):
                    found += _repository(left, folder, allowed)
                yield from ((number, f"{when}, {end}: {fault}") for fault in found)


def _moment(work: Path) -> Moment:
    records = {path: data for path, data in tree(work).items() if _is_record(path)}
    return Moment(records, git(work, "rev-parse", "HEAD").strip())


def _is_record(path: str) -> bool:
    return path.startswith(_RECORDS) and not Path(path).name.startswith(".scen")


def _records(left: Mapping[str, bytes], allowed: Sequence[Moment]) -> Iterator[str]:
    for path in sorted({*filter(_is_record, left), *(p for m in allowed for p in m.records)}):
        if left.get(path) not in [moment.records.get(path) for moment in allowed]:
            yield f"{path} is lost or torn: {left.get(path)!r}"


def _repository(
    left: Mapping[str, bytes], folder: Path, allowed: Sequence[Moment]
) -> Iterator[str]:
    """What git itself says of the repository that is left."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, data in left.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    # A folder that held nothing yet is no file's parent; git knows no repository without these.
    for name in ("objects", "refs"):
        (folder / ".git" / name).mkdir(parents=True, exist_ok=True)
    if len(allowed) > 1 and _asked(folder, "ls-files").returncode:
        (folder / ".git" / "index").unlink()
    head = _asked(folder, "rev-parse", "--verify", "HEAD")
    checked = _asked(folder, "fsck", "--strict", "--no-dangling")
    if head.returncode or checked.returncode:
        told = (head.stderr + checked.stderr + checked.stdout).splitlines()
        yield f"git is broken: {'; '.join(told[:2])}"
    elif head.stdout.strip() not in [moment.head for moment in allowed]:
        yield "the commit is lost"


def _asked(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = environment(folder.parent) | {"GIT_OPTIONAL_LOCKS": "0"}
    return subprocess.run(
        ["git", *words], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def main() -> int:
    """Every call of every command; the exit status says whether all came out clean."""
    parser = argparse.ArgumentParser(description="Cut the power after each call.")
    parser.add_argument("--only", default="", help="commands whose name holds this")
    parser.add_argument("--seeds", type=int, default=3, help="draws after each call")
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    if reason := reason_to_skip():
        sys.stderr.write(f"{reason}\n")
        return 2
    todo = [command for command in COMMANDS if chosen.only in str(command)]
    bad = 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(chosen.jobs) as pool:

        def look(number: int) -> tuple[int, list[tuple[int, str]]]:
            place, command = Path(folder, f"{number}"), todo[number]
            session = record(place, command)
            calls = sum(map(len, session.calls))
            left = place / "left"
            return calls, list(faults(session, left, seeds=chosen.seeds, commits=command.commits))

        for command, (calls, found) in zip(todo, pool.map(look, range(len(todo))), strict=True):
            bad += len(found)
            sys.stdout.write(f"{command}: {calls} calls, {len(found)} faults\n")
            sys.stdout.writelines(f"  {line}\n" for line in summary(found))
            sys.stdout.flush()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
