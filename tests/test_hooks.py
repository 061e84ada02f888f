"""The hook for pre-commit: what it is handed, and what it lets through."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from scenarios.storage.new_database import files
from tests.cli.commands import SCEN
from tests.storage.test_git import commit, run

ROOT = Path(__file__).parents[1]
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
DESK = "desks/asia/scenarios"
HALT = "evidence/2022/2022-02-22-nord-stream-2-halt.yaml"
EXPECTED: dict[str, Any] = {
    "id": "scen-check",
    "entry": "scen check",
    "language": "python",
    "types": ["yaml"],
    "require_serial": True,
    "pass_filenames": True,
}
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
    assert {key: HOOK[key] for key in EXPECTED} == EXPECTED
    assert HOOK.keys() - EXPECTED.keys() == {"name", "description", "files"}
    assert [path for path in HANDED.split() if not re.search(HOOK["files"], path)] == []
    assert [path for path in PASSED_OVER.split() if re.search(HOOK["files"], path)] == []


def test_it_refuses_what_a_commit_breaks_and_nothing_that_was_broken_before(
    tmp_path: Path,
) -> None:
    for part in ("scenarios", "schema"):
        shutil.copytree(ROOT / part, tmp_path / "desks" / "asia" / part)
    run(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, "as it was shipped")
    records = tmp_path / DESK
    (records / "sources/a-paper.yaml").write_text("name: A paper\nreliability: Z\n")
    said = "value: 'reliability' is 'Z'; it must be A, B, C, D, E or F"
    paper = f"{DESK}/sources/a-paper.yaml"
    assert ran(tmp_path) == ([paper], 1, f"{paper}:2:14: {said}\n")
    commit(tmp_path, "past every hook")
    (records / "sources/another.yaml").write_text("name: Another\nreliability: B\n")
    (records / "sources/a-paper.yaml").unlink()
    assert ran(tmp_path) == ([f"{DESK}/sources/another.yaml"], 0, "")
    commit(tmp_path, "a sound one, and one that is gone")
    scenario = records / "nord-stream-2-flows-2022.yaml"
    text = scenario.read_text()
    (deleted,) = re.findall(r"  government-halt:\n(?:    .*\n)+", text)
    scenario.write_text(text.replace(deleted, ""))
    handed, status, said = ran(tmp_path)
    assert (handed, status, said.count("\n")) == ([f"{DESK}/{scenario.name}"], 1, 1)
    assert said.startswith(f"{DESK}/{HALT}:15:3: unknown-indicator: ")


@pytest.mark.parametrize("name", [".gitattributes", ".gitignore"])
def test_the_shipped_database_has_what_init_writes_for_git(name: str) -> None:
    assert (ROOT / "scenarios" / name).read_bytes() == files("any")[f"scenarios/{name}"]
