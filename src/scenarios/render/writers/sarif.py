"""Faults and findings in SARIF 2.1.0, the format in which a code host takes what a checker says.

Source: OASIS, *Static Analysis Results Interchange Format (SARIF) Version 2.1.0* (2020).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

from scenarios.text import printable

Level = Literal["error", "warning", "note"]


class Result(NamedTuple):
    """A fault or a finding; `path` is that of its file from the top of the repository."""

    rule: str
    level: Level
    text: str
    path: str
    line: int
    column: int


def sarif(results: Iterable[Result], version: str) -> dict[str, Any]:
    """One run of `scen` of this version, with the rules that were broken in it."""
    shown = list(results)
    rules = sorted({result.rule for result in shown})
    seen: Counter[str] = Counter()
    driver = {"name": "scen", "version": version, "rules": [_rule(rule) for rule in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(result, rules.index(result.rule), seen) for result in shown],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
# Not `primaryLocationLineHash`: GitHub computes that itself and complains of any other value.
_FINGERPRINT = "scen/v1"
_FIGURES = re.compile(r"[0-9]+")

RULES: dict[str, str] = {
    # a file by itself
    "alias": "A YAML alias: a record writes its values out",
    "anchor": "A YAML anchor: a record writes its values out",
    "bad-id": "A file whose name is no id of its kind of record",
    "byte-order-mark": "A byte order mark in a file",
    "control-character": "A control character in a file",
    "duplicate-key": "One key twice in a mapping",
    "empty": "A file that holds no value",
    "encoding": "A file that is not UTF-8",
    "invisible-character": "A character in a text that nobody sees",
    "impossible-date": "A date that is not in the calendar",
    "key-type": "A key that is not a text",
    "misplaced": "A record outside the folder of its kind or year",
    "missing-key": "A key that the record needs is missing",
    "no-tracker": "A database without tracker.yaml",
    "not-a-file": "A record's name on what is no file",
    "number": "A number that cannot be kept",
    "several-documents": "More than one YAML document in a file",
    "symlink": "A symbolic link that is not followed",
    "tag": "A YAML tag: values have no types of their own",
    "too-deep": "Mappings and lists nested too deep",
    "too-large": "A file that is too large to be read",
    "type": "A value of the wrong type",
    "unknown-file": "A file that is nearly a record, and is not read",
    "unknown-key": "A key that this kind of record does not have",
    "unreadable": "A file or folder that cannot be read",
    "value": "A value that is not allowed",
    "yaml": "A file that is not YAML",
    # records together
    "broken-reference": "A record that names one with a fault",
    "date-order": "Dates out of order",
    "decibans-order": "A stronger code that is worth less than a weaker one",
    "hazard-in-set": "A hazard on a scenario of an exclusive set",
    "lonely-set": "An exclusive set with one member",
    "mixed-row": "Evidence that rates a set partly directly, partly through indicators",
    "name-mismatch": "A file's name that says another day or analyst than the file",
    "no-probability": "Words about a scenario that the sheet does not forecast",
    "rated-twice": "Evidence that rates a scenario directly and through an indicator",
    "self-reference": "A record that names itself",
    "two-occurred": "Two members of an exclusive set that both occurred",
    "unknown-evidence": "An item of evidence that does not exist",
    "unknown-indicator": "An indicator that its scenario does not have",
    "unknown-scenario": "A scenario that does not exist",
    "unknown-set": "A set that the tracker does not declare",
    "unknown-source": "A source that does not exist",
    "vague-words": "Words that can be read in more than one way",
    # findings: advice that depends on a date
    "before-opened": "Evidence that was recorded before its scenario opened",
    "few-indicators": "Too few indicators to tell a scenario from its rivals",
    "gap": "Stated and implied probability far apart",
    "grade-clash": "Reliability and credibility that say opposite things",
    "implies-broken": "A scenario more probable than one that it implies",
    "late-forecast": "A forecast given when the outcome was known",
    "non-diagnostic": "An indicator that tells nothing apart",
    "not-reviewed": "A scenario without a recent forecast",
    "one-origin": "A move that rests on one origin",
    "overdue": "A scenario past its horizon without a resolution",
    "partial-row": "Evidence or an indicator rated for some members of a set",
    "past-due": "An indicator that was due and not seen",
    "possible-duplicate": "Two items that may be one event",
    "sum-not-one": "Figures of an exclusive set that do not sum to 1",
    "uncorroborated": "Evidence graded confirmed that nothing corroborates",
    "unexplained-move": "A stated probability that moved without a reason",
    "unrated": "Evidence that rates no scenario",
}
"""What each rule is about, in a few words."""


def _rule(id: str) -> dict[str, Any]:
    """A rule; GitHub wants all three texts."""
    texts = ("shortDescription", "fullDescription", "help")
    return {"id": id, **{key: {"text": RULES.get(id, id)} for key in texts}}


def _result(result: Result, index: int, seen: Counter[str]) -> dict[str, Any]:
    print_ = _fingerprint(result)
    seen[print_] += 1
    region = {"startLine": result.line, "startColumn": result.column}
    place = {"artifactLocation": {"uri": quote(result.path)}, "region": region}
    return {
        "ruleId": result.rule,
        "ruleIndex": index,
        "level": result.level,
        "message": {"text": _message(result.text)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {_FINGERPRINT: f"{print_}:{seen[print_]}"},
    }


def _fingerprint(result: Result) -> str:
    """What stays when lines move and days pass: the figures of the message are left out."""
    said = _FIGURES.sub("0", result.text)
    return sha256(f"{result.rule}\0{result.path}\0{said}".encode()).hexdigest()[:32]


def _message(text: str) -> str:
    """The text with SARIF's braces doubled, and without its links: what a file says makes none."""
    return printable(text).replace("{", "{{").replace("}", "}}").replace("](", "] (")
