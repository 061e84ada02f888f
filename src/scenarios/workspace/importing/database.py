"""A whole database from an export, told as any import is."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from scenarios.errors import ScenError
from scenarios.exchange.arrivals import Misfit
from scenarios.exchange.tables.reading import MOST_JSON_BYTES
from scenarios.exchange.targets import package
from scenarios.exchange.targets.table import TARGETS, Target
from scenarios.exchange.view.cells import Cells, typed
from scenarios.exchange.view.records import Entry, records
from scenarios.model import Kind
from scenarios.paths import path_of, schema_address
from scenarios.storage import worktree
from scenarios.storage.edits import Draft, new_file, refuse_unwritable, tidy
from scenarios.storage.yaml.writer import dump
from scenarios.text import counted
from scenarios.workspace.how import AS_USUAL, How
from scenarios.workspace.importing.settings import Count, Imported
from scenarios.workspace.opened import Opened
from scenarios.workspace.writing import Written, write

_NAMED = 20
"""As many faults are named; the rest is counted."""


class Restored(NamedTuple):
    """What was written, and how many records of each kind are new, other, and as they were."""

    written: Written
    new: Counter[Kind]
    other: Counter[Kind]
    same: Counter[Kind]


def restore(root: Path, place: Path, how: How = AS_USUAL, *, update: bool = False) -> Restored:
    """Put the records of an export into a database.

    What is there and differs is refused unless `update`. The tracker of a database without a record
    is written over. What is there and not in the export stays.
    """
    entries = [(entry, file(entry)) for entry in records(tables(place))]
    counts = Counter[Kind](), Counter[Kind](), Counter[Kind]()

    def draft(opened: Opened) -> list[Draft]:
        new, other, same = counts
        drafts, differing = [], []
        for entry, made in entries:
            old = opened.snapshot.get(made.path)
            if old is None:
                new[entry.kind] += 1
            elif _same(opened, entry, old, made.new or b""):
                same[entry.kind] += 1
                continue
            elif update or (entry.kind == "tracker" and _is_empty(opened)):
                other[entry.kind] += 1
            else:
                differing.append(made.path)
            drafts.append(Draft(made.path, old, made.new))
        if differing:
            raise _refusal(differing)
        return drafts

    subject = f"import database: {counted(len(entries), 'record')}"
    written = write(root, draft, "import database", how, subject=subject)
    return Restored(written, *counts)


def tables(place: Path) -> Mapping[str, list[Cells]]:
    """The rows of an export; refused where it is none, or has what cannot be."""
    misfits: list[Misfit] = []
    found = _read(place, misfits)
    if misfits:
        refused = ScenError(f"{counted(len(misfits), 'fault')}: nothing was written")
        for one in misfits[:_NAMED]:
            refused.add_note(f"{one.place}: {one.message}")
        if len(misfits) > _NAMED:
            refused.add_note(f"and {len(misfits) - _NAMED:,} more")
        raise refused
    if "tracker" not in found:
        raise ScenError(f"{worktree.safe(place)}: has no table 'tracker': is it an export of scen?")
    return found


def _read(place: Path, misfits: list[Misfit]) -> Mapping[str, list[Cells]]:
    target = _form(place)
    try:
        with worktree.refusals(place):
            return typed(target.code.read(place), misfits)
    except (ValueError, RecursionError, csv.Error, msgspec.MsgspecError) as error:
        shown = worktree.safe(place)
        raise ScenError(f"{shown}: cannot be read as {target.meaning}: {error}") from error


def _form(place: Path) -> Target:
    """By what lies there, and else by its ending."""
    shown = worktree.safe(place)
    with worktree.refusals(place):
        files = place.iterdir() if place.is_dir() else [place] if place.is_file() else []
        if sum(file.stat().st_size for file in files) > MOST_JSON_BYTES:
            raise ScenError(f"{shown}: more than {MOST_JSON_BYTES >> 20} MiB; nothing was written")
    if place.is_dir():
        form = package.form(place) or "csv"
        found = [one for one in TARGETS if one.name == form and one.reads]
    elif place.is_file():
        with worktree.refusals(place):
            of_file = [one for one in TARGETS if one.form == "file" and one.reads]
            named = [one for one in of_file if place.name.lower().endswith(one.endings)]
            found = named or [one for one in of_file if one.code.is_ours(place)]
    else:
        raise ScenError(f"{shown}: there is no such file or folder; nothing was written")
    if not found:
        raise ScenError(f"{shown}: is not an export that can be read back; nothing was written")
    return found[0]


def file(entry: Entry) -> Draft:
    """The file that a record makes where there is none."""
    kind, id, record = entry
    if kind != "tracker":
        return new_file(kind, id, record)
    path = path_of(kind, id)
    refuse_unwritable(record)
    return Draft(path, None, dump(tidy(kind, record), schema_address(path)).encode())


def _same(opened: Opened, entry: Entry, old: bytes, new: bytes) -> bool:
    """Whether two files hold the same record, whatever their layout."""
    path = path_of(entry.kind, entry.id)

    def content(data: bytes) -> Any:
        return opened.read(entry.kind, path, data)[0]

    return old == new or (content(old) is not None and content(old) == content(new))


def _is_empty(opened: Opened) -> bool:
    """Whether a database holds no record."""
    return [*opened.snapshot] == ["tracker.yaml"]


def _refusal(paths: list[str]) -> ScenError:
    named = ", ".join(paths[:_NAMED]) + (", …" if len(paths) > _NAMED else "")
    differ = f"{counted(len(paths), 'file')} there and other than the export has them: {named}"
    return ScenError(f"nothing was written: {differ}; --update takes what the export has")


KIND = "database"


def bring_database(
    root: Path, place: Path, how: How = AS_USUAL, *, update: bool = False
) -> tuple[Written, Imported]:
    """Every record of an export, the tracker included; of forecasts the sheets are counted."""
    made = restore(root, place, how, update=update)
    written, done = made.written, made.written.committed

    def count(kind: Any) -> Count:
        return Count(added=made.new[kind], updated=made.other[kind], unchanged=made.same[kind])

    tracker = ""
    if made.other["tracker"]:
        tracker = "the tracker was replaced; comments, as init writes them, are not in an export"
    elif made.new["tracker"]:
        tracker = "the tracker was written too"
    about = {"commit": done.oid, "subject": done.subject} if done else {}
    return written, Imported(
        kind=KIND,
        paths=written.paths,
        dry_run=how.dry_run,
        scenarios=count("scenario"),
        indicators=Count(),
        evidence=count("evidence"),
        sources=count("source"),
        forecasts=count("forecasts"),
        superseded=0,
        clipped=0,
        skipped=[],
        left_out={},
        remarks=[tracker] if tracker else [],
        **about,
    )
