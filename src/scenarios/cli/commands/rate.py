"""Rate an item that is recorded already."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import As, Commit, DryRun, Fires, Format
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.rate_across import Answers, walk
from scenarios.cli.terminal.written import report_effects
from scenarios.errors import UsageError
from scenarios.workspace import recording


def command(
    context: typer.Context,
    evidence: Annotated[str | None, typer.Argument(metavar="EVIDENCE")] = None,
    ratings: Annotated[list[str] | None, typer.Argument(metavar="SCENARIO=CODE...")] = None,
    indicator: Fires = None,
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """Rate an item that is recorded already; its file keeps every other byte."""
    evidence = prompt.one_of(
        evidence, "EVIDENCE", "The item's id", lambda: open_here(context).database.evidence
    )
    answers = Answers(
        parsing.scenario_ratings(ratings or ()),
        parsing.indicator_states(indicator or ()),
    )
    (opened := open_here(context)).evidence(evidence)
    if not answers.ratings and not answers.indicators:
        if not prompt.interactive():
            raise UsageError("nothing to rate: give SCENARIO=CODE or --indicator")
        item = opened.database.evidence[evidence]
        try:
            walk(opened.database, answers, item.recorded, item)
        finally:
            for scenario, rating in answers.ratings.items():
                prompt.remember("RATING", f"{scenario}={rating}")
            for name, state in answers.indicators.items():
                prompt.remember("--indicator", f"{name}={state}")

    on = max(parsing.today(), opened.database.evidence[evidence].recorded)
    given = answers.ratings, answers.indicators
    written = recording.rate(
        opened.root, evidence, *given, on, dry_run=dry_run, commit=commit, read=opened.read
    )
    report_effects(written, evidence, on, form)
