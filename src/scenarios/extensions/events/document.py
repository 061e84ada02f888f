"""Rows of an event store for indicators: a table for each."""

from functools import partial

from scenarios import Candidates, SearchMatches
from scenarios.render.document import Column, Document, Figure, Heading, Paragraph, Ref, Table

_left, _right = partial(Column, align="left"), partial(Column, align="right")


def document(result: Candidates) -> Document:
    """A section for each indicator: how much there is, and the newest of it."""
    days = f"{result.since} to" if result.since else "up to"
    head = Paragraph(f"{result.store}, {days} {result.until}")
    return (head, *(block for query in result.queries for block in _section(query)))


def _section(query: SearchMatches) -> Document:
    events = query.events
    tracker = query.tracker and f"{query.tracker}: "
    heading = Heading(2, (tracker, Ref(query.indicator), f": {' '.join(query.statement.split())}"))
    match = ", ".join(f"{name} {' or '.join(values)}" for name, values in events.match.items())
    columns = [
        _right(name="#", key="number"),
        _left(name="date"),
        *([_right(name="rows")] if events.count else []),
        _left(name="summary", least=30),
        _left(name="id", least=20, drop=2),
        _left(name="recorded", least=20, drop=1),
    ]
    rows = [
        (
            f"{event.number}{'*' if event.recorded else ''}",
            str(event.date),
            *([Figure(event.count)] if events.count else []),
            event.summary,
            event.id,
            Ref(event.recorded, "evidence") if event.recorded else "",
        )
        for event in query.candidates
    ]
    summary = _summary(query, match)
    is_recorded = any(event.recorded for event in query.candidates)
    note = "* recorded already" if is_recorded else ""
    caption = summary if query.candidates else ""
    return heading, Table(
        columns=tuple(columns), rows=tuple(rows), caption=caption, note=note, empty=summary
    )


def _summary(query: SearchMatches, match: str) -> str:
    events, listed = query.events, len(query.candidates)
    span = f"{query.first}" if query.first == query.last else f"{query.first} to {query.last}"
    sought = f"{events.table} with {match}"
    if events.count:
        days = events.count.window.removesuffix("d")
        sought = f"{events.count.at_least:,} rows in {days} days, {sought}"
        if not query.total:
            return f"Never reached: {sought}."
        times = "once" if query.total == 1 else f"{query.total:,} times"
        text = f"Reached {times}, {span}: {sought}"
    elif not query.total:
        return f"No row of {sought}."
    else:
        rows = "1 row" if query.total == 1 else f"{query.total:,} rows"
        text = f"{rows} of {sought}, {span}"
    return f"{text}; the newest {listed}." if listed < query.total else f"{text}."
