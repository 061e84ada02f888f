"""Start a database."""

import shlex
from functools import partial
from pathlib import Path
from shutil import which
from typing import Annotated

import typer

from scenarios.cli import parsing
from scenarios.cli.options import As
from scenarios.cli.output.streams import say
from scenarios.cli.output.written import show_committed
from scenarios.cli.terminal import prompt
from scenarios.errors import ScenError, UsageError
from scenarios.storage.git import process
from scenarios.text import counted, printable, shown, words
from scenarios.workspace.input import typed_in
from scenarios.workspace.opened import from_here, here
from scenarios.workspace.results import InitResult
from scenarios.workspace.start import Like, TrackerTitles, folder_name, outer, start
from scenarios.workspace.write_mode import AS_USUAL, WriteMode

_LISTED = 20
"""As many files are listed; of more it is said how many there are."""
_LISTS = {
    "analysts": "Who forecasts here (names, with commas; Enter = anybody)",
    "themes": "What evidence will be about (as energy, trade; Enter = none)",
}
_SET = "Set of scenarios of which one will occur (Enter = none)"
_HELP = {
    "title": "The title of every report: the subject, the region, the client.",
    "analysts": "Once somebody is named, a forecast by anybody else is taken for a slip.",
    "themes": "Items of one theme overlap, so that ten about gas do not count as ten.",
    "sets": "As: Government after the election. Its scenarios share one probability.",
}
_NEXT: dict[Like, tuple[str, str, str]] = {
    "empty": (
        "ask a question: scen new; or bring a table: scen import",
        "record evidence and forecasts: scen add-evidence, scen forecast",
        "read what moved, each week: scen report",
    ),
    "template": (
        "read scenarios/bridge-opens.yaml and the rest, and make them yours",
        "see what is wrong, whenever you changed one: scen check",
        "see what it comes to: scen report",
    ),
    "example": (
        "see where it stands: scen status",
        "read the week in which Ukraine was invaded: scen report --as-of 2022-02-28",
        "ask why: scen explain nord-stream-2-flows-2022 --as-of 2022-02-28",
    ),
}


def _title(text: str) -> str:
    """A title in one line, with a letter or digit that its id can have."""
    if not words(text):
        raise typer.BadParameter(f"{shown(text)} has no letter or digit for an id")
    return parsing.typed(typed_in.line)(text)


def _titles(text: str) -> list[str]:
    return [_title(title) for title in map(str.strip, text.split(",")) if title]


def _asked(name: str) -> TrackerTitles:
    prompt.tell("Four questions about the tracker; scenarios/tracker.yaml has the rest.", indent=0)
    title = prompt.answer("What is tracked", _title, _HELP["title"], name or None)
    analysts, themes = (
        prompt.optional(question, _titles, _HELP[key]) for key, question in _LISTS.items()
    )
    divided = prompt.optional(_SET, _title, _HELP["sets"])
    return TrackerTitles(title, analysts or (), themes or (), [divided] if divided else ())


def _git_advice(root: Path) -> str:
    """The next step that gives a new database its history."""
    if not which("git"):
        return "not installed; scen history, diff, audit and --commit need it"
    try:
        is_inside = process.find(root) is not None
    except ScenError as error:
        return str(error)
    folder = "" if from_here(root) == "." else shlex.quote(from_here(root))
    git = f"git -C {folder}" if folder else "git"
    keep = f"{git} add scenarios schema && {git} commit -m init"
    begin = "" if is_inside else f"git init {folder}".rstrip() + " && "
    return f"keep its history: {begin}{keep}"


def command(
    context: typer.Context,
    folder: Annotated[Path | None, "DIR", "Directory to create it in."] = None,
    example: Annotated[bool, "--example", "Start from the shipped example database."] = False,
    template: Annotated[
        bool, "--template", "Start from one commented record of each kind."
    ] = False,
    title: Annotated[str | None, "--title", "What is tracked [the name of the directory]."] = None,
    analyst: Annotated[
        list[str] | None,
        "--analyst TEXT",
        "Who forecasts here; nobody else is accepted then. Repeatable.",
    ] = None,
    theme: Annotated[
        list[str] | None, "--theme TEXT", "What evidence can be about. Repeatable."
    ] = None,
    set: Annotated[
        list[str] | None, "--set TEXT", "What exclusive scenarios divide. Repeatable."
    ] = None,
    mode: WriteMode = AS_USUAL,
    form: As = "table",
) -> None:
    """Start a database: DIR/scenarios with a tracker, and DIR/schema for editors."""
    if example and template:
        raise UsageError("--example and --template are two ways to begin: choose one")
    like: Like = "example" if example else "template" if template else "empty"
    root = here() / (folder or "")
    begin = partial(start, root, like=like, today=parsing.today(), may_nest=folder is not None)
    declared = TrackerTitles(
        title, *([*map(_title, titles or ())] for titles in (analyst, theme, set))
    )
    if like != "empty" and any(declared):
        raise UsageError(f"--{like} has a tracker of its own: scen edit tracker changes it")
    if like == "empty" and not any(declared) and prompt.interactive():
        begin(mode._replace(dry_run=True))  # refused before anything is asked
        declared = _asked(folder_name(root))
    files, committed = begin(mode, declared=declared)
    paths = [from_here(file) for file in files]
    result = InitResult(paths=paths, dry_run=mode.dry_run)
    many = f"{counted(len(paths), 'file')} in {from_here(root)}"
    listed = "\n".join(paths) if len(paths) <= _LISTED else many
    show_committed(context.obj, result, lambda: printable(listed), form, committed)
    if above := outer(root):
        say(f"{from_here(above)} is another database: below {from_here(root)} the new one is used")
    if form == "table" and not mode.dry_run and not committed:
        say(f"git: {_git_advice(root)}")
    lead = "" if from_here(root) == "." else f"cd {shlex.quote(from_here(root))}, then "
    is_told = form == "table" and not mode.dry_run
    for number, step in enumerate(_NEXT[like] if is_told else (), start=1):
        say(f"next {number}: {lead if number == 1 else ''}{step}")
