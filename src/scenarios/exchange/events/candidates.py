"""The rows of an event store that an indicator looks for, or the crossings of its threshold.

One Ibis expression each: the engine filters, counts, sorts and cuts; only the answer comes here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

import msgspec

from scenarios.errors import ScenError
from scenarios.exchange.address import hidden
from scenarios.exchange.events.mappings import LONGEST_SUMMARY, EventLayout, clean, folded, sentence
from scenarios.exchange.events.store import Rows, Store, layout_of
from scenarios.model import EvidenceId
from scenarios.text import did_you_mean, first_of, shown
from scenarios.values import Events

_BEHIND = 20
"""Rows behind a crossing that its record names."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NAMED = 12
_Recorded = Mapping[tuple[str, str], EvidenceId]
"""The item of each system and id."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A row, or the day on which the threshold was reached, newest first.

    `number` is its place in the listing, `id` its id in the store, `count` the rows of the window,
    `fields` the row by our names, `recorded` the item made of it.
    """

    number: int
    id: str
    date: dt.date
    summary: str
    count: int | None = None
    fields: dict[str, str] = {}
    recorded: EvidenceId | None = None


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator, `SCENARIO/INDICATOR`, and its events."""

    indicator: str
    statement: str
    events: Events


class Found(Search, frozen=True, kw_only=True):
    """The answer to one indicator's query: `total` from `first` to `last`, and the newest of them.

    With a `count` the candidates are crossings of its threshold, else rows.
    """

    total: int
    first: dt.date | None
    last: dt.date | None
    candidates: tuple[Candidate, ...]


class Within(msgspec.Struct, frozen=True, kw_only=True):
    """The days looked at, `since` and `until` included; of each indicator `limit` are listed."""

    as_of: dt.date
    since: dt.date | None
    until: dt.date
    limit: int


class Candidates(msgspec.Struct, frozen=True, kw_only=True):
    """The candidates of indicators in an event store, as it was known on the day `as_of`.

    Days are within both `since` and `until`; of each indicator at most `limit` are listed.
    """

    store: str
    as_of: dt.date
    since: dt.date | None
    until: dt.date
    limit: int
    queries: tuple[Found, ...]


def search(
    store: Store, searches: Sequence[Search], within: Within, recorded: _Recorded
) -> Candidates:
    """The candidates of some indicators."""
    numbers = count(1)
    return Candidates(
        store=hidden(store.address),
        **msgspec.structs.asdict(within),
        queries=tuple(_queried(store, query, within, numbers, recorded) for query in searches),
    )


def _queried(
    store: Store, query: Search, within: Within, numbers: Iterator[int], recorded: _Recorded
) -> Found:
    events, layout = query.events, layout_of(query.events.table)
    start = within.since and within.since - dt.timedelta(days=_days(events))
    selected = _matching(store, events, start, within.until)
    if events.count:
        selected = _crossings(selected, _days(events), events.count.at_least, within.since)
    total = selected.aggregate(
        total=selected.count(), first=selected["date"].min(), last=selected["date"].max()
    )
    figures = store.rows(total)[0]
    rows = store.rows(_newest(selected, within.limit)) if figures["total"] else []
    candidates = (_crossing(query, row) if events.count else _row(layout, row) for row in rows)
    return Found(
        **msgspec.structs.asdict(query),
        candidates=tuple(
            msgspec.structs.replace(
                candidate,
                number=next(numbers),
                recorded=recorded.get((layout.system, candidate.id)),
            )
            for candidate in candidates
        ),
        **figures,
    )


def evidence_of(store: Store, match: Found, candidate: Candidate) -> dict[str, Any]:
    """A candidate as a record without ratings; ScenError if two rows have its id."""
    events, layout = match.events, layout_of(match.events.table)
    lines = [f"A candidate for {match.indicator}, from {layout.title}."]
    if events.count:
        start = candidate.date - dt.timedelta(days=_days(events) - 1)
        selected = _matching(store, events, start, candidate.date)
        rows = [_row(layout, row) for row in store.rows(_newest(selected, _BEHIND))]
        lines += [f"{row.id}: {row.summary}" for row in rows]
        more = (candidate.count or 0) - len(rows)
        lines += [f"and {more:,} more"] if more > 0 else []
    else:
        selected = _matching(store, events, candidate.date, candidate.date)
        same = store.rows(selected.filter(selected["id"] == candidate.id).limit(2))
        if len(same) > 1 and same[0] != same[1]:
            first, second = (shown(_row(layout, row).summary) for row in same)
            raise ScenError(
                "nothing was written: two rows of the event store have the id "
                f"{shown(candidate.id)}: {first} and {second}; remove one there"
            )
        lines += [f"{name.replace('_', ' ')}: {text}" for name, text in candidate.fields.items()]
    return {
        "summary": candidate.summary,
        "observed": candidate.date.isoformat(),
        "url": candidate.fields.get("url"),
        "origin": None if events.count else layout.origin(candidate.fields),
        "notes": "\n".join(lines),
        "foreign": {layout.system: candidate.id},
    }


def _row(layout: EventLayout, row: Mapping[str, Any]) -> Candidate:
    texts = {name: clean(str(value)) for name, value in row.items() if value is not None}
    fields = {name: text for name, text in texts.items() if text and name != "date"}
    return Candidate(
        number=0,
        id=fields.pop("id"),
        date=row["date"],
        summary=layout.summary_of(fields | {"id": texts["id"]}),
        fields=fields,
    )


def _crossing(query: Search, row: Mapping[str, Any]) -> Candidate:
    """A crossing, whose id is the day and the indicator: there is one a day."""
    events, day = query.events, row["date"]
    rows = f"{row['count']:,} rows of {events.table} in the {_days(events)} days to {day}"
    statement = clean(query.statement).rstrip(".")
    return Candidate(
        number=0,
        id=f"{day}/{query.indicator}",
        date=day,
        summary=sentence(statement[: LONGEST_SUMMARY - len(rows) - 3], rows),
        count=row["count"],
    )


def _days(events: Events) -> int:
    return int(events.count.window.removesuffix("d")) if events.count else 0


def _matching(store: Store, events: Events, since: dt.date | None, until: dt.date) -> Rows:
    """The matching rows from a day to a day, by our names: `id`, `date`, and texts."""
    table, layout = store.table(events.table), layout_of(events.table)
    columns = {folded(column): column for column in table.columns}
    fields = {name: columns.get(folded(column)) for name, column in layout.columns.items()}
    for name in ("date", *layout.id):
        if fields[name] is None:
            _refuse_column(name, layout, columns)
    day = _day(table[fields["date"]])
    wanted = [day.notnull(), day <= until]
    if since:
        wanted.append(day >= since)
    for name, values in events.match.items():
        column = fields[name] if name in fields else columns.get(folded(name))
        if column is None:
            _refuse_match(name, layout, fields, columns)
        if name in layout.codes and table[column].type().is_integer():
            raise ScenError(
                f"{shown(column)} of {layout.title} is a number there: codes such as 036 have lost "
                "their noughts; store it as text"
            )
        names = layout.names if name in layout.countries else {}
        spelled = {form for value in values for form in (value, *names.get(value, ()))}
        wanted.append(_text(table[column]).isin(sorted(spelled)))
    rows = table.filter(*wanted)
    selected = {
        name: _text(rows[column])
        for name, column in fields.items()
        if column is not None and name not in ("date", "id")
    }
    selected["date"] = _day(rows[fields["date"]])
    parts = [
        selected["date"].cast("string") if name == "date" else _text(rows[fields[name]])
        for name in layout.id
    ]
    selected["id"] = parts[0] if len(parts) == 1 else parts[0] + "/" + parts[1]
    return rows.select(**selected)


def _newest(rows: Rows, limit: int) -> Rows:
    return rows.order_by(rows["date"].desc(), "id").limit(limit)


def _crossings(rows: Rows, window_days: int, at_least: int, since: dt.date | None) -> Rows:
    """The days on which the rows of a window reached the threshold.

    `rows` must begin `window_days` before `since`: a window that was full before is no crossing.
    """
    import ibis  # noqa: PLC0415 - an extra

    daily = rows.group_by("date").aggregate(rows=rows.count())
    daily = daily.mutate(day=daily["date"].delta(ibis.date("1970-01-01"), unit="day"))
    upto = ibis.window(range=(1 - window_days, 0), order_by="day")
    before = ibis.window(range=(-window_days, -1), order_by="day")
    daily = daily.mutate(
        count=daily["rows"].sum().over(upto), before=daily["rows"].sum().over(before).fill_null(0)
    )
    wanted = [daily["count"] >= at_least, daily["before"] < at_least]
    if since:
        wanted.append(daily["date"] >= since)
    return daily.filter(*wanted).select("date", id=daily["date"].cast("string"), count="count")


def _text(column: Any) -> Any:
    return column if column.type().is_string() else column.cast("string")


def _day(column: Any) -> Any:
    """The date of a date, a time, `20180601`, `2018-06-01…` or `01 June 2018`."""
    kind = column.type()
    if kind.is_date():
        return column
    if kind.is_timestamp():
        return column.date()
    import ibis  # noqa: PLC0415 - an extra

    text = _text(column)
    months = ((text.substr(3, 3) == name, f"{n:02}") for n, name in enumerate(_MONTHS, 1))
    spoken = text.right(4) + "-" + ibis.cases(*months, else_="00") + "-" + text.left(2)
    packed = text.left(4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2)
    plain = ibis.cases(
        (text == "", None),
        (text.length() == len("20180601"), packed),
        (text.substr(4, 1) == "-", text.left(10)),
        else_=spoken,
    )
    return plain.cast("date")


def _refuse_column(name: str, layout: EventLayout, columns: Mapping[str, str]) -> None:
    column = layout.columns[name]
    known = [shown(other) for other in columns.values()]
    hint = did_you_mean(column, columns.values()) or f"it has {first_of(known, _NAMED)}"
    raise ScenError(
        f"the event table has no column {shown(column)}, the {name.replace('_', ' ')} of "
        f"{layout.title}; {hint}"
    )


def _refuse_match(
    name: str, layout: EventLayout, fields: Mapping[str, str | None], columns: Mapping[str, str]
) -> None:
    if name in layout.columns:
        _refuse_column(name, layout, columns)
    known = [*(name for name, column in fields.items() if column), *columns.values()]
    hint = did_you_mean(name, known) or f"it has {', '.join(known[:_NAMED])}"
    raise ScenError(f"the event table has no {shown(name)}, which the indicator matches; {hint}")
