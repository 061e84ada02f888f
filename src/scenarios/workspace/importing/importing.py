"""Records of a file elsewhere, written into the database: all of them, or none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from scenarios.analysis.ledger.ledger import NONE_STATED
from scenarios.errors import ScenError
from scenarios.exchange.arrivals import Arrived, Misfit
from scenarios.progress import Progress, unwatched
from scenarios.storage.edits import Draft, Refused, accept
from scenarios.text import counted
from scenarios.workspace.how import AS_USUAL, How
from scenarios.workspace.importing import filling, forecasts
from scenarios.workspace.importing.drafting import Drafting
from scenarios.workspace.importing.faults import Faults, refusal
from scenarios.workspace.importing.settings import Imported, Settings, Skipped
from scenarios.workspace.opened import Opened
from scenarios.workspace.writing import Written, write

_MOST_ROUNDS = 20
"""A row that is left out can take others with it, which name what it would have been."""
_IDLE = "forecasts before the question opened, after its horizon, or once its outcome was known"


class Brought(NamedTuple):
    """What was written, what is told of it, and what could not come in."""

    written: Written
    imported: Imported
    left: list[Misfit]


def bring(
    root: Path,
    kind: str,
    arrived: Arrived,
    settings: Settings,
    how: How = AS_USUAL,
    *,
    progress: Progress = unwatched,
) -> Brought:
    """Write all that arrived, or with `skip_invalid` all that is sound of it.

    What is there already is not written again. A refusal has each fault as a note, with its row.
    """
    left = Faults()
    for _ in range(_MOST_ROUNDS):
        made: list[Drafting] = []
        draft = _drafted(arrived, settings, left, progress, made)
        what = f"import {kind} of {_file(arrived)}"
        try:
            subject, how = _subject(kind, made), how._replace(latest=settings.latest)
            written = write(root, draft, what, how, subject=subject, progress=progress)
        except Refused as error:
            before = len(left.told)
            for problem in error.problems:
                made[-1].plan.blame_problem(problem)
            if not settings.skip_invalid:
                raise _refusal(left) from None
            if len(left.told) == before:
                raise
            continue
        result = _imported(kind, arrived, made[-1], written, left)
        return Brought(written, result, left.told)
    raise ScenError("too many rows rest on rows that cannot be imported; nothing was written")


def _drafted(
    arrived: Arrived,
    settings: Settings,
    left: Faults,
    progress: Progress,
    made: list[Drafting],
) -> Callable[[Opened], list[Draft]]:
    def draft(opened: Opened) -> list[Draft]:
        drafting = Drafting(opened, settings, left)
        made.append(drafting)
        for misfit in arrived.misfits:
            left.add(misfit.place, misfit.message)
        plan = drafting.draft(arrived, progress)
        drafts = [*plan.drafts.values()]
        if left and not settings.skip_invalid:
            try:
                accept(opened.snapshot, opened.loaded, drafts, opened.read)
            except Refused as error:
                for problem in error.problems:
                    plan.blame_problem(problem)
            raise _refusal(left)
        return drafts

    return draft


def _refusal(faults: Faults) -> ScenError:
    return refusal(faults.told, len({row for row in faults.rows if row[1]}))


def _imported(
    kind: str, arrived: Arrived, drafting: Drafting, written: Written, left: Faults
) -> Imported:
    counts, done = drafting.plan.counts, written.committed
    about = {"commit": done.oid, "subject": done.subject} if done else {}
    return Imported(
        kind=kind,
        paths=written.paths,
        dry_run=written.dry_run,
        scenarios=counts["scenario"],
        indicators=counts["indicator"],
        evidence=counts["evidence"],
        sources=counts["source"],
        forecasts=counts["forecasts"],
        superseded=drafting.superseded,
        clipped=drafting.clipped,
        skipped=[_skipped(fault) for fault in left.told],
        left_out={**arrived.left_out, **({_IDLE: drafting.idle} if drafting.idle else {})},
        remarks=[*arrived.remarks, *drafting.remarks, *_remarks(drafting)],
        **about,
    )


def _remarks(drafting: Drafting) -> list[str]:
    """What was taken for what the file does not say, and what became of some forecasts."""
    lacking, settings = drafting.lacking, drafting.settings
    even = filling.EVEN if settings.prior is None else settings.prior
    said = {
        "prior": f"no prior: {even:g}, with the basis '{NONE_STATED}'",
        "opened": "no opening day: today, or that of its outcome or its horizon if that is earlier",
        "resolution.date": "an outcome and no day of it: the day after its horizon, or today",
    }
    told = [f"{_number(n, 'scenario')} with {said[key]}" for key in said if (n := lacking[key])]
    if number := lacking["recorded"]:
        told.append(f"{_number(number, 'item')} with no day on which it was known: today")
    if number := drafting.superseded:
        told.append(
            f"{_number(number, 'forecast')} followed by another of the same analyst on the same"
            " day: the last one stands"
        )
    if number := drafting.clipped:
        told.append(
            f"{_number(number, 'probability', 'probabilities')} of 0 or 1, or outside"
            f" {forecasts.LOWEST} to {forecasts.HIGHEST}: clipped to these"
        )
    return told


def _subject(kind: str, made: list[Drafting]) -> Callable[[Written], str]:
    """The subject of a commit: what came in, by number."""

    def words(_written: Written) -> str:
        counts = made[-1].plan.counts
        names = {"scenario": "scenario", "indicator": "indicator", "evidence": "item"}
        names |= {"source": "source", "forecasts": "forecast"}
        parts = [
            _number(changed, names[key])
            for key, count in counts.items()
            if (changed := count.added + count.updated)
        ]
        return f"import: {kind} ({', '.join(parts) or 'nothing new'})"

    return words


def _number(number: int, one: str, many: str | None = None) -> str:
    """`1 item`, `2,000 items`."""
    return counted(number, one, many).replace(str(number), f"{number:,}", 1)


def _skipped(fault: Misfit) -> Skipped:
    place = fault.place
    return Skipped(file=place.file, row=place.row, column=place.column, message=fault.message)


def _file(arrived: Arrived) -> str:
    """The file that something came from."""
    for one in (arrived.records, arrived.forecasts, arrived.misfits):
        if one:
            return one[0].place.file
    return "a file"
