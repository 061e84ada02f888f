"""Sparklines, and a table in colour."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.period.period import window
from scenarios.analysis.period.trajectory import TrajectoryPoint
from scenarios.analysis.review.status import status
from scenarios.render.document import AXIS, Heading, sparkline, strip
from scenarios.render.documents.status import Trends, document, figures
from scenarios.render.text import shown_in
from scenarios.render.writers.terminal import direction, write
from tests.records import database, day, resolution, scenario, sheet, sheets

DAYS = [day(n) for n in range(12)]
LEGEND = """\
trend: the last 12 reviews, 2022-01-01 to 2022-01-12, of what was stated, or
implied where nobody stated anything, in log odds: from ▁ to █ is the row's own
range, or 10 dB where that is less; blank where neither stood."""


def test_a_bar_is_an_eighth_of_the_rows_own_range_in_log_odds() -> None:
    assert sparkline((0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)) == "▁▂▃▅▆▇█"
    assert sparkline((0.0, 0.5, 1.0)) == "▁▅█"
    assert sparkline((None, 0.5, None)) == "·▅·"


def test_one_per_cent_is_not_drawn_as_four() -> None:
    assert sparkline((0.01, 0.02, 0.04)) == "▂▄▇"
    assert (
        strip(None, 0.01).index("●") < strip(None, 0.02).index("●") < strip(None, 0.04).index("●")
    )


def test_a_row_that_hardly_moves_is_drawn_as_one() -> None:
    assert sparkline((0.74, 0.75)) == "▄▅" == sparkline((0.25, 0.26))
    assert sparkline((0.74, 0.74, 0.744)) == "▄▄▅"


def test_a_strip_leads_from_the_last_figure_to_this_one_with_the_implied_one_beside_it() -> None:
    assert AXIS == "0.1%·······50%······99.9%"
    assert AXIS[11:14] == "50%"
    assert strip(None, 0.5)[12] == "●"
    assert strip(0.02, 0.2, 0.6) == "·····○────●·|×···········"
    assert strip(0.9, 0.2, 0.5) == "··········●─×───○········"
    assert strip(0.5, 0.5, 0.5) == "············●············"
    assert strip(None, 0.0, 1.0) == "●···········|···········×"


def test_what_an_encoding_lacks_is_told_in_ascii() -> None:
    told = "−20 → 4%… " + strip(0.9, 0.2) + sparkline((0.1, 0.9))
    assert shown_in("utf-8", told) == told
    assert shown_in("ascii", told) == "-20 > 4%~ ..........*-----o........18"
    assert shown_in("latin-1", "Zoë·") == "Zoë·"


@given(st.lists(st.one_of(st.none(), st.floats(0, 1))).map(tuple))
def test_a_sparkline_is_as_long_as_what_it_shows(told: tuple[float | None, ...]) -> None:
    assert len(sparkline(told)) == len(told)


def test_what_was_stated_is_shown_where_anything_was() -> None:
    first = TrajectoryPoint(day=day(1), stated=None, implied=0.4)
    for stated, shown in ((0.7, (None, None, 0.7, None)), (None, (None, 0.4, 0.5, None))):
        second = TrajectoryPoint(day=day(2), stated=stated, implied=0.5)
        assert figures(DAYS[:4], [first, second]) == shown


def test_the_direction_is_from_the_first_figure_to_the_last() -> None:
    assert direction([None, 0.5, 0.9, 0.2, None]) == "−30"
    assert direction([0.5, 0.53]) == "+3.0"
    assert [direction([0.5]), direction([None])] == ["0", ""]


def table(
    width: int, ids: str = "", *, trend: bool = True, colour: bool = False, apart: bool = False
) -> str:
    """Of one that is open and one that did not occur; what was stated of both fell."""
    a, b = f"{ids}a", f"{ids}b"
    ended = scenario(resolution=resolution("did-not-occur", day(29)))
    said = (sheet(day(1), {a: 0.5, b: 0.5}), sheet(day(25), {a: 0.3, b: 0.3}))
    base = database(scenarios={a: scenario(), b: ended}, sheets=sheets(*said))
    rows = status(window(base, day(23), day(30)))
    trends = Trends(DAYS, {a: (None, *[0.5] * 10, 0.3), b: (0.5,) * 6 + (None,) * 6})
    days = {b: day(29)} if apart else None
    made = document(rows, [], "icd-203", "", trends if trend else None, since=day(23), ended=days)
    return write(made, width, colour=colour)


def test_what_moves_is_coloured_and_an_outcome_is_bold_and_no_gap_shows() -> None:
    down, bold, dim, plain, e = "\x1b[35m", "\x1b[1m", "\x1b[2m", "\x1b[39m", "\x1b[22m"
    a = f"{bold}a{e}"
    made = f"""\
scenario  stated  stated  implied  implied  trend         evidence  flags
                  change            change
--------  ------  ------  -------  -------  ------------  --------  -------------
{a}            30%     {down}−20{plain}      50%        {dim}0{e}  {down} ▆▆▆▆▆▆▆▆▆▆▃{plain}  0
b            30%              50%           {dim}▅▅▅▅▅▅{e}        0         {bold}did not occur{e}

{LEGEND}"""
    assert table(81, colour=True) == made
    assert table(81) == re.sub("\x1b\\[[0-9]+m", "", made)


def test_headings_have_weight_and_a_strip_gives_ink_to_the_way_of_what_moved() -> None:
    bold, dim, e = "\x1b[1m", "\x1b[2m", "\x1b[22m"
    made = write((Heading(2, "News"), Heading(1, "A " * 30)), 40, colour=True)
    halves = f"{bold}{('A ' * 20).strip()}{e}\n{bold}{('A ' * 10).strip()}{e}"
    assert made == f"{bold}News{e}\n----\n\n{halves}"
    strips = [line for line in table(160, colour=True).split("\n") if "●" in line]
    assert f"{dim}···········{e}{bold}●○{e}{dim}············{e}" in strips[0]
    assert table(160, colour=True).count("\x1b[1ma\x1b[22m") == 1
    assert "\x1b" not in table(160)


def test_what_hardly_moved_does_not_stand_out() -> None:
    said = (sheet(day(1), {"a": 0.5}), sheet(day(25), {"a": 0.506}))
    base = database(scenarios={"a": scenario()}, sheets=sheets(*said))
    rows = status(window(base, day(23), day(30)))
    assert "\n\x1b[1ma" not in write(document(rows, [], "icd-203", ""), 80, colour=True)


def test_what_is_resolved_says_so_in_a_table_of_its_own() -> None:
    assert (
        table(80, trend=False, apart=True)
        == """\
scenario  stated  stated change  implied  implied change  evidence  flags
--------  ------  -------------  -------  --------------  --------  -----
a            30%            −20      50%               0  0
Changes are in points, since 2022-01-24; in brackets, the evidence that is new.

resolved  outcome        on          stated  implied
--------  -------------  ----------  ------  -------
b         did not occur  2022-01-30     30%      50%
On the day before the outcome, or at the horizon; the last forecasts: scen score"""
    )


def test_flags_are_folded_then_the_evidence_gives_way_then_the_trend_is_cut_and_left_out() -> None:
    ids = "twelve-sign-"
    assert table(80, ids).endswith(f"""
twelve-sign-a     30%     −20      50%        0   ▆▆▆▆▆▆▆▆▆▆▃  0
twelve-sign-b     30%              50%           ▅▅▅▅▅▅        0         did not
                                                                         occur

{LEGEND}""")
    assert table(79, ids).split("\n")[0].endswith("  implied  trend         flags")
    assert table(66, ids).split("\n")[0].endswith("  implied  trend     flags")
    assert "the last 8 reviews, 2022-01-05 to 2022-01-12" in table(66, ids).replace("\n", " ")
    assert table(63, ids) == table(63, ids, trend=False)
    assert table(68, ids, trend=False).split("\n")[0].endswith("evidence  flags")


def test_no_line_is_wider_than_the_screen() -> None:
    for width in range(34, 200):
        for trend in (True, False):
            for apart in (True, False):
                made = table(width, "of-twenty-characters-", trend=trend, apart=apart)
                assert max(map(len, made.split("\n"))) <= width


def test_an_id_of_sixty_letters_is_folded_and_the_table_keeps_its_columns() -> None:
    ids = "will-the-two-countries-open-a-new-crossing-of-the-border-in-"
    for width in (80, 100):
        made = table(width, ids, trend=False, apart=True).split("\n")
        assert re.split("  +", made[0]) == [
            *("scenario", "stated", "stated", "implied", "implied", "evidence", "flags")
        ]
        rest = made[made.index("") + 1 :]
        assert re.split("  +", rest[0]) == ["resolved", "outcome", "on", "stated", "implied"]
    assert table(80, ids, trend=False, apart=True).split("\n")[3:6] == [
        "will-the-two-countries-open-      30%     −20      50%        0  0",
        "a-new-crossing-of-the-border-",
        "in-a",
    ]
