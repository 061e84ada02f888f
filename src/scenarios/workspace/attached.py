"""The copies that evidence names: whether each is there, and is what it was; and the others."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from scenarios.errors import Problem
from scenarios.paths import path_of
from scenarios.storage.attachments import copies, digest_of
from scenarios.storage.yaml.reader import places
from scenarios.workspace.opened import Opened
from scenarios.workspace.place import from_here


def attachment_faults(opened: Opened) -> Iterator[Problem]:
    """Of a folder; a revision's copies are not read. Each file is read once."""
    digests: dict[str, str | None] = {}
    for id, item in opened.database.evidence.items() if opened.commit is None else ():
        if item.attachment is None:
            continue
        file = item.attachment.file
        if file not in digests:
            digests[file] = digest_of(opened.root / file)
        if digests[file] == item.attachment.sha256:
            continue
        path = path_of("evidence", id)
        place = places(opened.snapshot[path])["attachment", "file"]
        at = path, place.value_line, place.value_column
        if digests[file] is None:
            message = f"{file} is not there, or cannot be read"
            hint = "put the copy back, or remove the key"
            yield Problem(*at, "attachment-missing", message, hint, "warning")
        else:
            message = f"{file} is not what was attached: its SHA-256 is another"
            yield Problem(*at, "attachment-changed", message, "put the copy back from git")
    if opened.commit is None and not any(it.severity == "error" for it in opened.problems):
        for file in copies(opened.root):  # a broken item may name any of them
            if file not in digests:
                hint = f"to remove it: rm {quote(from_here(opened.root / file))}"
                message = "no item names this copy, which a command that was killed may have left"
                yield Problem(file, 1, 1, "attachment-unnamed", message, hint, "warning")
