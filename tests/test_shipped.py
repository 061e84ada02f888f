"""The shipped database, read as an analyst and as a machine would read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from scenarios.analysis.evidence.knowledge import known_on, resolved
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.period.period import Window, window
from scenarios.analysis.review.review import review
from scenarios.analysis.scores.scoring import score
from scenarios.model import Database
from scenarios.render.documents.ledger_changes import SMALL_DECIBANS, change_rows
from scenarios.scales import decibans
from scenarios.storage.loader import load
from scenarios.storage.worktree import snapshot
from scenarios.workspace.start import files
from tests.cli.commands import scen
from tests.full import FULL
from tests.records import near

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "golden"
PRINTED = {
    "status": "status --as-of 2022-02-28",
    "report-2022-02-28": "report --as-of 2022-02-28",
    "report-quiet": "report --as-of 2022-03-21",
    "explain": "explain military-pact --as-of 2023-03-28",
    "explain-resolved": "explain nord-stream-2-flows-2022 --as-of 2023-06-01",
    "list-scenarios": "list scenarios --as-of 2022-02-28",
    "list-indicators": "list indicators --scenario military-pact",
    "list-evidence": "list evidence --since 2022-02-01 --until 2022-03-10",
    "list-sources": "list sources",
    "show-scenario": "show nord-stream-2-flows-2022",
    "score": "score --as-of 2026-11-24 --forecaster illustrative",
    "matrix": "matrix --set relationship-2030 --as-of 2022-02-07",
    "sweep": "explain taiwan-force-2027 --sweep --as-of 2024-08-01",
    "findings": "check --findings --as-of 2022-02-28",
}
"""Each file of tests/golden, and the command that prints it."""


@pytest.fixture(scope="module")
def shipped() -> Database:
    found, problems = snapshot(ROOT / "scenarios")
    loaded = load(found)
    assert (problems, loaded.problems, loaded.left_out) == ([], [], 0)
    return loaded.database


def windows(database: Database) -> Iterator[Window]:
    """From the first week to the last, two weeks each; a week each where all is tried."""
    weeks = 1 if FULL else 2
    for week in range(0, 258, weeks):
        since = date(2021, 12, 13) + timedelta(weeks=week)
        yield window(database, since, since + timedelta(weeks=weeks))


def test_every_ledger_and_every_move_adds_up_and_no_row_is_hardly_a_change(
    shipped: Database,
) -> None:
    moved = 0
    for looked in windows(shipped):
        for view in looked.views.values():
            evidence = sum(line.counted_decibans for line in view.ledger.lines)
            assert view.ledger.prior.decibans + evidence == near(view.ledger.implied.decibans)
        moves = review(looked).moves if any(view.moved for view in looked.views.values()) else ()
        for move in moves:
            assert move.implied.from_ is not None
            shift = decibans(move.implied.to or 0) - decibans(move.implied.from_)
            lines = (*move.lines_added, *move.lines_removed, *move.lines_changed)
            steps = {key: getattr(move, key) for key in ("given", "time", "rivals", "bound")}
            whole = sum(steps.values()) + sum(line.after - line.before for line in lines)
            assert whole == near(shift, abs=1e-6)
            rows = [*change_rows(lines, steps, {})]
            parts, total = rows[:-1], sum(row.decibans for row in rows[-1:])
            assert (total, sum(row.decibans for row in parts)) == near((shift, shift), abs=0.05)
            assert all(abs(row.decibans) >= SMALL_DECIBANS for row in parts if row.line)
            moved += 1
    assert moved > 100


@pytest.mark.parametrize("name", PRINTED)
def test_what_is_printed_stays_as_it_is(
    name: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(ROOT)
    golden = GOLDEN / f"{name}.txt"
    printed = scen(*PRINTED[name].split(), env={"COLUMNS": "80"}).stdout
    if request.config.getoption("renew"):
        golden.write_text(printed)
    assert printed == golden.read_text()
    if name != "findings":  # one finding a line, for other programs to read
        assert [line for line in printed.splitlines() if len(line) > 80] == []


def test_one_article_moves_nothing_near_certainty(shipped: Database) -> None:
    day = date(2021, 12, 17)
    for view in window(shipped, day - timedelta(days=7), day).views.values():
        assert abs(view.ledger.implied.probability - view.ledger.prior.probability) < 0.07


def test_a_quote_is_short_and_a_file_is_tidy(shipped: Database) -> None:
    schemas = {*(ROOT / "schema").iterdir()}
    for item in shipped.evidence.values():
        assert len((item.quote or "").split()) <= 25
    for path in (ROOT / "scenarios").rglob("*.yaml"):
        mark, _, schema = path.read_text().partition("\n")[0].partition("=../")
        assert mark == "# yaml-language-server: $schema"
        assert (path.parent / ".." / schema).resolve() in schemas


def test_the_tracker_says_that_it_proves_no_skill(shipped: Database) -> None:
    assert "hindsight" in shipped.tracker.description
    assert "prove no skill" in shipped.tracker.description


def test_the_figures_that_the_ratings_defend_are_those_of_the_ledger(shipped: Database) -> None:
    defended = {
        ("kyiv-three-months", date(2022, 2, 28)): 54.1,
        ("kyiv-three-months", date(2022, 3, 21)): 54.1,
        ("ukraine-no-new-force-2022", date(2022, 2, 23)): 0.3,
        ("deeper-alignment", date(2026, 12, 1)): 90.4,
        ("brics-enlargement-2024", date(2023, 8, 28)): 88.8,
    }
    assert defended == {
        (id, day): round(100 * Odds(known_on(shipped, day)).implied(id), 1) for id, day in defended
    }
    page = (ROOT / "scenarios" / "ratings-of-the-record.md").read_text()
    headings = re.findall(r"^### (.*): (mended|defended)$", page, re.MULTILINE)
    assert headings == [
        ("The skill of `implied`", "mended"),
        ("Kyiv at 54 %, on 28 February and on 21 March 2022", "defended"),
        ("No new force at 0.3 % on 23 February 2022", "defended"),
        ("Deeper alignment at 90 %", "defended"),
        ("BRICS at 89 % after a signed invitation", "defended"),
    ]
    assert shipped.tracker.hindsight


def test_the_analyst_is_illustrative_and_every_sheet_has_a_reason(shipped: Database) -> None:
    sheets = shipped.sheets.values()
    assert {sheet.analyst for sheet in sheets} == {"illustrative"}
    assert all(sheet.rationales for sheet in sheets)
    days = {sheet.date for sheet in sheets}
    assert (min(days), len(days) >= 10) == (date(2021, 12, 17), True)


@pytest.mark.parametrize(
    "command",
    ["report --all", "report --brief --all", "report --format html", "due --within 400d", "score"],
)
def test_nobody_is_spoken_of_who_is_declared_and_has_given_nothing(
    shipped: Database, command: str
) -> None:
    declared = {"illustrative": "Illustrative", "you": "You", "colleague": "A colleague"}
    assert shipped.tracker.analysts == declared
    printed = scen(*command.split(), "--as-of", "2022-02-28").stdout
    assert re.findall(r"\bYou\b|colleague", printed) == []


def test_every_resolved_scenario_is_scored_with_its_n(shipped: Database) -> None:
    made = score(shipped, date(2026, 11, 24))
    scored = {row.question for row in made.questions if not row.early}
    so_far = {row.question for row in made.questions if row.early}
    assert so_far == {(False, "siberia-2-signed")}, "an open date"
    members = {id for row in made.sets for id in row.members}
    ended = {id for id in shipped.scenarios if resolved(shipped, id, date(2026, 11, 24))}
    alone = {id for is_set, id in scored if not is_set}
    assert alone | members | {row.scenario for row in made.excluded} == ended
    assert scored - {(False, id) for id in alone} == {(True, "ukraine-2022")}
    assert {row.questions for row in made.forecasters} == {len(scored)}
    assert "team" not in {row.name for row in made.forecasters}


@pytest.mark.parametrize("name", [".gitattributes", ".gitignore"])
def test_it_has_what_init_writes_for_git(name: str) -> None:
    assert (ROOT / "scenarios" / name).read_bytes() == files("any")[f"scenarios/{name}"]
