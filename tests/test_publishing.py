"""The recipes of publishing.md: what they may do, what they run, and that it makes a site."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer
import yaml

from scenarios.cli.main import app
from tests.cli.commands import DESK
from tests.storage.test_git import commit, run
from tests.test_ci import ENV

PAGE = (Path(__file__).parents[1] / "docs" / "publishing.md").read_text("utf-8")
RECIPES = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
GITHUB, GITLAB = map(yaml.safe_load, RECIPES)
STEPS = [step for job in GITHUB["jobs"].values() for step in job["steps"]]
SCRIPTS = [step["run"] for step in STEPS if "run" in step]
ACTIONLINT = shutil.which("actionlint") or shutil.which(
    "actionlint", path=Path(sys.executable).parent
)


def test_a_job_is_given_what_its_last_step_needs_and_no_expression_is_run() -> None:
    allowed = {name: job["permissions"] for name, job in GITHUB["jobs"].items()}
    assert GITHUB["permissions"] == {}
    assert allowed == {
        "build": {"contents": "read", "pages": "read"},
        "deploy": {"pages": "write", "id-token": "write"},
    }
    assert [script for script in SCRIPTS if "${{" in script] == []
    uses = re.findall(r"uses: (.*)", PAGE)
    assert len(uses) == sum("uses" in step for step in STEPS)
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line) for line in uses)


def test_both_take_the_whole_history_and_run_the_same_commands() -> None:
    assert STEPS[0]["with"]["fetch-depth"] == 0
    assert GITLAB["pages"]["variables"]["GIT_DEPTH"] == "0"
    _, *github = SCRIPTS
    _, *gitlab = GITLAB["pages"]["script"]
    assert [line.replace("$ADDRESS", "$CI_PAGES_URL") for line in github] == gitlab
    group = typer.main.get_command(app)
    for line in gitlab:
        _, name, *rest = shlex.split(line)
        command = group.get_command(typer.Context(group), name)  # type: ignore[attr-defined]
        assert command.make_context(
            name, [word.replace("$CI_PAGES_URL", "https://e.org") for word in rest]
        )


def test_what_gitlab_runs_leaves_a_site(tmp_path: Path) -> None:
    shutil.copytree(DESK, tmp_path / "scenarios")
    run(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, "A desk")
    _, *script = GITLAB["pages"]["script"]
    env = ENV | {"CI_PAGES_URL": "https://desk.example.org/asia"}
    words = ["bash", "-eo", "pipefail", "-c", "\n".join(script)]
    subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, check=True)
    assert "https://desk.example.org/asia/" in (tmp_path / "public" / "feed.xml").read_text("utf-8")
    assert (tmp_path / "public" / "index.html").exists()


@pytest.mark.skipif(not ACTIONLINT, reason="actionlint is not installed")
def test_actionlint_has_nothing_to_say(tmp_path: Path) -> None:
    recipe = tmp_path / "site.yml"
    recipe.write_text(RECIPES[0], "utf-8")
    made = subprocess.run(
        [str(ACTIONLINT), str(recipe)], capture_output=True, text=True, check=False
    )
    assert (made.returncode, made.stdout) == (0, "")
