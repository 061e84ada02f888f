"""A whole database from an export, told as any import is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scenarios.workspace.exchange.restoring import restore
from scenarios.workspace.how import AS_USUAL, How
from scenarios.workspace.importing.settings import Count, Imported
from scenarios.workspace.writing import Written

KIND = "database"


def bring_database(
    root: Path, place: Path, how: How = AS_USUAL, *, update: bool = False
) -> tuple[Written, Imported]:
    """Every record of an export, the tracker included; of forecasts the sheets are counted."""
    made = restore(root, place, how, update=update)
    written, done = made.written, made.written.committed

    def count(kind: Any) -> Count:
        return Count(added=made.new[kind], updated=made.other[kind], unchanged=made.same[kind])

    tracker = ""
    if made.other["tracker"]:
        tracker = "the tracker was replaced; comments, as init writes them, are not in an export"
    elif made.new["tracker"]:
        tracker = "the tracker was written too"
    about = {"commit": done.oid, "subject": done.subject} if done else {}
    return written, Imported(
        kind=KIND,
        paths=written.paths,
        dry_run=how.dry_run,
        scenarios=count("scenario"),
        indicators=Count(),
        evidence=count("evidence"),
        sources=count("source"),
        forecasts=count("forecasts"),
        superseded=0,
        clipped=0,
        skipped=[],
        left_out={},
        remarks=[tracker] if tracker else [],
        **about,
    )
