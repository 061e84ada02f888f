"""The cohort, its means, and the scores so far, day by day from the text of the contract.

Nothing of the scorer is used. The implied figures are those of the second ledger.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import takewhile
from statistics import fmean

from msgspec.structs import replace

from scenarios.model import Database, Resolution
from tests import second_ledger
from tests.second_scorer import analysts, outcome, set_scores, spans, standing, team

Said = Callable[[str, date], float | None]
"""What a forecaster says of a scenario at the end of a day."""


@dataclass
class Score:
    """A forecaster on one question: the mean errors, and the share of its scored days."""

    brier: float
    log: float
    coverage: float


@dataclass
class Account:
    """Questions that count, those that wait, by the day until which they do, and the open ones."""

    counted: dict[str, dict[str, Score]] = field(default_factory=dict)
    early: dict[str, dict[str, Score]] = field(default_factory=dict)
    until: dict[str, tuple[date, str]] = field(default_factory=dict)
    open: int = 0

    def means(self) -> dict[str, Score]:
        """The mean of each forecaster over the questions that count."""
        names = sorted({name for rows in self.counted.values() for name in rows})
        return {name: mean([r[name] for r in self.counted.values() if name in r]) for name in names}


def mean(scores: list[Score]) -> Score:
    columns = zip(*((one.brier, one.log, one.coverage) for one in scores), strict=True)
    return Score(*map(fmean, columns))


def then(db: Database, as_of: date) -> Database:
    """The database with the outcomes that were recorded by a day."""
    known = {
        id: one
        if one.resolution and one.resolution.recorded <= as_of
        else replace(one, resolution=None)
        for id, one in db.scenarios.items()
    }
    return replace(db, scenarios=known)


def account(db: Database, as_of: date) -> Account:
    """Each question of a day in its place: it counts, waits, is open, or is in none of these."""
    known, made = then(db, as_of), Account()
    units: dict[str, list[str]] = {}
    for id, one in sorted(known.scenarios.items()):
        units.setdefault(one.set or f"/{id}", []).append(id)
    for ids in units.values():
        outcomes = {id: ended for id in ids if (ended := outcome(known, id, ids))}
        won = [id for id, ended in outcomes.items() if ended.outcome == "occurred"]
        if len(ids) > 1 and not won:
            left = [id for id in ids if id not in outcomes]
            made.open += any(known.scenarios[id].opened <= as_of for id in left)
            continue
        if not outcomes:
            made.open += known.scenarios[ids[0]].opened <= as_of
            continue
        id = won[0] if won else ids[0]
        rows = whole_set(known, ids) if len(ids) > 1 else alone(known, id)
        horizon = max(known.scenarios[id].horizon for id in ids)
        if not rows and not (len(ids) > 1 and spans(known, ids)):
            continue
        if horizon < as_of:
            made.counted[id] = rows
        else:
            made.early[id], made.until[id] = rows, (horizon, outcomes[id].outcome)
    return made


def whole_set(db: Database, ids: list[str]) -> dict[str, Score]:
    """Those who had a figure for each member: nothing of hazards, which sets do not have."""
    rows = set_scores(db, ids)
    return {
        name: Score(row.brier, row.log, row.covered / row.scored)
        for (name, member), row in rows.items()
        if not member
    }


def alone(db: Database, id: str) -> dict[str, Score]:
    """The forecasters of a question alone; the days after an early event have error 0."""
    asked, ended = db.scenarios[id], db.scenarios[id].resolution
    assert ended
    if ended.outcome == "annulled":
        return {}
    days = [*takewhile(lambda day: day < ended.date, every_day(asked.opened, asked.horizon))]
    happened = ended.outcome == "occurred"
    is_early = happened and asked.prior.hazard and ended.date <= asked.horizon
    after = (asked.horizon - ended.date).days + 1 if is_early else 0
    rows = {}
    for name, said in forecasters(db, id, days).items():
        figures = {day: p for day in days if (p := said(id, day)) is not None}
        if figures:
            whole = len(figures) + after * (days[-1] in figures)
            rows[name] = Score(
                brier=math.fsum((p - happened) ** 2 for p in figures.values()) / whole,
                log=math.fsum(math.log(p if happened else 1 - p) for p in figures.values()) / whole,
                coverage=len(figures) / len(days),
            )
    return rows


def every_day(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(n) for n in range((last - first).days + 1))


def forecasters(db: Database, id: str, days: list[date]) -> dict[str, Said]:
    """Everybody, with what each said on the days; the first figure of the team is frozen."""

    def by(analyst: str) -> Said:
        return lambda one, day: standing(db, analyst, one, day)

    def implied(one: str, day: date) -> float:
        return second_ledger.from_db(second_ledger.ledgers(db, one, day)[one].implied)

    def prior(one: str, day: date) -> float:
        return second_ledger.from_db(second_ledger.prior(db, one, day)[2])

    @cache
    def stated(one: str, day: date) -> float | None:
        return team(db, one, day)

    by_analyst = {name: by(name) for name in analysts(db)}
    stood = [said for said in by_analyst.values() if any(said(id, d) is not None for d in days)]
    start = next((day for day in days if stated(id, day) is not None), date.max)

    def first(one: str, day: date) -> float | None:
        return stated(one, start) if day >= start else None

    ours: dict[str, Said] = {"implied": implied, "prior": prior, "first": first}
    return by_analyst | ({"team": stated} if len(stood) > 1 else {}) | ours


def so_far(db: Database, as_of: date) -> dict[str, tuple[int, float, float]]:
    """For each forecaster the number of questions, and the mean Brier and log score by today."""
    known, scores = then(db, as_of), dict[str, list[tuple[float, float]]]()
    for id, asked in sorted(known.scenarios.items()):
        ended = asked.resolution
        if asked.prior.hazard and not (ended and ended.outcome == "annulled"):
            for name, score in by_today(known, id, ended, as_of).items():
                scores.setdefault(name, []).append(score)
    return {
        name: (len(own), fmean(b for b, _ in own), fmean(log for _, log in own))
        for name, own in scores.items()
    }


def by_today(
    db: Database, id: str, ended: Resolution | None, as_of: date
) -> dict[str, tuple[float, float]]:
    asked = db.scenarios[id]
    stop = asked.prior.hazard_ended.date if asked.prior.hazard_ended else date.max
    today = min(as_of, asked.horizon, stop)
    days = [day for day in every_day(asked.opened, today) if day < today]
    days = [day for day in days if not ended or day < ended.date]
    after = max((today - ended.date).days, 0) if ended else 0
    has_occurred = ended is not None and ended.outcome == "occurred"
    happened = has_occurred and ended and (ended.date <= today or today == asked.horizon)
    found = {}
    for name, said in forecasters(db, id, days).items():
        errors = []
        for day in days:
            if (p := said(id, day)) is not None:
                share = (today - day).days / (asked.horizon - day).days
                q = 1 - (1 - p) ** share
                errors.append(((q - bool(happened)) ** 2, math.log(q if happened else 1 - q)))
        if errors:
            whole = len(errors) + after * (said(id, days[-1]) is not None)
            found[name] = tuple(math.fsum(column) / whole for column in zip(*errors, strict=True))
    return found  # type: ignore[return-value]
