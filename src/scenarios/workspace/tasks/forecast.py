"""A stated probability, in the day's sheet of one analyst."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from scenarios.errors import Keys
from scenarios.model import Analyst
from scenarios.render.cells import commit_subject
from scenarios.workspace.how import AS_USUAL, WriteMode
from scenarios.workspace.input import typed_in
from scenarios.workspace.results import forecast_figures
from scenarios.workspace.sheets import ForecastEntry, record_entries
from scenarios.workspace.tasks import task
from scenarios.workspace.tasks.task import ANALYST, as_, items, live, which_scenario
from scenarios.workspace.writing import WriteResult


def entry_of(answers: task.Answers) -> ForecastEntry:
    """The forecast as a sheet has it."""
    why, items = answers.get("rationale"), tuple(answers.get("evidence") or ())
    proposal = answers.get("proposal")
    by = proposal.proposed if proposal else None
    return ForecastEntry(answers["scenario"], answers["probability"], why or None, items, by)


def forecast(
    root: Path,
    analyst: Analyst,
    on: date,
    entries: Sequence[ForecastEntry],
    how: WriteMode = AS_USUAL,
    **more: Any,
) -> WriteResult:
    """Put an analyst's probabilities into the sheet of a day; a commit names what moved.

    `more` goes to `record_entries`.
    """

    def moves(written: WriteResult) -> str:
        figures = forecast_figures(written, [entry.scenario for entry in entries], on)
        named = [(figure.scenario, figure.before, figure.after) for figure in figures]
        return commit_subject(f"forecast: {on}-{analyst}", named)

    return record_entries(root, analyst, on, entries, how, words=moves, **more)


def _write(root: Path, answers: task.Answers, how: WriteMode, **more: Any) -> WriteResult:
    analyst, day, entries = answers["analyst"], answers["date"], [entry_of(answers)]
    proposal = answers.get("proposal")
    accepted = proposal.removal if proposal else None
    return forecast(root, analyst, day, entries, how, accepted=accepted, **more)


def _field_of(keys: Keys) -> str:
    names = {"probabilities": "probability", "rationales": "rationale"}
    return names.get(str(keys[0]), str(keys[0])) if keys else ""


TASK = task.Task(
    name="forecast",
    title="State a forecast",
    save="State it",
    lead="Your probability, in your sheet of the day.",
    help="Record an analyst's probability for a scenario.",
    asks=(
        which_scenario(
            "The scenario that you forecast",
            live,
            label="The scenario",
            note=lambda scenario: f"{scenario.question}\nIts last day is {scenario.horizon}.",
            note_unless="scenario probability",
        ),
        task.Question(
            "probability",
            "Its probability, or withdraw",
            "0.7 or 70%, or `withdraw`.",
            as_(typed_in.forecast),
            option="P",
            label="Its probability",
            metavar="P|withdraw",
            is_needed=True,
            begins=True,
        ),
        task.Question("rationale", "Why", kind="text", hint="What moved you.", is_wanted=True),
        ANALYST,
        items("", "What moved it", "Items, by id."),
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
