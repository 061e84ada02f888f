"""The pages that are made of the code are those that the code makes."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import pytest

from scenarios import extending
from scenarios.cli.commands import HELP
from scenarios.exchange.own import kinds as own
from scenarios.extensions import HOOKS
from tests.cli.commands import scen
from tests.lazily import lazily

jsonschema = lazily("jsonschema")

DOCS = Path(__file__).parents[1] / "docs"
SPREADSHEET = DOCS / "from-a-spreadsheet.md"
GENERATE = runpy.run_path(str(DOCS / "generate.py"))
RULES = [rule for _, _, rules in GENERATE["PARTS"] for rule in rules]
REVIEWS = ("2021-12-17", "2022-02-07", "2022-02-28", "2023-03-27", "2024-03-04", "2026-11-24")
PRINTED = (
    *(
        "due --within 999d",
        "search nord stream",
        "status",
        "report --no-restate",
        "score",
        "check --findings",
        "show military-pact",
    ),
    *("explain military-pact --sweep", "matrix --set relationship-2030"),
    *(f"list {kind}" for kind in ("scenarios", "indicators", "evidence", "forecasts", "sources")),
    *(f"report {brief}--as-of {day}" for brief in ("", "--brief ") for day in REVIEWS),
    "retract 2022-02-24-full-scale-attack --reason Slip --dry-run",
    "add-source trt --name TRT --reliability C --dry-run",
    "forecast military-pact 0.1 --analyst you --date 2022-02-28 --dry-run",
)
WHOLE = re.compile(r"[^\n].*\n\nExample: .+\nTo do: .+\.", re.DOTALL)


def test_each_page_that_is_made_is_current() -> None:
    for name, text in GENERATE["pages"]().items():
        assert (DOCS / name).read_text("utf-8") == text, GENERATE["COMMAND"]


def test_each_name_on_which_an_extension_stands_is_explained_and_there_are_at_most_60() -> None:
    text = (DOCS / "extending.md").read_text("utf-8")
    explained = re.findall(
        r"^\| `(\w+)` \| \S.{10,} \|$", text.partition("\n## Names\n")[2], re.MULTILINE
    )
    assert sorted(explained) == sorted(extending.__all__)
    assert len(explained) <= 60
    hooks = re.findall(r"^\| `(\w+)` \|", text.partition("\n## Names\n")[0], re.MULTILINE)
    assert tuple(hooks) == HOOKS
    for name in explained:
        assert getattr(extending, name) is not None


def test_each_column_of_an_import_is_named_in_the_table_of_its_kind() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", SPREADSHEET.read_text("utf-8"), re.MULTILINE)
    named: dict[str, set[str]] = {}
    for kind, text in rows:
        names = re.findall(r"`(\.?[a-z_.]+)`", text)
        # `.basis` is of the last part that is named whole
        parts = [name.partition(".")[0] for name in names if "." in name[1:]]
        named[kind] = {parts[-1] + name if name.startswith(".") else name for name in names}
    kinds = (own.SCENARIOS, own.INDICATORS, own.EVIDENCE, own.FORECASTS, own.SOURCES)
    assert named == {kind.name: kind.fields.keys() - {"id", "foreign"} for kind in kinds}


def test_the_decisions_are_read_in_a_quarter_of_an_hour() -> None:
    assert len((DOCS / "decisions.md").read_text("utf-8").split()) < 3000


def test_each_rule_is_explained_with_an_example_and_what_to_do() -> None:
    lacking = [rule for rule in RULES if not WHOLE.fullmatch(GENERATE["explanation"](rule))]
    assert lacking == []


def test_the_schema_of_each_output_is_current_and_none_is_missing_or_left() -> None:
    files = {file.name: file.read_text("utf-8") for file in (DOCS / "json").iterdir()}
    assert files == GENERATE["json_schemas"](), GENERATE["COMMAND"]
    assert files.keys() == {f"{name}.schema.json" for name in GENERATE["OUTPUTS"]}
    parts = {"report-brief": "report", "explain-quantity": "explain"}
    parts |= {"inbox-dismiss": "inbox dismiss", "inbox-fetch": "inbox fetch"}
    parts |= dict.fromkeys(("candidates-accept", "candidates-propose"), "candidates")
    answers = {"list" if name.startswith("list-") else name for name in GENERATE["OUTPUTS"]}
    silent = {
        "lsp",
        "mcp",
        "plot",
        "serve",
        "site",
        "inbox accept",
    }  # which prints that of another command
    assert {parts.get(name, name) for name in answers} == HELP.keys() - silent


@pytest.mark.parametrize("command", PRINTED)
def test_what_is_printed_fits_its_schema(command: str) -> None:
    words = command.split()
    dated = {"--dry-run", "--as-of"} & {*words}
    on = () if dated else ("--as-of", REVIEWS[2])
    printed = scen("--database", str(DOCS.parent), *words, *on, "--format", "json")
    name = "-".join(words[:2]) if words[0] == "list" else words[0]
    name += "-brief" if "--brief" in words else ""
    schema = json.loads((DOCS / "json" / f"{name}.schema.json").read_text("utf-8"))
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.validate(json.loads(printed.stdout), schema, format_checker=checker)


def test_each_test_that_a_comment_of_the_program_names_is_there() -> None:
    root = Path(__file__).parents[1]
    tests = "\n".join(path.read_text() for path in (root / "tests").rglob("*.py"))
    named = {
        name
        for path in (root / "src").rglob("*.py")
        for comment in re.findall(r"^\s*#.*", path.read_text(), re.MULTILINE)
        for name in re.findall(r"\b(test_\w+?)(?:\.py)?\b(?!…|\w)", comment)
    }
    files = {path.stem for path in (root / "tests").rglob("test_*.py")}
    assert {n for n in named - files if not re.search(rf"\bdef {n}", tests)} == set()
    assert len(named) > 30
