"""The file of a record itself, as text."""

from __future__ import annotations

from scenarios.render.document import Document
from scenarios.serve.forms.fields import Field, Group
from scenarios.serve.forms.foretold import foretold
from scenarios.serve.forms.form import SWITCHES, Call, Form, latest, seen
from scenarios.serve.forms.known_records import asked_for, found
from scenarios.serve.forms.recorder import Recorder
from scenarios.serve.forms.typed import Reading, Typed
from scenarios.workspace.corrections import editing
from scenarios.workspace.opened import Changed, from_here
from scenarios.workspace.writing import Written


def _groups(by: Recorder, typed: Typed) -> tuple[Group, ...]:
    located = found(by, typed)
    if located is None:
        return (Group(title="", parts=(asked_for(by, typed),)),)
    data = by.opened.snapshot[located.path]
    try:
        text = data.decode().replace("\r\n", "\n")
    except UnicodeDecodeError:
        return (Group(title="", note=f"{located.path} is not UTF-8: mend it elsewhere.", parts=()),)
    lines = min(max(text.count("\n") + 2, 12), 40)
    whole = Field(name="text", label=located.path, kind="whole", rows=lines, value=text)
    hidden = Field(name="id", label="", kind="hidden", value=typed.one("id"))
    return (Group(title="", parts=(hidden, whole)), SWITCHES)


def _draft(by: Recorder, reading: Reading) -> Call | None:
    typed, id = reading.typed, reading.typed.one("id").strip()
    located = found(by, typed)
    if located is None or not typed.one("text"):
        reading.missing.append("text" if located else "id")
        return None
    old = by.opened.snapshot[located.path]
    text = typed.one("text").replace("\n", "\r\n" if b"\r\n" in old else "\n")

    def call(*, dry_run: bool, commit: bool) -> Written:
        if seen(typed).get(located.path) != by.opened.digest(located.path):
            raise Changed(located.path, from_here(by.root / located.path))
        how = {"dry_run": dry_run, "commit": commit, "latest": latest(by, typed)}
        return editing.replace(by.root, id, old, text.encode(), **how)[0]  # type: ignore[arg-type]

    return call


def _told(by: Recorder, written: Written, _typed: Typed) -> Document:
    return foretold(by, written)


def _rests_on(by: Recorder, typed: Typed) -> str | None:
    located = found(by, typed)
    return located.path if located else None


FORM = Form(
    name="file",
    title="The file itself",
    save="Save it",
    lead="The record as it is written, in YAML; it is saved when it has no fault that it had not.",
    groups=_groups,
    draft=_draft,
    told=_told,
    rests_on=_rests_on,
    is_text=True,
)
