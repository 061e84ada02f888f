"""A rule: its id, title, level and check."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, Literal, TypeVar

import msgspec

from scenarios.errors import Fault, Keys
from scenarios.model import Database, EvidenceId, Kind
from scenarios.paths import Reference, references

ALIKE = 0.6
"""The share of words in common (Jaccard) from which two summaries are alike."""
Level = Literal["error", "warning", "note"]
"""A note never fails: it is advice about a day, or a question about a commit."""

Check_co = TypeVar("Check_co", bound=Callable[[Any], Iterator[Any]] | None, covariant=True)
Check = TypeVar("Check", bound=Callable[[Any], Iterator[Any]])


@dataclass(frozen=True, slots=True)
class Rule(Generic[Check_co]):
    """`check` yields what breaks the rule; None where reading one file shows it.

    Its docstring explains the rule: what it means, then `Example:` and `To do:`. docs/rules.md is
    generated from these. `flag` marks a scenario in `status`.
    """

    id: str
    title: str
    severity: Level
    check: Check_co
    flag: str = ""


def rule(id: str, title: str, severity: Level = "error") -> Callable[[Check], Rule[Check]]:
    """Make a rule of the check below, which explains it in its docstring."""
    return lambda check: Rule(id, title, severity, check)


def note(id: str, title: str, flag: str = "") -> Callable[[Check], Rule[Check]]:
    """Make a rule of advice, which never fails."""
    return lambda check: Rule(id, title, "note", check, flag=flag)


RecordFault = tuple[Kind, str, Fault]
"""The kind and id of a record, and a fault of it."""


@dataclass(frozen=True)
class LoadedRecords:
    """The records that could be built, and the paths of those that could not, by id.

    The database may lack evidence already known to be sound: `items` are the ids of all of it.
    `former` are the references by former ids; the database has today's ids in their place.
    """

    database: Database
    broken: Mapping[Kind, Mapping[str, str]]
    items: Collection[EvidenceId]
    former: Collection[Reference] = ()

    @property
    def there(self) -> dict[Kind, Collection[str]]:
        """The ids that references can name."""
        database = self.database
        return {"scenario": database.scenarios, "evidence": self.items, "source": database.sources}

    @cached_property
    def references(self) -> list[Reference]:
        """References of the records, and their places; walked once for all rules.

        Those of a sheet are left out where all are sound: a team has thousands of sheets.
        """
        return [*references(self.database, self.database.scenarios.keys())]


def under_todays_ids(loaded: LoadedRecords) -> LoadedRecords:
    """The records with former ids replaced by today's."""
    now, database = loaded.database.called_now, loaded.database
    present = loaded.there
    former = [
        ref
        for ref in (loaded.references if now else ())
        if (ref.of, ref.name) in now
        and ref.name not in present[ref.of]
        and ref.name not in loaded.broken[ref.of]
    ]
    kinds: dict[Kind, dict[str, Any]] = {
        "tracker": {"tracker": database.tracker},
        "scenario": {**database.scenarios},
        "evidence": {**database.evidence},
        "forecasts": {**database.sheets},
    }
    for ref in sorted(former, key=lambda ref: ref.at == "key"):  # a list under its key first
        ways = [ref.keys if ref.at == "value" else ref.keys[:-1]]
        if ref.kind == "forecasts" and ref.of == "scenario":
            ways = [("probabilities",), ("quantiles",), ("rationales",), ("evidence",)]
        for way in ways:
            kinds[ref.kind][ref.id] = _called(kinds[ref.kind][ref.id], way, ref, database)
    database = msgspec.structs.replace(
        database,
        tracker=kinds["tracker"]["tracker"],
        scenarios=kinds["scenario"],
        evidence=kinds["evidence"],
        sheets=kinds["forecasts"],
    )
    return LoadedRecords(database, loaded.broken, loaded.items, former)


def called_today(key: Any, ref: Reference, database: Database) -> Any:
    """A key or value, with a reference's former id replaced by today's."""
    if not isinstance(key, str):
        return key
    owner, slash, rest = key.partition("/")
    return database.called_now[ref.of, ref.name] + slash + rest if owner == ref.name else key


def _called(part: Any, way: Keys, ref: Reference, database: Database) -> Any:
    """A part of a record; the value that the way leads to, or each key there, is today's id."""
    key, rest = way[:1], way[1:]
    if not key and isinstance(part, dict):
        return {called_today(key, ref, database): value for key, value in part.items()}
    if not key:
        return called_today(part, ref, database)
    if isinstance(part, tuple):
        every = enumerate(part)
        return tuple(_called(p, rest, ref, database) if n == key[0] else p for n, p in every)
    if isinstance(part, dict):
        return part | {key[0]: _called(part[key[0]], rest, ref, database)}
    name = str(key[0])
    return msgspec.structs.replace(
        part, **{name: _called(getattr(part, name), rest, ref, database)}
    )


ConsistencyRule = Rule[Callable[[LoadedRecords], Iterator[RecordFault]]]
"""A rule about records together."""


LISTED = 5
"""Most ids named in a message; the rest is counted."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """`subject` is what it is about; `kind`, `record` and `keys` say where in which file."""

    rule: str
    subject: str
    message: str
    kind: Kind
    record: str
    keys: tuple[str, ...] = ()


def of_scenario(rule: str, id: str, message: str, *keys: str) -> Finding:
    return finding(rule, id, message, "scenario", id, *keys)


def of_evidence(rule: str, id: str, message: str, *keys: str) -> Finding:
    return finding(rule, id, message, "evidence", id, *keys)


def of_indicator(rule: str, scenario: str, indicator: str, message: str) -> Finding:
    """A finding about an indicator, which stands in its scenario's file."""
    keys = ("indicators", indicator)
    return finding(rule, f"{scenario}/{indicator}", message, "scenario", scenario, *keys)


def finding(rule: str, subject: str, message: str, kind: Kind, record: str, *keys: str) -> Finding:
    """A finding about a subject that stands in the file of a record."""
    return Finding(rule=rule, subject=subject, message=message, kind=kind, record=record, keys=keys)


def several(ids: Sequence[str]) -> str:
    """The ids of a message: `a, b, c, d, e and 395 more`."""
    more = len(ids) - LISTED
    return ", ".join(ids[:LISTED]) + (f" and {more} more" if more > 0 else "")
