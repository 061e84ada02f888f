"""A stated probability, in the day's sheet of one analyst."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from scenarios.errors import Keys
from scenarios.model import Analyst
from scenarios.render.cells import commit_subject
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.offers import Offer
from scenarios.workspace.results import forecast_figures
from scenarios.workspace.sheets import ForecastEntry, record_entries
from scenarios.workspace.tasks import task
from scenarios.workspace.tasks.task import (
    ANALYST,
    EVERY_ITEM,
    ITEMS,
    PROSE,
    WANTED,
    AnswerType,
    Question,
    RequiredAnswer,
    live,
    which_scenario,
)
from scenarios.workspace.write_mode import AS_USUAL, WriteMode
from scenarios.workspace.writing import WriteResult


def entry_of(answers: task.Answers) -> ForecastEntry:
    """The forecast as a sheet has it."""
    why, items = answers.get("rationale"), tuple(answers.get("evidence") or ())
    figure = answers["probability"]
    quantiles = figure if isinstance(figure, dict) else None
    proposal = answers.get("proposal")
    by = proposal.proposed if proposal else None
    chance = None if quantiles else figure
    return ForecastEntry(answers["scenario"], chance, why or None, items, by, quantiles)


def _figure(text: str, context: task.AnswerContext) -> Any:
    """A probability; of a quantity its quantiles. Without a database by how it is written."""
    if context.opened is None:
        return typed_in.figure(text)
    is_quantity = context.answers.get("scenario") in context.opened.database.quantities
    if is_quantity and text.strip().lower() != "withdraw":
        return typed_in.quantiles(text, task.unit_of(context))
    return typed_in.forecast(text)


def _parts(context: task.AnswerContext) -> Sequence[Offer]:
    known = context.opened.database.quantities if context.opened else {}
    scenario = known.get(context.answers.get("scenario", ""))
    return task.quantiles_asked(scenario.quantity.kind) if scenario and scenario.quantity else ()


def forecast(
    root: Path,
    analyst: Analyst,
    on: date,
    entries: Sequence[ForecastEntry],
    mode: WriteMode = AS_USUAL,
    **more: Any,
) -> WriteResult:
    """Put an analyst's probabilities into the sheet of a day; a commit names what moved.

    `more` goes to `record_entries`.
    """

    def moves(written: WriteResult) -> str:
        figures = forecast_figures(written, [entry.scenario for entry in entries], on)
        chances = [figure for figure in figures if not figure.quantity]
        named = [(figure.scenario, figure.before, figure.after) for figure in chances]
        return commit_subject(f"forecast: {on}-{analyst}", named)

    return record_entries(root, analyst, on, entries, mode, words=moves, **more)


def _write(root: Path, answers: task.Answers, mode: WriteMode, **more: Any) -> WriteResult:
    analyst, day, entries = answers["analyst"], answers["date"], [entry_of(answers)]
    proposal = answers.get("proposal")
    accepted = proposal.removal if proposal else None
    return forecast(root, analyst, day, entries, mode, accepted=accepted, **more)


def _field_of(keys: Keys) -> str:
    names = {"probabilities": "probability", "rationales": "rationale"}
    names |= {"quantiles": "probability"}
    return names.get(str(keys[0]), str(keys[0])) if keys else ""


TASK = task.Task(
    name="forecast",
    role="analyst",
    title="State a forecast",
    save="State it",
    lead="Your figure, in your sheet of the day.",
    help="Record an analyst's probability for a scenario.",
    asks=(
        which_scenario(
            "The scenario that you forecast",
            live,
            label="The scenario",
            note=lambda scenario: f"{scenario.question}\nIts last day is {scenario.horizon}.",
            note_unless="scenario probability",
        ),
        Question(
            "probability",
            "Its probability, or withdraw",
            AnswerType(_figure, metavar="P|withdraw"),
            label="Its probability",
            help="0.7 or 70%, of a quantity p10=205 p50=240 p90=275, or `withdraw`.",
            hint="30 means 30%; withdraw takes the last one back.",
            advice="Like 0.7 or 70%; withdraw takes the last one back.",
            missing=RequiredAnswer(),
            option="P",
            begins=True,
            in_parts=_parts,
        ),
        Question("rationale", "Why", PROSE, hint="What moved you.", missing=WANTED),
        ANALYST,
        Question(
            "evidence",
            "",
            ITEMS,
            label="What moved it",
            help="Repeatable.",
            hint="Items, by id.",
            records=EVERY_ITEM,
        ),
        task.DATE,
    ),
    groups=(
        task.FormSection("", "scenario probability rationale analyst"),
        task.FormSection("More", "evidence date", folded=True),
    ),
    options="scenario probability rationale evidence analyst date",
    write=_write,
    names=lambda answers: f"{answers['date']}-{answers['analyst']}",
    reports="forecast",
    field_of=_field_of,
)
