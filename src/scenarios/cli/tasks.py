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
from scenarios.cli.output.streams import Run, say, width
from scenarios.cli.output.written import doubt_analyst, report, report_correction, report_effects
from scenarios.cli.terminal import prompt, retyping
from scenarios.cli.terminal.agreement import agreed
from scenarios.cli.terminal.retyping import current
from scenarios.model import Database, ScenarioId
from scenarios.render.documents.session import forecast_document
from scenarios.render.writers import terminal
from scenarios.workspace.input import ratios
from scenarios.workspace.input.offers import Offer, titled, unlike
from scenarios.workspace.opened import find_root
from scenarios.workspace.results import forecast_recorded, recorded
from scenarios.workspace.tasks.task import (
    LINE,
    AnswerContext,
    Answers,
    OptionalAnswer,
    Question,
    Task,
)
from scenarios.workspace.write_mode import AS_USUAL, WriteMode
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

    def command(context: typer.Context, mode: WriteMode, form: Format, **answers: Any) -> None:
        if not instead(context, answers, mode, form):
            run(task, context, answers, mode, form, before)

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
                "mode", kind, default=AS_USUAL, annotation=Dated if task.is_dated else WriteMode
            ),
            inspect.Parameter("form", kind, default="table", annotation=As),
        ]
    )
    command.__doc__ = task.help
    return command


def _option(ask: Question) -> Any:
    if ask.key == "analyst":
        return Analyst
    kind, metavar, help = ask.type.kind, ask.type.metavar, ask.help
    is_date = kind == "day" and not ask.is_needed
    single = date if is_date else Path if kind == "file" else str
    of = list[str] if ask.type.is_many else single
    if not ask.option.startswith("--"):
        return Annotated[of | None, metavar or ask.option, help]
    return Annotated[of | None, f"{ask.option} {metavar}", help or f"{ask.name}."]


def run(
    task: Task,
    context: typer.Context,
    options: Given,
    mode: WriteMode,
    form: Format,
    before: Before = lambda *_: None,
) -> None:
    """Ask for what is missing, show it, write it and say what it did."""
    if "ratings" in options:
        options["ratings"] = parsing.scenario_ratings(options["ratings"] or ())
    missing = any(
        options[ask.key] in (None, {}) for ask in task.asks if ask.is_needed or ask.is_wanted
    )

    asked = partial(_asked, task, context, options, missing=missing)
    preview: list[Answers] = []

    def foretell(answers: Answers) -> None:
        """Once: where the record is agreed to, or where it is written."""
        if answers not in preview:
            preview.append(answers)
            before(find_root(context.obj.database), answers)

    def tried(answers: Answers) -> None:
        foretell(answers)
        task.write(find_root(context.obj.database), answers, mode._replace(dry_run=True))

    answers = agreed(asked, tried, missing=missing)
    foretell(answers)
    written = task.write(find_root(context.obj.database), answers, mode)
    if "analyst" in answers and not prompt.interactive():
        doubt_analyst(written.before.database, answers["analyst"])
    if doubt := task.doubt(written, answers):
        say(doubt)
    _report(context.obj, task, written, answers, form)


def _asked(task: Task, context: typer.Context, answers: Given, *, missing: bool) -> Answers:
    opened = open_here(context) if missing and prompt.interactive() else None
    answer_context = AnswerContext(parsing.today(), opened, {**answers})
    for ask in task.asks if opened else ():  # before the first question
        for id in answers[ask.key] or () if ask.type.is_many and ask.records else ():
            ask.type.read(id, answer_context)
    for ask in task.asks:
        answer_context.answers[ask.key] = value = answer_to(ask, answers[ask.key], answer_context)
        known = ask.records
        if known and any(answers[key] is None for key in known.note_unless.split()):
            record = records_of(ask, answer_context).get(value)
            if record:
                prompt.tell(known.note(record))
        if ask.key == "analyst" and prompt.interactive():
            now = opened or open_here(context)
            now.scenario(answer_context.answers["scenario"])
            answer_context.answers["analyst"] = doubt_analyst(now.database, value)
    return answer_context.answers


def _report(run: Run, task: Task, written: WriteResult, answers: Answers, form: Format) -> None:
    id = task.names(answers)
    if task.reports == "effects":
        report_effects(run, written, id, answers["date"], form)
    elif task.reports == "correction":
        report_correction(run, written, id, form)
    elif task.reports == "forecast":
        report_forecast(
            run, written, answers["analyst"], answers["date"], [answers["scenario"]], form
        )
    else:
        report(run, written, recorded(written, id), form, task.remark(written, answers))


def report_forecast(
    run: Run, written: WriteResult, analyst: str, on: date, ids: list[str], form: Format
) -> None:
    """The paths, then the figures of each scenario and what they add up to in a set."""
    result = forecast_recorded(written, analyst, on, ids)
    added = sums(written.after.database, analyst, on, ids)
    text = terminal.write(forecast_document(result.figures, added, analyst), width())
    report(run, written, result, form, text)


def answer_to(ask: Question, answer: Any, context: AnswerContext) -> Any:
    """The answer to a question, or the value of the command line."""
    if ask.type.kind == "ratings":
        return answer or _row(ask, context)
    if not ask.question or (
        context.opened and not ask.when(context.opened.database, context.answers)
    ):
        return _unasked(ask, answer, context)
    if ask.type.is_many:
        return _several(ask, answer, context)
    if ask.records:
        check, records = _read(ask, context), partial(records_of, ask, context)
        return prompt.one_of(answer, ask.option, ask.question, records, check)
    if ask.is_needed_after(context.answers):
        needed = partial(prompt.needed_as, answer, ask.option, ask.question, _read(ask, context))
        offers, default = _offers(ask, context), ask.default(context)
        is_line = ask.type == LINE
        return needed(offers=offers, is_line=is_line, default=default, advice=ask.advice)
    is_replaced = isinstance(ask.missing, OptionalAnswer) and ask.missing.default
    return (_with_default if is_replaced else _wanted)(ask, answer, context)


def records_of(ask: Question, context: AnswerContext) -> Mapping[str, Any]:
    return ask.known(context.opened and context.opened.database, context.answers)


def _offers(ask: Question, context: AnswerContext) -> Sequence[Offer]:
    """The words that can be typed; those of a choice by the alphabet."""
    offers = ask.offers(context.opened.database) if context.opened else ()
    return sorted(offers) if ask.type.kind == "choice" else offers


def _read(ask: Question, context: AnswerContext) -> Callable[[str], Any]:
    return parsing.typed(lambda text: ask.type.read(text, context), ask.option)


def _several(ask: Question, answer: Any, context: AnswerContext) -> list[str]:
    answers = list(answer or ())
    if answers or not current.get():
        return answers
    offers, check = _offers(ask, context), _read(ask, context)
    if ask.records:
        offers = titled(records_of(ask, context))
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
        printed = value if isinstance(value, str) else text
        if remark := unlike(printed, offers):
            prompt.tell(remark)
        return printed

    return parsed


def _wanted(ask: Question, answer: Any, context: AnswerContext) -> Any:
    """The answer to what may be left out, asked for only where something else is asked for."""
    read = _read(ask, context)
    if ask.lead and context.opened and answer is None:
        prompt.tell(ask.lead)
    text_given = f"{answer}" if isinstance(answer, date) else answer
    if text_given and context.opened and (fault := prompt.refusal(read, text_given)):
        prompt.tell(fault)
        text_given = None
    text = _text(ask, text_given, _checked(read, _offers(ask, context)), context)
    if text is None:
        if ask.is_wanted and context.opened:
            retyping.remember(ask.option, "")
        return None
    if answer is None and ask.type.is_value:
        retyping.remember(ask.option, f"{read(text)}")
    return read(text) if ask.type.is_value or ask.type.kind == "day" else text


def _text(
    ask: Question, answer: str | None, read: Callable[[str], str], context: AnswerContext
) -> str | None:
    question = f"{ask.question} (Enter = none)"
    if answer is not None and prompt.stands(answer, ask.option, question):
        return answer
    if not current.get():
        return None
    if ask.advice:
        prompt.tell(ask.advice)
    offers, label = _offers(ask, context), prompt.label_of(ask.option)
    text = prompt.optional(
        question, read, None if offers else ask.advice, label=label, offers=offers
    )
    retyping.remember(ask.option, *([text] if text else []))
    return text


def _unasked(ask: Question, answer: Any, context: AnswerContext) -> Any:
    value = answer
    if answer is None:
        value = ask.default(context)
    elif ask.type.is_value:
        value = _read(ask, context)(answer)
    if isinstance(ask.missing, OptionalAnswer) and ask.missing.is_shown:
        question = ask.question or ask.label
        value = prompt.default_of(value, ask.option, question, _read(ask, context))
    return value


def _with_default(ask: Question, answer: Any, context: AnswerContext) -> Any:
    """A day that may be another than its default; none after the one that it is by default."""
    default = ask.default(context)
    if answer is not None or context.opened is None:
        return _unasked(ask, answer, context)

    def chosen_day(text: str) -> date:
        on: date = _read(ask, context)(text)
        if default and on > default:
            raise typer.BadParameter(f"{on} is after {default}, the day on which it is recorded")
        retyping.remember(ask.option, f"{on}")
        return on

    return prompt.answer(ask.question, chosen_day, f"{default}", label=ask.key)


def _row(ask: Question, context: AnswerContext) -> dict[str, Any]:
    scenario = context.answers["scenario"]
    if context.opened:
        return _across_a_set(context.opened.database, scenario)
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
