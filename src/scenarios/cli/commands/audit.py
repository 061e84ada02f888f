"""What a reviewer asks of the commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from scenarios.analysis.history.audit import audit as asked
from scenarios.analysis.history.provenance import trail
from scenarios.analysis.history.record_diff import differences
from scenarios.cli.desk import open_desk
from scenarios.cli.options import As, Format, Rev
from scenarios.cli.past import past
from scenarios.cli.terminal.output import say, width
from scenarios.cli.terminal.pager import show
from scenarios.errors import ScenError
from scenarios.render.documents.audit import audit_text

if TYPE_CHECKING:
    from scenarios.model import Database


def command(
    context: typer.Context,
    days: Annotated[
        int, typer.Option(metavar="N", min=0, help="Committed later than that is backdated.")
    ] = 3,
    rev: Rev = None,
    form: As = Format.table,
) -> None:
    """Ask the commits what a reviewer asks: what was judged, or changed, with hindsight."""
    revisions, tip = past(context, rev)
    followed = trail(revisions, days)
    made = asked(followed, sum(one.left_out for one in revisions))
    if rev is None:
        _tell_uncommitted(context, followed.database)
    show({"tip": tip, **msgspec.structs.asdict(made)}, lambda: audit_text(made, width()), form)


def _tell_uncommitted(context: typer.Context, committed: Database) -> None:

    try:
        desk = open_desk(context)
    except ScenError:  # a bare repository
        return
    if differences(committed, desk.database):
        say("the working tree has changes that are not committed: scen diff names them")
