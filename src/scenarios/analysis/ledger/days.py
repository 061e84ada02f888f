"""Implied log odds on many days and after many commits; a step costs in proportion to changes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from copy import copy
from datetime import date, timedelta
from functools import cached_property
from operator import itemgetter
from typing import Any

from scenarios.analysis.evidence.knowledge import (
    bearing,
    borne,
    connected,
    days_of,
    known_on,
    resolution,
    superseders,
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
    on each scenario, `most` the number of accounts kept at a time. `give_way` is called before the
    totals of a day.
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
        self.give_way: Callable[[], None] = _go_on
        self._accounts: dict[Columns, AccountOnDay] = {}
        self.clusters: dict[str, list[Any]] = {}  # of possible duplicates, by a digest
        self._odds: dict[date, Odds] = {}
        self._dated: list[tuple[date, EvidenceId]] = []
        self._of: DailyLedgers | None = None
        self._instead: Mapping[EvidenceId, Evidence | None] = {}

    @cached_property
    def items(self) -> Mapping[ScenarioId, Collection[EvidenceId]]:
        """The items that bear on each scenario."""
        return bearing(self.database)

    def odds_on(self, day: date) -> Odds:
        """Implied log odds on a day."""
        if day not in self._odds:
            self._odds[day] = Odds(known_on(self.database, day), self)
        return self._odds[day]

    def changed(self, since: date, until: date) -> dict[EvidenceId, Evidence]:
        """The items that were recorded or retracted after a day and by another."""
        evidence = self.database.evidence
        if not self._dated:
            self._dated += sorted((day, id) for id in evidence for day in days_of(evidence[id]))
        places = (bisect_right(self._dated, day, key=itemgetter(0)) for day in (since, until))
        return {id: evidence[id] for _, id in self._dated[slice(*places)]}

    def totals(self, others: Columns, day: date, aged: date | None = None) -> EvidenceTotals:
        """The decibans that a day's evidence, maybe `aged` to a later one, adds to each column."""
        self.give_way()
        account = self.account(others, day)
        return EvidenceTotals(
            columns=others,
            compared=self.database.scenarios[others[0]].set is not None,
            left=frozenset(left(self.database, others, day)),
            totals=account.totals_on(self.database, day, aged or day),
        )

    def comparison(self, others: Columns, day: date) -> Comparison:
        """The lines of a day, with their totals."""
        self.give_way()
        return self.account(others, day).comparison_on(self.database, day)

    def changes(
        self, scenario_id: ScenarioId, since: date = date.min, until: date = date.max
    ) -> list[date]:
        """The days on which known evidence, an absence or a rival's place in the set changes.

        Both ends are included.
        """
        days = set[date]()
        for id in connected(self.database, scenario_id):
            if outcome := resolution(self.database, id):
                days.add(outcome.recorded)
            days.update(self.account(columns(self.database, id)).days_between(since, until))
        return sorted(day for day in days if since <= day <= until)

    def with_items(
        self, database: Database, items: Mapping[EvidenceId, Evidence | None]
    ) -> DailyLedgers:
        """The days of a database that differs in these items alone.

        Both share all that the items do not bear on, and neither may be changed afterwards.
        """
        other = DailyLedgers(database, most=self._most)
        other._of, other._instead = self, items
        if not superseders(self.database) and not any(i and i.supersedes for i in items.values()):
            vars(database)["superseders"] = {}  # else each of many databases looks at every item
        return other

    def with_sheets_of(self, database: Database) -> DailyLedgers:
        """The ledgers of a database that differs in its sheets alone; both share all accounts."""
        other = DailyLedgers(database, vars(self).get("items"), self._most)
        other._accounts, other.clusters = self._accounts, self.clusters
        other._dated = self._dated
        other.give_way = self.give_way
        return other

    def put(self, id: EvidenceId, before: Record | None, after: Record | None) -> None:
        """Follow a change of an item in the database."""
        self._odds.clear()
        for item, is_there in ((before, False), (after, True)):
            if isinstance(item, Evidence):
                for entry in ((day, id) for day in days_of(item)) if self._dated else ():
                    if is_there:
                        insort(self._dated, entry)
                    else:
                        del self._dated[bisect_left(self._dated, entry)]
                ids = borne(self.database, item) & self.database.scenarios.keys()
                for others in {columns(self.database, scenario) for scenario in ids}:
                    if item.supersedes:  # other items count from and until other days
                        self._accounts.pop(others, None)
                    elif account := self._accounts.get(others):
                        account.put(self.database, id, item, is_there=is_there)

    def follow(self, database: Database, changed: Collection[EvidenceId]) -> None:
        """Stand for a database whose items differ by those that `changed`, and none but sheets."""
        before, evidence = self.database.evidence, database.evidence
        pairs = [(id, before.get(id), evidence.get(id)) for id in changed]
        # An item that supersedes, even one that is not there, bears on what others rate.
        bears = any(item and item.supersedes for _, *both in pairs for item in both)
        if bears or superseders(self.database) or superseders(database):
            self.items = bearing(database)
            self.forget(database, database.scenarios)
            return
        items = {id: [*ids] for id, ids in self.items.items()}
        self.database, ids = database, database.scenarios.keys()
        for id, old, new in pairs:
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
        for others in [others for others in self._accounts if not set(others).isdisjoint(ids)]:
            del self._accounts[others]

    def account(self, others: Columns, day: date | None = None) -> AccountOnDay:
        """The account of a scenario alone or of a set, as of the day of its last use.

        One that begins from that of another database begins on `day`.
        """
        if others in self._accounts:
            return self._accounts[others]
        if self._of:
            was, shared = self._of.database.evidence, self._of.account(others)
            changes = [
                (id, item, is_there)
                for id, now in self._instead.items()
                for item, is_there in ((was.get(id), False), (now, True))
                if item and not borne(self.database, item).isdisjoint(others)
            ]
            if not changes:
                return shared
            if any(item.supersedes for _, item, _ in changes):
                account = AccountOnDay(self.database, others, self.bearing(others))
            else:
                if day:  # the shared one has stages on its way
                    shared.move(self._of.database, day)
                account = copy(shared)
                account.detach()
                for id, item, is_there in changes:
                    account.put(self.database, id, item, is_there=is_there)
        else:
            account = AccountOnDay(self.database, others, self.bearing(others))
        if len(self._accounts) == self._most:
            del self._accounts[next(iter(self._accounts))]
        self._accounts[others] = account
        return account

    def bearing(self, others: Columns) -> Iterable[EvidenceId]:
        """The items that bear on these scenarios."""
        evidence = self.database.evidence
        if self._of:
            ids = dict.fromkeys((*self._of.bearing(others), *self._instead))
            items = ((id, evidence.get(id)) for id in ids)  # None: hidden
            return [
                id
                for id, item in items
                if item and not borne(self.database, item).isdisjoint(others)
            ]
        if isinstance(evidence, LazyEvidence) and "items" not in vars(self):
            return evidence.bearing(self.database, others)
        return dict.fromkeys(id for column in others for id in self.items.get(column, ()))


def _go_on() -> None:
    """Nobody else computes."""


_Key = tuple[int, date | None]
STAGES, STEP = 16, 256
"""Stages of an account are at least a part, one in STAGES, and STEP changes apart, halved."""
_POSTED = (
    *("_day", "_rows", "_groups", "_places", "_neutral"),
    *("_nets", "_layer_counts", "_totals", "_aged"),
)
_LATEST = 3
"""Days whose lines are kept: both ends of a window, and the start of that before."""


class AccountOnDay(LedgerAccount):
    """An account that stands as of a day; what counts from a day on is sorted once."""

    def __init__(self, database: Database, others: Columns, ids: Iterable[EvidenceId]) -> None:
        super().__init__(database, others)
        self._day: date | None = None
        self._firing: dict[str, dict[EvidenceId, None]] = {}
        self._stale: set[str] = set()
        self._kept: dict[_Key, dict[ScenarioId, float]] = {}
        self._latest: dict[_Key, Comparison] = {}
        self._changes: list[tuple[date, str]] = []
        self._replaced: dict[EvidenceId, list[date]] = {}
        self._stages: dict[int, dict[str, Any]] = {}
        for id in ids:
            item = database.evidence[id]
            self._changes += self._days(database, id, item)
            for key in item.indicators:
                self._firing.setdefault(key, {})[id] = None
        for column in others:
            for key, indicator in database.scenarios[column].indicators.items():
                if indicator.due and indicator.due < date.max:
                    self._changes.append((indicator.due + timedelta(days=1), f"{column}/{key}"))
        self._changes.sort()

    def detach(self) -> None:
        super().detach()
        self._firing = {key: {**ids} for key, ids in self._firing.items()}
        self._kept, self._latest, self._stages = {}, {}, {}
        self._stale, self._changes = {*self._stale}, [*self._changes]
        self._replaced = {**self._replaced}

    def days_between(self, since: date, until: date) -> Iterator[date]:
        """The days, both ends included, on which something counts for the first or last time."""
        first = bisect_left(self._changes, since, key=itemgetter(0))
        return (day for day, _ in self._changes[first : self._place(until)])

    def totals_on(self, database: Database, day: date, aged: date) -> dict[ScenarioId, float]:
        """The totals of a day, at their age on another; cached, since days may recur."""
        key = self._key(day, aged)
        if key not in self._kept:
            self.move(database, day)
            self._kept[key] = self.totals(aged)
        return self._kept[key]

    def comparison_on(self, database: Database, day: date) -> Comparison:
        """The lines of a day; those of the latest days are cached for successive findings."""
        key, gone = self._key(day, day), frozenset(left(database, self.columns, day))
        compared = self._latest.get(key)
        if compared is None or compared.left != gone:
            self.move(database, day)
            if len(self._latest) == _LATEST:
                del self._latest[next(iter(self._latest))]
            compared = self._latest[key] = self.comparison(database, day)
        return compared

    def move(self, database: Database, day: date) -> None:
        """Post the differences between a day and the account's day: what counts on one only."""
        if self._day and not self._stale:
            self._approach(database, self._place(self._day), self._place(day))
        self._post_until(database, day)

    def _approach(self, database: Database, start: int, end: int) -> None:
        """Take up the stage nearest to a change; keep another halfway if the way is still far.

        Without them a page of any day walks from the day of the page before.
        """
        nearest = min(self._stages, key=lambda place: abs(place - end), default=start)
        if abs(nearest - end) + STEP < abs(start - end):
            start = nearest
            vars(self).update(self._stages[nearest])
            super().detach()
        # One stage for each way: a group of all items is posted anew at every stage.
        if abs(start - end) > max(len(self._changes) // STAGES, STEP):
            day, _ = self._changes[(start + end) // 2]
            self._post_until(database, day)
            stage = copy(self)
            super(AccountOnDay, stage).detach()
            self._stages[self._place(day)] = {name: vars(stage)[name] for name in _POSTED}

    def _post_until(self, database: Database, day: date) -> None:
        start, end = sorted((self._place(self._day) if self._day else 0, self._place(day)))
        ids = self._stale.union(id for _, id in self._changes[start:end])
        self._day, self._stale = day, set()
        if ids:
            items = dict.fromkeys(i for id in ids for i in self._firing.get(id, (id,)))
            evidence = database.evidence
            among = {id: item for id in items if (item := evidence.get(id))}
            self.post(known_on(database, day, among), ids)

    def put(self, database: Database, id: EvidenceId, item: Evidence, *, is_there: bool) -> None:
        """Put an item, or remove it if it no longer exists; figures of earlier days remain."""
        changes = self._days(database if is_there else None, id, item)
        first = bisect_left(self._changes, min(changes)[0], key=itemgetter(0))
        self._kept = {key: totals for key, totals in self._kept.items() if key[0] <= first}
        self._stages = {place: stage for place, stage in self._stages.items() if place <= first}
        self._latest.clear()
        for key in item.indicators:
            firing = self._firing.setdefault(key, {})
            firing.pop(id, None)
            if is_there:
                firing[id] = None
        for change in changes:
            self._stale.add(change[1])
            if is_there:
                insort(self._changes, change)
            else:
                del self._changes[bisect_left(self._changes, change)]

    def _key(self, day: date, aged: date) -> _Key:
        return self._place(day), aged if self._tracker.half_life_days is not None else None

    def _place(self, day: date) -> int:
        return bisect_right(self._changes, day, key=itemgetter(0))

    def _days(
        self, database: Database | None, id: EvidenceId, item: Evidence
    ) -> list[tuple[date, str]]:
        """The days from which an item counts and no longer, and the rows that it then changes.

        Those of an item that goes, without a database, are as when it came.
        """
        if database is None:
            others = self._replaced.pop(id, [])
        else:
            by = (database.evidence.get(other) for other in superseders(database).get(id, ()))
            others = [day for other in by if other for day in days_of(other)]
            if others:
                self._replaced[id] = others
        return [(day, row) for day in (*days_of(item), *others) for row in (id, *item.indicators)]
