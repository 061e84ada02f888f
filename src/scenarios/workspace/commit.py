"""What a commit takes around a write: refused before it, made after it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from scenarios.errors import ScenError
from scenarios.storage.git import committing
from scenarios.storage.git.repository import Repository
from scenarios.workspace.opened import from_here


class Pending(NamedTuple):
    """Files that are about to be written and can be committed."""

    repository: Repository
    paths: list[str]
    uncommitted: list[str]
    subject: str


class Committed(NamedTuple):
    """What came of it; no `oid` in a dry run, where nothing changed, or where git said no.

    `output` is what git and the hooks said; `also` are files whose earlier, uncommitted changes
    go into the commit too. `embedded` is a folder whose files form a repository of their own.
    """

    subject: str | None = None
    oid: str | None = None
    fault: ScenError | None = None
    output: str = ""
    also: tuple[str, ...] = ()
    embedded: Path | None = None


def check(root: Path, paths: Sequence[str], subject: str, *, dry_run: bool) -> Pending:
    """Refuse what could not be committed, before a byte of it is written."""
    folder = next(folder for folder in (root, *root.parents) if folder.is_dir())
    repository = committing.repository(folder)
    inside = [(root / path).relative_to(folder).as_posix() for path in paths]
    committing.refuse(repository, inside)
    uncommitted = committing.uncommitted(repository, inside, dry_run=dry_run)
    return Pending(repository, inside, uncommitted, subject)


def commit(pending: Pending, *, dry_run: bool) -> Committed:
    """Commit what was written; a refusal is kept for later, for there is something to report."""
    folder = pending.repository.folder
    also = tuple(from_here(folder / path) for path in pending.uncommitted)
    done = Committed(pending.subject, also=also, embedded=pending.repository.embedded)
    if dry_run:
        return done
    try:
        commit_id = committing.commit(pending.repository, pending.paths, pending.subject)
    except ScenError as error:
        return done._replace(fault=error, also=())
    return done._replace(oid=commit_id.oid, output=commit_id.remarks) if commit_id else Committed()


def mend(root: Path) -> tuple[str, ...]:
    """Mend what a killed command left in git, where it is provably its own; under the lock.

    What is to be said of it.
    """
    return tuple(committing.mend(committing.repository(root)))
