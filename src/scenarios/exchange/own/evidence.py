"""Evidence as a table, a row each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.exchange.arrivals import Arrival, Arrived, Place
from scenarios.exchange.own import cells
from scenarios.exchange.own.columns import Kind
from scenarios.exchange.own.rows import Told, foreign, named, needed, nested, records
from scenarios.exchange.readers import Given, Wanted

KIND = Kind(
    name="evidence",
    fields={
        "id": cells.text,
        "summary": cells.line,
        "observed": cells.observed,
        "recorded": cells.day,
        "analyst": cells.line,
        "source": cells.line,
        "url": cells.text,
        "reliability": cells.letter,
        "credibility": cells.whole,
        "grade": cells.grade,
        "origin": cells.label,
        "event": cells.label,
        "theme": cells.text,
        "corroborated_by": cells.several,
        "quote": cells.text,
        "ratings": cells.pairs,
        "indicators": cells.states,
        "notes": cells.text,
        "retracted.date": cells.day,
        "retracted.reason": cells.text,
        "foreign": cells.text,
    },
    synonyms={
        **dict.fromkeys(("headline", "title"), "summary"),
        **dict.fromkeys(("observed_on", "date_observed", "happened"), "observed"),
        **dict.fromkeys(("recorded_on", "date_recorded"), "recorded"),
        **dict.fromkeys(("address", "link"), "url"),
        **dict.fromkeys(("note", "comment", "comments"), "notes"),
        "rating": "ratings",
        "foreign_id": "foreign",
    },
    families={"ratings": cells.rating, "foreign": cells.text},
    required=(("summary",), ("observed",)),
    wide="ratings",
)


def read(given: Given, wanted: Wanted) -> Arrived:
    """The evidence of a file."""
    return records(given, wanted, KIND, _item)


def _item(values: Mapping[str, Any], place: Place, wanted: Wanted, told: Told) -> Arrival:
    summary = needed(values, "summary")
    needed(values, "observed")
    record = nested(values, "id", "foreign", "grade")
    if "grade" in values:
        record["reliability"], record["credibility"] = values["grade"]
    return Arrival(
        kind="evidence",
        record=record | named(values, "analyst", told.analysts),
        title=summary,
        place=place,
        id=values.get("id"),
        foreign=foreign(values, wanted),
    )
