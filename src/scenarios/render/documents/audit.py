"""An audit: the findings, and what git proves and what it does not."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.analysis.history.audit import RULES, Audit
from scenarios.analysis.history.audit_rules import AuditFinding
from scenarios.render.document import Block, Document, Heading, Item, Items, Paragraph
from scenarios.text import counted

_PROVES = (
    "Git proves what each commit holds and which came before which. It does not prove dates: an "
    "author's date can be set, and history can be rewritten before it is shared. Signed commits, "
    "and the times at which a remote received them, help."
)


def document(result: Audit) -> Document:
    """Findings by rule, then by commit; what cannot be told stands at the end."""
    if not result.commits:
        return (Paragraph("No commit changed the database: there is nothing to audit."),)
    first, last = result.first, result.last
    days = f"{first} to {last}" if first != last else f"all on {first}"
    blocks: list[Block] = [
        Paragraph(f"{counted(result.commits, 'commit')} that changed the database, {days}."),
        *map(Paragraph, _at_once(result)),
    ]
    for rule in RULES:
        found = [finding for finding in result.findings if finding.rule == rule.id]
        if found:
            blocks += [Heading(2, f"{rule.title} ({len(found)})"), Items(tuple(_by_commit(found)))]
    if not result.findings:
        blocks.append(Paragraph("Nothing to report."))
    return (*blocks, Items(tuple(Item(text, bullet=True) for text in _limits(result))))


def _at_once(result: Audit) -> Iterator[str]:
    """Days on which records came long after their own dates, and whether that was all of them."""
    total = sum(day.records for day in result.entered)
    for day in result.entered:
        if not day.backdated:
            continue
        late = f"{day.least_days} to {day.most_days}"
        late = f"{day.most_days}" if day.least_days == day.most_days else late
        is_all = day.backdated == total > 1
        which = f"All {total}" if is_all else f"{day.backdated} of {total}"
        after = ": entered at once, after the fact" if is_all else ""
        yield (
            f"{which} dated records (evidence, sheets) were committed on {day.date}, "
            f"{late} days after their own dates{after}."
        )


def _by_commit(found: list[AuditFinding]) -> Iterator[Item]:
    commits: dict[str, list[AuditFinding]] = {}
    for finding in found:
        commits.setdefault(finding.commit, []).append(finding)
    for commit, group in commits.items():
        alike: dict[str, list[str]] = {}
        for finding in group:
            alike.setdefault(finding.message, []).append(finding.record)
        under = (
            Item(f"{', '.join(records)}: {message}", bullet=True)
            for message, records in alike.items()
        )
        yield Item(f"{commit[:7]} {group[0].date} {group[0].author}", tuple(under))


def _limits(result: Audit) -> Iterator[str]:
    yield _PROVES
    if result.lumped:
        which = ", ".join(commit[:7] for commit in result.lumped)
        yield (
            f"{counted(len(result.lumped), 'commit')} with records of many days (a squash or an "
            f"import): {which}. The order inside one, and what it swallowed, cannot be seen."
        )
    if result.beyond:
        which = ", ".join(commit[:7] for commit in result.beyond)
        yield f"This clone ends at {which}: who brought what is there, and when, cannot be seen."
    if result.left_out:
        yield f"{counted(result.left_out, 'changed file')} could not be read and were not judged."
