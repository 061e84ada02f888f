"""`scen check --format sarif`: what a code host needs to annotate the lines of a pull request."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from scenarios import __version__
from scenarios.analysis.rules import findings
from scenarios.analysis.rules.every_rule import RULES
from scenarios.render.writers.sarif import Result, sarif
from tests.cli.commands import FILES, make, scen
from tests.storage.test_git import commit, run

EXAMPLES = sorted((Path(__file__).parents[1] / "data" / "invalid").iterdir())
DATABASES = [folder for folder in EXAMPLES if (folder / "tracker.yaml").exists()]
KREMLIN = "sources/kremlin.yaml"
VISIT = "evidence/2022/2022-02-04-visit.yaml"
TWICE = '{name: A 😀 paper, "name": B, reliability: C}\n'
AGAIN = TWICE.index('"name"') + 1
URI = re.compile(r"(?:[\w.~/-]|%[0-9A-F]{2})+", re.ASCII)
TEXT = {"text": str}
RULE = {"id": str, "shortDescription": TEXT, "fullDescription": TEXT, "help": TEXT}
PLACE = {"artifactLocation": {"uri": str}, "region": {"startLine": int, "startColumn": int}}
RESULT = {
    "ruleId": str,
    "ruleIndex": int,
    "level": str,
    "message": TEXT,
    "locations": [{"physicalLocation": PLACE}],
    "partialFingerprints": {"scen/v1": str},
}
DRIVER = {"name": str, "version": str, "rules": [RULE]}
RUN = {"tool": {"driver": DRIVER}, "columnKind": str, "results": [RESULT]}
LOG = {"$schema": str, "version": str, "runs": [RUN]}
"""What the schema of SARIF 2.1.0 says of what is written: the type of each property."""


def fits(value: Any, shape: Any) -> bool:
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(item, shape[0]) for item in value)
    if isinstance(shape, dict):
        return value.keys() == shape.keys() and all(fits(value[key], shape[key]) for key in shape)
    return type(value) is shape


def checked(*words: str) -> tuple[int, dict[str, Any]]:
    """The exit status and the one run, after everything that the specification asks of it."""
    made = scen(*words, "--format", "sarif")
    log = json.loads(made.stdout)
    assert fits(log, LOG)
    assert (log["version"], log["$schema"].endswith("/sarif-schema-2.1.0.json")) == ("2.1.0", True)
    (found,) = log["runs"]
    driver = found["tool"]["driver"]
    ids = [rule["id"] for rule in driver["rules"]]
    assert (driver["name"], driver["version"]) == ("scen", __version__)
    assert (len(ids), found["columnKind"]) == (len(set(ids)), "unicodeCodePoints")
    for rule in driver["rules"]:
        assert rule["help"]["text"] == rule["fullDescription"]["text"] == RULES[rule["id"]].title
    assert {result["ruleId"] for result in found["results"]} == set(ids)
    for result in found["results"]:
        (place,) = (location["physicalLocation"] for location in result["locations"])
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert URI.fullmatch(place["artifactLocation"]["uri"])
        assert min(place["region"].values()) >= 1
    assert (len(prints(found)), made.stderr) == (len(set(prints(found))), "")
    return made.exit_code, found


def told(*words: str) -> list[tuple[str, str, str, str]]:
    """Level, rule, place and text of each result of a check."""
    lines = []
    for result in checked(*words)[1]["results"]:
        place = result["locations"][0]["physicalLocation"]
        where = ":".join(map(str, (place["artifactLocation"]["uri"], *place["region"].values())))
        lines.append((result["level"], result["ruleId"], where, result["message"]["text"]))
    return lines


def place(*words: str) -> str:
    """Where the last result is."""
    return told(*words)[-1][2]


def prints(found: dict[str, Any]) -> list[str]:
    return [result["partialFingerprints"]["scen/v1"] for result in found["results"]]


# -- results --------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", DATABASES, ids=lambda folder: folder.name)
def test_every_fault_of_every_example_is_a_result_as_the_table_has_it(
    example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(example, tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    for words in ((), ("--strict",)):
        made = scen("--database", "scenarios", "check", *words)
        assert checked("--database", "scenarios", "check", *words)[0] == made.exit_code
    lines = [
        f"{unquote(where)}: {'warning: ' * (level == 'warning')}{rule}: {text}"
        for level, rule, where, text in told("--database", "scenarios", "check")
    ]
    unescaped = [line.replace("{{", "{").replace("}}", "}") for line in lines]
    assert unescaped == made.stdout.splitlines()


def test_a_sound_database_has_no_result_and_a_finding_is_a_note(root: Path) -> None:
    assert checked("check")[1]["results"] == []
    dates = "observed: 2022-02-05\nrecorded: 2022-02-05\n"
    make(root, {"evidence/2022/2022-02-05-talk.yaml": "summary: A talk\n" + dates})
    text = "2022-02-05-talk: rates no scenario: scen rate 2022-02-05-talk"
    where = "scenarios/evidence/2022/2022-02-05-talk.yaml:1:1"
    assert ("note", "unrated", where, text) in told("check", "--findings", "--as-of", "2022-02-07")


def test_the_list_of_rules_has_each_that_is_found_with_its_severity_and_no_other() -> None:
    of_examples = {
        match[2]: "warning" if match[1] else "error"
        for folder in EXAMPLES
        for match in re.finditer(
            r":\d+:\d+: (warning: )?([a-z-]+): ", (folder / "expected.txt").read_text()
        )
    }
    of_the_disk = dict.fromkeys(("not-a-file", "symlink", "too-large", "unreadable"), "error")
    of_findings = dict.fromkeys((rule.id for rule in findings.RULES), "note")
    listed = {rule.id: rule.severity for rule in RULES.values()}
    assert listed == of_examples | of_the_disk | of_findings


# -- places ---------------------------------------------------------------------------------------


def test_in_a_repository_a_path_starts_at_its_top_and_columns_are_code_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = tmp_path / "repo"
    desk = make(top / "our désk" / "#1 50%" / "scenarios", {**FILES, KREMLIN: TWICE})
    run(top, "init", "-q", "-b", "main")
    where = f"our%20d%C3%A9sk/%231%2050%25/scenarios/{KREMLIN}:1:{AGAIN}"
    for folder in (desk.parent, desk, desk / "evidence" / "2022"):
        monkeypatch.chdir(folder)
        assert place("check") == where
    monkeypatch.chdir(tmp_path)
    assert place("--database", str(desk), "check") == where
    commit(top, "first")
    monkeypatch.chdir(desk)
    make(desk, {KREMLIN: FILES[KREMLIN]})
    assert place("check", "--rev", "HEAD") == where
    make(desk, {KREMLIN: "[]\n"})
    run(desk, "init", "-q", "-b", "main")
    commit(desk, "first")
    assert place("check") == f"{KREMLIN}:1:1"


def test_without_a_repository_a_path_starts_here_and_in_a_bare_one_at_its_top(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(root, {KREMLIN: "[]\n"})
    for folder, way in ((root.parent, "scenarios/"), (root, ""), (root / "evidence", "../")):
        monkeypatch.chdir(folder)
        assert place("check") == f"{way}{KREMLIN}:1:1"
        assert place("check", str(root / KREMLIN)) == f"{way}{KREMLIN}:1:1"
    run(root.parent, "init", "-q", "-b", "main")
    commit(root.parent, "first")
    run(root.parent, "clone", "-q", "--bare", ".", "bare.git")
    monkeypatch.chdir(root.parent)
    words = ("--database", "bare.git", "check", "--rev", "main")
    assert place(*words) == f"scenarios/{KREMLIN}:1:1"


# -- fingerprints and texts -----------------------------------------------------------------------


def test_a_fingerprint_stays_when_lines_move_and_days_pass(root: Path) -> None:
    twice = "name: A\nname: B\nreliability: Z\nreliability: Z\n"
    make(root, {KREMLIN: twice})
    before = checked("check")[1]
    make(root, {KREMLIN: f"# one\n# two\n\n{twice}", VISIT: f"# one\n{FILES[VISIT]}"})
    after = checked("check")[1]
    assert (len(prints(before)), prints(before)) == (3, prints(after))
    assert before["results"] != after["results"]
    found = [
        (mark, result["message"]["text"])
        for day in ("2031-01-05", "2031-02-05")
        for run_ in [checked("check", "--findings", "--as-of", day)[1]]
        for mark, result in zip(prints(run_), run_["results"], strict=True)
        if result["ruleId"] == "overdue" and result["message"]["text"].startswith("pact")
    ]
    (first, then), (second, now) = found
    assert (first, then != now) == (second, True)


def test_another_rule_file_or_text_has_another_fingerprint_and_a_repeated_one_a_number() -> None:
    one = Result("value", "error", "'a' is 1", "a.yaml", 1, 1)
    others = [
        one._replace(rule="type"),
        one._replace(path="b.yaml"),
        one._replace(text="'b' is 1"),
        one._replace(line=9, column=9, text="'a' is 22"),
    ]
    marks = prints(sarif([one, *others], "1")["runs"][0])
    assert len({mark.partition(":")[0] for mark in marks}) == 4
    assert (marks[0], marks[4]) == (f"{VALUE}:1", f"{VALUE}:2")


VALUE = "d135d05b9f963dfb3855833dd0e6c1a2"
"""Code hosts keep it: another one would open every alert anew."""


def test_no_text_of_a_file_becomes_a_placeholder_a_link_or_an_escape() -> None:
    evil = "'{0} [here](https://example.org) \x1b[31m'"
    (run_,) = sarif([Result("value", "error", evil, "a.yaml", 1, 1)], "1")["runs"]
    (result_,) = run_["results"]
    assert result_["message"]["text"] == "'{{0}} [here] (https://example.org) \\x1b[31m'"
