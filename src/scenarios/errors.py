"""Faults and errors: a fault in a file is a value, a command that cannot go on is an exception.

ScenError        the command was refused: exit 1
├── NotWritten   a change was refused before its first byte
├── NoCommit     git has no history to read yet
└── UsageError   the command was called wrongly: exit 2
Fault            what is wrong at one key of a file, which it does not know
Problem          a fault in a file: collected, never raised
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Severity = Literal["error", "warning"]

NAMED = 20
"""As many faults of one rule are named in a file; the rest is counted."""

Keys = tuple[str | int, ...]
"""The way to a value: keys and places in lists, outermost first."""
At = Literal["key", "value"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault at one key of a file; the loader knows the file and finds the line."""

    keys: Keys
    at: At
    rule: str
    message: str
    hint: str | None = None
    severity: Severity = "error"


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """A fault in a file, or `count` of them from there on. Lines and columns count from 1."""

    path: str
    line: int
    column: int
    rule: str
    message: str
    hint: str | None = None
    severity: Severity = "error"
    count: int = 1

    def __str__(self) -> str:
        """`path:line:column: rule: message`, with the hint behind it in brackets."""
        where = f"{self.path}:{self.line}:{self.column}"
        level = "" if self.severity == "error" else "warning: "
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}: {level}{self.rule}: {self.message}{hint}"


def unreadable(place: str, reason: str) -> Problem:
    """The fault of a file, or of a tracker of several, that cannot be read at all."""
    return Problem(place, 1, 1, "unreadable", reason)


def extra_needed(what: str, extra: str) -> ScenError:
    """A package is not there that few need; the command adds it wherever scen came from."""
    where = "with the pip of the environment that has scen, as .venv/bin/pip"
    return ScenError(f"{what} needs an extra: pip install 'scen[{extra}]', {where}")


def folded(problems: Iterable[Problem]) -> list[Problem]:
    """Of each rule in a file the first twenty; those that follow are one problem, with their count.

    So what a file of 1 MiB makes the program say stays in proportion to it.
    """
    number: Counter[tuple[str, str]] = Counter()
    count: Counter[tuple[str, str]] = Counter()
    next_one: dict[tuple[str, str], Problem] = {}
    named = []
    for problem in problems:
        key = problem.path, problem.rule
        number[key] += 1
        if number[key] <= NAMED:
            named.append(problem)
        else:
            next_one.setdefault(key, problem)
            count[key] += problem.count
    for key, problem in next_one.items():
        more = f"and {count[key]:,} more of this kind in this file"
        rest = replace(problem, message=more, hint=None, count=count[key])
        named.append(problem if count[key] == problem.count else rest)
    return named


class ScenError(Exception):
    """A command cannot go on: the message says what, where and what to do."""

    exit_code = 1

    @property
    def reason(self) -> str:
        """The message without the assurance that nothing was written."""
        return str(self)


class NoCommit(ScenError):  # noqa: N818
    """A repository has no commit yet."""


class NotWritten(ScenError):  # noqa: N818
    """A change was refused before its first byte was written, for a `reason`."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"nothing was written: {reason}")
        self._reason = reason

    @property
    def reason(self) -> str:
        return self._reason


class UsageError(ScenError):
    """A command was called with something that it cannot take."""

    exit_code = 2
