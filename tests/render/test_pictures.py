"""Pictures: what is drawn is what the result says, whole, apart, and the same each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scenarios.analysis.period.period import window
from scenarios.analysis.review.causes import ChangeCause
from scenarios.analysis.review.review import review
from scenarios.model import ConditionalPrior
from scenarios.render.charts.draw import alone
from scenarios.render.charts.ledger import BarGroup, LedgerBar, LedgerBars
from scenarios.render.charts.overview import Overview, OverviewRow
from scenarios.render.charts.parts import DayFigures, OutcomeMark
from scenarios.render.charts.scale import DayScale, cut, folded, log_odds, spread, width
from scenarios.render.charts.timeline import (
    DayEvidence,
    IndicatorLane,
    LargeChange,
    PlotLabel,
    ScenarioTimeline,
    StateBar,
)
from scenarios.render.document import Chart, plain
from scenarios.render.documents.review.causes import cause_words
from scenarios.render.drawing import draw, picture
from scenarios.render.pictures import overview
from scenarios.render.svg import Drawing
from scenarios.scales import percent
from tests.hostile import TEXTS
from tests.records import database, day, indicator, item, resolution, scenario, sheet
from tests.render.drawings import elements, outside, overlaps, texts
from tests.render.strategies import chances, lanes, pictures, timelines, words

GOLDEN = Path(__file__).parents[1] / "golden" / "pictures"


@given(st.lists(chances, min_size=2, max_size=6))
def test_a_higher_probability_never_stands_lower_on_an_axis_of_log_odds(
    figures: list[float],
) -> None:
    scale = log_odds(figures, 10, 90)
    places = [scale.at(p) for p in sorted(figures)]
    assert places == sorted(places)
    assert all(10 <= place <= 90 for place in places)


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0.01, 0.98, "1% 2% 5% 10% 25% 50% 75% 90% 95% 98%"),
        (0.2, 0.22, "10% 15% 20% 25% 30% 35% 40%"),
        (0.001, 0.004, "0.1% 0.2% 0.5%"),
    ],
)
def test_an_axis_has_round_figures_that_its_range_holds(
    low: float, high: float, labels: str
) -> None:
    assert " ".join(told for _, told in log_odds([low, high], 0, 500).ticks()) == labels


def test_days_are_labelled_at_round_distances() -> None:
    for first, last, labels in (
        ("2022-01-01", "2022-01-02", "1 Jan 2022, 2 Jan 2022"),
        ("2022-01-05", "2022-04-05", "Feb 2022, Mar 2022, Apr 2022"),
        ("2021-12-17", "2026-11-24", "2022, 2023, 2024, 2025, 2026"),
    ):
        ends = {"first": day(0).fromisoformat(first), "last": day(0).fromisoformat(last)}
        made = DayScale(**ends, start=0, end=480).ticks()
        assert ", ".join(text for _, text in made) == labels


@given(words, st.integers(40, 400))
def test_a_text_is_cut_and_folded_to_its_room(text: str, room: int) -> None:
    assert width(cut(text, room)) <= room
    lines = folded(text, room, 3)
    assert len(lines) <= 3
    assert all(width(line) <= room for line in lines)


def test_a_word_that_is_wider_than_a_line_is_broken_where_the_line_ends() -> None:
    title = "俄罗斯与中国签署共同防御条约"
    assert folded(f"{title} 2030", 60, 9) == [
        title[:4],
        title[4:8],
        title[8:12],
        title[12:],
        "2030",
    ]
    assert folded("A Donaudampfschiff", 60, 9) == ["A", "Donauda", "mpfschi", "ff"]
    assert folded("Donaudampfschiff", 60, 2) == ["Donauda", "mpfsc…"]


def test_labels_are_moved_apart_as_little_as_they_need() -> None:
    assert spread([10, 50], 15, 190) == [10, 50]
    assert spread([10, 12], 15, 190) == [3.5, 18.5]
    assert spread([180, 190, 190], 15, 190) == [160, 175, 190]
    assert spread([1, 2], 15, 190, 0) == [0, 15]


@given(st.one_of(pictures, timelines(), lanes()), st.booleans())
def test_no_label_of_a_picture_covers_another_or_is_cut_off(data: Any, narrow: bool) -> None:
    made = draw(data, narrow=narrow)
    assert overlaps(made) == []
    assert outside(made) == []
    assert made == draw(data, narrow=narrow)


def test_an_overview_has_every_figure_and_its_title_whole() -> None:
    title = "A title that is so long that it is folded onto several lines " * 3
    row = OverviewRow(
        title=title, stated=0.04, stated_before=0.37, implied=0.083, implied_before=0.3, cause="Gas"
    )
    for narrow in (False, True):
        told = " ".join(texts(draw(overview_of(row), narrow=narrow)))
        assert title.strip() in told
        assert "37 → 4%" in told
        assert "8%" in told
        assert "Gas" in told


def test_the_axis_of_many_rows_stands_below_them_too() -> None:
    row = OverviewRow(title="A", stated=0.2, stated_before=0.2, implied=0.5, implied_before=0.5)
    few, many = (draw(overview_of(*[row] * number)) for number in (24, 25))
    assert (texts(few).count("25%"), texts(many).count("25%")) == (1, 2)
    assert (outside(many), overlaps(many)) == ([], [])


def test_what_did_not_move_is_grey_and_what_is_new_has_one_mark() -> None:
    row = OverviewRow(
        title="A", stated=0.2, stated_before=0.2, implied=0.2, implied_before=0.2, cause="Not told"
    )
    still = draw(overview_of(row))
    assert "Not told" not in texts(still)
    assert len(elements(still, "circle", **{"class": "f-muted"})) == 2  # one in the key
    fresh = draw(overview_of(replace(row, stated_before=None)))
    assert len(elements(fresh, "circle", **{"class": "f-stated"})) == 2
    assert "20%, new" in texts(fresh)
    silent = draw(overview_of(replace(row, stated=None, stated_before=None, implied=0.3)))
    assert "not stated" in texts(silent)
    assert elements(silent, **{"class": "s-implied"})


def test_a_decided_question_ends_in_an_arrow_and_stands_first_with_its_last_figures() -> None:
    end = resolution("occurred", day(25))
    base = database(
        scenarios={"a": scenario(0.2, resolution=end), "b": scenario(0.3)},
        sheets={"n": sheet(day(5), {"a": 0.6, "b": 0.3}), "m": sheet(day(26), {"b": 0.4})},
    )
    chart = overview(review(window(base, day(23), day(30))), base)
    assert chart
    first, second = chart.drawing.rows
    assert (first.anchor, first.outcome, first.stated) == (
        "s-a",
        OutcomeMark(day=day(25), word="occurred"),
        0.6,
    )
    assert (second.anchor, second.stated_before, second.stated) == ("s-b", 0.3, 0.4)
    for narrow in (False, True):
        drawn = draw(chart.drawing, narrow=narrow)
        told = texts(drawn)
        assert {"Decided", "occurred 26 Jan 2022", "how it came out", "Moved"} <= {*told}
        dotted = {"class": "s-ink", "stroke-dasharray": "2 3"}
        assert len(elements(drawn, "path", **dotted)) == 2  # one in the key
    assert "how it came out" not in texts(draw(replace(chart.drawing, rows=(second,))))


def test_the_key_has_what_occurs_and_names_the_scale() -> None:
    still = OverviewRow(title="A", stated=0.2, stated_before=0.2, implied=0.3, implied_before=0.3)
    key = [*texts(draw(overview_of(still)))[:3]]
    scale = "log-odds scale: from 1% to 2% is as far as from 33% to 50%"
    assert key == ["we say, unchanged", "the evidence", scale]


def test_what_has_no_room_on_a_sheet_is_counted() -> None:
    asked = {f"s{n}": scenario(0.2) for n in range(30)}
    figures = [sheet(day(n), dict.fromkeys(asked, p)) for n, p in ((5, 0.2), (26, 0.4))]
    base = database(scenarios=asked, sheets={"n": figures[0], "m": figures[1]})
    made = review(window(base, day(23), day(30)))
    for room, number in ((0.0, 1), (230.0, 6), (9000.0, 20)):
        chart = overview(made, base, 20, 60, room)
        assert chart
        assert len(chart.drawing.rows) == number
        assert f"{30 - number} more moved less" in texts(draw(chart.drawing))
        assert len(chart.table.rows) == 30


def test_a_row_stands_out_by_the_size_of_its_move_alone() -> None:
    row = OverviewRow(title="A", stated=0.2, stated_before=0.2, implied=0.104, implied_before=0.1)
    for large in (False, True):
        [name] = elements(draw(overview_of(replace(row, large=large))), "text", x="0")
        assert ("bold" in name.get("class", "")) is large


def test_a_mark_leads_to_a_place_of_the_page_and_to_nothing_else() -> None:
    row = OverviewRow(
        title="A", stated=0.2, stated_before=0.2, implied=0.2, implied_before=0.2, anchor="s-a"
    )
    assert elements(draw(overview_of(row)), "a") == []
    [link] = elements(draw(overview_of(row), places={"s-a": "#s-a"}), "a")
    assert link.get("href") == "#s-a"


def overview_of(*rows: OverviewRow) -> Overview:
    return Overview(since=day(0), as_of=day(7), rows=rows)


def made(*, both: bool = False) -> Chart:
    """Of one that moved by an item, one by that scenario, one that stands, one that is folded."""
    prior = replace(
        scenario(0.2).prior, given={"a": ConditionalPrior(occurred=0.8, did_not_occur=0.1)}
    )
    base = database(
        scenarios={
            "a": scenario(0.2),
            "b": replace(scenario(0.2), prior=prior),
            "c": scenario(0.3),
            "d": scenario(0.2),
        },
        evidence={
            "e": replace(item(day(25), ratings={"a": 4.0}, event="one"), summary="Seen; and more"),
            **({"f": item(day(25), ratings={"a": 2.0}, event="one")} if both else {}),
        },
        sheets={"n": sheet(day(5), {"a": 0.2}), "m": sheet(day(26), {"a": 0.4})},
    )
    chart = overview(review(window(base, day(23), day(30))), base, 3, 3)
    assert chart
    return chart


def test_an_overview_is_in_order_of_movement_with_what_moved_each() -> None:
    chart = made()
    assert [(row.anchor, row.cause) for row in chart.drawing.rows] == [
        ("s-a", "no reason given"),
        ("s-b", "through Title: Seen"),
        ("s-c", ""),
    ]
    assert "1 more open question did not move" in texts(draw(chart.drawing))
    assert chart.label == (
        "4 open scenarios, 2 moved since 24 January 2022. Title: rose from 20% to 40%. "
        "Title: implied rose from 24% to 45%."
    )


def cause(kind: Any, *subjects: str, by: ChangeCause | None = None) -> ChangeCause:
    return ChangeCause(kind=kind, subjects=subjects, by=by)


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (cause("retraction", "e"), "Seen, retracted"),
        (cause("event", "e", "f"), "Seen and 1 more"),
        (cause("outcome", "a"), "Title occurred"),
        (cause("outcome", "b"), "Title was decided"),
        (cause("given", "a", by=cause("event", "e")), "through Title: Seen"),
        (cause("given", "a"), "through Title"),
        (cause("absence", "b/x"), "not seen by 11 February: Something is seen"),
        (cause("time"), "time passed without it"),
        (cause("bound"), "held within 0.1% and 99.9%"),
    ],
)
def test_what_else_moved_a_scenario_is_said_in_words(cause: ChangeCause, told: str) -> None:
    watched = {"x": indicator({"b": "C"}, due=day(41))}
    base = database(
        scenarios={
            "a": scenario(0.2, resolution=resolution("occurred", day(25))),
            "b": scenario(0.3, indicators=watched),
        },
        evidence={"e": replace(item(day(26), ratings={"b": 4.0}), summary="Seen; and more")},
    )
    assert plain(cause_words(cause, base)) == told


def test_one_of_several_items_is_named_and_the_others_are_counted() -> None:
    chart = made(both=True)
    assert chart.drawing.rows[1].cause == "through Title: Seen and 1 more"


def test_the_table_of_an_overview_has_every_scenario_and_the_figures_of_the_drawing() -> None:
    chart = made()
    drawn = texts(draw(chart.drawing))
    said = [[plain(cell) for cell in row] for row in chart.table.rows if isinstance(row, tuple)]
    assert len(said) == 4
    for row, cells in zip(chart.drawing.rows, said, strict=False):
        assert cells[2] == (percent(row.stated) if row.stated else "–")
        assert cells[4] == percent(row.implied)
        assert any(text.endswith(cells[4]) for text in drawn)


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_text_is_inert_in_a_picture(text: str) -> None:
    row = OverviewRow(
        title=text, stated=0.4, stated_before=0.2, implied=0.3, implied_before=0.2, cause=text
    )
    markup = picture(overview_of(row), text)
    tags = {one.tag for one in elements(Drawing(markup, (0, 0, 0, 0)))}
    assert tags <= {"svg", "path", "circle", "text", "title", "g", "a"}
    assert not {"\u202e", "\x1b", "\u200b"} & set(markup)


SINCE, AS_OF = day(45), day(52)
FALL = (
    DayFigures(day=day(0), stated=0.45, implied=0.45),
    DayFigures(day=day(30), stated=0.37, implied=0.4),
    DayFigures(day=day(50), stated=0.04, implied=0.083),
)
SMALL: dict[str, Any] = {
    "overview": Overview(
        since=SINCE,
        as_of=AS_OF,
        rows=(
            OverviewRow(
                title="Gas flows through the pipeline",
                stated=0.04,
                stated_before=0.37,
                implied=0.083,
                implied_before=0.4,
                cause="The licence is withdrawn",
            ),
            OverviewRow(
                title="A treaty is signed",
                stated=0.02,
                stated_before=0.02,
                implied=0.015,
                implied_before=0.015,
            ),
        ),
    ),
    "timeline": ScenarioTimeline(
        title="Gas flows through the pipeline",
        since=SINCE,
        points=FALL,
        band=(0.05, 0.14),
        outcome=OutcomeMark(day=day(51), word="did not occur"),
        steps=(
            LargeChange(
                day=day(50),
                stated=(0.37, 0.04),
                implied=(0.4, 0.083),
                cause="The licence is withdrawn",
            ),
        ),
        seen=(DayEvidence(day=day(50), items=("The licence is withdrawn",), decibans=-8.7),),
        sayings=(
            PlotLabel(day=day(50), analyst="desk", probability=0.04, rationale="No licence."),
            PlotLabel(day=day(30), analyst="second", probability=0.37, rationale=""),
        ),
        lanes=(
            IndicatorLane(
                statement="The licence is withdrawn",
                stretches=(
                    StateBar(state="unobserved", start=day(0), end=day(50)),
                    StateBar(state="observed", start=day(50), end=day(51)),
                ),
                due=day(40),
            ),
        ),
    ),
    "ledger": LedgerBars(
        title="Gas flows through the pipeline",
        prior=0.45,
        themes=(
            BarGroup(
                name="Gas", bars=(LedgerBar(label="The licence is withdrawn", decibans=-12.0),)
            ),
            BarGroup(name="", bars=(LedgerBar(label="2 other lines", decibans=2.4),)),
        ),
        implied=0.083,
        stated=0.04,
    ),
}
"""Small pictures of one question, to be looked at: tests/golden/pictures."""


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
@pytest.mark.parametrize("name", SMALL)
def test_small_pictures_are_drawn_as_they_were(
    name: str, narrow: bool, request: pytest.FixtureRequest
) -> None:
    panel = "A title", draw(SMALL[name], narrow=narrow)
    made = alone([panel], name, "Tracker, as of 22 February 2022").replace("><", ">\n<")
    golden = GOLDEN / f"{name}-{'narrow' if narrow else 'wide'}.svg"
    if request.config.getoption("renew"):
        golden.write_text(made)
    assert made == golden.read_text()
