"""The JSON of PredictionBook: predictions, each with the responses to it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from scenarios.exchange.arrivals import Arrived, Place, SourceFile, Wanted
from scenarios.exchange.incoming import incoming, items, list_of, text_of, within
from scenarios.exchange.questions import CellError, Ended, Intake, Posed, digest, probability
from scenarios.model import Outcome
from scenarios.text import shown

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


def read(given: SourceFile, wanted: Wanted) -> Arrived:
    """The predictions of the files: the answer of the API, or a list."""
    site = Intake("predictionbook", wanted)
    with incoming(given, wanted.encoding, ".json") as files:
        for place, value in (item for file in files for item in items(file, "predictions")):
            title = text_of(value, "description")
            if title.strip():
                _take(site, value, place, title)
            elif place.row or title:
                site.misfit(place, "not a prediction with a description")
    return site.arrived()


def _take(site: Intake, value: dict[str, Any], place: Place, title: str) -> None:
    """Add a prediction, and its responses with a confidence; the others are comments."""
    id = text_of(value, "id") or text_of(value, "uuid") or digest(title)
    days = []
    for number, response in enumerate(list_of(value, "responses"), start=1):
        site.left_out["comments"] += bool(response.get("comment"))
        if response.get("confidence") is None:
            continue
        where = within(place, number, "responses.confidence")
        with site.row(where):
            name = text_of(response, "user_label") or text_of(response, "user_id")
            chance = probability(response["confidence"], where.column, 100)
            time = site.at(text_of(response, "created_at"), "responses.created_at")
            site.forecast(site.foreign(id), name, time, chance, where)
            days.append(time.date())
    with site.row(place, id):
        page, created = text_of(value, "id"), text_of(value, "created_at")
        horizon = site.day(text_of(value, "deadline"), "deadline")
        opened = site.day(created, "created_at") if created else min([*days, horizon])
        resolved = _resolved(site, value, id, horizon, days or [opened])
        address = f"{ADDRESS}/{page}" if page else ADDRESS
        wording = text_of(value, "description_with_group")
        asked = Posed(id, title, address, opened, horizon, place, _COLUMNS, wording)
        site.ask(asked._replace(resolved=resolved))


def _resolved(
    site: Intake, value: dict[str, Any], id: str, horizon: dt.date, days: list[dt.date]
) -> Ended | None:
    """The outcome; the file does not say when it was known, so the day is an estimate."""
    known = value.get("outcome")
    plain = known.casefold() if isinstance(known, str) else known
    if not isinstance(plain, str | bool | None) or plain not in _OUTCOMES:
        raise CellError("outcome", f"{shown(known)} is not true, false or null")
    outcome = "annulled" if value.get("withdrawn") is True else _OUTCOMES[plain]
    if outcome is None:
        return None
    changed = text_of(value, "updated_at")
    day = stated = site.day(changed, "updated_at") if changed else horizon
    if day <= max(days):  # it changes with a prediction, and may not with a judgement
        day = max(horizon, *days)
    if day > site.today:
        day = max(days)
    if not changed or day != stated:
        site.note(id, "judged on a day that the file lacks: dated to the deadline or last response")
    words = {"occurred": "Judged right", "did-not-occur": "Judged wrong", "annulled": "Withdrawn"}
    return Ended(outcome, day, f"{words[outcome]} at PredictionBook")
