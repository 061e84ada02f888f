"""Another id."""

from typing import Annotated

import typer

from scenarios.cli.opening import open_here
from scenarios.cli.options import As
from scenarios.cli.output.written import report_correction
from scenarios.cli.terminal import prompt, retyping
from scenarios.workspace import corrections
from scenarios.workspace.opened import find_root
from scenarios.workspace.write_mode import AS_USUAL, WriteMode


def command(
    context: typer.Context,
    id: Annotated[str | None, "ID", "Id of a record, or SCENARIO/INDICATOR."] = None,
    new: Annotated[str | None, "NEW", "The new id."] = None,
    mode: WriteMode = AS_USUAL,
    form: As = "table",
) -> None:
    """Change the id of a record everywhere in one step; the old id is kept as `formerly`."""
    id = record_id(context, id, "Current id")
    new = prompt.needed(new, "NEW", "New id", "Small letters, digits and hyphens.")
    written, now = corrections.rename(find_root(context.obj.database), id, new, mode)
    report_correction(context.obj, written, now.name, form, id.rpartition(":")[2])


def record_id(context: typer.Context, id: str | None, question: str) -> str:
    """The id of a record; on a terminal looked up before anything else is asked for."""
    if not prompt.interactive():
        return prompt.needed(id, "ID", question, "")

    def existing_id(text: str) -> str:
        corrections.locate(open_here(context), text)
        retyping.remember("ID", text, instead_of=id)
        return text

    more = "The name of a record's file without .yaml, or SCENARIO/INDICATOR: scen list finds it."
    return prompt.answer(question, existing_id, more, from_option=id, label="id")
