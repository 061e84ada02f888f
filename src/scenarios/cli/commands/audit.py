"""The audit of the commits."""

from collections.abc import Sequence
from typing import Annotated

import typer

from scenarios.analysis.changes import AuditFinding, Revision, differences
from scenarios.analysis.history.audit import audit as asked
from scenarios.analysis.history.audit import preview
from scenarios.analysis.history.provenance import trail
from scenarios.cli import parsing
from scenarios.cli.opening import commits, open_here, repository_of
from scenarios.cli.options import TABLE, All, Form, Output, Rev, Shown
from scenarios.cli.output.result import show
from scenarios.cli.output.streams import say
from scenarios.errors import ScenError
from scenarios.model import Database
from scenarios.render.documents.history import audit_document
from scenarios.storage.proposals import waiting


def command(
    context: typer.Context,
    days: Annotated[
        int, "--days N", "Report records committed more than N days after their date.", {"min": 0}
    ] = 3,
    every: All = False,
    rev: Rev = None,
    form: Shown = TABLE,
    output: Output = None,
) -> None:
    """List what was judged or changed with hindsight, from the commits."""
    revisions, tip = commits(context, rev)
    followed = trail(revisions, days)
    left_out, root = sum(revision.left_out for revision in revisions), repository_of(context)[0]
    result = asked(followed, left_out, tip, waiting(root).proposals if rev is None else None)
    pending = _uncommitted(context, revisions, followed.database) if rev is None else []
    show(
        context.obj,
        result,
        lambda: audit_document(result, pending, every=every or form == Form("csv")),
        form,
        output,
    )


def _uncommitted(
    context: typer.Context, revisions: Sequence[Revision], committed: Database
) -> list[AuditFinding]:
    try:
        opened = open_here(context)
    except ScenError:  # a bare repository
        return []
    if differences(committed, opened.database):
        say("the working tree has changes that are not committed: scen diff names them")
    return preview(revisions, committed, opened.database, parsing.today())
