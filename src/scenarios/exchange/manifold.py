"""The JSON of Manifold: markets, and bets on them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from scenarios.exchange.arrivals import Arrived, Place, SourceFile, Wanted
from scenarios.exchange.incoming import incoming, items, list_of, text_of, within
from scenarios.exchange.questions import CellError, Ended, Intake, Option, Posed, probability
from scenarios.model import Outcome
from scenarios.text import shown

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
MARKET = "market"
_Object = dict[str, Any]


def read(given: SourceFile, wanted: Wanted) -> Arrived:
    """The markets and bets of the files: lists of either, or both in one object or list."""
    site = Intake("manifold", wanted)
    lists = ("markets", "contracts", "bets")
    with incoming(given, wanted.encoding, ".json", ".jsonl") as files:
        for place, value in (item for file in files for item in items(file, *lists)):
            if text_of(value, "contractId"):
                _bet(site, value, place)
            elif text_of(value, "question"):
                _market(site, value, place)
            elif place.row:
                site.misfit(place, "neither a market (question) nor a bet (contractId)")
    return site.arrived()


def _bet(site: Intake, value: _Object, place: Place) -> None:
    """Take the probability to which a bet moved the market as its maker's and the market's own."""
    if value.get("isRedemption") is True or value.get("isAnte") is True:
        site.left_out["bets that Manifold made by itself"] += 1
        return
    if value.get("isFilled") is False and not value.get("amount"):
        site.left_out["orders that nothing has met"] += 1
        return
    with site.row(place):
        names = (text_of(value, key) for key in ("userUsername", "userName", "userId"))
        chance = probability(value.get("probAfter"), "probAfter")
        time = site.milliseconds(value.get("createdTime"), "createdTime")
        scenario = site.foreign(text_of(value, "contractId"), text_of(value, "answerId"))
        where = place._replace(column="probAfter")
        name = next(filter(None, names), "")
        for who in (f"trader {name}" if name == MARKET else name, MARKET):
            site.forecast(scenario, who, time, chance, where)


def _market(site: Intake, value: _Object, place: Place) -> None:
    id, type = text_of(value, "id"), text_of(value, "outcomeType")
    for number, bet in enumerate(list_of(value, "bets"), start=1):
        _bet(site, {"contractId": id, **bet}, within(place, number))
    answers = list_of(value, "answers") if type == "MULTIPLE_CHOICE" else []
    if type not in ("BINARY", "MULTIPLE_CHOICE", ""):
        site.skip(id, f"{type.lower().replace('_', ' ')} markets")
    elif type == "MULTIPLE_CHOICE" and len(answers) < 2:  # noqa: PLR2004
        site.skip(id, "multiple choice markets without their answers")
    else:
        with site.row(place, id):
            site.ask(_question(site, value, id, place, answers))
        if {"MKT", "CHOOSE_MULTIPLE"} & {text_of(v, "resolution") for v in (value, *answers)}:
            site.note(id, "resolved to a probability (MKT), taken as annulled")


def _question(site: Intake, value: _Object, id: str, place: Place, answers: list[_Object]) -> Posed:
    if not id:
        raise CellError("id", "empty")
    is_set = bool(answers) and value.get("shouldAnswersSumToOne") is not False
    closes = next((key for key in ("closeTime", "resolutionTime") if value.get(key)), "closeTime")
    horizon = site.milliseconds(value.get(closes), closes).date()
    opened = site.milliseconds(value.get("createdTime"), "createdTime").date()
    chosen = text_of(value, "resolution")
    options = []
    for answer in answers:
        known = text_of(answer, "resolution")
        if is_set and chosen:
            known = chosen
            if chosen in (text_of(other, "id") for other in answers):  # the set implies the others
                known = "YES" if chosen == text_of(answer, "id") else ""
        timed = answer if answer.get("resolutionTime") else value
        resolved = _resolved(site, timed, known, horizon)
        options.append(Option(text_of(answer, "id"), text_of(answer, "text"), resolved))
    return Posed(
        id,
        text_of(value, "question"),
        text_of(value, "url") or f"{ADDRESS}/market/{text_of(value, 'slug') or id}",
        opened,
        horizon,
        place,
        _COLUMNS,
        details=text_of(value, "textDescription"),
        tags=[slug for slug in value.get("groupSlugs") or () if isinstance(slug, str)],
        resolved=None if answers else _resolved(site, value, chosen, horizon),
        set=site.set_of(id) if is_set else None,
        options=options,
    )


def _resolved(site: Intake, value: _Object, known: str, horizon: dt.date) -> Ended | None:
    if not known:
        return None
    if known not in _OUTCOMES:
        raise CellError("resolution", f"{shown(known)} is not YES, NO, MKT or CANCEL")
    when = "resolutionTime"
    day = site.milliseconds(value[when], when).date() if value.get(when) else horizon
    words = f"Resolved as {known} at Manifold"
    if known == "MKT" and value.get("resolutionProbability") is not None:
        words += f", at {text_of(value, 'resolutionProbability')}"
    return Ended(_OUTCOMES[known], day, words)
