"""Every fault of the files, and with --findings what an analyst should look at."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.cli import parsing
from scenarios.cli.desk import Desk, desk_at, open_desk, say, show, shown
from scenarios.cli.options import As, AsOf, Format, Rev

if TYPE_CHECKING:
    from scenarios.analysis.finding import Finding


def check(
    context: typer.Context,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too.")] = False,
    findings: Annotated[
        bool, typer.Option("--findings", help="The analytic findings too; they never fail.")
    ] = False,
    as_of: AsOf = None,
    rev: Rev = None,
    form: As = Format.table,
) -> None:
    """Check every file and name every fault at once."""
    from dataclasses import replace

    desk = open_desk(context) if rev is None else desk_at(context, rev)
    root = shown(desk.root)
    problems = [
        replace(p, path=p.path if root == "." else f"{root}/{p.path}") for p in desk.problems
    ]
    found = _findings(desk, as_of or parsing.today()) if findings else []
    made = [_placed(desk, finding) for finding in found]

    def text() -> str:
        from scenarios.render.text import printable

        lines = [printable(str(problem)) for problem in problems]
        lines += [printable(_line(one)) for one in made]
        return "\n".join(lines)

    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    if form == Format.json or problems or found:
        show({"problems": problems, "findings": made}, text, form)
    if form == Format.table:
        from scenarios.render.text import counted

        files = counted(len(desk.snapshot), "file")
        say(f"{files}: {counted(errors, 'error')}, {counted(warnings, 'warning')}")
    if errors or (strict and warnings):
        raise typer.Exit(1)


def _findings(desk: Desk, on: date) -> tuple[Finding, ...]:
    from scenarios.analysis.rules import findings
    from scenarios.analysis.window import window

    days = timedelta(days=desk.database.tracker.review_every_days)
    return findings(window(desk.database, on - days, on))


def _placed(desk: Desk, finding: Finding) -> dict[str, Any]:
    """A finding with the line of its file that it is about; that of the whole file, if none."""
    from scenarios.storage.records import path_of
    from scenarios.storage.yamltext import places

    path = path_of(finding.kind, finding.record)
    known = places(desk.snapshot[path])
    place = known.get(finding.keys) or known[()]
    return {
        "rule": finding.rule,
        "subject": finding.subject,
        "message": finding.message,
        "path": shown(desk.root / path),
        "line": place.key_line,
        "column": place.key_column,
    }


def _line(one: dict[str, Any]) -> str:
    where = f"{one['path']}:{one['line']}:{one['column']}"
    return f"{where}: {one['rule']}: {one['subject']}: {one['message']}"


COMMANDS = {"check": check}
