"""Completion: what can stand at a place of a command line, in the form that each shell reads."""

import inspect
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args, get_origin

from typer.models import ArgumentInfo

from scenarios.cli.commands import HELP, extension_help
from scenarios.cli.commands import command as function
from scenarios.errors import ScenError
from scenarios.model import Kind
from scenarios.model.quantity import shortest
from scenarios.paths import FOLDERS, id_of, place_of
from scenarios.storage.disk import MAX_BYTES
from scenarios.storage.git.repository import branches_and_tags
from scenarios.storage.yaml.reader import read
from scenarios.values import CODES, Outcome
from scenarios.workspace.input.typed_in import STATES
from scenarios.workspace.opened import find_root, repository_of

_LENGTH_OF_DAY = len("2022-02-07-")


def ids(root: Path, kind: Kind, year: str = "") -> list[str]:
    """The ids of all records of a kind; of evidence and sheets, only of years that begin so."""
    folder = next((name for name, of in FOLDERS.items() if of == kind), "")
    paths = _files(root, folder)
    if kind in ("evidence", "forecasts"):
        years = [path for path in _entries(root, folder) if path.rpartition("/")[2][:4].isdigit()]
        wanted = (path for path in years if path.rpartition("/")[2].startswith(year))
        paths = (file for path in wanted for file in _files(root, path))
    if kind == "proposal":
        return sorted(map(id_of, paths))
    return sorted(id_of(path) for path in paths if place_of(path) == (kind, id_of(path)))


def keys(root: Path, path: str, key: str) -> list[str]:
    """The names that stand under a key of one record; none where that cannot be read."""
    under = _content(root, path).get(key)
    return [*under] if isinstance(under, dict) else []


def _rows_of(root: Path, id: str) -> list[str]:
    """The rows of a quantity; none of another question, or where it cannot be read."""
    quantity = _content(root, f"{id}.yaml", having=b"thresholds").get("quantity")
    thresholds = quantity.get("thresholds") if isinstance(quantity, dict) else None
    values = thresholds if isinstance(thresholds, list) else ()
    return [
        f"{id}/{value if isinstance(value, str) else shortest(value)}"
        for value in values
        if isinstance(value, str | int | float)
    ]


def _content(root: Path, path: str, having: bytes = b"") -> dict[str, Any]:
    """The keys of a file that has some bytes; none where it cannot be read."""
    value: Any = None
    full_path = root / path
    # A FIFO would keep the shell waiting at a Tab (test_what_can_stand_there_is_offered).
    if full_path.is_file() and not full_path.is_symlink():
        with suppress(OSError), full_path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
            value = read(path, data)[0] if having in data else None
    return value if isinstance(value, dict) else {}


def _files(root: Path, folder: str) -> Iterator[str]:
    return (path for path in _entries(root, folder) if path.endswith(".yaml"))


def _entries(root: Path, folder: str) -> list[str]:
    try:
        names = os.listdir(root / folder)  # noqa: PTH208 - ten thousand names, no path wanted
    except OSError:
        return []
    return [f"{folder}/{name}" if folder else name for name in names]


Offers = Mapping[str, str]

Given = str | None
"""The database as it was given; it is looked for when it is needed."""
Make = Callable[[Given, str], Iterable[str]]
"""Words for the database and what was typed of one."""


def _records_of(kind: Kind) -> Callable[[Given, str], list[str]]:
    return lambda typed, word: ids(find_root(typed), kind, word[:4])


_scenarios, _evidence = _records_of("scenario"), _records_of("evidence")


def _analysts(typed: Given, _word: str) -> list[str]:
    root = find_root(typed)
    with_sheets = {id[_LENGTH_OF_DAY:] for id in ids(root, "forecasts")}
    return [*sorted(with_sheets), *keys(root, "tracker.yaml", "analysts")]


def _indicators(typed: Given, word: str) -> list[str]:
    """`SCENARIO/`, then its indicators."""
    scenario, slash, _ = word.partition("/")
    every = _scenarios(typed, word)
    if not slash:
        return [f"{id}/" for id in every if id.startswith(word)]
    names = keys(find_root(typed), f"{scenario}.yaml", "indicators") if scenario in every else ()
    return [f"{scenario}/{key}" for key in names]


def _records(typed: Given, word: str) -> list[str]:
    if "/" in word:
        return _indicators(typed, word)
    kinds: tuple[Kind, ...] = ("scenario", "source", "evidence", "forecasts")
    return [id for kind in kinds for id in _records_of(kind)(typed, word)]


def _rows(typed: Given, word: str) -> list[str]:
    """Scenarios that begin so, and the rows of those that are quantities."""
    root, id = find_root(typed), word.partition("/")[0]
    owners = [name for name in _scenarios(typed, word) if name.startswith(id)]
    return [name for own in owners for name in (own, *_rows_of(root, own))]


def _rated(typed: Given, word: str) -> list[str]:
    """`SCENARIO=`, of a quantity its rows, and the codes behind the only one."""
    name, equals, _ = word.partition("=")
    names = _rows(typed, name)
    owners = {row.partition("/")[0] for row in names if "/" in row}
    matches = [name] if equals else [id for id in names if id.startswith(name) and id not in owners]
    return [f"{id}={code}" for id in matches for code in (CODES if len(matches) == 1 else ("",))]


def _fired(typed: Given, word: str) -> list[str]:
    """`SCENARIO/`, then its indicators, and the states behind the only one."""
    name, equals, _ = word.partition("=")
    if "/" not in name:
        typed_indicators = _indicators(typed, name)
        if len(typed_indicators) != 1:
            return typed_indicators
        name = typed_indicators[0]
    names = [key for key in _indicators(typed, name) if key.startswith(name)]
    names = [name] if equals else names
    return [f"{key}={state}" for key in names for state in (STATES if len(names) == 1 else ("",))]


def _declared(key: str) -> Make:
    return lambda typed, _word: keys(find_root(typed), "tracker.yaml", key)


def _revisions(typed: Given, _word: str) -> list[str]:
    return ["HEAD", *branches_and_tags(repository_of(typed)[1])]


OFFERED: dict[str, Make | Iterable[str]] = {
    "SCENARIO": _scenarios,
    "EVIDENCE": _evidence,
    "SCENARIO|EVIDENCE": lambda typed, word: [*_scenarios(typed, word), *_evidence(typed, word)],
    "SCENARIO=CODE": _rated,
    "SCENARIO/INDICATOR=STATE": _fired,
    "CODE": CODES,
    "LETTER": "ABCDEF",
    "B2": [f"{letter}{number}" for letter in "ABCDEF" for number in range(1, 7)],
    "OUTCOME": get_args(Outcome),
    "P|withdraw": ("withdraw",),
    "DATE": ("today", "yesterday"),
    "DATE|7d": ("today", "yesterday", "7d"),
    "REV": _revisions,
    "A": _revisions,
    "B": _revisions,
    "NAME": _analysts,
    "candidates indicator": _indicators,
    "explain scenario": _rows,
    "plot scenarios": _rows,
    "matrix scenarios": _rows,
    "show id": _records,
    "edit id": _records,
    "rename id": _records,
    "remove id": _records,
    "scenario": _scenarios,
    "evidence": _evidence,
    "corroborated_by": _evidence,
    "supersedes": _evidence,
    "source": _records_of("source"),
    "proposal": _records_of("proposal"),
    "analyst": _analysts,
    "theme": _declared("themes"),
    "set_id": _declared("sets"),
    "set": _declared("sets"),
    "hazard": ("constant",),
}
"""By the command and name of a parameter, else by what the help calls it, or by its name."""

_GLOBAL = {
    "--database": "The folder that holds tracker.yaml.",
    "--no-pager": "Never page long output.",
    "--version": "Show the version and exit.",
    "--install-completion": "Install completion for this shell.",
    "--show-completion": "Show it.",
    "--help": "",
}


class _Parameter(NamedTuple):
    name: str
    options: list[str]
    help: str
    metavar: str
    type: Any

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
        return _beginning_with(_GLOBAL if word.startswith("-") else _commands(""), word)
    size = 2 if " ".join(left[:2]) in HELP else 1
    command, rest = " ".join(left[:size]), left[size:]
    if command not in HELP and command not in extension_help():
        return {}
    parameters = _parameters(command)
    pending, position, is_over = _read(parameters, rest)
    option, equals, value = word.partition("=")
    if not pending and not is_over and equals and option.startswith("--"):
        pending = next((parameter for parameter in parameters if option in parameter.options), None)
        values = _values(command, pending, value, database) if pending else {}
        return {f"{option}={value}": about for value, about in values.items()}
    if not pending and not is_over and word.startswith("-"):
        values = {o: parameter.help for parameter in parameters for o in parameter.options}
        return _beginning_with({**values, "--help": ""}, word)
    if pending is None:
        arguments = [parameter for parameter in parameters if not parameter.options]
        more = arguments[-1:] if arguments and arguments[-1].is_list else []
        pending = next(iter((arguments + more * (position + 1))[position:]), None)
    offered = _values(command, pending, word, database) if pending else {}
    return offered or _beginning_with(_commands(f"{command} "), word)


def _commands(above: str) -> Offers:
    """The commands of one word, or the second words of those that begin `above`."""
    names = {
        name.removeprefix(above): about
        for name, about in (HELP | extension_help()).items()
        if above in name
    }
    return {name: about for name, about in names.items() if " " not in name}


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
            pending = named if named and named.type is not bool else None
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
        # In an annotation Typer keeps the name of an option where its default would be.
        options = [] if isinstance(info, ArgumentInfo) else info.default.split("/")
        parameters.append(_Parameter(name, options, info.help or "", info.metavar or "", of))
    return parameters


def _beginning_with(offers: Offers, word: str) -> Offers:
    return {name: about for name, about in offers.items() if name.startswith(word)}


def _values(command: str, parameter: _Parameter, word: str, database: str | None) -> Offers:
    for of in (parameter.type, *get_args(parameter.type)):
        if isinstance(of, type) and issubclass(of, Enum):
            return _beginning_with({str(option.value): "" for option in of}, word)
        if get_origin(of) is Literal:
            return _beginning_with(dict.fromkeys(get_args(of), ""), word)
    kinds = f"{command} {parameter.name}", parameter.metavar.removesuffix("..."), parameter.name
    make = next((OFFERED[kind] for kind in kinds if kind in OFFERED), None)
    if make is None:
        return {}
    with suppress(ScenError, OSError, ValueError):  # no database, no git: there is nothing to offer
        words = make(database, word) if callable(make) else make
        return _beginning_with(dict.fromkeys(words, ""), word)
    return {}


# Shells evaluate what they are offered: a branch called `$(…)` would run
# (test_only_plain_names_are_ever_given).
_PLAIN = re.compile(r"[A-Za-z0-9._/=@+-]+")


def answer(instruction: str) -> None:
    """Print what the shell asks for, in its own form."""
    shell = instruction.removeprefix("complete_")
    words, word = (_of_bash if shell == "bash" else _of_line)()
    offered = offers(words, word).items()
    plain = {
        value: " ".join(re.sub(r"[^A-Za-z0-9 ,.;-]", " ", about).split())
        for value, about in offered
        if _PLAIN.fullmatch(value)
    }
    if shell == "fish" and os.environ.get("_TYPER_COMPLETE_FISH_ACTION") == "is-args":
        sys.exit(0 if plain else 1)  # without an answer fish offers files
    print(_FORMS[shell](plain, word), end="")  # noqa: T201 - the shell reads it


def _of_bash() -> tuple[list[str], str]:
    """The words before the cursor; bash takes a word apart at each `=`."""
    texts = os.environ.get("COMP_WORDS", "").split("\n")
    whole: list[str] = []
    for text in texts[: int(os.environ.get("COMP_CWORD", "0")) + 1]:
        if whole and (text == "=" or whole[-1].endswith("=")):
            whole[-1] += text
        else:
            whole.append(text)
    return whole[1:-1], whole[-1] if len(whole) > 1 else ""


def _of_line() -> tuple[list[str], str]:
    """The same of a line up to the cursor; an open quote ends with it."""
    line = os.environ.get("_TYPER_COMPLETE_ARGS", "")
    lexer = shlex.shlex(line, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    words: list[str] = []
    try:
        words.extend(lexer)
    except ValueError:
        words.append(lexer.token)
    if not line or line[-1].isspace():
        words.append("")
    return words[1:-1], words[-1] if len(words) > 1 else ""


def _as_bash(values: Offers, word: str) -> str:
    """A shell that has taken a word apart at its `=` wants what stands behind it."""
    start = word.rfind("=") + 1
    return "\n".join(value[start:] for value in values)


def _as_zsh(values: Offers, _word: str) -> str:
    parts = (f'"{value}":"{about}"' if about else f'"{value}"' for value, about in values.items())
    return f"_arguments '*: :(({' '.join(parts)}))'" if values else "_files"


def _as_fish(values: Offers, _word: str) -> str:
    return "\n".join(f"{value}\t{about}" if about else value for value, about in values.items())


_FORMS: dict[str, Callable[[Offers, str], str]] = {
    "bash": _as_bash,
    "zsh": _as_zsh,
    "fish": _as_fish,
}
