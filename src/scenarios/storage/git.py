"""A revision as a snapshot: git's plumbing, and nothing that it says for people."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, NamedTuple

from scenarios.errors import Problem, ScenError
from scenarios.storage.yamltext import MAX_BYTES

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_REGULAR = frozenset({"100644", "100755"})
_SYMLINK = "120000"


class Repository(NamedTuple):
    """Where git runs, and the database's path from the top of the tree: '' or ending in '/'."""

    folder: Path
    prefix: str


class Entry(NamedTuple):
    """A file of a tree."""

    mode: str
    oid: str
    path: str


def repository(database: Path) -> Repository:
    """The repository that holds a database folder."""
    refused = f"{database} is in no git repository: revisions need one"
    prefix = _text(_run(database, "rev-parse", "--show-prefix", refused=refused)).rstrip("\n")
    return Repository(database, prefix)


def without_files(folder: Path) -> Repository:
    """A bare repository, or one without the database's files: its trees hold `scenarios/`."""
    _run(folder, "rev-parse", "--git-dir", refused=f"{folder} is no git repository")
    return Repository(folder, "scenarios/")


def commit_of(repository: Repository, revision: str) -> str:
    """The commit that a revision names: whatever git resolves, or the last one up to a day."""
    if _DAY.fullmatch(revision):
        return _last_commit(repository, revision)
    name = f"{revision}^{{commit}}"
    made = _start(repository.folder, "rev-parse", "--verify", "--end-of-options", name)
    if made.returncode:
        shallow = _text(_run(repository.folder, "rev-parse", "--is-shallow-repository")).strip()
        hint = "; this clone is shallow, git fetch --unshallow" if shallow == "true" else ""
        raise ScenError(f"git knows no revision '{revision}'{hint}")
    return _text(made.stdout).split()[-1]


def snapshot(repository: Repository, commit: str) -> tuple[dict[str, bytes], list[Problem]]:
    """The records of a commit, as `worktree.snapshot` gives those of a folder."""
    entries, problems = [], []
    for entry in tree(repository, commit):
        if entry.mode in _REGULAR:
            entries.append(entry)
        elif entry.mode == _SYMLINK:
            message = "a symbolic link is not followed into git's objects"
            problems.append(Problem(entry.path, 1, 1, "symlink", message))
    with objects(repository) as read:
        return {entry.path: read(entry.oid)[: MAX_BYTES + 1] for entry in entries}, problems


def tree(repository: Repository, commit: str) -> list[Entry]:
    """The database's files in a commit, by path within the database, sorted."""
    top = f"{commit}:{repository.prefix.rstrip('/')}" if repository.prefix else commit
    known = _exists(repository, top)
    listed = _run(repository.folder, "ls-tree", "-r", "-z", "--full-tree", top) if known else b""
    found = []
    for line in listed.split(b"\0")[:-1]:
        head, _, path = line.partition(b"\t")
        mode, _, oid = _text(head).split(" ")
        name = os.fsdecode(path)
        hidden = any(part.startswith(".") for part in name.split("/"))
        if not hidden and name.lower().endswith((".yaml", ".yml")):
            found.append(Entry(mode, oid, name))
    return sorted(found, key=lambda entry: entry.path)


@contextmanager
def objects(repository: Repository) -> Iterator[_Reader]:
    """One long-lived `cat-file --batch`: a function from an object's name to its bytes."""
    with subprocess.Popen(
        ["git", "cat-file", "--batch"],
        cwd=repository.folder,
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None  # noqa: S101 - both were asked for
        assert process.stdout is not None  # noqa: S101
        yield _Reader(process.stdin, process.stdout)
        process.stdin.close()


class _Reader:
    """Reads objects from a running `cat-file --batch`."""

    def __init__(self, requests: IO[bytes], answers: IO[bytes]) -> None:
        self._requests, self._answers = requests, answers

    def __call__(self, oid: str) -> bytes:
        """The bytes of an object."""
        self._requests.write(oid.encode() + b"\n")
        self._requests.flush()
        head = self._answers.readline().split()
        if len(head) != 3 or head[1] == b"missing":  # noqa: PLR2004 - name, type and size
            raise ScenError(f"git's object {oid} is missing: this clone is not complete")
        data = self._answers.read(int(head[2]))
        self._answers.read(1)
        return data


def _last_commit(repository: Repository, day: str) -> str:
    try:
        date.fromisoformat(day)
    except ValueError:
        raise ScenError(f"--rev {day}: no day of the calendar") from None
    until = f"--before={day}T23:59:59"
    found = _text(_run(repository.folder, "rev-list", "-1", until, "HEAD", "--")).strip()
    if not found:
        raise ScenError(f"there is no commit on or before {day}")
    return found


def _exists(repository: Repository, name: str) -> bool:
    made = _start(repository.folder, "cat-file", "-e", name)
    return made.returncode == 0


def _run(folder: Path, *arguments: str, refused: str | None = None) -> bytes:
    """What git prints; a refusal is an error with git's own reason."""
    made = _start(folder, *arguments)
    if made.returncode:
        reason = _text(made.stderr).strip().removeprefix("fatal: ") or f"exit {made.returncode}"
        raise ScenError(refused or f"git: {reason}")
    return made.stdout


def _start(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - fixed words, revisions behind --end-of-options
            ["git", *arguments],
            cwd=folder,
            env=_environment(),
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise ScenError("git is not installed: revisions need it") from None


def _environment() -> dict[str, str]:
    """The environment without what would point git elsewhere or make it speak otherwise."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return {**kept, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
