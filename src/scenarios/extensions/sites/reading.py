"""Exports of forecasting sites: CSV or JSON of Fatebook, JSON of Manifold and PredictionBook."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from scenarios import ReadOptions
from scenarios.extending import (
    CellError,
    FilePosition,
    ForeignQuestion,
    ImportBuilder,
    ImportFile,
    InputFile,
    QuestionOption,
    QuestionOutcome,
    SourceFile,
    digest,
    incoming,
    items,
    list_of,
    probability,
    refused,
    rows,
    shown,
    text_of,
)

_FATEBOOK = "https://fatebook.io"
NEEDED = ("Question title", "Forecast created by", "Forecast created at", "Question created at")
_FATEBOOK_COLUMNS = {
    "title": "Question title",
    "question": "Question title",
    "opened": "Question created at",
    "horizon": "Question resolve by",
    "resolution.date": "Resolved at",
    "resolution.outcome": "Resolution",
}
_FATEBOOK_KEYS = {
    "title": "title",
    "opened": "createdAt",
    "horizon": "resolveBy",
    "resolution.date": "resolvedAt",
    "resolution.outcome": "resolution",
}
_FATEBOOK_OUTCOMES: dict[str, str] = {
    "YES": "occurred",
    "NO": "did-not-occur",
    "AMBIGUOUS": "annulled",
}
_HIDDEN = "forecasts that are hidden"
_FORECAST = re.compile(r"forecast(?: \(|\Z)", re.IGNORECASE)
"""The column of the probabilities: `Forecast`, or `Forecast (…)` with the scale."""


class QuestionRow(NamedTuple):
    """A question by the texts of its columns.

    `options` has the resolution of each and its time, under an empty key if there are none.
    """

    id: str
    position: FilePosition
    text: Callable[[str], str]
    columns: Mapping[str, str]
    notes: str
    tags: list[str]
    options: dict[str, tuple[str, str]]
    address: str = _FATEBOOK
    exclusive: bool = True


def fatebook(source_file: SourceFile, wanted: ReadOptions) -> ImportFile:
    """The questions and forecasts of the files; a time without a zone is in the wanted one."""
    site, questions = ImportBuilder("fatebook", wanted), dict[str, QuestionRow]()
    with incoming(source_file, wanted.encoding, ".csv", ".json") as files:
        for file in files:
            start = file.stream.peek(64).removeprefix(b"\xef\xbb\xbf").lstrip()
            (_read_json if start[:1] in (b"{", b"[") else _read_table)(site, questions, file)
    for asked in questions.values():
        with site.row(asked.position, asked.id):
            site.ask(_fatebook_question(site, asked))
    return site.arrived()


def _read_table(site: ImportBuilder, questions: dict[str, QuestionRow], file: InputFile) -> None:
    for row in rows(file, NEEDED):
        if row.ragged:
            site.add_error(row.position, row.ragged)
            continue
        with site.row(row.position):
            title, choice = row.text("Question title"), row.text("Multiple choice option")
            id = _id(site, row.text("Question created at"), title)
            if id not in questions:
                tags = [*row.text("Question tags").split(";"), row.text("Tournament name")]
                notes = row.text("Question notes")
                asked = QuestionRow(id, row.position, row.text, _FATEBOOK_COLUMNS, notes, tags, {})
                questions[id] = asked
                site.left_out["comments"] += bool(row.text("Question comments"))
            questions[id].options[choice] = row.text("Resolution"), row.text("Resolved at")
            column = next((c for c in row.columns if _FORECAST.match(c)), None)
            if column is None:
                raise refused(row.position.file, 1, "no column 'Forecast (scale = 0-1)'")
            if not row.text(column):
                site.left_out[_HIDDEN] += 1
                continue
            time = site.timestamp(row.text("Forecast created at"), "Forecast created at")
            value = probability(row.text(column), column)
            name = row.text("Forecast created by")
            site.forecast(site.foreign(id, choice), name, time, value, row.position_of(column))


def _id(site: ImportBuilder, created_at: str, title: str) -> str:
    """An id of the time of creation, in UTC if it has no zone, and the title."""
    created = site.timestamp(created_at, "Question created at", dt.UTC).replace(tzinfo=None)
    return f"{created.isoformat(timespec='seconds')}-{digest(title)}"


def _read_json(site: ImportBuilder, questions: dict[str, QuestionRow], file: InputFile) -> None:
    for position, value in items(file, "items"):
        if not position.row and "title" not in value:
            continue  # the keys beside the list
        if not text_of(value, "title").strip():
            site.add_error(position, "not a question with a title")
        elif value.get("type") not in (None, "BINARY", "MULTIPLE_CHOICE"):
            site.left_out[f"{shown(value['type'])[1:-1].lower()} questions"] += 1
        else:
            with site.row(position):
                asked = _asked_in_item(site, value, position)
                questions[asked.id] = asked
                site.left_out["comments"] += len(list_of(value, "comments"))
                _forecasts(site, asked, value)


def _asked_in_item(
    site: ImportBuilder, value: dict[str, Any], position: FilePosition
) -> QuestionRow:
    resolution, resolved_at = text_of(value, "resolution"), text_of(value, "resolvedAt")
    exclusive = value.get("exclusiveAnswers") is not False
    is_void = exclusive and resolution == "AMBIGUOUS"  # whose options all say NO
    options = {
        text_of(option, "text"): (resolution, resolved_at)
        if is_void
        else (
            text_of(option, "resolution") or resolution,
            text_of(option, "resolvedAt") or resolved_at,
        )
        for option in list_of(value, "options")
    }
    named = [text_of(tag, "name") for key in ("tags", "tournaments") for tag in list_of(value, key)]
    id = text_of(value, "id")
    return QuestionRow(
        id or _id(site, text_of(value, "createdAt"), text_of(value, "title")),
        position,
        partial(text_of, value),
        _FATEBOOK_KEYS,
        text_of(value, "notes"),
        named,
        options or {"": (resolution, resolved_at)},
        address=f"{_FATEBOOK}/q/{id}" if id else _FATEBOOK,
        exclusive=exclusive,
    )


def _forecasts(site: ImportBuilder, asked: QuestionRow, value: dict[str, Any]) -> None:
    """Add the forecasts of an item once, even if they stand with the question and its option."""
    options = list_of(value, "options")
    choices = {text_of(option, "id"): text_of(option, "text") for option in options}
    forecasts = list_of(value, "forecasts")
    for option in options:
        forecasts += ({"optionId": option.get("id"), **f} for f in list_of(option, "forecasts"))
    seen = set()
    for number, forecast in enumerate(forecasts, start=1):
        if text_of(forecast, "id") in seen:
            continue
        seen |= {text_of(forecast, "id")} - {""}
        if forecast.get("forecast") is None:
            site.left_out[_HIDDEN] += 1
            continue
        position = asked.position.within(number, "forecasts.forecast")
        with site.row(position):
            scenario = site.foreign(asked.id, choices.get(text_of(forecast, "optionId"), ""))
            user = text_of(forecast, "user", "name") or text_of(forecast, "userId")
            name = user or text_of(forecast, "user", "id")
            time = site.timestamp(text_of(forecast, "createdAt"), "forecasts.createdAt")
            chance = probability(forecast["forecast"], position.column)
            site.forecast(scenario, name, time, chance, position)


def _fatebook_question(site: ImportBuilder, asked: QuestionRow) -> ForeignQuestion:
    columns = asked.columns
    title = asked.text(columns["title"])
    if not title:
        raise CellError("Question title", "empty")
    opened = site.day(asked.text(columns["opened"]), columns["opened"])
    horizon = site.day(asked.text(columns["horizon"]), columns["horizon"])
    options = [resolution.upper() for resolution, _ in asked.options.values()]
    # exactly one of its options can be right, as far as the file shows
    is_open = options.count("YES") <= 1 and options.count("NO") < len(options)
    is_set = asked.exclusive and "" not in asked.options and len(options) > 1 and is_open
    return ForeignQuestion(
        asked.id,
        title,
        asked.address,
        opened,
        horizon,
        asked.position,
        columns,
        details=asked.notes,
        tags=asked.tags,
        set=site.set_of(asked.id) if is_set else None,
        options=[
            QuestionOption(choice, choice, _fatebook_end(site, *resolution, columns, horizon))
            for choice, resolution in asked.options.items()
        ],
    )


def _fatebook_end(
    site: ImportBuilder,
    resolution: str,
    resolved_at: str,
    columns: Mapping[str, str],
    horizon: dt.date,
) -> QuestionOutcome | None:
    if not resolution:
        return None
    outcome = _FATEBOOK_OUTCOMES.get(resolution.upper())
    if outcome is None:
        message = f"{shown(resolution)} is not YES, NO or AMBIGUOUS"
        raise CellError(columns["resolution.outcome"], message)
    day = horizon if horizon <= site.today else None
    if resolved_at:
        day = site.day(resolved_at, columns["resolution.date"])
    return QuestionOutcome(outcome, day, f"Resolved as {resolution.upper()} at Fatebook")


_MANIFOLD = "https://manifold.markets"
_MANIFOLD_OUTCOMES: dict[str, str] = {
    "YES": "occurred",
    "NO": "did-not-occur",
    "MKT": "annulled",
    "CHOOSE_MULTIPLE": "annulled",
    "CANCEL": "annulled",
}
_MANIFOLD_COLUMNS = {
    "title": "question",
    "opened": "createdTime",
    "horizon": "closeTime",
    "resolution.outcome": "resolution",
    "resolution.date": "resolutionTime",
}
MARKET = "market"
_Object = dict[str, Any]


def manifold(file: SourceFile, wanted: ReadOptions) -> ImportFile:
    """The markets and bets of the files: lists of either, or both in one object or list."""
    site = ImportBuilder("manifold", wanted)
    lists = ("markets", "contracts", "bets")
    with incoming(file, wanted.encoding, ".json", ".jsonl") as files:
        for position, value in (item for file in files for item in items(file, *lists)):
            if text_of(value, "contractId"):
                _bet(site, value, position)
            elif text_of(value, "question"):
                _market(site, value, position)
            elif position.row:
                site.add_error(position, "neither a market (question) nor a bet (contractId)")
    return site.arrived()


def _bet(site: ImportBuilder, value: _Object, position: FilePosition) -> None:
    """Take the probability to which a bet moved the market as its maker's and the market's own."""
    if value.get("isRedemption") is True or value.get("isAnte") is True:
        site.left_out["bets that Manifold made by itself"] += 1
        return
    if value.get("isFilled") is False and not value.get("amount"):
        site.left_out["orders that nothing has met"] += 1
        return
    with site.row(position):
        names = (text_of(value, key) for key in ("userUsername", "userName", "userId"))
        chance = probability(value.get("probAfter"), "probAfter")
        time = site.milliseconds(value.get("createdTime"), "createdTime")
        scenario = site.foreign(text_of(value, "contractId"), text_of(value, "answerId"))
        where = position._replace(column="probAfter")
        name = next(filter(None, names), "")
        for who in (f"trader {name}" if name == MARKET else name, MARKET):
            site.forecast(scenario, who, time, chance, where)


def _market(site: ImportBuilder, value: _Object, position: FilePosition) -> None:
    id, type = text_of(value, "id"), text_of(value, "outcomeType")
    for number, bet in enumerate(list_of(value, "bets"), start=1):
        _bet(site, {"contractId": id, **bet}, position.within(number))
    answers = list_of(value, "answers") if type == "MULTIPLE_CHOICE" else []
    if type not in ("BINARY", "MULTIPLE_CHOICE", ""):
        site.skip(id, f"{type.lower().replace('_', ' ')} markets")
    elif type == "MULTIPLE_CHOICE" and len(answers) < 2:  # noqa: PLR2004
        site.skip(id, "multiple choice markets without their answers")
    else:
        with site.row(position, id):
            site.ask(_manifold_question(site, value, id, position, answers))
        if {"MKT", "CHOOSE_MULTIPLE"} & {text_of(v, "resolution") for v in (value, *answers)}:
            site.note(id, "resolved to a probability (MKT), taken as annulled")


def _manifold_question(
    site: ImportBuilder, value: _Object, id: str, position: FilePosition, answers: list[_Object]
) -> ForeignQuestion:
    if not id:
        raise CellError("id", "empty")
    is_set = bool(answers) and value.get("shouldAnswersSumToOne") is not False
    closes = next((key for key in ("closeTime", "resolutionTime") if value.get(key)), "closeTime")
    horizon = site.milliseconds(value.get(closes), closes).date()
    opened = site.milliseconds(value.get("createdTime"), "createdTime").date()
    chosen = text_of(value, "resolution")
    options = []
    for answer in answers:
        resolution = text_of(answer, "resolution")
        if is_set and chosen:
            resolution = chosen
            if chosen in (text_of(other, "id") for other in answers):  # the set implies the others
                resolution = "YES" if chosen == text_of(answer, "id") else ""
        timed = answer if answer.get("resolutionTime") else value
        resolved = _manifold_end(site, timed, resolution, horizon)
        options.append(QuestionOption(text_of(answer, "id"), text_of(answer, "text"), resolved))
    return ForeignQuestion(
        id,
        text_of(value, "question"),
        text_of(value, "url") or f"{_MANIFOLD}/market/{text_of(value, 'slug') or id}",
        opened,
        horizon,
        position,
        _MANIFOLD_COLUMNS,
        details=text_of(value, "textDescription"),
        tags=[slug for slug in value.get("groupSlugs") or () if isinstance(slug, str)],
        resolved=None if answers else _manifold_end(site, value, chosen, horizon),
        set=site.set_of(id) if is_set else None,
        options=options,
    )


def _manifold_end(
    site: ImportBuilder, value: _Object, resolution: str, horizon: dt.date
) -> QuestionOutcome | None:
    if not resolution:
        return None
    if resolution not in _MANIFOLD_OUTCOMES:
        raise CellError("resolution", f"{shown(resolution)} is not YES, NO, MKT or CANCEL")
    when = "resolutionTime"
    day = site.milliseconds(value[when], when).date() if value.get(when) else horizon
    words = f"Resolved as {resolution} at Manifold"
    if resolution == "MKT" and value.get("resolutionProbability") is not None:
        words += f", at {text_of(value, 'resolutionProbability')}"
    return QuestionOutcome(_MANIFOLD_OUTCOMES[resolution], day, words)


_PREDICTIONBOOK = "https://predictionbook.com/predictions"
_PREDICTIONBOOK_OUTCOMES: dict[object, str | None] = {
    None: None,
    True: "occurred",
    False: "did-not-occur",
    "right": "occurred",
    "wrong": "did-not-occur",
    "unknown": None,
    "": None,
}
_PREDICTIONBOOK_COLUMNS = {
    "title": "description",
    "question": "description",
    "opened": "created_at",
    "horizon": "deadline",
    "resolution.outcome": "outcome",
    "resolution.date": "updated_at",
}


def predictionbook(file: SourceFile, wanted: ReadOptions) -> ImportFile:
    """The predictions of the files: the answer of the API, or a list."""
    site = ImportBuilder("predictionbook", wanted)
    with incoming(file, wanted.encoding, ".json") as files:
        for position, value in (item for file in files for item in items(file, "predictions")):
            title = text_of(value, "description")
            if title.strip():
                _prediction(site, value, position, title)
            elif position.row or title:
                site.add_error(position, "not a prediction with a description")
    return site.arrived()


def _prediction(
    site: ImportBuilder, value: dict[str, Any], position: FilePosition, title: str
) -> None:
    """Add a prediction, and its responses with a confidence; the others are comments."""
    id = text_of(value, "id") or text_of(value, "uuid") or digest(title)
    days = []
    for number, response in enumerate(list_of(value, "responses"), start=1):
        site.left_out["comments"] += bool(response.get("comment"))
        if response.get("confidence") is None:
            continue
        where = position.within(number, "responses.confidence")
        with site.row(where):
            name = text_of(response, "user_label") or text_of(response, "user_id")
            chance = probability(response["confidence"], where.column, 100)
            time = site.timestamp(text_of(response, "created_at"), "responses.created_at")
            site.forecast(site.foreign(id), name, time, chance, where)
            days.append(time.date())
    with site.row(position, id):
        page, created = text_of(value, "id"), text_of(value, "created_at")
        horizon = site.day(text_of(value, "deadline"), "deadline")
        opened = site.day(created, "created_at") if created else min([*days, horizon])
        resolved = _predictionbook_end(site, value, id, horizon, days or [opened])
        address = f"{_PREDICTIONBOOK}/{page}" if page else _PREDICTIONBOOK
        wording = text_of(value, "description_with_group")
        asked = ForeignQuestion(
            id, title, address, opened, horizon, position, _PREDICTIONBOOK_COLUMNS, wording
        )
        site.ask(asked._replace(resolved=resolved))


def _predictionbook_end(
    site: ImportBuilder, value: dict[str, Any], id: str, horizon: dt.date, days: list[dt.date]
) -> QuestionOutcome | None:
    """The outcome; the file does not say when it was known, so the day is an estimate."""
    answer = value.get("outcome")
    plain = answer.casefold() if isinstance(answer, str) else answer
    if not isinstance(plain, str | bool | None) or plain not in _PREDICTIONBOOK_OUTCOMES:
        raise CellError("outcome", f"{shown(answer)} is not true, false or null")
    outcome = "annulled" if value.get("withdrawn") is True else _PREDICTIONBOOK_OUTCOMES[plain]
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
    return QuestionOutcome(outcome, day, f"{words[outcome]} at PredictionBook")
