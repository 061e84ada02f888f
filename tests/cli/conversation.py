"""A conversation with `scen` at a terminal that is no device: answers given one by one."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple

import pytest

from scenarios.cli.main import app
from scenarios.cli.terminal import retyping


class Said(NamedTuple):
    """What a conversation came to; `asked` are the lines of the screen with an answer."""

    code: int
    out: str
    screen: str
    asked: list[int]


class _Screen(io.BytesIO):
    def isatty(self) -> bool:
        return True


class _Keyboard:
    """Standard input; echoes each answer, as a terminal does; `^C` and `^D` are keys."""

    def __init__(self, screen: _Screen, answer: Callable[[str], str]) -> None:
        self.screen, self.answer = screen, answer
        self.asked: list[int] = []

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        above, _, question = self.screen.getvalue().decode().rpartition("\n")
        self.asked.append(above.count("\n") + bool(above))
        said = self.answer(question)
        self.screen.write(f"{said}\n".encode())
        if said == "^C":
            raise KeyboardInterrupt
        return "" if said == "^D" else f"{said}\n"


def converse(*words: str, answer: Callable[[str], str]) -> Said:
    """Give a command at a terminal; its results go to a pipe."""
    screen, pipe = _Screen(), io.BytesIO()
    keyboard = _Keyboard(screen, answer)
    err = io.TextIOWrapper(screen, "utf-8", write_through=True)
    out = io.TextIOWrapper(pipe, "utf-8", write_through=True)
    code = 0
    retyping.forget()  # as a process of its own begins
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "stdin", keyboard)
        patch.setattr(sys, "argv", ["scen", *words])
        patch.setenv("TERM", "dumb")  # it has no keys
        try:
            app(list(words), prog_name="scen")
        except SystemExit as end:
            code = int(end.code or 0)
    return Said(code, pipe.getvalue().decode(), screen.getvalue().decode(), keyboard.asked)


def talk(*answers: str | Callable[[], str], words: Iterable[str]) -> Said:
    """All these answers in turn; one that is a function is what happens meanwhile."""
    left = list(answers)

    def answer(question: str) -> str:
        assert left, f"no answer is left for {question!r}"
        said = left.pop(0)
        return said if isinstance(said, str) else said()

    said = converse(*words, answer=answer)
    assert not left, f"nobody asks for {left}:\n{said.screen}"
    return said
