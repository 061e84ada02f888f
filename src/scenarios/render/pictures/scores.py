"""Scores as pictures: calibration with the CORP curve, and skill with its intervals."""

from __future__ import annotations

from scenarios.analysis.scores.scoring import Score
from scenarios.analysis.scores.skill import Skill
from scenarios.render.charts.scores import Bin, Look, Pair, Reliability, SkillRows, Stair
from scenarios.render.document import Chart, Column, Figure, Table
from scenarios.render.text import signed
from scenarios.scales import percent
from scenarios.text import counted

_PAIRS = 12
_LOOKS: dict[str, Look] = {"implied": "implied", "prior": "muted"}


def calibration(score: Score) -> Chart | None:
    """The bins and the curve of the forecaster whose calibration was asked for, if any."""
    if not score.calibration:
        return None
    name = score.calibration[0].forecaster
    data = Reliability(
        forecaster=name,
        look=look_of(name),
        bins=tuple(
            Bin(n=b.n, said=b.mean_forecast, came=b.frequency, low=b.wilson_low, high=b.wilson_high)
            for b in score.calibration
        ),
        curve=tuple(
            Stair(low=step.low, high=step.high, came=step.frequency)
            for curve in score.corp[:1]
            for step in curve.curve
        ),
    )
    return Chart(_says(data), data, _bins(score))


def skill(score: Score) -> Chart | None:
    """Everyone against the others, each pair once; None where there is nobody to compare."""
    known = [pair for pair in score.skill if pair.skill is not None]
    if not known:
        return None
    drawn: list[Skill] = []
    for pair in sorted(known, key=_place):
        if (pair.against, pair.forecaster) not in {(o.forecaster, o.against) for o in drawn}:
            drawn.append(pair)
    pairs = [
        Pair(
            forecaster=pair.forecaster,
            against=pair.against,
            look=look_of(pair.forecaster),
            questions=pair.questions,
            skill=pair.skill or 0.0,
            low=pair.low,
            high=pair.high,
        )
        for pair in drawn[:_PAIRS]
    ]
    return Chart(_sure(pairs), SkillRows(pairs=tuple(pairs)), _pairs(score))


def look_of(forecaster: str) -> Look:
    """Look of a forecaster: implied is orange, the prior grey, anybody's stated forecast blue."""
    return _LOOKS.get(forecaster, "stated")


def _place(pair: Skill) -> tuple[bool, int, int]:
    """Those with an interval first; the team, then analysts, what is implied, the prior last."""
    order = ("team", "", "implied", "first", "prior")
    ends = (name if name in order else "" for name in (pair.forecaster, pair.against))
    first, second = (order.index(name) for name in ends)
    return pair.low is None, first, second


def _says(data: Reliability) -> str:
    """Sentence: how far the largest bin is from the diagonal."""
    largest = max(data.bins, key=lambda each: each.n)
    forecast, came = percent(largest.said), percent(largest.came)
    held = f"the largest of {counted(len(data.bins), 'bin')} said {forecast}, and {came} came true"
    return f"Calibration of {data.forecaster}: {held} (n = {largest.n:.1f})."


def _sure(pairs: list[Pair]) -> str:
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
    return Table(
        columns=(
            Column(name="bin"),
            Column(name="n", align="right"),
            Column(name="said", key="mean_forecast", align="right"),
            Column(name="came", key="frequency", align="right"),
            Column(name="95% from", key="wilson_low", align="right"),
            Column(name="95% to", key="wilson_high", align="right"),
        ),
        rows=tuple(
            (
                f"{percent(row.low)} to {percent(row.high)}",
                Figure(row.n, digits=2),
                Figure(row.mean_forecast, "p"),
                Figure(row.frequency, "p"),
                Figure(row.wilson_low, "p"),
                Figure(row.wilson_high, "p"),
            )
            for row in score.calibration
        ),
    )


def _pairs(score: Score) -> Table:
    return Table(
        columns=(
            Column(name="skill of", key="forecaster"),
            Column(name="against"),
            Column(name="n", key="questions", align="right"),
            Column(name="skill", align="right"),
            Column(name="90% from", key="low", align="right"),
            Column(name="90% to", key="high", align="right"),
        ),
        rows=tuple(
            (
                row.forecaster,
                row.against,
                Figure(row.questions),
                Figure(row.skill, digits=3),
                Figure(row.low, digits=3),
                Figure(row.high, digits=3),
            )
            for row in score.skill
        ),
    )
