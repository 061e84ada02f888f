"""Figures as they were reported then, for records that were changed afterwards."""

from collections.abc import Collection
from datetime import date

from scenarios.analysis.changes import differences, touched_by
from scenarios.analysis.evidence.knowledge import resolved
from scenarios.analysis.forecasts import Means
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.period.period import PreviousFigures, earlier_of
from scenarios.analysis.review.restated import (
    Restatement,
    affects_figures,
    committed,
    restated,
)
from scenarios.errors import NoCommit, ScenError
from scenarios.model import Database, ScenarioId
from scenarios.storage.cache.files import bearing_on, sides
from scenarios.storage.cache.memory import RecordCache
from scenarios.storage.git import repository as git
from scenarios.storage.git.repository import oldest, revisions
from scenarios.workspace.opened import OpenDatabase, open_revision

Compared = tuple[str, str, str]
"""The two commits that are compared, and the tip."""


def compared(
    opened: OpenDatabase, repository: git.Repository, since: date, as_of: date
) -> Compared | None:
    """The last commit up to `since`, else the first, and the last up to `as_of`, or None.

    If that is the tip, the files are compared as they are.
    """
    try:
        tip = git.commit_of(repository, opened.commit or "HEAD")
    except NoCommit:
        return None
    base = git.last_commit(repository, since, tip)
    last = git.last_commit(repository, as_of, tip)
    if base is None and last and not git.is_shallow(repository):
        base = oldest(repository, tip)
    return (base, last, tip) if base and last else None


def changed_afterwards(
    opened: OpenDatabase,
    repository: git.Repository,
    since: date,
    as_of: date,
    odds: DailyLedgers | None = None,
    commits: Compared | None = None,
) -> tuple[Restatement, DailyLedgers] | None:
    """Changes, by `as_of`, of records up to `since`, and the ledgers with the records before these.

    None if no commit is that early. `odds` of the database and the compared `commits` are reused if
    given.
    """
    commits = commits or compared(opened, repository, since, as_of)
    if commits is None:
        return None
    base, last, tip = commits
    today = later = opened.database
    try:
        then = _of_revision(opened, repository, base)
        if last != tip:
            later = _of_revision(opened, repository, last)
    except ScenError:  # that commit had no database
        return None
    outcomes = ((id, resolved(today, id, as_of)) for id in today.scenarios)
    ended = {id for id, outcome in outcomes if outcome and outcome.recorded > since}
    rows, before = restated(*_narrowed(then, later, today, ended), since, odds)
    if rows and base != last:
        rows = committed(rows, revisions(repository, f"{base}..{last}"))
    since_then = restated(*_narrowed(later, today, today), as_of, odds)[0] if last != tip else ()
    restatement = Restatement(
        commit=base,
        day=since,
        figures=rows,
        reported=last if since_then else None,
        changed_since=tuple(row.scenario for row in since_then),
    )
    return restatement, before


def _of_revision(opened: OpenDatabase, repository: git.Repository, commit: str) -> Database:
    """The database of a commit; a lasting memory keeps the latest."""
    files = opened.snapshot, opened.read
    results = (
        opened.read.results if isinstance(opened.read, RecordCache) and opened.read.lasts else {}
    )
    cached: tuple[str, Database] = results.get(("revision", ""), ("", opened.database))
    if cached[0] != commit:
        then = open_revision(opened.root, repository, commit, *files)
        cached = results["revision", ""] = commit, then.database
    return cached[1]


def _narrowed(
    then: Database, later: Database, today: Database, besides: Collection[ScenarioId] = ()
) -> tuple[Database, Database, Database]:
    """The three databases with only the evidence of scenarios whose figures changed, and `besides`.

    `besides` are the questions that ended, whose last figures are needed in any case.
    """
    differing = differences(*sides(then, later))
    renamed = [key for r in differing.renamed for key in ((r.kind, r.from_), (r.kind, r.to))]
    changed = ((c.kind, c.record) for c in differing.changed if affects_figures(c))
    keys = {*changed, *differing.removed, *renamed}
    touched = touched_by(keys, then, later, today).union(besides)
    earlier, last = sides(then, later, touched)
    return earlier, last, last if today is later else bearing_on(today, *touched)


def reported_figures(
    restatement: Restatement, before: DailyLedgers, since: date
) -> dict[ScenarioId, PreviousFigures]:
    """The earlier figures as they were reported, of scenarios changed since."""
    ids, means = {row.scenario for row in restatement.figures}, Means()
    visible_ids = ids - before.database.withheld.keys()
    return {id: earlier_of(before, id, since, means) for id in sorted(visible_ids)}
