"""A stated probability, or a whole sheet of them."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import Format
from scenarios.cli.output.written import doubt_analyst, foretell_sheet
from scenarios.cli.tasks import command_of, report_forecast
from scenarios.cli.terminal import prompt
from scenarios.errors import Keys, UsageError
from scenarios.storage.yaml.reader import places
from scenarios.text import shown, suggested
from scenarios.workspace.how import WriteMode
from scenarios.workspace.input import typed_in
from scenarios.workspace.opened import find_root
from scenarios.workspace.sheets import Placed, PreparedSheet, read_sheet
from scenarios.workspace.tasks.forecast import TASK, entry_of, forecast
from scenarios.workspace.tasks.task import Answers

_FROM = Annotated[Path | None, "--from FILE", "YAML file with a whole forecast sheet."]


def _sheet(context: typer.Context, given: dict[str, Any], how: WriteMode, form: Format) -> bool:
    path = given.pop("from_")
    id, equals, figure = (given["scenario"] or "").partition("=")
    if equals:
        meant = suggested(prompt.refusal(typed_in.forecast, figure) or "") or figure
        raise UsageError(f"{shown(given['scenario'])}: write scen forecast {id} {meant}")
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


def prepared(
    context: typer.Context, path: Path, analyst: str | None, on: date | None
) -> PreparedSheet:
    """A sheet from a file; an analyst that was typed overrules its own, SCEN_ANALYST does not."""
    is_typed = getattr(context.get_parameter_source("analyst"), "name", "") == "COMMANDLINE"
    return read_sheet(path, analyst if is_typed else None, on, otherwise=analyst)


def places_in(path: Path) -> Placed:
    """Faults of a prepared sheet with the line and column of what is at fault."""

    def placed(keys: Keys, fault: str) -> str:
        place = places(path.read_bytes() if path.is_file() else b"").get(keys)
        where = f"{path}:{place.key_line}:{place.key_column}" if place else f"{path}"
        return f"{where}: {fault}"

    return placed


def _foretell(root: Path, answers: Answers) -> None:
    foretell_sheet(root, answers["analyst"], answers["date"], [entry_of(answers)])


command = command_of(TASK, {"from_": _FROM}, _sheet, _foretell)
