"""A tracker knows the bundle that it exported: nothing of it is new, and nothing is rewritten."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.exchange.arrivals import stix_id
from scenarios.extensions.stix.bundle import EXTENSION
from tests.cli.commands import FILES, make, scen, tree
from tests.exchange.test_restore import made
from tests.exchange.whole_databases import files, whole_database
from tests.full import TIMES
from tests.lazily import lazily

lazily("stix2")

HOME = "scenarios: 3 unchanged\nevidence: 1 unchanged\nsources: 1 unchanged\n"
VISIT = "2022-02-04-visit"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return make(tmp_path / "scenarios", FILES)


def git(folder: Path) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for words in (["init", "-q"], ["add", "scenarios"], [*who, "commit", "-qm", "begin"]):
        subprocess.run(["git", *words], cwd=folder, check=True)


def run(*words: str) -> str:
    result = scen(*words)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def bundle() -> dict[str, Any]:
    run("export", "y.stix.json", "--overwrite")
    whole: dict[str, Any] = json.loads(Path("y.stix.json").read_bytes())
    return whole


def put(*objects: dict[str, Any]) -> None:
    text = {"type": "bundle", "id": stix_id("bundle", "x"), "objects": objects}
    Path("y.stix.json").write_text(json.dumps(text))


def objects_of(whole: dict[str, Any], type: str) -> list[dict[str, Any]]:
    return [item for item in whole["objects"] if item["type"] == type]


@pytest.mark.parametrize("update", [(), ("--update",)])
@pytest.mark.parametrize("has_git", [True, False])
def test_its_own_bundle_changes_nothing(desk: Path, has_git: bool, update: tuple[str, ...]) -> None:
    if has_git:
        git(desk.parent)
    bundle()
    before = tree(desk)
    result = scen("import", "stix", "y.stix.json", *update)
    assert (result.exit_code, result.stdout) == (0, HOME + "forecasts: 2 unchanged\n")
    assert result.stderr == "scen: y.stix.json: STIX 2.1\n"
    assert tree(desk) == before


def test_it_is_known_after_the_tracker_came_into_git_or_got_an_id(desk: Path) -> None:
    for change in (lambda: git(desk.parent), lambda: run("edit", "tracker", "id=desk")):
        bundle()
        change()
        assert run("import", "stix", "y.stix.json", "--update").startswith(HOME)


def test_a_record_is_known_by_its_former_name(desk: Path) -> None:
    bundle()
    run("rename", VISIT, "2022-02-04-the-visit")
    run("rename", "kremlin", "the-kremlin")
    run("rename", "pact", "treaty")
    before = tree(desk)
    assert run("import", "stix", "y.stix.json", "--update").startswith(HOME)
    assert tree(desk) == before


def test_a_record_that_was_removed_comes_back_once(desk: Path) -> None:
    bundle()
    before = tree(desk)
    place = desk / "evidence" / "2022" / f"{VISIT}.yaml"
    place.unlink()
    assert "evidence: 1 added\n" in run("import", "stix", "y.stix.json")
    assert tree(desk).keys() == before.keys()
    assert run("import", "stix", "y.stix.json", "--update").startswith(HOME)


def test_a_bundle_comes_home_from_the_desk_that_took_it_in(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle()
    there = tmp_path / "there"
    make(there / "scenarios", {"tracker.yaml": "format: 1\ntitle: Another desk\n"})
    monkeypatch.chdir(there)
    run("import", "stix", "../y.stix.json")
    run("rename", VISIT, "2022-02-04-their-name")
    run("export", "z.stix.json")
    monkeypatch.chdir(tmp_path)
    before = tree(desk)
    run("import", "stix", "there/z.stix.json", "--update")
    assert tree(desk) == before


def test_our_id_on_the_object_of_a_stranger_is_our_record_and_overwrites_nothing(
    desk: Path,
) -> None:
    """A bundle is not signed: an id says of which record it speaks, and never that it is right."""
    (note,) = objects_of(bundle(), "note")
    del note["extensions"], note["created_by_ref"]
    note |= {"abstract": "Something else", "created": "2022-02-04T10:00:00.000Z"}
    put(note | {"object_refs": [note["id"].replace("note", "report")]})
    before = tree(desk)
    result = scen("import", "stix", "y.stix.json")
    assert (result.exit_code, tree(desk)) == (1, before)
    assert f"evidence '{VISIT}' is there and differs in summary" in result.stderr
    run("import", "stix", "y.stix.json", "--update")
    assert tree(desk).keys() == before.keys()
    assert "summary: Something else\n" in run("show", VISIT)


def test_another_records_name_on_our_id_is_still_the_record_of_the_id(desk: Path) -> None:
    whole = bundle()
    (pact,) = (
        report
        for report in objects_of(whole, "report")
        if report["extensions"][EXTENSION]["id"] == "pact"
    )
    pact["extensions"][EXTENSION]["id"] = "trade"
    put(pact)
    before = tree(desk)
    assert run("import", "stix", "y.stix.json") == (
        "scenarios: 1 unchanged\nforecasts: 1 unchanged\n"
    )
    assert tree(desk) == before


@pytest.mark.usefixtures("desk")
def test_the_same_names_in_a_bundle_of_another_tracker_are_not_known_to_be_ours() -> None:
    bundle()
    run("edit", "tracker", "title=Another")
    result = scen("import", "stix", "y.stix.json")
    assert "scenario 'pact' is called the same, and is not known to be this one" in result.stderr


def test_a_summary_comes_home_as_it_was_written(desk: Path) -> None:
    place = desk / "evidence" / "2022" / f"{VISIT}.yaml"
    place.write_text(place.read_text().replace("summary: A visit", "summary: 'A  visit'"))
    bundle()
    assert run("import", "stix", "y.stix.json").startswith(HOME)


@settings(max_examples=3 * TIMES)
@given(st.integers(0, 10**6))
def test_any_database_comes_home_unchanged(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("home")
    root = made(folder / "scenarios", files(whole_database(seed)))
    before = tree(root)
    at = ("--database", str(root))
    run(*at, "export", str(folder / "y.stix.json"))
    run(*at, "import", "stix", str(folder / "y.stix.json"), "--update", "--future")
    assert tree(root) == before
