"""A revision as a snapshot: git's plumbing, and nothing that it says for people."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from hashlib import sha1, sha256
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import IO, NamedTuple

from scenarios.errors import Problem, ScenError
from scenarios.storage.yamltext import MAX_BYTES

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
REGULAR = frozenset({"100644", "100755"})
_SYMLINK = "120000"
_SHA1_DIGITS = 40
_AT_ONCE = 200
"""So many names fit into a pipe while git is still busy answering."""
_AS_USER = re.compile(
    r"GIT_((AUTHOR|COMMITTER)_(NAME|EMAIL|DATE)"
    r"|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|EXEC_PATH)"
)


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
    prefix = _text(run(database, "rev-parse", "--show-prefix", refused=refused)).rstrip("\n")
    return Repository(database, prefix)


def without_files(folder: Path) -> Repository:
    """A bare repository, or one without the database's files: its trees hold `scenarios/`."""
    run(folder, "rev-parse", "--git-dir", refused=f"{folder} is no git repository")
    return Repository(folder, "scenarios/")


def commit_of(repository: Repository, revision: str) -> str:
    """The commit that a revision names: whatever git resolves, or the last one up to a day."""
    if _DAY.fullmatch(revision):
        found = last_commit(repository, _day(revision))
        if not found:
            raise ScenError(f"there is no commit on or before {revision}")
        return found
    name = f"{revision}^{{commit}}"
    made = start(repository.folder, "rev-parse", "--verify", "--end-of-options", name)
    if made.returncode:
        shallow = is_shallow(repository)
        hint = "; this clone is shallow, git fetch --unshallow" if shallow else ""
        raise ScenError(f"git knows no revision '{revision}'{hint}")
    return _text(made.stdout).split()[-1]


def last_commit(repository: Repository, day: date, tip: str = "HEAD") -> str | None:
    """The last commit on or before a day, by the committer's clock, of those that led to `tip`."""
    until = f"--before={day}T23:59:59"
    made = start(repository.folder, "rev-list", "-1", until, "--end-of-options", tip, "--")
    return _text(made.stdout).strip() or None


def committed_on(repository: Repository, commit: str) -> date:
    """The day of a commit, by the committer's clock."""
    told = run(repository.folder, "rev-list", "-1", "--format=%cs", "--no-commit-header", commit)
    return date.fromisoformat(_text(told).strip())


def merge_base(repository: Repository, one: str, other: str) -> str:
    """The commit from which two revisions went apart."""
    commits = commit_of(repository, one), commit_of(repository, other)
    refused = f"'{one}' and '{other}' have no commit in common"
    return _text(run(repository.folder, "merge-base", *commits, refused=refused)).strip()


def is_shallow(repository: Repository) -> bool:
    """Whether this clone lacks the older part of its history."""
    told = run(repository.folder, "rev-parse", "--is-shallow-repository")
    return told.strip() == b"true"


def snapshot(
    repository: Repository, commit: str, at_hand: Mapping[str, bytes] = MappingProxyType({})
) -> tuple[dict[str, bytes], list[Problem]]:
    """The records of a commit, as `worktree.snapshot` gives those of a folder.

    A file that is the same `at_hand` is not read again.
    """
    entries, problems = [], []
    for entry in tree(repository, commit):
        if entry.mode in REGULAR:
            entries.append(entry)
        elif entry.mode == _SYMLINK:
            message = "a symbolic link is not followed into git's objects"
            problems.append(Problem(entry.path, 1, 1, "symlink", message))
    found = {}
    wanted: dict[str, list[str]] = {}
    for entry in entries:
        data = at_hand.get(entry.path)
        if data is not None and _oid(data, entry.oid) == entry.oid:
            found[entry.path] = data
        else:
            wanted.setdefault(entry.oid, []).append(entry.path)
    with objects(repository) as read:
        for oid, data in read(wanted):
            found |= dict.fromkeys(wanted[oid], data[: MAX_BYTES + 1])
    return dict(sorted(found.items())), problems


def tree(repository: Repository, commit: str) -> list[Entry]:
    """The database's files in a commit, by path within the database, sorted."""
    top = f"{commit}:{repository.prefix.rstrip('/')}" if repository.prefix else commit
    known = _exists(repository, top)
    listed = run(repository.folder, "ls-tree", "-r", "-z", "--full-tree", top) if known else b""
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
    """One long-lived `cat-file --batch`: a function from the names of objects to their bytes."""
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


def run(
    folder: Path,
    *arguments: str,
    given: bytes | None = None,
    refused: str | None = None,
    as_user: bool = False,
) -> bytes:
    """What git prints when it reads `given`; a refusal is an error with git's own reason."""
    made = start(folder, *arguments, given=given, as_user=as_user)
    if made.returncode:
        reason = _text(made.stderr).strip().removeprefix("fatal: ") or f"exit {made.returncode}"
        raise ScenError(refused or f"git: {reason}")
    return made.stdout


def start(
    folder: Path, *arguments: str, given: bytes | None = None, as_user: bool = False
) -> subprocess.CompletedProcess[bytes]:
    """Run git to its end, whatever it answers; `as_user` is for what is done in their name."""
    try:
        return subprocess.run(  # noqa: S603 - fixed words, revisions behind --end-of-options
            ["git", *arguments],
            cwd=folder,
            env=_environment(as_user=as_user),
            input=given,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        need = "--commit needs it; nothing was written" if as_user else "revisions need it"
        raise ScenError(f"git is not installed: {need}") from None


class _Reader:
    """Reads objects from a running `cat-file --batch`."""

    def __init__(self, requests: IO[bytes], answers: IO[bytes]) -> None:
        self._requests, self._answers = requests, answers

    def __call__(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The objects with their bytes, in this order; to be read to the end."""
        for together in _batched(oids, _AT_ONCE):
            self._requests.write("".join(f"{oid}\n" for oid in together).encode())
            self._requests.flush()
            for oid in together:
                head = self._answers.readline().split()
                if len(head) != 3 or head[1] == b"missing":  # noqa: PLR2004 - name, type and size
                    raise ScenError(f"git's object {oid} is missing: this clone is not complete")
                yield oid, self._answers.read(int(head[2]))
                self._answers.read(1)


def _batched(oids: Iterable[str], size: int) -> Iterator[list[str]]:
    left = iter(oids)
    while batch := list(islice(left, size)):
        yield batch


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ScenError(f"--rev {text}: no day of the calendar") from None


def _oid(data: bytes, like: str) -> str:
    """The name that git gives to a file of these bytes, by the hash that made `like`."""
    by = sha1 if len(like) == _SHA1_DIGITS else sha256
    return by(b"blob %d\0" % len(data) + data).hexdigest()


def _exists(repository: Repository, name: str) -> bool:
    made = start(repository.folder, "cat-file", "-e", name)
    return made.returncode == 0


def _environment(*, as_user: bool = False) -> dict[str, str]:
    """The environment without what would point git elsewhere or make it speak otherwise.

    `as_user` keeps the user's name, configuration and language, and no more.
    """
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("GIT_") or (as_user and _AS_USER.fullmatch(key))
    }
    if not as_user:
        kept |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    return {**kept, "GIT_NO_LAZY_FETCH": "1"}


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
