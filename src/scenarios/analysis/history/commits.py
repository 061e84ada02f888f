"""A database's commits, as data: who changed which record when, and the database after each."""

from __future__ import annotations

from datetime import date

import msgspec

from scenarios.model import (
    Kind,
    Record,
)


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """A commit as git tells it; `authored` is the author's own date, which can be set.

    `squashed` are the days of the commits that its message says it replaces.
    """

    id: str
    parents: tuple[str, ...]
    author: str
    authored: date
    committed: date
    subject: str
    squashed: tuple[date, ...] = ()
    shallow: bool = False

    @property
    def earliest(self) -> date:
        """The day on which it, or the first of those that it replaces, was made."""
        return min((self.authored, *self.squashed))


class RecordChange(msgspec.Struct, frozen=True, kw_only=True):
    """A record before and after a commit; None where its file was not there, or not readable."""

    kind: Kind
    id: str
    before: Record | None
    after: Record | None
    readable: bool = True


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """A commit, and the records that it changed, if any.

    `changes` lead from the first parent to it; `own` are those that no parent had, so that a
    merge is not taken for the author of what it merges.
    """

    commit: Commit
    changes: tuple[RecordChange, ...]
    own: tuple[RecordChange, ...]
    left_out: int = 0
