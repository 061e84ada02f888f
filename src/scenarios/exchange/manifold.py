"""The JSON of Manifold: markets, and bets on them."""

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
    digest,
    from_milliseconds,
    option,
    probability,
    tags,
)
from scenarios.exchange.readers import Given, Wanted
from scenarios.model import Outcome
from scenarios.text import counted, shown

SYSTEM = "manifold"
ADDRESS = "https://manifold.markets"
_OUTCOMES: dict[str, Outcome] = {
    "YES": "occurred",
    "NO": "did-not-occur",
    "MKT": "annulled",
    "CHOOSE_MULTIPLE": "annulled",
    "CANCEL": "annulled",
}
_COLUMNS = {
    "title": "question",
    "opened": "createdTime",
    "horizon": "closeTime",
    "resolution.outcome": "resolution",
    "resolution.date": "resolutionTime",
}


def read(given: Given, wanted: Wanted) -> Arrived:
    """What the files hold: lists of markets and of bets, also both in one object or one list."""
    site = Site()
    zone, marked = wanted.timezone, dict[str, None]()
    with incoming(given, wanted.encoding, ".json", ".jsonl") as files:
        for item in (item for file in files for item in items(file, *_LISTS)):
            value = item.value
            if text_of(value, "contractId"):
                _bet(site, value, item.place, zone)
            elif text_of(value, "question"):
                _market(site, value, item.place, zone, marked)
            elif item.place.row:
                site.misfit(item.place, "neither a market (question) nor a bet (contractId)")
    if marked:
        markets = counted(len(marked), "market")
        site.remarks.append(f"{markets} resolved to a probability (MKT), taken as annulled")
    return site.arrived()


_LISTS = ("markets", "contracts", "bets")


def _bet(site: Site, value: dict[str, Any], place: Place, zone: dt.tzinfo) -> None:
    """A bet as its maker's forecast: the probability that it moved the market to."""
    if value.get("isRedemption") is True or value.get("isAnte") is True:
        site.left_out["bets that Manifold made by itself"] += 1
        return
    if value.get("isFilled") is False and not value.get("amount"):
        site.left_out["orders that nothing has met"] += 1
        return
    with site.row(place):
        market, answer = text_of(value, "contractId"), text_of(value, "answerId")
        names = (text_of(value, key) for key in ("userUsername", "userName", "userId"))
        chance = probability(value.get("probAfter"), "probAfter")
        made = _moment(value, "createdTime", zone)
        where = place._replace(column="probAfter")
        name = next(filter(None, names), "")
        site.say(Said(_foreign(market, answer), name, made, chance, where))


def _market(
    site: Site, value: dict[str, Any], place: Place, zone: dt.tzinfo, marked: dict[str, None]
) -> None:
    id, type = text_of(value, "id"), text_of(value, "outcomeType")
    for number, bet in enumerate(list_of(value, "bets"), start=1):
        _bet(site, {"contractId": id, **bet}, within(place, number), zone)
    answers = list_of(value, "answers") if type == "MULTIPLE_CHOICE" else []
    if type not in ("BINARY", "MULTIPLE_CHOICE", ""):
        site.skip(id, f"{type.lower().replace('_', ' ')} markets")
    elif type == "MULTIPLE_CHOICE" and len(answers) < len(("one", "other")):
        site.skip(id, "multiple choice markets without their answers")
    else:
        title = text_of(value, "question")
        site.ask(place, id, title, _questions(value, id, place, answers, zone))
        resolutions = (text_of(value, "resolution"), *(text_of(a, "resolution") for a in answers))
        if {"MKT", "CHOOSE_MULTIPLE"} & {*resolutions}:
            marked[id] = None


def _questions(
    value: dict[str, Any], id: str, place: Place, answers: list[dict[str, Any]], zone: dt.tzinfo
) -> Iterator[Question]:
    if not id:
        raise WrongCellError("id", "empty")
    title = text_of(value, "question")
    is_set = bool(answers) and value.get("shouldAnswersSumToOne") is not False
    closes = next((key for key in ("closeTime", "resolutionTime") if value.get(key)), "closeTime")
    horizon = _moment(value, closes, zone).date()
    base = Question(
        Foreign(SYSTEM, id),
        title,
        text_of(value, "url") or f"{ADDRESS}/market/{text_of(value, 'slug') or id}",
        _moment(value, "createdTime", zone).date(),
        horizon,
        place,
        details=text_of(value, "textDescription"),
        set=f"{SYSTEM}-{digest(id)}" if is_set else None,
        tags=tags(slug for slug in value.get("groupSlugs") or () if isinstance(slug, str)),
        columns=_COLUMNS,
    )
    if not answers:
        yield base._replace(resolved=_resolved(value, text_of(value, "resolution"), horizon, zone))
    for answer in answers:
        named, wording = option(title, text_of(answer, "text"))
        known = text_of(answer, "resolution")
        if is_set and (chosen := text_of(value, "resolution")):
            ids = [text_of(one, "id") for one in answers]
            known = chosen
            if chosen in ids:  # of the others the set says that they did not occur
                known = "YES" if chosen == text_of(answer, "id") else ""
        yield base._replace(
            foreign=_foreign(id, text_of(answer, "id")),
            title=named,
            wording=wording,
            resolved=_resolved(
                answer if answer.get("resolutionTime") else value, known, horizon, zone
            ),
        )


def _resolved(
    value: dict[str, Any], known: str, horizon: dt.date, zone: dt.tzinfo
) -> Resolved | None:
    if not known:
        return None
    if known not in _OUTCOMES:
        raise WrongCellError("resolution", f"{shown(known)} is not YES, NO, MKT or CANCEL")
    when = "resolutionTime"
    since = _moment(value, when, zone).date() if value.get(when) else horizon
    words = f"Resolved as {known} at Manifold"
    if known == "MKT" and value.get("resolutionProbability") is not None:
        words += f", at {text_of(value, 'resolutionProbability')}"
    return Resolved(_OUTCOMES[known], since, words)


def _moment(value: dict[str, Any], key: str, zone: dt.tzinfo) -> dt.datetime:
    try:
        return from_milliseconds(value.get(key), zone)
    except ValueError as error:
        raise WrongCellError(key, str(error)) from None


def _foreign(market: str, answer: str) -> Foreign:
    return Foreign(SYSTEM, f"{market}/{answer}" if answer else market)
