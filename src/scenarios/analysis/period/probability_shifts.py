"""Shifts of each scenario's figures between two databases, on one day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, partial
from operator import attrgetter
from typing import NamedTuple

import msgspec

from scenarios.analysis.evidence.knowledge import (
    borne,
    dependents,
    known_on,
    last_open_day,
    resolved,
)
from scenarios.analysis.forecasts import Means, StatedProbability, stated
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.ledger import ledger_of
from scenarios.analysis.ledger.ledger_changes import (
    ChangedRecords,
    LedgerChange,
    LineChange,
    Shift,
    compare,
    touched,
)
from scenarios.analysis.ledger.lines import Ledger
from scenarios.analysis.ledger.odds import Odds
from scenarios.model import Database, EvidenceId, Outcome, ScenarioId, Tracker
from scenarios.scales import jeffreys
from scenarios.values import owner_of

_ROUNDING = 1e-9
"""A probability that differs by less is the same."""


class ScenarioShift(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario in two databases on one day; None where it had not opened or was not stated.

    In decibans: prior + given + time + Σ(after − before) of the lines + rivals + bound = the
    implied shift.
    """

    scenario: ScenarioId
    stated: Shift | None
    implied: Shift
    outcome: Outcome | None
    movement_bits: float
    prior: float
    given: float
    time: float
    rivals: float
    bound: float
    lines: tuple[LineChange, ...]


class DatedDatabase:
    """A database as of a day, with the look-ups that several scenarios share.

    `odds`, if given, come from a database with the same records about these scenarios.
    """

    def __init__(self, database: Database, day: date, odds: DailyLedgers | None = None) -> None:
        self.database, self.day, self.odds = database, day, odds or DailyLedgers(database)
        self._means: Means = {}
        self.known_on = cache(partial(known_on, database))

    def before(self, database: Database) -> DatedDatabase:
        """Another database on the same day; its ledgers share what the items do not change."""
        old, new = database.evidence, self.database.evidence
        # In the order of a set the last bit of an effect depended on the hash seed (ed07a62c).
        ids = sorted({*old, *new})
        items = {id: old.get(id) for id in ids if old.get(id) != new.get(id)}
        frame = attrgetter("tracker", "scenarios", "sources")
        is_alike = frame(database) == frame(self.database)
        return DatedDatabase(
            database, self.day, self.odds.with_items(database, items) if is_alike else None
        )

    def side(self, id: ScenarioId) -> FiguresOnDay | None:
        """Figures of a scenario; None where it had not opened, and of a quantity."""
        scenario = self.database.binary.get(id)
        if scenario is None or scenario.opened > self.day:
            return None
        last = last_open_day(self.database, id, self.day)
        outcome = resolved(self.database, id, self.day)
        return FiguresOnDay(
            whole=self,
            scenario=id,
            odds=self.odds.odds_on(last),
            stated=stated(self.database, id, last, self._means),
            outcome=outcome.outcome if outcome else None,
        )


class FiguresOnDay(NamedTuple):
    """Figures of a scenario in one of the databases."""

    whole: DatedDatabase
    scenario: ScenarioId
    odds: Odds
    stated: StatedProbability | None
    outcome: Outcome | None

    @property
    def ledger(self) -> Ledger:
        return ledger_of(self.odds, self.scenario)


def shifts(before: Database, after: Database, day: date) -> tuple[ScenarioShift, ...]:
    """Every scenario whose figures or outcome differ on a day; largest movement first."""
    new = DatedDatabase(after, day)
    return tuple(shift for shift, _, _ in compared(new.before(before), new))


def compared(
    old: DatedDatabase, new: DatedDatabase
) -> list[tuple[ScenarioShift, FiguresOnDay | None, FiguresOnDay | None]]:
    """Shifts that are withheld in neither database, with both sides; None before the opening."""
    withheld = old.database.withheld.keys() | new.database.withheld.keys()
    ids = _touched(old, new) - withheld
    every = ((id, old.side(id), new.side(id)) for id in sorted(ids))
    sides = [(id, was, now) for id, was, now in every if _moved(was, now)]
    judged = _judged_anew(old.database, new.database) if sides else frozenset()
    compared = [(_shift(id, was, now, judged), was, now) for id, was, now in sides]
    return sorted(compared, key=lambda entry: (-entry[0].movement_bits, entry[0].scenario))


def differs(shift: Shift | None) -> bool:
    """True if a figure came, went, or changed."""
    if shift is None or shift.from_ is None or shift.to is None:
        return shift is not None and shift.from_ != shift.to
    return abs(shift.to - shift.from_) > _ROUNDING


def _touched(old: DatedDatabase, new: DatedDatabase) -> set[ScenarioId]:
    """The scenarios whose figures may differ, since a record that they depend on does."""
    before, after = old.database, new.database
    if before.tracker != after.tracker:
        return {*before.scenarios, *after.scenarios}
    graded = after.tracker.grade_weights  # else no figure depends on a source
    sources = _differing(before.sources, after.sources) if graded else frozenset()
    touched: set[ScenarioId] = set()
    for database, other in ((before, after), (after, before)):
        for id, scenario in database.scenarios.items():
            if other.scenarios.get(id) != scenario:
                touched.add(id)
                rated = (indicator.ratings for indicator in scenario.indicators.values())
                touched.update(owner_of(id) for ratings in rated for id in ratings)
        for id, item in database.evidence.items():
            if other.evidence.get(id) != item or item.source in sources:
                touched |= borne(database, item) & database.scenarios.keys()
        for id, sheet in database.sheets.items():
            if other.sheets.get(id) != sheet:
                touched |= sheet.probabilities.keys() | sheet.quantiles.keys()
    return dependents(before, touched) | dependents(after, touched)


def _moved(was: FiguresOnDay | None, now: FiguresOnDay | None) -> bool:
    """True if an outcome is new, or a figure came, went, or changed."""
    if was is None or now is None:
        return was is not now
    decided = was.outcome != now.outcome and now.outcome is not None
    stated = Shift(from_=_stated(was), to=_stated(now))
    # The later one first: the earlier one's account is a copy of it, once its rows are posted.
    after = _implied(now)
    return decided or differs(stated) or differs(Shift(from_=_implied(was), to=after))


def _judged_anew(before: Database, after: Database) -> frozenset[str]:
    """The items and indicators that are in both and of which a judgement differs."""
    same = before.evidence if before.sources == after.sources else {}
    ids = [id for id, item in after.evidence.items() if same.get(id) is not item]
    return _differing(_judged(before, ids), _judged(after, ids))


def _judged(database: Database, ids: Iterable[EvidenceId]) -> dict[str, object]:
    judged: dict[str, object] = {}
    for id, item in ((id, database.evidence[id]) for id in ids if id in database.evidence):
        grade = item.grade(database.sources)
        of_item = item.ratings, item.indicators, grade, item.origin, item.event, item.theme
        judged[id] = *of_item, item.supersedes
    for owner, scenario in database.scenarios.items():
        for key, of in scenario.indicators.items():
            judged[f"{owner}/{key}"] = of.ratings, of.due, of.if_absent, of.chance, of.theme
    return judged


def _shift(
    id: ScenarioId, was: FiguresOnDay | None, now: FiguresOnDay | None, judged: frozenset[str]
) -> ScenarioShift:
    stated = Shift(from_=_stated(was), to=_stated(now))
    implied = Shift(from_=_implied(was), to=_implied(now))
    change = LedgerChange()
    prior = 0.0
    if was and now:
        before, after = was.ledger, now.ledger
        old, new = was.whole.database, now.whole.database
        here, there = now.whole.known_on(now.odds.day), was.whole.known_on(was.odds.day)
        reasons = ChangedRecords(
            new=touched(here, there),
            gone=touched(there, here),
            superseded=frozenset(here.superseded),
            restored=there.superseded,
            removed=frozenset(old.evidence.keys() - new.evidence.keys()),
            judged=judged,
            conventions=_conventions(old.tracker) != _conventions(new.tracker),
        )
        change = compare(before, after, reasons)
        prior = after.prior.decibans - before.prior.decibans
    decided = now.outcome if now and (was is None or was.outcome != now.outcome) else None
    bits = max(jeffreys(shift.from_, shift.to) for shift in (stated, implied))
    return ScenarioShift(
        scenario=id,
        stated=stated if (stated.from_, stated.to) != (None, None) else None,
        implied=implied,
        outcome=decided,
        movement_bits=bits,
        prior=prior,
        given=change.given,
        time=change.time,
        rivals=change.rivals,
        bound=change.bound,
        lines=change.lines,
    )


def _differing(before: Mapping[str, object], after: Mapping[str, object]) -> frozenset[str]:
    return frozenset(id for id in before.keys() & after.keys() if before[id] != after[id])


def _conventions(tracker: Tracker) -> tuple[object, ...]:
    of_grades, of_lines = tracker.grade_weights, tracker.dependence
    return tracker.decibans, of_grades, of_lines, tracker.rating_strength, tracker.half_life_days


def _stated(side: FiguresOnDay | None) -> float | None:
    return side.stated.probability if side and side.stated else None


def _implied(side: FiguresOnDay | None) -> float | None:
    return side.odds.implied(side.scenario) if side else None
