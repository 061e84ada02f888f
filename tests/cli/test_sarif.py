"""`scen check --format sarif` says what the table says; one is in tests/transcripts/check."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from scenarios import __version__
from scenarios.analysis.rules import findings
from scenarios.analysis.rules.findings import EVERY_RULE as RULES
from scenarios.render.documents.faults import SarifResult, sarif
from scenarios.text import printable
from tests.cli.commands import make, scen
from tests.hostile import AS_OF, broken_files, hostile_files

TRANSCRIPTS = (Path(__file__).parents[1] / "transcripts").rglob("*.txt")


def test_every_fault_and_finding_is_a_result_as_the_table_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make(tmp_path / "scenarios", hostile_files())
    for path, data in broken_files().items():
        (root / path).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    shown = scen("check", "--findings", "--as-of", AS_OF)
    made = scen("check", "--findings", "--as-of", AS_OF, "--format", "sarif")
    [run] = json.loads(made.stdout)["runs"]
    driver, lines = run["tool"]["driver"], []
    for result in run["results"]:
        rule = driver["rules"][result["ruleIndex"]]
        assert (rule["id"], result["level"]) == (result["ruleId"], RULES[rule["id"]].severity)
        assert rule["help"]["text"] == rule["fullDescription"]["text"] == RULES[rule["id"]].title
        place = result["locations"][0]["physicalLocation"]
        uri = place["artifactLocation"]["uri"]
        assert re.fullmatch(r"(?:[\w.~/-]|%[0-9A-F]{2})+", uri, re.ASCII)
        where = ":".join(map(str, (printable(unquote(uri)), *place["region"].values())))
        level = "warning: " * (result["level"] == "warning")
        text = f"{where}: {level}{rule['id']}: {result['message']['text']}"
        lines.append((("error", "warning", "note").index(result["level"]), text))
    assert (made.exit_code, made.stderr) == (shown.exit_code, "")
    assert (driver["name"], driver["version"]) == ("scen", __version__)
    prints = {result["partialFingerprints"]["scen/v1"] for result in run["results"]}
    assert len(prints) == len(lines)
    # The text tells errors first, and what remains in the same order.
    assert [text for _, text in sorted(lines, key=lambda line: line[0])] == [
        line.replace("{", "{{").replace("}", "}}").replace("](", "] (")
        for line in shown.stdout.splitlines()
    ]


def test_the_list_of_rules_has_each_that_is_found_with_its_severity_and_no_other() -> None:
    of_transcripts = {
        rule: "warning" if is_warning else "error"
        for path in TRANSCRIPTS
        for is_warning, rule in re.findall(
            r"^[|!].*?:\d+:\d+: (warning: )?([a-z-]+): ", path.read_text(), re.MULTILINE
        )
    }
    of_the_disk = dict.fromkeys(("not-a-file", "unreadable", "half-done"), "error")
    of_the_disk["half-committed"] = "warning"
    of_findings = dict.fromkeys((rule.id for rule in findings.RULES), "note")
    listed = {rule.id: rule.severity for rule in RULES.values()}
    assert listed == of_transcripts | of_the_disk | of_findings


def test_no_text_of_a_file_becomes_a_placeholder_a_link_or_an_escape() -> None:
    evil = "'{0} [here](https://example.org) \x1b[31m'"
    [run] = sarif([SarifResult("value", "error", evil, "a.yaml", 1, 1)], "1")["runs"]
    told = run["results"][0]["message"]["text"]
    assert told == "'{{0}} [here] (https://example.org) \\x1b[31m'"
