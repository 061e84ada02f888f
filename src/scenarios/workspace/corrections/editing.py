"""Changes of any key of a record, or of a record as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

from scenarios.analysis.history.audit import foretold
from scenarios.analysis.history.audit_rules import AuditFinding
from scenarios.errors import ScenError
from scenarios.model import Clarification, ScenarioId
from scenarios.storage.edits import Draft, at_place, refuse_unwritable
from scenarios.storage.git import repository as git
from scenarios.storage.typed_values import typed
from scenarios.storage.yaml import reader
from scenarios.storage.yaml.editor import append, exact, put, unset
from scenarios.workspace.corrections import renaming
from scenarios.workspace.corrections.renaming import Located, locate
from scenarios.workspace.how import AS_USUAL, How
from scenarios.workspace.opened import Changed, Opened, from_here, past
from scenarios.workspace.writing import Written, write

_OBSERVED = re.compile(r"[1-9][0-9]{3}(-[0-9]{2}){0,2}")
_SHEET = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}-[a-z][a-z0-9]*(-[a-z0-9]+)*")


class KeyChange(NamedTuple):
    """A dotted key, and what to do: put a value, append an item, or unset it."""

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

    If a date or analyst in its name changes, the file is renamed, and references follow. Refused if
    a file is not as it was `seen`, by its digest.
    """

    def change(located: Located, data: bytes) -> bytes:
        for change in changes:
            data = _changed(located, data, change)
        return data

    return _edit(root, id, change, how, seen)


def replace(
    root: Path,
    id: str,
    old: bytes,
    new: bytes,
    how: How = AS_USUAL,
) -> tuple[Written, Located]:
    """Replace a record as a whole, if its file still holds `old`; renamed if necessary."""

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
    """Add a clarification to a question, once a day: its forecasts stay valid."""

    def draft(opened: Opened) -> list[Draft]:
        located = Located("scenario", opened.scenario(scenario))
        refuse_unwritable(text, "text")
        data = opened.snapshot[located.path]
        if Clarification(on, text) in opened.database.scenarios[located.id].clarifications:
            return [Draft(located.path, data, data)]  # which may wait for its commit
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
    edited: list[Located] = []

    def draft(opened: Opened) -> list[Draft]:
        opened.refuse_changed(seen)
        located = locate(opened, id)
        old = opened.snapshot[located.path]
        today = partial(renaming.of_today, opened, located.kind, located.id)
        new = today(change(located, old if whole else today(old)))
        name = _name_in(located, old, new)
        edited.append(located._replace(id=name))
        if name != located.id:
            return renaming.drafts(opened, located, name, new)
        return [Draft(located.path, old, new)]

    written = write(root, draft, f"edit {id}", how, subject=lambda _: f"edit: {edited[-1].name}")
    return written, edited[-1]


def _changed(located: Located, data: bytes, change: KeyChange) -> bytes:
    keys = (*located.keys, *change.key.split("."))
    refuse_unwritable(change.text, change.key)
    with at_place(located.path):
        if change.how == "unset":
            return unset(data, keys)
        is_item = change.how == "append"
        value = typed(located.kind, keys, change.text, is_item=is_item)
        if is_item:
            return append(data, keys, value)
        return data if exact(_at(data, keys)) == exact(value) else put(data, keys, value)


def _name_in(located: Located, old: bytes, new: bytes) -> str:
    """The id that a changed record's own text gives it."""
    values = [reader.read("", data)[0] for data in (old, new)]
    was, now = (value if isinstance(value, dict) else {} for value in values)
    if located.kind == "forecasts":
        name = f"{now.get('date')}-{now.get('analyst')}"
        same = all(was.get(key) == now.get(key) for key in ("date", "analyst"))
        return name if _SHEET.fullmatch(name) and not same else located.id
    before, after = str(was.get("observed")), str(now.get("observed"))
    if located.kind == "evidence" and before != after and _OBSERVED.fullmatch(after):
        return re.sub(rf"^{re.escape(before)}-", f"{after}-", located.id)
    return located.id


def _at(data: bytes, keys: Sequence[str]) -> Any:
    """The value at a key; a value equal to no other if there is none."""
    value, _ = reader.read("", data)
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            return [keys]
        value = value[key]
    return value


def foretold_of(written: Written, on: date) -> list[AuditFinding]:
    """Findings that a later audit will have of a change; none without a commit to compare."""
    try:
        revisions, _ = past(git.repository(written.before.root), None)
    except ScenError:
        return []
    if written.committed and written.committed.oid:
        oid = written.committed.oid
        revisions = [revision for revision in revisions if revision.commit.id != oid]
    return foretold(revisions, written.before.database, written.after.database, on)


def foretold_words(finding: AuditFinding) -> str:
    """An audit finding, announced."""
    return f"audit will say: {finding.rule}: {finding.record}: {finding.message}"
