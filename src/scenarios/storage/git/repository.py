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
from scenarios.storage.git import process
from scenarios.storage.git.process import (
    INERT,
    answer,
    as_user,
    for_reading,
    launch,
    reading,
    run,
    start,
)
from scenarios.storage.yaml.reader import MAX_BYTES

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
REGULAR = frozenset({"100644", "100755"})
_SYMLINK = "120000"
_SHA1_DIGITS = 40
_AT_ONCE = 200
"""So many names fit into a pipe while git is still busy answering."""


class Repository(NamedTuple):
    """A database's folder, its path from the top of the tree ('' or ending in '/'), and git's.

    Without `top` there is no work tree. `embedded` is a folder that git would wrongly start from.
    """

    folder: Path
    prefix: str
    git_dir: Path
    top: Path | None = None
    embedded: Path | None = None


class Entry(NamedTuple):
    """A file of a tree."""

    mode: str
    oid: str
    path: str


def repository(database: Path) -> Repository:
    """The repository that holds a database folder."""
    place = process.find(database)
    if place is None:
        need = "revisions and --commit need one (git init makes it)"
        raise ScenError(f"{database} is in no git repository: {need}")
    inner = Path(os.path.realpath(database)).relative_to(place.top).as_posix()
    is_top = _found_by_git(place.top, place.git_dir, *INERT)
    prefix = "" if inner == "." else f"{inner}/"
    top = place.top if is_top else None
    return Repository(database, prefix, place.git_dir, top, place.embedded)


def without_files(folder: Path, *, named: bool = False) -> Repository:
    """A bare repository, or one without the database's files: its trees hold `scenarios/`.

    A bare one inside a work tree, which any clone may bring, has to be `named` by the user.
    """
    real = Path(os.path.realpath(folder))
    is_bare = process.is_git_dir(real) and not os.path.lexists(real / ".git")
    if is_bare and (named or process.find(real.parent) is None):
        _found_by_git(real, real)
        return Repository(folder, "scenarios/", real)
    place = process.find(folder)
    if place is None:
        raise ScenError(f"{folder} is not a git repository")
    return repository(place.top)._replace(folder=folder, prefix="scenarios/")


def commit_of(repository: Repository, revision: str) -> str:
    """The commit that a revision names: whatever git resolves, or the last one up to a day."""
    if _DAY.fullmatch(revision):
        found = last_commit(repository, _day(revision))
        if not found:
            raise ScenError(f"there is no commit on or before {revision}")
        return found
    name = f"{revision}^{{commit}}"
    made = start(repository.git_dir, "rev-parse", "--verify", "--end-of-options", name)
    if made.returncode:
        shallow = is_shallow(repository)
        hint = "; this clone is shallow, git fetch --unshallow" if shallow else ""
        raise ScenError(f"git knows no revision '{revision}'{hint}")
    return _text(made.stdout).split()[-1]


def last_commit(repository: Repository, day: date, tip: str = "HEAD") -> str | None:
    """The last commit on or before a day, by the committer's clock, of those that led to `tip`."""
    until = f"--before={day}T23:59:59"
    made = start(repository.git_dir, "rev-list", "-1", until, "--end-of-options", tip, "--")
    return _text(made.stdout).strip() or None


def first_commit(database: Path) -> str | None:
    """The first commit that led to HEAD, with the folder in it that holds the database if another.

    None without a repository, and in a shallow clone, which does not have that commit.
    """
    try:
        there = repository(database)
    except ScenError:
        return None
    made = start(there.git_dir, "rev-list", "--max-parents=0", "HEAD", "--")
    found = _text(made.stdout).split()
    folder = "" if there.prefix == "scenarios/" else f"/{there.prefix.rstrip('/')}"
    return found[-1] + folder if found and not is_shallow(there) else None


def last_change(repository: Repository, path: str) -> str | None:
    """The last commit before HEAD, or HEAD, that changed a file of the database."""
    literal = f":(literal){repository.prefix}{path}"
    made = start(repository.git_dir, "rev-list", "-1", "HEAD", "--", literal)
    return _text(made.stdout).strip() or None


def committed_on(repository: Repository, commit: str) -> date | None:
    """The day of a commit, by the committer's clock; None where that is not a valid date."""
    words = ("rev-list", "-1", "--format=%cs", "--no-commit-header", commit)
    made = start(repository.git_dir, *words)  # git refuses some
    try:
        return date.fromisoformat(_text(made.stdout).strip())
    except ValueError:
        return None


def merge_base(repository: Repository, one: str, other: str) -> str:
    """The commit from which two revisions went apart."""
    commits = commit_of(repository, one), commit_of(repository, other)
    refused = f"'{one}' and '{other}' have no commit in common"
    return _text(run(repository.git_dir, "merge-base", *commits, refused=refused)).strip()


def branches_and_tags(repository: Repository) -> list[str]:
    """The short names of both."""
    words = ("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads", "refs/tags")
    return run(repository.git_dir, *words).decode(errors="replace").splitlines()


def is_shallow(repository: Repository) -> bool:
    """Whether this clone lacks the older part of its history."""
    listed = process.common(repository.git_dir) / "shallow"
    return listed.is_file() and listed.stat().st_size > 0


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
        if data is not None and oid_of(data, entry.oid) == entry.oid:
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
    listed = run(repository.git_dir, "ls-tree", "-r", "-z", "--full-tree", top) if known else b""
    found = []
    for line in listed.split(b"\0")[:-1]:
        head, _, path = line.partition(b"\t")
        mode, _, oid = _text(head).split(" ")
        name = os.fsdecode(path)
        hidden = any(part.startswith(".") for part in name.split("/"))
        if not hidden and name.lower().endswith((".yaml", ".yml")):
            found.append(Entry(mode, oid, name))
    return sorted(found, key=lambda entry: entry.path)


def oid_of(data: bytes, like: str) -> str:
    """The name that git gives to a file of these bytes, by the hash that made `like`."""
    by = sha1 if len(like) == _SHA1_DIGITS else sha256
    return by(b"blob %d\0" % len(data) + data).hexdigest()


@contextmanager
def objects(repository: Repository) -> Iterator[_Reader]:
    """One long-lived `cat-file --batch`: a function from the names of objects to their bytes."""
    with subprocess.Popen(  # noqa: S603 - fixed words
        reading(repository.git_dir, "cat-file", "--batch"),
        cwd=repository.git_dir,
        env=for_reading(repository.git_dir),
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
        raise ScenError(f"--rev {text}: not a valid date") from None


def _exists(repository: Repository, name: str) -> bool:
    made = start(repository.git_dir, "cat-file", "-e", name)
    return made.returncode == 0


def _found_by_git(top: Path, git_dir: Path, *settings: str) -> bool:
    """Whether git has `top` for the top of a work tree; raise where it has another directory.

    git looks here itself, with the user's own settings: one that is named to it is trusted, and
    whose files they are (safe.directory) is not asked.
    """
    asked = ("rev-parse", "--absolute-git-dir", "--is-inside-work-tree", "--show-prefix")
    told = _text(answer(launch(["git", *settings, *asked], top, as_user()))).split("\n")
    if os.path.realpath(told[0]) != str(git_dir):
        raise ScenError(f"{top}: git takes {told[0]} for its directory instead of {git_dir}")
    return told[1:3] == ["true", ""]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
