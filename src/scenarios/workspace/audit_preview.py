"""Findings that a later audit will have of a change, said before it is committed."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from scenarios.analysis.changes import AuditFinding, Revision, figure_words, records
from scenarios.errors import ScenError
from scenarios.model import Analyst, Database, EvidenceId, Record, Sheet
from scenarios.paths import kind_of, path_of
from scenarios.scales import percent
from scenarios.storage.cache.files import bearing_on
from scenarios.storage.git import repository as git
from scenarios.storage.git.repository import revisions
from scenarios.storage.loader import read_record
from scenarios.values import indicator_key
from scenarios.workspace.results import changed_records
from scenarios.workspace.sheets import ForecastEntry, record_entries
from scenarios.workspace.write_mode import TRIED
from scenarios.workspace.writing import WriteResult


class AuditRules(Protocol):
    """The rules of an audit, which a face hands in: no module of the core imports their room."""

    def is_unread(self, before: Record | None, after: Record | None, /) -> bool: ...
    def preview(
        self, revisions: Sequence[Revision], before: Database, after: Database, on: date, /
    ) -> Sequence[AuditFinding]: ...


def preview_of(written: WriteResult, on: date, audit: AuditRules) -> Sequence[AuditFinding]:
    """Findings that a later audit will report for a change; none without a commit to compare."""
    both = written.before.database, written.after.database
    try:
        repository = git.repository(written.before.root)
        tip = git.commit_of(repository, "HEAD")
        own = written.committed and written.committed.oid
        if _is_unread(written, audit, repository, f"{own}~" if own else tip):
            return []
        ids = _judged_with(written, *both)
        others = written.before.snapshot.keys() - {path_of("evidence", id) for id in ids}
        commits = revisions(
            repository,
            tip,
            is_wanted=lambda path: kind_of(path) != "evidence" or path not in others,
        )
    except ScenError:
        return []
    before, after = (
        replace(db, evidence={id: db.evidence[id] for id in ids if id in db.evidence})
        for db in both
    )
    commits = [revision for revision in commits if revision.commit.id != own]
    return audit.preview(commits, before, after, on)


def _is_unread(
    written: WriteResult, audit: AuditRules, repository: git.Repository, tip: str
) -> bool:
    """True if an audit reads no changed key, and the commit has the records: none is renamed.

    Then its findings are those of before, whatever the history.
    """
    both = written.before.database, written.after.database
    sides = ([records(db, kind).get(id) for db in both] for kind, id in changed_records(written))
    if any(db.called_now for db in both) or not all(audit.is_unread(*side) for side in sides):
        return False
    paths = [draft.path for draft in written.drafts]
    texts = ((kind_of(path), path, git.content(repository, tip, path)) for path in paths)
    return all(read_record(*text)[0] for text in texts)


def _judged_with(written: WriteResult, *databases: Database) -> list[EvidenceId]:
    """The items by which an audit judges a change: its own, what fires a changed indicator.

    Also those with former ids, to which references may lead.
    """
    changed = changed_records(written)
    ids = {id for kind, id in changed if kind == "evidence"}
    scenarios = {id for kind, id in changed if kind == "scenario"}
    for database in databases:
        ids |= {now for (kind, _), now in database.called_now.items() if kind == "evidence"}
        for id, item in bearing_on(database, *scenarios).evidence.items() if scenarios else ():
            if any(indicator_key(text)[0] in scenarios for text in item.indicators):
                ids.add(id)
    return sorted(ids)


def preview_lines(written: WriteResult, on: date, audit: AuditRules) -> list[str]:
    """Audit findings that a change of existing files will cause, as announcements."""
    if not any(draft.old is not None for draft in written.drafts):
        return []
    return [preview_words(finding) for finding in preview_of(written, on, audit)]


def preview_words(finding: AuditFinding) -> str:
    """An audit finding, announced."""
    return f"audit will say: {finding.rule}: {finding.record}: {finding.message}"


def preview_of_sheet(
    root: Path,
    analyst: Analyst,
    day: date,
    entries: Sequence[ForecastEntry],
    on: date,
    audit: AuditRules,
) -> list[str]:
    """Forecasts of that day which are replaced, and audit findings of it; none if refused."""
    sheet = f"{day}-{analyst}"
    if not (root / path_of("forecasts", sheet)).exists():
        return []
    with suppress(ScenError):
        written = record_entries(root, analyst, day, entries, TRIED, words=lambda _: "")
        before, after = (
            db.sheets[sheet] for db in (written.before.database, written.after.database)
        )
        undone = "scen undo takes it back until it is committed"
        replaced = [f"{sheet}: {words}; {undone}" for words in _replaced(before, after)]
        findings = preview_of(written, on, audit)
        return replaced + [
            preview_words(finding) for finding in findings if finding.rule == "edited-forecast"
        ]
    return []


def _replaced(before: Sheet, after: Sheet) -> Iterator[str]:
    """The changes of each forecast in an existing sheet: figure, reason and evidence."""
    for scenario, was in before.figures.items():
        now, changes = after.figures[scenario], []
        if now != was:
            figures = (
                percent(p) if isinstance(p, float) else figure_words(p) if p else "a withdrawal"
                for p in (was, now)
            )
            changes.append(" is replaced by ".join(figures))
        for noun, key in (("reason", "rationales"), ("evidence", "evidence")):
            old, new = (getattr(sheet, key).get(scenario) for sheet in (before, after))
            if old and old != new:
                changes.append(f"its {noun} is {'replaced' if new else 'dropped'}")
        if changes:
            yield f"{scenario}: {', '.join(changes)}"
