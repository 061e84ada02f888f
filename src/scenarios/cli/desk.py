"""The database that a command works on: read it, say what was left out, write to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from scenarios.cli.terminal.output import say, shown
from scenarios.errors import Problem, ScenError

if TYPE_CHECKING:
    from scenarios.cli.committing import Committed
    from scenarios.model import Database, EvidenceId, Kind, ScenarioId
    from scenarios.storage.edits import Draft
    from scenarios.storage.loader import Loaded, Read


class Desk(NamedTuple):
    """A database as it was read."""

    root: Path
    snapshot: dict[str, bytes]
    loaded: Loaded
    problems: list[Problem]

    @property
    def database(self) -> Database:
        """What is sound of it."""
        return self.loaded.database

    def scenario(self, id: str) -> ScenarioId:
        """The id, if there is such a scenario."""
        self.refuse_left_out("scenario", id, self.database.scenarios)
        return known_id(id, self.database.scenarios, "scenario", "scen list scenarios")

    def evidence(self, id: str) -> EvidenceId:
        """The id, if there is such an item."""
        self.refuse_left_out("evidence", id, self.database.evidence)
        return known_id(id, self.database.evidence, "evidence", "scen list evidence")

    def refuse_taken(self, kind: Kind, id: str, known: Any, do: str) -> None:
        """A new record never takes the place of one that is there, sound or not."""
        self.refuse_left_out(kind, id, known)
        if id in known:
            raise ScenError(f"there is {kind} '{id}' already: scen show {id}; {do}")

    def refuse_left_out(self, kind: Kind, id: str, known: Any) -> None:
        """A record whose file has a fault is there all the same: say where the fault is."""
        from scenarios.storage.records import path_of

        if id not in known and (faults := self._faults(path_of(kind, id))):
            raise ScenError(f"{kind} '{id}' has a fault to mend first: {faults[0]}")

    def refuse_unknown(self, ratings: Iterable[str], indicators: Iterable[str]) -> None:
        """What is rated must be there: scenarios, and indicators as `SCENARIO/INDICATOR`."""
        for scenario in ratings:
            self.scenario(scenario)
        for text in indicators:
            scenario = text.partition("/")[0]
            known = self.database.scenarios[self.scenario(scenario)].indicators
            keys = [f"{scenario}/{one}" for one in known]
            known_id(text, keys, "indicator", f"scen list indicators --scenario {scenario}")

    def refuse_without_tracker(self) -> None:
        """Nothing is recorded by conventions that cannot be read."""
        from scenarios.storage.loader import read_record

        path = "tracker.yaml"
        data = self.snapshot.get(path)
        if data is None or read_record("tracker", path, data)[0] is None:
            # What could not be read is reported as missing first, and then why.
            fault = self._faults(path)[-1 if data is None else 0]
            raise ScenError(f"the tracker has a fault to mend first: {fault}")

    def _faults(self, path: str) -> list[Problem]:
        """The errors of one file, placed as one would type its path from here."""
        place = shown(self.root / path)
        return [
            replace(p, path=place)
            for p in self.problems
            if p.path == path and p.severity == "error"
        ]


class Written(NamedTuple):
    """What a recording command wrote, or would have written."""

    before: Desk
    after: Loaded
    drafts: list[Draft]
    dry_run: bool
    committed: Committed | None = None

    @property
    def paths(self) -> list[str]:
        """The files, as one would type them from here."""
        return [shown(self.before.root / draft.path) for draft in self.drafts]


def open_desk(context: typer.Context, read: Read | None = None) -> Desk:
    """The database of `--database`, SCEN_DATABASE, or the folders above this one."""
    from scenarios.storage import worktree
    from scenarios.storage.loader import load

    root = database_folder(context)
    snapshot, problems = worktree.snapshot(root)
    loaded = load(snapshot, read)
    return Desk(root, snapshot, loaded, sorted([*problems, *loaded.problems]))


def reading_desk(context: typer.Context, rev: str | None = None) -> Desk:
    """The same for a command that only reads, as it is or as a revision had it.

    Faults are counted on stderr, and left out.
    """
    desk = open_desk(context) if rev is None else desk_at(context, rev)
    tell_left_out(desk)
    return desk


def tell_left_out(desk: Desk, where: str = "") -> None:
    """Say how much of a database could not be read."""
    errors = sum(problem.count for problem in desk.problems if problem.severity == "error")
    if errors:
        left_out = desk.loaded.left_out
        files = f"{left_out} file{'' if left_out == 1 else 's'} left out"
        faults = f"{errors} fault{'' if errors == 1 else 's'}"
        check = f"scen check --rev {where}" if where else "scen check"
        say(f"{files}, {faults} in {where or shown(desk.root)}: {check} names them")


def desk_at(
    context: typer.Context, rev: str, beside: Desk | None = None, read: Read | None = None
) -> Desk:
    """The database as a revision had it, read from git's objects; no file is touched.

    What `beside` has too is not read again.
    """
    from scenarios.cli.repositories import repository_of
    from scenarios.storage.git import repository as git
    from scenarios.storage.loader import load

    root, repository = repository_of(context)
    at_hand = beside.snapshot if beside else {}
    snapshot, problems = git.snapshot(repository, git.commit_of(repository, rev), at_hand)
    if not snapshot:
        raise ScenError(f"the revision '{rev}' has no database in {repository.prefix or '.'}")
    loaded = load(snapshot, read)
    return Desk(root, snapshot, loaded, sorted([*problems, *loaded.problems]))


def write(
    context: typer.Context,
    draft: Callable[[Desk], Sequence[Draft]],
    *,
    edits: bool,
    dry_run: bool = False,
    commit: str | Callable[[Written], str] | None = None,
) -> Written:
    """Draft against a fresh reading, refuse what has a new fault, write the rest.

    An edit of an existing file is read, checked and written under the database's lock. `commit`
    is the subject of a commit, or makes it; that is made under the lock too: of this change alone.
    """
    from scenarios.cli import committing
    from scenarios.cli.repositories import tell_embedded
    from scenarios.storage import lock, temporary, worktree
    from scenarios.storage.edits import accept, new_problems

    root = database_folder(context)
    with lock.lock(root) if (edits or commit) and not dry_run else nullcontext():
        if not dry_run:
            temporary.clear_below(root)
        desk = open_desk(context)
        desk.refuse_without_tracker()
        drafts = [d for d in draft(desk) if d.new != d.old]
        after = accept(desk.snapshot, desk.loaded, drafts)
        written = Written(desk, after, drafts, dry_run)
        pending = None
        if commit and drafts:
            subject = commit if isinstance(commit, str) else commit(written)
            paths = [draft.path for draft in drafts]
            pending = committing.check(root, paths, subject, dry_run=dry_run)
            tell_embedded(context, pending.repository)
        for number, one in enumerate(drafts if not dry_run else ()):
            try:
                if one.old is None:
                    worktree.create(root, one.path, one.new)
                else:
                    worktree.replace(root, one.path, one.old, one.new)
            except worktree.Exists:
                raise
            except ScenError as error:
                if not number:
                    raise
                first = ", ".join(shown(root / draft.path) for draft in drafts[:number])
                raise ScenError(f"{error} (but {first}, which came first)") from None
        for problem in new_problems(desk.problems, after.problems):
            say(str(problem))
        done = committing.commit(pending, dry_run=dry_run) if pending else committing.Committed()
    return written._replace(committed=done) if commit else written


def database_folder(context: typer.Context) -> Path:
    """The folder that holds tracker.yaml."""
    from scenarios.storage import worktree

    is_elsewhere = context.obj and Path(context.obj).is_absolute()
    return worktree.find(Path() if is_elsewhere else here(), context.obj)


def here() -> Path:
    """The folder in which the command was given."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise ScenError("this folder was deleted: cd to one that is there") from None


def known_id(id: str, known: Any, what: str, where: str) -> str:
    """The id if it is known; else an error that names the nearest one."""
    if id in known:
        return id
    from scenarios.storage import schema

    hint = schema.did_you_mean(id, known) or f"{where} names them"
    raise ScenError(f"no {what} {schema.shown(id)}; {hint}")


def opened(desk: Desk, id: ScenarioId, as_of: date) -> ScenarioId:
    """The scenario, if it had opened by then."""
    when = desk.database.scenarios[desk.scenario(id)].opened
    if as_of < when:
        raise ScenError(f"{id} opened on {when}: nothing was asked on {as_of}")
    return id
