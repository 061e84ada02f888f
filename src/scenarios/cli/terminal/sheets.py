"""A sheet that was prepared in a file, and what an audit will find of one that is changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import typer

from scenarios.cli import parsing
from scenarios.cli.output.streams import say
from scenarios.errors import Keys
from scenarios.model import Analyst
from scenarios.storage.yaml.reader import places
from scenarios.workspace.sheets import Entry, Placed, Prepared, read_sheet
from scenarios.workspace.sitting import foretold_of_sheet


def prepared(context: typer.Context, path: Path, analyst: str | None, on: date | None) -> Prepared:
    """A sheet from a file; an analyst that was typed overrules its own, SCEN_ANALYST does not."""
    is_typed = getattr(context.get_parameter_source("analyst"), "name", "") == "COMMANDLINE"
    return read_sheet(path, analyst if is_typed else None, on, otherwise=analyst)


def places_in(path: Path) -> Placed:
    """Faults of a prepared sheet with the line and column of what is at fault."""

    def placed(keys: Keys, fault: str) -> str:
        place = places(path.read_bytes() if path.is_file() else b"").get(keys)
        where = f"{path}:{place.key_line}:{place.key_column}" if place else f"{path}"
        return f"{where}: {fault}"

    return placed


def foretell_sheet(root: Path, analyst: Analyst, day: date, entries: Sequence[Entry]) -> None:
    """Say, before figures are put into a sheet, what a later audit will find of that."""
    for text in foretold_of_sheet(root, analyst, day, entries, parsing.today()):
        say(text)
