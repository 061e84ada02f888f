"""Every fault of the files, and with --findings what an analyst should look at."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios import __version__
from scenarios.analysis.period.period import window
from scenarios.analysis.rules.findings import findings
from scenarios.cli import parsing
from scenarios.cli.desk import Desk, desk_at, here, open_desk
from scenarios.cli.options import AsOf, Rev
from scenarios.cli.terminal.output import say, show, shown
from scenarios.errors import Problem, ScenError, UsageError, folded
from scenarios.model import indicator_key
from scenarios.render.text import counted, printable
from scenarios.render.writers.sarif import Result, sarif
from scenarios.storage import worktree
from scenarios.storage.git import repository
from scenarios.storage.records import id_of, kind_of, path_of, references
from scenarios.storage.yaml.reader import Place, places, read

if TYPE_CHECKING:
    from scenarios.analysis.rules.finding import Finding
    from scenarios.model import Kind
    from scenarios.storage.schema import Keys


class CheckFormat(StrEnum):
    """How faults are written."""

    table = "table"
    json = "json"
    sarif = "sarif"


def command(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH...", help="Only these records and what refers to them."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too.")] = False,
    findings: Annotated[
        bool, typer.Option("--findings", help="The analytic findings too; they never fail.")
    ] = False,
    as_of: AsOf = None,
    rev: Rev = None,
    form: Annotated[
        CheckFormat, typer.Option("--format", help="How to write the result.")
    ] = CheckFormat.table,
) -> None:
    """Check every file and name every fault at once.

    With paths: only these records, and those that a change of them can make wrong.
    """
    if paths and findings:
        raise UsageError("findings are about the whole database: name no path with --findings")
    desk = _desk(context, paths, rev)
    checked = _concerned(desk, paths) if paths else None
    problems = folded(p for p in desk.problems if checked is None or p.path in checked)
    found = _findings(desk, as_of or parsing.today()) if findings else ()
    _show(desk, problems, _placed(desk, found), form)
    errors = sum(problem.count for problem in problems if problem.severity == "error")
    warnings = sum(problem.count for problem in problems) - errors
    if form == CheckFormat.table:
        files = counted(len(desk.snapshot), "file")
        if checked is not None:
            files = f"{len(checked & desk.snapshot.keys())} of {files}"
        say(f"{files}: {counted(errors, 'error')}, {counted(warnings, 'warning')}")
    if errors or (strict and warnings):
        raise typer.Exit(1)


def _show(
    desk: Desk, problems: list[Problem], found: list[dict[str, Any]], form: CheckFormat
) -> None:

    if form == CheckFormat.sarif:
        show(_sarif(desk, problems, found), str, "json")
        return
    root = shown(desk.root)
    placed = [replace(p, path=_below(root, p.path)) for p in problems]
    made = [{**one, "path": _below(root, one["path"])} for one in found]

    def text() -> str:

        lines = [*map(str, placed), *map(_line, made)]
        return "\n".join(map(printable, lines))

    if form == CheckFormat.json or placed or made:
        show({"problems": placed, "findings": made}, text, form)


def _sarif(desk: Desk, problems: list[Problem], found: list[dict[str, Any]]) -> dict[str, Any]:

    top = _top(desk.root)

    def results() -> Iterator[Result]:
        for p in problems:
            text = f"{p.message} ({p.hint})" if p.hint else p.message
            yield Result(p.rule, p.severity, text, _below(top, p.path), p.line, p.column)
        for one in found:
            text, path = f"{one['subject']}: {one['message']}", _below(top, one["path"])
            yield Result(one["rule"], "note", text, path, one["line"], one["column"])

    return sarif(results(), __version__)


def _top(root: Path) -> str:
    """The database's folder from the top of its repository; without one, from here."""
    if not root.is_dir():  # a revision alone has it, at the top
        return root.name
    try:
        return repository.repository(root).prefix.rstrip("/") or "."
    except ScenError:
        return Path(os.path.relpath(root, here())).as_posix()


def _below(folder: str, path: str) -> str:
    return path if folder == "." else f"{folder}/{path}"


def _desk(context: typer.Context, paths: Sequence[Path] | None, rev: str | None) -> Desk:
    """The database at hand; with paths, the one that the first of them lies in."""
    if paths and not context.obj:
        place = here() / paths[0]
        try:
            folder = place if os.path.isdir(place) else place.parent  # noqa: PTH112 - never raises
            context.obj = str(worktree.find(folder, None))
        except ScenError:
            if rev is None:
                raise
    if rev is None:
        return open_desk(context)
    desk = desk_at(context, rev)
    if os.path.lexists(desk.root / "tracker.yaml"):
        return desk
    return desk._replace(root=desk.root / "scenarios")  # where a revision alone has it


def _concerned(desk: Desk, paths: Sequence[Path]) -> set[str]:
    """The files at these paths and those that a change of them can make wrong."""
    files = {*desk.snapshot, *(problem.path for problem in desk.problems)}
    named = {_named(desk, path) for path in paths}
    if named & {"", "tracker.yaml"}:  # its conventions are everybody's
        return files
    named |= files.intersection(above for name in named for above in _up(name))
    named |= {file for file in files if not named.isdisjoint(_up(file))}
    changed = {(kind_of(file), id_of(file)) for file in named if file.endswith(".yaml")}
    about = {path_of(r.kind, r.id) for r in references(desk.database) if (r.of, r.name) in changed}
    return named | about | {path_of(kind, id) for kind, id in _further(desk, changed)}


def _further(desk: Desk, changed: set[tuple[Kind, str]]) -> Iterator[tuple[Kind, str]]:
    """What depends on a changed scenario without its name: its set, and who rates it from afar."""
    scenarios = desk.database.scenarios
    ids = {id for kind, id in changed if kind == "scenario"}
    if ids:
        yield "tracker", "tracker"
    sets = {scenarios[id].set for id in ids & scenarios.keys()} - {None}
    for id, scenario in scenarios.items():
        if scenario.set in sets:
            yield "scenario", id
    for id, item in desk.database.evidence.items():
        for name, key in map(indicator_key, item.indicators):
            known = scenarios[name].indicators if name in scenarios else {}
            if key in known and not ids.isdisjoint(known[key].ratings):
                yield "evidence", id


def _named(desk: Desk, path: Path) -> str:
    """A path as the database names it; '' for the database itself or a folder above it."""
    for root, place in _spellings(here() / desk.root, here() / path):
        if root.is_relative_to(place):
            return ""
        if place.is_relative_to(root):
            name = os.fsencode(place.relative_to(root).as_posix())
            text = name.decode("utf-8", "backslashreplace")
            return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    raise UsageError(
        f"{shown(path)} is outside the database {shown(desk.root)}: check one database at a time"
    )


def _spellings(root: Path, file: Path) -> Iterator[tuple[Path, Path]]:
    """Both paths as they are typed, then with links followed, all but that of the file itself."""
    yield Path(os.path.normpath(root)), Path(os.path.normpath(file))
    yield Path(os.path.realpath(root)), Path(os.path.realpath(file.parent), file.name)


def _up(path: str) -> Iterator[str]:
    """A path and the folders above it."""
    return accumulate(path.split("/"), lambda above, name: f"{above}/{name}")


def _findings(desk: Desk, on: date) -> tuple[Finding, ...]:

    days = timedelta(days=desk.database.tracker.review_every_days)
    return findings(window(desk.database, on - days, on))


def _placed(desk: Desk, findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """The findings with the lines that they are about; line 1 where the file shows none."""

    @cache
    def lines(path: str) -> Mapping[Keys, Place]:
        data = desk.snapshot.get(path, b"")
        # The tracker of a set may be missing, or no YAML at all.
        return {(): Place(1, 1, 1, 1)} if read(path, data)[1] else places(data)

    placed = []
    for finding in findings:
        path = path_of(finding.kind, finding.record)
        place = lines(path).get(finding.keys) or lines(path)[()]
        placed.append(
            {
                "rule": finding.rule,
                "subject": finding.subject,
                "message": finding.message,
                "path": path,
                "line": place.key_line,
                "column": place.key_column,
            }
        )
    return placed


def _line(one: dict[str, Any]) -> str:
    where = f"{one['path']}:{one['line']}:{one['column']}"
    return f"{where}: {one['rule']}: {one['subject']}: {one['message']}"
