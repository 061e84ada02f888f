"""An export from Fatebook: a CSV of forecasts, also of a tournament, or the JSON of its API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from scenarios.exchange.arrivals import Arrived, Foreign, Place
from scenarios.exchange.incoming import (
    Incoming,
    Row,
    incoming,
    is_json,
    items,
    list_of,
    rows,
    within,
)
from scenarios.exchange.incoming import text_of as text
from scenarios.exchange.questions import (
    Question,
    Resolved,
    Said,
    Site,
    WrongCellError,
    at,
    day,
    digest,
    option,
    probability,
    tags,
)
from scenarios.exchange.readers import Given, Wanted
from scenarios.exchange.tables.table import refused
from scenarios.model import Outcome
from scenarios.text import shown

SYSTEM = "fatebook"
ADDRESS = "https://fatebook.io"
FORECAST = "Forecast (scale = 0-1)"
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
    "opened": "createdAt",
    "horizon": "resolveBy",
    "resolution.date": "resolvedAt",
    "resolution.outcome": "resolution",
}
_OUTCOMES: dict[str, Outcome] = {
    "YES": "occurred",
    "NO": "did-not-occur",
    "AMBIGUOUS": "annulled",
}
_HIDDEN = "forecasts that are hidden"


class _Choice(NamedTuple):
    """How a question was resolved, or an option of one."""

    resolution: str
    resolved_at: str


class _Asked(NamedTuple):
    """A question with texts as they stand; `options` has an empty one where it has none."""

    id: str
    title: str
    address: str
    created_at: str
    resolve_by: str
    notes: str
    tags: tuple[str, ...]
    place: Place
    columns: Mapping[str, str]
    options: dict[str, _Choice]
    exclusive: bool = True


def read(given: Given, wanted: Wanted) -> Arrived:
    """What the files hold; a time without a zone is one of that which is wanted."""
    site, asked = Site(), dict[str, _Asked]()
    with incoming(given, wanted.encoding, ".csv", ".json") as files:
        for file in files:
            if is_json(file):
                _read_json(site, asked, file, wanted.timezone)
            else:
                _read_table(site, asked, file, wanted.timezone)
    for one in asked.values():
        site.ask(one.place, one.id, one.title, _questions(one, wanted))
    return site.arrived()


def _read_table(site: Site, asked: dict[str, _Asked], file: Incoming, zone: dt.tzinfo) -> None:
    for row in rows(file, NEEDED):
        if row.ragged:
            site.misfit(row.place, row.ragged)
            continue
        with site.row(row.place):
            created = _in_utc(row.text("Question created at"))
            title, choice = row.text("Question title"), row.text("Multiple choice option")
            id = f"{created}-{digest(title)}"
            if id not in asked:
                asked[id] = _asked_in_row(row, id, title)
                site.left_out["comments"] += bool(row.text("Question comments"))
            resolved = row.text("Resolution"), row.text("Resolved at")
            asked[id].options[choice] = _Choice(*resolved)
            column = _forecast_column(row)
            if not row.text(column):
                site.left_out[_HIDDEN] += 1
                continue
            made = at(row.text("Forecast created at"), "Forecast created at", zone)
            value = probability(row.text(column), column)
            name = row.text("Forecast created by")
            site.say(Said(_foreign(id, choice), name, made, value, row.at(column)))


def _in_utc(text: str) -> str:
    """A time in UTC, as it stands where it has no zone: a part of an id, whatever is wanted."""
    naive = at(text, "Question created at", dt.UTC).replace(tzinfo=None)
    return naive.isoformat(timespec="seconds")


def _asked_in_row(row: Row, id: str, title: str) -> _Asked:
    return _Asked(
        id=id,
        title=title,
        address=ADDRESS,
        created_at=row.text("Question created at"),
        resolve_by=row.text("Question resolve by"),
        notes=row.text("Question notes"),
        tags=tags([*row.text("Question tags").split(";"), row.text("Tournament name")]),
        place=row.place,
        columns=_COLUMNS,
        options={},
    )


def _forecast_column(row: Row) -> str:
    """The column of the figures, whose name says their scale in one way or another."""
    for name in row.columns:
        if name.casefold() == "forecast" or name.casefold().startswith("forecast ("):
            return name
    raise refused(row.place.file, 1, f"no column '{FORECAST}'")


def _read_json(site: Site, asked: dict[str, _Asked], file: Incoming, zone: dt.tzinfo) -> None:
    for item in items(file, "items"):
        value = item.value
        if not item.place.row and "title" not in value:
            continue  # what stands beside the list
        if not text(value, "title").strip():
            site.misfit(item.place, "not a question with a title")
        elif value.get("type") not in (None, "BINARY", "MULTIPLE_CHOICE"):
            site.left_out[f"{shown(value['type'])[1:-1].lower()} questions"] += 1
        else:
            with site.row(item.place):
                one = _asked_in_item(value, item.place)
                asked[one.id] = one
                site.left_out["comments"] += len(list_of(value, "comments"))
                for said in _said(site, one, value, zone):
                    site.say(said)


def _asked_in_item(value: dict[str, Any], place: Place) -> _Asked:
    id, title, created = (text(value, key) for key in ("id", "title", "createdAt"))
    address = f"{ADDRESS}/q/{id}" if id else ADDRESS
    id = id or f"{_in_utc(created)}-{digest(title)}"
    resolved = _Choice(text(value, "resolution"), text(value, "resolvedAt"))
    exclusive = value.get("exclusiveAnswers") is not False
    is_void = exclusive and resolved.resolution == "AMBIGUOUS"  # whose options all say NO
    options = {
        text(one, "text"): resolved
        if is_void
        else _Choice(
            text(one, "resolution") or resolved.resolution,
            text(one, "resolvedAt") or resolved.resolved_at,
        )
        for one in list_of(value, "options")
    }
    named = [text(one, "name") for key in ("tags", "tournaments") for one in list_of(value, key)]
    return _Asked(
        id=id,
        title=title,
        address=address,
        created_at=created,
        resolve_by=text(value, "resolveBy"),
        notes=text(value, "notes"),
        tags=tags(named),
        place=place,
        columns=_KEYS,
        options=options or {"": resolved},
        exclusive=exclusive,
    )


def _said(site: Site, asked: _Asked, value: dict[str, Any], zone: dt.tzinfo) -> Iterator[Said]:
    """The forecasts of an item; one may stand both beside the question and with its option."""
    choices = {text(one, "id"): text(one, "text") for one in list_of(value, "options")}
    forecasts = list_of(value, "forecasts")
    for choice in list_of(value, "options"):
        forecasts += ({"optionId": choice.get("id"), **one} for one in list_of(choice, "forecasts"))
    known = set()
    for number, one in enumerate(forecasts, start=1):
        if text(one, "id") in known:
            continue
        known |= {text(one, "id")} - {""}
        if one.get("forecast") is None:
            site.left_out[_HIDDEN] += 1
            continue
        place = within(asked.place, number, "forecasts.forecast")
        with site.row(place):
            scenario = _foreign(asked.id, choices.get(text(one, "optionId"), ""))
            name = text(one, "user", "name") or text(one, "userId") or text(one, "user", "id")
            made = at(text(one, "createdAt"), "forecasts.createdAt", zone)
            chance = probability(one["forecast"], place.column)
            yield Said(scenario, name, made, chance, place)


def _foreign(id: str, choice: str) -> Foreign:
    return Foreign(SYSTEM, f"{id}/{choice}"[:500] if choice else id)


def _questions(asked: _Asked, wanted: Wanted) -> Iterator[Question]:
    zone = wanted.timezone
    columns, group = asked.columns, f"{SYSTEM}-{digest(asked.id)}" if _is_set(asked) else None
    if not asked.title:
        raise WrongCellError("Question title", "empty")
    opened = day(asked.created_at, columns["opened"], zone)
    horizon = day(asked.resolve_by, columns["horizon"], zone)
    for choice, known in asked.options.items():
        title, wording = option(asked.title, choice) if choice else (asked.title, None)
        yield Question(
            _foreign(asked.id, choice),
            title,
            asked.address,
            opened,
            horizon,
            asked.place,
            wording=wording,
            details=asked.notes,
            set=group,
            tags=asked.tags,
            resolved=_resolved(known, columns, horizon, wanted),
            columns=columns,
        )


def _resolved(
    known: _Choice, columns: Mapping[str, str], horizon: dt.date, wanted: Wanted
) -> Resolved | None:
    if not known.resolution:
        return None
    outcome = _OUTCOMES.get(known.resolution.upper())
    if outcome is None:
        message = f"{shown(known.resolution)} is not YES, NO or AMBIGUOUS"
        raise WrongCellError(columns["resolution.outcome"], message)
    told = known.resolved_at
    on = day(told, columns["resolution.date"], wanted.timezone) if told else None
    if on is None and horizon <= wanted.today:
        on = horizon
    return Resolved(outcome, on, f"Resolved as {known.resolution.upper()} at Fatebook")


def _is_set(asked: _Asked) -> bool:
    """Whether exactly one of its options can be right, as far as the file shows."""
    known = [choice.resolution.upper() for choice in asked.options.values()]
    is_open = known.count("YES") <= 1 and known.count("NO") < len(known)
    return asked.exclusive and "" not in asked.options and len(known) > 1 and is_open
