"""`scen matrix`: its JSON, and its width; what it prints is in tests/transcripts/matrix.txt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands import FILES, make, scen
from tests.records import near

WEIGHTS = """\
grade_weights:
  reliability: {A: 1.0, B: 0.8, C: 0.6, D: 0.3, E: 0.0, F: 0.4}
  credibility: [1.0, 0.8, 0.5, 0.2, 0.0, 0.4]
"""
VISIT = "evidence/2022/2022-02-04-visit.yaml"
RATED = (
    FILES[VISIT]
    .replace("trade: C ", "ties: N\n  pact: 0.1 ")
    .replace("kremlin", "kremlin\ncredibility: 2")
)


@pytest.fixture(autouse=True)
def _graded(root: Path) -> None:
    make(root, {"tracker.yaml": FILES["tracker.yaml"] + WEIGHTS, VISIT: RATED})


def test_json_has_the_keys_of_the_design() -> None:
    words = ("matrix", "ties", "pact", "trade", "--as-of", "2022-02-08", "--format", "json")
    made = json.loads(scen(*words).stdout)
    blank = {"inconsistency": 0, "weighted_inconsistency": 0.0, "decibans": 0.0, "ruled_out": None}
    assert made == {
        "scenarios": ["ties", "pact", "trade"],
        "rows": [
            {
                "id": "2022-02-04-visit",
                "kind": "direct",
                "summary": "A visit",
                "grade": "C2",
                "weight": near(0.48),
                "ratings": {"ties": "N", "pact": 0.1, "trade": None},
                "inconsistency": {"ties": 0, "pact": 2, "trade": 0},
                "decibans": {"ties": 0.0, "pact": near(-4.8), "trade": None},
                "diagnosticity": near(4.8),
            }
        ],
        "scores": {
            "ties": blank | {"blanks": 0, "rank": 1},
            "pact": {
                "inconsistency": 2,
                "weighted_inconsistency": near(0.96),
                "decibans": near(-4.8),
                "blanks": 0,
                "rank": 3,
                "ruled_out": None,
            },
            "trade": blank | {"blanks": 1, "rank": 1},
        },
        "linchpins": [
            {
                "removed": {"kind": kind, "id": id, "items": ["2022-02-04-visit"]},
                "leader_before": ["ties", "trade"],
                "leader_after": ["pact", "ties", "trade"],
            }
            for kind, id in (("item", "2022-02-04-visit"), ("source", "kremlin"))
        ],
    }


@pytest.mark.parametrize("columns", [24, 40, 60, 80, 120, 200])
def test_it_keeps_to_its_width_and_never_shows_a_percentage(root: Path, columns: int) -> None:
    for day in (8, 9):
        make(root, {f"evidence/2022/2022-02-0{day}-a.yaml": RATED.replace("-07", f"-0{day}")
                    .replace("02-04", f"02-0{day}")})  # fmt: skip
    for words in (("--set", "form"), ("pact", "ties", "trade")):
        text = scen("matrix", *words, "--as-of", "2022-05-01", env={"COLUMNS": str(columns)}).stdout
        assert "%" not in text
        assert "Bookkeeping, no probability" in " ".join(text.split())
        assert max(map(len, text.splitlines())) <= columns
