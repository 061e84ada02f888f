"""Timelines of resolved questions, as runs of days with one figure."""

from __future__ import annotations

from datetime import timedelta
from itertools import accumulate

from scenarios.analysis.question_timelines import Line, QuestionTimeline, ResolvedQuestion
from tests.records import START

Runs = list[tuple[int, float | None]]
"""A line as its runs: how many days, and which figure."""


def line(runs: Runs) -> Line:
    ends = accumulate(days for days, _ in runs)
    return tuple((end - days, end, figure) for end, (days, figure) in zip(ends, runs, strict=True))


def asked(
    happened: bool,
    ours: dict[str, Runs] | None = None,
    id: str = "s1",
    set: str | None = None,
    **analysts: Runs,
) -> QuestionTimeline[float]:
    """A question that was scored for as many days as its lines have."""
    lines = {name: line(runs) for name, runs in analysts.items()}
    others = {name: line(runs) for name, runs in (ours or {}).items()}
    days = next((one[-1][1] for one in (lines | others).values() if one), 0)
    found = ResolvedQuestion(
        scenario=id,
        set=set,
        outcome="occurred" if happened else "did-not-occur",
        opened=START,
        resolved=START + timedelta(days),
        scored=days,
        planned=days,
    )
    return QuestionTimeline(question=found, analysts=lines, ours=others, last={})
