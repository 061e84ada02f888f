"""What a question means, said beside it."""

from __future__ import annotations

from pathlib import Path

from scenarios.workspace.corrections import editing
from scenarios.workspace.how import How
from scenarios.workspace.tasks.task import DATE, PROSE, Answers, Layout, Task, asked, which_scenario
from scenarios.workspace.writing import Written


def _write(root: Path, answers: Answers, how: How) -> Written:
    return editing.clarify(root, answers["scenario"], answers["text"], answers["date"], how)[0]


TASK = Task(
    name="clarification",
    title="Clarify a question",
    save="Add it",
    lead="It stands beside the question; forecasts of it stay good.",
    help="Say what a question means, beside it: the question and its forecasts stand.",
    asks=(
        which_scenario("The scenario whose question is meant", note=asked),
        PROSE("text", "What is made clear", option="TEXT"),
        DATE,
    ),
    groups=(Layout("", "scenario"), Layout("", "text date")),
    write=_write,
    names=lambda answers: str(answers["scenario"]),
    reports="correction",
    field_of=lambda keys: "text" if keys[:1] == ("clarifications",) else "",
)
