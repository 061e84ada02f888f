"""Clarifications, new evidence, indicator states, where analysts differ, what was changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from scenarios.analysis.evidence.indicators import IndicatorChange
from scenarios.analysis.period.period import Spread
from scenarios.analysis.review.moves import Restated, Restatement
from scenarios.analysis.review.review import Clarified, NewEvidence
from scenarios.model import Database, EvidenceId, ScenarioId
from scenarios.render import cells
from scenarios.render.cells import one_line, p
from scenarios.render.document import Flat, Heading, Item, Items, Ref
from scenarios.render.documents.review.causes import analyst_name, shifted
from scenarios.text import counted

_ITEMS = 2
"""Items that are named beside those of a move."""


def clarified(changes: Sequence[Clarified], database: Database) -> Iterator[Flat]:
    """Yield the clarifications of questions."""
    if changes:
        rows = (
            Item(
                (cells.scenario(change.scenario, database), f": clarified on {change.date}"),
                (Item(one_line(change.text)),),
            )
            for change in changes
        )
        yield Heading(2, "Questions that were clarified", anchor="questions")
        yield Items(tuple(rows))


def evidence(
    new: Sequence[NewEvidence],
    above: Collection[EvidenceId],
    database: Database,
    since: date,
    *,
    every: bool = False,
) -> Iterator[Flat]:
    """Yield the items that no move above names, those that bear on the same scenarios together."""
    left = [entry for entry in new if entry.id not in above]
    if not left:
        return
    groups: dict[tuple[ScenarioId, ...], list[NewEvidence]] = {}
    for entry in left if every else left[:_ITEMS]:
        groups.setdefault(entry.scenarios, []).append(entry)
    yield Heading(2, f"Other new evidence ({len(left)})", anchor="new-evidence")
    rows = []
    for ids, entries in groups.items():
        on = ("On ", *cells.titles(ids, database), ":") if ids else ("On nothing yet: scen rate",)
        rows.append(Item(on, tuple(_new(entry, database) for entry in entries)))
    if not every and left[_ITEMS:]:
        rows.append(Item(f"{len(left) - _ITEMS} more: scen list evidence --since {since}"))
    yield Items(tuple(rows))


def _new(entry: NewEvidence, database: Database) -> Item:
    gone = entry.retracted
    under = (Item(f"retracted on {gone.date}: {one_line(gone.reason)}"),) if gone else ()
    text = (cells.item(entry.id, database), " (", *cells.origin(entry.id, database), ")")
    return Item(text, under, bullet=True)


def indicators(changes: Sequence[IndicatorChange], database: Database) -> Iterator[Flat]:
    """Yield the indicators that changed state, under their scenario."""
    groups: dict[ScenarioId, list[Item]] = {}
    for change in changes:
        name = cells.indicator(f"{change.scenario}/{change.indicator}", database)
        refs = tuple(cells.listed(Ref(id, "evidence") for id in change.evidence))
        text = (name, f": {change.before} → {change.after}", *((" (", *refs, ")") if refs else ()))
        groups.setdefault(change.scenario, []).append(Item(text, bullet=True))
    if changes:
        yield Heading(2, "Indicators that changed state", anchor="changed-indicators")
        rows = (Item((cells.scenario(id, database), ":"), tuple(o)) for id, o in groups.items())
        yield Items(tuple(rows))


def differing(spreads: Sequence[Spread], database: Database, most: int) -> Iterator[Flat]:
    """Yield the ranges of analysts, and what those at the ends say."""
    differ = [row for row in spreads if cells.has_moved(row.low, row.high)]
    rows = []
    for row in differ[:most]:
        under = []
        for who, end in ((row.low_analyst, row.low), (row.high_analyst, row.high)):
            why = one_line(row.rationales.get(who, "no reason given"))
            under.append(Item((f"{analyst_name(who, database)}, ", p(end), f": {why}")))
        name = cells.scenario(row.scenario, database)
        rows.append(Item((name, f" (n = {row.analysts})"), tuple(under)))
    if more := len(differ) - len(rows):
        rows.append(Item(f"and over {counted(more, 'more question')}"))
    if rows:
        yield Heading(2, "Where analysts differ", anchor="spreads")
        yield Items(tuple(rows))


def restated(restatement: Restatement | None, database: Database) -> Iterator[Flat]:
    """Yield the questions and figures that were changed afterwards, and by what."""
    if restatement and restatement.figures:
        lead = (
            f"What was said by {restatement.day}, as commit {restatement.commit[:7]} had it, and "
            "what today's records would have said."
        )
        yield Heading(2, "What was changed afterwards", (lead,), anchor="restated")
        yield Items(tuple(_restated(row, database) for row in restatement.figures))


def _restated(row: Restated, database: Database) -> Item:
    figures = shifted(row.stated, row.implied)
    under = []
    for change in row.because:
        who = f" ({change.author}, {change.commit[:7]})" if change.commit else ""
        under.append(Item(f"{change.record}: {cells.field_words(change)}{who}", bullet=True))
    name = cells.scenario(row.scenario, database)
    return Item((name, f": {figures}" if figures else ""), tuple(under))
