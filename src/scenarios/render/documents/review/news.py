"""New questions, evidence and indicator states, where analysts differ, and restated figures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from scenarios.analysis.evidence.indicators import IndicatorChange
from scenarios.analysis.history.commits import FieldChange
from scenarios.analysis.ledger.ledger_changes import Shift
from scenarios.analysis.period.period import Spread
from scenarios.analysis.review.review import NewEvidence, QuestionChange, Restated, Restatement
from scenarios.model import Analyst, Database, EvidenceId, ScenarioId
from scenarios.render import cells
from scenarios.render.document import Figure, Flat, Heading, Item, Items, Ref
from scenarios.render.documents.diff import field_words
from scenarios.render.text import percent
from scenarios.scales import printed


def question_row(change: QuestionChange, database: Database) -> Item:
    """One change, in full: what differs may stand at the end of a long text."""
    name = cells.scenario(change.scenario, database)
    if change.date:
        return Item((name, f": clarified on {change.date}"), (Item(_line(change.after)),))
    field = change.field.replace("_", " ")
    steps = [("was", change.before), ("is", change.after)]
    under = tuple(Item(f"{word}: {_line(text)}") for word, text in steps if text)
    return Item((name, f": {field} changed"), under)


def _line(text: str) -> str:
    return " ".join(text.split())


def spread_rows(spreads: Iterable[Spread], database: Database) -> tuple[Item, ...]:
    """One entry for each range of which the ends are printed as two figures."""
    return tuple(_spread(row, database) for row in spreads if printed(row.low) != printed(row.high))


def _spread(row: Spread, database: Database) -> Item:
    low, high = Figure(row.low, "p"), Figure(row.high, "p")
    apart = Figure(row.spread_decibans, digits=1)
    whose = f" between {row.low_analyst} and {row.high_analyst}, "
    told = (
        cells.scenario(row.scenario, database),
        ": spread ",
        low,
        "–",
        high,
        whose,
        apart,
        " dB",
    )
    if row.outlier is None:
        ends = (row.low_analyst, row.high_analyst)
        return Item(told, tuple(Item(f"{name}: {_reason(row, name)}") for name in ends))
    outlier = Figure(row.outlier_probability, "p")
    under = Item((f"{row.outlier} stands apart at ", outlier, f": {_reason(row, row.outlier)}"))
    return Item((*told, f", n = {row.analysts}"), (under,))


def _reason(row: Spread, analyst: Analyst) -> str:
    return " ".join(row.rationales.get(analyst, "no reason given").split())


HEADING = "Restated"


def restated_lead(made: Restatement) -> str:
    """What is compared with what."""
    return (
        f"The figures of {made.day} as commit {made.commit[:7]} had them, and as today's records "
        "make them."
    )


def restated_figures(one: Restated) -> str:
    """A scenario's figures as they were printed, and as they are now."""
    told = [("stated", one.stated), ("implied", one.implied)]
    return ", ".join(
        f"{name} {_step(shift)}" for name, shift in told if shift and _reads_otherwise(shift)
    )


def restated_rows(made: Restatement) -> list[Restated]:
    """The scenarios of which a figure would be printed otherwise."""
    return [row for row in made.figures if restated_figures(row)]


def restated_reasons(one: Restated) -> Iterator[str]:
    """The changes that did it, one sentence each."""
    return map(_restatement_reason, one.because)


def _reads_otherwise(shift: Shift) -> bool:
    if shift.from_ is None or shift.to is None:
        return shift.from_ != shift.to
    return printed(shift.from_) != printed(shift.to)


def _step(shift: Shift) -> str:
    before, after = (percent(p) if p is not None else "none" for p in (shift.from_, shift.to))
    return f"{before} → {after}"


def _restatement_reason(change: FieldChange) -> str:
    return f"{change.record}: {field_words(change)}"


def asked(changes: Sequence[QuestionChange], database: Database) -> Iterator[Flat]:
    """What scenarios ask, where that changed."""
    if changes:
        yield Heading(2, "Questions that changed", anchor="questions")
        yield Items(tuple(question_row(change, database) for change in changes))


def evidence(
    new: Sequence[NewEvidence], told: Collection[EvidenceId], database: Database
) -> Iterator[Flat]:
    """The items that moved nothing, those that bear on the same scenarios together."""
    left = [entry for entry in new if entry.id not in told]
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
    under = []
    if entry.retracted:
        reason = " ".join(entry.retracted.reason.split())
        under.append(Item(f"retracted on {entry.retracted.date}: {reason}"))
    told = (cells.item(entry.id, database), " (", *cells.source_of(entry.id, database), ")")
    return Item(told, tuple(under), bullet=True)


def indicators(changes: Sequence[IndicatorChange], database: Database) -> Iterator[Flat]:
    """The indicators that are in another state, under their scenario."""
    if not changes:
        return
    groups: dict[ScenarioId, list[IndicatorChange]] = {}
    for change in changes:
        groups.setdefault(change.scenario, []).append(change)
    yield Heading(2, "Indicators that changed state", anchor="changed-indicators")
    rows = []
    for id, of in groups.items():
        under = tuple(_changed(change, database) for change in of)
        rows.append(Item((cells.scenario(id, database), ":"), under))
    yield Items(tuple(rows))


def _changed(change: IndicatorChange, database: Database) -> Item:
    name = cells.indicator(f"{change.scenario}/{change.indicator}", database)
    refs = tuple(cells.listed([Ref(id, "evidence") for id in change.evidence]))
    by = (" (", *refs, ")") if refs else ()
    return Item((name, f": {change.before} → {change.after}", *by), bullet=True)


def differing(spreads: Sequence[Spread], database: Database) -> Iterator[Flat]:
    """Where analysts differ."""
    if rows := spread_rows(spreads, database):
        yield Heading(2, "Where analysts differ", anchor="spreads")
        yield Items(rows)


def restated(made: Restatement | None, database: Database) -> Iterator[Flat]:
    """Last week's figures that would be different today."""
    if made and (rows := restated_rows(made)):
        yield Heading(2, HEADING, (restated_lead(made),), anchor="restated")
        told = []
        for row in rows:
            name = cells.scenario(row.scenario, database)
            under = tuple(Item(reason, bullet=True) for reason in restated_reasons(row))
            told.append(Item((name, f": {restated_figures(row)}"), under))
        yield Items(tuple(told))
