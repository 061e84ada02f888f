"""What an indicator looks for, as one Ibis expression over an event table.

The engine filters, counts, sorts and cuts off; only the rows of the answer come here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from scenarios.errors import ScenError
from scenarios.exchange.events.mappings import Layout, folded
from scenarios.text import did_you_mean, shown

Rows = Any
"""An Ibis table, which has no types of its own."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NAMED = 12


def matching(
    table: Rows,
    layout: Layout,
    match: Mapping[str, Sequence[str]],
    since: dt.date | None,
    until: dt.date,
) -> Rows:
    """The rows that match, from a day to a day, by our names: `id`, `date`, and texts."""
    columns = {folded(column): column for column in table.columns}
    fields = {name: columns.get(folded(column)) for name, column in layout.columns.items()}
    for name in ("date", *layout.id):
        if fields[name] is None:
            _refuse_column(layout.columns[name], name, layout, columns)
    day = _day(table[fields["date"]])
    wanted = [day.notnull(), day <= _literal(until)]
    if since:
        wanted.append(day >= _literal(since))
    for name, values in match.items():
        column = fields[name] if name in fields else columns.get(folded(name))
        if column is None:
            _refuse_match(name, layout, fields, columns)
        if name in layout.codes and table[column].type().is_integer():
            raise ScenError(
                f"{shown(column)} of {layout.title} is a number there: codes such as 036 have lost "
                "their noughts; store it as text"
            )
        wanted.append(_text(table[column]).isin(_spelled(layout, name, values)))
    rows = table.filter(*wanted)
    texts = {
        name: _text(rows[column])
        for name, column in fields.items()
        if column is not None and name not in ("date", "id")
    }
    made = {**texts, "date": _day(rows[fields["date"]])}
    parts = [
        made["date"].cast("string") if name == "date" else _text(rows[fields[name]])
        for name in layout.id
    ]
    made["id"] = parts[0] if len(parts) == 1 else parts[0] + "/" + parts[1]
    return rows.select(**made)


def newest(rows: Rows, limit: int) -> Rows:
    """The last rows, newest first."""
    import ibis  # noqa: PLC0415 - an extra

    return rows.order_by(ibis.desc("date"), "id").limit(limit)


def total(rows: Rows) -> Rows:
    """How many there are, and from when to when."""
    return rows.aggregate(total=rows.count(), first=rows["date"].min(), last=rows["date"].max())


def crossings(rows: Rows, window_days: int, at_least: int, since: dt.date | None) -> Rows:
    """The days on which the rows of the last days came to be as many as the threshold.

    So many days before `since` have to be in `rows`, that what was over before is not a crossing.
    """
    import ibis  # noqa: PLC0415 - an extra

    daily = rows.group_by("date").aggregate(rows=rows.count())
    daily = daily.mutate(day=daily["date"].delta(ibis.date("1970-01-01"), unit="day"))
    upto = ibis.window(range=(1 - window_days, 0), order_by="day")
    before = ibis.window(range=(-window_days, -1), order_by="day")
    daily = daily.mutate(
        count=daily["rows"].sum().over(upto),
        before=daily["rows"].sum().over(before).fill_null(0),
    )
    wanted = [daily["count"] >= at_least, daily["before"] < at_least]
    if since:
        wanted.append(daily["date"] >= _literal(since))
    return daily.filter(*wanted).select("date", id=daily["date"].cast("string"), count="count")


def _spelled(layout: Layout, name: str, values: Sequence[str]) -> list[str]:
    """The values as the table has them: a country's code stands for its names too."""
    names = layout.names if name in layout.countries else {}
    return sorted({form for value in values for form in (value, *names.get(value, ()))})


def _literal(day: dt.date) -> Any:
    import ibis  # noqa: PLC0415 - an extra

    return ibis.date(day.year, day.month, day.day)


def _text(column: Any) -> Any:
    return column if column.type().is_string() else column.cast("string")


def _day(column: Any) -> Any:
    """A date, a time, `20180601`, `2018-06-01…` or `01 June 2018`, as a date."""
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


def _refuse_column(column: str, name: str, layout: Layout, columns: Mapping[str, str]) -> None:
    hint = did_you_mean(column, columns.values()) or f"it has {_some(columns)}"
    raise ScenError(
        f"the event table has no column {shown(column)}, the {name.replace('_', ' ')} of "
        f"{layout.title}; {hint}"
    )


def _refuse_match(
    name: str, layout: Layout, fields: Mapping[str, str | None], columns: Mapping[str, str]
) -> None:
    if name in layout.columns:
        _refuse_column(layout.columns[name], name, layout, columns)
    known = [*(name for name, column in fields.items() if column), *columns.values()]
    hint = did_you_mean(name, known) or f"it has {', '.join(known[:_NAMED])}"
    raise ScenError(f"the event table has no {shown(name)}, which the indicator matches; {hint}")


def _some(columns: Mapping[str, str]) -> str:
    names = [shown(name) for name in columns.values()]
    return ", ".join(names[:_NAMED]) + (", …" if names[_NAMED:] else "")
