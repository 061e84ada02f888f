"""A recording task as a command: its options, its questions, one call, and the report."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from scenarios.analysis.review.agenda import sums
from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import Analyst, As, Dated, Format
from scenarios.cli.output.streams import say, width
from scenarios.cli.output.written import doubt_analyst, report, report_correction, report_effects
from scenarios.cli.terminal import prompt, retyping
from scenarios.cli.terminal.agreement import agreed
from scenarios.cli.terminal.retyping import current
from scenarios.model import Database, ScenarioId
from scenarios.render.documents.session import forecast_document
from scenarios.render.writers import terminal
from scenarios.workspace.how import AS_USUAL, WriteMode
from scenarios.workspace.input import ratios
from scenarios.workspace.input.offers import Offer, titled, unlike
from scenarios.workspace.opened import find_root
from scenarios.workspace.results import forecast_recorded, recorded
from scenarios.workspace.tasks.task import LINE, AnswerContext, Answers, Question, Task, day
from scenarios.workspace.writing import WriteResult

Given = dict[str, Any]
Before = Callable[[Path, Answers], None]
Instead = Callable[[typer.Context, Given, WriteMode, Format], bool]


def command_of(
    task: Task,
    more: Mapping[str, Any] = {},
    instead: Instead = lambda *_: False,
    before: Before = lambda *_: None,
) -> Callable[..., None]:
    """The function that Typer reads; `more` options may have `instead` done what they say.

    `before` says what there is to say of the answers before they are written.
    """

    def command(context: typer.Context, how: WriteMode, form: Format, **given: Any) -> None:
        if not instead(context, given, how, form):
            run(task, context, given, how, form, before)

    kind = inspect.Parameter.KEYWORD_ONLY
    asks = [task.by_key[key] for key in task.options.split()] or [*task.asks]
    command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter("context", kind, annotation=typer.Context),
            *(
                inspect.Parameter(ask.key, kind, default=None, annotation=_option(ask))
                for ask in asks
            ),
            *(inspect.Parameter(name, kind, default=None, annotation=more[name]) for name in more),
            inspect.Parameter(
                "how", kind, default=AS_USUAL, annotation=Dated if task.is_dated else WriteMode
            ),
            inspect.Parameter("form", kind, default="table", annotation=As),
        ]
    )
    command.__doc__ = task.help
    return command


def _option(ask: Question) -> Any:
    if ask.key == "analyst":
        return Analyst
    is_date = ask.kind == "day" and not ask.is_needed
    single = date if is_date else Path if ask.kind == "file" else str
    of = list[str] if ask.is_many else single
    if not ask.option.startswith("--"):
        return Annotated[of | None, ask.metavar or ask.option, ask.help]
    metavar = "DATE" if ask.kind == "day" else ask.metavar or ""
    return Annotated[of | None, f"{ask.option} {metavar}", ask.help or f"{ask.name}."]


def run(
    task: Task,
    context: typer.Context,
    given: Given,
    how: WriteMode,
    form: Format,
    before: Before = lambda *_: None,
) -> None:
    """Ask for what is missing, show it, write it and say what it did."""
    if "ratings" in given:
        given["ratings"] = parsing.scenario_ratings(given["ratings"] or ())
    starts = [ask.key for ask in task.asks if ask.is_needed or ask.is_wanted]
    missing = any(given[key] in (None, {}) for key in starts)

    asked = partial(_asked, task, context, given, missing=missing)
    foretold: list[Answers] = []

    def foretell(answers: Answers) -> None:
        """Once: where the record is agreed to, or where it is written."""
        if answers not in foretold:
            foretold.append(answers)
            before(find_root(context.obj), answers)

    def tried(answers: Answers) -> None:
        foretell(answers)
        task.write(find_root(context.obj), answers, how._replace(dry_run=True))

    answers = agreed(asked, tried, missing=missing)
    foretell(answers)
    written = task.write(find_root(context.obj), answers, how)
    if "analyst" in answers and not prompt.interactive():
        doubt_analyst(written.before.database, answers["analyst"])
    if doubt := task.doubt(written, answers):
        say(doubt)
    _report(task, written, answers, form)


def _asked(task: Task, context: typer.Context, given: Given, *, missing: bool) -> Answers:
    opened = open_here(context) if missing and prompt.interactive() else None
    at = AnswerContext(parsing.today(), opened, {**given})
    for ask in task.asks if opened else ():  # before the first question
        for id in given[ask.key] or () if ask.is_many and ask.records else ():
            ask.read(id, at)
    for ask in task.asks:
        at.answers[ask.key] = value = answer_to(ask, given[ask.key], at)
        record = records_of(ask, at).get(value) if ask.note_unless else None
        if record and any(given[key] is None for key in ask.note_unless.split()):
            prompt.tell(ask.note(record))
        if ask.key == "analyst" and prompt.interactive():
            now = opened or open_here(context)
            now.scenario(at.answers["scenario"])
            at.answers["analyst"] = doubt_analyst(now.database, value)
    return at.answers


def _report(task: Task, written: WriteResult, answers: Answers, form: Format) -> None:
    id = task.names(answers)
    if task.reports == "effects":
        report_effects(written, id, answers["date"], form)
    elif task.reports == "correction":
        report_correction(written, id, form)
    elif task.reports == "forecast":
        report_forecast(written, answers["analyst"], answers["date"], [answers["scenario"]], form)
    else:
        report(written, recorded(written, id), form, task.remark(written, answers))


def report_forecast(
    written: WriteResult, analyst: str, on: date, ids: list[str], form: Format
) -> None:
    """The paths, then the figures of each scenario and what they add up to in a set."""
    result = forecast_recorded(written, analyst, on, ids)
    added = sums(written.after.database, analyst, on, ids)
    text = terminal.write(forecast_document(result.figures, added, analyst), width())
    report(written, result, form, text)


def answer_to(ask: Question, given: Any, at: AnswerContext) -> Any:
    """The answer to a question, or the value of the command line."""
    if ask.kind == "ratings":
        return given or _row(ask, at)
    if not ask.question or (at.opened and not ask.when(at.opened.database, at.answers)):
        return _unasked(ask, given, at)
    if ask.is_many:
        return _several(ask, given, at)
    if ask.records:
        check, records = _read(ask, at), partial(records_of, ask, at)
        return prompt.one_of(given, ask.option, ask.question, records, check)
    if ask.is_needed or ask.needs(at.answers):
        default = ask.default(at) if ask.default else None
        needed = partial(prompt.needed_as, given, ask.option, ask.question, _read(ask, at))
        return needed(offers=_offers(ask, at), is_line=ask.read is LINE, default=default)
    return _with_default(ask, given, at) if ask.default else _wanted(ask, given, at)


def records_of(ask: Question, at: AnswerContext) -> Mapping[str, Any]:
    return ask.records(at.opened.database, at.answers) if ask.records and at.opened else {}


def _offers(ask: Question, at: AnswerContext) -> Sequence[Offer]:
    return ask.offers(at.opened.database) if at.opened else ()


def _read(ask: Question, at: AnswerContext) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        return day(text, at) if ask.kind == "day" else ask.read(text, at)

    return parsing.typed(read, ask.option)


def _several(ask: Question, given: Any, at: AnswerContext) -> list[str]:
    answers = list(given or ())
    if answers or not current.get():
        return answers
    offers, check = _offers(ask, at), _read(ask, at)
    if ask.records:
        offers = titled(records_of(ask, at))
        check = partial(prompt.chosen, offers=offers)
    typed = partial(prompt.optional, parse=_checked(check, offers), offers=offers)
    question = f"{ask.question} (Enter = none)"
    while text := typed(question, label=prompt.label_of(ask.option)):
        answers.append(text)
        retyping.remember(ask.option, *answers)
        question = "Another (Enter = no more)"
    retyping.remember(ask.option, *answers)
    return answers


def _checked(check: Callable[[str], object], offers: Sequence[Offer]) -> Callable[[str], str]:
    """Reads a text as it is; one that was never used before is told, for it may be a slip."""

    def parsed(text: str) -> str:
        value = check(text)
        shown = value if isinstance(value, str) else text
        if remark := unlike(shown, offers):
            prompt.tell(remark)
        return shown

    return parsed


def _wanted(ask: Question, given: Any, at: AnswerContext) -> Any:
    """The answer to what may be left out, asked for only where something else is asked for."""
    read = _read(ask, at)
    if ask.lead and at.opened and given is None:
        prompt.tell(ask.lead)
    text_given = f"{given}" if isinstance(given, date) else given
    if text_given and at.opened and (fault := prompt.refusal(read, text_given)):
        prompt.tell(fault)
        text_given = None
    text = _text(ask, text_given, _checked(read, _offers(ask, at)), at)
    if text is None:
        if ask.is_wanted and at.opened:
            retyping.remember(ask.option, "")
        return None
    if given is None and ask.is_value:
        retyping.remember(ask.option, f"{read(text)}")
    return read(text) if ask.is_value or ask.kind == "day" else text


def _text(
    ask: Question, given: str | None, read: Callable[[str], str], at: AnswerContext
) -> str | None:
    question = f"{ask.question} (Enter = none)"
    if given is not None and prompt.stands(given, ask.option, question):
        return given
    if not current.get():
        return None
    offers, more = _offers(ask, at), prompt.tell_help(ask.option)
    label = prompt.label_of(ask.option)
    text = prompt.optional(question, read, None if offers else more, label=label, offers=offers)
    retyping.remember(ask.option, *([text] if text else []))
    return text


def _unasked(ask: Question, given: Any, at: AnswerContext) -> Any:
    value = given
    if given is None:
        value = ask.default(at) if ask.default else None
    elif ask.is_value:
        value = _read(ask, at)(given)
    if ask.is_shown:
        question = ask.question or ask.label
        value = prompt.default_of(value, ask.option, question, _read(ask, at))
    return value


def _with_default(ask: Question, given: Any, at: AnswerContext) -> Any:
    """A day that may be another than its default; none after the one that it is by default."""
    default = ask.default(at) if ask.default else None
    if given is not None or at.opened is None:
        return _unasked(ask, given, at)

    def known(text: str) -> date:
        on: date = _read(ask, at)(text)
        if default and on > default:
            raise typer.BadParameter(f"{on} is after {default}, the day on which it is recorded")
        retyping.remember(ask.option, f"{on}")
        return on

    return prompt.answer(ask.question, known, f"{default}", label=ask.key)


def _row(ask: Question, at: AnswerContext) -> dict[str, Any]:
    scenario = at.answers["scenario"]
    if at.opened:
        return _across_a_set(at.opened.database, scenario)
    question = ask.question.format(scenario)
    return {scenario: prompt.needed_as(None, ask.option, question, parsing.rating)}


def _across_a_set(database: Database, scenario: ScenarioId) -> dict[ScenarioId, Any]:
    decibans = database.tracker.decibans
    parse = partial(ratios.rating, decibans=decibans)
    own = database.scenarios.get(scenario)
    rivals = database.members.get(own.set, ()) if own and own.set else ()
    prompt.tell(f"A code, a number, or words: {ratios.EXAMPLES}.")
    ratings: dict[ScenarioId, Any] = {}
    offers = ratios.codes(decibans)
    for id in (scenario, *(id for id in rivals if id != scenario)):
        asked = f"How much more expected is it if {id} happens than if it does not"
        if id == scenario:
            ratings[id] = prompt.answer(asked, parse, label=f"if {id}", offers=offers)
        elif rating := prompt.optional(
            f"{asked} (Enter = N)", parse, label=f"if {id}", offers=offers
        ):
            ratings[id] = rating
        retyping.remember("--rate", *(f"{key}={value}" for key, value in ratings.items()))
    return ratings
