"""What scenarios ask, where that changed or was made clear in a window."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

import msgspec

from scenarios.analysis.period.period import Window
from scenarios.model import Database, Scenario, ScenarioId

Asked = Literal["question", "resolution_criteria", "horizon"]
_ASKED: tuple[Asked, ...] = ("question", "resolution_criteria", "horizon")


class QuestionChange(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a scenario before and after; a clarification has a date, and nothing before."""

    scenario: ScenarioId
    field: Asked | Literal["clarification"]
    before: str | None
    after: str
    date: date | None


def clarified(window: Window) -> tuple[QuestionChange, ...]:
    """The clarifications dated in the window, oldest first."""
    dated = [
        (one.date, view.id, one.text)
        for view in window.views.values()
        for one in view.scenario.clarifications
        if window.since < one.date <= window.as_of
    ]
    return tuple(
        QuestionChange(scenario=id, field="clarification", before=None, after=text, date=on)
        for on, id, text in sorted(dated)
    )


def rewritten(
    before: Database, after: Database, ids: Iterable[ScenarioId]
) -> tuple[QuestionChange, ...]:
    """The questions, criteria and horizons of these scenarios that differ."""
    both = [id for id in ids if id in before.scenarios and id in after.scenarios]
    return tuple(
        QuestionChange(scenario=id, field=field, before=was, after=now, date=None)
        for id in both
        for field in _ASKED
        if (was := _read(before.scenarios[id], field)) != (now := _read(after.scenarios[id], field))
    )


def _read(scenario: Scenario, field: Asked) -> str:
    return str(getattr(scenario, field))
