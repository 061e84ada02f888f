"""What is drawn: exact places, colours that are told apart, and nothing that acts."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from scenarios.analysis.period.period import Window, window
from scenarios.analysis.period.trajectory import Course, courses
from scenarios.analysis.period.trend import Point
from scenarios.analysis.scores.calibration import CalibrationBin
from scenarios.analysis.scores.corp import CorpStep
from scenarios.model import Database, Tracker
from scenarios.render.charts import palette
from scenarios.render.charts.calibration import reliability
from scenarios.render.charts.drawing import Drawing, cut, spread
from scenarios.render.charts.shares import Shares, letter, shares
from scenarios.render.charts.trend import ladder, scale, ticks, trend
from scenarios.render.charts.waterfall import rungs, says, waterfall
from tests.records import database, day, indicator, item, near, scenario, sheet

HOSTILE = "</title><script>alert(1)</script>\u202e\x1b[31m"


def looked_at(base: Database) -> Window:
    return window(base, day(23), day(30))


def small(text: str = "Something was seen", analysts: int = 1) -> Database:
    evidence = {
        "d": replace(item(day(10), ratings={"a": 4.0}), summary=text),
        "e": item(day(10), ratings={"a": 2.0}),
        "f": item(day(25), indicators={"a/x": "observed"}),
    }
    told = {f"n{n}": sheet(day(5), {"a": 0.6}, analyst=f"n{n}") for n in range(analysts)}
    watched = {"x": indicator({"a": "I"})}
    return database(
        scenarios={"a": scenario(0.5, indicators=watched)}, evidence=evidence, sheets=told
    )


def drawn(base: Database, anchor: str | None = None, named: int = 3) -> Drawing:
    """The trend of its scenario."""
    return trend(course_of(base), base, day(23), anchor, named)


def course_of(base: Database) -> Course:
    return courses(looked_at(base), ["a"], 60)["a"]


def elements(drawing: Drawing, **wanted: str) -> list[ET.Element]:
    """All of them, or those with an attribute."""
    every = ET.fromstring(f"<svg>{drawing.body}</svg>").iter()  # noqa: S314 - ours
    return [one for one in every if wanted.items() <= one.attrib.items()]


def texts(drawing: Drawing) -> list[str]:
    return [one.text or "" for one in elements(drawing) if one.tag == "text"]


def test_a_trend_says_its_days_its_scale_its_last_figures_and_its_indicators() -> None:
    assert texts(drawn(small())) == [
        *("0%", "25%", "50%", "75%", "100%"),
        *("1 Jan 2022", "9 Jan 2022", "17 Jan 2022", "25 Jan 2022"),
        "observed: Something is seen",
        "2022-01-11: Something was seen (and 1 more)",
        "2022-01-26: Something was seen",
        *("72%", "60%"),
    ]


def test_a_mark_tells_so_many_items_counts_the_rest_and_leads_to_its_day() -> None:
    marks = [one for one in elements(drawn(small(), "d-a")) if one.tag == "a"]
    assert [mark.get("href") for mark in marks] == ["#d-a-2022-01-11", "#d-a-2022-01-26"]
    assert marks[0].findtext("title") == "2022-01-11:\nSomething was seen\nSomething was seen"
    assert marks[1].find("title") is None
    few = elements(drawn(small(), "d-a", named=1))
    assert not [one for one in few if one.tag == "title" and "seen" in (one.text or "")]


def test_each_analyst_has_a_shape_up_to_the_sixth() -> None:
    made = elements(drawn(small(analysts=8)))
    points = [one for one in made if ", n" in (one.findtext("title") or "")]
    shapes = {ET.tostring(list(point)[1]).split(b'class="')[0] for point in points}
    assert (len(points), len(shapes)) == (8, 6)


def test_text_from_a_file_is_inert_in_a_drawing() -> None:
    base = small(HOSTILE)
    for made in (drawn(base, "d-a"), waterfall(looked_at(base).views["a"].ledger, 0.6, base)):
        tags = {one.tag for one in elements(made)}
        assert tags <= {"svg", "path", "circle", "text", "title", "g", "a"}
        assert not {"\u202e", "\x1b"} & set(made.body)
        assert "&lt;script&gt;" in made.body


def test_a_scale_is_the_narrowest_that_holds_every_figure() -> None:
    for figures, held in (
        ((0.02, 0.09), (0.0, 0.1)),
        ((0.02, 0.099), (0.0, 0.25)),
        ((0.3, 0.45), (0.0, 0.5)),
        ((0.6, 0.97), (0.5, 1.0)),
        ((0.92, 0.97), (0.9, 1.0)),
        ((0.8, 0.97), (0.75, 1.0)),
        ((0.2, 0.7), (0.0, 1.0)),
    ):
        points = tuple(Point(day=day(n), stated=None, implied=p) for n, p in enumerate(figures))
        course = Course(scenario="a", points=points, marks=(), lanes=(), forecasts=())
        assert scale(course) == held
        assert all(p * 100 == near(round(p * 100)) for p in ladder(*held))


def test_days_are_labelled_at_round_distances() -> None:
    for first, last, labels in (
        ("2022-01-01", "2022-01-02", "1 Jan 2022, 2 Jan 2022"),
        ("2022-01-05", "2022-04-05", "Feb 2022, Mar 2022, Apr 2022"),
        ("2021-12-17", "2023-06-01",
         "Jan 2022, Apr 2022, Jul 2022, Oct 2022, Jan 2023, Apr 2023"),
        ("2021-12-17", "2026-11-24", "2022, 2023, 2024, 2025, 2026"),
        ("1000-01-01", "3000-01-01", ""),
    ):  # fmt: skip
        made = ticks(date.fromisoformat(first), date.fromisoformat(last))
        assert ", ".join(text for _, text in made) == labels


def test_a_ledger_is_drawn_from_prior_to_implied_and_the_weak_in_one() -> None:
    evidence = {f"e{n:02}": item(day(1), ratings={"a": "C"}) for n in range(14)}
    dependent = Tracker(evidence_dependence=0.5)
    base = database(dependent, scenarios={"a": scenario(0.5)}, evidence=evidence)
    book = looked_at(base).views["a"].ledger
    steps = rungs(book)
    assert [says(step, base) for step in steps[-2:]] == ["Something was seen", "4 smaller lines"]
    assert len(steps) == 11
    assert steps[-1].sum_decibans == near(book.implied.decibans)
    made = texts(waterfall(book, None, base))
    assert ("prior 50%" in made, made[-1]) == (True, "implied 90%")
    silent = looked_at(database(scenarios={"a": scenario(0.5)})).views["a"].ledger
    assert texts(waterfall(silent, 0.25, base))[-3:] == ["prior 50%", "implied 50%", "stated 25%"]


def test_the_areas_of_a_set_fill_the_whole_height() -> None:
    days = [Shares(day(0), {"a": 0.2, "b": 0.8}), Shares(day(9), {"b": 0.999})]
    made = shares(days, ["a", "b"])
    areas = [one.get("d") for one in elements(made) if "f-member" in one.get("class", "")]
    assert areas == ["M0,0H558H620H558V38H0Z", "M0,38H558V0H620V190H558H0Z"]
    assert texts(made)[-1] == "B"


def test_a_bin_says_what_was_said_and_what_came() -> None:
    figures = {"n": 2.5, "mean_forecast": 0.25, "frequency": 0.4}
    bounds = {"low": 0.2, "high": 0.3, "wilson_low": 0.1, "wilson_high": 0.8}
    made = reliability([CalibrationBin(forecaster="desk", **figures, **bounds)])
    [title] = (one.text for one in elements(made) if one.tag == "title")
    assert title == "said 25%, came 40%, n = 2.50"


def test_the_corp_curve_is_level_where_forecasts_are_pooled_and_joined_between() -> None:
    curve = [
        CorpStep(low=0.0, high=0.5, n=3, frequency=0.25),
        CorpStep(low=0.75, high=0.75, n=1, frequency=1.0),
    ]
    [path] = elements(reliability([], curve), **{"class": "s-seen"})
    assert path.get("d") == "M0,210H140L210,0"  # in 280 by 280, with 0 below
    assert elements(reliability([]), **{"class": "s-seen"}) == []


def test_labels_are_moved_apart_as_little_as_they_need_cut_and_lettered() -> None:
    assert spread([10, 50], 15, 190) == [10, 50]
    assert spread([10, 12], 15, 190) == [3.5, 18.5]
    assert spread([180, 190, 190], 15, 190) == [160, 175, 190]
    assert [letter(n) for n in (0, 25, 26, 52)] == ["A", "Z", "AA", "BA"]
    assert (cut("abc", 3), cut("abcd", 3), cut("ab cd", 4)) == ("abc", "ab…", "ab…")


@pytest.mark.parametrize("scheme", [palette.LIGHT, palette.DARK], ids=["light", "dark"])
def test_text_and_lines_stand_out_from_their_ground(scheme: dict[str, str]) -> None:
    for ground in ("paper", "window"):
        for name in ("ink", "muted", "stated", "implied", "for", "against"):
            assert contrast(scheme[name], scheme[ground]) >= 4.5
        assert contrast(scheme["seen"], scheme[ground]) >= 3


@pytest.mark.parametrize("scheme", [palette.LIGHT, palette.DARK], ids=["light", "dark"])
def test_a_tint_grows_with_what_a_cell_is_worth_and_text_on_it_is_read(
    scheme: dict[str, str],
) -> None:
    assert [palette.tint(db) for db in (0.4, 0.6, -3.2, 99)] == ["", "for-1", "against-3", "for-10"]
    for name in ("for", "against"):
        grounds = [mixed(scheme[name], scheme["paper"], 0.045 * n) for n in range(1, 11)]
        assert all(contrast(scheme["ink"], ground) >= 4.5 for ground in grounds)
        assert f".{name}-10{{background:color-mix(in srgb,var(--{name}) 45%," in palette.tints()


def mixed(one: str, other: str, share: float) -> str:
    """As CSS mixes them in sRGB."""
    pairs = [(int(one[n : n + 2], 16), int(other[n : n + 2], 16)) for n in (1, 3, 5)]
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def test_no_two_colours_of_a_drawing_are_one() -> None:
    assert all(one != other for one, other in combinations(palette.LIGHT.values(), 2))
    assert (palette.member(0), palette.member(palette.MEMBERS)) == ("member-0", "member-0")


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
