"""How a change is made."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class How(NamedTuple):
    """How a change is made: tried or written, committed or not.

    No day after `latest` may be new in the records, where one is given.
    """

    dry_run: bool = False
    commit: bool = False
    latest: date | None = None


AS_USUAL = How()
TRIED = How(dry_run=True)
