"""What a release says of itself is what the project declares."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
import yaml

import scenarios
from scenarios.analysis.ledger.version import VERSION
from scenarios.exchange.view.tables import SCHEMA_VERSION
from scenarios.model.tracker import Tracker

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
STABILITY = (ROOT / "docs" / "stability.md").read_text()
EXTRAS = {
    name: {re.split(r"[\[<>=!; ]", needed)[0] for needed in packages}
    for name, packages in PROJECT["optional-dependencies"].items()
    if name not in ("all", "docs", "test")
}
ROWS = {
    row[0]: row[1:]
    for row in re.findall(r"^\| `(\w+)` \| .* \| (.*) \| (.*) \|$", STABILITY, re.MULTILINE)
}
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[0-9]*.yml"))


def licence(package: str) -> str:
    """The licence in a package's metadata, or the last words of its classifier."""
    metadata = distribution(package).metadata
    expression, licences, classifiers = (
        metadata.get_all(key) or [] for key in ("License-Expression", "License", "Classifier")
    )
    named = [text.rpartition(" :: ")[2] for text in classifiers if text.startswith("License")]
    return "; ".join(expression or named or licences)


def test_one_version_is_named_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    changelog = re.findall(r"^## ([\d.]+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert PROJECT["version"] == scenarios.__version__ == citation["version"] == changelog[0]
    assert PROJECT["license"] == citation["license"] == "MIT"


def test_the_table_of_extras_has_each_extra_with_what_it_brings() -> None:
    assert ROWS.keys() == EXTRAS.keys()
    for name, packages in EXTRAS.items():
        lacking = {package for package in packages if package not in ROWS[name][0]}
        assert lacking == set(), name


def test_the_extra_all_brings_every_other() -> None:
    every = PROJECT["optional-dependencies"]
    assert every["all"] == [f"scen[{','.join(sorted(EXTRAS))}]"]
    assert "scen[all]" in every["test"]


def test_each_hint_installs_an_extra_that_there_is_wherever_scen_came_from() -> None:
    """In a clone too: pip takes the scen that is installed, and adds what the extra brings."""
    texts = {
        path: path.read_text()
        for folder, name in (("src", "*.py"), ("src", "*.html"), ("docs", "*.md"))
        for path in (ROOT / folder).rglob(name)
    }
    assert [
        path for path, text in texts.items() if re.search(r"pip\s+install '\.\[(?!docs)", text)
    ] == []
    named = re.findall(r"'scen\[([\w,]+)\]'", "\n".join(texts.values()))
    extras = {extra for names in named for extra in names.split(",")}
    assert extras - EXTRAS.keys() == {"NAME", "all"}
    hints = re.findall(r"extra_needed\(.*[\"'](\w+)[\"']\)", "".join(texts.values()))
    assert set(hints) == EXTRAS.keys()


@pytest.mark.parametrize("extra", EXTRAS)
def test_the_licence_of_what_an_extra_names_is_in_its_row(extra: str) -> None:
    short = {"Apache": "Apache 2.0", "LGPL": "LGPL 3", "MPL": "MPL 2.0", "Python": "PSF"}
    for package in EXTRAS[extra] - {"sqlglot"}:
        text = licence(package)
        if words := re.match(r"Apache|BSD|LGPL|MIT|MPL|Python", text):
            assert short.get(words[0], words[0]) in ROWS[extra][1], (package, text)


def test_the_versions_of_formats_are_those_of_the_program() -> None:
    rows = dict(re.findall(r"^\| of the (\w+) \| (\d+) \|", STABILITY, re.MULTILINE))
    assert rows == {"files": "1", "arithmetic": f"{VERSION}", "tables": f"{SCHEMA_VERSION}"}
    assert get_args(get_type_hints(Tracker)["format"]) == (1,)


def test_each_python_that_is_tested_is_named() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]
    tested = jobs["run"]["strategy"]["matrix"]["python"]
    prefix = "Programming Language :: Python :: "
    assert [prefix + python for python in tested] == [
        text for text in PROJECT["classifiers"] if text.startswith(prefix)
    ]


def test_no_field_hides_a_name_that_its_class_reads_in_an_annotation() -> None:
    """From Python 3.14 `date: date` is of the field itself: annotations are read at their use."""
    hidden = []
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            body = node.body if isinstance(node, ast.ClassDef) else []
            fields = [part for part in body if isinstance(part, ast.AnnAssign)]
            taken = {ast.unparse(field.target) for field in fields}
            taken |= {part.name for part in body if isinstance(part, ast.FunctionDef)}
            for field in fields:
                read = {
                    part.id for part in ast.walk(field.annotation) if isinstance(part, ast.Name)
                }
                hidden += [f"{path.name}:{field.lineno}: {name}" for name in read & taken]
    assert hidden == []


def test_the_forms_of_issues_ask_for_what_is_needed_to_see_the_same() -> None:
    for path in FORMS:
        form = yaml.safe_load(path.read_text())
        assert {"name", "description", "labels", "body"} == form.keys()
        identities = [part["id"] for part in form["body"]]
        assert len(set(identities)) == len(identities)
        required = [part for part in form["body"] if part.get("validations")]
        assert all(part["attributes"]["label"] for part in form["body"])
        assert required
    assert [path.stem for path in FORMS] == ["1-wrong-number", "2-fault", "3-wish"]
