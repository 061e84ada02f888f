"""A recording task: its questions, and the call that records the answers."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from scenarios.analysis.changes import records as records_of
from scenarios.analysis.evidence.knowledge import criteria_text, resolution
from scenarios.declarations import keys
from scenarios.errors import Keys
from scenarios.model import Database, Scenario
from scenarios.model.tracker import Role
from scenarios.paths import id_of
from scenarios.storage.edits import FileChange, new_file
from scenarios.text import slug
from scenarios.values import Record
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.offers import Offer, analysts
from scenarios.workspace.opened import OpenDatabase, known_id
from scenarios.workspace.write_mode import AS_USUAL, WriteMode
from scenarios.workspace.writing import WriteResult, write

Answers = dict[str, Any]


class AnswerContext(NamedTuple):
    """Context in which an answer is read: a day, the database where it is open, earlier answers.

    Days may not be after `latest`, if given. Who `is_blind` is shown no figure that was proposed.
    """

    today: date
    opened: OpenDatabase | None
    answers: Answers
    latest: date | None = None
    is_blind: bool = False


Read = Callable[[str, AnswerContext], Any]
Records = Callable[[Database, Answers], Mapping[str, Any]]
Default = Callable[[AnswerContext], Any]
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
    "quantity",
]


def as_(parse: Callable[[str], Any]) -> Read:
    """Read an answer by its text alone."""
    return lambda text, _: parse(text)


def day(text: str, context: AnswerContext) -> date:
    """Reads a day."""
    return typed_in.day(text, lambda: context.today)


def day_ahead(text: str, context: AnswerContext) -> date:
    """Reads a day that may be after today."""
    return typed_in.day_ahead(text, lambda: context.today)


class AnswerType(msgspec.Struct, frozen=True):
    """How an answer is read, and the field of a form for it; in a help it is the `metavar`.

    A text that may be missing is kept as it was typed, but for one with `is_value`. A day with
    `is_ahead` may be after today. `choice` is how a form shows an offer and its meaning.
    """

    read: Read = as_(str)
    kind: Kind = "line"
    metavar: str = ""
    rows: int = 3
    is_many: bool = False
    is_value: bool = False
    is_ahead: bool = False
    choice: Callable[[str, str], str] = lambda word, meaning: f"{word}: {meaning}"


TEXT = AnswerType()
LINE = AnswerType(as_(typed_in.line))
PROSE = AnswerType(kind="text")
URL = AnswerType(as_(typed_in.url))
LABEL = AnswerType(as_(typed_in.label))
CHANCE = AnswerType(as_(typed_in.chance), metavar="P", is_value=True)
DAY = AnswerType(day, "day", "DATE")
DAY_AHEAD = replace(DAY, read=day_ahead, is_ahead=True, is_value=True)


def free(kind: Literal["scenario", "source"]) -> Read:
    """Read the id of a new record."""

    def read(text: str, context: AnswerContext) -> str:
        id = typed_in.id(text)
        if context.opened:
            _refuse_taken(context.opened, kind, id)
        return id

    return read


def new_record(
    kind: Literal["scenario", "source"],
    root: Path,
    id: str,
    record: Mapping[str, Any],
    mode: WriteMode = AS_USUAL,
    accepted: FileChange | None = None,
) -> WriteResult:
    """Write a new record of a kind; `accepted` removes the file of its proposal in that write."""

    def draft(opened: OpenDatabase) -> list[FileChange]:
        _refuse_taken(opened, kind, id)
        return [*([accepted] if accepted else []), new_file(kind, id, record)]

    command = f"{'new' if kind == 'scenario' else f'add-{kind}'} {id}"
    if accepted:
        command = f"inbox accept {id_of(accepted.path)}"
    return write(root, draft, command, mode, subject=f"{kind}: {id}", edits=bool(accepted))


def record_of(model: type[Record], answers: Answers) -> dict[str, Any]:
    """The answers that are keys of a record, in the order of its model, days as text."""
    # By the model: from a list of keys here one was missing, and what was typed for it was lost.
    record = {key: answers[key] for key in keys(model) if key in answers}
    days = {key: day.isoformat() for key, day in record.items() if isinstance(day, date)}
    return record | days


def _refuse_taken(opened: OpenDatabase, kind: Literal["scenario", "source"], id: str) -> None:
    opened.refuse_taken(kind, id, records_of(opened.database, kind), "nothing was written")


def known_scenario(text: str, context: AnswerContext) -> str:
    """Read the id of an existing scenario."""
    return context.opened.scenario(text) if context.opened else text


def known_item(text: str, context: AnswerContext) -> str:
    """Read the id of an existing item."""
    return context.opened.evidence(text) if context.opened else text


def live(database: Database, _answers: Answers) -> dict[str, Scenario]:
    """The scenarios without an outcome, their own or through a rival."""
    return {id: s for id, s in database.scenarios.items() if not resolution(database, id)}


def asked(scenario: Scenario) -> str:
    """The question of a scenario, and what decides it."""
    return f"{scenario.question}\n{criteria_text(scenario)}"


class RequiredAnswer(msgspec.Struct, frozen=True):
    """An answer is needed, or only after earlier ones that pass the `test`.

    The `default` is offered, and a form tries the rest with a `stand_in`.
    """

    default: Default | None = None
    stand_in: Any = None
    test: Callable[[Answers], object] | None = None


class OptionalAnswer(msgspec.Struct, frozen=True):
    """A missing answer is the `default`, which the last preview has if it `is_shown`.

    If one that `is_wanted` is missing the others are asked for too; it may stay so.
    """

    default: Default | None = None
    is_shown: bool = False
    is_wanted: bool = False


WANTED = OptionalAnswer(is_wanted=True)
TODAY = OptionalAnswer(lambda context: context.today, is_shown=True)


class KnownRecords(msgspec.Struct, frozen=True):
    """The records `among` which an answer is an id.

    A form shows the `note` on a record, and a terminal does if an answer to one of the keys
    `note_unless` is missing.
    """

    among: Records
    note: Callable[[Any], str] = lambda _: ""
    note_unless: str = ""


class Question(msgspec.Struct, frozen=True):
    """A question: its key, the type of its answer, its option, and what a missing answer is.

    A terminal asks `question`, if any, when `when` is true, after the text `lead`. A form has the
    `label` and below its field the `hint`, by default the `advice` that a terminal gives before it
    asks; an option has the `help`. An argument has capitals for an option. `offers` are words that
    can be typed, each with its meaning. A form puts the cursor where it `begins`. A terminal asks
    for an answer `in_parts`, if there are any: a name and a question each.
    """

    key: str
    question: str = ""
    type: AnswerType = TEXT
    label: str = ""
    help: str = ""
    hint: str | None = None
    advice: str = ""
    missing: RequiredAnswer | OptionalAnswer = OptionalAnswer()
    option: str = ""
    when: Callable[[Database, Answers], object] = lambda *_: True
    lead: str = ""
    records: KnownRecords | None = None
    offers: Callable[[Database], Sequence[Offer]] = lambda _: ()
    begins: bool = False
    in_parts: Callable[[AnswerContext], Sequence[Offer]] = lambda _: ()

    def __post_init__(self) -> None:
        """Derive the option from the key, and the hint from the advice, by default."""
        force = msgspec.structs.force_setattr
        force(self, "option", self.option or f"--{self.key.replace('_', '-')}")
        force(self, "hint", self.advice if self.hint is None else self.hint)

    @property
    def name(self) -> str:
        """The label of a field, and the words for the option."""
        return self.label or self.question

    @property
    def explanation(self) -> str:
        """The sentence that a terminal prints for `?`."""
        return self.advice or self.hint or self.help

    @property
    def is_needed(self) -> bool:
        """True if an answer is needed whatever the others are."""
        return isinstance(self.missing, RequiredAnswer) and self.missing.test is None

    @property
    def is_wanted(self) -> bool:
        """True if the others are asked for too where the answer is missing."""
        return isinstance(self.missing, OptionalAnswer) and self.missing.is_wanted

    def is_needed_after(self, answers: Answers) -> bool:
        """True if an answer is needed after these."""
        test = self.missing.test if isinstance(self.missing, RequiredAnswer) else None
        return self.is_needed or bool(test and test(answers))

    def default(self, context: AnswerContext) -> Any:
        """The default for a missing answer; None where there is none."""
        default = getattr(self.missing, "default", None)
        return default(context) if default else None

    def known(self, database: Database | None, answers: Answers) -> Mapping[str, Any]:
        """The records that an answer may name."""
        return self.records.among(database, answers) if self.records and database else {}

    def choices(self, database: Database) -> Sequence[Offer]:
        """The offers, those of a choice as a form has them: `occurred: by the criteria, …`."""
        offers = self.offers(database)
        if self.type.kind not in ("choice", "radio"):
            return offers
        return [(word, self.type.choice(word, meaning)) for word, meaning in offers]


_LONG = 60
"""Letters from which on a title or a summary is too long for a headline."""


def short(of: str, question: str, help: str) -> Question:
    """The short form of a title or a summary, asked for where that is long."""
    asked = partial(Question, "short", question, LINE, label="In short", help=help, hint=help)
    return asked(when=lambda _, answers: len(answers.get(of) or "") > _LONG)


TITLED = AnswerType(kind="choice", choice=lambda word, title: f"{title} ({word})")
"""A choice of ids, shown by their titles."""


def which_scenario(
    question: str,
    among: Records = lambda database, _: database.scenarios,
    *,
    label: str = "",
    note: Callable[[Scenario], str],
    note_unless: str = "",
) -> Question:
    """The id of an existing scenario."""
    known = KnownRecords(among, note, note_unless)
    of = replace(TITLED, read=known_scenario)
    asks = partial(Question, "scenario", question, of, label=label, missing=RequiredAnswer())
    return asks(option="SCENARIO", records=known)


def which_item(among: Records) -> Question:
    """The id of an existing item."""
    known = KnownRecords(among, attrgetter("summary"))
    asks = partial(Question, "evidence", "Id of the item", AnswerType(known_item))
    return asks(label="The item", missing=RequiredAnswer(), option="EVIDENCE", records=known)


INDICATORS = Question(
    "indicators",
    "",
    AnswerType(kind="states", metavar="SCENARIO/INDICATOR=STATE", is_many=True),
    help="Indicator that this item shows: observed, emerging or reversed.",
    option="--indicator",
)
QUANTILES = [
    ("p10", "With one chance in ten it stays under"),
    ("p50", "As likely over as under"),
    ("p90", "With nine chances in ten it stays under"),
]
"""The quantiles that a terminal asks for, each with its question."""
_BY_DAY = [
    ("p10", "With one chance in ten it has come by"),
    ("p50", "As likely to come by as after"),
    ("p90", "With nine chances in ten it has come by"),
]


def unit_of(context: AnswerContext) -> str | None:
    """The unit of the quantity that is recorded or forecast, if it has one."""
    if quantity := context.answers.get("quantity"):
        unit: str | None = quantity.get("unit")
        return unit
    known = context.opened.database.quantities if context.opened else {}
    scenario = known.get(context.answers.get("scenario", ""))
    return scenario.quantity.unit if scenario and scenario.quantity else None


def quantiles_asked(kind: str) -> Sequence[Offer]:
    """The quantiles that are asked of a number or a date, each with its question."""
    return _BY_DAY if kind == "date" else QUANTILES


ITEMS = AnswerType(known_item, metavar="ID", is_many=True)
"""The ids of any number of items."""
EVERY_ITEM = KnownRecords(lambda database, _: database.evidence)


def new_id(of: str, example: str, read: Read, made_of: str = "") -> Question:
    """The id of a new record, by default that made of the answer to another question."""
    question, like = f"The {of}'s id, like {example}", f"Like {example}."
    help = f"Like {example} [from the {made_of}]." if made_of else like
    asks = partial(Question, "id", question, AnswerType(read), label="Its id", help=help, hint=like)

    def default(context: AnswerContext) -> str | None:
        text = context.answers.get(made_of)
        return slug(text, otherwise=of) if text else None

    return asks(
        missing=RequiredAnswer(default if made_of else None), option="ID", begins=not made_of
    )


def since_today(key: str, label: str, help: str = "") -> Question:
    """A day, by default today."""
    help, hint = help or f"{label} [today].", "Today if empty."
    return Question(key, "", DAY, label=label, help=help, hint=hint, missing=TODAY)


DATE = since_today("date", "Of which day", "[today]")
ANALYST = Question(
    "analyst",
    "Who forecasts (or set SCEN_ANALYST)",
    AnswerType(as_(typed_in.id)),
    label="Who forecasts",
    help="Who makes the judgement.",
    hint="An id, like ana. Say once who you are, and this is not asked again.",
    missing=RequiredAnswer(),
    offers=analysts,
)


def _theme(text: str, context: AnswerContext) -> str:
    """Read a theme that the tracker declares."""
    themes = context.opened.database.tracker.themes if context.opened else (text,)
    return known_id(text, themes, "theme", "tracker.yaml")


THEME = Question(
    "theme",
    "Theme",
    AnswerType(_theme, "choice", "ID", choice=lambda _, title: title),
    help="Theme, as declared in tracker.yaml.",
    advice="What it is about: items of one theme weaken one another, as the tracker says.",
    when=lambda database, _: database.tracker.themes,
    offers=lambda database: [*database.tracker.themes.items()],
)


def item_field(keys: Keys) -> str:
    """The field for a key of an item or an indicator."""
    if not keys:
        return ""
    if keys[0] in ("ratings", "indicators") and len(keys) > 1:
        return f"{'rate' if keys[0] == 'ratings' else 'fires'}:{keys[1]}"
    return "grade" if keys[0] in ("reliability", "credibility") else str(keys[0])


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
    of a form for a key of the file. On a team's server it takes the `role`.
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
    role: Role = "editor"

    @property
    def by_key(self) -> dict[str, Question]:
        """The questions by their keys."""
        return {ask.key: ask for ask in self.asks}
