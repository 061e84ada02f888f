"""Forecasts as a table: a row for each, or a row for a day with a column for each scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scenarios.errors import UsageError
from scenarios.exchange.arrivals import Arrived, ForecastArrival, Misfit, Place
from scenarios.exchange.own import cells
from scenarios.exchange.own.columns import Kind
from scenarios.exchange.own.days import Unfit
from scenarios.exchange.own.rows import Told, named, needed, sheet
from scenarios.exchange.readers import Given, Wanted

KIND = Kind(
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


def read(given: Given, wanted: Wanted) -> Arrived:
    """The forecasts of a file."""
    found = sheet(given, wanted, KIND)
    if "analyst" not in found.columns and wanted.analyst is None:
        raise UsageError(f"{given.name}: no column is analyst: --analyst names one for every row")
    forecasts, misfits, told = list[ForecastArrival](), list[Misfit](), Told({}, {})
    for row in found.rows:
        misfits += row.misfits
        if row.misfits or not row.values:
            continue
        place = Place(given.name, row.number)
        try:
            forecasts += _forecasts(row.values, place, found.columns, wanted, told)
        except Unfit as error:
            misfits.append(Misfit(place=place, message=str(error)))
    return Arrived(
        forecasts=tuple(forecasts),
        misfits=tuple(misfits),
        analysts=told.analysts,
        remarks=found.remarks,
    )


def _forecasts(
    values: Mapping[str, Any],
    place: Place,
    columns: Mapping[str, str],
    wanted: Wanted,
    told: Told,
) -> Iterator[ForecastArrival]:
    needed(values, "date")
    who = values.get("analyst", wanted.analyst)
    if who is None:
        raise Unfit("there is no analyst: --analyst stands in for those that are missing")
    (analyst,) = named({"analyst": who}, "analyst", told.analysts).values()
    long = [("probability", needed(values, "scenario"))] if "probability" in columns else []
    wide = [(one, one.partition(".")[2]) for one in columns if one.startswith("probability.")]
    if long and "probability" not in values:
        raise Unfit("there is no probability (withdraw takes one back)")
    for field, scenario in (*long, *wide):
        if field in values:
            yield ForecastArrival(
                scenario=scenario,
                analyst=analyst,
                made=values["date"],
                probability=values[field],
                place=place._replace(column=columns[field]),
                rationale=values.get("rationale"),
                evidence=tuple(values.get("evidence", ())),
                columns=columns,
            )
