"""Every command has help; a reading one writes in every format, on stdout or to a file."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from pkgutil import resolve_name

import pytest

from scenarios.cli import commands
from scenarios.cli.commands import HELP
from scenarios.cli.options import Form
from scenarios.extensions import own
from scenarios.render.writers import WRITERS
from scenarios.workspace import tasks as workspace_tasks
from scenarios.workspace.tasks.task import Task
from tests.cli.commands import DECIDED, DESK, EACH, make, scen
from tests.storage.test_git import commit, run

READING = (
    ("due",),
    ("inbox",),
    ("status",),
    *(("list", kind) for kind in ("scenarios", "indicators", "evidence", "forecasts", "sources")),
    ("show", "pact"),
    ("search", "a", "visit"),
    ("explain", "trade", "--sweep"),
    ("matrix", "--set", "form"),
    ("matrix", "pact", "ties", "trade"),
    ("score",),
    ("check", "--findings"),
    ("diff", "HEAD~1", "HEAD"),
    ("history",),
    ("history", "pact"),
    ("audit",),
    ("query", "SELECT scenario_id, question, opened, prior_probability FROM scenarios"),
    ("candidates", "--from", "events"),
    ("extensions",),
    ("report", "--as-of", "2022-02-07"),
    ("report", "--brief", "--as-of", "2022-02-07"),
)
CORRECTING = {"edit", "clarify", "rename", "remove", "undo"}
WRITING = {
    *(words[0] for words in EACH),
    *CORRECTING,
    "inbox accept",
    "inbox dismiss",
    "inbox fetch",
    "export",
    "import",
    "init",
    "lsp",
    "mcp",
    "plot",
    "remind",
    "review",
    "serve",
    "site",
}
BEGINS = {"html": ("<!DOCTYPE html>",), "json": ("{", "[")}


@pytest.fixture(scope="module", autouse=True)
def _repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("formats")
    run(folder, "init", "-q")
    shutil.copytree(DESK, folder / "scenarios")
    shutil.copytree(DESK.parent / "events", folder / "events")
    pact = folder / "scenarios/pact.yaml"
    events = "    events: {table: icews, match: {cameo: ['190']}}\n"
    pact.write_text(f"{pact.read_text().rstrip()}\n{events}")
    visit = folder / "scenarios/evidence/2022/2022-02-04-visit.yaml"
    for summary in ("A visit", "A long visit"):
        visit.write_text(visit.read_text().replace("A visit", summary))
        commit(folder, summary)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield


def test_every_format_and_every_reading_command_is_tried_here() -> None:
    assert set(Form) == {"json", *WRITERS}
    assert {words[0] for words in READING} == HELP.keys() - WRITING


@pytest.mark.parametrize("form", [*Form])
def test_a_file_holds_what_stdout_would(form: str) -> None:
    place = Path(f"out.{form}")
    for command in READING:
        made = scen(*command, "--format", form)
        assert (made.exit_code, made.stdout.startswith(BEGINS.get(form, ""))) == (0, True), command
        wrote = scen(*command, "--format", form, "--output", str(place))
        assert (wrote.exit_code, wrote.stdout) == (0, ""), command
        assert f"scen: written: {place}\n" in wrote.stderr
        assert place.read_text() == (made.stdout or "\n"), command


def test_the_ending_of_a_file_says_its_format() -> None:
    for ending, form in (("htm", "html"), ("html", "html"), ("md", "markdown"), ("json", "json")):
        assert scen("due", "--output", f"by-ending.{ending}").exit_code == 0
        written = Path(f"by-ending.{ending}").read_text()
        assert written == scen("due", "--format", form).stdout, ending


@pytest.mark.parametrize("columns", [24, 40, 60, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    for command in READING:
        if command[0] == "matrix" or (columns > 40 and command[0] != "check"):
            made = scen(*command, env={"COLUMNS": str(columns)}).stdout
            assert max(map(len, made.splitlines())) <= columns, command


def test_no_table_has_two_columns_of_one_name() -> None:
    seen = 0
    for command in READING:
        lines = scen(*command, "--format", "markdown").stdout.splitlines()
        for head, rule in pairwise(lines):
            if rule.startswith("| ---"):
                names = [name.strip() for name in head.strip("|").split("|")]
                assert len({*names, ""}) == len(names) + 1, (command, names)
                seen += 1
    assert seen > len(READING) / 2


def test_every_command_has_a_file_a_task_or_an_extension_and_a_line_in_the_help() -> None:
    files = {path.stem for path in Path(commands.__file__).parent.glob("*.py")} - {"__init__"}
    with_file = HELP.keys() - commands.TASKS.keys() - commands.BEHIND
    assert {name: own("commands", name).code.help for name in commands.BEHIND} == {
        name: HELP[name] for name in commands.BEHIND
    }
    assert {name.replace("-", "_").replace(" ", "_") for name in with_file} == {
        name.rstrip("_") for name in files
    }
    for name in commands.TASKS.values():
        assert isinstance(resolve_name(f"{workspace_tasks.__name__}.{name}"), Task)
    for name, line in HELP.items():
        assert f"\n  {name:<13}  {line}\n" in scen("--help").stdout


@pytest.mark.parametrize("case", DECIDED)
def test_of_a_decided_question_it_is_explained_what_was_said_last(
    tmp_path: Path, case: str
) -> None:
    place = ("--database", str(make(tmp_path, DECIDED[case])))
    text = scen(*place, "explain", "trade", "--as-of", "2022-04-01").output
    assert "Resolved: did not occur. The ledger as it stood on 2022-02-19." in text
    assert "Implied 76% (likely)" in text
    assert "Stated 70% (likely), 1.3 dB below what the evidence implies." in text
    assert "2022-02-20-over" not in text


def test_the_status_as_csv_is_one_table_and_has_what_is_resolved(tmp_path: Path) -> None:
    place = ("--database", str(make(tmp_path, DECIDED["the day before its outcome"])))
    text = scen(*place, "status", "--as-of", "2022-04-01", "--format", "csv").stdout
    flags = {row["scenario"]: row["flags"] for row in csv.DictReader(text.splitlines())}
    assert flags.keys() == {"pact", "ties", "trade"}
    assert flags["trade"] == "did not occur"
