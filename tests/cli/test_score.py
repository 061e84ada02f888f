"""Whole outputs of `scen score` on a small database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands import make, scen

SCENARIO = """\
title: T
question: Q?
resolution_criteria: C.
opened: 2022-01-01
horizon: 2022-01-10
prior: {probability: 0.2, basis: B.}
tags: [war]
resolution: {outcome: %s, date: 2022-01-06, recorded: 2022-01-07, basis: B.}
"""
SHEET = "date: %s\nanalyst: %s\nprobabilities: {%s}\n"
FILES = {
    "tracker.yaml": "format: 1\ntitle: A desk\n",
    "war.yaml": SCENARIO % "occurred",
    "peace.yaml": SCENARIO % "did-not-occur",
    "void.yaml": SCENARIO % "annulled",
    "forecasts/2022/2022-01-01-ada.yaml": SHEET % ("2022-01-01", "ada", "war: 0.8, peace: 0.5"),
    "forecasts/2022/2022-01-04-bob.yaml": SHEET % ("2022-01-04", "bob", "war: 0.5"),
    "forecasts/2022/2022-01-06-bob.yaml": SHEET % ("2022-01-06", "bob", "war: 0.99"),
}


@pytest.fixture(autouse=True)
def _database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "scenarios", FILES)


def test_every_mean_has_its_n_and_what_is_left_out_is_named() -> None:
    made = scen("score", "--as-of", "2022-02-01", "--by", "scenario", "--forecaster", "ada")
    assert (made.exit_code, made.stderr) == (0, "")
    assert made.stdout == (Path(__file__).parent / "score.txt").read_text()


def test_json_has_the_keys_of_the_contract() -> None:
    made = json.loads(scen("score", "--as-of", "2022-02-01", "--format", "json").stdout)
    assert list(made) == [
        "forecasters",
        "groups",
        "questions",
        "skill",
        "fitted_strength",
        "sets",
        "excluded",
        "calibration",
        "decomposition",
        "corp",
    ]
    ada = next(row for row in made["questions"] if row["forecaster"] == "ada")
    assert ada["scenario"] == "peace"
    assert (ada["brier"], ada["coverage"]) == (0.25, 1.0)
    bob = next(row for row in made["questions"] if row["forecaster"] == "bob")
    assert (bob["brier"], bob["coverage"], bob["final_brier"]) == (0.25, 0.4, 0.25)
    assert made["excluded"] == [{"scenario": "void", "reason": "annulled"}]


def test_before_an_outcome_was_recorded_there_is_nothing_to_score() -> None:
    made = scen("score", "--as-of", "2022-01-06")
    assert made.stdout == (
        "A desk: scores as of 2022-01-06\n\nNo resolved question had a forecast to score.\n"
    )


def test_an_unknown_forecaster_and_an_empty_span_are_refused() -> None:
    made = scen("score", "--as-of", "2022-02-01", "--forecaster", "adda")
    assert (made.exit_code, made.stderr) == (
        1,
        "scen: no forecaster 'adda'; did you mean 'ada'?\n",
    )
    made = scen("score", "--since", "2022-02-01", "--until", "2022-01-01")
    assert (made.exit_code, made.stderr) == (
        1,
        "scen: no day lies between --since 2022-02-01 and --until 2022-01-01\n",
    )


def test_a_narrow_terminal_gets_one_row_for_each_pair() -> None:
    made = scen("score", "--as-of", "2022-02-01", env={"COLUMNS": "50"})
    assert "\npeace                      ada         0.250\n" in made.stdout


def test_a_record_with_evidence_says_how_strong_it_should_have_been() -> None:
    Path("scenarios/evidence/2022").mkdir(parents=True)
    Path("scenarios/evidence/2022/2022-01-01-e.yaml").write_text(
        "summary: Seen.\nobserved: 2022-01-01\nrecorded: 2022-01-01\n"
        "ratings: {war: CC, peace: CC}\n"
    )
    made = scen("score", "--as-of", "2022-02-01")
    assert (
        "The record would have had rating_strength at 0.6 (no interval under 5 questions;\n"
        "2 questions); yours is 1. It is not applied.\n"
    ) in made.stdout
    told = json.loads(scen("score", "--as-of", "2022-02-01", "--format", "json").stdout)
    assert told["fitted_strength"] == {
        "strength": pytest.approx(0.602, abs=0.002),
        "low": None,
        "high": None,
        "declared": 1.0,
        "questions": 2,
        "independent": 2,
    }
