"""The audit of the commits."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.analysis.history.audit import audit as asked
from scenarios.analysis.history.commits import differences
from scenarios.analysis.history.provenance import trail
from scenarios.cli.opening import commits, open_here
from scenarios.cli.options import TABLE, All, Form, Output, Rev, Shown
from scenarios.cli.output.result import show
from scenarios.cli.output.streams import say
from scenarios.errors import ScenError
from scenarios.model import Database
from scenarios.render.documents.audit import document


def command(
    context: typer.Context,
    days: Annotated[
        int, typer.Option(metavar="N", min=0, help="Committed later than that is backdated.")
    ] = 3,
    every: All = False,
    rev: Rev = None,
    form: Shown = TABLE,
    output: Output = None,
) -> None:
    """Ask the commits what a reviewer asks: what was judged, or changed, with hindsight."""
    revisions, tip = commits(context, rev)
    followed = trail(revisions, days)
    result = asked(followed, sum(revision.left_out for revision in revisions), tip)
    if rev is None:
        _tell_uncommitted(context, followed.database)
    show(result, lambda: document(result, every=every or form == Form("csv")), form, output)


def _tell_uncommitted(context: typer.Context, committed: Database) -> None:
    try:
        opened = open_here(context)
    except ScenError:  # a bare repository
        return
    if differences(committed, opened.database):
        say("the working tree has changes that are not committed: scen diff names them")
