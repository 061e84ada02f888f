"""Timelines of resolved questions, as runs of days with one figure."""

from __future__ import annotations

from datetime import timedelta

from scenarios.analysis.scores.daily_forecasts import Line, Question, Segment, Timeline
from scenarios.model import Outcome
from tests.records import START

Runs = list[tuple[int, float | None]]
"""A line as its runs: how many days, and which figure."""


def line(runs: Runs) -> Line:
    found: list[Segment] = []
    for days, figure in runs:
        start = found[-1][1] if found else 0
        found.append((start, start + days, figure))
    return tuple(found)


def asked(
    happened: bool,
    ours: dict[str, Runs] | None = None,
    id: str = "s1",
    set: str | None = None,
    **analysts: Runs,
) -> Timeline:
    """A question that was scored for as many days as its lines have."""
    first = next(iter([*analysts.values(), *(ours or {}).values()]), [])
    days = sum(days for days, _ in first)
    outcome: Outcome = "occurred" if happened else "did-not-occur"
    found = Question(
        scenario=id,
        set=set,
        outcome=outcome,
        opened=START,
        resolved=START + timedelta(days),
        scored=days,
        planned=days,
    )
    lines = {name: line(runs) for name, runs in analysts.items()}
    return Timeline(
        question=found,
        analysts=lines,
        ours={name: line(runs) for name, runs in (ours or {}).items()},
        last={},
    )
