"""A prepared sheet from a file, and the places of its faults."""

from datetime import date
from pathlib import Path

import typer

from scenarios.errors import Keys
from scenarios.storage.yaml.reader import places
from scenarios.workspace.sheets import Placed, PreparedSheet, read_sheet


def prepared(
    context: typer.Context, path: Path, analyst: str | None, on: date | None
) -> PreparedSheet:
    """A sheet from a file; an analyst that was typed overrules its own, SCEN_ANALYST does not."""
    is_typed = getattr(context.get_parameter_source("analyst"), "name", "") == "COMMANDLINE"
    return read_sheet(path, analyst if is_typed else None, on, otherwise=analyst)


def places_in(path: Path) -> Placed:
    """Faults of a prepared sheet with the line and column of what is at fault."""

    def placed(keys: Keys, fault: str) -> str:
        position = places(path.read_bytes() if path.is_file() else b"").get(keys)
        where = f"{path}:{position.key_line}:{position.key_column}" if position else f"{path}"
        return f"{where}: {fault}"

    return placed
