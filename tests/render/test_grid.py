"""Evidence by scenario over time, and the small line alone."""

from __future__ import annotations

from msgspec.structs import replace

from scenarios.analysis.period.period import window
from scenarios.model import Database
from scenarios.render.charts.draw import draw
from scenarios.render.charts.overview import Sparkline
from scenarios.render.charts.parts import DayFigures
from scenarios.render.document import Chart, plain
from scenarios.render.pictures.overview import grid
from tests.records import database, day, indicator, item, scenario
from tests.render.drawings import elements, texts


def base() -> Database:
    watched = {"x": indicator({"b": "CC"})}
    return database(
        scenarios={
            "a": scenario(0.5),
            "b": replace(scenario(0.5, indicators=watched), title="Other"),
            "c": scenario(0.5),
        },
        evidence={
            "d": replace(item(day(5), ratings={"a": "CC", "b": "I"}), summary="First; of two"),
            "e": replace(item(day(9), indicators={"b/x": "observed"}), summary="Second"),
            "f": item(day(12), ratings={"a": 1.01}),
        },
    )


def chart(most: int = 9) -> Chart | None:
    records = base()
    views = window(records, day(7), day(14)).views.values()
    return grid(views, records, day(14), most)


def test_each_item_has_its_effects_on_each_scenario_and_the_weak_are_counted() -> None:
    made = chart()
    assert made
    assert [row.title for row in made.drawing.rows] == ["Other", "Title"]
    assert [
        (one.summary, [(e.row, e.decibans) for e in one.effects]) for one in made.drawing.items
    ] == [
        ("First", [(0, -5.0), (1, 10.0)]),
        ("Second", [(0, 10.0)]),
    ]
    assert made.drawing.left_out == 1
    assert made.label == (
        "2 items moved 2 scenarios; most did First (2022-01-06), which moved 2 scenarios."
    )
    rows = [[plain(cell) for cell in row] for row in made.table.rows if isinstance(row, tuple)]
    assert rows == [
        ["2022-01-06", "First", "Other", "−5.0"],
        ["2022-01-06", "First", "Title", "+10.0"],
        ["2022-01-10", "Second", "Other", "+10.0"],
    ]


def test_for_points_up_and_is_full_against_points_down_and_is_hollow() -> None:
    made = chart()
    assert made
    drawn = draw(made.drawing, places={"e-d": "#e-d"})
    assert len(elements(drawn, **{"class": "f-for s-paper"})) == 3  # one in the key
    assert len(elements(drawn, **{"class": "f-paper s-against"})) == 2
    assert {one.get("href") for one in elements(drawn, "a")} == {"#e-d"}
    assert "6 Jan 2022: First" in texts(drawn)


def test_only_the_scenarios_that_moved_most_have_a_row() -> None:
    few = chart(1)
    assert few
    assert [row.title for row in few.drawing.rows] == ["Other"]
    empty = database(scenarios={"a": scenario(0.5)})
    views = window(empty, day(7), day(14)).views.values()
    assert grid(views, empty, day(14)) is None


def test_a_sparkline_is_what_was_stated_or_what_is_implied_and_ends_in_a_dot() -> None:
    points = [DayFigures(day=day(n), stated=n / 10, implied=0.5) for n in (1, 5, 9)]
    made = draw(Sparkline(points=tuple(points)))
    assert texts(made) == []
    assert [len(elements(made, **{"class": look})) for look in ("s-stated", "f-stated")] == [1, 1]
    silent = draw(Sparkline(points=tuple(replace(one, stated=None) for one in points)))
    assert [one.get("class") for one in elements(silent, "path")] == ["s-implied"]
    gone = draw(Sparkline(points=(points[0], replace(points[1], stated=None))))
    assert elements(gone, "circle") == []
