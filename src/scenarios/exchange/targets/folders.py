"""Folders of CSV (RFC 4180) or Parquet with their description (`datapackage.json`, Frictionless).

In CSV an empty cell is null. A text that a spreadsheet would run is led by an apostrophe, as is one
that begins with apostrophes before such a text; reading removes one apostrophe.
"""

import csv
import io
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, TextIO
from urllib.parse import quote, unquote

import msgspec

from scenarios.errors import ScenError
from scenarios.exchange.targets.table import Codec, TableRows
from scenarios.exchange.view.table import Type, ViewTable
from scenarios.exchange.view.tables import TABLES
from scenarios.exchange.view.view import ExportMetadata, View
from scenarios.text import printable

_NAME = "datapackage.json"
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
_RUN = re.compile(r"'*\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|'*[\t\r\n]")
"""The beginning of a cell that a spreadsheet may run, apostrophes aside."""
_PARTS = ".parts"
"""The folder of the tables of each tracker in a lake, a folder of Parquet that many share.

The tables of a tracker lie in one folder, `.parts/ID`, which is swapped in whole; the files
`TABLE/tracker=ID/TABLE.parquet` are links to them, so that every table changes in the same step.
Engines that know Hive's partitions have the column `tracker` of them. `meta` is linked last: a
tracker that it lacks is not there yet.
"""
_LONGEST = 200
"""Bytes of a tracker's name in a path."""


def folder_codec(
    write: Callable[[View, Path], list[dict[str, Any]] | str],
    read: Callable[[Path], Iterator[TableRows]] | None = None,
) -> Codec:
    """The codec of a folder that `write` fills; it returns the resources of `datapackage.json`.

    Where it returns an ending, they are those of our tables, in files `TABLE.ENDING`. By that
    description, which has our mark in it, an earlier export is known.
    """

    def write_described(view: View, folder: Path) -> None:
        resources = write(view, folder)
        if isinstance(resources, str):
            resources = [_resource(table, resources) for table in view.tables.values()]
        package = {
            "$schema": _PROFILE,
            "name": "scen-export",
            "title": view.context.records.tracker.title or "Scenarios",
            "resources": resources,
            _MARK: msgspec.to_builtins(view.context.metadata),
        }
        text = json.dumps(package, indent=2, ensure_ascii=False)
        with (folder / _NAME).open("w", encoding="utf-8", newline="\n") as file:
            file.write(text + "\n")

    return Codec(write_described, is_ours, read)


def is_ours(folder: Path, tracker: str | None = None) -> bool:
    """True if a folder is empty or holds an earlier export and nothing else."""
    try:
        package = json.loads((folder / _NAME).read_bytes())
        named = {_NAME, *(str(resource["path"]) for resource in package["resources"])}
        is_whose = tracker is None or package[_MARK].get("tracker") == tracker
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return not any(folder.iterdir())
    return is_whose and _MARK in package and {entry.name for entry in folder.iterdir()} <= named


def origin(folder: Path) -> str | None:
    """The `origin` of an earlier export, by its description."""
    with suppress(OSError, ValueError, LookupError, TypeError):
        return msgspec.convert(
            json.loads((folder / _NAME).read_bytes())[_MARK], ExportMetadata
        ).origin
    return None


def form(folder: Path) -> str | None:
    """The form of the tables in an earlier export, by its description; None if it is none."""
    with suppress(OSError, ValueError, LookupError, TypeError):
        package = json.loads((folder / _NAME).read_bytes())
        return str(package["resources"][0]["format"]) if _MARK in package else None
    return None


def _resource(table: ViewTable, ending: str) -> dict[str, Any]:
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
    return {
        "name": table.name,
        "type": "table",
        "path": f"{table.name}.{ending}",
        "format": ending,
        **({"mediatype": "text/csv", "encoding": "utf-8"} if ending == "csv" else {}),
        "description": table.meaning,
        "schema": schema | ({"foreignKeys": keys} if keys else {}),
    }


def _write_csv(view: View, folder: Path) -> str:
    for name, table in view.tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            _write_rows(file, [column.name for column in table.columns], view.rows(name))
    return "csv"


def _read_csv(folder: Path) -> Iterator[TableRows]:
    csv.field_size_limit(sys.maxsize)
    for name in (name for name in TABLES if (folder / f"{name}.csv").is_file()):
        with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, strict=True)
            head = next(lines, [])
            yield name, head, [tuple(map(_text, line)) for line in lines]


def as_csv(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table as CSV to read; control and invisible characters are spelled out."""
    file = io.StringIO()
    cells = ([_printable(cell) for cell in row] for row in rows)
    _write_rows(file, [printable(name) for name in names], cells)
    return file.getvalue()


def _printable(cell: Any) -> Any:
    if isinstance(cell, dict | list):
        cell = json.dumps(cell, ensure_ascii=False)
    return printable(cell) if isinstance(cell, str) else cell


def _write_rows(file: TextIO, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    lines = csv.writer(file, lineterminator="\n")
    lines.writerow([_cell(name) for name in names])
    lines.writerows([_cell(cell) for cell in row] for row in rows)


def _cell(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and _RUN.match(cell) else cell


def _text(cell: str) -> str | None:
    return (cell[1:] if cell[:1] == "'" and _RUN.match(cell) else cell) or None


def is_lake(folder: Path) -> bool:
    """True if trackers have been exported to a folder, or could be."""
    return (folder / _PARTS).is_dir()


def part_of(lake: Path, tracker: str) -> Path:
    """The folder of a tracker's tables; the lake is made if there is none."""
    name = quote(tracker, safe="")
    if len(name) > _LONGEST or name.startswith("."):
        need = "a tracker in a lake needs a short id: scen edit tracker id=NAME gives it one"
        raise ScenError(f"{need} (it has none, and no repository that stands for it)")
    if lake.is_dir() and any(lake.iterdir()) and not is_lake(lake):
        label = printable(str(lake))
        raise ScenError(f"{label}: holds more than the exports of trackers: name a new folder")
    part = lake / _PARTS / name
    folders = [lake / table / f"tracker={name}" for table in TABLES]
    _refuse_links(part.parent, part, *(path for own in folders for path in (own.parent, own)))
    part.parent.mkdir(parents=True, exist_ok=True)
    return part


def _refuse_links(*places: Path) -> None:
    """Refuse links where others may write: whoever follows one reads or replaces other files."""
    for path in places:
        if path.is_symlink():
            shown = printable(str(path))
            raise ScenError(f"{shown}: is a link, and none inside a lake is followed: remove it")


def link(path: Path) -> None:
    """Link the tables of a part from their places; those of tables that are gone are removed."""
    lake = path.parent.parent
    for name in sorted(TABLES, key=lambda name: name == "meta"):
        file = lake / name / f"tracker={path.name}" / f"{name}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        target = os.path.relpath(path / file.name, file.parent)
        if file.is_symlink() and str(file.readlink()) != target:
            own = file.with_name(f".{file.name}")  # it leads to tables that are not this part's
            own.symlink_to(target)
            own.replace(file)
        if not os.path.lexists(file):
            with suppress(FileExistsError):  # another export of the tracker was faster
                file.symlink_to(target)
    for table in (table for table in lake.iterdir() if table.name not in TABLES):
        folder = table / f"tracker={path.name}"
        is_own = folder.is_dir() and not (table.is_symlink() or folder.is_symlink())
        if is_own and all(link.is_symlink() and not link.exists() for link in folder.iterdir()):
            shutil.rmtree(folder, ignore_errors=True)


class LakePart(NamedTuple):
    """The folder of the tables of a tracker in a lake."""

    folder: Path

    def table(self, name: str) -> Path | None:
        """The Parquet file of a table; None if an older export has none.

        Raises ScenError for a link, and for what is no regular file: a pipe never ends.
        """
        file = self.folder / f"{name}.parquet"
        _refuse_links(self.folder, file)
        if file.exists() and not file.is_file():
            raise ScenError(f"{printable(str(file))}: is no regular file")
        return file if file.exists() else None

    def state(self) -> tuple[int, int] | None:
        """Changes with each export; None where the folder is gone."""
        with suppress(OSError):
            entry = self.folder.lstat()  # a later export may be given the number of an earlier one
            return entry.st_ino, entry.st_mtime_ns
        return None


def parts(lake: Path) -> dict[str, LakePart]:
    """The part of each tracker whose tables are all there."""
    _refuse_links(lake / _PARTS, lake / "meta")
    whole = (lake / "meta").glob("tracker=*")
    names = sorted(path.name.removeprefix("tracker=") for path in whole)
    return {unquote(name): LakePart(lake / _PARTS / name) for name in names if name.strip(".")}


CSV = folder_codec(_write_csv, _read_csv)
