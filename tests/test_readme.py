"""What the README shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from scenarios.cli.main import app
from tests.cli.commands import make, scen

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
VOTE = """\
summary: A vote
observed: 2022-03-02
recorded: 2022-03-07
ratings:
  # the line below is the one that is meant
  militry-pact: C
"""


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_it_is_short() -> None:
    assert len(README.splitlines()) < 150


def test_its_excerpt_is_in_the_report_and_its_record_is_the_file() -> None:
    report = ("report", "--as-of", "2022-02-28")
    (excerpt,), (record,) = blocks("text"), blocks("yaml")
    assert excerpt in scen("--database", str(ROOT), *report, env={"COLUMNS": "80"}).stdout
    (path,) = re.findall(r"`(scenarios/evidence/\S+\.yaml)`", README)
    assert (ROOT / path).read_text() == record


def test_its_fault_is_what_check_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    asked = (ROOT / "scenarios" / "nord-stream-2-flows-2022.yaml").read_text().partition("prior:")
    files = {
        "tracker.yaml": "format: 1\ntitle: T\n",
        "military-pact.yaml": f"{asked[0]}prior: {{probability: 0.05, basis: A base rate.}}\n",
        "evidence/2022/2022-03-02-vote.yaml": VOTE,
    }
    make(tmp_path / "scenarios", files)
    made = scen("check")
    shown = [block for block in blocks("console") if "unknown-scenario" in block]
    assert (made.exit_code, [made.stdout]) == (1, shown)


def test_seven_commands_are_in_its_table_and_every_command_in_the_guide() -> None:
    group = typer.main.get_command(app)
    context = typer.Context(group)
    commands = group.list_commands(context)  # type: ignore[attr-defined]
    week = re.findall(r"^\| `scen ([a-z-]+)", README, re.MULTILINE)
    assert (len(week), {*week} - {*commands}) == (7, set())
    guide = (ROOT / "docs" / "commands.md").read_text()
    assert re.findall(r"^## ([a-z -]+)$", guide, re.MULTILINE) == commands
    for name in commands:
        command = group.get_command(context, name)  # type: ignore[attr-defined]
        options = [p for p in command.params if p.param_type_name == "option"]
        assert (len(command.help) > 20, [p.name for p in options if not p.help]) == (True, [])
        shown = scen(name, "--help", env={"COLUMNS": "80"}).stdout
        assert max(map(len, shown.splitlines())) <= 80
