"""The site of each state and day that is looked at: what its pages share is found once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import date
from typing import NamedTuple

from scenarios.errors import ScenError
from scenarios.serve.desk import Seen
from scenarios.serve.exchange import Ask
from scenarios.site.site import Site
from scenarios.storage.git import repository as git
from scenarios.storage.git.repository import Repository

_MOST = 4


class Sited(NamedTuple):
    """A site, and whose turn it is: a part of it that two pages need is made by one of them."""

    site: Site
    turn: threading.Lock


class Sites:
    """The sites that were used last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, date], Sited] = OrderedDict()

    def of(self, seen: Seen, on: date) -> Sited:
        """The site of a state on a day."""
        with self._lock:
            found = self._kept.get((seen.name, on))
            if found is None:
                found = Sited(Site(seen.opened, on, _repository(seen)), threading.Lock())
                self._kept[seen.name, on] = found
                while len(self._kept) > _MOST:
                    self._kept.popitem(last=False)
            self._kept.move_to_end((seen.name, on))
            return found


def site_of(ask: Ask) -> Sited:
    """The site of what is asked."""
    sites: Sites = ask.request.app.state.sites
    return sites.of(ask.seen, ask.on)


def _repository(seen: Seen) -> Repository | None:
    try:
        return git.repository(seen.opened.root) if seen.offered else None
    except ScenError:
        return None
