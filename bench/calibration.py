"""Which rule of dependence serves a forecaster: a simulation in which the truth is known.

Each question has an outcome, drawn from a prior that the ledger is told, and up to 16 lines under
one to four themes. A line sees the outcome through noise that lines of one theme share more of than
lines of different themes; its true worth is misjudged and rounded to CC, C, N, I or II, and one
source in twelve misleads: it reports the opposite. The rules read the codes alone and say what the
lines are worth together. One factor on all ratings, that with the best log score, is fitted on half
of the questions; without and with it the other half is scored. It takes ten seconds.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tabulate import tabulate

from scenarios.analysis.ledger.contributions import total
from scenarios.model import Dependence
from scenarios.scales import decibans, held, probability

Lines = list[tuple[float, str]]
"""Decibans and theme of each line that is not neutral."""

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
    return total(lines, Dependence(within=WITHIN, between=BETWEEN))


RULES: dict[str, Callable[[Lines], float]] = {
    "prior alone": lambda _lines: 0.0,
    "plain Bayes": bayes,
    "ranks (old)": ranks,
    f"layers {WITHIN}/{BETWEEN}": layers,
    "Kish sum": kish,
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


def main() -> None:
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
