"""A database as it was read, from its folder or a revision, with its faults and its past."""

import gc
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

from scenarios.analysis.changes import Revision
from scenarios.errors import Problem, ScenError, UsageError
from scenarios.model import Database, EvidenceId, Kind, ScenarioId, SourceId
from scenarios.paths import path_of
from scenarios.progress import Progress, unwatched
from scenarios.storage import worktree
from scenarios.storage.cache.files import bearing_on, with_changes
from scenarios.storage.cache.memory import RecordCache
from scenarios.storage.cache.packed import cache_of
from scenarios.storage.git import repository as git
from scenarios.storage.git.repository import Repository, revisions
from scenarios.storage.loader import LoadResult, Read, load, read_record
from scenarios.text import counted, did_you_mean, shown
from scenarios.values import owner_of


def find_root(database: str | None) -> Path:
    """The folder with tracker.yaml: named by `database`, else in or above the current folder."""
    is_elsewhere = database and Path(database).is_absolute()
    return worktree.find(Path() if is_elsewhere else here(), database)


def repository_of(database: str | None) -> tuple[Path, Repository]:
    """The database's folder and the repository that holds it."""
    try:
        root = find_root(database)
    except ScenError:
        # No files of its own: a bare repository, or one whose database is in its history only.
        root = Path(database or here())
        return root, git.without_files(root, named=bool(database))
    return root, git.repository(root)


def here() -> Path:
    """The current folder."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise ScenError("this folder was deleted: cd to one that is there") from None


def from_here(path: Path) -> str:
    """A path relative to the current folder; stray bytes as escapes."""
    try:
        path_text = path.relative_to(Path.cwd()).as_posix()
    except (ValueError, FileNotFoundError):
        path_text = str(path)
    return path_text.encode(errors="surrogateescape").decode(errors="backslashreplace")


class StaleEdit(worktree.ChangedSinceRead):
    """A file changed since it was shown to its editor."""

    def __init__(self, path: str, shown_path: str) -> None:
        super().__init__(f"{shown_path}: changed since it was read: nothing was written")
        self.path = path


class OpenDatabase(NamedTuple):
    """A database as it was read; `commit` is None if read from its folder.

    `read` caches what it has read, for another state of the same files. `half` is the remark on a
    command that is at work, or was killed, between its files; the state before it is read.
    """

    root: Path
    snapshot: Mapping[str, bytes]
    loaded: LoadResult
    problems: list[Problem]
    read: Read
    commit: str | None = None
    half: str = ""

    @property
    def database(self) -> Database:
        """The sound records."""
        return self.loaded.database

    @property
    def faults(self) -> str:
        """The number of files that cannot be read, and of faults if it is larger; else empty."""
        errors = sum(problem.count for problem in self.problems if problem.severity == "error")
        left = self.loaded.left_out
        files = [f"{counted(left, 'file')} cannot be read"] if left else []
        return ", ".join([*files, *([counted(errors, "fault")] if errors > left else [])])

    def about(self, *scenarios: ScenarioId) -> Database:
        """The database without evidence that has no bearing on these scenarios."""
        return bearing_on(self.database, *scenarios)

    def scenario(self, id: str) -> ScenarioId:
        """The id of a known scenario; raises for any other."""
        self.refuse_left_out("scenario", id, self.database.scenarios)
        return self._known("scenario", id, self.database.scenarios, "scen list scenarios")

    def scenario_on(self, id: str, day: date) -> ScenarioId:
        """The id of a scenario that had opened by a day."""
        opened = self.database.scenarios[self.scenario(id)].opened
        if day < opened:
            raise ScenError(f"{id} opened on {opened}: nothing was asked on {day}")
        return id

    def row_on(self, id: str, day: date) -> ScenarioId:
        """The id of a scenario, or of a row of a quantity, that had opened by a day."""
        owner = self.scenario_on(owner_of(id), day)
        if owner != id:
            quantity = self.database.scenarios[owner].quantity
            known_id(id, quantity.rows(owner) if quantity else (), "row", f"scen explain {owner}")
        return id

    def evidence(self, id: str) -> EvidenceId:
        """The id of a known item."""
        self.refuse_left_out("evidence", id, self.database.evidence)
        return self._known("evidence", id, self.database.evidence, "scen list evidence")

    def source(self, id: str) -> SourceId:
        """The id of a known source."""
        return self._known("source", id, self.database.sources, "scen list sources")

    def refuse_taken(self, kind: Kind, id: str, ids: Container[str], do: str) -> None:
        """Refuse the id of an existing record, sound or not."""
        self.refuse_left_out(kind, id, ids)
        if now := self.database.called_now.get((kind, id)):
            raise ScenError(f"{kind} '{now}' was called '{id}' before: choose another id; {do}")
        if id in ids:
            raise ScenError(f"there is {kind} '{id}' already: scen show {id}; {do}")

    def refuse_left_out(self, kind: Kind, id: str, ids: Container[str]) -> None:
        """Refuse a record whose file has a fault, and say where."""
        if id not in ids and (faults := self._faults(path_of(kind, id))):
            raise ScenError(f"{kind} '{id}' is invalid; fix it first: {faults[0]}")

    def refuse_unknown(self, ratings: Iterable[str], indicators: Iterable[str]) -> None:
        """Refuse unknown scenarios and indicators (`SCENARIO/INDICATOR`)."""
        for scenario in ratings:
            owner = self.scenario(owner_of(scenario))
            if quantity := self.database.scenarios[owner].quantity:
                rows = quantity.rows(owner)
                if scenario == owner:
                    one = (
                        ", ".join(rows) or f"none yet: scen edit {owner} quantity.thresholds+=VALUE"
                    )
                    raise ScenError(f"{owner} is a quantity: rate one of its rows ({one})")
                known_id(scenario, rows, "row", f"scen explain {owner}")
            elif scenario != owner:
                raise ScenError(f"{owner} is no quantity and has no rows: rate {owner}")
        for text in indicators:
            scenario = text.partition("/")[0]
            declared = self.database.scenarios[self.scenario(scenario)].indicators
            keys = [f"{scenario}/{key}" for key in declared]
            known_id(text, keys, "indicator", f"scen list indicators --scenario {scenario}")

    def refuse_changed(self, seen: Mapping[str, str]) -> None:
        """Refuse files changed since they were `seen`: SHA-256 by path, '' for no file."""
        for path, digest in seen.items():
            if self.digest(path) != digest:
                raise StaleEdit(path, from_here(self.root / path))

    def digest(self, path: str) -> str:
        """The SHA-256 of a file's content; '' if there is none."""
        data = self.snapshot.get(path)
        return "" if data is None else sha256(data).hexdigest()

    def refuse_unless_whole(self) -> None:
        """The gate for what leaves the desk: nothing is half done, and the tracker can be read."""
        if self.half:
            raise ScenError(f"nothing leaves the desk: {self.half}")
        self.refuse_without_tracker()

    def refuse_without_tracker(self) -> None:
        """Refuse to record under conventions that cannot be read."""
        path = "tracker.yaml"
        data = self.snapshot.get(path)
        if data is None or self.read("tracker", path, data)[0] is None:
            # What could not be read is reported as missing first, and then why.
            fault = self._faults(path)[-1 if data is None else 0]
            raise ScenError(f"tracker.yaml is invalid; fix it first: {fault}")

    def _known(self, kind: Kind, id: str, ids: Iterable[str], where: str) -> str:
        if id not in ids and (now := self.database.called_now.get((kind, id))):
            raise ScenError(f"no {kind} '{id}': it is called '{now}' now")
        return known_id(id, ids, kind, where)

    def _faults(self, path: str) -> list[Problem]:
        """The errors of one file, with its path from here."""
        file = from_here(self.root / path)
        return [
            replace(problem, path=file)
            for problem in self.problems
            if problem.path == path and problem.severity == "error"
        ]


def open_folder(
    root: Path, read: Read | None = None, progress: Progress = unwatched
) -> OpenDatabase:
    """The database in a folder, as it is now; `read` may be that of an earlier reading.

    Sound records go to the user's cache, and need not be read again.
    """
    memory = read if isinstance(read, RecordCache) else RecordCache(cache_of(root))
    files, problems, half = memory.snapshot(root)
    loaded = load(files, memory, progress, problems)
    if not (problems or half):  # beside a file that is not read as it is, a judgement may be wrong
        memory.remember(files, loaded)
    return OpenDatabase(root, files, loaded, loaded.problems, memory, half=half)


def overlaid(opened: OpenDatabase, texts: Mapping[str, bytes | None], read: Read) -> OpenDatabase:
    """The database with other texts by path, None for no file; nothing of them is cached."""
    files = with_changes(opened.snapshot, texts)
    not_read = [fault for fault in opened.problems if fault.path not in opened.snapshot]
    loaded = load(files, read, lost=[fault for fault in not_read if fault.rule != "no-tracker"])
    return OpenDatabase(opened.root, files, loaded, loaded.problems, read)


def open_revision(
    root: Path,
    repository: git.Repository,
    revision: str,
    in_memory: Mapping[str, bytes] | None = None,
    read: Read | None = None,
) -> OpenDatabase:
    """The database of a revision, from git's objects; touches no file.

    A file that is the same there as `in_memory` is not read again.
    """
    commit = git.commit_of(repository, revision)
    snapshot, problems = git.snapshot(repository, commit, in_memory or {})
    if not snapshot:
        raise ScenError(f"the revision '{revision}' has no database in {repository.prefix or '.'}")
    read = read or cache(read_record)
    loaded = load(snapshot, read, lost=problems)
    return OpenDatabase(root, snapshot, loaded, loaded.problems, read, commit)


_LISTS = "scen list scenarios, evidence, forecasts or sources"


def known_id(id: str, ids: Iterable[str], what: str, where: str = _LISTS) -> str:
    """The id if known; else an error that names the nearest one."""
    if id in (ids if isinstance(ids, Container) else (ids := list(ids))):
        return id
    hint = did_you_mean(id, ids) or f"{where} names them"
    raise ScenError(f"no {what} {shown(id)}; {hint}")


def placed(opened: OpenDatabase, shown_path: Callable[[str], str]) -> OpenDatabase:
    """The database, with each path that withholds figures as `shown_path` shows it."""
    if not opened.database.withheld:
        return opened
    lost = {id: shown_path(path) for id, path in opened.database.withheld.items()}
    database = msgspec.structs.replace(opened.database, withheld=lost)
    return opened._replace(loaded=msgspec.structs.replace(opened.loaded, database=database))


@contextmanager
def nothing_collected() -> Iterator[None]:
    """Turn off garbage collection, which takes a tenth of the time and frees nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


WORKING_TREE = "working tree"
SHALLOW = "this clone is shallow: what came before is not seen; git fetch --unshallow"


class DatabaseRevision(NamedTuple):
    """A state: its name, its commit or `working tree`, and the revision as it was typed."""

    opened: OpenDatabase
    name: str
    commit: str
    typed: str = ""


def states(
    root: Path, repository: Repository, before: str, after: str | None
) -> tuple[DatabaseRevision, DatabaseRevision]:
    """Both states; a file that they share is read and parsed once.

    `before` may be `A..B` or `A...B`; without `after` the second one is the working tree.
    """
    old, dots, new = before.partition("...") if "..." in before else before.partition("..")
    if dots and after is not None:
        raise UsageError(f"{before} names two revisions already: leave {after} out")
    if dots:
        before, after = old or "HEAD", new or "HEAD"
        before = git.merge_base(repository, before, after) if dots == "..." else before
    if after is None:
        later = DatabaseRevision(open_folder(root), WORKING_TREE, WORKING_TREE)
    else:
        opened = open_revision(root, repository, after)
        later = DatabaseRevision(opened, *_names(repository, after), after)
    opened = open_revision(root, repository, before, later.opened.snapshot, later.opened.read)
    return DatabaseRevision(opened, *_names(repository, before), before), later


def past(
    repository: Repository, revision: str | None, progress: Progress = unwatched
) -> tuple[list[Revision], str]:
    """The commits that led to a revision, oldest first, and its own name."""
    tip = git.commit_of(repository, revision or "HEAD")
    return revisions(repository, tip, progress), tip


def origin(opened: OpenDatabase, repository: Repository) -> tuple[str, bool]:
    """The commit and day of a database; True if its files are as committed."""
    commit = git.commit_of(repository, opened.commit or "HEAD")
    changes = git.differing(repository, commit, opened.snapshot)[0] if not opened.commit else {}
    day = git.committed_on(repository, commit) or "an invalid date"
    return f"{commit[:12]} of {day}", not changes


def _names(repository: Repository, revision: str) -> tuple[str, str]:
    """A revision as it was typed, with the commit that it stands for, and that commit."""
    commit = git.commit_of(repository, revision)
    short = commit[:12]
    return short if commit.startswith(revision) else f"{revision} ({short})", commit
