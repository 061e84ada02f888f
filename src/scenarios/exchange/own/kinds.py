"""Each kind of record as a table: the columns that it can have, and the record of a row."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Literal

from scenarios.declarations import declared_keys
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
from scenarios.exchange.own.cells import Parse
from scenarios.exchange.own.rows import DeclaredIds, ImportKind
from scenarios.model import Evidence, Indicator, Record, Scenario, Source

LONGEST_TITLE = 200
KeyParser = tuple[str, Parse, str]
"""A key, the parser of its cells, and the other names of its column."""
ID: KeyParser = ("id", cells.text, "")


def columns(
    model: type[Record], without: str, after: Mapping[str, KeyParser] = {}, **parsers: Parse
) -> Iterator[KeyParser]:
    """Yield the keys of a record and its parts that a cell can hold, as the model declares them.

    Those `without` a column are written by scen alone, or only several of them make sense. Columns
    that are no keys come `after` some.
    """
    apart = tuple(f"{name}." for name in without.split())
    for declared in declared_keys(model):
        parse = parsers.get(declared.name) or cells.parser(declared.forms)
        if parse and not f"{declared.name}.".startswith(apart):
            yield declared.name, parse, declared.key.also
        if declared.name in after:
            yield after[declared.name]


SCENARIOS = ImportKind(
    "scenarios",
    (
        ID,
        *columns(
            Scenario,
            "quantity prior.quantiles prior.reference prior.hazard_ended resolution.value formerly",
            {"resolution.evidence": ("url", cells.text, "address link")},
            tags=cells.labels,
        ),
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
    (("scenario", cells.text, "scenario_id"), ID, *columns(Indicator, "events")),
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
        ID,
        *columns(
            Evidence,
            "attachment proposed formerly",
            {"credibility": ("grade", cells.grade, "")},
        ),
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
    (ID, *columns(Source, "formerly")),
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
    file: SourceFile,
    wanted: ReadOptions,
) -> ImportFile:
    keyed = rows.sheet(file, wanted, columns)

    def take(
        values: Mapping[str, Any], position: FilePosition, ids: DeclaredIds
    ) -> Iterator[ImportRecord]:
        yield ImportRecord(
            kind=kind,
            record=make(values, ids),
            position=position,
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
    families={"probability": cells.forecast, "quantiles": cells.quantile},
    required=(("date",), ("probability", "quantiles")),
    wide="probability",
)


def forecasts(file: SourceFile, wanted: ReadOptions) -> ImportFile:
    keyed = rows.sheet(file, wanted, FORECASTS)
    if "analyst" not in keyed.columns and wanted.analyst is None:
        raise UsageError(f"{file.name}: no column is analyst: --analyst names one for every row")
    return rows.arrived(keyed, partial(_forecasts, keyed.columns, wanted))


def _forecasts(
    columns: Mapping[str, str],
    wanted: ReadOptions,
    values: Mapping[str, Any],
    position: FilePosition,
    ids: DeclaredIds,
) -> Iterator[ImportForecast]:
    rows.needed(values, "date")
    who = values.get("analyst", wanted.analyst)
    if who is None:
        raise UsageError("there is no analyst: --analyst stands in for those that are missing")
    (analyst,) = rows.named({"analyst": who}, "analyst", ids.analysts).values()
    long = [("probability", rows.needed(values, "scenario"))] if "probability" in values else []
    wide = [(name, name.partition(".")[2]) for name in columns if name.startswith("probability.")]
    stated = [field for field in values if field.startswith("quantiles.")]
    if stated and "probability" in values:
        raise UsageError("a forecast is a probability or quantiles, and this row has both")
    if stated:
        yield ImportForecast(
            scenario=rows.needed(values, "scenario"),
            analyst=analyst,
            timestamp=values["date"],
            probability=None,
            position=position._replace(column=columns[stated[0]]),
            rationale=values.get("rationale"),
            evidence=tuple(values.get("evidence", ())),
            columns=columns,
            quantiles={field.partition(".")[2]: values[field] for field in stated},
        )
        return
    if not wide and "probability" not in values:
        raise UsageError("there is no probability (withdraw takes one back)")
    for field, scenario in (*long, *wide):
        if field in values:
            yield ImportForecast(
                scenario=scenario,
                analyst=analyst,
                timestamp=values["date"],
                probability=values[field],
                position=position._replace(column=columns[field]),
                rationale=values.get("rationale"),
                evidence=tuple(values.get("evidence", ())),
                columns=columns,
            )
