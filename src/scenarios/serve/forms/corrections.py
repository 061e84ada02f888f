"""A record that is corrected: key by key, or its whole file as text."""

from __future__ import annotations

from urllib.parse import quote

from scenarios.errors import ScenError
from scenarios.render.document import Document
from scenarios.serve.forms import keys
from scenarios.serve.forms.form import (
    SWITCHES,
    Call,
    Field,
    FieldGroup,
    Form,
    Reading,
    Recorder,
    Typed,
    listed,
    seen,
)
from scenarios.text import shown
from scenarios.workspace.corrections import editing
from scenarios.workspace.corrections.renaming import Located, locate
from scenarios.workspace.how import How
from scenarios.workspace.input.offers import newest, titled
from scenarios.workspace.opened import Changed, from_here
from scenarios.workspace.results import foretold_lines
from scenarios.workspace.writing import Written


def _key_groups(by: Recorder, typed: Typed) -> tuple[FieldGroup, ...]:
    located = located_record(by, typed)
    if located is None:
        return (FieldGroup(title="", parts=(asked_for(by, typed),)),)
    id = typed.first("id")
    hidden = Field(name="id", label="", kind="hidden", value=id)
    file = ((f"/record/file/?id={quote(id)}", "The file itself"),)
    return (
        FieldGroup(title="", note=located.path, parts=(hidden,), ways=file),
        *keys.groups(located, by),
        SWITCHES,
    )


def _key_draft(by: Recorder, reading: Reading) -> Call | None:
    id = reading.needed("id", str.strip, "")
    located = located_record(by, reading.typed)
    if located is None:
        if id:
            reading.fault("id", f"no record {shown(id)} that can be edited now")
        return None
    changes = keys.changes(located, reading)
    if reading.missing or not reading.is_sound:
        return None

    def call(*, how: How) -> Written:
        return editing.edit(by.root, id, changes, how, seen=seen(reading.typed))[0]

    return call


def _report(by: Recorder, written: Written, _typed: Typed) -> Document:
    return listed(foretold_lines(written, by.today))


def _rests_on(by: Recorder, typed: Typed) -> str | None:
    located = located_record(by, typed)
    return located.path if located else None


EVERY_KEY = Form(
    name="edit",
    title="Edit a record",
    save="Change it",
    lead="Each key with its field; what is not changed here stays as it is in the file.",
    groups=_key_groups,
    draft=_key_draft,
    report=_report,
    field_of=lambda keys: f"key:{'.'.join(key for key in keys if isinstance(key, str))}",
    rests_on=_rests_on,
)


def _file_groups(by: Recorder, typed: Typed) -> tuple[FieldGroup, ...]:
    located = located_record(by, typed)
    if located is None:
        return (FieldGroup(title="", parts=(asked_for(by, typed),)),)
    data = by.opened.snapshot[located.path]
    try:
        text = data.decode().replace("\r\n", "\n")
    except UnicodeDecodeError:
        return (
            FieldGroup(title="", note=f"{located.path} is not UTF-8: mend it elsewhere.", parts=()),
        )
    lines = min(max(text.count("\n") + 2, 12), 40)
    whole = Field(name="text", label=located.path, kind="whole", rows=lines, value=text)
    hidden = Field(name="id", label="", kind="hidden", value=typed.first("id"))
    return (FieldGroup(title="", parts=(hidden, whole)), SWITCHES)


def _file_draft(by: Recorder, reading: Reading) -> Call | None:
    typed, id = reading.typed, reading.typed.first("id").strip()
    located = located_record(by, typed)
    if located is None or not typed.first("text"):
        reading.missing.append("text" if located else "id")
        return None
    old = by.opened.snapshot[located.path]
    text = typed.first("text").replace("\n", "\r\n" if b"\r\n" in old else "\n")

    def call(*, how: How) -> Written:
        if seen(typed).get(located.path) != by.opened.digest(located.path):
            raise Changed(located.path, from_here(by.root / located.path))
        return editing.replace(by.root, id, old, text.encode(), how)[0]

    return call


WHOLE_FILE = Form(
    name="file",
    title="The file itself",
    save="Save it",
    lead="The record as it is written, in YAML; it is saved when it has no fault that it had not.",
    groups=_file_groups,
    draft=_file_draft,
    report=_report,
    rests_on=_rests_on,
    is_text=True,
)


_NEWEST = 200
_DATE = len("2022-02-07-")


def asked_for(by: Recorder, typed: Typed) -> Field:
    """The question for the record."""
    database = by.database
    known = [("tracker", "Tracker settings")]
    known += [*titled(database.scenarios), *titled(database.sources), *newest(database.evidence)]
    known += [(id, "A sheet") for id in sorted(database.sheets, reverse=True)[:_NEWEST]]
    return Field(
        name="id",
        label="Record",
        hint="Id of the record; for an indicator SCENARIO/INDICATOR.",
        needed=True,
        known=tuple(known),
        value=typed.first("id"),
    )


def located_record(by: Recorder, typed: Typed) -> Located | None:
    """The record that is meant; None where there is none such, or it must not be seen yet."""
    try:
        located = locate(by.opened, typed.first("id").strip())
    except ScenError:
        return None
    is_sheet = located.kind == "forecasts"
    is_others = is_sheet and located.id[_DATE:] != by.analyst
    return None if by.hidden and is_others else located
