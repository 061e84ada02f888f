"""How questions and remarks lie on the screen: folded, in the columns that it has."""

from __future__ import annotations

import os
import shutil
import sys

from scenarios.text import fold, printable

_ROOM = 12
"""The columns that a question leaves for the answer in its last line."""
_WIDEST = 100


def in_lines(question: str) -> list[str]:
    """A question, with room for an answer behind its last line."""
    text = question.lstrip()
    indent = " " * (len(question) - len(text))
    return fold(text, _width() - _ROOM, indent).split("\n")


def laid_out(text: str, first: str, rest: str | None = None) -> str:
    """The text folded behind its first words, which the lines below leave room for."""
    return fold(text, _width(), " " * len(first) if rest is None else rest, first)


def screen_lines() -> int:
    """The lines of the screen."""
    return shutil.get_terminal_size().lines


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
