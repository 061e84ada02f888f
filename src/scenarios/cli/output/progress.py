"""A bar on stderr for what takes longer than a second, on a terminal alone."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from scenarios.progress import Progress, unwatched

T = TypeVar("T")

PATIENCE = 1.0
"""Seconds in which nothing is shown."""


def progress() -> Progress:
    """A bar where somebody looks, and else nothing."""
    return _bar if sys.stderr and sys.stderr.isatty() else unwatched


def _bar(items: Iterable[T], what: str, total: int) -> Iterator[T]:
    """The bar is gone when the last item was taken: what comes after it stands alone."""
    start, taken = time.monotonic(), 0
    rest = iter(items)
    for item in rest:
        yield item
        taken += 1
        if time.monotonic() - start >= PATIENCE:
            break
    else:
        return
    from tqdm import tqdm

    yield from tqdm(rest, desc=f"scen: {what}", initial=taken, total=total, leave=False)
