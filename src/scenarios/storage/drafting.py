"""A change before it is written: the snapshot with one file more, or one file edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from scenarios.errors import Problem, ScenError
from scenarios.model import Kind
from scenarios.storage import yamledit
from scenarios.storage.loader import Loaded, load
from scenarios.storage.records import KEY_ORDER, path_of, schema_address
from scenarios.storage.yamldump import dump
from scenarios.storage.yamltext import read

_PARTS = {"prior": "prior", "retracted": "retracted", "resolution": "resolution"}


class Draft(msgspec.Struct, frozen=True):
    """One file as it would be; `old` is None where there is none yet."""

    path: str
    old: bytes | None
    new: bytes


class Put(msgspec.Struct, frozen=True):
    """One key of a record that is to get a value: `keys` lead to it."""

    keys: tuple[str, ...]
    value: Any


def new_file(kind: Kind, id: str, record: Mapping[str, Any]) -> Draft:
    """A new record in its tidy form: fixed key order, what is None or empty left out."""
    path = path_of(kind, id)
    return Draft(path, None, dump(tidy(kind, record), schema_address(path)).encode())


def edited(snapshot: Mapping[str, bytes], kind: Kind, id: str, puts: Sequence[Put]) -> Draft:
    """An existing record with some keys put, and every other byte kept."""
    path = path_of(kind, id)
    old = snapshot[path]
    _, faults = read(path, old)
    if faults:
        raise ScenError(f"nothing was written: {path} has a fault to mend first: {faults[0]}")
    new = old
    for put in puts:
        new = yamledit.put(new, put.keys, put.value)
    return Draft(path, old, new)


def accept(snapshot: Mapping[str, bytes], before: Loaded, drafts: Sequence[Draft]) -> Loaded:
    """The database with the drafts in it; refused where that load has an error it had not."""
    after = load({**snapshot, **{draft.path: draft.new for draft in drafts}})
    had = {_fault(problem) for problem in before.problems}
    new = [p for p in after.problems if p.severity == "error" and _fault(p) not in had]
    if new:
        raise ScenError("nothing was written: " + "; ".join(_said(problem) for problem in new))
    return after


def tidy(kind: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """The keys in their fixed order, without those that hold nothing."""
    return {
        key: tidy(key, record[key]) if key in _PARTS else record[key]
        for key in KEY_ORDER[kind]
        if record.get(key) not in (None, "", [], {}, ())
    }


def _fault(problem: Problem) -> tuple[str, str, str]:
    return problem.path, problem.rule, problem.message


def _said(problem: Problem) -> str:
    hint = f" ({problem.hint})" if problem.hint else ""
    return f"{problem.message}{hint}"
