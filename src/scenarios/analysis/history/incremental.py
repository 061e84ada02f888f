"""Both figures of each scenario while records change: worked out anew only where they did."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from scenarios.analysis.evidence.knowledge import (
    contends,
    last_open_day,
    members,
    resolution,
    rivals,
)
from scenarios.analysis.forecasts.stated import stated
from scenarios.analysis.history.commits import RecordChange, Standing, borne
from scenarios.analysis.history.incremental_totals import Tally
from scenarios.analysis.ledger.comparison import Board, log_odds, prior_at
from scenarios.analysis.ledger.neighbourhood import implied_on, near
from scenarios.model import (
    Analyst,
    Database,
    Evidence,
    Record,
    Scenario,
    ScenarioId,
    Sheet,
    SheetId,
    Source,
    Tracker,
)
from scenarios.scales import held, probability

_FIRST = ("tracker", "scenario")
"""What items and sheets are read with."""
Key = tuple[tuple[ScenarioId, ...], date | None]
Pair = tuple[float | None, float | None]
"""What is stated and what is implied; None where nothing is."""


class Place(msgspec.Struct, frozen=True):
    """A scenario and its rivals, those of them that contend, and the day whose figures stay.

    `family` and `columns` are by id. `closed` is None while the scenario is open; `board` has the
    priors, and is None where they change from day to day.
    """

    family: tuple[ScenarioId, ...]
    columns: tuple[ScenarioId, ...]
    closed: date | None
    board: Board | None

    @property
    def key(self) -> Key:
        """What it shares with those rivals whose lines are the same."""
        return self.columns, self.closed


class Running:
    """The figures of one database's scenarios; quickly from the day of its newest record on."""

    def __init__(self) -> None:
        self._places: dict[ScenarioId, Place] = {}
        self._stated: dict[ScenarioId, tuple[date | None, float | None]] = {}
        self._tallies: dict[Key, Tally] = {}

    def pair(self, standing: Standing, id: ScenarioId, day: date | None) -> Pair:
        """What `stated` and `implied_on` give for the whole database, to the last digit."""
        database = standing.database
        if id not in database.scenarios or not day or database.scenarios[id].opened > day:
            return None, None
        if day < (standing.latest or day):
            return _plainly(near(database, id, standing.bearing, standing.speaking), id, day)
        place = self._place(database, id)
        last = place.closed or day
        return self._said(standing, id, place, last), self._implied(standing, id, place, last)

    def touched(self, standing: Standing, changes: Iterable[RecordChange]) -> set[ScenarioId]:
        """The scenarios, rivals included, that changed records have to do with, before or after."""
        database = standing.database
        found: set[ScenarioId] = set()
        for change in changes:
            for record in (change.before, change.after):
                found.update(_touched(database, change.id, record))
        return found.union(*(self._family(database, id) for id in found))

    def take(self, standing: Standing, changes: Iterable[RecordChange]) -> None:
        """Take in what came, and forget what changes made stale; `standing` has them already."""
        for change in sorted(changes, key=lambda one: one.kind not in _FIRST):
            if change.kind in _FIRST:
                stale = self.touched(standing, [change]) | {change.id}
                self._places = {id: it for id, it in self._places.items() if id not in stale}
                self._stated = {id: it for id, it in self._stated.items() if id not in stale}
                self._drop(stale)
            elif change.kind == "forecasts":
                for id in self.touched(standing, [change]):
                    self._stated.pop(id, None)
            elif change.kind == "evidence":
                self._item(standing, change)
            else:
                self._drop(self.touched(standing, [change]))

    def _drop(self, stale: set[ScenarioId]) -> None:
        self._tallies = {
            key: tally for key, tally in self._tallies.items() if stale.isdisjoint(tally.columns)
        }

    def _item(self, standing: Standing, change: RecordChange) -> None:
        database, after = standing.database, change.after
        rated: set[ScenarioId] = set()
        for record in (change.before, after):
            rated |= borne(database, record) if isinstance(record, Evidence) else set()
        families = {one for id in rated for one in self._family(database, id)}
        for key in {self._place(database, id).key for id in families} & self._tallies.keys():
            tally, day = self._tallies[key], key[1] or standing.latest
            item = after if isinstance(after, Evidence) else None
            if not day or not tally.lasts(day) or not tally.put(database, change.id, item, day):
                del self._tallies[key]

    def _family(self, database: Database, id: ScenarioId) -> tuple[ScenarioId, ...]:
        return self._place(database, id).family if id in database.scenarios else ()

    def _place(self, database: Database, id: ScenarioId) -> Place:
        if id not in self._places:
            family = tuple(sorted((id, *rivals(database, id))))
            outcome = resolution(database, id)
            closed = last_open_day(database, id, outcome.recorded) if outcome else None
            until = closed or date.max
            columns = tuple(one for one in family if one == id or contends(database, one, until))
            is_fixed = database.scenarios[id].set or database.scenarios[id].prior.hazard is None
            board = _board(database, id, columns, until) if is_fixed else None
            self._places[id] = Place(family, columns, closed, board)
        return self._places[id]

    def _said(self, standing: Standing, id: ScenarioId, place: Place, last: date) -> float | None:
        database = standing.database
        expires = database.tracker.forecast_expires_days is not None
        at = last if expires or place.closed else None
        if id not in self._stated or self._stated[id][0] != at:
            scenarios = {one: database.scenarios[one] for one in place.family}
            sheets = _latest_sheets(standing, place.family, last)
            figure = stated(Database(database.tracker, scenarios, {}, sheets), id, last)
            self._stated[id] = at, figure.probability if figure else None
        return self._stated[id][1]

    def _implied(self, standing: Standing, id: ScenarioId, place: Place, last: date) -> float:
        database = standing.database
        tally = self._tallies.get(place.key)
        if tally is None or not tally.lasts(last):
            around = near(database, id, standing.bearing)
            tally = self._tallies[place.key] = Tally(around, place.family, place.columns, last)
        if id in tally.implied and place.board:
            return tally.implied[id]
        board = place.board or _board(database, id, place.columns, last)
        tally.implied[id] = held(probability(log_odds(board, id, tally.totals())))
        return tally.implied[id]


def _latest_sheets(
    standing: Standing, family: Iterable[ScenarioId], last: date
) -> dict[SheetId, Sheet]:
    """Of each analyst the latest sheet about each scenario: all that `stated` looks at."""
    sheets = standing.database.sheets
    found: dict[tuple[ScenarioId, Analyst], tuple[date, SheetId]] = {}
    for scenario in family:
        for id in standing.speaking.get(scenario, ()):
            sheet = sheets[id]
            key, when = (scenario, sheet.analyst), (sheet.date, id)
            if sheet.date <= last and (key not in found or found[key] < when):
                found[key] = when
    return {id: sheets[id] for _, id in found.values()}


def _board(database: Database, id: ScenarioId, columns: tuple[ScenarioId, ...], day: date) -> Board:
    """A board without its lines, whose totals are at hand."""
    priors = {one: prior_at(database.scenarios[one], day) for one in columns}
    is_compared = database.scenarios[id].set is not None
    return Board(is_compared, database.tracker.evidence_dependence, [], {}, priors, 0)


def _plainly(database: Database, id: ScenarioId, day: date) -> Pair:
    last = last_open_day(database, id, day)
    figure = stated(database, id, last)
    return figure.probability if figure else None, implied_on(database, id, [last])[0]


def _touched(database: Database, id: str, record: Record | None) -> Iterable[ScenarioId]:
    """The scenarios that a state of a record has to do with, rivals aside."""
    if isinstance(record, Tracker):
        return database.scenarios
    if isinstance(record, Evidence):
        return borne(database, record)
    if isinstance(record, Sheet):
        return record.probabilities
    if isinstance(record, Scenario):
        rated = {one for indicator in record.indicators.values() for one in indicator.ratings}
        return rated | {id, *members(database, record.set)} if record.set else rated | {id}
    if isinstance(record, Source) and database.tracker.grade_weights:
        named = [item for item in database.evidence.values() if item.source == id]
        return {one for item in named for one in borne(database, item)}
    return ()
