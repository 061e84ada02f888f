"""What runs on other machines: the hook, our workflow, the recipes of continuous-integration.md."""

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
from tests.storage.test_git import commit, run

ROOT = Path(__file__).parents[1]
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
FLOWS = ROOT / ".github" / "workflows"
WORKFLOW, RELEASE = (FLOWS / "ci.yml").read_text(), (FLOWS / "release.yml").read_text()
OWN, RELEASING = map(yaml.safe_load, (WORKFLOW, RELEASE))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PAGE = (ROOT / "docs" / "continuous-integration.md").read_text()
RECIPE, GITHUB, GITLAB = map(
    yaml.safe_load, re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
)
HOOKS = [hook for repo in RECIPE["repos"] for hook in repo["hooks"]]
JOBS = [job for flow in (OWN, RELEASING, GITHUB) for job in flow["jobs"].values()]
STEPS = [step for job in JOBS for step in job["steps"]]
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
ENV = {**os.environ, "PATH": f"{Path(SCEN).parent}{os.pathsep}{os.environ['PATH']}"}
DESK = "desks/asia/scenarios"
VISIT = "evidence/2022/2022-02-04-visit.yaml"
HANDED = "scenarios/pact.yaml a/b/scenarios/tracker.yaml scenarios/a/b/c.yaml scenarios/s/tass.yml"
PASSED_OVER = "scenarios/README.md scenarios/.gitignore my-scenarios/a.yaml schema/a.json a.yaml"


def test_every_command_of_the_page_parses_and_the_hook_is_ours() -> None:
    group, names = typer.main.get_command(app), []
    for words in COMMANDS:
        name, *rest = words[2:] if words[0] == "--database" else words
        command = group.get_command(typer.Context(group), name)  # type: ignore[attr-defined]
        assert command.make_context(name, rest).params
        names.append(name)
    assert (names.count("check"), names.count("diff"), len(names)) == (8, 2, 19)
    assert [hook["id"] for hook in HOOKS] == [HOOK["id"]]


def test_every_action_is_pinned_to_a_commit_and_named_by_its_version() -> None:
    uses = re.findall(r"uses: (.*)", WORKFLOW + RELEASE + PAGE)
    assert len(uses) == sum("uses" in step for step in STEPS) == 19
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line) for line in uses)


def test_no_job_may_do_more_than_it_needs_and_no_text_of_an_event_is_run() -> None:
    assert OWN["permissions"] == RELEASING["permissions"] == GITHUB["permissions"] == {}
    allowed = {name: job["permissions"] for name, job in GITHUB["jobs"].items()}
    assert allowed.pop("check") == {**READS, "security-events": "write", "actions": "read"}
    assert allowed == {"diff": {**READS, "pull-requests": "write"}}
    assert [job["permissions"] for job in OWN["jobs"].values()] == [READS] * 5
    released = {name: job["permissions"] for name, job in RELEASING["jobs"].items()}
    assert released == {"build": READS, "publish": {"id-token": "write"}}
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
    assert "--resolution lowest-direct" in OWN["jobs"]["oldest"]["steps"][2]["run"]
    assert f"'typer=={oldest}.*'" in (ROOT / ".ci" / "run").read_text()


@pytest.mark.parametrize(
    "script", [*SCRIPTS, *(path.read_text() for path in sorted((ROOT / ".ci").iterdir()))]
)
def test_every_script_is_one_that_a_shell_and_python_read(script: str) -> None:
    made = subprocess.run(["bash", "-n", "-c", script], capture_output=True, check=False)
    assert (made.returncode, made.stderr) == (0, b"")
    compile(script.partition("<<'EOF'\n")[2].removesuffix("EOF\n"), "the page", "exec")


def test_the_check_of_gitlab_writes_the_report_that_gitlab_takes(tmp_path: Path) -> None:
    make(tmp_path / "scenarios", {**FILES, "sources/kremlin.yaml": "name: A\nreliability: Z\n"})
    run(tmp_path, "init", "-q")
    words = ["bash", "-eo", "pipefail", "-c", "\n".join(GITLAB["scen-check"]["script"])]
    made = subprocess.run(words, cwd=tmp_path, env=ENV, capture_output=True, text=True, check=False)
    text = "'reliability' is 'Z'; it must be A, B, C, D, E or F"
    assert f"scenarios/sources/kremlin.yaml:2:14: value: {text}\n" in made.stdout
    assert made.returncode == 1
    *_, issue = json.loads((tmp_path / "gl-code-quality-report.json").read_text())
    assert len(issue.pop("fingerprint")) > 30
    place = {"path": "scenarios/sources/kremlin.yaml", "lines": {"begin": 2}}
    told = {"check_name": "value", "description": text, "severity": "major", "location": place}
    assert issue == told


def ran(top: Path) -> tuple[list[str], int, str]:
    """What pre-commit hands over, staged files that are there, and the answer of the hook."""
    run(top, "add", "-A")
    changed = run(top, "diff", "--cached", "--name-only", "-z", "--diff-filter=ACMRTUXB")
    paths = [path for path in changed.split("\0") if re.search(HOOK["files"], path)]
    words = [*shlex.split(HOOK["entry"]), *paths]
    made = subprocess.run(words, cwd=top, env=ENV, capture_output=True, text=True, check=False)
    return paths, made.returncode, made.stdout


def test_there_is_one_hook_and_it_is_handed_the_yaml_files_of_any_database() -> None:
    told = {key: HOOK[key] for key in HOOK.keys() - {"name", "description", "files"}}
    assert told.pop("types") == ["yaml"]
    assert told.pop("require_serial") is told.pop("pass_filenames") is True
    assert told == {"id": "scen-check", "entry": "scen check", "language": "python"}
    assert [path for path in HANDED.split() if not re.search(HOOK["files"], path)] == []
    assert [path for path in PASSED_OVER.split() if re.search(HOOK["files"], path)] == []


def test_the_hook_refuses_what_a_commit_breaks_and_nothing_that_was_broken_before(
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
