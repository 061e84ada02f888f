"""A small database, and `scen` run on it without a process and as one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

from scenarios.cli.main import app

SCEN = str(Path(sys.executable).parent / "scen")
DESK = Path(__file__).parents[1] / "data" / "desk"
"""The database of the tests: a pact and loose ties in one set, trade alone, a visit, a sheet."""
FILES = {
    path.relative_to(DESK).as_posix(): path.read_text() for path in sorted(DESK.rglob("*.yaml"))
}


EACH = [
    tuple(line.split())
    for line in """\
new x --title T --question Q --criteria C --horizon 2090-12-31 --prior 0.1 --basis B
add-indicator pact x Seen --rate pact=C --added 2022-01-15
add-source x --name N --reliability C
add-evidence Dinner --recorded 2022-02-07 --rate trade=C
rate 2022-02-04-visit trade=I
retract 2022-02-04-visit --reason No --date 2022-03-01
forecast pact 0.2 --analyst desk --date 2022-02-07
resolve trade occurred --basis So --recorded 2024-01-15
""".splitlines()
]
"""Every command that records, with something that it takes."""


def make(folder: Path, files: dict[str, str]) -> Path:
    """The database of these files in a folder."""
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder; a lock or a temporary file that stayed would be there too."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def changes(before: dict[str, bytes], after: dict[str, bytes]) -> dict[str, str | None]:
    """The files that are new or other, as text; None for one that is gone."""
    found = {path: after.get(path) for path in {*before, *after}}
    return {
        path: data.decode() if data is not None else None
        for path, data in found.items()
        if data != before.get(path)
    }


def scen(*words: str, env: dict[str, str] | None = None) -> Result:
    """A command in this process; a bug is raised and not caught."""
    return CliRunner().invoke(app, list(words), env=env, catch_exceptions=False)


def process(*words: str | bytes, cwd: Path, **env: str) -> subprocess.Popen[bytes]:
    """A command as a process of its own."""
    return subprocess.Popen(
        [SCEN, *words],
        cwd=cwd,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def decided(horizon: str, known: str) -> dict[str, str]:
    """The database where trade ended by a horizon and its outcome was known on a day.

    On 20 February a forecast and an item say what all knew by then; the day before, trade stood at
    70%, the evidence at 76%.
    """
    ended = FILES["trade.yaml"].replace("2024-12-31", horizon) + (
        f"resolution: {{outcome: did-not-occur, date: {known}, recorded: 2022-03-10, basis: So.}}\n"
    )
    item = "summary: It is over\nobserved: 2022-02-20\nrecorded: 2022-02-20\nratings: {trade: II}\n"
    sheet = "date: 2022-02-{0}\nanalyst: desk\nprobabilities: {{trade: {1}}}\n"
    return FILES | {
        "trade.yaml": ended,
        "evidence/2022/2022-02-20-over.yaml": item,
        "forecasts/2022/2022-02-10-desk.yaml": sheet.format(10, 0.7),
        "forecasts/2022/2022-02-20-desk.yaml": sheet.format(20, 0.01),
    }


DECIDED = {
    "the day before its outcome": decided("2024-12-31", "2022-02-20"),
    "its horizon, before its outcome": decided("2022-02-19", "2022-03-05"),
}
"""Databases where what is said of trade is of 19 February."""
