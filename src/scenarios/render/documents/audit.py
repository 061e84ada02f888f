"""An audit: the findings, and what git proves and what it does not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scenarios.analysis.history.audit import RULES, Audit, Entered
from scenarios.analysis.history.audit_rules import AuditFinding
from scenarios.render.document import Block, Document, Heading, Item, Items, Paragraph
from scenarios.text import counted

_PROVES = (
    "Git proves what each commit holds and which came before which. It does not prove dates: an "
    "author's date can be set, and history can be rewritten before it is shared. Signed commits, "
    "and the times at which a remote received them, help."
)


_MANY, _NAMED = 4, 5
"""Similar findings from which on they are one entry; commits that are named."""
_SPECIFIC = re.compile(r"^\S+: |: .*$|\(?\d[\d-]*\)?|(?<=outcome of )\S+")
"""Ids, dates and numbers in a message."""


def document(
    result: Audit, pending: Sequence[AuditFinding] = (), *, every: bool = False
) -> Document:
    """Findings by rule, then by commit; then those that are not committed, and what is not told.

    What one person did alike to many records in a day is one entry, unless `every` one is wanted.
    """
    if not result.commits:
        return (Paragraph("No commit changed the database: there is nothing to audit."),)
    first, last = result.first, result.last
    days = f"{first} to {last}" if first != last else f"all on {first}"
    blocks: list[Block] = [
        Paragraph(f"{counted(result.commits, 'commit')} that changed the database, {days}."),
        *map(Paragraph, _at_once(result)),
        *map(Paragraph, _elsewhere(result)),
        *map(Paragraph, _accepted(result)),
    ]
    is_folded = False
    for rule in RULES:
        own = [finding for finding in result.findings if finding.rule == rule.id]
        if own:
            heading = Heading(2, f"{rule.title} ({len(own):,})")
            alike = [] if every else list(_alike(own))
            folded = {id(finding) for group in alike for finding in group}
            rest = [finding for finding in own if id(finding) not in folded]
            blocks += [heading, Items((*map(_folded_item, alike), *_by_commit(rest)))]
            is_folded = is_folded or bool(alike)
    if is_folded:
        blocks.append(Paragraph("What is alike is told once: --all lists each."))
    if pending:
        rows = (Item(f"{f.record}: {f.message}", bullet=True) for f in pending)
        blocks += [Heading(2, f"Not committed yet ({len(pending)})"), Items(tuple(rows))]
    if not result.findings and not pending:
        blocks.append(Paragraph("Nothing to report."))
    return (*blocks, Items(tuple(Item(text, bullet=True) for text in _limits(result))))


def _at_once(result: Audit) -> Iterator[str]:
    """Days on which records came long after their own dates, and whether that was all of them."""
    total = sum(day.records for day in result.entered)
    late = [day for day in result.entered if day.backdated]
    least = min((day.least_days for day in late), default=0)
    is_all = sum(day.backdated for day in late) == total > 1
    if is_all and (late[-1].date - late[0].date).days < least:
        yield _entered(f"All {total}", late) + ": entered at once, after the fact."
        return
    for day in late:
        yield _entered(f"{day.backdated} of {total}", [day]) + "."


def _elsewhere(result: Audit) -> Iterator[str]:
    for system in result.elsewhere:
        named = [commit[:7] for commit in system.commits[:_NAMED]]
        more = [f"{len(system.commits) - _NAMED:,} more commits"] if system.commits[_NAMED:] else []
        records = counted(system.records, "record has", "records have")
        yield f"{records} an id of {system.system}, since {', '.join([*named, *more])}."


def _accepted(result: Audit) -> Iterator[str]:
    """Yield what was proposed by each feed, store, agent or person, and who accepted it."""
    for row in result.accepted:
        parts = (counted(row.evidence, "item"), counted(row.forecasts, "forecast"))
        number = " and ".join(part for part in parts if not part.startswith("0 "))
        by = row.accepted_by or "nobody who is named"
        yield f"{number} proposed by {row.proposed_by}, accepted by {by}."


def _entered(which: str, days: Sequence[Entered]) -> str:
    first, last = days[0].date, days[-1].date
    when = f"on {first}" if first == last else f"from {first} to {last}"
    least, most = min(day.least_days for day in days), max(day.most_days for day in days)
    late = f"{least} to {most}" if least != most else f"{most}"
    return (
        f"{which} dated records (evidence, sheets) were committed {when}, {late} days after their "
        "own dates"
    )


def _alike(findings: Sequence[AuditFinding]) -> Iterator[list[AuditFinding]]:
    groups: dict[tuple[object, ...], list[AuditFinding]] = {}
    for finding in findings:
        key = (finding.date, finding.author, finding.kind, _shape(finding.message))
        groups.setdefault(key, []).append(finding)
    yield from (group for group in groups.values() if len(group) >= _MANY)


def _shape(message: str) -> str:
    change, arrow, rest = message.partition(" → ")
    if arrow:
        changed = "" if ": " in change else change.split()[0]
        message = f"{changed} changed{rest[rest.find(',') :]}"
    return _SPECIFIC.sub("", message)


def _folded_item(group: Sequence[AuditFinding]) -> Item:
    first = group[0]
    records = counted(len({finding.record for finding in group}), "record")
    commits = counted(len({finding.commit for finding in group}), "commit")
    head = f"{first.date} {first.author}: {len(group):,} alike, in {records} and {commits}"
    example = f"such as {first.record} in {first.commit[:7]}: {first.message}"
    return Item(head, (Item(example, bullet=True),))


def _by_commit(findings: list[AuditFinding]) -> Iterator[Item]:
    commits: dict[str, list[AuditFinding]] = {}
    for finding in findings:
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
