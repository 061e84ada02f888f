"""Records that differ between two databases, and the commits that changed them."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from scenarios.analysis.evidence.knowledge import borne, dependents, members
from scenarios.model import (
    Database,
    Evidence,
    Kind,
    Record,
    Scenario,
    ScenarioId,
    Sheet,
    Source,
    Tracker,
)
from scenarios.model.quantity import shortest
from scenarios.paths import path_of
from scenarios.values import owner_of


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """A commit of git; `authored` is the author's own date, which can be set.

    `squashed` are the days of the commits that its message says it replaces.
    """

    id: str
    parents: tuple[str, ...]
    author: str
    authored: date
    committed: date
    subject: str
    squashed: tuple[date, ...] = ()
    shallow: bool = False

    @property
    def earliest(self) -> date:
        """Day of the commit, or of the first commit that it replaces."""
        return min((self.authored, *self.squashed))


class RecordChange(msgspec.Struct, frozen=True, kw_only=True):
    """A record before and after a commit; None where its file was not there, or not readable."""

    kind: Kind
    id: str
    before: Record | None
    after: Record | None
    readable: bool = True


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """A commit, and the records that it changed, if any.

    `changes` lead from the first parent to it; `own` are those that no parent had, so that a
    merge is not taken for the author of what it merges.
    """

    commit: Commit
    changes: tuple[RecordChange, ...]
    own: tuple[RecordChange, ...]
    left_out: int = 0


class AuditFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding of the audit in a commit's change of a record; `date` is the author's own."""

    rule: str
    record: str
    kind: Kind
    commit: str
    author: str
    date: dt.date
    message: str


Names = Mapping[str, str]
"""From one name to another: the id of a record, or `scenario/indicator`."""

_STRING = re.compile(rb'"((?:[^"\\]|\\.)*)"')


def renamed(own: Sequence[RecordChange]) -> dict[str, str]:
    """New names by old ones, of the records that a commit renamed.

    A record that went and one that came are the same where the new one names the other under
    `formerly`, or they agree in the question, the report, or the analyst's figures.
    """
    free: dict[tuple[Any, ...], list[str]] = {}
    named = {
        (change.kind, old): change.id
        for change in own
        if change.after and not change.before
        for old in former(change.after)
    }
    went = {
        (change.kind, change.id)
        for change in own
        if change.before and not change.after and change.readable
    }
    renames = {old: new for (kind, old), new in named.items() if (kind, old) in went}
    for change in own:
        if change.after and not change.before and change.id not in renames.values():
            free.setdefault(_identity(change.kind, change.id, change.after), []).append(change.id)
    for change in own:
        if (change.kind, change.id) in went and change.id not in renames and change.before:
            if same := free.get(_identity(change.kind, change.id, change.before)):
                renames[change.id] = same.pop(0)
        elif isinstance(change.before, Scenario) and isinstance(change.after, Scenario):
            renames |= _indicators(change.id, change.before, change.after)
    return renames


def joined(
    own: Sequence[RecordChange], lost: Mapping[tuple[Kind, str], Record], names: Names, past: Names
) -> Iterator[tuple[str, RecordChange, Names]]:
    """Changes with the id before, under the new names, and the former ids that each replaced.

    Before and after the change, today's ids stand for those of the `past`.
    """
    was = {change.id: change.before for change in own if change.id in names}
    old_ids = {new: old for old, new in names.items()}
    for change in own:
        if change.id in names and change.after is None:
            continue
        old = old_ids.get(change.id, change.id)
        before = change.before or was.get(old) or lost.get((change.kind, change.id))
        before = under(before, names) if names else before
        replaced = _former_in(before, past).items() - _former_in(change.after, past).items()
        before, after = of_today(before, past), of_today(change.after, past)
        joint = msgspec.structs.replace(change, before=before, after=after)
        yield old, joint, dict(sorted(replaced)) if after else {}


def _former_in(record: Record | None, past: Names) -> Names:
    """The names of the past by which a record calls others."""
    if of_today(record, past) == record:
        return {}
    return {old: new for old, new in past.items() if of_today(record, {old: new}) != record}


def of_today(record: Record | None, past: Names) -> Record | None:
    """The record with the ids of today in place of those of the past, but among its own."""
    if not past or not isinstance(record, Scenario | Evidence | Sheet):
        return record
    today: Record = under(record, past)
    kept = {} if isinstance(record, Sheet) else {"formerly": record.formerly}
    return msgspec.structs.replace(today, **kept)


def former(record: Record | None) -> tuple[str, ...]:
    """The ids that a record says it had."""
    return record.formerly if isinstance(record, Scenario | Evidence | Source) else ()


def other_name(text: str, names: Names) -> str:
    """Other name of an id, or of `scenario/indicator`; itself without one."""
    owner, slash, key = text.partition("/")
    return names.get(text) or names.get(owner, owner) + slash + key


def name(content: tuple[Any, ...], names: Names) -> bytes:
    """Bytes that are equal where a piece of content is, under the names given."""
    text = msgspec.json.encode(content, order="deterministic")

    def other(match: re.Match[bytes]) -> bytes:
        return f'"{other_name(match[1].decode(), names)}"'.encode()

    return _STRING.sub(other, text) if names else text


def _identity(kind: Kind, id: str, record: Record) -> tuple[Any, ...]:
    if isinstance(record, Scenario):
        return kind, record.title, record.question
    if isinstance(record, Evidence):
        return kind, record.summary, record.recorded
    if isinstance(record, Sheet):
        return kind, record.analyst, tuple(map(figure_words, record.figures.values()))
    return kind, id


def _indicators(id: str, before: Scenario, after: Scenario) -> Iterator[tuple[str, str]]:
    came = [key for key in after.indicators if key not in before.indicators]
    for key, indicator in before.indicators.items():
        same = [other for other in came if after.indicators[other] == indicator]
        if same and key not in after.indicators:
            came.remove(same[0])
            yield f"{id}/{key}", f"{id}/{same[0]}"


def under(value: Any, names: Names) -> Any:
    """The value with each text that is a name replaced, where a record need not keep its limits."""
    if isinstance(value, str):
        return other_name(value, names)
    if isinstance(value, tuple):
        return tuple(under(item, names) for item in value)
    if isinstance(value, dict):
        return {under(key, names): under(item, names) for key, item in value.items()}
    if isinstance(value, Record):
        parts = msgspec.structs.asdict(value)
        return type(value)(**{key: under(part, names) for key, part in parts.items()})
    return value


KINDS: tuple[Kind, ...] = ("tracker", "scenario", "evidence", "forecasts", "source")
WITHDRAWN = "withdraw"
"""Shown for a forecast of null, so that it differs from none."""

Key = tuple[Kind, str]


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """A field before and after, None where it was not set; `field` has a dot between its keys."""

    record: str
    field: str
    before: Any
    after: Any
    kind: Kind


class Rename(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A record whose id changed."""

    from_: str
    to: str
    kind: Kind


class Differences(msgspec.Struct, frozen=True, kw_only=True):
    """Records that came, went or go by another id, and fields that changed, by kind and id.

    Those that are `unreadable` went, since their file cannot be read any more.
    """

    added: tuple[Key, ...] = ()
    removed: tuple[Key, ...] = ()
    unreadable: tuple[Key, ...] = ()
    renamed: tuple[Rename, ...] = ()
    changed: tuple[FieldChange, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__struct_fields__)


def differences(before: Database, after: Database) -> Differences:
    """Differences of two databases; order of keys and references to renamed records never count."""
    added, removed, changed = list[Key](), list[Key](), list[FieldChange]()
    renamed = [rename for kind in KINDS for rename in _renames(kind, before, after)]
    names = {rename.from_: rename.to for rename in renamed}
    for kind in KINDS:
        old, new = records(before, kind), records(after, kind)
        moved = {rename.to: rename.from_ for rename in renamed if rename.kind == kind}
        removed += [(kind, id) for id in sorted(old.keys() - new - {*moved.values()})]
        added += [(kind, id) for id in sorted(new.keys() - old - moved.keys())]
        pairs = {id: id for id in old if id in new} | moved
        for id, was in sorted(pairs.items()):
            if old[was] != new[id]:
                earlier = under(old[was], names) if names else old[was]
                changed += field_changes(kind, id, earlier, new[id])
    lost = {fault.path for fault in after.unreadable}
    return Differences(
        added=tuple(added),
        removed=tuple(key for key in removed if path_of(*key) not in lost),
        unreadable=tuple(key for key in removed if path_of(*key) in lost),
        renamed=tuple(renamed),
        changed=tuple(changed),
    )


def called(database: Database, names: Names) -> Database:
    """The database with other names for its records, wherever they are named."""

    def of(kind: Kind) -> dict[str, Any]:
        return {
            names.get(id, id): under(record, names)
            for id, record in records(database, kind).items()
        }

    return msgspec.structs.replace(
        database,
        scenarios=of("scenario"),
        evidence=of("evidence"),
        sheets=of("forecasts"),
        sources=of("source"),
        withheld={names.get(id, id): path for id, path in database.withheld.items()},
    )


def records(database: Database, kind: Kind) -> Mapping[str, Record]:
    """The records of one kind, by id; none of proposals, which a database does not have."""
    folders: Mapping[Kind, Mapping[str, Record]] = {
        "tracker": {"tracker": database.tracker},
        "scenario": database.scenarios,
        "evidence": database.evidence,
        "forecasts": database.sheets,
        "source": database.sources,
    }
    return folders.get(kind, {})


def field_changes(kind: Kind, id: str, before: Record, after: Record) -> list[FieldChange]:
    if before is after or before == after:
        return []
    return [
        FieldChange(record=id, field=field, before=old, after=new, kind=kind)
        for field, old, new in _fields(_plain(before), _plain(after))
        if field != "formerly"
    ]


def _renames(kind: Kind, before: Database, after: Database) -> Iterator[Rename]:
    """Pairs linked by a former id, then pairs of equal content; each id once."""
    old, new = records(before, kind), records(after, kind)
    gone, came = sorted(old.keys() - new), sorted(new.keys() - old)
    renamed = {was: id for id in came for was in former(new[id])} if gone else {}
    free: dict[bytes, list[str]] = {}
    for id in came if gone else ():
        free.setdefault(name((new[id],), {}), []).append(id)
    for id in gone:
        if id in renamed:
            yield Rename(from_=id, to=renamed[id], kind=kind)
        elif same := free.get(name((old[id],), {})):
            yield Rename(from_=id, to=same.pop(0), kind=kind)


def _plain(record: Record) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(record)
    if figures := plain.get("probabilities"):
        plain["probabilities"] = {k: WITHDRAWN if p is None else p for k, p in figures.items()}
    return plain


def _fields(
    before: Mapping[str, Any], after: Mapping[str, Any], at: str = ""
) -> Iterator[tuple[str, Any, Any]]:
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _fields(old, new, f"{at}{key}.")
        elif old != new:
            yield f"{at}{key}", _none_if_empty(old), _none_if_empty(new)


def _none_if_empty(value: Any) -> Any:
    return list(value) or None if isinstance(value, list | tuple) else value


def touched_by(keys: Iterable[Key], *databases: Database) -> set[ScenarioId]:
    """The scenarios that records bear on in any of these databases, and their dependents."""
    touched: set[ScenarioId] = set()
    for database in databases:
        states = ((id, records(database, kind).get(id)) for kind, id in keys)
        about = {
            scenario for id, record in states for scenario in scenarios_about(database, id, record)
        }
        touched |= dependents(database, about)
    return touched


def scenarios_about(database: Database, id: str, record: Record | None) -> Iterable[ScenarioId]:
    """Scenarios that a state of a record is about, rivals aside."""
    has_ended = isinstance(record, Scenario) and record.resolution
    if isinstance(record, Tracker) or (has_ended and database.tracker.team.record):
        return database.scenarios  # by how a question ended analysts may weigh in others
    if isinstance(record, Evidence):
        return borne(database, record)
    if isinstance(record, Sheet):
        return record.figures
    if isinstance(record, Scenario):
        rated = {owner_of(rated) for own in record.indicators.values() for rated in own.ratings}
        return rated | {id, *members(database, record.set)} if record.set else rated | {id}
    if isinstance(record, Source) and database.tracker.grade_weights:
        citing = [item for item in database.evidence.values() if item.source == id]
        return {scenario for item in citing for scenario in borne(database, item)}
    return ()


def sheet_changes(before: Sheet, after: Sheet) -> Iterator[tuple[str, str, str, str]]:
    """Differences of two versions of a sheet: field or scenario, before, after, and their words.

    A reason or item is named only where the figure is the same.
    """
    for field in ("date", "analyst"):
        was, now = str(getattr(before, field)), str(getattr(after, field))
        if was != now:
            yield field, was, now, f"{field}: {was} → {now}"
    for scenario, figure in before.figures.items():
        is_there = scenario in after.figures
        now = figure_words(after.figures[scenario]) if is_there else "removed"
        if (was := figure_words(figure)) != now:
            yield scenario, was, now, f"{scenario}: {was} → {now}"
            continue
        was, now = (sheet.rationales.get(scenario, "") for sheet in (before, after))
        if was and was != now:
            did = "replaced" if now else "removed"
            yield scenario, was, now, f"{scenario}: the reason was {did}"
        items, left = (sheet.evidence.get(scenario, ()) for sheet in (before, after))
        if gone := [id for id in items if id not in left]:
            words = f"{scenario}: {', '.join(gone)} was removed from its evidence"
            yield scenario, ",".join(items), ",".join(left), words


def figure_words(figure: float | Mapping[str, float | date | str] | None) -> str:
    """A figure of a sheet, or that it was withdrawn."""
    if isinstance(figure, Mapping):
        values = {k: v if isinstance(v, str) else shortest(v) for k, v in figure.items()}
        return ", ".join(f"{name} {value}" for name, value in values.items())
    return "withdrawn" if figure is None else str(figure)
