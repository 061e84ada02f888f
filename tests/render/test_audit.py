"""An audit as it is read: what is one finding is told once, and nothing is lost."""

from __future__ import annotations

import re
from datetime import date, timedelta

from msgspec.structs import replace

from scenarios.analysis.changes import AuditFinding
from scenarios.analysis.history.audit import Audit, CommitDelay, ForeignIdCount
from scenarios.render.documents.history import audit_document
from scenarios.render.writers.terminal import write

DAY = date(2026, 11, 24)


def finding(number: int, message: str, days: int = 0) -> AuditFinding:
    return AuditFinding(
        rule="rated-after-outcome",
        record=f"item-{number}",
        kind="evidence",
        commit=f"{number:07}abc",
        author="A",
        date=DAY + timedelta(days=days),
        message=message,
    )


def audit(*findings: AuditFinding, entered: tuple[CommitDelay, ...] = ()) -> Audit:
    return Audit(
        tip="",
        commits=9,
        first=DAY,
        last=DAY,
        findings=findings,
        entered=entered,
        accepted=(),
        decided=(),
        elsewhere=(),
        lumped=(),
        beyond=(),
        left_out=0,
    )


def test_a_few_of_the_commits_that_brought_records_from_elsewhere_are_named() -> None:
    commits = tuple(f"{number:07}abc" for number in range(7))
    came = (
        ForeignIdCount(system="icews", records=9, commits=commits),
        ForeignIdCount(system="stix", records=1, commits=commits[:1]),
    )
    text = told(replace(audit(), elsewhere=came))
    assert (
        "9 records have an id of icews, since 0000000, 0000001, 0000002, 0000003, 0000004, " in text
    )
    assert "0000004, 2 more commits.\n" in text
    assert "1 record has an id of stix, since 0000000.\n" in text


def themes(number: int) -> list[AuditFinding]:
    known = "was known (2022-02-24)"
    return [
        finding(n, f"theme of x{n} none → energy{n}, after the outcome of war-{n} {known}")
        for n in range(number)
    ]


def told(result: Audit, *, every: bool = False) -> str:
    return write(audit_document(result, every=every), 200)


def test_what_is_done_alike_in_a_day_is_told_once_with_its_number() -> None:
    other = finding(7, "rating C → II, after the outcome of war was known (2022-02-24)")
    text = told(audit(*themes(5), other))
    assert "known (6)\n" in text
    assert (
        "2026-11-24 A: 5 alike, in 5 records and 5 commits\n  - such as item-0 in 0000000:" in text
    )
    assert "0000007 2026-11-24 A\n  - item-7: rating C → II" in text
    assert "Like findings are listed once: --all lists each." in text


def test_a_few_or_all_that_is_wanted_is_listed() -> None:
    for text in (told(audit(*themes(3))), told(audit(*themes(9)), every=True)):
        assert "alike" not in text
        assert len(re.findall(r"^  - item-", text, re.MULTILINE)) in (3, 9)


def test_another_day_another_thing() -> None:
    late = finding(9, themes(1)[0].message, days=1)
    text = told(audit(*themes(4), late))
    assert "4 alike" in text
    assert "0000009 2026-11-25 A\n  - item-9: theme" in text


def test_what_was_entered_in_less_time_than_it_was_late_was_entered_at_once() -> None:
    def entered(late: int, records: int = 45) -> tuple[CommitDelay, ...]:
        return tuple(
            CommitDelay(
                date=DAY + timedelta(days=n),
                records=records,
                backdated=45,
                least_days=late,
                most_days=1800,
            )
            for n in range(2)
        )

    once = "from 2026-11-24 to 2026-11-25, 288 to 1800 days after their own dates: entered at once"
    assert f"All 90 dated records (evidence, sheets) were committed {once}" in told(
        audit(entered=entered(288))
    )
    assert "at once" not in told(audit(entered=entered(1)))
    assert "45 of 100 dated records" in told(audit(entered=entered(288, 50)))
