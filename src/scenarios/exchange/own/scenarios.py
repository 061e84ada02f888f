"""Scenarios as a table, a row each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.exchange.arrivals import Arrival, Arrived, Place
from scenarios.exchange.own import cells
from scenarios.exchange.own.columns import Kind
from scenarios.exchange.own.rows import Told, foreign, named, needed, nested, records
from scenarios.exchange.readers import Given, Wanted

LONGEST_TITLE = 200

KIND = Kind(
    name="scenarios",
    fields={
        "id": cells.text,
        "title": cells.line,
        "question": cells.text,
        "resolution_criteria": cells.text,
        "opened": cells.day,
        "horizon": cells.day,
        "set": cells.line,
        "tags": cells.labels,
        "prior.probability": cells.chance,
        "prior.basis": cells.text,
        "prior.includes": cells.several,
        "prior.hazard": cells.text,
        "implies": cells.several,
        "resolution.outcome": cells.outcome,
        "resolution.date": cells.day,
        "resolution.recorded": cells.day,
        "resolution.basis": cells.text,
        "resolution.evidence": cells.several,
        "url": cells.text,
        "foreign": cells.text,
    },
    synonyms={
        **dict.fromkeys(("criteria", "resolution_source_and_criteria"), "resolution_criteria"),
        **dict.fromkeys(("open", "opens", "open_date", "opening_date"), "opened"),
        **dict.fromkeys(("close", "closes", "close_date", "deadline", "resolve_by"), "horizon"),
        **dict.fromkeys(("prior", "prior_probability"), "prior.probability"),
        **dict.fromkeys(("basis", "prior_basis"), "prior.basis"),
        **dict.fromkeys(("outcome", "resolution"), "resolution.outcome"),
        **dict.fromkeys(("resolution_date", "resolved_on", "date_resolved"), "resolution.date"),
        "resolution_basis": "resolution.basis",
        "tag": "tags",
        **dict.fromkeys(("address", "link"), "url"),
        "foreign_id": "foreign",
    },
    families={"foreign": cells.text},
    required=(("title", "question"), ("horizon",)),
)


def read(given: Given, wanted: Wanted) -> Arrived:
    """The scenarios of a file."""
    return records(given, wanted, KIND, _scenario)


def _scenario(values: Mapping[str, Any], place: Place, wanted: Wanted, told: Told) -> Arrival:
    question = needed(values, "question", "title")
    title = _short(str(values.get("title", question)))
    needed(values, "horizon")
    record = {**nested(values, "id", "url", "foreign"), "title": title, "question": question}
    criteria, url = values.get("resolution_criteria"), values.get("url")
    if criteria and url and url not in criteria:
        record["resolution_criteria"] = f"{criteria}\n\nSee {url}"
    if "resolution" in record and "outcome" not in record["resolution"]:
        del record["resolution"]
    return Arrival(
        kind="scenario",
        record=record | named(values, "set", told.sets),
        title=title,
        place=place,
        id=values.get("id"),
        foreign=foreign(values, wanted),
        address=values.get("url"),
    )


def _short(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"
