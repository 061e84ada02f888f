from __future__ import annotations

import csv
import json
import math
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scoringrules as sr  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple

from scenarios.analysis.ledger.ledger import VERSION
from scenarios.analysis.scores.chosen import Chosen
from scenarios.analysis.scores.daily_forecasts import OURS
from scenarios.analysis.scores.scoring import (
    ForecasterScore,
    QuestionScore,
    Score,
    baseline,
    brier,
    log_score,
    peer,
    score,
)
from scenarios.model import Database, Outcome, Prior, Scenario, Sheet
from tests.records import START, database, day, near, resolution, scenario, sheet, sheets

LATER = date(2030, 1, 1)
DATA = Path(__file__).parents[3] / "shared" / "data"
shared = pytest.mark.skipif(not DATA.exists(), reason="../shared/data is absent")


def close(value: float) -> Any:
    return near(value, rel=1e-12, abs=1e-12)


def asked(
    *said: Sheet, happened: bool = True, until: int = 10, horizon: int = 19, **keys: Any
) -> Database:
    """One question with 20 planned days, of which 10 are scored."""
    outcome: Outcome = "occurred" if happened else "did-not-occur"
    keys = {"resolution": resolution(outcome, day(until)), "horizon": day(horizon), **keys}
    return database(scenarios={"s1": scenario(**keys)}, sheets=sheets(*said))


def by_name(result: Score) -> dict[str, ForecasterScore]:
    return {row.name: row for row in result.forecasters}


def of_desk(result: Score) -> list[QuestionScore]:
    return [row for row in result.questions if row.forecaster == "desk"]


# One forecast


def test_baseline_scores_are_the_published_ones() -> None:
    # Metaculus, scoring/score_math.py: a binary question that resolves YES.
    figures = (0.999, 0.9, 0.7, 0.5, 0.3, 0.1, 0.001)
    printed = ["99.86", "84.80", "48.54", "0.00", "-73.70", "-232.19", "-896.58"]
    assert [f"{baseline(figure, True):.2f}" for figure in figures] == printed
    assert [baseline(1 - p, False) for p in figures] == near([baseline(p, True) for p in figures])


def test_peer_scores_are_the_published_ones() -> None:
    logs = [log_score(figure, True) for figure in (0.2, 0.5, 0.8)]
    scores = [peer(one, sum(logs) / 3, 3) for one in logs]
    assert [f"{one:.2f}" for one in scores] == ["-115.13", "22.31", "92.81"]
    assert sum(scores) == near(0, abs=1e-12)
    assert peer(math.log(0.9), math.log(0.9), 1) == 0  # alone


@given(st.floats(0.0001, 0.9999), st.booleans())
def test_single_scores_are_those_of_scoringrules(figure: float, happened: bool) -> None:
    assert brier(figure, happened) == close(sr.brier_score(int(happened), figure))
    assert log_score(figure, happened) == close(-sr.log_score(int(happened), figure))
    assert brier(0.8, False) == near(0.64)  # one-sided


# Over time


def test_a_forecaster_is_scored_on_the_days_on_which_he_stood() -> None:
    desk = [sheet(day(2), {"s1": 0.6}), sheet(day(4), {"s1": 0.9})]
    other = [sheet(day(n), {"s1": p}, analyst="other") for n, p in ((5, 0.5), (8, None))]
    rows = {row.forecaster: row for row in score(asked(*desk, *other), LATER).questions}
    pair = 100 * 2 * (math.log(0.9) - (math.log(0.9) + math.log(0.5)) / 2)
    logs = (2 * math.log(0.6) + 6 * math.log(0.9)) / 8
    base = 100 * (2 * (math.log2(0.6) + 1) + 6 * (math.log2(0.9) + 1)) / 20
    assert rows["desk"] == QuestionScore(
        scenario="s1",
        outcome="occurred",
        forecaster="desk",
        brier=close((2 * 0.16 + 6 * 0.01) / 8),
        log_score=close(logs),
        baseline=close(base),
        peer=close(3 * pair / 20),
        coverage=0.8,
        final_brier=close(0.01),
        common_brier=close(0.01),
        covered_days=8,
        scored_days=10,
        planned_days=20,
    )
    him = rows["other"]
    assert (him.brier, him.log_score, him.baseline) == (0.25, close(math.log(0.5)), 0.0)
    assert (him.peer, him.coverage, him.covered_days) == (close(-3 * pair / 20), 0.3, 3)
    assert (him.final_brier, him.common_brier) == (None, 0.25)
    assert list(rows) == ["desk", "other", "team", "implied", "prior", "first"]
    assert [rows[name].peer for name in OURS] == [None] * 4
    assert [rows[name].covered_days for name in OURS] == [8, 10, 10, 8]


def test_where_nobody_ever_had_a_peer_there_is_no_peer_score() -> None:
    early = [sheet(START, {"s1": 0.6}), sheet(day(3), {"s1": None})]
    late = sheet(day(3), {"s1": 0.7}, analyst="other")
    rows = score(asked(*early, late), LATER).questions
    assert [(row.peer, row.common_brier) for row in rows] == [(None, None)] * 6


Said = dict[str, dict[int, float | None]]
"""What each analyst said, by day."""

figures = st.floats(0.0001, 0.9999)
none = st.none()
told = st.dictionaries(st.integers(-3, 9), figures | none, max_size=5)
panels = st.dictionaries(st.sampled_from("vwxyz"), told, min_size=1)


def panel(said: Said, **keys: Any) -> Database:
    told = (
        sheet(day(on), {"s1": figure}, analyst=analyst)
        for analyst, given_on in said.items()
        for on, figure in given_on.items()
    )
    return asked(*told, **keys)


@given(panels, st.booleans())
@settings(deadline=None)
def test_scores_over_time_are_the_mean_of_the_scores_of_every_day(
    said: Said, happened: bool
) -> None:
    rows = {row.forecaster: row for row in score(panel(said, happened=happened), LATER).questions}
    daily: dict[str, list[float | None]] = {}
    for analyst, given_on in said.items():
        by_then = [[on for on in given_on if on <= n] for n in range(10)]
        daily[analyst] = [given_on[max(days)] if days else None for days in by_then]
    standing = [{a: p for a in said if (p := daily[a][n]) is not None} for n in range(10)]
    crowds = [those for those in standing if len(those) > 1]

    def chance(p: Any) -> Any:
        return p if happened else 1 - p

    for analyst in said:
        stood = np.array([p for p in daily[analyst] if p is not None])
        assert (analyst in rows) == bool(stood.size)
        if not stood.size:
            continue
        row = rows[analyst]
        assert row.brier == close(float(np.mean(sr.brier_score(int(happened), stood))))
        assert row.log_score == close(-float(np.mean(sr.log_score(int(happened), stood))))
        assert row.baseline == close(float(np.sum(100 * (np.log2(chance(stood)) + 1))) / 20)
        assert row.coverage == stood.size / 10
        peers = []
        for those in (crowd for crowd in crowds if analyst in crowd):
            logs = np.log([chance(p) for p in those.values()])
            own = math.log(chance(those[analyst]))
            peers.append(100 * len(those) / (len(those) - 1) * (own - float(np.mean(logs))))
        expected = near(math.fsum(peers) / 20, rel=1e-12, abs=1e-11) if crowds else None
        assert row.peer == expected


@given(st.lists(figures, min_size=2, max_size=6), st.booleans())
def test_with_equal_coverage_peer_scores_sum_to_zero(said: list[float], happened: bool) -> None:
    everyone: Said = {f"a{n}": {0: figure} for n, figure in enumerate(said)}
    rows = score(panel(everyone, happened=happened), LATER).questions
    peers = [row.peer for row in rows if row.peer is not None]
    assert len(peers) == len(said)
    assert sum(peers) == near(0, abs=1e-9)


@given(
    st.dictionaries(st.sampled_from("vwxyz"), st.dictionaries(st.integers(0, 9), figures | none)),
    st.booleans(),
)
@settings(deadline=None)
def test_to_say_it_again_every_day_changes_no_score(said: Said, happened: bool) -> None:
    again: Said = {analyst: {} for analyst in said}
    for analyst, given_on in said.items():
        for n in range(min(given_on, default=10), 10):
            again[analyst][n] = given_on[n] if n in given_on else again[analyst][n - 1]
    once, daily = (score(panel(one, happened=happened), LATER) for one in (said, again))
    assert once == daily


@given(figures, st.integers(1, 9), st.booleans())
def test_a_late_joiner_gains_nothing(figure: float, joined: int, happened: bool) -> None:
    late: dict[int, float | None] = {joined: figure}
    unsure: dict[int, float | None] = {0: 0.5, joined: figure}
    rows = score(panel({"late": late, "unsure": unsure}, happened=happened), LATER).questions
    one, other = (next(r for r in rows if r.forecaster == name) for name in ("late", "unsure"))
    # No better than to have said 0.5 until then; and in full only for all the days.
    assert one.baseline == close(other.baseline)
    assert one.baseline == close(baseline(figure, happened) * (10 - joined) / 20)


@given(figures, figures, st.integers(1, 9), st.booleans())
def test_over_common_days_a_late_joiner_is_compared_on_the_same_days(
    early: float, late: float, joined: int, happened: bool
) -> None:
    """However wrong the other was before, and however little was open when he joined."""
    said: Said = {"early": {0: 1 - early, joined: early}, "late": {joined: late}}
    rows = by_name(score(panel(said, happened=happened), LATER))
    assert rows["late"].common_brier == close(brier(late, happened))
    assert rows["early"].common_brier == close(brier(early, happened))


HAZARD = 0.1


def expected(said: list[float], planned: int, score_of: Any) -> float:
    """What to expect of a question whose event comes with a chance of HAZARD on every day."""
    told = [sheet(day(n), {"s1": figure}) for n, figure in enumerate(said)]
    whole = 0.0
    for on in range(1, planned + 1):
        happened = on < planned  # by the last day; else the day after it shows that it did not
        weight = (1 - HAZARD) ** (on - 1) * (HAZARD if happened else 1.0)
        db = asked(*told, happened=happened, until=on, horizon=planned - 1)
        whole += weight * score_of(of_desk(score(db, LATER))[0])
    return whole


@given(st.floats(1.2, 20), st.integers(3, 8))
@settings(max_examples=25, deadline=None)
def test_an_early_resolution_does_not_reward_front_loading(boost: float, planned: int) -> None:
    """Who says more than he believes while it is early must expect a lower baseline."""
    honest = [max(1 - (1 - HAZARD) ** (planned - 1 - n), 0.0001) for n in range(planned)]
    loaded = [boost * p / (boost * p + 1 - p) for p in honest[:2]] + honest[2:]
    ours = [expected(said, planned, lambda row: row.baseline) for said in (honest, loaded)]
    assert ours[0] > ours[1]


def test_to_divide_by_the_days_until_it_resolved_would_reward_front_loading() -> None:
    """The fault that dividing by the planned days avoids (Metaculus, scores FAQ)."""
    honest = [max(1 - (1 - HAZARD) ** (7 - n), 0.0001) for n in range(8)]
    loaded = [min(p * 1.2, 0.9) for p in honest[:2]] + honest[2:]

    def truncated(row: QuestionScore) -> float:
        return row.baseline * row.planned_days / row.scored_days

    wrong = [expected(said, 8, truncated) for said in (honest, loaded)]
    assert wrong[0] < wrong[1]


def test_the_same_forecast_earns_less_where_the_question_ends_early() -> None:
    ends = (score(panel({"desk": {0: 0.9}}, until=until), LATER) for until in (5, 20))
    short, full = (by_name(result)["desk"] for result in ends)
    assert (short.baseline, short.brier) == (near(full.baseline / 4), full.brier)


# The table


def two_questions(*more: Sheet, **keys: Any) -> Database:
    """`a` on both, `b` on the first alone."""
    both = scenario(resolution=resolution("occurred", day(4)), horizon=day(7), tags=("x", "y"))
    alone = scenario(resolution=resolution("did-not-occur", day(8)), horizon=day(7))
    a = sheet(START, {"s1": 0.8, "s2": 0.4}, analyst="a")
    b = sheet(day(2), {"s1": 0.6}, analyst="b")
    return database(scenarios={"s1": both, "s2": alone} | keys, sheets=sheets(a, b, *more))


def test_every_question_weighs_one() -> None:
    table = score(two_questions(), LATER).forecasters
    assert [row.name for row in table] == ["a", "b", "team", "implied", "prior", "first"]
    pair = 100 * (math.log(0.8) - math.log(0.6))
    assert table[0] == ForecasterScore(
        name="a",
        questions=2,
        brier=close((0.04 + 0.16) / 2),
        log_score=close((math.log(0.8) + math.log(0.6)) / 2),
        baseline=close((50 * (math.log2(0.8) + 1) + 100 * (math.log2(0.6) + 1)) / 2),
        peer=close(pair * 2 / 8),  # of the one question on which there was a peer
        coverage=1.0,
        final_brier=close((0.04 + 0.16) / 2),
        common_brier=close(0.04),  # on the third and fourth day of the first question
    )
    b = table[1]
    assert (b.questions, b.brier, b.log_score) == (1, close(0.16), close(math.log(0.6)))
    assert (b.baseline, b.peer) == (close(25 * (math.log2(0.6) + 1)), close(-pair * 2 / 8))
    assert (b.coverage, b.final_brier, b.common_brier) == (0.5, close(0.16), close(0.16))


def test_where_no_day_is_common_to_the_whole_table_there_is_no_common_brier() -> None:
    stranger = scenario(resolution=resolution("occurred", day(4)))
    db = two_questions(sheet(START, {"s3": 0.5}, analyst="z"), s3=stranger)
    assert {row.common_brier for row in score(db, LATER).forecasters} == {None}


def test_skill_against_itself_is_not_shown() -> None:
    found = score(two_questions(), LATER).skill
    assert [(row.forecaster, row.against, row.questions) for row in found] == [
        (name, against, 1 if {name, against} & {"b", "team"} else 2)
        for name in ("a", "b", *OURS)
        for against in OURS
        if name != against
    ]
    of = {(row.forecaster, row.against): row.skill for row in found}
    assert of["a", "prior"] == close(1 - (0.04 + 0.16) / 0.5)
    assert of["implied", "prior"] == close(0)


def test_without_a_resolved_question_there_is_nothing_to_show() -> None:
    version, *shown = astuple(score(two_questions(), day(3)))
    assert (version, any(shown)) == (VERSION, False)


# Which questions


def names(result: Score) -> list[str]:
    return sorted({row.scenario for row in result.questions})


@pytest.mark.parametrize(
    ("chosen", "left"),
    [
        (Chosen(), ["s1", "s2"]),
        (Chosen(since=day(4)), ["s1", "s2"]),
        (Chosen(since=day(5)), ["s2"]),
        (Chosen(until=day(7)), ["s1"]),
        (Chosen(until=day(8)), ["s1", "s2"]),
        (Chosen(scenarios=("s2", "s9")), ["s2"]),
        (Chosen(tags=("y", "z")), ["s1"]),
        (Chosen(since=day(5), tags=("y",)), []),
    ],
)
def test_questions_are_chosen_by_resolution_date_name_and_tag(
    chosen: Chosen, left: list[str]
) -> None:
    assert names(score(two_questions(), LATER, chosen)) == left


def test_what_cannot_be_scored_is_named_with_the_reason() -> None:
    db = two_questions(
        open=scenario(),
        void=scenario(resolution=resolution("annulled", day(5))),
        at_once=scenario(resolution=resolution("occurred", START)),
        old=scenario(resolution=resolution("annulled", day(1))),
    )

    def excluded(**chosen: Any) -> list[tuple[Any, ...]]:
        return [astuple(one) for one in score(db, LATER, Chosen(**chosen)).excluded]

    annulled = [("old", "annulled"), ("void", "annulled")]
    at_once = ("at_once", "resolved by its opening day: no day to score")
    assert excluded(until=day(7)) == [at_once, *annulled]
    assert excluded(since=day(5), until=day(7)) == annulled[1:]
    assert names(score(db, LATER, Chosen(until=day(7)))) == ["s1"]


# In groups


def test_by_scenario_each_question_has_its_own_table_and_by_analyst_none_has() -> None:
    assert score(two_questions(), LATER).groups == ()
    groups = score(two_questions(), LATER, by="scenario").groups
    assert [(group.name, [row.name for row in group.forecasters]) for group in groups] == [
        ("s1", ["a", "b", "team", "implied", "prior", "first"]),
        ("s2", ["a", "implied", "prior", "first"]),
    ]
    assert groups[1].forecasters[0].common_brier == close(0.16)


def test_by_tag_a_question_is_in_each_of_its_tags_and_the_untagged_come_last() -> None:
    groups = score(two_questions(), LATER, by="tag").groups
    alone, rest = (
        score(two_questions(), LATER, Chosen(scenarios=(id,))).forecasters for id in ("s1", "s2")
    )
    assert [astuple(group) for group in groups] == [("x", alone), ("y", alone), (None, rest)]


# Sets


def in_a_set(**changes: Scenario) -> Database:
    """Of three members `a` occurs on day 6; `b` opens a day later, `c` left on day 4."""
    members = {
        "a": scenario(0.5, set="s", resolution=resolution("occurred", day(6))),
        "b": scenario(0.3, set="s", opened=day(1)),
        "c": scenario(0.2, set="s", resolution=resolution("did-not-occur", day(4))),
    }
    desk = {0: {"a": 0.5, "c": 0.3}, 2: {"b": 0.4}, 3: {"a": 0.7}}
    said = [sheet(day(on), {**figures}) for on, figures in desk.items()]
    other = sheet(START, {"a": 0.9, "b": 0.1}, analyst="other")
    return database(scenarios=members | changes, sheets=sheets(*said, other))


def test_a_set_is_scored_on_the_days_on_which_every_member_has_a_figure() -> None:
    found = {row.forecaster: astuple(row) for row in score(in_a_set(), LATER).sets}
    # The desk had all three on the days 2 and 3; `other` never had.
    day_2, day_3 = 0.25 + 0.16 + 0.09, 0.09 + 0.16 + 0.09
    logs = close((math.log(0.5) + math.log(0.7)) / 2)
    assert found["desk"] == ("s", "a", "desk", close((day_2 + day_3) / 2), logs, 2)
    assert found["prior"] == ("s", "a", "prior", close(0.25 + 0.09 + 0.04), close(math.log(0.5)), 3)
    assert list(found) == ["desk", "implied", "prior", "first"]


def test_a_set_is_chosen_with_the_member_that_occurred_and_not_where_one_is_annulled() -> None:
    late = score(in_a_set(), LATER, Chosen(since=day(6)))
    assert names(late) == ["a", "b"]  # `c` was settled before
    assert late.sets == score(in_a_set(), LATER).sets
    assert score(in_a_set(), LATER, Chosen(scenarios=("b", "c"))).sets == ()
    void = scenario(set="s", resolution=resolution("annulled", day(2)))
    assert score(in_a_set(c=void), LATER).sets == ()


# A named forecaster


def test_calibration_is_of_the_named_forecaster_alone() -> None:
    result = score(two_questions(), LATER, forecaster="a")
    bins = [(bin.forecaster, bin.low, bin.n) for bin in result.calibration]
    assert bins == [("a", 0.4, 1.0), ("a", 0.8, 1.0)]
    (parts,) = result.decomposition
    whole = parts.reliability - parts.resolution + parts.uncertainty + parts.residual
    assert whole == close(by_name(result)["a"].brier)


# Real data that this project did not write


@cache
def expected_of(folder: str) -> Any:
    return json.loads((DATA / folder / "expected.json").read_text())


def table_of(path: str) -> list[dict[str, str]]:
    with (DATA / path).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def one_day(said: Iterable[tuple[str, date, float, bool]]) -> Database:
    """Questions that were open for one day, with one forecast each."""
    scenarios, figures = {}, dict[date, dict[str, float | None]]()
    for id, on, figure, happened in said:
        known = resolution("occurred" if happened else "did-not-occur", on + timedelta(1))
        scenarios[id] = Scenario("T", "Q?", "C.", on, on, Prior(0.5, "B."), resolution=known)
        figures.setdefault(on, {})[id] = figure
    return database(scenarios=scenarios, sheets=sheets(*(sheet(*one) for one in figures.items())))


def nfl() -> list[tuple[str, date, float, bool]]:
    """Every game that was not a tie: the first team's chance, and whether it won."""
    games = [
        (f"game-{n}", date.fromisoformat(row["date"]), float(row["prob1"]), row["prob1_outcome"])
        for n, row in enumerate(table_of("fivethirtyeight/nfl_games.csv"))
        if {row["prob1_outcome"], row["prob2_outcome"]} == {"0", "1"}
    ]
    return [(id, on, figure, won == "1") for id, on, figure, won in games]


def assert_agrees(said: list[tuple[str, date, float, bool]], published: Any) -> None:
    """With the published figures, with scoringrules, and with bins counted by numpy."""
    result = score(one_day(said), LATER, forecaster="desk")
    found = by_name(result)["desk"]
    p, y = np.array([(figure, won) for _, _, figure, won in said], float).T
    assert found.questions == published["n"] == len(said)
    assert found.brier == close(published["brier"])
    assert found.brier == close(float(np.mean(sr.brier_score(y, p))))
    assert found.log_score == close(-published["log_nats"]["mean"])
    assert found.log_score == close(-float(np.mean(sr.log_score(y, p))))
    assert found.baseline == close(100 * float(np.mean(np.log2(np.abs(p + y - 1)) + 1)))
    if "murphy_exact" not in published:
        return

    expected_bins = [bin for bin in published["calibration_left_closed_10"] if bin["n"]]
    assert len(result.calibration) == len(expected_bins)
    for bin, theirs in zip(result.calibration, expected_bins, strict=True):
        assert (bin.low, bin.high) == (close(theirs["lo"]), close(theirs["hi"]))
        assert bin.n == theirs["n"]
        assert bin.mean_forecast == close(theirs["mean_p"])
        assert bin.frequency == close(theirs["freq"])

    which = np.minimum(np.searchsorted(np.arange(1, 10) / 10, p + 1e-12, side="right"), 9)
    size = np.bincount(which, minlength=10)
    full = size > 0
    mean_p, freq = (
        np.bincount(which, weights=of, minlength=10)[full] / size[full] for of in (p, y)
    )
    shares = size[full] / len(p)
    (parts,) = result.decomposition
    assert parts.uncertainty == close(published["murphy_exact"]["uncertainty"])
    assert parts.reliability == close(float(np.sum(shares * (mean_p - freq) ** 2)))
    assert parts.resolution == close(float(np.sum(shares * (freq - np.mean(y)) ** 2)))
    whole = parts.reliability - parts.resolution + parts.uncertainty
    assert parts.residual == close(published["brier"] - whole)


@shared
def test_the_nfl_games_come_out_as_published() -> None:
    assert_agrees(nfl(), expected_of("fivethirtyeight")["nfl_games"])


@shared
def test_the_nfl_games_have_the_parts_of_scikit_learns_isotonic_regression() -> None:
    (found,) = score(one_day(nfl()), LATER, forecaster="desk").corp
    assert len(found.curve) == 19
    assert (found.miscalibration, found.discrimination, found.uncertainty) == (
        close(0.00384588842896344),
        close(0.030783205154234244),
        close(0.2477636448438758),
    )


@shared
def test_two_teams_are_a_set_with_a_two_sided_score() -> None:
    said = nfl()[:150]
    scenarios, figures = {}, dict[date, dict[str, float | None]]()
    for id, on, figure, happened in said:
        for team, chance, won in (("1", figure, happened), ("2", 1 - figure, not happened)):
            known = resolution("occurred", on + timedelta(1)) if won else None
            asks = ("T", "Q?", "C.", on, on, Prior(0.5, "B."))
            scenarios[f"{id}-{team}"] = Scenario(*asks, set=id, resolution=known)
            figures.setdefault(on, {})[f"{id}-{team}"] = chance
    db = database(scenarios=scenarios, sheets=sheets(*(sheet(*one) for one in figures.items())))
    sets = [row for row in score(db, LATER).sets if row.forecaster == "desk"]
    p, y = np.array([(figure, won) for _, _, figure, won in said], float).T
    assert len(sets) == len(said)
    two_sided = float(np.mean((p - y) ** 2 + ((1 - p) - (1 - y)) ** 2))
    assert np.mean([row.brier for row in sets]) == close(two_sided)
    assert np.mean([row.log_score for row in sets]) == close(-float(np.mean(sr.log_score(y, p))))


def freeze_values() -> dict[str, list[tuple[date, float]]]:
    """The dated probabilities of every question, oldest first."""
    found: dict[str, list[tuple[date, float]]] = {}
    for row in table_of("forecastbench/market_freeze_values.csv"):
        on = date.fromisoformat(row["date"])
        found.setdefault(row["id"], []).append((on, float(row["probability"])))
    return {id: sorted(values) for id, values in found.items()}


def resolved(file: str = "market") -> dict[str, dict[str, str]]:
    rows = table_of(f"forecastbench/{file}_questions.csv")
    return {row["id"]: row for row in rows if row["status"] == "resolved"}


@shared
@pytest.mark.parametrize(
    ("which", "published", "source"),
    [
        (slice(-1, None), "last_freeze_value_per_question", ""),
        (slice(0, 1), "first_freeze_value_per_question", ""),
        (slice(None), "all_freeze_values", ""),
        *(
            (slice(-1, None), f"last_{source}", source)
            for source in ("infer", "manifold", "metaculus", "polymarket")
        ),
    ],
)
def test_the_market_questions_come_out_as_published(
    which: slice, published: str, source: str
) -> None:
    values = freeze_values()
    said = [
        (f"{id} {on}", on, figure, row["outcome"] == "1")
        for id, row in resolved().items()
        if row["source"].startswith(source)
        for on, figure in values[id][which]
    ]
    assert_agrees(said, expected_of("forecastbench")[published])


@cache
def markets() -> Score:
    """Every resolved market question as it ran, with its values as the desk's forecasts."""
    values, scenarios = freeze_values(), {}
    figures: dict[date, dict[str, float | None]] = {}
    for id, row in resolved().items():
        ends = date.fromisoformat(row["resolution_date"])
        began, closes = (row[key][:10].replace("N/A", str(ends)) for key in ("open", "close"))
        opened = min(date.fromisoformat(began), values[id][0][0], ends)
        horizon = max(date.fromisoformat(closes), ends)
        ended = resolution("occurred" if row["outcome"] == "1" else "did-not-occur", ends)
        asks = ("T", "Q?", "C.", opened, horizon, Prior(0.5, "B."))
        scenarios[id] = Scenario(*asks, resolution=ended)
        for on, figure in values[id]:
            figures.setdefault(on, {})[id] = figure
    said = sheets(*(sheet(*one) for one in figures.items()))
    return score(database(scenarios=scenarios, sheets=said), LATER)


@shared
def test_values_carried_forward_day_by_day_score_as_published() -> None:
    theirs = expected_of("forecastbench")["time_averaged"]
    ours = {row.scenario: row for row in of_desk(markets())}
    assert len(ours) == theirs["n"] == len(theirs["series"])
    for one in theirs["series"]:
        assert ours[one["id"]].brier == close(one["daily_carried_forward_brier"])
        assert ours[one["id"]].covered_days == one["n_days"]
    assert by_name(markets())["desk"].brier == close(theirs["mean"])
    subset = [ours[id].brier for id in resolved("geopolitics") if id in ours]
    published = expected_of("forecastbench")["geopolitics_subset"]
    assert len(subset) == published["time_averaged_n"]
    assert np.mean(subset) == close(published["time_averaged_mean"])


@shared
def test_the_last_value_before_the_outcome_was_known_is_the_final_one() -> None:
    values, rows = freeze_values(), resolved()
    counted = Counter[str]()
    for one in of_desk(markets()):
        ends = date.fromisoformat(rows[one.scenario]["resolution_date"])
        before = [figure for on, figure in values[one.scenario] if on < ends]
        y = int(rows[one.scenario]["outcome"])
        assert one.final_brier == close(float(sr.brier_score(y, before[-1])))
        counted["late" if len(before) < len(values[one.scenario]) else "all"] += 1
    assert counted == {"all": 1144, "late": 9}
