"""A recording task: its questions, and the call that records the answers."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from scenarios.analysis.changes import records as records_of
from scenarios.analysis.evidence.knowledge import criteria_text, resolution
from scenarios.errors import Keys
from scenarios.model import Database, Scenario
from scenarios.storage.edits import FileChange, new_file
from scenarios.workspace.how import AS_USUAL, WriteMode
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.offers import HELP, Offer, analysts, titled
from scenarios.workspace.opened import OpenDatabase, known_id
from scenarios.workspace.writing import WriteResult, write

Answers = dict[str, Any]


class AnswerContext(NamedTuple):
    """Context in which an answer is read: a day, the database where it is open, earlier answers.

    Days may not be after `latest`, if given.
    """

    today: date
    opened: OpenDatabase | None
    answers: Answers
    latest: date | None = None


Read = Callable[[str, AnswerContext], Any]
Records = Callable[[Database, Answers], Mapping[str, Any]]
Kind = Literal[
    "line",
    "text",
    "day",
    "choice",
    "radio",
    "file",
    "ratings",
    "given",
    "across",
    "states",
    "new_source",
]


def as_(parse: Callable[[str], Any]) -> Read:
    """Read an answer by its text alone."""
    return lambda text, _: parse(text)


TEXT = as_(str)
LINE = as_(typed_in.line)
CHANCE = as_(typed_in.chance)


def day(text: str, at: AnswerContext) -> date:
    """Reads a day."""
    return typed_in.day(text, lambda: at.today)


def free(kind: Literal["scenario", "source"]) -> Read:
    """Read the id of a new record."""

    def read(text: str, at: AnswerContext) -> str:
        id = typed_in.id(text)
        if at.opened:
            _refuse_taken(at.opened, kind, id)
        return id

    return read


def new_record(
    kind: Literal["scenario", "source"],
    root: Path,
    id: str,
    record: Mapping[str, Any],
    how: WriteMode = AS_USUAL,
) -> WriteResult:
    """Write a new record of a kind."""

    def draft(opened: OpenDatabase) -> list[FileChange]:
        _refuse_taken(opened, kind, id)
        return [new_file(kind, id, record)]

    command = "new" if kind == "scenario" else f"add-{kind}"
    return write(root, draft, f"{command} {id}", how, subject=f"{kind}: {id}", edits=False)


def _refuse_taken(opened: OpenDatabase, kind: Literal["scenario", "source"], id: str) -> None:
    opened.refuse_taken(kind, id, records_of(opened.database, kind), "nothing was written")


def known_scenario(text: str, at: AnswerContext) -> str:
    """Read the id of an existing scenario."""
    return at.opened.scenario(text) if at.opened else text


def known_item(text: str, at: AnswerContext) -> str:
    """Read the id of an existing item."""
    return at.opened.evidence(text) if at.opened else text


def live(database: Database, _answers: Answers) -> dict[str, Scenario]:
    """The scenarios without an outcome, their own or through a rival."""
    return {id: s for id, s in database.scenarios.items() if not resolution(database, id)}


def asked(scenario: Scenario) -> str:
    """The question of a scenario, and what decides it."""
    return f"{scenario.question}\n{criteria_text(scenario)}"


class Question(msgspec.Struct, frozen=True):
    """A question: its key, its option (an argument in capitals), and the function for an answer.

    A terminal asks `question`, if any, when `when` is true; a form has `label`, with `hint`. `help`
    is that of the option. An id is looked up in `records`; a form shows the record's `note`, and a
    terminal does if an answer to one of the keys `note_unless` is missing. `offers` can be typed, a
    form has `choices` instead. An optional text with `is_value` is read before it is written.
    `needs` makes an answer required by earlier answers. `default` replaces a missing answer, and is
    offered if one is required; with `is_shown` the final preview has it. A day with `is_ahead` may
    be after today. If an `is_wanted` answer is missing, the others are asked for too. A form puts
    the cursor where it `begins`; with a `stand_in` for a missing answer the rest is tried.
    """

    key: str
    question: str = ""
    help: str = ""
    read: Read = TEXT
    kind: Kind = "line"
    option: str = ""
    label: str = ""
    hint: str | None = None
    metavar: str | None = None
    is_needed: bool = False
    is_wanted: bool = False
    is_many: bool = False
    is_value: bool = False
    is_ahead: bool = False
    when: Callable[[Database, Answers], object] = lambda *_: True
    needs: Callable[[Answers], object] = lambda _: False
    lead: str = ""
    records: Records | None = None
    note: Callable[[Any], str] = lambda _: ""
    note_unless: str = ""
    offers: Callable[[Database], Sequence[Offer]] = lambda _: ()
    choices: Callable[[Database], Sequence[Offer]] | None = None
    default: Callable[[AnswerContext], Any] | None = None
    is_shown: bool = False
    rows: int = 3
    stand_in: Any = None
    begins: bool = False

    def __post_init__(self) -> None:
        """Derive the option from the key, and the hint from the option, by default."""
        option = self.option or f"--{self.key.replace('_', '-')}"
        force = msgspec.structs.force_setattr
        force(self, "option", option)
        if self.hint is None:
            force(self, "hint", HELP.get(option, ""))

    @property
    def name(self) -> str:
        """The label of a field, and the words for the option."""
        return self.label or self.question


_LONG = 60
"""Letters from which on a title or a summary is too long for a headline."""


def short(of: str, question: str, hint: str) -> Question:
    """The short form of a title or a summary, asked for where that is long."""
    return Question(
        "short",
        question,
        hint,
        LINE,
        label="In short",
        hint=hint,
        when=lambda _, answers: len(answers.get(of) or "") > _LONG,
    )


PROSE = partial(Question, kind="text", is_needed=True)
"""A required text of any length."""


def which_scenario(
    question: str,
    records: Records = lambda database, _: database.scenarios,
    *,
    label: str = "",
    **more: Any,
) -> Question:
    """The id of an existing scenario; a form offers them by their titles."""
    asks = partial(
        Question, "scenario", question, read=known_scenario, option="SCENARIO", label=label
    )
    return asks(kind="choice", is_needed=True, records=records, **more)


def which_item(records: Records) -> Question:
    """The id of an existing item."""
    asks = partial(Question, "evidence", "Id of the item", read=known_item, option="EVIDENCE")
    summary = attrgetter("summary")
    return asks(label="The item", is_needed=True, records=records, note=summary)


INDICATORS = Question(
    "indicators",
    "",
    "Indicator that this item shows: observed, emerging or reversed.",
    kind="states",
    option="--indicator",
    metavar="SCENARIO/INDICATOR=STATE",
    is_many=True,
)


def items(
    question: str,
    label: str,
    hint: str,
    records: Records = lambda database, _: database.evidence,
    *,
    key: str = "evidence",
    help: str = "Repeatable.",
) -> Question:
    """The ids of any number of items."""
    asks = partial(Question, key, question, help, known_item, label=label, hint=hint)
    return asks(metavar="ID", is_many=True, records=records)


def new_id(of: str, example: str, read: Read) -> Question:
    """The id of a new record."""
    like = f"Like {example}."
    asked = partial(Question, "id", f"The {of}'s id, like {example}", like, read, option="ID")
    return asked(label="Its id", hint=like, is_needed=True, begins=True)


def since_today(key: str, label: str, help: str = "") -> Question:
    """A day, by default today."""
    asked = partial(
        Question,
        key,
        "",
        help or f"{label} [today].",
        kind="day",
        label=label,
        hint="Today if empty.",
    )
    return asked(default=lambda at: at.today, is_shown=True)


DATE = since_today("date", "Of which day", "[today]")


ANALYST = Question(
    "analyst",
    "Who forecasts (or set SCEN_ANALYST)",
    "Who makes the judgement.",
    as_(typed_in.id),
    label="Who forecasts",
    hint="Choose who you are, and this is not asked again.",
    is_needed=True,
    offers=analysts,
)


def _theme(text: str, at: AnswerContext) -> str:
    """Read a theme that the tracker declares."""
    known = at.opened.database.tracker.themes if at.opened else (text,)
    return known_id(text, known, "theme", "tracker.yaml")


THEME = Question(
    "theme",
    "Theme",
    "Theme, as declared in tracker.yaml.",
    _theme,
    "choice",
    metavar="ID",
    when=lambda database, _: database.tracker.themes,
    offers=lambda database: titled(database.tracker.themes),
    choices=lambda database: [*database.tracker.themes.items()],
)


def item_field(keys: Keys) -> str:
    """The field for a key of an item or an indicator."""
    if not keys:
        return ""
    if keys[0] in ("ratings", "indicators") and len(keys) > 1:
        return f"{'rate' if keys[0] == 'ratings' else 'fires'}:{keys[1]}"
    return "grade" if keys[0] in ("reliability", "credibility") else str(keys[0])


def worded(offers: Sequence[Offer]) -> Callable[[Database], Sequence[Offer]]:
    """Words with their meanings, as a form has them: `occurred: by the criteria, …`."""
    return lambda _: [(word, f"{word}: {about}") for word, about in offers]


class FormSection(msgspec.Struct, frozen=True):
    """Questions under one heading of a form, by their keys."""

    title: str
    keys: str
    folded: bool = False
    note: str = ""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A recording task.

    `options` are keys in the order of the command's help, if that differs from `asks`. `write`
    takes the folder, the answers by key and a `WriteMode`. `names` gives the id of the written
    record, `remark` a line beside it, `doubt` a warning to confirm first. `field_of` is the field
    of a form for a key of the file.
    """

    name: str
    title: str
    save: str
    lead: str
    help: str
    asks: tuple[Question, ...]
    groups: tuple[FormSection, ...]
    write: Callable[..., WriteResult]
    names: Callable[[Answers], str]
    reports: Literal["record", "effects", "forecast", "correction"] = "record"
    remark: Callable[[WriteResult, Answers], str] = lambda *_: ""
    doubt: Callable[[WriteResult, Answers], str | None] = lambda *_: None
    options: str = ""
    is_dated: bool = True
    field_of: Callable[[Keys], str] = lambda keys: str(keys[0]) if keys else ""

    @property
    def by_key(self) -> dict[str, Question]:
        """The questions by their keys."""
        return {ask.key: ask for ask in self.asks}
