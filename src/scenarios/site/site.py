"""A database on a day, with what its pages share: each part is found once, when a page asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from datetime import date
from functools import cached_property, partial
from typing import Any, TypeVar

from scenarios.analysis.evidence.knowledge import shown
from scenarios.model import Database, Evidence, EvidenceId, Scenario, ScenarioId, SetId
from scenarios.site.links import INDEX, Links, up
from scenarios.storage.git.repository import Repository
from scenarios.workspace.opened import Opened

T = TypeVar("T")


class Site:
    """What a site shows; `weeks` limits the days of its reviews, `url` is where it is published.

    With `previews` pages have pictures by which they are shown where they are shared.
    """

    def __init__(
        self,
        opened: Opened,
        as_of: date,
        repository: Repository | None = None,
        *,
        weeks: int | None = None,
        url: str = "",
        previews: bool = False,
    ) -> None:
        self.opened, self.as_of, self.repository = opened, as_of, repository
        self.weeks, self.url, self.previews = weeks, url, previews
        self._found: dict[Callable[[Site], Any], Any] = {}
        self._query: str | None = None

    @property
    def database(self) -> Database:
        """What is sound of it."""
        return self.opened.database

    @property
    def title(self) -> str:
        """What the site is called."""
        return " ".join(self.database.tracker.title.split()) or "Scenarios"

    @cached_property
    def scenarios(self) -> Mapping[ScenarioId, Scenario]:
        """Those that had opened."""
        return shown(self.database, self.as_of)

    @cached_property
    def evidence(self) -> Mapping[EvidenceId, Evidence]:
        """What was recorded by then, retracted or not."""
        items = self.database.evidence.items()
        return {id: item for id, item in items if item.recorded <= self.as_of}

    @cached_property
    def sets(self) -> dict[SetId, tuple[ScenarioId, ...]]:
        """The members of each set that had opened."""
        found: dict[SetId, list[ScenarioId]] = {}
        for id in sorted(self.scenarios):
            if set_id := self.scenarios[id].set:
                found.setdefault(set_id, []).append(id)
        return {set_id: tuple(ids) for set_id, ids in sorted(found.items())}

    @cached_property
    def years(self) -> dict[str, list[EvidenceId]]:
        """The items by the year that their ids begin with, the latest first."""
        found: dict[str, list[EvidenceId]] = {}
        for id in self.evidence:
            found.setdefault(id[:4], []).append(id)
        return dict(sorted(found.items(), reverse=True))

    @cached_property
    def moved(self) -> dict[str, dict[str, str]]:
        """In the folders of scenarios and of items, the ids that are there under another now."""
        kinds: dict[str, tuple[str, Mapping[str, object]]] = {
            "scenario": ("s", self.scenarios),
            "evidence": ("e", self.evidence),
        }
        found: dict[str, dict[str, str]] = {"s": {}, "e": {}}
        for (kind, old), now in self.database.called_now.items():
            folder, ids = kinds.get(kind, ("", {}))
            if now in ids and old not in ids:
                found[folder][old] = now
        return found

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The days of its reviews: those with a sheet, oldest first; always the latest."""
        sheets = self.database.sheets.values()
        days = sorted({one.date for one in sheets if one.date <= self.as_of})
        return tuple(filter(self.is_late, days)) or tuple(days[-1:])

    def is_late(self, day: date) -> bool:
        """Whether it lies in the weeks whose reviews are wanted."""
        return self.weeks is None or (self.as_of - day).days <= self.weeks * 7

    @property
    def known(self) -> Mapping[str, Mapping[str, object]]:
        """What has a place on the site, by the kind of its anchor."""
        return {
            "s": self.scenarios,
            "e": self.evidence,
            "set": self.sets,
            "source": self.database.sources,
            "review": {f"{day}": None for day in self.days},
            "year": self.years,
            "file": self.opened.snapshot,
        }

    def file_address(self, path: str) -> str:
        """Where the tracker's repository has a file; nothing where it names none."""
        base = self.database.tracker.repository
        return f"{base.rstrip('/')}/{path}" if base else ""

    def served(self, query: str) -> Site:
        """Return the same site with links between the pages of a server, a query behind each."""
        site = copy(self)
        site._query = query  # noqa: SLF001 - its own
        return site

    @property
    def is_served(self) -> bool:
        """True where a server answers with the pages."""
        return self._query is not None

    def href(self, page: str, address: str) -> str:
        """The link from a page to an address of the site."""
        if self._query is None:
            return up(page) + address
        path, mark, anchor = address.partition("#")
        return (up(page) + path.removesuffix(INDEX) or "./") + self._query + mark + anchor

    def links(self, page: str) -> Links:
        """The links from a page to all that has a place on the site."""
        return Links(self.known, partial(self.href, page))

    def once(self, find: Callable[[Site], T]) -> T:
        """What a function finds of the site, found once."""
        if find not in self._found:
            self._found[find] = find(self)
        found: T = self._found[find]
        return found
