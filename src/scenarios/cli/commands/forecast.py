"""A stated probability, or a whole sheet of them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import Format
from scenarios.cli.output.written import doubt_analyst, foretell_sheet
from scenarios.cli.sheet_files import places_in, prepared
from scenarios.cli.tasks import command_of, report_forecast
from scenarios.cli.terminal import prompt
from scenarios.errors import UsageError
from scenarios.text import shown, suggested
from scenarios.workspace.input import typed_in
from scenarios.workspace.opened import find_root
from scenarios.workspace.tasks.forecast import TASK, entry_of, forecast
from scenarios.workspace.tasks.task import ANALYST, Answers
from scenarios.workspace.write_mode import WriteMode

_FROM = Annotated[Path | None, "--from FILE", "YAML file with a whole forecast sheet."]


_QUANTILES = Annotated[list[str] | None, "p50=P…", "Further quantiles: p50=240 p90=275."]


def _sheet(context: typer.Context, answers: dict[str, Any], mode: WriteMode, form: Format) -> bool:
    path, more = answers.pop("from_"), answers.pop("quantiles")
    if more:
        answers["probability"] = " ".join([answers["probability"], *more])
    id, equals, figure = (answers["scenario"] or "").partition("=")
    if equals and figure:
        meant = suggested(prompt.refusal(typed_in.forecast, figure) or "") or figure
        raise UsageError(f"{shown(answers['scenario'])}: write scen forecast {id} {meant}")
    if path is None:
        return False
    if answers["scenario"] is not None or answers["rationale"] is not None or answers["evidence"]:
        raise UsageError("--from takes a whole sheet: leave the scenario and its options out")
    sheet = prepared(context, path, answers["analyst"], answers["date"])
    who = ANALYST.question, parsing.id, ANALYST.explanation
    analyst = prompt.needed_as(sheet.analyst, "--analyst", *who)
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


def _foretell(root: Path, answers: Answers) -> None:
    foretell_sheet(root, answers["analyst"], answers["date"], [entry_of(answers)])


command = command_of(TASK, {"quantiles": _QUANTILES, "from_": _FROM}, _sheet, _foretell)
