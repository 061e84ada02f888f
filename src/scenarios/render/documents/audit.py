"""An audit as text: the findings, and what git proves and what it does not."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.analysis.history.audit import Audit
from scenarios.analysis.history.audit_rules import AuditFinding
from scenarios.render.text import counted, fold

_PROVES = (
    "Git proves what each commit holds and which came before which. It does not prove dates: an "
    "author's date can be set, and history can be rewritten before it is shared. Signed commits, "
    "and the times at which a remote received them, help."
)
_RULES = {
    "hindsight-indicator": "Indicators added or rated anew after what fires them",
    "edited-forecast": "Forecasts edited after they were committed",
    "question-changed": "Questions changed after the first forecast",
    "rated-after-outcome": "Ratings changed after the outcome was known",
    "late-forecast": "Forecasts dated when the outcome was known",
    "deleted-evidence": "Evidence deleted rather than retracted",
    "backdated": "Backdated records",
}


def audit_text(made: Audit, width: int) -> str:
    """Findings by rule, then by commit; what cannot be told stands at the end."""
    if not made.commits:
        return "No commit changed the database: there is nothing to audit."
    span = f"{made.first} to {made.last}" if made.first != made.last else f"all on {made.first}"
    parts = [f"{counted(made.commits, 'commit')} that changed the database, {span}."]
    parts += _at_once(made, width)
    for rule, title in _RULES.items():
        found = [one for one in made.findings if one.rule == rule]
        if found:
            heading = f"{title} ({len(found)})"
            parts.append("\n".join([heading, "-" * len(heading), *_by_commit(found, width)]))
    if not made.findings:
        parts.append("Nothing to report.")
    parts.append("\n".join(fold(text, width, "  ", "- ") for text in _limits(made)))
    return "\n\n".join(parts)


def _at_once(made: Audit, width: int) -> Iterator[str]:
    """Days on which records came long after their own dates, and whether that was all of them."""
    total = sum(day.records for day in made.entered)
    for day in made.entered:
        if not day.backdated:
            continue
        late = (
            f"{day.least_days} to {day.most_days} days"
            if day.least_days != day.most_days
            else f"{day.most_days} days"
        )
        is_all = day.backdated == total > 1
        which = f"All {total}" if is_all else f"{day.backdated} of {total}"
        after = ": entered at once, after the fact" if is_all else ""
        yield fold(
            f"{which} dated records (evidence, sheets) were committed on {day.date}, "
            f"{late} after their own dates{after}.",
            width,
        )


def _by_commit(found: list[AuditFinding], width: int) -> Iterator[str]:
    groups: dict[str, list[AuditFinding]] = {}
    for one in found:
        groups.setdefault(one.commit, []).append(one)
    for commit, group in groups.items():
        yield fold(f"{commit[:7]} {group[0].date} {group[0].author}", width)
        alike: dict[str, list[str]] = {}
        for one in group:
            alike.setdefault(one.message, []).append(one.record)
        for message, records in alike.items():
            yield fold(f"{', '.join(records)}: {message}", width, "    ", "  - ")


def _limits(made: Audit) -> Iterator[str]:
    yield _PROVES
    if made.lumped:
        which = ", ".join(commit[:7] for commit in made.lumped)
        yield (
            f"{counted(len(made.lumped), 'commit')} with records of many days (a squash or an "
            f"import): {which}. The order inside one, and what it swallowed, cannot be seen."
        )
    if made.beyond:
        which = ", ".join(commit[:7] for commit in made.beyond)
        yield f"This clone ends at {which}: who brought what is there, and when, cannot be seen."
    if made.left_out:
        yield f"{counted(made.left_out, 'changed file')} could not be read and were not judged."
