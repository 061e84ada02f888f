"""Undo the last recording command."""

from collections.abc import Iterator, Sequence

import typer

from scenarios.cli.options import As
from scenarios.cli.output.written import report
from scenarios.errors import NAMED
from scenarios.text import printable
from scenarios.workspace.opened import find_root
from scenarios.workspace.results import undone
from scenarios.workspace.undoing import undo
from scenarios.workspace.write_mode import AS_USUAL, WriteMode


def command(context: typer.Context, mode: WriteMode = AS_USUAL, form: As = "table") -> None:
    """Undo the last recording command in this checkout; run again to undo the one before."""
    written, what = undo(find_root(context.obj.database), mode)
    result = undone(written, what)
    lines = [
        *([f"took back: {what}"] if what else []),
        *_named("gone", result.removed),
        *_named("as it was", result.restored),
    ]
    text = printable(f"would take back: {what}") if mode.dry_run and what else ""
    report(context.obj, written, result, form, text, head="\n".join(lines))


def _named(what: str, paths: Sequence[str]) -> Iterator[str]:
    """A line for each of the first twenty, and how many there are beside."""
    yield from (f"{what}: {path}" for path in paths[:NAMED])
    if more := paths[NAMED:]:
        yield f"{what}: {len(more):,} more"
