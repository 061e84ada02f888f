"""Each kind of record as a table: the columns that it can have, and the record of a row."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Literal

from scenarios.errors import UsageError
from scenarios.exchange.arrivals import (
    FilePosition,
    ImportFile,
    ImportForecast,
    ImportRecord,
    ReadOptions,
    SourceFile,
)
from scenarios.exchange.own import cells, rows
from scenarios.exchange.own.rows import DeclaredIds, ImportKind

LONGEST_TITLE = 200
SCENARIOS = ImportKind(
    "scenarios",
    (
        ("id", cells.text, ""),
        ("title", cells.line, ""),
        ("short", cells.line, ""),
        ("question", cells.text, ""),
        ("resolution_criteria", cells.text, "criteria resolution_source_and_criteria"),
        ("opened", cells.day, "open opens open_date opening_date"),
        ("horizon", cells.day, "close closes close_date deadline resolve_by"),
        ("set", cells.line, ""),
        ("tags", cells.labels, "tag"),
        ("prior.probability", cells.chance, "prior prior_probability"),
        ("prior.basis", cells.text, "basis prior_basis"),
        ("prior.includes", cells.several, ""),
        ("prior.hazard", cells.text, ""),
        ("implies", cells.several, ""),
        ("resolution.outcome", cells.outcome, "outcome resolution"),
        ("resolution.date", cells.day, "resolution_date resolved_on date_resolved"),
        ("resolution.recorded", cells.day, ""),
        ("resolution.basis", cells.text, "resolution_basis"),
        ("resolution.evidence", cells.several, ""),
        ("url", cells.text, "address link"),
        ("foreign", cells.text, "foreign_id"),
    ),
    families={"foreign": cells.text},
    required=(("title", "question"), ("horizon",)),
)


def _scenario(values: Mapping[str, Any], ids: DeclaredIds) -> dict[str, Any]:
    question = rows.needed(values, "question", "title")
    title = str(values.get("title", question))
    if len(title) > LONGEST_TITLE:
        title = f"{title[: LONGEST_TITLE - 1].rstrip()}…"
    rows.needed(values, "horizon")
    record = {**rows.nested(values, "id", "url", "foreign"), "title": title, "question": question}
    criteria, url = values.get("resolution_criteria"), values.get("url")
    if criteria and url and url not in criteria:
        record["resolution_criteria"] = f"{criteria}\n\nSee {url}"
    if "resolution" in record and "outcome" not in record["resolution"]:
        del record["resolution"]
    return record | rows.named(values, "set", ids.sets)


INDICATORS = ImportKind(
    "indicators",
    (
        ("scenario", cells.text, "scenario_id"),
        ("id", cells.text, ""),
        ("statement", cells.text, "indicator"),
        ("ratings", cells.pairs, "rating"),
        ("added", cells.day, ""),
        ("watch", cells.text, ""),
        ("due", cells.day, ""),
        ("if_absent", cells.rating, ""),
        ("chance", cells.chance, ""),
        ("theme", cells.text, ""),
    ),
    families={"ratings": cells.rating},
    required=(("scenario",), ("statement",), ("ratings",)),
    wide="ratings",
)


def _indicator(values: Mapping[str, Any], _ids: DeclaredIds) -> dict[str, Any]:
    rows.needed(values, "statement")
    rows.needed(values, "scenario")
    return rows.nested(values, "id", "scenario")


EVIDENCE = ImportKind(
    "evidence",
    (
        ("id", cells.text, ""),
        ("summary", cells.line, "headline title"),
        ("observed", cells.observed, "observed_on date_observed happened"),
        ("recorded", cells.day, "recorded_on date_recorded"),
        ("short", cells.line, ""),
        ("analyst", cells.line, ""),
        ("source", cells.line, ""),
        ("url", cells.text, "address link"),
        ("reliability", cells.letter, ""),
        ("credibility", cells.whole, ""),
        ("grade", cells.grade, ""),
        ("origin", cells.label, ""),
        ("event", cells.label, ""),
        ("theme", cells.text, ""),
        ("corroborated_by", cells.several, ""),
        ("quote", cells.text, ""),
        ("ratings", cells.pairs, "rating"),
        ("indicators", cells.states, ""),
        ("notes", cells.text, "note comment comments"),
        ("retracted.date", cells.day, ""),
        ("retracted.reason", cells.text, ""),
        ("foreign", cells.text, "foreign_id"),
    ),
    families={"ratings": cells.rating, "foreign": cells.text},
    required=(("summary",), ("observed",)),
    wide="ratings",
)


def _item(values: Mapping[str, Any], ids: DeclaredIds) -> dict[str, Any]:
    rows.needed(values, "summary")
    rows.needed(values, "observed")
    record = rows.nested(values, "id", "foreign", "grade")
    if "grade" in values:
        record["reliability"], record["credibility"] = values["grade"]
    return record | rows.named(values, "analyst", ids.analysts)


SOURCES = ImportKind(
    "sources",
    (
        ("id", cells.text, ""),
        ("name", cells.line, "source title"),
        ("url", cells.text, "address link"),
        ("reliability", cells.letter, ""),
        ("reliability_basis", cells.text, "basis"),
        ("foreign", cells.text, "foreign_id"),
    ),
    families={"foreign": cells.text},
    required=(("name",), ("reliability",)),
)


def _source(values: Mapping[str, Any], _ids: DeclaredIds) -> dict[str, Any]:
    rows.needed(values, "name")
    rows.needed(values, "reliability")
    return rows.nested(values, "id", "foreign")


def _records(
    kind: Literal["scenario", "indicator", "evidence", "source"],
    columns: ImportKind,
    make: Callable[[Mapping[str, Any], DeclaredIds], dict[str, Any]],
    given: SourceFile,
    wanted: ReadOptions,
) -> ImportFile:
    keyed = rows.sheet(given, wanted, columns)

    def take(
        values: Mapping[str, Any], place: FilePosition, ids: DeclaredIds
    ) -> Iterator[ImportRecord]:
        yield ImportRecord(
            kind=kind,
            record=make(values, ids),
            place=place,
            id=values.get("id"),
            foreign=rows.foreign(values, wanted),
            address=values.get("url"),
            columns=keyed.columns,
            scenario=values.get("scenario"),
        )

    return rows.arrived(keyed, take)


scenarios = partial(_records, "scenario", SCENARIOS, _scenario)
indicators = partial(_records, "indicator", INDICATORS, _indicator)
evidence = partial(_records, "evidence", EVIDENCE, _item)
sources = partial(_records, "source", SOURCES, _source)

FORECASTS = ImportKind(
    "forecasts",
    (
        ("scenario", cells.text, "scenario_id question question_id"),
        ("date", cells.day, "day forecast_date made_on"),
        ("probability", cells.forecast, "p prob forecast"),
        ("analyst", cells.line, "forecaster username user"),
        ("rationale", cells.text, "reason comment comments"),
        ("evidence", cells.several, ""),
    ),
    families={"probability": cells.forecast},
    required=(("date",), ("probability",)),
    wide="probability",
)


def forecasts(given: SourceFile, wanted: ReadOptions) -> ImportFile:
    keyed = rows.sheet(given, wanted, FORECASTS)
    if "analyst" not in keyed.columns and wanted.analyst is None:
        raise UsageError(f"{given.name}: no column is analyst: --analyst names one for every row")
    return rows.arrived(keyed, partial(_forecasts, keyed.columns, wanted))


def _forecasts(
    columns: Mapping[str, str],
    wanted: ReadOptions,
    values: Mapping[str, Any],
    place: FilePosition,
    ids: DeclaredIds,
) -> Iterator[ImportForecast]:
    rows.needed(values, "date")
    who = values.get("analyst", wanted.analyst)
    if who is None:
        raise UsageError("there is no analyst: --analyst stands in for those that are missing")
    (analyst,) = rows.named({"analyst": who}, "analyst", ids.analysts).values()
    long = [("probability", rows.needed(values, "scenario"))] if "probability" in columns else []
    wide = [(name, name.partition(".")[2]) for name in columns if name.startswith("probability.")]
    if long and "probability" not in values:
        raise UsageError("there is no probability (withdraw takes one back)")
    for field, scenario in (*long, *wide):
        if field in values:
            yield ImportForecast(
                scenario=scenario,
                analyst=analyst,
                moment=values["date"],
                probability=values[field],
                place=place._replace(column=columns[field]),
                rationale=values.get("rationale"),
                evidence=tuple(values.get("evidence", ())),
                columns=columns,
            )
