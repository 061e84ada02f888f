"""Start a database."""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli import committing
from scenarios.cli.desk import here
from scenarios.cli.options import As, Commit, DryRun, Format
from scenarios.cli.terminal.output import say, shown
from scenarios.cli.terminal.written import report
from scenarios.errors import ScenError
from scenarios.render.text import printable
from scenarios.storage import worktree
from scenarios.storage.lock import lock
from scenarios.storage.new_database import files


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where [here].")] = Path(),
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """Start a database: DIR/scenarios with a tracker, and DIR/schema for editors."""
    root = here() / folder
    title = _title(root)
    made = files(title)
    there = [path for path, data in made.items() if _is_there(root / path, data)]
    if there:
        raise ScenError(f"{shown(root / there[0])} is there already: nothing was written")
    missing = [path for path in made if not os.path.lexists(root / path)]
    subject = f"init: {title or 'Scenarios'}"
    pending = committing.check(root, missing, subject, dry_run=dry_run) if commit else None
    with lock(root) if pending and not dry_run else nullcontext():
        for path in missing if not dry_run else ():
            worktree.create(root, path, made[path])
        committed = committing.commit(pending, dry_run=dry_run) if pending else None
    paths = [shown(root / path) for path in made]
    value = {"paths": paths, "dry_run": dry_run}
    report(value, lambda: printable("\n".join(paths)), form, committed)
    if form == Format.table and not dry_run:
        say("next: edit the tracker's title and description, then scen new")


def _is_there(place: Path, data: bytes) -> bool:
    """Whether something stands in the way; what a try that was cut short left does not."""
    if not os.path.lexists(place):
        return False
    may_stay = place.name != "tracker.yaml" and place.is_file() and os.access(place, os.R_OK)
    return not (may_stay and place.read_bytes() == data)


def _title(folder: Path) -> str:
    """What a folder's name says, without what no file may hold."""
    name = Path(os.path.realpath(folder)).name.encode(errors="replace").decode()
    return "".join(c if c.isprintable() else " " for c in name).strip()
