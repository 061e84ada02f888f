"""Any key of any record, changed: one by one, or the record as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

from scenarios.analysis.history.audit import foretold
from scenarios.analysis.history.audit_rules import AuditFinding
from scenarios.errors import Problem, ScenError
from scenarios.model import ScenarioId
from scenarios.storage.edits import Draft, refuse_unwritable
from scenarios.storage.git import repository as git
from scenarios.storage.typed_values import typed
from scenarios.storage.yaml import reader
from scenarios.storage.yaml.editor import append, put, unset
from scenarios.storage.yaml.guard import EditError, exact
from scenarios.workspace.corrections import renaming
from scenarios.workspace.corrections.renaming import Located, locate
from scenarios.workspace.history import past
from scenarios.workspace.how import AS_USUAL, How
from scenarios.workspace.opened import Changed, Opened, from_here
from scenarios.workspace.writing import Written, write

_OBSERVED = re.compile(r"[1-9][0-9]{3}(-[0-9]{2}){0,2}")
_SHEET = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}-[a-z][a-z0-9]*(-[a-z0-9]+)*")


class KeyChange(NamedTuple):
    """A key with dots in it, and what is typed for it: the value, one more item, or nothing."""

    key: str
    how: Literal["put", "append", "unset"]
    text: str = ""


def edit(
    root: Path,
    id: str,
    changes: Sequence[KeyChange],
    how: How = AS_USUAL,
    *,
    seen: Mapping[str, str] = {},
) -> tuple[Written, Located]:
    """Change keys of a record; every other byte stays.

    Where a date or an analyst changes that its file is named by, the file is renamed, and what
    names it follows. Refused where a file is not as it was `seen`, by its digest.
    """

    def change(located: Located, data: bytes) -> bytes:
        for one in changes:
            data = _changed(located, data, one)
        return data

    return _edit(root, id, change, how, seen)


def replace(
    root: Path,
    id: str,
    old: bytes,
    new: bytes,
    how: How = AS_USUAL,
) -> tuple[Written, Located]:
    """Write a record anew as a whole, if its file still holds `old`; renamed where it has to be."""

    def change(located: Located, data: bytes) -> bytes:
        if data != old:
            raise Changed(located.path, from_here(root / located.path))
        return new

    return _edit(root, id, change, how, whole=True)


def clarify(
    root: Path,
    scenario: ScenarioId,
    text: str,
    on: date,
    how: How = AS_USUAL,
) -> tuple[Written, Located]:
    """Say what a question means, beside it: forecasts of it stay good."""

    def draft(opened: Opened) -> list[Draft]:
        located = Located("scenario", opened.scenario(scenario))
        refuse_unwritable(text, "text")
        data = opened.snapshot[located.path]
        item = {"date": on.isoformat(), "text": text}
        return [Draft(located.path, data, append(data, ("clarifications",), item))]

    written = write(root, draft, f"clarify {scenario}", how, subject=f"clarify: {scenario}")
    return written, Located("scenario", scenario)


def _edit(
    root: Path,
    id: str,
    change: Callable[[Located, bytes], bytes],
    how: How,
    seen: Mapping[str, str] = {},
    *,
    whole: bool = False,
) -> tuple[Written, Located]:
    found: list[Located] = []

    def draft(opened: Opened) -> list[Draft]:
        opened.refuse_changed(seen)
        located = locate(opened, id)
        old = opened.snapshot[located.path]
        today = partial(renaming.of_today, opened, located.kind, located.id)
        new = today(change(located, old if whole else today(old)))
        name = _name_in(located, old, new)
        found.append(located._replace(id=name))
        if name != located.id:
            return renaming.drafts(opened, located, name, new)
        return [Draft(located.path, old, new)]

    written = write(root, draft, f"edit {id}", how, subject=lambda _: f"edit: {found[-1].name}")
    return written, found[-1]


def _changed(located: Located, data: bytes, change: KeyChange) -> bytes:
    keys = (*located.keys, *change.key.split("."))
    refuse_unwritable(change.text, change.key)
    try:
        if change.how == "unset":
            return unset(data, keys)
        is_item = change.how == "append"
        value = typed(located.kind, keys, change.text, is_item=is_item)
        if is_item:
            return append(data, keys, value)
        return data if exact(_at(data, keys)) == exact(value) else put(data, keys, value)
    except EditError as error:
        where = f"{located.path}:{error.line}:{error.column}"
        raise ScenError(f"nothing was written: {where}: {error}") from error


def _name_in(located: Located, old: bytes, new: bytes) -> str:
    """The id that a record's own text gives it, where what its name is made of has changed."""
    was, now = (value if isinstance(value, dict) else {} for value, _ in map(_read, (old, new)))
    if located.kind == "forecasts":
        name = f"{now.get('date')}-{now.get('analyst')}"
        same = all(was.get(key) == now.get(key) for key in ("date", "analyst"))
        return name if _SHEET.fullmatch(name) and not same else located.id
    before, after = str(was.get("observed")), str(now.get("observed"))
    if located.kind == "evidence" and before != after and _OBSERVED.fullmatch(after):
        return re.sub(rf"^{re.escape(before)}-", f"{after}-", located.id)
    return located.id


def _at(data: bytes, keys: Sequence[str]) -> Any:
    """What stands at a key; a mark of its own where nothing does."""
    value, _ = _read(data)
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            return [keys]
        value = value[key]
    return value


def _read(data: bytes) -> tuple[Any, list[Problem]]:
    return reader.read("", data)


def foretold_of(written: Written, on: date) -> list[AuditFinding]:
    """What a later audit will find of a change; nothing where no commit is there to compare."""
    try:
        repository = git.repository(written.before.root)
        revisions, _ = past(repository, None)
    except ScenError:
        return []
    if written.committed and written.committed.oid:
        revisions = [one for one in revisions if one.commit.id != written.committed.oid]
    return foretold(revisions, written.before.database, written.after.database, on)


def foretold_words(found: AuditFinding) -> str:
    """A finding as it is said beforehand."""
    return f"audit will say: {found.rule}: {found.record}: {found.message}"
