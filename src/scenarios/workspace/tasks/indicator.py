"""The task of adding an indicator, rated before it is seen."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scenarios.errors import Keys, ScenError
from scenarios.model import Indicator, IndicatorId, ScenarioId
from scenarios.storage.edits import FileChange, KeyEdit, edited
from scenarios.workspace.input import ratios, typed_in
from scenarios.workspace.opened import OpenDatabase
from scenarios.workspace.tasks import task
from scenarios.workspace.tasks.task import (
    CHANCE,
    DAY_AHEAD,
    PROSE,
    AnswerType,
    Question,
    RequiredAnswer,
    item_field,
    new_id,
    since_today,
    which_scenario,
)
from scenarios.workspace.write_mode import AS_USUAL, WriteMode
from scenarios.workspace.writing import WriteResult, write


def _free(text: str, context: task.AnswerContext) -> str:
    id = typed_in.id(text)
    if context.opened and (scenario := context.answers.get("scenario")):
        _refuse_taken(context.opened, scenario, id)
    return id


def rating(text: str, context: task.AnswerContext) -> str | float:
    """Read a rating; in words too, if the database is open for the worth of the codes."""
    if context.opened is None:
        return typed_in.rating(text)
    return ratios.rating(text, context.opened.database.tracker.decibans)


def add_indicator(
    root: Path,
    scenario: ScenarioId,
    id: IndicatorId,
    record: Mapping[str, Any],
    mode: WriteMode = AS_USUAL,
) -> WriteResult:
    """Put an indicator into a scenario's file; every other byte stays."""

    def draft(opened: OpenDatabase) -> list[FileChange]:
        _refuse_taken(opened, scenario, id)
        value = {key: value for key, value in record.items() if value is not None}
        return [edited(opened.snapshot, "scenario", scenario, [KeyEdit(("indicators", id), value)])]

    what = f"add-indicator {scenario}/{id}"
    return write(root, draft, what, mode, subject=f"indicator: {scenario}/{id}")


def _refuse_taken(opened: OpenDatabase, scenario: ScenarioId, id: IndicatorId) -> None:
    """Refuse the id of an existing indicator."""
    if id in opened.database.scenarios[opened.scenario(scenario)].indicators:
        full_id = f"{scenario}/{id}"
        raise ScenError(
            f"there is indicator '{full_id}' already: scen show {full_id}; nothing was written"
        )


def _write(root: Path, answers: task.Answers, mode: WriteMode) -> WriteResult:
    record = task.record_of(Indicator, answers)
    return add_indicator(root, answers["scenario"], answers["id"], record, mode)


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
        Question(
            "statement",
            "What would be seen, with a threshold",
            PROSE,
            advice="Who does what, how much, by when: whoever sees it must agree that it is seen.",
            missing=RequiredAnswer(),
            option="STATEMENT",
        ),
        Question(
            "ratings",
            "How expected is it if {} happens (CC, C, I, II or a ratio)",
            AnswerType(kind="ratings", metavar="SCENARIO=CODE", is_many=True),
            help="Rating if it is seen. Repeatable.",
            missing=RequiredAnswer(),
            option="--rate",
        ),
        since_today("added", "Added on"),
        Question(
            "watch",
            "Who watches for it, and where",
            help="Where to look, how often, and who does.",
            advice="Where, how often, who: what nobody watches for is never seen.",
        ),
        Question(
            "due",
            "Day by which it should be seen",
            DAY_AHEAD,
            label="Due",
            help="Day by which it should be seen.",
            advice="Like 2023-06-30: from then on its absence counts too.",
        ),
        Question(
            "if_absent",
            "How much more expected its absence is",
            AnswerType(rating, metavar="CODE", is_value=True),
            label="Rating if it is not seen by then",
            help="Rating if it is not seen by --due.",
            hint="A code or a ratio, or give the chance instead.",
            when=lambda _, answers: answers.get("due") and not answers.get("chance"),
            lead="Its absence counts too: rate it, or give the chance of seeing it instead.",
            offers=lambda database: ratios.codes(database.tracker.decibans),
        ),
        Question(
            "chance",
            "Probability that it is seen by then",
            CHANCE,
            help="Instead of --if-absent: probability of seeing it by --due.",
            hint="For example 0.15 or 15%.",
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
