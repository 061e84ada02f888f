"""The digest of all that a page depends on, by which a page is known to be the same."""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import cached_property
from operator import itemgetter

import msgspec

from scenarios.analysis.evidence.knowledge import bears_on, borne, dependents, superseders
from scenarios.analysis.ledger.odds import decays
from scenarios.model import EvidenceId, ScenarioId
from scenarios.paths import file_address, id_of, kind_of, path_of
from scenarios.site.site import INDEX, Site, commits
from scenarios.storage.cache.files import CachedFiles
from scenarios.storage.cache.packed import digest, program
from scenarios.workspace.reading import start_of
from scenarios.workspace.remembered import keys_of, neighbours


class PageKeys:
    """The keys of the pages of a site; pages with one key are the same to the byte."""

    def __init__(self, site: Site) -> None:
        self._site, self._database = site, site.database
        self._makers = {
            "s": self._scenario,
            "set": self._set,
            "e": self._item,
            "event": self._event,
            "review": self._review,
            "scores": self._scores,
        }

    def of(self, address: str) -> str:
        """The key of a page; '' for one that is always built, or where no digest is at hand."""
        folder, _, rest = address.partition("/")
        make = self._makers.get(folder)
        if make is None or not isinstance(self._site.opened.snapshot, CachedFiles):
            return ""
        id = rest.removesuffix(INDEX).removesuffix("/")
        parts = [*make(id)]
        return digest(self._base + b"\0".join(parts)).hex() if parts else ""

    @property
    def _files(self) -> CachedFiles:
        files = self._site.opened.snapshot
        assert isinstance(files, CachedFiles)  # noqa: S101 - `of` has looked
        return files

    @cached_property
    def _base(self) -> bytes:
        """Return what every page depends on: analysts are named where more than one forecast."""
        site = self._site
        names = sorted({sheet.analyst for sheet in site.database.sheets.values()})
        return program() + f"{site.database.unreadable} {site.previews} {site.url} {names}".encode()

    @cached_property
    def _evidence(self) -> Mapping[ScenarioId, bytes]:
        """By scenario the digest of the evidence around it, and of tracker, scenarios, sources."""
        return keys_of(self._files, self._database, "", ("sources",))

    @cached_property
    def _forecasts(self) -> dict[ScenarioId, bytes]:
        return {}

    @cached_property
    def _moves(self) -> dict[ScenarioId, bytes]:
        return {}

    @cached_property
    def _days(self) -> bytes:
        """The day, those on which anybody forecast, and the commits up to the last review."""
        today, days = self._site.as_of, {sheet.date for sheet in self._database.sheets.values()}
        before = self._committed(start_of(self._site.opened, today))
        return f"{today} {sorted(days)} {before}".encode()

    def _figures(self, id: ScenarioId) -> bytes:
        """The digest of all that the figures of a scenario, and how they moved, depend on."""
        if id not in self._moves:
            ids, late = neighbours(self._database, id), set[str]()
            for other in (*ids, None):
                late.update(self._late.get(other, ()))
            parts = (self._evidence[id], self._days, *map(self._stated, ids))
            self._moves[id] = digest(b"".join(parts) + f"{sorted(late)}".encode())
        return self._moves[id]

    def _stated(self, id: ScenarioId) -> bytes:
        """The digest of what the sheets have on a scenario."""
        database = self._database
        if database.tracker.team.record:  # the figures of each analyst weigh by all that ended
            return self._files.digest_of("forecasts")
        if id not in self._forecasts:
            named = (*database.speaking.get(id, ()), *database.estimating.get(id, ()))
            sheets = ((name, database.sheets[name]) for name in named)
            entries = [
                (
                    name,
                    sheet.figures.get(id),
                    sheet.rationales.get(id),
                    sheet.evidence.get(id),
                    sheet.proposed.get(id),
                )
                for name, sheet in sheets
            ]
            self._forecasts[id] = digest(msgspec.msgpack.encode(entries))
        return self._forecasts[id]

    def _committed(self, day: date) -> str:
        """The commits up to a day, with which a review is compared."""
        by_commit = commits(self._site).by_commit.values()
        return "".join(sorted(commit.id for commit, _ in by_commit if commit.committed <= day))

    @cached_property
    def _late(self) -> dict[ScenarioId | None, list[str]]:
        """By scenario the commits since the last review that may change what it was; None for all.

        A review names the commits by which the figures of the last one are other today.
        """
        since, of = start_of(self._site.opened, self._site.as_of), dict[str | None, list[str]]()
        by_commit = commits(self._site).by_commit.values()
        known = {path for commit, paths in by_commit if commit.committed <= since for path in paths}
        for commit, paths in by_commit:
            if commit.committed > since:
                touched = (self._touched(path, None if path in known else since) for path in paths)
                for id in frozenset[str | None]().union(*touched):
                    of.setdefault(id, []).append(commit.id)
        return of

    def _touched(self, path: str, since: date | None) -> Collection[ScenarioId | None]:
        """The scenarios that a file, new since a day, can move by it; None if that may be any."""
        kind, id, database = kind_of(path), id_of(path), self._database
        if kind == "evidence" and id in database.evidence:
            item = database.evidence[id]
            return () if since and item.recorded > since else borne(database, item)
        if kind == "forecasts" and id in database.sheets:
            sheet = database.sheets[id]
            return () if since and sheet.date > since else sheet.figures.keys()
        return (None,)

    def _scenario(self, id: str) -> Iterator[bytes]:
        if id in self._site.scenarios:
            yield self._figures(id)
            yield self._of_file(path_of("scenario", id))

    def _set(self, id: str) -> Iterator[bytes]:
        yield from (self._figures(member) for member in self._site.sets.get(id, ()))

    def _item(self, id: str) -> Iterator[bytes]:
        if item := self._site.evidence.get(id):
            together = self._site.events.get(item.event or "", ())
            yield from self._items(id, *together)
            yield self._of_file(path_of("evidence", id))

    def _event(self, event: str) -> Iterator[bytes]:
        if ids := self._site.events.get(event):
            yield from self._items(*ids)

    def _items(self, *ids: EvidenceId) -> Iterator[bytes]:
        """Digests of items, of those who name them, and of all that they can move depends on."""
        database, site = self._database, self._site
        own = [site.evidence[id] for id in ids]
        bearing = {scenario for item in own for scenario in bears_on(database, item)}
        bearing.update(*(self._decided.get(id, ()) for id in ids))
        named = {other for item in own for other in (*item.corroborated_by, *item.supersedes)}
        named.update(*(superseders(database).get(id, ()) for id in ids))
        yield self._files.digest_of("sources")
        yield from map(self._digest, (*ids, *sorted(named & site.evidence.keys())))
        about = dependents(database, bearing) & site.scenarios.keys()
        yield from map(self._figures, sorted(about))
        citing = {sheet for id in ids for sheet in self._citing.get(id, ())}
        yield from (self._files.digest(path_of("forecasts", sheet)) for sheet in sorted(citing))

    @cached_property
    def _decided(self) -> dict[EvidenceId, list[ScenarioId]]:
        """The scenarios that each item decided."""
        of: dict[EvidenceId, list[ScenarioId]] = {}
        for scenario_id, scenario in self._site.scenarios.items():
            for id in scenario.resolution.evidence if scenario.resolution else ():
                of.setdefault(id, []).append(scenario_id)
        return of

    @cached_property
    def _citing(self) -> dict[EvidenceId, list[str]]:
        """The sheets that name each item."""
        of: dict[EvidenceId, list[str]] = {}
        for name, sheet in self._database.sheets.items():
            for id in frozenset[str]().union(*sheet.evidence.values()):
                of.setdefault(id, []).append(name)
        return of

    def _review(self, text: str) -> Iterator[bytes]:
        """The records by the day, the files at the top, and the neighbouring reviews."""
        days = [f"{day}" for day in self._site.days]
        if text in days:
            number, day = days.index(text), date.fromisoformat(text)
            yield self._known_by(day)
            yield f"{days[max(number - 1, 0) : number + 2]} {self._committed(day)}".encode()

    def _scores(self, _: str) -> Iterator[bytes]:
        """The records up to the last outcome, or to today if some are scored so far."""
        scenarios, today = self._site.scenarios.values(), self._site.as_of
        ended = (scenario.resolution.recorded for scenario in scenarios if scenario.resolution)
        last = max((day for day in ended if day <= today), default=date.min)
        is_daily = any(decays(scenario) for scenario in scenarios)
        yield self._known_by(today if is_daily else last)
        yield f"{today}".encode()

    def _known_by(self, day: date) -> bytes:
        """The digest of the items and sheets up to a day, and of all other files."""
        place = bisect_right(self._dated, day, key=itemgetter(0))
        own = self._dated[place - 1][1] if place else b""
        return own + self._files.digest_of("sources")

    @cached_property
    def _dated(self) -> list[tuple[date, bytes]]:
        """The digest of the items and sheets up to each day on which there are any."""
        database, state, dated = self._database, b"", list[tuple[date, bytes]]()
        items = (
            (item.recorded, path_of("evidence", id)) for id, item in self._site.evidence.items()
        )
        sheets = ((sheet.date, path_of("forecasts", id)) for id, sheet in database.sheets.items())
        for day, path in sorted((*items, *sheets)):
            state = digest(state + self._files.digest(path))
            dated.append((day, state))
        return dated

    def _digest(self, id: EvidenceId) -> bytes:
        return self._files.digest(path_of("evidence", id))

    def _of_file(self, path: str) -> bytes:
        """The commits of a file, and its address."""
        ids = [commit.id for commit in commits(self._site).by_file.get(path, ())]
        return f"{file_address(self._database.tracker, path)}{ids}".encode()
