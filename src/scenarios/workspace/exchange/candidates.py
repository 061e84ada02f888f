"""Candidates for indicators in event stores, and those an analyst accepts."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from scenarios.address import web_address
from scenarios.errors import Problem, ScenError, UsageError, unreadable
from scenarios.exchange.candidates import Candidate, Candidates, SearchMatches
from scenarios.exchange.events.candidates import (
    IndicatorSearch,
    SearchWindow,
    evidence_of,
    query_of,
    search,
)
from scenarios.exchange.events.store import EventStore, layout_of
from scenarios.model import EvidenceId, ScenarioId
from scenarios.text import counted, shown
from scenarios.values import indicator_key
from scenarios.workspace import inbox
from scenarios.workspace.inbox import ProposedEntries
from scenarios.workspace.opened import OpenDatabase, known_id
from scenarios.workspace.write_mode import AS_USUAL, WriteMode
from scenarios.workspace.writing import WriteResult

_NUMBERS = re.compile(r"([0-9]{1,6})(?:-([0-9]{1,6}))?")
_NEEDS = "scen edit SCENARIO/INDICATOR gives it `events`, which docs/events.md explains"
_LONGEST_NOTES = 5000


class CandidateList(NamedTuple):
    """The candidates, the records of the chosen with the scenario of each, a remark, and the
    trackers left out.
    """

    candidates: Candidates
    records: list[dict[str, Any]]
    scenarios: list[ScenarioId]
    remark: str
    left_out: Iterable[Problem]


def candidates_of(
    trackers: Mapping[str, OpenDatabase],
    opening: Callable[[Iterable[str]], AbstractContextManager[EventStore]],
    within: SearchWindow,
    indicator: str | None = None,
    accept: Sequence[str] = (),
    *,
    every: bool = False,
) -> CandidateList:
    """Candidates of a store for one indicator or all; `accept` selects some, `every` all.

    `trackers` are by id; the id of a single one is empty, and its faults are raised. `opening`
    opens the store to read the tables of some names.
    """
    searches = _searches(trackers, indicator)
    recorded = {id: foreign_of(opened, within.as_of) for id, opened in trackers.items()}
    left_out: dict[str, Problem] = {}
    with opening(query.events.table for query in searches) as store:
        for query in searches:
            try:
                query_of(store, query.events)
            except ScenError as error:
                if not query.tracker:
                    raise
                left_out[query.tracker] = unreadable(query.tracker, str(error))
        searches = [query for query in searches if query.tracker not in left_out]
        candidates = search(store, searches, within, recorded)
        listed = [(query, event) for query in candidates.queries for event in query.candidates]
        chosen = listed if every else _chosen(candidates, accept)
        records = [
            _record(trackers[query.tracker], query, evidence_of(store, query, candidate))
            for query, candidate in chosen
        ]
        scenarios = [indicator_key(query.indicator)[0] for query, _ in chosen]
        return CandidateList(candidates, records, scenarios, store.remark, left_out.values())


def foreign_of(opened: OpenDatabase, on: date) -> dict[tuple[str, str], EvidenceId]:
    """The item of each foreign id, as far as recorded by a day."""
    return {
        (system, str(name)): id
        for id, item in opened.database.evidence.items()
        if item.foreign and item.recorded <= on
        for system, name in item.foreign.items()
    }


def propose(
    root: Path, listed: CandidateList, today: date, mode: WriteMode = AS_USUAL
) -> tuple[WriteResult, ProposedEntries]:
    """Put the chosen candidates into the inbox, one proposal for a row of several scenarios."""
    proposals: dict[tuple[str, str], dict[str, Any]] = {}
    for record, scenario in zip(listed.records, listed.scenarios, strict=True):
        item = {key: value for key, value in record.items() if value is not None}
        foreign = item.pop("foreign")
        ((system, id),) = foreign.items()
        about = {"by": "events", "name": system, "on": f"{today}", "from": listed.candidates.store}
        proposal = {"proposed": about, "evidence": item, "scenarios": [], "foreign": foreign}
        scenarios = proposals.setdefault((system, id), proposal)["scenarios"]
        scenarios += [scenario] if scenario not in scenarios else []
    return inbox.propose(root, [*proposals.values()], mode)


def _searches(trackers: Mapping[str, OpenDatabase], indicator: str | None) -> list[IndicatorSearch]:
    """Indicators to look for: the one named, or those of open scenarios."""
    indicators = {
        (tracker, f"{id}/{name}"): declared
        for tracker, opened in trackers.items()
        for id, scenario in sorted(opened.database.scenarios.items())
        if indicator or not scenario.resolution
        for name, declared in scenario.indicators.items()
    }
    if indicator:
        trackers[""].scenario(indicator.partition("/")[0])
        known_id(indicator, [id for _, id in indicators], "indicator", "scen list indicators")
        indicators = {("", indicator): indicators["", indicator]}
    searches = [
        IndicatorSearch(
            tracker=tracker, indicator=id, statement=declared.statement, events=declared.events
        )
        for (tracker, id), declared in indicators.items()
        if declared.events
    ]
    if not searches:
        what = f"{indicator} looks" if indicator else "no indicator of an open scenario looks"
        raise ScenError(f"{what}{' not' if indicator else ''} into an event store: {_NEEDS}")
    return searches


def _chosen(candidates: Candidates, accept: Sequence[str]) -> list[tuple[SearchMatches, Candidate]]:
    """The candidates that numbers, ranges or ids name; each once."""
    listed = [(query, candidate) for query in candidates.queries for candidate in query.candidates]
    by_number = {candidate.number: (query, candidate) for query, candidate in listed}
    by_id = {candidate.id: (query, candidate) for query, candidate in listed}
    chosen: dict[tuple[str, str], tuple[SearchMatches, Candidate]] = {}
    for text in (text.strip() for entry in accept for text in entry.split(",")):
        numbers = _NUMBERS.fullmatch(text)
        if text in by_id:
            picked = [by_id[text]]
        elif numbers:
            first, last = int(numbers[1]), int(numbers[2] or numbers[1])
            if not 1 <= first <= last <= len(listed):
                has_more = any(query.total > len(query.candidates) for query in candidates.queries)
                more = "; --limit lists more" if has_more else ""
                number = counted(len(listed), "candidate is listed", "candidates are listed")
                raise UsageError(f"--accept {text}: {number}{more}")
            picked = [by_number[number] for number in range(first, last + 1)]
        else:
            raise UsageError(
                f"--accept {shown(text)} is no number of the listing, no range such as 1-3, and no "
                "id in it"
            )
        for query, candidate in picked:
            chosen[query.events.table, candidate.id] = query, candidate
    return list(chosen.values())


def _record(
    opened: OpenDatabase, query: SearchMatches, record: Mapping[str, Any]
) -> dict[str, Any]:
    """The record with the store as its source, if known, and a valid address."""
    system = layout_of(query.events.table).system
    return {
        **record,
        "source": system if system in opened.database.sources else None,
        "url": web_address(record["url"] or ""),
        "notes": record["notes"][:_LONGEST_NOTES],
    }
