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

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "tests" / "data" / "invalid").iterdir())
DATABASES = [folder for folder in EXAMPLES if (folder / "tracker.yaml").exists()]
KREMLIN = "sources/kremlin.yaml"
TWICE = '{name: A 😀 paper, "name": B, reliability: C}\n'
AGAIN = TWICE.index('"name"') + 1
URI = re.compile(r"(?:[\w.~/-]|%[0-9A-F]{2})+", re.ASCII)

# What the schema of SARIF 2.1.0 says of the objects that are written: the type of each property.
SHAPES: dict[str, dict[str, Any]] = {
    "log": {"$schema": str, "version": str, "runs": ["run"]},
    "run": {"tool": "tool", "columnKind": str, "results": ["result"]},
    "tool": {"driver": "driver"},
    "driver": {"name": str, "version": str, "rules": ["rule"]},
    "rule": {"id": str, "shortDescription": "text", "fullDescription": "text", "help": "text"},
    "text": {"text": str},
    "result": {
        "ruleId": str,
        "ruleIndex": int,
        "level": str,
        "message": "text",
        "locations": ["location"],
        "partialFingerprints": "prints",
    },
    "prints": {"scen/v1": str},
    "location": {"physicalLocation": "place"},
    "place": {"artifactLocation": "file", "region": "region"},
    "file": {"uri": str},
    "region": {"startLine": int, "startColumn": int},
}


def fits(value: Any, shape: Any) -> bool:
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(item, shape[0]) for item in value)
    if isinstance(shape, str):
        known = SHAPES[shape]
        return value.keys() == known.keys() and all(fits(value[key], known[key]) for key in known)
    return type(value) is shape


def checked(*words: str) -> tuple[int, dict[str, Any]]:
    """The exit status and the one run, after everything that the specification asks of it."""
    made = scen(*words, "--format", "sarif")
    log = json.loads(made.stdout)
    assert fits(log, "log")
    assert (log["version"], log["$schema"].endswith("/sarif-schema-2.1.0.json")) == ("2.1.0", True)
    (found,) = log["runs"]
    driver = found["tool"]["driver"]
    ids = [rule["id"] for rule in driver["rules"]]
    assert (driver["name"], driver["version"]) == ("scen", __version__)
    assert (len(ids), found["columnKind"]) == (len(set(ids)), "unicodeCodePoints")
    assert all(len(rule["shortDescription"]["text"]) > 10 for rule in driver["rules"])
    assert {result["ruleId"] for result in found["results"]} == set(ids)
    for result in found["results"]:
        (place,) = (location["physicalLocation"] for location in result["locations"])
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert URI.fullmatch(place["artifactLocation"]["uri"])
        assert min(place["region"].values()) >= 1
    prints = [result["partialFingerprints"]["scen/v1"] for result in found["results"]]
    assert (len(prints), made.stderr) == (len(set(prints)), "")
    return made.exit_code, found


def told(found: dict[str, Any]) -> list[tuple[str, ...]]:
    """Level, rule, place and text of each result."""
    lines: list[tuple[str, ...]] = []
    for result in found["results"]:
        place = result["locations"][0]["physicalLocation"]
        region = place["region"]
        where = f"{place['artifactLocation']['uri']}:{region['startLine']}:{region['startColumn']}"
        lines.append((result["level"], result["ruleId"], where, result["message"]["text"]))
    return lines


def prints(found: dict[str, Any]) -> list[str]:
    return [result["partialFingerprints"]["scen/v1"] for result in found["results"]]


# -- results --------------------------------------------------------------------------------------


def test_a_sound_database_has_no_result(root: Path) -> None:
    code, found = checked("check")
    assert (code, root.is_dir(), found["results"]) == (0, True, [])


def test_a_result_has_its_level_rule_place_and_text_with_the_hint(root: Path) -> None:
    make(root, {KREMLIN: "name: The Kremlin\nreliabilty: C\n", "sources/tass.yml": ""})
    assert checked("check") == (
        1,
        {
            "tool": {"driver": {**DRIVER, "rules": [BROKEN, UNKNOWN_FILE, UNKNOWN_KEY]}},
            "columnKind": "unicodeCodePoints",
            "results": [
                result(
                    ("broken-reference", 0, "warning", f"scenarios/{VISIT}", 4, 9),
                    "'kremlin' is left out, because sources/kremlin.yaml has a fault",
                    "e7816360fe509bf14037948ec8e3b301:1",
                ),
                result(
                    ("unknown-key", 2, "error", f"scenarios/{KREMLIN}", 2, 1),
                    "unknown key 'reliabilty' in a source (did you mean 'reliability'?)",
                    "fc9ba9147417f94821eed6eb4f8ac1e8:1",
                ),
                result(
                    ("unknown-file", 1, "warning", "scenarios/sources/tass.yml", 1, 1),
                    "only files that end in .yaml are read, so this one is not"
                    " (did you mean tass.yaml?)",
                    "48c70e5a7199d22a7b634cedb43bf775:1",
                ),
            ],
        },
    )


def test_findings_are_notes(root: Path) -> None:
    make(root, {"evidence/2022/2022-02-05-talk.yaml": "summary: A talk\n" + DATES})
    code, found = checked("check", "--findings", "--as-of", "2022-02-07")
    notes = [line for line in told(found) if line[1] == "unrated"]
    text = "2022-02-05-talk: rates no scenario: scen rate 2022-02-05-talk"
    where = "scenarios/evidence/2022/2022-02-05-talk.yaml:1:1"
    assert (code, notes) == (0, [("note", "unrated", where, text)])


def test_columns_are_counted_in_code_points(root: Path) -> None:
    make(root, {KREMLIN: TWICE})
    code, found = checked("check", f"scenarios/{KREMLIN}")
    (twice,) = [line for line in told(found) if line[0] == "error"]
    assert (code, twice[2]) == (1, f"scenarios/{KREMLIN}:1:{AGAIN}")


def test_the_exit_status_is_that_of_the_table() -> None:
    for example, words, status in (
        ("lonely-set", (), 0),
        ("lonely-set", ("--strict",), 1),
        ("value", (), 1),
    ):
        database = str(ROOT / "tests/data/invalid" / example)
        assert checked("--database", database, "check", *words)[0] == status


@pytest.mark.parametrize("example", DATABASES, ids=lambda folder: folder.name)
def test_every_fault_of_every_example_is_a_result(
    example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(example, tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    made = scen("--database", "scenarios", "check")
    code, found = checked("--database", "scenarios", "check")
    lines = [
        f"{unquote(where)}: {'warning: ' * (level == 'warning')}{rule}: {text}"
        for level, rule, where, text in told(found)
    ]
    assert (code, lines) == (made.exit_code, made.stdout.splitlines())


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


def test_in_a_repository_a_path_starts_at_its_top(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = tmp_path / "repo"
    desk = make(top / "our désk" / "#1 50%" / "scenarios", {**FILES, KREMLIN: TWICE})
    run(top, "init", "-q")
    where = f"our%20d%C3%A9sk/%231%2050%25/scenarios/{KREMLIN}:1:{AGAIN}"
    for folder in (desk.parent, desk, desk / "evidence" / "2022"):
        monkeypatch.chdir(folder)
        assert told(checked("check")[1])[1][2] == where
    monkeypatch.chdir(tmp_path)
    assert told(checked("--database", str(desk), "check")[1])[1][2] == where
    commit(top, "first")
    monkeypatch.chdir(desk)
    make(desk, {KREMLIN: FILES[KREMLIN]})
    assert told(checked("check", "--rev", "HEAD")[1])[1][2] == where


def test_a_database_that_is_the_top_of_its_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, {**FILES, KREMLIN: "[]\n"})
    run(tmp_path, "init", "-q")
    monkeypatch.chdir(tmp_path / "sources")
    assert told(checked("--database", "..", "check")[1])[1][2] == f"{KREMLIN}:1:1"


def test_a_database_that_only_a_revision_has_is_at_the_top(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(root, {KREMLIN: "[]\n"})
    run(root.parent, "init", "-q", "-b", "main")
    commit(root.parent, "first")
    run(root.parent, "clone", "-q", "--bare", ".", "bare.git")
    monkeypatch.chdir(root.parent)
    words = ("--database", "bare.git", "check", "--rev", "main")
    assert told(checked(*words)[1])[1][2] == f"scenarios/{KREMLIN}:1:1"


def test_without_a_repository_a_path_starts_here(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(root, {KREMLIN: "[]\n"})
    assert told(checked("check")[1])[1][2] == f"scenarios/{KREMLIN}:1:1"
    monkeypatch.chdir(root)
    assert told(checked("check")[1])[1][2] == f"{KREMLIN}:1:1"
    monkeypatch.chdir(root / "evidence")
    assert told(checked("check")[1])[1][2] == f"../{KREMLIN}:1:1"


# -- fingerprints ---------------------------------------------------------------------------------


def test_a_fingerprint_stays_when_lines_move(root: Path) -> None:
    twice = "name: A\nname: B\nreliability: Z\nreliability: Z\n"
    make(root, {KREMLIN: twice})
    before = checked("check")[1]
    make(root, {KREMLIN: f"# one\n# two\n\n{twice}", VISIT: f"# one\n{FILES[VISIT]}"})
    after = checked("check")[1]
    assert (len(prints(before)), prints(before)) == (3, prints(after))
    assert told(before) != told(after)


def test_a_fingerprint_stays_when_days_pass(root: Path) -> None:
    words = ("check", "--findings", "--as-of")
    overdue = [
        (mark, line)
        for day in ("2031-01-05", "2031-02-05")
        for found in [checked(*words, day)[1]]
        for mark, line in zip(prints(found), told(found), strict=True)
        if line[1] == "overdue" and "pact.yaml" in line[2]
    ]
    (first, then), (second, now) = overdue
    assert (root.is_dir(), first, then != now) == (True, second, True)


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
    assert marks[4] == marks[0].replace(":1", ":2")


# -- texts ----------------------------------------------------------------------------------------


def test_no_text_of_a_file_becomes_a_placeholder_a_link_or_an_escape() -> None:
    evil = "'{0} [here](https://example.org) \x1b[31m'"
    (run_,) = sarif([Result("value", "error", evil, "a.yaml", 1, 1)], "1")["runs"]
    (result_,) = run_["results"]
    assert result_["message"]["text"] == "'{{0}} [here] (https://example.org) \\x1b[31m'"


VISIT = "evidence/2022/2022-02-04-visit.yaml"
DATES = "observed: 2022-02-05\nrecorded: 2022-02-05\n"
DRIVER = {"name": "scen", "version": __version__}


def rule(id: str, words: str) -> dict[str, Any]:
    text = {"text": words}
    return {"id": id, "shortDescription": text, "fullDescription": text, "help": text}


BROKEN = rule("broken-reference", "A record that names one with a fault")
UNKNOWN_FILE = rule("unknown-file", "A file that is nearly a record, and is not read")
UNKNOWN_KEY = rule("unknown-key", "A key that this kind of record does not have")


def result(head: tuple[str, int, str, str, int, int], text: str, mark: str) -> dict[str, Any]:
    rule_id, index, level, uri, line, column = head
    region = {"startLine": line, "startColumn": column}
    place = {"artifactLocation": {"uri": uri}, "region": region}
    return {
        "ruleId": rule_id,
        "ruleIndex": index,
        "level": level,
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"scen/v1": mark},
    }
