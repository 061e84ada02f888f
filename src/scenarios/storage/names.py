"""What a database has, by the names of its files: nothing is parsed but for what stands inside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from scenarios.model import Kind
from scenarios.paths import FOLDERS, id_of, place_of
from scenarios.storage.yaml.reader import MAX_BYTES, read

_LENGTH_OF_DAY = len("2022-02-07-")


def ids(root: Path, kind: Kind, year: str = "") -> list[str]:
    """The ids of all records of a kind; of evidence and sheets, only of years that begin so."""
    folder = next((name for name, of in FOLDERS.items() if of == kind), "")
    paths = _files(root, folder)
    if kind in ("evidence", "forecasts"):
        years = [path for path in _entries(root, folder) if path.rpartition("/")[2][:4].isdigit()]
        wanted = (path for path in years if path.rpartition("/")[2].startswith(year))
        paths = (file for path in wanted for file in _files(root, path))
    return sorted(id_of(path) for path in paths if place_of(path) == (kind, id_of(path)))


def analysts(root: Path) -> list[str]:
    """Those who have a sheet."""
    return sorted({id[_LENGTH_OF_DAY:] for id in ids(root, "forecasts")})


def keys(root: Path, path: str, key: str) -> list[str]:
    """The names that stand under a key of one record; none where that cannot be read."""
    value: Any = None
    place = root / path
    if place.is_file() and not place.is_symlink():
        with suppress(OSError), place.open("rb") as file:
            value = read(path, file.read(MAX_BYTES + 1))[0]
    under = value.get(key) if isinstance(value, dict) else None
    return [*under] if isinstance(under, dict) else []


def _files(root: Path, folder: str) -> Iterator[str]:
    return (path for path in _entries(root, folder) if path.endswith(".yaml"))


def _entries(root: Path, folder: str) -> list[str]:
    """The paths in a folder of the database."""
    try:
        names = os.listdir(root / folder)  # noqa: PTH208 - ten thousand names, no path wanted
    except OSError:
        return []
    return [f"{folder}/{name}" if folder else name for name in names]
