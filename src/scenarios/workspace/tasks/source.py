"""A source, and how reliable it is."""

from functools import partial
from pathlib import Path

from scenarios.scales import RELIABILITY
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.offers import LETTERS
from scenarios.workspace.input.offers import RELIABILITY as LETTERS_IN_LINE
from scenarios.workspace.tasks import task
from scenarios.workspace.tasks.task import (
    LINE,
    PROSE,
    URL,
    AnswerType,
    Question,
    RequiredAnswer,
    as_,
    free,
    new_id,
    new_record,
)
from scenarios.workspace.write_mode import WriteMode
from scenarios.workspace.writing import WriteResult

add_source = partial(new_record, "source")


def _write(root: Path, answers: task.Answers, mode: WriteMode) -> WriteResult:
    record = {key: value for key, value in answers.items() if key != "id"}
    return add_source(root, answers["id"], record, mode)


KEYS = (
    Question(
        "name",
        "Full name of the source",
        LINE,
        label="Full name",
        hint="As it names itself, like TRT World.",
        missing=RequiredAnswer(),
    ),
    Question(
        "reliability",
        "Reliability, A to F",
        AnswerType(
            as_(typed_in.letter),
            "radio",
            "LETTER",
            choice=lambda letter, _: f"{letter} {RELIABILITY[letter]}",
        ),
        label="Reliability",
        help="A to F.",
        hint="",
        advice=LETTERS_IN_LINE,
        missing=RequiredAnswer(),
        offers=lambda _: LETTERS,
    ),
    Question(
        "reliability_basis",
        "Reason for this grade",
        PROSE,
        hint="Who runs it, and what it reported right or wrong.",
        option="--basis",
    ),
    Question("url", "Web address of the source", URL, label="Web address", hint="With https://."),
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
