"""Every fault of the files, and with --findings what an analyst should look at."""

import os
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scenarios import __version__
from scenarios.cli import parsing
from scenarios.cli.opening import open_at
from scenarios.cli.options import FORMAT, AsOf, Form, Output, Rev
from scenarios.cli.output.result import deliver, show
from scenarios.cli.output.streams import encoded, say
from scenarios.errors import ScenError, UsageError
from scenarios.render.documents.faults import SarifResult, document, sarif
from scenarios.storage import worktree
from scenarios.storage.git import repository
from scenarios.text import counted, printable
from scenarios.workspace.checking import CheckResult, concerned
from scenarios.workspace.checking import check as checked
from scenarios.workspace.opened import (
    OpenDatabase,
    find_root,
    from_here,
    here,
    open_revision,
    repository_of,
)

CheckForm = StrEnum("CheckForm", [*Form, "sarif"])  # type: ignore[misc]
_TABLE = CheckForm("table")


def command(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, "PATH...", "Only check these records and those that refer to them."
    ] = None,
    strict: Annotated[bool, "--strict", "Fail on warnings too."] = False,
    findings: Annotated[
        bool, "--findings", "Also list analytic findings; these never fail."
    ] = False,
    as_of: AsOf = None,
    rev: Rev = None,
    form: Annotated[CheckForm, FORMAT] = _TABLE,
    output: Output = None,
) -> None:
    """Check every file and list every problem.

    With paths: only these records, and those that a change of them can make wrong.
    """
    if paths and findings:
        raise UsageError("findings are about the whole database: name no path with --findings")
    opened = _opened(context.obj.database, paths or (), rev)
    files = concerned(opened, paths) if paths else None
    result = checked(opened, files, (as_of or parsing.today()) if findings else None)
    placed = result.below(_top(opened.root) if form == "sarif" else from_here(opened.root))
    ordered = sorted(placed.problems, key=lambda problem: problem.severity != "error")
    if form == "sarif":
        deliver(encoded(sarif(_results(placed), __version__)), output)
    elif form != "table":
        show(context.obj, placed, lambda: document(ordered, placed.findings), Form(form), output)
    elif placed.problems or placed.findings or output:
        lines = [*map(str, ordered), *map(str, placed.findings)]
        deliver("\n".join(map(printable, lines)), output)
    errors = sum(problem.count for problem in result.problems if problem.severity == "error")
    warnings = sum(problem.count for problem in result.problems) - errors
    if form == "table":
        read = counted(len(opened.snapshot), "file")
        if files is not None:
            read = f"{len(files & opened.snapshot.keys())} of {read}"
        say(f"{read}: {counted(errors, 'error')}, {counted(warnings, 'warning')}")
    if errors or (strict and warnings):
        raise typer.Exit(1)


def _top(root: Path) -> str:
    """The database's folder from the top of its repository; without one, from here."""
    if not root.is_dir():  # a revision alone has it, at the top
        return root.name
    try:
        return repository.repository(root).prefix.rstrip("/") or "."
    except ScenError:
        return Path(os.path.relpath(root, here())).as_posix()


def _opened(database: str | None, paths: Sequence[Path], rev: str | None) -> OpenDatabase:
    """The database at hand; with paths, the one that the first of them lies in."""
    if paths and not database:
        path = here() / paths[0]
        try:
            folder = path if os.path.isdir(path) else path.parent  # noqa: PTH112 - never raises
            database = str(worktree.find(folder, None))
        except ScenError:
            if rev is None:
                raise
    if rev is None:
        return open_at(find_root(database))
    opened = open_revision(*repository_of(database), rev)
    if os.path.lexists(opened.root / "tracker.yaml"):
        return opened
    return opened._replace(root=opened.root / "scenarios")  # where a revision alone has it


def _results(checked: CheckResult) -> Iterator[SarifResult]:
    for p in checked.problems:
        text = f"{p.message} ({p.hint})" if p.hint else p.message
        yield SarifResult(p.rule, p.severity, text, p.path, p.line, p.column)
    for f in checked.findings:
        text = f"{f.subject}: {f.message}"
        yield SarifResult(f.rule, "note", text, f.path, f.line, f.column)
