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

from tests.cli.commands import SCEN
from tests.storage.test_git import commit, run

ROOT = Path(__file__).parents[1]
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
HALT = "evidence/2022/2022-02-22-nord-stream-2-halt.yaml"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A repository with the shipped database, two folders below its top."""
    top = tmp_path / "repo"
    for part in ("scenarios", "schema"):
        shutil.copytree(ROOT / part, top / "desks" / "asia" / part)
    run(top, "init", "-q", "-b", "main")
    commit(top, "as it was shipped")
    return top


def records(top: Path) -> Path:
    return top / "desks" / "asia" / "scenarios"


def handed_over(top: Path) -> list[str]:
    """What pre-commit hands to the hook: staged files that are still there and match `files`."""
    run(top, "add", "-A")
    changed = run(top, "diff", "--cached", "--name-only", "-z", "--diff-filter=ACMRTUXB")
    return [path for path in changed.split("\0") if re.search(HOOK["files"], path)]


def ran(top: Path) -> tuple[int, str]:
    """The exit status of the hook on what is staged, and what it prints."""
    words = [*shlex.split(HOOK["entry"]), *handed_over(top)]
    path = f"{Path(SCEN).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path}
    made = subprocess.run(
        words, cwd=top, env=environment, capture_output=True, text=True, check=False
    )
    return made.returncode, made.stdout


def test_it_is_one_hook_that_is_handed_the_names_of_changed_records() -> None:
    expected: dict[str, Any] = {
        "id": "scen-check",
        "entry": "scen check",
        "language": "python",
        "types": ["yaml"],
        "require_serial": True,
        "pass_filenames": True,
    }
    assert {key: HOOK[key] for key in expected} == expected
    assert HOOK.keys() - expected.keys() == {"name", "description", "files"}


@pytest.mark.parametrize(
    ("path", "is_handed_over"),
    [
        ("scenarios/military-pact.yaml", True),
        ("desks/asia/scenarios/tracker.yaml", True),
        ("scenarios/evidence/2022/2022-02-22-nord-stream-2-halt.yaml", True),
        ("scenarios/sources/tass.yml", True),
        ("scenarios/README.md", False),
        ("scenarios/.gitattributes", False),
        ("scenarios/.gitignore", False),
        ("my-scenarios/military-pact.yaml", False),
        ("schema/evidence.schema.json", False),
        ("mkdocs.yaml", False),
    ],
)
def test_it_is_handed_the_yaml_files_of_any_database(path: str, is_handed_over: bool) -> None:
    assert bool(re.search(HOOK["files"], path)) == is_handed_over


def test_a_sound_commit_passes(desk: Path) -> None:
    (records(desk) / "sources" / "a-paper.yaml").write_text("name: A paper\nreliability: B\n")
    assert handed_over(desk) == ["desks/asia/scenarios/sources/a-paper.yaml"]
    assert ran(desk) == (0, "")


def test_a_broken_record_does_not(desk: Path) -> None:
    (records(desk) / "sources" / "a-paper.yaml").write_text("name: A paper\nreliability: Z\n")
    said = "value: 'reliability' is 'Z'; it must be A, B, C, D, E or F"
    assert ran(desk) == (1, f"desks/asia/scenarios/sources/a-paper.yaml:2:14: {said}\n")


def test_what_was_broken_before_is_no_matter_of_this_commit(desk: Path) -> None:
    (records(desk) / "sources" / "a-paper.yaml").write_text("name: A paper\nreliability: Z\n")
    commit(desk, "past every hook")
    (records(desk) / "sources" / "another.yaml").write_text("name: Another\nreliability: B\n")
    assert ran(desk) == (0, "")


def test_a_deleted_indicator_is_missed_by_the_evidence_that_shows_it(desk: Path) -> None:
    scenario = records(desk) / "nord-stream-2-flows-2022.yaml"
    text = scenario.read_text()
    deleted = re.search(r"  government-halt:\n(?:    .*\n)+", text)
    assert deleted is not None
    scenario.write_text(text.replace(deleted[0], ""))
    assert handed_over(desk) == ["desks/asia/scenarios/nord-stream-2-flows-2022.yaml"]
    status, said = ran(desk)
    assert (status, said.count("\n")) == (1, 1)
    assert said.startswith(f"desks/asia/scenarios/{HALT}:14:3: unknown-indicator: ")


def test_a_deleted_file_is_not_handed_over(desk: Path) -> None:
    (records(desk) / HALT).unlink()
    assert handed_over(desk) == []
