"""One record that arrives: a new file, or keys of one that is there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from scenarios.analysis.ledger.ledger import NONE_STATED
from scenarios.errors import Fault, Keys, Problem, ScenError
from scenarios.exchange.arrivals import (
    LONGEST,
    Arrival,
    ForecastArrival,
    Foreign,
    Place,
    joined_words,
    slug,
    words,
)
from scenarios.exchange.references.reference import called, is_another
from scenarios.model import Database, Kind, Record
from scenarios.paths import MODELS, id_of, kind_of, path_of, schema_address
from scenarios.storage.edits import Draft, Put, edited, new_file, tidy
from scenarios.storage.loader import Read, decoded
from scenarios.storage.yaml import reader
from scenarios.storage.yaml.writer import dump
from scenarios.text import did_you_mean, shown
from scenarios.workspace.guards import moments
from scenarios.workspace.importing.settings import Count, Faults, Settings, Unsound
from scenarios.workspace.opened import Opened

NOTHING_WRITTEN = "nothing was written: "


def plain(value: Any, timezone: dt.tzinfo) -> Any:
    """A value as its file has it: days as text, a time as the day that it is in a zone."""
    if isinstance(value, Mapping):
        return {key: plain(one, timezone) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one, timezone) for one in value]
    if isinstance(value, dt.date):
        return day_of(value, timezone).isoformat()
    return value


def day_of(moment: dt.date, timezone: dt.tzinfo) -> dt.date:
    """The day of a time in a zone; one that has no zone is local."""
    if not isinstance(moment, dt.datetime):
        return moment
    return (moment.astimezone(timezone) if moment.tzinfo else moment).date()


def new(kind: Kind, id: str, record: Mapping[str, Any]) -> Draft:
    """A new file; Unsound where nothing can be called so or hold that."""
    try:
        return new_file(kind, id, record)
    except ScenError as error:
        raise Unsound(str(error).removeprefix(NOTHING_WRITTEN)) from None


def limits(kind: Kind, record: Mapping[str, Any]) -> tuple[Record | None, list[Fault]]:
    """The record, or None and each limit of its kind that it breaks."""
    return decoded(kind, tidy(MODELS[kind], record))


def changed(
    snapshot: Mapping[str, bytes], read: Read, kind: Kind, id: str, puts: list[Put]
) -> Draft:
    """A file that is there with some keys put.

    One that is as it was written keeps that form; of another every other byte stays.
    """
    path = path_of(kind, id)
    data = snapshot[path]
    try:
        if rewritten := _rewritten(read, kind, path, data, puts):
            return rewritten
        return edited(snapshot, kind, id, puts)
    except ScenError as error:
        raise Unsound(str(error).removeprefix(NOTHING_WRITTEN)) from None


def differences(there: Mapping[str, Any], given: Mapping[str, Any], *keys: str) -> Iterator[Put]:
    """What is to be put so that a record says all that is given; what is not given stays."""
    for key, value in given.items():
        old = there.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping) and old:
            yield from differences(old, value, *keys, key)
        elif not _is_same(old, value, keys):
            yield Put((*keys, key), value)


def built(record: msgspec.Struct) -> dict[str, Any]:
    """A record, or a part of one, as its file has it: without what holds nothing."""
    found: dict[str, Any] = _full(msgspec.to_builtins(record))
    return found


def _full(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        full = {name: _full(one, name) for name, one in value.items()}
        if key == "probabilities":  # where None withdraws
            return full
        return {name: one for name, one in full.items() if one not in (None, [], {})}
    return [_full(one) for one in value] if isinstance(value, list | tuple) else value


def column_of(keys: Keys, columns: Mapping[str, str]) -> str:
    """The column of a file elsewhere that a key came from; else the key."""
    names = [*map(str, keys)]
    for end in range(len(names), 0, -1):
        if (key := ".".join(names[:end])) in columns:
            return columns[key]
    return ".".join(names)


def _is_same(old: Any, value: Any, keys: tuple[str, ...]) -> bool:
    if keys == ("foreign",):
        return str(old) == str(value)
    if isinstance(value, list):
        return [*(old or ())] == value
    return bool(old == value) or (not value and value != 0 and old in (None, (), {}))


def _rewritten(read: Read, kind: Kind, path: str, data: bytes, puts: list[Put]) -> Draft | None:
    """The edit of a file that has nothing but its record, as it was written."""
    record, _ = read(kind, path, data)
    if record is None:
        return None
    value = built(record)
    if dump(tidy(MODELS[kind], value), schema_address(path)).encode() != data:
        return None
    for put in puts:
        within = value
        for key in put.keys[:-1]:
            within = within.setdefault(key, {})
        within[put.keys[-1]] = put.value
    return Draft(path, data, dump(tidy(MODELS[kind], value), schema_address(path)).encode())


KINDS: tuple[Kind, ...] = ("scenario", "evidence", "source")
_TITLES = {"scenario": "title", "evidence": "summary", "source": "name"}


class Known:
    """Ids by what a record is called: its id, a former id, its title, or its id elsewhere."""

    def __init__(self, opened: Opened) -> None:
        self.opened, database = opened, opened.database
        self.there: dict[Kind, Mapping[str, Any]] = {
            "scenario": database.scenarios,
            "evidence": database.evidence,
            "source": database.sources,
        }
        self._ids: dict[Kind, set[str]] = {kind: set(self.there[kind]) for kind in KINDS}
        self._foreign: dict[tuple[Kind, str, str], str] = {}
        self._from_elsewhere: set[tuple[Kind, str]] = set()
        self._named: dict[tuple[Kind, str], str | None] = {}
        self._works: dict[str, str] = {}
        self._sources = {id: source.name for id, source in database.sources.items()}
        for id, source in database.sources.items():
            for name in called(source.name, source.url, source.foreign):
                self._works.setdefault(name, id)
        for kind in KINDS:
            for id, record in self.there[kind].items():
                systems = {system: str(name) for system, name in record.foreign.items()}
                title = getattr(record, _TITLES[kind]) if kind != "evidence" else None
                self._learn(kind, id, title, systems)

    def arrive(self, kind: Kind, id: str, arrival: Arrival) -> None:
        """A record that will be there."""
        self._ids[kind].add(id)
        key = arrival.foreign
        systems = {key.system: key.id} if key and self.key_of(kind, key) is None else {}
        for name in arrival.called:
            self._works.setdefault(name, id)
        if kind == "source":
            self._sources.setdefault(id, arrival.title)
        self._learn(kind, id, arrival.title if kind != "evidence" else None, systems)

    def id_of(self, kind: Kind, arrival: Arrival) -> str:
        """The id that a record has, or is to get: by its id elsewhere, its own id, its title.

        Of several from elsewhere that are called the same, all but the first get a number.
        """
        if arrival.called:
            return self._reference(arrival)
        if arrival.foreign and (found := self._foreign.get((kind, *arrival.foreign))):
            return found
        if arrival.id is not None:
            return self.opened.database.called_now.get((kind, arrival.id), arrival.id)
        number, proposed = 1, self._proposed(kind, arrival)
        while arrival.foreign and (kind, proposed) in self._from_elsewhere:
            number += 1
            proposed = self._proposed(kind, arrival, f"-{number}")
        return self.opened.database.called_now.get((kind, proposed), proposed)

    def key_of(self, kind: Kind, name: Foreign) -> str | None:
        """The id of the record that is called so elsewhere."""
        return self._foreign.get((kind, *name))

    def _reference(self, arrival: Arrival) -> str:
        """The id of a source that is listed somewhere: of the same work, else a new one."""
        now = self.opened.database.called_now
        same = {name: self._works[name] for name in arrival.called if name in self._works}
        if arrival.foreign and (found := self.key_of("source", arrival.foreign)):
            same["key"] = found
        if arrival.id:
            same["id"] = now.get(("source", arrival.id), arrival.id)
        for name, id in same.items():
            is_sure = name.startswith(("doi:", "isbn:"))
            there = self._sources.get(id)
            if there and (is_sure or not is_another(there, arrival.title)):
                return id
        number, proposed = 1, arrival.id or self._proposed("source", arrival)
        while proposed in self._sources or ("source", proposed) in now:
            number += 1
            proposed = self._proposed("source", arrival, f"-{number}")
        return proposed

    def named(self, kind: Kind, name: str | Foreign) -> str:
        """The id of a record that is named; an Unsound where there is none, or more than one."""
        if isinstance(name, Foreign):
            found = self._foreign.get((kind, *name))
            if found is None:
                raise Unsound(f"there is no {kind} {shown(name.id)} of {name.system}")
            return found
        if name.lower() in self._ids[kind]:
            return name.lower()
        if now := self.opened.database.called_now.get((kind, name)):
            return now
        found = self._named.get((kind, name.lower()))
        if found is None:
            if (kind, name.lower()) in self._named:
                raise Unsound(f"more than one {kind} is called {shown(name)}: give the id")
            hint = did_you_mean(name, self._ids[kind])
            raise Unsound(f"there is no {kind} {shown(name)}" + (f" ({hint})" if hint else ""))
        return found

    def _learn(self, kind: Kind, id: str, title: str | None, systems: Mapping[str, str]) -> None:
        for system, name in systems.items():
            self._foreign[kind, system, name] = id
            self._from_elsewhere.add((kind, id))
        for name in {name.lower() for name in (title, *systems.values()) if name}:
            other = self._named.setdefault((kind, name), id)
            self._named[kind, name] = id if other == id else None

    def _proposed(self, kind: Kind, arrival: Arrival, number: str = "") -> str:
        if kind == "evidence":
            said = {**arrival.assumed, **arrival.record}
            observed = str(said.get("observed", ""))[:10]
            room = LONGEST - len(observed) - len("-") - len(number)
            return f"{observed}-{joined_words(words(arrival.title), room) or 'item'}{number}"
        return slug(arrival.title, LONGEST - len(number), kind) + number


def titles(database: Database) -> dict[str, str]:
    """What each scenario may be called in a file, in small letters, and its id."""
    known = {one.title.lower(): id for id, one in database.scenarios.items()}
    for id, one in database.scenarios.items():
        known |= {str(name).lower(): id for name in one.foreign.values()}
    return known | {id: id for id in database.scenarios}


PLAN_KINDS = ("scenario", "indicator", "evidence", "source", "forecasts")


class Origin(NamedTuple):
    """The row that a part of a file came from: what stands below `keys`."""

    keys: tuple[str, ...]
    place: Place
    columns: Mapping[str, str]


class Plan:
    """Drafts file by file, what is counted of them, and what is unfit."""

    def __init__(self, opened: Opened, settings: Settings, faults: Faults) -> None:
        self.opened, self.settings, self.faults = opened, settings, faults
        self.counts = {kind: Count() for kind in PLAN_KINDS}
        self.drafts: dict[str, Draft] = {}
        self._origins: dict[str, list[Origin]] = {}

    def comes_from(self, path: str, arrival: Arrival | ForecastArrival, *keys: str) -> None:
        """Note where a file, or the part of it below `keys`, came from."""
        origin = Origin(keys, arrival.place, arrival.columns)
        self._origins.setdefault(path, []).append(origin)

    def add(self, kind: Kind, id: str, record: Mapping[str, Any]) -> bool:
        """Draft a new file, unless it breaks the limits of its kind; whether it did not."""
        path, latest = path_of(kind, id), self.settings.latest
        made, broken = limits(kind, record)
        for fault in broken:
            self.blame(path, fault.keys, _with_hint(fault))
        told = moments(made) if made and latest else ()
        late = [(key, day) for key, day in told if latest and day > latest]
        for key, day in late:
            words = f"{day} is after today ({latest}): --future allows it, for what is planned"
            self.blame(path, tuple(key.split(".")), words)
        if broken or late:
            return False
        try:
            self.drafts[path] = new(kind, id, record)
        except Unsound as error:
            self.blame(path, (error.key,) if error.key else (), str(error))
            return False
        return True

    def change(self, kind: Kind, id: str, puts: list[Put]) -> None:
        """Draft a change of a file that is there."""
        snapshot, read = self.opened.snapshot, self.opened.read
        try:
            self.drafts[path_of(kind, id)] = changed(snapshot, read, kind, id, puts)
        except Unsound as error:
            self.blame(path_of(kind, id), (), str(error))

    def asked(self) -> Database:
        """The database with the scenarios as they are drafted."""
        there = self.opened.database
        scenarios: dict[str, Any] = dict(there.scenarios)
        for path, draft in self.drafts.items():
            if draft.new and kind_of(path) == "scenario":
                record, _ = self.opened.read("scenario", path, draft.new)
                if record:
                    scenarios[id_of(path)] = record
        return replace(there, scenarios=scenarios) if self.drafts else there

    def blame(self, path: str, keys: Keys, message: str) -> None:
        """A fault of a part of a file is one of the row that it came from."""
        origin = self._origin(path, keys)
        if origin is None:
            self.faults.add(Place(path), message)
            return
        is_below = tuple(keys[: len(origin.keys)]) == origin.keys
        rest = keys[len(origin.keys) :] if is_below else keys
        column = column_of(rest, origin.columns) if rest else origin.place.column
        self.faults.add(origin.place._replace(column=column), message)

    def blame_problem(self, problem: Problem) -> None:
        """A fault that a reading of the drafts found, by its line."""
        draft = self.drafts.get(problem.path)
        message = _with_hint(problem)
        if draft is None or draft.new is None:
            self.faults.add(Place(problem.path, problem.line), message)
            return
        at = (problem.line, problem.column)
        keys: Keys = ()
        for there, place in reader.places(draft.new).items():
            ends = ((place.key_line, place.key_column), (place.value_line, place.value_column))
            if at in ends and len(there) > len(keys):
                keys = there
        self.blame(problem.path, keys, message)

    def _origin(self, path: str, keys: Keys) -> Origin | None:
        """The nearest part of the file that has one; of a fault of the whole file the first."""
        every = self._origins.get(path, [])
        fits = [it for it in every if tuple(keys[: len(it.keys)]) == it.keys]
        return max(fits, key=lambda it: len(it.keys), default=next(iter(every), None))


def _with_hint(fault: Fault | Problem) -> str:
    return fault.message + (f" ({fault.hint})" if fault.hint else "")


EVEN = 0.5
LOWEST, HIGHEST = 0.001, 0.999
"""What a prior is held within."""


def filled(kind: str, record: Mapping[str, Any], arrival: Arrival, settings: Settings) -> Any:
    """A new record with what it lacks; an Unsound where that cannot be known."""
    today = settings.today.isoformat()
    if kind == "scenario":
        return _scenario(record, arrival, settings)
    if kind == "evidence":
        return {"recorded": today, **record}
    if kind == "indicator":
        return {"added": today, **record}
    return {"reliability": "F", **record}  # "reliability cannot be judged"


def resolution(
    given: Mapping[str, Any], horizon: str, settings: Settings, basis: str
) -> dict[str, Any]:
    """An outcome whose day is not told was known the day after the horizon, or is today.

    It is recorded today unless the file says when it was.
    """
    try:
        after = dt.date.fromisoformat(horizon) + dt.timedelta(days=1)
    except ValueError:  # told elsewhere
        after = settings.today
    on = min(after, settings.today).isoformat()
    told = {"date": on, "basis": basis, **given}
    return {"recorded": max(settings.today.isoformat(), str(told["date"])), **told}


def basis_of(arrival: Arrival) -> str:
    """What an imported outcome rests on."""
    return f"As {arrival.address} says" if arrival.address else NONE_STATED


def _scenario(record: Mapping[str, Any], arrival: Arrival, settings: Settings) -> dict[str, Any]:
    made = {"question": arrival.title, **record}
    if "resolution_criteria" not in made:
        if not arrival.address:
            raise Unsound("there are no resolution_criteria, and no url that has them")
        made["resolution_criteria"] = f"See {arrival.address}"
    if "horizon" not in made:
        raise Unsound("there is no horizon")
    if "resolution" in made:
        horizon, basis = str(made["horizon"]), basis_of(arrival)
        made["resolution"] = resolution(made["resolution"], horizon, settings, basis)
    known = made["resolution"]["date"] if "resolution" in made else made["horizon"]
    made.setdefault("opened", min(settings.today.isoformat(), str(known), str(made["horizon"])))
    prior = made.get("prior", {})
    even = EVEN if settings.prior is None else settings.prior
    basis = NONE_STATED if "probability" not in prior else "Imported with its probability"
    made["prior"] = {"probability": even, "basis": basis, **prior}
    if settings.clip:
        made["prior"]["probability"] = min(max(made["prior"]["probability"], LOWEST), HIGHEST)
    return made
