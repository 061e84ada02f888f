"""A folder of Parquet that many trackers share: `TABLE/tracker=ID/TABLE.parquet`.

The tables of a tracker lie in one folder, `.parts/ID`, which is swapped in whole; the files above
are links to them, so that every table changes in the same step. Engines that know Hive's partitions
have the column `tracker` of them. `meta` is linked last: a tracker that it lacks is not there yet.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, unquote

from scenarios.errors import ScenError
from scenarios.exchange.view.tables import TABLES
from scenarios.text import printable

_PARTS = ".parts"
_LONGEST = 200
"""Bytes of a tracker's name in a path."""


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
    (lake / _PARTS).mkdir(parents=True, exist_ok=True)
    return lake / _PARTS / name


def link(part: Path) -> None:
    """Link the tables of a part from their places; those of tables that are gone are removed."""
    lake = part.parent.parent
    for name in sorted(TABLES, key=lambda name: name == "meta"):
        place = lake / name / f"tracker={part.name}" / f"{name}.parquet"
        place.parent.mkdir(parents=True, exist_ok=True)
        target = Path(os.path.relpath(part, place.parent), place.name)
        if not os.path.lexists(place):
            with suppress(FileExistsError):  # another export of the tracker was faster
                place.symlink_to(target)
    for place in lake.glob(f"*/tracker={part.name}/*.parquet"):
        if not place.exists():
            shutil.rmtree(place.parent, ignore_errors=True)


def parts(lake: Path) -> dict[str, Path]:
    """The folder of each tracker whose tables are all there."""
    whole = (lake / "meta").glob("tracker=*")
    names = sorted(place.name.removeprefix("tracker=") for place in whole)
    return {unquote(name): lake / _PARTS / name for name in names}
