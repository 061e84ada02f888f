"""What is recorded: a scenario, an indicator, a source, evidence, a forecast, an outcome.

Each function drafts against a fresh reading of `root`, refuses what it may not write, writes and,
if asked, commits. A refusal is a ScenError: nothing was written then. `read` may remember files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

from scenarios.errors import Keys, ScenError
from scenarios.model import Analyst, EvidenceId, IndicatorId, ScenarioId, SourceId
from scenarios.render.documents.review.figures import subject
from scenarios.scales import percent
from scenarios.storage.attachments import copied
from scenarios.storage.edits import Draft, Put, edited, new_file
from scenarios.storage.loader import Read
from scenarios.storage.worktree import Exists
from scenarios.workspace.how import AS_USUAL, How
from scenarios.workspace.ids import free_id
from scenarios.workspace.opened import Opened
from scenarios.workspace.results import evidence_effects, forecast_figures
from scenarios.workspace.sheets import Entry, figures_of, sheet_draft, sheet_faults
from scenarios.workspace.writing import Written, write

Record = Mapping[str, Any]
Placed = Callable[[Keys, str], str]
"""A fault with the place of its keys before it."""


def unplaced(_keys: Keys, fault: str) -> str:
    """A fault of values that stand in no file."""
    return fault


def new_scenario(
    root: Path,
    id: ScenarioId,
    record: Record,
    how: How = AS_USUAL,
) -> Written:
    """Write a new scenario."""

    def draft(opened: Opened) -> list[Draft]:
        opened.refuse_taken("scenario", id, opened.database.scenarios, "nothing was written")
        return [new_file("scenario", id, record)]

    return write(root, draft, f"new {id}", how, subject=f"scenario: {id}", edits=False)


def add_indicator(
    root: Path,
    scenario: ScenarioId,
    id: IndicatorId,
    record: Record,
    how: How = AS_USUAL,
) -> Written:
    """Put an indicator into a scenario's file; every other byte stays."""

    def draft(opened: Opened) -> list[Draft]:
        refuse_indicator(opened, scenario, id)
        value = {key: value for key, value in record.items() if value is not None}
        return [edited(opened.snapshot, "scenario", scenario, [Put(("indicators", id), value)])]

    what = f"add-indicator {scenario}/{id}"
    return write(root, draft, what, how, subject=f"indicator: {scenario}/{id}")


def refuse_indicator(opened: Opened, scenario: ScenarioId, id: IndicatorId) -> None:
    """An indicator never takes the place of one that is there."""
    if id in opened.database.scenarios[opened.scenario(scenario)].indicators:
        known = f"{scenario}/{id}"
        raise ScenError(
            f"there is indicator '{known}' already: scen show {known}; nothing was written"
        )


def add_source(root: Path, id: SourceId, record: Record, how: How = AS_USUAL) -> Written:
    """Write a new source."""

    def draft(opened: Opened) -> list[Draft]:
        opened.refuse_taken("source", id, opened.database.sources, "nothing was written")
        return [new_file("source", id, record)]

    return write(root, draft, f"add-source {id}", how, subject=f"source: {id}", edits=False)


def record_evidence(
    root: Path,
    record: Record,
    how: How = AS_USUAL,
    *,
    id: EvidenceId | None = None,
    new_source: Record | None = None,
    read: Read | None = None,
    attach: Path | None = None,
) -> Written:
    """Write an item, with a source that is not there yet and a copy of the file `attach`.

    Without an id one is made of its date and summary; where another process took that meanwhile
    the next number is tried.
    """

    def draft(opened: Opened) -> list[Draft]:
        opened.refuse_unknown(record["ratings"], record["indicators"])
        for other in record["corroborated_by"]:
            opened.evidence(other)
        if id:
            opened.refuse_taken("evidence", id, opened.database.evidence, "choose another --id")
        item = new_file("evidence", id or free_id(opened, record), record)
        if new_source and record["source"] not in opened.database.sources:
            return [new_file("source", record["source"], new_source), item]
        return [item]

    words = _moved("evidence")
    what = f"add-evidence {id or record['summary']}"
    edits = new_source is not None  # two files, perhaps
    with copied(root, attach, dry_run=how.dry_run) if attach else nullcontext() as copy:
        if copy:
            record = {**record, "attachment": {"file": copy.path, "sha256": copy.digest}}
        while True:
            try:
                return write(
                    root, draft, what, how, subject=words, edits=edits, read=read, copy=copy
                )
            except Exists:
                if id:
                    raise


def rate(
    root: Path,
    evidence: EvidenceId,
    ratings: Mapping[str, Any],
    indicators: Mapping[str, str],
    on: date,
    how: How = AS_USUAL,
    *,
    read: Read | None = None,
    seen: Mapping[str, str] = {},
) -> Written:
    """Put ratings and states of indicators into an item's file; every other byte stays.

    A commit's subject says what that moved as of the day `on`. Refused where a file is not as it
    was `seen`, by its digest.
    """

    def draft(opened: Opened) -> list[Draft]:
        opened.refuse_changed(seen)
        opened.evidence(evidence)
        opened.refuse_unknown(ratings, indicators)
        puts = [Put(("ratings", key), value) for key, value in ratings.items()]
        puts += [Put(("indicators", key), state) for key, state in indicators.items()]
        return [edited(opened.snapshot, "evidence", evidence, puts)]

    moved = _moved("rate", evidence, on)
    return write(root, draft, f"rate {evidence}", how, subject=moved, read=read)


def retract(
    root: Path,
    evidence: EvidenceId,
    reason: str,
    on: date,
    how: How = AS_USUAL,
) -> Written:
    """Keep an item, and count it no longer from a day on."""

    def draft(opened: Opened) -> list[Draft]:
        before = opened.database.evidence[opened.evidence(evidence)].retracted
        if before:
            raise ScenError(f"{evidence} was retracted on {before.date}; nothing was written")
        value = {"date": on.isoformat(), "reason": reason}
        return [edited(opened.snapshot, "evidence", evidence, [Put(("retracted",), value)])]

    moved = _moved("retract", evidence, on)
    return write(root, draft, f"retract {evidence}", how, subject=moved)


def forecast(
    root: Path,
    analyst: Analyst,
    on: date,
    entries: Sequence[Entry],
    how: How = AS_USUAL,
    *,
    placed: Placed = unplaced,
    words: Callable[[Written], str] | None = None,
    seen: Mapping[str, str] = {},
) -> Written:
    """Put an analyst's probabilities into the sheet of a day, all of them or none.

    `placed` puts the place of a fault's keys before it; `words` makes the commit's subject.
    Refused where a file is not as it was `seen`, by its digest.
    """

    def draft(opened: Opened) -> list[Draft]:
        opened.refuse_changed(seen)
        faults = [placed(keys, fault) for keys, fault in sheet_faults(opened, analyst, on, entries)]
        if faults:
            raise ScenError("; ".join([*faults, "nothing was written"]))
        return [sheet_draft(opened, analyst, on, entries)]

    def moves(written: Written) -> str:
        figures = forecast_figures(written, [entry.scenario for entry in entries], on)
        named = [(figure.scenario, figure.before, figure.after) for figure in figures]
        return subject(f"forecast: {on}-{analyst}", named)

    what = f"forecast of {on} by {analyst}: {figures_of(entries)}"
    return write(root, draft, what, how, subject=words or moves)


def resolve(
    root: Path,
    scenario: ScenarioId,
    record: Record,
    how: How = AS_USUAL,
) -> Written:
    """Put the outcome into a scenario's file; its rivals in a set follow from it."""

    def draft(opened: Opened) -> list[Draft]:
        before = opened.database.scenarios[opened.scenario(scenario)].resolution
        if before:
            raise ScenError(
                f"{scenario} is resolved already ({before.outcome}, {before.date}); "
                "nothing was written"
            )
        for id in record.get("evidence", ()):
            opened.evidence(id)
        value = dict(record)
        return [edited(opened.snapshot, "scenario", scenario, [Put(("resolution",), value)])]

    words = f"resolve: {scenario} {record['outcome'].replace('-', ' ')}"
    return write(root, draft, f"resolve {scenario} {record['outcome']}", how, subject=words)


def id_of_new(written: Written) -> EvidenceId:
    """The id of the item that was written last."""
    return written.drafts[-1].path.rpartition("/")[2].removesuffix(".yaml")


def _moved(
    kind: str, id: EvidenceId | None = None, day: date | None = None
) -> Callable[[Written], str]:
    """Makes a commit's subject: what the item [the new one] moved on a day [when it was known]."""

    def words(written: Written) -> str:
        item = id or id_of_new(written)
        on = day or written.after.database.evidence[item].recorded
        moves = {
            effect.scenario: (effect.scenario, effect.before, effect.after)
            for effect in evidence_effects(written, item, on)
            if effect.before and effect.after and percent(effect.before) != percent(effect.after)
        }
        return subject(f"{kind}: {item}", moves.values())

    return words
