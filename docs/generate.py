"""Write the pages that are made of the code: `python docs/generate.py`."""

from __future__ import annotations

import inspect
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from drawing import tables_page, tables_svg
from reference import commands_page, files_page, json_page
from schemas import schemas

from scenarios.analysis.history import audit
from scenarios.analysis.history.commit_log import History
from scenarios.analysis.quantities.explanation import QuantityExplanation
from scenarios.analysis.review import listing
from scenarios.analysis.review.ach import Matrix
from scenarios.analysis.review.deadlines import Due
from scenarios.analysis.review.explanation import Explanation
from scenarios.analysis.review.inbox import InboxListing
from scenarios.analysis.review.reminders import Reminders
from scenarios.analysis.review.review import Brief, Review
from scenarios.analysis.review.search import SearchResult
from scenarios.analysis.review.status import StatusRow
from scenarios.analysis.rules import consistency, findings
from scenarios.analysis.rules.rule import Rule
from scenarios.analysis.scores.scoring import Score
from scenarios.exchange.answer import QueryResult
from scenarios.exchange.candidates import Candidates
from scenarios.extensions import Extensions
from scenarios.workspace import checking, reading, results, sitting
from scenarios.workspace.exchange.exporting import ExportResult
from scenarios.workspace.importing.settings import ImportSummary
from scenarios.workspace.inbox import ProposedEntries

HERE = Path(__file__).parent
COMMAND = "python docs/generate.py"
FILE_RULES = tomllib.loads((HERE / "file_rules.toml").read_text("utf-8"))
"""The texts of the rules that reading a file shows."""

PARTS: tuple[tuple[str, str, Iterable[Rule[Any]]], ...] = (
    (
        "One file by itself",
        (
            "`scen check` reports each problem of a file with its place. A file with an error is "
            "left out; everything else is read without it."
        ),
        consistency.FILE_RULES,
    ),
    (
        "Records together",
        "`scen check` also compares records with each other. Such a problem leaves nothing out.",
        consistency.RULES,
    ),
    (
        "Findings",
        (
            "`scen check --findings`, `status` and `report` give advice that depends on the day. "
            "A finding never fails a check. [The method](method.md) has the thresholds."
        ),
        findings.RULES,
    ),
    (
        "The audit",
        (
            "`scen audit` asks what an outside reviewer would ask about the commits. A finding is "
            "a question, not an accusation; [the method](method.md) says what git can prove."
        ),
        audit.RULES,
    ),
)


def rules_page() -> str:
    """docs/rules.md: each rule with what it means, an example and what to do."""
    parts = [
        "# Rules",
        f"<!-- Made by `{COMMAND}` of the rules in src/scenarios/analysis: change them there. -->",
        (
            "`scen check` fails on an *error*, with `--strict` also on a *warning*, and never on a "
            "*note*. SARIF output uses the same levels."
        ),
    ]
    for heading, lead, rules in PARTS:
        parts += [f"## {heading}", lead]
        for rule in rules:
            parts += [f"### `{rule.id}`: {rule.title}", f"*{rule.severity.capitalize()}.*"]
            parts[-1] += " " + "\n\n".join(_paragraphs(rule))
    return "\n\n".join(parts) + "\n"


def explanation(rule: Rule[Any]) -> str:
    """What the check of a rule says, or the text about a rule that has none."""
    return inspect.cleandoc(rule.check.__doc__ if rule.check else FILE_RULES[rule.id])


def _paragraphs(rule: Rule[Any]) -> Iterator[str]:
    for paragraph in explanation(rule).split("\n\n"):
        told = " ".join(paragraph.split("\n"))
        yield re.sub(r"(?:^| )(Example|To do): ", r"\n- *\1*: ", told).strip("\n")


OUTPUTS: dict[str, Any] = {
    "due": Due,
    "remind": Reminders,
    "status": reading.Status,
    "report": Review,
    "report-brief": Brief,
    "explain": Explanation,
    "explain-quantity": QuantityExplanation,
    "matrix": Matrix,
    "score": Score,
    "check": checking.CheckResult,
    "diff": reading.Diff,
    "history": History,
    "audit": audit.Audit,
    "candidates": Candidates,
    "show": reading.RecordShown | list[reading.RecordShown],
    "search": SearchResult,
    "list-scenarios": list[StatusRow],
    "list-indicators": list[listing.IndicatorRow],
    "list-evidence": list[listing.EvidenceRow],
    "list-forecasts": list[listing.ForecastRow],
    "list-sources": list[listing.SourceRow],
    "query": QueryResult,
    "export": ExportResult,
    "init": results.InitResult,
    "new": results.RecordResult,
    "add-indicator": results.RecordResult,
    "add-source": results.RecordResult,
    "resolve": results.RecordResult,
    "add-evidence": results.EvidenceRecorded,
    "rate": results.EvidenceRecorded,
    "retract": results.EvidenceRecorded,
    "forecast": results.ForecastRecorded,
    "review": sitting.SheetRecorded,
    "inbox": InboxListing,
    "inbox-fetch": ProposedEntries,
    "inbox-dismiss": results.RecordResult,
    "edit": results.CorrectionResult,
    "clarify": results.CorrectionResult,
    "rename": results.CorrectionResult,
    "remove": results.CorrectionResult,
    "undo": results.UndoResult,
    "candidates-accept": results.AcceptResult,
    "candidates-propose": ProposedEntries,
    "import": ImportSummary,
    "extensions": Extensions,
}
"""What each command prints with --format json."""


def json_schemas() -> dict[str, str]:
    """The files of docs/json: a JSON Schema for each output, with its fields described."""
    files = {}
    for name, output in OUTPUTS.items():
        schema = _named(name, _described(msgspec.json.schema(output)))
        title = f"scen {name.replace('-', ' ', 1) if name.startswith('list-') else name}"
        head = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": f"{title} --format json",
            "$comment": f"Made by `{COMMAND}` of the results in src/scenarios.",
        }
        files[f"{name}.schema.json"] = json.dumps({**head, **schema}, indent=2, ensure_ascii=False)
    return {name: f"{text}\n" for name, text in files.items()}


def _named(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with what every output but a list of rows has in front."""
    if schema.get("type") == "array":
        return schema
    named = {
        "schema": {"const": name, "description": "This schema: docs/json has it."},
        "ledger": {"type": "integer", "description": "The version of the arithmetic."},
    }
    unreadable = {
        "type": "array",
        "description": "Of a command that reads: the files that could not be read, by path, line, "
        "column and message.",
    }
    if "anyOf" in schema:
        parts = [part if "items" in part else _named(name, part) for part in schema["anyOf"]]
        return {**schema, "anyOf": parts}
    return {"properties": {**named, "unreadable": unreadable}, "required": [*named], **schema}


def _described(schema: Any) -> Any:
    """The schema with its descriptions as they are read; before 3.13 Python keeps their indent.

    The messages of `scen check` are left out: a result has no faults.
    """
    if isinstance(schema, list):
        return [_described(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: inspect.cleandoc(part)
        if key == "description" and isinstance(part, str)
        else _described(part)
        for key, part in schema.items()
        if key != "errorMessage"
    }


def pages() -> dict[str, str]:
    """Every page that is made, by its name."""
    return {
        "rules.md": rules_page(),
        "commands.md": commands_page(COMMAND, OUTPUTS),
        "files.md": files_page(COMMAND),
        **{f"../schema/{name}": text for name, text in schemas(COMMAND).items()},
        "json.md": json_page(COMMAND, OUTPUTS),
        "tables.md": tables_page(COMMAND),
        "pictures/tables.svg": tables_svg(),
    }


if __name__ == "__main__":
    (HERE / "json").mkdir(exist_ok=True)
    for _name, _text in schemas(COMMAND).items():  # first: the page of the tables quotes them
        (HERE.parent / "schema" / _name).write_text(_text, encoding="utf-8")
    for _name, _text in json_schemas().items():
        (HERE / "json" / _name).write_text(_text, encoding="utf-8")
    for _name, _text in pages().items():
        (HERE / _name).write_text(_text, encoding="utf-8")
