"""A recording task as a command: its options, its questions, one call, and the report."""

import inspect
from collections.abc import Callable, Mapping
from contextlib import suppress
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
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.agreement import agreed
from scenarios.cli.terminal.questions import answer_to, records_of
from scenarios.errors import UsageError
from scenarios.render.documents.session import forecast_document
from scenarios.render.writers import terminal
from scenarios.workspace.opened import find_root
from scenarios.workspace.results import forecast_recorded, recorded
from scenarios.workspace.tasks.task import (
    AnswerContext,
    Answers,
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
    is_date = kind == "day" and not ask.is_needed and not ask.type.is_ahead
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
        if ask.type.is_value and answers[ask.key]:  # refused later, it would cost what was typed
            parsing.typed(ask.type.read, ask.option)(answers[ask.key], answer_context)
        if ask.key == "id" and answers["id"] and ask.is_needed and not ask.begins:
            with suppress(UsageError):  # one that is none is asked for again in its turn
                ask.type.read(answers["id"], answer_context)
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
