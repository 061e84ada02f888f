"""Rate an item that is recorded already."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli import parsing
from scenarios.cli.desk import Desk, open_desk, write
from scenarios.cli.options import As, Commit, DryRun, Fires, Format
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.rate_across import Answers, walk
from scenarios.cli.terminal.written import effects_subject, report_effects
from scenarios.errors import UsageError
from scenarios.storage.edits import Draft, Put, edited


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
        evidence, "EVIDENCE", "The item's id", lambda: open_desk(context).database.evidence
    )
    answers = Answers(
        parsing.scenario_ratings(ratings or ()),
        parsing.indicator_states(indicator or ()),
    )
    (desk := open_desk(context)).evidence(evidence)
    if not answers.ratings and not answers.indicators:
        if not prompt.interactive():
            raise UsageError("nothing to rate: give SCENARIO=CODE or --indicator")
        item = desk.database.evidence[evidence]
        try:
            walk(desk.database, answers, item.recorded, item)
        finally:
            for scenario, rating in answers.ratings.items():
                prompt.remember("RATING", f"{scenario}={rating}")
            for name, state in answers.indicators.items():
                prompt.remember("--indicator", f"{name}={state}")

    def draft(desk: Desk) -> list[Draft]:
        desk.evidence(evidence)
        desk.refuse_unknown(answers.ratings, answers.indicators)
        puts = [Put(("ratings", k), v) for k, v in answers.ratings.items()]
        puts += [Put(("indicators", k), v) for k, v in answers.indicators.items()]
        return [edited(desk.snapshot, "evidence", evidence, puts)]

    subject = effects_subject("rate", evidence) if commit else None
    written = write(context, draft, edits=True, dry_run=dry_run, commit=subject)
    recorded = written.after.database.evidence[evidence].recorded
    report_effects(written, evidence, recorded, form)
