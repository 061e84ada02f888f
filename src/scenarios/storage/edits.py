"""A change before it is written: the snapshot with drafts added."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from scenarios.declarations import keys
from scenarios.drafts import MODELS
from scenarios.errors import NotWritten, Problem, ScenError, folded
from scenarios.model import Kind, Record
from scenarios.paths import RESERVED, bad_id, id_of, kind_of, path_of, schema_address
from scenarios.progress import Progress, unwatched
from scenarios.storage.cache.files import CachedEvidence, with_changes
from scenarios.storage.loader import LoadResult, Read, load, read_record
from scenarios.storage.yaml import editor
from scenarios.storage.yaml.editor import EditError, unset
from scenarios.storage.yaml.writer import dump
from scenarios.text import shown

_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class FileChange(msgspec.Struct, frozen=True):
    """One file's change: `old` is None for a new file, `new` for a removal."""

    path: str
    old: bytes | None
    new: bytes | None


class ChangeRefused(NotWritten):
    """A change is refused for new errors, in its `drafts` or in other files."""

    def __init__(self, problems: Sequence[Problem], drafts: Sequence[FileChange]) -> None:
        new = {draft.path for draft in drafts}
        faults = []
        for fault in folded(problems):
            where = "" if fault.path in new else f"{fault.path}:{fault.line}:{fault.column}: "
            hint = f" ({fault.hint})" if fault.hint else ""
            faults.append(f"{where}{fault.message}{hint}")
        super().__init__("; ".join(faults))
        self.problems, self.drafts = tuple(problems), tuple(drafts)


class KeyEdit(msgspec.Struct, frozen=True):
    """A new value for a key, or UNSET to remove it."""

    keys: tuple[str, ...]
    value: Any


def new_file(kind: Kind, id: str, record: Mapping[str, Any]) -> FileChange:
    """A new record in tidy form: fixed key order, None and empty values left out."""
    path = path_of(kind, id)
    refuse_invalid(kind, id)
    refuse_unwritable(record)
    return FileChange(path, None, dump(tidy(MODELS[kind], record), schema_address(path)).encode())


def refuse_invalid(kind: Kind, id: str) -> None:
    """Refuse an id that no record of its kind can have."""
    if id in RESERVED:
        raise NotWritten(f"'{id}' is a reserved word and no id")
    if rule := bad_id(kind, id):
        raise NotWritten(f"{shown(id)} is not a valid id: {rule}")


def edited(
    snapshot: Mapping[str, bytes], kind: Kind, id: str, puts: Sequence[KeyEdit]
) -> FileChange:
    """An existing record with some keys changed, and every other byte kept."""
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
        with at_place(path, f"cannot set {keys}: "):
            new = unset(new, put.keys) if is_gone else editor.put(new, put.keys, put.value)
    return FileChange(path, old, new)


@contextmanager
def at_place(path: str, words: str = "") -> Iterator[None]:
    """Raise the fault of an edit with its place; `words` introduce it."""
    try:
        yield
    except EditError as error:
        raise NotWritten(f"{path}:{error.line}:{error.column}: {words}{error}") from error


def accept(
    snapshot: Mapping[str, bytes],
    before: LoadResult,
    drafts: Sequence[FileChange],
    read: Read | None = None,
    progress: Progress = unwatched,
) -> LoadResult:
    """Load the database with the drafts; raise ChangeRefused if that brings new errors.

    `read` may cache what it has read of the snapshot.
    """
    new = {draft.path: draft.new for draft in drafts}
    after = load(with_changes(snapshot, new), read, progress)
    was, items = before.database.evidence, after.database.evidence
    if isinstance(was, CachedEvidence) and isinstance(items, CachedEvidence):
        items.take(was)
    gone = {kind_of(draft.path): id_of(draft.path) for draft in drafts if draft.new is None}
    came = [draft.path for draft in drafts if draft.old is None and kind_of(draft.path) in gone]
    old_names = {id_of(path): gone[kind_of(path)] for path in came}
    problems = new_problems(before.problems, after.problems, old_names)
    if faults := [problem for problem in problems if problem.severity == "error"]:
        raise ChangeRefused(faults, drafts)
    return after


def new_problems(
    before: Sequence[Problem], after: Sequence[Problem], names: Mapping[str, str] | None = None
) -> Iterator[Problem]:
    """Problems that were not there `before`, wherever their lines moved.

    `names` maps new ids to old ones.
    """
    had = Counter(map(_fault, before))
    for problem in after:
        fault = tuple(_under(text, names or {}) for text in _fault(problem))
        had[fault] -= 1
        if had[fault] < 0:
            yield problem


def tidy(model: type[Record], record: Mapping[str, Any]) -> dict[str, Any]:
    """The keys in the order of the model's fields, unknown ones last, without empty values.

    An unknown key stays, so that its file is refused: what it holds would be lost without a word.
    """
    parts = keys(model)
    tidied = {}
    for key in dict.fromkeys((*parts, *record)):
        value, part = record.get(key), parts.get(key)
        if value not in (None, "", [], {}, ()):
            is_part = part and not part.many and isinstance(value, Mapping)
            tidied[key] = tidy(part.record, value) if part and is_part else value
    return tidied


def refuse_unwritable(value: Any, where: str = "") -> None:
    """Refuse bytes that are not UTF-8 and control characters."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            refuse_unwritable(item, f"{where}.{name}" if where else name)
    elif isinstance(value, list):
        for item in value:
            refuse_unwritable(item, where)
    elif isinstance(value, str) and (match := _UNWRITABLE.search(value)):
        is_byte = match[0] >= "\ud800"
        what = "a byte that is not UTF-8" if is_byte else f"the control character {match[0]!a}"
        raise NotWritten(f"{shown(where)} holds {what}: remove it")


def _under(text: str, names: Mapping[str, str]) -> str:
    for now, was in names.items():
        text = re.sub(rf"(?<![a-z0-9-]){now}(?![a-z0-9-])", was, text)
    return text


def _fault(problem: Problem) -> tuple[str, ...]:
    return problem.path, problem.rule, problem.message
