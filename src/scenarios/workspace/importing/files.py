"""Files to import, opened and read."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from msgspec.structs import replace

from scenarios.errors import ScenError, UsageError
from scenarios.exchange.arrivals import Arrived
from scenarios.exchange.readers import READERS, SourceFile, Wanted, reader
from scenarios.progress import Progress, unwatched
from scenarios.storage.worktree import safe
from scenarios.text import did_you_mean, shown
from scenarios.workspace.opened import open_folder

STDIN = "-"


def arrive(
    root: Path,
    kind: str,
    file: Path | BinaryIO,
    wanted: Wanted,
    progress: Progress = unwatched,
) -> Arrived:
    """The content of a file, folder or stream; columns may have the names of scenarios.

    Messages call a stream `-`.
    """
    if kind not in READERS:
        every = [*READERS, "database"]
        hint = did_you_mean(kind, every) or f"there is {', '.join(every)}"
        raise UsageError(f"nothing is imported as {shown(kind)}; {hint}")
    is_own = READERS[kind].startswith("own.")
    if not is_own and (wanted.columns or wanted.defaults):
        raise UsageError(
            f"--map and --default are for tables of records; {kind} has its own columns"
        )
    scenarios = open_folder(root, progress=progress).database.scenarios
    names = {scenario.title.lower(): id for id, scenario in scenarios.items()}
    for id, scenario in scenarios.items():
        names |= {str(name).lower(): id for name in scenario.foreign.values()}
    names |= {id: id for id in scenarios}
    wanted = replace(wanted, scenarios=names, progress=progress)
    read = reader(kind)
    if not isinstance(file, Path):
        return read(SourceFile(STDIN, None, file), wanted)
    name = safe(file)
    if file.is_dir():
        if is_own:
            raise ScenError(f"{name}: a folder, and no file of {kind}; nothing was written")
        return read(SourceFile(name, file, None), wanted)
    try:
        with file.open("rb") as stream:
            return read(SourceFile(name, file, stream), wanted)
    except OSError as error:
        raise ScenError(f"{name}: {error.strerror}; nothing was written") from None
