"""Every table, in an order in which rows can be put."""

from __future__ import annotations

from scenarios.exchange.view import (
    computed_tables,
    evidence_tables,
    forecast_tables,
    scenario_tables,
    tracker_tables,
)
from scenarios.exchange.view.table import Table


def _ordered() -> dict[str, Table]:
    """What is referred to stands before what refers to it."""
    parts = (tracker_tables, evidence_tables, scenario_tables, forecast_tables, computed_tables)
    every = {table.name: table for part in parts for table in part.TABLES}
    found: dict[str, Table] = {}

    def add(table: Table) -> None:
        for reference in table.references:
            if reference.table != table.name:
                add(every[reference.table])
        found.setdefault(table.name, table)

    for table in every.values():
        add(table)
    return found


TABLES = _ordered()
"""Each table by its name; what a table refers to stands before it."""
