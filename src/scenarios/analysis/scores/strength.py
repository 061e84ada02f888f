"""Rating strength at which the implied probability would have scored best."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from scenarios.analysis.evidence.bearing import near
from scenarios.analysis.ledger.comparison import Comparison, implied
from scenarios.analysis.ledger.neighbourhood import odds_on
from scenarios.analysis.scores.bootstrap import FEWEST, interval, resampled
from scenarios.analysis.scores.daily_forecasts import (
    Archive,
    Cluster,
    Question,
    days_of_figures,
)
from scenarios.model import ScenarioId

MOST = 3.0
_PER_ONE = 20
TRIED = tuple(k / _PER_ONE for k in range(int(MOST * _PER_ONE) + 1))
"""The rating strengths that are tried: 0 to 3 in steps of 0.05."""


class FittedStrength(msgspec.Struct, frozen=True, kw_only=True):
    """Rating strength, 0 to 3, at which `implied` would have had the best mean log score.

    Computed over the scored days of the `questions` that had evidence; `declared` is the tracker's.
    `low` to `high` is the 90 % interval of 2,000 resamples of `independent` questions (a set is
    one); None under five. Printed, never applied.
    """

    strength: float
    low: float | None
    high: float | None
    declared: float
    questions: int
    independent: int


def fitted_strength(archive: Archive, questions: Iterable[Question]) -> FittedStrength | None:
    """The best of TRIED, refined by the parabola through it and its neighbours.

    The factor on the evidence is the strength ÷ that which is declared. A question, and a set,
    weighs 1: the mean over its scored days, and over its members. None without any evidence.
    """
    declared = archive.database.tracker.rating_strength
    losses: dict[Cluster, list[list[float]]] = {}
    for question in questions:
        runs = list(_runs(archive, question))
        if runs:
            losses.setdefault(question.cluster, []).append(_losses(runs, question, declared))
    if not losses:
        return None
    rows = [
        [math.fsum(column) / len(members) for column in zip(*members, strict=True)]
        for members in losses.values()
    ]
    bounds = interval(map(_best, resampled(rows))) if len(rows) >= FEWEST else None
    low, high = bounds or (None, None)
    return FittedStrength(
        strength=_best([math.fsum(column) for column in zip(*rows, strict=True)]),
        low=low,
        high=high,
        declared=declared,
        questions=sum(map(len, losses.values())),
        independent=len(rows),
    )


class _Run(NamedTuple):
    """Days on which the same was compared, with the same priors."""

    days: int
    comparison: Comparison
    priors: dict[ScenarioId, float]


def _runs(archive: Archive, question: Question) -> Iterator[_Run]:
    """The scored days on which evidence counted: all that is asked of the ledger."""
    id = question.scenario
    around = near(archive.database, id, archive.bearing)
    if not around.evidence and not any(
        scenario.indicators for scenario in around.scenarios.values()
    ):
        return
    days = days_of_figures(around, question)
    every = odds_on(around, id, (question.opened + timedelta(day) for day in days))
    for start, end, odds in zip(days, [*days[1:], question.scored], every, strict=True):
        comparison = odds.comparison(id)
        if any(comparison.totals[c] for c in {*comparison.columns} - comparison.left):
            yield _Run(end - start, comparison, odds.priors(id))


def _implied_at(run: _Run, id: ScenarioId, factor: float) -> float:
    """The implied probability with every line times a factor: the discounts keep to the scale."""
    totals = {column: total * factor for column, total in run.comparison.totals.items()}
    return implied(replace(run.comparison, totals=totals), run.priors)[id]


def _losses(runs: Sequence[_Run], question: Question, declared: float) -> list[float]:
    """Minus the log score at each strength; days without evidence would add the same to all."""
    happened = question.outcome == "occurred"
    slopes = []
    for strength in TRIED:
        figures = (
            (run.days, _implied_at(run, question.scenario, strength / declared)) for run in runs
        )
        loss = math.fsum(-days * math.log(p if happened else 1 - p) for days, p in figures)
        slopes.append(loss / question.scored)
    return slopes


def _best(losses: Sequence[float]) -> float:
    """The strength with the least loss, the lowest of several; between its neighbours a vertex."""
    k = losses.index(min(losses))
    if k in (0, len(losses) - 1):
        return TRIED[k]
    below, least, above = losses[k - 1 : k + 2]
    return (k + (below - above) / (2 * (below - 2 * least + above))) / _PER_ONE
