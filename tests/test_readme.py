"""What the README shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from scenarios.cli.main import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
GROUP = typer.main.get_command(app)


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_it_is_short() -> None:
    assert len(README.splitlines()) < 150


def test_every_link_of_a_page_leads_to_a_file() -> None:
    pages = [
        page for place in ("*.md", "docs/*.md", "tests/fuzz/*.md") for page in ROOT.glob(place)
    ]
    links = [
        page.parent / link
        for page in pages
        for link in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text())
    ]
    assert [link for link in links if not link.exists()] == []


def test_its_excerpt_is_in_the_report() -> None:
    words = ["--database", str(ROOT), "report", "--as-of", "2022-02-28"]
    report = CliRunner().invoke(app, words, env={"COLUMNS": "80"}).stdout
    (excerpt,) = blocks("text")
    assert excerpt in report


def test_its_record_is_the_file() -> None:
    (record,) = blocks("yaml")
    path = re.search(r"`(scenarios/evidence/\S+\.yaml)`", README)
    assert path is not None
    assert (ROOT / path[1]).read_text() == record


def test_its_fault_is_what_check_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "scenarios"
    (folder / "evidence" / "2022").mkdir(parents=True)
    (folder / "tracker.yaml").write_text("format: 1\ntitle: T\n")
    pact = (ROOT / "scenarios" / "nord-stream-2-flows-2022.yaml").read_text()
    (folder / "military-pact.yaml").write_text(pact.partition("prior:")[0] + _PRIOR)
    (folder / "evidence" / "2022" / "2022-03-02-vote.yaml").write_text(_VOTE)
    made = CliRunner().invoke(app, ["check"])
    shown = [block for block in blocks("console") if "unknown-scenario" in block]
    assert (made.exit_code, [made.stdout]) == (1, shown)


def test_every_command_is_in_its_table_and_nothing_else_is() -> None:
    context = typer.Context(GROUP)
    commands = GROUP.list_commands(context)  # type: ignore[attr-defined]
    assert re.findall(r"^\| `scen ([a-z-]+)", README, re.MULTILINE) == commands
    for name in commands:
        command = GROUP.get_command(context, name)  # type: ignore[attr-defined]
        assert len(command.help) > 20
        options = [p for p in command.params if p.param_type_name == "option"]
        assert [p.name for p in options if not p.help] == []
        made = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "80"})
        assert (made.exit_code, max(map(len, made.stdout.splitlines())) <= 80) == (0, True)


_PRIOR = "prior: {probability: 0.05, basis: A base rate.}\n"
_VOTE = """\
summary: A vote
observed: 2022-03-02
recorded: 2022-03-07
ratings:
  # the line below is the one that is meant
  militry-pact: C
"""
