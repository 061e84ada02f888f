"""Folders of CSV (RFC 4180) or Parquet with their description (`datapackage.json`, Frictionless).

In CSV an empty cell is null. A text that a spreadsheet would run is led by an apostrophe, as is one
that begins with apostrophes before such a text; reading removes one apostrophe.

As a Metaculus download there are two CSV files, without aggregates. Each scenario is a binary
question; one that came from Metaculus has its number there, any other its own id. A forecast ends
where the analyst's next one begins, or it expires or is withdrawn.
"""

import csv
import io
import json
import os
import re
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote, unquote

import msgspec

from scenarios.analysis.evidence.knowledge import resolution
from scenarios.analysis.forecasts import given
from scenarios.errors import ScenError
from scenarios.exchange.engine import connect
from scenarios.exchange.statements import faults, fill, literal, quoted, selected
from scenarios.exchange.targets.table import Codec, TableRows
from scenarios.exchange.view.table import Type, ViewTable
from scenarios.exchange.view.tables import TABLES
from scenarios.exchange.view.view import ExportMetadata, View
from scenarios.model import Analyst, Database, Scenario, ScenarioId
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


def describe(
    folder: Path, meta: ExportMetadata, resources: list[dict[str, Any]], title: str
) -> None:
    """Write the description of a folder, with our mark in it."""
    package = {
        "$schema": _PROFILE,
        "name": "scen-export",
        "title": title or "Scenarios",
        "resources": resources,
        _MARK: msgspec.to_builtins(meta),
    }
    text = json.dumps(package, indent=2, ensure_ascii=False)
    with (folder / _NAME).open("w", encoding="utf-8", newline="\n") as file:
        file.write(text + "\n")


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


def _write(view: View, folder: Path, ending: str, write: Callable[[str, Path], None]) -> None:
    for name in view.tables:
        write(name, folder / f"{name}.{ending}")
    resources = [_resource(table, ending) for table in view.tables.values()]
    describe(folder, view.moment.stamp, resources, view.moment.records.tracker.title)


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


def _files(folder: Path, ending: str) -> Iterator[tuple[str, Path]]:
    paths = ((name, folder / f"{name}.{ending}") for name in TABLES)
    return ((name, path) for name, path in paths if path.is_file())


def _write_csv(view: View, folder: Path) -> None:
    def write(name: str, place: Path) -> None:
        with place.open("w", encoding="utf-8", newline="") as file:
            _write_rows(
                file, [column.name for column in view.tables[name].columns], view.rows(name)
            )

    _write(view, folder, "csv", write)


def _read_csv(folder: Path) -> Iterator[TableRows]:
    csv.field_size_limit(sys.maxsize)
    for name, place in _files(folder, "csv"):
        with place.open(encoding="utf-8-sig", newline="") as file:
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


def _write_parquet(view: View, folder: Path) -> None:
    with faults(folder), closing(connect()) as engine:

        def write(name: str, place: Path) -> None:
            fill(engine, view, [name])
            engine.execute(f"COPY {quoted(name)} TO {literal(place)} (FORMAT parquet)")

        _write(view, folder, "parquet", write)


def _read_parquet(folder: Path) -> Iterator[TableRows]:
    with faults(folder), closing(connect()) as engine:
        for name, place in _files(folder, "parquet"):
            yield name, *selected(engine, f"read_parquet({literal(place)})")


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
        shown = printable(str(lake))
        raise ScenError(f"{shown}: holds more than the exports of trackers: name a new folder")
    part = lake / _PARTS / name
    folders = [lake / table / f"tracker={name}" for table in TABLES]
    _refuse_links(part.parent, part, *(place for own in folders for place in (own.parent, own)))
    part.parent.mkdir(parents=True, exist_ok=True)
    return part


def _refuse_links(*places: Path) -> None:
    """Refuse links where others may write: whoever follows one reads or replaces other files."""
    for place in places:
        if place.is_symlink():
            shown = printable(str(place))
            raise ScenError(f"{shown}: is a link, and none inside a lake is followed: remove it")


def link(part: Path) -> None:
    """Link the tables of a part from their places; those of tables that are gone are removed."""
    lake = part.parent.parent
    for name in sorted(TABLES, key=lambda name: name == "meta"):
        place = lake / name / f"tracker={part.name}" / f"{name}.parquet"
        place.parent.mkdir(parents=True, exist_ok=True)
        target = os.path.relpath(part / place.name, place.parent)
        if place.is_symlink() and str(place.readlink()) != target:
            own = place.with_name(f".{place.name}")  # it leads to tables that are not this part's
            own.symlink_to(target)
            own.replace(place)
        if not os.path.lexists(place):
            with suppress(FileExistsError):  # another export of the tracker was faster
                place.symlink_to(target)
    for table in (table for table in lake.iterdir() if table.name not in TABLES):
        folder = table / f"tracker={part.name}"
        is_own = folder.is_dir() and not (table.is_symlink() or folder.is_symlink())
        if is_own and all(link.is_symlink() and not link.exists() for link in folder.iterdir()):
            shutil.rmtree(folder, ignore_errors=True)


def parts(lake: Path) -> dict[str, Path]:
    """The folder of each tracker whose tables are all there."""
    _refuse_links(lake / _PARTS, lake / "meta")
    whole = (lake / "meta").glob("tracker=*")
    names = sorted(place.name.removeprefix("tracker=") for place in whole)
    return {unquote(name): lake / _PARTS / name for name in names if name.strip(".")}


def table_of(part: Path, name: str) -> Path | None:
    """The file of a table in a part of a lake; None if an older export has none.

    Raises ScenError for a link, and for what is no regular file: a pipe never ends.
    """
    file = part / f"{name}.parquet"
    _refuse_links(part, file)
    if file.exists() and not file.is_file():
        raise ScenError(f"{printable(str(file))}: is no regular file")
    return file if file.exists() else None


CSV = Codec(_write_csv, is_ours, _read_csv)
PARQUET = Codec(_write_parquet, is_ours, _read_parquet)

_OUTCOMES = {"occurred": "yes", "did-not-occur": "no", "annulled": "annulled"}
QUESTIONS = (
    *("Question ID", "Question URL", "Question Title", "Post ID", "Post Curation Status"),
    *("Post Published Time", "Default Project", "Default Project ID", "Categories"),
    *("Leaderboard Tags", "Label", "Question Type", "MC Options (Current)", "MC Options (All)"),
    *("MC Options History", "Lower Bound", "Open Lower Bound", "Upper Bound", "Open Upper Bound"),
    *("Continuous Range", "Open Time", "CP Reveal Time", "Scheduled Close Time"),
    *("Actual Close Time", "Resolution", "Resolution Known Time", "Include Bots in Aggregates"),
    "Question Weight",
)
FORECASTS = (
    *("Question ID", "Forecaster ID", "Forecaster Username", "Is Bot", "Start Time", "End Time"),
    *("Forecaster Count", "Probability Yes", "Probability Yes Per Category", "Continuous CDF"),
)
_Cells = Mapping[str, object]


def _write_metaculus(view: View, folder: Path) -> None:
    records = view.moment.records
    title = records.tracker.title or "Scenarios"
    resources = []
    for name, columns, rows in (
        ("question_data", QUESTIONS, _questions(records, title)),
        ("forecast_data", FORECASTS, _forecasts(records, view.moment.as_of)),
    ):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            lines = csv.DictWriter(file, columns, lineterminator="\n")
            lines.writeheader()
            lines.writerows(rows)
        fields = [{"name": column, "type": "string"} for column in columns]
        about = {"type": "table", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}
        resources.append(
            {"name": name, "path": f"{name}.csv", **about, "schema": {"fields": fields}}
        )
    describe(folder, view.moment.stamp, resources, title)


METACULUS = Codec(_write_metaculus, is_ours)


def _questions(records: Database, project: str) -> Iterator[_Cells]:
    for id, scenario in records.scenarios.items():
        outcome = resolution(records, id)
        closed = min(outcome.date, scenario.horizon) if outcome else None
        yield {
            "Question ID": _question_number(id, scenario),
            "Question URL": records.tracker.repository or "",
            "Question Title": scenario.question,
            "Post Curation Status": "approved",
            "Post Published Time": _midnight(scenario.opened),
            "Default Project": project,
            "Categories": str([*scenario.tags]),
            "Leaderboard Tags": "[]",
            "Question Type": "binary",
            "Open Lower Bound": False,
            "Open Upper Bound": False,
            "Open Time": _midnight(scenario.opened),
            "Scheduled Close Time": _midnight(scenario.horizon),
            "Actual Close Time": _midnight(closed),
            "Resolution": _OUTCOMES[outcome.outcome] if outcome else "",
            "Resolution Known Time": _midnight(outcome.date if outcome else None),
            "Include Bots in Aggregates": False,
            "Question Weight": 1.0,
        }


def _forecasts(records: Database, as_of: date) -> Iterator[_Cells]:
    analysts = sorted({sheet.analyst for sheet in records.sheets.values()})
    expiry = records.tracker.forecast_expires_days
    for id, scenario in records.scenarios.items():
        by_analyst: dict[Analyst, list[tuple[date, float | None]]] = defaultdict(list)
        for forecast in given(records, id, None, as_of):
            by_analyst[forecast.analyst].append((forecast.date, forecast.probability))
        for analyst, forecasts in by_analyst.items():
            for (day, chance), following in zip(forecasts, [*forecasts[1:], None], strict=True):
                ends = [following[0]] if following else []
                ends += [day + timedelta(days=expiry + 1)] if expiry is not None else []
                if chance is not None:
                    yield {
                        "Question ID": _question_number(id, scenario),
                        "Forecaster ID": analysts.index(analyst) + 1,
                        "Forecaster Username": analyst,
                        "Is Bot": False,
                        "Start Time": _midnight(day),
                        "End Time": _midnight(min(ends, default=None)),
                        "Probability Yes": chance,
                    }


def _question_number(id: ScenarioId, scenario: Scenario) -> str:
    """The number at Metaculus, or the id; an option there is no question of its own."""
    number = str(scenario.foreign.get("metaculus", ""))
    return number if number.isdecimal() else id


def _midnight(day: date | None) -> str:
    return f"{day} 00:00:00+00:00" if day else ""
