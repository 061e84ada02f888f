"""A snapshot of files to records and problems: pure, and total whatever the bytes are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec

from scenarios.analysis.evidence.knowledge import dependents
from scenarios.analysis.rules.consistency import check, unseen_characters
from scenarios.analysis.rules.rule import LoadedRecords
from scenarios.errors import Fault, Problem, folded
from scenarios.model import Database, Record, ScenarioId, Tracker, first_day, indicator_key
from scenarios.paths import MODELS, Reference, id_of, kind_of, path_of, place_of
from scenarios.progress import Progress, unwatched
from scenarios.storage.cache.files import Files, Items
from scenarios.storage.cache.packed import told
from scenarios.storage.schema import validate, whole
from scenarios.storage.yaml import reader

if TYPE_CHECKING:
    from scenarios.model import Kind


def decoded(kind: Kind, value: Any) -> tuple[Record | None, list[Fault]]:
    """The record of a file's content, or None and every fault."""
    record = within_limits(kind, value)
    if record is not None:
        return record, []
    if faults := validate(kind, value):
        return None, faults
    return _converted(kind, whole(value)), []


def within_limits(kind: Kind, value: Any) -> Record | None:
    """The record of content that is sound for certain; None where the schema must be asked."""
    try:
        record = _converted(kind, value)
    except msgspec.ValidationError:
        return None
    return None if _is_doubtful(kind, value) else record


def _converted(kind: Kind, value: Any) -> Record:
    if isinstance(value, dict) and type(value.get("observed")) is int:  # a year
        value = value | {"observed": str(value["observed"])}
    return msgspec.convert(value, MODELS[kind])


def _is_doubtful(kind: Kind, value: dict[str, Any]) -> bool:
    """Whether what the model takes may have a fault for which msgspec has no constraint."""
    if kind == "tracker":
        codes = value.get("decibans", {"N": 0})
        if "format" not in value or "title" not in value or codes["N"] != 0:
            return True
    elif kind == "evidence":
        try:
            first_day(str(value["observed"]))
        except ValueError:
            return True
    elif kind == "forecasts":
        value = value | {"probabilities": {}}  # where None withdraws
    return _has_doubtful(value)


def _has_doubtful(value: dict[str, Any]) -> bool:
    """Whether a key is left empty, a text stands twice, or a day may be of a year below 1000."""
    for item in value.values():
        of = type(item)
        if of is str:
            if item.startswith("0") and len(item) == len("0999-12-31"):
                return True
        elif of is dict:
            if _has_doubtful(item):
                return True
        elif of is list and item:
            if type(item[0]) is str and len(set(item)) < len(item):
                return True
            if type(item[0]) is dict and any(map(_has_doubtful, item)):
                return True
        elif item is None:
            return True
    return False


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scenarios.model import Kind


Read = Callable[["Kind", str, bytes], tuple[Record | None, list[Problem]]]


class Loaded(msgspec.Struct, frozen=True):
    """What could be built, what is wrong, and how many record files were left out."""

    database: Database
    problems: list[Problem]
    left_out: int


def load(
    snapshot: Mapping[str, bytes],
    read: Read | None = None,
    progress: Progress = unwatched,
    lost: Sequence[Problem] = (),
) -> Loaded:
    """Every record that can be built, and every problem, by path, line and column.

    `read` is `read_record`, or one that remembers what it has read for another snapshot. Of
    `Files`, what is kept is neither read nor judged again, unless what it was judged beside or what
    it names has changed. `lost` are faults of files that are there and not in the snapshot.
    """
    found = _Found(lost)
    files = snapshot if isinstance(snapshot, Files) else None
    paths = sorted(files.fresh() if files else snapshot)
    for path in progress(paths, "reading the records", len(paths)):
        found.read(path, snapshot[path], read or read_record)
    if "tracker.yaml" not in snapshot:
        found.leave_out("tracker", "tracker", "tracker.yaml", [_no_tracker()])
    items = found.evidence(files) if files else found.records["evidence"]
    records = {kind: _by_path(kind, of_kind) for kind, of_kind in found.records.items()}
    to_judge = Database(
        records["tracker"].get("tracker", Tracker()),
        records["scenario"],
        records["evidence"],
        records["forecasts"],
        records["source"],
    )
    known = _of_today(LoadedRecords(to_judge, found.broken, items))
    found.records["evidence"].update(known.database.evidence)
    problems = [*found.problems, *_between_records(snapshot, known)]
    database = msgspec.structs.replace(known.database, evidence=items)
    database = msgspec.structs.replace(
        database,
        withheld=_withheld(database, found.broken, snapshot),
        unreadable=tuple(sorted(found.unreadable)),
    )
    problems = sorted([*problems, *lost], key=_in_reading_order)
    return Loaded(database, problems, len(found.unreadable))


def _by_path(kind: Kind, records: Mapping[str, Any]) -> dict[str, Any]:
    return dict(sorted(records.items(), key=lambda one: path_of(kind, one[0])))


class _Found:
    """What a snapshot holds, file by file."""

    def __init__(self, lost: Sequence[Problem]) -> None:
        self.records: dict[Kind, dict[str, Any]] = {kind: {} for kind in MODELS}
        self.broken: dict[Kind, dict[str, str]] = {kind: {} for kind in MODELS}
        self.problems: list[Problem] = []
        self.unreadable: list[Problem] = []
        for fault in lost:
            place = place_of(fault.path)
            if isinstance(place, tuple):
                self.broken[place[0]][place[1]] = fault.path
            if place or fault.rule == "unreadable":
                self.unreadable.append(fault)

    def leave_out(self, kind: Kind, id: str, path: str, faults: list[Problem]) -> None:
        """Note a file that makes no record, and the first of its faults."""
        self.broken[kind][id] = path
        self.problems += faults
        self.unreadable.append(faults[0])

    def read(self, path: str, data: bytes, read: Read) -> None:
        """A file to read; one that makes no record is broken, unless it is not meant for one."""
        place = place_of(path)
        if isinstance(place, Problem):
            if place.severity == "error":
                self.leave_out(kind_of(path), id_of(path), place.path, [place])
            else:
                self.problems.append(place)
        elif place:
            kind, id = place
            record, faults = read(kind, path, data)
            if record is None:
                self.leave_out(kind, id, path, faults)
                return
            self.problems += faults
            self.records[kind][id] = record

    def evidence(self, files: Files) -> Items:
        """All evidence of files; what is at hand of other kinds is taken as it is.

        Of the evidence at hand, what is to be judged anew is made for that.
        """
        made = self.records["evidence"]
        items = Items(files, made)
        for name, part in files.parts.items():
            if (folder := part.folder) is None:
                continue
            is_evidence = name.startswith("evidence/")
            places = part.open_places(files.frame, items) if is_evidence else part.places
            for place in places:
                path = folder.path(place)
                self.records[kind_of(path)][id_of(path)] = folder.record(place)
        return items


def _withheld(
    database: Database,
    broken: Mapping[Kind, Mapping[str, str]],
    snapshot: Mapping[str, bytes],
) -> dict[ScenarioId, str]:
    """The scenarios whose figures a file that cannot be read could change, with its path.

    Without a tracker all of them; else the file's own, its set, whatever an indicator of it that
    fired rates, and what depends on these. A file without a text can say anything.
    """
    if broken["tracker"]:
        return dict.fromkeys((*database.scenarios, *broken["scenario"]), "tracker.yaml")
    found: dict[ScenarioId, str] = {}
    for id, path in broken["scenario"].items():
        text = snapshot.get(path, b"").decode("utf-8", "replace")
        ids = {id}
        for set_id, members in database.members.items():
            if not text or re.search(rf"\bset['\"]?\s*:[\s>|'\"+-]*{set_id}(?![\w-])", text):
                ids.update(members)
        fired = (key for item in database.evidence.values() for key in item.indicators)
        if any(indicator_key(key)[0] == id for key in fired):
            rated = r"['\"]?\s*:\s*['\"]?(?:CC?|N|II?|[0-9.])"
            ids.update(
                other
                for other in database.scenarios
                if not text or re.search(rf"(?<![\w-]){other}{rated}", text)
            )
        for other in sorted(dependents(database, ids)):
            found.setdefault(other, path)
    return found


def read_record(kind: Kind, path: str, data: bytes) -> tuple[Record | None, list[Problem]]:
    """One file's record and its warnings, or None and what is wrong with the file by itself."""
    value, problems = reader.read(path, data)
    if problems:
        return None, folded(problems)
    record, faults = decoded(kind, value)
    if record is None:
        return None, folded(sorted(_placed(path, data, faults), key=_in_reading_order))
    if not data.isascii() or b"\\" in data:
        problems = folded(_placed(path, data, unseen_characters(value)))
    return record, problems


def _between_records(snapshot: Mapping[str, bytes], known: LoadedRecords) -> Iterator[Problem]:
    by_path: dict[str, list[Fault]] = {}
    for kind, id, fault in check(known):
        by_path.setdefault(path_of(kind, id), []).append(fault)
    names: dict[str, dict[str | int, str | int]] = {}
    for ref in known.former:
        own = names.setdefault(path_of(ref.kind, ref.id), {})
        own |= {_called(key, ref, known.database): key for key in ref.keys}
    for path, faults in by_path.items():
        yield from _placed(path, snapshot[path], faults, names.get(path, {}))


def _of_today(known: LoadedRecords) -> LoadedRecords:
    """The same, in which what was named by a former id is named by that of today."""
    now, database = known.database.called_now, known.database
    there = {"scenario": database.scenarios, "evidence": known.items, "source": database.sources}
    former = [
        ref
        for ref in (known.references if now else ())
        if (ref.of, ref.name) in now
        and ref.name not in there[ref.of]
        and ref.name not in known.broken[ref.of]
    ]
    kinds: dict[Kind, dict[str, Any]] = {
        "scenario": {**database.scenarios},
        "evidence": {**database.evidence},
        "forecasts": {**database.sheets},
    }
    for ref in sorted(former, key=lambda ref: ref.at == "key"):  # a list under its key first
        record = kinds[ref.kind][ref.id]
        value = told(record)
        *parts, last = ref.keys
        places = [parts]
        if ref.kind == "forecasts" and ref.of == "scenario":
            places = [["probabilities"], ["rationales"], ["evidence"]]
        for way in places:
            inside = value
            for key in way:
                inside = inside[key]
            if ref.at == "value":
                inside[last] = _called(ref.name, ref, database)
                continue
            today = {_called(key, ref, database): one for key, one in inside.items()}
            inside.clear()
            inside.update(today)
        kinds[ref.kind][ref.id] = msgspec.convert(value, type(record))
    database = msgspec.structs.replace(
        database,
        scenarios=kinds["scenario"],
        evidence=kinds["evidence"],
        sheets=kinds["forecasts"],
    )
    return LoadedRecords(database, known.broken, known.items, former)


def _called(key: Any, ref: Reference, database: Database) -> Any:
    """A key, or a value, with today's id where it is the former one of a reference."""
    if not isinstance(key, str):
        return key
    owner, slash, rest = key.partition("/")
    return database.called_now[ref.of, ref.name] + slash + rest if owner == ref.name else key


def _placed(
    path: str,
    data: bytes,
    faults: Iterable[Fault],
    names: Mapping[str | int, str | int] = MappingProxyType({}),
) -> list[Problem]:
    problems: list[Problem] = []
    faults = [*faults]
    if not faults:
        return problems
    places = reader.places(data)
    for fault in faults:
        place = places.get(fault.keys) or places[tuple(names.get(k, k) for k in fault.keys)]
        at_key = fault.at == "key"
        line = place.key_line if at_key else place.value_line
        column = place.key_column if at_key else place.value_column
        problems.append(
            Problem(path, line, column, fault.rule, fault.message, fault.hint, fault.severity)
        )
    return problems


def _no_tracker() -> Problem:
    message = "there is no tracker.yaml, so there are no figures"
    return Problem("tracker.yaml", 1, 1, "no-tracker", message, "`scen init` writes one")


def _in_reading_order(problem: Problem) -> tuple[str, int, int, str, str]:
    return problem.path, problem.line, problem.column, problem.rule, problem.message
