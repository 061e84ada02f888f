"""Implied log odds on many days and after many commits; a step costs in proportion to changes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import copy
from datetime import date, timedelta
from functools import cached_property
from operator import itemgetter

from scenarios.analysis.evidence.knowledge import (
    bearing,
    borne,
    connected,
    days_of,
    known,
    resolution,
)
from scenarios.analysis.ledger.contributions import Columns
from scenarios.analysis.ledger.odds import (
    Comparison,
    EvidenceTotals,
    LedgerAccount,
    Odds,
    columns,
    left,
)
from scenarios.model import Database, Evidence, EvidenceId, LazyEvidence, Record, ScenarioId


class DailyLedgers:
    """The ledgers of a database on any days, in any order; `put` and `forget` follow its changes.

    Figures equal those of `Odds(known(database, day))` to the last bit. `items` are those that bear
    on each scenario, `most` the number of accounts kept at a time.
    """

    def __init__(
        self,
        database: Database,
        items: Mapping[ScenarioId, Collection[EvidenceId]] | None = None,
        most: int | None = None,
    ) -> None:
        self.database = database
        if items is not None:
            self.items = items
        self._most = most
        self._accounts: dict[Columns, AccountOnDay] = {}
        self._odds: dict[date, Odds] = {}
        self._dated: list[tuple[date, EvidenceId]] = []
        self._of: DailyLedgers | None = None
        self._instead: Mapping[EvidenceId, Evidence | None] = {}

    @cached_property
    def items(self) -> Mapping[ScenarioId, Collection[EvidenceId]]:
        """The items that bear on each scenario."""
        return bearing(self.database)

    def at(self, day: date) -> Odds:
        """Implied log odds on a day."""
        if day not in self._odds:
            self._odds[day] = Odds(known(self.database, day), self)
        return self._odds[day]

    def changed(self, since: date, until: date) -> dict[EvidenceId, Evidence]:
        """The items that were recorded or retracted after a day and by another."""
        evidence = self.database.evidence
        if not self._dated:
            self._dated = sorted((day, id) for id in evidence for day in days_of(evidence[id]))
        places = (bisect_right(self._dated, day, key=itemgetter(0)) for day in (since, until))
        return {id: evidence[id] for _, id in self._dated[slice(*places)]}

    def totals(self, beside: Columns, day: date) -> EvidenceTotals:
        """The decibans that the evidence of a day adds to a scenario alone or to each of a set."""
        account = self.account(beside)
        return EvidenceTotals(
            columns=beside,
            compared=self.database.scenarios[beside[0]].set is not None,
            left=frozenset(left(self.database, beside, day)),
            totals=account.totals_on(self.database, day),
        )

    def comparison(self, beside: Columns, day: date) -> Comparison:
        """The lines of a day, with their totals."""
        return self.account(beside).comparison_on(self.database, day)

    def changes(self, scenario_id: ScenarioId) -> list[date]:
        """The days on which known evidence, an absence or a rival's place in the set changes."""
        days = set[date]()
        for id in connected(self.database, scenario_id):
            if outcome := resolution(self.database, id):
                days.add(outcome.recorded)
            days.update(self.account(columns(self.database, id)).days)
        return sorted(days)

    def beside(
        self, database: Database, items: Mapping[EvidenceId, Evidence | None]
    ) -> DailyLedgers:
        """The days of a database that differs in these items alone.

        Both share all that the items do not bear on, and neither may be changed afterwards.
        """
        other = DailyLedgers(database, most=self._most)
        other._of, other._instead = self, items
        return other

    def put(self, id: EvidenceId, before: Record | None, after: Record | None) -> None:
        """Follow a change of an item in the database."""
        self._odds.clear()
        self._dated = []
        for item, is_there in ((before, False), (after, True)):
            if isinstance(item, Evidence):
                ids = borne(self.database, item) & self.database.scenarios.keys()
                for beside in {columns(self.database, scenario) for scenario in ids}:
                    if account := self._accounts.get(beside):
                        account.put(id, item, is_there=is_there)

    def follow(self, database: Database, changed: Collection[EvidenceId]) -> None:
        """Stand for a database whose items differ by those that `changed`, and none but sheets."""
        items = {id: [*ids] for id, ids in self.items.items()}
        before, self.database, ids = self.database.evidence, database, database.scenarios.keys()
        for id in changed:
            old, new = before.get(id), database.evidence.get(id)
            for scenario in borne(database, old) & ids if old else ():
                items[scenario].remove(id)
            for scenario in borne(database, new) & ids if new else ():
                items.setdefault(scenario, []).append(id)
            self.put(id, old, new)
        self.items = items
        self._odds.clear()

    def forget(self, database: Database, ids: Collection[ScenarioId]) -> None:
        """Follow a change of other records, on which the accounts of these scenarios rest."""
        self.database = database
        self._odds.clear()
        self._dated = []
        for beside in [beside for beside in self._accounts if not set(beside).isdisjoint(ids)]:
            del self._accounts[beside]

    def account(self, beside: Columns) -> AccountOnDay:
        """The account of a scenario alone or of a set, as of the day of its last use."""
        if beside in self._accounts:
            return self._accounts[beside]
        if self._of:
            was, standing = self._of.database.evidence, self._of.account(beside)
            changes = [
                (id, item, is_there)
                for id, now in self._instead.items()
                for item, is_there in ((was.get(id), False), (now, True))
                if item and not borne(self.database, item).isdisjoint(beside)
            ]
            if not changes:
                return standing
            account = copy(standing)
            account.part()
            for id, item, is_there in changes:
                account.put(id, item, is_there=is_there)
        else:
            evidence = self.database.evidence
            if isinstance(evidence, LazyEvidence) and "items" not in vars(self):
                items: Iterable[EvidenceId] = evidence.bearing(self.database, beside)
            else:
                items = dict.fromkeys(id for column in beside for id in self.items.get(column, ()))
            account = AccountOnDay(self.database, beside, items)
        if len(self._accounts) == self._most:
            del self._accounts[next(iter(self._accounts))]
        self._accounts[beside] = account
        return account


_LATEST = 3
"""Days whose lines are kept: both ends of a window, and the start of that before."""


class AccountOnDay(LedgerAccount):
    """An account that stands as of a day; what counts from a day on is sorted once."""

    def __init__(self, database: Database, beside: Columns, ids: Iterable[EvidenceId]) -> None:
        super().__init__(database, beside)
        self._day: date | None = None
        self._firing: dict[str, dict[EvidenceId, None]] = {}
        self._stale: set[str] = set()
        self._kept: dict[int, dict[ScenarioId, float]] = {}
        self._latest: dict[int, Comparison] = {}
        self._changes: list[tuple[date, str]] = []
        for id in ids:
            item = database.evidence[id]
            self._changes += _changes(id, item)
            for key in item.indicators:
                self._firing.setdefault(key, {})[id] = None
        for column in beside:
            for key, indicator in database.scenarios[column].indicators.items():
                if indicator.due and indicator.due < date.max:
                    self._changes.append((indicator.due + timedelta(days=1), f"{column}/{key}"))
        self._changes.sort()

    def part(self) -> None:
        super().part()
        self._firing = {key: {**ids} for key, ids in self._firing.items()}
        self._kept, self._latest = {}, {}
        self._stale, self._changes = {*self._stale}, [*self._changes]

    @property
    def days(self) -> Iterator[date]:
        """The days on which something counts for the first or for the last time."""
        return (day for day, _ in self._changes)

    def totals_on(self, database: Database, day: date) -> dict[ScenarioId, float]:
        """The totals of a day; cached, since days may recur."""
        place = self._place(day)
        if place not in self._kept:
            self.move(database, day)
            self._kept[place] = self.totals()
        return self._kept[place]

    def comparison_on(self, database: Database, day: date) -> Comparison:
        """The lines of a day; those of the latest days are cached for successive findings."""
        place, gone = self._place(day), frozenset(left(database, self.columns, day))
        compared = self._latest.get(place)
        if compared is None or compared.left != gone:
            self.move(database, day)
            if len(self._latest) == _LATEST:
                del self._latest[next(iter(self._latest))]
            compared = self._latest[place] = self.comparison(database, day)
        return compared

    def move(self, database: Database, day: date) -> None:
        """Post the differences between a day and the account's day: what counts on one only."""
        start, end = sorted((self._place(self._day) if self._day else 0, self._place(day)))
        ids = self._stale.union(id for _, id in self._changes[start:end])
        self._day, self._stale = day, set()
        if ids:
            items = dict.fromkeys(i for id in ids for i in self._firing.get(id, (id,)))
            evidence = database.evidence
            among = {id: item for id in items if (item := evidence.get(id))}
            self.post(known(database, day, among), ids)

    def put(self, id: EvidenceId, item: Evidence, *, is_there: bool) -> None:
        """Put an item, or remove it if it no longer exists."""
        self._kept.clear()
        self._latest.clear()
        for key in item.indicators:
            firing = self._firing.setdefault(key, {})
            firing.pop(id, None)
            if is_there:
                firing[id] = None
        for change in _changes(id, item):
            self._stale.add(change[1])
            if is_there:
                insort(self._changes, change)
            else:
                del self._changes[bisect_left(self._changes, change)]

    def _place(self, day: date) -> int:
        return bisect_right(self._changes, day, key=itemgetter(0))


def _changes(id: EvidenceId, item: Evidence) -> list[tuple[date, str]]:
    """The days from which an item counts and no longer, and the rows that it then changes."""
    days = [item.recorded, *([item.retracted.date] if item.retracted else ())]
    return [(day, row) for day in days for row in (id, *item.indicators)]
