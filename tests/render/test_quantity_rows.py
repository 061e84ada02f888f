"""Quantities in the picture of a review: scaled to their own unit, from then to now."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from msgspec.structs import replace

from scenarios.analysis.period.period import window
from scenarios.analysis.review.review import review
from scenarios.analysis.review.status import status
from scenarios.model import Database, Resolution
from scenarios.render.document import Chart, plain
from scenarios.render.documents.status import document
from scenarios.render.drawing import draw
from scenarios.render.overview import OverviewRow
from scenarios.render.review_picture import review_picture
from scenarios.render.writers.terminal import write
from scenarios.workspace.opened import open_folder
from tests.render.drawings import outside, overlaps, texts

TRADE = Path(__file__).parents[1] / "data" / "trade"


def records() -> Database:
    return open_folder(TRADE).database


def picture(database: Database, since: str, on: str) -> Chart:
    both = window(database, date.fromisoformat(since), date.fromisoformat(on), banded=True)
    drawn = review_picture(both, review(both))
    assert drawn is not None
    return drawn


def row(chart: Chart, name: str) -> OverviewRow:
    found: OverviewRow
    [found] = [row for row in chart.drawing.rows if name in row.name]
    return found


def ended(database: Database, id: str, value: float | str | None) -> Database:
    day = date(2024, 10, 17)
    end = Resolution("annulled", day, day, "B.", value=value)
    known = replace(database.scenarios[id], resolution=end)
    return replace(database, scenarios={**database.scenarios, id: known})


def test_a_row_goes_from_then_to_now_on_its_own_scale_with_its_reason_and_cause() -> None:
    drawn = picture(records(), "2024-10-11", "2024-10-18")
    trade = row(drawn, "Trade")
    assert (trade.figures, trade.word) == (("236", "240"), "229 to 253")
    assert trade.range == "evidence 242 (222 to 267)"
    assert plain(trade.why) == (
        "The evidence moved, by Customs give 180.4 billion for nine months."
    )
    assert [label for _, label in trade.levels] == ["220", "260"]
    assert trade.before is not None
    assert trade.now is not None
    assert 0 < trade.before < trade.now < 1
    assert all(0 <= p.low <= p.implied <= p.high <= 1 for p in trade.evidence)
    pipeline = row(drawn, "Siberia")
    assert (pipeline.figures[1], pipeline.now, len(pipeline.others)) == ("later", 1.0, 0)
    assert [label for _, label in pipeline.levels] == ["2024", "2025"]
    for narrow in (False, True):
        shape = draw(drawn.drawing, narrow=narrow)
        assert (overlaps(shape), outside(shape)) == ([], [])
        assert "236 → 240" in texts(shape)


def test_what_did_not_move_is_named_with_its_interval() -> None:
    [(title, words)] = picture(records(), "2024-11-01", "2024-11-08").drawing.folded
    assert title == "Did not move"
    assert "Trade of China and Russia in 2024: 240 (229 to 253)" in plain(words)


def test_a_known_value_stands_at_its_place_and_annulled_at_none() -> None:
    known = row(picture(ended(records(), "trade-2024", 244.8), "2024-10-11", "2024-10-18"), "Trade")
    assert (known.figures, known.ended) == (("", "244.8"), date(2024, 10, 17))
    assert known.now is not None
    assert known.before is not None
    assert known.now > known.before
    none = row(picture(ended(records(), "trade-2024", None), "2024-10-11", "2024-10-18"), "Trade")
    assert (none.figures, none.now) == (("", "annulled"), None)
    came = ended(records(), "pipeline-contract", "2024-10-16")
    assert row(picture(came, "2024-10-11", "2024-10-18"), "Siberia").figures == ("", "16 Oct 2024")


def test_before_anybody_spoke_the_evidence_stands_alone() -> None:
    first = row(picture(records(), "2024-02-01", "2024-02-09"), "Trade")
    assert (first.range, first.stated) == ("evidence alone", ())
    assert first.figures == ("240", "228")


def test_a_row_by_a_day_that_has_passed_did_not_occur_and_has_no_chance() -> None:
    database = records()
    (id,) = [
        id for id, s in database.quantities.items() if s.quantity and s.quantity.kind == "date"
    ]
    quantity = database.scenarios[id].quantity
    assert quantity is not None
    on = next(day for day in quantity.thresholds if isinstance(day, date))
    for day, ended in ((on - timedelta(1), False), (on, True)):
        rows = [row for row in status(window(database, on - timedelta(8), day)) if row.id == id]
        text = write(document(rows, [], "icd-203", ""), 120)
        (line,) = [line for line in text.split("\n") if line.startswith(f"by {on}")]
        assert ("did not occur" in line, "%" in line) == (ended, not ended)
