"""Sources as a table, a row each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.exchange.arrivals import Arrival, Arrived, Place
from scenarios.exchange.own import cells
from scenarios.exchange.own.columns import Kind
from scenarios.exchange.own.rows import Told, foreign, needed, nested, records
from scenarios.exchange.readers import Given, Wanted

KIND = Kind(
    name="sources",
    fields={
        "id": cells.text,
        "name": cells.line,
        "url": cells.text,
        "reliability": cells.letter,
        "reliability_basis": cells.text,
        "foreign": cells.text,
    },
    synonyms={
        **dict.fromkeys(("source", "title"), "name"),
        **dict.fromkeys(("address", "link"), "url"),
        "basis": "reliability_basis",
        "foreign_id": "foreign",
    },
    families={"foreign": cells.text},
    required=(("name",), ("reliability",)),
)


def read(given: Given, wanted: Wanted) -> Arrived:
    """The sources of a file."""
    return records(given, wanted, KIND, _source)


def _source(values: Mapping[str, Any], place: Place, wanted: Wanted, _told: Told) -> Arrival:
    name = needed(values, "name")
    needed(values, "reliability")
    return Arrival(
        kind="source",
        record=nested(values, "id", "foreign"),
        title=name,
        place=place,
        id=values.get("id"),
        foreign=foreign(values, wanted),
    )
