"""The odds ledger once more, by another hand and from the text of the design alone: plain and slow.

Every step is a sentence of the design, and nothing is shared with the program but the records.
A scenario outside a set is a set of one that is neither centred nor normalised.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction

from scenarios.model import Database, Dependence, Evidence, Indicator, Rating

LOWEST, HIGHEST = 0.001, 0.999
PRIOR_DB, LINE_SHARE, LINES_SHARE, DEPENDENCE_STEP = 1.7, 0.4, 0.2, 0.12
"""The standard uncertainties of a prior, a line, all lines together and a correlation."""
READING_DB, NO_LINE = 3.0, 1e-9
"""That of reading one item, before it is weighted; smaller lines are none."""
NINETY_PER_CENT = 1.645
Theme = str | None
Steps = tuple[float, float, float]
Column = dict[str, float]
First = tuple[date, date, str]


@dataclass(frozen=True)
class Row:
    """Decibans of one item, indicator or absence for each member, centred in a set.

    `times` is all that its ratings were multiplied by; it ages from the day `fresh` on.
    """

    kind: str
    id: str
    theme: str | None
    values: Column
    since: date
    times: float = 0.0
    first: First | None = None
    fresh: date | None = None
    marks: frozenset[tuple[str, str]] = frozenset()


def known(db: Database, day: date) -> dict[str, Evidence]:
    """The items of the day, without those that a chain of others leads to."""
    standing = {
        id: item
        for id, item in db.evidence.items()
        if item.recorded <= day and not (item.retracted and item.retracted.date <= day)
    }
    gone: set[str] = set()
    for item in standing.values():
        chain = list(item.supersedes)
        while chain:
            name = chain.pop()
            gone.add(name)
            chain += db.evidence[name].supersedes
    return {id: item for id, item in standing.items() if id not in gone}


def weight(db: Database, item: Evidence) -> Fraction:
    """The share of a rating that the item's grade keeps, in exact decimals."""
    table = db.tracker.grade_weights
    if table is None:
        return Fraction(1)
    source = db.sources.get(item.source or "")
    letter = item.reliability or (source.reliability if source else "F")
    factors = table.reliability[letter], table.credibility[(item.credibility or 6) - 1]
    return Fraction(str(factors[0])) * Fraction(str(factors[1]))


def first_day(observed: str) -> date:
    return date.fromisoformat(f"{observed}-01-01"[:10])


def worth(db: Database, rating: Rating) -> float:
    """Decibans of a rating, after `rating_strength`."""
    code = db.tracker.decibans[rating] if isinstance(rating, str) else 10 * math.log10(rating)
    return code * db.tracker.rating_strength


def witness(id: str, item: Evidence) -> str:
    """Who an indicator's report comes from: its origin, else its source, else it is its own."""
    return item.origin or item.source or id


@dataclass
class Sum:
    """1 − Π(1 − w) over the best report of each witness and over what a reversal left."""

    most: Fraction
    left: Fraction = Fraction(0)
    best: dict[str, Fraction] = field(default_factory=dict)

    def value(self) -> Fraction:
        doubt = 1 - self.left
        for share in self.best.values():
            doubt *= 1 - share
        return min(1 - doubt, self.most)

    def report(self, who: str, share: Fraction) -> None:
        self.best[who] = max(share, self.best.get(who, share))

    def reverse(self, share: Fraction) -> None:
        self.left, self.best = max(self.value() - share, Fraction(0)), {}


@dataclass(frozen=True)
class Watched:
    """Strength, 0 to 1, and state of an indicator after some items."""

    strength: float
    state: str

    @property
    def absent(self) -> float:
        """The share of its absence that counts: 1 − the level of its state."""
        return {"observed": 0.0, "emerging": 0.5}.get(self.state, 1.0)


def watch(db: Database, key: str, items: Mapping[str, Evidence]) -> Watched:
    """Walk an indicator through the items that report it."""
    observed, all_reports, is_reversed = Sum(Fraction(1)), Sum(Fraction(1, 2)), False
    reports = [
        (first_day(item.observed), item.recorded, item.indicators[key] == "reversed", id)
        for id, item in items.items()
        if key in item.indicators and weight(db, item) > 0
    ]
    for *_, id in sorted(reports):
        item = items[id]
        share, state = weight(db, item), item.indicators[key]
        if state == "reversed":
            is_reversed = True
            observed.reverse(share)
            all_reports.reverse(share)
        elif state == "observed":
            observed.report(witness(id, item), share)
            all_reports.report(witness(id, item), share)
        else:
            all_reports.report(witness(id, item), share / 2)
    strength = float(max(observed.value(), all_reports.value()))
    if observed.value() > 0:
        return Watched(strength, "observed")
    if all_reports.value() > 0:
        return Watched(strength, "emerging")
    return Watched(strength, "reversed" if is_reversed else "unobserved")


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


def rows(db: Database, names: list[str], day: date) -> Iterator[Row]:
    items = known(db, day)
    included = {id for name in names for id in db.scenarios[name].prior.includes}
    for id, item in items.items():
        if id in included:
            yield Row("in-prior", id, item.theme, {}, item.recorded)
        else:
            share, rated = float(weight(db, item)), item.ratings.items()
            values = {name: worth(db, r) * share for name, r in rated if name in names}
            first, mine = place(id, item), marks(id, item)
            times = share * db.tracker.rating_strength
            day_of = item.recorded
            yield Row("direct", id, item.theme, values, day_of, times, first, day_of, mine)
    before = {id: item for id, item in items.items() if id in included}
    for owner, scenario in db.scenarios.items():
        for name, indicator in scenario.indicators.items():
            key, theme = f"{owner}/{name}", indicator.theme
            watched = watch(db, key, items)
            raising = [
                place(id, item)
                for id, item in items.items()
                if item.indicators.get(key) in ("observed", "emerging") and weight(db, item) > 0
            ]
            if raising:
                first = min(raising)
                mine = marks(first[2], items[first[2]])
                share = watched.strength - watch(db, key, before).strength
                rated = indicator.ratings.items()
                values = {name: worth(db, r) * share for name, r in rated if name in names}
                times = share * db.tracker.rating_strength
                fresh = freshest(db, key, items)
                yield Row("indicator", key, theme, values, first[0], times, first, fresh, mine)
            if owner in names and indicator.due and indicator.due < day:
                absence = absent(db, owner, indicator).items()
                values = {name: decibans * watched.absent for name, decibans in absence}
                by_rating = indicator.if_absent is not None
                times = watched.absent * (db.tracker.rating_strength if by_rating else 1)
                fresh = indicator.due + timedelta(1)
                yield Row("absence", key, theme, values, indicator.due, times, None, fresh)


def freshest(db: Database, key: str, items: Mapping[str, Evidence]) -> date:
    """The last record of a report that weighs half of the heaviest or more; emerging is half."""
    heavy = {
        id: weight(db, item) / (1 if item.indicators[key] == "observed" else 2)
        for id, item in items.items()
        if item.indicators.get(key, "reversed") != "reversed"
    }
    return max(items[id].recorded for id, w in heavy.items() if 2 * w >= max(heavy.values()))


def older(db: Database, row: Row, day: date) -> Row:
    """A row on a day: half after each half-life of its theme, of `default` for other themes."""
    lives = db.tracker.half_life_days
    if isinstance(lives, dict):
        lives = lives[row.theme] if row.theme in lives else lives.get("default")
    if lives is None or row.fresh is None:
        return row
    keeps = 0.5 ** ((day - row.fresh).days / lives)
    values = {name: decibans * keeps for name, decibans in row.values.items()}
    return replace(row, values=values, times=row.times * keeps)


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
    times: float = 0.0

    @property
    def counted_decibans(self) -> float:
        return self.decibans * self.factor


@dataclass(frozen=True)
class Ledger:
    """Prior and closing rows in decibans; they and the counted decibans add up to the implied.

    `rests` are the implied probabilities without each group, by the ids of its rows; and in full.
    """

    prior: float
    given: float
    time: float
    lines: tuple[Line, ...]
    rivals: float
    bound: float
    implied: float
    rests: tuple[tuple[frozenset[str], float], ...]


@dataclass(frozen=True)
class Term:
    """Half the difference, in dB, that one bent input makes; `ids` are those it may go by."""

    kind: str
    ids: frozenset[str]
    size: float


@dataclass(frozen=True)
class Budget:
    """The ends of a band, as probabilities, and the terms that it is made of."""

    low: float
    high: float
    terms: tuple[Term, ...]


def to_db(p: float) -> float:
    return 10 * math.log10(p / (1 - p))


def from_db(db: float) -> float:
    return 1 / (1 + 10 ** (-db / 10))


def held(p: float) -> float:
    return min(max(p, LOWEST), HIGHEST)


def groups(db: Database, id: str, day: date) -> list[list[Row]]:
    """The rows that are other than 0; those that share an origin or an event stand together."""
    names, joined = members(db, id), list[list[Row]]()
    for row in (centred(db, names, raw) for raw in rows(db, names, day)):
        if any(row.values.values()):
            linked = [group for group in joined if any(row.marks & other.marks for other in group)]
            joined = [group for group in joined if group not in linked]
            aged = older(db, row, day)
            joined.append([aged, *(other for group in linked for other in group)])
    return joined


def shares(counts: dict[Theme, int], within: float, between: float) -> dict[Theme, float]:
    """What each of n lines of equal height keeps: the solution w of (correlation matrix)·w = 1.

    Lines of one theme have one row in the matrix, so the unknowns are the sums over themes.
    """
    themes = list(counts)
    if between == 1:  # nothing to invert: all lines are one, and share its 1
        return dict.fromkeys(themes, 1 / sum(counts.values()))
    inside = {k: (within + between) / 2 if k is None else within for k in themes}
    table = [
        [(1 - inside[k]) / counts[k] + inside[k] if k == j else between for j in themes] + [1.0]
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


def columns(
    names: list[str], joined: list[list[Row]], dependence: Dependence
) -> list[dict[str, Line]]:
    """The lines that each group makes, by scenario, discounted; none where all cells are 0."""
    made = [dict[str, Line]() for _ in joined]
    for name in names:
        for group, line in zip(joined, made, strict=True):
            here = [row for row in group if row.values.get(name)]
            if here:
                head = min(here, key=lambda row: (-abs(row.values[name]), row.id))
                total = max([0.0, *(row.values[name] for row in here)])
                total += min([0.0, *(row.values[name] for row in here)])
                first = min(
                    group, key=lambda row: (row.first or (row.since, row.since, ""), row.id)
                )
                strongest = abs(head.values[name])
                alike = [row for row in here if abs(row.values[name]) > strongest - NO_LINE]
                times = max(row.times for row in alike)
                line[name] = Line(head.kind, head.id, first.theme, total, times=times)
        cells = [line for line in made if name in line]
        heights = [(line[name].decibans, line[name].theme) for line in cells]
        keeps = factors(heights, dependence.within, dependence.between)
        for line, factor in zip(cells, keeps, strict=True):
            line[name] = replace(line[name], factor=factor)
    return made


def outcome(db: Database, id: str, day: date) -> str | None:
    """The outcome of a scenario as recorded by the day; one that occurs settles its whole set."""
    resolution = db.scenarios[id].resolution
    if resolution and resolution.recorded <= day:
        return resolution.outcome
    return "did-not-occur" if ruled_out(db, id) <= day else None


def linked(db: Database, id: str, day: date) -> str | None:
    """The other scenario on whose probability the prior depends: none once its outcome is known."""
    return next(
        (other for other in db.scenarios[id].prior.given if not outcome(db, other, day)), None
    )


def prior(
    db: Database, id: str, day: date, shift: float = 0.0, probability: float | None = None
) -> Steps:
    """The prior as written, after `given` and after `time`, in decibans.

    The figures that it is made of are bent by `shift`; `probability` is the linked scenario's.
    """

    def bent(figure: float) -> float:
        return from_db(to_db(figure) + shift)

    scenario = db.scenarios[id]
    own = scenario.prior.probability
    mixed = bent(own)
    for other, figures in scenario.prior.given.items():
        yes, no = bent(figures.occurred), bent(figures.did_not_occur)
        match outcome(db, other, day):
            case "occurred":
                mixed = yes
            case "did-not-occur":
                mixed = no
            case None:
                p = probability or from_db(ledgers(db, other, day)[other].implied)
                mixed = p * yes + (1 - p) * no
    if scenario.prior.hazard is None:
        return to_db(own), to_db(mixed), to_db(mixed)
    ended = scenario.prior.hazard_ended
    t = min(day, ended.date) if ended else day
    t = min(max(t, scenario.opened), scenario.horizon)
    planned = (scenario.horizon - scenario.opened).days
    left = (scenario.horizon - t).days / planned if planned else 1.0  # a single day is all ahead
    return to_db(own), to_db(mixed), to_db(held(1 - (1 - mixed) ** left))


def standing(db: Database, id: str, day: date) -> list[str]:
    """The members of a scenario's set that no outcome has ruled out; a scenario alone stays."""
    everyone = members(db, id)
    if db.scenarios[id].set is None:
        return everyone
    return [name for name in everyone if ruled_out(db, name) > day]


def ledgers(db: Database, id: str, day: date, *, sweep: bool = False) -> dict[str, Ledger]:
    """The ledgers of a scenario and of all members of its set that no outcome has ruled out.

    With `sweep` each has its leave-one-out.
    """
    names = standing(db, id, day)
    priors = {name: prior(db, name, day) for name in names}
    timed = {name: priors[name][2] for name in names}
    joined = groups(db, id, day)
    left_out = [frozenset[str]()] + [frozenset(row.id for row in group) for group in joined] * sweep
    kept = [joined] + [
        [other for other in joined if other is not group] for group in joined
    ] * sweep
    made = [columns(names, rest, db.tracker.dependence) for rest in kept]
    totals = [log_odds(db, names, timed, counted(lines)) for lines in made]
    used = [row for row in rows(db, members(db, id), day) if row.kind == "in-prior"]
    listed = [Line(row.kind, row.id, row.theme) for row in used]
    ledger = {}
    for name in names:
        written, moved, _ = priors[name]
        lines = [line[name] for line in made[0] if name in line]
        before = timed[name] + sum(line.counted_decibans for line in lines)
        total = totals[0][name]
        rests = [held(from_db(rest[name])) for rest in totals]
        ledger[name] = Ledger(
            prior=written,
            given=moved - written,
            time=timed[name] - moved,
            lines=(*lines, *listed),
            rivals=total - before,
            bound=bounded(total) - total,
            implied=bounded(total),
            rests=tuple(zip(left_out, rests, strict=True)),
        )
    return ledger


def bounded(total: float) -> float:
    return min(max(total, to_db(LOWEST)), to_db(HIGHEST))


def counted(lines: list[dict[str, Line]]) -> list[Column]:
    return [{name: cell.counted_decibans for name, cell in line.items()} for line in lines]


def log_odds(
    db: Database, names: list[str], priors: Column, cells: Sequence[Column]
) -> dict[str, float]:
    """The implied decibans before the bound of each member still in."""
    sums = {name: sum(cell.get(name, 0.0) for cell in cells) for name in names}
    if db.scenarios[names[0]].set is None:
        return {name: priors[name] + sums[name] for name in names}
    scores = {name: 10 * math.log10(from_db(priors[name])) + sums[name] for name in names}
    results = {}
    for name in names:
        others = sum(10 ** (scores[other] / 10) for other in names if other != name)
        results[name] = scores[name] - 10 * math.log10(others) if others else to_db(HIGHEST)
    return results


def scaled(cells: list[Column], factor: float, only: int | None = None) -> list[Column]:
    """The cells of one line, or of all, times a factor."""
    return [
        {name: db * factor for name, db in cell.items()} if only in (None, n) else cell
        for n, cell in enumerate(cells)
    ]


def bent_dependences(db: Database) -> dict[str, tuple[Dependence, Dependence]]:
    """Each correlation down and up, alone; a 0 is read as absent, since the record has no other."""
    written, step = db.tracker.evidence_dependence, DEPENDENCE_STEP
    if not isinstance(written, Dependence):
        ends = max(written - step, 0), min(written + step, 1)
        low, high = (Dependence(within=end, between=end) for end in ends)
        return {"dependence": (low, high)} if written else {}
    within, between = written.within, written.between
    return {
        "within": (
            Dependence(within=max(within - step, between), between=between),
            Dependence(within=min(within + step, 1), between=between),
        ),
        "between": (
            Dependence(within=within, between=max(between - step, 0)),
            Dependence(within=within, between=min(between + step, within)),
        ),
    }


def budgets(db: Database, id: str, day: date) -> dict[str, Budget]:
    """The band, and its terms, of each scenario that `ledgers` has."""
    names = standing(db, id, day)
    timed = {name: prior(db, name, day)[2] for name in names}
    joined = groups(db, id, day)
    lines = columns(names, joined, db.tracker.dependence)
    cells = counted(lines)
    terms: dict[str, list[Term]] = {name: [] for name in names}

    def add(kind: str, ids: set[str], *ends: tuple[Column, list[Column]], share: float = 1) -> None:
        low, high = (log_odds(db, names, priors, lines) for priors, lines in ends)
        for name in names:
            size = abs(high[name] - low[name]) / 2 * share
            terms[name].append(Term(kind, frozenset(ids), size))

    for name in names:
        down, up = (timed | {name: prior(db, name, day, way)[2]} for way in (-PRIOR_DB, PRIOR_DB))
        add("prior", {name}, (down, cells), (up, cells))
    for n, group in enumerate(joined):
        less, more = (scaled(cells, factor, n) for factor in (1 - LINE_SHARE, 1 + LINE_SHARE))
        add("line", {row.id for row in group}, (timed, less), (timed, more))
    less, more = (scaled(cells, factor) for factor in (1 - LINES_SHARE, 1 + LINES_SHARE))
    add("lines", {"lines"}, (timed, less), (timed, more))
    for bent in names:
        read = [line[bent] for line in lines if bent in line]
        errors = [cell.times * cell.factor for cell in read if abs(cell.decibans) >= NO_LINE]
        error = READING_DB * math.sqrt(sum(e**2 for e in errors))
        misread = ([*cells, {bent: way * error}] for way in (-1, 1))
        add("reading", {bent}, *((timed, ends) for ends in misread))
    for kind, both in bent_dependences(db).items():
        less, more = (counted(columns(names, joined, dependence)) for dependence in both)
        add(kind, {kind}, (timed, less), (timed, more))
    if other := linked(db, id, day):
        its = budgets(db, other, day)[other]
        down, up = ({n: prior(db, n, day, 0.0, p)[2] for n in names} for p in (its.low, its.high))
        add("link", {other}, (down, cells), (up, cells), share=1 / NINETY_PER_CENT)
    made = {}
    for name, middle in log_odds(db, names, timed, cells).items():
        reach = NINETY_PER_CENT * math.sqrt(sum(term.size**2 for term in terms[name]))
        ends = held(from_db(middle - reach)), held(from_db(middle + reach))
        made[name] = Budget(*ends, tuple(terms[name]))
    return made
