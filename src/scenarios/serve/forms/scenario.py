"""A scenario: a question with criteria, a horizon and a prior."""

from __future__ import annotations

from functools import partial
from typing import Any

from scenarios.errors import Keys
from scenarios.serve.forms.fields import Field, Group
from scenarios.serve.forms.form import SWITCHES, Call, Form, latest, until
from scenarios.serve.forms.recorder import Recorder
from scenarios.serve.forms.typed import Reading, Typed
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.help import HELP
from scenarios.workspace.input.offers import HAZARDS, tags
from scenarios.workspace.recording import new_scenario


def _groups(by: Recorder, _typed: Typed) -> tuple[Group, ...]:
    database = by.database
    sets = tuple(database.tracker.sets.items())
    hazards = tuple((word, f"{word}: {about}") for word, about in HAZARDS)
    others = (("", "none"), *((id, one.title) for id, one in database.scenarios.items()))
    return (
        Group(
            title="The question",
            parts=(
                Field(
                    name="id", label="Its id", hint="Like military-pact.", needed=True, begins=True
                ),
                Field(name="title", label="Its title, a few words", needed=True),
                Field(
                    name="question",
                    label="The question that will be decided",
                    kind="text",
                    hint=HELP["--question"],
                    needed=True,
                ),
                Field(
                    name="criteria",
                    label="How it will be decided",
                    kind="text",
                    rows=5,
                    hint=HELP["--criteria"],
                    needed=True,
                ),
                Field(name="horizon", label="Its last day", kind="day", needed=True),
            ),
        ),
        Group(
            title="The prior",
            parts=(
                Field(
                    name="prior",
                    label="The probability before the evidence",
                    hint=HELP["--prior"],
                    needed=True,
                ),
                Field(
                    name="basis",
                    label="The base rate behind it",
                    kind="text",
                    needed=True,
                ),
            ),
        ),
        Group(
            title="More",
            folded=True,
            parts=(
                Field(
                    name="set",
                    label="Its set",
                    kind="choice",
                    hint=HELP["--set"],
                    options=(("", "none"), *((id, f"{title} ({id})") for id, title in sets)),
                ),
                Field(
                    name="hazard",
                    label="Its hazard",
                    kind="choice",
                    hint=HELP["--hazard"],
                    options=(("", "none"), *hazards),
                ),
                Field(name="given", label="Its prior hangs on", kind="choice", options=others),
                Field(name="given:occurred", label="Its prior if that one occurs"),
                Field(name="given:did-not-occur", label="Its prior if that one does not"),
                Field(name="tags", label="Tags", many=True, known=tuple(tags(database))),
                Field(name="opened", label="First asked on", kind="day", hint="Today if empty."),
            ),
        ),
        SWITCHES,
    )


def _draft(by: Recorder, reading: Reading) -> Call | None:
    last = latest(by, reading.typed)

    def free(text: str) -> str:
        id = typed_in.id(text)
        by.opened.refuse_taken("scenario", id, by.database.scenarios, "nothing was written")
        return id

    id = reading.needed("id", free, "")
    opened = reading.wanted("opened", until("opened", by, last)) or by.today
    record: dict[str, Any] = {
        "title": reading.needed("title", typed_in.line, ""),
        "question": reading.needed("question", str, ""),
        "resolution_criteria": reading.needed("criteria", str, ""),
        "opened": opened.isoformat(),
        "horizon": reading.needed(
            "horizon", lambda it: typed_in.day(it, lambda: by.today), by.today
        ),
        "set": reading.text("set"),
        "tags": reading.typed.every("tags"),
        "prior": {
            "probability": reading.needed("prior", typed_in.chance, 0.5),
            "basis": reading.needed("basis", str, ""),
            "hazard": reading.text("hazard"),
            "given": _given(reading),
        },
    }
    record["horizon"] = record["horizon"].isoformat()
    return None if reading.missing else partial(new_scenario, by.root, id, record)


def _given(reading: Reading) -> dict[str, dict[str, float]] | None:
    other = reading.text("given")
    if other is None:
        return None
    outcomes = ("occurred", "did-not-occur")
    return {other: {it: reading.needed(f"given:{it}", typed_in.chance, 0.5) for it in outcomes}}


def _field_of(keys: Keys) -> str:
    if not keys:
        return ""
    if keys[0] == "prior" and len(keys) > 1:
        return "prior" if keys[1] == "probability" else str(keys[1])
    return "criteria" if keys[0] == "resolution_criteria" else str(keys[0])


FORM = Form(
    name="scenario",
    title="Open a scenario",
    save="Open it",
    lead="A question with criteria, a horizon and a prior.",
    groups=_groups,
    draft=_draft,
    field_of=_field_of,
)
