"""Missing values: asked for at a terminal, refused elsewhere."""

import os
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any, TypeVar, cast

import typer

from scenarios.cli import parsing
from scenarios.cli.output.streams import in_lines, laid_out
from scenarios.cli.terminal.retyping import (
    BACK,
    Key,
    PreviewLine,
    PreviousQuestion,
    PromptHistory,
    current,
    note,
    remember,
)
from scenarios.errors import ScenError, UsageError
from scenarios.text import printable, suggested
from scenarios.workspace.input.offers import Offer, listed, single_match, titled

T = TypeVar("T")


def interactive() -> bool:
    """True at a terminal, where somebody can answer."""
    return all(stream and stream.isatty() for stream in (sys.stdin, sys.stderr))


def needed(value: str | None, option: str, question: str, more: str) -> str:
    """The value, or the answer to a question; blank is no answer."""
    return needed_as(value, option, question, lambda text: text, more)


def needed_as(
    value: str | None,
    option: str,
    question: str,
    parse: Callable[[str], T],
    more: str,
    offers: Sequence[Offer] = (),
    *,
    is_line: bool = False,
    default: T | None = None,
    advice: str = "",
) -> T:
    """The parsed value, or the parsed answer; a wrong answer is asked for again.

    A `default` is offered, or else taken. The `advice` is printed before the question.
    """
    inside = question[0].lower() + question[1:]
    if value is not None and stands(value, option, question):
        if not value.strip():
            raise UsageError(f"{option} is empty: {inside}")
        return parsing.typed(parse, option)(value)
    if not interactive():
        if default is not None:
            return default
        raise UsageError(f"{option} is missing: {inside}")
    if advice:
        tell(advice)
    asked = _asked_as(option, parse, is_line=is_line)
    offered = None if default is None else f"{default}"
    return answer(question, asked, more, offered, label=label_of(option), offers=offers)


def one_of(
    value: str | None,
    option: str,
    question: str,
    choices: Callable[[], Iterable[str] | Mapping[str, Any]],
    check: Callable[[str], object] = str,
) -> str:
    """The value, or the id that is typed: whole, or words of it or its title that no other has.

    `choices` gives ids, or records by id, whose titles are shown then. A value that `check` refuses
    is asked for again.
    """
    if not interactive() or (value is not None and not current.get()):
        return needed(value, option, question, "")
    offers = titled(choices())
    fault = refusal(check, value) if value is not None else None
    if value is not None and fault is None:
        if title := dict(offers).get(value):
            tell(f"{value}: {title}")
        return needed(value, option, question, "")

    def chosen_id(text: str) -> str:
        id = chosen(text, offers)
        remember(option, id, instead_of=value)
        return id

    asked = f"{question} (? lists them)"
    return answer(asked, chosen_id, "", from_option=value, label=label_of(option), offers=offers)


def default_of(value: T, option: str, question: str, parse: Callable[[str], T], more: str) -> T:
    """The value of what is not asked for: a line of the last look, asked for where it is changed.

    `value` is what the command line gave, or the default.
    """
    if current.get() is None or stands(f"{value}", option, question):
        return value
    asked = _asked_as(option, parse, is_line=False)
    return answer(question, asked, more, f"{value}", label=label_of(option))


def _asked_as(option: str, parse: Callable[[str], T], *, is_line: bool) -> Callable[[str], T]:
    """Reads an answer, and keeps it as the option would have it; one line of several is made."""

    def parsed(text: str) -> T:
        text = " ".join(text.split("\n")) if is_line else text
        value = parse(text)
        remember(option, text)
        return value

    return parsed


def stands(value: str, option: str, question: str) -> bool:
    """True unless the value of an option is to be changed; it is a line of the record then."""
    dialogue = current.get()
    if dialogue and dialogue.is_changed(question):
        return False
    if dialogue:
        dialogue.given(question, label_of(option), value, is_option=option.startswith("--"))
    return True


def label_of(option: str) -> str:
    return "probability" if option == "P" else option.removeprefix("--").lower().replace("-", " ")


_NO_WAY = "there is no going back from this question"
_CLEARED = "-"
"""None, where an answer may be left out: Enter keeps one that was given before."""


def answer(
    question: str,
    parse: Callable[[str], T],
    more: str,
    default: str | None = None,
    from_option: str | None = None,
    *,
    label: str | None = None,
    offers: Sequence[Offer] = (),
    is_back: bool = False,
) -> T:
    """Ask until the answer parses; Enter takes the default where there is one.

    `?` prints `more`, or else lists the offers, and is never parsed: a text that is kept for the
    command line would be `?`.

    `from_option` is what an option said: it is asked about only where it does not parse. With a
    label the answer is a line of the record that is shown before it is written. `is_back` lets `<`
    raise PreviousQuestion, which is done with no questions that are gone through again.
    """
    dialogue = current.get() or PromptHistory()
    key = dialogue.key(question)
    if key in dialogue.answers:
        was = dialogue.answers[key]
        fault, value = _read(was, parse)
        if fault is None:
            return _noted(dialogue, key, was, cast("T", value), label)
        dialogue.take_back(key)  # an answer before it is another now
    before = dialogue.before.get(key, "")
    is_refused = False
    if from_option and not before:
        fault, value = _read(from_option, parse)
        if fault is None:
            dialogue.rows += [PreviewLine(label, from_option, key)] if label else []
            return cast("T", value)
        _now(fault)
        before, is_refused = suggested(fault) or "", True
    dialogue.is_quiet = False
    for text in dialogue.messages:
        typer.echo(text, err=True)
    dialogue.defaults[key] = default or ""
    draft, stands = (before, default) if editor() else ("", before or default)
    while True:
        note()
        *above, last = in_lines(f"{question}{f' [{stands}]' if stands else ''}: ")
        reply = typed(above, f"{last} ", draft, offers, is_refused=is_refused) or stands or ""
        if reply == BACK and is_back:
            raise PreviousQuestion
        reply = "" if reply == _CLEARED and default == "" else reply
        fault = _refused(reply, default, more or listed(offers), dialogue)
        if fault is None:
            fault, value = _read(reply, parse)
            if fault is None:
                return _noted(dialogue, key, reply, cast("T", value), label)
            (draft, stands), is_refused = _after(reply, fault, draft, stands), True
            fault += " (Ctrl-U clears the line)" if draft else ""
        _now(fault)


def _after(reply: str, fault: str, draft: str, stands: str | None) -> tuple[str, str | None]:
    """The text in the line after a refusal, what is meant or was typed; and the one for Enter.

    Where Enter is no answer it stays that.
    """
    meant = suggested(fault)
    if stands == "" and not editor():
        return draft, stands
    return (meant or reply, stands) if editor() else (draft, meant or stands)


def optional(
    question: str,
    parse: Callable[[str], T],
    more: str,
    value: str | None = None,
    **keys: Any,
) -> T | None:
    """The same; Enter is no answer."""

    def parsed(text: str) -> T | None:
        return parse(text) if text else None

    return answer(question, parsed, more, "", value, **keys)


def confirmed(question: str, *, default: bool = False) -> bool:
    more = f"y = yes, n = no, Enter = {'yes' if default else 'no'}"
    is_yes = optional(f"{question} [{'Y/n' if default else 'y/N'}]", _yes, more)
    return default if is_yes is None else is_yes


def chosen(text: str, offers: Sequence[Offer]) -> str:
    """The id that is meant; it is told with its title."""
    match = single_match(text, offers)
    if isinstance(match, str):
        raise typer.BadParameter(match)
    tell(": ".join(filter(None, match)))
    return match[0]


def noted(label: str, reply: object) -> None:
    """A line of the record that is not asked for, if there is something in it."""
    if (dialogue := current.get()) and reply:
        dialogue.rows.append(PreviewLine(label, str(reply), None))


def unsaid() -> None:
    """The last line of the record is none: another answer takes its place."""
    if dialogue := current.get():
        dialogue.rows.pop()


def tell(text: str, indent: int = 2) -> None:
    """A remark between questions: on stderr, folded, indented.

    While answers are gone through again it waits for a question that somebody sees.
    """
    first, rest = " " * indent, " " * 2 * indent
    show("\n".join(laid_out(line, first, rest) if line else "" for line in text.split("\n")))


def show(text: str) -> None:
    """The same of a text that is laid out already."""
    if (dialogue := current.get()) and dialogue.is_quiet:
        dialogue.messages.append(text)
    else:
        typer.echo(text, err=True)


def _noted(dialogue: PromptHistory, key: Key, reply: str, value: T, label: str | None) -> T:
    text = reply if value is None or isinstance(value, int | float) else str(value)
    dialogue.answered(key, reply, label, text)
    return value


def _refused(reply: str, default: str | None, more: str, dialogue: PromptHistory) -> str | None:
    if reply == BACK:
        if dialogue.asked:
            raise PreviousQuestion
        return "this is the first question; Ctrl-C stops" if current.get() else _NO_WAY
    if reply == "?":
        return more
    if not reply and default is None:
        return "an answer is needed; Ctrl-C stops"
    return None


def refusal(check: Callable[[str], object], text: str) -> str | None:
    return _read(text, check)[0]


def _read(reply: str, parse: Callable[[str], T]) -> tuple[str | None, T | None]:
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in reply.replace("\n", "")):
        return "that holds a key or a byte that is no text: once more", None
    try:
        return None, parse(reply)
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


def typed(
    above: Sequence[str], prompt: str, before: str, offers: Sequence[Offer], *, is_refused: bool
) -> str:
    """The line; Ctrl-C and the end of the input stop the command.

    `above` are the lines of a question before its last one, `before` is what stands in the line
    already, where it can be changed there; what was refused is selected, so that typing takes its
    place. Questions go to stderr.
    """
    edit = editor()
    typer.echo("".join(f"{line}\n" for line in above), nl=False, err=True)
    try:
        if edit:
            line: str = edit.edited(printable(prompt), before, offers, is_refused)
            return line
        typer.echo(prompt, nl=False, err=True)
        if plain := sys.stdin.readline():
            return plain.strip()
    except UnicodeDecodeError:
        return "\0"  # which is no text, and asked for again
    except (EOFError, KeyboardInterrupt):
        pass
    typer.echo(err=True)
    raise typer.Abort


def editor() -> ModuleType | None:
    """The line editor with completion, history and paste; None on a terminal without keys."""
    if os.environ.get("TERM", "dumb") in ("", "dumb"):
        return None
    try:
        from scenarios.cli.terminal import line_editor  # noqa: PLC0415 - a terminal alone
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("scenarios"):
            raise
        return None
    return line_editor
