"""What every recording command does alike; what each of them writes is in tests/transcripts."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from scenarios.storage.loader import load
from scenarios.storage.worktree import snapshot
from scenarios.workspace.opened import open_folder
from scenarios.workspace.tasks import scenario
from tests.cli.commands import DESK, EACH, FILES, changes, scen, tree

VISIT = "evidence/2022/2022-02-04-visit.yaml"
EFFECTS = ["as_of", "effects"]
MADE = {
    "new": ("x", "x.yaml", []),
    "add-indicator": ("pact/x", "pact.yaml", []),
    "add-source": ("x", "sources/x.yaml", []),
    "add-evidence": ("2022-02-07-dinner", "evidence/2022/2022-02-07-dinner.yaml", EFFECTS),
    "rate": ("2022-02-04-visit", VISIT, EFFECTS),
    "retract": ("2022-02-04-visit", VISIT, EFFECTS),
    "forecast": ("2022-02-07-desk", "forecasts/2022/2022-02-07-desk.yaml", ["figures"]),
    "resolve": ("trade", "trade.yaml", []),
}
"""The id, the file, and what else stands in the JSON."""
REMARKS = {
    "forecast": "scen: 2022-02-07-desk: pact: 10% is replaced by 20%; "
    "scen undo takes it back until it is committed\n"
}


@pytest.mark.parametrize("words", EACH, ids=MADE)
def test_a_dry_run_shows_what_is_then_written_and_json_what_was_done(
    root: Path, words: tuple[str, ...]
) -> None:
    id, path, more = MADE[words[0]]
    before = tree(root)
    shown, dry = scen(*words, "--dry-run"), scen(*words, "--dry-run", "--format", "json")
    assert (shown.exit_code, shown.stderr) == (0, REMARKS.get(words[0], ""))
    assert changes(before, tree(root)) == {}
    value = json.loads(scen(*words, "--format", "json").stdout)
    assert list(value) == ["schema", "ledger", "id", "paths", "dry_run", *more]
    assert value["schema"] == words[0]
    assert (value["id"], value["paths"], value["dry_run"]) == (id, [f"scenarios/{path}"], False)
    assert json.loads(dry.stdout) == value | {"dry_run": True}
    [(changed, text)] = changes(before, tree(root)).items()
    assert [p for p in load(snapshot(root)[0]).problems if p.severity == "error"] == []
    old, new = FILES.get(path, "").splitlines(), str(text).splitlines()
    head = [f"--- {f'scenarios/{path}' if old else '/dev/null'}", f"+++ scenarios/{path}"]
    lines = shown.stdout.partition("\n\n")[0].splitlines()
    assert (changed, lines[:2]) == (path, head)
    for sign, these, others in (("+", new, old), ("-", old, new)):
        differing = [line[1:] for line in lines[2:] if line.startswith(sign)]
        assert differing == [line for line in these if line not in others]


def test_an_outcome_may_rest_on_an_item_that_was_recorded_on_its_day() -> None:
    records = scenario.RESOLUTION.by_key["evidence"].known
    days = [date(2022, 2, day) for day in (6, 7)]
    known = open_folder(DESK).database
    assert [[*records(known, {"recorded": day})] for day in days] == [[], ["2022-02-04-visit"]]
