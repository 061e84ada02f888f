"""`scen check PATH...`: the faults of the changed records and of what depends on them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.commands import FILES, make, process, scen
from tests.storage.test_git import commit, run

VISIT = "evidence/2022/2022-02-04-visit.yaml"
SHEET = "forecasts/2022/2022-02-07-desk.yaml"
KREMLIN = "sources/kremlin.yaml"
ATTACK = "evidence/2022/2022-02-24-attack.yaml"
BROKEN = FILES[KREMLIN].replace("C", "Z")
OCCURRED = """\
resolution:
  outcome: occurred
  date: 2023-01-01
  recorded: 2023-01-01
  basis: The text.
"""
FIRED = """\
summary: Talks are confirmed
observed: 2022-02-24
recorded: 2022-02-24
indicators:
  pact/talks: observed
"""


def faults(*words: str) -> tuple[int, list[str]]:
    """The exit status, and path and rule of each fault."""
    made = scen("check", *words)
    lines = made.stdout.replace("warning: ", "").splitlines()
    return made.exit_code, ["".join(line.split(":")[0:4:3]) for line in lines]


def edited(root: Path, path: str, old: str, new: str) -> str:
    """The path as one types it, of a file in which a text was replaced."""
    text = (root / path).read_text()
    assert old in text
    (root / path).write_text(text.replace(old, new))
    return f"scenarios/{path}"


# -- which faults ---------------------------------------------------------------------------------


def test_a_fault_elsewhere_is_not_told_and_does_not_fail(root: Path) -> None:
    make(root, {"sources/tass.yaml": BROKEN, VISIT: FILES[VISIT]})
    assert faults() == (1, ["scenarios/sources/tass.yaml value"])
    assert faults(f"scenarios/{KREMLIN}") == (0, [])
    assert faults("scenarios/sources/tass.yaml") == (1, ["scenarios/sources/tass.yaml value"])


def test_how_many_files_were_looked_at_is_said(root: Path) -> None:
    make(root, {"sources/tass.yaml": BROKEN})
    assert scen("check", f"scenarios/{KREMLIN}").stderr == (
        "scen: 2 of 8 files: 0 errors, 0 warnings\n"  # the visit names it
    )
    assert scen("check", "scenarios/sources/tass.yaml").stderr == (
        "scen: 1 of 8 files: 1 error, 0 warnings\n"
    )


def test_warnings_count_only_where_they_are_asked_about_and_only_when_strict(root: Path) -> None:
    path = edited(root, "trade.yaml", "Will yearly trade pass", "Could yearly trade perhaps pass")
    assert faults("--strict", f"scenarios/{KREMLIN}") == (0, [])
    code, found = faults("--strict", path)
    assert (code, set(found)) == (1, {"scenarios/trade.yaml vague-words"})
    assert faults(path) == (0, found)


def test_a_circle_of_priors_is_told_with_each_of_its_files(root: Path) -> None:
    for id, other in (("arms", "trade"), ("trade", "war"), ("war", "arms")):
        given = f", given: {{{other}: {{occurred: 0.9, did-not-occur: 0.1}}}}}}"
        prior = FILES["trade.yaml"].replace("in 2021.}", f"in 2021.{given}")
        make(root, {f"{id}.yaml": prior})
    circle = ["scenarios/arms.yaml link-circle"]
    for path in ("arms.yaml", "trade.yaml", "war.yaml"):
        assert faults(f"scenarios/{path}") == (1, circle)
    assert faults("scenarios/pact.yaml") == (0, [])


def test_as_json_the_same_faults(root: Path) -> None:
    make(root, {KREMLIN: BROKEN, "sources/tass.yaml": BROKEN})
    made = scen("check", "scenarios/sources/tass.yaml", "--format", "json")
    (problem,) = json.loads(made.stdout)["problems"]
    assert (made.exit_code, made.stderr) == (1, "")
    assert problem["path"] == "scenarios/sources/tass.yaml"


# Each change is made to a sound database; all that it makes wrong must be found by its path alone.
CHANGES = {
    "an indicator goes": ("pact.yaml", "  talks:", "  calls:"),
    "an indicator rates what is rated directly": (
        "pact.yaml",
        "ratings: {pact: CC, ties: I}",
        "ratings: {pact: CC, ties: I, trade: C}",
    ),
    "a scenario joins a set that is rated through an indicator": (
        "trade.yaml",
        "horizon: 2024-12-31\n",
        "horizon: 2024-12-31\nset: form\n",
    ),
    "a scenario leaves a set that then has one member": ("ties.yaml", "set: form\n", ""),
    "a second member of a set occurs": (
        "pact.yaml",
        "indicators:\n",
        f"{OCCURRED}indicators:\n",
    ),
    "a set goes": ("tracker.yaml", "  form: Form of the relationship\n", "  other: Another\n"),
    "a scenario breaks": ("pact.yaml", "opened: 2022-01-01", "opened: 2022-02-31"),
    "a scenario is no YAML": ("pact.yaml", "title: A pact", "title: [A pact"),
    "a source breaks": (KREMLIN, "reliability: C", "reliability: Z"),
    "the tracker breaks": ("tracker.yaml", "format: 1", "format: 2"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_nothing_that_a_change_makes_wrong_escapes_its_path(root: Path, name: str) -> None:
    mixed = f"{FIRED}ratings:\n  trade: N\n"
    make(root, {ATTACK: mixed, "ties.yaml": f"{FILES['ties.yaml']}{OCCURRED}"})
    assert faults("--strict") == (0, [])
    path, old, new = CHANGES[name]
    whole = faults("--strict") if edited(root, path, old, new) else None
    assert whole is not None
    assert (whole[0], whole[1] != []) == (1, True)
    assert faults("--strict", f"scenarios/{path}") == whole


def test_evidence_that_rates_a_scenario_only_through_an_indicator_is_looked_at(root: Path) -> None:
    make(root, {ATTACK: f"{FIRED}ratings:\n  trade: N\n"})
    edited(root, "trade.yaml", "horizon: 2024-12-31\n", "horizon: 2024-12-31\nset: form\n")
    assert faults("scenarios/ties.yaml") == (1, [f"scenarios/{ATTACK} mixed-row"])


# -- paths ----------------------------------------------------------------------------------------


def test_a_deleted_record_is_missed_where_it_is_named(root: Path) -> None:
    (root / KREMLIN).unlink()
    (root / "trade.yaml").unlink()
    assert faults(f"scenarios/{KREMLIN}") == (
        1,
        [f"scenarios/{VISIT} unknown-source", f"scenarios/{VISIT} unknown-scenario"],
    )
    assert faults("scenarios/trade.yaml") == (
        1,
        [
            f"scenarios/{VISIT} unknown-source",
            f"scenarios/{VISIT} unknown-scenario",
            f"scenarios/{SHEET} unknown-scenario",
        ],
    )


def test_what_is_no_record_is_ignored(root: Path) -> None:
    make(root, {"README.md": "# Read me\n", "sources/tass.yaml": BROKEN})
    for path in ("README.md", ".gitattributes", "sources/.tass.yaml.swp", "gone/at/all"):
        made = scen("check", f"scenarios/{path}")
        assert (made.exit_code, made.stderr) == (0, "scen: 0 of 8 files: 0 errors, 0 warnings\n")
    make(root, {"sources/tass.yml": BROKEN})
    assert faults("scenarios/sources/tass.yml") == (0, ["scenarios/sources/tass.yml unknown-file"])


def test_a_folder_is_all_that_is_in_it(root: Path) -> None:
    make(root, {"sources/tass.yaml": BROKEN, ATTACK: FIRED.replace("talks:", "calls:")})
    assert faults("scenarios/sources") == (1, ["scenarios/sources/tass.yaml value"])
    assert faults("scenarios/evidence/2022/") == (1, [f"scenarios/{ATTACK} unknown-indicator"])
    for path in ("scenarios", ".", "scenarios/sources/..", "scenarios/tracker.yaml"):
        assert faults(path) == faults()


def test_paths_are_as_typed_from_the_current_folder(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(root, {"sources/tass.yaml": BROKEN})
    told = (1, [f"{root}/sources/tass.yaml value"])
    monkeypatch.chdir(root / "evidence")
    assert faults("../sources/tass.yaml") == told
    assert faults(f"{root}/sources/tass.yaml") == told
    assert faults("2022/2022-02-04-visit.yaml") == (0, [])
    monkeypatch.chdir(root / "sources")
    assert faults("tass.yaml") == told


def test_the_database_is_that_of_the_first_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make(tmp_path / "desks/asia/scenarios", {**FILES, "sources/tass.yaml": BROKEN})
    make(tmp_path / "desks/europe/scenarios", FILES)
    monkeypatch.chdir(tmp_path)
    path = "desks/asia/scenarios/sources/tass.yaml"
    assert faults(path) == (1, [f"{path} value"])
    assert faults("desks/asia") == (1, [f"{path} value"])
    (desk / "sources/tass.yaml").unlink()
    (desk / KREMLIN).unlink()
    (desk / "sources").rmdir()
    assert faults(f"desks/asia/scenarios/{KREMLIN}") == (
        1,
        [f"desks/asia/scenarios/{VISIT} unknown-source"],
    )


def test_a_path_outside_the_database_is_a_wrong_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for desk in ("asia", "europe"):
        make(tmp_path / desk / "scenarios", FILES)
    monkeypatch.chdir(tmp_path)
    outside = "is outside the database asia/scenarios: check one database at a time"
    for words in (
        ("check", "asia/scenarios/pact.yaml", "europe/scenarios/pact.yaml"),
        ("--database", "asia", "check", "europe/scenarios/pact.yaml"),
    ):
        made = scen(*words)
        assert (made.exit_code, made.stdout) == (2, "")
        assert made.stderr == f"scen: europe/scenarios/pact.yaml {outside}\n"
    assert scen("check", "asia/scenarios/pact.yaml", "asia/readme").stderr == (
        f"scen: asia/readme {outside}\n"
    )


def test_without_a_database_around_the_path_nothing_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = scen("check", "somewhere/pact.yaml")
    start = f"scen: no database: neither {tmp_path}/somewhere nor a folder above it holds"
    assert (made.exit_code, made.stderr.startswith(start)) == (1, True)
    assert scen("check", "x" * 300).exit_code == 1


def test_a_link_leads_to_the_same_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "asia" / "scenarios", {**FILES, "sources/tass.yaml": BROKEN})
    (tmp_path / "link").symlink_to("asia")
    monkeypatch.chdir(tmp_path)
    for database, path in (("asia", "link"), ("link", "asia"), ("link", "link")):
        words = ("--database", database, "check", f"{path}/scenarios/sources/tass.yaml")
        assert scen(*words).stdout.startswith(f"{database}/scenarios/sources/tass.yaml:2:14: value")


def test_what_cannot_be_read_or_be_a_name_is_told(root: Path) -> None:
    (root / "sources" / "t\x1b.yaml").write_text(FILES[KREMLIN])
    (root / os.fsdecode(b"sources/\xff.yaml")).write_text(FILES[KREMLIN])
    (root / "sources" / "away.yaml").symlink_to("/etc/hostname")
    for path in (b"t\x1b.yaml", b"\xff.yaml", b"away.yaml"):
        running = process("check", b"scenarios/sources/" + path, cwd=root.parent)
        out, err = running.communicate()
        assert (running.returncode, out.count(b"\n")) == (1, 1)
        assert err == b"scen: 0 of 7 files: 1 error, 0 warnings\n"
    (root / "evidence").rename(root.parent / "evidence")
    (root / "evidence").symlink_to("../evidence")
    assert faults(f"scenarios/{VISIT}") == (1, ["scenarios/evidence symlink"])


@pytest.mark.usefixtures("root")
def test_findings_are_about_the_whole_database() -> None:
    made = scen("check", "--findings", f"scenarios/{VISIT}")
    assert (made.exit_code, made.stdout) == (2, "")
    assert made.stderr == (
        "scen: findings are about the whole database: name no path with --findings\n"
    )


# -- revisions ------------------------------------------------------------------------------------


def test_with_a_revision_the_records_are_as_it_had_them(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = root.parent
    run(top, "init", "-q", "-b", "main")
    make(root, {"sources/tass.yaml": BROKEN})
    commit(top, "broken")
    make(root, {"sources/tass.yaml": FILES[KREMLIN]})
    commit(top, "mended")
    path = "scenarios/sources/tass.yaml"
    assert faults(path) == (0, [])
    assert faults("--rev", "HEAD", path) == (0, [])
    assert faults("--rev", "HEAD~1", path) == (1, [f"{path} value"])
    assert faults("--rev", "HEAD~1", f"scenarios/{VISIT}") == (0, [])
    monkeypatch.chdir(top.parent)
    elsewhere = f"{top.name}/{path}"
    assert faults("--rev", "HEAD~1", elsewhere) == (1, [f"{elsewhere} value"])


def test_a_database_that_only_the_revision_has(root: Path) -> None:
    top = root.parent
    run(top, "init", "-q", "-b", "main")
    make(root, {"sources/tass.yaml": BROKEN})
    commit(top, "broken")
    run(top, "mv", "scenarios", "archive")
    path = "scenarios/sources/tass.yaml"
    assert faults("--rev", "HEAD", path) == (1, [f"{path} value"])
    assert faults("--rev", "HEAD", f"scenarios/{KREMLIN}") == (0, [])
