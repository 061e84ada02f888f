"""A source, and how reliable it is."""

from functools import partial
from pathlib import Path

from scenarios.scales import RELIABILITY
from scenarios.workspace.how import WriteMode
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.offers import LETTERS
from scenarios.workspace.tasks import task
from scenarios.workspace.tasks.task import as_, free, new_id, new_record
from scenarios.workspace.writing import WriteResult

add_source = partial(new_record, "source")


def _write(root: Path, answers: task.Answers, how: WriteMode) -> WriteResult:
    record = {key: value for key, value in answers.items() if key != "id"}
    return add_source(root, answers["id"], record, how)


KEYS = (
    task.Question(
        "name", "Full name of the source", "", task.LINE, label="Full name", is_needed=True
    ),
    task.Question(
        "reliability",
        "Reliability, A to F",
        "A to F.",
        as_(typed_in.letter),
        "radio",
        label="Reliability",
        hint="",
        metavar="LETTER",
        is_needed=True,
        offers=lambda _: LETTERS,
        choices=lambda _: [(letter, f"{letter} {about}") for letter, about in RELIABILITY.items()],
    ),
    task.Question("reliability_basis", "Reason for this grade", kind="text", option="--basis"),
    task.Question("url", "Web address of the source", read=as_(typed_in.url), label="Web address"),
)
"""Questions about a source besides its id; an item can register a new source too."""
TASK = task.Task(
    name="source",
    title="Add a source",
    save="Add it",
    lead="A source and how reliable it is.",
    help="Add a source and its reliability grade.",
    asks=(new_id("source", "trt-world", free("source")), *KEYS),
    groups=(task.FormSection("", "id name reliability reliability_basis url"),),
    options="id name reliability url reliability_basis",
    is_dated=False,
    write=_write,
    names=lambda answers: str(answers["id"]),
)
