"""Pictures at random: data that results could have, and texts that are long or odd."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from scenarios.analysis.period.recent import EvidencePoint, StatedPoint
from scenarios.analysis.period.trajectory import StatePeriod
from scenarios.analysis.scores.calibration import CalibrationBin, CorpStep
from scenarios.render.charts.fan import FanDay, QuantityFan
from scenarios.render.charts.ledger import BarGroup, LedgerBar, LedgerBars
from scenarios.render.charts.multiples import SetMember, SmallMultiples
from scenarios.render.charts.parts import DayFigures, ForecastMark, OutcomeMark
from scenarios.render.charts.scores import (
    Reliability,
    SkillInterval,
    SkillRows,
)
from scenarios.render.charts.timeline import (
    DayEvidence,
    IndicatorLane,
    LargeChange,
    ScenarioTimeline,
)
from scenarios.render.overview import Overview, OverviewGroup, OverviewRow
from tests.records import day

chances = st.floats(0, 1)
words = st.text("abcdefghij WMij—漢 ", min_size=1, max_size=200).filter(str.strip)

outcomes = st.sampled_from(["occurred", "did not occur", "annulled"])
stated_points = st.builds(StatedPoint, st.integers(0, 14).map(day), st.none() | chances)
ranges = st.tuples(chances, chances, chances).map(sorted)
evidence_points = st.builds(
    lambda on, ends: EvidencePoint(day(on), ends[1], ends[0], ends[2]), st.integers(0, 14), ranges
)
overview_rows = st.builds(
    OverviewRow,
    title=words,
    name=words,
    about=st.sampled_from(["", "by 31 Dec 2030"]),
    why=st.just("") | words,
    also=st.lists(words, max_size=2).map(tuple),
    stated=st.lists(stated_points, max_size=5, unique_by=lambda point: point.day).map(
        lambda points: tuple(sorted(points, key=lambda point: point.day))
    ),
    evidence=st.lists(evidence_points, max_size=5, unique_by=lambda point: point.day).map(
        lambda points: tuple(sorted(points, key=lambda point: point.day))
    ),
    before=st.none() | chances,
    now=st.none() | chances,
    figures=st.sampled_from([("", "–"), ("", "20%"), ("2.5%", "under 0.1%"), ("37%", "4%")]),
    word=st.sampled_from(["", "roughly even chance"]),
    range=st.sampled_from(["", "evidence 22% → 0.1% (at most 0.5%)"]),
    outcome=st.sampled_from(["occurred", "did-not-occur", "annulled"]),
    ended=st.none() | st.integers(7, 14).map(day),
    others=st.lists(chances, max_size=12).map(tuple),
    days=st.lists(st.integers(0, 14).map(day), max_size=2).map(tuple),
    is_still=st.booleans(),
)
overview_groups = st.builds(
    OverviewGroup,
    when=st.sampled_from(["", "24 February"]),
    title=st.just("") | words,
    counts=st.sampled_from(["", "one decided, nine moved"]),
    day=st.none() | st.integers(0, 14).map(day),
    rows=st.lists(overview_rows, min_size=1, max_size=3).map(tuple),
)
overviews = st.builds(
    Overview,
    first=st.integers(0, 7).map(day),
    since=st.just(day(7)),
    as_of=st.just(day(14)),
    groups=st.lists(overview_groups, max_size=3).map(tuple),
    folded=st.lists(st.tuples(st.just("Did not move"), words), max_size=2).map(tuple),
)


bars = st.builds(LedgerBar, label=words, decibans=st.floats(-30, 30))
ledgers = st.builds(
    LedgerBars,
    title=words,
    prior=chances,
    themes=st.lists(
        st.builds(BarGroup, name=words, bars=st.lists(bars, min_size=1, max_size=3).map(tuple)),
        max_size=3,
    ).map(tuple),
    implied=chances,
    stated=st.none() | chances,
)


forecasters = words.map(lambda text: text[:40]) | st.sampled_from(["implied", "prior"])
bins = st.builds(
    CalibrationBin,
    forecaster=words,
    low=chances,
    high=chances,
    n=st.floats(0.01, 900),
    mean_forecast=chances,
    frequency=chances,
    wilson_low=chances,
    wilson_high=chances,
)
stairs = st.builds(CorpStep, low=chances, high=chances, n=st.floats(0.01, 900), frequency=chances)
reliabilities = st.builds(
    Reliability,
    forecaster=forecasters,
    bins=st.lists(bins, max_size=10, unique_by=lambda row: min(int(row.mean_forecast * 10), 9)).map(
        tuple
    ),
    curve=st.lists(stairs, max_size=3).map(tuple),
)
ends = st.none() | st.floats(-3, 1)
pairs = st.builds(
    SkillInterval,
    forecaster=words.map(lambda text: text[:80]) | st.sampled_from(["implied", "prior"]),
    against=st.sampled_from(["team", "implied"]),
    questions=st.integers(1, 999),
    skill=st.floats(-3, 1),
    low=ends,
    high=ends,
)
brier_scores = st.builds(
    SkillInterval, forecaster=forecasters, questions=st.integers(1, 999), skill=chances
)
skills = st.one_of(
    st.builds(SkillRows, pairs=st.lists(pairs, min_size=1, max_size=4).map(tuple)),
    st.builds(
        SkillRows,
        pairs=st.lists(brier_scores, min_size=1, max_size=4).map(tuple),
        is_brier=st.just(value=True),
    ),
)
pictures = st.one_of(overviews, ledgers, reliabilities, skills)


@st.composite
def multiples(drawn: st.DrawFn) -> SmallMultiples:
    """Members on the same days, which may have ended."""
    numbers = sorted(drawn(st.sets(st.integers(0, 2000), min_size=1, max_size=4)))
    days = st.sampled_from([day(n) for n in numbers])
    members = [
        SetMember(
            letter=letter,
            title=drawn(words),
            points=tuple(
                DayFigures(day=day(n), stated=drawn(st.none() | chances), implied=drawn(chances))
                for n in numbers
            ),
            stated_before=drawn(st.none() | chances),
            outcome=drawn(st.none() | st.builds(OutcomeMark, day=days, word=outcomes)),
        )
        for letter in "ABC"[: drawn(st.integers(1, 3))]
    ]
    return SmallMultiples(
        is_set=drawn(st.booleans()),
        columns=drawn(st.sampled_from((2, 3))),
        since=day(numbers[-1]) - timedelta(7),
        as_of=day(numbers[-1]),
        members=tuple(members),
    )


@st.composite
def timelines(drawn: st.DrawFn) -> ScenarioTimeline:
    """Days in order, with all that can stand on them."""
    numbers = sorted(drawn(st.sets(st.integers(0, 2000), min_size=1, max_size=6)))
    days = st.sampled_from([day(n) for n in numbers])
    pair = st.none() | st.tuples(chances, chances)
    states = st.sampled_from(["unobserved", "emerging", "observed", "reversed"])
    stretch = st.builds(StatePeriod, state=states, start=days, end=days)
    lane = st.lists(stretch, min_size=1, max_size=3).map(tuple)
    figures = [
        DayFigures(day=day(n), stated=drawn(st.none() | chances), implied=drawn(chances))
        for n in numbers
    ]
    seen = st.builds(DayEvidence, day=days, items=st.tuples(words), decibans=st.floats(-30, 30))
    step = st.builds(
        LargeChange, day=days, stated=pair, implied=st.tuples(chances, chances), cause=words
    )
    names = st.sampled_from(["desk", "an-analyst-with-a-rather-long-name", *"abcdefg"])
    saying = st.builds(ForecastMark, day=days, analyst=names, value=chances, about=words)
    swim = st.builds(IndicatorLane, statement=words, periods=lane, due=st.none() | days)
    low, high = sorted(drawn(st.tuples(chances, chances)))
    return ScenarioTimeline(
        title=drawn(words),
        since=day(numbers[-1]) - timedelta(7),
        points=tuple(figures),
        decays=drawn(st.booleans()),
        band=drawn(st.sampled_from([None, (low, high)])),
        outcome=drawn(st.none() | st.builds(OutcomeMark, day=days, word=outcomes)),
        steps=tuple(sorted(drawn(st.lists(step, max_size=3)), key=lambda one: one.day)),
        seen=tuple(drawn(st.lists(seen, max_size=3))),
        sayings=tuple(drawn(st.lists(saying, max_size=9))),
        lanes=tuple(drawn(st.lists(swim, max_size=3))),
    )


@st.composite
def fans(drawn: st.DrawFn) -> QuantityFan:
    """A number or a date over time, with thresholds and estimates, maybe known."""
    numbers = sorted(drawn(st.sets(st.integers(0, 2000), min_size=1, max_size=6)))
    is_date = drawn(st.booleans())
    values = st.floats(1e-3, 1e6)
    if is_date:
        values = st.integers(day(0).toordinal(), day(3000).toordinal()).map(float)
    three = st.tuples(values, values, values).map(sorted)

    def on(number: int) -> FanDay:
        low, implied, high = drawn(three)
        ours = drawn(st.none() | three) or (None, None, None)
        names = ("stated_low", "stated", "stated_high")
        return FanDay(
            day=day(number),
            low=low,
            implied=implied,
            high=high,
            **dict(zip(names, ours, strict=True)),
        )

    days = tuple(map(on, numbers))
    names = st.sampled_from(["desk", "an-analyst-with-a-rather-long-name", *"abcdefg"])
    estimate = st.builds(
        ForecastMark,
        day=st.sampled_from([each.day for each in days]),
        analyst=names,
        value=values,
        about=words,
    )
    ended = drawn(st.none() | st.sampled_from([day(n + 3) for n in numbers]))
    return QuantityFan(
        title=drawn(words),
        since=day(numbers[-1]) - timedelta(7),
        days=days,
        ends=drawn(
            st.sampled_from([("242 (222 to 267)", ""), ("later (2026-01-24 to later)",) * 2])
        ),
        thresholds=tuple(sorted(drawn(st.sets(values, max_size=9)))),
        is_log=not is_date and drawn(st.booleans()),
        latest=day(2500) if is_date else None,
        decays=drawn(st.booleans()),
        estimates=tuple(drawn(st.lists(estimate, max_size=9))),
        value=drawn(values) if ended else None,
        ended=ended,
        end="244.8 billion dollars, 13 Jan 2025" if ended else "",
    )
