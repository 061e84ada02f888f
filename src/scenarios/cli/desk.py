"""The database that a command works on: read it, say what was left out, write to it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from scenarios.errors import Problem, ScenError

if TYPE_CHECKING:
    from scenarios.model import Database, ScenarioId
    from scenarios.storage.drafting import Draft
    from scenarios.storage.loader import Loaded


class Desk(NamedTuple):
    """A database as it was read."""

    root: Path
    snapshot: dict[str, bytes]
    loaded: Loaded
    problems: list[Problem]

    @property
    def database(self) -> Database:
        """What is sound of it."""
        return self.loaded.database

    def scenario(self, id: str) -> ScenarioId:
        """The id, if there is such a scenario."""
        return known_id(id, self.database.scenarios, "scenario", "scen list scenarios")


class Written(NamedTuple):
    """What a recording command wrote, or would have written."""

    before: Desk
    after: Loaded
    drafts: list[Draft]
    dry_run: bool

    @property
    def paths(self) -> list[str]:
        """The files, as one would type them from here."""
        return [shown(self.before.root / draft.path) for draft in self.drafts]


def open_desk(context: typer.Context) -> Desk:
    """The database of `--database`, SCEN_DATABASE, or the folders above this one."""
    from scenarios.storage import worktree
    from scenarios.storage.loader import load

    root = _root(context)
    snapshot, problems = worktree.snapshot(root)
    loaded = load(snapshot)
    return Desk(root, snapshot, loaded, sorted([*problems, *loaded.problems]))


def reading_desk(context: typer.Context) -> Desk:
    """The same for a command that only reads: faults are counted on stderr, and left out."""
    desk = open_desk(context)
    errors = sum(problem.severity == "error" for problem in desk.problems)
    if errors:
        left_out = desk.loaded.left_out
        files = f"{left_out} file{'' if left_out == 1 else 's'} left out"
        faults = f"{errors} fault{'' if errors == 1 else 's'}"
        say(f"{files}, {faults} in {shown(desk.root)}: scen check names them")
    return desk


def write(
    context: typer.Context,
    draft: Callable[[Desk], Sequence[Draft]],
    *,
    edits: bool,
    dry_run: bool = False,
) -> Written:
    """Draft against a fresh reading, refuse what has a new fault, write the rest.

    An edit of an existing file is read, checked and written under the database's lock.
    """
    from scenarios.storage import worktree
    from scenarios.storage.drafting import accept

    root = _root(context)
    with worktree.lock(root) if edits and not dry_run else nullcontext():
        desk = open_desk(context)
        drafts = [d for d in draft(desk) if d.new != d.old]
        after = accept(desk.snapshot, desk.loaded, drafts)
        for one in drafts if not dry_run else ():
            if one.old is None:
                worktree.create(root, one.path, one.new)
            else:
                worktree.replace(root, one.path, one.old, one.new)
    had = set(map(str, desk.problems))
    for problem in after.problems:
        if problem.severity == "warning" and str(problem) not in had:
            say(str(problem))
    return Written(desk, after, drafts, dry_run)


def _root(context: typer.Context) -> Path:
    from scenarios.storage import worktree

    try:
        return worktree.find(Path.cwd(), context.obj)
    except FileNotFoundError:
        raise ScenError("this folder was deleted: cd to one that is there") from None


def known_id(id: str, known: Any, what: str, where: str) -> str:
    """The id if it is known; else an error that names the nearest one."""
    if id in known:
        return id
    from scenarios.storage.schemas import did_you_mean

    hint = did_you_mean(id, known) or f"{where} names them"
    raise ScenError(f"no {what} '{id}'; {hint}")


def opened(desk: Desk, id: ScenarioId, as_of: date) -> ScenarioId:
    """The scenario, if it had opened by then."""
    when = desk.database.scenarios[desk.scenario(id)].opened
    if as_of < when:
        raise ScenError(f"{id} opened on {when}: nothing was asked on {as_of}")
    return id


def say(text: str) -> None:
    """A remark: on stderr."""
    from scenarios.render.text import printable

    typer.echo(f"scen: {printable(text)}", err=True)


def show(value: Any, text: Callable[[], str], form: str) -> None:
    """A result on stdout: as JSON, or as the text that `text` makes."""
    if form == "json":
        import msgspec

        encoded = msgspec.json.encode(value)
        typer.echo(msgspec.json.format(encoded, indent=2).decode())
    else:
        typer.echo(text())


def width() -> int:
    """The columns of the terminal; 80 where there is none."""
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else _columns()


def _columns() -> int:
    import os

    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isdecimal() and int(columns) else 80


def shown(path: Path) -> str:
    """A path as one would type it from here."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)
