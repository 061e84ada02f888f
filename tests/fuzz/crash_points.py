"""Kill each recording command before each call that changes the disk, and look at what is left.

    python -m tests.fuzz.crash_points [--only WORD] [--jobs N]

After each kill: every file is as it was before the command or as it is after it; `scen check` is
clean; the same command succeeds, or is refused because its record is there; another command
succeeds; then nothing strays, and with --commit git's objects, index and files agree.

A lock of git's own (`index.lock`) that a kill left is a fact of git, which leaves it to a person
to know that nobody holds it: the next command has to name it, and then it is removed here, as git
says. Where a command says how to go on with a commit, that is done. Git's `tmp_obj_*` are left out:
git itself clears them away (`git gc`).
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tests.cli.commands import changes, tree
from tests.fuzz.kinds import summary
from tests.fuzz.preloaded import KILLED, Commands, Ran, commands, environment, reason_to_skip
from tests.fuzz.recording import COMMANDS, NEXT, Command, git, prepare

_NEXT_FILE = "scenarios/sources/next.yaml"
_GIT_LOCK = re.compile(r"[^\s'\"]+\.lock\b")
_HOW = re.compile(r"^once that is fixed: (.+)$", re.MULTILINE)
_MOST_LOCKS = 6
_TEMPORARY = re.compile(r"\.scen-.*\.tmp")


class Whole(NamedTuple):
    """A command that nobody kills: the files before and after it, and its calls."""

    before: dict[str, bytes]
    after: dict[str, bytes]
    calls: int


class Crash(NamedTuple):
    """A command, and the call before which it is killed."""

    command: Command
    call: int

    def __str__(self) -> str:
        """As one finds it again."""
        return f"{self.command} before call {self.call}"


class Checked(NamedTuple):
    """What is wrong after a crash, and which locks of git's a person had to remove."""

    faults: list[str]
    locks: list[str]


def whole(runs: Commands, sandbox: Path, command: Command) -> Whole:
    """Run a command to its end."""
    work = prepare(sandbox, starts=command.starts)
    before = files(work)
    ran = runs.run(work, command.words)
    if ran.code:
        raise RuntimeError(f"{command}: {ran.err}")
    return Whole(before, files(work), ran.calls)


def files(work: Path) -> dict[str, bytes]:
    """Everything but what git keeps for itself."""
    found = tree(work).items()
    return {path: data for path, data in found if not path.startswith(".git/")}


def check(runs: Commands, sandbox: Path, crash: Crash, expected: Whole) -> Checked:
    """Crash a command, and hold what is left against the command that was not killed."""
    command, locks = crash.command, list[str]()
    work = prepare(sandbox, starts=command.starts)
    ran = runs.run(work, command.words, crash.call)
    if ran.code != KILLED:
        return Checked([f"it was not killed: exit {ran.code}, {ran.calls} calls"], locks)
    faults = list(_half(files(work), expected))
    if "scenarios/tracker.yaml" in files(work):
        faults += _unclean(runs, work, "after the kill")
    status = git(work, "status", "--porcelain", "--untracked-files=no")
    said = [_do(runs, work, command.words, locks)]
    commit = ["--commit"] if command.commits else []
    said.append(_do(runs, work, (*NEXT, *commit), locks))
    if said[1].code:
        faults.append(f"the next command fails: {said[1].err.strip()}")
    at_end = {k: v for k, v in files(work).items() if not _TEMPORARY.fullmatch(Path(k).name)}
    left = changes(expected.after, at_end)
    if left.pop(_NEXT_FILE, None) is None:
        faults.append("the next command wrote nothing")
    faults += [f"at the end {path} is not as the command leaves it" for path in left]
    faults += _unclean(runs, work, "at the end")
    words = "".join(ran.err for ran in said)
    faults += _stray(work, words)
    if command.commits:
        if status and not any(Path(line[3:]).stem in words for line in status.splitlines()):
            faults.append(f"nobody said that the kill left {status.strip()!r} in git")
        faults += _inconsistent(work, words)
    return Checked(faults, locks)


def _half(found: dict[str, bytes], expected: Whole) -> Iterator[str]:
    """A file that is neither as before nor as after."""
    for path in {*expected.before, *expected.after, *found}:
        if found.get(path) in (expected.before.get(path), expected.after.get(path)):
            continue
        if not re.search(r"(^|/)\.[^/]*\.(tmp|lock)$", path):  # no record
            yield f"{path} is half: {found.get(path)!r}"


def _unclean(runs: Commands, work: Path, when: str) -> list[str]:
    ran = runs.run(work, ("check", "--strict"))
    return [f"scen check {when}: {ran.out}{ran.err}"] if ran.code else []


def _do(runs: Commands, work: Path, words: tuple[str, ...], locks: list[str]) -> Ran:
    """Run a command; where it names a lock of git's, remove that as git says, and go on."""
    ran = runs.run(work, words)
    said, how = ran.err, _HOW.search(ran.err)
    for _ in range(_MOST_LOCKS):
        there = [lock for lock in _named(ran.err) if lock.is_file() and ".git" in lock.parts]
        if not ran.code or not there:
            break
        for lock in there:
            locks.append(lock.name)
            lock.unlink()
        ran = _advised(work, how[1]) if how else runs.run(work, words)
        said, how = said + ran.err, how or _HOW.search(ran.err)
    return ran._replace(err=said)


def _named(said: str) -> list[Path]:
    return [Path(name) for name in _GIT_LOCK.findall(said)]


def _advised(work: Path, line: str) -> Ran:
    """What a command told to do, done as a person would, at a prompt."""
    made = subprocess.run(  # noqa: S602
        line,
        shell=True,
        cwd=work,
        env=environment(work.parent),
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(made.returncode, made.stdout, made.stderr, 0)


def _stray(work: Path, said: str) -> Iterator[str]:
    """Temporary files, and locks of git's that no command named."""
    named = {path.name for path in _named(said)}
    for path in work.rglob("*"):
        where = path.relative_to(work)
        of_git = where.parts[0] == ".git" and path.suffix == ".lock" and "scen" not in path.name
        if _TEMPORARY.fullmatch(path.name) or (of_git and path.name not in named):
            yield f"{where} strays"


def _inconsistent(work: Path, said: str) -> Iterator[str]:
    """What HEAD, index and files do not agree on; a file may wait that a command told of."""
    for line in git(work, "status", "--porcelain", "--untracked-files=all").splitlines():
        path = line[3:]
        if _TEMPORARY.fullmatch(Path(path).name):
            continue  # told already
        if line[:2] not in ("??", " M") or Path(path).stem not in said or path == _NEXT_FILE:
            yield f"git status: {line!r}"
    try:
        git(work, "fsck", "--strict", "--no-dangling")
    except subprocess.CalledProcessError as error:
        yield f"git fsck: {error.stdout}{error.stderr}"


def main() -> int:
    """Every point of every command; the exit status says whether all came out clean."""
    parser = argparse.ArgumentParser(description="Kill recording commands before each call.")
    parser.add_argument("--only", default="", help="commands whose name holds this")
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    if reason := reason_to_skip():
        sys.stderr.write(f"{reason}\n")
        return 2
    todo = [command for command in COMMANDS if chosen.only in str(command)]
    bad = 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(chosen.jobs) as pool:
        places = [Path(folder, f"{number}") for number in range(len(todo))]
        for command, found in zip(todo, pool.map(_all_points, places, todo), strict=True):
            locks = Counter(lock for checked in found.values() for lock in checked.locks)
            faults = [(at.call, fault) for at, checked in found.items() for fault in checked.faults]
            faulty = len({call for call, _ in faults})
            bad += faulty
            told = "; ".join(f"{n} × {name}" for name, n in locks.items()) or "none"
            sys.stdout.write(
                f"{command}: {len(found)} points,"
                f" {faulty} with a fault; locks of git's to remove: {told}\n"
            )
            sys.stdout.writelines(f"  {line}\n" for line in summary(faults))
            sys.stdout.flush()
    return 1 if bad else 0


def _all_points(folder: Path, command: Command) -> dict[Crash, Checked]:
    sandbox = folder / "sandbox"
    with commands(folder / "library", sandbox) as runs:
        expected = whole(runs, sandbox, command)
        crashes = [Crash(command, call) for call in range(1, expected.calls + 1)]
        return {crash: check(runs, sandbox, crash, expected) for crash in crashes}


if __name__ == "__main__":
    sys.exit(main())
