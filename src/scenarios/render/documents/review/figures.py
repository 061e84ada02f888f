"""Moves in figures alone: a commit's subject, and a clause of a caption."""

from __future__ import annotations

from collections.abc import Iterable

from scenarios.scales import jeffreys, percent

_SUBJECT = 100
"""Characters up to which a subject takes more figures than its first."""


def rose_or_fell(before: float, after: float) -> str:
    """`fell from 37% to 4.0%`."""
    way = "rose" if after > before else "fell"
    return f"{way} from {percent(before)} to {percent(after)}"


def subject(head: str, moves: Iterable[tuple[str, float | None, float | None]]) -> str:
    """`head (SCENARIO 45% → 12%, …)`: the largest moves first, within the length of a subject."""

    def size(move: tuple[str, float | None, float | None]) -> tuple[bool, float]:
        _, before, after = move
        return before is not None and after is not None, -jeffreys(before, after)

    parts = []
    for scenario, *values in sorted(moves, key=size):
        before, after = (percent(value) if value is not None else "–" for value in values)
        parts.append(f"{scenario} {before} → {after}")
    text = f"{head} ({', '.join(parts)})" if parts else head
    for kept in range(len(parts) - 1, 0, -1):
        if len(text) <= _SUBJECT:
            break
        text = f"{head} ({', '.join([*parts[:kept], '…'])})"
    return text
