"""What can go wrong: a fault in a file is a value, a command that cannot go on is an exception.

ScenError        the command was refused: exit 1
└── UsageError   the command was called wrongly: exit 2
Problem          a fault in a file: collected, never raised
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """A fault in a file. Lines and columns count from 1."""

    path: str
    line: int
    column: int
    rule: str
    message: str
    hint: str | None = None
    severity: Severity = "error"

    def __str__(self) -> str:
        """`path:line:column: rule: message`, with the hint behind it in brackets."""
        where = f"{self.path}:{self.line}:{self.column}"
        level = "" if self.severity == "error" else "warning: "
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}: {level}{self.rule}: {self.message}{hint}"


class ScenError(Exception):
    """A command cannot go on: the message says what, where and what to do."""

    exit_code = 1


class UsageError(ScenError):
    """A command was called with something that it cannot take."""

    exit_code = 2
