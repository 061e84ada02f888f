"""Where the analysts of a team differ, and who of three or more stands apart."""

from __future__ import annotations

import msgspec

from scenarios.analysis.forecasts.stated import Standing, standing
from scenarios.analysis.period.period import Window
from scenarios.model import Analyst, ScenarioId
from scenarios.scales import decibans

_PAIR = 2


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """The standing forecasts of two or more analysts; `spread_decibans` = highest − lowest.

    `low_analyst` and `high_analyst` gave the lowest and the highest, the first by name of equals.
    The outlier is farthest, in decibans, from the mean of the others, the first by name of equals;
    of two analysts, or of equal figures, nobody stands apart. `rationales` are those of the
    standing forecasts.
    """

    scenario: ScenarioId
    analysts: int
    low: float
    high: float
    spread_decibans: float
    low_analyst: Analyst
    high_analyst: Analyst
    outlier: Analyst | None
    outlier_probability: float | None
    rationales: dict[Analyst, str]


def spreads(window: Window) -> tuple[Spread, ...]:
    """Every live scenario that two or more analysts forecast, widest spread first."""
    spreads = []
    for view in window.views.values():
        figures = standing(window.database, view.id, window.as_of) if view.open else {}
        if len(figures) > 1:
            spreads.append(_spread(window, view.id, figures))
    return tuple(
        sorted(
            spreads,
            key=lambda disagreement: (-disagreement.spread_decibans, disagreement.scenario),
        )
    )


def _spread(window: Window, id: ScenarioId, figures: dict[Analyst, Standing]) -> Spread:
    odds = {analyst: decibans(figure.probability) for analyst, figure in figures.items()}
    total = sum(odds.values())

    def apart(analyst: Analyst) -> float:
        return abs(odds[analyst] - (total - odds[analyst]) / (len(odds) - 1))

    low, high = min(odds, key=odds.__getitem__), max(odds, key=odds.__getitem__)
    outlier = max(odds, key=apart) if len(odds) > _PAIR and odds[low] < odds[high] else None
    sheets = {analyst: window.database.sheets[figure.sheet] for analyst, figure in figures.items()}
    return Spread(
        scenario=id,
        analysts=len(figures),
        low=figures[low].probability,
        high=figures[high].probability,
        spread_decibans=odds[high] - odds[low],
        low_analyst=low,
        high_analyst=high,
        outlier=outlier,
        outlier_probability=figures[outlier].probability if outlier else None,
        rationales={a: why for a, sheet in sheets.items() if (why := sheet.rationales.get(id))},
    )
