"""A commit of exactly the files a command wrote, with the user's name, hooks and signature."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from scenarios.errors import NotWritten, ScenError
from scenarios.storage.git import begun
from scenarios.storage.git import repository as git
from scenarios.storage.git.begun import Begun
from scenarios.storage.git.process import (
    INERT,
    answer,
    as_user,
    common,
    ctrl_c_is_for_git,
    launch,
    let_run,
    said,
)
from scenarios.storage.git.repository import Repository
from scenarios.storage.worktree import sync

SYNCED = ("-c", "core.fsync=committed,index")
"""Options with which git syncs the objects, references and index that it writes."""


def settle(git_dir: Path) -> None:
    """Make the names of committed files and the index durable."""
    sync(git_dir / "index")
    for folder in _folders(git_dir, common(git_dir)):
        sync(folder)


def _folders(git_dir: Path, shared: Path) -> Iterator[Path]:
    """Folders where a commit adds or renames files, deepest first."""
    for top in (shared / "objects", shared / "refs" / "heads", shared / "logs"):
        for folder, _, _ in os.walk(top, topdown=False):
            yield Path(folder)
    yield from {shared / "refs", shared, git_dir}


_LITERAL = "--literal-pathspecs"
_UNDERWAY = {
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "sequencer": "a cherry-pick or a revert",
}
"""Files of an unfinished operation; a rebase has a CHERRY_PICK_HEAD too."""


_CACHED = ("diff", "--cached", "--no-ext-diff")


class Commit(NamedTuple):
    """A commit, and the output of git and hooks."""

    oid: str
    remarks: str


def repository(folder: Path) -> Repository:
    """The repository of a folder, if it can take a commit."""
    try:
        found = git.repository(folder)
    except ScenError as error:
        raise NotWritten(str(error)) from None
    if found.top is None:
        why = "core.bare or core.worktree says that its files are not here"
        raise NotWritten(f"{found.git_dir} has no working tree around {folder}: {why}")
    return found


def refuse(repository: Repository, paths: Sequence[str]) -> None:
    """Raise if files about to be written could not be committed alone.

    Changes nothing and runs no program of the repository. The paths are relative to the
    repository's folder, existing or not.
    """
    if what := _underway(repository):
        how = "finish or abort it first, `git status` says how"
        raise ScenError(
            f"{repository.folder}: git is in the middle of {what}: {how}; nothing was written"
        )
    real = _real(repository, paths)
    for status, path in _staged(repository):
        if status == "U":
            raise ScenError(f"{path} is in conflict: resolve it first; nothing was written")
        if path in real:
            how = "commit or unstage it first (git restore --staged)"
            raise ScenError(
                f"{path} is staged already with other content: {how}; nothing was written"
            )
    lock = repository.git_dir / "index.lock"
    if os.path.lexists(lock):
        how = "if no git is at work, one was killed: then delete it"
        raise NotWritten(f"git keeps {lock}: {how}")
    if not os.access(repository.git_dir, os.W_OK):
        raise NotWritten(f"{repository.git_dir} cannot be written to")
    # Not `add --dry-run`, which runs the repository's filters.
    names = os.fsencode("".join(f"{path}\0" for path in real))
    asked = _ask(repository, "check-ignore", "-z", "--stdin", given=names)
    if asked.returncode > 1:
        raise NotWritten(f"git would not commit it: {said(asked.stderr)}")
    if asked.stdout:
        ignored = ", ".join(os.fsdecode(asked.stdout).split("\0")[:-1])
        how = "`git check-ignore -v` names the rule"
        raise NotWritten(f"git would not commit what it ignores: {ignored} ({how})")


def uncommitted(
    repository: Repository, paths: Sequence[str], *, dry_run: bool = False
) -> list[str]:
    """The paths with uncommitted content; a dry run skips the repository's filters."""
    real = _real(repository, paths)
    if dry_run:
        staged = dict(zip(real, (_oids(repository, real).get(name) for name in real), strict=True))
        return [
            path
            for path, (name, oid) in zip(paths, staged.items(), strict=True)
            if _differs(_top(repository) / name, oid)
        ]
    listed = _files(repository, real, "--modified", "--others")
    return [path for path, name in zip(paths, real, strict=True) if name in listed]


def commit(repository: Repository, paths: Sequence[str], subject: str) -> Commit | None:
    """Commit these files as they are on disk, and leave whatever else is staged.

    If git or a hook refuses, files and index stay. None if there is nothing to commit: removed
    files that git never knew.
    """
    if not (real := _known(repository, _real(repository, paths))):
        return None
    before = _head(repository)
    new = _files(repository, real, "--others")
    note = Begun(before, real, new)
    with ctrl_c_is_for_git(), begun.noted(repository.git_dir, note) as held:
        # Git commits no path that it does not know of.
        words = (*SYNCED, _LITERAL, "add", "--intent-to-add", "--", *new)
        code, what = _let_run(repository, held, *words) if new else (0, "")
        if not code:
            encoding = (*SYNCED, "-c", "i18n.commitEncoding=UTF-8")
            words = ("commit", "--only", "--quiet", "--message", subject)
            # The option for literal paths would reach the hooks.
            literal = [f":(literal){path}" for path in real]
            _, what = _let_run(repository, held, *encoding, *words, "--", *literal)
        after = _head(repository)
        # Not what git answers: where its last hook was stopped, the commit is there all the same.
        if after is None or after == before:
            _forget(repository, new)
            raise ScenError(_not_committed(_top(repository), real, subject, what))
        if _ask(repository, _LITERAL, *_CACHED, "--quiet", "--", *real).returncode:
            # A hook put them in another form: git committed that, and left the old one staged.
            _reset(repository, real)
        settle(repository.git_dir)
    return Commit(after, what)


def mend(repository: Repository) -> Iterator[str]:
    """Repair what killed commits left in the index; yield messages.

    An intention to add is removed if it was noted and no commit followed. An index behind HEAD is
    reset if HEAD has one parent, the noted one, and changed no other path, and the index still
    holds the parent's content.
    """
    for note in begun.notes(repository.git_dir):
        if commit_begun := begun.left(note):
            begun.clear_locks(note, _top(repository))
            lock = repository.git_dir / "index.lock"
            if os.path.lexists(lock):
                yield f"a command was killed at its commit; if no git is at work, delete {lock}"
                continue
            yield from _mend(repository, commit_begun)
            begun.drop(note)


def _mend(repository: Repository, found: Begun) -> Iterator[str]:
    head = _head(repository)
    new = ("diff-files", "--diff-filter=A", "--", *found.new)
    intended = _named(repository, *new) if found.new else []
    if head == found.head:
        _forget(repository, intended)
        if written := _known(repository, found.paths):
            names = ", ".join(written)
            yield f"a command was killed before its commit: written, not committed: {names}"
    elif head and _is_next(repository, head, found):
        behind = _named(repository, *_CACHED, "--", *found.paths)
        before = (*_CACHED, found.head, "--", *found.paths) if found.head else None
        moved = _named(repository, *before) if before else behind
        if own := [path for path in behind if path not in moved or path in intended]:
            _reset(repository, own)
        names = ", ".join(found.paths)
        yield f"a command was killed after its commit {head[:7]}: committed: {names}"


def _is_next(repository: Repository, head: str, found: Begun) -> bool:
    """True if a commit follows the killed command's parent and changed only its paths."""
    listed = _ask(repository, "rev-list", "--parents", "-1", head)
    parents = os.fsdecode(listed.stdout).split()[1:]
    words = ("diff-tree", "--root", "--no-commit-id", "-r", "--no-renames")
    changed = _named(repository, *words, head)
    return parents == ([found.head] if found.head else []) and set(changed) <= set(found.paths)


def _named(repository: Repository, *words: str) -> list[str]:
    """The paths that a kind of `diff` names."""
    form = ("-z", "--name-only", "--no-relative", "--no-ext-diff")
    listed = _ask(repository, _LITERAL, words[0], *form, *words[1:])
    return os.fsdecode(listed.stdout).split("\0")[:-1]


def _forget(repository: Repository, paths: Sequence[str]) -> None:
    if paths:
        _ask(repository, "update-index", "--force-remove", "--", *paths)


def _reset(repository: Repository, paths: Sequence[str]) -> None:
    _ask(repository, _LITERAL, "reset", "--quiet", "--", *paths)


def _underway(repository: Repository) -> str | None:
    for name, what in _UNDERWAY.items():
        # A reference need not be a file.
        is_reference = (
            name.isupper()
            and not _ask(repository, "rev-parse", "--quiet", "--verify", name).returncode
        )
        if is_reference or os.path.lexists(repository.git_dir / name):
            return what
    return None


def _staged(repository: Repository) -> Iterator[tuple[str, str]]:
    """Status and path from the top of all staged or conflicting files."""
    words = ("--cached", "--name-status", "-z", "--no-renames", "--no-ext-diff", "--no-relative")
    listed = answer(_ask(repository, "diff", *words))
    parts = iter(os.fsdecode(listed).split("\0")[:-1])
    return zip(parts, parts, strict=True)


def _real(repository: Repository, paths: Sequence[str]) -> list[str]:
    """The paths from the top, with symlinks resolved: git follows none."""
    top = _top(repository)
    return [
        Path(os.path.relpath(os.path.realpath(repository.folder / path), top)).as_posix()
        for path in paths
    ]


def _files(repository: Repository, paths: Sequence[str], *which: str) -> list[str]:
    listed = _ask(repository, _LITERAL, "ls-files", "-z", *which, "--", *paths)
    return os.fsdecode(listed.stdout).split("\0")[:-1]


def _known(repository: Repository, paths: Sequence[str]) -> list[str]:
    """The paths that exist, or that git knows."""
    gone = [path for path in paths if not os.path.lexists(_top(repository) / path)]
    unknown = {*gone}.difference(_files(repository, gone)) if gone else ()
    return [path for path in paths if path not in unknown]


def _oids(repository: Repository, paths: Sequence[str]) -> dict[str, str]:
    """Path → the object that the index has for it."""
    entries = (entry.partition("\t") for entry in _files(repository, paths, "--stage"))
    return {path: head.split()[1] for head, _, path in entries}


def _differs(file: Path, oid: str | None) -> bool:
    """True if a file differs from the index's object."""
    data = file.read_bytes() if file.is_file() else None
    return (oid is not None) if data is None else oid is None or git.oid_of(data, oid) != oid


def _head(repository: Repository) -> str | None:
    """The current commit; None on an empty branch."""
    parsed = _ask(repository, "rev-parse", "--quiet", "--verify", "HEAD")
    return os.fsdecode(parsed.stdout).strip() or None


def _not_committed(folder: Path, paths: Sequence[str], subject: str, reason: str) -> str:
    there = ["git", "-C", str(folder)]
    add = shlex.join([*there, "add", "--", *paths])
    again = shlex.join([*there, "commit", "-m", subject, "--", *paths])
    names = ", ".join(str(folder / path) for path in paths)
    why = reason or "git or a hook stopped without a word"
    return f"{names}: written, not committed:\n{why}\nonce that is fixed: {add} && {again}"


def _top(repository: Repository) -> Path:
    assert repository.top is not None  # noqa: S101 - as `repository` gave it
    return repository.top


def _ask(
    repository: Repository, *words: str, given: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run git with the user's language and settings, and no hooks."""
    top = _top(repository)
    place = (f"--git-dir={repository.git_dir}", f"--work-tree={top}")
    return launch(["git", *place, *INERT, *words], top, as_user(), given)


def _let_run(repository: Repository, held: int, *words: str) -> tuple[int, str]:
    """Run git at the top as the user would: hooks find their usual environment.

    Naming the places would set them in it. What git finds there was compared with them.
    """
    return let_run(words, _top(repository), repository.git_dir, held)
