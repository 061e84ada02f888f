from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple, replace

from scenarios.analysis.daily_forecasts import archive, timeline
from scenarios.analysis.evidence.knowledge import known_on
from scenarios.analysis.forecasts import stated
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.question_timelines import (
    Line,
    QuestionTimeline,
    before,
    place,
    question,
    stood,
    sweep,
)
from scenarios.model import Database, Sheet
from tests.records import (
    END,
    START,
    database,
    databases,
    day,
    near,
    resolution,
    scenario,
    sheet,
    sheets,
)

LATER = date(2030, 1, 1)


def asked(*said: Sheet, until: int = 10, **keys: Any) -> Database:
    """One question that did not happen, resolved on day `until`."""
    keys = {"resolution": resolution("did-not-occur", day(until)), **keys}
    return database(scenarios={"s1": scenario(**keys)}, sheets=sheets(*said))


def says(figures: dict[int, float | None], analyst: str = "desk") -> list[Sheet]:
    """What an analyst says on each of these days."""
    return [sheet(day(on), {"s1": figure}, analyst=analyst) for on, figure in figures.items()]


def fields(db: Database, id: str = "s1", on: date = LATER) -> tuple[Any, ...]:
    found = question(db, id, on)
    return astuple(found) if found else ()


def told(db: Database, id: str = "s1") -> QuestionTimeline[float]:
    found = question(db, id, LATER)
    assert found
    return timeline(archive(DailyLedgers(db)), found)


def test_a_question_is_scored_from_its_opening_to_the_day_before_its_outcome_was_known() -> None:
    late = resolution("did-not-occur", day(10), day(15))
    for db, resolved, scored, planned in (
        (asked(until=10), 10, 10, 365),
        (asked(until=400, horizon=day(4)), 400, 5, 5),  # no day after the horizon
        (asked(until=-3), -3, 0, 365),  # resolved before it opened
        (asked(resolution=late), 10, 10, 365),
    ):
        figures = ("did-not-occur", START, day(resolved), scored, planned, 0, None)
        assert fields(db) == ("s1", None, (), *figures)


def test_a_question_counts_from_the_day_on_which_its_outcome_was_recorded() -> None:
    db = asked(resolution=resolution("occurred", day(10), day(15)))
    assert fields(db, on=day(14)) == ()
    *known, until = fields(db, on=day(15))
    assert (*known, None) == fields(db)
    assert until == END  # it waits for the questions that did not come early
    assert told(asked(sheet(day(-9), {"s1": 0.2}), until=0)).lines == {}


def test_what_occurred_settles_the_other_members_of_its_set() -> None:
    won = scenario(set="s", resolution=resolution("occurred", day(7), day(9)))
    db = database(scenarios={"a": won, "b": scenario(set="s")})
    assert fields(db, "b", day(9)) == ("b", "s", (), "did-not-occur", START, day(7), 7, 365, 0, END)


def test_the_last_forecast_is_the_last_one_given_on_a_scored_day() -> None:
    given: dict[str, tuple[dict[int, float | None], float | None]] = {
        "a": ({2: 0.2, 5: 0.3}, 0.3),
        "b": ({2: 0.2, 5: None}, None),
        "c": ({2: 0.2, 10: 0.01}, 0.2),
        "d": ({-1: 0.2}, None),
    }
    last = told(asked(*(s for name, (said, _) in given.items() for s in says(said, name)))).last
    assert {name: last[name] for name in given} == {name: end for name, (_, end) in given.items()}


def test_what_nobody_gave_is_last_what_stood_on_the_last_day() -> None:
    said = says({1: 0.2, 4: None}) + says({2: 0.4, 5: None}, "other")
    given = {"desk": None, "other": None, "team": None, "implied": near(0.5)}
    assert told(asked(*said)).last == {**given, "prior": 0.5, "first": 0.2}


def test_forecasters_that_said_nothing_have_no_line_and_one_analyst_is_no_team() -> None:
    assert [*told(asked(*says({2: None}))).lines] == ["implied", "prior"]
    assert [*told(asked(*says({2: 0.2}))).lines] == ["desk", "implied", "prior", "first"]
    agreed = told(asked(*says({0: 0.2}), *says({0: 0.2}, "zoe")))
    assert agreed.lines["team"] == ((0, 10, 0.2),)  # exactly


def test_an_analyst_who_is_called_team_is_not_the_team_and_analysts_stand_first() -> None:
    lines = told(asked(*says({0: 0.2}, "team"), *says({0: 0.4}))).lines
    figures = {name: line[0][2] for name, line in lines.items()}
    ours = {"implied": near(0.5), "prior": 0.5, "first": near(0.2898979485566356)}
    analysts = {"desk": 0.4, "team (analyst)": 0.2}
    assert figures == {**analysts, "team": near(0.2898979485566356), **ours}
    names = ["prior", "zoe", "first", "team", "adam", "implied"]
    assert sorted(names, key=place) == ["adam", "zoe", "team", "implied", "prior", "first"]


def test_an_annulled_rival_keeps_its_place_and_the_last_member_stays_as_stated() -> None:
    for outcome, left_on, stands in (("annulled", 4, 0.4), ("did-not-occur", -2, 0.5)):
        left = scenario(set="s", resolution=resolution(outcome, day(left_on)))
        won = scenario(set="s", resolution=resolution("occurred", day(10)))
        both = sheets(sheet(day(5), {"a": 0.5, "b": 0.5, "c": 0.25}))
        db = database(scenarios={"a": won, "b": left, "c": left}, sheets=both)
        assert told(db, "a").ours["first"] == ((0, 5, None), (5, 10, near(stands)))


def test_a_sweep_visits_each_run_of_days_with_the_figures_that_stand() -> None:
    lines: dict[str, Line] = {"a": ((0, 2, None), (2, 6, 0.5)), "b": ((1, 4, 0.1),), "c": ()}
    assert [(start, end, dict(figures)) for start, end, figures in sweep(lines)] == [
        (0, 1, {}),
        (1, 2, {"b": 0.1}),
        (2, 4, {"b": 0.1, "a": 0.5}),
        (4, 6, {"a": 0.5}),
    ]


def test_before_a_day_its_own_value_is_not_yet_counted_and_a_gap_is_none() -> None:
    assert before([(2, 1.0), (1, 5.0)]) == [0.0, 1.0, 2.0, 7.0]
    assert stood(((0, 2, None), (2, 6, 0.5))) == [(2, 6, 0.5)]


# Against a count of every single day


@st.composite
def resolved_databases(draw: st.DrawFn) -> Database:
    """A random database with sheets, of which some questions were resolved within 40 days."""
    db = draw(databases(linked=True))
    figures = st.none() | st.floats(0.0001, 0.9999)
    said = []
    for on in draw(st.lists(st.integers(-20, 45), max_size=8, unique=True)):
        told = draw(st.dictionaries(st.sampled_from(sorted(db.scenarios)), figures, min_size=1))
        said.append(sheet(day(on), told, analyst=draw(st.sampled_from("xyz"))))
    scenarios = {}
    for id, one in db.scenarios.items():
        on, late = draw(st.integers(5, 40)), draw(st.integers(0, 9))
        outcome = "occurred" if id in ("alone", "a") else "did-not-occur"
        is_over = id == "a" or draw(st.booleans())
        ended = resolution(outcome, day(on), day(on + late)) if is_over else None
        opened, horizon = day(draw(st.integers(-3, 3))), day(draw(st.integers(10, 40)))
        scenarios[id] = replace(one, opened=opened, horizon=horizon, resolution=ended)
    items = db.evidence.items()
    early = {id: replace(it, recorded=day((it.recorded - START).days // 8)) for id, it in items}
    tracker = replace(db.tracker, forecast_expires_days=draw(st.none() | st.integers(0, 12)))
    return Database(tracker, scenarios, early, sheets(*said))


def said_by(db: Database, analyst: str, id: str, on: date) -> float | None:
    """What one analyst's sheets say at the end of one day."""
    own = [s for s in db.sheets.values() if s.analyst == analyst and id in s.probabilities]
    latest = max((s for s in own if s.date <= on), key=lambda s: s.date, default=None)
    days = db.tracker.forecast_expires_days
    if latest is None or (days is not None and (on - latest.date).days > days):
        return None
    return latest.probabilities[id]


def daily(line: Line, days: int) -> list[float | None]:
    """One figure a day; the runs must follow on one another."""
    figures: list[float | None] = []
    for start, end, figure in line:
        assert start == len(figures)
        assert end > start
        assert not figures or figures[-1] != figure
        figures += [figure] * (end - start)
    return figures or [None] * days


@given(resolved_databases())
@settings(max_examples=60, deadline=None)
def test_the_runs_are_what_a_count_of_every_day_gives(db: Database) -> None:
    kept = archive(DailyLedgers(db))
    for id, one in db.scenarios.items():
        if found := question(db, id, LATER):
            days = [one.opened + timedelta(n) for n in range(found.scored)]
            assert_same_days(db, id, timeline(kept, found), days)


def assert_same_days(
    db: Database, id: str, result: QuestionTimeline[float], days: list[date]
) -> None:
    for analyst in "xyz":
        line = daily(result.analysts.get(analyst, ()), len(days))
        assert line == [said_by(db, analyst, id, on) for on in days]
    figures = [stated(db, id, on) for on in days]
    together = [figure.probability if figure else None for figure in figures]
    first = next((n for n, figure in enumerate(together) if figure is not None), len(days))
    frozen = [together[first] if n >= first else None for n in range(len(days))]
    odds = [Odds(known_on(db, on)) for on in days]
    expected: dict[str, Any] = {"first": frozen, "prior": [one.steps(id).at_date for one in odds]}
    expected |= {"implied": [one.implied(id) for one in odds]}
    expected |= {"team": together} if len(result.analysts) > 1 else {}
    assert result.ours.keys() <= expected.keys()
    for name, line in expected.items():
        assert daily(result.ours.get(name, ()), len(days)) == line
