"""What stands for all that a page rests on: where it is the same, the page is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from scenarios.analysis.evidence.knowledge import bears_on
from scenarios.model import EvidenceId, ScenarioId
from scenarios.paths import path_of
from scenarios.site import links
from scenarios.site.commits import commits, printed
from scenarios.site.site import Site
from scenarios.storage.cache.files import Files
from scenarios.storage.cache.folder import digest, program
from scenarios.workspace.remembered import keys_of


def keys(site: Site) -> Mapping[str, str]:
    """By address; a page without one is made each time, and compared.

    None has one where the database is not read from its files.
    """
    files = site.opened.snapshot
    if not isinstance(files, Files):
        return {}
    base = program() + f"{site.database.unreadable} {site.previews} {site.url}".encode()
    today = f"{site.as_of}"
    figures = keys_of(files, site.database, today)
    items = {id: files.digest(path_of("evidence", id)) for id in site.evidence}
    found = dict(_scenarios(site, figures))
    found.update(_items(site, files, figures, items))
    found["scores/index.html"] = _scores(site, files, items)
    found = {address: key + today.encode() for address, key in found.items()}
    found.update(_reviews(site, files, items))
    return {address: digest(base + key).hex() for address, key in found.items()}


def _scenarios(site: Site, figures: Mapping[ScenarioId, bytes]) -> Iterator[tuple[str, bytes]]:
    for id in site.scenarios:
        yield links.place("s", id), figures[id] + _commits(site, path_of("scenario", id))
    for id, members in site.sets.items():
        yield links.place("set", id), b"".join(figures[one] for one in members)


def _items(
    site: Site,
    files: Files,
    figures: Mapping[ScenarioId, bytes],
    items: Mapping[EvidenceId, bytes],
) -> Iterator[tuple[str, bytes]]:
    beside = files.beside("sources", "forecasts")
    for id, item in site.evidence.items():
        about = [figures[one] for one in sorted(bears_on(site.database, item))]
        others = [items[one] for one in item.corroborated_by if one in items]
        own = _commits(site, path_of("evidence", id))
        yield links.place("e", id), b"".join((items[id], beside, own, *about, *others))


def _reviews(
    site: Site, files: Files, items: Mapping[EvidenceId, bytes]
) -> Iterator[tuple[str, bytes]]:
    """What was recorded by its day, all else at the top, and the reviews beside it."""
    for number, day in enumerate(site.days):
        around = f"{site.days[max(number - 1, 0) : number + 2]} {printed(site, day)}"
        yield links.place("review", f"{day}"), _by(day, site, files, items) + around.encode()


def _scores(site: Site, files: Files, items: Mapping[EvidenceId, bytes]) -> bytes:
    """What was recorded until the last outcome was known: a forecast is scored up to then."""
    known = (one.resolution.recorded for one in site.scenarios.values() if one.resolution)
    last = max((day for day in known if day <= site.as_of), default=date.min)
    return _by(last, site, files, items)


def _by(day: date, site: Site, files: Files, items: Mapping[EvidenceId, bytes]) -> bytes:
    """What stands for the items that were recorded by a day, and for all other files."""
    told = b"".join(items[id] for id, one in site.evidence.items() if one.recorded <= day)
    return digest(told) + files.beside("sources", "forecasts")


def _commits(site: Site, path: str) -> bytes:
    """The commits of a record, and where its file is seen."""
    told = [one.id for one in commits(site).get(path, ())]
    return f"{site.file_address(path)}{told}".encode()
