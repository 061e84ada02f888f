"""The picture of a review: events, the questions under them, what we said and the evidence."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import known_on
from scenarios.analysis.forecasts import stated
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.ledger.sensitivity import bands
from scenarios.analysis.period.period import window
from scenarios.analysis.period.recent import (
    EvidencePoint,
    StatedPoint,
    first_shown,
    recent_figures,
)
from scenarios.analysis.review.review import review
from scenarios.model import Database
from scenarios.render.document import Chart, Table, Text, plain
from scenarios.render.drawing import draw, page
from scenarios.render.overview import Overview, OverviewGroup, OverviewRow
from scenarios.render.review_picture import review_picture
from scenarios.render.svg import Drawing
from scenarios.render.writers.html import blocks
from tests.hostile import TEXTS
from tests.records import START, database, databases, day, item, resolution, scenario, sheet
from tests.render.drawings import elements, texts
from tests.render.strategies import overviews


def drawn(base: Database, since: int = 23, until: int = 30, **keys: Any) -> Chart:
    looked = window(base, day(since), day(until), banded=True)
    chart = review_picture(looked, review(looked), **keys)
    assert chart
    return chart


def rows(chart: Chart) -> list[tuple[str, list[tuple[str, tuple[str, str], str]]]]:
    """The events, and the questions under them with their figures and their reasons."""
    return [
        (
            " ".join(filter(None, (group.when, plain(group.title)))),
            [(row.name, row.figures, plain(row.why)) for row in group.rows],
        )
        for group in chart.drawing.groups
    ]


def several(*, both: bool = True) -> Database:
    ended = resolution("occurred", day(25), evidence=("e",))
    named = {
        id: replace(scenario(p), title=title)
        for id, p, title in (("b", 0.3, "Boats sail"), ("c", 0.4, "Coal burns"), ("d", 0.5, "Dams"))
    }
    end = replace(scenario(0.2, resolution=ended), title="A pact")
    seen = replace(item(day(25), ratings={"b": "CC"}, observed="2022-01-26"), summary="Ports close")
    why = {"b": "They close"}
    return database(
        scenarios={"a": end, **named} if both else named,
        evidence={"e": seen},
        sheets={
            "n": sheet(day(5), {"a": 0.6, "b": 0.3, "c": 0.4, "d": 0.5}),
            "m": sheet(day(26), {"b": 0.4}, rationales=why, evidence={"b": ("e",)}),
        },
    )


def test_questions_stand_under_their_event_and_what_did_not_move_below() -> None:
    chart = drawn(several())
    assert rows(chart) == [
        (
            "26 January Ports close",
            [("A pact", ("", "Occurred 26 Jan"), ""), ("Boats sail", ("30%", "40%"), "")],
        ),
        ("Where the rest stands", [("Dams", ("", "50%"), ""), ("Coal burns", ("", "40%"), "")]),
    ]
    assert [group.counts for group in chart.drawing.groups] == [
        "one decided, one moved",
        "last said on 6 January",
    ]
    ended, moved = chart.drawing.groups[0].rows
    assert (ended.word, ended.outcome, ended.ended) == (
        "we had said 60%, likely",
        "occurred",
        day(25),
    )
    assert (moved.word, moved.before, moved.now) == ("unlikely", 0.3, 0.4)
    assert plain(moved.range).startswith("evidence 30% → 81% (")
    assert chart.label.startswith("Ports close on 26 January; we had said 60%, the evidence 20%.")


def test_of_four_that_moved_the_others_are_one_sentence_and_of_more_than_are_drawn_too() -> None:
    asked = {f"s{n}": replace(scenario(0.2), title=f"Number {n}") for n in range(8)}
    sheets = {
        "n": sheet(day(5), dict.fromkeys(asked, 0.2)),
        "m": sheet(day(26), {f"s{n}": 0.3 + n / 100 for n in range(6)}),
    }
    base = database(scenarios=asked, sheets=sheets)
    [group] = drawn(base).drawing.groups
    assert [row.name for row in group.rows] == [f"Number {n}" for n in (5, 4, 3, 2, 1, 0)]
    assert [(name, plain(text)) for name, text in drawn(base).drawing.folded] == [
        ("Did not move", "Number 6: 20% · Number 7: 20%")
    ]
    few = drawn(base, most=4).drawing
    assert ([group.counts for group in few.groups], [len(g.rows) for g in few.groups]) == (
        ["six moved"],
        [3],
    )
    assert [(name, plain(text)) for name, text in few.folded] == [
        ("Moved less", "Number 2: 20% → 32% · Number 1: 20% → 31% · Number 0: 20% → 30%"),
        ("Did not move", "Number 6: 20% · Number 7: 20%"),
    ]


def test_a_reason_stands_in_the_row_unless_a_bullet_told_it_whole() -> None:
    reason = "They close " + "and so on " * 12
    base = several(both=False)
    told = replace(base.sheets["m"], rationales={"b": reason})
    long = replace(base, sheets={**base.sheets, "m": told})
    assert rows(drawn(base))[0][1][0][2] == ""
    assert rows(drawn(long))[0][1][0][2].startswith("“They close")


def test_a_question_without_a_forecast_has_the_figures_of_its_evidence_and_a_new_one_its_own() -> (
    None
):
    seen = item(day(25), ratings={"b": "CC"})
    new = replace(scenario(0.1, opened=day(27)), title="New")
    base = database(scenarios={"b": scenario(0.3), "n": new}, evidence={"e": seen})
    first, second = drawn(base).drawing.rows
    assert (first.figures, first.word, first.now) == (("30%", "81%"), "", None)
    assert plain(first.range).startswith("evidence alone (")
    assert (second.name, second.figures) == ("New", ("", "10%"))


@given(databases(linked=True), st.integers(1, 320), st.integers(1, 40))
def test_each_figure_over_time_is_that_of_its_day(base: Database, number: int, back: int) -> None:
    looked = window(base, day(number - back), day(number))
    for id, recent in recent_figures(looked, [*looked.views]).items():
        for point in recent.stated:
            figure = stated(base, id, point.day)
            assert point.probability == (figure.probability if figure else None)
        for before, after in pairwise(recent.stated):
            between = stated(base, id, after.day - timedelta(1))
            assert before.probability == (between.probability if between else None)
        for shown in recent.evidence[:: max(1, len(recent.evidence) // 3)]:
            odds = Odds(known_on(base, shown.day))
            band = bands(odds, [id])[id]
            assert shown == EvidencePoint(shown.day, odds.implied(id), band.low, band.high)


def test_the_evidence_is_drawn_at_each_weeks_end_and_on_each_last_day_for_26_weeks() -> None:
    base = database(scenarios={"a": scenario(horizon=date(2040, 1, 1))})
    looked = window(base, day(700), day(707))
    days = [point.day for point in recent_figures(looked, ["a"])["a"].evidence]
    assert len(days) == 33
    assert days[0] == first_shown(looked, ["a"]) == day(707 - 26 * 7)
    assert {(b - a).days for a, b in pairwise(days[:26])} == {7}
    assert days[25:] == [day(n) for n in range(700, 708)]
    young = window(base, day(0), day(7))
    assert first_shown(young, ["a"]) == START
    assert len(recent_figures(young, ["a"])["a"].evidence) == 8


def test_points_that_are_known_are_taken_and_those_that_are_not_are_added() -> None:
    base = several()
    looked = window(base, day(23), day(30))
    known: dict[Any, EvidencePoint] = {}
    made = recent_figures(looked, ["b"], known)
    assert len(known) == len(made["b"].evidence)
    changed = EvidencePoint(day(30), 0.5, 0.4, 0.6)
    known["b", day(30)] = changed
    assert recent_figures(looked, ["b"], known)["b"].evidence[-1] == changed


def read(text: Text) -> Markup:
    return Markup.escape(plain(text))


def shown(**keys: Any) -> Overview:
    row = OverviewRow(title="A", name="A", figures=("", "20%"), **keys)
    group = OverviewGroup(when="1 May", title="It rains", counts="", day=day(10), rows=(row,))
    return Overview(first=day(0), since=day(7), as_of=day(14), groups=(group,))


def test_a_row_at_5_per_cent_or_less_is_stretched_and_no_other_is() -> None:
    def is_small(*stated: float, implied: float = 0.03) -> bool:
        points = tuple(StatedPoint(day(n), p) for n, p in enumerate(stated))
        evidence = (EvidencePoint(day(0), implied, implied / 2, min(1, implied * 2)),)
        return OverviewRow(title="A", name="A", stated=points, evidence=evidence).is_small

    assert is_small(0.02, 0.05)
    assert not is_small(0.02, 0.051)
    assert not is_small(0.02, implied=0.4)
    assert is_small(implied=0.05)
    assert not OverviewRow(title="A", name="A").is_small
    tick = {"class": "f-stated small"}
    for figure, labels in ((0.02, ["0.1%", "1%", "5%", "20%"]), (0.3, [])):
        made = draw(shown(stated=(StatedPoint(day(0), figure),)))
        assert [text.text for text in elements(made, "text", **tick)] == labels


@pytest.mark.parametrize("figure", [0.0005, 0.999, 0.0, 1.0])
def test_a_figure_at_an_end_of_the_scale_stands_inside_the_plot(figure: float) -> None:
    points = (EvidencePoint(day(0), figure, figure, figure),)
    data = shown(stated=(StatedPoint(day(0), figure),), evidence=points, before=figure, now=figure)
    for circle in elements(Drawing(str(page(data, read)), (0, 0, 0, 0)), "circle"):
        assert 0 <= float(str(circle.get("cy")).strip("%")) <= 100


def test_a_course_with_a_gap_is_two_lines_and_ends_with_its_outcome() -> None:
    points = (StatedPoint(day(0), 0.3), StatedPoint(day(3), None), StatedPoint(day(5), 0.4))
    data = shown(stated=points, before=0.4, outcome="occurred", ended=day(10))
    lines = [p.get("d") for p in elements(draw(data), "path", **{"class": "s-stated"})]
    assert [bool(re.fullmatch(r"M[\d.,]+H[\d.]+", str(d))) for d in lines[1:]] == [True, True]
    ends = [str(d).partition("H")[2] for d in lines[1:]]
    at = [560 * data.across(day(n)) for n in (3, 10)]
    assert [float(end) for end in ends] == [pytest.approx(x, abs=0.06) for x in at]


@given(overviews)
def test_on_a_page_each_figure_is_text_and_each_plot_has_a_label(data: Overview) -> None:
    markup = str(page(data, read))
    assert markup.count('role="img"') == len(data.rows)
    assert all(f">{row.figures[1]}<" in markup for row in data.rows)


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_text_is_inert_in_the_picture(text: str) -> None:
    row = OverviewRow(title=text, name=text, about=text, why=text, also=(text,), figures=("", text))
    group = OverviewGroup(when=text, title=text, counts=text, day=None, rows=(row,))
    data = Overview(
        first=day(0), since=day(7), as_of=day(14), groups=(group,), folded=((text, text),)
    )
    whole = blocks((Chart(text, data, Table(columns=(), rows=())),))
    for markup in (draw(data).body, str(whole)):
        assert not {"\u202e", "\x1b", "\u200b"} & set(markup)
        assert "<script" not in markup
    tags = {one.tag for one in elements(draw(data))}
    assert tags <= {"svg", "path", "circle", "text", "title", "g", "line", "rect"}
    assert texts(draw(data))
