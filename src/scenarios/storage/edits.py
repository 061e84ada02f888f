"""A change before it is written: the snapshot with one file more, or one file edited."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from scenarios.errors import Problem, ScenError, folded
from scenarios.model import Kind, Record
from scenarios.paths import MODELS, RESERVED, id_of, kind_of, path_of, place_of, schema_address
from scenarios.progress import Progress, unwatched
from scenarios.storage.cache.files import Files
from scenarios.storage.loader import Loaded, Read, load, read_record
from scenarios.storage.yaml import editor
from scenarios.storage.yaml.editor import unset
from scenarios.storage.yaml.guard import EditError
from scenarios.storage.yaml.writer import dump
from scenarios.text import shown
from scenarios.values import keys

_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Draft(msgspec.Struct, frozen=True):
    """One file as it would be: `old` is None where there is none yet, `new` where none stays."""

    path: str
    old: bytes | None
    new: bytes | None


class Refused(ScenError):  # noqa: N818
    """A change that would bring these errors, each in one of its `drafts` or in another file."""

    def __init__(self, problems: Sequence[Problem], drafts: Sequence[Draft]) -> None:
        new = {draft.path for draft in drafts}
        told = (_said(one, elsewhere=one.path not in new) for one in folded(problems))
        super().__init__(f"nothing was written: {'; '.join(told)}")
        self.problems, self.drafts = tuple(problems), tuple(drafts)


class Put(msgspec.Struct, frozen=True):
    """One key of a record that is to get a value, or UNSET to go: `keys` lead to it."""

    keys: tuple[str, ...]
    value: Any


def new_file(kind: Kind, id: str, record: Mapping[str, Any]) -> Draft:
    """A new record in its tidy form: fixed key order, what is None or empty left out."""
    path = path_of(kind, id)
    refuse_invalid(kind, id)
    refuse_unwritable(record)
    return Draft(path, None, dump(tidy(MODELS[kind], record), schema_address(path)).encode())


def refuse_invalid(kind: Kind, id: str) -> None:
    """Nothing gets a name that no record of its kind can have."""
    if id in RESERVED:
        raise ScenError(f"nothing was written: '{id}' is a reserved word and no id")
    # A slash or a leading dot would make a path of another record, or of none.
    place = place_of(path_of(kind, re.sub(r"[/.]", "?", id)))
    if isinstance(place, Problem):
        words = place.message.removeprefix("the file's name is not a valid id; ")
        raise ScenError(f"nothing was written: {shown(id)} is not a valid id: {words}")


def edited(snapshot: Mapping[str, bytes], kind: Kind, id: str, puts: Sequence[Put]) -> Draft:
    """An existing record with some keys put, and every other byte kept."""
    path = path_of(kind, id)
    old = snapshot[path]
    record, faults = read_record(kind, path, old)
    if record is None:
        raise ScenError(f"nothing was written; fix this first: {faults[0]}")
    new = old
    for put in puts:
        keys = ".".join(put.keys)
        refuse_unwritable(put.value, keys)
        is_gone = put.value is msgspec.UNSET
        try:
            new = unset(new, put.keys) if is_gone else editor.put(new, put.keys, put.value)
        except EditError as error:
            where = f"{path}:{error.line}:{error.column}"
            raise ScenError(f"nothing was written: {where}: cannot set {keys}: {error}") from error
    return Draft(path, old, new)


def accept(
    snapshot: Mapping[str, bytes],
    before: Loaded,
    drafts: Sequence[Draft],
    read: Read | None = None,
    progress: Progress = unwatched,
) -> Loaded:
    """The database with the drafts in it; refused where that load has an error it had not.

    `read` may remember what it has read of the snapshot.
    """
    new = {draft.path: draft.new for draft in drafts}
    changed = snapshot.changed(new) if isinstance(snapshot, Files) else _changed(snapshot, new)
    after = load(changed, read, progress)
    found = new_problems(before.problems, after.problems, _old_names(drafts))
    faults = [problem for problem in found if problem.severity == "error"]
    if faults:
        raise Refused(faults, drafts)
    return after


def _changed(snapshot: Mapping[str, bytes], new: Mapping[str, bytes | None]) -> dict[str, bytes]:
    files = {**snapshot, **new}
    return {path: data for path, data in files.items() if data is not None}


def new_problems(
    before: Sequence[Problem], after: Sequence[Problem], names: Mapping[str, str] | None = None
) -> Iterator[Problem]:
    """What is wrong now and was not: an edit moves the lines of the faults that were there.

    `names` are what records are called now, each with what it was called.
    """
    had = Counter(map(_fault, before))
    for problem in after:
        told = tuple(_under(part, names) for part in _fault(problem)) if names else _fault(problem)
        had[told] -= 1
        if had[told] < 0:
            yield problem


def tidy(model: type[Record], record: Mapping[str, Any]) -> dict[str, Any]:
    """The keys in the order of the model's fields, without those that hold nothing."""
    return {
        key: tidy(part.record, record[key])
        if part and not part.many and isinstance(record[key], Mapping)
        else record[key]
        for key, part in keys(model).items()
        if record.get(key) not in (None, "", [], {}, ())
    }


def refuse_unwritable(value: Any, where: str = "") -> None:
    """Bytes of the command line that are not UTF-8, and characters that act on a terminal."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            refuse_unwritable(part, f"{where}.{name}" if where else name)
    elif isinstance(value, list):
        for part in value:
            refuse_unwritable(part, where)
    elif isinstance(value, str) and (found := _UNWRITABLE.search(value)):
        is_byte = found[0] >= "\ud800"
        what = "a byte that is not UTF-8" if is_byte else f"the control character {found[0]!a}"
        raise ScenError(f"nothing was written: {shown(where)} holds {what}: remove it")


def _old_names(drafts: Sequence[Draft]) -> dict[str, str]:
    """What a record is called that is in another file now, and what it was called."""
    gone = {kind_of(draft.path): id_of(draft.path) for draft in drafts if draft.new is None}
    came = [draft.path for draft in drafts if draft.old is None and kind_of(draft.path) in gone]
    return {id_of(path): gone[kind_of(path)] for path in came}


def _under(text: str, names: Mapping[str, str]) -> str:
    for now, was in names.items():
        text = re.sub(rf"(?<![a-z0-9-]){now}(?![a-z0-9-])", was, text)
    return text


def _fault(problem: Problem) -> tuple[str, ...]:
    return problem.path, problem.rule, problem.message


def _said(problem: Problem, *, elsewhere: bool) -> str:
    where = f"{problem.path}:{problem.line}:{problem.column}: " if elsewhere else ""
    hint = f" ({problem.hint})" if problem.hint else ""
    return f"{where}{problem.message}{hint}"
