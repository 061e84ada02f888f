"""New questions, evidence and indicator states, where analysts differ, and restated figures."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from scenarios.analysis.evidence.indicators import IndicatorChange
from scenarios.analysis.ledger.ledger_changes import Shift
from scenarios.analysis.period.period import Spread
from scenarios.analysis.review.review import NewEvidence, QuestionChange, Restated, Restatement
from scenarios.model import Analyst, Database, EvidenceId, ScenarioId
from scenarios.render import cells
from scenarios.render.cells import one_line, p
from scenarios.render.document import Figure, Flat, Heading, Item, Items, Ref
from scenarios.scales import percent, printed


def asked(changes: Sequence[QuestionChange], database: Database) -> Iterator[Flat]:
    """Yield the questions that changed, with the words before and after in full."""
    if changes:
        yield Heading(2, "Questions that changed", anchor="questions")
        yield Items(tuple(_asked(change, database) for change in changes))


def _asked(change: QuestionChange, database: Database) -> Item:
    name = cells.scenario(change.scenario, database)
    if change.date:
        return Item((name, f": clarified on {change.date}"), (Item(one_line(change.after)),))
    steps = [("was", change.before), ("is", change.after)]
    under = tuple(Item(f"{word}: {one_line(text)}") for word, text in steps if text)
    return Item((name, f": {change.field.replace('_', ' ')} changed"), under)


def evidence(
    new: Sequence[NewEvidence], above: Collection[EvidenceId], database: Database
) -> Iterator[Flat]:
    """Yield the items that moved nothing, those that bear on the same scenarios together."""
    left = [entry for entry in new if entry.id not in above]
    if not left:
        return
    already = len(new) - len(left)
    note = f"{already} more above, beside what moved." if already else ""
    groups: dict[tuple[ScenarioId, ...], list[NewEvidence]] = {}
    for entry in left:
        groups.setdefault(entry.scenarios, []).append(entry)
    yield Heading(2, f"New evidence ({len(left)})", (note,) if note else (), anchor="new-evidence")
    rows = []
    for ids, entries in groups.items():
        on = ("On ", *cells.titles(ids, database), ":") if ids else ("On nothing yet: scen rate",)
        rows.append(Item(on, tuple(_new(entry, database) for entry in entries)))
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
        yield Items(
            tuple(
                Item((cells.scenario(id, database), ":"), tuple(own)) for id, own in groups.items()
            )
        )


def differing(spreads: Sequence[Spread], database: Database) -> Iterator[Flat]:
    """Yield the ranges of analysts, and who stands apart or, of two, what each says."""
    rows = [_spread(row, database) for row in spreads if cells.has_moved(row.low, row.high)]
    if rows:
        yield Heading(2, "Where analysts differ", anchor="spreads")
        yield Items(tuple(rows))


def _spread(row: Spread, database: Database) -> Item:
    ends = (": spread ", p(row.low), "–", p(row.high))
    whose = f" between {row.low_analyst} and {row.high_analyst}, "
    apart = Figure(row.spread_decibans, digits=1)
    text = (cells.scenario(row.scenario, database), *ends, whose, apart, " dB")
    if row.outlier is None:
        names = (row.low_analyst, row.high_analyst)
        return Item(text, tuple(Item(f"{name}: {reason(row, name)}") for name in names))
    outlier = (f"{row.outlier} stands apart at ", p(row.outlier_probability))
    under = Item((*outlier, f": {reason(row, row.outlier)}"))
    return Item((*text, f", n = {row.analysts}"), (under,))


def reason(row: Spread, analyst: Analyst) -> str:
    """The rationale of an analyst whose forecast differs."""
    return one_line(row.rationales.get(analyst, "no reason given"))


def restated(restatement: Restatement | None, database: Database) -> Iterator[Flat]:
    """Yield the figures of the last review that would be printed differently today."""
    rows = restated_rows(restatement) if restatement else []
    if restatement and rows:
        lead = (
            f"The figures of {restatement.day} as commit {restatement.commit[:7]} had them, and as "
            "today's records make them."
        )
        yield Heading(2, "Restated", (lead,), anchor="restated")
        yield Items(tuple(_restated(row, database) for row in rows))


def restated_rows(restatement: Restatement) -> list[Restated]:
    """The scenarios of which a figure would be printed differently."""
    return [row for row in restatement.figures if restated_figures(row)]


def restated_figures(row: Restated) -> str:
    """A scenario's figures as they were printed, and as they are now."""
    shifts = [("stated", row.stated), ("implied", row.implied)]
    return ", ".join(
        f"{name} {_step(shift)}" for name, shift in shifts if shift and _differs(shift)
    )


def _differs(shift: Shift) -> bool:
    if shift.from_ is None or shift.to is None:
        return shift.from_ != shift.to
    return printed(shift.from_) != printed(shift.to)


def _step(shift: Shift) -> str:
    return " → ".join("none" if p is None else percent(p) for p in (shift.from_, shift.to))


def _restated(row: Restated, database: Database) -> Item:
    because = (f"{change.record}: {cells.field_words(change)}" for change in row.because)
    name = cells.scenario(row.scenario, database)
    under = tuple(Item(text, bullet=True) for text in because)
    return Item((name, f": {restated_figures(row)}"), under)
