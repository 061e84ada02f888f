"""Any key of any record."""

import os
import re
import shlex
import subprocess
from pathlib import Path
from textwrap import wrap
from typing import Annotated

import typer

from scenarios.cli.commands.rename import record_id
from scenarios.cli.options import As, Dated
from scenarios.cli.output.streams import say
from scenarios.cli.output.written import report_correction
from scenarios.cli.terminal import prompt
from scenarios.errors import ScenError, UsageError
from scenarios.storage import state_folder
from scenarios.storage.worktree import ChangedSinceRead
from scenarios.text import shown
from scenarios.workspace import corrections
from scenarios.workspace.corrections import KeyChange, RecordLocation, locate
from scenarios.workspace.opened import find_root, open_folder
from scenarios.workspace.write_mode import AS_USUAL, WriteMode
from scenarios.workspace.writing import WriteResult

_ASSIGNMENT = re.compile(r"([^=+]+)(\+?)=(.*)", re.DOTALL)


def command(
    context: typer.Context,
    id: Annotated[
        str | None, "ID", "Id of a record, SCENARIO/INDICATOR, tracker, or KIND:ID."
    ] = None,
    changes: Annotated[
        list[str] | None,
        "KEY=VALUE...",
        "For example prior.probability=0.2; KEY+=VALUE adds an item.",
    ] = None,
    unset: Annotated[list[str] | None, "--unset KEY", "Remove a key. Repeatable."] = None,
    mode: Dated = AS_USUAL,
    form: As = "table",
) -> None:
    """Change keys of a record, or edit the whole file in $EDITOR; the rest is unchanged."""
    id = record_id(context, id, "Id of the record to change")
    root = find_root(context.obj.database)
    key_changes = [*map(_change, changes or ()), *(KeyChange(key, "unset") for key in unset or ())]
    if key_changes:
        written, now = corrections.edit(root, id, key_changes, mode)
    else:
        written, now = edit_copy(root, id, mode)
    report_correction(context.obj, written, now.name, form, id.rpartition(":")[2])


def _change(text: str) -> KeyChange:
    match = _ASSIGNMENT.fullmatch(text)
    if not match:
        raise typer.BadParameter(f"{shown(text)}: write KEY=VALUE, KEY+=VALUE or --unset KEY")
    return KeyChange(match[1], "append" if match[2] else "put", match[3])


_MARK = b"#! "


def edit_copy(root: Path, id: str, mode: WriteMode) -> tuple[WriteResult, RecordLocation]:
    """Open a copy of a record in $VISUAL or $EDITOR, and write what is saved if it checks.

    What does not check is offered again on a terminal, with the faults above it. What was typed
    and is not written stays in the copy, whose place is printed.
    """
    opened = open_folder(root)
    old = opened.snapshot[locate(opened, id).path]
    name = f"edit-{os.urandom(4).hex()}-{locate(opened, id).id}.yaml"
    copy = state_folder.make_copy(root, name, old)
    try:
        saved = old
        while True:
            _run(copy)
            saved = _unmarked(state_folder.read(copy))
            try:
                written = corrections.replace(root, id, old, saved, mode)
            except ScenError as fault:
                if not prompt.interactive() or isinstance(fault, ChangedSinceRead):
                    raise
                say(str(fault))
                if not prompt.confirmed("Edit again?", default=True):
                    raise ScenError("nothing was written") from None
                lines = (_MARK + line.encode() + b"\n" for line in wrap(fault.reason, 76))
                state_folder.write(copy, b"".join(lines) + saved)
                continue
            state_folder.drop(copy)
            return written
    except ScenError as error:
        if _unmarked(state_folder.read(copy)) == old:
            state_folder.drop(copy)
        else:
            error.add_note(f"what was typed is kept in {copy}")
        raise


def _run(copy: Path) -> None:
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not command and not prompt.interactive():  # which vi could not be left from
        raise UsageError("no terminal to edit at: give KEY=VALUE, or set VISUAL or EDITOR")
    command = command or "vi"
    try:
        words = shlex.split(command)
        code = subprocess.run([*words, str(copy)], check=False).returncode  # noqa: S603 - theirs
    except (OSError, ValueError, IndexError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ScenError(
            f"the editor {command} cannot be run: {reason}; set VISUAL or EDITOR, or give KEY=VALUE"
        ) from None
    if code:
        raise ScenError(f"the editor {command} ended with {code}: nothing was written")


def _unmarked(data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    while lines and lines[0].startswith(_MARK):
        lines.pop(0)
    return b"".join(lines)
