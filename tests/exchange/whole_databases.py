"""Random databases in which every key of every record is used, as files in our own layout."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from scenarios import values
from scenarios.model import (
    Clarification,
    ConditionalPrior,
    Database,
    Evidence,
    Indicator,
    Kind,
    Prior,
    Scenario,
    Sheet,
    Source,
    Tracker,
)
from scenarios.paths import path_of, schema_address
from scenarios.storage.edits import new_file, tidy
from scenarios.storage.yaml.writer import dump
from scenarios.values import EventCount, Events
from tests.random_databases import START, random_database

Of = TypeVar("Of")
TEXTS = (
    "Plain words",
    "=1+1",
    "'=1",
    "''quoted",
    "-3 %",
    '"said", and; left',
    "null",
    "0123",
    "2022-01-01",
    "Two\nlines\n\nand a paragraph",
    "ends in a break\n",
    " led by a blank",
    "Пекин 北京 \u00e9 🙂",
    "a\\b % {x} [y] # no comment: none",
    "tab\there",
    "x" * 200,
)


def whole_database(seed: int) -> Database:
    """A random database with sheets, and whatever else a record may have here and there."""
    chance, plain = Random(seed), random_database(seed)  # noqa: S311 - the same every time

    def some(make: Callable[[], Of]) -> Of | None:
        return make() if chance.random() < 0.4 else None

    def text() -> str:
        return chance.choice(TEXTS)

    def names() -> dict[str, Any]:
        foreign: dict[str, str | int] = {
            system: chance.choice((chance.randint(-9, 10**12), text()[:500], "12"))
            for system in chance.sample(["metaculus", "icews", "own"], chance.choice([0, 0, 1, 2]))
        }
        return {"foreign": foreign}

    def url() -> str:
        return f"https://example.org/{chance.randint(1, 9)}?a=b,c'd"

    tracker = replace(
        plain.tracker,
        id=some(lambda: str(chance.randint(1, 10**9))),
        title=text(),
        description=some(text) or "",
        notice=some(text),
        repository=some(url),
        review_every_days=chance.choice([7, 14]),
        forecast_expires_days=some(lambda: 180),
        estimative_language=chance.choice(["icd-203", "phia"]),
        analysts={"desk": text(), "second": text()} if chance.random() < 0.5 else {},
    )
    evidence = {
        id: replace(
            item,
            summary=text(),
            ratings={} if item.indicators else item.ratings,
            analyst=some(lambda: "desk"),
            url=some(url),
            quote=some(text),
            notes=some(text),
            attachment=some(lambda: values.Attachment(f"attachments/{'0a' * 32}.pdf", "0a" * 32)),
            corroborated_by=_some_of(chance, [*plain.evidence], besides=id),
            formerly=(f"{id}-before",) if chance.random() < 0.2 else (),
            **names(),
        )
        for id, item in plain.evidence.items()
    }
    scenarios = {
        id: replace(
            one,
            title=text(),
            question=text(),
            prior=replace(one.prior, basis=text(), given=_around(one.prior)),
            tags=tuple(chance.sample(["x", "y-z", "w"], chance.randint(0, 3))),
            implies=_some_of(chance, [*plain.scenarios], besides=id),
            indicators={key: _watched(chance, it) for key, it in one.indicators.items()},
            clarifications=tuple(
                Clarification(one.opened + timedelta(n), text())
                for n in range(chance.randint(0, 2))
            ),
            resolution=one.resolution
            and replace(one.resolution, evidence=_some_of(chance, [*plain.evidence])),
            formerly=(f"{id}-before", f"{id}-first") if chance.random() < 0.2 else (),
            **names(),
        )
        for id, one in plain.scenarios.items()
    }
    sources = {
        id: replace(one, name=text(), url=some(url), reliability_basis=some(text), **names())
        for id, one in plain.sources.items()
    }
    sheets = dict(_sheet(chance, [*scenarios], [*evidence]) for _ in range(chance.randint(0, 5)))
    return Database(tracker, scenarios, evidence, sheets, sources)


def files(database: Database) -> dict[str, bytes]:
    """Each record in its file, as a recording command lays it out."""
    kinds: tuple[tuple[Kind, Any], ...] = (
        ("scenario", database.scenarios),
        ("evidence", database.evidence),
        ("forecasts", database.sheets),
        ("source", database.sources),
    )
    made = {}
    for kind, records in kinds:
        for id, record in records.items():
            made[path_of(kind, id)] = new_file(kind, id, told(record)).new or b""
    address = schema_address("tracker.yaml")
    text = dump(tidy(Tracker, told(database.tracker)), address)
    return {**made, "tracker.yaml": text.encode()}


def told(record: Scenario | Evidence | Sheet | Source | Tracker) -> dict[str, Any]:
    """What a file says: nothing of what is empty, whole numbers as such."""
    plain: dict[str, Any] = _told(msgspec.to_builtins(record), "")
    return plain


def _told(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        told = {name: _told(part, name) for name, part in value.items()}
        if key == "probabilities":
            return told
        return {name: part for name, part in told.items() if part not in (None, [], {}, "")}
    if isinstance(value, list | tuple):
        return [_told(part, "") for part in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _some_of(chance: Random, ids: list[str], besides: str = "") -> tuple[str, ...]:
    others = [id for id in ids if id != besides]
    return tuple(chance.sample(others, min(len(others), chance.choice([0, 0, 1, 3]))))


def _around(prior: Prior) -> dict[str, ConditionalPrior]:
    """Figures between which the prior lies."""
    p = prior.probability
    return {
        id: ConditionalPrior(max(one.occurred, p), min(one.did_not_occur, p))
        for id, one in prior.given.items()
    }


def _watched(chance: Random, indicator: Indicator) -> Indicator:
    events = Events(
        "icews",
        {"cameo": ["190", "0193"], "source_country": ["RUS"]},
        chance.choice([None, EventCount("7d", 3)]),
    )
    return replace(
        indicator,
        statement=chance.choice(TEXTS),
        watch=chance.choice([None, *TEXTS]),
        events=events if chance.random() < 0.5 else None,
    )


def _sheet(chance: Random, scenarios: list[str], items: list[str]) -> tuple[str, Sheet]:
    day = date(START.year, chance.randint(1, 12), 1)
    analyst = chance.choice(["desk", "second"])
    said = chance.sample(scenarios, chance.randint(1, len(scenarios)))
    return f"{day}-{analyst}", Sheet(
        day,
        analyst,
        {id: chance.choice([None, round(chance.uniform(0.0001, 0.9999), 4)]) for id in said},
        {id: chance.choice(TEXTS) for id in said if chance.random() < 0.5},
        {id: named for id in said if (named := _some_of(chance, items))},
    )
