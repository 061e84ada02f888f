"""Export to a file, a folder or an address; the tables of a database, and many databases."""

import os
from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path

import msgspec

from scenarios import __version__
from scenarios.address import hidden, refuse_unescaped, scheme_of
from scenarios.errors import Problem, ScenError, UsageError, unreadable
from scenarios.exchange.targets import folders
from scenarios.exchange.targets.folders import LakePart, is_lake, link, part_of, parts
from scenarios.exchange.targets.table import named
from scenarios.exchange.view.view import ExportMetadata, View
from scenarios.extensions import Target
from scenarios.progress import Progress, unwatched
from scenarios.result import Result
from scenarios.storage import worktree
from scenarios.storage.git.repository import first_commit, may_follow, origin_of
from scenarios.storage.output_files import refuse_unfit, replacing
from scenarios.storage.worktree import safe
from scenarios.text import shown
from scenarios.workspace.opened import OpenDatabase, from_here, open_folder


class TableExported(msgspec.Struct, frozen=True, kw_only=True):
    """A table, and how many rows went out."""

    table: str
    rows: int


class ExportResult(Result, frozen=True, kw_only=True):
    """Exported rows by table, and their target.

    `left_out` counts rows, or names in them, of records that are not there.
    """

    target: str
    place: str
    as_of: date
    revision: str | None
    tables: tuple[TableExported, ...]
    left_out: int


def identity(opened: OpenDatabase) -> str:
    """The id of a tracker, else its first commit, else its title."""
    tracker = opened.database.tracker
    return tracker.id or first_commit(opened.root) or tracker.title


def view_of(opened: OpenDatabase, as_of: date, *, limited: bool, origin: str | None = None) -> View:
    """The tables of a database for a day; limited to the records known on it."""
    metadata = ExportMetadata(
        tracker=identity(opened),
        as_of=as_of,
        revision=opened.commit,
        program_version=__version__,
        origin=origin,
    )
    return View(opened.database, metadata, limited=limited)


def export(
    opened: OpenDatabase,
    text: str,
    as_of: date,
    *,
    limited: bool = False,
    overwrite: bool = False,
    lake: bool = False,
    progress: Progress = unwatched,
) -> ExportResult:
    """Write the tables to a target, over an earlier export of the tracker.

    `overwrite` also replaces another tracker's export or another file, never a folder with other
    content. In a `lake`, a folder of Parquet or a PostgreSQL database, it is read with those of
    other trackers.
    """
    opened.refuse_unless_whole()
    target, name = named(text)
    if lake and target.name not in ("parquet", "postgresql"):
        raise UsageError("--lake goes with parquet:DIR and postgresql://HOST/DATABASE/SCHEMA")
    if target.form == "address":
        refuse_unescaped(name)
    origin = origin_of(opened.root) if lake or target.form == "address" else None
    view = view_of(opened, as_of, limited=limited, origin=origin)
    whose, path = view.context.metadata.tracker, Path(name)
    if target.form != "address":
        _refuse_home(opened.root, path)
        if lake:
            with worktree.refusals(path):
                path = part_of(path, whose)
            _refuse_fork(opened.root, overwrite, folders.origin(path))
        elif is_lake(path):
            raise ScenError(f"{worktree.safe(path)}: is a lake of several trackers: --lake")
        _refuse(target, path, whose, overwrite=overwrite)
    names = tuple(view.tables) if target.tables is None else target.tables
    for table in progress(names, "making the tables", len(names)):
        view.rows(table)
    if target.form == "address":
        refuse_fork = partial(_refuse_fork, opened.root, overwrite)
        where = str(target.code.send(view, name, refuse_fork, overwrite=overwrite, shared=lake))
    else:
        where = from_here(Path(name))
        with replacing(Path(os.path.abspath(path))) as new:  # noqa: PTH100 - follows no link
            if target.form == "folder":
                new.mkdir()
            target.code.write(view, new)
        if lake:
            with worktree.refusals(path):
                link(path)
    return ExportResult(
        target=target.name,
        place=where,
        as_of=as_of,
        revision=opened.commit,
        tables=tuple(TableExported(table=name, rows=len(view.rows(name))) for name in names),
        left_out=view.left_out.total(),
    )


def _refuse_fork(root: Path, overwrite: bool, origin: str | None) -> None:
    """Refuse to replace an export of another database with the same id."""
    if origin and not overwrite and not may_follow(root, origin):
        commit, has_commit, folder = origin.partition(":")
        base = f"commit {commit[:12]} of {folder or './'}, which is not here"
        raise ScenError(
            f"its export there is of {base if has_commit else 'a database elsewhere'}: a fork"
            " takes an id of its own: scen edit tracker id=NAME; git pull brings what is newer"
            " there; --overwrite replaces it"
        )


def _refuse_home(root: Path, file: Path) -> None:
    where, home = (Path(os.path.realpath(path)) for path in (file, root))
    if where == home or where.is_relative_to(home) or home.is_relative_to(where):
        safe_path = worktree.safe(file)
        raise ScenError(f"{safe_path}: an export is a copy: name a place outside the database")


def _refuse(target: Target, path: Path, tracker: str, *, overwrite: bool) -> None:
    """Refuse an unfit place, and content that must not be lost."""
    safe_path = worktree.safe(path)
    refuse_unfit(path, folder=target.form == "folder")
    if not os.path.lexists(path) or (path.is_file() and not path.stat().st_size):
        return
    with worktree.refusals(path):
        is_ours, is_own = target.code.is_ours(path), target.code.is_ours(path, tracker)
    if is_own or (overwrite and (is_ours or target.form == "file")):
        return
    if is_ours:
        raise ScenError(f"{safe_path}: is the export of another tracker: --overwrite replaces it")
    if target.form == "folder":
        raise ScenError(f"{safe_path}: holds more than an earlier export: name a new folder")
    raise ScenError(f"{safe_path}: is not an earlier export of this kind: --overwrite replaces it")


def opened_trackers(text: str) -> tuple[dict[str, OpenDatabase], list[Problem]]:
    """The databases of a file, by id: a folder a line, relative to the file; `#` is a comment.

    Raises ScenError where two have the same id, or there is no such file.
    """
    if not (file := Path(text)).is_file():
        raise ScenError(f"{shown(hidden(text))} is no file with a tracker's folder on each line")
    with worktree.refusals(file):
        lines = [line.strip() for line in file.read_text("utf-8", "replace").splitlines()]
    trackers: dict[str, OpenDatabase] = {}
    unread = []
    for line in (line for line in lines if line and not line.startswith("#")):
        try:
            opened = open_folder(worktree.find(Path(), str(file.parent / line)))
        except ScenError as error:
            unread.append(unreadable(hidden(line), hidden(line, str(error))))
            continue
        if opened.faults:
            unread.append(unreadable(line, f"{opened.faults}: scen --database {line} check"))
        if any(problem.path == "tracker.yaml" for problem in opened.loaded.database.unreadable):
            continue
        if other := trackers.get(id := identity(opened)):
            own = safe(opened.root)
            raise ScenError(
                f"{safe(other.root)} and {own} have the same id, {shown(id)}: a fork takes an id of"
                f" its own: scen --database {own} edit tracker id=NAME"
            )
        trackers[id] = opened
    return trackers, unread


def trackers_at(
    text: str, day: date, rev: str | None = None, *, limited: bool = False
) -> tuple[Mapping[str, View | LakePart] | str, list[Problem]]:
    """The trackers of a lake or of a file with a folder a line, or a PostgreSQL address.

    Besides, a problem for each that cannot be read.

    Those of a file are read for a day, `limited` to what was known on it; the others are exports,
    which have days of their own.
    """
    place, scheme = Path(text), scheme_of(text)
    if rev or (limited and (scheme or place.is_dir())):
        raise UsageError("--across takes no --rev, and --as-of only for a file of folders")
    if scheme in ("postgresql", "postgres"):
        refuse_unescaped(text)
        return text, []
    if scheme or not (is_lake(place) or place.is_file()):
        known = "a lake (scen export parquet:DIR --lake), postgresql://HOST/DATABASE, or a file"
        raise ScenError(f"{shown(hidden(text))} is none of these: {known} of folders")
    if place.is_dir():
        return parts(place), []
    trackers, unread = opened_trackers(text)
    views = {id: view_of(opened, day, limited=limited) for id, opened in trackers.items()}
    return views, unread
