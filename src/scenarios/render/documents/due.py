"""What comes and what is late, soonest first."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.analysis.review.due import Due, DueEntry
from scenarios.model import Kind, ScenarioId
from scenarios.render.document import Column, Document, Group, Ref, Row, Span, Table
from scenarios.text import counted

WHAT: dict[str, str] = {
    "indicator": "indicator",
    "horizon": "horizon",
    "review": "review",
    "forecasts": "forecasts expire",
}
"""What is due, in words."""
_KINDS: dict[str, Kind] = {"horizon": "scenario", "forecasts": "forecasts"}
_LEAST = 60
"""The columns of what it is about, below which a table has two columns alone."""
_NAMED = 5
"""As many scenarios of one entry are named; the rest is counted."""


def document(result: Due, *, every: bool = False) -> Document:
    """The late entries, then those to come; with `every` each scenario of one is named."""
    groups = (("late", result.late), ("coming", result.coming))
    wide, narrow = (
        tuple(
            Group(name, tuple(row(one, every=every) for one in found))
            for name, found in groups
            if found
        )
        for row in (_row, _short)
    )
    day, about = Column(name="day"), Column(name="about", least=_LEAST)
    columns = (day, Column(name="when"), Column(name="what"), Column(name="id", only="csv"), about)
    nothing = f"Nothing is late, and nothing comes up to {result.until}."
    note = f"Up to {result.until}; --within 90d looks further." if wide else ""
    short = Table(columns=(day, Column(name="about", least=24)), rows=narrow, note=note)
    return (Table(columns=columns, rows=wide, note=note, empty=nothing, narrow=short),)


def _row(entry: DueEntry, *, every: bool) -> Row:
    about = tuple(_about(entry, every=every))
    return str(entry.day), when(entry.days), WHAT[entry.what], entry.id, about


def _short(entry: DueEntry, *, every: bool) -> Row:
    lead = f"{WHAT[entry.what]} {when(entry.days)}: "
    return str(entry.day), (lead, *_about(entry, every=every))


def _about(entry: DueEntry, *, every: bool) -> Iterator[Span]:
    if entry.what == "review":
        yield from _scenarios(entry.scenarios, every=every)
        return
    yield Ref(entry.id, _KINDS.get(entry.what))
    yield ": "
    if entry.text:
        yield " ".join(entry.text.split())
    else:
        yield from _scenarios(entry.scenarios, every=every)
    if entry.watch:
        yield f" (watch: {' '.join(entry.watch.split())})"


def _scenarios(ids: tuple[ScenarioId, ...], *, every: bool) -> Iterator[Span]:
    named = ids if every or len(ids) <= _NAMED + 1 else ids[:_NAMED]
    for number, id in enumerate(named):
        if number:
            yield ", "
        yield Ref(id, "scenario")
    if len(ids) > len(named):
        yield f" and {len(ids) - len(named)} more"


def when(days: int) -> str:
    """`today`, `tomorrow`, `in 5 days`, `3 days ago`."""
    if days < 0:
        return f"{counted(-days, 'day')} ago"
    return ("today", "tomorrow")[days] if days <= 1 else f"in {days} days"
