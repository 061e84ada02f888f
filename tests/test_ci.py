"""The project's own workflow, and the recipes of docs/continuous-integration.md: ours, and safe."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest
import typer
import yaml

from scenarios.cli.main import app
from tests.cli.commands import FILES, SCEN, make
from tests.storage.test_git import run

ROOT = Path(__file__).parents[1]
WORKFLOW = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
OWN = yaml.safe_load(WORKFLOW)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PAGE = (ROOT / "docs" / "continuous-integration.md").read_text()
HOOK, GITHUB, GITLAB = map(
    yaml.safe_load, re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
)
HOOKS = [hook for repo in HOOK["repos"] for hook in repo["hooks"]]
STEPS = [step for flow in (OWN, GITHUB) for job in flow["jobs"].values() for step in job["steps"]]
SCRIPTS = [step["run"] for step in STEPS if "run" in step]
SCRIPTS += [line for name in ("scen-check", "scen-diff") for line in GITLAB[name]["script"]]
TEXTS = [*SCRIPTS, *re.findall(r"^\$ (.*)$|`(scen [^`]* [^`]*)`", PAGE, re.MULTILINE)]
LINES = "\n".join("".join(text) for text in TEXTS).splitlines()
COMMANDS = [
    *(shlex.split(re.split(r" (?:>|\|)", line)[0])[1:] for line in LINES if line[:5] == "scen "),
    *(["check", *hook["args"]] for hook in HOOKS),
]
"""Each `scen …` of the page, without what the shell does with its output."""
READS = {"contents": "read"}


def test_every_command_of_the_page_parses_and_the_hook_is_ours() -> None:
    group, names = typer.main.get_command(app), []
    for words in COMMANDS:
        name, *rest = words[2:] if words[0] == "--database" else words
        command = group.get_command(typer.Context(group), name)  # type: ignore[attr-defined]
        assert command.make_context(name, rest).params
        names.append(name)
    assert (names.count("check"), names.count("diff"), len(names)) == (7, 2, 9)
    (ours,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for hook in HOOKS] == [ours["id"]]


def test_every_action_is_pinned_to_a_commit_and_named_by_its_version() -> None:
    uses = re.findall(r"uses: (.*)", WORKFLOW + PAGE)
    assert len(uses) == sum("uses" in step for step in STEPS) == 10
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line) for line in uses)


def test_no_job_may_do_more_than_it_needs_and_no_text_of_an_event_is_run() -> None:
    assert OWN["permissions"] == GITHUB["permissions"] == {}
    allowed = {name: job["permissions"] for name, job in GITHUB["jobs"].items()}
    assert allowed.pop("check") == {**READS, "security-events": "write", "actions": "read"}
    assert allowed == {"diff": {**READS, "pull-requests": "write"}}
    assert [job["permissions"] for job in OWN["jobs"].values()] == [READS] * 3
    assert [script for script in SCRIPTS if "${{" in script] == []
    taken = re.findall(r"\$\{\{ github\.event\.([\w.]+) \}\}", PAGE)
    assert taken == [f"pull_request.{name}" for name in ("base.sha", "head.sha", "number")]


def test_what_reads_two_commits_has_the_whole_history() -> None:
    checkout = GITHUB["jobs"]["diff"]["steps"][0]
    assert (checkout["with"]["fetch-depth"], GITLAB[".scen"]["variables"]["GIT_DEPTH"]) == (0, "0")


def test_the_checks_run_on_every_python_and_on_the_oldest_typer_that_is_promised() -> None:
    versions = OWN["jobs"]["run"]["strategy"]["matrix"]["python"]
    assert versions == ["3.11", "3.12", "3.13", "3.14"]
    assert PROJECT["requires-python"] == f">={versions[0]}"
    assert OWN["jobs"]["run"]["steps"][-1] == {"run": ".ci/run"}
    (oldest,) = (n.removeprefix("typer>=") for n in PROJECT["dependencies"] if "typer" in n)
    assert f"'typer=={oldest}.*'" in OWN["jobs"]["oldest-typer"]["steps"][2]["run"]
    assert f"'typer=={oldest}.*'" in (ROOT / ".ci" / "run").read_text()


@pytest.mark.parametrize("script", [*SCRIPTS, (ROOT / ".ci" / "run").read_text()])
def test_every_script_is_one_that_a_shell_and_python_read(script: str) -> None:
    made = subprocess.run(["bash", "-n", "-c", script], capture_output=True, check=False)
    assert (made.returncode, made.stderr) == (0, b"")
    compile(script.partition("<<'EOF'\n")[2].removesuffix("EOF\n"), "the page", "exec")


def test_the_check_of_gitlab_writes_the_report_that_gitlab_takes(tmp_path: Path) -> None:
    make(tmp_path / "scenarios", {**FILES, "sources/kremlin.yaml": "name: A\nreliability: Z\n"})
    run(tmp_path, "init", "-q")
    path = f"{Path(SCEN).parent}{os.pathsep}{os.environ['PATH']}"
    words = ["bash", "-eo", "pipefail", "-c", "\n".join(GITLAB["scen-check"]["script"])]
    env = {**os.environ, "PATH": path}
    made = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    text = "'reliability' is 'Z'; it must be A, B, C, D, E or F"
    assert f"scenarios/sources/kremlin.yaml:2:14: value: {text}\n" in made.stdout
    assert made.returncode == 1
    *_, issue = json.loads((tmp_path / "gl-code-quality-report.json").read_text())
    assert len(issue.pop("fingerprint")) > 30
    place = {"path": "scenarios/sources/kremlin.yaml", "lines": {"begin": 2}}
    told = {"check_name": "value", "description": text, "severity": "major", "location": place}
    assert issue == told
