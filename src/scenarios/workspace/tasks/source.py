"""A source, and how reliable it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scenarios.scales import RELIABILITY
from scenarios.storage.edits import Draft, new_file
from scenarios.workspace.how import AS_USUAL, How
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.offers import LETTERS
from scenarios.workspace.opened import Opened
from scenarios.workspace.tasks.task import (
    LINE,
    TEXT,
    Answers,
    Ask,
    At,
    Layout,
    Task,
    as_,
    new_id,
)
from scenarios.workspace.writing import Written, write


def _free(text: str, at: At) -> str:
    if at.opened:
        at.opened.refuse_taken("source", text, at.opened.database.sources, "nothing was written")
    return typed_in.id(text)


def add_source(root: Path, id: str, record: Mapping[str, Any], how: How = AS_USUAL) -> Written:
    """Write a new source."""

    def draft(opened: Opened) -> list[Draft]:
        opened.refuse_taken("source", id, opened.database.sources, "nothing was written")
        return [new_file("source", id, record)]

    return write(root, draft, f"add-source {id}", how, subject=f"source: {id}", edits=False)


def _write(root: Path, answers: Answers, how: How) -> Written:
    record = {key: value for key, value in answers.items() if key != "id"}
    return add_source(root, answers["id"], record, how)


KEYS = (
    Ask("name", "The source's name in full", "", LINE, label="Its name in full", is_needed=True),
    Ask(
        "reliability",
        "Its reliability, A to F",
        "A to F.",
        as_(typed_in.letter),
        "radio",
        label="Its reliability",
        hint="",
        metavar="LETTER",
        is_needed=True,
        offers=lambda _: LETTERS,
        choices=lambda _: [(letter, f"{letter} {about}") for letter, about in RELIABILITY.items()],
    ),
    Ask("reliability_basis", "Why that letter", "Why this letter.", TEXT, "text", "--basis"),
    Ask("url", "The source's address", read=as_(typed_in.url), label="Its address"),
)
"""Questions about a source besides its id; an item can register a new source too."""
TASK = Task(
    name="source",
    title="Register a source",
    save="Register it",
    lead="Who says so, and how reliable they are.",
    help="Register a source and how reliable it is.",
    asks=(new_id("source", "trt-world", _free), *KEYS),
    groups=(Layout("", "id name reliability reliability_basis url"),),
    options="id name reliability url reliability_basis",
    is_dated=False,
    write=_write,
    names=lambda answers: str(answers["id"]),
)
