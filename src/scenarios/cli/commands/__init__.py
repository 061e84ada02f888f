"""One file for each command: parse, one call, show."""

from collections.abc import Callable
from importlib import import_module
from keyword import iskeyword
from pkgutil import resolve_name

from scenarios.extensions import offered, own

GROUPS = {
    "Every week": {
        "add-evidence": "Record an observation and rate it for each scenario.",
        "review": "Go through what is due and forecast without seeing the others.",
        "status": "Show one row per scenario: stated, implied, changes.",
        "report": "The weekly review: what moved, by how much, and why.",
        "due": "List what is due or late: indicators, horizons, reviews.",
    },
    "Set up": {
        "init": "Start a database: DIR/scenarios and DIR/schema.",
        "new": "Add a scenario: question, criteria, horizon and prior.",
        "add-indicator": "Add an indicator to a scenario, rated in advance.",
        "add-source": "Add a source and its reliability grade.",
        "import": "Import records from a spreadsheet or another tool.",
    },
    "Judge": {
        "forecast": "Record an analyst's probability for a scenario.",
        "rate": "Rate evidence that is already recorded.",
        "resolve": "Record the outcome of a scenario.",
    },
    "Correct": {
        "edit": "Change any key of any record.",
        "clarify": "Add a clarification to a question.",
        "rename": "Change the id of a record everywhere.",
        "retract": "Stop counting an item from a given day, but keep it.",
        "remove": "Delete a record that nothing depends on.",
        "undo": "Undo the last recording command.",
    },
    "Ask why": {
        "explain": "Show the odds ledger of a scenario, from prior to implied.",
        "matrix": "Compare evidence across scenarios (ACH matrix).",
        "score": "Score resolved questions: Brier, log, skill, calibration.",
        "list": "List scenarios, indicators, evidence, forecasts or sources.",
        "show": "Show one record.",
        "search": "Search the text of all records.",
        "plot": "Plot stated and implied probabilities over time.",
    },
    "Trust": {
        "check": "Check every file and list every problem.",
        "diff": "Compare two states of the database.",
        "history": "Show the commits that changed the database, newest first.",
        "audit": "List what was judged or changed with hindsight.",
    },
    "Share and connect": {
        "serve": "Serve the database in a browser on this machine.",
        "site": "Write the database as a static website.",
        "export": "Export to SQL, CSV, JSON, Parquet and other formats.",
        "query": "Query the database in SQL.",
        "inbox": "List what is proposed and not yet accepted.",
        "inbox fetch": "Propose what is new in the tracker's feeds.",
        "inbox accept": "Record a proposal: rate the evidence, or state the forecast.",
        "inbox dismiss": "Turn a proposal down, so that it is not proposed again.",
        "remind": "Write each analyst a mail: what to forecast, what is new.",
        "candidates": "List events in an event store that match indicators.",
        "lsp": "Check, complete and explain the files in an editor.",
        "mcp": "Let an agent read, and propose into the inbox.",
        "extensions": "List installed extensions and what each of them adds.",
    },
}
"""By when they are used, the commands, each with its line in `scen --help`."""
HELP = {name: line for group in GROUPS.values() for name, line in group.items()}
"""Each command with its line; `scen --help` imports none of them."""

TASKS = {
    "add-indicator": "indicator:TASK",
    "add-source": "source:TASK",
    "retract": "evidence:RETRACTION",
    "resolve": "scenario:RESOLUTION",
    "clarify": "scenario:CLARIFICATION",
    "inbox dismiss": "dismissal:TASK",
}


BEHIND = frozenset({"candidates", "query"})
"""Commands of the extensions that this program brings: `scen --help` looks for none of these."""


def extension_help() -> dict[str, str]:
    """The commands of strangers' extensions, each with its line."""
    taken = {word for name in HELP for word in (name, name.split()[0])} - BEHIND
    every = offered("commands", taken)
    return {name: each.code.help for name, each in every.items() if name not in BEHIND}


def command(name: str) -> Callable[..., None]:
    """The function of a command: a task's, or that of its file, with `_` for `-`."""
    if name in BEHIND or name not in HELP:
        module = import_module("scenarios.cli.extension_commands")
        addition = own("commands", name) if name in BEHIND else offered("commands")[name]
        function = module.command_of(addition)
    elif name in TASKS:
        task = resolve_name(f"scenarios.workspace.tasks.{TASKS[name]}")
        function = import_module("scenarios.cli.tasks").command_of(task)
    else:
        file = name.replace("-", "_").replace(" ", "_")
        function = import_module(f"{__name__}.{file}{'_' * iskeyword(file)}").command
    expanded: Callable[..., None] = import_module("scenarios.cli.options").with_options(function)
    return expanded
