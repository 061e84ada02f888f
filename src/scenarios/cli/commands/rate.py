"""Rate an item that is recorded already."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import As, Fires, Format
from scenarios.cli.output.written import report_effects
from scenarios.cli.terminal import prompt, retyping
from scenarios.cli.terminal.agreement import agreed
from scenarios.cli.terminal.rate_across import Answers, walk
from scenarios.errors import UsageError
from scenarios.workspace import recording
from scenarios.workspace.how import AS_USUAL, How
from scenarios.workspace.opened import Opened


def command(
    context: typer.Context,
    evidence: Annotated[str | None, typer.Argument(metavar="EVIDENCE")] = None,
    ratings: Annotated[list[str] | None, typer.Argument(metavar="SCENARIO=CODE...")] = None,
    indicator: Fires = None,
    how: How = AS_USUAL,
    form: As = Format.table,
) -> None:
    """Rate an item that is recorded already; its file keeps every other byte."""
    rated = parsing.scenario_ratings(ratings or ())
    fired = parsing.indicator_states(indicator or ())

    def ask() -> tuple[Opened, str, Answers]:
        records = open_here(context).database.evidence if prompt.interactive() else {}
        id = prompt.one_of(
            evidence,
            "EVIDENCE",
            "The item's id",
            lambda: records,
            lambda text: open_here(context).evidence(text),
        )
        answers = Answers(dict(rated), dict(fired))
        (opened := open_here(context)).evidence(id)
        if not rated and not fired:
            if not prompt.interactive():
                raise UsageError("nothing to rate: give SCENARIO=CODE or --indicator")
            item = opened.database.evidence[id]
            try:
                walk(opened.database, answers, item.recorded, item)
            finally:
                _remember(answers)
        return opened, id, answers

    def tried(made: tuple[Opened, str, Answers]) -> None:
        opened, id, answers = made
        on = opened.database.evidence[id].recorded
        trial = how._replace(dry_run=True)
        recording.rate(opened.root, id, *answers, on, trial, read=opened.read)

    missing = evidence is None or not (rated or fired)
    opened, evidence, answers = agreed(ask, tried, missing=missing)
    on = max(parsing.today(), opened.database.evidence[evidence].recorded)
    written = recording.rate(opened.root, evidence, *answers, on, how, read=opened.read)
    report_effects(written, evidence, on, form)


def _remember(answers: Answers) -> None:
    """What was said before somebody stopped."""
    ratings = [f"{scenario}={rating}" for scenario, rating in answers.ratings.items()]
    states = [f"{name}={state}" for name, state in answers.indicators.items()]
    retyping.remember("RATING", *ratings)
    retyping.remember("--indicator", *states)
