"""What an event store holds that an indicator looks for: rows, or crossings of its threshold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

import msgspec

from scenarios.errors import ScenError
from scenarios.exchange.address import hidden
from scenarios.exchange.events import query
from scenarios.exchange.events.mappings import LONGEST_SUMMARY, Layout, clean, sentence
from scenarios.exchange.events.store import Store, layout_of
from scenarios.model import Events, EvidenceId
from scenarios.text import shown

_BEHIND = 20
"""As many rows behind a crossing are named in its record."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A row, or the day on which so many rows were reached, newest first.

    `number` is its place in the listing, `id` what it is called in the store, `count` the rows of
    the window, `fields` what the row says by our names, `recorded` the item made of it.
    """

    number: int
    id: str
    date: dt.date
    summary: str
    count: int | None = None
    fields: dict[str, str] = {}
    recorded: EvidenceId | None = None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What one indicator's query selects: `total` from `first` to `last`, and the newest of them.

    With a `count` the candidates are crossings of its threshold, else rows.
    """

    indicator: str
    statement: str
    events: Events
    total: int
    first: dt.date | None
    last: dt.date | None
    candidates: tuple[Candidate, ...]


class Candidates(msgspec.Struct, frozen=True, kw_only=True):
    """What an event store holds for indicators, as far as it was known on the day `as_of`.

    Days are within both `since` and `until`; of each indicator at most `limit` are listed.
    """

    store: str
    as_of: dt.date
    since: dt.date | None
    until: dt.date
    limit: int
    queries: tuple[Found, ...]


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator, `SCENARIO/INDICATOR`, and what it looks for."""

    indicator: str
    statement: str
    events: Events


class Within(msgspec.Struct, frozen=True, kw_only=True):
    """The days looked at, both included, and how many candidates of an indicator are listed."""

    as_of: dt.date
    since: dt.date | None
    until: dt.date
    limit: int


def search(
    store: Store,
    searches: Sequence[Search],
    within: Within,
    recorded: Mapping[tuple[str, str], EvidenceId],
) -> Candidates:
    """The candidates of some indicators; `recorded` has the item of each system and id."""
    numbers = count(1)
    return Candidates(
        store=hidden(store.address),
        as_of=within.as_of,
        since=within.since,
        until=within.until,
        limit=within.limit,
        queries=tuple(_found(store, one, within, numbers, recorded) for one in searches),
    )


def _found(
    store: Store,
    one: Search,
    within: Within,
    numbers: Iterator[int],
    recorded: Mapping[tuple[str, str], EvidenceId],
) -> Found:
    layout, selected = layout_of(one.events.table), _selected(store, one.events, within)
    figures = store.rows(query.total(selected))[0]
    rows = store.rows(query.newest(selected, within.limit)) if figures["total"] else []
    made = (_crossing(one, row) if one.events.count else _row(layout, row) for row in rows)
    return Found(
        indicator=one.indicator,
        statement=one.statement,
        events=one.events,
        candidates=tuple(
            msgspec.structs.replace(
                candidate,
                number=next(numbers),
                recorded=recorded.get((layout.system, candidate.id)),
            )
            for candidate in made
        ),
        **figures,
    )


def _selected(store: Store, events: Events, within: Within) -> Any:
    """The one expression of an indicator: its rows, or the crossings of its threshold."""
    table, layout = store.table(events.table), layout_of(events.table)
    if events.count is None:
        return query.matching(table, layout, events.match, within.since, within.until)
    days = _days(events)
    start = within.since and within.since - dt.timedelta(days=days)
    rows = query.matching(table, layout, events.match, start, within.until)
    return query.crossings(rows, days, events.count.at_least, within.since)


def evidence_of(store: Store, found: Found, candidate: Candidate) -> dict[str, Any]:
    """A candidate as a record that rates nothing; refused where two rows go by its id."""
    events, layout = found.events, layout_of(found.events.table)
    head = f"A candidate for {found.indicator}, from {layout.title}."
    if events.count:
        start = candidate.date - dt.timedelta(days=_days(events) - 1)
        rows = _rows(store, events, start, candidate.date, _BEHIND)
        said = [f"{row.id}: {row.summary}" for row in rows]
        more = (candidate.count or 0) - len(rows)
        said += [f"and {more:,} more"] if more > 0 else []
    else:
        _refuse_ambiguous(store, events, candidate)
        said = [f"{name.replace('_', ' ')}: {text}" for name, text in candidate.fields.items()]
    return {
        "summary": candidate.summary,
        "observed": candidate.date.isoformat(),
        "url": candidate.fields.get("url"),
        "origin": None if events.count else layout.origin(candidate.fields),
        "notes": "\n".join([head, *said]),
        "foreign": {layout.system: candidate.id},
    }


def _refuse_ambiguous(store: Store, events: Events, candidate: Candidate) -> None:
    """An id names one row, or rows that say the same."""
    day = candidate.date
    made = _selected(store, events, Within(as_of=day, since=day, until=day, limit=2))
    rows = store.rows(made.filter(made["id"] == candidate.id).limit(2))
    if len(rows) > 1 and rows[0] != rows[1]:
        one, other = (_row(layout_of(events.table), row).summary for row in rows)
        raise ScenError(
            f"nothing was written: two rows of the event store have the id {shown(candidate.id)}: "
            f"{shown(one)} and {shown(other)}; remove one there"
        )


def _rows(
    store: Store, events: Events, since: dt.date, until: dt.date, limit: int
) -> list[Candidate]:
    layout = layout_of(events.table)
    rows = query.matching(store.table(events.table), layout, events.match, since, until)
    return [_row(layout, row) for row in store.rows(query.newest(rows, limit))]


def _row(layout: Layout, row: Mapping[str, Any]) -> Candidate:
    texts = {name: clean(str(value)) for name, value in row.items() if value is not None}
    fields = {name: text for name, text in texts.items() if text and name != "date"}
    return Candidate(
        number=0,
        id=fields.pop("id"),
        date=row["date"],
        summary=layout.summary(fields | {"id": texts["id"]}),
        fields=fields,
    )


def _crossing(one: Search, row: Mapping[str, Any]) -> Candidate:
    """One indicator crosses its threshold once on a day, and goes by both."""
    events, day = one.events, row["date"]
    told = f"{row['count']:,} rows of {events.table} in the {_days(events)} days to {day}"
    statement = clean(one.statement).rstrip(".")
    return Candidate(
        number=0,
        id=f"{day}/{one.indicator}",
        date=day,
        summary=sentence(statement[: LONGEST_SUMMARY - len(told) - 3], told),
        count=row["count"],
    )


def _days(events: Events) -> int:
    return int(events.count.window.removesuffix("d")) if events.count else 0
