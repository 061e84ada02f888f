"""Offers for a word of a command line: commands, options, and values of either."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from enum import Enum
from typing import Any, NamedTuple, get_args

from typer.models import ArgumentInfo

from scenarios.cli.commands import HELP
from scenarios.cli.commands import command as function
from scenarios.cli.completion.values import OFFERED, Here, Offers
from scenarios.errors import ScenError

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
    """Return the offers for a word that begins so, behind these words of the command line."""
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
        pending = next((parameter for parameter in parameters if option in parameter.options), None)
        shown = _values(command, pending, value, database) if pending else {}
        return {f"{option}={value}": about for value, about in shown.items()}
    if not pending and not is_over and word.startswith("-"):
        shown = {o: parameter.help for parameter in parameters for o in parameter.options}
        return _begun({**shown, "--help": ""}, word)
    if pending is None:
        arguments = [parameter for parameter in parameters if not parameter.options]
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
            named = next((parameter for parameter in parameters if word in parameter.options), None)
            pending = named if named and named.takes_value else None
        else:
            position += 1
    return pending, position, is_over


def _parameters(command: str) -> list[_Parameter]:
    parameters = []
    for name, parameter in inspect.signature(function(command), eval_str=True).parameters.items():
        of, *marks = get_args(parameter.annotation) or (parameter.annotation,)
        if not marks:  # the context
            continue
        info = marks[0]
        option = f"--{name.strip('_').replace('_', '-')}"
        # In an annotation Typer keeps the first name of an option where its default would be.
        texts = [
            text for text in (info.default, *(info.param_decls or ())) if isinstance(text, str)
        ]
        named = [word for text in texts for word in text.split("/")]
        options = [] if isinstance(info, ArgumentInfo) else named or [option]
        parameters.append(_Parameter(name, options, info.help or "", info.metavar or "", of))
    return parameters


def _begun(known: Offers, word: str) -> Offers:
    return {name: about for name, about in known.items() if name.startswith(word)}


def _values(command: str, parameter: _Parameter, word: str, database: str | None) -> Offers:
    """Return the offers for the value of a parameter."""
    for of in (parameter.type, *get_args(parameter.type)):
        if isinstance(of, type) and issubclass(of, Enum):
            return _begun({str(option.value): "" for option in of}, word)
    metavar = parameter.metavar.removesuffix("...")
    kind = metavar if metavar in OFFERED else f"{command} {parameter.name}"
    make = OFFERED.get(kind) or OFFERED.get(parameter.name)
    if make is None:
        return {}
    with suppress(ScenError, OSError, ValueError):  # no database, no git: there is nothing to offer
        return _begun(dict.fromkeys(make(Here(database), word), ""), word)
    return {}
