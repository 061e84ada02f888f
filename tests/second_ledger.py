"""The odds ledger once more, by another hand and from the text of the design alone: plain and slow.

A scenario outside a set is a set of one that is not normalised.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from scenarios.model import Database
from tests.second_rows import Bend, Row, centred, members, rows, ruled_out

LOWEST, HIGHEST = 0.001, 0.999
POINTS = 64
Theme = str | None
Steps = tuple[float, float, float]


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
