"""An export from Fatebook: a CSV of forecasts, also of a tournament, or the JSON of its API."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from scenarios.exchange.arrivals import Arrived, Place, SourceFile, Wanted
from scenarios.exchange.incoming import Incoming, incoming, items, list_of, rows, within
from scenarios.exchange.incoming import text_of as text
from scenarios.exchange.questions import (
    CellError,
    Ended,
    Intake,
    Option,
    Posed,
    digest,
    probability,
)
from scenarios.exchange.tables.table import refused
from scenarios.model import Outcome
from scenarios.text import shown

ADDRESS = "https://fatebook.io"
NEEDED = ("Question title", "Forecast created by", "Forecast created at", "Question created at")
_COLUMNS = {
    "title": "Question title",
    "question": "Question title",
    "opened": "Question created at",
    "horizon": "Question resolve by",
    "resolution.date": "Resolved at",
    "resolution.outcome": "Resolution",
}
_KEYS = {
    "title": "title",
    "opened": "createdAt",
    "horizon": "resolveBy",
    "resolution.date": "resolvedAt",
    "resolution.outcome": "resolution",
}
_OUTCOMES: dict[str, Outcome] = {"YES": "occurred", "NO": "did-not-occur", "AMBIGUOUS": "annulled"}
_HIDDEN = "forecasts that are hidden"
_FORECAST = re.compile(r"forecast(?: \(|\Z)", re.IGNORECASE)
"""The column of the probabilities: `Forecast`, or `Forecast (…)` with the scale."""


class _Exported(NamedTuple):
    """A question by the texts of its columns.

    `options` has the resolution of each and its time, under an empty key if there are none.
    """

    id: str
    place: Place
    text: Callable[[str], str]
    columns: Mapping[str, str]
    notes: str
    tags: list[str]
    options: dict[str, tuple[str, str]]
    address: str = ADDRESS
    exclusive: bool = True


def read(given: SourceFile, wanted: Wanted) -> Arrived:
    """The questions and forecasts of the files; a time without a zone is in the wanted one."""
    site, questions = Intake("fatebook", wanted), dict[str, _Exported]()
    with incoming(given, wanted.encoding, ".csv", ".json") as files:
        for file in files:
            start = file.stream.peek(64).removeprefix(b"\xef\xbb\xbf").lstrip()
            (_read_json if start[:1] in (b"{", b"[") else _read_table)(site, questions, file)
    for asked in questions.values():
        with site.row(asked.place, asked.id):
            site.ask(_question(site, asked))
    return site.arrived()


def _read_table(site: Intake, questions: dict[str, _Exported], file: Incoming) -> None:
    for row in rows(file, NEEDED):
        if row.ragged:
            site.misfit(row.place, row.ragged)
            continue
        with site.row(row.place):
            title, choice = row.text("Question title"), row.text("Multiple choice option")
            id = _id(site, row.text("Question created at"), title)
            if id not in questions:
                tags = [*row.text("Question tags").split(";"), row.text("Tournament name")]
                notes = row.text("Question notes")
                asked = _Exported(id, row.place, row.text, _COLUMNS, notes, tags, {})
                questions[id] = asked
                site.left_out["comments"] += bool(row.text("Question comments"))
            questions[id].options[choice] = row.text("Resolution"), row.text("Resolved at")
            column = next((c for c in row.columns if _FORECAST.match(c)), None)
            if column is None:
                raise refused(row.place.file, 1, "no column 'Forecast (scale = 0-1)'")
            if not row.text(column):
                site.left_out[_HIDDEN] += 1
                continue
            time = site.at(row.text("Forecast created at"), "Forecast created at")
            value = probability(row.text(column), column)
            name = row.text("Forecast created by")
            site.forecast(site.foreign(id, choice), name, time, value, row.at(column))


def _id(site: Intake, created_at: str, title: str) -> str:
    """An id of the time of creation, in UTC if it has no zone, and the title."""
    created = site.at(created_at, "Question created at", dt.UTC).replace(tzinfo=None)
    return f"{created.isoformat(timespec='seconds')}-{digest(title)}"


def _read_json(site: Intake, questions: dict[str, _Exported], file: Incoming) -> None:
    for place, value in items(file, "items"):
        if not place.row and "title" not in value:
            continue  # the keys beside the list
        if not text(value, "title").strip():
            site.misfit(place, "not a question with a title")
        elif value.get("type") not in (None, "BINARY", "MULTIPLE_CHOICE"):
            site.left_out[f"{shown(value['type'])[1:-1].lower()} questions"] += 1
        else:
            with site.row(place):
                asked = _asked_in_item(site, value, place)
                questions[asked.id] = asked
                site.left_out["comments"] += len(list_of(value, "comments"))
                _forecasts(site, asked, value)


def _asked_in_item(site: Intake, value: dict[str, Any], place: Place) -> _Exported:
    resolution, resolved_at = text(value, "resolution"), text(value, "resolvedAt")
    exclusive = value.get("exclusiveAnswers") is not False
    is_void = exclusive and resolution == "AMBIGUOUS"  # whose options all say NO
    options = {
        text(option, "text"): (resolution, resolved_at)
        if is_void
        else (text(option, "resolution") or resolution, text(option, "resolvedAt") or resolved_at)
        for option in list_of(value, "options")
    }
    named = [text(tag, "name") for key in ("tags", "tournaments") for tag in list_of(value, key)]
    id = text(value, "id")
    return _Exported(
        id or _id(site, text(value, "createdAt"), text(value, "title")),
        place,
        partial(text, value),
        _KEYS,
        text(value, "notes"),
        named,
        options or {"": (resolution, resolved_at)},
        address=f"{ADDRESS}/q/{id}" if id else ADDRESS,
        exclusive=exclusive,
    )


def _forecasts(site: Intake, asked: _Exported, value: dict[str, Any]) -> None:
    """Add the forecasts of an item once, even if they stand with the question and its option."""
    options = list_of(value, "options")
    choices = {text(option, "id"): text(option, "text") for option in options}
    forecasts = list_of(value, "forecasts")
    for option in options:
        forecasts += ({"optionId": option.get("id"), **f} for f in list_of(option, "forecasts"))
    known = set()
    for number, forecast in enumerate(forecasts, start=1):
        if text(forecast, "id") in known:
            continue
        known |= {text(forecast, "id")} - {""}
        if forecast.get("forecast") is None:
            site.left_out[_HIDDEN] += 1
            continue
        place = within(asked.place, number, "forecasts.forecast")
        with site.row(place):
            scenario = site.foreign(asked.id, choices.get(text(forecast, "optionId"), ""))
            user = text(forecast, "user", "name") or text(forecast, "userId")
            name = user or text(forecast, "user", "id")
            time = site.at(text(forecast, "createdAt"), "forecasts.createdAt")
            chance = probability(forecast["forecast"], place.column)
            site.forecast(scenario, name, time, chance, place)


def _question(site: Intake, asked: _Exported) -> Posed:
    columns = asked.columns
    title = asked.text(columns["title"])
    if not title:
        raise CellError("Question title", "empty")
    opened = site.day(asked.text(columns["opened"]), columns["opened"])
    horizon = site.day(asked.text(columns["horizon"]), columns["horizon"])
    known = [resolution.upper() for resolution, _ in asked.options.values()]
    # exactly one of its options can be right, as far as the file shows
    is_open = known.count("YES") <= 1 and known.count("NO") < len(known)
    is_set = asked.exclusive and "" not in asked.options and len(known) > 1 and is_open
    return Posed(
        asked.id,
        title,
        asked.address,
        opened,
        horizon,
        asked.place,
        columns,
        details=asked.notes,
        tags=asked.tags,
        set=site.set_of(asked.id) if is_set else None,
        options=[
            Option(choice, choice, _resolved(site, *resolution, columns, horizon))
            for choice, resolution in asked.options.items()
        ],
    )


def _resolved(
    site: Intake, resolution: str, at: str, columns: Mapping[str, str], horizon: dt.date
) -> Ended | None:
    if not resolution:
        return None
    outcome = _OUTCOMES.get(resolution.upper())
    if outcome is None:
        message = f"{shown(resolution)} is not YES, NO or AMBIGUOUS"
        raise CellError(columns["resolution.outcome"], message)
    day = horizon if horizon <= site.today else None
    if at:
        day = site.day(at, columns["resolution.date"])
    return Ended(outcome, day, f"Resolved as {resolution.upper()} at Fatebook")
