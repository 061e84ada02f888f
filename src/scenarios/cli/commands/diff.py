"""What git tells: what changed, when, by whom, and what a reviewer should know of it."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from scenarios.analysis.evidence.knowledge import latest_day
from scenarios.analysis.history.probability_shifts import shifts
from scenarios.analysis.history.record_diff import differences
from scenarios.cli import parsing
from scenarios.cli.desk import Desk, desk_at, open_desk, tell_left_out
from scenarios.cli.options import AsOf
from scenarios.cli.repositories import repository_of
from scenarios.cli.terminal.output import width
from scenarios.cli.terminal.pager import show
from scenarios.errors import UsageError
from scenarios.render.documents.diff import Compared, diff_markdown, diff_text
from scenarios.storage.git import repository as git
from scenarios.storage.loader import read_record

if TYPE_CHECKING:
    from scenarios.storage.git.repository import Repository

WORKING_TREE = "working tree"


class DiffFormat(StrEnum):
    """How differences are written."""

    table = "table"
    json = "json"
    markdown = "markdown"


def command(
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


class _State(NamedTuple):
    """A state of the database, what to call it, and its commit or that it is the working tree."""

    desk: Desk
    name: str
    commit: str


def _states(context: typer.Context, before: str, after: str | None) -> tuple[_State, _State]:
    """Both states; a file that they share is read and parsed once."""
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
    commit = git.commit_of(repository, revision)
    short = commit[:12]
    return short if commit.startswith(revision) else f"{revision} ({short})", commit
