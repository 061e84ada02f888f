"""Questions, evidence and indicators: what is new of them and was not told already."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from scenarios.analysis.evidence.indicators import IndicatorChange
from scenarios.analysis.period.period import Spread
from scenarios.analysis.review.review import NewEvidence, QuestionChange, Restatement
from scenarios.model import Database, EvidenceId, ScenarioId
from scenarios.render.document import Flat, Heading, Item, Items, Ref
from scenarios.render.documents import disagreement, questions, restatement
from scenarios.render.documents.review import names


def asked(changes: Sequence[QuestionChange], database: Database) -> Iterator[Flat]:
    """What scenarios ask, where that changed."""
    if changes:
        yield Heading(2, "Questions that changed", anchor="questions")
        yield Items(tuple(questions.row(change, database) for change in changes))


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
        on = ("On ", *names.titles(ids, database), ":") if ids else ("On nothing yet: scen rate",)
        rows.append(Item(on, tuple(_new(entry, database) for entry in entries)))
    yield Items(tuple(rows))


def _new(entry: NewEvidence, database: Database) -> Item:
    under = []
    if entry.retracted:
        reason = " ".join(entry.retracted.reason.split())
        under.append(Item(f"retracted on {entry.retracted.date}: {reason}"))
    told = (names.item(entry.id, database), " (", *names.source_of(entry.id, database), ")")
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
        rows.append(Item((names.scenario(id, database), ":"), under))
    yield Items(tuple(rows))


def _changed(change: IndicatorChange, database: Database) -> Item:
    name = names.indicator(f"{change.scenario}/{change.indicator}", database)
    refs = tuple(names.listed([Ref(id, "evidence") for id in change.evidence]))
    by = (" (", *refs, ")") if refs else ()
    return Item((name, f": {change.before} → {change.after}", *by), bullet=True)


def differing(spreads: Sequence[Spread], database: Database) -> Iterator[Flat]:
    """Where analysts differ."""
    if rows := disagreement.rows(spreads, database):
        yield Heading(2, "Where analysts differ", anchor="spreads")
        yield Items(rows)


def restated(made: Restatement | None, database: Database) -> Iterator[Flat]:
    """Last week's figures that would be different today."""
    if made and (rows := restatement.rows(made)):
        yield Heading(2, restatement.HEADING, (restatement.lead(made),), anchor="restated")
        told = []
        for row in rows:
            name = names.scenario(row.scenario, database)
            under = tuple(Item(reason, bullet=True) for reason in restatement.reasons(row))
            told.append(Item((name, f": {restatement.figures(row)}"), under))
        yield Items(tuple(told))
