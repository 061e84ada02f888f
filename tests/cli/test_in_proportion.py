"""What a large or hostile file makes the program say, and hold, stays in proportion to it."""

from __future__ import annotations

import json
import resource
from pathlib import Path

import pytest

from scenarios.errors import NAMED
from scenarios.storage.loader import load
from tests.cli.commands import FILES, make, scen

ITEM = "summary: A visit\nobserved: 2022-02-04\nrecorded: 2022-02-07\n"
PATH = "evidence/2022/2022-02-04-visit.yaml"
MANY = 10_000


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def database(text: str) -> Path:
    return make(Path("scenarios"), {**FILES, PATH: text})


def test_twenty_unknown_keys_are_named_and_the_rest_is_counted() -> None:
    database(ITEM + "".join(f"k{n}: 1\n" for n in range(80_000)))
    made = scen("check")
    assert (made.exit_code, made.stderr) == (1, "scen: 7 files: 80000 errors, 0 warnings\n")
    *named, rest = made.stdout.splitlines()
    assert [line.partition(" in ")[0] for line in named] == [
        f"scenarios/{PATH}:{n + 4}:1: unknown-key: unknown key 'k{n}'" for n in range(NAMED)
    ]
    assert rest == f"scenarios/{PATH}:24:1: unknown-key: and 79,980 more of this kind in this file"
    assert "1 file left out, 80000 faults" in scen("status").stderr
    [*_, last] = json.loads(scen("check", "--format", "json").stdout)["problems"]
    assert (last["rule"], last["line"], last["count"]) == ("unknown-key", 24, 79_980)
    [run] = json.loads(scen("check", "--format", "sarif").stdout)["runs"]
    assert len(run["results"]) == NAMED + 1


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (ITEM + "again: 1\n" * MANY, "duplicate-key"),
        (ITEM + "notes: " + "\x01" * MANY, "control-character"),
        (ITEM + 'notes: "' + "\\x01" * MANY + '"', "control-character"),
        (ITEM + "".join(f"{n}: 1\n" for n in range(MANY)), "key-type"),
        (ITEM + "corroborated_by: [" + "*a , " * MANY + "]", "alias"),
        (ITEM + "corroborated_by: [" + "!a x, " * MANY + "]", "tag"),
        ("%X\n" * MANY + ITEM, "yaml"),
        (ITEM + "ratings:\n" + "".join(f"  s{n}: x\n" for n in range(MANY)), "value"),
        (ITEM + "ratings:\n" + "".join(f"  S{n}: C\n" for n in range(MANY)), "value"),
        (ITEM + "ratings:\n" + "".join(f"  s{n}: C\n" for n in range(MANY)), "unknown-scenario"),
        (
            ITEM + "indicators:\n" + "".join(f"  pact/i{n}: observed\n" for n in range(MANY)),
            "unknown-indicator",
        ),
    ],
    ids=lambda value: value if len(value) < 40 else "",
)
def test_so_it_is_with_every_fault(text: str, rule: str) -> None:
    database(text)
    made = scen("check")
    assert made.exit_code == 1
    lines = [line for line in made.stdout.splitlines() if f": {rule}: " in line]
    assert len(lines) == NAMED + 1
    assert "more of this kind in this file" in lines[-1]
    assert len(made.stdout) < 10_000


def test_a_prepared_sheet_names_twenty_faults_too() -> None:
    make(Path("scenarios"), FILES)
    text = "date: 2022-02-09\nanalyst: desk\nprobabilities: {pact: 0.3}\n"
    Path("sheet.yaml").write_text(text + "".join(f"k{n}: 1\n" for n in range(MANY)))
    made = scen("forecast", "--from", "sheet.yaml", "--dry-run")
    assert made.exit_code == 1
    assert made.stderr.endswith(f"; and {MANY - NAMED:,} more\n")
    assert made.stderr.count("unknown key ") == NAMED


def test_keys_that_are_no_ids_need_no_memory_of_their_square() -> None:
    text = ITEM + "ratings:\n" + "".join(f"  S{n}: C\n" for n in range(4_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    loaded = load({"tracker.yaml": FILES["tracker.yaml"].encode(), PATH: text.encode()})
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert sum(problem.count for problem in loaded.problems) == 4_000
    assert grown < 500_000  # KiB; it took 2.5 GB


def test_a_fault_that_is_mended_makes_no_other_one_new() -> None:
    """A new scenario is accepted though it lets the next of many unknown ones be named."""
    database(ITEM + "ratings:\n" + "".join(f"  s{n:02}: C\n" for n in range(30)))
    words = ("--question", "q", "--criteria", "c", "--horizon", "2030-01-01", "--basis", "b")
    made = scen("new", "s00", "--title", "t", *words, "--prior", "0.2", "--opened", "2022-01-01")
    assert (made.exit_code, made.stderr) == (0, "")
