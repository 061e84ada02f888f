"""The recipes of docs/continuous-integration.md are YAML, and their commands are ours."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from scenarios.cli.main import app
from tests.cli.commands import SCEN
from tests.storage.test_git import run

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "continuous-integration.md").read_text()
HOOK, GITHUB, GITLAB = map(
    yaml.safe_load, re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
)
GROUP = typer.main.get_command(app)
STEPS = [step for job in GITHUB["jobs"].values() for step in job["steps"]]
SCRIPTS = [step["run"] for step in STEPS if "run" in step]
SCRIPTS += [line for name in ("scen-check", "scen-diff") for line in GITLAB[name]["script"]]


def commands() -> Iterator[list[str]]:
    """Each `scen …` of the page, as words, without what the shell does with its output."""
    texts = [*SCRIPTS, *re.findall(r"^\$ (scen .*)$", PAGE, re.MULTILINE)]
    texts += re.findall(r"`(scen [^`]* [^`]*)`", PAGE)
    for line in "\n".join(texts).splitlines():
        if line.startswith("scen "):
            words = shlex.split(line)[1:]
            ends = [n for n, word in enumerate(words) if word in (">", "||", "|")]
            yield words[: ends[0]] if ends else words
    for repo in HOOK["repos"]:
        for hook in repo["hooks"]:
            yield ["check", *hook["args"]]


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_every_command_parses(words: list[str]) -> None:
    name, *rest = words[2:] if words[0] == "--database" else words
    command = GROUP.get_command(typer.Context(GROUP), name)  # type: ignore[attr-defined]
    assert command is not None
    assert command.make_context(name, rest).params


def test_there_are_as_many_commands_as_the_page_promises() -> None:
    named = [words[2] if words[0] == "--database" else words[0] for words in commands()]
    assert (named.count("check"), named.count("diff"), len(named)) == (7, 2, 9)


def test_the_hook_is_ours() -> None:
    (ours,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for repo in HOOK["repos"] for hook in repo["hooks"]] == [ours["id"]]


def test_every_action_is_pinned_to_a_commit_and_named_by_its_version() -> None:
    uses = re.findall(r"uses: (.*)", PAGE)
    assert len(uses) == sum("uses" in step for step in STEPS) == 5
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line) for line in uses)


def test_no_job_may_do_more_than_its_last_step_needs() -> None:
    assert GITHUB["permissions"] == {}
    assert {name: job["permissions"] for name, job in GITHUB["jobs"].items()} == {
        "check": {"contents": "read", "security-events": "write", "actions": "read"},
        "diff": {"contents": "read", "pull-requests": "write"},
    }


def test_no_text_of_an_event_reaches_a_script() -> None:
    assert [script for script in SCRIPTS if "${{" in script] == []
    taken = re.findall(r"\$\{\{ (github\.event\.[\w.]+) \}\}", PAGE)
    safe = ("base.sha", "head.sha", "number")
    assert taken == [f"github.event.pull_request.{name}" for name in safe]


def test_what_reads_two_commits_has_the_whole_history() -> None:
    checkout = GITHUB["jobs"]["diff"]["steps"][0]
    assert (checkout["with"]["fetch-depth"], GITLAB[".scen"]["variables"]["GIT_DEPTH"]) == (0, "0")


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_is_one_that_a_shell_reads(script: str) -> None:
    made = subprocess.run(["bash", "-n", "-c", script], capture_output=True, check=False)
    assert (made.returncode, made.stderr) == (0, b"")


@pytest.mark.parametrize("script", [script for script in SCRIPTS if "<<'EOF'" in script])
def test_every_python_script_is_one_that_python_reads(script: str) -> None:
    source = script.partition("<<'EOF'\n")[2].removesuffix("EOF\n")
    assert compile(source, "the page", "exec").co_names


def test_the_check_of_gitlab_writes_the_report_that_gitlab_takes(tmp_path: Path) -> None:
    for part in ("scenarios", "schema"):
        shutil.copytree(ROOT / part, tmp_path / part)
    (tmp_path / "scenarios/sources/a-paper.yaml").write_text("name: A paper\nreliability: Z\n")
    run(tmp_path, "init", "-q")
    script = "\n".join(GITLAB["scen-check"]["script"])
    path = f"{Path(SCEN).parent}{os.pathsep}{os.environ['PATH']}"
    made = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    text = "'reliability' is 'Z'; it must be A, B, C, D, E or F"
    assert made.stdout == f"scenarios/sources/a-paper.yaml:2:14: value: {text}\n"
    assert made.returncode == 1
    (issue,) = json.loads((tmp_path / "gl-code-quality-report.json").read_text())
    fingerprint = issue.pop("fingerprint")
    expected: dict[str, Any] = {
        "check_name": "value",
        "description": text,
        "severity": "major",
        "location": {"path": "scenarios/sources/a-paper.yaml", "lines": {"begin": 2}},
    }
    assert (issue, len(fingerprint) > 30) == (expected, True)
