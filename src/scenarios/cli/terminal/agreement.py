"""The finished record: shown before it is written, and changed until it is right."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import typer

from scenarios.cli.output.streams import cut, laid_out, screen_lines
from scenarios.cli.terminal import prompt, retyping
from scenarios.cli.terminal.retyping import (
    PreviewLine,
    PreviousQuestion,
    PromptHistory,
    current,
)
from scenarios.errors import ScenError
from scenarios.text import nearest

T = TypeVar("T")

_KEYS = "Enter = write, e = change a line, b = back, ? = in full"


def agreed(ask: Callable[[], T], tried: Callable[[T], object], *, missing: bool) -> T:
    """Ask the questions and return the answers, once confirmed; at once where none is missing.

    `ask` is run again from its start after each step back: it must not remember. `tried` writes
    nothing and refuses what writing would refuse, while it can still be changed.
    """
    if not (missing and prompt.interactive()):
        return ask()
    dialogue, outer = PromptHistory(), current.get()
    current.set(dialogue)
    try:
        while True:
            try:
                answers = ask()
                retyping.end()
                has_rows = dialogue.asked and any(row.answer for row in dialogue.rows)
                if not (has_rows and _changes(dialogue, outer, _fault(tried, answers))):
                    return answers
            except PreviousQuestion:
                dialogue.take_back(dialogue.asked[-1])
            dialogue.begin()
            retyping.begin_anew()
    finally:
        current.set(outer)


def _fault(tried: Callable[[T], object], answers: T) -> str | None:
    try:
        tried(answers)
    except ScenError as error:
        return str(error)
    return None


def _changes(dialogue: PromptHistory, outer: PromptHistory | None, fault: str | None) -> bool:
    """Show the record and ask once; True if a line is to change, which is asked for again.

    A record that would be refused cannot be written.
    """
    rows = _in_order(dialogue.rows)
    current.set(outer)  # these questions are none of the record's
    try:
        typer.echo(f"\n{_listed(rows)}", err=True)
        if fault:
            prompt.tell(fault)
        if edit := prompt.editor():
            edit.drop_typed_ahead()  # keys pressed before the record was shown do not answer
        keys = _KEYS.removeprefix("Enter = write, ") if fault else _KEYS
        default = None if fault else ""
        in_full = "\n".join(f"{row.label}: {row.answer or '–'}" for row in rows)
        chosen: str | PreviewLine | None = "e"
        while chosen == "e":
            chosen = prompt.answer(keys, _word(rows), in_full, default, is_back=True)
            if chosen == "e":  # Enter is none of the lines
                which = "Which line: its number or name"
                chosen = prompt.optional(which, _row(rows), in_full) or "e"
        if chosen == "b":
            raise PreviousQuestion
        if is_line := isinstance(chosen, PreviewLine) and chosen.key is not None:
            dialogue.take_back(chosen.key, chosen.answer)
        return is_line
    finally:
        current.set(dialogue)


def _in_order(rows: Sequence[PreviewLine]) -> list[PreviewLine]:
    """Return the answers, each question once; then the keys left out."""
    once = {row.key or row: row for row in rows}.values()
    answered = [row for row in once if row.answer]
    empty = {row.label: row for row in once if not row.answer}
    return [
        *answered,
        *(row for row in empty.values() if row.label not in {row.label for row in answered}),
    ]


def _listed(rows: Sequence[PreviewLine]) -> str:
    """The record in as many lines as the screen has; what was left out stands in one."""
    lines = screen_lines() - 6
    answered = [(n, row) for n, row in enumerate(rows, start=1) if row.answer]
    wide = max(len(row.label) for _, row in answered)
    empty = [row.label for row in rows if not row.answer]
    folded = [_line(n, row, wide, full=True) for n, row in answered]
    if sum(text.count("\n") + 1 for text in folded) > lines:
        folded = [_line(n, row, wide, full=False) for n, row in answered]
    if empty:
        folded.append(cut(f"     left out: {', '.join(empty)}"))
    return "\n".join(folded)


def _line(number: int, row: PreviewLine, wide: int, *, full: bool) -> str:
    head = f"{number:>3}  {row.label:<{wide}}  "
    return laid_out(row.answer, head) if full else cut(head + " ".join(row.answer.split()))


def _word(rows: Sequence[PreviewLine]) -> Callable[[str], str | PreviewLine]:
    def parse(text: str) -> str | PreviewLine:
        word = text.lower()
        if word in ("", "b", "e"):
            return word
        return _row(rows)(word.removeprefix("e "))

    return parse


def _row(rows: Sequence[PreviewLine]) -> Callable[[str], PreviewLine]:
    def parse(text: str) -> PreviewLine:
        by_number = {f"{n}": row for n, row in enumerate(rows, start=1)}
        by_name = {word: row for row in rows for word in (row.label, row.label.split()[-1])}
        row = by_number.get(text) or by_name.get(nearest(text, by_name) or "")
        if row is None:
            raise typer.BadParameter(f"'{text}': a number or a name that stands above")
        if row.key is None:
            raise typer.BadParameter(f"{row.label} was given beforehand, and stands here")
        return row

    return parse
