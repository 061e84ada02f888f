"""A form: its fields, the texts typed in them, and the call that it results in."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

import msgspec

from scenarios.errors import Keys, Problem, ScenError, folded
from scenarios.model import Analyst, Database, ScenarioId
from scenarios.model.tracker import Role
from scenarios.render.document import Document, Item, Items
from scenarios.serve.person import RoleLostError
from scenarios.storage.edits import ChangeRefused
from scenarios.storage.schema import schema_text
from scenarios.storage.yaml.reader import keys_at
from scenarios.workspace.input import typed_in
from scenarios.workspace.opened import OpenDatabase, StaleEdit
from scenarios.workspace.write_mode import AS_USUAL, WriteMode
from scenarios.workspace.writing import WriteResult, refuse_day

_UNNAMED = re.compile(r"[^A-Za-z0-9-]")
Kind = Literal[
    "line", "number", "text", "day", "choice", "radio", "check", "file", "hidden", "whole"
]


def slot(name: str) -> str:
    """The name of a field as an element may be called in a selector."""
    return _UNNAMED.sub("_", name)


class NamedField(msgspec.Struct, frozen=True, kw_only=True):
    name: str

    @property
    def slot(self) -> str:
        """The name in a selector."""
        return slot(self.name)


class Field(NamedField, frozen=True, kw_only=True):
    """A question: `options` are pairs of value and label, `known` earlier values.

    A field with `many` values is shown with room for one more. `value` is its initial text. The
    cursor is put where it `begins`.
    """

    label: str
    hint: str = ""
    kind: Kind = "line"
    options: tuple[tuple[str, str], ...] = ()
    known: tuple[tuple[str, str], ...] = ()
    needed: bool = False
    many: bool = False
    rows: int = 3
    value: str | tuple[str, ...] = ""
    begins: bool = False

    @property
    def given(self) -> list[str]:
        """The initial texts of the field."""
        return [self.value] if isinstance(self.value, str) and self.value else [*self.value]


class ChoiceCell(NamedField, frozen=True, kw_only=True):
    """A row of a matrix: a label, a text about it, and a choice.

    `ratio` names the field for a likelihood ratio, where one may be typed instead of a code.
    """

    label: str
    about: str = ""
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    value: str = ""
    ratio: str | None = None


class ChoiceRow(msgspec.Struct, frozen=True, kw_only=True):
    """Things that are rated together, such as the members of a set."""

    title: str
    cells: tuple[ChoiceCell, ...]
    folded: bool = False
    note: str = ""


class FieldGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Fields and rows under one heading; a folded one opens where something in it was typed.

    A group that `is_shut` stays folded even if it has initial values. `ways` are links elsewhere.
    """

    title: str
    parts: tuple[Field | ChoiceRow, ...]
    folded: bool = False
    note: str = ""
    is_shut: bool = False
    ways: tuple[tuple[str, str], ...] = ()


def labels(groups: Iterable[FieldGroup]) -> dict[str, str]:
    """Labels of the visible fields, by name."""
    parts = [field for group in groups for field in group.parts]
    cells = {
        cell.name: cell.about
        for field in parts
        if isinstance(field, ChoiceRow)
        for cell in field.cells
    }
    fields = (field for field in parts if isinstance(field, Field) and field.kind != "hidden")
    return cells | {field.name: field.label for field in fields}


T = TypeVar("T")
LONGEST = 10_000
"""The characters of the longest text that the schemas allow."""


class FormValues(msgspec.Struct, frozen=True):
    """Texts by the name of their field, as they were typed: a browser sends CRLF for a line end.

    Before a form `is_sent` they are what its address says.
    """

    texts: Mapping[str, tuple[str, ...]] = {}
    is_sent: bool = False

    def first(self, name: str) -> str:
        """The text of a field; '' if empty."""
        return next(iter(self.every(name)), "")

    def every(self, name: str) -> list[str]:
        """The texts of a field that may stand several times, without the empty ones."""
        texts = (text.replace("\r\n", "\n") for text in self.texts.get(name, ()))
        return [text for text in texts if text.strip()]

    def under(self, head: str) -> dict[str, str]:
        """The texts of the fields `head:NAME`, by that name, in the order of the form."""
        names = [name for name in self.texts if name.startswith(f"{head}:")]
        by_name = {name.removeprefix(f"{head}:"): self.first(name) for name in names}
        return {name: text for name, text in by_name.items() if text}

    def values(self, field: Field) -> list[str]:
        """The text of a field: as typed there, else as the form gives it."""
        if field.name in self.texts or (self.is_sent and field.kind in ("check", "radio")):
            return self.every(field.name)
        return field.given

    def choice(self, cell: ChoiceCell) -> tuple[str, str]:
        """The code that is chosen in a cell, and the ratio that is typed there."""
        ratio = self.first(cell.ratio or "")
        if cell.name in self.texts:
            return self.first(cell.name), ratio
        is_code = not cell.ratio or cell.value in dict(cell.options)
        return (cell.value, ratio) if is_code else ("", ratio or cell.value)

    def fills(self, group: FieldGroup, faults: Mapping[str, Sequence[str]]) -> bool:
        """True if something stands in a group, or is wrong there.

        For a group that `is_shut` only what differs from the initial values.
        """
        for field in group.parts:
            if isinstance(field, Field):
                before = [*filter(str.strip, field.given)] if group.is_shut else []
                if self.values(field) != before or faults.get(field.name):
                    return True
            elif self.fills_row(field, faults):
                return True
        return False

    def fills_row(self, row: ChoiceRow, faults: Mapping[str, Sequence[str]]) -> bool:
        """True if something is chosen in a row, or is wrong there."""
        return any(any(self.choice(cell)) or faults.get(cell.name) for cell in row.cells)


def typed(pairs: Iterable[tuple[str, str]], *, is_sent: bool) -> FormValues:
    """The texts of a form as it was sent, or of its address."""
    texts: dict[str, tuple[str, ...]] = {}
    for name, text in pairs:
        texts[name] = (*texts.get(name, ()), text)
    return FormValues(texts, is_sent)


class ParsedForm:
    """The values of a form, with the faults by field; what is `missing` is no fault yet.

    With a `stand_in` for a text that is missing the rest can be tried all the same.
    """

    def __init__(self, typed: FormValues) -> None:
        self.typed = typed
        self.faults: dict[str, list[str]] = {}
        self.missing: list[str] = []

    @property
    def is_sound(self) -> bool:
        """True if no field has a fault."""
        return not self.faults

    def fault(self, field: str, words: str) -> None:
        """Note a fault of a field; '' is the form as a whole."""
        if words not in self.faults.setdefault(field, []):
            self.faults[field].append(words)

    def refuse_long(self) -> None:
        """Refuse texts longer than any of a record, whose layout would take seconds."""
        for field in self.typed.texts:
            number = max(map(len, self.typed.every(field)), default=0)
            if number > LONGEST:
                self.fault(field, f"has {number} characters; at most {LONGEST} are allowed")

    def text(self, field: str) -> str | None:
        """A text as it was typed; None where there is none."""
        return self.typed.first(field) or None

    def wanted(self, field: str, parse: Callable[[str], T]) -> T | None:
        """The value of a field that may be left empty."""
        text = self.typed.first(field).strip()
        return next(self._read(field, text, parse), None) if text else None

    def needed(self, field: str, parse: Callable[[str], T], stand_in: T) -> T:
        """The value of a required field; the stand-in if it is missing or wrong."""
        text = self.typed.first(field)
        if not text.strip():
            self.missing.append(field)
            return stand_in
        return next(self._read(field, text, parse), stand_in)

    def several(self, field: str, parse: Callable[[str], T]) -> list[T]:
        """The values of a field that may stand several times."""
        texts = (text.strip() for text in self.typed.every(field))
        return [value for text in texts for value in self._read(field, text, parse)]

    def under(self, head: str, parse: Callable[[str, str], T]) -> dict[str, T]:
        """The values of the fields `head:NAME`, by that name; `parse` is given the name too."""
        return {
            name: value
            for name, text in self.typed.under(head).items()
            for value in self._read(f"{head}:{name}", text.strip(), partial(parse, name))
        }

    def _read(self, field: str, text: str, parse: Callable[[str], T]) -> Iterator[T]:
        try:
            yield parse(text)
        except ScenError as error:
            self.fault(field, str(error))


class FormContext(NamedTuple):
    """The state that a form was opened on; figures of `hidden` scenarios are not shown.

    `sent` is the path of the uploaded file. A change is written in the `mode`; `is_late` is true of
    a question on which a figure would follow those of the others; `others` edit the same record.
    While it `is_blind` the figures of others are hidden.
    """

    root: Path
    opened: OpenDatabase
    today: date
    analyst: Analyst | None = None
    hidden: Collection[ScenarioId] = ()
    sent: Path | None = None
    mode: WriteMode = AS_USUAL
    is_late: Callable[[ScenarioId], bool] = lambda _: False
    others: Sequence[str] = ()
    is_blind: bool = False

    @property
    def database(self) -> Database:
        """The sound records."""
        return self.opened.database


WorkspaceCall = Callable[[WriteMode], WriteResult]
"""A function of the workspace with all its arguments but the mode: it writes, or only tries."""


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of a form, and the functions for their values.

    `draft` reads the answers and returns the call that records them, or None if they are too few.
    `field_of` names the field for a key of the written file. `rests_on` is the file that the form
    was filled from, which must not change meanwhile. A form that `is_text` has the file itself: its
    faults have a line and a column. `doubts` must be confirmed before it is saved. Whoever fills it
    in has at least the `role`.
    """

    name: str
    title: str
    save: str
    lead: str = ""
    groups: Callable[[FormContext, FormValues], Sequence[FieldGroup]]
    draft: Callable[[FormContext, ParsedForm], WorkspaceCall | None]
    report: Callable[[FormContext, WriteResult, FormValues], Document] = lambda *_: ()
    field_of: Callable[[Keys], str] = lambda keys: str(keys[0]) if keys else ""
    rests_on: Callable[[FormContext, FormValues], str | None] = lambda *_: None
    is_text: bool = False
    doubts: Callable[[FormContext, FormValues], Sequence[str]] = lambda *_: ()
    role: Role = "editor"


class FormResult(msgspec.Struct, frozen=True, kw_only=True):
    """Result of a form: faults by field, missing fields, and the change that is written.

    `changed` is the file that changed since the form was rendered; `problems` are those of a text.
    """

    faults: dict[str, list[str]] = {}
    missing: list[str] = []
    written: WriteResult | None = None
    changed: str | None = None
    problems: Sequence[Problem] = ()
    doubts: Sequence[str] = ()
    is_forbidden: bool = False


SURE = "sure"
"""The field that confirms a doubtful value."""
SWITCHES = FieldGroup(
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


AS_DATED = msgspec.structs.replace(SWITCHES, parts=SWITCHES.parts[:1])
"""The switches where each change is committed."""


def latest(by: FormContext, typed: FormValues) -> date | None:
    """The last day that a record may have."""
    return None if typed.first("future") else by.today


def until(what: str, by: FormContext, last: date | None) -> Callable[[str], date]:
    """Reads a day, and refuses future days."""

    def parse(text: str) -> date:
        day = typed_in.day(text, lambda: by.today)
        refuse_day(what, day, last)
        return day

    return parse


def listed(lines: Sequence[str]) -> Document:
    """A list of lines; empty without any."""
    return (Items(tuple(map(Item, lines))),) if lines else ()


def seen(typed: FormValues) -> dict[str, str]:
    """The files that the form was filled from, by their digest then."""
    path, _, digest = (typed.every("seen") or [""])[-1].rpartition(" ")
    return {path: digest} if path else {}


def as_seen(form: Form, by: FormContext, typed: FormValues) -> str:
    """The file that the form was filled from, with its digest, as its hidden field has it."""
    path = form.rests_on(by, typed)
    return f"{path} {by.opened.digest(path)}" if path else ""


def version(kind: str) -> str:
    """Digest by which a form of another schema is recognized."""
    schemas = (schema_text(kind) for kind in ("scenario", "evidence", "forecasts", "source"))
    return sha256(b"".join([kind.encode(), *schemas])).hexdigest()[:12]


def attempt(form: Form, by: FormContext, typed: FormValues, *, writes: bool) -> FormResult:
    """Try or record a form; nothing is written if anything is missing or wrong."""
    reading = ParsedForm(typed)
    if not form.is_text:
        reading.refuse_long()
    call = form.draft(by, reading) if reading.is_sound else None
    missing = list(dict.fromkeys(reading.missing))
    doubts = form.doubts(by, typed) if reading.is_sound else ()
    if writes and doubts and not typed.first(SURE):
        reading.fault("", "tick “Record it anyway” to save")
    stops = not reading.is_sound or (writes and missing)
    if call is None or stops:
        return FormResult(faults=reading.faults, missing=missing, doubts=doubts)
    try:
        mode = by.mode._replace(
            dry_run=not writes,
            commit=(writes and by.mode.commit) or bool(typed.first("commit")),
            latest=latest(by, typed),
            seen=seen(typed),
            read=by.mode.read or by.opened,
        )
        written = call(mode)
    except ChangeRefused as error:
        if form.is_text:
            return FormResult(problems=folded(error.problems))
        _attach_problems(form, reading, error)
        return FormResult(faults=reading.faults, missing=missing)
    except StaleEdit as error:
        return FormResult(faults={"": [_message(error)]}, missing=missing, changed=error.path)
    except ScenError as error:
        if reading.is_sound:  # else the call has put it at its field
            reading.fault("", _message(error))
        is_forbidden = isinstance(error, RoleLostError)
        return FormResult(faults=reading.faults, missing=missing, is_forbidden=is_forbidden)
    return FormResult(missing=missing, written=written, doubts=doubts)


def _message(error: ScenError) -> str:
    return "; ".join([*getattr(error, "__notes__", ()), str(error)])


def _attach_problems(form: Form, reading: ParsedForm, error: ChangeRefused) -> None:
    """Put each problem at its field; those without a field, with their place, at the form."""
    new = {draft.path: draft.new for draft in error.drafts if draft.new is not None}
    for problem in error.problems:
        hint = f" ({problem.hint})" if problem.hint else ""
        if problem.path not in new:
            reading.fault("", str(problem))
            continue
        keys = keys_at(new[problem.path], problem.line, problem.column)
        reading.fault(form.field_of(keys), f"{problem.message}{hint}")
