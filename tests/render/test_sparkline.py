"""The small line alone."""

from __future__ import annotations

from msgspec.structs import replace

from scenarios.render.charts.overview import Sparkline
from scenarios.render.charts.parts import DayFigures
from scenarios.render.drawing import draw
from tests.records import day
from tests.render.drawings import elements, texts


def test_a_sparkline_is_what_was_stated_or_what_is_implied_and_ends_in_a_dot() -> None:
    points = [DayFigures(day=day(n), stated=n / 10, implied=0.5) for n in (1, 5, 9)]
    made = draw(Sparkline(points=tuple(points)))
    assert texts(made) == []
    assert [len(elements(made, **{"class": look})) for look in ("s-stated", "f-stated")] == [1, 1]
    silent = draw(Sparkline(points=tuple(replace(one, stated=None) for one in points)))
    assert [one.get("class") for one in elements(silent, "path")] == ["s-implied"]
    gone = draw(Sparkline(points=(points[0], replace(points[1], stated=None))))
    assert elements(gone, "circle") == []
