"""What did not move: by too little to count, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scenarios.analysis.review.status import StatusRow
from scenarios.model import Database, ScenarioId
from scenarios.render.document import Figure, Flat, Heading, Item, Items, Span
from scenarios.render.documents.review import names
from scenarios.render.text import signed
from scenarios.scales import MOVED_BITS

_ROUNDING = 1e-12


def section(
    rows: Sequence[StatusRow], reaffirmed: Sequence[ScenarioId], database: Database
) -> Iterator[Flat]:
    """These scenarios with what changed by little, then those of which no figure changed."""
    little = [row for row in rows if any(signed(change) != "0" for _, change in _changes(row))]
    least = [row for row in rows if row not in little and any(_changes(row))]
    same = [row for row in rows if not any(_changes(row))]
    again = [row for row in same if row.id in reaffirmed]
    untold = [row for row in same if row.id not in reaffirmed]
    told = [
        Item(tuple(parts))
        for name, some in (
            (f"Moved by less than {MOVED_BITS} bits: ", little),
            ("Moved by less than 0.1 points: ", least),
            ("Unchanged, and forecast again: ", again),
            ("Unchanged: ", untold),
        )
        if (parts := [*_listed(name, some, database)])
    ]
    if told:
        yield Heading(2, "What did not move", anchor="unchanged")
        yield Items(tuple(told))


def _listed(name: str, rows: Sequence[StatusRow], database: Database) -> Iterator[Span]:
    for place, row in enumerate(rows):
        yield "; " if place else name
        yield names.scenario(row.id, database)
        changes = [(kind, change) for kind, change in _changes(row) if signed(change) != "0"]
        for number, (kind, change) in enumerate(changes):
            yield from (", " if number else " (", f"{kind} ", Figure(change, "points"))
        yield " points)" if changes else ""


def _changes(row: StatusRow) -> Iterator[tuple[str, float]]:
    """The figures that are others than before, however little."""
    for kind, figure in (("stated", row.stated), ("implied", row.implied)):
        if figure and figure.previous is not None:
            change = (figure.probability - figure.previous) * 100
            if abs(change) > _ROUNDING:
                yield kind, change
