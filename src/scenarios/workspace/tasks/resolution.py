"""The outcome of a scenario."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from scenarios.analysis.review.explanation import explain
from scenarios.errors import ScenError
from scenarios.model import Database, Evidence
from scenarios.scales import percent
from scenarios.storage.edits import Draft, Put, edited
from scenarios.workspace.how import How
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.offers import OUTCOMES
from scenarios.workspace.opened import Opened
from scenarios.workspace.tasks import task
from scenarios.workspace.writing import Written, write


def _items(database: Database, answers: task.Answers) -> dict[str, Evidence]:
    """Items that were known when the outcome was entered."""
    evidence, entered = database.evidence, answers.get("recorded", date.max)
    return {id: item for id, item in evidence.items() if item.recorded <= entered}


def _write(root: Path, answers: task.Answers, how: How) -> Written:
    record: dict[str, Any] = {
        "outcome": answers["outcome"],
        "date": answers["date"].isoformat(),
        "recorded": answers["recorded"].isoformat(),
        "basis": answers["basis"],
        **({"evidence": answers["evidence"]} if answers.get("evidence") else {}),
    }
    scenario = answers["scenario"]

    def draft(opened: Opened) -> list[Draft]:
        before = opened.database.scenarios[opened.scenario(scenario)].resolution
        if before:
            raise ScenError(
                f"{scenario} is resolved already ({before.outcome}, {before.date}); "
                "nothing was written"
            )
        for id in record.get("evidence", ()):
            opened.evidence(id)
        return [edited(opened.snapshot, "scenario", scenario, [Put(("resolution",), record)])]

    words = f"resolve: {scenario} {record['outcome'].replace('-', ' ')}"
    return write(root, draft, f"resolve {scenario} {record['outcome']}", how, subject=words)


def _last_values(written: Written, answers: task.Answers) -> str:
    """The last figures beside the outcome."""
    id, after, on = answers["scenario"], written.after.database, answers["recorded"]
    if on < after.scenarios[id].opened:
        return ""
    last = explain(after, id, on)
    stated = f"stated {percent(last.stated.probability)}" if last.stated else "not stated"
    implied = percent(last.implied.probability) if last.implied else "?"
    return f"{id}: {stated}, implied {implied} → {(last.outcome or '').replace('-', ' ')}"


TASK = task.Task(
    name="resolution",
    title="Record an outcome",
    save="Record it",
    lead="Its rivals in a set follow from it.",
    help="Record the outcome of a scenario; the rest of its set follows.",
    asks=(
        task.which_scenario(
            "The scenario that is decided",
            task.live,
            note=task.asked,
            told_without="scenario outcome basis",
        ),
        task.Ask(
            "outcome",
            "occurred, did-not-occur or annulled",
            "occurred, did-not-occur, annulled.",
            task.as_(typed_in.outcome),
            "radio",
            option="OUTCOME",
            label="Outcome",
            is_needed=True,
            offers=lambda _: OUTCOMES,
            choices=task.worded(OUTCOMES),
        ),
        task.PROSE("basis", "What decided it, by the criteria"),
        task.since_today("recorded", "When it was entered"),
        task.Ask(
            "date",
            "When was it known",
            "Day the outcome was known [recorded day].",
            kind="day",
            label="When it was known",
            hint="As recorded if empty; forecasts are scored up to it.",
            default=lambda at: at.answers["recorded"],
            is_shown=True,
        ),
        task.items("An item that decides it", "Items that decide it", "By id.", _items),
    ),
    groups=(
        task.Layout("", "scenario"),
        task.Layout("", "outcome basis evidence"),
        task.Layout("More", "date recorded", folded=True),
    ),
    options="scenario outcome basis date recorded evidence",
    write=_write,
    names=lambda answers: str(answers["scenario"]),
    remark=_last_values,
    field_of=lambda keys: str(keys[1]) if keys[:1] == ("resolution",) and len(keys) > 1 else "",
)
