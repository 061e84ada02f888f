"""What one item did to each scenario, as text."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.analysis.effects import Effect
from scenarios.render.text import percent, signed, table


def effects_table(effects: Sequence[Effect]) -> str:
    """Scenario, rating, weight, factor, decibans counted, implied before and after, and why."""
    rows = []
    for effect in effects:
        step = "–"
        if effect.before is not None and effect.after is not None:
            step = f"{percent(effect.before)} → {percent(effect.after)}"
        rating = effect.rating if isinstance(effect.rating, str) else f"{effect.rating:g}"
        rows.append(
            [
                effect.scenario,
                rating,
                f"{effect.weight:.2f}",
                f"{effect.factor:.2f}" if effect.factor is not None else "–",
                signed(effect.counted_decibans),
                step,
                effect.note or "",
            ]
        )
    headers = ["scenario", "rating", "weight", "factor", "dB", "implied", "why not more"]
    return table(rows, headers, right=(2, 3, 4))
