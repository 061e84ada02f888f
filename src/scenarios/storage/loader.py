"""A snapshot of files to records and problems: pure, and total for any bytes."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import attrgetter
from types import MappingProxyType
from typing import Any

import msgspec

from scenarios.analysis.evidence.knowledge import dependents
from scenarios.analysis.rules.consistency import check, unseen_characters
from scenarios.analysis.rules.quantities import WITHOUT_FIGURES
from scenarios.analysis.rules.rule import (
    LoadedRecords,
    RecordFault,
    called_today,
    under_todays_ids,
)
from scenarios.drafts import MODELS, Proposal, draft_faults
from scenarios.errors import Fault, Problem, folded
from scenarios.model import (
    Database,
    Evidence,
    EvidenceId,
    Kind,
    Record,
    ScenarioId,
    Tracker,
)
from scenarios.paths import id_of, kind_of, path_of, place_of
from scenarios.progress import Progress, unwatched
from scenarios.storage.cache.files import CachedEvidence, CachedFiles
from scenarios.storage.cache.packed import Frame
from scenarios.storage.schema import validate, whole
from scenarios.values import first_day, indicator_key


def decoded(kind: Kind, value: Any) -> tuple[Record | None, list[Fault]]:
    """The record of a file's content, or None and every fault."""
    record = within_limits(kind, value)
    if record is None:
        if faults := validate(kind, value):
            return None, faults
        record = _converted(kind, whole(value))
    faults = [*draft_faults(record)] if isinstance(record, Proposal) else []
    return None if faults else record, faults


def within_limits(kind: Kind, value: Any) -> Record | None:
    """The record of certainly sound content; None if the schema must be asked."""
    try:
        record = _converted(kind, value)
    except msgspec.ValidationError:
        return None
    return None if _is_doubtful(kind, value) else record


def _converted(kind: Kind, value: Any) -> Record:
    value = _with_text_of_year(value)
    if kind == "proposal" and isinstance(value, dict) and "evidence" in value:
        value = value | {"evidence": _with_text_of_year(value["evidence"])}
    return msgspec.convert(value, MODELS[kind])


def _with_text_of_year(value: Any) -> Any:
    if isinstance(value, dict) and type(value.get("observed")) is int:
        return value | {"observed": str(value["observed"])}
    return value


def _is_doubtful(kind: Kind, value: dict[str, Any]) -> bool:
    """True if content may have a fault that msgspec has no constraint for."""
    if kind == "tracker":
        codes = value.get("decibans", {"N": 0})
        if "format" not in value or "title" not in value or codes["N"] != 0:
            return True
    elif kind in ("evidence", "proposal"):
        item = value if kind == "evidence" else value.get("evidence") or {}
        try:
            first_day(str(item.get("observed", "1000")))
        except ValueError:
            return True
    elif kind == "forecasts":
        if not value.keys() & {"probabilities", "quantiles"}:
            return True
        value = value | {"probabilities": {}, "quantiles": {}}  # where None withdraws
    elif kind == "scenario":
        prior, end = value["prior"].keys(), value.get("resolution", _ENDED).keys()
        if "basis" not in prior or not prior & {"probability", "quantiles"}:
            return True
        if not end & {"outcome", "value"} or not {"date", "recorded", "basis"} <= end:
            return True
    return _has_doubtful(value)


_ENDED = dict.fromkeys(("outcome", "date", "recorded", "basis"))
"""Stands for the outcome of a question without one."""


def _has_doubtful(value: dict[str, Any]) -> bool:
    """True for an empty key, a repeated text, or a day before the year 1000."""
    for item in value.values():
        of = type(item)
        if of is str:
            if item.startswith("0") and len(item) == len("0999-12-31"):
                return True
        elif of is dict:
            if _has_doubtful(item):
                return True
        elif of is list and item:
            texts = [part for part in item if type(part) is str]
            if len(set(texts)) < len(texts):
                return True
            if any(_has_doubtful(part) for part in item if type(part) is dict):
                return True
        elif item is None:
            return True
    return False


Read = Callable[[Kind, str, bytes], tuple[Record | None, list[Problem]]]


class LoadResult(msgspec.Struct, frozen=True):
    """The records built, the problems, the number of files left out, and the frame of evidence."""

    database: Database
    problems: list[Problem]
    left_out: int
    frame: Frame


def load(
    snapshot: Mapping[str, bytes],
    read: Read | None = None,
    progress: Progress = unwatched,
    lost: Sequence[Problem] = (),
) -> LoadResult:
    """Build every sound record; list every problem by path, line and column.

    `read` is `read_record` or a cache of it. Kept records of `Files` are judged again only where
    what they depend on has changed. `lost` are faults of files missing from the snapshot.
    """
    files_read = SnapshotReader(lost)
    files = snapshot if isinstance(snapshot, CachedFiles) else None
    paths = sorted(files.fresh() if files else snapshot)
    for path in progress(paths, "reading the records", len(paths)):
        files_read.read(path, snapshot[path], read or read_record)
    if "tracker.yaml" not in snapshot:
        message = "there is no tracker.yaml, so there are no figures"
        hint = "`scen init` writes one"
        fault = Problem("tracker.yaml", 1, 1, "no-tracker", message, hint)
        files_read.leave_out("tracker", "tracker", "tracker.yaml", [fault])
    items, frame = files_read.evidence(files)
    records: dict[Kind, Any] = {
        kind: {id: records[id] for id in sorted(records, key=partial(path_of, kind))}
        for kind, records in files_read.records.items()
    }
    to_judge = Database(
        records["tracker"].get("tracker", Tracker()),
        records["scenario"],
        records["evidence"],
        records["forecasts"],
        records["source"],
    )
    loaded = under_todays_ids(LoadedRecords(to_judge, files_read.broken, items))
    files_read.records["evidence"].update(loaded.database.evidence)
    faults = [*check(loaded)]
    problems = [*files_read.problems, *_between_records(snapshot, loaded, faults)]
    database = msgspec.structs.replace(loaded.database, evidence=items)
    database = msgspec.structs.replace(
        database,
        withheld=_withheld(database, files_read.broken, snapshot) | _without_figures(faults),
        unreadable=tuple(sorted(files_read.unreadable)),
    )
    problems = sorted([*problems, *lost], key=_in_reading_order)
    return LoadResult(database, problems, len(files_read.unreadable), frame)


class SnapshotReader:
    """The content of a snapshot, file by file."""

    def __init__(self, lost: Sequence[Problem]) -> None:
        self.records: dict[Kind, dict[str, Any]] = {kind: {} for kind in MODELS}
        self.broken: dict[Kind, dict[str, str]] = {kind: {} for kind in MODELS}
        self.problems: list[Problem] = []
        self.unreadable: list[Problem] = []
        for fault in lost:
            kind_and_id = place_of(fault.path)
            if isinstance(kind_and_id, tuple):
                self.broken[kind_and_id[0]][kind_and_id[1]] = fault.path
            if kind_and_id or fault.rule == "unreadable":
                self.unreadable.append(fault)

    def leave_out(self, kind: Kind, id: str, path: str, faults: list[Problem]) -> None:
        """Note a file without a record, and the first of its faults."""
        self.broken[kind][id] = path
        self.problems += faults
        self.unreadable.append(faults[0])

    def read(self, path: str, data: bytes, read: Read) -> None:
        """Read a file; note it as broken if it should be a record and is not."""
        kind_and_id = place_of(path)
        if isinstance(kind_and_id, Problem):
            if kind_and_id.severity == "error":
                self.leave_out(kind_of(path), id_of(path), kind_and_id.path, [kind_and_id])
            else:
                self.problems.append(kind_and_id)
        elif kind_and_id:
            kind, id = kind_and_id
            record, faults = read(kind, path, data)
            if record is None:
                self.leave_out(kind, id, path, faults)
                return
            self.problems += faults
            self.records[kind][id] = record

    def evidence(self, files: CachedFiles | None) -> tuple[Mapping[EvidenceId, Evidence], Frame]:
        """All evidence, and the frame that it is judged by; reuses kept records where it can."""
        evidence, frame = self.records["evidence"], Frame()
        if files is None:
            return evidence, frame
        items = CachedEvidence(files, evidence)
        for cached_folder in sorted(files.parts.values(), key=attrgetter("is_evidence")):
            if (folder := cached_folder.folder) is None:
                continue
            frame = frame or self._frame() if cached_folder.is_evidence else frame
            for index in (
                cached_folder.open_places(frame, items)
                if cached_folder.is_evidence
                else cached_folder.places
            ):
                path = folder.path(index)
                self.records[kind_of(path)][id_of(path)] = folder.record(index)
        earlier = [id for item in evidence.values() for id in item.supersedes]
        evidence |= {id: items[id] for id in earlier if id in items}  # whose dates are compared
        return items, frame or self._frame()

    def _frame(self) -> Frame:
        """The frame that evidence is judged by: sound items stay sound if it grows."""
        tracker: Tracker = self.records["tracker"].get("tracker", Tracker())
        scenarios = self.records["scenario"]
        now = {old: id for id, scenario in scenarios.items() for old in scenario.formerly}
        names = {
            "unreadable": [path for kind in _JUDGING for path in self.broken[kind].values()],
            "source": self.records["source"],
            "theme": tracker.themes,
            "analyst": tracker.analysts or ("*",),
        }

        def member(id: str) -> str:
            id = id if id in scenarios else now.get(id, id)
            scenario = scenarios.get(id)
            of = scenario.quantity.rows(id) if scenario and scenario.quantity else None
            return f"{id} of {[*of] if of is not None else scenario and scenario.set}"

        ratings = (
            f"{id}/{key} rates {sorted(map(member, indicator.ratings))}"
            for id, scenario in scenarios.items()
            for key, indicator in scenario.indicators.items()
        )
        named = (f"{kind} {name}" for kind, of_kind in names.items() for name in of_kind)
        return Frame((*map(member, scenarios), *ratings, *named))


_JUDGING: tuple[Kind, ...] = ("tracker", "scenario", "source")


def _withheld(
    database: Database, broken: Mapping[Kind, Mapping[str, str]], snapshot: Mapping[str, bytes]
) -> dict[ScenarioId, str]:
    """Scenarios whose figures an unreadable file could change, with its path.

    All without a tracker; else the file's own, its set, those that a fired indicator of it rates,
    and their dependents. A file without text could say anything.
    """
    if broken["tracker"]:
        return dict.fromkeys((*database.scenarios, *broken["scenario"]), "tracker.yaml")
    paths: dict[ScenarioId, str] = {}
    for id, path in broken["scenario"].items():
        text = snapshot.get(path, b"").decode("utf-8", "replace")
        ids = {id}
        for set_id, members in database.members.items():
            # The text is no YAML, so any form of `set: ID` counts: one that is missed prints
            # figures which the file contradicts
            # (test_no_figure_is_told_that_the_broken_member_of_a_set_could_change).
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
            paths.setdefault(other, path)
    return paths


def read_record(kind: Kind, path: str, data: bytes) -> tuple[Record | None, list[Problem]]:
    """One file's record and its warnings, or None and its faults."""
    from scenarios.storage.yaml.reader import read  # noqa: PLC0415 - 15 ms that a cache saves

    value, problems = read(path, data)
    if problems:
        return None, folded(problems)
    record, faults = decoded(kind, value)
    if record is None:
        return None, folded(sorted(located(path, data, faults), key=_in_reading_order))
    if not data.isascii() or b"\\" in data:
        problems = folded(located(path, data, unseen_characters(value)))
    return record, problems


def _without_figures(faults: Iterable[RecordFault]) -> dict[ScenarioId, str]:
    """The quantities of whose faulty records no figure can be made, with their paths."""
    return {
        id: path_of(kind, id)
        for kind, id, fault in faults
        if kind == "scenario" and fault.rule in WITHOUT_FIGURES
    }


def _between_records(
    snapshot: Mapping[str, bytes], loaded: LoadedRecords, faults: Iterable[RecordFault]
) -> Iterator[Problem]:
    by_path: dict[str, list[Fault]] = {}
    for kind, id, fault in faults:
        by_path.setdefault(path_of(kind, id), []).append(fault)
    names: dict[str, dict[str | int, str | int]] = {}
    for ref in loaded.former:
        own = names.setdefault(path_of(ref.kind, ref.id), {})
        own |= {called_today(key, ref, loaded.database): key for key in ref.keys}
    for path, own_faults in by_path.items():
        yield from located(path, snapshot[path], own_faults, names.get(path, {}))


def located(
    path: str,
    data: bytes,
    faults: Iterable[Fault],
    names: Mapping[str | int, str | int] = MappingProxyType({}),
) -> list[Problem]:
    """The faults of a file with their lines and columns; `names` gives a key as the file has it."""
    faults = [*faults]
    if not faults:
        return []
    from scenarios.storage.yaml.reader import places as places_in  # noqa: PLC0415 - the same

    places = places_in(data)
    problems = []
    for fault in faults:
        position = places.get(fault.keys) or places[tuple(names.get(k, k) for k in fault.keys)]
        where = position[:2] if fault.at == "key" else position[2:]
        message, hint, severity = fault.message, fault.hint, fault.severity
        problems.append(Problem(path, *where, fault.rule, message, hint, severity))
    return problems


_in_reading_order = attrgetter("path", "line", "column", "rule", "message")
