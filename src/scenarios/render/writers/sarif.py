"""Faults and findings in SARIF 2.1.0, the format in which a code host takes what a checker says.

Source: OASIS, *Static Analysis Results Interchange Format (SARIF) Version 2.1.0* (2020).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import quote

from scenarios.analysis.rules.files import EVERY_RULE
from scenarios.analysis.rules.rule import Level
from scenarios.text import printable


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


def _rule(id: str) -> dict[str, Any]:
    """A rule; GitHub wants all three texts."""
    texts = ("shortDescription", "fullDescription", "help")
    return {"id": id, **{key: {"text": EVERY_RULE[id].title} for key in texts}}


def _result(result: Result, index: int, seen: Counter[str]) -> dict[str, Any]:
    # It stays when lines move and days pass: the message without its figures.
    message = _FIGURES.sub("0", result.text)
    print_ = sha256(f"{result.rule}\0{result.path}\0{message}".encode()).hexdigest()[:32]
    seen[print_] += 1
    # SARIF's braces are doubled, and links undone: what a file says makes none.
    text = printable(result.text).replace("{", "{{").replace("}", "}}").replace("](", "] (")
    region = {"startLine": result.line, "startColumn": result.column}
    place = {"artifactLocation": {"uri": quote(result.path)}, "region": region}
    return {
        "ruleId": result.rule,
        "ruleIndex": index,
        "level": result.level,
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {_FINGERPRINT: f"{print_}:{seen[print_]}"},
    }
