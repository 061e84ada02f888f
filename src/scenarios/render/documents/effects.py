"""Effects of what was recorded: of an item on each scenario, of a sheet on the figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from scenarios.analysis.ledger.ledger import Effect
from scenarios.analysis.review.agenda import SetSum
from scenarios.model import Analyst, Tracker
from scenarios.render import cells
from scenarios.render.cells import Cell, left, p, right
from scenarios.render.document import Document, Figure, Item, Items, Ref, Text
from scenarios.render.documents.session import set_sums


def document(effects: Sequence[Effect], tracker: Tracker, as_of: date) -> Document:
    """Scenario, rating, weight, factor, decibans counted, implied before and after; then why.

    Both figures are as of one day.
    """
    columns: tuple[Cell[Effect], ...] = (
        (left("scenario"), lambda effect: Ref(effect.scenario, "scenario")),
        (left("rating", meaning="rating"), lambda effect: cells.rating(effect.rating)),
        (cells.weight_column(tracker), lambda effect: Figure(effect.weight, digits=2)),
        (right("factor"), lambda effect: Figure(effect.factor, digits=2)),
        (
            right("dB", "counted_decibans", meaning="move"),
            lambda effect: Figure(effect.counted_decibans, "dB"),
        ),
        (left("implied"), _implied),
    )
    why = [f"{effect.scenario}: {effect.note}" for effect in effects if effect.note]
    why += [
        f"{effect.scenario}: its heaviest line is now one graded {effect.doubtful}"
        for effect in effects
        if effect.doubtful
    ]
    table = cells.table(effects, columns, caption=f"As of {as_of}:")
    return (table, Items(tuple(map(Item, why))))


def _implied(effect: Effect) -> Text:
    if effect.before is None or effect.after is None:
        return "–"
    return cells.step_in_words(effect.before, effect.after)


def forecast_document(figures: Iterable[Any], sums: Iterable[SetSum], analyst: Analyst) -> Document:
    """The stated probability before and after, the implied one, and what the sets add up to."""
    columns: tuple[Cell[Any], ...] = (
        (left("scenario"), lambda figure: Ref(figure.scenario, "scenario")),
        (right("stated before"), lambda figure: p(figure.before)),
        (right("stated after"), lambda figure: p(figure.after)),
        (right("analysts"), lambda figure: Figure(figure.analysts)),
        (right("implied"), lambda figure: p(figure.implied)),
        (right("gap dB", "gap_decibans"), lambda figure: Figure(figure.gap_decibans, "dB")),
    )
    return (cells.table(figures, columns), set_sums(sums, analyst))
