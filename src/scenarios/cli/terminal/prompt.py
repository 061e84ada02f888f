"""What is missing: asked for on a terminal, refused elsewhere."""

from __future__ import annotations

import os
import shlex
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import typer

from scenarios.cli import parsing
from scenarios.errors import UsageError
from scenarios.text import fold, printable

T = TypeVar("T")

_ROOM = 12
"""The columns that a question leaves for the answer in its last line."""
_WIDEST = 100
RELIABILITY = "A completely reliable, B usually, C fairly, D not usually, E not, F unjudged"
CREDIBILITY = "1 confirmed, 2 probably true, 3 possibly, 4 doubtful, 5 improbable, 6 unjudged"
_HELP = {
    "--reliability": RELIABILITY,
    "--question": "What a stranger could decide on the last day: who, what, by when.",
    "--criteria": "What counts and what does not, and the document that settles it.",
    "--prior": "Like 0.05 or 5%: from a base rate, before the evidence to come.",
    "--horizon": "Like 2030-12-31.",
    "STATEMENT": "Who does what, how much, by when: whoever sees it must agree that it is seen.",
    "P": "Like 0.7 or 70%; withdraw takes the last one back.",
}
"""What goes with the question for an option, in one line."""
_MOST = 20
_noting: list[Callable[[], None]] = []
"""What is to be done before each question: note what was answered."""
_typed: list[tuple[str, str]] = []
"""The options and arguments that were typed as answers, in order."""


def interactive() -> bool:
    """Whether somebody sits at a terminal who can answer."""
    return all(stream and stream.isatty() for stream in (sys.stdin, sys.stderr))


def needed(value: str | None, option: str, question: str) -> str:
    """The value, or the answer to a question; blank is no answer."""
    return needed_as(value, option, question, lambda text: text)


def needed_as(
    value: str | None,
    option: str,
    question: str,
    parse: Callable[[str], T],
    prefix: str = "",
) -> T:
    """The parsed value, or the parsed answer; a wrong answer is asked for again.

    `prefix` is what the option wants before the answer.
    """
    if value is not None:
        if not value.strip():
            raise UsageError(f"{option} is empty: {_inside(question)}")
        return parse(value)
    if not interactive():
        raise UsageError(f"{option} is missing: {_inside(question)}")
    if option in _HELP:
        tell(_HELP[option])

    def parsed(text: str) -> T:
        value = parse(text)
        remember(option, prefix + text)
        return value

    return answer(question, parsed)


def one_of(value: str | None, option: str, question: str, ids: Callable[[], Iterable[str]]) -> str:
    """The value, or the id that is typed: whole, or a part that no other id has."""
    if value is not None or not interactive():
        return needed(value, option, question)
    known = sorted(ids())

    def found(text: str) -> str:
        alike = [text] if text in known else [id for id in known if text.lower() in id]
        if len(alike) == 1:
            return alike[0]
        words = f"is in {len(alike)} ids: {', '.join(alike[:_MOST])}" if alike else "is in no id"
        raise typer.BadParameter(f"'{text}' {words}")

    listed = ", ".join(known[-_MOST:]) or "there is none yet"
    id = answer(f"{question} (? lists them)", found, more=listed)
    remember(option, id)
    return id


def remember(option: str, text: str) -> None:
    """Keep what was typed for an option or an argument, should the command be stopped."""
    _typed.append((option, text))


def before_each(note: Callable[[], None] | None) -> None:
    """Do this before each question from now on; nothing, with None."""
    _noting[:] = [note] if note else []


def forget() -> None:
    """What was typed is written, or kept elsewhere."""
    _typed.clear()


def again() -> str | None:
    """The command line with what was typed in it; None where nothing was."""
    if not _typed:
        return None
    options = [word for pair in _typed if pair[0].startswith("--") for word in pair]
    rest = [text for option, text in _typed if not option.startswith("--")]
    dashes = ["--"] if any(text.startswith("-") for text in rest) else []
    return shlex.join(["scen", *sys.argv[1:], *options, *dashes, *rest])


def answer(
    question: str,
    parse: Callable[[str], T],
    default: str | None = None,
    more: str | None = None,
    given: str | None = None,
) -> T:
    """Ask until the answer parses; Enter takes the default where there is one, `?` tells more.

    `given` is what an option said: it is asked about only where it does not parse.
    """
    offered = f" [{default}]" if default else ""
    *above, last = _folded(f"{question}{offered}: ", _width() - _ROOM).split("\n")
    while True:
        said = given if given is not None else _line(above, f"{last} ")
        given = None
        if said == "?" and more:
            tell(more)
        elif not said and default is None:
            tell("an answer is needed; Ctrl-C stops")
        elif any(unicodedata.category(c) in ("Cc", "Cs") for c in said):
            tell("that holds a key or a byte that is no text: once more")
        else:
            try:
                return parse(said or default or "")
            except typer.BadParameter as error:
                tell(error.message)
            except UsageError as error:
                tell(str(error))


def optional(
    question: str,
    parse: Callable[[str], T],
    more: str | None = None,
    given: str | None = None,
) -> T | None:
    """The same; Enter is no answer."""
    return answer(question, lambda text: parse(text) if text else None, "", more, given)


def confirmed(question: str, *, default: bool = False) -> bool:
    """Yes or no."""
    said = optional(f"{question} [{'Y/n' if default else 'y/N'}]", _yes)
    return default if said is None else said


def tell(text: str, indent: int = 2) -> None:
    """A remark between questions: on stderr, folded, indented."""
    first, rest = " " * indent, " " * 2 * indent
    lines = (fold(line, _width(), rest, first) if line else "" for line in text.split("\n"))
    typer.echo("\n".join(lines), err=True)


def cut(text: str, room: int = 2) -> str:
    """The text in one line that leaves `room` columns."""
    columns = _width() - room
    text = printable(text)
    return text if len(text) <= columns else text[: columns - 1].rstrip() + "…"


def _width() -> int:
    """The columns in which questions are asked."""
    try:
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    return min(columns or 80, _WIDEST)


def _inside(question: str) -> str:
    return question[0].lower() + question[1:]


def _folded(question: str, columns: int) -> str:
    text = question.lstrip()
    indent = " " * (len(question) - len(text))
    return fold(text, columns, indent)


def _line(above: Sequence[str], prompt: str) -> str:
    """One line; Ctrl-C and the end of the input stop the command.

    The prompt goes to stderr, unless the results go to the terminal too: then it is left to
    readline, which must know it to move the cursor about in a long answer.
    """
    for note in _noting:
        note()
    is_for_readline = sys.stdout.isatty()
    before = "".join(f"{line}\n" for line in above)
    typer.echo(before if is_for_readline else before + prompt, nl=False, err=True)
    try:
        if is_for_readline:
            _edit_lines()
            return input(prompt).strip()
        return input().strip()
    except UnicodeDecodeError:
        return "\0"  # refused as no text, and asked for again
    except (EOFError, KeyboardInterrupt):
        typer.echo(err=True)
        raise typer.Abort from None


def _edit_lines() -> None:
    """Arrow keys, and the last answers on the upper one."""
    try:
        import readline  # noqa: F401 - importing it is all that input() needs
    except ImportError:  # a Python without it
        return


def _yes(text: str) -> bool:
    if text.lower() not in ("y", "yes", "n", "no"):
        raise typer.BadParameter(f"'{text}': y or n")
    return text.lower().startswith("y")


def source_record(
    name: str | None, reliability: str | None, url: str | None, basis: str | None
) -> dict[str, Any]:
    """A source's keys, asking for what is missing."""
    return {
        "name": needed_as(name, "--name", "The source's name in full", parsing.line),
        "url": url,
        "reliability": needed_as(
            reliability, "--reliability", "Its reliability, A to F", parsing.letter
        ),
        "reliability_basis": basis,
    }
