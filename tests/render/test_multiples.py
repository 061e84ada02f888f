"""A set over time: shares that sum to one, and a cell a member."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

from msgspec.structs import replace

from scenarios.analysis.period.period import window
from scenarios.analysis.period.trajectory import curves
from scenarios.model import Sheet, Tracker
from scenarios.render.charts.multiples import share_spans
from scenarios.render.charts.scale import DayScale
from scenarios.render.document import Chart, plain
from scenarios.render.drawing import draw
from scenarios.render.palette import SHADES
from scenarios.render.pictures import letter, set_picture
from tests.records import database, day, item, near, resolution, scenario, sheet
from tests.render.drawings import elements, texts


def chart(number: int = 30, sheets: dict[str, Sheet] | None = None, **ends: Any) -> Chart:
    members = {
        id: scenario(p, set="s", resolution=ends.get(id))
        for id, p in (("a", 0.2), ("b", 0.5), ("c", 0.3))
    }
    base = database(
        Tracker(sets={"s": "Which one"}),
        scenarios=members,
        evidence={"e": item(day(26), ratings={"a": "CC"})},
        sheets=sheets
        or {
            "n": sheet(day(5), {"a": 0.1, "b": 0.6, "c": 0.3}),
            "m": sheet(day(27), {"a": 0.4, "b": 0.4, "c": 0.2}),
        },
    )
    looked = window(base, day(23), day(number))
    drawn = [(course, looked.views[id]) for id, course in curves(looked, list(members), 60).items()]
    return set_picture("Which one", drawn, base, day(23), day(number))


def test_members_stand_in_the_order_of_their_set_with_the_change() -> None:
    made = chart()
    assert [one.anchor for one in made.drawing.members] == ["s-a", "s-b", "s-c"]
    assert made.label == (
        "Which one: Title we say 10 → 40%; Title we say 60 → 40%; Title we say 30 → 20%."
    )
    for narrow in (False, True):
        told = texts(draw(made.drawing, narrow=narrow))
        assert {"A. Title", "we say 10 → 40%", "evidence 20 → 71%"} <= set(told)
    rows = [[plain(cell) for cell in row] for row in made.table.rows if isinstance(row, tuple)]
    assert rows[0] == ["A", "Title", "10%", "40%", "20%", "71%"]


def spans(made: Chart, name: str) -> list[tuple[date, list[Any]]]:
    """The shares of the members by one figure, from each day on."""
    days = DayScale(first=day(0), last=day(30), start=0, end=30)
    return [
        (day(int(span.start)), [near(b - a) for a, b in pairwise(span.sums)])
        for span in share_spans(made.drawing.members, name, days)
    ]


def test_the_shares_are_those_that_we_say_from_the_day_on_which_all_members_have_one() -> None:
    before, now = [0.1, 0.6, 0.3], [0.4, 0.4, 0.2]
    assert spans(chart(), "stated") == [
        *((day(0), []), (day(5), before), (day(26), before)),
        *((day(27), now), (day(30), now)),
    ]
    for narrow in (False, True):
        told = texts(draw(chart().drawing, narrow=narrow))
        assert {"Shares of 100%", "what we say", "A", "B", "C"} <= set(told)
        assert [text.split()[:2] for text in told if text[:2] in ("A ", "B ", "C ")] == [
            ["A", "40%"],
            ["B", "40%"],
            ["C", "20%"],
        ]


def test_where_a_member_is_not_forecast_the_shares_are_those_of_the_evidence() -> None:
    made = chart(sheets={"n": sheet(day(5), {"a": 0.1, "b": 0.6})})
    told = texts(draw(made.drawing))
    assert "what the evidence says" in told
    assert next(one[1] for one in spans(made, "implied")) == [0.2, 0.5, 0.3]
    assert [text for text in told if text[:2] in ("A ", "B ", "C ")] == [
        "A 71% Title",
        "B 18% Title",
        "C 11% Title",
    ]


def test_a_member_leaves_the_shares_on_the_day_on_which_it_is_decided() -> None:
    gone = chart(c=resolution("did-not-occur", day(28)))
    assert dict(spans(gone, "stated"))[day(27)] == [0.4, 0.4, 0.2]
    assert dict(spans(gone, "stated"))[day(28)] == [0.5, 0.5, 0]
    ended = chart(a=resolution("occurred", day(28)))
    assert dict(spans(ended, "stated"))[day(28)] == [1, 0, 0]
    assert "occurred 29 Jan 2022" in texts(draw(ended.drawing))


def test_neighbours_differ_without_their_colour_and_one_alone_is_not_drawn() -> None:
    made = draw(chart().drawing)
    shades = [
        one.get("class", "") for one in elements(made, "path") if "shade" in one.get("class", "")
    ]
    assert shades == [f"f-stated s-ink shade-{n}" for n in range(3)]
    assert all(abs(a - b) >= 0.1 for a, b in pairwise([*SHADES, SHADES[0]]))
    alone = replace(chart().drawing, members=chart().drawing.members[:1])
    assert "Shares of 100%" not in texts(draw(alone))


def test_each_member_has_both_lines_under_its_letter() -> None:
    made = draw(chart().drawing)
    assert len(elements(made, "path", **{"class": "s-stated"})) == 4  # one in the key
    assert len(elements(made, "path", **{"class": "s-implied"})) == 4


def test_members_are_lettered() -> None:
    assert [letter(n) for n in (0, 25, 26, 52)] == ["A", "Z", "AA", "BA"]
