"""What no page tells before it is answered, while somebody sits and forecasts."""

from __future__ import annotations

from datetime import date

from scenarios.model import Analyst, ScenarioId
from scenarios.workspace.opened import Opened
from scenarios.workspace.sitting.held_back import held_back


def hidden(opened: Opened, analyst: Analyst | None, today: date) -> frozenset[ScenarioId]:
    """The scenarios whose team's and implied figures an analyst must not see yet."""
    return held_back(opened, analyst, today) if analyst else frozenset()
