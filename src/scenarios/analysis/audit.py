"""What an outside reviewer learns from a database's commits, and what they cannot tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from scenarios.analysis.audit_rules import RULES, AuditFinding
from scenarios.analysis.trail import Step, Trail
from scenarios.model import Evidence, Sheet


class Entered(msgspec.Struct, frozen=True):
    """The dated records that were committed on one day, and how long after their own dates."""

    date: date
    records: int
    backdated: int
    least_days: int
    most_days: int


class Audit(msgspec.Struct, frozen=True):
    """The findings, and what the commits cannot tell."""

    commits: int
    first: date | None
    last: date | None
    findings: tuple[AuditFinding, ...]
    entered: tuple[Entered, ...]
    lumped: tuple[str, ...]
    beyond: tuple[str, ...]
    left_out: int


def audit(trail: Trail, left_out: int = 0) -> Audit:
    """Every rule's findings, by rule and then by commit, oldest first.

    `lumped` are commits that hold records of many days: a squash, or an import. `beyond` are those
    at which a shallow clone ends.
    """
    days = [commit.authored for commit in trail.commits]
    return Audit(
        len(trail.commits),
        min(days, default=None),
        max(days, default=None),
        tuple(found for rule in RULES for found in rule(trail)),
        tuple(_entered(trail)),
        tuple(_lumped(trail)),
        tuple(commit.id for commit in trail.commits if commit.shallow),
        left_out,
    )


def _entered(trail: Trail) -> Iterator[Entered]:
    days: dict[date, list[int]] = {}
    for step, own in _brought(trail):
        days.setdefault(step.commit.authored, []).append(trail.late(step.commit, own))
    for day, late in sorted(days.items()):
        behind = [n for n in late if n]
        yield Entered(day, len(late), len(behind), min(behind, default=0), max(behind, default=0))


def _lumped(trail: Trail) -> Iterator[str]:
    spans: dict[str, list[date]] = {}
    for step, own in _brought(trail):
        spans.setdefault(step.commit.id, []).append(own)
    for commit, days in spans.items():
        if (max(days) - min(days)).days > trail.days:
            yield commit


def _brought(trail: Trail) -> Iterator[tuple[Step, date]]:
    """Each item and each sheet with its own date, in the commit that brought it."""
    for step in trail.steps:
        record = step.change.after
        is_new = trail.born[step.change.kind, step.change.id] == step.number
        if is_new and not step.commit.shallow and isinstance(record, Evidence | Sheet):
            yield step, record.recorded if isinstance(record, Evidence) else record.date
