"""Where the analysts of a team differ, and what the one who stands apart says."""

from __future__ import annotations

import msgspec

from scenarios.analysis.forecasts.stated import Standing, standing
from scenarios.analysis.period.period import Window
from scenarios.model import Analyst, ScenarioId
from scenarios.scales import decibans


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """The standing forecasts of two or more analysts; `spread_decibans` = highest − lowest.

    The outlier is farthest, in decibans, from the mean of the others; the first by name of two.
    """

    scenario: ScenarioId
    analysts: int
    low: float
    high: float
    spread_decibans: float
    outlier: Analyst
    outlier_probability: float
    rationale: str | None


def spreads(window: Window) -> tuple[Spread, ...]:
    """Every live scenario that two or more analysts forecast, widest spread first."""
    found = []
    for view in window.views.values():
        figures = standing(window.database, view.id, window.as_of) if view.open else {}
        if len(figures) > 1:
            found.append(_spread(window, view.id, figures))
    return tuple(sorted(found, key=lambda one: (-one.spread_decibans, one.scenario)))


def _spread(window: Window, id: ScenarioId, figures: dict[Analyst, Standing]) -> Spread:
    odds = {analyst: decibans(one.probability) for analyst, one in figures.items()}
    total = sum(odds.values())

    def apart(analyst: Analyst) -> float:
        return abs(odds[analyst] - (total - odds[analyst]) / (len(odds) - 1))

    outlier = max(sorted(odds), key=apart)
    sheet = window.database.sheets[figures[outlier].sheet]
    chances = [one.probability for one in figures.values()]
    return Spread(
        scenario=id,
        analysts=len(figures),
        low=min(chances),
        high=max(chances),
        spread_decibans=max(odds.values()) - min(odds.values()),
        outlier=outlier,
        outlier_probability=figures[outlier].probability,
        rationale=sheet.rationales.get(id),
    )
