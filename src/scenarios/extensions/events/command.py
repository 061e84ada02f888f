"""Candidates for indicators in an event store, and those an analyst accepts or proposes."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from scenarios import (
    Candidates,
    Database,
    ListFilter,
    Problem,
    ScenError,
    UsageError,
    Workspace,
)
from scenarios.extending import counted, did_you_mean, shown, web_address
from scenarios.extensions.events.candidates import (
    IndicatorSearch,
    SearchWindow,
    evidence_of,
    query_of,
    search,
)
from scenarios.extensions.events.document import document
from scenarios.extensions.events.store import SECONDS, layout_of, open_store
from scenarios.render.document import lines

_NUMBERS = re.compile(r"([0-9]{1,6})(?:-([0-9]{1,6}))?")
_NEEDS = "scen edit SCENARIO/INDICATOR gives it `events`, which docs/events.md explains"
_LONGEST_NOTES = 5000
_UNRATED = "they rate nothing yet: scen review asks about each"
Listed = tuple[Any, Any]
"""The matches of an indicator, and one of its candidates."""


def candidates(
    source: Workspace | Mapping[str, Database],
    indicator: Annotated[
        str | None, "INDICATOR", "SCENARIO/INDICATOR [all that have `events`]."
    ] = None,
    store: Annotated[
        str | None, "--from URL", "File, folder or database address of the event store."
    ] = None,
    accept: Annotated[
        list[str] | None,
        "--accept N",
        "Record these candidates, for example 1,3-5 or by id; rate them later.",
    ] = None,
    propose: Annotated[bool, "--propose", "Put what is listed and new into the inbox."] = False,
    since: date | None = None,
    until: date | None = None,
    limit: Annotated[
        int, "--limit", "List at most the newest N per indicator.", {"min": 1, "max": 1000}
    ] = 20,
    across: str | None = None,
    day: Annotated[
        str | None, "--day COLUMN", "The store's column of the day of its partitions."
    ] = None,
    timeout: float = SECONDS,
    analyst: str | None = None,
    *,
    as_of: date,
    rev: str | None = None,
    dry_run: bool = False,
    commit: bool = False,
    today: date,
) -> tuple[Any, ...]:
    """List events in an event store that match indicators, or record some of them.

    Rows that match, or the days on which as many came together as the indicator counts to. The
    store's own engine reads it: DuckDB for files, PostgreSQL or Spark by address. With --across
    it reads them once for the indicators of many trackers.
    """
    if store is None:
        raise UsageError("--from is missing: a file or folder, or a database's address")
    if across and (indicator or accept or propose or rev):
        words = "--across takes no INDICATOR, --accept, --propose or --rev"
        raise UsageError(f"{words}: use --database")
    databases = {"": source.database} if isinstance(source, Workspace) else source
    if indicator and isinstance(source, Workspace):
        source.list("indicators", as_of, ListFilter(scenario=indicator.partition("/")[0]))
    searches = _searches(databases, indicator)
    within = SearchWindow(as_of, since, min(until or as_of, as_of), limit)
    recorded = {id: _recorded(database, as_of) for id, database in databases.items()}
    left_out: dict[str, Problem] = {}
    with open_store(store, {query.events.table for query in searches}, day, timeout) as opened:
        for query in searches:
            try:
                query_of(opened, query.events)
            except ScenError as error:
                if not query.tracker:
                    raise
                left_out[query.tracker] = Problem(query.tracker, 1, 1, "unreadable", str(error))
        searches = [query for query in searches if query.tracker not in left_out]
        result = search(opened, searches, within, recorded)
        listed = [(query, event) for query in result.queries for event in query.candidates]
        chosen = listed if propose else _chosen(result, accept or ())
        records = [
            _record(databases[query.tracker], query, evidence_of(opened, query, candidate))
            for query, candidate in chosen
        ]
        remarks = (*left_out.values(), *filter(None, [opened.remark]))
    if not isinstance(source, Workspace) or not (accept or propose):
        return result, document(result), *remarks
    if propose:
        drafts = _drafts(result.store, chosen, records, today)
        return source.propose(drafts, dry_run=dry_run, commit=commit), (), *remarks
    accepted = source.record_items(
        records,
        today,
        analyst=analyst,
        origin="an event store",
        command="candidates --accept",
        dry_run=dry_run,
        commit=commit,
    )
    texts = [f"recorded before: {id}" for id in accepted.already]
    texts += [_UNRATED] if accepted.ids else []
    return accepted, (lines(*texts),) if texts else (), *remarks


def _recorded(database: Database, on: date) -> dict[tuple[str, str], str]:
    """The item of each foreign id, as far as recorded by a day."""
    return {
        (system, str(name)): id
        for id, item in database.evidence.items()
        if item.foreign and item.recorded <= on
        for system, name in item.foreign.items()
    }


def _drafts(
    store: str, chosen: Sequence[Listed], records: Sequence[Mapping[str, Any]], today: date
) -> list[dict[str, Any]]:
    """A proposal for each row, with the scenarios of all indicators that look for it."""
    proposals: dict[tuple[str, str], dict[str, Any]] = {}
    for (query, _), record in zip(chosen, records, strict=True):
        item = {key: value for key, value in record.items() if value is not None}
        foreign = item.pop("foreign")
        ((system, id),) = foreign.items()
        about = {"by": "events", "name": system, "on": f"{today}", "from": store}
        proposal = {"proposed": about, "evidence": item, "scenarios": [], "foreign": foreign}
        scenarios = proposals.setdefault((system, id), proposal)["scenarios"]
        scenario = query.indicator.partition("/")[0]
        scenarios += [scenario] if scenario not in scenarios else []
    return [*proposals.values()]


def _searches(databases: Mapping[str, Database], indicator: str | None) -> list[IndicatorSearch]:
    """Indicators to look for: the one named, or those of open scenarios."""
    indicators = {
        (tracker, f"{id}/{name}"): declared
        for tracker, database in databases.items()
        for id, scenario in sorted(database.scenarios.items())
        if indicator or not scenario.resolution
        for name, declared in scenario.indicators.items()
    }
    if indicator:
        if ("", indicator) not in indicators:
            hint = did_you_mean(indicator, (id for _, id in indicators))
            hint = hint or "scen list indicators names them"
            raise ScenError(f"no indicator {shown(indicator)}; {hint}")
        indicators = {("", indicator): indicators["", indicator]}
    searches = [
        IndicatorSearch(id, declared.statement, declared.events, tracker)
        for (tracker, id), declared in indicators.items()
        if declared.events
    ]
    if not searches:
        what = f"{indicator} looks" if indicator else "no indicator of an open scenario looks"
        raise ScenError(f"{what}{' not' if indicator else ''} into an event store: {_NEEDS}")
    return searches


def _chosen(candidates: Candidates, accept: Sequence[str]) -> list[Listed]:
    """The candidates that numbers, ranges or ids name; each once."""
    listed = [(query, candidate) for query in candidates.queries for candidate in query.candidates]
    by_number = {candidate.number: (query, candidate) for query, candidate in listed}
    by_id = {candidate.id: (query, candidate) for query, candidate in listed}
    chosen: dict[tuple[str, str], Listed] = {}
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


def _record(database: Database, query: Any, record: Mapping[str, Any]) -> dict[str, Any]:
    """The record with the store as its source, if known, and a valid address."""
    system = layout_of(query.events.table).system
    return {
        **record,
        "source": system if system in database.sources else None,
        "url": web_address(record["url"] or ""),
        "notes": record["notes"][:_LONGEST_NOTES],
    }
