"""A record corrected: key by key or as a whole, renamed with all references, or removed."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from scenarios.analysis.changes import former, records
from scenarios.errors import Keys, ScenError, UsageError
from scenarios.model import Database, Kind, Tracker
from scenarios.paths import SHEET_ID, Reference, path_of, place_of, references
from scenarios.storage.edits import FileChange, at_place, refuse_invalid, refuse_unwritable
from scenarios.storage.schema import forms, nodes_at
from scenarios.storage.yaml import reader
from scenarios.storage.yaml.editor import append, exact, put, reworded, unset
from scenarios.storage.yaml.reader import read
from scenarios.text import shown
from scenarios.values import OBSERVED, indicator_key
from scenarios.workspace.input import typed_in
from scenarios.workspace.opened import OpenDatabase, StaleEdit, from_here, known_id
from scenarios.workspace.write_mode import AS_USUAL, WriteMode
from scenarios.workspace.writing import WriteResult, write

_KINDS: tuple[Kind, ...] = ("scenario", "evidence", "forecasts", "source")


class RecordLocation(NamedTuple):
    """A record, or one of its indicators."""

    kind: Kind
    id: str
    indicator: str | None = None

    @property
    def path(self) -> str:
        return path_of(self.kind, self.id)

    @property
    def keys(self) -> tuple[str, ...]:
        return ("indicators", self.indicator) if self.indicator else ()

    @property
    def name(self) -> str:
        return f"{self.id}/{self.indicator}" if self.indicator else self.id


def locate(opened: OpenDatabase, text: str) -> RecordLocation:
    """The record, sound or not, of `ID`, `KIND:ID`, `SCENARIO/INDICATOR` or `tracker`."""
    kind, colon, id = text.partition(":")
    if colon and kind not in get_args(Kind):
        known_id(kind, get_args(Kind), "kind of record", "KIND:ID")
    kinds = [each for each in _KINDS if each == kind] if colon else [*_KINDS]
    id = id if colon else text
    if id == "tracker":
        return RecordLocation("tracker", "tracker")
    scenario, slash, indicator = id.partition("/")
    if slash:
        indicators = opened.database.scenarios[opened.scenario(scenario)].indicators
        known_id(indicator, indicators, f"indicator of {scenario}", f"scen show {scenario}")
        return RecordLocation("scenario", scenario, indicator)
    present = [kind for kind in kinds if path_of(kind, id) in opened.snapshot]
    if len(present) > 1:
        choices = " or ".join(f"{kind}:{id}" for kind in present)
        raise ScenError(f"two records are called {shown(id)}: say which, {choices}")
    if not present:
        for kind in kinds:
            if now := opened.database.called_now.get((kind, id)):
                raise ScenError(f"no {kind} '{id}': it is called '{now}' now")
        what = kinds[0] if colon and kinds else "record"
        ids = [key for kind in kinds for key in records(opened.database, kind)]
        known_id(id, ids, what)
    return RecordLocation(present[0], id)


_KEEPS_NAMES = ("scenario", "evidence", "source")


def rename(
    root: Path, id: str, new: str, mode: WriteMode = AS_USUAL
) -> tuple[WriteResult, RecordLocation]:
    """Give a scenario, item, source or indicator another id everywhere, or nowhere."""

    def words(written: WriteResult) -> str:
        return f"rename: {locate(written.before, id).name} → {new}"

    draft = partial(renaming, id=id, new=new)
    written = write(root, draft, f"rename {id} {new}", mode, subject=words)
    old = locate(written.before, id)
    if old.indicator:
        return written, RecordLocation("scenario", old.id, new.removeprefix(f"{old.id}/"))
    return written, RecordLocation(old.kind, new)


def renaming(opened: OpenDatabase, id: str, new: str) -> list[FileChange]:
    """The changes by which a scenario, item, source or indicator has another id everywhere."""
    old = locate(opened, id)
    name = new.removeprefix(f"{old.id}/") if old.indicator else new
    if old.kind == "tracker":
        raise ScenError("the tracker has no other name; nothing was written")
    if old.kind == "forecasts":
        raise ScenError(
            f"a sheet is named by its date and analyst: scen edit {old.id} analyst=…"
            " changes both; nothing was written"
        )
    if name == (old.indicator or old.id):
        raise ScenError(f"{old.name} is called that already; nothing was written")
    return _indicator_drafts(opened, old, name) if old.indicator else drafts(opened, old, name)


def drafts(
    opened: OpenDatabase, old: RecordLocation, new: str, content: bytes | None = None
) -> list[FileChange]:
    """The record [with another content] under its new id, and every file that names it."""
    refuse_invalid(old.kind, new)
    _refuse_taken(opened, old, new)
    refuse_half_read(opened, old.id)
    data = opened.snapshot[old.path]
    places = [*naming(opened.database, old, new)]
    own = [reference for reference in places if reference[:2] == old[:2]]
    others = [reference for reference in places if reference[:2] != old[:2]]
    now = content if content is not None else _reworded(old.path, data, own)
    if old.kind in _KEEPS_NAMES:
        now = _remembering(opened, old, new, now)
    return [
        FileChange(old.path, data, None),
        FileChange(path_of(old.kind, new), None, now),
        *_in_other_files(opened, others),
    ]


def naming(database: Database, located: RecordLocation, new: str) -> Iterator[Reference]:
    """Every reference to a record or an indicator, with its text under the new name."""
    kind, old, indicator = located
    for ref in references(database):
        key = ref.keys[-1]
        if (ref.of, ref.name) == (kind, old) and (not indicator or key == located.name):
            rest = key[len(old) :] if ref.at == "key" and isinstance(key, str) else ""
            name = f"{old}/{new}" if indicator else new + rest
            yield ref._replace(name=name)
    if kind == "scenario" and not indicator:
        for id, sheet in database.sheets.items():
            for field in ("rationales", "evidence"):
                if old in getattr(sheet, field):
                    yield Reference("forecasts", id, (field, old), "key", kind, new)


def of_today(opened: OpenDatabase, kind: Kind, id: str, data: bytes) -> bytes:
    """The record with former ids replaced by today's."""
    path, database = path_of(kind, id), opened.database
    record, now = opened.read(kind, path, data)[0], database.called_now
    own = Database(record if isinstance(record, Tracker) else Tracker())
    if record and now and kind in ("scenario", "evidence", "forecasts"):
        records(own, kind)[id] = record  # type: ignore[index]
    named = {(ref.of, ref.name) for ref in references(own)}
    places = [
        reference
        for of, name in sorted(named & now.keys())
        if name not in records(database, of)
        for reference in naming(own, RecordLocation(of, name), now[of, name])
    ]
    return _reworded(path, data, places)


def refuse_half_read(opened: OpenDatabase, *ids: str) -> None:
    """Refuse while a broken file may name one of these ids."""
    for path, data in opened.snapshot.items():
        kind_and_id = place_of(path)
        if (
            not isinstance(kind_and_id, tuple)
            or opened.read(*kind_and_id[:1], path, data)[0] is not None
        ):
            continue
        text = data.decode("utf-8", "replace")
        for id in ids:
            if re.search(rf"(?<![a-z0-9-]){re.escape(id)}(?![a-z0-9-])", text):
                fault = next(str(fault) for fault in opened.problems if fault.path == path)
                raise ScenError(f"nothing was written; fix this first, it may name '{id}': {fault}")


def _indicator_drafts(opened: OpenDatabase, old: RecordLocation, new: str) -> list[FileChange]:
    indicators = opened.database.scenarios[old.id].indicators
    if new in indicators:
        raise ScenError(f"there is indicator '{old.id}/{new}' already; nothing was written")
    refuse_half_read(opened, old.name)
    data = opened.snapshot[old.path]
    key: Keys = ("indicators", str(old.indicator))
    own = Reference("scenario", old.id, key, "key", "scenario", new)
    fired = [*naming(opened.database, old, new)]
    now = _reworded(old.path, data, [own])
    return [FileChange(old.path, data, now), *_in_other_files(opened, fired)]


def _in_other_files(opened: OpenDatabase, places: list[Reference]) -> Iterator[FileChange]:
    by_path: dict[str, list[Reference]] = {}
    for reference in places:
        by_path.setdefault(path_of(reference.kind, reference.id), []).append(reference)
    for path, in_file in sorted(by_path.items()):
        data = opened.snapshot[path]
        today = of_today(opened, in_file[0].kind, in_file[0].id, data)
        yield FileChange(path, data, _reworded(path, today, in_file))


def _reworded(path: str, data: bytes, places: list[Reference]) -> bytes:
    if not places:
        return data
    with at_place(path):
        return reworded(
            data, {(reference.keys, reference.at): reference.name for reference in places}
        )


def _remembering(opened: OpenDatabase, old: RecordLocation, new: str, data: bytes) -> bytes:
    """The record with its old id among its former ids."""
    record = records(opened.database, old.kind).get(old.id)
    had = former(record) if record else ()
    if new in had:
        return put(data, ("formerly",), [*(name for name in had if name != new), old.id])
    return append(data, ("formerly",), old.id)


def _refuse_taken(opened: OpenDatabase, old: RecordLocation, new: str) -> None:
    path = path_of(old.kind, new)
    if path in opened.snapshot:
        what = "sheet" if old.kind == "forecasts" else old.kind
        raise ScenError(f"there is {what} {shown(new)} already; nothing was written")
    now = opened.database.called_now.get((old.kind, new))
    if now not in (None, old.id):
        raise ScenError(
            f"{old.kind} '{now}' was called {shown(new)} before: choose another id;"
            " nothing was written"
        )


_NAMED = 5
_INSTEAD = {
    "evidence": "scen retract {} keeps it, and it counts no longer",
    "forecasts": "scen forecast SCENARIO withdraw takes a figure back",
    "indicator": "scen edit takes it out of them",
    "scenario": "scen resolve {} annulled ends it",
    "source": "scen edit gives them another one",
}


def remove(
    root: Path, id: str, reason: str, mode: WriteMode = AS_USUAL
) -> tuple[WriteResult, RecordLocation]:
    """Remove a record or an indicator; the reason stays in the commit's subject alone.

    Refused if a figure counts it or another record names it.
    """

    def draft(opened: OpenDatabase) -> list[FileChange]:
        located = locate(opened, id)
        refuse_unwritable(reason, "reason")
        if located.kind == "tracker":
            raise ScenError("the tracker is what all records rest on; nothing was written")
        rest = [*_resting(opened.database, located)]
        if rest:
            more = f" and {len(rest) - _NAMED} more" if len(rest) > _NAMED else ""
            words = _INSTEAD["indicator" if located.indicator else located.kind]
            raise ScenError(
                f"{located.name} is what others rest on: {', '.join(rest[:_NAMED])}{more};"
                f" nothing was written; {words.format(located.id)}"
            )
        refuse_half_read(opened, located.name)
        data = opened.snapshot[located.path]
        new = None
        if located.indicator:
            with at_place(located.path):
                new = unset(data, located.keys)
        return [FileChange(located.path, data, new)]

    def words(written: WriteResult) -> str:
        return f"remove: {locate(written.before, id).name}: {' '.join(reason.split())}"

    written = write(root, draft, f"remove {id}", mode, subject=words)
    return written, locate(written.before, id)


def _resting(database: Database, located: RecordLocation) -> Iterator[str]:
    """Records that name a record, and figures that count it."""
    kind, id, indicator = located
    if indicator:
        for item_id, item in database.evidence.items():
            if (id, indicator) in map(indicator_key, item.indicators):
                yield path_of("evidence", item_id)
        return
    yield from dict.fromkeys(
        path_of(ref.kind, ref.id)
        for ref in references(database)
        if (ref.of, ref.name) == (kind, id) and (ref.kind, ref.id) != (kind, id)
    )
    if kind == "evidence" and id in database.evidence:
        item = database.evidence[id]
        bears = [*item.ratings, *(indicator_key(text)[0] for text in item.indicators)]
        yield from (f"the figures of {scenario}" for scenario in dict.fromkeys(bears))
    if kind == "forecasts" and id in database.sheets:
        yield from (f"the forecasts of {name}" for name in database.sheets[id].figures)


_NAMES = {
    bool: ("boolean",),
    int: ("integer", "number"),
    float: ("number",),
    str: ("string",),
    list: ("array",),
    dict: ("object",),
    type(None): ("null",),
}


def typed(kind: Kind, keys: Sequence[str], text: str, *, is_item: bool = False) -> Any:
    """The text itself if the key [an item of its list] holds a text or is unknown, else YAML.

    If both are allowed, it is read as YAML: `0.1` is a number, `CC` a text.
    """
    allowed = {*_types(kind, keys, is_item=is_item)}
    if not allowed - {"string"}:
        return text
    value, faults = read("", f"{text}\n".encode(errors="surrogateescape"))
    if not faults and not allowed.isdisjoint(_NAMES[type(value)]):
        return value
    limits = (form.get("maximum") for node in nodes_at(kind, keys) for form in forms(node))
    if any(limit is not None and limit <= 1 for limit in limits):  # a probability
        with suppress(UsageError):
            return typed_in.chance(text)
    if "string" in allowed:
        return text
    if faults:
        words = f"{faults[0].message}: write a value as in a file, lists as [a, b]"
        raise ScenError(f"nothing was written: {'.'.join(keys)}: {words}")
    return value


def _types(kind: Kind, keys: Sequence[str], *, is_item: bool) -> Iterator[str]:
    allowed = [form for node in nodes_at(kind, keys) for form in forms(node)]
    if is_item:
        allowed = [item for form in allowed if "items" in form for item in forms(form["items"])]
    for node in allowed:
        values = [*node.get("enum", ()), *([node["const"]] if "const" in node else [])]
        yield from (name for value in values for name in _NAMES[type(value)])
        kinds = node.get("type", ())
        yield from [kinds] if isinstance(kinds, str) else kinds


class KeyChange(NamedTuple):
    """A dotted key, and what to do: put a value, append an item, or unset it."""

    key: str
    how: Literal["put", "append", "unset"]
    text: str = ""


def edit(
    root: Path, id: str, changes: Sequence[KeyChange], mode: WriteMode = AS_USUAL
) -> tuple[WriteResult, RecordLocation]:
    """Change keys of a record; every other byte stays.

    If a date or analyst in its name changes, the file is renamed, and references follow.
    """

    def change(located: RecordLocation, data: bytes) -> bytes:
        for change in changes:
            data = _changed(located, data, change)
        return data

    return _edit(root, id, change, mode)


def replace(
    root: Path, id: str, old: bytes, new: bytes, mode: WriteMode = AS_USUAL
) -> tuple[WriteResult, RecordLocation]:
    """Replace a record as a whole, if its file still holds `old`; renamed if necessary."""

    def change(located: RecordLocation, data: bytes) -> bytes:
        if data != old:
            raise StaleEdit(located.path, from_here(root / located.path))
        return new

    return _edit(root, id, change, mode, whole=True)


def _edit(
    root: Path,
    id: str,
    change: Callable[[RecordLocation, bytes], bytes],
    mode: WriteMode,
    *,
    whole: bool = False,
) -> tuple[WriteResult, RecordLocation]:
    edited: list[RecordLocation] = []

    def draft(opened: OpenDatabase) -> list[FileChange]:
        located = locate(opened, id)
        old = opened.snapshot[located.path]
        today = partial(of_today, opened, located.kind, located.id)
        new = today(change(located, old if whole else today(old)))
        name = _name_in(located, old, new)
        edited.append(located._replace(id=name))
        if name != located.id:
            return drafts(opened, located, name, new)
        return [FileChange(located.path, old, new)]

    written = write(root, draft, f"edit {id}", mode, subject=lambda _: f"edit: {edited[-1].name}")
    return written, edited[-1]


def _changed(located: RecordLocation, data: bytes, change: KeyChange) -> bytes:
    keys = (*located.keys, *change.key.split("."))
    refuse_unwritable(change.text, change.key)
    with at_place(located.path):
        if change.how == "unset":
            return unset(data, keys)
        is_item = change.how == "append"
        value = typed(located.kind, keys, change.text, is_item=is_item)
        if is_item:
            return append(data, keys, value)
        return data if exact(_value_at(data, keys)) == exact(value) else put(data, keys, value)


def _name_in(located: RecordLocation, old: bytes, new: bytes) -> str:
    """The id that a changed record's own text gives it."""
    values = [reader.read("", data)[0] for data in (old, new)]
    was, now = (value if isinstance(value, dict) else {} for value in values)
    if located.kind == "forecasts":
        name = f"{now.get('date')}-{now.get('analyst')}"
        same = all(was.get(key) == now.get(key) for key in ("date", "analyst"))
        return name if SHEET_ID.fullmatch(name) and not same else located.id
    before, after = str(was.get("observed")), str(now.get("observed"))
    if located.kind == "evidence" and before != after and re.fullmatch(OBSERVED, after):
        return re.sub(rf"^{re.escape(before)}-", f"{after}-", located.id)
    return located.id


def _value_at(data: bytes, keys: Sequence[str]) -> Any:
    """The value at a key; a value equal to no other if there is none."""
    value, _ = reader.read("", data)
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            return [keys]
        value = value[key]
    return value
