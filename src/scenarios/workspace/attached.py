"""The copies that evidence names: whether each is there, and is what it was."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.errors import Problem
from scenarios.paths import path_of
from scenarios.storage.attachments import digest_of
from scenarios.storage.yaml.reader import places
from scenarios.workspace.opened import Opened


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
