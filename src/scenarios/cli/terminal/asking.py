"""Questions to somebody at a terminal, and the remarks between them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import TypeVar, cast

import typer

from scenarios.cli.output.streams import in_lines, laid_out
from scenarios.cli.terminal.dialogue import BACK, Back, Dialogue, Key, Row, current
from scenarios.cli.terminal.line import editor, typed
from scenarios.cli.terminal.retyping import note
from scenarios.errors import ScenError
from scenarios.workspace.input.offers import Offer, listed, one_alike

T = TypeVar("T")

_NO_WAY = "there is no going back from this question"
_CLEARED = "-"
"""None, where an answer may be left out: Enter keeps one that was given before."""


def answer(
    question: str,
    parse: Callable[[str], T],
    default: str | None = None,
    more: str | None = None,
    given: str | None = None,
    *,
    label: str | None = None,
    offers: Sequence[Offer] = (),
    is_back: bool = False,
) -> T:
    """Ask until the answer parses; Enter takes the default where there is one, `?` tells more.

    `given` is what an option said: it is asked about only where it does not parse. With a label
    the answer is a line of the record that is shown before it is written. `is_back` lets `<` raise
    Back, which is done with no questions that are gone through again.
    """
    dialogue = current[-1] if current else Dialogue()
    key = dialogue.key(question)
    if key in dialogue.answers:
        was = dialogue.answers[key]
        fault, value = _read(was, parse)
        if fault is None:
            return _kept(dialogue, key, was, cast("T", value), label)
        dialogue.take_back(key)  # an answer before it is another now
    before = dialogue.before.get(key, "")
    if given and not before:
        fault, value = _read(given, parse)
        if fault is None:
            dialogue.rows += [Row(label, given, key)] if label else []
            return cast("T", value)
        _now(fault)
    dialogue.is_quiet = False
    for text in dialogue.told:
        typer.echo(text, err=True)
    draft, stands = (before, default) if editor() else ("", before or default)
    is_refused = False
    *above, last = in_lines(f"{question}{f' [{stands}]' if stands else ''}: ")
    while True:
        note()
        said = typed(above, f"{last} ", draft, offers, is_refused=is_refused) or stands or ""
        if said == BACK and is_back:
            raise Back
        said = "" if said == _CLEARED and default == "" else said
        fault = _refused(said, default, more or (listed(offers) if offers else None), dialogue)
        if fault is None:
            fault, value = _read(said, parse)
            if fault is None:
                return _kept(dialogue, key, said, cast("T", value), label)
            draft, is_refused = said if editor() else "", True
        _now(fault)


def optional(
    question: str,
    parse: Callable[[str], T],
    more: str | None = None,
    given: str | None = None,
    *,
    label: str | None = None,
    offers: Sequence[Offer] = (),
    is_back: bool = False,
) -> T | None:
    """The same; Enter is no answer."""

    def parsed(text: str) -> T | None:
        return parse(text) if text else None

    return answer(question, parsed, "", more, given, label=label, offers=offers, is_back=is_back)


def confirmed(question: str, *, default: bool = False) -> bool:
    """Yes or no."""
    said = optional(f"{question} [{'Y/n' if default else 'y/N'}]", _yes)
    return default if said is None else said


def chosen(text: str, offers: Sequence[Offer]) -> str:
    """The id that is meant; it is told with its title."""
    one = one_alike(text, offers)
    if isinstance(one, str):
        raise typer.BadParameter(one)
    tell(": ".join(filter(None, one)))
    return one[0]


def noted(label: str, said: object) -> None:
    """A line of the record that is not asked for, if there is something in it."""
    if current and said:
        current[-1].rows.append(Row(label, str(said), None))


def unsaid() -> None:
    """The last line of the record is none: another answer takes its place."""
    if current:
        current[-1].rows.pop()


def tell(text: str, indent: int = 2) -> None:
    """A remark between questions: on stderr, folded, indented.

    While answers are gone through again it waits for a question that somebody sees.
    """
    first, rest = " " * indent, " " * 2 * indent
    show("\n".join(laid_out(line, first, rest) if line else "" for line in text.split("\n")))


def show(text: str) -> None:
    """The same of a text that is laid out already."""
    if current and current[-1].is_quiet:
        current[-1].told.append(text)
    else:
        typer.echo(text, err=True)


def _kept(dialogue: Dialogue, key: Key, said: str, value: T, label: str | None) -> T:
    shown = said if value is None or isinstance(value, int | float) else str(value)
    dialogue.answered(key, said, label, shown)
    return value


def _refused(said: str, default: str | None, more: str | None, dialogue: Dialogue) -> str | None:
    """What is to be said of an answer that is none."""
    if said == BACK:
        if dialogue.asked:
            raise Back
        return "this is the first question; Ctrl-C stops" if current else _NO_WAY
    if said == "?" and more:
        return more
    if not said and default is None:
        return "an answer is needed; Ctrl-C stops"
    return None


def _read(said: str, parse: Callable[[str], T]) -> tuple[str | None, T | None]:
    """Why it cannot be taken, and what it means."""
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in said.replace("\n", "")):
        return "that holds a key or a byte that is no text: once more", None
    try:
        return None, parse(said)
    except typer.BadParameter as error:
        return error.message, None
    except ScenError as error:
        return str(error), None


def _now(text: str) -> None:
    """A remark on an answer, at once."""
    typer.echo("\n".join(laid_out(line, "  ", "    ") for line in text.split("\n")), err=True)


def _yes(text: str) -> bool:
    if text.lower() not in ("y", "yes", "n", "no"):
        raise typer.BadParameter(f"'{text}': y or n")
    return text.lower().startswith("y")
