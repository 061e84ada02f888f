"""What is missing: asked for on a terminal, refused elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from scenarios.cli import parsing
from scenarios.cli.terminal.asking import (
    answer,
    chosen,
    confirmed,
    noted,
    optional,
    refusal,
    show,
    tell,
    unsaid,
)
from scenarios.cli.terminal.dialogue import current
from scenarios.cli.terminal.retyping import remember
from scenarios.errors import UsageError
from scenarios.workspace.input.help import HELP
from scenarios.workspace.input.offers import Offer, titled, unlike

__all__ = [
    "answer",
    "chosen",
    "confirmed",
    "noted",
    "optional",
    "refusal",
    "show",
    "tell",
    "unsaid",
]

T = TypeVar("T")


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
    offers: Sequence[Offer] = (),
    *,
    is_line: bool = False,
) -> T:
    """The parsed value, or the parsed answer; a wrong answer is asked for again.

    `prefix` is what the option wants before the answer.
    """
    if value is not None and not _is_changed(question):
        if not value.strip():
            raise UsageError(f"{option} is empty: {_inside(question)}")
        _note_given(question, option, value)
        return parse(value)
    if not interactive():
        raise UsageError(f"{option} is missing: {_inside(question)}")
    if option in HELP:
        tell(HELP[option])
    asked = _asked_as(option, parse, prefix, is_line=is_line)
    more = None if offers else HELP.get(option)
    return answer(question, asked, more=more, label=_label(option), offers=offers)


def wanted(
    value: str | None,
    option: str,
    question: str,
    check: Callable[[str], object] = str,
    offers: Sequence[Offer] = (),
) -> str | None:
    """The text of what may be left out: asked for only where something else is asked for too.

    A check may put another text in the place of the answer.
    """
    question = f"{question} (Enter = none)"
    if value is not None and not _is_changed(question):
        _note_given(question, option, value)
        return value
    if not current:
        return None
    if option in HELP:
        tell(HELP[option])
    more = None if offers else HELP.get(option)
    said = optional(question, _checked(check, offers), more, label=_label(option), offers=offers)
    remember(option, *([said] if said else []))
    return said


def several(
    values: Sequence[str] | None,
    option: str,
    what: str,
    check: Callable[[str], object],
    offers: Sequence[Offer] = (),
) -> list[str]:
    """The same of what may be given several times, one after the other."""
    found = list(values or ())
    if not found and current:
        question = f"{what} (Enter = none)"
        asked = _checked(check, offers)
        while said := optional(question, asked, label=_label(option), offers=offers):
            found.append(said)
            remember(option, *found)
            question = "Another (Enter = no more)"
        remember(option, *found)
    return found


def one_of(
    value: str | None,
    option: str,
    question: str,
    known: Callable[[], Iterable[str] | Mapping[str, Any]],
    check: Callable[[str], object] = str,
) -> str:
    """The value, or the id that is typed: whole, or words of it or its title that no other has.

    `known` gives ids, or records by id, whose titles are shown then. A value that `check` refuses
    is asked for again.
    """
    if not interactive() or (value is not None and not current):
        return needed(value, option, question)
    offers = titled(known())
    fault = refusal(check, value) if value is not None else None
    if value is not None and fault is None:
        if title := dict(offers).get(value):
            tell(f"{value}: {title}")
        return needed(value, option, question)

    def found(text: str) -> str:
        id = chosen(text, offers)
        remember(option, id, instead_of=value)
        return id

    asked = f"{question} (? lists them)"
    return answer(asked, found, given=value, label=_label(option), offers=offers)


def default_of(value: T, option: str, question: str, parse: Callable[[str], T], *, label: str) -> T:
    """The value of what is not asked for: a line of the last look, asked for where it is changed.

    `value` is what the command line gave, or the default.
    """
    if not current:
        return value
    if not _is_changed(question):
        current[-1].given(question, label, f"{value}", is_option=True)
        return value
    return answer(question, _asked_as(option, parse, is_line=False), f"{value}", label=label)


def _asked_as(
    option: str, parse: Callable[[str], T], prefix: str = "", *, is_line: bool
) -> Callable[[str], T]:
    """Reads an answer, and keeps it as the option would have it; one line of several is made."""

    def parsed(text: str) -> T:
        text = " ".join(text.split("\n")) if is_line or parse is parsing.line else text
        value = parse(text)
        remember(option, prefix + text)
        return value

    return parsed


def _checked(check: Callable[[str], object], offers: Sequence[Offer]) -> Callable[[str], str]:
    """Reads a text as it is; one that was never used before is told, for it may be a slip."""

    def parsed(text: str) -> str:
        value = check(text)
        said = value if isinstance(value, str) else text
        if remark := unlike(said, offers):
            tell(remark)
        return said

    return parsed


def _is_changed(question: str) -> bool:
    return bool(current) and current[-1].is_changed(question)


def _note_given(question: str, option: str, value: str) -> None:
    if current:
        current[-1].given(question, _label(option), value, is_option=option.startswith("--"))


def _label(option: str) -> str:
    return "probability" if option == "P" else option.removeprefix("--").lower().replace("-", " ")


def _inside(question: str) -> str:
    return question[0].lower() + question[1:]
