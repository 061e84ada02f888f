"""What every recording command does alike; what each of them writes is in tests/transcripts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scenarios.storage.loader import load
from scenarios.storage.worktree import snapshot
from tests.cli.commands import FILES, changes, process, scen, tree
from tests.records import near

VISIT = "evidence/2022/2022-02-04-visit.yaml"
SHEET = "forecasts/2022/2022-02-07-desk.yaml"
KNOWN = ("--observed", "2022-02-04", "--recorded", "2022-02-07")
CRISIS = ("new", "crisis", "--title", "A crisis", "--question", "Q?", "--criteria", "C.",
          "--horizon", "2030-12-31", "--prior", "0.1", "--basis", "B.")  # fmt: skip
FORECAST = ("forecast", "pact", "0.2", "--analyst", "desk", "--date", "2022-02-07")
INDICATOR = ("add-indicator", "pact", "base", "A base", "--rate", "pact=C")
SOURCE = ("add-source", "tass", "--name", "TASS", "--reliability", "C")
RETRACT = ("retract", "2022-02-04-visit", "--reason", "No.")
RESOLVE = ("resolve", "trade", "occurred", "--basis", "So.", "--recorded", "2024-01-15")
EFFECTS = ["as_of", "effects"]


@pytest.mark.parametrize(
    ("words", "id", "path", "more"),
    [
        (CRISIS, "crisis", "crisis.yaml", []),
        (INDICATOR, "pact/base", "pact.yaml", []),
        (SOURCE, "tass", "sources/tass.yaml", []),
        (("add-evidence", "A dinner", *KNOWN, "--rate", "trade=C"), "2022-02-04-a-dinner",
         "evidence/2022/2022-02-04-a-dinner.yaml", EFFECTS),
        (("rate", "2022-02-04-visit", "trade=I"), "2022-02-04-visit", VISIT, EFFECTS),
        (RETRACT, "2022-02-04-visit", VISIT, EFFECTS),
        (FORECAST, "2022-02-07-desk", SHEET, ["figures"]),
        (RESOLVE, "trade", "trade.yaml", []),
    ],
)  # fmt: skip
def test_a_dry_run_shows_what_is_then_written_and_json_what_was_done(
    root: Path, words: tuple[str, ...], id: str, path: str, more: list[str]
) -> None:
    before = tree(root)
    shown, dry = scen(*words, "--dry-run"), scen(*words, "--dry-run", "--format", "json")
    assert (shown.exit_code, shown.stderr, changes(before, tree(root))) == (0, "", {})
    wet = scen(*words, "--format", "json")
    value = json.loads(wet.stdout)
    assert list(value) == ["id", "paths", "dry_run", *more]
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


@pytest.mark.usefixtures("root")
def test_json_has_the_numbers_unrounded() -> None:
    words = ("rate", "2022-02-04-visit", "trade=0.1", "--format", "json")
    value: Any = json.loads(scen(*words).stdout)
    assert value["effects"] == [
        {"scenario": "trade", "rating": 0.1, "via": None, "doubtful": None, "weight": 1.0,
         "factor": 1.0, "counted_decibans": -10.0, "note": None,
         "before": near(10**0.5 / (1 + 10**0.5)), "after": near(1 / 11)}
    ]  # fmt: skip
    value = json.loads(scen(*FORECAST, "--format", "json").stdout)
    assert value["figures"] == [
        {"scenario": "pact", "before": 0.1, "after": 0.2, "analysts": 1, "implied": near(0.2),
         "gap_decibans": near(0, abs=1e-9)}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("summary", "slug"),
    [
        ("A visit to Beijing, at last!", "a-visit-to-beijing-at-last"),
        ("Łódź: Straße, Ærø, Île", "lodz-strasse-aero-ile"),
        ("Путин в Пекине", "item"),
        ("北京 2022 — G20", "2022-g20"),
        ("§", "item"),
        ("word " * 30, "-".join(["word"] * 9)),
        ("w" * 61, "item"),
        ("NULL", "null"),
    ],
)
def test_an_id_is_proposed_from_the_summary_in_any_script(
    root: Path, summary: str, slug: str
) -> None:
    scen("add-evidence", summary, *KNOWN)
    assert (root / f"evidence/2022/2022-02-04-{slug}.yaml").is_file()


def test_a_comment_behind_a_value_stays_a_comment_when_the_value_grows(root: Path) -> None:
    text = FILES[SHEET] + "rationales:\n  trade: Short.  # ask again\n"
    (root / SHEET).write_text(text)
    reason = " " + "As long as a line can be, and " * 4
    scen("forecast", "trade", "0.6", *FORECAST[3:], "--rationale", reason)
    assert (root / SHEET).read_text() == text.replace("Short.", f"'{reason}'")


def test_an_edit_that_cannot_be_read_back_is_refused_with_its_place(root: Path) -> None:
    text = FILES[VISIT] + f"# {'x' * ((1 << 20) - len(FILES[VISIT]) - 12)}\n"
    (root / VISIT).write_text(text)
    refused = scen("rate", "2022-02-04-visit", "pact=C")
    assert (refused.exit_code, refused.stdout, (root / VISIT).read_text()) == (1, "", text)
    assert refused.stderr == (
        f"scen: nothing was written: {VISIT}:6:3: cannot set ratings.pact: the file has 1,048,577 "
        "bytes; at most 1,048,576 are read; edit the file by hand\n"
    )


def test_a_warning_is_said_once_when_it_is_new(root: Path) -> None:
    (root / "sources" / "kremlin.yaml").write_text("name: [\n")
    made = scen("add-evidence", "A dinner", *KNOWN, "--rate", "trade=C")
    assert (made.exit_code, made.stderr) == (0, "")
    (root / VISIT).write_text("# one line more\n" + FILES[VISIT].replace("source: kremlin\n", ""))
    assert scen("rate", "2022-02-04-visit", "pact=C").stderr == ""


def test_a_week_of_recording_from_an_empty_folder(tmp_path: Path) -> None:
    for words in (
        ("init",),
        (*CRISIS, "--opened", "2022-01-01"),
        ("add-indicator", "crisis", "alert", "Troops on alert", "--rate", "crisis=CC"),
        SOURCE,
        ("add-evidence", "An alert", *KNOWN, "--source", "tass", "--grade", "C2"),
        ("rate", "2022-02-04-an-alert", "--indicator", "crisis/alert=observed"),
        ("forecast", "crisis", "0.4", *FORECAST[3:]),
        ("retract", "2022-02-04-an-alert", "--reason", "A drill.", "--date", "2022-02-08"),
        ("resolve", "crisis", "did-not-occur", "--basis", "None.", "--recorded", "2031-01-03"),
        ("check", "--strict"),
    ):
        running = process(*words, cwd=tmp_path, LC_ALL="C")
        out, err = running.communicate()
        assert running.returncode == 0, (words, out, err)
    evidence = (tmp_path / "scenarios/evidence/2022/2022-02-04-an-alert.yaml").read_text()
    fired = "indicators:\n  crisis/alert: observed\n"
    assert evidence.endswith(f"{fired}retracted:\n  date: 2022-02-08\n  reason: A drill.\n")
