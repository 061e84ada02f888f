"""A recording task as a command: its options, its questions, one call, and the report."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
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
from scenarios.cli.output.written import (
    doubt_analyst,
    report,
    report_correction,
    report_effects,
)
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.agreement import agreed
from scenarios.cli.terminal.asks import answer_to, records_of
from scenarios.render.documents.session import forecast_document
from scenarios.render.writers import terminal
from scenarios.workspace.how import AS_USUAL, How
from scenarios.workspace.opened import find_root
from scenarios.workspace.results import forecast_recorded, recorded
from scenarios.workspace.tasks.task import Answers, Ask, At, Task
from scenarios.workspace.writing import Written

Given = dict[str, Any]
Before = Callable[[Path, Answers], None]
Instead = Callable[[typer.Context, Given, How, Format], bool]


def command_of(
    task: Task,
    more: Mapping[str, Any] = {},
    instead: Instead = lambda *_: False,
    before: Before = lambda *_: None,
) -> Callable[..., None]:
    """The function that Typer reads; `more` options may have `instead` done what they say.

    `before` says what there is to say of the answers before they are written.
    """

    def command(context: typer.Context, how: How, form: Format, **given: Any) -> None:
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
                "how", kind, default=AS_USUAL, annotation=Dated if task.is_dated else How
            ),
            inspect.Parameter("form", kind, default=Format.table, annotation=As),
        ]
    )
    command.__doc__ = task.help
    return command


def _option(ask: Ask) -> Any:
    if ask.key == "analyst":
        return Analyst
    is_date = ask.kind == "day" and not ask.is_needed
    single = date if is_date else Path if ask.kind == "file" else str
    of = list[str] if ask.is_many else single
    shown: dict[str, Any] = {"metavar": "DATE" if ask.kind == "day" else ask.metavar}
    if is_date:
        shown["parser"] = parsing.day
    if ask.option.startswith("--"):
        words = ask.help or f"{ask.name}."
        return Annotated[of | None, typer.Option(ask.option, help=words, **shown)]
    shown["metavar"] = ask.metavar or ask.option
    return Annotated[of | None, typer.Argument(help=ask.help or None, **shown)]


def run(
    task: Task, context: typer.Context, given: Given, how: How, form: Format, before: Before
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
    at = At(parsing.today(), opened, {**given})
    for ask in task.asks if opened else ():  # before the first question
        for id in given[ask.key] or () if ask.is_many and ask.records else ():
            ask.read(id, at)
    for ask in task.asks:
        at.answers[ask.key] = value = answer_to(ask, given[ask.key], at)
        record = records_of(ask, at).get(value) if ask.told_without else None
        if record and any(given[key] is None for key in ask.told_without.split()):
            prompt.tell(ask.note(record))
        if ask.key == "analyst" and prompt.interactive():
            now = opened or open_here(context)
            now.scenario(at.answers["scenario"])
            at.answers["analyst"] = doubt_analyst(now.database, value)
    return at.answers


def _report(task: Task, written: Written, answers: Answers, form: Format) -> None:
    id = task.names(answers)
    if task.reports == "effects":
        report_effects(written, id, answers["date"], form)
    elif task.reports == "correction":
        report_correction(written, id, form)
    elif task.reports == "forecast":
        report_forecast(written, answers["analyst"], answers["date"], [answers["scenario"]], form)
    else:
        report(written, recorded(written, id), form, task.remark(written, answers))


def report_forecast(written: Written, analyst: str, on: date, ids: list[str], form: Format) -> None:
    """The paths, then the figures of each scenario and what they add up to in a set."""
    result = forecast_recorded(written, analyst, on, ids)
    added = sums(written.after.database, analyst, on, ids)
    report(
        written,
        result,
        form,
        terminal.write(forecast_document(result.figures, added, analyst), width()),
    )
