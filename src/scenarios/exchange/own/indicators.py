"""Indicators as a table, a row each, with the scenario that each is of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.exchange.arrivals import Arrival, Arrived, Place
from scenarios.exchange.own import cells
from scenarios.exchange.own.columns import Kind
from scenarios.exchange.own.rows import Told, needed, nested, records
from scenarios.exchange.readers import Given, Wanted

KIND = Kind(
    name="indicators",
    fields={
        "scenario": cells.text,
        "id": cells.text,
        "statement": cells.text,
        "ratings": cells.pairs,
        "added": cells.day,
        "watch": cells.text,
        "due": cells.day,
        "if_absent": cells.rating,
        "chance": cells.chance,
        "theme": cells.text,
    },
    synonyms={
        "indicator": "statement",
        "rating": "ratings",
        "scenario_id": "scenario",
    },
    families={"ratings": cells.rating},
    required=(("scenario",), ("statement",), ("ratings",)),
    wide="ratings",
)


def read(given: Given, wanted: Wanted) -> Arrived:
    """The indicators of a file."""
    return records(given, wanted, KIND, _indicator)


def _indicator(values: Mapping[str, Any], place: Place, _wanted: Wanted, _told: Told) -> Arrival:
    statement = needed(values, "statement")
    return Arrival(
        kind="indicator",
        record=nested(values, "id", "scenario"),
        title=statement,
        place=place,
        id=values.get("id"),
        scenario=needed(values, "scenario"),
    )
