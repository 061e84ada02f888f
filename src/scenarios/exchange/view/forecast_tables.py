"""Forecast sheets as tables."""

from __future__ import annotations

from scenarios.exchange.view.table import Column, Table, position, refers

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
    ),
)
