"""The answer to a question of a task: an option, what is typed at a terminal, or a default."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import typer

from scenarios.cli import parsing
from scenarios.cli.terminal import prompt, retyping
from scenarios.model import Database, ScenarioId
from scenarios.workspace.input import ratios
from scenarios.workspace.input.offers import Offer, titled
from scenarios.workspace.tasks.task import LINE, Ask, At, day


def answer_to(ask: Ask, given: Any, at: At) -> Any:
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
    return _with_default(ask, given, at) if ask.default else wanted(ask, given, at)


def records_of(ask: Ask, at: At) -> Mapping[str, Any]:
    """The records in which an id is looked up."""
    return ask.records(at.opened.database, at.answers) if ask.records and at.opened else {}


def _offers(ask: Ask, at: At) -> Sequence[Offer]:
    return ask.offers(at.opened.database) if at.opened else ()


def _read(ask: Ask, at: At) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        return day(text, at) if ask.kind == "day" else ask.read(text, at)

    return parsing.typed(read)


def _several(ask: Ask, given: Any, at: At) -> list[str]:
    offers, check = _offers(ask, at), _read(ask, at)
    if ask.records:
        offers = titled(records_of(ask, at))
        check = partial(prompt.chosen, offers=offers)
    return prompt.several(given, ask.option, ask.question, check, offers)


def wanted(ask: Ask, given: Any, at: At) -> Any:
    """The answer to what may be left out."""
    read = _read(ask, at)
    if ask.lead and at.opened and given is None:
        prompt.tell(ask.lead)
    text_given = f"{given}" if isinstance(given, date) else given
    if text_given and at.opened and (fault := prompt.refusal(read, text_given)):
        prompt.tell(fault)
        text_given = None
    text = prompt.wanted(text_given, ask.option, ask.question, read, _offers(ask, at))
    if text is None:
        if ask.is_wanted and at.opened:
            retyping.remember(ask.option, "")
        return None
    if given is None and ask.is_value:
        retyping.remember(ask.option, f"{read(text)}")
    return read(text) if ask.is_value or ask.kind == "day" else text


def _unasked(ask: Ask, given: Any, at: At) -> Any:
    value = given
    if given is None:
        value = ask.default(at) if ask.default else None
    elif ask.is_value:
        value = _read(ask, at)(given)
    if ask.is_shown:
        question = ask.question or ask.label
        value = prompt.default_of(value, ask.option, question, _read(ask, at), label=ask.key)
    return value


def _with_default(ask: Ask, given: Any, at: At) -> Any:
    """A day that may be another than its default; none after the one that it is by default."""
    default = ask.default(at) if ask.default else None
    if given is not None or at.opened is None:
        return _unasked(ask, given, at)

    def known(text: str) -> date:
        on: date = _read(ask, at)(text)
        if default and on > default:
            words = f"{on} is after {default}, the day on which it is recorded"
            raise typer.BadParameter(words)
        retyping.remember(ask.option, f"{on}")
        return on

    return prompt.answer(ask.question, known, f"{default}", label=ask.key)


def _row(ask: Ask, at: At) -> dict[str, Any]:
    scenario = at.answers["scenario"]
    if at.opened:
        return _across_a_set(at.opened.database, scenario)
    question = ask.question.format(scenario)
    return {scenario: prompt.needed_as(None, ask.option, question, parsing.rating)}


def _across_a_set(database: Database, scenario: ScenarioId) -> dict[ScenarioId, Any]:
    """The rating for the scenario, and for each rival in its set."""
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
