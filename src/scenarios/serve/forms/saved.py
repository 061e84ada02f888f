"""Pages about saved forms, so that a form sent twice is saved once."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from typing import NamedTuple

from scenarios.model import ScenarioId

_MOST = 500


def ticket() -> str:
    """The name of one form on one page."""
    return secrets.token_urlsafe(9)


class SavedPage(NamedTuple):
    """A page, and the scenarios of which it tells no figure."""

    page: str
    hidden: Collection[ScenarioId] = ()


class Saved:
    """The pages that tell what was saved, by the ticket of the form; one is saved after another."""

    def __init__(self) -> None:
        self._saving = threading.Lock()
        self._pages: OrderedDict[str, SavedPage] = OrderedDict()

    def get(self, ticket: str) -> SavedPage | None:
        """The page of a form that this server saved lately, or None."""
        return self._pages.get(ticket)

    def once(self, ticket: str, save: Callable[[], SavedPage | None]) -> SavedPage | None:
        """Save, unless that was done; what is told of it, or None where it was refused."""
        with self._saving:
            if page := self._pages.get(ticket):
                return page
            page = save()
            if page is not None and ticket:
                self._pages[ticket] = page
                while len(self._pages) > _MOST:
                    self._pages.popitem(last=False)
            return page
