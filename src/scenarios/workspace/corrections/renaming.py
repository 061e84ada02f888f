"""A record renamed, with all references, or removed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, get_args

from scenarios.analysis.history.commits import former, records
from scenarios.errors import At, Keys, ScenError
from scenarios.model import Database, Kind, Tracker
from scenarios.paths import path_of, place_of, references
from scenarios.storage.edits import Draft, at_place, refuse_invalid, refuse_unwritable
from scenarios.storage.yaml.editor import append, put, reworded, unset
from scenarios.text import shown
from scenarios.values import indicator_key
from scenarios.workspace.how import AS_USUAL, How
from scenarios.workspace.opened import Opened, known_id
from scenarios.workspace.writing import Written, write

_KINDS: tuple[Kind, ...] = ("scenario", "evidence", "forecasts", "source")


class Located(NamedTuple):
    """A record, and one of its indicators, if that is meant."""

    kind: Kind
    id: str
    indicator: str | None = None

    @property
    def path(self) -> str:
        return path_of(self.kind, self.id)

    @property
    def keys(self) -> tuple[str, ...]:
        return ("indicators", self.indicator) if self.indicator else ()

    @property
    def name(self) -> str:
        return f"{self.id}/{self.indicator}" if self.indicator else self.id


def locate(opened: Opened, text: str) -> Located:
    """The record, sound or not, of `ID`, `KIND:ID`, `SCENARIO/INDICATOR` or `tracker`."""
    kind, colon, id = text.partition(":")
    if colon and kind not in get_args(Kind):
        known_id(kind, get_args(Kind), "kind of record", "KIND:ID")
    kinds = [known for known in _KINDS if known == kind] if colon else [*_KINDS]
    id = id if colon else text
    if id == "tracker":
        return Located("tracker", "tracker")
    scenario, slash, indicator = id.partition("/")
    if slash:
        known = opened.database.scenarios[opened.scenario(scenario)].indicators
        known_id(indicator, known, f"indicator of {scenario}", f"scen show {scenario}")
        return Located("scenario", scenario, indicator)
    present = [kind for kind in kinds if path_of(kind, id) in opened.snapshot]
    if len(present) > 1:
        choices = " or ".join(f"{kind}:{id}" for kind in present)
        raise ScenError(f"two records are called {shown(id)}: say which, {choices}")
    if not present:
        for kind in kinds:
            if now := opened.database.called_now.get((kind, id)):
                raise ScenError(f"no {kind} '{id}': it is called '{now}' now")
        what = kinds[0] if colon and kinds else "record"
        ids = [key for kind in kinds for key in records(opened.database, kind)]
        known_id(id, ids, what)
    return Located(present[0], id)


_KEEPS_NAMES = ("scenario", "evidence", "source")


class RenamedReference(NamedTuple):
    """A reference to a record, and its text under the new name."""

    kind: Kind
    id: str
    keys: Keys
    at: At
    name: str


def rename(root: Path, id: str, new: str, how: How = AS_USUAL) -> tuple[Written, Located]:
    """Give a scenario, item, source or indicator another id everywhere, or nowhere."""

    def draft(opened: Opened) -> list[Draft]:
        old = locate(opened, id)
        name = new.removeprefix(f"{old.id}/") if old.indicator else new
        if old.kind == "tracker":
            raise ScenError("the tracker has no other name; nothing was written")
        if old.kind == "forecasts":
            raise ScenError(
                f"a sheet is named by its date and analyst: scen edit {old.id} analyst=…"
                " changes both; nothing was written"
            )
        if name == (old.indicator or old.id):
            raise ScenError(f"{old.name} is called that already; nothing was written")
        return _indicator_drafts(opened, old, name) if old.indicator else drafts(opened, old, name)

    def words(written: Written) -> str:
        return f"rename: {locate(written.before, id).name} → {new}"

    written = write(root, draft, f"rename {id} {new}", how, subject=words)
    old = locate(written.before, id)
    if old.indicator:
        return written, Located("scenario", old.id, new.removeprefix(f"{old.id}/"))
    return written, Located(old.kind, new)


def drafts(opened: Opened, old: Located, new: str, content: bytes | None = None) -> list[Draft]:
    """The record [with another content] under its new id, and every file that names it."""
    refuse_invalid(old.kind, new)
    _refuse_taken(opened, old, new)
    refuse_half_read(opened, old.id)
    data = opened.snapshot[old.path]
    places = [*naming(opened.database, old, new)]
    own = [place for place in places if place[:2] == old[:2]]
    others = [place for place in places if place[:2] != old[:2]]
    now = content if content is not None else _reworded(old.path, data, own)
    if old.kind in _KEEPS_NAMES:
        now = _remembering(opened, old, new, now)
    return [
        Draft(old.path, data, None),
        Draft(path_of(old.kind, new), None, now),
        *_in_other_files(opened, others),
    ]


def naming(database: Database, located: Located, new: str) -> Iterator[RenamedReference]:
    """Every reference to a record or an indicator, with its new text."""
    kind, old, indicator = located
    for ref in references(database):
        key = ref.keys[-1]
        if (ref.of, ref.name) == (kind, old) and (not indicator or key == located.name):
            rest = key[len(old) :] if ref.at == "key" and isinstance(key, str) else ""
            name = f"{old}/{new}" if indicator else new + rest
            yield RenamedReference(ref.kind, ref.id, ref.keys, ref.at, name)
    if kind == "scenario" and not indicator:
        for id, sheet in database.sheets.items():
            for part in ("rationales", "evidence"):
                if old in getattr(sheet, part):
                    yield RenamedReference("forecasts", id, (part, old), "key", new)


def of_today(opened: Opened, kind: Kind, id: str, data: bytes) -> bytes:
    """The record with former ids replaced by today's."""
    path, database = path_of(kind, id), opened.database
    record, now = opened.read(kind, path, data)[0], database.called_now
    own = Database(record if isinstance(record, Tracker) else Tracker())
    if record and now and kind in ("scenario", "evidence", "forecasts"):
        records(own, kind)[id] = record  # type: ignore[index]
    named = {(ref.of, ref.name) for ref in references(own)}
    places = [
        place
        for of, name in sorted(named & now.keys())
        if name not in records(database, of)
        for place in naming(own, Located(of, name), now[of, name])
    ]
    return _reworded(path, data, places)


def refuse_half_read(opened: Opened, *ids: str) -> None:
    """Refuse while a broken file may name one of these ids."""
    for path, data in opened.snapshot.items():
        place = place_of(path)
        if not isinstance(place, tuple) or opened.read(*place[:1], path, data)[0] is not None:
            continue
        text = data.decode("utf-8", "replace")
        for id in ids:
            if re.search(rf"(?<![a-z0-9-]){re.escape(id)}(?![a-z0-9-])", text):
                fault = next(str(fault) for fault in opened.problems if fault.path == path)
                raise ScenError(f"nothing was written; fix this first, it may name '{id}': {fault}")


def _indicator_drafts(opened: Opened, old: Located, new: str) -> list[Draft]:
    known = opened.database.scenarios[old.id].indicators
    if new in known:
        raise ScenError(f"there is indicator '{old.id}/{new}' already; nothing was written")
    refuse_half_read(opened, old.name)
    data = opened.snapshot[old.path]
    key: Keys = ("indicators", str(old.indicator))
    own = RenamedReference("scenario", old.id, key, "key", new)
    fired = [*naming(opened.database, old, new)]
    now = _reworded(old.path, data, [own])
    return [Draft(old.path, data, now), *_in_other_files(opened, fired)]


def _in_other_files(opened: Opened, places: list[RenamedReference]) -> Iterator[Draft]:
    by_path: dict[str, list[RenamedReference]] = {}
    for place in places:
        by_path.setdefault(path_of(place.kind, place.id), []).append(place)
    for path, in_file in sorted(by_path.items()):
        data = opened.snapshot[path]
        today = of_today(opened, in_file[0].kind, in_file[0].id, data)
        yield Draft(path, data, _reworded(path, today, in_file))


def _reworded(path: str, data: bytes, places: list[RenamedReference]) -> bytes:
    if not places:
        return data
    with at_place(path):
        return reworded(data, {(place.keys, place.at): place.name for place in places})


def _remembering(opened: Opened, old: Located, new: str, data: bytes) -> bytes:
    """The record with its old id among its former ones."""
    record = records(opened.database, old.kind).get(old.id)
    had = former(record) if record else ()
    if new in had:
        return put(data, ("formerly",), [*(name for name in had if name != new), old.id])
    return append(data, ("formerly",), old.id)


def _refuse_taken(opened: Opened, old: Located, new: str) -> None:
    path = path_of(old.kind, new)
    if path in opened.snapshot:
        what = "sheet" if old.kind == "forecasts" else old.kind
        raise ScenError(f"there is {what} {shown(new)} already; nothing was written")
    now = opened.database.called_now.get((old.kind, new))
    if now not in (None, old.id):
        raise ScenError(
            f"{old.kind} '{now}' was called {shown(new)} before: choose another id;"
            " nothing was written"
        )


_NAMED = 5
_INSTEAD = {
    "evidence": "scen retract {} keeps it, and it counts no longer",
    "forecasts": "scen forecast SCENARIO withdraw takes a figure back",
    "indicator": "scen edit takes it out of them",
    "scenario": "scen resolve {} annulled ends it",
    "source": "scen edit gives them another one",
}


def remove(root: Path, id: str, reason: str, how: How = AS_USUAL) -> tuple[Written, Located]:
    """Remove a record or an indicator; the reason stays in the commit's subject alone.

    Refused if a figure counts it or another record names it.
    """

    def draft(opened: Opened) -> list[Draft]:
        located = locate(opened, id)
        refuse_unwritable(reason, "reason")
        if located.kind == "tracker":
            raise ScenError("the tracker is what all records rest on; nothing was written")
        rest = [*_resting(opened.database, located)]
        if rest:
            more = f" and {len(rest) - _NAMED} more" if len(rest) > _NAMED else ""
            words = _INSTEAD["indicator" if located.indicator else located.kind]
            raise ScenError(
                f"{located.name} is what others rest on: {', '.join(rest[:_NAMED])}{more};"
                f" nothing was written; {words.format(located.id)}"
            )
        refuse_half_read(opened, located.name)
        data = opened.snapshot[located.path]
        new = None
        if located.indicator:
            with at_place(located.path):
                new = unset(data, located.keys)
        return [Draft(located.path, data, new)]

    def words(written: Written) -> str:
        return f"remove: {locate(written.before, id).name}: {' '.join(reason.split())}"

    written = write(root, draft, f"remove {id}", how, subject=words)
    return written, locate(written.before, id)


def _resting(database: Database, located: Located) -> Iterator[str]:
    """Records that name a record, and figures that count it."""
    kind, id, indicator = located
    if indicator:
        for item_id, item in database.evidence.items():
            if (id, indicator) in map(indicator_key, item.indicators):
                yield path_of("evidence", item_id)
        return
    yield from dict.fromkeys(
        path_of(ref.kind, ref.id)
        for ref in references(database)
        if (ref.of, ref.name) == (kind, id) and (ref.kind, ref.id) != (kind, id)
    )
    if kind == "evidence" and id in database.evidence:
        item = database.evidence[id]
        bears = [*item.ratings, *(indicator_key(text)[0] for text in item.indicators)]
        yield from (f"the figures of {scenario}" for scenario in dict.fromkeys(bears))
    if kind == "forecasts" and id in database.sheets:
        yield from (f"the forecasts of {name}" for name in database.sheets[id].probabilities)
