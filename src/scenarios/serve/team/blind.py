"""The database as a person may see it: blind by what is loaded, not by what is drawn."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from scenarios.errors import ScenError
from scenarios.model import Analyst
from scenarios.storage.git import process
from scenarios.storage.git import repository as git
from scenarios.storage.git.repository import Repository
from scenarios.workspace.opened import OpenDatabase, overlaid
from scenarios.workspace.writing import WriteResult

_SHEET = re.compile(r"forecasts/[0-9]+/([0-9]{4}-[0-9]{2}-[0-9]{2})-(.+)\.yaml")
_NAMED = 31
"""Days of a period that are named one by one."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


def hidden_paths(files: Mapping[str, bytes], whose: Analyst | None, since: date) -> list[str]:
    """The sheets of others that are dated since a day; one whose name has no day is hidden too."""
    hidden = []
    for path in files:
        if path.startswith("forecasts/"):
            named = _SHEET.fullmatch(path)
            if not named or (named[1] >= f"{since}" and named[2] != whose):
                hidden.append(path)
    return hidden


def blind(opened: OpenDatabase, whose: Analyst | None, since: date) -> OpenDatabase:
    """The database without the sheets of others that are dated since a day."""
    hidden = hidden_paths(opened.snapshot, whose, since)
    if not hidden:
        return opened
    seen = overlaid(opened, dict.fromkeys(hidden), opened.read)
    lost = {*hidden}
    problems = [problem for problem in seen.problems if problem.path not in lost]
    return seen._replace(commit=opened.commit, half=opened.half, problems=problems)


def blind_result(written: WriteResult, whose: Analyst | None, since: date) -> WriteResult:
    """A written change without the sheets of others, and without the id of its commit."""
    after = blind(written.opened, whose, since)
    changes = {draft.path: draft.new or b"" for draft in written.drafts}
    lost = {*hidden_paths(changes, whose, since)}
    committed = written.committed._replace(oid=None, output="") if written.committed else None
    return written._replace(
        before=blind(written.before, whose, since),
        after=after.loaded,
        drafts=[draft for draft in written.drafts if draft.path not in lost],
        committed=committed,
        computed={},
    )


def pinned(repository: Repository, since: date, today: date) -> Repository | None:
    """The repository as of the commit before any that could hold a hidden sheet or proposal.

    Later commits are not shown, whatever they hold: the id of each depends on those before it.
    None where there is no earlier one.
    """
    days = [since + timedelta(n) for n in range(min((today - since).days, _NAMED) + 1)]
    names = [f"{day.year}/{day}-*" for day in days]
    if len(days) > _NAMED:
        names = [f"{year}/*" for year in range(since.year, today.year + 1)]
    sheets, inbox = [f"forecasts/{name}" for name in names], f"--since={since}T00:00:00"
    for places, dated in ((sheets, ()), (["inbox/*"], (inbox,))):
        globs = [f":(top,glob){repository.prefix}{place}" for place in places]
        # The first in this order has no other among those before it.
        order = ("--topo-order", "--reverse", "--full-history", *dated)
        if changes := _listed(repository, *order, repository.tip, "--", *globs):
            _, *parents = _listed(repository, "--parents", "-1", changes[0], "--")
            if not parents:
                return None
            repository = repository._replace(tip=parents[0])
    return repository


def _listed(repository: Repository, *words: str) -> list[str]:
    return process.run(repository.git_dir, "rev-list", *words).decode().split()


def commit_shown(repository: Repository, revision: str) -> str:
    """The commit of an id, a day or HEAD that the `pinned` repository has."""
    where = "a commit's id, a day or HEAD"
    unknown = ScenError(f"no revision '{revision}' is shown before the sitting; it is {where}")
    if revision == "HEAD" or _DAY.fullmatch(revision):
        return git.commit_of(repository, revision)
    try:
        commit = git.commit_of(repository, revision) if _COMMIT.fullmatch(revision) else ""
        is_shown = bool(commit) and git.merge_base(repository, commit, "HEAD") == commit
    except ScenError:
        raise unknown from None
    if not is_shown:
        raise unknown
    return commit
