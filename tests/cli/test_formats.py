"""Every reading command writes its result in every format, on stdout or to a file."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.cli.commands import HELP
from scenarios.cli.options import Form
from scenarios.render.writers import WRITERS
from tests.cli.commands import FILES, make, scen

KINDS = ("scenarios", "indicators", "evidence", "forecasts", "sources")
READING = (
    ("status",),
    *(("list", kind) for kind in KINDS),
    ("show", "pact"),
    ("explain", "pact", "--sweep"),
    ("matrix", "--set", "form"),
    ("score",),
    ("check", "--findings"),
    ("diff", "HEAD~1", "HEAD"),
    ("history",),
    ("history", "pact"),
    ("audit",),
)
RECORDING = {"init", "new", "add-indicator", "add-source", "add-evidence", "rate", "retract"}
BEGINS = {"html": ("<!DOCTYPE html>",), "json": ("{", "[")}


@pytest.fixture(scope="module", autouse=True)
def _repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("formats")
    named = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", "init", "-q", folder], check=True)
    root = make(folder / "scenarios", FILES)
    for summary in ("A visit", "A long visit"):
        path = root / "evidence" / "2022" / "2022-02-04-visit.yaml"
        path.write_text(path.read_text().replace("A visit", summary))
        subprocess.run(["git", "-C", folder, "add", "-A"], check=True)
        subprocess.run(["git", "-C", folder, *named, "commit", "-q", "-m", summary], check=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield


def test_the_formats_are_json_and_those_that_have_a_writer() -> None:
    assert set(Form) == {"json", *WRITERS}


@pytest.mark.parametrize("form", [*Form])
@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_a_file_holds_what_stdout_would(command: tuple[str, ...], form: str) -> None:
    made = scen(*command, "--format", form)
    assert made.exit_code == 0
    assert made.stdout.startswith(BEGINS.get(form, ""))
    place = Path(f"out.{form}")
    wrote = scen(*command, "--format", form, "--output", str(place))
    assert (wrote.exit_code, wrote.stdout) == (0, "")
    assert f"written: {place}" in wrote.stderr
    assert place.read_text() == (made.stdout or "\n")


def test_what_is_a_record_is_no_place_for_a_result() -> None:
    made = scen("status", "--output", "scenarios/pact.yaml")
    assert (made.exit_code, made.stdout) == (1, "")
    assert "a YAML file may be a record" in made.stderr
    assert Path("scenarios/pact.yaml").read_text() == FILES["pact.yaml"]


def test_a_format_that_nothing_writes_is_refused_with_those_that_are() -> None:
    made = scen("explain", "pact", "--format", "xml")
    assert made.exit_code == 2
    assert "'xml' is not one of 'table', 'json', 'markdown', 'html', 'csv'" in made.stderr


def test_every_reading_command_is_tried_here() -> None:
    others = RECORDING | {"forecast", "review", "resolve", "plot", "report"}
    assert {words[0] for words in READING} == HELP.keys() - others
