"""How a change is made, and whether its result names a commit."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from msgspec import UNSET, Struct, UnsetType


class How(NamedTuple):
    """How a change is made: tried or written, committed or not.

    No day after `latest` may be new in the records, where one is given. Refused where a file is not
    as it was `seen`, by its digest. `read` may be the function of an earlier reading, or a database
    opened a moment ago, which is fresh enough where nothing is locked.
    """

    dry_run: bool = False
    commit: bool = False
    latest: date | None = None
    seen: Mapping[str, str] = {}
    read: Any = None


AS_USUAL = How()
TRIED = How(dry_run=True)


class Committable(Struct, frozen=True, kw_only=True):
    """The last two keys of a result: there only where a commit was asked for."""

    commit: str | UnsetType | None = UNSET
    subject: str | UnsetType | None = UNSET
