"""Records with everything but the point of a test filled in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st

from scenarios.analysis.ledger.dependence import LayerCounts, end_of, factors
from scenarios.model import (
    Database,
    Dependence,
    Evidence,
    Indicator,
    Prior,
    Resolution,
    Retraction,
    Scenario,
    Sheet,
    Tracker,
)
from tests import random_databases

near: Any = pytest.approx
START, END = random_databases.START, random_databases.END
CODES, WEIGHTS = random_databases.CODES, random_databases.WEIGHTS


def day(number: int) -> date:
    """The day `number` days after the start."""
    return START + timedelta(days=number)


def scenario(probability: float = 0.5, **keys: Any) -> Scenario:
    """A scenario that is open through 2022; the keys of its prior are passed beside the others."""
    names = ("reference", "includes", "hazard", "hazard_ended", "given")
    prior = {key: keys.pop(key) for key in names if key in keys}
    filled = {"opened": START, "horizon": END, **keys}
    return Scenario(
        title="Title",
        question="Question?",
        resolution_criteria="Criteria.",
        prior=Prior(probability, "b", **prior),
        **filled,
    )


def item(recorded: date = START, **keys: Any) -> Evidence:
    """An item that was recorded on the day on which it was observed."""
    filled = {"observed": recorded.isoformat(), **keys}
    return Evidence("Something was seen", recorded=recorded, **filled)


def rated(id: str = "s1", *ratings: Any, **keys: Any) -> dict[str, Evidence]:
    """Items e, f, g … of the first day, each with a rating of one scenario."""
    items = (item(ratings={id: rating}, **keys) for rating in ratings)
    return dict(zip("efghijklmnopqrstuvwxyz", items, strict=False))


def row(codes: str, **keys: Any) -> Evidence:
    """An item that rates a, b, c … by the codes of a text; `-` leaves a blank."""
    cells = zip("abcdef", codes.split(), strict=False)
    return item(ratings={id: code for id, code in cells if code != "-"}, **keys)


def indicator(ratings: dict[str, Any], **keys: Any) -> Indicator:
    """An indicator that was fixed on the first day."""
    return Indicator("Something is seen", ratings, START, **keys)


def sheet(on: date, probabilities: dict[str, float | None], **keys: Any) -> Sheet:
    """A sheet of the desk."""
    return Sheet(on, keys.pop("analyst", "desk"), probabilities, **keys)


def sheets(*made: Sheet) -> dict[str, Sheet]:
    """These sheets by their ids."""
    return {f"{one.date}-{one.analyst}": one for one in made}


def database(tracker: Tracker | None = None, **records: Any) -> Database:
    """A database with independent lines unless the tracker says otherwise."""
    return Database(tracker or Tracker(), **records)


def resolution(outcome: Any, on: date, recorded: date | None = None, **keys: Any) -> Resolution:
    """An outcome that was recorded when it was known."""
    return Resolution(outcome, on, recorded or on, "Basis.", **keys)


def retraction(on: date) -> Retraction:
    """A retraction."""
    return Retraction(on, "Wrong.")


Lines = Sequence[tuple[float, str | None]]
"""The decibans and the theme of each line."""


def heights(lines: Lines) -> LayerCounts:
    """The heights of these lines."""
    return LayerCounts.of(end_of(*line) for line in lines)


def shares(lines: Lines, dependence: Dependence) -> list[float]:
    """The share of each line that counts."""
    of = factors(heights(lines), dependence)
    return [of[end_of(*line)] for line in lines]


ratings = st.one_of(st.sampled_from(CODES), st.floats(0.001, 1000))
chances = st.floats(0.001, 0.999)
databases = random_databases.databases
