"""The answers to the questions of a task: typed as options, or asked for one by one."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import typer

from scenarios.cli import parsing
from scenarios.cli.terminal import prompt, retyping
from scenarios.cli.terminal.retyping import current
from scenarios.model import Database, ScenarioId
from scenarios.workspace.input import ratios, typed_in
from scenarios.workspace.input.offers import Offer, titled, unlike
from scenarios.workspace.tasks.task import (
    LINE,
    AnswerContext,
    OptionalAnswer,
    Question,
    unit_of,
)


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
        return _needed(ask, answer, context)
    is_replaced = isinstance(ask.missing, OptionalAnswer) and ask.missing.default
    return (_with_default if is_replaced else _wanted)(ask, answer, context)


def _needed(ask: Question, answer: Any, context: AnswerContext) -> Any:
    """The answer to a question that needs one, asked in parts if it has some."""
    if answer is None and current.get() and (parts := ask.in_parts(context)):
        return _in_parts(ask, parts, context)
    offers, default = _offers(ask, context), ask.default(context)
    more = "" if offers and ask.type.kind != "radio" else ask.explanation
    needed = partial(prompt.needed_as, answer, ask.option, ask.question, _read(ask, context), more)
    is_line = ask.type == LINE
    return needed(offers=offers, is_line=is_line, default=default, advice=ask.advice)


_IN_PARTS = "Three values, each over the one before: a curve is drawn through them."


def _in_parts(ask: Question, parts: Sequence[Offer], context: AnswerContext) -> Any:
    """The answer to a question that is asked in parts; all of them again if they do not fit."""
    read = _read(ask, context)
    value = partial(typed_in.quantile, unit=unit_of(context))
    while True:
        texts = [
            f"{name}={prompt.answer(question, value, _IN_PARTS, label=name)}"
            for name, question in parts
        ]
        if (fault := prompt.refusal(read, " ".join(texts))) is None:
            retyping.remember(ask.option, *texts)
            return read(" ".join(texts))
        prompt.tell(fault)


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
    more = "" if offers else ask.explanation
    typed = partial(prompt.optional, parse=_checked(check, offers), more=more, offers=offers)
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
        question, read, "" if offers else ask.explanation, label=label, offers=offers
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
        read = _read(ask, context)
        value = prompt.default_of(value, ask.option, question, read, ask.explanation)
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

    return prompt.answer(ask.question, chosen_day, ask.explanation, f"{default}", label=ask.key)


def _row(ask: Question, context: AnswerContext) -> dict[str, Any]:
    scenario = context.answers["scenario"]
    if context.opened:
        return _across_a_set(context.opened.database, scenario)
    question = ask.question.format(scenario)
    return {scenario: prompt.needed_as(None, ask.option, question, parsing.rating, "")}


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
            ratings[id] = prompt.answer(asked, parse, "", label=f"if {id}", offers=offers)
        elif rating := prompt.optional(
            f"{asked} (Enter = N)", parse, "", label=f"if {id}", offers=offers
        ):
            ratings[id] = rating
        retyping.remember("--rate", *(f"{key}={value}" for key, value in ratings.items()))
    return ratings
