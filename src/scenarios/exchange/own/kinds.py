"""Each kind of record as a table: the columns that it can have, and the record of a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Literal

from scenarios.errors import UsageError
from scenarios.exchange.arrivals import (
    Arrival,
    Arrived,
    ForecastArrival,
    Place,
    SourceFile,
    Wanted,
)
from scenarios.exchange.own import cells
from scenarios.exchange.own.rows import (
    Kind,
    NamedIds,
    arrived,
    foreign,
    named,
    needed,
    nested,
    sheet,
)

LONGEST_TITLE = 200
Titled = tuple[str, dict[str, Any]]
"""The title of a record, and the record by its keys."""

SCENARIOS = Kind(
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


def _scenario(values: Mapping[str, Any], ids: NamedIds) -> Titled:
    question = needed(values, "question", "title")
    title = str(values.get("title", question))
    if len(title) > LONGEST_TITLE:
        title = f"{title[: LONGEST_TITLE - 1].rstrip()}…"
    needed(values, "horizon")
    record = {**nested(values, "id", "url", "foreign"), "title": title, "question": question}
    criteria, url = values.get("resolution_criteria"), values.get("url")
    if criteria and url and url not in criteria:
        record["resolution_criteria"] = f"{criteria}\n\nSee {url}"
    if "resolution" in record and "outcome" not in record["resolution"]:
        del record["resolution"]
    return title, record | named(values, "set", ids.sets)


INDICATORS = Kind(
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


def _indicator(values: Mapping[str, Any], _ids: NamedIds) -> Titled:
    statement = needed(values, "statement")
    needed(values, "scenario")
    return statement, nested(values, "id", "scenario")


EVIDENCE = Kind(
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


def _item(values: Mapping[str, Any], ids: NamedIds) -> Titled:
    summary = needed(values, "summary")
    needed(values, "observed")
    record = nested(values, "id", "foreign", "grade")
    if "grade" in values:
        record["reliability"], record["credibility"] = values["grade"]
    return summary, record | named(values, "analyst", ids.analysts)


SOURCES = Kind(
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


def _source(values: Mapping[str, Any], _ids: NamedIds) -> Titled:
    name = needed(values, "name")
    needed(values, "reliability")
    return name, nested(values, "id", "foreign")


def _records(
    kind: Literal["scenario", "indicator", "evidence", "source"],
    columns: Kind,
    make: Callable[[Mapping[str, Any], NamedIds], Titled],
    given: SourceFile,
    wanted: Wanted,
) -> Arrived:
    """The records of a file."""
    keyed = sheet(given, wanted, columns)

    def take(values: Mapping[str, Any], place: Place, ids: NamedIds) -> Iterator[Arrival]:
        title, record = make(values, ids)
        yield Arrival(
            kind=kind,
            record=record,
            title=title,
            place=place,
            id=values.get("id"),
            foreign=foreign(values, wanted),
            address=values.get("url"),
            columns=keyed.columns,
            scenario=values.get("scenario"),
        )

    return arrived(keyed, given.name, take)


scenarios = partial(_records, "scenario", SCENARIOS, _scenario)
indicators = partial(_records, "indicator", INDICATORS, _indicator)
evidence = partial(_records, "evidence", EVIDENCE, _item)
sources = partial(_records, "source", SOURCES, _source)


FORECASTS = Kind(
    name="forecasts",
    fields={
        "scenario": cells.text,
        "date": cells.day,
        "probability": cells.forecast,
        "analyst": cells.line,
        "rationale": cells.text,
        "evidence": cells.several,
    },
    synonyms={
        **dict.fromkeys(("scenario_id", "question", "question_id"), "scenario"),
        **dict.fromkeys(("day", "forecast_date", "made_on"), "date"),
        **dict.fromkeys(("p", "prob", "forecast"), "probability"),
        **dict.fromkeys(("forecaster", "username", "user"), "analyst"),
        **dict.fromkeys(("reason", "comment", "comments"), "rationale"),
    },
    families={"probability": cells.forecast},
    required=(("date",), ("probability",)),
    wide="probability",
)


def forecasts(given: SourceFile, wanted: Wanted) -> Arrived:
    """The forecasts of a file."""
    keyed = sheet(given, wanted, FORECASTS)
    if "analyst" not in keyed.columns and wanted.analyst is None:
        raise UsageError(f"{given.name}: no column is analyst: --analyst names one for every row")
    return arrived(keyed, given.name, partial(_forecasts, keyed.columns, wanted))


def _forecasts(
    columns: Mapping[str, str],
    wanted: Wanted,
    values: Mapping[str, Any],
    place: Place,
    ids: NamedIds,
) -> Iterator[ForecastArrival]:
    needed(values, "date")
    who = values.get("analyst", wanted.analyst)
    if who is None:
        raise UsageError("there is no analyst: --analyst stands in for those that are missing")
    (analyst,) = named({"analyst": who}, "analyst", ids.analysts).values()
    long = [("probability", needed(values, "scenario"))] if "probability" in columns else []
    wide = [(name, name.partition(".")[2]) for name in columns if name.startswith("probability.")]
    if long and "probability" not in values:
        raise UsageError("there is no probability (withdraw takes one back)")
    for field, scenario in (*long, *wide):
        if field in values:
            yield ForecastArrival(
                scenario=scenario,
                analyst=analyst,
                moment=values["date"],
                probability=values[field],
                place=place._replace(column=columns[field]),
                rationale=values.get("rationale"),
                evidence=tuple(values.get("evidence", ())),
                columns=columns,
            )
