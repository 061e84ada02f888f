"""Every address that there is, and what answers there."""

from __future__ import annotations

from scenarios.serve import lists, pages, recording
from scenarios.serve.exchange import Entry


def entries(*, read_only: bool) -> tuple[Entry, ...]:
    """All, or those at which nothing is recorded; of two that fit, the first answers."""
    return (*(() if read_only else recording.ENTRIES), *lists.ENTRIES, *pages.ENTRIES)
