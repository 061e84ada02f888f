"""The pages that are made of the code are those that the code makes."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scenarios.cli.commands import HELP
from tests.cli.commands import scen

DOCS = Path(__file__).parents[1] / "docs"
GENERATE = runpy.run_path(str(DOCS / "generate.py"))
RULES = [rule for _, _, rules in GENERATE["PARTS"] for rule in rules]
LISTS = ("scenarios", "indicators", "evidence", "forecasts", "sources")
WHOLE = re.compile(r"[^\n].*\n\nExample: .+\nTo do: .+\.", re.DOTALL)


def test_the_page_of_rules_is_current() -> None:
    assert (DOCS / "rules.md").read_text("utf-8") == GENERATE["rules_page"](), GENERATE["COMMAND"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_rule_is_explained_with_an_example_and_what_to_do(rule: Any) -> None:
    assert WHOLE.fullmatch(GENERATE["explanation"](rule))


@pytest.mark.parametrize("name", GENERATE["OUTPUTS"])
def test_the_schema_of_each_output_is_current(name: str) -> None:
    file = DOCS / "json" / f"{name}.schema.json"
    assert file.read_text("utf-8") == GENERATE["json_schemas"]()[file.name], GENERATE["COMMAND"]


def test_every_command_that_answers_in_json_has_a_schema() -> None:
    answers = {"list" if name.startswith("list-") else name for name in GENERATE["OUTPUTS"]}
    assert answers == HELP.keys() - {"plot"}


def test_no_schema_is_left_of_an_output_that_is_gone() -> None:
    assert {f.name for f in (DOCS / "json").iterdir()} == GENERATE["json_schemas"]().keys()


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("report", "--no-restate"),
        ("explain", "military-pact", "--sweep"),
        ("matrix", "--set", "relationship-2030"),
        ("score",),
        ("check", "--findings"),
        ("show", "military-pact"),
        *(
            ("list", what)
            for what in ("scenarios", "indicators", "evidence", "forecasts", "sources")
        ),
        ("retract", "2022-02-24-full-scale-attack", "--reason", "A slip", "--dry-run"),
        ("add-source", "trt", "--name", "TRT", "--reliability", "C", "--dry-run"),
        (
            "forecast",
            "military-pact",
            "0.1",
            "--analyst",
            "desk",
            "--date",
            "2022-02-28",
            "--dry-run",
        ),
    ],
    ids=" ".join,
)
def test_what_is_printed_fits_its_schema(words: tuple[str, ...]) -> None:
    on = () if "--dry-run" in words else ("--as-of", "2022-02-28")
    printed = scen("--database", str(DOCS.parent), *words, *on, "--format", "json")
    name = "-".join(words[:2]) if words[0] == "list" else words[0]
    schema = json.loads((DOCS / "json" / f"{name}.schema.json").read_text("utf-8"))
    jsonschema.validate(json.loads(printed.stdout), schema)
