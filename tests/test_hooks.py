"""The hook for pre-commit: what it is handed, and what it lets through."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from scenarios.storage.new_database import files
from tests.cli.commands import FILES, SCEN, make
from tests.storage.test_git import commit, run

ROOT = Path(__file__).parents[1]
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
DESK = "desks/asia/scenarios"
VISIT = "evidence/2022/2022-02-04-visit.yaml"
HANDED = "scenarios/pact.yaml a/b/scenarios/tracker.yaml scenarios/a/b/c.yaml scenarios/s/tass.yml"
PASSED_OVER = "scenarios/README.md scenarios/.gitignore my-scenarios/a.yaml schema/a.json a.yaml"


def ran(top: Path) -> tuple[list[str], int, str]:
    """What pre-commit hands over, staged files that are there, and the answer of the hook."""
    run(top, "add", "-A")
    changed = run(top, "diff", "--cached", "--name-only", "-z", "--diff-filter=ACMRTUXB")
    paths = [path for path in changed.split("\0") if re.search(HOOK["files"], path)]
    words = [*shlex.split(HOOK["entry"]), *paths]
    env = {**os.environ, "PATH": f"{Path(SCEN).parent}{os.pathsep}{os.environ['PATH']}"}
    made = subprocess.run(words, cwd=top, env=env, capture_output=True, text=True, check=False)
    return paths, made.returncode, made.stdout


def test_it_is_one_hook_that_is_handed_the_yaml_files_of_any_database() -> None:
    told = {key: HOOK[key] for key in HOOK.keys() - {"name", "description", "files"}}
    assert told.pop("types") == ["yaml"]
    assert told.pop("require_serial") is told.pop("pass_filenames") is True
    assert told == {"id": "scen-check", "entry": "scen check", "language": "python"}
    assert [path for path in HANDED.split() if not re.search(HOOK["files"], path)] == []
    assert [path for path in PASSED_OVER.split() if re.search(HOOK["files"], path)] == []


def test_it_refuses_what_a_commit_breaks_and_nothing_that_was_broken_before(
    tmp_path: Path,
) -> None:
    seen = FILES[VISIT] + "indicators: {pact/talks: observed}\n"
    records = make(tmp_path / DESK, {**FILES, VISIT: seen})
    run(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, "sound")
    make(records, {"sources/a-paper.yaml": "name: A paper\nreliability: Z\n"})
    said = "value: 'reliability' is 'Z'; it must be A, B, C, D, E or F"
    place = f"{DESK}/sources/a-paper.yaml"
    assert ran(tmp_path) == ([place], 1, f"{place}:2:14: {said}\n")
    commit(tmp_path, "past every hook")
    make(records, {"sources/another.yaml": "name: Another\nreliability: B\n"})
    (records / "sources/a-paper.yaml").unlink()
    assert ran(tmp_path) == ([f"{DESK}/sources/another.yaml"], 0, "")
    commit(tmp_path, "a sound one, and one that is gone")
    make(records, {"pact.yaml": FILES["pact.yaml"].partition("indicators:")[0]})
    handed, status, said = ran(tmp_path)
    assert (handed, status, said.count("\n")) == ([f"{DESK}/pact.yaml"], 1, 1)
    assert said.startswith(f"{DESK}/{VISIT}:8:14: unknown-indicator: ")


@pytest.mark.parametrize("name", [".gitattributes", ".gitignore"])
def test_the_shipped_database_has_what_init_writes_for_git(name: str) -> None:
    assert (ROOT / "scenarios" / name).read_bytes() == files("any")[f"scenarios/{name}"]
