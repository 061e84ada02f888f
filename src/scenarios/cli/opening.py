"""The database of a command, and remarks on one that has faults."""

from pathlib import Path
from typing import Annotated

import typer

from scenarios.analysis.changes import Revision
from scenarios.cli import parsing
from scenarios.cli.output.streams import Run, progress, say
from scenarios.errors import ScenError
from scenarios.render.document import Heading, Paragraph
from scenarios.storage.git import repository as git
from scenarios.storage.git.process import GitRefused
from scenarios.storage.git.repository import Repository
from scenarios.workspace import opened
from scenarios.workspace.input.narrowing import narrowed, span_of
from scenarios.workspace.opened import (
    SHALLOW,
    OpenDatabase,
    find_root,
    from_here,
    open_folder,
    open_revision,
    past,
    placed,
)


def repository_of(context: typer.Context) -> tuple[Path, Repository]:
    """The database's folder and the repository that holds it; an embedded one is named once."""
    root, repository = opened.repository_of(context.obj.database)
    if _is_new(context, repository.embedded):
        tell_embedded(repository.embedded)
    return root, repository


def history_of(context: typer.Context) -> Repository | None:
    """The repository; None where there is none, or no git, which is said where git refused."""
    try:
        return repository_of(context)[1]
    except ScenError as error:
        tell_refused(context, error)
        return None


def _is_new(context: typer.Context, remark: object) -> bool:
    """True the first time that a command comes to a remark."""
    named: set[object] = context.meta.setdefault(__name__, set())
    is_new = remark not in named
    named.add(remark)
    return is_new


def tell_embedded(folder: Path | None) -> None:
    """Name a repository that tracked files form: git itself would believe it."""
    if folder:
        fault = "its HEAD, objects and refs form a git repository of their own, which is not read"
        hint = "run no git there, and delete them or move them away"
        say(f"{from_here(folder)}: {fault}; {hint}")


def tell_refused(context: typer.Context, error: ScenError) -> None:
    """Say why the history is not read, where a command goes on without it."""
    if isinstance(error, GitRefused) and _is_new(context, str(error)):
        say(f"git's history is left out: {error}")


def open_here(context: typer.Context) -> OpenDatabase:
    """The database of `--database`, SCEN_DATABASE, or the folders above this one."""
    return open_at(find_root(context.obj.database))


def open_at(root: Path) -> OpenDatabase:
    """Open the database in a folder; remark on a command that is half done there."""
    opened = open_folder(root, progress=progress())
    if opened.half:
        say(opened.half)
    return opened


def reading(context: typer.Context, rev: str | None = None) -> OpenDatabase:
    """Open the database for a command that only reads, as it is or as a revision had it.

    Files that cannot be read are left out and named, and the command ends with 1. What leaves the
    desk passes its gate first.
    """
    opened = open_here(context) if rev is None else open_revision(*repository_of(context), rev)
    tell_left_out(opened)
    try:
        if context.params.get("output") or context.params.get("form") in _LEAVING:
            opened.refuse_unless_whole()
    except ScenError as error:
        if not context.params.get("output"):
            typer.echo(_instead(str(error), context.params["form"]))
        raise
    run: Run = context.obj
    run.unreadable, run.place = opened.database.unreadable, from_here(opened.root)
    return placed(opened, run.from_database)


_LEAVING = ("html", "eml", "ics")
"""Formats of a page, a mail and a calendar; a file that `--output` names leaves in any format."""


def _instead(reason: str, form: str) -> str:
    """The page or mail for those who wait for another; a calendar's program keeps the last one."""
    from scenarios.render.writers import html, mail  # noqa: PLC0415 - pages alone need Jinja2

    document = Heading(1, title := "Nothing to read today"), Paragraph(reason)
    if form != "eml":
        return html.write(document) if form == "html" else reason
    return mail.eml(title, parsing.today(), reason, document, html.write, lambda *_: b"")


def tell_left_out(opened: OpenDatabase, where: str = "") -> None:
    """Say how much of a database could not be read."""
    if opened.faults:
        check = f"scen check --rev {where}" if where else "scen check"
        say(f"{where or from_here(opened.root)}: {opened.faults}: {check} says why")


def commits(context: typer.Context, rev: str | None) -> tuple[list[Revision], str]:
    """The commits that led to a revision, oldest first, and its own name."""
    _, repository = repository_of(context)
    revisions, tip = past(repository, rev, progress())
    if git.is_shallow(repository):
        say(SHALLOW)
    return revisions, tip


Since = Annotated[
    str | None, "--since DATE", "From this day on; 7d means seven days before --as-of."
]
Until = Annotated[str | None, "--until DATE", "Up to this day; 7d means seven days before --as-of."]
FromSource = Annotated[str | None, "--source ID", "Only from this source."]
InSet = Annotated[str | None, "--set ID", "Only scenarios of this set, and what rates them."]
Tag = Annotated[str | None, "--tag", "Only scenarios with this tag, and what rates them."]

wanted = parsing.typed(narrowed)
span = parsing.typed(span_of)
