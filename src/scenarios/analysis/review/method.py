"""The conventions that made the figures."""

from __future__ import annotations

import msgspec

from scenarios.analysis.forecasts.stated import standing
from scenarios.analysis.ledger.version import VERSION
from scenarios.analysis.period.period import Window
from scenarios.model import Dependence, GradeWeights


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """The conventions that made the figures; `analysts` with a standing forecast.

    `ledger` is the version of the arithmetic.
    """

    ledger: int = VERSION
    decibans: dict[str, float]
    grade_weights: GradeWeights | None
    evidence_dependence: Dependence
    rating_strength: float
    estimative_language: str
    review_every_days: int
    forecast_expires_days: int | None
    analysts: int


def method(window: Window) -> Method:
    """What is in force on the window's last day."""
    tracker = window.database.tracker
    return Method(
        decibans=tracker.decibans,
        grade_weights=tracker.grade_weights,
        evidence_dependence=tracker.dependence,
        rating_strength=tracker.rating_strength,
        estimative_language=tracker.estimative_language,
        review_every_days=tracker.review_every_days,
        forecast_expires_days=tracker.forecast_expires_days,
        analysts=len(_analysts(window)),
    )


def _analysts(window: Window) -> set[str]:
    database, as_of = window.database, window.as_of
    return {a for id, v in window.views.items() if v.open for a in standing(database, id, as_of)}
