"""Every fault of the files, and with --findings what an analyst should look at."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

import typer

from scenarios.cli import parsing
from scenarios.cli.desk import Desk, open_desk, say, show, shown
from scenarios.cli.options import As, AsOf, Format


def check(
    context: typer.Context,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too.")] = False,
    findings: Annotated[
        bool, typer.Option("--findings", help="The analytic findings too; they never fail.")
    ] = False,
    as_of: AsOf = None,
    form: As = Format.table,
) -> None:
    """Check every file and name every fault at once."""
    from dataclasses import replace

    desk = open_desk(context)
    root = shown(desk.root)
    problems = [
        replace(p, path=p.path if root == "." else f"{root}/{p.path}") for p in desk.problems
    ]
    found = _findings(desk, as_of or parsing.today()) if findings else []

    def text() -> str:
        from scenarios.render.text import printable

        lines = [printable(str(problem)) for problem in problems]
        lines += [printable(f"{f.subject}: {f.rule}: {f.message}") for f in found]
        return "\n".join(lines)

    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    if form == Format.json or problems or found:
        show({"problems": problems, "findings": found}, text, form)
    if form == Format.table:
        from scenarios.render.text import counted

        files = counted(len(desk.snapshot), "file")
        say(f"{files}: {counted(errors, 'error')}, {counted(warnings, 'warning')}")
    if errors or (strict and warnings):
        raise typer.Exit(1)


def _findings(desk: Desk, on: date) -> Any:
    from scenarios.analysis.rules import findings
    from scenarios.analysis.window import window

    days = timedelta(days=desk.database.tracker.review_every_days)
    return findings(window(desk.database, on - days, on))


COMMANDS = {"check": check}
