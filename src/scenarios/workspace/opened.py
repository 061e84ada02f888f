"""A database as it was read, from its folder or from a revision: what is in it, and what is not."""

from __future__ import annotations

import gc
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from scenarios.errors import Problem, ScenError
from scenarios.model import Database, EvidenceId, Kind, ScenarioId, SourceId
from scenarios.paths import path_of
from scenarios.progress import Progress, unwatched
from scenarios.storage import worktree
from scenarios.storage.cache.files import about
from scenarios.storage.cache.memory import Memory
from scenarios.storage.cache.packed import cache_of
from scenarios.storage.git import repository as git
from scenarios.storage.git.repository import Repository
from scenarios.storage.loader import Loaded, Read, load, read_record
from scenarios.text import did_you_mean, shown


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
    """A path as one would type it from the current folder; stray bytes as escapes."""
    try:
        shown = path.relative_to(Path.cwd()).as_posix()
    except (ValueError, FileNotFoundError):
        shown = str(path)
    return shown.encode(errors="surrogateescape").decode(errors="backslashreplace")


class Changed(ScenError):  # noqa: N818
    """A file is not as it was when it was shown to whoever changes it now."""

    def __init__(self, path: str, place: str) -> None:
        super().__init__(f"{place}: changed since it was read: nothing was written")
        self.path = path


class Opened(NamedTuple):
    """A database as it was read; `commit` is None where its folder was read and not a revision.

    `read` remembers what it has read, for another state of the same files.
    """

    root: Path
    snapshot: Mapping[str, bytes]
    loaded: Loaded
    problems: list[Problem]
    read: Read
    commit: str | None = None

    @property
    def database(self) -> Database:
        """What is sound of it."""
        return self.loaded.database

    def about(self, *scenarios: ScenarioId) -> Database:
        """The same without the evidence that has no say in the figures of these scenarios."""
        return about(self.database, *scenarios)

    def scenario(self, id: str) -> ScenarioId:
        """The id, if there is such a scenario."""
        self.refuse_left_out("scenario", id, self.database.scenarios)
        self._refuse_former("scenario", id, self.database.scenarios)
        return known_id(id, self.database.scenarios, "scenario", "scen list scenarios")

    def scenario_on(self, id: str, day: date) -> ScenarioId:
        """The id, if there is such a scenario and it had opened by a day."""
        opened = self.database.scenarios[self.scenario(id)].opened
        if day < opened:
            raise ScenError(f"{id} opened on {opened}: nothing was asked on {day}")
        return id

    def evidence(self, id: str) -> EvidenceId:
        """The id, if there is such an item."""
        self.refuse_left_out("evidence", id, self.database.evidence)
        self._refuse_former("evidence", id, self.database.evidence)
        return known_id(id, self.database.evidence, "evidence", "scen list evidence")

    def source(self, id: str) -> SourceId:
        """The id, if there is such a source."""
        self._refuse_former("source", id, self.database.sources)
        return known_id(id, self.database.sources, "source", "scen list sources")

    def refuse_taken(self, kind: Kind, id: str, known: Container[str], do: str) -> None:
        """A new record never takes the place of one that is there, sound or not."""
        self.refuse_left_out(kind, id, known)
        if now := self.database.called_now.get((kind, id)):
            raise ScenError(f"{kind} '{now}' was called '{id}' before: choose another id; {do}")
        if id in known:
            raise ScenError(f"there is {kind} '{id}' already: scen show {id}; {do}")

    def refuse_left_out(self, kind: Kind, id: str, known: Container[str]) -> None:
        """A record whose file has a fault is there all the same: say where the fault is."""
        if id not in known and (faults := self._faults(path_of(kind, id))):
            raise ScenError(f"{kind} '{id}' is invalid; fix it first: {faults[0]}")

    def refuse_unknown(self, ratings: Iterable[str], indicators: Iterable[str]) -> None:
        """What is rated must be there: scenarios, and indicators as `SCENARIO/INDICATOR`."""
        for scenario in ratings:
            self.scenario(scenario)
        for text in indicators:
            scenario = text.partition("/")[0]
            known = self.database.scenarios[self.scenario(scenario)].indicators
            keys = [f"{scenario}/{key}" for key in known]
            known_id(text, keys, "indicator", f"scen list indicators --scenario {scenario}")

    def refuse_changed(self, seen: Mapping[str, str]) -> None:
        """Each of these files is as it was seen: by the SHA-256 of its content, '' for no file."""
        for path, digest in seen.items():
            if self.digest(path) != digest:
                raise Changed(path, from_here(self.root / path))

    def digest(self, path: str) -> str:
        """The SHA-256 of a file's content; '' where there is none."""
        data = self.snapshot.get(path)
        return "" if data is None else sha256(data).hexdigest()

    def refuse_without_tracker(self) -> None:
        """Nothing is recorded by conventions that cannot be read."""
        path = "tracker.yaml"
        data = self.snapshot.get(path)
        if data is None or self.read("tracker", path, data)[0] is None:
            # What could not be read is reported as missing first, and then why.
            fault = self._faults(path)[-1 if data is None else 0]
            raise ScenError(f"tracker.yaml is invalid; fix it first: {fault}")

    def _refuse_former(self, kind: Kind, id: str, known: Container[str]) -> None:
        if id not in known and (now := self.database.called_now.get((kind, id))):
            raise ScenError(f"no {kind} '{id}': it is called '{now}' now")

    def _faults(self, path: str) -> list[Problem]:
        """The errors of one file, placed as one would type its path from here."""
        place = from_here(self.root / path)
        return [
            replace(problem, path=place)
            for problem in self.problems
            if problem.path == path and problem.severity == "error"
        ]


def open_folder(root: Path, read: Read | None = None, progress: Progress = unwatched) -> Opened:
    """The database in a folder, as its files are now; `read` may be that of an earlier reading.

    What is sound of it is remembered in the user's cache, and need not be read again.
    """
    memory = read if isinstance(read, Memory) else Memory(cache_of(root))
    files, problems = memory.snapshot(root)
    loaded = load(files, memory, progress, problems)
    if not problems:  # what is judged beside a file that cannot be opened may be wrong without it
        memory.remember(files, loaded)
    return Opened(root, files, loaded, loaded.problems, memory)


def open_revision(
    root: Path,
    repository: git.Repository,
    revision: str,
    at_hand: Mapping[str, bytes] | None = None,
    read: Read | None = None,
) -> Opened:
    """The database as a revision had it, read from git's objects; no file is touched.

    A file that is the same `at_hand` is not read again.
    """
    commit = git.commit_of(repository, revision)
    snapshot, problems = git.snapshot(repository, commit, at_hand or {})
    if not snapshot:
        raise ScenError(f"the revision '{revision}' has no database in {repository.prefix or '.'}")
    read = read or cache(read_record)
    loaded = load(snapshot, read, lost=problems)
    return Opened(root, snapshot, loaded, loaded.problems, read, commit)


def known_id(id: str, known: Iterable[str], what: str, where: str) -> str:
    """The id if it is known; else an error that names the nearest one."""
    if id in (known if isinstance(known, Container) else (known := list(known))):
        return id
    hint = did_you_mean(id, known) or f"{where} names them"
    raise ScenError(f"no {what} {shown(id)}; {hint}")


@contextmanager
def nothing_collected() -> Iterator[None]:
    """All that is made here lives to the end: a tenth of the time goes without looking for less."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
