"""Every address that there is, and what answers there."""

from __future__ import annotations

from scenarios.serve import lists, recording
from scenarios.serve.exchange import Entry


def entries(*, read_only: bool) -> tuple[Entry, ...]:
    """All but the pages of the site; none at which something is recorded where that may not be."""
    return (*(() if read_only else recording.ENTRIES), *lists.ENTRIES)
