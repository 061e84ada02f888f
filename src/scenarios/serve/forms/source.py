"""A source, and how reliable it is."""

from __future__ import annotations

from functools import partial

from scenarios.scales import RELIABILITY
from scenarios.serve.forms.fields import Field, Group
from scenarios.serve.forms.form import SWITCHES, Call, Form
from scenarios.serve.forms.recorder import Recorder
from scenarios.serve.forms.typed import Reading, Typed
from scenarios.workspace.input import typed_in
from scenarios.workspace.recording import add_source

_LETTERS = tuple((letter, f"{letter} {words}") for letter, words in RELIABILITY.items())


def _groups(_by: Recorder, _typed: Typed) -> tuple[Group, ...]:
    return (
        Group(
            title="",
            parts=(
                Field(name="id", label="Its id", hint="Like trt-world.", needed=True, begins=True),
                Field(name="name", label="Its name in full", needed=True),
                Field(
                    name="reliability",
                    label="Its reliability",
                    kind="radio",
                    options=_LETTERS,
                    needed=True,
                ),
                Field(name="reliability_basis", label="Why that letter", kind="text"),
                Field(name="url", label="Its address"),
            ),
        ),
        SWITCHES,
    )


def _draft(by: Recorder, reading: Reading) -> Call | None:
    def free(text: str) -> str:
        by.opened.refuse_taken("source", text, by.database.sources, "nothing was written")
        return typed_in.id(text)

    id = reading.needed("id", free, "")
    record = {
        "name": reading.needed("name", typed_in.line, ""),
        "reliability": reading.needed("reliability", typed_in.letter, ""),
        "reliability_basis": reading.text("reliability_basis"),
        "url": reading.wanted("url", typed_in.url),
    }
    return None if reading.missing else partial(add_source, by.root, id, record)


FORM = Form(
    name="source",
    title="Register a source",
    save="Register it",
    lead="Who says so, and how reliable they are.",
    groups=_groups,
    draft=_draft,
)
