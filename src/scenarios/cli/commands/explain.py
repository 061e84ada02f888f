"""The odds ledger of a scenario."""

from typing import Annotated

import typer

from scenarios.analysis.review.explanation import explain as explained
from scenarios.analysis.review.rows import explain_row
from scenarios.cli import parsing
from scenarios.cli.opening import reading
from scenarios.cli.options import TABLE, All, AsOf, Form, Output, Rev, Shown
from scenarios.cli.output.result import show
from scenarios.errors import UsageError
from scenarios.render.documents import quantity
from scenarios.render.documents.explanation import document, on_page
from scenarios.values import owner_of


def command(
    context: typer.Context,
    scenario: Annotated[str, "SCENARIO", "A scenario, or a row of a quantity."],
    sweep: Annotated[bool, "--sweep", "Show the terms of the band, the largest first."] = False,
    every: All = False,
    as_of: AsOf = None,
    rev: Rev = None,
    form: Shown = TABLE,
    output: Output = None,
) -> None:
    """Show the odds ledger of a scenario, line by line, from prior to implied."""
    opened, on = reading(context, rev), as_of or parsing.today()
    id = opened.row_on(scenario, on)
    if sweep and owner_of(id) in opened.database.quantities:
        raise UsageError("a quantity has no band to sweep: its 80 % interval says how sure it is")
    if id in opened.database.quantities:
        context.obj.schema = "explain-quantity"
        whole = quantity.explained(opened.about(id), id, on)
        show(context.obj, whole, lambda: quantity.document(whole, opened.database), form, output)
        return
    about = opened.about(owner_of(id))
    is_row = id not in opened.database.scenarios
    explanation = explain_row(about, id, on) if is_row else explained(about, id, on, swept=sweep)
    displayed = on_page if form == Form("html") else document
    show(
        context.obj,
        explanation,
        lambda: displayed(explanation, opened.database, every=every),
        form,
        output,
    )
