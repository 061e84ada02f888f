"""The shipped database, read as an analyst and as a machine would read it."""

from __future__ import annotations

import json
import math
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner, Result

from scenarios.analysis.period.period import window
from scenarios.analysis.review.review import review
from scenarios.cli.main import app
from scenarios.render.documents.ledger_changes import SMALL_DECIBANS, change_rows
from scenarios.render.documents.report import document
from scenarios.render.writers import terminal
from scenarios.scales import decibans
from scenarios.storage.loader import Loaded, load
from scenarios.storage.worktree import snapshot
from tests.records import near

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "golden"
REVIEWS = ("2021-12-17", "2022-02-07", "2022-02-28", "2023-03-27", "2024-03-04", "2026-11-24")


def scen(*words: str) -> Result:
    made = CliRunner().invoke(app, ["--database", str(ROOT), *words], env={"COLUMNS": "80"})
    assert made.exit_code == 0, made.output
    return made


def shipped() -> Loaded:
    files, problems = snapshot(ROOT / "scenarios")
    assert problems == []
    return load(files)


def test_it_loads_without_a_problem() -> None:
    loaded = shipped()
    assert (loaded.problems, loaded.left_out) == ([], 0)
    assert scen("check", "--strict").stdout == ""


@pytest.mark.parametrize("as_of", REVIEWS)
def test_the_report_keeps_to_its_schema(as_of: str) -> None:
    schema = json.loads((ROOT / "docs" / "json" / "report.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    report = json.loads(scen("report", "--as-of", as_of, "--format", "json").stdout)
    checked = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert list(checked.iter_errors(report)) == []


def test_every_weekly_report_adds_up_and_shows_no_change_that_is_hardly_one() -> None:
    database = shipped().database
    for week in range(258):
        on = date(2021, 12, 20) + timedelta(weeks=week)
        report = review(window(database, on - timedelta(weeks=1), on))
        assert "rank" not in terminal.write(document(report, database), 80)
        for move in report.moves:
            assert move.implied.from_ is not None
            steps = {"given": move.given, "time": move.time, "rivals": move.rivals}
            lines = (*move.lines_added, *move.lines_removed, *move.lines_changed)
            rows = list(change_rows(lines, {**steps, "bound": move.bound}, {}))
            parts, whole = rows[:-1], sum(row.decibans for row in rows[-1:])
            shift = decibans(move.implied.to or 0) - decibans(move.implied.from_)
            assert (whole, sum(row.decibans for row in parts)) == near((shift, shift), abs=0.05)
            assert all(abs(row.decibans) >= SMALL_DECIBANS for row in parts if row.line)


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("status", ["status", "--as-of", "2022-02-28"]),
        ("report-2022-02-28", ["report", "--as-of", "2022-02-28"]),
        ("report-quiet", ["report", "--as-of", "2022-03-28"]),
        ("explain", ["explain", "military-pact", "--as-of", "2023-03-28"]),
        ("explain-resolved", ["explain", "nord-stream-2-flows-2022", "--as-of", "2023-06-01"]),
        ("list-scenarios", ["list", "scenarios", "--as-of", "2022-02-28"]),
        ("list-indicators", ["list", "indicators", "--scenario", "military-pact"]),
        ("list-evidence", ["list", "evidence", "--since", "2022-02-01", "--until", "2022-03-10"]),
        ("list-sources", ["list", "sources"]),
        ("show-scenario", ["show", "nord-stream-2-flows-2022"]),
        ("score", ["score", "--as-of", "2026-11-24", "--forecaster", "illustrative"]),
        ("matrix", ["matrix", "--set", "relationship-2030", "--as-of", "2022-02-07"]),
        ("sweep", ["explain", "taiwan-force-2027", "--sweep", "--as-of", "2024-08-01"]),
        ("findings", ["check", "--findings", "--as-of", "2022-02-28"]),
    ],
)
def test_what_is_printed_stays_as_it_is(
    name: str, command: list[str], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(ROOT)
    golden = GOLDEN / f"{name}.txt"
    printed = scen(*command).stdout
    if request.config.getoption("renew"):
        golden.write_text(printed)
    assert printed == golden.read_text()


def test_no_line_of_it_is_wider_than_80_columns() -> None:
    wide = [
        (golden.name, line)
        for golden in GOLDEN.glob("*.txt")
        if golden.stem != "findings"  # one finding a line, for other programs to read
        for line in golden.read_text().splitlines()
        if len(line) > 80
    ]
    assert wide == []


@pytest.mark.parametrize("as_of", ["2021-12-17", "2022-02-28", "2023-03-28", "2026-02-10"])
def test_prior_plus_rows_is_implied_in_every_ledger(as_of: str) -> None:
    for scenario, record in shipped().database.scenarios.items():
        if record.opened > date.fromisoformat(as_of):
            continue
        made = json.loads(scen("explain", scenario, "--as-of", as_of, "--format", "json").stdout)
        rows = sum(line["counted_decibans"] for line in made["lines"])
        assert made["prior"]["decibans"] + rows == pytest.approx(made["implied"]["decibans"])


def test_every_move_adds_up() -> None:
    moves = json.loads(scen("report", "--as-of", "2022-02-28", "--format", "json").stdout)["moves"]
    assert moves

    def odds(probability: float) -> float:
        return 10 * math.log10(probability / (1 - probability))

    for move in moves:
        lines = move["lines_added"] + move["lines_removed"] + move["lines_changed"]
        rows = sum(line["after"] - line["before"] for line in lines)
        total = rows + move["given"] + move["time"] + move["rivals"] + move["bound"]
        change = odds(move["implied"]["to"]) - odds(move["implied"]["from"])
        assert total == pytest.approx(change, abs=1e-6)


def test_the_week_of_the_halt_and_the_invasion_is_explained() -> None:
    report = json.loads(scen("report", "--as-of", "2022-02-28", "--format", "json").stdout)
    first = report["moves"][0]
    assert first["scenario"] == "nord-stream-2-flows-2022"
    assert first["explained"]
    assert first["lines_added"][0]["evidence"] == ["2022-02-22-nord-stream-2-halt"]
    outcomes = {entry["scenario"]: entry["outcome"] for entry in report["resolved"]}
    assert outcomes == {
        "ukraine-full-invasion-2022": "occurred",
        "ukraine-limited-2022": "did-not-occur",
        "ukraine-no-new-force-2022": "did-not-occur",
    }
    assert "2022-02-24-full-scale-attack" in report["resolved"][0]["evidence"]


def test_one_article_moves_nothing_near_certainty() -> None:
    rows = json.loads(scen("status", "--as-of", "2021-12-17", "--format", "json").stdout)
    priors = {id: s.prior.probability for id, s in shipped().database.scenarios.items()}
    for row in rows["scenarios"]:
        assert abs(row["implied"]["probability"] - priors[row["id"]]) < 0.07


def test_a_quote_is_short_and_a_file_is_tidy() -> None:
    database = shipped().database
    for item in database.evidence.values():
        assert len((item.quote or "").split()) <= 25
    for path in (ROOT / "scenarios").rglob("*.yaml"):
        lines = path.read_text().splitlines()
        assert lines[0].startswith("# yaml-language-server: $schema=../")
        assert (path.parent / lines[0].partition("=")[2]).resolve().is_file()


def test_the_tracker_says_that_it_proves_no_skill() -> None:
    description = shipped().database.tracker.description
    assert "hindsight" in description
    assert "prove no skill" in description


def test_the_analyst_is_illustrative_and_every_sheet_has_a_reason() -> None:
    sheets: dict[str, Any] = shipped().database.sheets
    assert {sheet.analyst for sheet in sheets.values()} == {"illustrative"}
    assert all(sheet.rationales for sheet in sheets.values())
    assert len({sheet.date for sheet in sheets.values()}) >= 10
    assert min(sheet.date for sheet in sheets.values()) == date(2021, 12, 17)


def test_every_resolved_scenario_is_scored_with_its_n() -> None:
    made = json.loads(scen("score", "--as-of", "2026-11-24", "--format", "json").stdout)
    ended = {row["id"] for row in json.loads(_status())["scenarios"] if row["outcome"]}
    scored = {row["scenario"] for row in made["questions"]}
    assert scored | {row["scenario"] for row in made["excluded"]} == ended
    assert {row["questions"] for row in made["forecasters"]} == {len(scored)}
    assert "team" not in {row["name"] for row in made["forecasters"]}


def test_the_matrix_of_the_relationship_names_its_linchpins() -> None:
    words = ["matrix", "--set", "relationship-2030", "--as-of", "2022-02-07", "--format", "json"]
    made = json.loads(scen(*words).stdout)
    removed = {(one["removed"]["kind"], one["removed"]["id"]) for one in made["linchpins"]}
    assert ("item", "2022-02-04-beijing-no-limits") in removed
    assert ("origin", "joint-statement-2022-02") in removed
    assert "%" not in scen(*words[:-2]).stdout


def _status() -> str:
    return scen("status", "--as-of", "2026-11-24", "--format", "json").stdout
