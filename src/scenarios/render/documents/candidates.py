"""What an event store holds for indicators: a table for each."""

from __future__ import annotations

from scenarios.exchange.events.candidates import Candidate, Candidates, Found
from scenarios.render.document import Column, Document, Figure, Heading, Paragraph, Ref, Row, Table


def document(result: Candidates) -> Document:
    """A section for each indicator: how much there is, and the newest of it."""
    head = Paragraph(f"{result.store}, {_days(result)}")
    return (head, *(block for found in result.queries for block in _section(found)))


def _section(found: Found) -> Document:
    events = found.events
    heading = Heading(2, (Ref(found.indicator), f": {' '.join(found.statement.split())}"))
    match = ", ".join(f"{name} {' or '.join(values)}" for name, values in events.match.items())
    table = Table(
        columns=(
            Column(name="#", key="number", align="right"),
            Column(name="date"),
            *((Column(name="rows", align="right"),) if events.count else ()),
            Column(name="summary", least=30),
            Column(name="id", least=20, drop=2),
            Column(name="recorded", least=20, drop=1),
        ),
        rows=tuple(_row(one) for one in found.candidates),
        caption=_told(found, match) if found.candidates else "",
        note="* recorded already" if any(one.recorded for one in found.candidates) else "",
        empty=_told(found, match),
    )
    return heading, table


def _row(one: Candidate) -> Row:
    count = (Figure(one.count),) if one.count is not None else ()
    recorded = Ref(one.recorded, "evidence") if one.recorded else ""
    number = f"{one.number}*" if one.recorded else str(one.number)
    return number, str(one.date), *count, one.summary, one.id, recorded


def _told(found: Found, match: str) -> str:
    """How much there is, and how much of it is listed."""
    events, listed = found.events, len(found.candidates)
    what = f"{events.table} with {match}"
    if events.count:
        days = events.count.window.removesuffix("d")
        what = f"{events.count.at_least:,} rows in {days} days, {what}"
        if not found.total:
            return f"Never reached: {what}."
        times = "once" if found.total == 1 else f"{found.total:,} times"
        told = f"Reached {times}, {_span(found)}: {what}"
    elif not found.total:
        return f"No row of {what}."
    else:
        rows = "1 row" if found.total == 1 else f"{found.total:,} rows"
        told = f"{rows} of {what}, {_span(found)}"
    return f"{told}; the newest {listed}." if listed < found.total else f"{told}."


def _span(found: Found) -> str:
    return str(found.first) if found.first == found.last else f"{found.first} to {found.last}"


def _days(result: Candidates) -> str:
    return f"{result.since} to {result.until}" if result.since else f"up to {result.until}"
