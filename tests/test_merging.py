"""What git shows of the records, and what it merges: as text, and as a database."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios.storage.new_database import files
from tests.cli.commands import FILES, make, scen
from tests.storage.test_git import commit, run

ROOT = Path(__file__).parents[1]
PACT = """\
title: A pact
question: Will a treaty be in force?
resolution_criteria: The text of a treaty.
opened: 2022-01-01
horizon: 2030-12-31
prior:
  probability: 0.2
  basis: None in twenty years.
indicators:
  talks:
    statement: Talks are confirmed
    ratings: {pact: CC}
    added: 2022-01-01
  exercises:
    statement: Exercises are held every year
    ratings: {pact: C}
    added: 2022-01-01
  bases:
    statement: A base is opened
    ratings: {pact: C}
    added: 2022-01-01
"""
LIAISON = """\
  liaison:
    statement: A liaison office is opened
    ratings: {pact: C}
    added: 2022-03-01
"""
MEETING = """\
summary: The leaders meet in Beijing
observed: 2022-02-04
recorded: 2022-02-07
url: https://example.org/beijing
ratings:
  trade: C
"""
VISIT = "evidence/2022/2022-02-04-visit.yaml"


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a database as `init` begins it."""
    monkeypatch.chdir(tmp_path)
    assert scen("init").exit_code == 0
    make(tmp_path / "scenarios", FILES)
    run(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, "a desk")
    return tmp_path


def merged(top: Path, ours: Callable[[Path], None], theirs: Callable[[Path], None]) -> None:
    """Two branches from one commit, each with its change, and git's merge of the two."""
    for name, change in (("ours", ours), ("theirs", theirs)):
        run(top, "switch", "-q", "-c", name, "main")
        change(top / "scenarios")
        commit(top, name)
    run(top, "switch", "-q", "ours")
    run(top, "merge", "-q", "--no-edit", "theirs")
    assert run(top, "status", "--porcelain") == ""


def recorded(analyst: str, source: str, day: str) -> Callable[[Path], None]:
    """An analyst's week: a source, an item from it, two forecasts."""

    def work(_: Path) -> None:
        by = ("--analyst", analyst, "--date", day)
        item = ("--observed", day, "--recorded", day, "--source", source, "--grade", "B2")
        for words in (
            ("add-source", source, "--name", source, "--reliability", "B"),
            ("add-evidence", f"What {source} says", *item, "--rate", "trade=C"),
            ("forecast", "trade", "0.55", *by),
            ("forecast", "pact", "0.2", *by),
        ):
            assert scen(*words).exit_code == 0, words

    return work


# -- merges ---------------------------------------------------------------------------------------


def test_two_weeks_of_two_analysts_merge_and_are_sound(top: Path) -> None:
    merged(top, recorded("anna", "paper", "2022-03-01"), recorded("boris", "radio", "2022-03-01"))
    made = scen("check", "--strict")
    assert (made.exit_code, made.stdout) == (0, "")
    shown = scen("list", "forecasts", "--scenario", "trade").stdout
    assert all(analyst in shown for analyst in ("anna", "boris", "desk"))
    assert len(list((top / "scenarios" / "evidence").rglob("*.yaml"))) == 3


def test_an_indicator_that_two_branches_add_is_told_with_both_of_its_lines(top: Path) -> None:
    make(top / "scenarios", {"pact.yaml": PACT})
    commit(top, "three indicators")
    first = "indicators:\n"
    merged(
        top,
        lambda root: edit(root / "pact.yaml", first, f"{first}{LIAISON}"),
        lambda root: edit(root / "pact.yaml", PACT, f"{PACT}{LIAISON}"),
    )
    made = scen("check")
    fault = "the key 'liaison' stands twice, at 10:3 and at 26:3 (keep one of them)"
    assert made.exit_code == 1
    assert f"scenarios/pact.yaml:26:3: duplicate-key: {fault}\n" in made.stdout


def test_a_rating_that_two_branches_add_is_told_with_both_of_its_lines(top: Path) -> None:
    ratings = "ratings:\n  trade: C   # a first guess\n  # in between\n  # and more\n"
    edit(top / "scenarios" / VISIT, "ratings:\n  trade: C   # a first guess\n", ratings)
    commit(top, "room to merge")
    merged(
        top,
        lambda root: edit(root / VISIT, "ratings:\n", "ratings:\n  pact: C\n"),
        lambda root: edit(root / VISIT, "notes:", "  pact: I\nnotes:"),
    )
    fault = "the key 'pact' stands twice, at 6:3 and at 10:3 (keep one of them)"
    assert scen("check").stdout == f"scenarios/{VISIT}:10:3: duplicate-key: {fault}\n"


def test_one_event_under_two_names_is_a_finding(top: Path) -> None:
    ours, theirs = "2022-02-04-leaders-meet", "2022-02-04-beijing-meeting"
    other = MEETING.replace("The leaders meet in Beijing", "Talks between the two")
    merged(
        top,
        lambda root: write(root / f"evidence/2022/{ours}.yaml", MEETING),
        lambda root: write(root / f"evidence/2022/{theirs}.yaml", other),
    )
    assert scen("check", "--strict").stdout == ""
    made = scen("check", "--findings", "--as-of", "2022-02-07")
    (found,) = [line for line in made.stdout.splitlines() if "possible-duplicate" in line]
    why = f"may be the same as {theirs}: they share an address; give both one event, or retract one"
    where = f"scenarios/evidence/2022/{ours}.yaml:1:1"
    assert (made.exit_code, found) == (0, f"{where}: possible-duplicate: {ours}: {why}")


def test_a_source_that_goes_while_another_branch_cites_it_is_an_error(top: Path) -> None:
    write(top / "scenarios/sources/tass.yaml", "name: TASS\nreliability: C\n")
    commit(top, "a source that nothing cites")
    item = MEETING.replace("ratings:", "source: tass\nratings:")
    merged(
        top,
        lambda root: (root / "sources/tass.yaml").unlink(),
        lambda root: write(root / "evidence/2022/2022-02-04-leaders-meet.yaml", item),
    )
    (fault,) = scen("check").stdout.splitlines()
    assert "2022-02-04-leaders-meet.yaml:5:9: unknown-source: there is no source 'tass'" in fault


# -- .gitattributes -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [".gitattributes", ".gitignore"])
def test_the_shipped_database_has_what_init_writes_for_git(name: str) -> None:
    written = (ROOT / "scenarios" / name).read_bytes()
    assert written == files("any")[f"scenarios/{name}"]


def test_a_hunk_names_the_top_level_key_that_it_is_in(top: Path) -> None:
    make(top / "scenarios", {"pact.yaml": PACT})
    commit(top, "three indicators")
    edit(top / "scenarios/pact.yaml", "A base is opened", "A permanent base is opened")
    hunk = run(top, "diff", "-U1").partition("@@")[2]
    assert hunk.splitlines() == [
        " -18,3 +18,3 @@ indicators:",
        "   bases:",
        "-    statement: A base is opened",
        "+    statement: A permanent base is opened",
        "     ratings: {pact: C}",
    ]


def test_a_diff_is_the_text_whatever_a_user_has_set_up_for_yaml(top: Path) -> None:
    write(top / "attributes", "*.yaml diff=loud\n")
    run(top, "config", "core.attributesFile", str(top / "attributes"))
    run(top, "config", "diff.loud.textconv", "echo nothing to see in")
    edit(top / "scenarios" / VISIT, "A visit", "A long visit")
    shown = run(top, "diff", "-U0").splitlines()
    assert shown[-2:] == ["-summary: A visit", "+summary: A long visit"]


def test_two_changes_of_one_line_are_a_conflict_whatever_a_user_has_set_up(top: Path) -> None:
    write(top / ".git" / "union", "*.yaml merge=union\n")
    run(top, "config", "core.attributesFile", str(top / ".git" / "union"))
    with pytest.raises(subprocess.CalledProcessError) as error:
        merged(
            top,
            lambda root: edit(root / VISIT, "A visit", "A long visit"),
            lambda root: edit(root / VISIT, "A visit", "A short visit"),
        )
    assert b"CONFLICT (content)" in error.value.stdout


def test_a_checkout_has_line_feeds_on_every_system(top: Path, tmp_path: Path) -> None:
    windows = ("-c", "core.autocrlf=true", "-c", "core.eol=crlf")
    run(tmp_path, *windows, "clone", "-q", *windows, str(top), "clone")
    assert (top / "clone" / "scenarios" / VISIT).read_bytes() == FILES[VISIT].encode()


def test_an_editor_that_saves_other_line_ends_leaves_nothing_to_commit(top: Path) -> None:
    place = top / "scenarios" / VISIT
    place.write_bytes(FILES[VISIT].replace("\n", "\r\n").encode())
    assert run(top, "diff") == ""
    run(top, "add", "-A")
    assert run(top, "status", "--porcelain") == ""
    place.write_bytes(FILES[VISIT].replace("\n", "\r\n").replace("A visit", "B").encode())
    assert commit(top, "edited")
    assert run(top, "show", "--format=", "--numstat") == f"1\t1\tscenarios/{VISIT}"
    assert "\r" not in run(top, "show", f"HEAD:scenarios/{VISIT}")


def test_tabs_that_indent_and_blanks_that_trail_are_marked(top: Path) -> None:
    edit(top / "scenarios" / VISIT, "  trade: C", "\ttrade: C")
    edit(top / "scenarios" / VISIT, "A visit", "A visit ")
    made = subprocess.run(
        ["git", "diff", "--check"], cwd=top, capture_output=True, text=True, check=False
    )
    assert [line for line in made.stdout.splitlines() if line.startswith("scenarios/")] == [
        f"scenarios/{VISIT}:1: trailing whitespace.",
        f"scenarios/{VISIT}:6: tab in indent.",
    ]


def edit(place: Path, old: str, new: str) -> None:
    text = place.read_text()
    assert text.count(old) == 1, old
    write(place, text.replace(old, new))


def write(place: Path, text: str) -> None:
    place.write_bytes(text.encode())
