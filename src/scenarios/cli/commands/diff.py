"""What git tells: what changed, when, by whom, and what a reviewer should know of it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from scenarios.cli import parsing
from scenarios.cli.desk import (
    Desk,
    desk_at,
    known_id,
    open_desk,
    say,
    tell_left_out,
    width,
)
from scenarios.cli.options import As, AsOf, Format, Rev
from scenarios.cli.terminal.pager import show
from scenarios.errors import ScenError, UsageError

if TYPE_CHECKING:
    from scenarios.analysis.history.commits import Revision
    from scenarios.model import Database
    from scenarios.storage.git.repository import Repository

WORKING_TREE = "working tree"


class DiffFormat(StrEnum):
    """How differences are written."""

    table = "table"
    json = "json"
    markdown = "markdown"


def diff(
    context: typer.Context,
    before: Annotated[
        str, typer.Argument(metavar="A", help="A revision, or A..B, A...B.")
    ] = "HEAD",
    after: Annotated[
        str | None, typer.Argument(metavar="B", help="Another one [the working tree].")
    ] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 where a record differs.")
    ] = False,
    as_of: AsOf = None,
    form: Annotated[
        DiffFormat, typer.Option("--format", help="How to write the result.")
    ] = DiffFormat.table,
) -> None:
    """Compare two states of the database: records, then the shifts that they made.

    Both are read on one day, --as-of or that of the newest record, so that only records differ.
    """
    from scenarios.analysis.evidence.knowledge import latest_day
    from scenarios.analysis.history.probability_shifts import shifts
    from scenarios.analysis.history.record_diff import differences
    from scenarios.render.documents.diff import Compared, diff_markdown, diff_text

    (old, old_name, old_commit), (new, new_name, new_commit) = _states(context, before, after)
    days = [day for desk in (old, new) if (day := latest_day(desk.database))]
    day = as_of or min(max(days, default=parsing.today()), parsing.today())
    what = differences(old.database, new.database)
    moved = shifts(old.database, new.database, day)
    head = f"{old_name} → {new_name}, figures of {day}"
    made = Compared(head, old.database, new.database, what, moved)
    value = {
        "from": old_commit,
        "to": new_commit,
        "as_of": day,
        "added": [id for _, id in what.added],
        "removed": [id for _, id in what.removed],
        "renamed": what.renamed,
        "changed": what.changed,
        "shifts": moved,
    }

    def text() -> str:
        is_page = form == DiffFormat.markdown
        return diff_markdown(made).rstrip("\n") if is_page else diff_text(made, width())

    show(value, text, form)
    if exit_code and what:
        raise typer.Exit(1)


def history(
    context: typer.Context,
    subject: Annotated[
        str | None, typer.Argument(metavar="SCENARIO|EVIDENCE", help="Only what concerns it.")
    ] = None,
    since: Annotated[
        date | None,
        typer.Option(parser=parsing.day, metavar="DATE", help="Commits from this day on."),
    ] = None,
    limit: Annotated[
        int, typer.Option(metavar="N", min=0, help="At most so many, the newest; 0 for all.")
    ] = 20,
    rev: Rev = None,
    form: As = Format.table,
) -> None:
    """Tell the commits that changed the database, newest first, with the figures after each."""
    from scenarios.analysis.history.commit_log import history as told
    from scenarios.render.documents.commit_log import history_text

    revisions, _ = _past(context, rev)
    if subject is not None:
        ever = {change.id for one in revisions for change in one.changes}
        known_id(subject, ever, "scenario or evidence", "scen list scenarios")
    made = told(revisions, subject, since, limit or None)
    title = _title(revisions, subject) if subject else None
    show(made, lambda: history_text(made, subject, title, width()), form)


def audit(
    context: typer.Context,
    days: Annotated[
        int, typer.Option(metavar="N", min=0, help="Committed later than that is backdated.")
    ] = 3,
    rev: Rev = None,
    form: As = Format.table,
) -> None:
    """Ask the commits what a reviewer asks: what was judged, or changed, with hindsight."""
    import msgspec

    from scenarios.analysis.history.audit import audit as asked
    from scenarios.analysis.history.provenance import trail
    from scenarios.render.documents.audit import audit_text

    revisions, tip = _past(context, rev)
    followed = trail(revisions, days)
    made = asked(followed, sum(one.left_out for one in revisions))
    if rev is None:
        _tell_uncommitted(context, followed.database)
    show({"tip": tip, **msgspec.structs.asdict(made)}, lambda: audit_text(made, width()), form)


class _State(NamedTuple):
    """A state of the database, what to call it, and its commit or that it is the working tree."""

    desk: Desk
    name: str
    commit: str


def _states(context: typer.Context, before: str, after: str | None) -> tuple[_State, _State]:
    """Both states; a file that they share is read and parsed once."""
    from scenarios.cli.repositories import repository_of
    from scenarios.storage.git import repository as git
    from scenarios.storage.loader import read_record

    read = cache(read_record)
    old, dots, new = before.partition("...") if "..." in before else before.partition("..")
    if dots and after is not None:
        raise UsageError(f"{before} names two revisions already: leave {after} out")
    _, repository = repository_of(context)
    if dots:
        before, after = old or "HEAD", new or "HEAD"
        before = git.merge_base(repository, before, after) if dots == "..." else before
    if after is None:
        later = _State(open_desk(context, read), WORKING_TREE, WORKING_TREE)
    else:
        later = _State(desk_at(context, after, None, read), *_names(repository, after))
    earlier = _State(desk_at(context, before, later.desk, read), *_names(repository, before))
    tell_left_out(earlier.desk, before)
    tell_left_out(later.desk, after or "")
    return earlier, later


def _names(repository: Repository, revision: str) -> tuple[str, str]:
    """A revision as it was typed, with the commit that it stands for, and that commit."""
    from scenarios.storage.git import repository as git

    commit = git.commit_of(repository, revision)
    short = commit[:12]
    return short if commit.startswith(revision) else f"{revision} ({short})", commit


def _past(context: typer.Context, rev: str | None) -> tuple[list[Revision], str]:
    """The commits that led to a revision, oldest first, and its own name."""
    from scenarios.cli.repositories import repository_of
    from scenarios.storage.git import repository as git
    from scenarios.storage.git.revisions import revisions

    _, repository = repository_of(context)
    tip = git.commit_of(repository, rev or "HEAD")
    made = revisions(repository, tip)
    if git.is_shallow(repository):
        say("this clone is shallow: what came before is not seen; git fetch --unshallow")
    return made, tip


def _title(revisions: list[Revision], subject: str) -> str | None:
    """The title that a scenario had last; None of any other record."""
    from scenarios.model import Scenario

    for revision in reversed(revisions):
        for change in revision.changes:
            record = change.after or change.before
            if change.id == subject and isinstance(record, Scenario):
                return record.title
    return None


def _tell_uncommitted(context: typer.Context, committed: Database) -> None:
    from scenarios.analysis.history.record_diff import differences

    try:
        desk = open_desk(context)
    except ScenError:  # a bare repository
        return
    if differences(committed, desk.database):
        say("the working tree has changes that are not committed: scen diff names them")


COMMANDS = {"diff": diff, "history": history, "audit": audit}
