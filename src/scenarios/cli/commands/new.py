"""A new question: with a yes or a no, or one that asks how much, or when."""

from typing import Annotated, Any

import typer

from scenarios.cli.options import Format
from scenarios.cli.tasks import command_of
from scenarios.errors import UsageError
from scenarios.workspace.input import typed_in
from scenarios.workspace.tasks.scenario import TASK
from scenarios.workspace.write_mode import WriteMode

_MORE = {
    "number": Annotated[str | None, "--number UNIT", "Ask how much: a number of this unit."],
    "is_date": Annotated[bool | None, "--date", "Ask when: by which day."],
    "log": Annotated[bool | None, "--log", "The number is over 0 and spreads by factors."],
    "threshold": Annotated[
        list[str] | None, "--threshold VALUE", "A value over which, or by which, evidence rates it."
    ],
}


def _quantity(_: typer.Context, answers: dict[str, Any], _mode: WriteMode, _form: Format) -> bool:
    """Put what the options say of a quantity into the answers, for the task to write."""
    unit, is_date, log, thresholds = (answers.pop(key) for key in _MORE)
    if unit is not None and is_date:
        raise UsageError("give --number or --date, not both")
    if unit is None and not is_date:
        if log or thresholds:
            raise UsageError("--log and --threshold go with --number UNIT or --date")
        answers["quantity"] = None
        return False
    quantity: dict[str, Any] = {"kind": "number" if unit is not None else "date"}
    quantity |= {"unit": unit} if unit is not None else {}
    quantity |= {"scale": "log"} if log else {}
    quantity["thresholds"] = [typed_in.quantity_value(text, unit) for text in thresholds or ()]
    answers["quantity"] = quantity
    return False


command = command_of(TASK, _MORE, _quantity)
