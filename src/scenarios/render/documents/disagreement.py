"""Where analysts differ: the range, and who stands apart or, of two, what each says."""

from __future__ import annotations

from collections.abc import Iterable

from scenarios.analysis.period.period import Spread
from scenarios.model import Analyst, Database
from scenarios.render.document import Figure, Item
from scenarios.render.documents.review import names
from scenarios.scales import printed


def rows(spreads: Iterable[Spread], database: Database) -> tuple[Item, ...]:
    """One entry for each range of which the ends are printed as two figures."""
    return tuple(_spread(row, database) for row in spreads if printed(row.low) != printed(row.high))


def _spread(row: Spread, database: Database) -> Item:
    low, high = Figure(row.low, "p"), Figure(row.high, "p")
    apart = Figure(row.spread_decibans, digits=1)
    whose = f" between {row.low_analyst} and {row.high_analyst}, "
    told = (
        names.scenario(row.scenario, database),
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
