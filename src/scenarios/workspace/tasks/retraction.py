"""An item that counts no longer."""

from __future__ import annotations

from pathlib import Path

from scenarios.errors import ScenError
from scenarios.storage.edits import Draft, Put, edited
from scenarios.workspace.how import How
from scenarios.workspace.opened import Opened
from scenarios.workspace.results import effects_subject
from scenarios.workspace.tasks.task import DATE, PROSE, Answers, Layout, Task, which_item
from scenarios.workspace.writing import Written, write


def _write(root: Path, answers: Answers, how: How) -> Written:
    evidence, on = answers["evidence"], answers["date"]

    def draft(opened: Opened) -> list[Draft]:
        before = opened.database.evidence[opened.evidence(evidence)].retracted
        if before:
            raise ScenError(f"{evidence} was retracted on {before.date}; nothing was written")
        value = {"date": on.isoformat(), "reason": answers["reason"]}
        return [edited(opened.snapshot, "evidence", evidence, [Put(("retracted",), value)])]

    words = effects_subject("retract", evidence, on)
    return write(root, draft, f"retract {evidence}", how, subject=words)


TASK = Task(
    name="retraction",
    title="Retract an item",
    save="Retract it",
    lead="The item is kept but no longer counts from that day.",
    help="Stop counting an item from a given day, but keep it.",
    asks=(
        which_item(
            lambda db, _: {id: item for id, item in db.evidence.items() if not item.retracted}
        ),
        PROSE("reason", "Reason for the retraction"),
        DATE,
    ),
    groups=(Layout("", "evidence reason date"),),
    write=_write,
    names=lambda answers: str(answers["evidence"]),
    reports="effects",
    field_of=lambda keys: str(keys[1]) if keys[:1] == ("retracted",) and len(keys) > 1 else "",
)
