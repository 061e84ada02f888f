"""A whole database from an export, reported like any import."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import msgspec

from scenarios.errors import NAMED, NotWritten, ScenError
from scenarios.exchange.arrivals import RowError
from scenarios.exchange.tables.reading import MOST_JSON_BYTES
from scenarios.exchange.targets import folders
from scenarios.exchange.targets.table import every_target
from scenarios.exchange.view.records import Cells, RecordContent, records, typed
from scenarios.extensions import Target
from scenarios.model import Kind
from scenarios.paths import MODELS, path_of, schema_address
from scenarios.storage import worktree
from scenarios.storage.edits import FileChange, new_file, refuse_unwritable, tidy
from scenarios.storage.yaml.writer import dump
from scenarios.text import counted, first_of
from scenarios.workspace.importing.settings import ImportCount, ImportSummary
from scenarios.workspace.opened import OpenDatabase
from scenarios.workspace.write_mode import AS_USUAL, WriteMode
from scenarios.workspace.writing import WriteResult, write

KIND = "database"


def restore(
    root: Path, path: Path, mode: WriteMode = AS_USUAL, *, update: bool = False
) -> tuple[WriteResult, ImportSummary]:
    """Put the records of an export into a database, with the tracker; sheets count as forecasts.

    Differing records are refused unless `update`; the tracker of an empty database is replaced.
    Records that are not in the export stay.
    """
    entries = [(entry, file(entry)) for entry in records(tables(path))]
    counts = defaultdict[Kind, ImportCount](ImportCount)

    def draft(opened: OpenDatabase) -> list[FileChange]:
        drafts, differing = [], []
        for entry, new in entries:
            count, old = counts[entry.kind], opened.snapshot.get(new.path)
            if old is None:
                count.added += 1
            elif _same(opened, entry, old, new.new or b""):
                count.unchanged += 1
                continue
            elif update or [*opened.snapshot] == ["tracker.yaml"] == [new.path]:
                count.updated += 1
            else:
                differing.append(new.path)
            drafts.append(FileChange(new.path, old, new.new))
        if differing:
            number = counted(len(differing), "file")
            named = first_of(differing, NAMED)
            raise NotWritten(
                f"{number} there and other than the export has them: {named};"
                " --update takes what the export has"
            )
        return drafts

    subject = f"import database: {counted(len(entries), 'record')}"
    written = write(root, draft, "import database", mode, subject=subject)
    remarks = []
    if counts["tracker"].updated:
        replaced = "the tracker was replaced; comments, as init writes them, are not in an export"
        remarks.append(replaced)
    elif counts["tracker"].added:
        remarks.append("the tracker was written too")
    return written, ImportSummary(
        kind=KIND,
        scenarios=counts["scenario"],
        indicators=ImportCount(),
        evidence=counts["evidence"],
        sources=counts["source"],
        forecasts=counts["forecasts"],
        superseded=0,
        clipped=0,
        skipped=[],
        left_out={},
        remarks=remarks,
        **written.about,
    )


def tables(path: Path) -> Mapping[str, list[Cells]]:
    """The rows of an export; refused if there is none, or it has faults."""
    misfits: list[RowError] = []
    target, safe_path = _form(path), worktree.safe(path)
    try:
        with worktree.refusals(path):
            rows = typed(target.code.read(path), misfits)
    except (ValueError, RecursionError, csv.Error, msgspec.MsgspecError) as error:
        raise ScenError(f"{safe_path}: cannot be read as {target.meaning}: {error}") from error
    if misfits:
        refused = ScenError(f"{counted(len(misfits), 'fault')}: nothing was written")
        for row_error in misfits[:NAMED]:
            refused.add_note(f"{row_error.position}: {row_error.message}")
        if len(misfits) > NAMED:
            refused.add_note(f"and {len(misfits) - NAMED:,} more")
        raise refused
    if "tracker" not in rows:
        raise ScenError(f"{safe_path}: has no table 'tracker': is it an export of scen?")
    return rows


def _form(path: Path) -> Target:
    """The form of an export, by content, else by its ending."""
    safe_path = worktree.safe(path)
    with worktree.refusals(path):
        files = path.iterdir() if path.is_dir() else [path] if path.is_file() else []
        if sum(file.stat().st_size for file in files) > MOST_JSON_BYTES:
            raise ScenError(
                f"{safe_path}: more than {MOST_JSON_BYTES >> 20} MiB; nothing was written"
            )
    if path.is_dir():
        form = folders.form(path) or "csv"
        targets = [target for target in every_target() if target.name == form and target.reads]
    elif path.is_file():
        with worktree.refusals(path):
            of_file = [
                target for target in every_target() if target.form == "file" and target.reads
            ]
            named = [t for t in of_file if path.name.lower().endswith(t.endings)]
            targets = named or [t for t in of_file if t.code.is_ours(path)]
    else:
        raise ScenError(f"{safe_path}: there is no such file or folder; nothing was written")
    if not targets:
        raise ScenError(f"{safe_path}: is not an export that can be read back; nothing was written")
    return targets[0]


def file(entry: RecordContent) -> FileChange:
    """The new file of a record."""
    kind, id, record = entry
    if kind != "tracker":
        return new_file(kind, id, record)
    path = path_of(kind, id)
    refuse_unwritable(record)
    return FileChange(path, None, dump(tidy(MODELS[kind], record), schema_address(path)).encode())


def _same(opened: OpenDatabase, entry: RecordContent, old: bytes, new: bytes) -> bool:
    """True if two files hold the same record, whatever their layout."""
    path = path_of(entry.kind, entry.id)
    records = [opened.read(entry.kind, path, data)[0] for data in (old, new)]
    return old == new or (records[0] is not None and records[0] == records[1])
