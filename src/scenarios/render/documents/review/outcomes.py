"""What was resolved: what was said last, what the evidence implied, and how good that was."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from scenarios.analysis.review.headline import LastFigure, ResolvedScenario
from scenarios.model import Database, EvidenceId
from scenarios.render.document import Figure, Flat, Heading, Item, Items, Ref, Span
from scenarios.render.documents.review import names


def section(
    resolved: Sequence[ResolvedScenario], told: Collection[EvidenceId], database: Database
) -> Iterator[Flat]:
    """Each scenario in a line; the basis and the evidence of an outcome once.

    An item that is `told` below is named by its id here.
    """
    if not resolved:
        return
    yield Heading(2, "Resolved", anchor="resolved")
    rows = []
    shown: set[tuple[EvidenceId, ...]] = set()
    for entry in sorted(resolved, key=lambda one: one.outcome != "occurred"):
        under: list[Item] = []
        if not _follows(entry, database):
            under.append(Item(" ".join(entry.basis.split())))
        if entry.evidence and entry.evidence not in shown:
            parts = [_item(id, told, database) for id in entry.evidence]
            under.append(Item(("shown by ", *names.listed(parts))))
            shown.add(entry.evidence)
        name = names.scenario(entry.scenario, database)
        rows.append(Item((name, ": ", *figures(entry)), tuple(under)))
    yield Items(tuple(rows))


def figures(entry: ResolvedScenario) -> Iterator[Span]:
    """`last said 40%, evidence implied 62%, occurred on 2022-02-24, Brier 0.36`."""
    said, implied = entry.last_said, entry.last_implied
    if said:
        yield from ("last said ", Figure(said.probability, "p"))
    elif entry.stated is not None:
        yield from ("last said ", Figure(entry.stated, "p"))
    else:
        yield "never forecast"
    shown = implied.probability if implied else entry.implied
    yield from (", evidence implied ", Figure(shown, "p"))
    how = {"occurred": "occurred", "did-not-occur": "did not occur", "annulled": "annulled"}
    yield f", {how[entry.outcome]} on {entry.date}"
    yield from _brier(said, implied)


def _brier(said: LastFigure | None, implied: LastFigure | None) -> Iterator[Span]:
    if said:
        yield from (", Brier ", Figure(said.brier, digits=2))
    if implied:
        yield from (" (the evidence " if said else " (Brier ", Figure(implied.brier, digits=2), ")")


def _item(id: EvidenceId, told: Collection[EvidenceId], database: Database) -> Span:
    return Ref(id, "evidence") if id in told else names.item(id, database)


def _follows(entry: ResolvedScenario, database: Database) -> bool:
    """Whether an outcome only follows from that of a rival."""
    own = database.scenarios[entry.scenario].resolution
    return own is None or own.basis != entry.basis
