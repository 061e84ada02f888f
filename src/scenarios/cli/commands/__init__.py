"""One file for each command: parse, one call, show."""

from collections.abc import Callable
from importlib import import_module
from keyword import iskeyword

HELP = {
    "init": "Start a database: DIR/scenarios and DIR/schema.",
    "new": "Open a scenario: question, criteria, horizon and prior.",
    "add-indicator": "Add something to watch for, rated before it is seen.",
    "add-source": "Register a source and how reliable it is.",
    "add-evidence": "Record one thing observed, rated across the scenarios.",
    "rate": "Rate an item that is recorded already.",
    "retract": "Keep an item, and count it no longer from a day on.",
    "forecast": "State a probability in the day's sheet of one analyst.",
    "review": "The weekly sitting: what is due, answered blind.",
    "resolve": "Record a scenario's outcome.",
    "edit": "Change any key of any record.",
    "clarify": "Say what a question means, beside it.",
    "rename": "Give a record another id, everywhere at once.",
    "remove": "Take away a record that nothing rests on.",
    "import": "Bring in what a spreadsheet or a site holds.",
    "undo": "Take back the last recording command.",
    "list": "List scenarios, indicators, evidence, forecasts or sources.",
    "show": "Show one record.",
    "search": "Find records by the words of their texts.",
    "due": "What comes, and what is late: indicators, horizons, reviews.",
    "status": "One row a scenario: stated, implied, what is new.",
    "report": "The weekly review: what moved, by how much, and why.",
    "plot": "Draw what was stated and implied over time.",
    "site": "Write the database as static pages with permalinks.",
    "serve": "Show it all in a browser on this machine, as it is now.",
    "explain": "The odds ledger of a scenario, from prior to implied.",
    "matrix": "Set evidence against scenarios side by side (ACH).",
    "score": "Score what was resolved: Brier, log, skill, calibration.",
    "query": "Ask the database in SQL.",
    "export": "Put the database into SQL, CSV, JSON or Parquet.",
    "check": "Check every file and name every fault at once.",
    "diff": "Compare two states of the database.",
    "history": "The commits that changed the database, newest first.",
    "audit": "What was judged, or changed, with hindsight.",
    "candidates": "What an event store holds that indicators look for.",
}
"""Each command with its line in `scen --help`, which imports none of them."""


TASKS = {
    "new": "scenario",
    "add-indicator": "indicator",
    "add-source": "source",
    "retract": "retraction",
    "resolve": "resolution",
    "clarify": "clarification",
}
"""The commands that are made of a task."""


def command(name: str) -> Callable[..., None]:
    """The function of a command: a task's, or that of its file, with `_` for `-`."""
    if name in TASKS:
        task = import_module(f"scenarios.workspace.tasks.{TASKS[name]}").TASK
        function = import_module("scenarios.cli.tasks").command_of(task)
    else:
        file = name.replace("-", "_")
        function = import_module(f"{__name__}.{file}{'_' * iskeyword(file)}").command
    expanded: Callable[..., None] = import_module("scenarios.cli.options").with_options(function)
    return expanded
