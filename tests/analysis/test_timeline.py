from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple, replace

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.forecasts.stated import stated
from scenarios.analysis.ledger.ledger import ledger
from scenarios.analysis.ledger.odds import after_time
from scenarios.analysis.scores.daily_forecasts import (
    Line,
    Question,
    Timeline,
    archive,
    before,
    place,
    question,
    stood,
    sweep,
    timeline,
)
from scenarios.model import Database, Scenario, Sheet, Tracker
from tests.records import (
    START,
    database,
    databases,
    day,
    indicator,
    item,
    near,
    resolution,
    retraction,
    scenario,
    sheet,
    sheets,
)

LATER = date(2030, 1, 1)


def asked(*said: Sheet, until: int = 10, expires: int | None = None, **keys: Any) -> Database:
    """One question that did not happen, resolved on day `until`."""
    keys = {"resolution": resolution("did-not-occur", day(until)), **keys}
    tracker = Tracker(forecast_expires_days=expires)
    return database(tracker, scenarios={"s1": scenario(**keys)}, sheets=sheets(*said))


def says(figures: dict[int, float | None], **keys: Any) -> Database:
    """What the desk says on each of these days."""
    return asked(*(sheet(day(on), {"s1": figure}) for on, figure in figures.items()), **keys)


def told(db: Database, id: str = "s1") -> Timeline:
    found = question(db, id, LATER)
    assert found
    return timeline(archive(db), found)


# The scored days


@pytest.mark.parametrize(
    ("keys", "resolved", "scored", "planned"),
    [
        ({"until": 10}, 10, 10, 365),
        ({"until": 400, "horizon": day(4)}, 400, 5, 5),  # no day after the horizon
        ({"until": -3}, -3, 0, 365),  # resolved before it opened
        ({"resolution": resolution("did-not-occur", day(10), day(15))}, 10, 10, 365),
    ],
)
def test_a_question_is_scored_from_its_opening_to_the_day_before_its_outcome_was_known(
    keys: dict[str, Any], resolved: int, scored: int, planned: int
) -> None:
    assert question(asked(**keys), "s1", LATER) == Question(
        scenario="s1",
        outcome="did-not-occur",
        opened=START,
        resolved=day(resolved),
        scored=scored,
        planned=planned,
    )


def test_a_question_counts_from_the_day_on_which_its_outcome_was_recorded() -> None:
    db = asked(resolution=resolution("occurred", day(10), day(15)))
    assert question(db, "s1", day(14)) is None
    assert question(db, "s1", day(15)) == question(db, "s1", LATER) is not None
    assert told(asked(sheet(day(-9), {"s1": 0.2}), until=0)).lines == {}


def test_what_occurred_settles_the_other_members_of_its_set() -> None:
    won = scenario(set="s", resolution=resolution("occurred", day(7), day(9)))
    found = question(database(scenarios={"a": won, "b": scenario(set="s")}), "b", day(9))
    assert found
    assert astuple(found) == ("b", "s", "did-not-occur", START, day(7), 7, 365)


# What an analyst said


@pytest.mark.parametrize(
    ("figures", "expires", "line"),
    [
        ({5: 0.3, 2: 0.2}, None, ((0, 2, None), (2, 5, 0.2), (5, 10, 0.3))),
        # one from before the opening stands on the first day
        ({-9: 0.1, -4: 0.2, 3: 0.4}, None, ((0, 3, 0.2), (3, 10, 0.4))),
        # one from the day on which the outcome was known never counts
        ({9: 0.2, 10: 0.01, 11: 0}, None, ((0, 9, None), (9, 10, 0.2))),
        # one that is withdrawn stands no longer
        ({0: 0.2, 4: None, 6: 0.2}, None, ((0, 4, 0.2), (4, 6, None), (6, 10, 0.2))),
        # it stands through its last day and expires on the next, unless it is said again by then
        (
            {1: 0.2, 6: 0.3},
            2,
            ((0, 1, None), (1, 4, 0.2), (4, 6, None), (6, 9, 0.3), (9, 10, None)),
        ),
        ({0: 0.2, 1: 0.2, 3: 0.2, 6: 0.2, 8: 0.2}, 2, ((0, 10, 0.2),)),
    ],
)
def test_a_forecast_stands_from_its_day_until_it_changes(
    figures: dict[int, float | None], expires: int | None, line: Line
) -> None:
    assert told(says(figures, expires=expires)).analysts == {"desk": line}


# The last forecast given


@pytest.mark.parametrize(
    ("figures", "last"),
    [
        ({2: 0.2, 5: 0.3}, 0.3),
        ({2: 0.2, 5: None}, None),
        ({2: 0.2, 10: 0.01}, 0.2),
        ({-1: 0.2}, None),
    ],
)
def test_the_last_forecast_is_the_last_one_given_on_a_scored_day(
    figures: dict[int, float | None], last: float | None
) -> None:
    assert told(says(figures)).last["desk"] == last


def test_what_nobody_gave_is_last_what_stood_on_the_last_day() -> None:
    desk, other = ({1: 0.2, 4: None}, {2: 0.4, 5: None})
    said = [sheet(day(on), {"s1": p}) for on, p in desk.items()]
    said += [sheet(day(on), {"s1": p}, analyst="other") for on, p in other.items()]
    given = {"desk": None, "other": None, "team": None, "implied": near(0.5)}
    assert told(asked(*said)).last == {**given, "prior": 0.5, "first": 0.2}


# The team, and what was stated first


def test_the_team_is_the_geometric_mean_of_odds_of_those_who_stand() -> None:
    # Sevilla 2021: .05, .10 and .20 give .1019.
    said = [(1, 0.05, "a"), (2, 0.1, "b"), (2, 0.2, "c"), (5, None, "a"), (5, 0.2, "b")]
    db = asked(*(sheet(day(on), {"s1": p}, analyst=name) for on, p, name in said))
    assert told(db).ours["team"] == (
        (0, 1, None),
        (1, 2, 0.05),
        (2, 5, near(0.1019, abs=5e-5)),
        (5, 10, 0.2),  # exactly, where all agree
    )


def test_the_first_stated_figure_is_frozen_and_one_analyst_is_no_team() -> None:
    made = told(says({2: 0.2, 4: 0.9, 6: None}))
    assert made.ours["first"] == ((0, 2, None), (2, 10, 0.2))
    assert list(made.lines) == ["desk", "implied", "prior", "first"]


def test_where_nothing_was_stated_only_prior_and_implied_stand() -> None:
    even = ((0, 10, near(0.5)),)
    assert told(says({2: None})).lines == {"implied": even, "prior": even}


def test_an_analyst_who_is_called_team_is_not_the_team() -> None:
    db = asked(sheet(START, {"s1": 0.2}, analyst="team"), sheet(START, {"s1": 0.4}))
    figures = {name: line[0][2] for name, line in told(db).lines.items()}
    ours = {"implied": near(0.5), "prior": 0.5, "first": near(0.2898979485566356)}
    analysts = {"desk": 0.4, "team (analyst)": 0.2}
    assert figures == {**analysts, "team": near(0.2898979485566356), **ours}


def test_forecasters_are_shown_with_analysts_first() -> None:
    names = ["prior", "zoe", "first", "team", "adam", "implied"]
    assert sorted(names, key=place) == ["adam", "zoe", "team", "implied", "prior", "first"]


# A set


def in_a_set(**changes: Any) -> Database:
    """Three members of which `a` occurs on day 10; the desk says .5, .5 and .25 on day 2."""
    members = {id: scenario(set="s") for id in "abc"}
    members["a"] = scenario(set="s", resolution=resolution("occurred", day(10)))
    said = {"1": sheet(day(1), {"a": 0.5, "b": 0.5}), "2": sheet(day(2), {"c": 0.25})}
    return database(scenarios=members | changes, sheets=said)


def test_an_analyst_is_scored_on_his_figure_and_the_team_on_the_normalised_one() -> None:
    lines = told(in_a_set(), "c").lines
    assert lines["desk"] == ((0, 2, None), (2, 10, 0.25))
    assert lines["first"] == ((0, 2, None), (2, 10, near(0.2)))
    assert told(in_a_set(), "a").ours["first"] == ((0, 1, None), (1, 10, 0.5))


def test_a_rival_that_left_is_not_waited_for() -> None:
    out = scenario(set="s", resolution=resolution("did-not-occur", day(1), day(6)))
    both = sheets(sheet(day(1), {"a": 0.6, "b": 0.9}), sheet(day(1), {"a": 0.6}, analyst="other"))
    team = told(replace(in_a_set(c=out), sheets=both), "a").ours["team"]
    assert team == ((0, 1, None), (1, 6, 0.6), (6, 10, near(0.4)))


def test_an_annulled_rival_keeps_its_place_and_the_last_member_stays_as_stated() -> None:
    void = scenario(set="s", resolution=resolution("annulled", day(1), day(4)))
    everyone = {"1": sheet(day(5), {"a": 0.5, "b": 0.5, "c": 0.25})}
    db = replace(in_a_set(c=void), sheets=everyone)
    assert told(db, "a").ours["first"] == ((0, 5, None), (5, 10, near(0.4)))
    out = scenario(set="s", resolution=resolution("did-not-occur", day(-2)))
    assert told(in_a_set(b=out, c=out), "a").ours["first"] == ((0, 1, None), (1, 10, 0.5))


# The implied probability and the prior


def test_implied_moves_with_evidence_and_on_the_day_after_an_indicator_was_due() -> None:
    seen = item(day(3), ratings={"s1": "CC"}, retracted=retraction(day(7)))
    line = told(replace(asked(), evidence={"e": seen})).ours["implied"]
    assert line == ((0, 3, near(0.5)), (3, 7, near(10 / 11)), (7, 10, near(0.5)))
    due = indicator({"s1": "CC"}, due=day(4), if_absent="II")
    never = indicator({"s1": "CC"}, due=date.max, if_absent="II")
    line = told(asked(indicators={"i": due, "never": never})).ours["implied"]
    assert line == ((0, 5, near(0.5)), (5, 10, near(1 / 11)))


def test_the_implied_probability_moves_when_a_rival_leaves_and_the_prior_does_not() -> None:
    out = scenario(0.25, set="s", resolution=resolution("did-not-occur", day(3), day(4)))
    won = scenario(0.25, set="s", resolution=resolution("occurred", day(10)))
    ours = told(database(scenarios={"a": won, "b": scenario(0.25, set="s"), "c": out}), "a").ours
    implied = ((0, 4, near(1 / 3)), (4, 10, near(0.5)))
    assert ours == {"implied": implied, "prior": ((0, 10, 0.25),)}


def test_with_a_hazard_prior_and_implied_decay_from_day_to_day() -> None:
    db = asked(until=400, horizon=day(2), hazard="constant")
    decaying = ((0, 1, 0.5), (1, 2, near(1 - 0.5**0.5)), (2, 3, 0.001))
    assert told(db).ours["prior"] == decaying
    assert told(db).ours["implied"] == tuple((s, e, near(p)) for s, e, p in decaying)


# Lines


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
    db = draw(databases())
    figures = st.none() | st.floats(0.0001, 0.9999)
    said = []
    for on in draw(st.lists(st.integers(-20, 45), max_size=8, unique=True)):
        analyst = draw(st.sampled_from("xyz"))
        told = draw(st.dictionaries(st.sampled_from(sorted(db.scenarios)), figures, min_size=1))
        said.append(sheet(day(on), told, analyst=analyst))
    scenarios = {}
    for id, one in db.scenarios.items():
        ended = None
        if draw(st.booleans()) or id == "a":
            known_on = draw(st.integers(5, 40))
            outcome = "occurred" if id in ("alone", "a") else "did-not-occur"
            ended = resolution(outcome, day(known_on), day(known_on + draw(st.integers(0, 9))))
        opened, horizon = day(draw(st.integers(-3, 3))), day(draw(st.integers(10, 40)))
        scenarios[id] = replace(one, opened=opened, horizon=horizon, resolution=ended)
    evidence = {
        id: replace(one, recorded=day((one.recorded - START).days // 8))
        for id, one in db.evidence.items()
    }
    expires = draw(st.none() | st.integers(0, 12))
    tracker = replace(db.tracker, forecast_expires_days=expires)
    return Database(tracker, scenarios, evidence, sheets(*said))


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
    kept = archive(db)
    for id, one in db.scenarios.items():
        if found := question(db, id, LATER):
            days = [one.opened + timedelta(n) for n in range(found.scored)]
            assert_same_days(db, one, timeline(kept, found), days)


def assert_same_days(db: Database, one: Scenario, result: Timeline, days: list[date]) -> None:
    id = result.question.scenario
    for analyst in "xyz":
        line = daily(result.analysts.get(analyst, ()), len(days))
        assert line == [said_by(db, analyst, id, on) for on in days]
    figures = [stated(db, id, on) for on in days]
    together = [figure.probability if figure else None for figure in figures]
    first = next((n for n, figure in enumerate(together) if figure is not None), len(days))
    frozen = [together[first] if n >= first else None for n in range(len(days))]
    assert daily(result.ours.get("first", ()), len(days)) == frozen
    if len(result.analysts) > 1:
        assert daily(result.ours["team"], len(days)) == together
    else:
        assert "team" not in result.ours
    assert daily(result.ours["prior"], len(days)) == [
        after_time(one, one.prior.probability, on) for on in days
    ]
    implied = [ledger(known(db, on), id).implied.probability for on in days]
    assert daily(result.ours["implied"], len(days)) == implied
