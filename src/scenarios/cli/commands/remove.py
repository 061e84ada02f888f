"""A record less."""

from typing import Annotated

import typer

from scenarios.cli.commands.rename import record_id
from scenarios.cli.options import As
from scenarios.cli.output.written import report_correction
from scenarios.cli.terminal import prompt
from scenarios.workspace.corrections import remove
from scenarios.workspace.opened import find_root
from scenarios.workspace.write_mode import AS_USUAL, WriteMode


def command(
    context: typer.Context,
    id: Annotated[str | None, "ID", "Id of a record, or SCENARIO/INDICATOR."] = None,
    reason: Annotated[
        str | None, "--reason", "Reason; used in the commit subject with --commit."
    ] = None,
    mode: WriteMode = AS_USUAL,
    form: As = "table",
) -> None:
    """Delete a record that nothing depends on; retract evidence that counts."""
    id = record_id(context, id, "Id of the record to remove")
    more = "Why it is not needed: with --commit it is in the commit's subject."
    reason = prompt.needed(reason, "--reason", "Reason", more)
    written, gone = remove(find_root(context.obj.database), id, reason, mode)
    report_correction(context.obj, written, gone.name, form, text=f"removed {gone.name}: {reason}")
