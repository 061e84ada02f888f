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
from scenarios.workspace.input import typed_in
from scenarios.workspace.opened import find_root
from scenarios.workspace.sheets import Placed, PreparedSheet, read_sheet
from scenarios.workspace.tasks.forecast import TASK, entry_of, forecast
from scenarios.workspace.tasks.task import Answers
from scenarios.workspace.write_mode import WriteMode

_FROM = Annotated[Path | None, "--from FILE", "YAML file with a whole forecast sheet."]


def _sheet(context: typer.Context, answers: dict[str, Any], mode: WriteMode, form: Format) -> bool:
    path = answers.pop("from_")
    id, equals, figure = (answers["scenario"] or "").partition("=")
    if equals:
        meant = suggested(prompt.refusal(typed_in.forecast, figure) or "") or figure
        raise UsageError(f"{shown(answers['scenario'])}: write scen forecast {id} {meant}")
    if path is None:
        return False
    if answers["scenario"] is not None or answers["rationale"] is not None or answers["evidence"]:
        raise UsageError("--from takes a whole sheet: leave the scenario and its options out")
    sheet = prepared(context, path, answers["analyst"], answers["date"])
    analyst = prompt.needed_as(
        sheet.analyst, "--analyst", "Who forecasts (or set SCEN_ANALYST)", parsing.id
    )
    if prompt.interactive():
        analyst = doubt_analyst(open_here(context).database, analyst)
    root, placed = find_root(context.obj.database), places_in(path)
    foretell_sheet(root, analyst, sheet.date, sheet.entries)
    written = forecast(root, analyst, sheet.date, sheet.entries, mode, placed=placed)
    if not prompt.interactive():
        doubt_analyst(written.before.database, analyst)
    ids = [entry.scenario for entry in sheet.entries]
    report_forecast(context.obj, written, analyst, sheet.date, ids, form)
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
        position = places(path.read_bytes() if path.is_file() else b"").get(keys)
        where = f"{path}:{position.key_line}:{position.key_column}" if position else f"{path}"
        return f"{where}: {fault}"

    return placed


def _foretell(root: Path, answers: Answers) -> None:
    foretell_sheet(root, answers["analyst"], answers["date"], [entry_of(answers)])


command = command_of(TASK, {"from_": _FROM}, _sheet, _foretell)
