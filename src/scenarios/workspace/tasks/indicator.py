"""The task of adding an indicator, rated before it is seen."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scenarios.errors import Keys, ScenError
from scenarios.model import IndicatorId, ScenarioId
from scenarios.storage.edits import FileChange, KeyEdit, edited
from scenarios.workspace.how import AS_USUAL, WriteMode
from scenarios.workspace.input import ratios, typed_in
from scenarios.workspace.opened import OpenDatabase
from scenarios.workspace.tasks import task
from scenarios.workspace.tasks.task import item_field, new_id, since_today, which_scenario
from scenarios.workspace.writing import WriteResult, write


def _free(text: str, at: task.AnswerContext) -> str:
    id = typed_in.id(text)
    if at.opened and (scenario := at.answers.get("scenario")):
        _refuse_taken(at.opened, scenario, id)
    return id


def rating(text: str, at: task.AnswerContext) -> str | float:
    """Read a rating; in words too, if the database is open for the worth of the codes."""
    if at.opened is None:
        return typed_in.rating(text)
    return ratios.rating(text, at.opened.database.tracker.decibans)


def add_indicator(
    root: Path,
    scenario: ScenarioId,
    id: IndicatorId,
    record: Mapping[str, Any],
    how: WriteMode = AS_USUAL,
) -> WriteResult:
    """Put an indicator into a scenario's file; every other byte stays."""

    def draft(opened: OpenDatabase) -> list[FileChange]:
        _refuse_taken(opened, scenario, id)
        value = {key: value for key, value in record.items() if value is not None}
        return [edited(opened.snapshot, "scenario", scenario, [KeyEdit(("indicators", id), value)])]

    what = f"add-indicator {scenario}/{id}"
    return write(root, draft, what, how, subject=f"indicator: {scenario}/{id}")


def _refuse_taken(opened: OpenDatabase, scenario: ScenarioId, id: IndicatorId) -> None:
    """Refuse the id of an existing indicator."""
    if id in opened.database.scenarios[opened.scenario(scenario)].indicators:
        known = f"{scenario}/{id}"
        raise ScenError(
            f"there is indicator '{known}' already: scen show {known}; nothing was written"
        )


def _write(root: Path, answers: task.Answers, how: WriteMode) -> WriteResult:
    due = answers.get("due")
    record = {
        "statement": answers["statement"],
        "ratings": answers["ratings"],
        "added": answers["added"].isoformat(),
        "watch": answers.get("watch"),
        "due": due.isoformat() if due else None,
        "if_absent": answers.get("if_absent"),
        "chance": answers.get("chance"),
        "theme": answers.get("theme"),
    }
    return add_indicator(root, answers["scenario"], answers["id"], record, how)


def _field_of(keys: Keys) -> str:
    """Map the keys of a scenario's file to the fields of the new indicator."""
    inside = keys[2:] if keys[:1] == ("indicators",) else ()
    return item_field(inside) if inside else ""


TASK = task.Task(
    name="indicator",
    title="Add an indicator",
    save="Add it",
    lead="Something to watch for, rated before it is seen.",
    help="Add an indicator to a scenario; the rest of its file is unchanged.",
    asks=(
        which_scenario("Scenario it belongs to", note=lambda scenario: str(scenario.question)),
        new_id("indicator", "talks-announced", _free),
        task.PROSE("statement", "What would be seen, with a threshold", option="STATEMENT"),
        task.Question(
            "ratings",
            "How expected is it if {} happens (CC, C, I, II or a ratio)",
            "Rating if it is seen. Repeatable.",
            kind="ratings",
            option="--rate",
            metavar="SCENARIO=CODE",
            is_needed=True,
            is_many=True,
        ),
        since_today("added", "Added on"),
        task.Question(
            "watch", "Who watches for it, and where", "Where to look, how often, and who does."
        ),
        task.Question(
            "due",
            "Day by which it should be seen",
            "Day by which it should be seen.",
            kind="day",
            label="Due",
            is_ahead=True,
        ),
        task.Question(
            "if_absent",
            "How much more expected its absence is",
            "Rating if it is not seen by --due.",
            rating,
            label="Rating if it is not seen by then",
            hint="A code or a ratio, or give the chance instead.",
            metavar="CODE",
            is_value=True,
            when=lambda _, answers: answers.get("due") and not answers.get("chance"),
            lead="Its absence counts too: rate it, or give the chance of seeing it instead.",
            offers=lambda database: ratios.codes(database.tracker.decibans),
        ),
        task.Question(
            "chance",
            "Probability that it is seen by then",
            "Instead of --if-absent: probability of seeing it by --due.",
            task.CHANCE,
            hint="For example 0.15 or 15%.",
            metavar="P",
            is_value=True,
            when=lambda _, answers: answers.get("due") and not answers.get("if_absent"),
        ),
        task.THEME,
    ),
    groups=(
        task.FormSection("What would be seen", "scenario id statement"),
        task.FormSection("Ratings, fixed before it is seen", "ratings"),
        task.FormSection("More", "watch due if_absent chance theme added", folded=True),
    ),
    options="scenario id statement ratings watch due if_absent chance theme added",
    write=_write,
    names=lambda answers: f"{answers['scenario']}/{answers['id']}",
    field_of=_field_of,
)
