"""Forecast sheets as tables."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.exchange.view.moment import Moment
from scenarios.exchange.view.table import Column, Row, Table, position, refers


def _sheets(moment: Moment) -> Iterator[Row]:
    yield from ((id, one.date, one.analyst) for id, one in moment.records.sheets.items())


def _forecasts(moment: Moment) -> Iterator[Row]:
    for id, one in moment.records.sheets.items():
        for n, (scenario, chance) in enumerate(one.probabilities.items(), start=1):
            yield id, n, scenario, chance, one.rationales.get(scenario)


def _evidence(moment: Moment) -> Iterator[Row]:
    for id, one in moment.records.sheets.items():
        named = ((scenario, item) for scenario, items in one.evidence.items() for item in items)
        yield from ((id, n, *both) for n, both in enumerate(named, start=1))


TABLES = (
    Table(
        name="sheets",
        meaning="One analyst's forecasts of one day",
        columns=(
            Column("sheet_id", "text", "The id"),
            Column("date", "date", "The day"),
            Column("analyst", "text", "Who forecasts"),
        ),
        key=("sheet_id",),
        indexes=(("analyst", "date"), ("date",)),
        rows=_sheets,
    ),
    Table(
        name="forecasts",
        meaning="Stated probabilities",
        columns=(
            Column("sheet_id", "text", "The sheet, which has its day and its analyst"),
            position("the scenario in its file"),
            Column("scenario_id", "text", "The scenario"),
            Column("probability", "real", "0.0001 to 0.9999; null withdraws", null=True),
            Column("rationale", "text", "Why", null=True),
        ),
        key=("sheet_id", "scenario_id"),
        references=(refers("sheet_id", "sheets"), refers("scenario_id", "scenarios")),
        indexes=(("scenario_id",),),
        rows=_forecasts,
    ),
    Table(
        name="forecast_evidence",
        meaning="The evidence that moved a forecast",
        columns=(
            Column("sheet_id", "text", "The sheet"),
            position("the item in its file"),
            Column("scenario_id", "text", "The scenario"),
            Column("evidence_id", "text", "The item"),
        ),
        key=("sheet_id", "scenario_id", "evidence_id"),
        references=(
            refers("sheet_id scenario_id", "forecasts"),
            refers("evidence_id", "evidence"),
        ),
        indexes=(("evidence_id",),),
        rows=_evidence,
    ),
)
