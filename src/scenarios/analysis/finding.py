"""A finding: advice about a record, and the place in that record which it is about."""

from __future__ import annotations

import msgspec

from scenarios.model import Kind


class Finding(msgspec.Struct, frozen=True):
    """`subject` is what it is about; `kind`, `record` and `keys` say where in which file."""

    rule: str
    subject: str
    message: str
    kind: Kind
    record: str
    keys: tuple[str, ...] = ()


def of_scenario(rule: str, id: str, message: str, *keys: str) -> Finding:
    """A finding about a scenario."""
    return Finding(rule, id, message, "scenario", id, keys)


def of_evidence(rule: str, id: str, message: str, *keys: str) -> Finding:
    """A finding about an item of evidence."""
    return Finding(rule, id, message, "evidence", id, keys)


def of_indicator(rule: str, scenario: str, indicator: str, message: str) -> Finding:
    """A finding about an indicator, which stands in its scenario's file."""
    keys = ("indicators", indicator)
    return Finding(rule, f"{scenario}/{indicator}", message, "scenario", scenario, keys)
