"""`scen check PATH` finds all that a change makes wrong; the rest is in tests/transcripts/check."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import scenarios
from tests.cli.commands import FILES, make, scen

OCCURRED = "resolution: {outcome: occurred, date: 2023-01-01, recorded: 2023-01-01, basis: B}\n"
ATTACK = "evidence/2022/2022-02-24-attack.yaml"
MIXED = """\
{summary: Talks are confirmed, observed: 2022-02-24, recorded: 2022-02-24,
 indicators: {pact/talks: observed}, ratings: {trade: N}}
"""
CHANGES = {
    "an indicator goes": ("pact.yaml", "  talks:", "  calls:"),
    "an indicator rates what is rated directly": ("pact.yaml", "ties: I}", "ties: I, trade: C}"),
    "a scenario joins a set that is rated through an indicator": (
        "trade.yaml", "horizon: 2024-12-31\n", "horizon: 2024-12-31\nset: form\n"),
    "a scenario leaves a set that then has one member": ("ties.yaml", "set: form\n", ""),
    "a second member of a set occurs": ("pact.yaml", "indicators:\n", f"{OCCURRED}indicators:\n"),
    "a set goes": ("tracker.yaml", "  form: Form of the relationship\n", "  other: Another\n"),
    "a scenario breaks": ("pact.yaml", "opened: 2022-01-01", "opened: 2022-02-31"),
    "a scenario is no YAML": ("pact.yaml", "title: A pact", "title: [A pact"),
    "a source breaks": ("sources/kremlin.yaml", "reliability: C", "reliability: Z"),
    "the tracker breaks": ("tracker.yaml", "format: 1", "format: 2"),
}  # fmt: skip


def told(*words: str) -> tuple[int, str]:
    made = scen("check", "--strict", *words)
    return made.exit_code, made.stdout


@pytest.mark.parametrize("name", CHANGES)
def test_nothing_that_a_change_makes_wrong_escapes_its_path(root: Path, name: str) -> None:
    make(root, {ATTACK: MIXED, "ties.yaml": f"{FILES['ties.yaml']}{OCCURRED}"})
    assert told() == (0, "")
    path, old, new = CHANGES[name]
    text = (root / path).read_text()
    assert old in text
    (root / path).write_text(text.replace(old, new))
    code, faults = told()
    assert (code, faults != "") == (1, True)
    assert told(f"scenarios/{path}") == (code, faults)


def test_a_finding_is_one_line_with_its_place(root: Path) -> None:
    found = scenarios.open(root).check(date(2023, 1, 1)).findings
    assert [str(finding) for finding in found] == [
        f"{f.path}:{f.line}:{f.column}: {f.rule}: {f.subject}: {f.message}" for f in found
    ]
    assert found
