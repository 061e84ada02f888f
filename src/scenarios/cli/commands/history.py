"""The commits that changed the database."""

from datetime import date
from typing import Annotated

import typer

from scenarios.analysis.changes import Revision
from scenarios.analysis.history.commit_log import CommitFigures
from scenarios.analysis.history.commit_log import history as commit_log
from scenarios.cli.opening import commits, reading, repository_of
from scenarios.cli.options import TABLE, Output, Rev, Shown
from scenarios.cli.output.result import show
from scenarios.cli.output.streams import progress
from scenarios.model import Scenario
from scenarios.render.documents.history import log_document
from scenarios.workspace.opened import known_id
from scenarios.workspace.remembered import remembered_each


def command(
    context: typer.Context,
    subject: Annotated[str | None, "SCENARIO|EVIDENCE", "Only commits about this record."] = None,
    since: Annotated[date | None, "--since DATE", "Commits from this day on."] = None,
    limit: Annotated[
        int, "--limit N", "Show at most N commits, newest first; 0 shows all.", {"min": 0}
    ] = 20,
    rev: Rev = None,
    form: Shown = TABLE,
    output: Output = None,
) -> None:
    """Show the commits that changed the database, newest first, with the figures after each."""
    is_here = (repository_of(context)[0] / "tracker.yaml").exists()
    opened = reading(context, rev) if is_here else None
    revisions, _ = commits(context, rev)
    if subject is not None:
        ever = {change.id for revision in revisions for change in revision.changes}
        known_id(subject, ever, "scenario or evidence", "scen list scenarios")
    if any(revision.commit.shallow for revision in revisions):
        opened = None  # the figures of these commits may be others in a whole clone
    with remembered_each(opened, "history", tuple[CommitFigures, ...]) as cached_figures:
        log = commit_log(revisions, subject, since, limit or None, progress(), cached_figures)
    title = _title(revisions, subject) if subject else None
    show(context.obj, log, lambda: log_document(log, subject, title), form, output)


def _title(revisions: list[Revision], subject: str) -> str | None:
    """The title that a scenario had last; None of any other record."""
    for revision in reversed(revisions):
        for change in revision.changes:
            record = change.after or change.before
            if change.id == subject and isinstance(record, Scenario):
                return record.title
    return None
