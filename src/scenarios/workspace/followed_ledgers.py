"""The ledgers of one state of a database after the other, for as long as a process lasts."""

from collections.abc import Callable, Collection

from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.model import EvidenceId
from scenarios.storage.cache.files import CachedEvidence
from scenarios.workspace.opened import OpenDatabase


class FollowedLedgers:
    """Ledgers that follow the items from state to state, for one thread at a time.

    `on_change` is called before they do.
    """

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self._on_change = on_change
        self._before: tuple[OpenDatabase, DailyLedgers] | None = None

    def of(self, opened: OpenDatabase) -> DailyLedgers:
        """Return the ledgers of a state, which those of the next one replace."""
        before, ledgers = self._before or (opened, DailyLedgers(opened.database))
        changed = () if before is opened else changed_items(before, opened)
        if changed is None:
            ledgers = DailyLedgers(opened.database)
        elif changed:
            self._on_change()
            ledgers.follow(opened.database, changed)
        self._before = opened, ledgers
        return ledgers


def changed_items(before: OpenDatabase, after: OpenDatabase) -> Collection[EvidenceId] | None:
    """The items that differ; None where other records than sheets do too."""
    old, new = before.database.evidence, after.database.evidence
    if not (isinstance(old, CachedEvidence) and isinstance(new, CachedEvidence)):
        return None
    changed = new.take(old)
    return changed if old.files.digest_of("sources") == new.files.digest_of("sources") else None
