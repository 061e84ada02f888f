"""A command loads what its answer needs: counted in modules, which no machine is slower at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

ROOT = Path(__file__).parents[2]
PROGRAM = """
import json, sys
from scenarios.cli.main import main
try:
    main()
finally:
    print(json.dumps([*sys.modules]), file=sys.stderr)
"""
FOREIGN = ("yaml", "pydantic", "jsonschema", "jinja2", "prompt_toolkit", "importlib.metadata")
TABLES = "import json, sys, tabulate; print(json.dumps([*sys.modules]), file=sys.stderr)"
"""What the library that lays out tables loads by itself."""


def loaded(*words: str, program: str = PROGRAM) -> set[str]:
    """The modules that a command, or another program, has loaded at its end."""
    command = [sys.executable, "-c", program, "--database", str(ROOT), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.fixture(autouse=True)
def _cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_a_status_that_the_cache_answers_reads_no_yaml_and_builds_no_validator() -> None:
    words = ("status", "--as-of", "2022-02-28")
    assert "yaml" in loaded(*words)
    warm = loaded(*words) - loaded(program=TABLES)
    assert [name for name in FOREIGN if name in warm] == []
    assert len(warm) < 180
    assert len([name for name in warm if name.startswith("scenarios")]) < 105


def test_the_options_of_a_value_that_is_certainly_right_build_no_validator() -> None:
    for words in (
        ("status", "--format", "json", "--rev", "HEAD"),
        ("list", "evidence", "--since", "2022-02-01"),
        ("explain", "military-pact", "--as-of", "2022-02-28"),
    ):
        assert "pydantic" not in loaded(*words), words


@pytest.mark.skipif(typer.__version__ < "0.29", reason="has no pydantic")
def test_a_value_that_may_be_wrong_is_left_to_typer() -> None:
    assert "pydantic" in loaded("history", "--limit", "2")


def test_a_reader_that_has_enough_ends_a_command_without_a_fault() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    program = "from scenarios.cli.main import main; main()"
    words = [sys.executable, "-c", program, "list", "scenarios"]
    ended = subprocess.run(words, stdout=writing, stderr=subprocess.PIPE, check=False, cwd=ROOT)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, b"")
