from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple, replace

from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.version import VERSION
from scenarios.analysis.question_scores import QuestionFilter, QuestionScore, every_question_score
from scenarios.analysis.question_timelines import OURS, baseline, brier, log_score, peer, place
from scenarios.analysis.scores.scoring import By, ForecasterScore, Score, score
from scenarios.model import NONE_STATED, Resolution
from scenarios.values import ProposalOrigin
from tests.analysis.words import database_of
from tests.lazily import lazily
from tests.records import START, database, day, near, scenario, sheet, sheets

np, sr = lazily("numpy"), lazily("scoringrules")

LATER = date.max
DATA = Path(__file__).parents[3] / "shared" / "data"
shared = pytest.mark.skipif(not DATA.exists(), reason="../shared/data is absent")


def close(value: float) -> Any:
    return near(value, rel=1e-12, abs=1e-12)


def scored(told: str, *chosen: Any, **keys: Any) -> Score:
    return score(database_of(told), LATER, *chosen, **keys)


def question(happened: bool = True, until: int = 10, planned: int = 20) -> str:
    """One question with 20 planned days, of which 10 are scored."""
    outcome = "occurred" if happened else "did-not-occur"
    return f"s1 {outcome}={until} horizon={planned - 1}; "


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


def test_analysts_come_first_then_the_team_the_evidence_the_prior_and_the_first_forecast() -> None:
    told = "desk@2 s1=.6; desk@4 s1=.9; other@5 s1=.5; other@8 s1=-"
    rows = {row.forecaster: row.covered_days for row in scored(question() + told).questions}
    ours = {"team": 8, "implied": 10, "prior": 10, "first": 8}
    assert [*rows.items()] == [*({"desk": 8, "other": 3} | ours).items()]


Said = dict[str, dict[int, float | None]]
"""What each analyst said, by day."""

figures = st.floats(0.0001, 0.9999)
told = st.dictionaries(st.integers(-3, 9), figures | st.none(), max_size=5)


@given(
    st.dictionaries(st.sampled_from("vwxyz"), told, min_size=1), st.booleans(), st.integers(1, 25)
)
@example({"v": {0: 0.6}, "w": {9: 0.7}}, True, 10)  # they are peers on the last day alone
@settings(deadline=None)
def test_scores_over_time_are_the_mean_of_the_scores_of_every_day(
    said: Said, happened: bool, until: int
) -> None:
    told = (f"{a}@{n} s1={'-' if p is None else p}" for a in said for n, p in said[a].items())
    rows = scored(question(happened, until) + "; ".join(told)).questions
    in_all = min(until, 20)
    days: list[dict[str, float]] = []
    for n in range(in_all):
        by_then = {a: [p for on, p in sorted(own.items()) if on <= n] for a, own in said.items()}
        days.append({a: own[-1] for a, own in by_then.items() if own and own[-1] is not None})
    everyone = {a for those in days for a in those}
    assert [row.forecaster for row in rows if row.forecaster not in OURS] == sorted(everyone)
    assert {row.peer for row in rows if row.forecaster in OURS} == {None}

    def chance(p: Any) -> Any:
        return p if happened else 1 - p

    for row in (row for row in rows if row.forecaster in everyone):
        name, on = row.forecaster, said[row.forecaster]
        stood = np.array([those[name] for those in days if name in those])
        assert row.brier == close(float(np.mean(sr.brier_score(int(happened), stood))))
        assert row.log_score == close(-float(np.mean(sr.log_score(int(happened), stood))))
        assert row.baseline == close(float(np.sum(100 * (np.log2(chance(stood)) + 1))) / 20)
        assert (row.covered_days, row.coverage) == (stood.size, stood.size / in_all)
        days_of_question = (row.scored_days, row.planned_days)
        outcome = "occurred" if happened else "did-not-occur"
        assert (row.scenario, row.outcome, days_of_question) == ("s1", outcome, (in_all, 20))
        last = max(n for n in on if n < in_all)
        final = on[last] if last >= 0 else None
        assert row.final_brier == (None if final is None else close(brier(final, happened)))
        common = [brier(those[name], happened) for those in days if len(those) == len(everyone)]
        assert row.common_brier == (close(float(np.mean(common))) if common else None)
        peers = []
        for those in (those for those in days if len(those) > 1 and name in those):
            mean = float(np.mean(np.log([chance(p) for p in those.values()])))
            above = math.log(chance(those[name])) - mean
            peers.append(100 * len(those) / (len(those) - 1) * above)
        had_peers = any(len(those) > 1 for those in days)
        total = near(math.fsum(peers) / 20, rel=1e-12, abs=1e-11)
        assert row.peer == (total if had_peers else None)


def to_expect(said: list[float]) -> tuple[float, float]:
    """The baseline where every day brings the event with 0.1, and that divided by scored days."""
    told = "; ".join(f"desk@{n} s1={figure}" for n, figure in enumerate(said))
    ours = truncated = 0.0
    for on in range(1, len(said) + 1):
        happened = on < len(said)  # by the last day; else the day after it shows that it did not
        chance = 0.9 ** (on - 1) * (0.1 if happened else 1.0)
        (row,) = of_desk(scored(question(happened, on, len(said)) + told))
        assert row.baseline is not None
        ours += chance * row.baseline
        truncated += chance * row.baseline * row.planned_days / row.scored_days
    return ours, truncated


@given(st.floats(1.2, 20), st.integers(3, 8))
@settings(max_examples=25, deadline=None)
def test_an_early_resolution_does_not_reward_front_loading(boost: float, planned: int) -> None:
    """Who says more than he believes while it is early must expect a lower baseline."""
    honest = [max(1 - 0.9 ** (planned - 1 - n), 0.0001) for n in range(planned)]
    loaded = [boost * p / (boost * p + 1 - p) for p in honest[:2]] + honest[2:]
    assert to_expect(honest)[0] > to_expect(loaded)[0]


def test_to_divide_by_the_days_until_it_resolved_would_reward_front_loading() -> None:
    """The fault that dividing by the planned days avoids (Metaculus, scores FAQ)."""
    honest = [max(1 - 0.9 ** (7 - n), 0.0001) for n in range(8)]
    loaded = [min(p * 1.2, 0.9) for p in honest[:2]] + honest[2:]
    assert to_expect(honest)[1] < to_expect(loaded)[1]


# The table


QUESTIONS = """s1 occurred=4 horizon=7 tags=x,y; s2 did-not-occur=8 horizon=7;
a@0 s1=.8 s2=.4; b@2 s1=.6;"""
"""`a` on both, `b` on the first alone."""


def test_the_rows_of_every_question_are_those_of_the_score_of_all() -> None:
    base = database_of(f"{question()} s2 did-not-occur=10 horizon=19; desk@1 s1=.6 s2=.3")
    rows = every_question_score(DailyLedgers(base), day(100))
    assert {row.scenario for row in rows} == {"s1", "s2"}
    assert rows == score(base, day(100)).questions


def test_every_question_weighs_one() -> None:
    table = scored(QUESTIONS).forecasters
    assert [row.name for row in table] == ["a", "b", "team", "implied", "prior", "first"]
    pair = 100 * (math.log(0.8) - math.log(0.6))
    logs = close((math.log(0.8) + math.log(0.6)) / 2)
    base = close((50 * (math.log2(0.8) + 1) + 100 * (math.log2(0.6) + 1)) / 2)
    # The peer score is of the one question that had a peer; common are two of its days.
    a = (close(0.1), logs, base, close(pair * 2 / 8), 1.0, close(0.1), close(0.04))
    assert astuple(table[0]) == ("a", False, 2, *a)
    b = (close(0.16), close(math.log(0.6)), close(25 * (math.log2(0.6) + 1)), close(-pair * 2 / 8))
    assert astuple(table[1]) == ("b", False, 1, *b, 0.5, close(0.16), close(0.16))


def test_where_no_day_is_common_to_the_whole_table_there_is_no_common_brier() -> None:
    rows = scored(QUESTIONS + "s3 occurred=4; z@0 s3=.5").forecasters
    assert {row.common_brier for row in rows} == {None}


def test_skill_against_itself_is_not_shown() -> None:
    found = {(row.forecaster, row.against): row for row in scored(QUESTIONS).skill}
    assert list(found) == [(a, b) for a in ("a", "b", *OURS) for b in OURS if a != b]
    assert {pair for pair, row in found.items() if row.questions == 1} == {
        pair for pair in found if {*pair} & {"b", "team"}
    }
    assert found["a", "prior"].skill == close(1 - (0.04 + 0.16) / 0.5)


def test_without_a_resolved_question_there_is_nothing_to_show() -> None:
    version, *shown = astuple(score(database_of(QUESTIONS), day(-1)))
    assert (version, any(shown)) == (VERSION, False)
    assert score(database_of(QUESTIONS), day(3)).open == 2


# Which questions


@pytest.mark.parametrize(
    ("chosen", "left"),
    [
        (QuestionFilter(), {"s1", "s2"}),
        (QuestionFilter(since=day(4)), {"s1", "s2"}),
        (QuestionFilter(since=day(5)), {"s2"}),
        (QuestionFilter(until=day(7)), {"s1"}),
        (QuestionFilter(until=day(8)), {"s1", "s2"}),
        (QuestionFilter(scenarios=("s2", "s9")), {"s2"}),
        (QuestionFilter(tags=("y", "z")), {"s1"}),
        (QuestionFilter(since=day(5), tags=("y",)), set()),
    ],
)
def test_questions_are_chosen_by_resolution_date_name_and_tag(
    chosen: QuestionFilter, left: set[str]
) -> None:
    assert {row.scenario for row in scored(QUESTIONS, chosen).questions} == left


def test_what_cannot_be_scored_is_named_with_the_reason() -> None:
    told = QUESTIONS + "open; void annulled=5; at_once occurred=0; old annulled=1"
    result = scored(told, QuestionFilter(until=day(7)))
    assert {row.scenario for row in result.questions} == {"s1"}
    assert [astuple(one) for one in result.excluded] == [
        ("at_once", "resolved by its opening day: no day to score"),
        ("old", "annulled"),
        ("void", "annulled"),
    ]
    late = scored(told, QuestionFilter(since=day(5), until=day(7)))
    assert [astuple(one) for one in late.excluded] == [("void", "annulled")]


def test_where_nobody_stated_a_prior_neither_it_nor_the_implied_is_scored() -> None:
    told = database_of(question() + "desk@0 s1=0.7; e @1 s1=CC")
    (id,) = told.scenarios
    asked = told.scenarios[id]
    imported = replace(asked, prior=replace(asked.prior, basis=NONE_STATED))
    made = score(replace(told, scenarios={id: imported}), LATER)
    assert by_name(score(told, LATER)).keys() == {"desk", "implied", "prior", "first"}
    assert by_name(made).keys() == {"desk", "first"}
    assert (made.without_prior, made.fitted_strength) == ((id,), None)
    assert {row.against for row in made.skill} == {"first"}


def test_by_proposer_a_question_is_with_each_who_proposed_a_figure_of_it() -> None:
    agent = ProposalOrigin("agent", "reader", day(0))
    figures: dict[str, float | None] = {"s1": 0.8, "s2": 0.4}
    outcome = Resolution("occurred", day(4), day(4), "So.")
    questions = {id: scenario(resolution=outcome, horizon=day(7)) for id in figures}
    said = sheets(sheet(day(0), figures, proposed={"s1": agent}))
    result = score(database(scenarios=questions, sheets=said), day(9), by="proposer")
    assert [(group.name, group.forecasters[0].brier) for group in result.groups] == [
        ("agent reader", close(0.04)),
        ("not proposed", close(0.36)),
    ]


def test_by_tag_a_question_is_in_each_of_its_tags_and_the_untagged_come_last() -> None:
    alone, rest = (
        scored(QUESTIONS, QuestionFilter(scenarios=(id,))).forecasters for id in ("s1", "s2")
    )
    of = {by: scored(QUESTIONS, by=by).groups for by in get_args(By)}
    assert [astuple(group) for group in of["tag"]] == [("x", alone), ("y", alone), (None, rest)]
    assert [astuple(group) for group in of["scenario"]] == [("s1", alone), ("s2", rest)]
    assert of["analyst"] == ()


# Sets


IN_A_SET = """a set=s occurred=6; b set=s probability=.3 opened=1;
c set=s probability=.2 did-not-occur=4;
desk@0 a=.5 c=.3; desk@2 b=.4; desk@3 a=.7; other@0 a=.9 b=.1;"""
"""Of three members `a` occurs on day 6; `b` opens a day later, `c` left on day 4."""


def of_set(result: Score) -> dict[str, QuestionScore]:
    return {row.forecaster: row for row in result.questions if row.set and not row.alone}


def test_a_set_is_one_question_on_the_days_on_which_every_member_has_a_figure() -> None:
    result = scored(IN_A_SET)
    desk = of_set(result)["desk"]
    # The set opened on day 1 and `c` left on day 4. The desk had all members from day 2 on.
    days = [(0.5, 0.4, 0.3), (0.7, 0.4, 0.3), (0.7, 0.4, 0), (0.7, 0.4, 0)]
    shares = [[p / sum(figures) for p in figures] for figures in days]
    briers = [((1 - a) ** 2 + b**2 + c**2) / 2 for a, b, c in shares]
    logs = [math.log(a) for a, _, _ in shares]
    assert (desk.scenario, desk.outcome, desk.question) == ("a", "occurred", (True, "s"))
    assert (desk.brier, desk.log_score) == (close(sum(briers) / 4), close(sum(logs) / 4))
    planned = sum(100 * (1 + log / math.log(3)) for log in logs) / 364
    assert desk.baseline == close(planned)
    assert (desk.covered_days, desk.scored_days, desk.planned_days) == (4, 5, 364)
    assert [astuple(row) for row in result.sets] == [("s", "a", ("a", "b", "c"))]
    assert by_name(result)["desk"].questions == 1


def test_a_member_that_has_left_its_set_is_waited_for_no_longer() -> None:
    other = of_set(scored(IN_A_SET))["other"]
    assert (other.covered_days, other.brier) == (2, close(0.01))  # from day 4 on, of 0.9 and 0.1


ALONE = IN_A_SET + "zoe@0 a=.8; zoe@4 c=.1; yan@1 b=.3;"
"""Beside them `zoe` and `yan` never had a figure for each member that could occur."""


def test_who_never_had_a_figure_for_each_member_is_scored_on_the_members_alone() -> None:
    result = scored(ALONE)
    rows = [row for row in result.questions if row.forecaster in ("yan", "zoe")]
    briers = [(row.scenario, row.forecaster, row.alone, row.brier) for row in rows]
    assert briers == [("a", "zoe", True, close(0.04)), ("b", "yan", True, close(0.09))]
    names = [(row.name, row.alone, row.questions) for row in result.forecasters]
    whole = [(name, False, 1) for name in ("desk", "other", "team", "implied", "prior", "first")]
    assert names == [*whole, ("yan", True, 1), ("zoe", True, 1)]


def test_a_pair_of_which_one_has_no_whole_set_is_compared_on_the_members_that_both_forecast() -> (
    None
):
    pairs = {(row.forecaster, row.against): row for row in scored(ALONE).skill}
    team, prior = pairs["zoe", "team"], pairs["zoe", "prior"]
    assert (team.alone, team.questions, prior.alone, prior.questions) == (True, 1, True, 1)
    assert prior.skill == close(1 - 0.04 / 0.25)
    assert (pairs["desk", "prior"].alone, pairs["desk", "prior"].questions) == (False, 1)


def test_a_set_is_counted_once_by_its_id_and_under_each_tag_of_its_members() -> None:
    told = ALONE.replace("probability=.3", "probability=.3 tags=x,y").replace("=6;", "=6 tags=x;")
    counts: dict[str, dict[str, int]] = {}
    for by in ("scenario", "tag"):
        for group in scored(told, by=by).groups:
            counts[str(group.name)] = {row.name: row.questions for row in group.forecasters}
    assert [*counts] == ["a", "b", "s", "x", "y"]
    assert (counts["s"]["desk"], counts["x"]["desk"], counts["y"]["desk"]) == (1, 1, 1)
    assert (counts["a"], counts["b"], counts["x"]["zoe"]) == ({"zoe": 1}, {"yan": 1}, 1)


def test_of_two_members_a_set_is_the_one_sided_score_of_either() -> None:
    result = scored("a set=s occurred=5; b set=s; desk@0 a=.7 b=.3; bob@0 a=.9 b=.3")
    desk, bob = of_set(result)["desk"], of_set(result)["bob"]
    assert (desk.brier, bob.brier) == (close(0.09), close(0.25**2))
    logs = [math.log(0.7), math.log(0.75)]
    assert bob.peer == close(100 * (logs[1] - logs[0]) * 5 / 365)
    assert (desk.baseline, desk.final_brier) == (
        close(500 / 365 * (1 + math.log2(0.7))),
        desk.brier,
    )


def test_in_calibration_each_figure_of_a_set_weighs_one_part_of_it() -> None:
    told = (
        "a set=s occurred=5; b set=s; c set=s; desk@0 a=.6 b=.3 c=.1; s1 occurred=5; desk@1 s1=.8"
    )
    (parts,) = scored(told, forecaster="desk").decomposition
    bins = {bin.low: (bin.n, bin.frequency) for bin in scored(told, forecaster="desk").calibration}
    third = close(1 / 3)
    assert bins == {0.1: (third, 0), 0.3: (third, 0), 0.6: (third, 1), 0.8: (1.0, 1)}
    assert parts.uncertainty == close(2 / 3 * 1 / 3)


def test_a_set_in_which_no_member_occurred_is_not_scored() -> None:
    told = "a set=s did-not-occur=3; b set=s; c set=s annulled=4; desk@0 a=.2 b=.3 c=.5"
    for open_or_not in (told, told.replace("b set=s", "b set=s did-not-occur=5")):
        result = scored(open_or_not)
        assert (result.questions, result.sets) == ((), ())
        reasons = {row.scenario: row.reason for row in result.excluded}
        assert reasons["a"] == "no member of the set s has occurred"
        assert reasons["c"] == "annulled"


def test_an_annulled_member_is_left_out_of_its_set() -> None:
    told = "a set=s occurred=5; b set=s; c set=s annulled=4; desk@0 a=.4 b=.1 c=.5"
    (row,) = [row for row in scored(told).questions if row.forecaster == "desk"]
    assert (row.question, row.brier) == ((True, "s"), close(0.04))
    assert [row.scenario for row in scored(told).excluded] == ["c"]


def test_a_set_of_which_one_member_is_left_to_score_is_that_member_alone() -> None:
    told = "a set=s occurred=5; b set=s annulled=2; c set=s did-not-occur=0; desk@0 a=.4 b=.1 c=.5"
    (row,) = [row for row in scored(told).questions if row.forecaster == "desk"]
    assert (row.question, row.alone, row.brier) == ((False, "a"), True, close(0.36))
    early = "a set=s occurred=2; b set=s opened=3 horizon=9; desk@0 a=.4 b=.1"
    assert scored(early).sets == ()


def test_a_set_ends_once_one_member_alone_could_still_occur() -> None:
    told = "a set=s occurred=9; b set=s horizon=3; c set=s did-not-occur=6; desk@0 a=.5 b=.3 c=.2"
    desk = of_set(scored(told))["desk"]
    days = [(0.5, 0.3, 0.2)] * 4 + [(5 / 7, 0, 2 / 7)] * 2
    brier = sum(((1 - a) ** 2 + b**2 + c**2) / 2 for a, b, c in days) / 6
    assert (desk.scored_days, desk.brier) == (6, close(brier))
    assert desk.final_brier == close((2 / 7) ** 2)


def test_days_on_which_a_member_is_withdrawn_are_not_covered() -> None:
    told = "a set=s occurred=8; b set=s; desk@0 a=.6 b=.4; desk@3 b=-; desk@5 b=.2"
    desk = of_set(scored(told))["desk"]
    brier = (3 * 0.16 + 3 * 0.25**2) / 6
    assert (desk.covered_days, desk.coverage, desk.brier) == (6, 0.75, close(brier))
    assert desk.final_brier == close(0.25**2)
    ended = of_set(scored(told.replace("desk@5 b=.2", "desk@5 a=.7")))["desk"]
    assert (ended.covered_days, ended.final_brier) == (3, None)


def test_the_first_forecast_of_a_set_is_that_of_the_first_day_that_had_it_whole() -> None:
    told = (
        "a set=s occurred=8; b set=s; c set=s did-not-occur=5; desk@0 a=.9; desk@2 a=.6 b=.2 c=.2"
    )
    first = of_set(scored(told + "; desk@4 a=.1"))["first"]
    days = [(0.6, 0.2, 0.2)] * 3 + [(0.75, 0.25, 0)] * 3
    brier = sum(((1 - a) ** 2 + b**2 + c**2) / 2 for a, b, c in days) / 6
    assert (first.covered_days, first.brier) == (6, close(brier))


def test_a_set_is_chosen_by_the_day_of_its_outcome_and_by_any_of_its_members() -> None:
    whole = scored(IN_A_SET).questions
    for chosen in (
        QuestionFilter(since=day(6)),
        QuestionFilter(scenarios=("c",)),
        QuestionFilter(until=day(6)),
    ):
        assert scored(IN_A_SET, chosen).questions == whole
    assert scored(IN_A_SET, QuestionFilter(until=day(5))).questions == ()


def test_without_a_name_every_forecaster_is_calibrated() -> None:
    result = scored(IN_A_SET)
    names = [row.name for row in sorted(result.forecasters, key=lambda row: place(row.name))]
    assert [row.forecaster for row in result.decomposition] == names
    assert [row.forecaster for row in result.corp] == names
    assert list(dict.fromkeys(bin.forecaster for bin in result.calibration)) == names


def test_calibration_is_of_the_named_forecaster_alone() -> None:
    result = scored(QUESTIONS, forecaster="a")
    bins = [(bin.forecaster, bin.low, bin.n) for bin in result.calibration]
    assert bins == [("a", 0.4, 1.0), ("a", 0.8, 1.0)]
    (parts,), (curve,) = result.decomposition, result.corp
    whole = parts.reliability - parts.resolution + parts.uncertainty + parts.residual
    assert curve.brier == close(whole) == by_name(result)["a"].brier


# Real data that this project did not write


@cache
def expected_of(folder: str) -> Any:
    return json.loads((DATA / folder / "expected.json").read_text())


def table_of(path: str) -> list[dict[str, str]]:
    with (DATA / path).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def asked(
    id: str, days: tuple[date, date, date], happened: bool, said: Iterable[tuple[date, float]]
) -> str:
    """A question that was open from a day to another one and ended, and the desk's figures."""
    opened, horizon, ended = ((on - START).days for on in days)
    outcome = "occurred" if happened else "did-not-occur"
    told = [f"{id} opened={opened} horizon={horizon} {outcome}={ended}"]
    told += [f"{id}-{on} desk@{(on - START).days} {id}={figure}" for on, figure in said]
    return "; ".join(told)


def for_a_day(id: str, on: date, figure: float, happened: bool) -> str:
    return asked(id, (on, on, on + timedelta(1)), happened, [(on, figure)])


@cache
def nfl() -> Score:
    """Every game that was not a tie: the first team's chance, and whether it won."""
    told = []
    for n, row in enumerate(table_of("fivethirtyeight/nfl_games.csv")):
        if {row["prob1_outcome"], row["prob2_outcome"]} == {"0", "1"}:
            on, won = date.fromisoformat(row["date"]), row["prob1_outcome"] == "1"
            told.append(for_a_day(f"game-{n}", on, float(row["prob1"]), won))
    return scored("; ".join(told), forecaster="desk")


def assert_agrees(result: Score, published: Any) -> None:
    found = by_name(result)["desk"]
    log = -published["log_nats"]["mean"]
    assert (found.questions, found.brier) == (published["n"], close(published["brier"]))
    assert (found.log_score, found.baseline) == (close(log), close(100 * (1 + log / math.log(2))))
    if "murphy_exact" not in published:
        return

    bins = [bin for bin in published["calibration_left_closed_10"] if bin["n"]]
    rows = [[bin[key] for key in ("lo", "hi", "n", "mean_p", "freq")] for bin in bins]
    found_bins = [astuple(bin)[1:6] for bin in result.calibration]
    assert found_bins == [tuple(map(close, row)) for row in rows]
    (parts,) = result.decomposition
    _, _, size, mean_p, freq = np.array(rows).T
    shares = size / published["n"]
    assert parts.uncertainty == close(published["murphy_exact"]["uncertainty"])
    assert parts.reliability == close(float(shares @ (mean_p - freq) ** 2))
    assert parts.resolution == close(float(shares @ (freq - published["base_rate"]) ** 2))
    whole = parts.reliability - parts.resolution + parts.uncertainty
    assert parts.residual == close(published["brier"] - whole)


@shared
def test_the_nfl_games_come_out_as_published() -> None:
    assert_agrees(nfl(), expected_of("fivethirtyeight")["nfl_games"])


@shared
def test_the_nfl_games_have_the_parts_of_scikit_learns_isotonic_regression() -> None:
    (found,) = nfl().corp
    assert len(found.curve) == 19
    parts = (0.00384588842896344, 0.030783205154234244, 0.2477636448438758)
    assert astuple(found)[2:5] == tuple(map(close, parts))


@cache
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


SOURCES = ("infer", "manifold", "metaculus", "polymarket")


@shared
@pytest.mark.parametrize(
    ("which", "published", "source"),
    [
        (slice(-1, None), "last_freeze_value_per_question", ""),
        (slice(0, 1), "first_freeze_value_per_question", ""),
        (slice(None), "all_freeze_values", ""),
        *((slice(-1, None), f"last_{source}", source) for source in SOURCES),
    ],
)
def test_the_market_questions_come_out_as_published(
    which: slice, published: str, source: str
) -> None:
    told = (
        for_a_day(f"{id}-{on}", on, figure, row["outcome"] == "1")
        for id, row in resolved().items()
        if row["source"].startswith(source)
        for on, figure in freeze_values()[id][which]
    )
    result = scored("; ".join(told), forecaster="desk")
    assert_agrees(result, expected_of("forecastbench")[published])


@shared
def test_values_carried_forward_day_by_day_score_as_published() -> None:
    told = []
    for id, row in resolved().items():
        values, ends = freeze_values()[id], date.fromisoformat(row["resolution_date"])
        began, closes = (row[key][:10].replace("N/A", str(ends)) for key in ("open", "close"))
        opened = min(date.fromisoformat(began), values[0][0], ends)
        horizon = max(date.fromisoformat(closes), ends)
        told.append(asked(id, (opened, horizon, ends), row["outcome"] == "1", values))
    result, theirs = scored("; ".join(told)), expected_of("forecastbench")["time_averaged"]
    ours = {row.scenario: row for row in of_desk(result)}
    assert {id: (row.brier, row.covered_days) for id, row in ours.items()} == {
        one["id"]: (close(one["daily_carried_forward_brier"]), one["n_days"])
        for one in theirs["series"]
    }
    assert (len(ours), by_name(result)["desk"].brier) == (theirs["n"], close(theirs["mean"]))
    subset = [ours[id].brier for id in resolved("geopolitics") if id in ours]
    published = expected_of("forecastbench")["geopolitics_subset"]
    mean = close(published["time_averaged_mean"])
    assert (len(subset), np.mean(subset)) == (published["time_averaged_n"], mean)


def test_forecasters_and_fitted_factors_have_their_names() -> None:
    asked = "; ".join(f"q{n} occurred=10; e{n} @0 q{n}=CC; x@1 q{n}=.6; y@1 q{n}=.7" for n in "01")
    made = scored(asked)
    assert [*made.fitted] == ["rating_strength", "team.extremize", "team.recency"]
    assert made.fitted["team.recency"] is made.fitted_recency
    assert made.names == ["first", "implied", "prior", "team", "x", "y"]
