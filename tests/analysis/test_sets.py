"""Scores of sets against an independent count of every day."""

from __future__ import annotations

import math
import random
from statistics import fmean
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.analysis.scores.scoring import score
from scenarios.model import Database, Tracker
from scenarios.values import Team
from tests.records import database, day, near, resolution, scenario, sheet, sheets
from tests.second_scorer import Row, analysts, set_scores

LATER = day(900)
chances = st.randoms(use_true_random=True)


def random_team(chance: random.Random) -> Team:
    """A team that extremizes or not, and weighs by age, by records, by both or by neither."""
    recency, record = chance.choice([None, None, 0.1, 2.0]), chance.choice([None, None, 7.0, 60.0])
    return Team(chance.choice([1.0, 0.5, 1.7]), recency, record)


def set_of_questions(chance: random.Random) -> Database:
    """A set of two to four members of which `a` occurred, and one to three analysts."""
    ids = list("abcd"[: chance.randint(2, 4)])
    ended = chance.randint(3, 14)
    scenarios = {}
    for id in ids:
        keys: dict[str, Any] = {"opened": day(chance.choice([0, 0, 0, 2, 5]))}
        keys["horizon"] = day(chance.choice([20, 20, 20, 6, 9]))
        how = chance.choice(["open"] * 6 + ["did-not-occur"] * 2 + ["annulled"])
        if id == "a":
            keys |= {"horizon": day(20), "resolution": resolution("occurred", day(ended))}
        elif how != "open":
            on = chance.randint(1, ended)
            keys["resolution"] = resolution(how, day(on), day(on + chance.randint(0, 3)))
        scenarios[id] = scenario(round(1 / len(ids), 3), set="s", **keys)
    said = []
    for analyst in "xyz"[: chance.randint(1, 3)]:
        for on in sorted(chance.sample(range(-2, 13), chance.randint(1, 4))):
            share = chance.choice([1.0, 1.0, 0.6])
            told = {id: chance.uniform(0.01, 0.99) for id in ids if chance.random() < share}
            gone = {id: None for id in told if chance.random() < 0.1}
            said.append(sheet(day(on), told | gone, analyst=analyst))
    tracker = Tracker(
        forecast_expires_days=chance.choice([None, None, 3, 9]),
        team=random_team(chance),
    )
    return Database(tracker, scenarios, {}, sheets(*said))


@given(chances)
@settings(max_examples=150, deadline=None)
def test_a_second_scorer_finds_the_same_of_sets_and_of_members_alone(chance: random.Random) -> None:
    db = set_of_questions(chance)
    expected = set_scores(db, sorted(db.scenarios))
    result = score(db, LATER)
    names = {*analysts(db), "team"}
    rows = {
        (row.forecaster, row.scenario if row.alone else ""): Row(
            brier=row.brier,
            log=row.log_score or 0.0,
            baseline=row.baseline or 0.0,
            peer=row.peer,
            covered=row.covered_days,
            scored=row.scored_days,
        )
        for row in result.questions
        if row.forecaster in names and (not row.alone or row.forecaster != "team")
    }
    assert rows.keys() == expected.keys()
    for key, row in expected.items():
        close = [None if value is None else near(value, rel=1e-9, abs=1e-9) for value in row]
        assert list(rows[key]) == close
    for mean in result.forecasters:
        own = [r for r in rows if r[0] == mean.name and bool(r[1]) == mean.alone]
        if own:
            assert (mean.questions, mean.brier) == (
                len(own),
                near(fmean(rows[r].brier for r in own)),
            )


@given(chances)
@settings(max_examples=50, deadline=None)
def test_a_forecaster_has_a_whole_set_or_members_alone_and_weighs_one_in_calibration(
    chance: random.Random,
) -> None:
    db = set_of_questions(chance)
    result = score(db, LATER)
    kinds: dict[str, set[bool]] = {}
    for row in result.questions:
        kinds.setdefault(row.forecaster, set()).add(row.alone)
    assert all(len(of) == 1 for of in kinds.values())
    for mean in result.forecasters:
        bins = [bin for bin in result.calibration if bin.forecaster == mean.name]
        assert math.fsum(bin.n for bin in bins) == near(mean.questions)
    for pair in result.skill:
        assert pair.alone == (True in kinds[pair.forecaster] | kinds[pair.against])


def test_a_set_is_listed_by_opening_then_by_the_numbers_in_ids_then_by_prior() -> None:
    members = {
        **{
            f"kaub-{name}": scenario(0.2, set="s") for name in ("78-or-more", "40-to-77", "under-9")
        },
        **{name: scenario(prior, set="s") for name, prior in (("b", 0.1), ("a", 0.1), ("z", 0.2))},
        "first": scenario(0.01, set="s", opened=day(-1)),
        "alone": scenario(0.5),
    }
    assert database(scenarios=members).listed == {
        "s": ("first", "z", "a", "b", "kaub-under-9", "kaub-40-to-77", "kaub-78-or-more")
    }
