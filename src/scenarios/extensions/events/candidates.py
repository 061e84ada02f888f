"""The rows of an event store that an indicator looks for, or the crossings of its threshold.

The engine filters, counts, sorts and cuts by Ibis expressions; only the answer comes here. An
indicator has two statements of its own. Those of many trackers share them: the rows are joined with
a table of the values that each query looks for, so that the store is read once for all.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import count, product
from math import prod
from typing import Any, NamedTuple, NoReturn

from msgspec.structs import replace

from scenarios import Candidate, Candidates, Events, ScenError, SearchMatches
from scenarios.extending import did_you_mean, hidden, shown
from scenarios.extensions.events.mappings import (
    LONGEST_SUMMARY,
    EventLayout,
    clean,
    folded,
    sentence,
)
from scenarios.extensions.events.store import EventStore, Rows, layout_of

_BEHIND = 20
"""Rows behind a crossing that its record names."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NAMED = 12
_COMBINATIONS = 1_000
"""Combinations of values up to which a query shares its statements."""
_SCALE = 1_000_000
"""The length of each window in the order of its days: one frame serves all windows."""
_BETWEEN = "\x1f"
"""A sign that no value of a record holds."""
_ASKED = {"query": "int64", "since": "date", "days": "int64", "least": "int64", "key": "string"}
"""The columns of the table of queries: a row for each combination of values."""
_Recorded = Mapping[str, Mapping[tuple[str, str], str]]
"""The item of each system and id, by tracker."""


class IndicatorSearch(NamedTuple):
    """An indicator, `SCENARIO/INDICATOR`, and its events; `tracker` is empty where there is one."""

    indicator: str
    statement: str
    events: Events
    tracker: str = ""


class SearchWindow(NamedTuple):
    """The days looked at, `since` and `until` included; of each indicator `limit` are listed."""

    as_of: dt.date
    since: dt.date | None
    until: dt.date
    limit: int


class EventQuery(NamedTuple):
    """An indicator's number, first day, threshold (0 without a count), and values by column."""

    number: int
    since: dt.date
    window_days: int
    at_least: int
    table: str
    wanted: Mapping[str, set[str]]


def search(
    store: EventStore,
    searches: Sequence[IndicatorSearch],
    within: SearchWindow,
    recorded: _Recorded,
) -> Candidates:
    """The candidates of some indicators; those of many trackers share the statements."""
    before = store.state()
    numbers: dict[str, Iterator[int]] = defaultdict(lambda: count(1))
    plans: dict[object, list[EventQuery]] = {}
    for n, (tracker, events) in enumerate((search.tracker, search.events) for search in searches):
        start = within.since and within.since - dt.timedelta(days=_days(events))
        query = query_of(store, events, start, n)
        shares = tracker and prod(map(len, query.wanted.values())) <= _COMBINATIONS
        plans.setdefault((query.table, not events.count) if shares else n, []).append(query)
    answers: dict[int, dict[str, Any]] = {}
    for plan in plans.values():
        answers |= _answers(store, plan, within)
    is_partial = (len(of["rows"]) != min(of["total"], within.limit) for of in answers.values())
    if any(is_partial) or store.state() != before:
        raise ScenError("the event store changed while it was read: nothing is shown; run it again")
    return Candidates(
        store=hidden(store.address),
        **within._asdict(),
        queries=tuple(
            _matches(query, answers[n], numbers[query.tracker], recorded.get(query.tracker, {}))
            for n, query in enumerate(searches)
        ),
    )


def _matches(
    query: IndicatorSearch,
    answer: Mapping[str, Any],
    numbers: Iterator[int],
    recorded: Mapping[tuple[str, str], str],
) -> SearchMatches:
    layout, is_counted = layout_of(query.events.table), query.events.count
    rows = (_crossing(query, row) if is_counted else _row(layout, row) for row in answer["rows"])
    return SearchMatches(
        **query._asdict(),
        **{name: answer[name] for name in ("total", "first", "last")},
        candidates=tuple(
            replace(
                candidate,
                number=next(numbers),
                recorded=recorded.get((layout.system, candidate.id)),
            )
            for candidate in rows
        ),
    )


def _answers(
    store: EventStore, queries: Sequence[EventQuery], within: SearchWindow
) -> dict[int, dict[str, Any]]:
    """Figures and newest rows of queries of one table, all with a count or none, by number.

    The first of two statements finds the day from which each query's rows are listed.
    """
    import ibis  # noqa: PLC0415 - an extra

    selected = _selected(store, queries, within)
    daily = selected.group_by("query", "date").aggregate(rows=selected.count())
    order = daily["date"].desc()
    newer = daily["rows"].sum().over(ibis.window(group_by="query", order_by=order, rows=(None, -1)))
    daily = daily.mutate(newer=newer.fill_null(0))
    figures = daily.group_by("query").aggregate(
        total=daily["rows"].sum(),
        first=daily["date"].min(),
        last=daily["date"].max(),
        since=daily["date"].min(where=daily["newer"] < within.limit),
    )
    none: dict[str, Any] = {"total": 0, "first": None, "last": None}
    answers = {query.number: none | {"rows": []} for query in queries}
    for row in store.rows(figures):
        answers[row["query"]] |= row
    listed = [
        query if query.at_least else query._replace(since=answers[query.number]["since"])
        for query in queries
        if answers[query.number]["total"]
    ]
    if listed:
        for row in store.rows(_newest(_selected(store, listed, within), within.limit)):
            answers[row["query"]]["rows"].append(row)
    return answers


def _selected(store: EventStore, queries: Sequence[EventQuery], within: SearchWindow) -> Rows:
    rows = _matching(store, queries, within.until)
    return _crossings(rows, within.since) if queries[0].at_least else rows


def evidence_of(store: EventStore, match: SearchMatches, candidate: Candidate) -> dict[str, Any]:
    """A candidate as a record without ratings; ScenError if two rows have its id."""
    events, layout = match.events, layout_of(match.events.table)
    lines = [f"A candidate for {match.indicator}, from {layout.title}."]
    if events.count:
        start = candidate.date - dt.timedelta(days=_days(events) - 1)
        selected = _matching(store, [query_of(store, events, start)], candidate.date)
        rows = [_row(layout, row) for row in store.rows(_newest(selected, _BEHIND))]
        lines += [f"{row.id}: {row.summary}" for row in rows]
        more = (candidate.count or 0) - len(rows)
        lines += [f"and {more:,} more"] if more > 0 else []
    else:
        selected = _matching(store, [query_of(store, events, candidate.date)], candidate.date)
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
    values = {name: row.get(name) for name in ("id", *layout.columns)}
    texts = {name: clean(str(value)) for name, value in values.items() if value is not None}
    fields = {name: text for name, text in texts.items() if text and name != "date"}
    return Candidate(
        number=0,
        id=fields.pop("id"),
        date=row["date"],
        summary=layout.summary_of(fields | {"id": texts["id"]}),
        fields=fields,
    )


def _crossing(query: IndicatorSearch, row: Mapping[str, Any]) -> Candidate:
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


def query_of(
    store: EventStore, events: Events, since: dt.date | None = None, number: int = 0
) -> EventQuery:
    """The query for events from a day on; ScenError if the table lacks a column."""
    table, layout, fields, columns = _table(store, events.table)
    wanted: dict[str, set[str]] = {}
    for name, values in events.match.items():
        column = fields[name] if name in fields else columns.get(folded(name))
        if column is None:
            if name in layout.columns:
                _refuse(layout.columns[name], _use(name, layout), columns.values())
            fields_and_columns = [
                *(field for field, column in fields.items() if column),
                *columns.values(),
            ]
            _refuse(name, "which the indicator matches", fields_and_columns)
        if name in layout.codes and table[column].type().is_integer():
            raise ScenError(
                f"{shown(column)} of {layout.title} is a number there: codes such as 036 have lost "
                "their noughts; store it as text"
            )
        names = layout.names if name in layout.countries else {}
        spelled = {form for value in values for form in (value, *names.get(value, ()))}
        wanted[column] = wanted.get(column, spelled) & spelled
    threshold = _days(events), events.count.at_least if events.count else 0
    by_column = dict(sorted(wanted.items()))
    return EventQuery(number, since or dt.date.min, *threshold, events.table, by_column)


def _table(
    store: EventStore, name: str
) -> tuple[Rows, EventLayout, dict[str, str | None], dict[str, str]]:
    """A table, its layout, the column of each of our names, and its columns as they compare."""
    table, layout = store.table(name), layout_of(name)
    columns = {folded(column): column for column in table.columns}
    fields = {name: columns.get(folded(column)) for name, column in layout.columns.items()}
    for needed in ("date", *layout.id):
        if fields[needed] is None:
            _refuse(layout.columns[needed], _use(needed, layout), columns.values())
    if store.day and folded(store.day) not in columns:
        _refuse(store.day, "which --day names", columns.values())
    return table, layout, fields, columns


def _matching(store: EventStore, queries: Sequence[EventQuery], until: dt.date) -> Rows:
    """The rows of each `query`, up to a day, with its threshold and by our names."""
    import ibis  # noqa: PLC0415 - an extra

    table, layout, fields, columns = _table(store, queries[0].table)
    since = min(query.since for query in queries)
    shapes = sorted({(*query.wanted,) for query in queries})
    conditions = []
    for column in filter(None, (fields["date"], columns.get(folded(store.day or "")))):
        day = _day(table[column])
        conditions += [day.notnull(), day <= until, day >= since]
    for column in set(shapes[0]).intersection(*shapes):
        values = set[str]().union(*(query.wanted[column] for query in queries))
        conditions.append(_text(table[column]).isin(sorted(values)))
    rows = table.filter(*conditions)
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
    if len(queries) == 1:
        return rows.select(**selected, **dict(zip(_ASKED, queries[0][:4], strict=False)))
    keys = [
        reduce(
            lambda key, column: key + _BETWEEN + _text(rows[column]), shape, ibis.literal(f"{n}")
        )
        for n, shape in enumerate(shapes)
    ]
    asked = [
        (*query[:4], _BETWEEN.join((f"{shapes.index((*query.wanted,))}", *values)))
        for query in queries
        for values in product(*map(sorted, query.wanted.values()))
    ]
    rows = rows.select(**selected, **{f"key_{n}": key for n, key in enumerate(keys)})
    rows = rows.cross_join(ibis.memtable({"shape": range(len(keys))}, schema={"shape": "int64"}))
    cases = ((rows["shape"] == n, rows[f"key_{n}"]) for n in range(len(keys)))
    rows = rows.mutate(key=ibis.cases(*cases))
    rows = rows.join(ibis.memtable(asked, schema=_ASKED), "key")
    return rows.filter(rows["date"] >= rows["since"])


def _newest(rows: Rows, limit: int) -> Rows:
    import ibis  # noqa: PLC0415 - an extra

    order = [rows["date"].desc(), rows["id"]]
    rank = ibis.row_number().over(ibis.window(group_by="query", order_by=order))
    ranked = rows.mutate(rank=rank)
    return ranked.filter(ranked["rank"] < limit).order_by("query", "rank")


def _crossings(rows: Rows, since: dt.date | None) -> Rows:
    """The days on which the rows of a query's window reached its threshold.

    `rows` must begin a window before `since`: a window that was full before is no crossing.
    """
    import ibis  # noqa: PLC0415 - an extra

    daily = rows.group_by("query", "days", "least", "date").aggregate(rows=rows.count())
    day = daily["date"].delta(ibis.date("1970-01-01"), unit="day")
    daily = daily.mutate(day=day.cast("int64") * _SCALE // daily["days"])
    upto = ibis.window(group_by="query", range=(1 - _SCALE, 0), order_by="day")
    before = ibis.window(group_by="query", range=(-_SCALE, -1), order_by="day")
    daily = daily.mutate(
        count=daily["rows"].sum().over(upto), before=daily["rows"].sum().over(before).fill_null(0)
    )
    wanted = [daily["count"] >= daily["least"], daily["before"] < daily["least"]]
    if since:
        wanted.append(daily["date"] >= since)
    id = daily["date"].cast("string")
    return daily.filter(*wanted).select("query", "date", id=id, count="count")


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


def _refuse(name: str, use: str, names: Iterable[str]) -> NoReturn:
    others = [shown(column) for column in names]
    more = ", …" if others[_NAMED:] else ""
    hint = did_you_mean(name, names) or f"it has {', '.join(others[:_NAMED])}{more}"
    raise ScenError(f"the event table has no {shown(name)}, {use}; {hint}")


def _use(name: str, layout: EventLayout) -> str:
    return f"the {name.replace('_', ' ')} of {layout.title}"
