"""What one item did to each scenario."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from scenarios.analysis.ledger.ledger import EvidenceEffect
from scenarios.model import Tracker
from scenarios.render.document import (
    Column,
    Document,
    Figure,
    Item,
    Items,
    Ref,
    Row,
    Table,
    Text,
    change_of,
)
from scenarios.scales import printed


def document(effects: Sequence[EvidenceEffect], tracker: Tracker, as_of: date) -> Document:
    """Scenario, rating, weight, factor, decibans counted, implied before and after; then why.

    Both figures are as of one day.
    """
    rows: list[Row] = []
    for effect in effects:
        step: Text = "–"
        if effect.before is not None and effect.after is not None:
            step = (Figure(effect.before, "p"), " → ", Figure(effect.after, "p"))
            if printed(effect.before) == printed(effect.after):
                step = change_of(effect.before, effect.after)
        code = effect.rating
        rows.append(
            (
                Ref(effect.scenario, "scenario"),
                code if isinstance(code, str) else Figure(code, "ratio"),
                Figure(effect.weight, digits=2),
                Figure(effect.factor, digits=2),
                Figure(effect.counted_decibans, "dB"),
                step,
            )
        )
    columns = (
        Column(name="scenario"),
        Column(name="rating", meaning="rating"),
        weight_column(tracker),
        Column(name="factor", align="right"),
        Column(name="dB", key="counted_decibans", align="right", meaning="move"),
        Column(name="implied"),
    )
    why = [f"{e.scenario}: {e.note}" for e in effects if e.note]
    why += [
        f"{e.scenario}: its heaviest line is now one graded {e.doubtful}"
        for e in effects
        if e.doubtful
    ]
    table = Table(columns=columns, rows=tuple(rows), caption=f"As of {as_of}:")
    return (table, Items(tuple(Item(text) for text in why)))


def weight_column(tracker: Tracker) -> Column:
    """The head of a column of weights, which says where grades make none."""
    applied = tracker.grade_weights is not None
    return Column(
        name="weight" if applied else "weight (grades not applied)", key="weight", align="right"
    )
