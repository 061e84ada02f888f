from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
)

LATER = date(2030, 1, 1)


def asked(*sheets: Sheet, until: int = 10, expires: int | None = None, **keys: Any) -> Database:
    """One question that did not happen, resolved on day `until`."""
    keys = {"resolution": resolution("did-not-occur", day(until)), **keys}
    return database(
        Tracker(forecast_expires_days=expires),
        scenarios={"s1": scenario(**keys)},
        sheets={f"{one.date}-{one.analyst}": one for one in sheets},
    )


def told(db: Database, id: str = "s1") -> Timeline:
    found = question(db, id, LATER)
    assert found
    return timeline(archive(db), found)


# The scored days


def test_a_question_is_scored_from_its_opening_to_the_day_before_its_outcome_was_known() -> None:
    assert question(asked(until=10), "s1", LATER) == Question(
        scenario="s1",
        outcome="did-not-occur",
        opened=START,
        resolved=day(10),
        scored=10,
        planned=365,
    )


def test_no_day_after_the_horizon_is_scored() -> None:
    found = question(asked(until=400, horizon=day(4)), "s1", LATER)
    assert found == Question(
        scenario="s1", outcome="did-not-occur", opened=START, resolved=day(400), scored=5, planned=5
    )


def test_a_question_resolved_by_its_opening_day_has_no_day_to_score() -> None:
    found = question(asked(until=-3), "s1", LATER)
    assert found == Question(
        scenario="s1",
        outcome="did-not-occur",
        opened=START,
        resolved=day(-3),
        scored=0,
        planned=365,
    )
    assert told(asked(sheet(day(-9), {"s1": 0.2}), until=0)).lines == {}


def test_a_question_counts_from_the_day_on_which_its_outcome_was_recorded() -> None:
    db = asked(resolution=resolution("occurred", day(10), day(15)))
    assert question(db, "s1", day(14)) is None
    found = question(db, "s1", day(15))
    assert found == Question(
        scenario="s1", outcome="occurred", opened=START, resolved=day(10), scored=10, planned=365
    )


def test_what_occurred_settles_the_other_members_of_its_set() -> None:
    won = scenario(set="s", resolution=resolution("occurred", day(7), day(9)))
    db = database(scenarios={"a": won, "b": scenario(set="s")})
    found = question(db, "b", day(9))
    assert found == Question(
        scenario="b",
        set="s",
        outcome="did-not-occur",
        opened=START,
        resolved=day(7),
        scored=7,
        planned=365,
    )


# What an analyst said


def test_a_forecast_stands_from_its_day_until_it_changes() -> None:
    line = told(asked(sheet(day(2), {"s1": 0.2}), sheet(day(5), {"s1": 0.3}))).analysts["desk"]
    assert line == ((0, 2, None), (2, 5, 0.2), (5, 10, 0.3))


def test_a_forecast_from_before_the_opening_stands_on_the_first_day() -> None:
    db = asked(sheet(day(-9), {"s1": 0.1}), sheet(day(-4), {"s1": 0.2}), sheet(day(3), {"s1": 0.4}))
    assert told(db).analysts == {"desk": ((0, 3, 0.2), (3, 10, 0.4))}


def test_a_forecast_from_the_day_on_which_the_outcome_was_known_never_counts() -> None:
    db = asked(sheet(day(9), {"s1": 0.2}), sheet(day(10), {"s1": 0.01}), sheet(day(11), {"s1": 0}))
    assert told(db).analysts == {"desk": ((0, 9, None), (9, 10, 0.2))}
    assert told(asked(sheet(day(10), {"s1": 0.01}))).analysts == {}


def test_a_withdrawn_forecast_stands_no_longer() -> None:
    db = asked(sheet(START, {"s1": 0.2}), sheet(day(4), {"s1": None}), sheet(day(6), {"s1": 0.2}))
    assert told(db).analysts["desk"] == ((0, 4, 0.2), (4, 6, None), (6, 10, 0.2))


def test_a_forecast_stands_through_its_last_day_and_expires_on_the_next() -> None:
    db = asked(sheet(day(1), {"s1": 0.2}), sheet(day(6), {"s1": 0.3}), expires=2)
    assert told(db).analysts["desk"] == (
        (0, 1, None),
        (1, 4, 0.2),
        (4, 6, None),
        (6, 9, 0.3),
        (9, 10, None),
    )


@pytest.mark.parametrize("renewed", [1, 2, 3])
def test_a_forecast_renewed_by_the_day_of_its_expiry_leaves_no_gap(renewed: int) -> None:
    db = asked(
        sheet(START, {"s1": 0.2}), sheet(day(renewed), {"s1": 0.2}), expires=2, until=renewed + 3
    )
    assert told(db).analysts["desk"] == ((0, renewed + 3, 0.2),)


def test_the_order_of_the_sheets_does_not_matter() -> None:
    db = asked(sheet(day(5), {"s1": 0.3}), sheet(day(2), {"s1": 0.2}))
    assert told(db).analysts["desk"] == ((0, 2, None), (2, 5, 0.2), (5, 10, 0.3))


def test_a_figure_said_again_is_one_run() -> None:
    db = asked(*(sheet(day(n), {"s1": 0.2}) for n in range(10)))
    assert told(db).analysts["desk"] == ((0, 10, 0.2),)


# The last forecast given


@pytest.mark.parametrize(
    ("given_on", "last"),
    [
        ({2: 0.2, 5: 0.3}, 0.3),
        ({2: 0.2, 5: None}, None),
        ({2: 0.2, 10: 0.01}, 0.2),
        ({-1: 0.2}, None),
    ],
)
def test_the_last_forecast_is_the_last_one_given_on_a_scored_day(
    given_on: dict[int, float | None], last: float | None
) -> None:
    db = asked(*(sheet(day(n), {"s1": figure}) for n, figure in given_on.items()))
    assert told(db).last["desk"] == last


def test_what_nobody_gave_is_last_what_stood_on_the_last_day() -> None:
    db = asked(
        sheet(day(1), {"s1": 0.2}),
        sheet(day(2), {"s1": 0.4}, analyst="other"),
        sheet(day(4), {"s1": None}),
        sheet(day(5), {"s1": None}, analyst="other"),
    )
    assert told(db).last == {
        "desk": None,
        "other": None,
        "team": None,
        "implied": near(0.5),
        "prior": 0.5,
        "first": 0.2,
    }


# The team, and what was stated first


def test_one_analyst_is_no_team() -> None:
    lines = told(asked(sheet(day(2), {"s1": 0.2}))).lines
    assert list(lines) == ["desk", "implied", "prior", "first"]


def test_the_team_is_the_geometric_mean_of_odds_of_those_who_stand() -> None:
    # Sevilla 2021: .05, .10 and .20 give .1019.
    db = asked(
        sheet(day(1), {"s1": 0.05}, analyst="a"),
        sheet(day(2), {"s1": 0.1}, analyst="b"),
        sheet(day(2), {"s1": 0.2}, analyst="c"),
        sheet(day(5), {"s1": None}, analyst="a"),
        sheet(day(5), {"s1": 0.2}, analyst="b"),
    )
    line = told(db).ours["team"]
    assert line == (
        (0, 1, None),
        (1, 2, 0.05),
        (2, 5, near(0.1019, abs=5e-5)),
        (5, 10, 0.2),  # exactly, where all agree
    )


def test_the_first_stated_figure_is_frozen_whatever_comes_after() -> None:
    db = asked(sheet(day(2), {"s1": 0.2}), sheet(day(4), {"s1": 0.9}), sheet(day(6), {"s1": None}))
    assert told(db).ours["first"] == ((0, 2, None), (2, 10, 0.2))


def test_where_nothing_was_stated_only_prior_and_implied_stand() -> None:
    assert told(asked(sheet(day(2), {"s1": None}))).lines == {
        "implied": ((0, 10, near(0.5)),),
        "prior": ((0, 10, 0.5),),
    }


def test_an_analyst_who_is_called_team_is_not_the_team() -> None:
    db = asked(sheet(START, {"s1": 0.2}, analyst="team"), sheet(START, {"s1": 0.4}))
    assert told(db).lines == {
        "desk": ((0, 10, 0.4),),
        "team (analyst)": ((0, 10, 0.2),),
        "team": ((0, 10, near(0.2898979485566356)),),
        "implied": ((0, 10, near(0.5)),),
        "prior": ((0, 10, 0.5),),
        "first": ((0, 10, near(0.2898979485566356)),),
    }


def test_forecasters_are_shown_with_analysts_first() -> None:
    names = ["prior", "zoe", "first", "team", "adam", "implied"]
    assert sorted(names, key=place) == ["adam", "zoe", "team", "implied", "prior", "first"]


# A set


def in_a_set(**changes: Any) -> Database:
    """Three members of which `a` occurs on day 10; the desk says .5, .5 and .25 on day 2."""
    members = {id: scenario(set="s") for id in "abc"}
    members["a"] = scenario(set="s", resolution=resolution("occurred", day(10)))
    sheets = {"1": sheet(day(1), {"a": 0.5, "b": 0.5}), "2": sheet(day(2), {"c": 0.25})}
    return database(scenarios=members | changes, sheets=sheets)


def test_an_analyst_is_scored_on_his_figure_and_the_team_on_the_normalised_one() -> None:
    lines = told(in_a_set(), "c").lines
    assert lines["desk"] == ((0, 2, None), (2, 10, 0.25))
    assert lines["first"] == ((0, 2, None), (2, 10, near(0.2)))
    assert told(in_a_set(), "a").ours["first"] == ((0, 1, None), (1, 10, 0.5))


def test_a_rival_that_left_is_not_waited_for() -> None:
    out = scenario(set="s", resolution=resolution("did-not-occur", day(1), day(6)))
    both = {
        "1": sheet(day(1), {"a": 0.6, "b": 0.9}),
        "2": sheet(day(1), {"a": 0.6}, analyst="other"),
    }
    team = told(msgspec.structs.replace(in_a_set(c=out), sheets=both), "a").ours["team"]
    assert team == ((0, 1, None), (1, 6, 0.6), (6, 10, near(0.4)))


def test_an_annulled_rival_keeps_its_place() -> None:
    void = scenario(set="s", resolution=resolution("annulled", day(1), day(4)))
    assert told(in_a_set(c=void), "a").ours["first"] == ((0, 1, None), (1, 10, 0.5))
    everyone = {"1": sheet(day(5), {"a": 0.5, "b": 0.5, "c": 0.25})}
    db = msgspec.structs.replace(in_a_set(c=void), sheets=everyone)
    assert told(db, "a").ours["first"] == ((0, 5, None), (5, 10, near(0.4)))


def test_the_last_member_of_a_set_stays_as_stated() -> None:
    out = scenario(set="s", resolution=resolution("did-not-occur", day(-2)))
    assert told(in_a_set(b=out, c=out), "a").ours["first"] == ((0, 1, None), (1, 10, 0.5))


# The implied probability and the prior


def test_the_implied_probability_moves_when_evidence_is_recorded_and_retracted() -> None:
    seen = item(day(3), ratings={"s1": "CC"}, retracted=retraction(day(7)))
    db = msgspec.structs.replace(asked(), evidence={"e": seen})
    assert told(db).ours["implied"] == (
        (0, 3, near(0.5)),
        (3, 7, near(10 / 11)),
        (7, 10, near(0.5)),
    )


def test_the_implied_probability_moves_the_day_after_an_indicator_was_due() -> None:
    due = indicator({"s1": "CC"}, due=day(4), if_absent="II")
    line = told(asked(indicators={"i": due})).ours["implied"]
    assert line == ((0, 5, near(0.5)), (5, 10, near(1 / 11)))


def test_an_indicator_due_at_the_end_of_time_is_never_absent() -> None:
    due = indicator({"s1": "CC"}, due=date.max, if_absent="II")
    assert told(asked(indicators={"i": due})).ours["implied"] == ((0, 10, near(0.5)),)


def test_the_implied_probability_moves_when_a_rival_leaves_and_the_prior_does_not() -> None:
    out = scenario(0.25, set="s", resolution=resolution("did-not-occur", day(3), day(4)))
    won = scenario(0.25, set="s", resolution=resolution("occurred", day(10)))
    db = database(scenarios={"a": won, "b": scenario(0.25, set="s"), "c": out})
    assert told(db, "a").ours == {
        "implied": ((0, 4, near(1 / 3)), (4, 10, near(0.5))),
        "prior": ((0, 10, 0.25),),
    }


def test_an_indicator_of_another_scenario_moves_what_it_rates() -> None:
    db = asked()
    watched = scenario(indicators={"i": indicator({"s1": "CC"})})
    fired = item(day(5), indicators={"other/i": "observed"})
    db = msgspec.structs.replace(
        db, scenarios={**db.scenarios, "other": watched}, evidence={"e": fired}
    )
    assert told(db).ours["implied"] == ((0, 5, near(0.5)), (5, 10, near(10 / 11)))


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


def test_before_a_day_its_own_value_is_not_yet_counted() -> None:
    assert before([(2, 1.0), (1, 5.0)]) == [0.0, 1.0, 2.0, 7.0]


def test_where_a_line_has_a_gap_nothing_stood() -> None:
    assert stood(((0, 2, None), (2, 6, 0.5))) == [(2, 6, 0.5)]


# Against a count of every single day


@st.composite
def resolved_databases(draw: st.DrawFn) -> Database:
    """A random database with sheets, of which some questions were resolved within 40 days."""
    db = draw(databases())
    figures = st.none() | st.floats(0.0001, 0.9999)
    sheets = {}
    for on in draw(st.lists(st.integers(-20, 45), max_size=8, unique=True)):
        analyst = draw(st.sampled_from("xyz"))
        said = draw(st.dictionaries(st.sampled_from(sorted(db.scenarios)), figures, min_size=1))
        sheets[f"{day(on)}-{analyst}"] = sheet(day(on), said, analyst=analyst)
    ends = st.integers(5, 40)
    scenarios = {}
    for id, one in db.scenarios.items():
        outcome = "occurred" if id in ("alone", "a") else "did-not-occur"
        known_on = draw(ends)
        scenarios[id] = msgspec.structs.replace(
            one,
            opened=day(draw(st.integers(-3, 3))),
            horizon=day(draw(st.integers(10, 40))),
            resolution=resolution(outcome, day(known_on), day(known_on + draw(st.integers(0, 9))))
            if draw(st.booleans()) or id == "a"
            else None,
        )
    evidence = {
        id: msgspec.structs.replace(one, recorded=day((one.recorded - START).days // 8))
        for id, one in db.evidence.items()
    }
    tracker = msgspec.structs.replace(
        db.tracker, forecast_expires_days=draw(st.none() | st.integers(0, 12))
    )
    return msgspec.structs.replace(
        db, tracker=tracker, scenarios=scenarios, evidence=evidence, sheets=sheets
    )


def said_by(db: Database, analyst: str, id: str, on: date) -> float | None:
    """What one analyst's sheets say at the end of one day."""
    own = [s for s in db.sheets.values() if s.analyst == analyst and id in s.probabilities]
    by_then = [s for s in own if s.date <= on]
    if not by_then:
        return None
    latest = max(by_then, key=lambda s: s.date)
    days = db.tracker.forecast_expires_days
    expired = days is not None and (on - latest.date).days > days
    return None if expired else latest.probabilities[id]


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
        found = question(db, id, LATER)
        if found is None:
            continue
        result = timeline(kept, found)
        days = [one.opened + timedelta(n) for n in range(found.scored)]
        assert_same_days(db, one, result, days)


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
