"""A move in figures alone, for a clause of a caption."""

from __future__ import annotations

from scenarios.scales import percent


def rose_or_fell(before: float, after: float) -> str:
    """`fell from 37% to 4.0%`."""
    way = "rose" if after > before else "fell"
    return f"{way} from {percent(before)} to {percent(after)}"
