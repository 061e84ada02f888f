"""An arriving record: a new file, or keys of an existing file."""

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import msgspec
from msgspec.structs import replace

from scenarios.analysis.changes import records
from scenarios.errors import Fault, Keys, NotWritten, Problem, ScenError
from scenarios.exchange import arrivals
from scenarios.exchange.arrivals import (
    FilePosition,
    ForeignId,
    ImportForecast,
    ImportRecord,
    called,
    is_another,
)
from scenarios.model import NONE_STATED, Database, Kind
from scenarios.model.quantity import of_its_kind
from scenarios.paths import MODELS, id_of, kind_of, path_of, schema_address
from scenarios.scales import EVEN, held
from scenarios.storage.edits import FileChange, KeyEdit, edited, new_file, tidy
from scenarios.storage.git.repository import first_commit
from scenarios.storage.loader import Read, decoded
from scenarios.storage.yaml import reader
from scenarios.storage.yaml.writer import dump
from scenarios.text import LONGEST, did_you_mean, joined_words, shown, slug, words
from scenarios.workspace.importing.settings import ImportCount, InvalidRecord, RowErrors, Settings
from scenarios.workspace.opened import OpenDatabase
from scenarios.workspace.writing import moments


def plain(value: Any, timezone: dt.tzinfo) -> Any:
    """A value as its file has it: days as text, a time as its day in a zone."""
    if isinstance(value, Mapping):
        return {key: plain(item, timezone) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, timezone) for item in value]
    if isinstance(value, dt.date):
        return day_of(value, timezone).isoformat()
    return value


def day_of(timestamp: dt.date, timezone: dt.tzinfo) -> dt.date:
    """The day of a time in a zone; a time without a zone is local."""
    if not isinstance(timestamp, dt.datetime):
        return timestamp
    return (timestamp.astimezone(timezone) if timestamp.tzinfo else timestamp).date()


def differences(
    present: Mapping[str, Any], wanted: Mapping[str, Any], *keys: str
) -> Iterator[KeyEdit]:
    """The changes after which a record holds all given values; the rest stays."""
    for key, value in wanted.items():
        old = present.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping) and old:
            yield from differences(old, value, *keys, key)
        elif not _is_same(old, value, keys):
            yield KeyEdit((*keys, key), value)


def built(record: msgspec.Struct) -> dict[str, Any]:
    """A record, or a part of it, as its file has it: without empty values."""
    full: dict[str, Any] = _full(of_its_kind(msgspec.to_builtins(record)))
    return full


def _full(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        full = {name: _full(item, name) for name, item in value.items()}
        if key in ("probabilities", "quantiles"):  # where None withdraws
            return full
        return {name: item for name, item in full.items() if item not in (None, [], {})}
    return [_full(item) for item in value] if isinstance(value, list | tuple) else value


def _is_same(old: Any, value: Any, keys: tuple[str, ...]) -> bool:
    if keys == ("foreign",):
        return str(old) == str(value)
    if isinstance(value, list):
        return [*(old or ())] == value
    return bool(old == value) or (not value and value != 0 and old in (None, (), {}))


def _rewritten(
    read: Read, kind: Kind, path: str, data: bytes, puts: list[KeyEdit]
) -> FileChange | None:
    """The edit of a file in tidy form."""
    record, _ = read(kind, path, data)
    if record is None:
        return None
    value, address = built(record), schema_address(path)
    if dump(tidy(MODELS[kind], value), address).encode() != data:
        return None
    for put in puts:
        within = value
        for key in put.keys[:-1]:
            within = within.setdefault(key, {})
        within[put.keys[-1]] = put.value
    return FileChange(path, data, dump(tidy(MODELS[kind], value), address).encode())


KINDS: tuple[Kind, ...] = ("scenario", "evidence", "source")
_TITLES = {"scenario": "title", "evidence": "summary", "source": "name"}


class KnownIds:
    """Ids by each name of a record: its id, a former id, its title, or its foreign id."""

    def __init__(self, opened: OpenDatabase) -> None:
        self.opened, database = opened, opened.database
        self.there: dict[Kind, Mapping[str, Any]] = {k: records(database, k) for k in KINDS}
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

    def arrive(self, kind: Kind, id: str, arrival: ImportRecord) -> None:
        """Add a record to be written."""
        self._ids[kind].add(id)
        key = arrival.foreign
        systems = {key.system: key.id} if key and self._known(kind, key) is None else {}
        for name in arrival.called:
            self._works.setdefault(name, id)
        if kind == "source":
            self._sources.setdefault(id, arrival.title)
        self._learn(kind, id, arrival.title if kind != "evidence" else None, systems)

    def id_of(self, kind: Kind, arrival: ImportRecord) -> str:
        """The id of a record, existing or new: by its foreign id, its own id, its title.

        Of several foreign records with the same title, all but the first get a number.
        """
        if arrival.called:
            return self._reference(arrival)
        if arrival.foreign and (id := self._known(kind, arrival.foreign)):
            return id
        if arrival.id is not None:
            return self.opened.database.called_now.get((kind, arrival.id), arrival.id)
        number, proposed = 1, self._proposed(kind, arrival)
        while arrival.foreign and (kind, proposed) in self._from_elsewhere:
            number += 1
            proposed = self._proposed(kind, arrival, f"-{number}")
        return self.opened.database.called_now.get((kind, proposed), proposed)

    def key_of(self, kind: Kind, name: ForeignId) -> str | None:
        """The id of the record with a foreign id."""
        return self._foreign.get((kind, *name))

    def _known(self, kind: Kind, name: ForeignId) -> str | None:
        """The id of the record with a foreign id, or with an id in STIX that our exports give."""
        ours = self._at_home if name.system == "stix" else {}
        return self.key_of(kind, name) or ours.get((kind, name.id))

    @cached_property
    def _at_home(self) -> dict[tuple[Kind, str], str]:
        """The records by their ids in STIX, under former names of them and of the tracker too."""
        tracker = self.opened.database.tracker
        names = tracker.id, first_commit(self.opened.root), tracker.title
        return {
            (kind, arrivals.stix_id(arrivals.STIX_TYPES[kind], whose, name)): id
            for whose in filter(None, names)
            for kind in KINDS
            for id, record in self.there[kind].items()
            for name in (*record.formerly, id)
        }

    def _reference(self, arrival: ImportRecord) -> str:
        """The id of a source on a reading list: of the same work, else a new one."""
        now = self.opened.database.called_now
        same = {name: self._works[name] for name in arrival.called if name in self._works}
        if arrival.foreign and (by_key := self.key_of("source", arrival.foreign)):
            same["key"] = by_key
        if arrival.id:
            same["id"] = now.get(("source", arrival.id), arrival.id)
        for name, id in same.items():
            is_sure = name.startswith(("doi:", "isbn:"))
            present = self._sources.get(id)
            if present and (is_sure or not is_another(present, arrival.title)):
                return id
        number, proposed = 1, arrival.id or self._proposed("source", arrival)
        while proposed in self._sources or ("source", proposed) in now:
            number += 1
            proposed = self._proposed("source", arrival, f"-{number}")
        return proposed

    def named(self, kind: Kind, name: str | ForeignId) -> str:
        """The id of a named record; raises InvalidRecord if there is none, or more than one."""
        if isinstance(name, ForeignId):
            if id := self._known(kind, name):
                return id
            raise InvalidRecord(f"there is no {kind} {shown(name.id)} of {name.system}")
        small = name.lower()
        if small in self._ids[kind]:
            return small
        now = self.opened.database.called_now.get((kind, name))
        if id := now or self._named.get((kind, small)) or self._at_home.get((kind, name)):
            return id
        if (kind, small) in self._named:
            raise InvalidRecord(f"more than one {kind} is called {shown(name)}: give the id")
        hint = did_you_mean(name, self._ids[kind])
        raise InvalidRecord(f"there is no {kind} {shown(name)}" + (f" ({hint})" if hint else ""))

    def _learn(self, kind: Kind, id: str, title: str | None, systems: Mapping[str, str]) -> None:
        for system, name in systems.items():
            self._foreign[kind, system, name] = id
            self._from_elsewhere.add((kind, id))
        for name in {name.lower() for name in (title, *systems.values()) if name}:
            other = self._named.setdefault((kind, name), id)
            self._named[kind, name] = id if other == id else None

    def _proposed(self, kind: Kind, arrival: ImportRecord, number: str = "") -> str:
        if kind == "evidence":
            keys = {**arrival.assumed, **arrival.record}
            observed = str(keys.get("observed", ""))[:10]
            room = LONGEST - len(observed) - len("-") - len(number)
            return f"{observed}-{joined_words(words(arrival.title), room) or 'item'}{number}"
        return slug(arrival.title, LONGEST - len(number), kind) + number


RowOrigin = tuple[tuple[str, ...], ImportRecord | ImportForecast]
"""The row that the part of a file below some keys came from, behind these."""
PLAN_KINDS = ("scenario", "indicator", "evidence", "source", "forecasts")


class ImportPlan:
    """Drafts by file, their counts, and faults."""

    def __init__(self, opened: OpenDatabase, settings: Settings, faults: RowErrors) -> None:
        self.opened, self.settings, self.faults = opened, settings, faults
        self.counts = {kind: ImportCount() for kind in PLAN_KINDS}
        self.drafts: dict[str, FileChange] = {}
        self._origins: dict[str, list[RowOrigin]] = {}

    def comes_from(self, path: str, arrival: ImportRecord | ImportForecast, *keys: str) -> None:
        """Note the origin of a file, or of the part of it below `keys`."""
        self._origins.setdefault(path, []).append((keys, arrival))

    def add(self, kind: Kind, id: str, record: Mapping[str, Any]) -> bool:
        """Draft a new file, if it is sound; return that."""
        path, latest = path_of(kind, id), self.settings.latest
        sound, broken = decoded(kind, tidy(MODELS[kind], record))
        for fault in broken:
            self.blame(path, fault.keys, _with_hint(fault))
        days = moments(sound) if sound and latest else ()
        late = [(key, day) for key, day in days if latest and day > latest]
        for key, day in late:
            words = f"{day} is after today ({latest}): --future allows it, for what is planned"
            self.blame(path, tuple(key.split(".")), words)
        if broken or late:
            return False
        try:
            self.drafts[path] = new_file(kind, id, record)
        except NotWritten as error:
            self.blame(path, (), error.reason)
            return False
        return True

    def change(self, kind: Kind, id: str, puts: list[KeyEdit]) -> None:
        """Draft a change of an existing file.

        A file in tidy form keeps that form; of another every other byte stays.
        """
        path, opened = path_of(kind, id), self.opened
        try:
            tidied = _rewritten(opened.read, kind, path, opened.snapshot[path], puts)
            self.drafts[path] = tidied or edited(opened.snapshot, kind, id, puts)
        except ScenError as error:
            self.blame(path, (), error.reason)

    def asked(self) -> Database:
        """The database with the drafted scenarios."""
        database = self.opened.database
        scenarios: dict[str, Any] = dict(database.scenarios)
        for path, draft in self.drafts.items():
            if draft.new and kind_of(path) == "scenario":
                record, _ = self.opened.read("scenario", path, draft.new)
                if record:
                    scenarios[id_of(path)] = record
        return replace(database, scenarios=scenarios) if self.drafts else database

    def blame(self, path: str, keys: Keys, message: str) -> None:
        """Report a fault of a part of a file at the row that it came from."""
        origin = self._origin(path, keys)
        if origin is None:
            self.faults.add(FilePosition(path), message)
            return
        above, arrival = origin
        rest = keys[len(above) :] if tuple(keys[: len(above)]) == above else keys
        column = ".".join(map(str, rest)) or arrival.position.column
        for end in range(len(rest), 0, -1):
            if (key := ".".join(map(str, rest[:end]))) in arrival.columns:
                column = arrival.columns[key]
                break
        self.faults.add(arrival.position._replace(column=column), message)

    def blame_problem(self, problem: Problem) -> None:
        """Report a fault of the drafts by its line."""
        draft = self.drafts.get(problem.path)
        message = _with_hint(problem)
        if draft is None or draft.new is None:
            self.faults.add(FilePosition(problem.path, problem.line), message)
            return
        keys = reader.keys_at(draft.new, problem.line, problem.column)
        self.blame(problem.path, keys, message)

    def _origin(self, path: str, keys: Keys) -> RowOrigin | None:
        """The nearest origin of a key; for the whole file the first."""
        origins = self._origins.get(path, [])
        fits = [origin for origin in origins if tuple(keys[: len(origin[0])]) == origin[0]]
        return max(fits, key=lambda origin: len(origin[0]), default=next(iter(origins), None))


def _with_hint(fault: Fault | Problem) -> str:
    return fault.message + (f" ({fault.hint})" if fault.hint else "")


def filled(kind: str, record: Mapping[str, Any], arrival: ImportRecord, settings: Settings) -> Any:
    """A new record with its defaults; raises InvalidRecord if one is unknown."""
    today = settings.today.isoformat()
    defaults: dict[str, dict[str, Any]] = {
        "evidence": {"recorded": today},
        "indicator": {"added": today},
        "source": {"reliability": "F"},  # "reliability cannot be judged"
    }
    return (
        _scenario(record, arrival, settings) if kind == "scenario" else {**defaults[kind], **record}
    )


def resolution(
    values: Mapping[str, Any], horizon: str, settings: Settings, basis: str
) -> dict[str, Any]:
    """An outcome with its defaults: known the day after the horizon, or today if earlier.

    It is recorded today unless the file says when.
    """
    try:
        after = dt.date.fromisoformat(horizon) + dt.timedelta(days=1)
    except ValueError:  # reported elsewhere
        after = settings.today
    on = min(after, settings.today).isoformat()
    outcome = {"date": on, "basis": basis, **values}
    recorded = max(settings.today.isoformat(), str(outcome["date"]))
    return {"recorded": recorded, **outcome}


def basis_of(arrival: ImportRecord) -> str:
    """The basis of an imported outcome."""
    return f"As {arrival.address} says" if arrival.address else NONE_STATED


def _scenario(
    record: Mapping[str, Any], arrival: ImportRecord, settings: Settings
) -> dict[str, Any]:
    full = {"question": arrival.title, **record}
    if "resolution_criteria" not in full:
        if not arrival.address:
            raise InvalidRecord("there are no resolution_criteria, and no url that has them")
        full["resolution_criteria"] = f"See {arrival.address}"
    if "horizon" not in full:
        raise InvalidRecord("there is no horizon")
    if "resolution" in full:
        horizon, basis = str(full["horizon"]), basis_of(arrival)
        full["resolution"] = resolution(full["resolution"], horizon, settings, basis)
    last_day = full["resolution"]["date"] if "resolution" in full else full["horizon"]
    full.setdefault("opened", min(settings.today.isoformat(), str(last_day), str(full["horizon"])))
    prior = full.get("prior", {})
    if "quantity" in full:
        full["prior"] = {"basis": "Imported with its quantiles", **prior}
        return full
    even = EVEN if settings.prior is None else settings.prior
    basis = NONE_STATED if "probability" not in prior else "Imported with its probability"
    full["prior"] = {"probability": even, "basis": basis, **prior}
    if settings.clip:
        full["prior"]["probability"] = held(full["prior"]["probability"])
    return full
