"""What records are called, here and elsewhere: those that are there, and those that arrive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.exchange.arrivals import Arrival, Foreign
from scenarios.exchange.references.reference import called, is_another
from scenarios.exchange.slugs import LONGEST, joined_words, slug, words
from scenarios.model import Database, Kind
from scenarios.text import did_you_mean, shown
from scenarios.workspace.importing.faults import Unsound
from scenarios.workspace.opened import Opened

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
