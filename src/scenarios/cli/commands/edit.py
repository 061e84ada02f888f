"""Any key of any record."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from scenarios.cli import parsing
from scenarios.cli.options import As, Commit, DryRun, Format, Future
from scenarios.cli.output.written import report_correction
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.text_editor import edit_copy
from scenarios.text import shown
from scenarios.workspace.corrections import editing
from scenarios.workspace.corrections.editing import KeyChange
from scenarios.workspace.opened import find_root

_ASSIGNMENT = re.compile(r"([^=+]+)(\+?)=(.*)", re.DOTALL)


def command(
    context: typer.Context,
    id: Annotated[
        str | None,
        typer.Argument(metavar="ID", help="A record's, SCENARIO/INDICATOR, tracker, or KIND:ID."),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY=VALUE...", help="Like prior.probability=0.2; KEY+=VALUE: one item more."
        ),
    ] = None,
    unset: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Take a key out; several times.")
    ] = None,
    future: Future = False,
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """Change any key of any record, or the whole of it in $EDITOR; all else in it is kept."""
    id = prompt.needed(id, "ID", "The id of what is changed")
    root = find_root(context.obj)
    made = [*map(_change, changes or ()), *(KeyChange(key, "unset") for key in unset or ())]
    latest = parsing.latest(future=future)
    if made:
        written, now = editing.edit(root, id, made, dry_run=dry_run, commit=commit, latest=latest)
    else:
        written, now = edit_copy(root, id, dry_run=dry_run, commit=commit, latest=latest)
    report_correction(written, now.name, form, id.rpartition(":")[2])


def _change(text: str) -> KeyChange:
    found = _ASSIGNMENT.fullmatch(text)
    if not found:
        raise typer.BadParameter(f"{shown(text)}: write KEY=VALUE, KEY+=VALUE or --unset KEY")
    return KeyChange(found[1], "append" if found[2] else "put", found[3])
