"""A clarification beside a question."""

from __future__ import annotations

from pathlib import Path

from scenarios.model import Clarification
from scenarios.paths import path_of
from scenarios.storage.edits import Draft, refuse_unwritable
from scenarios.storage.yaml.editor import append
from scenarios.workspace.how import How
from scenarios.workspace.opened import Opened
from scenarios.workspace.tasks.task import DATE, PROSE, Answers, Layout, Task, asked, which_scenario
from scenarios.workspace.writing import Written, write


def _write(root: Path, answers: Answers, how: How) -> Written:
    scenario, text = answers["scenario"], answers["text"]

    def draft(opened: Opened) -> list[Draft]:
        id = opened.scenario(scenario)
        path = path_of("scenario", id)
        refuse_unwritable(text, "text")
        data = opened.snapshot[path]
        clarification = Clarification(answers["date"], text)
        if clarification in opened.database.scenarios[id].clarifications:
            return [Draft(path, data, data)]  # which may wait for its commit
        item = {"date": answers["date"].isoformat(), "text": text}
        return [Draft(path, data, append(data, ("clarifications",), item))]

    return write(root, draft, f"clarify {scenario}", how, subject=f"clarify: {scenario}")


TASK = Task(
    name="clarification",
    title="Clarify a question",
    save="Add it",
    lead="It is added to the question; forecasts stay valid.",
    help="Add a clarification to a question; the question and its forecasts stay as they are.",
    asks=(
        which_scenario("Scenario to clarify", note=asked),
        PROSE("text", "Clarification", option="TEXT"),
        DATE,
    ),
    groups=(Layout("", "scenario"), Layout("", "text date")),
    write=_write,
    names=lambda answers: str(answers["scenario"]),
    reports="correction",
    field_of=lambda keys: "text" if keys[:1] == ("clarifications",) else "",
)
