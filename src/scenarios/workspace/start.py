"""A new database: a tracker, and the schemas for editors."""

from __future__ import annotations

import os
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from secrets import token_hex
from typing import Literal

from scenarios.errors import ScenError
from scenarios.storage import worktree
from scenarios.storage.git.committing import noted
from scenarios.storage.lock import lock
from scenarios.storage.new_database import example, files, template
from scenarios.workspace.how import AS_USUAL, How
from scenarios.workspace.opened import from_here
from scenarios.workspace.writing import Committed, check_commit, commit

_TRACKER = "scenarios/tracker.yaml"
Like = Literal["empty", "template", "example"]
"""Content of a new database: a tracker, a commented record of each kind, or the shipped one."""


def start(
    root: Path,
    how: How = AS_USUAL,
    *,
    like: Like = "empty",
    today: date = date.min,
    may_nest: bool = True,
) -> tuple[list[Path], Committed | None]:
    """Write a new database below `root`, with template records of `today`.

    Leftovers of an interrupted try may stay. Returns the files, and the commit if asked for.
    Raises ScenError inside another database unless it `may_nest`.
    """
    _refuse_records(root)
    if not may_nest and (above := outer(root)):
        where = f"this folder is in the database {from_here(above)}"
        raise ScenError(f"{where}: nothing was written; scen init . begins another here")
    title = _title(root)
    content = files(title)
    if like == "example":
        content = example()
    elif like == "template":
        content = template(title, today)
    content[_TRACKER] = content[_TRACKER].replace(
        b"format: 1\n", b'format: 1\nid: "%s"\n' % token_hex(6).encode(), 1
    )
    in_the_way = [path for path, data in content.items() if _is_in_the_way(root / path, data)]
    if in_the_way:
        raise ScenError(f"{from_here(root / in_the_way[0])} is there already: nothing was written")
    missing = [path for path in content if not os.path.lexists(root / path)]
    subject = f"init: {title or 'Scenarios'}"
    pending = (
        check_commit(root, list(content), subject, dry_run=how.dry_run) if how.commit else None
    )
    with (
        lock(root) if pending and not how.dry_run else nullcontext(),
        noted(*pending[:2]) if pending and not how.dry_run else nullcontext(-1) as held,
    ):
        for path in missing if not how.dry_run else ():
            worktree.create(root, path, content[path])
        committed = commit(pending, held, dry_run=how.dry_run) if pending else None
    return [root / path for path in content], committed


def outer(root: Path) -> Path | None:
    """The database that a folder lies in."""
    try:
        return worktree.find(Path(os.path.realpath(root)).parent, None)
    except ScenError:
        return None


def _refuse_records(root: Path) -> None:
    """Refuse a folder of records: a database in it would be read as part of the outer one."""
    whole = Path(os.path.realpath(root))
    for folder in (whole, *whole.parents):
        if os.path.isfile(folder / "tracker.yaml"):  # noqa: PTH113 - no error where none can be
            place = from_here(folder)
            of = "this folder is" if place == "." else f"{place} is"
            raise ScenError(f"{of} a database: nothing was written; begin another outside of it")


def _is_in_the_way(place: Path, data: bytes) -> bool:
    """True for anything but a leftover of an interrupted try."""
    if not os.path.lexists(place):
        return False
    may_stay = place.name != "tracker.yaml" and place.is_file() and os.access(place, os.R_OK)
    return not (may_stay and place.read_bytes() == data)


def _title(folder: Path) -> str:
    """A folder's name, without characters that a file may not hold."""
    name = Path(os.path.realpath(folder)).name.encode(errors="replace").decode()
    return "".join(c if c.isprintable() else " " for c in name).strip()
