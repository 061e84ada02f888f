"""A site: its database and commits, its pages, and their addresses as seen from one of them."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from datetime import date
from functools import cached_property, partial
from typing import Any, TypeVar

import msgspec

from scenarios.analysis.evidence.knowledge import declared_events, known_on, opened_scenarios
from scenarios.errors import ScenError
from scenarios.model import Database, Evidence, EvidenceId, Scenario, ScenarioId, SetId
from scenarios.render.charts.draw import Card
from scenarios.render.document import Block, Heading
from scenarios.render.text import short_day
from scenarios.render.writers import html
from scenarios.render.writers.html import Origin
from scenarios.storage.git.repository import Repository, commit_of
from scenarios.workspace.file_commits import FileCommits, file_commits
from scenarios.workspace.opened import OpenDatabase, origin, placed


class PageLink(msgspec.Struct, frozen=True):
    """A link: its text and its address."""

    name: str
    href: str


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page without its frame.

    `main` is its content as HTML; links in it are relative to its address. `section` is its entry
    of the navigation, `above` are the pages on the way to it. `rules` and `script` are the page's
    own, `moved_to` is the new address of a moved page, `origin` stands in its foot, a `noticed`
    page has the tracker's notice in its content, `card` is its preview, and `day` its day, if that
    is not the site's.
    """

    address: str
    title: str
    description: str
    main: str
    section: str = ""
    above: tuple[PageLink, ...] = ()
    rules: str = ""
    script: str = ""
    card: Card | None = None
    moved_to: str = ""
    origin: str = ""
    noticed: bool = False
    day: str = ""


STYLE, FEED, ICON = "site.css", "feed.xml", "favicon.svg"
CARD = "card.png"
"""Beside a page that has one, the picture by which it is previewed."""


def review_title(day: date) -> str:
    """`Review of 28 Feb 2022`."""
    return f"Review of {short_day(day)}"


def up(address: str) -> str:
    """The way from a page to the root of its site."""
    return "../" * address.count("/")


INDEX = "index.html"
_PLACES = {
    "s": "s/{}/index.html",
    "e": "e/{}/index.html",
    "set": "set/{}/index.html",
    "source": "sources/index.html#source-{}",
    "review": "review/{}/index.html",
    "year": "evidence/{}/index.html",
    "event": "event/{}/index.html",
}


class Links(Mapping[str, str]):
    """The address of each anchor that has a page; `leads` makes it relative to a page."""

    def __init__(
        self, records: Mapping[str, Mapping[str, object]], leads: Callable[[str], str]
    ) -> None:
        self._known, self._leads = records, leads

    def __getitem__(self, anchor: str) -> str:
        kind, _, id = anchor.partition("-")
        if id not in self._known.get(kind, ()):
            raise KeyError(anchor)
        return self._leads(address_of(kind, id))

    def __iter__(self) -> Iterator[str]:
        return (f"{kind}-{id}" for kind, ids in self._known.items() for id in ids)

    def __len__(self) -> int:
        return sum(map(len, self._known.values()))


def address_of(kind: str, id: str) -> str:
    """The address of a record's page from the root of the site."""
    return _PLACES[kind].format(id)


def page_of(
    site: Site, address: str, title: str, description: str, blocks: Iterable[Block], **more: Any
) -> Page:
    """A page of blocks under its title, with the links from its address."""
    main = html.sections((Heading(1, title), *blocks), site.links(address))
    return Page(address=address, title=title, description=description, main=main, **more)


T = TypeVar("T")
_ROWS = 100
"""Rows of a list on a page that is not whole."""


class Site:
    """A site's content; `weeks` limits the days of its reviews, `url` is where it is published.

    With `previews` pages have pictures for where they are shared.
    """

    def __init__(
        self,
        opened: OpenDatabase,
        as_of: date,
        repository: Repository | None = None,
        *,
        weeks: int | None = None,
        url: str = "",
        previews: bool = False,
    ) -> None:
        self.folder = opened.root.name
        self.opened = placed(opened, lambda path: self.placed(path.rpartition("/")[2]))
        self.as_of, self.repository = as_of, repository
        self.weeks, self.url, self.previews = weeks, url, previews
        self._values: dict[Callable[[Site], Any], Any] = {}
        self._query: str | None = None
        self.is_whole, self.is_cut = True, False

    @property
    def database(self) -> Database:
        """The sound records."""
        return self.opened.database

    @property
    def title(self) -> str:
        """The title of the site."""
        return " ".join(self.database.tracker.name.split())

    def placed(self, path: str) -> str:
        """A file's path below the name of its database's folder."""
        return f"{self.folder}/{path}"

    @cached_property
    def scenarios(self) -> Mapping[ScenarioId, Scenario]:
        """The scenarios that had opened."""
        return opened_scenarios(self.database, self.as_of)

    @property
    def evidence(self) -> Mapping[EvidenceId, Evidence]:
        """The items that were recorded by then, retracted or not."""
        return self.once(_recorded)

    @cached_property
    def superseded(self) -> Mapping[EvidenceId, EvidenceId]:
        """The items that count no longer because another replaces them, by that one."""
        return known_on(self.database, self.as_of).superseded

    @property
    def events(self) -> Mapping[str, tuple[EvidenceId, ...]]:
        """The items of each event that was declared by then, the latest event first."""
        return self.once(_declared)

    @cached_property
    def sets(self) -> dict[SetId, tuple[ScenarioId, ...]]:
        """The members of each set that had opened."""
        opened = (
            (set_id, tuple(id for id in ids if id in self.scenarios))
            for set_id, ids in sorted(self.database.listed.items())
        )
        return {set_id: ids for set_id, ids in opened if ids}

    @property
    def years(self) -> dict[str, list[EvidenceId]]:
        """The items by the year that their ids begin with, the latest first."""
        return self.once(_by_year)

    @cached_property
    def moved(self) -> dict[str, dict[str, str]]:
        """In the folders of scenarios and items, the present id of each former one."""
        kinds: dict[str, tuple[str, Mapping[str, object]]] = {
            "scenario": ("s", self.scenarios),
            "evidence": ("e", self.evidence),
        }
        moved: dict[str, dict[str, str]] = {"s": {}, "e": {}}
        for (kind, old), now in self.database.called_now.items():
            folder, ids = kinds.get(kind, ("", {}))
            if now in ids and old not in ids:
                moved[folder][old] = now
        return moved

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The days of its reviews: those with a sheet, oldest first; always the latest."""
        days = {sheet.date for sheet in self.database.sheets.values() if sheet.date <= self.as_of}
        late = tuple(day for day in sorted(days) if self.is_late(day))
        return late or tuple(sorted(days)[-1:])

    def is_late(self, day: date) -> bool:
        """True for a day within the last `weeks`."""
        return self.weeks is None or (self.as_of - day).days <= self.weeks * 7

    @property
    def known(self) -> Mapping[str, Mapping[str, object]]:
        """The ids that have a place on the site, by the kind of their anchor."""
        broken = self.database.withheld.keys() - self.database.scenarios.keys()
        return {
            "s": {**self.scenarios, **dict.fromkeys(sorted(broken))},
            "e": self.evidence,
            "set": self.sets,
            "source": self.database.sources,
            "review": {f"{day}": None for day in self.days},
            "year": self.years,
            "event": self.events,
        }

    def served(self, query: str, *, is_whole: bool = True) -> Site:
        """Return the same site with links between the pages of a server, a query behind each.

        Unless a page `is_whole`, it has the first rows of its long lists, and `is_cut` if more are.
        """
        site = copy(self)
        site._query, site.is_whole = query, is_whole  # noqa: SLF001 - its own
        return site

    def first(self, rows: Sequence[T], most: int = _ROWS) -> Sequence[T]:
        """Return the rows of a list that its page shows."""
        if self.is_whole or len(rows) <= most:
            return rows
        self.is_cut = True
        return rows[:most]

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

    def event_links(self, page: str) -> Mapping[str, str]:
        """The links, with those of an item to its event if that is declared."""
        links = self.links(page)
        events = ((links[f"event-{event}"], ids) for event, ids in self.events.items())
        of_items = {f"e-{id}": leads for leads, ids in events for id in ids}
        return ChainMap(of_items, links)  # type: ignore[arg-type]

    def once(self, find: Callable[[Site], T]) -> T:
        """Return the result of a function of the site, computed once."""
        if find not in self._values:
            self._values[find] = find(self)
        value: T = self._values[find]
        return value

    def put(self, find: Callable[[Site], T], value: T) -> None:
        """Set the result of a function of the site."""
        self._values[find] = value

    def clear(self) -> None:
        """Forget all results, which refer to each other."""
        self._values.clear()


def _recorded(site: Site) -> dict[EvidenceId, Evidence]:
    items = site.database.evidence.items()
    return {id: item for id, item in items if item.recorded <= site.as_of}


def _declared(site: Site) -> Mapping[str, tuple[EvidenceId, ...]]:
    return declared_events(site.database, site.as_of)


def _by_year(site: Site) -> dict[str, list[EvidenceId]]:
    years = sorted({id[:4] for id in site.evidence}, reverse=True)
    ids: dict[str, list[EvidenceId]] = {year: [] for year in years}
    for id in site.evidence:
        ids[id[:4]].append(id)
    return ids


def commits(site: Site) -> FileCommits:
    """The commits of each file, and the files of each commit; none where there is no history."""
    return site.once(_by_file)


def revision(site: Site) -> Origin:
    """The state of the database that the site shows."""
    if site.repository:
        with suppress(ScenError):  # no commit yet
            return Origin(site.as_of, "", *origin(site.opened, site.repository))
    return Origin(site.as_of, "")


def _by_file(site: Site) -> FileCommits:
    if site.repository:
        with suppress(ScenError):  # no commit yet
            tip = commit_of(site.repository, site.opened.commit or "HEAD")
            return file_commits(site.repository, tip)
    return FileCommits({}, {})
