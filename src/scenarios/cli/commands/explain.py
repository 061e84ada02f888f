"""The odds ledger of a scenario."""

from typing import Annotated

import typer

from scenarios.analysis.review.explanation import explain as explained
from scenarios.cli import parsing
from scenarios.cli.opening import reading
from scenarios.cli.options import TABLE, All, AsOf, Form, Output, Rev, Shown
from scenarios.cli.output.result import show
from scenarios.render.documents.explanation import document, on_page


def command(
    context: typer.Context,
    scenario: Annotated[str, "SCENARIO", ""],
    sweep: Annotated[bool, "--sweep", "Show the terms of the band, the largest first."] = False,
    every: All = False,
    as_of: AsOf = None,
    rev: Rev = None,
    form: Shown = TABLE,
    output: Output = None,
) -> None:
    """Show the odds ledger of a scenario, line by line, from prior to implied."""
    opened, on = reading(context, rev), as_of or parsing.today()
    id = opened.scenario_on(scenario, on)
    explanation = explained(opened.about(id), id, on, swept=sweep)
    displayed = on_page if form == Form("html") else document
    show(
        context.obj,
        explanation,
        lambda: displayed(explanation, opened.database, every=every),
        form,
        output,
    )
