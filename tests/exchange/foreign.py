"""Foreign files of our own, in the form of each site, and what is read of them."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scenarios.exchange.arrivals import (
    ImportFile,
    ImportForecast,
    ImportRecord,
    ReadOptions,
    SourceFile,
    reader,
)

DATA = Path(__file__).parents[1] / "data" / "exchange"
TODAY = dt.date(2026, 6, 1)


def arrived(
    kind: str, content: Path | bytes | str, name: str = "file", **wanted: Any
) -> ImportFile:
    """What a file, a folder, or bytes under a name hold."""
    asked = ReadOptions(today=TODAY, **wanted)
    read = reader(kind)
    if isinstance(content, Path):
        if content.is_dir():
            return read(SourceFile(content.name, content, None), asked)
        with content.open("rb") as stream:
            return read(SourceFile(content.name, content, stream), asked)
    data = content.encode() if isinstance(content, str) else content
    return read(SourceFile(name, None, io.BytesIO(data)), asked)


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def by_id(found: ImportFile) -> dict[str, ImportRecord]:
    """The records by what they are called elsewhere."""
    return {record.foreign.id: record for record in found.records if record.foreign}


def said(found: ImportFile) -> list[tuple[str, str, str, float | None]]:
    """Each forecast: of what, by whom, when and what."""
    return [_said(one) for one in found.forecasts]


def _said(one: ImportForecast) -> tuple[str, str, str, float | None]:
    assert not isinstance(one.scenario, str)
    return one.scenario.id, one.analyst, f"{one.timestamp:%Y-%m-%d %H:%M}", one.probability


def told(found: ImportFile) -> list[str]:
    """What cannot be imported, as a user reads it."""
    return [f"{misfit.position}: {misfit.message}" for misfit in found.row_errors]
