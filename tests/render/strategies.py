"""Pictures at random: data that results could have, and texts that are long or odd."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from scenarios.render.charts.lanes import Lanes, SetMember, SmallMultiples
from scenarios.render.charts.ledger import BarGroup, LedgerBar, LedgerBars
from scenarios.render.charts.overview import Overview, OverviewRow
from scenarios.render.charts.parts import DayFigures, OutcomeMark
from scenarios.render.charts.scores import (
    CorpCurve,
    Reliability,
    ReliabilityBin,
    SkillInterval,
    SkillRows,
)
from scenarios.render.charts.timeline import (
    DayEvidence,
    IndicatorLane,
    LargeChange,
    PlotLabel,
    ScenarioTimeline,
    StateBar,
)
from tests.records import day

chances = st.floats(0, 1)
words = st.text("abcdefghij WMij—漢 ", min_size=1, max_size=200).filter(str.strip)

outcomes = st.sampled_from(["occurred", "did not occur", "annulled"])
standings = st.builds(
    OverviewRow,
    title=words,
    stated=st.none() | chances,
    stated_before=st.none() | chances,
    implied=chances,
    implied_before=st.none() | chances,
    cause=words,
    large=st.booleans(),
)
decided = st.builds(
    OverviewRow,
    title=words,
    stated=st.none() | chances,
    stated_before=st.none(),
    implied=chances,
    implied_before=st.none(),
    outcome=st.builds(OutcomeMark, day=st.integers(0, 7).map(day), word=outcomes),
)
overviews = st.builds(
    Overview,
    since=st.just(day(0)),
    as_of=st.just(day(7)),
    rows=st.tuples(st.lists(decided, max_size=2), st.lists(standings, min_size=1, max_size=4)).map(
        lambda both: (*both[0], *both[1])
    ),
    rest=st.sampled_from(["", "3 more moved less, 12 more open questions did not move"]),
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
    ReliabilityBin,
    n=st.floats(0.01, 900),
    mean_forecast=chances,
    frequency=chances,
    wilson_low=chances,
    wilson_high=chances,
)
stairs = st.builds(CorpCurve, low=chances, high=chances, frequency=chances)
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
skills = st.builds(SkillRows, pairs=st.lists(pairs, min_size=1, max_size=4).map(tuple))
pictures = st.one_of(overviews, ledgers, reliabilities, skills)


@st.composite
def lanes(drawn: st.DrawFn) -> Lanes:
    """Members on the same days, which may have ended; the shares of all of them or none."""
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
    shares = st.tuples(*[chances for _ in members])
    return drawn(st.sampled_from([Lanes, SmallMultiples]))(
        since=day(numbers[-1]) - timedelta(7),
        as_of=day(numbers[-1]),
        members=tuple(members),
        shares=drawn(st.none() | st.tuples(shares, shares)),
    )


@st.composite
def timelines(drawn: st.DrawFn) -> ScenarioTimeline:
    """Days in order, with all that can stand on them."""
    numbers = sorted(drawn(st.sets(st.integers(0, 2000), min_size=1, max_size=6)))
    days = st.sampled_from([day(n) for n in numbers])
    pair = st.none() | st.tuples(chances, chances)
    states = st.sampled_from(["unobserved", "emerging", "observed", "reversed"])
    stretch = st.builds(StateBar, state=states, start=days, end=days)
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
    saying = st.builds(PlotLabel, day=days, analyst=names, probability=chances, rationale=words)
    swim = st.builds(IndicatorLane, statement=words, stretches=lane, due=st.none() | days)
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
