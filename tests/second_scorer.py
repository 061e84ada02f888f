"""Scores of a set, day by day from the text of the contract: nothing of the scorer is used."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from statistics import fmean
from typing import NamedTuple

from scenarios.model import Database, Resolution


class Row(NamedTuple):
    """One forecaster on a set (`member` is empty), or on one of its members alone."""

    brier: float
    log: float
    baseline: float
    peer: float | None
    covered: int
    scored: int


Figures = Mapping[str, float]
Days = dict[date, dict[str, Figures]]
"""On each scored day the figures of whoever had one for all that could occur, by scenario."""


def standing(db: Database, analyst: str, id: str, on: date) -> float | None:
    """The figure of an analyst at the end of a day."""
    return dated(db, analyst, id, on)[0]


def dated(db: Database, analyst: str, id: str, on: date) -> tuple[float | None, date]:
    """The figure of an analyst at the end of a day, and its date."""
    sheets = [s for s in db.sheets.values() if s.analyst == analyst and id in s.probabilities]
    dates = [sheet.date for sheet in sheets if sheet.date <= on]
    expires = db.tracker.forecast_expires_days
    if not dates or (expires is not None and (on - max(dates)).days > expires):
        return None, on
    return next(s.probabilities[id] for s in sheets if s.date == max(dates)), max(dates)


def team(db: Database, id: str, on: date) -> float | None:
    """The mean of log odds, the newer and the better weighing more, extremized from two on."""
    given = [(analyst, *dated(db, analyst, id, on)) for analyst in analysts(db)]
    odds = [(who, math.log(p / (1 - p)), since) for who, p, since in given if p is not None]
    if not odds:
        return None
    by = db.tracker.team.extremize if len(odds) > 1 else 1
    half = (db.tracker.team.recency or math.inf) * max(1, (on - db.scenarios[id].opened).days)
    k, past = db.tracker.team.record, track_records(db, on) if db.tracker.team.record else {}
    weights = [
        0.5 ** ((on - since).days / half) * math.exp(-(k or 0) * past.get(who, 0))
        for who, _, since in odds
    ]
    mean = sum(w * x for w, (_, x, _) in zip(weights, odds, strict=True)) / sum(weights)
    return 1 / (1 + math.exp(-by * mean))


Differences = dict[str, float]
"""The mean difference of each analyst's Brier on one question from that of all who stood."""
_ended: list[tuple[Database, list[tuple[date, Differences]]]] = []


def track_records(db: Database, on: date) -> dict[str, float]:
    """Of each analyst the differences on the questions that ended before a day, over n + 20."""
    if not _ended or _ended[0][0] is not db:
        _ended[:] = [(db, [*endings(db)])]
    past = [differences for ended, differences in _ended[0][1] if ended < on]
    names = {name for differences in past for name in differences}
    own = {name: [each[name] for each in past if name in each] for name in names}
    return {name: sum(of) / (len(of) + 20) for name, of in own.items()}


def endings(db: Database) -> Iterable[tuple[date, Differences]]:
    """Each question that has ended, a set as one: its last day, and how its analysts did."""
    units: dict[str, list[str]] = {}
    for id, one in db.scenarios.items():
        units.setdefault(one.set or f"/{id}", []).append(id)
    for ids in units.values():
        outcomes = {id: ended for id in ids if (ended := outcome(db, id, ids))}
        won = [id for id, ended in outcomes.items() if ended.outcome == "occurred"]
        of = spans(db, ids)
        if not of or (len(ids) > 1 and not won):
            continue
        said, after = Days(), 0
        if len(ids) > 1:
            start = max(first for first, _ in of.values())
            live = {id: end for id, (_, end) in of.items() if end > start}
            if won[0] in live and len(live) > 1:
                said = in_set(db, won[0], start, live, analysts(db))
        else:
            [(first, end)] = of.values()
            for n in range((end - first).days):
                day = first + timedelta(n)
                said[day] = _said(db, ids, day, analysts(db))
            asked = db.scenarios[ids[0]]
            after = (asked.horizon - end).days + 1 if won and asked.prior.hazard else 0
        errors = {
            day: {
                name: sum((p - (id in won)) ** 2 for id, p in figures.items()) / min(len(ids), 2)
                for name, figures in of_day.items()
            }
            for day, of_day in said.items()
        }
        last = max(
            *(o.recorded for o in outcomes.values()), *(db.scenarios[i].horizon for i in ids)
        )
        yield last, _differences(errors, after)


def _differences(errors: Mapping[date, Mapping[str, float]], after: int) -> Differences:
    """The differences over the days on which each stood; after an early event there is none."""
    found: Differences = {}
    for name in {name for of_day in errors.values() for name in of_day}:
        own = [of[name] - fmean(of.values()) for of in errors.values() if name in of]
        found[name] = sum(own) / (len(own) + after * (name in errors[max(errors)]))
    return found


def analysts(db: Database) -> list[str]:
    return sorted({sheet.analyst for sheet in db.sheets.values()})


def outcome(db: Database, id: str, ids: Iterable[str]) -> Resolution | None:
    """Its own outcome, or that a rival occurred, whichever was recorded first."""
    known = [own] if (own := db.scenarios[id].resolution) else []
    for rival in ids:
        theirs = db.scenarios[rival].resolution
        if theirs and rival != id and theirs.outcome == "occurred":
            known.append(Resolution("did-not-occur", theirs.date, theirs.recorded, "It occurred."))
    return min(known, key=lambda each: each.recorded) if known else None


def spans(db: Database, ids: list[str]) -> dict[str, tuple[date, date]]:
    """The first scored day of each member that has one, and the day after its last."""
    found = {}
    for id in ids:
        ended, scenario = outcome(db, id, ids), db.scenarios[id]
        if ended and ended.outcome != "annulled":
            end = min(ended.date, scenario.horizon + timedelta(1))
            found[id] = (scenario.opened, end)
    return {id: (start, end) for id, (start, end) in found.items() if start < end}


def set_scores(db: Database, ids: list[str]) -> dict[tuple[str, str], Row]:
    """Scores by forecaster and member, of the whole set by forecaster and an empty text."""
    of = spans(db, ids)
    ends = {id: outcome(db, id, ids) for id in ids}
    won = next((id for id, end in ends.items() if end and end.outcome == "occurred"), None)
    if won is None or not of:
        return {}
    start = max(first for first, _ in of.values())
    live = {id: end for id, (_, end) in of.items() if end > start}
    rows: dict[tuple[str, str], Row] = {}
    if won in live and len(live) > 1:
        rows = {(name, ""): row for name, row in _whole(db, won, start, live, of).items()}
    for id, (first, end) in of.items():
        days = [first + timedelta(n) for n in range((end - first).days)]
        said = {day: _said(db, [id], day, analysts(db)) for day in days}
        planned = (db.scenarios[id].horizon - db.scenarios[id].opened).days + 1
        alone = _rows(said, id, planned, 2, happened=id == won)
        rows |= {(name, id): row for name, row in alone.items() if (name, "") not in rows}
    return rows


def _whole(
    db: Database,
    won: str,
    start: date,
    live: Mapping[str, date],
    of: Mapping[str, tuple[date, date]],
) -> dict[str, Row]:
    stood = {
        name
        for name in analysts(db)
        for id in live
        for n in range((of[id][1] - of[id][0]).days)
        if standing(db, name, id, of[id][0] + timedelta(n)) is not None
    }
    said = in_set(db, won, start, live, [*analysts(db), *(["team"] if len(stood) > 1 else [])])
    last = max(db.scenarios[id].horizon for id in of)
    return _rows(said, won, (last - start).days + 1, len(live), happened=True)


def in_set(db: Database, won: str, start: date, live: Mapping[str, date], names: list[str]) -> Days:
    """The figures of each day on which two members or more could occur, divided by their sum."""
    said, day = Days(), start
    while day < live[won] and len(inside := [id for id in live if day < live[id]]) > 1:
        raw = _said(db, inside, day, names)
        said[day] = {
            name: {id: p / sum(figures.values()) for id, p in figures.items()}
            for name, figures in raw.items()
        }
        day += timedelta(1)
    return said


def _said(db: Database, ids: list[str], day: date, names: list[str]) -> dict[str, Figures]:
    found: dict[str, Figures] = {}
    for name in names:
        given = {
            id: team(db, id, day) if name == "team" else standing(db, name, id, day) for id in ids
        }
        figures = {id: p for id, p in given.items() if p is not None}
        if len(figures) == len(ids):
            found[name] = figures
    return found


def _rows(said: Days, id: str, planned: int, answers: int, *, happened: bool) -> dict[str, Row]:
    def given(figures: Figures) -> float:
        return figures[id] if happened else 1 - figures[id]

    def brier(figures: Figures) -> float:
        if answers == 2 and len(figures) == 1:
            return (1 - given(figures)) ** 2
        return sum((p - (k == id)) ** 2 for k, p in figures.items()) / 2

    rows = {}
    crowds = {day: [f for n, f in by.items() if n != "team"] for day, by in said.items()}
    for name in {name for by in said.values() for name in by}:
        days = {day: by[name] for day, by in said.items() if name in by}
        logs = [math.log(given(figures)) for figures in days.values()]
        peers = []
        for day, figures in days.items():
            if (n := len(crowds[day])) > 1:
                mean = fmean(math.log(given(crowd)) for crowd in crowds[day])
                peers.append(100 * n / (n - 1) * (math.log(given(figures)) - mean))
        is_peer = name != "team" and any(len(crowd) > 1 for crowd in crowds.values())
        rows[name] = Row(
            brier=fmean(brier(figures) for figures in days.values()),
            log=fmean(logs),
            baseline=sum(100 * (1 + log / math.log(answers)) for log in logs) / planned,
            peer=sum(peers) / planned if is_peer else None,
            covered=len(days),
            scored=len(said),
        )
    return rows
