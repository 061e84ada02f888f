"""A revision as a snapshot, by git's plumbing commands."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from hashlib import sha256
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from scenarios.errors import NoCommit, Problem, ScenError
from scenarios.paths import INBOX
from scenarios.storage.cache.files import is_in_git, is_tree_in_git, with_changes
from scenarios.storage.disk import MAX_BYTES
from scenarios.storage.git import process

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
REGULAR = frozenset({"100644", "100755"})
_AT_ONCE = 200
"""The most names that fit into a pipe while git is busy answering."""


class Repository(NamedTuple):
    """A database's folder, its path from the top of the tree ('' or ending in '/'), and git's.

    Without `top` there is no work tree. `embedded` is a folder that git would wrongly start from.
    """

    folder: Path
    prefix: str
    git_dir: Path
    top: Path | None = None
    embedded: Path | None = None


def repository(database: Path) -> Repository:
    """The repository that holds a database folder."""
    place = process.find(database)
    if place is None:
        need = "revisions and --commit need one (git init makes it)"
        raise ScenError(f"{database} is in no git repository: {need}")
    inner = Path(os.path.realpath(database)).relative_to(place.top).as_posix()
    is_top = _found_by_git(place.top, place.git_dir, *process.INERT)
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
    """The commit that a revision names: as git resolves it, or the last one up to a day."""
    if _DAY.fullmatch(revision):
        try:
            day = date.fromisoformat(revision)
        except ValueError:
            raise ScenError(f"--rev {revision}: not a valid date") from None
        if commit := last_commit(repository, day):
            return commit
        raise ScenError(f"there is no commit on or before {revision}")
    name = f"{revision}^{{commit}}"
    parsed = process.start(repository.git_dir, "rev-parse", "--verify", "--end-of-options", name)
    if parsed.returncode:
        if revision == "HEAD" and not _listed(repository, "-1", "--all"):
            raise NoCommit("the repository has no commit yet: git commit records the first state")
        shallow = is_shallow(repository)
        hint = "; this clone is shallow, git fetch --unshallow" if shallow else ""
        raise ScenError(f"git knows no revision '{revision}'{hint}")
    return _text(parsed.stdout).split()[-1]


def last_commit(repository: Repository, day: date, tip: str = "HEAD") -> str | None:
    """The last commit before `tip` on or before a day, by the committer's clock."""
    until = f"--before={day}T23:59:59"
    return _listed(repository, "-1", until, "--end-of-options", tip, "--") or None


def first_commit(database: Path) -> str | None:
    """HEAD's first commit, with the database's folder in it if not scenarios/.

    None without a repository, and in a shallow clone, which lacks that commit.
    """
    try:
        place = repository(database)
    except ScenError:
        return None
    commits = _listed(place, "--max-parents=0", "HEAD", "--").split()
    folder = "" if place.prefix == "scenarios/" else f"/{place.prefix.rstrip('/')}"
    return commits[-1] + folder if commits and not is_shallow(place) else None


def origin_of(database: Path) -> str:
    """`COMMIT:FOLDER` of HEAD, by which a fork is known; outside git a digest of the place."""
    with suppress(ScenError):
        place = repository(database)
        return f"{commit_of(place, 'HEAD')}:{place.prefix}"
    return sha256(os.path.realpath(database).encode(errors="replace")).hexdigest()[:16]


def may_follow(database: Path, origin: str) -> bool:
    """False if an earlier state with this `origin_of` is none that led to this database.

    A shallow clone has too few commits to tell.
    """
    commit, _, folder = origin.partition(":")
    own = origin_of(database)
    if origin == own or ":" not in own or own.partition(":")[2] != folder:
        return origin == own
    place = repository(database)
    try:
        return bool(commit_of(place, commit))
    except ScenError:
        return is_shallow(place)


def last_change(repository: Repository, path: str) -> str | None:
    """The last commit up to HEAD that changed a file of the database."""
    literal = f":(literal){repository.prefix}{path}"
    return _listed(repository, "-1", "HEAD", "--", literal) or None


def committed_on(repository: Repository, commit: str) -> date | None:
    """The day of a commit, by the committer's clock; None if it is invalid."""
    words = ("-1", "--format=%cs", "--no-commit-header", commit)
    try:
        return date.fromisoformat(_listed(repository, *words))
    except ValueError:
        return None


def merge_base(repository: Repository, first: str, other: str) -> str:
    """The commit from which two revisions diverged."""
    commits = commit_of(repository, first), commit_of(repository, other)
    refused = f"'{first}' and '{other}' have no commit in common"
    return _text(process.run(repository.git_dir, "merge-base", *commits, refused=refused)).strip()


def branches_and_tags(repository: Repository) -> list[str]:
    words = ("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads", "refs/tags")
    return process.run(repository.git_dir, *words).decode(errors="replace").splitlines()


def is_shallow(repository: Repository) -> bool:
    """True if this clone lacks the older part of its history."""
    listed = process.common(repository.git_dir) / "shallow"
    return listed.is_file() and listed.stat().st_size > 0


def snapshot(
    repository: Repository, commit: str, at_hand: Mapping[str, bytes] = MappingProxyType({})
) -> tuple[Mapping[str, bytes], list[Problem]]:
    """The records of a commit, as `worktree.snapshot` gives those of a folder.

    A file that is the same `at_hand` is not read again.
    """
    changes, problems = differing(repository, commit, at_hand)
    return with_changes(at_hand, changes), problems


def differing(
    repository: Repository, commit: str, at_hand: Mapping[str, bytes]
) -> tuple[dict[str, bytes | None], list[Problem]]:
    """The records of a commit that are not the same `at_hand`; None for one that it lacks."""
    oids: dict[str, str] = {}
    same: set[str] = set()
    problems = []
    wanted: dict[str, list[str]] = {}
    with objects(repository) as read:
        for path, mode, oid in sorted(_tree(repository, commit, read, at_hand, same)):
            if stat.S_ISREG(mode):
                oids[path] = oid
            elif stat.S_ISLNK(mode):
                message = "a symbolic link is not followed into git's objects"
                problems.append(Problem(path, 1, 1, "symlink", message))
        gone = (p for p in at_hand if p not in oids and p.rpartition("/")[0] not in same)
        files: dict[str, bytes | None] = dict.fromkeys(gone)
        for path, oid in oids.items():
            if not is_in_git(at_hand, path, bytes.fromhex(oid)):
                wanted.setdefault(oid, []).append(path)
        for oid, data in read(wanted):
            files |= dict.fromkeys(wanted[oid], data[: MAX_BYTES + 1])
    return files, problems


def _tree(
    repository: Repository,
    commit: str,
    read: _Reads,
    at_hand: Mapping[str, bytes],
    same: set[str],
) -> Iterator[tuple[str, int, str]]:
    """Yield path, mode and object of a commit's files; folders that are `at_hand` go to `same`."""
    top = f"{commit}:{repository.prefix.rstrip('/')}"
    parsed = process.start(repository.git_dir, "rev-parse", "--verify", "--end-of-options", top)
    folders = {} if parsed.returncode else {_text(parsed.stdout).strip(): [""]}
    while folders:
        below: dict[str, list[str]] = {}
        for tree, data in read(folders):
            for found in re.finditer(rb"(?s)([0-7]+) ([^\0]+)\0(.{%d})" % (len(tree) // 2), data):
                mode, name, oid = int(found[1], 8), os.fsdecode(found[2]), found[3]
                for folder in folders[tree] if not name.startswith(".") else ():
                    path = folder + name
                    if not stat.S_ISDIR(mode):
                        if name.lower().endswith((".yaml", ".yml")):
                            yield path, mode, oid.hex()
                    elif is_tree_in_git(at_hand, path, oid):
                        same.add(path)
                    elif path != INBOX:
                        below.setdefault(oid.hex(), []).append(f"{path}/")
        folders = below


def content(repository: Repository, commit: str, path: str) -> bytes:
    """The content of one file of the database in a commit; empty where there is none."""
    name = f"{commit}:{repository.prefix}{path}"
    data = process.start(repository.git_dir, "cat-file", "blob", name).stdout
    return data[: MAX_BYTES + 1]


_Reads = Callable[[Iterable[str]], Iterator[tuple[str, bytes]]]


@contextmanager
def objects(repository: Repository) -> Iterator[_Reads]:
    """One long-lived `cat-file --batch`: a function from object names to their bytes."""
    with subprocess.Popen(  # noqa: S603 - fixed words
        process.reading(repository.git_dir, "cat-file", "--batch"),
        cwd=repository.git_dir,
        env=process.for_reading(repository.git_dir),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as batch:
        requests, answers = batch.stdin, batch.stdout
        assert requests is not None  # noqa: S101 - both were asked for
        assert answers is not None  # noqa: S101

        def read(oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
            """Yield the objects with their bytes, in order; to be read to the end."""
            left = iter(oids)
            while together := [*islice(left, _AT_ONCE)]:
                requests.write("".join(f"{oid}\n" for oid in together).encode())
                requests.flush()
                for oid in together:
                    head = answers.readline().split()
                    if len(head) != 3 or head[1] == b"missing":  # noqa: PLR2004 - name, type, size
                        raise ScenError(
                            f"git's object {oid} is missing: this clone is not complete"
                        )
                    yield oid, answers.read(int(head[2]))
                    answers.read(1)

        yield read
        requests.close()


def _found_by_git(top: Path, git_dir: Path, *settings: str) -> bool:
    """True if git has `top` for the top of a work tree; raises for another directory.

    git searches by itself, under the user's own settings: a directory named to it would be trusted,
    and its owner (safe.directory) not checked.
    """
    asked = ("rev-parse", "--absolute-git-dir", "--is-inside-work-tree", "--show-prefix")
    ended = process.launch(["git", *settings, *asked], top, process.as_user())
    answers = _text(process.answer(ended)).split("\n")
    if os.path.realpath(answers[0]) != str(git_dir):
        raise ScenError(f"{top}: git takes {answers[0]} for its directory instead of {git_dir}")
    return answers[1:3] == ["true", ""]


def _listed(repository: Repository, *words: str) -> str:
    """Commits, as `rev-list` says them; empty where git refuses."""
    return _text(process.start(repository.git_dir, "rev-list", *words).stdout).strip()


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
