"""What a later audit will make of a change, asked when it is made."""

from __future__ import annotations

from datetime import date

from scenarios.analysis.history.audit import foretold
from scenarios.analysis.history.audit_rules import AuditFinding
from scenarios.errors import ScenError
from scenarios.storage.git import repository as git
from scenarios.workspace.history import past
from scenarios.workspace.writing import Written


def foretold_of(written: Written, on: date) -> list[AuditFinding]:
    """What a later audit will find of a change; nothing where no commit is there to compare."""
    try:
        repository = git.repository(written.before.root)
        revisions, _ = past(repository, None)
    except ScenError:
        return []
    if written.committed and written.committed.oid:
        revisions = [one for one in revisions if one.commit.id != written.committed.oid]
    return foretold(revisions, written.before.database, written.after.database, on)


def words(found: AuditFinding) -> str:
    """A finding as it is said beforehand."""
    return f"audit will say: {found.rule}: {found.record}: {found.message}"
