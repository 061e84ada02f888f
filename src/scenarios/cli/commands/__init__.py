"""One file for each command: parse, one call, show."""

from collections.abc import Callable
from importlib import import_module
from keyword import iskeyword

GROUPS = {
    "Every week": {
        "add-evidence": "Record one thing observed, rated across the scenarios.",
        "review": "The weekly sitting: what is due, answered blind.",
        "status": "One row a scenario: stated, implied, what is new.",
        "report": "The weekly review: what moved, by how much, and why.",
        "due": "What comes, and what is late: indicators, horizons, reviews.",
    },
    "Set up": {
        "init": "Start a database: DIR/scenarios and DIR/schema.",
        "new": "Open a scenario: question, criteria, horizon and prior.",
        "add-indicator": "Add something to watch for, rated before it is seen.",
        "add-source": "Register a source and how reliable it is.",
        "import": "Bring in what a spreadsheet or a site holds.",
    },
    "Judge": {
        "forecast": "State a probability in the day's sheet of one analyst.",
        "rate": "Rate an item that is recorded already.",
        "resolve": "Record a scenario's outcome.",
    },
    "Correct": {
        "edit": "Change any key of any record.",
        "clarify": "Say what a question means, beside it.",
        "rename": "Give a record another id, everywhere at once.",
        "retract": "Keep an item, and count it no longer from a day on.",
        "remove": "Take away a record that nothing rests on.",
        "undo": "Take back the last recording command.",
    },
    "Ask why": {
        "explain": "The odds ledger of a scenario, from prior to implied.",
        "matrix": "Set evidence against scenarios side by side (ACH).",
        "score": "Score what was resolved: Brier, log, skill, calibration.",
        "list": "List scenarios, indicators, evidence, forecasts or sources.",
        "show": "Show one record.",
        "search": "Find records by the words of their texts.",
        "plot": "Draw what was stated and implied over time.",
    },
    "Trust": {
        "check": "Check every file and name every fault at once.",
        "diff": "Compare two states of the database.",
        "history": "The commits that changed the database, newest first.",
        "audit": "What was judged, or changed, with hindsight.",
    },
    "Share and connect": {
        "serve": "Show it all in a browser on this machine, as it is now.",
        "site": "Write the database as static pages with permalinks.",
        "export": "Put the database into SQL, CSV, JSON or Parquet.",
        "query": "Ask the database in SQL.",
        "candidates": "What an event store holds that indicators look for.",
    },
}
"""By when they are used, the commands, each with its line in `scen --help`."""
HELP = {name: line for group in GROUPS.values() for name, line in group.items()}
"""Each command with its line; `scen --help` imports none of them."""


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
