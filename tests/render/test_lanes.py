"""A set over time: a lane a member, and shares that sum to one."""

from __future__ import annotations

from typing import Any

from scenarios.analysis.period.period import window
from scenarios.analysis.period.trajectory import courses
from scenarios.model import Tracker
from scenarios.render.document import Chart, plain
from scenarios.render.drawing import draw
from scenarios.render.pictures import lanes, letter
from tests.records import database, day, item, near, resolution, scenario, sheet
from tests.render.drawings import elements, texts


def chart(number: int = 30, **ends: Any) -> Chart:
    members = {
        id: scenario(p, set="s", resolution=ends.get(id))
        for id, p in (("a", 0.2), ("b", 0.5), ("c", 0.3))
    }
    base = database(
        Tracker(sets={"s": "Which one"}),
        scenarios=members,
        evidence={"e": item(day(26), ratings={"a": "CC"})},
        sheets={
            "n": sheet(day(5), {"a": 0.1, "b": 0.6, "c": 0.3}),
            "m": sheet(day(27), {"a": 0.4, "b": 0.4, "c": 0.2}),
        },
    )
    looked = window(base, day(23), day(number))
    drawn = [
        (course, looked.views[id]) for id, course in courses(looked, list(members), 60).items()
    ]
    return lanes("Which one", drawn, base, day(23), day(number))


def test_members_stand_by_their_figures_with_the_change() -> None:
    made = chart()
    assert [one.anchor for one in made.drawing.members] == ["s-a", "s-b", "s-c"]
    assert made.label == (
        "Which one: Title stated 10 → 40%; Title stated 60 → 40%; Title stated 30 → 20%."
    )
    for narrow in (False, True):
        told = texts(draw(made.drawing, narrow=narrow))
        assert {"A. Title", "stated 10 → 40%", "implied 20 → 71%"} <= set(told)
    rows = [[plain(cell) for cell in row] for row in made.table.rows if isinstance(row, tuple)]
    assert rows[0] == ["A", "Title", "10%", "40%", "20%", "71%"]


def test_the_shares_before_and_now_sum_to_one_and_fill_the_whole_width() -> None:
    made = chart()
    before, now = made.drawing.shares
    assert (sum(before), sum(now)) == (near(1), near(1))
    shown = texts(draw(made.drawing))
    assert [shown.count(name) for name in "ABC"] == [2, 2, 2]


def test_who_is_ruled_out_has_no_share_and_one_alone_is_not_drawn() -> None:
    ended = chart(a=resolution("occurred", day(28)))
    before, now = ended.drawing.shares
    assert ([share > 0 for share in before], [share > 0 for share in now]) == (
        [True] * 3,
        [True, False, False],
    )
    told = texts(draw(ended.drawing))
    assert "occurred 29 Jan 2022" in told
    assert chart(a=resolution("occurred", day(10))).drawing.shares is None


def test_each_lane_has_both_lines_and_a_scale_as_fine_as_the_others() -> None:
    made = draw(chart().drawing)
    assert len(elements(made, "path", **{"class": "s-stated"})) == 4  # one in the key
    assert len(elements(made, "path", **{"class": "s-implied"})) == 4


def test_members_are_lettered() -> None:
    assert [letter(n) for n in (0, 25, 26, 52)] == ["A", "Z", "AA", "BA"]
