"""The JSON of PredictionBook: predictions, each with the responses to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from scenarios.exchange.arrivals import Arrived, Foreign, Place
from scenarios.exchange.incoming import incoming, items, list_of, text_of, within
from scenarios.exchange.questions import (
    Question,
    Resolved,
    Said,
    Site,
    WrongCellError,
    at,
    day,
    digest,
    probability,
)
from scenarios.exchange.readers import Given, Wanted
from scenarios.model import Outcome
from scenarios.text import shown

SYSTEM = "predictionbook"
ADDRESS = "https://predictionbook.com/predictions"
_OUTCOMES: dict[object, Outcome | None] = {
    None: None,
    True: "occurred",
    False: "did-not-occur",
    "right": "occurred",
    "wrong": "did-not-occur",
    "unknown": None,
    "": None,
}
_COLUMNS = {
    "title": "description",
    "question": "description",
    "opened": "created_at",
    "horizon": "deadline",
    "resolution.outcome": "outcome",
    "resolution.date": "updated_at",
}


def read(given: Given, wanted: Wanted) -> Arrived:
    """What the files hold: the answer of the API, or a list of predictions."""
    site = Site()
    with incoming(given, wanted.encoding, ".json") as files:
        for item in (item for file in files for item in items(file, "predictions")):
            if item.place.row or text_of(item.value, "description"):
                _take(site, item.value, item.place, wanted)
    return site.arrived()


def _take(site: Site, value: Any, place: Place, wanted: Wanted) -> None:
    title = text_of(value, "description")
    if not title.strip():
        site.misfit(place, "not a prediction with a description")
        return
    id = text_of(value, "id") or text_of(value, "uuid") or digest(title)
    said = [*_said(site, value, id, place, wanted.timezone)]
    site.ask(place, id, title, _questions(value, id, place, said, wanted))
    for one in said:
        site.say(one)


def _said(
    site: Site, value: dict[str, Any], id: str, place: Place, zone: dt.tzinfo
) -> Iterator[Said]:
    """The responses with a confidence; the others are comments."""
    for number, one in enumerate(list_of(value, "responses"), start=1):
        site.left_out["comments"] += bool(one.get("comment"))
        if one.get("confidence") is None:
            continue
        there = within(place, number, "responses.confidence")
        with site.row(there):
            name = text_of(one, "user_label") or text_of(one, "user_id")
            chance = probability(one["confidence"], there.column, 100)
            made = at(text_of(one, "created_at"), "responses.created_at", zone)
            yield Said(Foreign(SYSTEM, id), name, made, chance, there)


def _questions(
    value: dict[str, Any], id: str, place: Place, said: list[Said], wanted: Wanted
) -> Iterator[Question]:
    number = text_of(value, "id")
    horizon = day(text_of(value, "deadline"), "deadline", wanted.timezone)
    days = [one.made.date() for one in said]
    created = text_of(value, "created_at")
    opened = day(created, "created_at", wanted.timezone) if created else min([*days, horizon])
    yield Question(
        Foreign(SYSTEM, id),
        text_of(value, "description"),
        f"{ADDRESS}/{number}" if number else ADDRESS,
        opened,
        horizon,
        place,
        wording=text_of(value, "description_with_group") or None,
        resolved=_resolved(value, horizon, days or [opened], wanted),
        columns=_COLUMNS,
    )


def _resolved(
    value: dict[str, Any], horizon: dt.date, days: list[dt.date], wanted: Wanted
) -> Resolved | None:
    """The outcome, or none for what was withdrawn; the file does not say since when it is known."""
    known = value.get("outcome")
    plain = known.casefold() if isinstance(known, str) else known
    if not isinstance(plain, str | bool | None) or plain not in _OUTCOMES:
        raise WrongCellError("outcome", f"{shown(known)} is not true, false or null")
    outcome = _OUTCOMES[plain]
    if value.get("withdrawn") is True:
        outcome = "annulled"
    if outcome is None:
        return None
    changed = text_of(value, "updated_at")
    since = day(changed, "updated_at", wanted.timezone) if changed else horizon
    if since <= max(days):  # it changes with a prediction, and may not with a judgement
        since = max(horizon, *days)
    if since > wanted.today:
        since = max(days)
    words = {"occurred": "Judged right", "did-not-occur": "Judged wrong", "annulled": "Withdrawn"}
    return Resolved(outcome, since, f"{words[outcome]} at PredictionBook")
