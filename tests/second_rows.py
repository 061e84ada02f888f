"""The rows of the second ledger: what items, indicators and absences are worth.

Every step is a sentence of the design, and nothing is shared with the program but the records.
A scenario outside a set is a set of one that is not centred.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from scenarios.model import Database, Evidence, Indicator, Rating, first_day

Bend = Callable[[str], float]
Column = dict[str, float]
First = tuple[date, date, str]


@dataclass(frozen=True)
class Row:
    """What one item, indicator or absence is worth for each member, centred in a set."""

    kind: str
    id: str
    theme: str | None
    values: Column
    since: date
    first: First | None = None
    marks: frozenset[tuple[str, str]] = frozenset()


def known(db: Database, day: date) -> dict[str, Evidence]:
    return {
        id: item
        for id, item in db.evidence.items()
        if item.recorded <= day and not (item.retracted and item.retracted.date <= day)
    }


def weight(db: Database, item: Evidence) -> float:
    table = db.tracker.grade_weights
    if table is None:
        return 1.0
    source = db.sources.get(item.source or "")
    letter = item.reliability or (source.reliability if source else "F")
    return table.reliability[letter] * table.credibility[(item.credibility or 6) - 1]


def worth(db: Database, rating: Rating) -> float:
    """A rating in decibans, after `rating_strength`."""
    code = db.tracker.decibans[rating] if isinstance(rating, str) else 10 * math.log10(rating)
    return code * db.tracker.rating_strength


def strength(db: Database, key: str, items: dict[str, Evidence]) -> float:
    """How far the items, taken in their order, have an indicator seen: 0 to 1."""
    reports = [
        (first_day(item.observed), item.recorded, item.indicators[key] == "reversed", id)
        for id, item in items.items()
        if key in item.indicators
    ]
    level = 0.0
    for *_, is_reversed, id in sorted(reports):
        w = weight(db, items[id])
        seen = w if items[id].indicators[key] == "observed" else w / 2
        level = max(level - w, 0) if is_reversed else max(level, seen)
    return level


def place(id: str, item: Evidence) -> First:
    return item.recorded, first_day(item.observed), id


def marks(id: str, item: Evidence) -> frozenset[tuple[str, str]]:
    """What an item may share: its origin (without one it is its own) and its event."""
    event = {("event", item.event)} if item.event else set()
    return frozenset({("origin", item.origin or id), *event})


def absent(db: Database, owner: str, indicator: Indicator) -> Column:
    """What the absence of an indicator that was not seen at all is worth, before centring."""
    if indicator.if_absent is not None:
        return {owner: worth(db, indicator.if_absent)}
    if indicator.chance is None:
        return {}
    c, names = indicator.chance, members(db, owner)
    ratios = {name: 10 ** (worth(db, indicator.ratings.get(name, 1.0)) / 10) for name in names}
    p = {name: db.scenarios[name].prior.probability for name in names}
    if db.scenarios[owner].set is None:
        a, b = given_each(c, p[owner], ratios[owner])
        return {owner: 10 * math.log10((1 - a) / (1 - b))}
    seen = sum(p[name] / sum(p.values()) * ratios[name] for name in names)
    return {name: 10 * math.log10(1 - c * ratios[name] / seen) for name in names}


def given_each(c: float, p: float, ratio: float) -> tuple[float, float]:
    """How probable it is to be seen if the scenario happens, and if it does not."""
    b = c / (p * ratio + 1 - p)
    return ratio * b, b


def value(db: Database, owner: str, name: str) -> float:
    """The information in bits that one expects from watching an indicator with a `chance`."""
    indicator = db.scenarios[owner].indicators[name]
    p, c = db.scenarios[owner].prior.probability, indicator.chance
    assert c is not None
    a, _ = given_each(c, p, 10 ** (worth(db, indicator.ratings.get(owner, 1.0)) / 10))
    return c * movement(p, p * a / c) + (1 - c) * movement(p, p * (1 - a) / (1 - c))


def movement(before: float, after: float) -> float:
    return sum((q - p) * math.log2(q / p) for p, q in ((before, after), (1 - before, 1 - after)))


def members(db: Database, id: str) -> list[str]:
    name = db.scenarios[id].set
    return [id] if name is None else [other for other, s in db.scenarios.items() if s.set == name]


def ruled_out(db: Database, id: str) -> date:
    """The day on which an outcome that rules a member out entered the database."""
    days = [date.max]
    for other in members(db, id):
        resolution = db.scenarios[other].resolution
        if resolution and resolution.outcome == ("did-not-occur" if other == id else "occurred"):
            days.append(resolution.recorded)
    return min(days)


def rows(db: Database, names: list[str], day: date, bend: Bend) -> Iterator[Row]:
    items = known(db, day)
    included = {id for name in names for id in db.scenarios[name].prior.includes}
    for id, item in items.items():
        share = weight(db, item) * 2 ** bend(id)
        values = {name: worth(db, r) * share for name, r in item.ratings.items() if name in names}
        first, mine = place(id, item), marks(id, item)
        if id in included:
            yield Row("in-prior", id, item.theme, {}, item.recorded)
        else:
            yield Row("direct", id, item.theme, values, item.recorded, first, mine)
    before = {id: item for id, item in items.items() if id in included}
    for owner, scenario in db.scenarios.items():
        for name, indicator in scenario.indicators.items():
            key = f"{owner}/{name}"
            level = strength(db, key, items)
            raising = [
                place(id, item)
                for id, item in items.items()
                if item.indicators.get(key) in ("observed", "emerging") and weight(db, item) > 0
            ]
            if raising:
                first = min(raising)
                mine = marks(first[2], items[first[2]])
                share = (level - strength(db, key, before)) * 2 ** bend(key)
                rated = indicator.ratings.items()
                values = {name: worth(db, r) * share for name, r in rated if name in names}
                yield Row("indicator", key, indicator.theme, values, first[0], first, mine)
            if owner in names and indicator.due and indicator.due < day:
                share = (1 - level) * 2 ** bend(key)
                values = {column: v * share for column, v in absent(db, owner, indicator).items()}
                yield Row("absence", key, indicator.theme, values, indicator.due)


def centred(db: Database, names: list[str], row: Row) -> Row:
    """A row of a set less its second-highest value over the members that were still in."""
    if row.kind == "in-prior" or db.scenarios[names[0]].set is None:
        return row
    still_in = [name for name in names if ruled_out(db, name) >= row.since]
    values = {name: row.values.get(name, 0.0) for name in still_in}
    second = sorted(values.values(), reverse=True)[:2][-1] if values else 0.0
    return replace(row, values={name: v - second for name, v in values.items()})
