"""A record that is named by an id that it had before counts; `scen edit` writes today's id."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from shutil import copytree

import pytest

from tests.cli.commands import DESK, scen

FORMER = DESK.parent / "invalid" / "former-reference"
EDITS = (
    ("2022-02-07-desk", "rationales.rupture=One recall"),
    ("2022-02-05-recall", "recorded=2022-02-07"),
    ("2022-02-04-no-limits", "recorded=2022-02-07"),
    ("rupture", "title=Rupture"),
    ("trade", "title=Trade"),
)


def git(*words: str) -> None:
    """Run git here, as somebody."""
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *who, *words], check=True, capture_output=True)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two records under new ids, beside what a merge brought under the old ones."""
    monkeypatch.chdir(tmp_path)
    place = copytree(FORMER, tmp_path / "scenarios")
    (place / "expected.txt").unlink()
    return place


@pytest.mark.usefixtures("root")
def test_each_reference_by_a_former_id_counts_for_the_record_of_today() -> None:
    made = scen("explain", "rupture", "--as-of", "2022-03-01", "--format", "json")
    ledger = json.loads(made.stdout)
    assert ledger["stated"] == {"probability": 0.1, "analysts": 1}
    lines = {line["id"]: line["kind"] for line in ledger["lines"]}
    assert lines == {"rupture/recall": "indicator", "2022-02-04-no-limits": "in-prior"}
    trade = scen("explain", "trade", "--as-of", "2022-03-01", "--format", "json")
    assert [line["id"] for line in json.loads(trade.stdout)["lines"]] == ["rupture"]


def test_a_renamed_quantity_keeps_its_sheets_and_an_edit_writes_its_id_of_today(
    tmp_path: Path,
) -> None:
    root = copytree(DESK.parent / "trade", tmp_path / "scenarios")
    explained = ("explain", "--as-of", "2024-12-01", "--format", "json")
    before = json.loads(scen("--database", str(root), *explained, "trade-2024").stdout)
    text = (root / "trade-2024.yaml").read_text()
    (root / "trade-2024.yaml").unlink()
    (root / "turnover.yaml").write_text(f"{text}formerly: [trade-2024]\n")
    after = json.loads(scen("--database", str(root), *explained, "turnover").stdout)
    assert before["quantity"]["stated"]["median"] == pytest.approx(239.92)
    assert after["quantity"]["stated"] == before["quantity"]["stated"]
    assert scen("--database", str(root), "check").exit_code == 0
    sheet = "2024-10-16-east"
    edit = ("edit", sheet, "rationales.turnover=Autumn")
    assert scen("--database", str(root), *edit).exit_code == 0
    assert "trade-2024" not in (root / f"forecasts/2024/{sheet}.yaml").read_text()


@pytest.mark.usefixtures("root")
def test_an_edit_writes_the_id_of_today_and_audit_says_renamed() -> None:
    git("init")
    git("add", ".")
    git("commit", "--message=Merge")
    before = json.loads(scen("audit", "--format", "json").stdout)["findings"]
    for words in EDITS:
        assert scen("edit", *words).exit_code == 0
    assert (scen("check", "--strict").exit_code, scen("check").stdout) == (0, "")
    git("commit", "--all", "--message=Repair")
    after = json.loads(scen("audit", "--format", "json").stdout)["findings"]
    renamed = {(it["record"], it["message"]) for it in after if it["rule"] == "renamed"}
    assert [it for it in after if it["rule"] != "renamed"] == before
    assert {record for record, _ in renamed} == {words[0] for words in EDITS}
    assert ("2022-02-07-desk", "break → rupture: renamed, the same record") in renamed


@pytest.mark.usefixtures("root")
def test_another_reason_in_a_sheet_with_a_former_id_is_announced() -> None:
    git("init")
    git("add", ".")
    git("commit", "--message=Merge")
    made = scen("edit", "2022-02-07-desk", "rationales.rupture=Another")
    assert made.exit_code == 0
    assert "edited-forecast: 2022-02-07-desk: rupture: the reason was replaced" in made.output
