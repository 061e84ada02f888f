"""The project's own workflow runs what `.ci/run` runs, on every Python that is promised."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
JOBS = yaml.safe_load(TEXT)["jobs"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_it_runs_the_checks_on_every_python_from_the_oldest_on() -> None:
    versions = JOBS["run"]["strategy"]["matrix"]["python"]
    assert versions == ["3.11", "3.12", "3.13", "3.14"]
    assert PROJECT["requires-python"] == f">={versions[0]}"
    assert JOBS["run"]["steps"][-1] == {"run": ".ci/run"}


def test_the_oldest_typer_that_is_promised_is_tried() -> None:
    (oldest,) = (n.removeprefix("typer>=") for n in PROJECT["dependencies"] if "typer" in n)
    assert f"'typer=={oldest}.*'" in JOBS["oldest-typer"]["steps"][2]["run"]
    assert f"'typer=={oldest}.*'" in (ROOT / ".ci" / "run").read_text()


def test_every_action_is_pinned_to_a_commit_and_no_job_may_write() -> None:
    uses = re.findall(r"uses: (.*)", TEXT)
    assert len(uses) == 5
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line) for line in uses)
    assert yaml.safe_load(TEXT)["permissions"] == {}
    assert [job["permissions"] for job in JOBS.values()] == [{"contents": "read"}] * 3


def test_no_text_of_an_event_reaches_a_script() -> None:
    scripts = [step["run"] for job in JOBS.values() for step in job["steps"] if "run" in step]
    assert [script for script in scripts if "${{" in script] == []


def test_the_checks_are_a_script_that_bash_reads() -> None:
    ran = subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")
