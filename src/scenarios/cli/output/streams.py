"""The streams of a command: results on stdout, remarks on stderr."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
import typer

from scenarios.analysis.ledger.version import VERSION
from scenarios.errors import Problem
from scenarios.progress import Progress, unwatched
from scenarios.render.text import shown_in
from scenarios.text import fold, inert, printable


def say(text: str) -> None:
    """A remark: on stderr."""
    typer.echo(f"scen: {printable(text)}", err=True)


@dataclass
class Run:
    """The command that runs: what it is asked about, and what its answer has to say of that.

    `database` is the folder typed for it, and `place` the one found, as typed from here; `schema`
    names the schema of its answer in docs/json. The `unreadable` files are named on stderr unless
    the answer does (`is_led`). Long texts are printed at once where it is not `paged`.
    """

    database: str | None
    schema: str
    paged: bool
    place: str = "."
    unreadable: tuple[Problem, ...] = ()
    is_led: bool = False

    @property
    def scen(self) -> list[str]:
        """The first words of a command line about the same database."""
        return ["scen", *(["--database", self.database] if self.database else [])]

    def from_database(self, path: str) -> str:
        """A file of the database, as typed from here."""
        return path if self.place == "." else f"{self.place}/{path}"


def show(run: Run, value: Any, text: Callable[[], str], form: str) -> None:
    """A result on stdout: as JSON, or as the text that `text` makes."""
    typer.echo(as_json(run, value) if form == "json" else text())


def as_json(run: Run, value: Any) -> str:
    """A result as JSON that names its schema and the ledger's version; a list is its rows alone.

    It names the files left out where there are any, a list then as its `rows`; a report says too
    that there are none.
    """
    if isinstance(value, msgspec.Struct) or run.unreadable:
        named: dict[str, Any] = {"schema": run.schema, "ledger": VERSION}
        if run.unreadable or run.schema == "report":
            keys = ("path", "line", "column", "message")
            named["unreadable"] = [
                {key: getattr(fault, key) for key in keys} | {"path": run.from_database(fault.path)}
                for fault in run.unreadable
            ]
            run.is_led = True
        plain = msgspec.to_builtins(value)
        value = named | (plain if isinstance(plain, dict) else {"rows": plain})
    return encoded(value)


def encoded(value: Any) -> str:
    """JSON in which nothing acts."""
    return inert(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def width() -> int:
    """The columns of the terminal; 80 where there is none."""
    if sys.stdout and sys.stdout.isatty():
        return shutil.get_terminal_size().columns
    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isdecimal() and int(columns) else 80


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
    return shutil.get_terminal_size().lines


def cut(text: str, room: int = 2) -> str:
    """The text in one line that leaves `room` columns."""
    columns = _width() - room
    text = printable(text)
    return text if len(text) <= columns else text[: columns - 1].rstrip() + "…"


def _width() -> int:
    """The columns in which questions are asked."""
    try:
        # Of stderr, where questions are asked, and each time: a window becomes narrower
        # (test_a_question_is_as_wide_as_the_terminal_has_become).
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    return min(columns or 80, _WIDEST)


_NOT_THERE = (126, 127)
"""Exit codes of a shell for a command that it cannot run."""


def page(run: Run, text: str) -> None:
    """A text on stdout; on a terminal that it is too long for, through the pager."""
    text = shown_in(sys.stdout.encoding, text) if sys.stdout else text
    pager = _pager(text) if run.paged and on_terminal() else ""
    if not pager or not _is_read(pager, text):
        typer.echo(text)


def on_terminal() -> bool:
    return bool(sys.stdout and sys.stdout.isatty())


def coloured() -> bool:
    """True if results may be in colour: on a terminal, without NO_COLOR and TERM=dumb."""
    return on_terminal() and not os.environ.get("NO_COLOR") and not _is_dumb()


def _pager(text: str) -> str:
    """The command of SCEN_PAGER, else PAGER, else less; none where the text fits, or for `cat`."""
    columns, lines = shutil.get_terminal_size()
    long = sum(1 + max(len(line) - 1, 0) // columns for line in text.split("\n"))
    if _is_dumb() or long < lines:
        return ""
    usual = "less" if shutil.which("less") else ""
    pager = os.environ.get("SCEN_PAGER", os.environ.get("PAGER", usual)).strip()
    return "" if pager == "cat" else pager


def _is_read(pager: str, text: str) -> bool:
    """Show a text in a pager; False where there is no such pager."""
    # As git does it, so that the user's own LESS and LV win
    # (tests/transcripts/terminal/screen.txt).
    environment = {"LESS": "FRX", "LV": "-c", **os.environ}
    data = f"{text}\n".encode(sys.stdout.encoding, "replace")
    sys.stdout.flush()
    # The user's own command line, which a shell reads as it does for git.
    process = subprocess.Popen(pager, shell=True, stdin=subprocess.PIPE, env=environment)  # noqa: S602
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the pager's
    try:
        process.communicate(data)
    finally:
        signal.signal(signal.SIGINT, before)
    return process.returncode not in _NOT_THERE


def _is_dumb() -> bool:
    return os.environ.get("TERM", "dumb") == "dumb"


T = TypeVar("T")

PATIENCE = 1.0
"""Seconds in which nothing is shown."""


def progress() -> Progress:
    """A bar where somebody looks, and else nothing."""
    return _bar if sys.stderr and sys.stderr.isatty() else unwatched


def _bar(items: Iterable[T], what: str, total: int) -> Iterator[T]:
    """The bar is gone when the last item was taken: what comes after it stands alone."""
    start, seconds = time.monotonic(), 0
    rest = iter(items)
    for item in rest:
        yield item
        seconds += 1
        if time.monotonic() - start >= PATIENCE:
            break
    else:
        return
    from tqdm import tqdm  # noqa: PLC0415 - after a second alone

    yield from tqdm(rest, desc=f"scen: {what}", initial=seconds, total=total, leave=False)
