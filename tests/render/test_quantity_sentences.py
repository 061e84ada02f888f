"""Bullets on quantities: figure, our reason and the item behind the evidence's move."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from scenarios.analysis.period.period import window
from scenarios.analysis.review.review import review
from scenarios.render.document import plain
from scenarios.render.documents.review.context import context_of
from scenarios.render.documents.review.sentences import lead
from scenarios.workspace.opened import open_folder

TRADE = Path(__file__).parents[1] / "data" / "trade"


def told(since: str, on: str) -> list[str]:
    database = open_folder(TRADE).database
    both = window(database, date.fromisoformat(since), date.fromisoformat(on), banded=True)
    looked = review(both)
    return [plain(s) for s in lead(context_of(looked.story, database, looked.scenarios))]


def test_a_bullet_has_the_figure_the_reason_and_what_moved_the_evidence() -> None:
    headline, first, second = told("2024-10-11", "2024-10-18")
    assert headline == (
        "A contract for Power of Siberia 2: we say later (2025-07-01 to later), from 2026-07-23"
    )
    assert first == (
        "A contract for Power of Siberia 2: “No price has been agreed.” East desk "
        "· evidence later (2026-01-14 to later)"
    )
    assert second == (
        "Trade of China and Russia in 2024: 240 (229 to 253), from 236 · “Nine months point a "
        "little over last year.” East desk · evidence 242 (222 to 267), from 235"
    )


def test_without_a_forecast_of_ours_it_has_the_evidence_and_the_item() -> None:
    assert told("2024-02-01", "2024-02-09")[-1] == (
        "Trade of China and Russia in 2024: evidence 228 (199 to 262), from 240, "
        "by Chouzhou Bank halts all settlements with Russia"
    )
