"""What one item did to each scenario, as text."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.analysis.ledger.effects import Effect
from scenarios.render.text import fold, percent, signed, table


def effects_table(effects: Sequence[Effect], width: int) -> str:
    """Scenario, rating, weight, factor, decibans counted, implied before and after; then why."""
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
            ]
        )
    headers = ["scenario", "rating", "weight", "factor", "dB", "implied"]
    made = table(rows, headers, right=(2, 3, 4))
    why = [fold(f"{e.scenario}: {e.note}", width, "  ", "") for e in effects if e.note]
    return "\n\n".join(part for part in (made, "\n".join(why)) if part)
