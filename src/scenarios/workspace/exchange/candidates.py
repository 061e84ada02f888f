"""What event stores hold for the indicators of a database, and what an analyst accepts of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import UNSET, Struct, UnsetType

from scenarios.errors import ScenError, UsageError
from scenarios.exchange.events.candidates import (
    Candidate,
    Candidates,
    Found,
    Search,
    Within,
    evidence_of,
    search,
)
from scenarios.exchange.events.store import layout_of, open_store
from scenarios.model import EvidenceId
from scenarios.storage.edits import Draft, new_file
from scenarios.text import counted, shown
from scenarios.workspace.how import AS_USUAL, How
from scenarios.workspace.ids import free_id
from scenarios.workspace.opened import Opened, known_id
from scenarios.workspace.writing import Written, write

_NUMBERS = re.compile(r"([0-9]{1,6})(?:-([0-9]{1,6}))?")
_NEEDS = "scen edit SCENARIO/INDICATOR gives it `events`, which docs/events.md explains"
_LONGEST_NOTES, _LONGEST_URL = 5000, 2000
_URL = re.compile(r"https?://[^\s/?#]+\S*")


class Accepted(Struct, frozen=True, kw_only=True):
    """The items made of candidates, and those that had been made before.

    `commit` and `subject` are there only where a commit was asked for.
    """

    ids: list[EvidenceId]
    already: list[EvidenceId]
    paths: list[str]
    dry_run: bool
    commit: str | UnsetType | None = UNSET
    subject: str | UnsetType | None = UNSET


class Listed(NamedTuple):
    """The candidates, the records that those accepted would be, and what is to be said."""

    candidates: Candidates
    records: list[dict[str, Any]]
    remark: str


def candidates_of(
    opened: Opened,
    address: str,
    within: Within,
    indicator: str | None = None,
    accept: Sequence[str] = (),
) -> Listed:
    """What a store holds for one indicator or all that look there; `accept` names some of it."""
    searches = _searches(opened, indicator)
    recorded = foreign_of(opened, within.as_of)
    with open_store(address, sorted({one.events.table for one in searches})) as store:
        found = search(store, searches, within, recorded)
        chosen = _chosen(found, accept)
        records = [_record(opened, *one, evidence_of(store, *one)) for one in chosen]
        return Listed(found, records, store.remark)


def foreign_of(opened: Opened, on: date) -> dict[tuple[str, str], EvidenceId]:
    """The item that each id of another system stands for, as far as it was recorded by a day."""
    return {
        (system, str(name)): id
        for id, item in opened.database.evidence.items()
        if item.foreign and item.recorded <= on
        for system, name in item.foreign.items()
    }


def accept(
    root: Path,
    records: Sequence[Mapping[str, Any]],
    how: How = AS_USUAL,
) -> tuple[Written, Accepted]:
    """Write the records, all or none; what was recorded before is left as it is."""
    made: list[EvidenceId] = []
    already: list[EvidenceId] = []

    def draft(opened: Opened) -> list[Draft]:
        known = foreign_of(opened, date.max)
        drafts = []
        for record in records:
            ((system, name),) = record["foreign"].items()
            if id := known.get((system, name)):
                already.append(id)
                continue
            id = _unused(free_id(opened, record), made)
            known[system, name] = id
            made.append(id)
            drafts.append(new_file("evidence", id, record))
        return drafts

    words = "evidence: " + counted(len(records), "item") + " from an event store"
    written = write(root, draft, "candidates --accept", how, subject=words)
    result = Accepted(
        ids=made, already=[*dict.fromkeys(already)], paths=written.paths, dry_run=how.dry_run
    )
    return written, result


def _searches(opened: Opened, indicator: str | None) -> list[Search]:
    """The indicators that look into an event store: the one named, or those of open scenarios."""
    scenarios = opened.database.scenarios
    every = {
        f"{id}/{name}": one
        for id, scenario in sorted(scenarios.items())
        if indicator or not scenario.resolution
        for name, one in scenario.indicators.items()
    }
    if indicator:
        opened.scenario(indicator.partition("/")[0])
        known_id(indicator, every, "indicator", "scen list indicators")
        every = {indicator: every[indicator]}
    found = [
        Search(indicator=key, statement=one.statement, events=one.events)
        for key, one in every.items()
        if one.events
    ]
    if not found:
        what = f"{indicator} looks" if indicator else "no indicator of an open scenario looks"
        raise ScenError(f"{what}{' not' if indicator else ''} into an event store: {_NEEDS}")
    return found


def _chosen(found: Candidates, accept: Sequence[str]) -> list[tuple[Found, Candidate]]:
    """The candidates that numbers of the listing, ranges of them, or ids name; each once."""
    listed = [(query, one) for query in found.queries for one in query.candidates]
    by_number = {one.number: (query, one) for query, one in listed}
    by_id = {one.id: (query, one) for query, one in listed}
    chosen: dict[tuple[str, str], tuple[Found, Candidate]] = {}
    for text in (part.strip() for given in accept for part in given.split(",")):
        numbers = _NUMBERS.fullmatch(text)
        if text in by_id:
            picked = [by_id[text]]
        elif numbers:
            first, last = int(numbers[1]), int(numbers[2] or numbers[1])
            if not 1 <= first <= last <= len(listed):
                has_more = any(one.total > len(one.candidates) for one in found.queries)
                more = "; --limit lists more" if has_more else ""
                told = counted(len(listed), "candidate is listed", "candidates are listed")
                raise UsageError(f"--accept {text}: {told}{more}")
            picked = [by_number[number] for number in range(first, last + 1)]
        else:
            raise UsageError(
                f"--accept {shown(text)} is no number of the listing, no range such as 1-3, and no "
                "id in it"
            )
        for query, one in picked:
            chosen[query.events.table, one.id] = query, one
    return list(chosen.values())


def _record(
    opened: Opened, found: Found, _one: Candidate, record: Mapping[str, Any]
) -> dict[str, Any]:
    """The record with the store as its source, where the database has that, and a sound address."""
    system = layout_of(found.events.table).system
    url = record["url"] or ""
    return {
        **record,
        "source": system if system in opened.database.sources else None,
        "url": url if _URL.fullmatch(url) and len(url) <= _LONGEST_URL else None,
        "notes": record["notes"][:_LONGEST_NOTES],
    }


def _unused(id: EvidenceId, taken: Sequence[EvidenceId]) -> EvidenceId:
    """The id, with a number where another item of the same change has it."""
    number, free = 1, id
    while free in taken:
        number += 1
        free = f"{id}-{number}"
    return free
