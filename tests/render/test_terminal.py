"""Sparklines, and a table in colour."""

from __future__ import annotations

from datetime import date
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.period.trend import Point
from scenarios.analysis.review.status import (
    EvidenceCount,
    ImpliedFigure,
    IndicatorCount,
    StatedFigure,
    StatusRow,
)
from scenarios.render.document import sparkline
from scenarios.render.documents.status import Trends, document, figures
from scenarios.render.writers.terminal import write
from scenarios.render.writers.terminal_table import direction
from tests.records import day

DAYS = [day(n) for n in range(12)]
LEGEND = """\
trend: the last 12 reviews, 2022-01-01 to 2022-01-12, from ▁ 0% to █ 100%: what
was stated, or implied where nobody stated anything; blank where neither stood."""


def test_a_bar_is_an_eighth_of_the_scale() -> None:
    eighths = (0.0, 0.1249, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0)
    assert sparkline(eighths) == "▁▁▂▃▄▅▆▇██"
    assert sparkline((None, 0.5, None)) == "·▅·"


@given(st.lists(st.one_of(st.none(), st.floats(0, 1))).map(tuple))
def test_a_sparkline_is_as_long_as_what_it_shows(told: tuple[float | None, ...]) -> None:
    assert len(sparkline(told)) == len(told)


def test_what_was_stated_is_shown_where_anything_was() -> None:
    days = [day(0), day(1), day(2), day(3)]
    first = Point(day=day(1), stated=None, implied=0.4)
    for stated, shown in ((0.7, (None, None, 0.7, None)), (None, (None, 0.4, 0.5, None))):
        second = Point(day=day(2), stated=stated, implied=0.5)
        assert figures(days, [first, second]) == shown


def test_the_direction_is_from_the_first_figure_to_the_last() -> None:
    assert direction([None, 0.5, 0.9, 0.2, None]) == "−30"
    assert direction([0.5, 0.53]) == "+3.0"
    assert direction([0.5]) == "0"
    assert direction([None]) == ""


def test_only_what_moves_is_coloured_and_no_gap_shows() -> None:
    paint, plain = "\x1b[35m", "\x1b[39m"
    lines = [
        "scenario  stated    ±  implied  ±  trend         evidence  flags",
        "--------  ------  ---  -------  -  ------------  --------  -------------",
        f"a            30%  {paint}−20{plain}      50%  0  {paint} ▅▅▅▅▅▅▅▅▅▅▃{plain}  18 (+2)",
        f"b            30%  {paint}−20{plain}      50%  0  ▅▅▅▅▅▅        18 (+2)   did not occur",
    ]
    assert table(80, colour=True) == "\n".join([*lines, "", LEGEND])
    assert table(80) == "\n".join([*lines, "", LEGEND]).replace(paint, "").replace(plain, "")


def row(id: str, stated: float, **keys: object) -> StatusRow:
    filled: dict[str, object] = {
        "id": id,
        "title": "A title of which a table has no more than a part",
        "set": None,
        "state": "open",
        "horizon": date(2030, 12, 31),
        "stated": StatedFigure(probability=stated, previous=0.5, analysts=1),
        "implied": ImpliedFigure(probability=0.5, previous=0.5, low=None, high=None),
        "gap_decibans": 0.0,
        "movement_bits": 0.1,
        "evidence": EvidenceCount(total=18, new=2),
        "indicators": IndicatorCount(observed=1, emerging=0, total=4),
        "last_evidence": None,
        "outcome": None,
    }
    return StatusRow(**{**filled, **keys})  # type: ignore[arg-type]


ROWS = [row("a", 0.3), row("b", 0.6, state="resolved", outcome="did-not-occur")]
TRENDS = Trends(DAYS, {"a": (None, *[0.5] * 10, 0.3), "b": (0.5,) * 6 + (None,) * 6})


def table(
    width: int, trends: Trends | None = TRENDS, ids: str = "", *, colour: bool = False
) -> str:
    rows = [row(ids + r.id, 0.3, state=r.state, outcome=r.outcome) for r in ROWS]
    told = trends and trends._replace(figures={ids + id: f for id, f in trends.figures.items()})
    return write(document(rows, [], "icd-203", "", told), width, colour=colour)


def test_flags_are_folded_first_and_then_the_evidence_gives_way() -> None:
    made = table(80, ids="of-twenty-characters-")
    assert (
        made
        == f"""\
scenario                stated    ±  implied  ±  trend         evidence  flags
----------------------  ------  ---  -------  -  ------------  --------  -------
of-twenty-characters-a     30%  −20      50%  0   ▅▅▅▅▅▅▅▅▅▅▃  18 (+2)
of-twenty-characters-b     30%  −20      50%  0  ▅▅▅▅▅▅        18 (+2)   did not
                                                                         occur

{LEGEND}"""
    )
    made = table(77, ids="of-twenty-characters-").partition("\n\n")[0]
    assert (
        made
        == """\
scenario                stated    ±  implied  ±  trend         flags
----------------------  ------  ---  -------  -  ------------  -------------
of-twenty-characters-a     30%  −20      50%  0   ▅▅▅▅▅▅▅▅▅▅▃
of-twenty-characters-b     30%  −20      50%  0  ▅▅▅▅▅▅        did not occur"""
    )


def test_a_narrow_trend_has_the_last_reviews_and_a_narrower_one_is_left_out() -> None:
    narrow = table(64, ids="of-twenty-characters-")
    assert (
        narrow.partition("\n\n")[0]
        == """\
scenario                stated    ±  implied  ±  trend     flags
----------------------  ------  ---  -------  -  --------  -----
of-twenty-characters-a     30%  −20      50%  0  ▅▅▅▅▅▅▅▃
of-twenty-characters-b     30%  −20      50%  0  ▅▅        did
                                                           not
                                                           occur"""
    )
    assert "the last 8 reviews, 2022-01-05 to 2022-01-12" in narrow.replace("\n", " ")
    left_out = table(61, ids="of-twenty-characters-")
    assert left_out == table(61, None, "of-twenty-characters-")
    assert table(69, None, "of-twenty-characters-").split("\n")[0].endswith("evidence  flags")


def test_no_line_is_wider_than_the_screen() -> None:
    for width, trends in product(range(30, 200), (TRENDS, None)):
        made = table(width, trends, "of-twenty-characters-")
        assert max(map(len, made.split("\n"))) <= width


def test_where_there_is_no_scenario_that_is_said() -> None:
    assert write(document([], [], "icd-203", "No scenario.", TRENDS)) == "No scenario."
