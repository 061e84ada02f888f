"""A form: what it asks, the one call that it comes to, and what is told of that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from hashlib import sha256
from typing import Protocol

import msgspec

from scenarios.errors import Keys, Problem, ScenError, folded
from scenarios.render.document import Document
from scenarios.serve.forms.fields import Field, Group
from scenarios.serve.forms.recorder import Recorder
from scenarios.serve.forms.typed import Reading, Typed
from scenarios.storage.edits import Refused
from scenarios.storage.schema import schema_text
from scenarios.storage.yaml.reader import places, read
from scenarios.workspace.guards import refuse_day
from scenarios.workspace.how import How
from scenarios.workspace.input import typed_in
from scenarios.workspace.opened import Changed
from scenarios.workspace.writing import Written


class Call(Protocol):
    """A function of the workspace that has all but how it is to be done."""

    def __call__(self, *, how: How) -> Written:
        """Write, or only try."""


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, and what is done with the answers.

    `draft` reads the answers and returns the call that records them, or None where they say too
    little. `field_of` names the field for a key of the file that is written. `rests_on` is the
    file that the form was made of, which must not change meanwhile. A form that `is_text` has the
    file itself: its faults have a line and a column. Of what `doubts` tell somebody has to say that
    it is meant, before it is saved.
    """

    name: str
    title: str
    save: str
    lead: str = ""
    groups: Callable[[Recorder, Typed], Sequence[Group]]
    draft: Callable[[Recorder, Reading], Call | None]
    told: Callable[[Recorder, Written, Typed], Document] = lambda *_: ()
    field_of: Callable[[Keys], str] = lambda keys: str(keys[0]) if keys else ""
    rests_on: Callable[[Recorder, Typed], str | None] = lambda *_: None
    is_text: bool = False
    doubts: Callable[[Recorder, Typed], Sequence[str]] = lambda *_: ()


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: the faults by field, what is missing, and what was or would be written.

    `changed` is the file that is not as it was when the form was made; `problems` are those of a
    text.
    """

    faults: dict[str, list[str]] = {}
    missing: list[str] = []
    written: Written | None = None
    changed: str | None = None
    problems: Sequence[Problem] = ()
    doubts: Sequence[str] = ()


SURE = "sure"
"""The field by which somebody says that what is doubted is meant."""
SWITCHES = Group(
    title="",
    parts=(
        Field(name="future", label="Allow a date after today, for what is planned", kind="check"),
        Field(
            name="commit",
            label="Commit it to git",
            hint="Its own files alone, with its own message; nothing is ever pushed.",
            kind="check",
        ),
    ),
)


def latest(by: Recorder, typed: Typed) -> date | None:
    """The last day that a record may tell of."""
    return None if typed.one("future") else by.today


def until(what: str, by: Recorder, last: date | None) -> Callable[[str], date]:
    """Reads a day, and refuses one that is still to come."""

    def parse(text: str) -> date:
        day = typed_in.day(text, lambda: by.today)
        refuse_day(what, day, last)
        return day

    return parse


def seen(typed: Typed) -> dict[str, str]:
    """The files that the form was made of, by their digest then."""
    path, _, digest = (typed.every("seen") or [""])[-1].rpartition(" ")
    return {path: digest} if path else {}


def as_seen(form: Form, by: Recorder, typed: Typed) -> str:
    """What the form is made of now, as its hidden field has it."""
    path = form.rests_on(by, typed)
    return f"{path} {by.opened.digest(path)}" if path else ""


def version(kind: str) -> str:
    """By which a form of another schema is known."""
    schemas = (schema_text(one) for one in ("scenario", "evidence", "forecasts", "source"))
    return sha256(b"".join([kind.encode(), *schemas])).hexdigest()[:12]


def attempt(form: Form, by: Recorder, typed: Typed, *, writes: bool) -> Attempt:
    """Try what a form says, or do it: nothing is written where anything is missing or wrong."""
    reading = Reading(typed)
    if not form.is_text:
        reading.refuse_long()
    call = form.draft(by, reading) if reading.is_sound else None
    missing = list(dict.fromkeys(reading.missing))
    doubts = form.doubts(by, typed) if reading.is_sound else ()
    if writes and doubts and not typed.one(SURE):
        reading.fault("", "say first that it is meant")
    stops = not reading.is_sound or (writes and missing)
    if call is None or stops:
        return Attempt(faults=reading.faults, missing=missing, doubts=doubts)
    try:
        written = call(how=How(not writes, bool(typed.one("commit")), latest(by, typed)))
    except Refused as error:
        if form.is_text:
            return Attempt(problems=folded(error.problems))
        _place(form, reading, error)
        return Attempt(faults=reading.faults, missing=missing)
    except Changed as error:
        return Attempt(faults={"": [_told(error)]}, missing=missing, changed=error.path)
    except ScenError as error:
        if reading.is_sound:  # else the call has put it at its field
            reading.fault("", _told(error))
        return Attempt(faults=reading.faults, missing=missing)
    return Attempt(missing=missing, written=written, doubts=doubts)


def _told(error: ScenError) -> str:
    return "; ".join([*getattr(error, "__notes__", ()), str(error)])


def _place(form: Form, reading: Reading, error: Refused) -> None:
    """Each problem at its field; what no field is asked for, with its place, at the form."""
    new = {draft.path: draft.new for draft in error.drafts if draft.new is not None}
    for problem in error.problems:
        hint = f" ({problem.hint})" if problem.hint else ""
        if problem.path not in new:
            reading.fault("", str(problem))
            continue
        keys = keys_at(new[problem.path], problem.line, problem.column)
        reading.fault(form.field_of(keys), f"{problem.message}{hint}")


def keys_at(data: bytes, line: int, column: int) -> Keys:
    """The keys that lead to a place in a file; none where it is no YAML."""
    if read("", data)[1]:
        return ()
    for keys, place in reversed(places(data).items()):
        at_key = (place.key_line, place.key_column) == (line, column)
        if at_key or (place.value_line, place.value_column) == (line, column):
            return keys
    return ()
