"""What is to be written of what arrives: drafts, with the row that each part of them came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from scenarios.errors import Fault, Keys, Problem
from scenarios.exchange.arrivals import Arrival, ForecastArrival, Place
from scenarios.model import Database, Kind
from scenarios.paths import id_of, kind_of, path_of
from scenarios.storage.edits import Draft, Put
from scenarios.storage.yaml import reader
from scenarios.workspace.guards import moments
from scenarios.workspace.importing import records
from scenarios.workspace.importing.faults import Faults, Unsound
from scenarios.workspace.importing.settings import Count, Settings
from scenarios.workspace.opened import Opened

KINDS = ("scenario", "indicator", "evidence", "source", "forecasts")


class Origin(NamedTuple):
    """The row that a part of a file came from: what stands below `keys`."""

    keys: tuple[str, ...]
    place: Place
    columns: Mapping[str, str]


class Plan:
    """Drafts file by file, what is counted of them, and what is unfit."""

    def __init__(self, opened: Opened, settings: Settings, faults: Faults) -> None:
        self.opened, self.settings, self.faults = opened, settings, faults
        self.counts = {kind: Count() for kind in KINDS}
        self.drafts: dict[str, Draft] = {}
        self._origins: dict[str, list[Origin]] = {}

    def comes_from(self, path: str, arrival: Arrival | ForecastArrival, *keys: str) -> None:
        """Note where a file, or the part of it below `keys`, came from."""
        origin = Origin(keys, arrival.place, arrival.columns)
        self._origins.setdefault(path, []).append(origin)

    def add(self, kind: Kind, id: str, record: Mapping[str, Any]) -> bool:
        """Draft a new file, unless it breaks the limits of its kind; whether it did not."""
        path, latest = path_of(kind, id), self.settings.latest
        made, broken = records.limits(kind, record)
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
            self.drafts[path] = records.new(kind, id, record)
        except Unsound as error:
            self.blame(path, (error.key,) if error.key else (), str(error))
            return False
        return True

    def change(self, kind: Kind, id: str, puts: list[Put]) -> None:
        """Draft a change of a file that is there."""
        snapshot, read = self.opened.snapshot, self.opened.read
        try:
            self.drafts[path_of(kind, id)] = records.changed(snapshot, read, kind, id, puts)
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
        column = records.column_of(rest, origin.columns) if rest else origin.place.column
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
