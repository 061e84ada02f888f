"""Rating an item across the row: set by set and then tag by tag, so that no rival is forgotten."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple

import typer

from scenarios.analysis.evidence.knowledge import (
    ComparisonSet,
    KnownEvidence,
    known_on,
    rated_together,
)
from scenarios.analysis.evidence.knowledge import state as state_of
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.quantities.explanation import row_on
from scenarios.cli import parsing
from scenarios.cli.output.streams import cut
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.prompt import tell
from scenarios.cli.terminal.questions import answer_to
from scenarios.model import Database, Evidence, Indicator, IndicatorKey, Rating, ScenarioId
from scenarios.render.cells import scenario_or_row
from scenarios.scales import percent
from scenarios.storage.proposals import PendingProposal
from scenarios.text import counted, did_you_mean
from scenarios.values import first_day, indicator_key, owner_of
from scenarios.workspace.input import ratios
from scenarios.workspace.input.offers import CREDIBILITY, RELIABILITY, listed, titled
from scenarios.workspace.opened import OpenDatabase
from scenarios.workspace.tasks.evidence import TASK
from scenarios.workspace.tasks.source import KEYS
from scenarios.workspace.tasks.task import AnswerContext

_PICK = re.compile(r"([0-9]{1,4})([oer]?)")
_NONE = ("0", "n", "no", "none")
_STATES = {"": "observed", "o": "observed", "e": "emerging", "r": "reversed"}


class RowAnswers(NamedTuple):
    ratings: dict[ScenarioId, Any]
    indicators: dict[str, str]


def details(
    opened: OpenDatabase, record: dict[str, Any], proposal: PendingProposal | None, *, asked: bool
) -> dict[str, Any] | None:
    """Ask for the date, the source, the address and the grade; the record of a new source.

    The date of a `proposal` is offered: that of a feed is often the day of publication.
    """
    recorded, drafted = record["recorded"], proposal and proposal.proposal.item.observed
    if not asked:
        record["observed"] = parsing.observed(record["observed"] or recorded)
        if record["source"] is not None:
            opened.source(record["source"])
        return None

    def observed(text: str) -> str:
        day = parsing.observed(text)
        if first_day(day).isoformat() > recorded:
            raise typer.BadParameter(f"{day} is after {recorded}, the day on which it is recorded")
        return day

    question = "When did it happen: a day, a month (2021-12) or a year"
    day = record["observed"] if record["observed"] != drafted else None
    more = "The day of the fact, not of the report: 2022-02-04, 4 feb, yesterday."
    record["observed"] = prompt.answer(
        question, observed, more, drafted or recorded, from_option=day, label="observed"
    )
    new_source = source_of(opened, record)
    context = AnswerContext(parsing.today(), opened, record)
    record["url"] = answer_to(TASK.by_key["url"], record["url"], context)
    source = opened.database.sources.get(record["source"])
    letter = new_source["reliability"] if new_source else source.reliability if source else "F"
    grades = f"{RELIABILITY}\n{CREDIBILITY}"
    if record["grade"] is None:
        tell(grades)
    question = f"Grade of source and item, like B2 (Enter = {letter}6)"
    record["grade"] = prompt.optional(question, _graded, grades, record["grade"], label="grade")
    for key in ("short", "origin", "event", "theme"):  # these count once what items share
        record[key] = answer_to(TASK.by_key[key], record[key], context)
    return new_source


def walk(database: Database, answers: RowAnswers, day: date, item: Evidence | None = None) -> None:
    """Ask which indicators the item fires, then for each scenario that is left how it bears on it.

    Indicators come first: what they rate is not asked for again, so no row is mixed. `item` is
    the item as it is recorded, whose own ratings stand. `answers` grows answer by answer.
    """
    for id, rating in answers.ratings.items():
        prompt.noted(f"if {id}", rating)
    for key, state in answers.indicators.items():
        prompt.noted("shows", f"{key} {state}")
    groups, rows = list(rated_together(database, day)), list(_rows(database, day))
    if not (groups or rows):
        tell(f"no scenario is open on {day}: there is nothing to rate")
        return
    if answers.ratings or answers.indicators:
        done = len(answers.ratings.keys() | _through(database, answers.indicators).keys())
        question = f"{counted(done, 'scenario')} rated. Walk through the others"
        if not prompt.confirmed(question, default=True):
            return
    ratings, fired = (item.ratings, item.indicators) if item else ({}, {})
    rated = ratings | answers.ratings
    sets = {s.set for id, s in database.scenarios.items() if id in rated} - {None}
    closed = {id for id, s in database.scenarios.items() if id in rated or s.set in sets}
    _ask_indicators(database, groups, fired, answers.indicators, closed)
    through = _through(database, fired | answers.indicators)
    _ask_ratings(known_on(database, day), [*groups, *rows], answers.ratings, ratings, through)


def _rows(database: Database, day: date) -> Iterator[ComparisonSet]:
    """The rows of each quantity that is open on a day."""
    for id, scenario in sorted(database.quantities.items()):
        rows = scenario.quantity.rows(id) if scenario.quantity else ()
        if rows and state_of(database, id, day) in ("open", "overdue"):
            yield ComparisonSet(f"{id}: {scenario.title}", [*rows], is_set=False)


def _through(database: Database, fired: Iterable[str]) -> dict[ScenarioId, list[Rating]]:
    ratings: dict[ScenarioId, list[Rating]] = {}
    for id, name in map(indicator_key, fired):
        if id in database.scenarios and name in database.scenarios[id].indicators:
            for rated, rating in database.scenarios[id].indicators[name].ratings.items():
                ratings.setdefault(rated, []).append(rating)
    return ratings


def _ask_indicators(
    database: Database,
    groups: Sequence[ComparisonSet],
    fired: Collection[str],
    states: dict[str, str],
    closed: Collection[ScenarioId],
) -> None:
    """Show the indicators group by group: one that fits is better than a rating made up now.

    None may rate the `closed` scenarios too: those rated directly, and the rest of their sets.
    """
    left_out, offers = 0, []
    for group in groups:
        keys = [(id, name) for id in group.ids for name in database.scenarios[id].indicators]
        keys = [key for key in keys if "/".join(key) not in {*fired, *states}]
        free = [key for key in keys if not _indicator(database, key).ratings.keys() & closed]
        left_out += len(keys) - len(free)
        offers += [(group, free)] if free else []
    if offers:
        tell("\n1. WHAT IT SHOWS: an indicator that fits brings ratings fixed beforehand.", 0)
        tell("Numbers, like 1 4e (e = emerging, r = reversed); ? = in full; Enter = none.", 0)
    for group, free in offers:
        tell(f"\n{group.title}\n{_listed(database, free)}", 0)
        _pick(database, free, states)
    if left_out:
        tell(f"\n{left_out} left out: what an indicator rates may not be rated directly too.")


def _listed(database: Database, keys: Sequence[IndicatorKey], *, full: bool = False) -> str:
    lines = []
    wide = min(max(len(name) for _, name in keys), 26)
    for number, (id, name) in enumerate(keys, start=1):
        if number == 1 or id != keys[number - 2][0]:
            lines.append(cut(id if full else f"  {id}"))
        text = _indicator(database, (id, name)).statement
        row = cut(f"{number:>5} {name:<{wide}}  {text}")
        lines.append(f"{number} {name}: {text}" if full else row)
    return "\n".join(lines)


def _pick(database: Database, keys: Sequence[IndicatorKey], states: dict[str, str]) -> None:
    """Add to `states` what is chosen; each is shown in full."""

    def parse(text: str) -> RatingPicker:
        words = [] if text.lower() in _NONE else text.lower().replace(",", " ").split()
        return RatingPicker(_picked(word, keys) for word in words)

    in_full = _listed(database, keys, full=True)
    question = f"  Which (1 to {len(keys)})" if len(keys) > 1 else "  Is it this (1)"
    while picked := prompt.optional(question, parse, in_full, label="shows"):
        for key, state in picked.items():
            indicator = _indicator(database, key)
            row = ", ".join(
                f"{id} {ratios.rating_text(rating)}" for id, rating in indicator.ratings.items()
            )
            tell(f"{state}: {indicator.statement}\nrates {row}")
            states["/".join(key)] = state
        question = "  Any more (Enter = go on)"


class RatingPicker(dict[IndicatorKey, str]):
    def __str__(self) -> str:
        return ", ".join(f"{'/'.join(key)} {state}" for key, state in self.items())


def _picked(word: str, keys: Sequence[IndicatorKey]) -> tuple[IndicatorKey, str]:
    match = _PICK.fullmatch(word)
    if not match or not 1 <= int(match[1]) <= len(keys):
        words = f"a number from 1 to {len(keys)}, alone or with e or r behind it"
        raise typer.BadParameter(f"'{word}': {words}")
    return keys[int(match[1]) - 1], _STATES[match[2]]


def _ask_ratings(
    at_day: KnownEvidence,
    groups: Sequence[ComparisonSet],
    ratings: dict[ScenarioId, Any],
    recorded: Mapping[ScenarioId, Rating],
    through: Mapping[ScenarioId, list[Rating]],
) -> None:
    """Ask across the row; a set that indicators rate is theirs, and one half rated asks again."""
    tell("\n2. HOW IT BEARS ON EACH: how expected is it if the scenario happens, against if", 0)
    tell(f"not: {ratios.scale(at_day.database.tracker.decibans)}, or a number.", 0)
    tell("Enter = not rated; ? = the scenario's question and criteria.", 0)
    for group in groups:
        tell(f"\n{group.title}", 0)
        for id in group.ids:
            if id in through:
                tell(
                    f"{id}: {' and '.join(map(ratios.rating_text, through[id]))} through indicators"
                )
            elif id in recorded or id in ratings:
                tell(f"{id}: {ratios.rating_text(ratings.get(id) or recorded[id])} already")
        blank = [id for id in group.ids if id not in through]
        if group.is_set and len(blank) < len(group.ids):
            if blank:
                tell(f"{', '.join(blank)}: left blank by these indicators, counts as N")
            continue
        _rate(at_day, group.ids, [id for id in blank if id not in recorded], ratings)
        blank = [id for id in blank if id not in recorded and id not in ratings]
        if group.is_set and 0 < len(blank) < len(group.ids):
            tell("A set is rated across; a blank counts as N. Once more (Enter = leave it):")
            _rate(at_day, group.ids, blank, ratings)


def _rate(
    at_day: KnownEvidence,
    row: Sequence[ScenarioId],
    ids: Sequence[ScenarioId],
    ratings: dict[ScenarioId, Any],
) -> None:
    wide = max(map(len, row))
    odds = Odds(at_day)
    decibans = at_day.database.tracker.decibans
    parse, codes = partial(ratios.rating, decibans=decibans), ratios.codes(decibans)
    for id in ids:
        if id in ratings:
            continue
        scenario = scenario_or_row(id, at_day.database)
        chance = percent(_implied(odds, id))
        question = "  " + cut(f"{id:<{wide}} {chance:>5}  {scenario.title}", 16)
        more = f"{scenario.question}\n{scenario.resolution_criteria}"
        rating = prompt.optional(question, parse, more, label=f"if {id}", offers=codes)
        if rating is not None:
            ratings[id] = rating


def _implied(odds: Odds, id: ScenarioId) -> float:
    """The implied probability of a scenario or a row."""
    known = odds.known
    if owner_of(id) not in known.database.quantities:
        return odds.implied(id)
    book = row_on(known.database, id, known.as_of).ledger
    return book.chance(book.implied, id)


def _indicator(database: Database, key: IndicatorKey) -> Indicator:
    return database.scenarios[key[0]].indicators[key[1]]


def _graded(text: str) -> str:
    parsing.grade(text)
    return text.upper()


def source_of(opened: OpenDatabase, record: dict[str, Any]) -> dict[str, Any] | None:
    """Settle who says so; the record of an unknown source that the analyst wants registered."""
    sources = opened.database.sources
    by_name = {source.name.casefold(): id for id, source in sources.items()}

    def named(text: str) -> str:
        if text.lower() in sources:
            return text.lower()
        return by_name.get(text.casefold()) or parsing.id(text)

    offers = titled(sources)
    registered = listed(offers) if offers else "none is registered yet: name a new one"
    question = "Source: its id or name (? lists them; Enter = none)"
    while True:
        record["source"] = prompt.optional(
            question, named, registered, record["source"], label="source", offers=offers
        )
        if record["source"] in sources:
            return None
        if record["source"] is None:
            shares = opened.database.tracker.grade_weights
            if shares and not record["grade"]:
                share_text = percent(shares.share("F6"))
                tell(f"without a source it is graded F6, and keeps {share_text} of its rating")
            return None
        hint = did_you_mean(record["source"], sources)
        tell(f"there is no source '{record['source']}'" + (f"; {hint}" if hint else ""))
        if prompt.confirmed(f"  Register {record['source']} as a new source"):
            break
        record["source"] = None
        prompt.unsaid()
    context = AnswerContext(parsing.today(), opened, {})
    new_source = record["new_source"] = {ask.key: answer_to(ask, None, context) for ask in KEYS}
    return new_source
