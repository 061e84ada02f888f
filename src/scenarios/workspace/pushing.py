"""A turn with a remote: take what it has if nothing stands against it, push what it lacks."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from scenarios.errors import NAMED, Problem, ScenError
from scenarios.paths import INBOX, kind_of
from scenarios.storage import journal
from scenarios.storage.edits import ChangeRefused, FileChange, accept
from scenarios.storage.git import committing, process, pushing
from scenarios.storage.git import repository as git
from scenarios.storage.git.pushing import PushStopped, RemoteBranch
from scenarios.storage.loader import Read
from scenarios.storage.proposals import inbox_of
from scenarios.storage.worktree import ChangedSinceRead
from scenarios.workspace.opened import OpenDatabase, open_folder
from scenarios.workspace.write_mode import AS_USUAL
from scenarios.workspace.writing import locked, take_merge

_TURNS = 3
"""How often a turn begins again because others commit or push meanwhile."""
_READ = re.compile(r"(?!attachments/)([^./][^/]*/)*[^./][^/]*\.yaml")
"""The paths of records and proposals, sound or not."""


class PushResult(NamedTuple):
    """The commits of a turn: `pushed` to the remote and `taken` from it, if any.

    Where it `stopped` for a reason, `mend` is the command line that goes on by hand.
    """

    pushed: str | None = None
    taken: str | None = None
    stopped: str = ""
    mend: str = ""


def push(root: Path, remote: str, read: Read | None = None, seconds: float = 60.0) -> PushResult:
    """Take what a configured remote has, and push what it lacks; no lock is held at the network.

    Each network command ends after `seconds`. Nothing is taken if git has a conflict, a file has
    uncommitted changes, or the database would have a new error. `read` may be of an earlier
    reading.
    """
    taken, by_hand = None, ("git", "-C", f"{root}")
    try:
        repository = committing.repository(root)
        with locked(root, AS_USUAL, edits=False):  # what a kill left of an earlier turn
            pass
        for _ in range(_TURNS):
            branch = pushing.remote_branch(repository, remote)
            theirs, own = pushing.fetch(branch, seconds), git.commit_of(repository, "HEAD")
            if not process.has(repository.git_dir, own, theirs):
                try:
                    own = taken = _take(root, branch, theirs, read)
                except ChangedSinceRead:
                    continue
            if own == theirs:
                return PushResult(None, taken)
            if pushing.push(branch, own, seconds):
                return PushResult(own, taken)
        mend = shlex.join((*by_hand, "pull", "--no-rebase", remote))
        return PushResult(None, taken, "others commit or push all the time", mend)
    except (ScenError, OSError) as error:
        reason = error.reason if isinstance(error, ScenError) else f"{error}"
        mend = error.mend if isinstance(error, PushStopped) else shlex.join((*by_hand, "status"))
        return PushResult(None, taken, reason, mend)


def _take(root: Path, branch: RemoteBranch, theirs: str, read: Read | None) -> str:
    """Merge a fetched commit, check it, and take it into files, HEAD and index, under the lock."""
    repository = branch.repository
    with locked(root, AS_USUAL, edits=True):
        own = git.commit_of(repository, "HEAD")
        merge = pushing.merged(branch, own, theirs)
        files = pushing.changed(branch, own, merge)
        opened, drafts = open_folder(root, read), [*_drafts(root, repository, files)]
        if errors := new_errors(opened, drafts):
            named = "; ".join(map(_without_figures, errors[:NAMED]))
            raise branch.stopped(f"{branch.name} has what `scen check` refuses: {named}")
        move_head = partial(pushing.move_head, branch, own, merge)
        take_merge(root, drafts, f"merge of {branch.name}", (own, merge), move_head)
        return merge


def _without_figures(problem: Problem) -> str:
    """A problem in a line; of a sheet or a proposal its place and rule alone.

    Editors read it before their sitting, too, and the message may quote a figure.
    """
    if kind_of(problem.path) in ("forecasts", "proposal"):
        return f"{problem.path}:{problem.line}:{problem.column}: {problem.rule}"
    return f"{problem}"


def new_errors(opened: OpenDatabase, drafts: Sequence[FileChange]) -> Sequence[Problem]:
    """The errors of records and proposals that the drafts bring into a database."""
    try:
        after = accept(opened.snapshot, opened.loaded, drafts, opened.read)
    except ChangeRefused as refused:
        return refused.problems
    proposals = {d.path: d.new for d in drafts if d.new and d.path.startswith(f"{INBOX}/")}
    return inbox_of(proposals, database=after.database).problems


def _drafts(
    root: Path, repository: git.Repository, files: Mapping[str, str]
) -> Iterator[FileChange]:
    """Yield the changes of records and proposals; all other files git checks out."""
    prefix = repository.prefix
    own = {path.removeprefix(prefix): path for path in files if path.startswith(prefix)}
    records = {name: files[path] for name, path in own.items() if _READ.fullmatch(name)}
    with git.objects(repository) as read:
        data = dict(read(oid for oid in {*records.values()} if oid.strip("0")))
    for name, oid in records.items():
        if (old := journal.content(root, name)) != (new := data.get(oid)):
            yield FileChange(name, old, new)
