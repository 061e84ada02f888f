"""Public data comes in whole through the command, and its scores are those that were published."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import make, scen
from tests.full import FULL

DATA = Path(__file__).parents[3] / "shared" / "data"
BENCH, NFL = DATA / "forecastbench", DATA / "fivethirtyeight"
TRACKER = {"tracker.yaml": "format: 1\ntitle: Imported\n"}
TIES = 7
OUTSIDE = 14
"""Values from before their question opened, or from the day of its outcome on."""
UNOPENED = 22
"""Resolved questions of which the table has no opening day, only values before the outcome."""
LATER = "2099-01-01"
"""One of the questions is known to end on a day that is still to come."""

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="../shared/data is absent")


def brought(*words: str) -> dict[str, Any]:
    made = scen("import", *words, "--format", "json")
    assert made.exit_code == 0, made.stderr
    found: dict[str, Any] = json.loads(made.stdout)
    return found


def scores(forecaster: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    told = json.loads(scen("score", "--as-of", LATER, "--format", "json").stdout)
    (row,) = [row for row in told["forecasters"] if row["name"] == forecaster]
    return row, [row for row in told["questions"] if row["forecaster"] == forecaster]


@pytest.fixture(autouse=True)
def _database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "scenarios", TRACKER)


def test_the_nfl_games_come_in_and_score_as_published() -> None:
    file, mine = str(NFL / "nfl_games.csv"), "{team1} beat {team2} on {date}"
    shared = ("--map", "*=", "--skip-invalid")
    days = ("--map", "date=opened", "--map", "date=horizon")
    won = ("--map", "prob1_outcome=resolution.outcome", "--default", "url=https://example.org")
    came = brought("scenarios", file, "--map", f"{mine}=title", *days, *won, *shared)
    said = ("--map", f"{mine}=scenario", "--map", "prob1=probability", "--analyst", "elo")
    told = brought("forecasts", file, *said, *shared)

    published = json.loads((NFL / "expected.json").read_text())["nfl_games"]
    assert (came["scenarios"]["added"], told["forecasts"]["added"]) == (published["n"],) * 2
    assert {one["message"].partition(":")[0] for one in came["skipped"]} == {"'0.5' is no outcome"}
    assert len(came["skipped"]) == len(told["skipped"]) == TIES
    row, _ = scores("elo")
    found = (row["questions"], row["brier"], -row["log_score"])
    log = published["log_nats"]["mean"]
    assert found == pytest.approx((published["n"], published["brier"], log))
    assert brought("forecasts", file, *said, *shared)["forecasts"]["unchanged"] == published["n"]


@pytest.mark.skipif(not FULL, reason="SCEN_FULL brings in 2,574 questions")
def test_forecastbench_comes_in_and_scores_as_published_where_its_days_are_ours() -> None:
    named = ("--map", "id=foreign", "--system", "forecastbench", "--map", "source=tags")
    more = ("--map", "status=", "--future")
    came = brought("scenarios", str(BENCH / "market_questions.csv"), *named, *more)
    values = (str(BENCH / "market_freeze_values.csv"), "--map", "id=scenario")
    told = brought("forecasts", *values, "--analyst", "freeze", "--skip-invalid")
    assert (came["scenarios"]["added"], came["skipped"]) == (2574, [])
    outside = [row["message"].partition(":")[0] for row in told["skipped"]]
    assert (told["forecasts"]["added"], told["clipped"]) == (5590 - len(outside), 0)
    assert len(outside) == OUTSIDE
    assert all("was known on" in words or " opened on " in words for words in outside)
    assert told["scenarios"]["updated"] == UNOPENED

    published = json.loads((BENCH / "expected.json").read_text())["time_averaged"]
    theirs = {one["id"]: one for one in published["series"]}
    _, questions = scores("freeze")
    elsewhere = foreign()
    found = {elsewhere[row["scenario"]]: row for row in questions}
    same = {
        id
        for id, row in found.items()
        if row["covered_days"] == theirs[id]["n_days"]
        and row["brier"] == pytest.approx(theirs[id]["daily_carried_forward_brier"])
    }
    # Theirs are scored from the first value until the outcome, ours from opening to horizon.
    late = set()
    with (BENCH / "market_questions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            closes = date.fromisoformat(row["close"][:10]) + timedelta(days=1)
            if row["id"] in theirs and date.fromisoformat(row["resolution_date"]) > closes:
                late.add(row["id"])
    assert theirs.keys() - same == late
    assert (len(same), len(late)) == (1133, 20)


def foreign() -> dict[str, str]:
    return {
        path.stem: path.read_text().partition("forecastbench: ")[2].strip("'\n")
        for path in Path("scenarios").glob("*.yaml")
    }
