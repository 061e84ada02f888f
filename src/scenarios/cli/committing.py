"""What `--commit` does around a write: refuse before it, commit after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from scenarios.cli.terminal.output import say, shown
from scenarios.errors import ScenError

if TYPE_CHECKING:
    from scenarios.storage.git.repository import Repository

_LONGEST = 100
"""The characters up to which a subject takes more figures than its first."""


class Pending(NamedTuple):
    """Files that are about to be written and can be committed."""

    repository: Repository
    paths: list[str]
    uncommitted: list[str]
    subject: str


class Committed(NamedTuple):
    """What came of it; no `oid` in a dry run, where nothing changed, or where git said no."""

    subject: str | None = None
    oid: str | None = None
    fault: ScenError | None = None


def check(root: Path, paths: Sequence[str], subject: str, *, dry_run: bool) -> Pending:
    """Refuse what could not be committed, before a byte of it is written."""
    from scenarios.storage.git import committing

    folder = next(folder for folder in (root, *root.parents) if folder.is_dir())
    repository = committing.repository(folder)
    inside = [(root / path).relative_to(folder).as_posix() for path in paths]
    committing.refuse(repository, inside)
    uncommitted = committing.uncommitted(repository, inside, dry_run=dry_run)
    return Pending(repository, inside, uncommitted, subject)


def commit(pending: Pending, *, dry_run: bool) -> Committed:
    """Commit what was written; a refusal is kept for later, for there is something to report."""
    from scenarios.render.text import printable
    from scenarios.storage.git import committing

    made = Committed(pending.subject)
    if not dry_run:
        try:
            oid, remarks = committing.commit(pending.repository, pending.paths, pending.subject)
        except ScenError as error:
            return made._replace(fault=error)
        made = made._replace(oid=oid)
        if remarks:
            typer.echo(printable(remarks), err=True)
    if pending.uncommitted:
        names = ", ".join(shown(pending.repository.folder / path) for path in pending.uncommitted)
        say(f"uncommitted changes from before go into the commit too: {names}")
    return made


def line(made: Committed) -> str:
    """The commit, in a line; nothing where git said no."""
    if made.oid:
        return f"committed {made.oid[:7]} {made.subject}"
    if made.fault:
        return ""
    return f"would be committed as {made.subject}" if made.subject else "nothing to commit"


def subject(head: str, moves: Iterable[tuple[str, float | None, float | None]]) -> str:
    """`head (SCENARIO 45% → 12%, …)`: what moved most first, as much of it as there is room for."""
    from scenarios.analysis.period.period import jeffreys
    from scenarios.render.text import percent

    def size(move: tuple[str, float | None, float | None]) -> tuple[bool, float]:
        _, before, after = move
        return before is not None and after is not None, -jeffreys(before, after)

    parts = []
    for scenario, *values in sorted(moves, key=size):
        before, after = (percent(value) if value is not None else "–" for value in values)
        parts.append(f"{scenario} {before} → {after}")
    made = f"{head} ({', '.join(parts)})" if parts else head
    for kept in range(len(parts) - 1, 0, -1):
        if len(made) <= _LONGEST:
            break
        made = f"{head} ({', '.join([*parts[:kept], '…'])})"
    return made
