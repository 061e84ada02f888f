"""A snapshot of files to records and problems: pure, and total whatever the bytes are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from scenarios.analysis.rules.consistency import check
from scenarios.analysis.rules.rule import Known
from scenarios.analysis.rules.unseen import unseen_characters
from scenarios.errors import Fault, Problem, folded
from scenarios.model import Database, Record, Tracker
from scenarios.paths import MODELS, id_of, kind_of, path_of, place_of
from scenarios.progress import Progress, unwatched
from scenarios.storage.cache.files import Files
from scenarios.storage.cache.items import Items
from scenarios.storage.limits import decoded
from scenarios.storage.yaml import reader

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
    snapshot: Mapping[str, bytes], read: Read | None = None, progress: Progress = unwatched
) -> Loaded:
    """Every record that can be built, and every problem, by path, line and column.

    `read` is `read_record`, or one that remembers what it has read for another snapshot. Of
    `Files`, what is kept is neither read nor judged again, unless what it was judged beside or what
    it names has changed.
    """
    found = _Found()
    files = snapshot if isinstance(snapshot, Files) else None
    paths = sorted(files.fresh() if files else snapshot)
    for path in progress(paths, "reading the records", len(paths)):
        found.read(path, snapshot[path], read or read_record)
    if "tracker.yaml" not in snapshot:
        found.broken["tracker"]["tracker"] = "tracker.yaml"
        found.problems.append(_no_tracker())
    items = found.evidence(files) if files else found.records["evidence"]
    records = {kind: _by_path(kind, of_kind) for kind, of_kind in found.records.items()}
    to_judge = Database(
        records["tracker"].get("tracker", Tracker()),
        records["scenario"],
        records["evidence"],
        records["forecasts"],
        records["source"],
    )
    problems = [*found.problems, *_between_records(snapshot, Known(to_judge, found.broken, items))]
    database = msgspec.structs.replace(to_judge, evidence=items)
    return Loaded(database, sorted(problems, key=_in_reading_order), found.left_out)


def _by_path(kind: Kind, records: Mapping[str, Any]) -> dict[str, Any]:
    return dict(sorted(records.items(), key=lambda one: path_of(kind, one[0])))


class _Found:
    """What a snapshot holds, file by file."""

    def __init__(self) -> None:
        self.records: dict[Kind, dict[str, Any]] = {kind: {} for kind in MODELS}
        self.broken: dict[Kind, dict[str, str]] = {kind: {} for kind in MODELS}
        self.problems: list[Problem] = []
        self.left_out = 0

    def read(self, path: str, data: bytes, read: Read) -> None:
        """A file to read; one that makes no record is broken, unless it is not meant for one."""
        place = place_of(path)
        if isinstance(place, Problem):
            self.problems.append(place)
            if place.severity == "error":
                self.left_out += 1
                self.broken[kind_of(path)][id_of(path)] = place.path
        elif place:
            kind, id = place
            record, faults = read(kind, path, data)
            self.problems += faults
            if record is None:
                self.broken[kind][id] = path
                self.left_out += 1
                return
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


def _between_records(snapshot: Mapping[str, bytes], known: Known) -> Iterator[Problem]:
    by_path: dict[str, list[Fault]] = {}
    for kind, id, fault in check(known):
        by_path.setdefault(path_of(kind, id), []).append(fault)
    for path, faults in by_path.items():
        yield from _placed(path, snapshot[path], faults)


def _placed(path: str, data: bytes, faults: Iterable[Fault]) -> list[Problem]:
    problems: list[Problem] = []
    faults = [*faults]
    if not faults:
        return problems
    places = reader.places(data)
    for fault in faults:
        place = places[fault.keys]
        at_key = fault.at == "key"
        line = place.key_line if at_key else place.value_line
        column = place.key_column if at_key else place.value_column
        problems.append(
            Problem(path, line, column, fault.rule, fault.message, fault.hint, fault.severity)
        )
    return problems


def _no_tracker() -> Problem:
    message = "there is no tracker.yaml, so the default conventions apply"
    return Problem("tracker.yaml", 1, 1, "no-tracker", message, "`scen init` writes one")


def _in_reading_order(problem: Problem) -> tuple[str, int, int, str, str]:
    return problem.path, problem.line, problem.column, problem.rule, problem.message
