"""What a scenario or an item must have and a file elsewhere does not say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from scenarios.analysis.ledger.ledger import NONE_STATED
from scenarios.exchange.arrivals import Arrival
from scenarios.workspace.importing.faults import Unsound
from scenarios.workspace.importing.settings import Settings

EVEN = 0.5
LOWEST, HIGHEST = 0.001, 0.999
"""What a prior is held within."""


def filled(kind: str, record: Mapping[str, Any], arrival: Arrival, settings: Settings) -> Any:
    """A new record with what it lacks; an Unsound where that cannot be known."""
    today = settings.today.isoformat()
    if kind == "scenario":
        return _scenario(record, arrival, settings)
    if kind == "evidence":
        return {"recorded": today, **record}
    if kind == "indicator":
        return {"added": today, **record}
    return {"reliability": "F", **record}  # "reliability cannot be judged"


def resolution(
    given: Mapping[str, Any], horizon: str, settings: Settings, basis: str
) -> dict[str, Any]:
    """An outcome whose day is not told was known the day after the horizon, or is today.

    It is recorded today unless the file says when it was.
    """
    try:
        after = dt.date.fromisoformat(horizon) + dt.timedelta(days=1)
    except ValueError:  # told elsewhere
        after = settings.today
    on = min(after, settings.today).isoformat()
    told = {"date": on, "basis": basis, **given}
    return {"recorded": max(settings.today.isoformat(), str(told["date"])), **told}


def basis_of(arrival: Arrival) -> str:
    """What an imported outcome rests on."""
    return f"As {arrival.address} says" if arrival.address else NONE_STATED


def _scenario(record: Mapping[str, Any], arrival: Arrival, settings: Settings) -> dict[str, Any]:
    made = {"question": arrival.title, **record}
    if "resolution_criteria" not in made:
        if not arrival.address:
            raise Unsound("there are no resolution_criteria, and no url that has them")
        made["resolution_criteria"] = f"See {arrival.address}"
    if "horizon" not in made:
        raise Unsound("there is no horizon")
    if "resolution" in made:
        horizon, basis = str(made["horizon"]), basis_of(arrival)
        made["resolution"] = resolution(made["resolution"], horizon, settings, basis)
    known = made["resolution"]["date"] if "resolution" in made else made["horizon"]
    made.setdefault("opened", min(settings.today.isoformat(), str(known), str(made["horizon"])))
    prior = made.get("prior", {})
    even = EVEN if settings.prior is None else settings.prior
    basis = NONE_STATED if "probability" not in prior else "Imported with its probability"
    made["prior"] = {"probability": even, "basis": basis, **prior}
    if settings.clip:
        made["prior"]["probability"] = min(max(made["prior"]["probability"], LOWEST), HIGHEST)
    return made
