"""What is missing: asked for on a terminal, refused elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

import typer

from scenarios.errors import UsageError

T = TypeVar("T")


def interactive() -> bool:
    """Whether somebody sits at a terminal who can answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def needed(value: str | None, option: str, question: str) -> str:
    """The value, or the answer to a question; blank is no answer."""
    return needed_as(value, option, question, lambda text: text)


def needed_as(value: str | None, option: str, question: str, parse: Callable[[str], T]) -> T:
    """The parsed value, or the parsed answer; a wrong answer is asked for again."""
    if value is not None:
        if not value.strip():
            raise UsageError(f"{option} is empty: {question.lower()}")
        return parse(value)
    if not interactive():
        raise UsageError(f"{option} is missing: {question.lower()}")
    return answer(question, parse)


def answer(question: str, parse: Callable[[str], T], default: str | None = None) -> T:
    """Ask until the answer parses; Enter takes the default, where there is one."""
    while True:
        said = typer.prompt(question, default=default, err=True, show_default=bool(default))
        try:
            if said.strip() or default is not None:
                return parse(said.strip())
        except typer.BadParameter as error:
            typer.echo(f"  {error.message}", err=True)


def confirmed(question: str) -> bool:
    """Yes or no."""
    return typer.confirm(question, err=True, default=False)
