"""What can stand for a word of a command line: a command, an option, or a value of either."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple, get_args

from typer.models import ArgumentInfo

from scenarios.cli.commands import HELP
from scenarios.cli.commands import command as function
from scenarios.cli.parsing import CODES, STATES
from scenarios.errors import ScenError
from scenarios.storage import names
from scenarios.workspace.place import find_root, repository_of

_GLOBAL = {
    "--database": "The folder with tracker.yaml.",
    "--no-pager": "Print long texts at once.",
    "--version": "Say which one.",
    "--install-completion": "Install completion for this shell.",
    "--show-completion": "Show it.",
    "--help": "",
}


class _Parameter(NamedTuple):
    """An argument or an option of a command, as its function declares it."""

    name: str
    options: list[str]
    help: str
    metavar: str
    type: Any

    @property
    def takes_value(self) -> bool:
        return self.type is not bool

    @property
    def is_list(self) -> bool:
        return "list[" in str(self.type)


def offers(words: Sequence[str], word: str) -> Offers:
    """What can stand for a word that begins so, behind these words of the command line."""
    database: str | None = os.environ.get("SCEN_DATABASE")
    left = [*words]
    while left and left[0].startswith("-"):
        option, _, value = left.pop(0).partition("=")
        if option == "--database":
            if not (value or left):
                return {}
            database = value or left.pop(0)
    if not left:
        return _begun(_GLOBAL if word.startswith("-") else HELP, word)
    command, *rest = left
    if command not in HELP:
        return {}
    parameters = _parameters(command)
    pending, position, is_over = _read(parameters, rest)
    option, equals, value = word.partition("=")
    if not pending and not is_over and equals and option.startswith("--"):
        pending = next((one for one in parameters if option in one.options), None)
        shown = _values(command, pending, value, database) if pending else {}
        return {f"{option}={one}": about for one, about in shown.items()}
    if not pending and not is_over and word.startswith("-"):
        shown = {o: one.help for one in parameters for o in one.options}
        return _begun({**shown, "--help": ""}, word)
    if pending is None:
        arguments = [one for one in parameters if not one.options]
        more = arguments[-1:] if arguments and arguments[-1].is_list else []
        pending = next(iter((arguments + more * (position + 1))[position:]), None)
    return _values(command, pending, word, database) if pending else {}


def _read(
    parameters: Sequence[_Parameter], words: Iterable[str]
) -> tuple[_Parameter | None, int, bool]:
    """The option that waits for a value, how many arguments there are, whether `--` was typed."""
    pending: _Parameter | None = None
    position, is_over = 0, False
    for word in words:
        if pending:
            pending = None
        elif word == "--" and not is_over:
            is_over = True
        elif word.startswith("-") and not is_over:
            found = next((one for one in parameters if word in one.options), None)
            pending = found if found and found.takes_value else None
        else:
            position += 1
    return pending, position, is_over


def _parameters(command: str) -> list[_Parameter]:
    found = []
    for name, one in inspect.signature(function(command), eval_str=True).parameters.items():
        of, *told = get_args(one.annotation) or (one.annotation,)
        if not told:  # the context
            continue
        info = told[0]
        option = f"--{name.strip('_').replace('_', '-')}"
        # In an annotation Typer keeps the first name of an option where its default would be.
        texts = [
            text for text in (info.default, *(info.param_decls or ())) if isinstance(text, str)
        ]
        named = [word for text in texts for word in text.split("/")]
        options = [] if isinstance(info, ArgumentInfo) else named or [option]
        found.append(_Parameter(name, options, info.help or "", info.metavar or "", of))
    return found


def _begun(known: Offers, word: str) -> Offers:
    return {name: about for name, about in known.items() if name.startswith(word)}


def _values(command: str, one: _Parameter, word: str, database: str | None) -> Offers:
    """What can stand for the value of a parameter."""
    for of in (one.type, *get_args(one.type)):
        if isinstance(of, type) and issubclass(of, Enum):
            return _begun({str(option.value): "" for option in of}, word)
    metavar = one.metavar.removesuffix("...")
    kind = metavar if metavar in OFFERED else f"{command} {one.name}"
    make = OFFERED.get(kind) or OFFERED.get(one.name)
    if make is None:
        return {}
    with suppress(ScenError, OSError, ValueError):  # no database, no git: there is nothing to offer
        return _begun(dict.fromkeys(make(Here(database), word), ""), word)
    return {}


Offers = Mapping[str, str]
"""What can be typed, and what that is."""


class Here:
    """The database that is completed from; it is looked for when it is needed."""

    def __init__(self, database: str | None) -> None:
        self.database = database

    @property
    def root(self) -> Path:
        return find_root(self.database)


def _fixed(*words: str) -> Callable[[Here, str], Iterable[str]]:
    return lambda _here, _word: words


def _scenarios(here: Here, _word: str) -> list[str]:
    return names.ids(here.root, "scenario")


def _evidence(here: Here, word: str) -> list[str]:
    return names.ids(here.root, "evidence", word[:4])


def _sources(here: Here, _word: str) -> list[str]:
    return names.ids(here.root, "source")


def _analysts(here: Here, _word: str) -> list[str]:
    return [*names.analysts(here.root), *names.keys(here.root, "tracker.yaml", "analysts")]


def _indicators(here: Here, word: str) -> list[str]:
    scenario = word.partition("/")[0]
    if scenario not in names.ids(here.root, "scenario"):
        return []
    return [f"{scenario}/{key}" for key in names.keys(here.root, f"{scenario}.yaml", "indicators")]


def _looking(here: Here, word: str) -> list[str]:
    """`SCENARIO/`, then its indicators."""
    begun = [f"{id}/" for id in _scenarios(here, word) if id.startswith(word)]
    return _indicators(here, word) if "/" in word else begun


def _records(here: Here, word: str) -> list[str]:
    if "/" in word:
        return _indicators(here, word)
    dated = [*_evidence(here, word), *names.ids(here.root, "forecasts", word[:4])]
    return [*_scenarios(here, word), *_sources(here, word), *dated]


def _rated(here: Here, word: str) -> list[str]:
    """`SCENARIO=`, and the codes behind it once it is the only one."""
    begun = [id for id in _scenarios(here, word) if id.startswith(word.partition("=")[0])]
    ids = [word.partition("=")[0]] if "=" in word else begun
    return [f"{id}={code}" for id in ids for code in (CODES if len(ids) == 1 else ("",))]


def _fired(here: Here, word: str) -> list[str]:
    """`SCENARIO/`, then its indicators, and the states behind the only one."""
    name, equals, _ = word.partition("=")
    if "/" not in name:
        begun = [id for id in _scenarios(here, word) if id.startswith(name)]
        if len(begun) != 1:
            return [f"{id}/" for id in begun]
        name = f"{begun[0]}/"
    found = [key for key in _indicators(here, name) if key.startswith(name)]
    found = [name] if equals else found
    return [f"{key}={state}" for key in found for state in (STATES if len(found) == 1 else ("",))]


def _declared(key: str) -> Callable[[Here, str], Iterable[str]]:
    return lambda here, _word: names.keys(here.root, "tracker.yaml", key)


def _revisions(here: Here, _word: str) -> list[str]:
    from scenarios.storage.git.repository import branches_and_tags

    return ["HEAD", *branches_and_tags(repository_of(here.database)[1])]


OFFERED: dict[str, Callable[[Here, str], Iterable[str]]] = {
    "SCENARIO": _scenarios,
    "EVIDENCE": _evidence,
    "SCENARIO|EVIDENCE": lambda here, word: [*_scenarios(here, word), *_evidence(here, word)],
    "SCENARIO=CODE": _rated,
    "SCENARIO/INDICATOR=STATE": _fired,
    "CODE": _fixed(*CODES),
    "LETTER": _fixed(*"ABCDEF"),
    "B2": _fixed(*(f"{letter}{number}" for letter in "ABCDEF" for number in range(1, 7))),
    "OUTCOME": _fixed("occurred", "did-not-occur", "annulled"),
    "P|withdraw": _fixed("withdraw"),
    "DATE": _fixed("today", "yesterday"),
    "DATE|7d": _fixed("today", "yesterday", "7d"),
    "REV": _revisions,
    "A": _revisions,
    "B": _revisions,
    "NAME": _analysts,
    "candidates indicator": _looking,
    "show id": _records,
    "edit id": _records,
    "rename id": _records,
    "remove id": _records,
    "scenario": _scenarios,
    "evidence": _evidence,
    "corroborated_by": _evidence,
    "source": _sources,
    "analyst": _analysts,
    "theme": _declared("themes"),
    "set_id": _declared("sets"),
    "set": _declared("sets"),
    "hazard": _fixed("constant"),
}
"""By what a parameter is called in the help; else by its command and name, or by its name."""
