"""Sparklines, and a table in colour."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.period.period import window
from scenarios.analysis.period.trend import Point
from scenarios.analysis.review.status import status
from scenarios.render.document import sparkline
from scenarios.render.documents.status import Trends, document, figures
from scenarios.render.writers.terminal import write
from scenarios.render.writers.terminal_table import direction
from tests.records import database, day, resolution, scenario, sheet, sheets

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
    first = Point(day=day(1), stated=None, implied=0.4)
    for stated, shown in ((0.7, (None, None, 0.7, None)), (None, (None, 0.4, 0.5, None))):
        second = Point(day=day(2), stated=stated, implied=0.5)
        assert figures(DAYS[:4], [first, second]) == shown


def test_the_direction_is_from_the_first_figure_to_the_last() -> None:
    assert direction([None, 0.5, 0.9, 0.2, None]) == "−30"
    assert direction([0.5, 0.53]) == "+3.0"
    assert [direction([0.5]), direction([None])] == ["0", ""]


def table(width: int, ids: str = "", *, trend: bool = True, colour: bool = False) -> str:
    """Of one that is open and one that did not occur; what was stated of both fell."""
    a, b = f"{ids}a", f"{ids}b"
    ended = scenario(resolution=resolution("did-not-occur", day(29)))
    said = (sheet(day(1), {a: 0.5, b: 0.5}), sheet(day(25), {a: 0.3, b: 0.3}))
    base = database(scenarios={a: scenario(), b: ended}, sheets=sheets(*said))
    rows = status(window(base, day(23), day(30)))
    trends = Trends(DAYS, {a: (None, *[0.5] * 10, 0.3), b: (0.5,) * 6 + (None,) * 6})
    return write(document(rows, [], "icd-203", "", trends if trend else None), width, colour=colour)


def test_only_what_moves_is_coloured_and_no_gap_shows() -> None:
    paint, plain = "\x1b[35m", "\x1b[39m"
    made = f"""\
scenario  stated    ±  implied  ±  trend         evidence  flags
--------  ------  ---  -------  -  ------------  --------  -------------
a            30%  {paint}−20{plain}      50%  0  {paint} ▅▅▅▅▅▅▅▅▅▅▃{plain}  0
b            30%  {paint}−20{plain}      50%  0  ▅▅▅▅▅▅        0         did not occur

{LEGEND}"""
    assert table(80, colour=True) == made
    assert table(80) == made.replace(paint, "").replace(plain, "")


def test_flags_are_folded_then_the_evidence_gives_way_then_the_trend_is_cut_and_left_out() -> None:
    ids = "of-twenty-characters-"
    assert table(80, ids).endswith(f"""
of-twenty-characters-a     30%  −20      50%  0   ▅▅▅▅▅▅▅▅▅▅▃  0
of-twenty-characters-b     30%  −20      50%  0  ▅▅▅▅▅▅        0         did not
                                                                         occur

{LEGEND}""")
    assert table(77, ids).split("\n")[0].endswith("  ±  trend         flags")
    assert table(64, ids).split("\n")[0].endswith("  ±  trend     flags")
    narrow = table(64, ids).replace("\n", " ")
    assert "0  ▅▅▅▅▅▅▅▃ of-twenty-characters-b     30%  −20      50%  0  ▅▅        did" in narrow
    assert "the last 8 reviews, 2022-01-05 to 2022-01-12" in narrow
    assert table(61, ids) == table(61, ids, trend=False)
    assert table(69, ids, trend=False).split("\n")[0].endswith("evidence  flags")


def test_no_line_is_wider_than_the_screen() -> None:
    for width in range(30, 200):
        for trend in (True, False):
            made = table(width, "of-twenty-characters-", trend=trend)
            assert max(map(len, made.split("\n"))) <= width
