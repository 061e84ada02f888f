"""The commits that changed a database, oldest first, with their records."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime
from typing import NamedTuple

from scenarios.analysis.history.commits import Commit, RecordChange, Revision
from scenarios.model import Kind, Record
from scenarios.paths import place_of
from scenarios.progress import Progress, unwatched
from scenarios.storage.disk import MAX_BYTES
from scenarios.storage.git import repository as git
from scenarios.storage.git.process import run
from scenarios.storage.loader import read_record

_FORMAT = "--format=%x01%H%x00%aN%x00%as%x00%cs%x00%s%x00%b%x00"
_START = b"\x01"
_REPLACES = "Squashed commit of the following:"
_DATED = re.compile(r"^ *Date: +\w{3} (\w{3} \d{1,2}) [\d:]{8} (\d{4}) [+-]\d{4}$", re.MULTILINE)


class _File(NamedTuple):
    """A changed file: its objects before and after, None if not a regular file."""

    path: str
    before: str | None
    after: str | None
    is_gone: bool


class ListedCommit(NamedTuple):
    """A commit in a list to choose from."""

    id: str
    day: str
    subject: str


def newest(repository: git.Repository, tip: str, most: int) -> tuple[ListedCommit, ...]:
    """The last commits that changed the database, newest first; no record is read."""
    shape = ("--encoding=UTF-8", "--format=%H%x00%cs%x00%s", f"--max-count={most}")
    listed = run(repository.git_dir, "rev-list", *shape, tip, "--", _only(repository))
    lines = listed.decode("utf-8", "replace").split("\n")[1::2]  # each stands behind its own name
    return tuple(ListedCommit(*line.split("\0", 2)) for line in lines)


def oldest(repository: git.Repository, tip: str) -> str | None:
    """The first commit up to `tip` that has the database."""
    listed = run(repository.git_dir, "rev-list", "--reverse", tip, "--", _only(repository))
    return listed.decode().partition("\n")[0] or None


def revisions(
    repository: git.Repository,
    tip: str,
    progress: Progress = unwatched,
    is_wanted: Callable[[str], bool] = lambda _: True,
) -> list[Revision]:
    """Every commit up to `tip` that changed the database, and every merge on the way.

    Files are read whose path `is_wanted`.
    """
    commits = [
        (commit, [file for file in files if is_wanted(file.path)], own)
        for commit, files, own in _commits(repository, tip)
    ]
    records = _records(repository, [f for _, files, _ in commits for f in files], progress)

    def change(file: _File) -> RecordChange | None:
        place = place_of(file.path)
        if not isinstance(place, tuple):
            return None
        kind, id = place
        before = records[kind, file.before] if file.before else None
        after = records[kind, file.after] if file.after else None
        return RecordChange(
            kind=kind, id=id, before=before, after=after, readable=file.is_gone or after is not None
        )

    replayed = []
    for commit, files, own_paths in commits:
        changes = {file.path: new for file in files if (new := change(file))}
        own = tuple(c for path, c in changes.items() if own_paths is None or path in own_paths)
        left_out = sum(not change.readable for change in own)
        every = tuple(changes.values())
        replayed.append(Revision(commit=commit, changes=every, own=own, left_out=left_out))
    return replayed


def changed_files(repository: git.Repository, tip: str) -> Iterator[tuple[Commit, Iterable[str]]]:
    """Every commit up to `tip`, oldest first, with the files that it changed itself."""
    for commit, files, own in _commits(repository, tip):
        yield commit, [file.path for file in files if own is None or file.path in own]


def _records(
    repository: git.Repository, files: Iterable[_File], progress: Progress
) -> dict[tuple[Kind, str], Record | None]:
    """The record of each object of the files, by kind, read once."""
    kinds: dict[str, set[Kind]] = {}
    for file in files:
        place = place_of(file.path)
        if isinstance(place, tuple):
            for oid in (file.before, file.after):
                if oid:
                    kinds.setdefault(oid, set()).add(place[0])
    with git.objects(repository) as read:
        return {
            (kind, oid): read_record(kind, oid, data[: MAX_BYTES + 1])[0]
            for oid, data in progress(read(kinds), "reading the commits", len(kinds))
            for kind in kinds[oid]
        }


def _commits(
    repository: git.Repository, tip: str
) -> Iterator[tuple[Commit, list[_File], frozenset[str] | None]]:
    """Each commit, its changes against its first parent, and a merge's against all."""
    only = _only(repository)
    order = ("--full-history", "--parents", "--author-date-order", "--reverse")
    listed = run(repository.git_dir, "rev-list", *order, tip, "--", only).decode().splitlines()
    parents = {words[0]: tuple(words[1:]) for words in map(str.split, listed)}
    wanted = []
    for id, before in parents.items():
        wanted.append(" ".join((id, *before[:1])))
        if before[1:]:
            wanted.append(" ".join((id, *before)))
    shape = ("-r", "-z", "--raw", "-c", "--no-renames", "--no-abbrev", "--always")
    words = ("diff-tree", "--stdin", "--root", *shape, "--no-ext-diff", "--no-textconv")
    given = "".join(f"{line}\n" for line in wanted).encode()
    last = ("--encoding=UTF-8", _FORMAT, "--", only)
    output = run(repository.git_dir, *words, *last, given=given)
    cut = _boundary(repository, tip)
    entries = _entries(output, repository.prefix)
    for fields, files in entries:
        id, author, authored, committed, subject, body = fields
        own = None
        if parents[id][1:]:
            own = frozenset(file.path for file in next(entries)[1])
        commit = Commit(
            id=id,
            parents=parents[id],
            author=author,
            authored=_day(authored, committed),
            committed=_day(committed, authored),
            subject=subject,
            squashed=tuple(_replaced(f"{subject}\n{body}")),
            shallow=id in cut,
        )
        yield commit, files, own


def _only(repository: git.Repository) -> str:
    """The pathspec of the database."""
    return f":(top,literal){repository.prefix.rstrip('/')}" if repository.prefix else ":/"


def _entries(output: bytes, prefix: str) -> Iterator[tuple[list[str], list[_File]]]:
    """Parse `diff-tree -z`: the fields of a commit, then its files."""
    tokens = iter(output.split(b"\0"))
    fields: list[str] = []
    files: list[_File] = []
    for token in tokens:
        if token.startswith(_START):
            if fields:
                yield fields, files
            rest = [next(tokens) for _ in range(_FORMAT.count("%x00") - 1)]
            fields = [field.decode("utf-8", "replace") for field in (token[1:], *rest)]
            files = []
        elif line := token.lstrip(b"\n"):
            path = os.fsdecode(next(tokens)).removeprefix(prefix)
            # a colon, a mode and an object for each parent, then those of the commit
            parents = len(line) - len(line.lstrip(b":"))
            words = line[parents:].decode().split(" ")
            modes, objects = words[: parents + 1], words[parents + 1 : -1]
            before = objects[0] if modes[0] in git.REGULAR else None
            after = objects[-1] if modes[-1] in git.REGULAR else None
            files.append(_File(path, before, after, not modes[-1].strip("0")))
    if fields:
        yield fields, files


def _day(*texts: str) -> date:
    """The first valid date: a commit may have an invalid one."""
    for text in texts:
        with suppress(ValueError):
            return date.fromisoformat(text)
    return date.min


def _replaced(message: str) -> Iterator[date]:
    """The days of the commits that `git merge --squash` lists."""
    for day, year in _DATED.findall(message) if _REPLACES in message else ():
        with suppress(ValueError):
            yield datetime.strptime(f"{day} {year}", "%b %d %Y").date()  # noqa: DTZ007 - a day


def _boundary(repository: git.Repository, tip: str) -> frozenset[str]:
    """Commits at which a shallow clone ends: their parents are missing."""
    if not git.is_shallow(repository):
        return frozenset()
    roots = run(repository.git_dir, "rev-list", "--max-parents=0", tip).decode().split()
    with git.objects(repository) as read:
        heads = {id: data.partition(b"\n\n")[0] for id, data in read(roots)}
    return frozenset(id for id, head in heads.items() if b"\nparent " in head)
