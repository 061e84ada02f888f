"""A stated probability, or a whole sheet of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import Format
from scenarios.cli.output.written import doubt_analyst
from scenarios.cli.tasks import command_of, report_forecast
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.sheets import foretell_sheet, places_in, prepared
from scenarios.errors import UsageError
from scenarios.workspace.how import How
from scenarios.workspace.opened import find_root
from scenarios.workspace.tasks.forecast import TASK, entry_of, forecast
from scenarios.workspace.tasks.task import Answers

_FROM = typer.Option("--from", metavar="FILE", help="YAML file with a whole forecast sheet.")


def _sheet(context: typer.Context, given: dict[str, Any], how: How, form: Format) -> bool:
    """Record a prepared sheet, where there is one."""
    path = given.pop("from_")
    if path is None:
        return False
    if given["scenario"] is not None or given["rationale"] is not None or given["evidence"]:
        raise UsageError("--from takes a whole sheet: leave the scenario and its options out")
    sheet = prepared(context, path, given["analyst"], given["date"])
    analyst = prompt.needed_as(
        sheet.analyst, "--analyst", "Who forecasts (or set SCEN_ANALYST)", parsing.id
    )
    if prompt.interactive():
        analyst = doubt_analyst(open_here(context).database, analyst)
    root, placed = find_root(context.obj), places_in(path)
    foretell_sheet(root, analyst, sheet.date, sheet.entries)
    written = forecast(root, analyst, sheet.date, sheet.entries, how, placed=placed)
    if not prompt.interactive():
        doubt_analyst(written.before.database, analyst)
    ids = [entry.scenario for entry in sheet.entries]
    report_forecast(written, analyst, sheet.date, ids, form)
    return True


def _foretell(root: Path, answers: Answers) -> None:
    foretell_sheet(root, answers["analyst"], answers["date"], [entry_of(answers)])


command = command_of(TASK, {"from_": Annotated[Path | None, _FROM]}, _sheet, _foretell)
