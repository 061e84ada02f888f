"""Rules of one file by itself, which reading it shows."""

from __future__ import annotations

from typing import Any

from scenarios.analysis.rules import consistency, findings
from scenarios.analysis.rules.rule import Rule

_WARNINGS = frozenset({"attachment-missing", "attachment-unnamed", "unknown-file"})
_TITLES = {
    "yaml": "A file that is not YAML",
    "encoding": "A file that is not UTF-8",
    "byte-order-mark": "A byte order mark in a file",
    "control-character": "A control character in a file",
    "empty": "A file that holds no value",
    "several-documents": "More than one YAML document in a file",
    "too-deep": "Mappings and lists nested too deep",
    "too-large": "A file that is too large to be read",
    "anchor": "A YAML anchor: a record writes its values out",
    "alias": "A YAML alias: a record writes its values out",
    "tag": "A YAML tag: values have no types of their own",
    "key-type": "A key that is not a text",
    "duplicate-key": "One key twice in a mapping",
    "number": "A number that cannot be kept",
    "type": "A value of the wrong type",
    "value": "A value that is not allowed",
    "impossible-date": "A date that is not in the calendar",
    "missing-key": "A key that the record needs is missing",
    "unknown-key": "A key that this kind of record does not have",
    "no-tracker": "A database without tracker.yaml",
    "bad-id": "A file whose name is no id of its kind of record",
    "misplaced": "A record outside the folder of its kind or year",
    "unknown-file": "A file that is nearly a record, and is not read",
    "not-a-file": "A record's name on what is no file",
    "symlink": "A symbolic link that is not followed",
    "unreadable": "A file or folder that cannot be read",
    "attachment-missing": "A saved copy that is not there",
    "attachment-changed": "A saved copy that is not what was attached",
    "attachment-unnamed": "A saved copy that no item names",
}
"""All but `_WARNINGS` are errors; docs/file_rules.toml explains each."""

RULES: tuple[Rule[Any], ...] = (
    *(
        Rule(id, title, "warning" if id in _WARNINGS else "error", None)
        for id, title in _TITLES.items()
    ),
    consistency.INVISIBLE_CHARACTER,
)
EVERY_RULE = {rule.id: rule for rule in (*RULES, *consistency.RULES, *findings.RULES)}
