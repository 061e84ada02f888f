"""How much more memory this process may take: where the system can tell, a fault instead of all."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "linux":
    import resource

_MORE = 3 * 2**30
"""Bytes: what a query may use, what threads reserve, and what becomes of the answer."""


@contextmanager
def bounded() -> Iterator[None]:
    """In the block, an allocation beyond the bound fails; a lower bound that was set stays."""
    if sys.platform != "linux":
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + _MORE
    if soft != resource.RLIM_INFINITY:
        most = min(most, soft)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
