"""The odds ledger once more, by another hand and from the text of the design alone: plain and slow.

Every step is a sentence of the design, and nothing is shared with the program but the records.
A scenario outside a set is a set of one that is neither centred nor normalised.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import blake2b

from scenarios.model import Database, Evidence, Indicator, Rating
from scenarios.values import first_day

LOWEST, HIGHEST = 0.001, 0.999
POINTS = 64
Theme = str | None
Steps = tuple[float, float, float]
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


@dataclass(frozen=True)
class Line:
    """A group of rows in one column; the kind and id are those of its strongest row there."""

    kind: str
    id: str
    theme: Theme
    decibans: float = 0.0
    factor: float = 1.0

    @property
    def counted_decibans(self) -> float:
        return self.decibans * self.factor


@dataclass(frozen=True)
class Ledger:
    """Prior and closing rows in decibans; they and the counted decibans add up to the implied."""

    prior: float
    given: float
    time: float
    lines: tuple[Line, ...]
    rivals: float
    bound: float
    implied: float
    low: float
    high: float


def unbent(_id: str) -> float:
    return 0.0


def bent(point: int) -> Bend:
    """How far each judgement is bent at one of the 64 points, from −1 to 1."""
    return lambda name: (blake2b(name.encode()).digest()[point] + 0.5) / 128 - 1


def to_db(p: float) -> float:
    return 10 * math.log10(p / (1 - p))


def from_db(db: float) -> float:
    return 1 / (1 + 10 ** (-db / 10))


def held(p: float) -> float:
    return min(max(p, LOWEST), HIGHEST)


def groups(db: Database, id: str, day: date, bend: Bend = unbent) -> list[list[Row]]:
    """The rows that are other than 0; those that share an origin or an event stand together."""
    names, joined = members(db, id), list[list[Row]]()
    for row in (centred(db, names, raw) for raw in rows(db, names, day, bend)):
        if any(row.values.values()):
            linked = [group for group in joined if any(row.marks & other.marks for other in group)]
            joined = [group for group in joined if group not in linked]
            joined.append([row, *(other for group in linked for other in group)])
    return joined


def shares(counts: dict[Theme, int], within: float, between: float) -> dict[Theme, float]:
    """What each of n lines of equal height keeps: the solution w of (correlation matrix)·w = 1.

    Lines of one theme have one row in the matrix, so the unknowns are the sums over themes.
    """
    themes = list(counts)
    if between == 1:  # nothing to invert: all lines are one, and share its 1
        return dict.fromkeys(themes, 1 / sum(counts.values()))
    table = [
        [(1 - within) / counts[k] + within if k == j else between for j in themes] + [1.0]
        for k in themes
    ]
    size = len(themes)
    for i in range(size):
        pivot = max(range(i, size), key=lambda r: abs(table[r][i]))
        table[i], table[pivot] = table[pivot], table[i]
        for r in range(size):
            if r != i:
                ratio = table[r][i] / table[i][i]
                table[r] = [x - ratio * y for x, y in zip(table[r], table[i], strict=True)]
    return {theme: table[i][-1] / table[i][i] / counts[theme] for i, theme in enumerate(themes)}


def factors(lines: Sequence[tuple[float, Theme]], within: float, between: float) -> list[float]:
    """What counts of each line (decibans, theme), layer after layer."""
    heights = sorted({abs(db) for db, _ in lines if db})
    totals = [0.0] * len(lines)
    for floor, ceiling in zip([0.0, *heights], heights, strict=False):
        present = Counter(theme for db, theme in lines if abs(db) > floor)
        share = shares(dict(present), within, between)
        for i, (db, theme) in enumerate(lines):
            if abs(db) > floor:
                totals[i] += share[theme] * (ceiling - floor)
    return [total / abs(db) if db else 1.0 for total, (db, _) in zip(totals, lines, strict=True)]


def column(db: Database, name: str, joined: list[list[Row]], bend: Bend) -> list[Line]:
    """The lines of one scenario, discounted."""
    heads: list[tuple[Row, Theme, float]] = []
    for group in joined:
        here = [row for row in group if row.values.get(name)]
        if not here:
            continue
        head = min(here, key=lambda row: (-abs(row.values[name]), row.id))
        total = max([0.0, *(row.values[name] for row in here)])
        total += min([0.0, *(row.values[name] for row in here)])
        first = min(group, key=lambda row: (row.first or (row.since, row.since, ""), row.id))
        heads.append((head, first.theme, total))
    dependence = db.tracker.dependence
    within = min(max(dependence.within + 0.2 * bend("within"), 0), 1)
    between = min(max(dependence.between + 0.2 * bend("between"), 0), within)
    keeps = factors([(total, theme) for _, theme, total in heads], within, between)
    return [
        Line(head.kind, head.id, theme, total, factor)
        for (head, theme, total), factor in zip(heads, keeps, strict=True)
    ]


def outcome(db: Database, id: str, day: date) -> str | None:
    """The outcome of a scenario as recorded by the day; one that occurs settles its whole set."""
    resolution = db.scenarios[id].resolution
    if resolution and resolution.recorded <= day:
        return resolution.outcome
    return "did-not-occur" if ruled_out(db, id) <= day else None


def prior(db: Database, id: str, day: date, bend: Bend) -> Steps:
    """The prior as written, after `given` and after `time`, in decibans."""
    scenario = db.scenarios[id]
    own = mixed = scenario.prior.probability
    for other, figures in scenario.prior.given.items():
        match outcome(db, other, day):
            case "occurred":
                mixed = figures.occurred
            case "did-not-occur":
                mixed = figures.did_not_occur
            case None:
                p = from_db(ledgers(db, other, day, bend)[other].implied)
                mixed = p * figures.occurred + (1 - p) * figures.did_not_occur
    moved = to_db(mixed) + 3 * bend(f"prior:{id}")
    if scenario.prior.hazard is None:
        return to_db(own), moved, moved
    ended = scenario.prior.hazard_ended
    t = min(day, ended.date) if ended else day
    t = min(max(t, scenario.opened), scenario.horizon)
    left = (scenario.horizon - t).days / (scenario.horizon - scenario.opened).days
    return to_db(own), moved, to_db(held(1 - (1 - from_db(moved)) ** left))


def ledgers(
    db: Database, id: str, day: date, bend: Bend = unbent, *, sweep: bool = False
) -> dict[str, Ledger]:
    """The ledgers of a scenario and of all members of its set that no outcome has ruled out.

    With `sweep` each has its leave-one-out, else `low` and `high` are the implied probability.
    """
    everyone = members(db, id)
    names = [name for name in everyone if ruled_out(db, name) > day]
    if db.scenarios[id].set is None:
        names = everyone
    priors = {name: prior(db, name, day, bend) for name in names}
    joined = groups(db, id, day, bend)
    rests = [[group for group in joined if group is not dropped] for dropped in joined]
    kept = [joined, *rests] if sweep else [joined]
    columns = [{name: column(db, name, groups, bend) for name in names} for groups in kept]
    closed = [close(db, names, priors, lines) for lines in columns]
    used = [row for row in rows(db, everyone, day, bend) if row.kind == "in-prior"]
    listed = [Line(row.kind, row.id, row.theme) for row in used]
    ledger = {}
    for name in names:
        steps, (written, moved, timed) = closed[0][name], priors[name]
        chances = [from_db(each[name][2]) for each in closed]
        lines, ends = (*columns[0][name], *listed), (min(chances), max(chances))
        ledger[name] = Ledger(written, moved - written, timed - moved, lines, *steps, *ends)
    return ledger


def close(
    db: Database, names: list[str], priors: dict[str, Steps], lines: dict[str, list[Line]]
) -> dict[str, Steps]:
    """The rows `rivals` and `bound`, and the implied decibans, of each member still in."""
    results = {}
    worth = {n: sum(line.counted_decibans for line in lines[n]) for n in names}
    scores = {n: 10 * math.log10(from_db(priors[n][2])) + worth[n] for n in names}
    for name in names:
        before = total = priors[name][2] + worth[name]
        if db.scenarios[name].set is not None:
            others = sum(10 ** (scores[n] / 10) for n in names if n != name)
            total = scores[name] - 10 * math.log10(others) if others else to_db(HIGHEST)
        implied = min(max(total, to_db(LOWEST)), to_db(HIGHEST))
        results[name] = (total - before, implied - total, implied)
    return results


def band(db: Database, id: str, day: date) -> tuple[float, float]:
    """The 4th smallest and the 4th largest implied probability over the 64 points."""
    bends = [bent(point) for point in range(POINTS)]
    figures = sorted(from_db(ledgers(db, id, day, bend)[id].implied) for bend in bends)
    return figures[3], figures[-4]
