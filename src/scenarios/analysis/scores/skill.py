"""Skill with its bootstrap interval, and the factors that would have scored best."""

import hashlib
import math
import struct
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain, compress
from operator import itemgetter, mul, truediv
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from scenarios.analysis.daily_forecasts import (
    OURS,
    TEAM,
    Cluster,
    Figure,
    ForecastArchive,
    Line,
    QuestionTimeline,
    ResolvedQuestion,
    Runs,
    Spans,
    analysts_on,
    before,
    brier,
    days_of_figures,
    log_score,
    place,
    stood,
    sweep,
)
from scenarios.analysis.ledger.odds import EvidenceTotals, implied
from scenarios.model import Analyst, ScenarioId
from scenarios.scales import decibans, probability

DRAWS = 2000
FEWEST = 5
"""Fewest questions for an interval: four have 35 different resamples, five 126."""
_SCALE = 2**40
"""Values are added up in units of 2^-40: whole numbers have one sum, whatever the order."""
_LARGEST = 2**64 // _SCALE
_FEW = 200
"""Most rows for which draws are kept, since many forecasters answered equally many questions."""

Pick = Callable[[Sequence[int]], tuple[int, ...]]


def resampled(rows: Sequence[Sequence[float]]) -> Iterator[tuple[int, ...]]:
    """The sums by column of each of DRAWS resamples of the rows, in units of 2^-40.

    A resample has as many rows as there are, at least 2, drawn with replacement. Row k of a draw
    is ⌊n·w/2³²⌋ with w the k-th little-endian 32-bit word of SHAKE-128 (FIPS 202) over the text
    `n/draw`: no generator's state, no seed, and one call for a draw of any length. Values are 0 or
    more, and those of a column sum to less than 2^24 in every resample. All columns of a row are
    one integer, so that a draw of thousands of rows is one sum.
    """
    columns = f"<{len(rows[0])}Q"
    # A sum of 2^64 would carry into the next column, unseen
    # (test_what_could_run_into_the_next_column_is_refused).
    if len(rows) * max(map(max, rows)) >= _LARGEST:
        raise OverflowError("a resample could sum to 2^24 or more")
    packed = [
        int.from_bytes(struct.pack(columns, *(round(v * _SCALE) for v in row)), "little")
        for row in rows
    ]
    size = struct.calcsize(columns)
    for pick in _kept(len(rows)) if len(rows) <= _FEW else _picks(len(rows)):
        yield struct.unpack(columns, sum(pick(packed)).to_bytes(size, "little"))


def interval(values: Iterable[float]) -> tuple[float, float] | None:
    """The 90 % percentile interval: a twentieth of the values lies below it, and one above."""
    ordered = sorted(values)
    outside = len(ordered) // 20
    return (ordered[outside], ordered[-1 - outside]) if ordered else None


@lru_cache(maxsize=1)
def _kept(n: int) -> list[Pick]:
    return list(_picks(n))


def _picks(n: int) -> Iterator[Pick]:
    """Return a function that takes the rows of each draw."""
    for draw in range(DRAWS):
        words = struct.unpack(f"<{n}I", hashlib.shake_128(b"%d/%d" % (n, draw)).digest(4 * n))
        yield itemgetter(*[word * n >> 32 for word in words])


class Skill(msgspec.Struct, frozen=True, kw_only=True):
    """1 − Brier ÷ the Brier of `against`, over the days on which both stood.

    Both are means over the `questions` with such a day; None where `against` was never wrong. A
    set is a question where both had figures for all its members; else its members are compared,
    each `alone`, and never averaged with whole questions.
    `low` to `high` is the 90 % interval of a paired bootstrap: 2,000 resamples of `independent`
    questions, of which a set is one; None under five.
    """

    forecaster: str
    against: str
    alone: bool
    questions: int
    skill: float | None
    independent: int
    low: float | None
    high: float | None


Pair = tuple[bool, str, str]
"""True where members of sets are compared alone; who, and against whom."""
Errors = list[tuple[float, float]]
"""The Brier scores of both, question by question."""
Interval = tuple[float, float]
_AT_ONCE = 32
"""Pairs whose sums are held in memory at a time."""


def skill(timelines: Iterable[QuestionTimeline[Figure]]) -> tuple[Skill, ...]:
    """Every forecaster beside `team`, `implied`, `prior` and `first`, where both ever stood."""
    pairs: dict[Pair, dict[Cluster, Errors]] = {}
    for timeline in timelines:
        happened = timeline.question.outcome == "occurred"
        references = {against: _running(line, happened) for against, line in timeline.ours.items()}
        for name, line in timeline.lines.items():
            spans: Spans = stood(line)
            errors = [brier(figure, happened) for _, _, figure in spans]
            for against, (days, theirs) in references.items():
                shared = [days[end] - days[start] for start, end, _ in spans]
                if name != against and any(shared) and not timeline.in_set >= {name, against}:
                    own = sum(map(mul, errors, shared)) / sum(shared)
                    other = sum(theirs[end] - theirs[start] for start, end, _ in spans)
                    together = pairs.setdefault((timeline.question.alone, name, against), {})
                    pairs_of_cluster = together.setdefault(timeline.question.cluster, [])
                    pairs_of_cluster.append((own, other / sum(shared)))
    intervals = _intervals(pairs)
    ordered = sorted(pairs, key=lambda pair: (pair[0], place(pair[1]), OURS.index(pair[2])))
    rows = []
    for alone, forecaster, against in ordered:
        clusters = pairs[alone, forecaster, against]
        both = list(chain.from_iterable(clusters.values()))
        reference = math.fsum(theirs for _, theirs in both)
        low, high = intervals.get((alone, forecaster, against), (None, None))
        rows.append(
            Skill(
                forecaster=forecaster,
                against=against,
                alone=alone,
                questions=len(both),
                skill=1 - math.fsum(own for own, _ in both) / reference if reference else None,
                independent=len(clusters),
                low=low,
                high=high,
            )
        )
    return tuple(rows)


def _running(line: Runs[Figure], happened: bool) -> tuple[list[float], list[float]]:
    """The days that stood before each day, and the Brier scores that they add up to."""
    days = before((end - start, figure is not None) for start, end, figure in line)
    errors = ((e - s, 0.0 if p is None else brier(p, happened)) for s, e, p in line)
    return days, before(errors)


def _intervals(pairs: Mapping[Pair, Mapping[Cluster, Errors]]) -> dict[Pair, Interval]:
    """Intervals of the pairs, without draws in which the reference was never wrong."""
    by_size: dict[int, list[Pair]] = {}
    for pair, clusters in pairs.items():
        if len(clusters) >= FEWEST:
            by_size.setdefault(len(clusters), []).append(pair)
    intervals = {}
    for alike in by_size.values():
        for start in range(0, len(alike), _AT_ONCE):
            together = alike[start : start + _AT_ONCE]
            columns = [
                [sum(error[side] for error in errors) for errors in pairs[pair].values()]
                for pair in together
                for side in (0, 1)
            ]
            sums = list(zip(*resampled(list(zip(*columns, strict=True))), strict=True))
            for pair, own, theirs in zip(together, sums[::2], sums[1::2], strict=True):
                ratios = map(truediv, compress(own, theirs), filter(None, theirs))
                if bounds := interval(ratios):
                    intervals[pair] = 1 - bounds[1], 1 - bounds[0]
    return intervals


# A grid is searched, since the loss of a set need not be convex (docs/decisions.md).
LEAST, MOST = 0.5, 3.0
"""The least `team.extremize` that is tried, and the most of it and of `rating_strength`."""
_STEPS_PER_UNIT = 20
TRIED = tuple(k / _STEPS_PER_UNIT for k in range(int(MOST * _STEPS_PER_UNIT) + 1))
"""The rating strengths that are tried, 0 to 3 in steps of 0.05; to extremize by, from 0.5."""


class FittedFactor(msgspec.Struct, frozen=True, kw_only=True):
    """Factor, up to 3, with which a forecaster would have had the best mean log score.

    The rating strength of `implied`, from 0, or the extremizing of `team`, from 0.5. Computed over
    the scored days of the `questions` on which it matters; `declared` is the tracker's. `low` to
    `high` is the 90 % interval of 2,000 resamples of `independent` questions (members of a set that
    are scored alone are one); None under five. Printed, never applied.
    """

    factor: float = msgspec.field(name="strength")
    low: float | None
    high: float | None
    declared: float
    questions: int
    independent: int


class ConstantPeriod(NamedTuple):
    """Days with the same inputs, from `start` on, and their figures by a factor."""

    start: int
    days: int
    figures: Callable[[float], Mapping[ScenarioId, float]]


def fitted(
    archive: ForecastArchive, timelines: Iterable[QuestionTimeline[Figure]], forecaster: str
) -> FittedFactor | None:
    """The best factor tried, refined by the parabola through it and its neighbours.

    The `rating_strength` for `implied`, None without any evidence; the `team.extremize` for `team`,
    None where no two analysts stood. A question weighs 1: the mean over its scored days; members of
    a set alone are 1 together.
    """
    is_team, tracker = forecaster == TEAM, archive.database.tracker
    runs_of = _team_runs if is_team else _evidence_runs
    tried = TRIED[int(LEAST * _STEPS_PER_UNIT) if is_team else 0 :]
    losses: dict[Cluster, list[list[float]]] = {}
    for timeline in timelines:
        if forecaster not in timeline.ours.keys() - timeline.in_set:
            continue
        asked = timeline.question
        if runs := list(runs_of(archive, asked)):
            of_cluster = losses.setdefault(asked.cluster, [])
            of_cluster.append([_loss(asked, runs, factor) for factor in tried])
    if not losses:
        return None
    rows = [
        [math.fsum(column) / len(members) for column in zip(*members, strict=True)]
        for members in losses.values()
    ]
    best = partial(_best, tried)
    bounds = interval(map(best, resampled(rows))) if len(rows) >= FEWEST else None
    low, high = bounds or (None, None)
    return FittedFactor(
        factor=best([math.fsum(column) for column in zip(*rows, strict=True)]),
        low=low,
        high=high,
        declared=tracker.team.extremize if is_team else tracker.rating_strength,
        questions=sum(map(len, losses.values())),
        independent=len(rows),
    )


def _evidence_runs(
    archive: ForecastArchive, question: ResolvedQuestion
) -> Iterator[ConstantPeriod]:
    """The scored days on which evidence counted."""
    id, declared = question.scenario, archive.database.tracker.rating_strength
    left = {day for _, day in question.answers if day < question.scored}
    days = sorted(left.union(days_of_figures(archive.odds, question)))
    for start, end in zip(days, [*days[1:], question.scored], strict=True):
        odds = archive.on(question, start)
        evidence, priors = odds.totals(id), odds.priors(id)

        def figures(
            strength: float, of: EvidenceTotals = evidence, priors: Mapping[str, float] = priors
        ) -> dict[ScenarioId, float]:
            # Every line times the factor: the discounts keep to the scale.
            totals = {c: total * strength / declared for c, total in of.totals.items()}
            return implied(replace(of, totals=totals), priors)

        if any(evidence.totals[c] for c in {*evidence.columns} - evidence.left):
            yield ConstantPeriod(start, end - start, figures)


def _team_runs(archive: ForecastArchive, question: ResolvedQuestion) -> Iterator[ConstantPeriod]:
    """The scored days on which two or more analysts stood, in a set beside every other member."""
    lines: dict[tuple[ScenarioId, Analyst], Line] = {}
    for id, end in question.answers or ((question.scenario, question.scored),):
        by_analyst = analysts_on(archive, replace(question, scored=end), id)
        lines |= {(id, analyst): line for analyst, line in by_analyst.items()}
    worth = {p: decibans(p) for line in lines.values() for _, _, p in stood(line)}
    for start, end, standing in sweep(lines):
        given: dict[ScenarioId, list[float]] = {}
        for (id, _), figure in standing.items():
            given.setdefault(id, []).append(worth[figure])
        is_whole = all(id in given or day <= start for id, day in question.answers)
        if is_whole and any(len(figures) > 1 for figures in given.values()):
            means = {id: math.fsum(figures) / len(figures) for id, figures in given.items()}
            single = frozenset(id for id, figures in given.items() if len(figures) == 1)
            yield ConstantPeriod(start, end - start, partial(_extremized, means, single))


def _extremized(
    means: Mapping[ScenarioId, float], single: Collection[ScenarioId], by: float
) -> dict[ScenarioId, float]:
    return {id: probability(db if id in single else by * db) for id, db in means.items()}


def _loss(question: ResolvedQuestion, runs: Iterable[ConstantPeriod], factor: float) -> float:
    """Minus the log score at a factor; all other days would add the same to each."""
    losses = []
    for start, days, figures in runs:
        by_id = figures(factor)
        p, happened = by_id[question.scenario], question.outcome == "occurred"
        if question.answers:
            p /= math.fsum(by_id[id] for id, day in question.answers if start < day)
        losses.append(-days * log_score(p, happened))
    return math.fsum(losses) / question.scored


def _best(tried: Sequence[float], losses: Sequence[float]) -> float:
    """The factor with the least loss, the lowest of several; between its neighbours a vertex."""
    k = losses.index(min(losses))
    if k in (0, len(losses) - 1):
        return tried[k]
    below, least, above = losses[k - 1 : k + 2]
    return tried[0] + (k + (below - above) / (2 * (below - 2 * least + above))) / _STEPS_PER_UNIT
