"""The records of an export, as their files have them: what `view` made, taken back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from scenarios.exchange.view.cells import Cells
from scenarios.model import Kind


class Entry(NamedTuple):
    """A record as its file would have it."""

    kind: Kind
    id: str
    record: dict[str, Any]


class Grouped:
    """The rows of each table by the first columns of their keys."""

    def __init__(self, tables: Mapping[str, Sequence[Cells]]) -> None:
        self.tables = tables
        self._groups: dict[tuple[str, ...], dict[tuple[Any, ...], list[Cells]]] = {}

    def rows(self, name: str) -> Sequence[Cells]:
        """All rows of a table."""
        return self.tables.get(name, ())

    def of(self, name: str, **key: str) -> Sequence[Cells]:
        """The rows of a table that have these cells."""
        columns = (name, *key)
        if columns not in self._groups:
            groups: dict[tuple[Any, ...], list[Cells]] = {}
            for row in self.rows(name):
                groups.setdefault(tuple(row.get(column) for column in key), []).append(row)
            self._groups[columns] = groups
        return self._groups[columns].get(tuple(key.values()), ())

    def list(self, name: str, column: str, **key: str) -> list[Any]:
        """One column of those rows."""
        return [row[column] for row in self.of(name, **key)]

    def one(self, name: str, **key: str) -> Cells:
        """The only one of those rows; empty where there is none."""
        return next(iter(self.of(name, **key)), {})


def records(tables: Mapping[str, Sequence[Cells]]) -> Iterator[Entry]:
    """The tracker, then every record; what says nothing is left out of it."""
    parts = Grouped(tables)
    yield Entry("tracker", "tracker", _kept(_tracker(parts)))
    for row in parts.rows("sources"):
        yield Entry("source", row["source_id"], _kept(_source(parts, row)))
    for row in parts.rows("scenarios"):
        yield Entry("scenario", row["scenario_id"], _kept(_scenario(parts, row)))
    for row in parts.rows("evidence"):
        yield Entry("evidence", row["evidence_id"], _kept(_evidence(parts, row)))
    for row in parts.rows("sheets"):
        yield Entry("forecasts", row["sheet_id"], _kept(_sheet(parts, row)))


def _kept(record: dict[str, Any]) -> dict[str, Any]:
    """Without what is null or empty, but for a probability: null withdraws it."""
    kept = {}
    for key, value in record.items():
        told = _kept(value) if isinstance(value, dict) and key != "probabilities" else value
        if told not in (None, [], {}):
            kept[key] = told
    return kept


def _rating(row: Cells, code: str = "code", ratio: str = "likelihood_ratio") -> Any:
    return row.get(code, row.get(ratio))


def _foreign(id: str, *, is_number: bool) -> str | int:
    return int(id) if is_number and id.removeprefix("-").isdecimal() else id


def _names(parts: Grouped, kind: Kind, id: str) -> dict[str, Any]:
    foreign = {
        row["system"]: _foreign(row["foreign_id"], is_number=row["is_number"])
        for row in parts.of("foreign_ids", kind=kind, record_id=id)
    }
    formerly = parts.list("former_ids", "former_id", kind=kind, record_id=id)
    return {"foreign": foreign, "formerly": formerly}


def _tracker(parts: Grouped) -> dict[str, Any]:
    row = parts.one("tracker")
    dependence = row.get("dependence_within")
    if "dependence_between" in row:
        dependence = {"within": dependence, "between": row["dependence_between"]}
    grades = {
        "reliability": {
            one["grade"]: one["weight"] for one in parts.of("grade_weights", scale="reliability")
        },
        "credibility": parts.list("grade_weights", "weight", scale="credibility"),
    }
    return {
        **row,
        "id": row.get("tracker_id"),
        "decibans": {one["code"]: one["decibans"] for one in parts.rows("rating_decibans")},
        "grade_weights": grades,
        "evidence_dependence": dependence,
        "themes": {one["theme_id"]: one["title"] for one in parts.rows("themes")},
        "analysts": {one["analyst"]: one["name"] for one in parts.rows("analysts")},
        "sets": {one["set_id"]: one["title"] for one in parts.rows("sets")},
    }


def _source(parts: Grouped, row: Cells) -> dict[str, Any]:
    return {**row, **_names(parts, "source", row["source_id"])}


def _scenario(parts: Grouped, row: Cells) -> dict[str, Any]:
    id = row["scenario_id"]
    link = parts.one("prior_links", scenario_id=id)
    given = {"occurred": link.get("if_occurred"), "did-not-occur": link.get("if_did_not_occur")}
    end = parts.one("resolutions", scenario_id=id)
    prior = {
        "probability": row["prior_probability"],
        "basis": row["prior_basis"],
        "includes": parts.list("prior_evidence", "evidence_id", scenario_id=id),
        "hazard": row.get("hazard"),
        "hazard_ended": {
            "date": row.get("hazard_ended"),
            "reason": row.get("hazard_ended_reason"),
        },
        "given": {link["given_scenario_id"]: given} if link else {},
    }
    return {
        **row,
        "set": row.get("set_id"),
        "tags": parts.list("scenario_tags", "tag", scenario_id=id),
        "prior": prior,
        "implies": parts.list("scenario_implies", "implied_scenario_id", scenario_id=id),
        "indicators": {
            one["indicator_id"]: _indicator(parts, one)
            for one in parts.of("indicators", scenario_id=id)
        },
        "clarifications": [
            {"date": one["date"], "text": one["text"]}
            for one in parts.of("clarifications", scenario_id=id)
        ],
        "resolution": {
            **end,
            "evidence": parts.list("resolution_evidence", "evidence_id", scenario_id=id),
        },
        **_names(parts, "scenario", id),
    }


def _indicator(parts: Grouped, row: Cells) -> dict[str, Any]:
    key = {"scenario_id": row["scenario_id"], "indicator_id": row["indicator_id"]}
    return {
        "statement": row["statement"],
        "ratings": {
            one["rated_scenario_id"]: _rating(one) for one in parts.of("indicator_ratings", **key)
        },
        "added": row["added"],
        "watch": row.get("watch"),
        "due": row.get("due"),
        "if_absent": _rating(row, "if_absent_code", "if_absent_ratio"),
        "chance": row.get("chance"),
        "theme": row.get("theme_id"),
        "events": row.get("events"),
    }


def _evidence(parts: Grouped, row: Cells) -> dict[str, Any]:
    id = row["evidence_id"]
    return {
        **row,
        "source": row.get("source_id"),
        "theme": row.get("theme_id"),
        "attachment": {"file": row.get("attachment_file"), "sha256": row.get("attachment_sha256")},
        "corroborated_by": parts.list("evidence_corroboration", "corroborated_by", evidence_id=id),
        "ratings": {
            one["scenario_id"]: _rating(one) for one in parts.of("evidence_ratings", evidence_id=id)
        },
        "indicators": {
            f"{one['scenario_id']}/{one['indicator_id']}": one["state"]
            for one in parts.of("evidence_indicators", evidence_id=id)
        },
        "retracted": {"date": row.get("retracted"), "reason": row.get("retracted_reason")},
        **_names(parts, "evidence", id),
    }


def _sheet(parts: Grouped, row: Cells) -> dict[str, Any]:
    id = row["sheet_id"]
    said = parts.of("forecasts", sheet_id=id)
    evidence: dict[str, list[str]] = {}
    for one in parts.of("forecast_evidence", sheet_id=id):
        evidence.setdefault(one["scenario_id"], []).append(one["evidence_id"])
    return {
        **row,
        "probabilities": {one["scenario_id"]: one.get("probability") for one in said},
        "rationales": {one["scenario_id"]: one["rationale"] for one in said if "rationale" in one},
        "evidence": evidence,
    }
