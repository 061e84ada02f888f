"""Faults of files: what `check` finds, also for a code host, and what a result lacks."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import quote

from scenarios.analysis.rules.findings import EVERY_RULE
from scenarios.analysis.rules.rule import Level
from scenarios.errors import NAMED, Problem
from scenarios.render.cells import left, right
from scenarios.render.document import Document, Figure, Row, Table
from scenarios.text import counted, printable


def document(problems: Iterable[Problem], findings: Iterable[Any]) -> Document:
    """Faults by their place, then the findings."""
    rows: list[Row] = [
        (p.path, Figure(p.line), Figure(p.column), p.severity, p.rule, p.message, p.hint or "")
        for p in problems
    ]
    for f in findings:
        position = (f.path, Figure(f.line), Figure(f.column))
        rows.append((*position, "finding", f.rule, f"{f.subject}: {f.message}", ""))
    texts = (left(name) for name in ("severity", "rule", "message", "hint"))
    columns = (left("path"), right("line"), right("column"), *texts)
    return (Table(columns=columns, rows=tuple(rows), empty="Nothing found."),)


def unreadable_files(unreadable: Sequence[Problem], placed: Callable[[str], str]) -> Document:
    """Each file by its `placed` path, the line and the fault; nothing where all could be read."""
    if not unreadable:
        return ()
    if not any(fault.path.endswith(".yaml") for fault in unreadable):  # trackers, not their files
        heads = left("tracker"), left("fault", least=30)
        caption = f"{counted(len(unreadable), 'tracker')} cannot be read, or not all of it"
        trackers = tuple((fault.path, fault.message) for fault in unreadable[:NAMED])
        more = len(unreadable) - NAMED
        note = f"and {more} more: --format json names them all" if more > 0 else ""
        return (Table(columns=heads, rows=trackers, caption=caption, note=note),)
    names = [fault.path for fault in unreadable]
    missing = sum("/" in name for name in names)
    parts = []
    if "tracker.yaml" in names:
        parts.append("without a readable tracker.yaml there are no figures")
    elif missing < len(names):
        parts.append("figures that a broken scenario could change are shown as ?")
    if missing:
        parts.append(f"figures lack {counted(missing, 'record')}")
    columns = (left("file"), right("line"), left("fault", least=30))
    rows = (
        (placed(fault.path), f"{fault.line}", f"{fault.rule}: {fault.message}")
        for fault in unreadable
    )
    files = counted(len(unreadable), "file")
    caption = f"{files} cannot be read: {'; '.join(parts)}"
    return (Table(columns=columns, rows=tuple(rows), caption=caption),)


class SarifResult(NamedTuple):
    """A fault or a finding; `path` is that of its file from the top of the repository."""

    rule: str
    level: Level
    text: str
    path: str
    line: int
    column: int


def sarif(results: Iterable[SarifResult], version: str) -> dict[str, Any]:
    """One run of `scen` of this version, with the rules that were broken in it.

    Source: OASIS, *Static Analysis Results Interchange Format (SARIF) Version 2.1.0* (2020).
    """
    listed_results = list(results)
    rules = sorted({result.rule for result in listed_results})
    seen: Counter[str] = Counter()
    driver = {"name": "scen", "version": version, "rules": [_rule(rule) for rule in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(result, rules.index(result.rule), seen) for result in listed_results],
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
    title = EVERY_RULE[id].title if id in EVERY_RULE else id  # of an extension
    return {"id": id, **{key: {"text": title} for key in texts}}


def _result(result: SarifResult, index: int, seen: Counter[str]) -> dict[str, Any]:
    # It stays when lines move and days pass: the message without its figures.
    message = _FIGURES.sub("0", result.text)
    print_ = sha256(f"{result.rule}\0{result.path}\0{message}".encode()).hexdigest()[:32]
    seen[print_] += 1
    # SARIF's braces are doubled, and links undone: what a file says makes none.
    text = printable(result.text).replace("{", "{{").replace("}", "}}").replace("](", "] (")
    region = {"startLine": result.line, "startColumn": result.column}
    location = {"artifactLocation": {"uri": quote(result.path)}, "region": region}
    return {
        "ruleId": result.rule,
        "ruleIndex": index,
        "level": result.level,
        "message": {"text": text},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {_FINGERPRINT: f"{print_}:{seen[print_]}"},
    }
