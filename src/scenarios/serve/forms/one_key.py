"""One key of a record, with every other byte of its file kept."""

from __future__ import annotations

from typing import Literal, cast

from scenarios.errors import Keys
from scenarios.model import Indicator, keys
from scenarios.paths import MODELS
from scenarios.render.document import Document
from scenarios.serve.forms.fields import Field, Group
from scenarios.serve.forms.foretold import foretold
from scenarios.serve.forms.form import SWITCHES, Call, Form, latest, seen
from scenarios.serve.forms.known_records import asked_for, found
from scenarios.serve.forms.recorder import Recorder
from scenarios.serve.forms.typed import Reading, Typed
from scenarios.workspace.corrections import editing
from scenarios.workspace.corrections.editing import KeyChange
from scenarios.workspace.writing import Written

_HOW = (("put", "set it"), ("append", "add one to it"), ("unset", "take it out"))
_How = Literal["put", "append", "unset"]


def _groups(by: Recorder, typed: Typed) -> tuple[Group, ...]:
    located = found(by, typed)
    model = MODELS[located.kind if located else "scenario"]
    if located and located.indicator:
        model = Indicator
    return (
        Group(
            title="",
            parts=(
                asked_for(by, typed),
                Field(
                    name="key",
                    label="Which key",
                    hint="With dots: prior.probability, ratings.military-pact.",
                    needed=True,
                    known=tuple((key, "") for key in keys(model)),
                ),
                Field(name="how", label="What to do", kind="radio", options=_HOW, value="put"),
                Field(name="value", label="The value", kind="text", rows=2),
            ),
        ),
        SWITCHES,
    )


def _draft(by: Recorder, reading: Reading) -> Call | None:
    typed = reading.typed
    id = reading.needed("id", str.strip, "")
    key = reading.needed("key", str.strip, "")
    how = typed.one("how") or "put"
    if how not in dict(_HOW):
        reading.fault("how", "set it, add one to it or take it out")
    if reading.missing or not reading.is_sound:
        return None
    change = KeyChange(key, cast("_How", how), "" if how == "unset" else typed.one("value"))

    def call(*, dry_run: bool, commit: bool) -> Written:
        last, files = latest(by, typed), seen(typed)
        return editing.edit(
            by.root, id, [change], dry_run=dry_run, commit=commit, latest=last, seen=files
        )[0]

    return call


def _told(by: Recorder, written: Written, _typed: Typed) -> Document:
    return foretold(by, written)


def _field_of(keys: Keys) -> str:
    return "value" if keys else ""


def _rests_on(by: Recorder, typed: Typed) -> str | None:
    located = found(by, typed)
    return located.path if located else None


FORM = Form(
    name="edit",
    title="Change a key",
    save="Change it",
    lead="Any key of any record; all else in its file stays as it is.",
    groups=_groups,
    draft=_draft,
    told=_told,
    field_of=_field_of,
    rests_on=_rests_on,
)
