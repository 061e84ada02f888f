"""One line that somebody types: in an editor where the terminal has one, else as it comes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

import typer

from scenarios.text import printable
from scenarios.workspace.input.offers import Offer


def typed(
    above: Sequence[str],
    prompt: str,
    before: str,
    offers: Sequence[Offer],
    *,
    is_refused: bool = False,
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
            return edit(printable(prompt), before, offers, is_refused)
        typer.echo(prompt, nl=False, err=True)
        return _plain()
    except (EOFError, KeyboardInterrupt):
        typer.echo(err=True)
        raise typer.Abort from None


def editor() -> Callable[[str, str, Sequence[Offer], bool], str] | None:
    """The line editor with completion, history and paste; None on a terminal without keys."""
    if os.environ.get("TERM", "dumb") in ("", "dumb"):
        return None
    try:
        from scenarios.cli.terminal.line_editor import edited
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("scenarios"):
            raise
        return None
    return edited


def drop_typed_ahead() -> None:
    """Drop keys pressed before a question was shown: they do not answer it."""
    if editor():
        from scenarios.cli.terminal import line_editor

        line_editor.drop_typed_ahead()


def _plain() -> str:
    """A line as the terminal makes it; one that is no text is refused, and asked for again."""
    try:
        line = sys.stdin.readline()
    except UnicodeDecodeError:
        return "\0"
    if not line:
        raise EOFError
    return line.strip()
