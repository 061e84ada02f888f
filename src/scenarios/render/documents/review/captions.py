"""A move where there is no room for a sentence: labels, captions, cards and commit subjects."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from scenarios.render.document import Figure, Span, plain
from scenarios.render.text import long_day
from scenarios.scales import jeffreys, percent, printed
from scenarios.text import counted

_LONGEST = 100
"""Characters of a commit's subject, if one move has room in it."""


def rose_or_fell(before: float, after: float) -> tuple[Span, ...]:
    """` fell from 37% to 4.0%`."""
    if printed(before) == printed(after):
        return " hardly moved, at ", Figure(after, "p")
    way = " rose from " if after > before else " fell from "
    return way, Figure(before, "p"), " to ", Figure(after, "p")


def course(name: str, before: float, after: float, since: date, reported: float | None) -> str:
    """`stated fell from 37% to 4.0% since 21 February 2022`; what was `reported` then, if other."""
    start = long_day(since)
    text = f"{name}{plain(rose_or_fell(before, after))} since {start}"
    if printed(before) == printed(after):
        text = f"{name} {percent(after)}, unchanged since {start}"
    if reported is None or printed(reported) == printed(before):
        return text
    return f"{text} by today's records; {percent(reported)} was said then"


def count(number: int, overdue: int, moved: int, changed: int, since: date) -> str:
    """`19 open scenarios, 2 overdue, 12 moved since 21 February 2022, 1 changed afterwards`."""
    parts = [counted(number, "open scenario"), *[f"{overdue} overdue"] * bool(overdue)]
    parts.append(f"{moved or 'none'} moved since {long_day(since)}")
    return ", ".join([*parts, *[f"{changed} changed afterwards"] * bool(changed)])


def commit_subject(head: str, moves: Iterable[tuple[str, float | None, float | None]]) -> str:
    """`head (SCENARIO 45% → 12%, …)`: what moved most first, as much of it as there is room for."""

    def size(move: tuple[str, float | None, float | None]) -> tuple[bool, float]:
        _, before, after = move
        return before is not None and after is not None, -jeffreys(before, after)

    parts = []
    for scenario, *values in sorted(moves, key=size):
        before, after = (percent(value) if value is not None else "–" for value in values)
        parts.append(f"{scenario} {before} → {after}")
    text = f"{head} ({', '.join(parts)})" if parts else head
    for kept in range(len(parts) - 1, 0, -1):
        if len(text) <= _LONGEST:
            break
        text = f"{head} ({', '.join([*parts[:kept], '…'])})"
    return text
