"""Due dates to come and those that are late, soonest first."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.analysis.review.due import Due, DueEntry
from scenarios.model import Kind, ScenarioId
from scenarios.render import cells
from scenarios.render.cells import Cell, left
from scenarios.render.document import Document, Ref, Span
from scenarios.text import counted

_KINDS: dict[str, Kind] = {"horizon": "scenario", "forecasts": "forecasts"}
_LEAST = 60
"""The columns of what it is about, below which a table has two columns alone."""
_NAMED = 5
"""Scenarios of one entry that are named; the rest is counted."""


def document(result: Due, *, every: bool = False, is_partial: bool = False) -> Document:
    """The late entries, then those to come; with `every` each scenario of one is named.

    It `is_partial` where a scenario cannot be read, of which nobody knows what is due.
    """

    def about(entry: DueEntry) -> tuple[Span, ...]:
        return tuple(_about(entry, every=every))

    parts = (("late", result.late, ""), ("coming", result.coming, ""))
    groups = [part for part in parts if part[1]]
    what = "Nothing that can be read" if is_partial else "Nothing"
    nothing = f"{what} is late, and nothing comes up to {result.until}."
    note = f"Up to {result.until}; --within 90d looks further." if groups else ""
    day: Cell[DueEntry] = (left("day"), lambda entry: str(entry.day))
    wide: tuple[Cell[DueEntry], ...] = (
        day,
        (left("when"), lambda entry: when(entry.days)),
        (left("what"), _what),
        (left("id", only="csv"), lambda entry: entry.id),
        (left("about", least=_LEAST), about),
    )
    narrow: tuple[Cell[DueEntry], ...] = (
        day,
        (left("about", least=24), lambda e: (f"{_what(e)} {when(e.days)}: ", *about(e))),
    )
    short = cells.grouped(groups, narrow, note=note)
    return (cells.grouped(groups, wide, note=note, empty=nothing, narrow=short),)


def _what(entry: DueEntry) -> str:
    return "forecasts expire" if entry.what == "forecasts" else entry.what


def _about(entry: DueEntry, *, every: bool) -> Iterator[Span]:
    if entry.what == "review":
        yield from _scenarios(entry.scenarios, every=every)
        return
    yield Ref(entry.id, _KINDS.get(entry.what))
    yield ": "
    if entry.text:
        yield cells.one_line(entry.text)
    else:
        yield from _scenarios(entry.scenarios, every=every)
    if entry.watch:
        yield f" (watch: {cells.one_line(entry.watch)})"


def _scenarios(ids: tuple[ScenarioId, ...], *, every: bool) -> Iterator[Span]:
    named = ids if every or len(ids) <= _NAMED + 1 else ids[:_NAMED]
    yield from cells.listed(Ref(id, "scenario") for id in named)
    if len(ids) > len(named):
        yield f" and {len(ids) - len(named)} more"


def when(days: int) -> str:
    """`today`, `tomorrow`, `in 5 days`, `3 days ago`."""
    if days < 0:
        return f"{counted(-days, 'day')} ago"
    return ("today", "tomorrow")[days] if days <= 1 else f"in {days} days"
