"""What describes a folder of tables to other programs: `datapackage.json` (Frictionless)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from scenarios.exchange.view.table import Table, Type
from scenarios.exchange.view.tables import TABLES
from scenarios.exchange.view.view import Made, View

NAME = "datapackage.json"
_MARK = "scen"
_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_TYPES: Mapping[Type, str] = {
    "text": "string",
    "integer": "integer",
    "real": "number",
    "boolean": "boolean",
    "date": "date",
    "json": "object",
}


def write(view: View, folder: Path, ending: str, table_file: Callable[[str, Path], None]) -> None:
    """A file for each table, made by `table_file`, and what describes them."""
    for name in TABLES:
        table_file(name, folder / f"{name}.{ending}")
    tracker = view.moment.records.tracker
    describe(
        folder,
        view.moment.made,
        [_resource(table, ending) for table in TABLES.values()],
        title=tracker.title or "Scenarios",
    )


def describe(folder: Path, made: Made, resources: list[dict[str, Any]], title: str) -> None:
    """The description, with our mark in it."""
    package = {
        "$schema": _PROFILE,
        "name": "scen-export",
        "title": title,
        "resources": resources,
        _MARK: msgspec.to_builtins(made),
    }
    text = json.dumps(package, indent=2, ensure_ascii=False)
    with (folder / NAME).open("w", encoding="utf-8", newline="\n") as file:
        file.write(text + "\n")


def is_ours(folder: Path, tracker: str | None = None) -> bool:
    """Whether a folder holds an earlier export and nothing else, or nothing at all."""
    try:
        package = json.loads((folder / NAME).read_bytes())
        named = {NAME, *(str(resource["path"]) for resource in package["resources"])}
        is_whose = tracker is None or package[_MARK].get("tracker") == tracker
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return not any(folder.iterdir())
    return is_whose and _MARK in package and {entry.name for entry in folder.iterdir()} <= named


def form(folder: Path) -> str | None:
    """The form of the tables in an earlier export, by its description; None where it is none."""
    try:
        package = json.loads((folder / NAME).read_bytes())
        return str(package["resources"][0]["format"]) if _MARK in package else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _resource(table: Table, ending: str) -> dict[str, Any]:
    """A table; a name that our references lead to is its primary key."""
    fields = [
        {
            "name": column.name,
            "type": _TYPES[column.type],
            "description": column.meaning,
            **({} if column.null else {"constraints": {"required": True}}),
        }
        for column in table.columns
    ]
    keys = [
        {
            "fields": list(reference.columns),
            "reference": {"resource": reference.table, "fields": list(reference.key)},
        }
        for reference in table.references
    ]
    schema: dict[str, Any] = {"fields": fields, "primaryKey": list(table.key)}
    if keys:
        schema["foreignKeys"] = keys
    text = {"mediatype": "text/csv", "encoding": "utf-8"} if ending == "csv" else {}
    return {
        "name": table.name,
        "type": "table",
        "path": f"{table.name}.{ending}",
        "format": ending,
        **text,
        "description": table.meaning,
        "schema": schema,
    }
