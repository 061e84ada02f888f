"""What is new in a window: the items that were recorded, the indicators in another state."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from scenarios.analysis.evidence.indicator_state import IndicatorChange, reading
from scenarios.analysis.evidence.knowledge import bears_on
from scenarios.analysis.period.period import View, Window
from scenarios.model import EvidenceId, Retraction, ScenarioId


class NewEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """An item recorded in the window, and the scenarios that it bears on.

    One that was retracted in it too counts nowhere.
    """

    id: EvidenceId
    summary: str
    observed: str
    recorded: date
    source: str | None
    grade: str
    scenarios: tuple[ScenarioId, ...]
    retracted: Retraction | None


def new_evidence(window: Window) -> tuple[NewEvidence, ...]:
    """The items that were recorded in the window, in the order of their records."""
    database = window.database
    recorded = sorted((item.recorded, id) for id, item in database.evidence.items())
    fresh = [id for on, id in recorded if window.since < on <= window.as_of]
    return tuple(
        NewEvidence(
            id=id,
            summary=item.summary,
            observed=item.observed,
            recorded=item.recorded,
            source=item.source,
            grade=item.grade(database.sources),
            scenarios=tuple(sorted(bears_on(database, item))),
            retracted=item.retracted if id not in window.now.evidence else None,
        )
        for id in fresh
        for item in (database.evidence[id],)
    )


def indicator_changes(window: Window, views: Iterable[View]) -> tuple[IndicatorChange, ...]:
    """The indicators of these scenarios whose state at the end is another than at the start."""
    found = []
    for view in views:
        for key, indicator in view.scenario.indicators.items():
            then = reading(window.before, (view.id, key))
            now = reading(window.now, (view.id, key))
            if then.state != now.state:
                fresh = tuple(id for id in now.evidence if id not in then.evidence)
                found.append(
                    IndicatorChange(
                        scenario=view.id,
                        indicator=key,
                        statement=indicator.statement,
                        before=then.state,
                        after=now.state,
                        evidence=fresh,
                    )
                )
    return tuple(found)
