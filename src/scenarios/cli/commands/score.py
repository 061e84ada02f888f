"""How good the forecasts were."""

from typing import Annotated

import typer

from scenarios.analysis.ledger.odds import decays
from scenarios.analysis.question_scores import QuestionFilter
from scenarios.analysis.review.status import about
from scenarios.analysis.scores.scoring import By
from scenarios.analysis.scores.scoring import score as scored
from scenarios.cli import parsing
from scenarios.cli.opening import reading
from scenarios.cli.options import TABLE, All, AsOf, Output, Rev, Shown
from scenarios.cli.output.result import show
from scenarios.cli.output.streams import progress
from scenarios.errors import ScenError
from scenarios.render.documents.score import document
from scenarios.workspace.opened import known_id

_DAY = "By the day the outcome was known; 7d means seven days before --as-of."


def command(
    context: typer.Context,
    by: Annotated[By, "--by", "Also show one table for each of these."] = "analyst",
    since: Annotated[str | None, "--since DATE", _DAY] = None,
    until: Annotated[str | None, "--until DATE", _DAY] = None,
    forecaster: Annotated[
        str | None, "--forecaster NAME", "Show the calibration of this forecaster."
    ] = None,
    every: All = False,
    as_of: AsOf = None,
    rev: Rev = None,
    form: Shown = TABLE,
    output: Output = None,
) -> None:
    """Score resolved questions: Brier, log, baseline, peer, skill, calibration.

    Of many questions the worst and the best are shown; csv and json have all of them.
    """
    opened, on = reading(context, rev), as_of or parsing.today()
    start = parsing.day(since, on, "--since") if since else None
    end = parsing.day(until, on, "--until") if until else None
    if start and end and start > end:
        raise ScenError(f"no day lies between --since {start} and --until {end}")
    chosen = QuestionFilter(since=start, until=end)
    scenarios = opened.database.scenarios.items()
    database = opened.about(*(id for id, s in scenarios if s.resolution or decays(s)))
    scores = scored(database, on, chosen, by, forecaster, progress())
    if forecaster is not None:
        known_id(forecaster, scores.names, "forecaster", "scen score")
    head = f"{about(opened.database.tracker).title}: scores as of {on}"
    whole = every or form == "csv"
    show(context.obj, scores, lambda: document(scores, head, whole=whole), form, output)
