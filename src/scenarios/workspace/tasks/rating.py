"""A later rating of an item that is already recorded."""

from __future__ import annotations

from pathlib import Path

from scenarios.storage.edits import Draft, Put, edited
from scenarios.workspace.how import AS_USUAL, How
from scenarios.workspace.opened import Opened
from scenarios.workspace.results import effects_subject
from scenarios.workspace.tasks import task
from scenarios.workspace.tasks.task import item_field, which_item
from scenarios.workspace.writing import Written, write


def rate(root: Path, answers: task.Answers, how: How = AS_USUAL) -> Written:
    """Put ratings and states of indicators into an item's file; every other byte stays.

    A commit's subject says what that moved as of the `date`.
    """
    evidence, ratings, indicators = (answers[k] for k in ("evidence", "ratings", "indicators"))

    def draft(opened: Opened) -> list[Draft]:
        opened.evidence(evidence)
        opened.refuse_unknown(ratings, indicators)
        puts = [Put(("ratings", key), value) for key, value in ratings.items()]
        puts += [Put(("indicators", key), state) for key, state in indicators.items()]
        return [edited(opened.snapshot, "evidence", evidence, puts)]

    moved = effects_subject("rate", evidence, answers["date"])
    return write(root, draft, f"rate {evidence}", how, subject=moved)


TASK = task.Task(
    name="rate",
    title="Rate an item",
    save="Rate it",
    lead="A later rating of an item that is already recorded.",
    help="Rate evidence that is already recorded; the rest of its file is unchanged.",
    asks=(
        which_item(lambda database, _: database.evidence),
        task.Ask("ratings", kind="across", option="SCENARIO=CODE...", is_many=True),
        task.INDICATORS,
    ),
    groups=(
        task.Layout("Which item", "evidence"),
        task.Layout("What it shows", "indicators"),
        task.Layout("Effect on each scenario", "ratings"),
    ),
    is_dated=False,
    write=rate,
    names=lambda answers: str(answers["evidence"]),
    reports="effects",
    field_of=item_field,
)
