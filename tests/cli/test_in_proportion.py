"""What a large or hostile file makes the program say, and hold, stays in proportion to it."""

from __future__ import annotations

import json
import resource
from pathlib import Path

import pytest

from scenarios.errors import NAMED
from scenarios.storage.loader import load
from tests.cli.commands import EACH, FILES, make, scen
from tests.full import FULL

ITEM = "summary: A visit\nobserved: 2022-02-04\nrecorded: 2022-02-07\n"
PATH = "evidence/2022/2022-02-04-visit.yaml"
MANY = 20_000 if FULL else 2_000
EVERY_ONE = range(MANY)


FAULTS = [
    ("unknown-key", ITEM + "".join(f"k{n}: 1\n" for n in EVERY_ONE)),
    ("duplicate-key", ITEM + "again: 1\n" * MANY),
    ("control-character", ITEM + "notes: " + "\x01" * MANY),
    ("control-character", ITEM + 'notes: "' + "\\x01" * MANY + '"'),
    ("key-type", ITEM + "".join(f"{n}: 1\n" for n in EVERY_ONE)),
    ("alias", ITEM + "corroborated_by: [" + "*a , " * MANY + "]"),
    ("tag", ITEM + "corroborated_by: [" + "!a x, " * MANY + "]"),
    ("yaml", "%X\n" * MANY + ITEM),
    ("value", ITEM + "ratings:\n" + "".join(f"  s{n}: x\n" for n in EVERY_ONE)),
    ("value", ITEM + "ratings:\n" + "".join(f"  S{n}: C\n" for n in EVERY_ONE)),
    ("unknown-scenario", ITEM + "ratings:\n" + "".join(f"  s{n}: C\n" for n in EVERY_ONE)),
    ("unknown-indicator",
     ITEM + "indicators:\n" + "".join(f"  pact/i{n}: observed\n" for n in EVERY_ONE)),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "text"), FAULTS, ids=[rule for rule, _ in FAULTS])
def test_of_each_fault_twenty_are_named_and_the_rest_is_counted(
    root: Path, rule: str, text: str
) -> None:
    make(root, {PATH: text})
    made = scen("check")
    lines = [line for line in made.stdout.splitlines() if f": {rule}: " in line]
    assert (made.exit_code, len(lines), len(made.stdout) < 10_000) == (1, NAMED + 1, True)
    told, log = (json.loads(scen("check", "--format", form).stdout) for form in ("json", "sarif"))
    [*_, last] = (one for one in told["problems"] if one["rule"] == rule)
    assert f"and {last['count']:,} more of this kind in this file" in lines[-1]
    assert last["count"] >= MANY - NAMED - 1
    results = log["runs"][0]["results"]
    assert len([one for one in results if one["ruleId"] == rule]) == NAMED + 1
    assert f"{last['count'] + NAMED} faults: scen check says why" in scen("status").stderr


def test_a_prepared_sheet_names_twenty_faults_too(root: Path) -> None:
    text = "date: 2022-02-09\nanalyst: desk\nprobabilities: {pact: 0.3}\n"
    make(root.parent, {"sheet.yaml": text + "".join(f"k{n}: 1\n" for n in EVERY_ONE)})
    made = scen("forecast", "--from", "sheet.yaml", "--dry-run")
    assert (made.exit_code, made.stderr.count("unknown key ")) == (1, NAMED)
    assert made.stderr.endswith(f"; and {MANY - NAMED:,} more\n")


def test_keys_that_are_no_ids_need_no_memory_of_their_square() -> None:
    text = ITEM + "ratings:\n" + "".join(f"  S{n}: C\n" for n in range(4_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    loaded = load({"tracker.yaml": FILES["tracker.yaml"].encode(), PATH: text.encode()})
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert sum(problem.count for problem in loaded.problems) == 4_000
    assert grown < 500_000  # KiB; it took 2.5 GB


def test_a_fault_that_is_mended_makes_no_other_one_new(root: Path) -> None:
    """A new scenario is accepted though it lets the next of many unknown ones be named."""
    make(root, {PATH: ITEM + "ratings:\n" + "".join(f"  s{n:02}: C\n" for n in range(30))})
    made = scen("new", "s00", *EACH[0][2:])
    assert (made.exit_code, made.stderr) == (0, "")
