"""Days that come or have passed: indicators, horizons, reviews and forecasts that expire."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Literal

import msgspec
from msgspec.structs import replace

from scenarios.analysis.evidence.indicators import reading
from scenarios.analysis.evidence.knowledge import KnownEvidence, known_on, state
from scenarios.analysis.forecasts import current_forecasts, forecasts_between, refusal
from scenarios.analysis.quantities.figures import row_name
from scenarios.analysis.quantities.view import current_estimates
from scenarios.model import Analyst, Database, ScenarioId
from scenarios.result import Result
from scenarios.values import owner_of

What = Literal["indicator", "horizon", "review", "forecasts"]
WITHIN_DAYS = 14


class DueEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do by a day, the last on which it is in time.

    `id` names an indicator (`scenario/indicator`), a scenario or a row whose horizon it is, or the
    sheet whose forecasts expire after that day; of a review it is that day. `text` is an
    indicator's statement or a scenario's question, `watch` where to look, `analyst` whose forecasts
    they are.
    """

    what: What
    id: str
    day: date
    days: int
    scenarios: tuple[ScenarioId, ...]
    text: str = ""
    watch: str | None = None
    analyst: Analyst | None = None


class Due(Result, frozen=True, kw_only=True):
    """Tasks that are late at `as_of`, and those that come by `until`.

    `days` of an entry count from `as_of`: 1 is tomorrow, -1 was yesterday.
    """

    as_of: date
    until: date
    late: tuple[DueEntry, ...]
    coming: tuple[DueEntry, ...]


def due(database: Database, as_of: date, within_days: int = WITHIN_DAYS) -> Due:
    """Everything with a day on it, of the scenarios that are not resolved, soonest first."""
    now = known_on(database, as_of)
    until = _later(as_of, within_days)
    states = {id: state(database, id, as_of) for id in database.scenarios}
    live = [id for id, life in sorted(states.items()) if life in ("open", "overdue")]
    still_open = [id for id in live if states[id] == "open"]
    tasks = [*_own_days(now, live), *_reviews(now, still_open), *_expiries(now, still_open)]
    tasks = [replace(task, days=(task.day - as_of).days) for task in tasks]
    tasks.sort(key=lambda entry: (entry.day, entry.id))
    return Due(
        as_of=as_of,
        until=until,
        late=tuple(entry for entry in tasks if entry.day < as_of),
        coming=tuple(entry for entry in tasks if as_of <= entry.day <= until),
    )


_entry = partial(DueEntry, days=0)
"""An entry whose days are not counted yet."""


def _own_days(now: KnownEvidence, ids: list[ScenarioId]) -> Iterator[DueEntry]:
    """Horizons, the days of a date's rows, and indicators not seen.

    One that is emerging is watched until its day. A row whose day has passed did not occur.
    """
    for id in ids:
        scenario = now.database.scenarios[id]
        end, text = scenario.horizon, scenario.question
        yield _entry(what="horizon", id=id, day=end, scenarios=(id,), text=text)
        for row, day in scenario.quantity.rows(id).items() if scenario.quantity else ():
            if isinstance(day, date) and now.as_of <= day < end:
                words = f"{row_name(day.isoformat(), None)}: {text}"
                yield _entry(what="horizon", id=row, day=day, scenarios=(id,), text=words)
        for name, indicator in scenario.indicators.items():
            if indicator.due is None:
                continue
            stands = reading(now, (id, name))
            if stands.state == "observed" or (stands.strength and indicator.due < now.as_of):
                continue
            yield _entry(
                what="indicator",
                id=f"{id}/{name}",
                day=indicator.due,
                scenarios=tuple(sorted({id, *map(owner_of, indicator.ratings)})),
                text=indicator.statement,
                watch=indicator.watch,
            )


def _reviews(now: KnownEvidence, ids: list[ScenarioId]) -> Iterator[DueEntry]:
    """The day by which each is to be forecast again, those of one day together."""
    days: dict[date, list[ScenarioId]] = {}
    for id in ids:
        if refusal(now.database, id, now.as_of) is None:
            forecasts = forecasts_between(now.database, id, None, now.as_of)
            sheets = now.database.estimating.get(id, ())
            given = [f.date for f in forecasts] + [now.database.sheets[s].date for s in sheets]
            opened = now.database.scenarios[id].opened
            last = max((day for day in given if day <= now.as_of), default=opened)
            day = _later(last, now.database.tracker.review_every_days)
            days.setdefault(day, []).append(id)
    for day, together in days.items():
        yield _entry(what="review", id=str(day), day=day, scenarios=tuple(together))


def _expiries(now: KnownEvidence, ids: list[ScenarioId]) -> Iterator[DueEntry]:
    """The last day on which forecasts stand, those of a sheet together."""
    expiry = now.database.tracker.forecast_expires_days
    if expiry is None:
        return
    sheets: dict[str, list[ScenarioId]] = {}
    for id in ids:
        for standing in (current_forecasts, current_estimates):
            for forecast in standing(now.database, id, now.as_of).values():
                sheets.setdefault(forecast.sheet, []).append(id)
    for id, together in sheets.items():
        sheet = now.database.sheets[id]
        day = _later(sheet.date, expiry)
        of, who = tuple(together), sheet.analyst
        yield _entry(what="forecasts", id=id, day=day, scenarios=of, analyst=who)


def _later(day: date, days: int) -> date:
    """The day some days later, at most `date.max`."""
    return day + timedelta(days=min(days, (date.max - day).days))
