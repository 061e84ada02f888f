"""Rating an item across the row: set by set and then tag by tag, so that no rival is forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

import typer

from scenarios.analysis.known import Known, known, state
from scenarios.analysis.ledger import ledger
from scenarios.cli import ask, parsing
from scenarios.cli.desk import Desk, known_id
from scenarios.model import Database, Evidence, IndicatorKey, Rating, ScenarioId
from scenarios.render.text import percent, printable

_PICK = re.compile(r"(\d+)\s*([oer]?)")
_STATES = {"": "observed", "o": "observed", "e": "emerging", "r": "reversed"}


class Answers(NamedTuple):
    """What has been said of the item so far."""

    ratings: dict[ScenarioId, Any]
    indicators: dict[str, str]


def details(desk: Desk, record: dict[str, Any], *, asked: bool) -> dict[str, Any] | None:
    """Ask for the date, the source and the grade; the record of a source that is new."""
    if record["observed"] is None and not asked:
        record["observed"] = record["recorded"]
    elif record["observed"] is None:
        question = "When did it happen (a day, 2021-12 or 2021)"
        record["observed"] = ask.answer(question, parsing.observed, default=record["recorded"])
    else:
        record["observed"] = parsing.observed(record["observed"])
    if record["source"] is None and asked:
        record["source"] = ask.answer("Source id (Enter = none)", str, default="") or None
    new_source = _source(desk, record, asked=asked)
    if record["grade"] is None and asked:
        question = "Grade, like B2 (Enter = the source's letter, 6)"
        record["grade"] = ask.answer(question, _graded, default="") or None
    if record["grade"]:
        parsing.grade(record["grade"])
    return new_source


def walk(database: Database, answers: Answers, day: date, item: Evidence | None = None) -> None:
    """Show the open scenarios group by group and ask for each what the item says of it."""
    at_day = known(database, day)
    rated = set(item.ratings) if item else set()
    typer.echo(
        "For each scenario: how much more expected is it if it happens than if it does not?\n"
        "CC or C more, N equally, I or II less, or a likelihood ratio; Enter = not rated.",
        err=True,
    )
    for title, ids in _groups(database, day):
        typer.echo(f"\n{printable(title)}", err=True)
        _indicators(at_day, answers, ids)
        done = _through_indicators(database, answers) | rated
        in_set = database.scenarios[ids[0]].set is not None
        if in_set and not done.isdisjoint(ids):
            continue
        for id in ids:
            if id not in answers.ratings and id not in done:
                said = ask.answer(_question(at_day, id), _rating, default="")
                if said is not None:
                    answers.ratings[id] = said


def _groups(database: Database, day: date) -> Iterator[tuple[str, list[ScenarioId]]]:
    live = [
        id for id in sorted(database.scenarios) if state(database, id, day) in ("open", "overdue")
    ]
    tracker = database.tracker
    for set_id, title in tracker.sets.items():
        ids = [id for id in live if database.scenarios[id].set == set_id]
        if ids:
            yield f"{title} (set {set_id})", ids
    alone = [id for id in live if database.scenarios[id].set not in tracker.sets]
    tags = sorted({_first_tag(database, id) for id in alone})
    for tag in tags:
        yield tag or "other scenarios", [id for id in alone if _first_tag(database, id) == tag]


def _first_tag(database: Database, id: ScenarioId) -> str:
    tags = database.scenarios[id].tags
    return tags[0] if tags else ""


def _indicators(at_day: Known, answers: Answers, ids: Sequence[ScenarioId]) -> None:
    """Ask which indicators of this group the item fires: one that fits is better than a rating."""
    scenarios = at_day.database.scenarios
    keys: list[IndicatorKey] = [(id, name) for id in ids for name in scenarios[id].indicators]
    keys = [key for key in keys if "/".join(key) not in answers.indicators]
    if not keys:
        return
    for number, (id, name) in enumerate(keys, start=1):
        statement = scenarios[id].indicators[name].statement
        typer.echo(f"  {number:>2} {id}/{name}: {printable(statement)}", err=True)

    def parse(text: str) -> list[tuple[str, str]]:
        return [_pick(word, keys) for word in text.replace(",", " ").split()]

    question = "  Indicators that it shows (like 1, 2e = emerging, 3r = reversed; Enter = none)"
    answers.indicators.update(ask.answer(question, parse, default=""))


def _pick(word: str, keys: Sequence[IndicatorKey]) -> tuple[str, str]:
    found = _PICK.fullmatch(word)
    if not found or not 1 <= int(found[1]) <= len(keys):
        raise typer.BadParameter(f"'{word}': a number from 1 to {len(keys)}, then o, e or r")
    return "/".join(keys[int(found[1]) - 1]), _STATES[found[2]]


def _through_indicators(database: Database, answers: Answers) -> set[ScenarioId]:
    """The scenarios that the indicators fired so far rate."""
    found: set[ScenarioId] = set()
    for text in answers.indicators:
        id, _, name = text.partition("/")
        if id in database.scenarios and name in database.scenarios[id].indicators:
            found |= database.scenarios[id].indicators[name].ratings.keys()
    return found


def _question(at_day: Known, id: ScenarioId) -> str:
    chance = percent(ledger(at_day, id).implied.probability)
    return f"  {id} ({chance}) {printable(at_day.database.scenarios[id].title)}"


def _rating(text: str) -> Rating | None:
    return parsing.rating(text) if text else None  # type: ignore[return-value]


def _graded(text: str) -> str:
    if text:
        parsing.grade(text)
    return text


def _source(desk: Desk, record: dict[str, Any], *, asked: bool) -> dict[str, Any] | None:
    """The record of an unknown source that the analyst wants registered."""
    from scenarios.cli.recording import source_record

    known_sources = desk.database.sources
    if record["source"] is None or record["source"] in known_sources:
        return None
    if asked and ask.confirmed(f"There is no source '{record['source']}'. Register it"):
        return source_record(
            None, None, ask.answer("Its address (Enter = none)", str, "") or None, None
        )
    known_id(record["source"], known_sources, "source", "scen list sources")
    return None
