"""What takes long says how far it got: on a terminal, on stderr, and nowhere else."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios
from collections.abc import Iterable
from typing import TypeVar

from scenarios.analysis.period.period import window
from scenarios.analysis.period.trajectory import curves
from scenarios.storage.loader import load
from tests.records import database, day, scenario

T = TypeVar("T")

COUNT = """
from scenarios.cli.output import streams as progress
progress.PATIENCE = {patience}
watched = progress.progress()
print(sum(watched((n for n in range(5)), "scoring", 5)), [*watched([], "scoring", 0)])
"""


def counted(patience: float, *, terminal: bool) -> tuple[str, str]:
    """What five items come to, and what stderr showed meanwhile."""
    ours, theirs = pty.openpty() if terminal else os.pipe()
    if terminal:
        termios.tcsetwinsize(ours, (24, 80))
    program = [sys.executable, "-c", COUNT.format(patience=patience)]
    made = subprocess.run(program, stdout=subprocess.PIPE, stderr=theirs, text=True, check=True)
    os.write(theirs, b"\n")
    shown = ""
    while "\n" not in shown:
        shown += os.read(ours, 65536).decode()
    os.close(ours)
    os.close(theirs)
    return made.stdout.strip(), shown.removesuffix("\n").removesuffix("\r")


def test_a_terminal_is_told_how_far_it_got_and_is_left_as_it_was() -> None:
    result, shown = counted(0, terminal=True)
    assert result == "10 []"
    assert "scen: scoring" in shown
    assert "/5" in shown
    assert shown.split("\r")[-1].strip() == ""  # the bar is wiped


def test_nothing_is_shown_in_the_first_second_or_in_a_pipe() -> None:
    assert counted(600, terminal=True) == ("10 []", "")
    assert counted(0, terminal=False) == ("10 []", "")


def test_what_is_read_and_what_is_drawn_is_counted() -> None:
    seen: list[tuple[str, int]] = []

    def count(items: Iterable[T], what: str, total: int) -> Iterable[T]:
        seen.append((what, total))
        return items

    loaded = load({"tracker.yaml": b"format: 1\n", "a.yaml": b"title: A\n"}, progress=count)
    assert loaded.left_out
    base = database(scenarios={"a": scenario(), "b": scenario()})
    curves(window(base, day(3), day(9)), ["a", "b"], 9, count)
    assert seen == [("reading the records", 2), ("drawing the scenarios", 2)]
