"""Pictures: what is drawn is what the result says, whole, apart, and the same each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scenarios.analysis.period.recent import EvidencePoint, StatedPoint
from scenarios.analysis.period.trajectory import StatePeriod
from scenarios.analysis.review.causes import ChangeCause
from scenarios.render.charts.draw import alone
from scenarios.render.charts.ledger import BarGroup, LedgerBar, LedgerBars
from scenarios.render.charts.parts import DayFigures, ForecastMark, OutcomeMark
from scenarios.render.charts.scale import DayScale, cut, folded, log_odds, spread, width
from scenarios.render.charts.timeline import (
    DayEvidence,
    IndicatorLane,
    LargeChange,
    ScenarioTimeline,
)
from scenarios.render.document import plain
from scenarios.render.documents.review.causes import cause_words
from scenarios.render.drawing import draw
from scenarios.render.overview import Overview, OverviewGroup, OverviewRow
from tests.records import database, day, indicator, item, resolution, scenario
from tests.render.drawings import outside, overlaps
from tests.render.strategies import chances, multiples, pictures, timelines, words

GOLDEN = Path(__file__).parents[1] / "golden" / "pictures"


@given(st.lists(chances, min_size=2, max_size=6))
def test_a_higher_probability_never_stands_lower_on_an_axis_of_log_odds(
    figures: list[float],
) -> None:
    scale = log_odds(figures, 10, 90)
    places = [scale.position(p) for p in sorted(figures)]
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


@given(st.one_of(pictures, timelines(), multiples()), st.booleans())
def test_no_label_of_a_picture_covers_another_or_is_cut_off(data: Any, narrow: bool) -> None:
    made = draw(data, narrow=narrow)
    assert overlaps(made) == []
    assert outside(made) == []
    assert made == draw(data, narrow=narrow)


def cause(kind: Any, *subjects: str, by: ChangeCause | None = None) -> ChangeCause:
    return ChangeCause(kind=kind, subjects=subjects, by=by)


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (cause("retraction", "e"), "Seen, retracted"),
        (cause("event", "e", "f"), "Seen and 1 more"),
        (cause("outcome", "a"), "Title occurred"),
        (cause("outcome", "b"), "Title was decided"),
        (cause("given", "a", by=cause("event", "e")), "Seen, through Title"),
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


SINCE, AS_OF = day(45), day(52)
FALL = (
    DayFigures(day=day(0), stated=0.45, implied=0.45),
    DayFigures(day=day(30), stated=0.37, implied=0.4),
    DayFigures(day=day(50), stated=0.04, implied=0.083),
)
SMALL: dict[str, Any] = {
    "overview": Overview(
        first=day(3),
        since=SINCE,
        as_of=AS_OF,
        groups=(
            OverviewGroup(
                when="20 February",
                title="The licence is withdrawn",
                counts="one decided, one moved",
                day=day(50),
                rows=(
                    OverviewRow(
                        title="A treaty is signed",
                        name="A treaty is signed",
                        stated=(StatedPoint(day(3), 0.6),),
                        evidence=(EvidencePoint(day(3), 0.5, 0.3, 0.7),),
                        before=0.6,
                        figures=("", "Occurred 20 Feb"),
                        word="we had said 60%, likely",
                        range="evidence 50% (30–70%)",
                        outcome="occurred",
                        ended=day(50),
                    ),
                    OverviewRow(
                        title="Gas flows through the pipeline",
                        name="Gas flows through the pipeline",
                        about="by 31 Dec 2022",
                        why="“The halt decides it.”",
                        also=("18 February: Talks end",),
                        stated=(
                            StatedPoint(day(3), 0.45),
                            StatedPoint(day(30), None),
                            StatedPoint(day(34), 0.37),
                            StatedPoint(day(51), 0.04),
                        ),
                        evidence=(
                            EvidencePoint(day(3), 0.45, 0.3, 0.6),
                            EvidencePoint(day(31), 0.4, 0.25, 0.55),
                            EvidencePoint(day(50), 0.083, 0.03, 0.2),
                        ),
                        before=0.37,
                        now=0.04,
                        figures=("37%", "4%"),
                        word="almost no chance",
                        range="evidence 40% → 8% (3–20%)",
                        others=(0.02, 0.08),
                        days=(day(48),),
                    ),
                ),
            ),
            OverviewGroup(
                when="",
                title="Where the rest stands",
                counts="last said on 1 January",
                day=None,
                rows=(
                    OverviewRow(
                        title="A pact",
                        name="A pact",
                        stated=(StatedPoint(day(3), 0.02),),
                        evidence=(EvidencePoint(day(3), 0.015, 0.004, 0.05),),
                        before=0.02,
                        now=0.02,
                        figures=("", "2%"),
                        word="almost no chance",
                        range="evidence 2% (0.4–5%)",
                        is_still=True,
                    ),
                ),
            ),
        ),
        folded=(("Did not move", "a surplus 50%"),),
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
            ForecastMark(
                day=day(50),
                analyst="desk",
                value=0.04,
                about="20 Feb 2022, desk, 4%: “No licence.”",
            ),
            ForecastMark(
                day=day(30), analyst="second", value=0.37, about="31 Jan 2022, second, 37%"
            ),
        ),
        lanes=(
            IndicatorLane(
                statement="The licence is withdrawn",
                periods=(
                    StatePeriod(state="unobserved", start=day(0), end=day(50)),
                    StatePeriod(state="observed", start=day(50), end=day(51)),
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
