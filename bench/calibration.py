"""Which rule of dependence serves a forecaster: simulations in which the truth is known.

Each question has an outcome, drawn from a prior that the ledger is told, and up to 16 lines under
one to four themes. A line sees the outcome through noise that lines of one theme share more of than
lines of different themes; its true worth is misjudged and rounded to CC, C, N, I or II, and one
source in twelve misleads: it reports the opposite. The rules read the codes alone and say what the
lines are worth together. One factor on all ratings, that with the best log score, is fitted on half
of the questions; without and with it the other half is scored.

A second table leaves out no fault of a desk. In each world the items are graded, and a grade says
how often an item knows the truth; a third of the questions names all themes, a third half of them,
a third none. The ratings lean, confirm, are selected, are echoed or are planted. It compares the
prior alone with the ledger, by what it takes lines without a theme for.

A third table counts how often the band of the ledger holds what the ledger would say if no
judgement erred, and the exact posterior: of questions alone, of linked ones and of the members of
sets, by the number of lines, with and without an error of reading in each rating. `--part coverage`
prints that alone.
"""

from __future__ import annotations

import argparse
import math
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import product
from statistics import median
from typing import Any

from tabulate import tabulate

from scenarios.analysis.evidence.knowledge import known_on
from scenarios.analysis.ledger.dependence import LayerCounts, end_of, total
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.ledger.sensitivity import COVERAGE, Budgets
from scenarios.model import (
    ConditionalPrior,
    Database,
    Dependence,
    Evidence,
    Prior,
    Rating,
    Scenario,
    Tracker,
)
from scenarios.scales import decibans, held, probability

Lines = Sequence[tuple[float, str | None]]
"""Decibans of each line that is not neutral, and its theme where somebody named it."""

DB = 10 / math.log(10)
QUESTIONS = 24_000
SEED = 1985
WITHIN, BETWEEN = 0.6, 0.2
MISLEADING = 1 / 12
MISJUDGED_DB = 3.0
"""The standard deviation of an analyst's error before a rating is rounded to a code."""


@dataclass(frozen=True)
class Regime:
    """How the lines really are: correlated inside and across themes, precise, overstated."""

    within: float = WITHIN
    between: float = BETWEEN
    spread: float = 0.6
    """Of the logarithm of the precision; 0 is the same for all."""
    overstated: float = 1.0


REGIMES = {
    "as declared, unequal precision": Regime(),
    "equal precision": Regime(spread=0.0),
    "independent": Regime(within=0.0, between=0.0),
    "all ratings overstated twofold": Regime(overstated=2.0),
}


@dataclass(frozen=True)
class Question:
    prior_db: float
    lines: Lines
    happened: bool


def question(regime: Regime, chance: random.Random) -> Question:
    prior = min(max(chance.betavariate(1.5, 1.5), 0.02), 0.98)
    happened = chance.random() < prior
    lines = []
    common = chance.gauss(0, 1)
    for theme in "abcd"[: chance.randint(1, 4)]:
        shared = chance.gauss(0, 1)
        for _ in range(chance.randint(1, 4)):
            noise = (
                math.sqrt(regime.between) * common
                + math.sqrt(regime.within - regime.between) * shared
                + math.sqrt(1 - regime.within) * chance.gauss(0, 1)
            )
            precision = 0.55 * math.exp(chance.gauss(0, regime.spread))
            misleads = chance.random() < MISLEADING
            side = 1 if happened != misleads else -1
            log_ratio = 2 * precision * (side * precision + noise)
            judged = chance.gauss(log_ratio * DB * regime.overstated, MISJUDGED_DB)
            code = 5 * round(min(max(judged, -10), 10) / 5)
            if code:
                lines.append((float(code), theme))
    return Question(decibans(prior), lines, happened)


def bayes(lines: Lines) -> float:
    return sum(db for db, _ in lines)


def mean_correlation(lines: Lines) -> float:
    """Over all pairs of lines: what a rule with a single number is told."""
    n = len(lines)
    pairs = sum(k * (k - 1) for k in Counter(theme for _, theme in lines).values())
    same = pairs / max(n * (n - 1), 1)
    return same * WITHIN + (1 - same) * BETWEEN


def ranks(lines: Lines) -> float:
    """The rule until 2026-11: the k-th largest of each sign keeps less and less."""
    rho = mean_correlation(lines)
    total = 0.0
    for sign in (1, -1):
        heights = sorted((db * sign for db, _ in lines if db * sign > 0), reverse=True)
        for k, height in enumerate(heights, 1):
            kept = (1 - rho) / ((1 + (k - 1) * rho) * (1 + (k - 2) * rho)) if k > 1 else 1.0
            total += sign * height * kept
    return total


def kish(lines: Lines) -> float:
    return bayes(lines) / (1 + (len(lines) - 1) * mean_correlation(lines))


def layers(lines: Lines) -> float:
    return total(LayerCounts.of(end_of(*line) for line in lines), Dependence(WITHIN, BETWEEN))


RULES: dict[str, Callable[[Lines], float]] = {
    "prior alone": lambda _lines: 0.0,
    "plain Bayes": bayes,
    "ranks (old)": ranks,
    f"layers {WITHIN}/{BETWEEN}": layers,
    "Kish sum": kish,
}


@dataclass(frozen=True)
class World:
    """How a desk's record comes about; by default as the tracker declares."""

    within: float = WITHIN
    between: float = BETWEEN
    themes: int = 4
    items: int = 4
    """At most, for each theme."""
    precision: float = 0.55
    overstated: float = 1.0
    leaning_db: float = 0.0
    """Added to each judgement, whatever the item says."""
    confirming_db: float = 0.0
    """Added to each judgement, in the direction of the sum so far."""
    contrary_kept: float = 1.0
    """The share of the items against the sum so far that is recorded at all."""
    echoed: float = 0.0
    """The share of the items that one to three outlets repeat, as if each knew it by itself."""
    planted: int = 0
    """Items graded B2 that somebody plants against the truth, in half of the questions."""


WORLDS = {
    "independent": World(within=0.0, between=0.0),
    "correlated": World(),
    "few strong": World(themes=2, items=1, precision=1.1),
    "overstated": World(overstated=2.0),
    "leaning": World(leaning_db=3.0),
    "confirming": World(confirming_db=3.0),
    "selective": World(contrary_kept=0.4),
    "echo": World(echoed=1 / 3),
    "adversary": World(planted=3),
}

RELIABILITY = (1.0, 0.8, 0.6, 0.3, 0.4)  # A to D and F
CREDIBILITY = (1.0, 0.8, 0.5, 0.2, 0.4)  # 1 to 4 and 6
B2 = 0.64


def _coded(judged_db: float) -> float:
    """A judgement as the nearest code's decibans."""
    return 5.0 * round(min(max(judged_db, -10), 10) / 5)


def record(world: World, chance: random.Random) -> Question:
    """A question and the lines that such a desk records about it, weighted by their grades."""
    prior = min(max(chance.betavariate(1.5, 1.5), 0.02), 0.98)
    happened = chance.random() < prior
    named = chance.choice((0.0, 0.5, 1.0))
    common = chance.gauss(0, 1)
    reports: list[tuple[float, float, str]] = []  # judgement in decibans, weight, theme
    for theme in "abcd"[: chance.randint(1, world.themes)]:
        shared = chance.gauss(0, 1)
        for _ in range(chance.randint(1, world.items)):
            noise = (
                math.sqrt(world.between) * common
                + math.sqrt(world.within - world.between) * shared
                + math.sqrt(1 - world.within) * chance.gauss(0, 1)
            )
            weight = chance.choice(RELIABILITY) * chance.choice(CREDIBILITY)
            knows = chance.random() < (1 + weight) / 2
            precision = world.precision * math.exp(chance.gauss(0, 0.6))
            side = 1 if happened == knows else -1
            log_ratio = 2 * precision * (side * precision + noise)
            reports += [(log_ratio * DB, weight, theme)] * (
                1 + (chance.randint(1, 3) if chance.random() < world.echoed else 0)
            )
    if world.planted and chance.choice((True, False)):
        reports += [(-10.0 if happened else 10.0, B2, "x")] * world.planted
    chance.shuffle(reports)
    lines: list[tuple[float, str | None]] = []
    view_db = decibans(prior)
    for true_db, weight, theme in reports:
        if true_db * view_db < 0 and chance.random() > world.contrary_kept:
            continue
        bias_db = world.leaning_db + math.copysign(world.confirming_db, view_db)
        judged_db = chance.gauss(true_db * world.overstated, MISJUDGED_DB) + bias_db
        counted_db = _coded(judged_db) * weight
        view_db += counted_db
        if counted_db:
            lines.append((counted_db, theme if chance.random() < named else None))
    return Question(decibans(prior), lines, happened)


def unthemed_as_one(lines: Lines) -> float:
    return layers([(db, theme or "rest") for db, theme in lines])


def unthemed_apart(lines: Lines) -> float:
    return layers([(db, theme or f"line {place}") for place, (db, theme) in enumerate(lines)])


READINGS: dict[str, Callable[[Lines], float]] = {
    "prior alone": RULES["prior alone"],
    "plain Bayes": bayes,
    "one theme": unthemed_as_one,
    "half way (ledger)": layers,
    "apart": unthemed_apart,
}

SCORES = ("log score", "Brier", "slope")
HEAD = ("rule", "strength", *SCORES, "fitted", *SCORES)
FORMATS = ("", ".0f", ".4f", ".4f", ".2f", ".2f", ".4f", ".4f", ".2f")
Cases = list[tuple[float, float, bool]]
"""Prior and evidence in decibans, and the outcome."""


def forecasts(cases: Cases, strength: float) -> list[tuple[float, bool]]:
    return [(held(probability(p + strength * e)), y) for p, e, y in cases]


def log_score(cases: Cases, strength: float) -> float:
    scored = forecasts(cases, strength)
    return sum(math.log(p if y else 1 - p) for p, y in scored) / len(scored)


def brier(cases: Cases, strength: float) -> float:
    scored = forecasts(cases, strength)
    return sum((p - y) ** 2 for p, y in scored) / len(scored)


def fitted_strength(cases: Cases) -> float:
    """The factor from 0 to 2 with the best log score, which has one peak."""
    low, high = 0.0, 2.0
    for _ in range(15):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        low, high = (a, high) if log_score(cases, a) < log_score(cases, b) else (low, b)
    return (low + high) / 2


def calibration_slope(cases: Cases, strength: float) -> float:
    """Of a logistic regression of the outcome on the log odds; under 1 is overconfident."""
    points = [(decibans(p) / DB, y) for p, y in forecasts(cases, strength)]
    intercept = slope = 0.0  # from where Newton's steps do not overshoot
    for _ in range(12):
        g0 = g1 = h00 = h01 = h11 = 0.0
        for x, y in points:
            p = 1 / (1 + math.exp(-(intercept + slope * x)))
            g0, g1, w = g0 + y - p, g1 + (y - p) * x, p * (1 - p)
            h00, h01, h11 = h00 + w, h01 + w * x, h11 + w * x * x
        det = h00 * h11 - h01 * h01
        intercept += (h11 * g0 - h01 * g1) / det
        slope += (h00 * g1 - h01 * g0) / det
    return slope


def compare_worlds() -> None:
    """Print the mean Brier of each reading in each world, with ratings as they are and fitted."""
    half = QUESTIONS // 2
    as_rated, as_fitted = [], []
    for world in WORLDS.values():
        chance = random.Random(SEED)
        questions = [record(world, chance) for _ in range(QUESTIONS)]
        by_reading = [
            [(q.prior_db, worth(q.lines), q.happened) for q in questions]
            for worth in READINGS.values()
        ]
        as_rated.append([brier(cases[half:], 1.0) for cases in by_reading])
        strengths = [fitted_strength(cases[:half]) for cases in by_reading]
        scored = zip(by_reading, strengths, strict=True)
        as_fitted.append([brier(cases[half:], strength) for cases, strength in scored])
    for words, rows in (("as they are", as_rated), ("at the strength that fits", as_fitted)):
        means = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
        cells = zip((*WORLDS, "mean"), (*rows, means), strict=True)
        print(f"\nmean Brier by world, ratings {words} ({half:,} questions each)")
        table = [[name, *row] for name, row in cells]
        print(tabulate(table, ("world", *READINGS), floatfmt=".4f"))


def compare_heights() -> None:
    """Print what 20 lines CC under B2 of one theme add up to, equal and each bent by a half to two.

    Layers take equal heights for equal precision, so that varied ratings count for more.
    """
    chance = random.Random(SEED)
    equal = [(10 * B2, "a")] * 20
    bent = [
        layers([(db * 2 ** chance.uniform(-1, 1), theme) for db, theme in equal])
        for _ in range(4001)
    ]
    print(f"\n20 equal lines {layers(equal):.1f} dB, the same bent {median(bent):.1f} (median)")


TODAY = date(2026, 1, 1)
LARGEST_DB = 30.0
"""Of a rating that a record can have."""
DESKS = 500
"""Databases for each condition of the third table."""
Items = dict[str, Evidence]
Scenarios = dict[str, Scenario]
Exact = dict[str, float]
"""What follows for each question from what was seen, if nobody errs."""
Recorded = tuple[Scenarios, Items]


@dataclass(frozen=True)
class Desk:
    """How far the judgements of a desk err, as the band assumes: one standard deviation of each."""

    prior_db: float = 1.7
    line: float = 0.4
    lines: float = 0.2
    correlation: float = 0.12
    reading_db: float = 0.0


Drawn = tuple[Callable[[Desk], Recorded], Exact]


def _solved(themes: Sequence[int], right: Sequence[float]) -> list[float]:
    """Σ⁻¹·right, Σ the correlation matrix of lines of these themes, by Gauss's elimination."""
    table = [
        [1.0 if i == j else WITHIN if t == u else BETWEEN for j, u in enumerate(themes)] + [y]
        for (i, t), y in zip(enumerate(themes), right, strict=True)
    ]
    for i, pivot in enumerate(table):
        for row in table[i + 1 :]:
            ratio = row[i] / pivot[i]
            row[i:] = [a - ratio * b for a, b in zip(row[i:], pivot[i:], strict=True)]
    solution: list[float] = []
    for i, row in reversed([*enumerate(table)]):
        known_part = sum(a * b for a, b in zip(row[i + 1 : -1], solution, strict=True))
        solution.insert(0, (row[-1] - known_part) / row[i])
    return solution


@dataclass(frozen=True)
class Sightings:
    """What each line is worth alone, for each case in dB, and what all are worth together."""

    themes: list[int]
    each: list[list[float]]
    together: list[float]


def sightings(
    cases: int, true: int, number: int, chance: random.Random, *, own_signs: bool
) -> Sightings:
    """Correlated normal readings, of unequal precision, in a world in which one case is true.

    With `own_signs` a line has a reading for each case, whose mean is over 0 where the case is
    true. Else it is one reading on a scale of its own, on which each case has a place: what speaks
    for one case on one line speaks against it on another. Two cases are a question by itself.
    """
    themes = [chance.randrange(1 + number // 4) for _ in range(number)]
    precise = [0.78 * math.exp(chance.gauss(0, 0.6)) for _ in themes]

    def noisy(means: Sequence[float]) -> list[float]:
        common, own = chance.gauss(0, 1), {theme: chance.gauss(0, 1) for theme in set(themes)}
        return [
            mean
            + math.sqrt(BETWEEN) * common
            + math.sqrt(WITHIN - BETWEEN) * own[theme]
            + math.sqrt(1 - WITHIN) * chance.gauss(0, 1)
            for mean, theme in zip(means, themes, strict=True)
        ]

    if own_signs:
        nothing = [0.0] * number
        seen = [noisy(precise if case == true else nothing) for case in range(cases)]
        each = [[d * column[i] for column in seen] for i, d in enumerate(precise)]
        weights = _solved(themes, precise)
        together = [sum(w * x for w, x in zip(weights, column, strict=True)) for column in seen]
    else:
        places = [[chance.gauss(0, 1) * d for d in precise] for _ in range(cases)]
        read = noisy(places[true])
        off = [[x - at for x, at in zip(read, case, strict=True)] for case in places]
        each = [[-(case[i] ** 2) / 2 for case in off] for i in range(number)]
        squares = [sum(a * b for a, b in zip(o, _solved(themes, o), strict=True)) for o in off]
        together = [-square / 2 for square in squares]
    in_decibans = [[DB * worth for worth in row] for row in each]
    return Sightings(themes, in_decibans, [DB * worth for worth in together])


def _rated(sighted: Sightings, ids: Sequence[str], desk: Desk, chance: random.Random) -> Items:
    """The items as a desk rates them, misjudged in all, line by line and rating by rating."""
    of_all, items = 1 + desk.lines * chance.gauss(0, 1), {}
    for number, (theme, row) in enumerate(zip(sighted.themes, sighted.each, strict=True)):
        factor = of_all * (1 + desk.line * chance.gauss(0, 1))
        against = row[-1] if len(row) > len(ids) else max(row)  # outside a set: that it does not
        misread = (chance.gauss((worth - against) * factor, desk.reading_db) for worth in row)
        read: dict[str, Rating] = {
            id: 10 ** (min(max(db, -LARGEST_DB), LARGEST_DB) / 10)
            for id, db in zip(ids, misread, strict=False)
        }
        items[f"{ids[0]}-{number}"] = Evidence(
            summary="Seen", observed=f"{TODAY}", recorded=TODAY, ratings=read, theme=f"t{theme}"
        )
    return items


def _asked(probability: float, **keys: Any) -> Scenario:
    prior = Prior(probability, "A base rate", given=keys.pop("given", {}))
    return Scenario(
        title="T",
        question="Q?",
        resolution_criteria="C.",
        opened=TODAY,
        horizon=date(2026, 12, 31),
        prior=prior,
        **keys,
    )


def _misjudged(p: float, error_db: float) -> float:
    return probability(decibans(p) + error_db)


def alone(number: int, chance: random.Random, *, own_signs: bool) -> Drawn:
    """A question by itself."""
    p = chance.uniform(0.05, 0.6)
    seen = sightings(2, int(chance.random() >= p), number, chance, own_signs=own_signs)

    def recorded(desk: Desk) -> Recorded:
        declared = _misjudged(p, chance.gauss(0, desk.prior_db))
        return {"s": _asked(declared)}, _rated(seen, ["s"], desk, chance)

    return recorded, {"s": probability(decibans(p) + seen.together[0] - seen.together[1])}


def linked(number: int, chance: random.Random, *, own_signs: bool) -> Drawn:
    """A question that depends on another, each with lines of its own."""
    p, under = chance.uniform(0.2, 0.8), [chance.uniform(0.4, 0.8), chance.uniform(0.05, 0.3)]
    other = int(chance.random() >= p)
    first = sightings(2, other, number, chance, own_signs=own_signs)
    happens = int(chance.random() >= under[other])
    second = sightings(2, happens, number, chance, own_signs=own_signs)

    def recorded(desk: Desk) -> Recorded:
        error_db = chance.gauss(0, desk.prior_db)  # both figures err together
        yes, no = (_misjudged(figure, error_db) for figure in under)
        given = ConditionalPrior(occurred=yes, did_not_occur=no)
        mixed = p * given.occurred + (1 - p) * given.did_not_occur
        scenarios = {
            "o": _asked(_misjudged(p, chance.gauss(0, desk.prior_db))),
            "s": _asked(mixed, given={"o": given}),
        }
        return scenarios, _rated(first, ["o"], desk, chance) | _rated(second, ["s"], desk, chance)

    of_other = probability(decibans(p) + first.together[0] - first.together[1])
    mixed = of_other * under[0] + (1 - of_other) * under[1]
    return recorded, {"s": probability(decibans(mixed) + second.together[0] - second.together[1])}


def set_of(size: int, number: int, chance: random.Random, *, own_signs: bool) -> Drawn:
    """Questions of which one alone can come true."""
    parts = [chance.uniform(0.1, 1) for _ in range(size)]
    priors = {f"m{n}": part / sum(parts) for n, part in enumerate(parts)}
    [true] = chance.choices(range(size), parts)
    seen = sightings(size, true, number, chance, own_signs=own_signs)

    def recorded(desk: Desk) -> Recorded:
        scenarios = {
            id: _asked(_misjudged(p, chance.gauss(0, desk.prior_db)), set="m")
            for id, p in priors.items()
        }
        return scenarios, _rated(seen, [*priors], desk, chance)

    pairs, top = zip(priors.values(), seen.together, strict=True), max(seen.together)
    odds = [p * 10 ** ((db - top) / 10) for p, db in pairs]
    return recorded, {id: share / sum(odds) for id, share in zip(priors, odds, strict=True)}


CASES: dict[str, Callable[..., Drawn]] = {
    "alone": alone,
    "linked": linked,
    "in a set of 3": partial(set_of, 3),
    "in a set of 5": partial(set_of, 5),
}


def _odds(recorded: Callable[[Desk], Recorded], desk: Desk, dependence: Dependence) -> Odds:
    scenarios, items = recorded(desk)
    tracker = Tracker(evidence_dependence=dependence, sets={"m": "A set"})
    return Odds(known_on(Database(tracker, scenarios, items, {}, {}), TODAY))


def held_shares(
    case: Callable[..., Drawn], number: int, desk: Desk, *, own_signs: bool
) -> tuple[float, float, float]:
    """How often, of 100, the band holds what the ledger says of judgements without error.

    Then the exact posterior; and how often the band without `reading` does the former.
    """
    chance, held_by = random.Random(SEED), list[tuple[bool, bool, bool]]()
    for _ in range(DESKS):
        recorded, exact = case(number, chance, own_signs=own_signs)
        within = min(max(WITHIN + chance.gauss(0, desk.correlation), 0.0), 1.0)
        between = min(max(BETWEEN + chance.gauss(0, desk.correlation), 0.0), within)
        odds = _odds(recorded, desk, Dependence(within, between))
        faultless = _odds(recorded, Desk(0, 0, 0, 0), Dependence(WITHIN, BETWEEN))
        budgets = Budgets(odds)
        for id, p in exact.items():
            budget, figure = budgets.of(id), faultless.implied(id)
            low, high = budget.band.low, budget.band.high
            other = (term.term for term in budget.terms if term.kind != "reading")
            spread = COVERAGE * math.hypot(*other)
            least, most = (held(_misjudged(odds.implied(id), w * spread)) for w in (-1, 1))
            held_by.append((low <= figure <= high, low <= held(p) <= high, least <= figure <= most))
    ledger, posterior, without = (100 * sum(c) / len(held_by) for c in zip(*held_by, strict=True))
    return ledger, posterior, without


def compare_coverage() -> None:
    """Print how often the band holds, by case, world, number of lines and error of reading."""
    rows = []
    conditions = product(CASES.items(), (True, False), (0.0, 3.0), (2, 4, 8, 16))
    for (name, case), own_signs, error_db, number in conditions:
        shares = held_shares(case, number, Desk(reading_db=error_db), own_signs=own_signs)
        rows.append([name, "signs" if own_signs else "scales", number, error_db, *shares])
    print(f"\nhow often of 100 the band holds ({DESKS:,} databases each)")
    head = ("question", "world", "lines", "misread, dB", "the ledger", "exact", "without `reading`")
    print(tabulate(rows, head, floatfmt=".0f"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--part", choices=("rules", "coverage"), help="one of them alone")
    part = parser.parse_args().part
    if part != "coverage":
        compare_rules()
    if part != "rules":
        compare_coverage()


def compare_rules() -> None:
    """Print what each rule of dependence scores in each regime and world."""
    compare_worlds()
    compare_heights()
    for name, regime in REGIMES.items():
        chance = random.Random(SEED)
        questions = [question(regime, chance) for _ in range(QUESTIONS)]
        rows = []
        for rule, worth in RULES.items():
            cases = [(q.prior_db, worth(q.lines), q.happened) for q in questions]
            fit, test = cases[: QUESTIONS // 2], cases[QUESTIONS // 2 :]
            row: list[float | str] = [rule]
            for strength in (1.0, fitted_strength(fit)):
                row += [strength, log_score(test, strength), brier(test, strength)]
                row.append(calibration_slope(test, strength))
            rows.append(row)
        print(f"\n{name} ({QUESTIONS // 2:,} questions scored)")
        print(tabulate(rows, HEAD, floatfmt=FORMATS))


if __name__ == "__main__":
    main()
