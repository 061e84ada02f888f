"""`report` says where the figures that were printed last week would be different today."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import FILES, make, scen
from tests.storage.test_git import commit, run

WEEK = ("report", "--as-of", "2022-02-14")


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose database was committed on the day of its last review."""
    monkeypatch.chdir(tmp_path)
    run(tmp_path, "init", "-q", "-b", "main")
    make(tmp_path / "scenarios", FILES)
    commit(tmp_path, "review: 2022-02-07", "2022-02-07T12:00:00+00:00")
    return tmp_path


def told(*words: str) -> Any:
    made = scen(*WEEK, "--format", "json", *words)
    assert made.exit_code == 0, made.output
    return json.loads(made.stdout)["restated"]


def rerate(top: Path) -> None:
    place = top / "scenarios/evidence/2022/2022-02-04-visit.yaml"
    place.write_text(place.read_text().replace("trade: C ", "trade: CC "))


def test_a_rating_changed_since_restates_the_figure_and_names_the_change(top: Path) -> None:
    rerate(top)
    found = told()
    assert (found["commit"], found["day"]) == (run(top, "rev-parse", "HEAD"), "2022-02-07")
    [one] = found["figures"]
    assert one["scenario"] == "trade"
    assert one["implied"]["from"] == pytest.approx(0.7597, abs=1e-4)
    assert one["implied"]["to"] == pytest.approx(0.9091, abs=1e-4)
    assert one["because"] == [
        {
            "record": "2022-02-04-visit",
            "field": "ratings.trade",
            "before": "C",
            "after": "CC",
            "kind": "evidence",
        }
    ]
    shown = scen(*WEEK).stdout
    assert "trade: implied 76% → 90.9%\n  - 2022-02-04-visit: ratings.trade: C → CC" in shown
    page = scen(*WEEK, "--format", "markdown").stdout
    assert "): implied 76% → 90.9%\n  - 2022-02-04-visit: `ratings.trade`: C → CC" in page


def test_nothing_is_said_where_nothing_differs_or_nothing_is_to_be_compared(top: Path) -> None:
    assert told()["figures"] == []
    assert "Restated" not in scen(*WEEK).stdout
    rerate(top)
    assert told("--no-restate") is None
    assert "Restated" not in scen(*WEEK, "--no-restate").stdout
    assert told("--since", "2022-02-06") is None


def test_a_question_its_criteria_or_its_horizon_rewritten_since_is_told(top: Path) -> None:
    place = top / "scenarios/trade.yaml"
    text = place.read_text().replace("pass 200", "reach 200").replace("2024-12-31", "2025-12-31")
    place.write_text(text)
    made = json.loads(scen(*WEEK, "--format", "json").stdout)
    common = {"scenario": "trade", "date": None}
    assert made["questions"] == [
        {
            **common,
            "field": "question",
            "before": "Will yearly trade pass 200 billion dollars?",
            "after": "Will yearly trade reach 200 billion dollars?",
        },
        {**common, "field": "horizon", "before": "2024-12-31", "after": "2025-12-31"},
    ]
    shown = scen(*WEEK).stdout
    assert "\ntrade: horizon changed\n  was: 2024-12-31\n  is: 2025-12-31\n" in shown
    assert json.loads(scen(*WEEK, "--no-restate", "--format", "json").stdout)["questions"] == []


def test_what_was_rewritten_after_the_day_of_the_report_is_no_news_of_it(top: Path) -> None:
    place = top / "scenarios/trade.yaml"
    place.write_text(place.read_text().replace("Chinese customs", "The customs of China"))
    commit(top, "criteria", "2022-02-12T12:00:00+00:00")
    place.write_text(place.read_text().replace("2024-12-31", "2025-12-31"))
    commit(top, "horizon", "2022-02-20T12:00:00+00:00")

    def fields(*words: str) -> list[str]:
        made = json.loads(scen("report", *words, "--format", "json").stdout)
        return [one["field"] for one in made["questions"]]

    assert fields("--as-of", "2022-02-14") == ["resolution_criteria"]
    assert fields("--as-of", "2022-02-21") == ["horizon"]
    assert fields("--as-of", "2022-02-11") == []


def test_a_revision_is_compared_with_its_own_past(top: Path) -> None:
    rerate(top)
    commit(top, "rate", "2022-02-10T12:00:00+00:00")
    (top / "scenarios/evidence/2022/2022-02-04-visit.yaml").unlink()
    assert told("--rev", "HEAD~1")["figures"] == []
    assert [one["scenario"] for one in told("--rev", "HEAD")["figures"]] == ["trade"]


def test_outside_a_repository_and_without_git_there_is_a_report_all_the_same(
    top: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(top))
        assert told() is None
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    make(elsewhere / "scenarios", FILES)
    monkeypatch.chdir(elsewhere)
    assert told() is None


def test_a_shallow_clone_says_that_it_cannot_compare(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (top / "notes.txt").write_text("no record")
    commit(top, "later", "2022-03-10T12:00:00+00:00")
    run(top, "clone", "-q", "--depth=1", top.as_uri(), "shallow")
    monkeypatch.chdir(top / "shallow")
    made = scen(*WEEK)
    assert (made.exit_code, "Restated" in made.stdout) == (0, False)
    assert "this clone is shallow: what was printed before is not seen" in made.stderr
