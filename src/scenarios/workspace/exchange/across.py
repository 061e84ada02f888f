"""Questions to many trackers at once: SQL on their tables, and where all scenarios stand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from scenarios.errors import Problem, ScenError, UsageError
from scenarios.exchange.across import Across, of_lake, of_postgresql, of_rows, unreadable
from scenarios.exchange.address import hidden, scheme_of
from scenarios.exchange.targets.folders import is_lake
from scenarios.storage import worktree
from scenarios.storage.worktree import safe
from scenarios.text import shown
from scenarios.workspace.exchange.exporting import identity, view_of
from scenarios.workspace.opened import Opened, open_folder

STATUS = """
SELECT tracker, scenario_id AS scenario, coalesce(s.outcome, s.state) AS state, c.horizon,
  s.stated_before, s.stated, s.implied_before, s.implied, s.movement_bits, m.as_of, c.title
FROM status s JOIN scenarios c USING (tracker, scenario_id) JOIN meta m USING (tracker)
ORDER BY array_position(['overdue', 'open'], s.state) NULLS LAST, s.movement_bits DESC NULLS LAST,
  tracker, scenario_id
"""
"""Overdue scenarios, open ones, resolved ones; the most moved first."""
CHANCES = ("stated_before", "stated", "implied_before", "implied")
"""Its columns of probabilities."""
DROPPED = ("as_of", *CHANCES[::2], "title", "horizon", "movement_bits", "state")
"""Its columns that a narrow page leaves out, in order."""


@contextmanager
def opened_across(
    text: str, day: date, rev: str | None = None, *, limited: bool = False
) -> Iterator[Across]:
    """The trackers of a lake, of a PostgreSQL database, or of a file with a folder a line.

    Those of a file are read for a day, `limited` to what was known on it; the others are exports,
    which have days of their own.
    """
    place, scheme = Path(text), scheme_of(text)
    if rev or (limited and (scheme or place.is_dir())):
        raise UsageError("--across takes no --rev, and --as-of only for a file of folders")
    if scheme in ("postgresql", "postgres"):
        with of_postgresql(text) as across:
            yield across
    elif scheme or not (is_lake(place) or place.is_file()):
        known = "a lake (scen export parquet:DIR --lake), postgresql://HOST/DATABASE, or a file"
        raise ScenError(f"{shown(hidden(text))} is none of these: {known} of folders")
    elif place.is_dir():
        yield of_lake(place)
    else:
        trackers, unread = opened_trackers(text)
        views = {id: view_of(opened, day, limited=limited) for id, opened in trackers.items()}
        yield Across({id: of_rows(id, view.rows) for id, view in views.items()}, unread)


def opened_trackers(text: str) -> tuple[dict[str, Opened], list[Problem]]:
    """The databases of a file, by id: a folder a line, relative to the file; `#` is a comment.

    Raises ScenError where two have the same id, or there is no such file.
    """
    if not (file := Path(text)).is_file():
        raise ScenError(f"{shown(hidden(text))} is no file with a tracker's folder on each line")
    with worktree.refusals(file):
        lines = [line.strip() for line in file.read_text("utf-8", "replace").splitlines()]
    trackers: dict[str, Opened] = {}
    unread = []
    for line in (line for line in lines if line and not line.startswith("#")):
        try:
            opened = open_folder(worktree.find(Path(), str(file.parent / line)))
        except ScenError as error:
            unread.append(unreadable(line, str(error)))
            continue
        if opened.faults:
            unread.append(unreadable(line, f"{opened.faults}: scen --database {line} check"))
        if any(problem.path == "tracker.yaml" for problem in opened.loaded.database.unreadable):
            continue
        if other := trackers.get(id := identity(opened)):
            own = safe(opened.root)
            raise ScenError(
                f"{safe(other.root)} and {own} have the same id, {shown(id)}: a fork takes an id of"
                f" its own: scen --database {own} edit tracker id=NAME"
            )
        trackers[id] = opened
    return trackers, unread
