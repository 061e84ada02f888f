"""Scores as pictures: calibration with the CORP curve, and skill with its intervals."""

from __future__ import annotations

from msgspec import convert

from scenarios.analysis.scores.calibration import CalibrationBin
from scenarios.analysis.scores.scoring import Score
from scenarios.analysis.scores.skill import DRAWS, FEWEST, Skill
from scenarios.render import cells
from scenarios.render.cells import Cell, left, p, right
from scenarios.render.charts.scores import Bin, Pair, Reliability, SkillRows, Stair
from scenarios.render.document import Chart, Figure, Table, plain
from scenarios.render.text import signed
from scenarios.scales import percent
from scenarios.text import counted

SKILL_NOTE = (
    f"The 90% interval is that of {DRAWS:,} fixed resamples of the questions, a set as one of "
    f"them; under {FEWEST} there is none."
)
_BAR = 20
"""Columns of a calibration bar, each worth 5 points."""
_PAIRS = 12


def calibration(score: Score) -> Chart | None:
    """The bins and the curve of the forecaster whose calibration was asked for, if any."""
    if not score.calibration:
        return None
    data = Reliability(
        forecaster=score.calibration[0].forecaster,
        bins=convert(score.calibration, tuple[Bin, ...], from_attributes=True),
        curve=convert(
            score.corp[0].curve if score.corp else (), tuple[Stair, ...], from_attributes=True
        ),
    )
    return Chart(_says(data), data, _bins(score))


def skill(score: Score) -> Chart | None:
    """Everyone against the others, each pair once; None where there is nobody to compare."""
    known = [pair for pair in score.skill if pair.skill is not None and not pair.alone]
    if not known:
        return None
    drawn: list[Skill] = []
    for pair in sorted(known, key=_place):
        if (pair.against, pair.forecaster) not in {(o.forecaster, o.against) for o in drawn}:
            drawn.append(pair)
    pairs = convert(drawn[:_PAIRS], tuple[Pair, ...], from_attributes=True)
    return Chart(_sure(pairs), SkillRows(pairs=pairs), skill_table(score))


def _place(pair: Skill) -> tuple[bool, int, int]:
    """Those with an interval first; the team, then analysts, what is implied, the prior last."""
    order = ("team", "", "implied", "first", "prior")
    ends = (name if name in order else "" for name in (pair.forecaster, pair.against))
    first, second = (order.index(name) for name in ends)
    return pair.low is None, first, second


def _says(data: Reliability) -> str:
    """Sentence: how far the largest bin is from the diagonal."""
    largest = max(data.bins, key=lambda each: each.n)
    forecast, came = percent(largest.mean_forecast), percent(largest.frequency)
    if largest.n < 1:
        return f"Calibration of {data.forecaster}: too few questions to say anything."
    held = f"the largest of {counted(len(data.bins), 'bin')} said {forecast}, and {came} came true"
    return f"Calibration of {data.forecaster}: {held} (n = {largest.n:.1f})."


def _sure(pairs: tuple[Pair, ...]) -> str:
    """Who is surely better or worse than whom."""
    sure = [
        f"{pair.forecaster} {'better' if pair.low > 0 else 'worse'} than {pair.against}"
        for pair in pairs
        if pair.low is not None and pair.high is not None and (pair.low > 0 or pair.high < 0)
    ]
    differences = "; ".join(sure[:3]) or "no difference is sure"
    first = pairs[0]
    head = f"{first.forecaster} against {first.against} {signed(first.skill, 2)}"
    return f"Skill: {head}; at 90%, {differences}."


def _bins(score: Score) -> Table:
    about = "In the bar: | what was said, o what came, = the Wilson band."
    columns: tuple[Cell[CalibrationBin], ...] = (
        (
            left(f"calibration of {score.calibration[0].forecaster}"),
            lambda row: plain(cells.band(row.low, row.high)),
        ),
        (right("n"), lambda row: Figure(row.n, digits=2)),
        (right("said"), lambda row: p(row.mean_forecast)),
        (right("came"), lambda row: p(row.frequency)),
        (right("Wilson 95%"), lambda row: plain(cells.band(row.wilson_low, row.wilson_high))),
        (left("0% to 100%", only="terminal", drop=1, about=about), _bar),
    )
    return cells.table(score.calibration, columns)


def _bar(row: CalibrationBin) -> str:
    def column(value: float) -> int:
        return min(int(value * _BAR), _BAR - 1)

    bar = ["·"] * _BAR
    low, high = column(row.wilson_low), column(row.wilson_high)
    bar[low : high + 1] = "=" * (high + 1 - low)
    bar[column(row.frequency)] = "o"
    bar[column(row.mean_forecast)] = "|"
    return "".join(bar)


def skill_table(score: Score) -> Table:
    """Every pair of forecasters with its skill."""
    columns: tuple[Cell[Skill], ...] = (
        (left("skill of"), lambda row: cells.forecaster(row.forecaster, alone=row.alone)),
        (left("against"), lambda row: row.against),
        (right("n"), lambda row: Figure(row.questions)),
        (right("1 − Brier ratio"), lambda row: Figure(row.skill, digits=3)),
        (right("90% from"), lambda row: Figure(row.low, digits=3)),
        (right("90% to"), lambda row: Figure(row.high, digits=3)),
    )
    return cells.table(score.skill, columns, note=SKILL_NOTE)
