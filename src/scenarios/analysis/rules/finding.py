"""A finding: advice about a record, and the place in that record which it is about."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from scenarios.model import Kind

LISTED = 5
"""As many ids are named in a message; the rest is counted."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """`subject` is what it is about; `kind`, `record` and `keys` say where in which file."""

    rule: str
    subject: str
    message: str
    kind: Kind
    record: str
    keys: tuple[str, ...] = ()


def of_scenario(rule: str, id: str, message: str, *keys: str) -> Finding:
    """A finding about a scenario."""
    return Finding(rule=rule, subject=id, message=message, kind="scenario", record=id, keys=keys)


def of_evidence(rule: str, id: str, message: str, *keys: str) -> Finding:
    """A finding about an item of evidence."""
    return Finding(rule=rule, subject=id, message=message, kind="evidence", record=id, keys=keys)


def of_indicator(rule: str, scenario: str, indicator: str, message: str) -> Finding:
    """A finding about an indicator, which stands in its scenario's file."""
    keys = ("indicators", indicator)
    return Finding(
        rule=rule,
        subject=f"{scenario}/{indicator}",
        message=message,
        kind="scenario",
        record=scenario,
        keys=keys,
    )


def several(ids: Sequence[str]) -> str:
    """The ids of a message: `a, b, c, d, e and 395 more`."""
    more = len(ids) - LISTED
    return ", ".join(ids[:LISTED]) + (f" and {more} more" if more > 0 else "")
