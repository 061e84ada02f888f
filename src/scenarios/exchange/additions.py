"""The rules and findings of the extensions that a tracker names."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from scenarios import extensions
from scenarios.analysis.period.period import Window
from scenarios.analysis.rules.findings import EVERY_RULE, FindingRule
from scenarios.analysis.rules.rule import Finding, Rule
from scenarios.errors import Fault, ScenError
from scenarios.model import Database


def asked_extensions(database: Database) -> tuple[str, ...] | UnsetType:
    """The extensions that a tracker names and that are there; unset where it names none."""
    names = database.tracker.extensions
    absent = extensions.absent(names)
    return tuple(name for name in names if name not in absent) if names else UNSET


def file_rules(database: Database) -> dict[str, extensions.Addition]:
    """The rules about records, by id."""
    return extensions.offered("rules", EVERY_RULE, database.tracker.extensions)


def record_faults(rule: extensions.Addition, database: Database) -> list[tuple[Any, str, Fault]]:
    """The kind, id and fault of each record that breaks a rule; ScenError where the rule fails."""
    loaded: Rule[Any] = rule.load(Rule)
    with extensions.guarded(rule.owner, rule.name):
        return [
            (kind, id, replace(fault, rule=rule.name, severity=loaded.severity))
            for kind, id, fault in loaded.check(database)
        ]


def finding_rules(database: Database) -> tuple[FindingRule, ...]:
    """The rules that depend on a day; one that fails finds nothing, and a line says so."""
    names = database.tracker.extensions
    for name, reason in extensions.absent(names).items():
        extensions.note(f"extension {name} that tracker.yaml names: {reason}: scen check says more")
    return tuple(
        Rule(name, name, "note", _checked(addition))
        for name, addition in extensions.offered("findings", EVERY_RULE, names).items()
    )


def _checked(rule: extensions.Addition) -> Callable[[Window], Iterator[Finding]]:
    def check(window: Window) -> Iterator[Finding]:
        try:
            loaded: Rule[Any] = rule.load(Rule)
            with extensions.guarded(rule.owner, rule.name):
                findings = [
                    msgspec.structs.replace(f, rule=rule.name) for f in loaded.check(window)
                ]
        except ScenError as error:
            extensions.note(str(error))
            findings = []
        return iter(findings)

    return check
