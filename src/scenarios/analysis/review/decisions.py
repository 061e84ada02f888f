"""Judgements that a review waits for, and whose: the findings that people decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from scenarios.analysis.forecasts import given, standing
from scenarios.analysis.period.period import Window
from scenarios.analysis.review.status import StatusRow, largest_first
from scenarios.analysis.rules.rule import Finding
from scenarios.model import Analyst, Kind

TO_DECIDE = (
    "overdue",
    "unexplained-move",
    "gap",
    "not-reviewed",
    "one-origin",
    "weak-line",
    "sum-not-one",
    "implies-broken",
    "past-due",
    "unrated",
)
"""Rules whose findings wait for a judgement, the urgent ones first; others are upkeep."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of one rule, which wait for a judgement about their `subjects`.

    The `analysts` are those whose forecasts stand on these questions, or who forecast them last,
    and who recorded the items; none where nobody is known.
    """

    rule: str
    kind: Kind
    subjects: tuple[str, ...]
    analysts: tuple[Analyst, ...]


def decisions(
    window: Window, findings: Iterable[Finding], scenarios: Sequence[StatusRow]
) -> tuple[Decision, ...]:
    """The findings that wait for a judgement, by rule, in the order of `TO_DECIDE`.

    Questions stand in the order of their movement, or of the gap where it is about that.
    """
    rules: dict[str, list[Finding]] = {}
    for finding in findings:
        rules.setdefault(finding.rule, []).append(finding)
    moved = {row.id: float(n) for n, row in enumerate(largest_first(scenarios))}
    gaps = {row.id: -abs(row.gap_decibans or 0.0) for row in scenarios}

    def in_order(rule: str) -> list[str]:
        ranks = gaps if rule == "gap" else moved
        subjects = dict.fromkeys(finding.subject for finding in rules[rule])
        return sorted(subjects, key=lambda subject: ranks.get(subject, 0.0))

    return tuple(
        Decision(
            rule=rule,
            kind=rules[rule][0].kind,
            subjects=tuple(in_order(rule)),
            analysts=tuple(sorted({who for own in rules[rule] for who in _asked(window, own)})),
        )
        for rule in TO_DECIDE
        if rule in rules
    )


def _asked(window: Window, finding: Finding) -> Iterator[Analyst]:
    database = window.database
    if finding.kind == "forecasts":
        yield database.sheets[finding.record].analyst
    elif finding.kind == "evidence":
        recorder = database.evidence[finding.record].analyst
        yield from (recorder,) if recorder else ()
    elif finding.kind == "scenario":
        forecasts = given(database, finding.record, None, window.as_of)
        stands = standing(database, finding.record, window.as_of)
        yield from stands or (forecast.analyst for forecast in forecasts[-1:])
