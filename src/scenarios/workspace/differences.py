"""What becomes of each file that a change touches, as it is read."""

from __future__ import annotations

from difflib import unified_diff

from scenarios.storage.edits import Draft
from scenarios.text import printable
from scenarios.workspace.writing import Written


def differences(written: Written) -> str:
    """The drafts as a unified diff, in which nothing acts."""
    lines: list[str] = []
    for path, draft in moved_or_changed(written):
        old = draft.old.decode("utf-8", "replace").splitlines() if draft.old is not None else []
        new = draft.new.decode("utf-8", "replace").splitlines() if draft.new is not None else []
        was, _, now = path.partition(" → ")
        name = was if draft.old is not None else "/dev/null"
        to = (now or was) if draft.new is not None else "/dev/null"
        lines += unified_diff(old, new, name, to, lineterm="")
    return "\n".join(printable(line) for line in lines)


def moved_or_changed(written: Written) -> list[tuple[str, Draft]]:
    """Each file with what becomes of it; one that gets another name stands once."""
    pairs = [*zip(written.paths, written.drafts, strict=False)]
    found: list[tuple[str, Draft]] = []
    for path, draft in pairs:
        before = found[-1][1] if found else None
        if before and before.new is None and draft.old is None:
            old, _ = found.pop()
            found.append((f"{old} → {path}", Draft(draft.path, before.old, draft.new)))
        else:
            found.append((path, draft))
    return found
