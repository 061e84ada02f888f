"""Faults of one kind, told once with every call at which they are there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator


def summary(faults: Iterable[tuple[int, str]]) -> Iterator[str]:
    """Numbers, names of objects and random names make no kind of their own."""
    calls: dict[str, list[int]] = {}
    texts: dict[str, str] = {}
    for call, fault in faults:
        kind = re.sub(r"[0-9a-f/]*\d[0-9a-f/]*", "", fault)
        calls.setdefault(kind, []).append(call)
        texts.setdefault(kind, fault)
    for kind, found in calls.items():
        yield f"call {_ranges(found)}: {texts[kind]}"


def _ranges(calls: Iterable[int]) -> str:
    """1-3, 7."""
    ranges: list[list[int]] = []
    for call in calls:
        if ranges and call <= ranges[-1][1] + 1:
            ranges[-1][1] = call
        else:
            ranges.append([call, call])
    return ", ".join(f"{first}-{last}" if last > first else f"{last}" for first, last in ranges)
