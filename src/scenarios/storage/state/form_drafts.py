"""Drafts of forms: texts that are typed and not saved yet, kept outside the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec

from scenarios.errors import ScenError
from scenarios.storage import worktree
from scenarios.storage.state.state_folder import MODE, content, drop, folder_of, make

MOST = 50
"""The most drafts that are kept; of more the oldest go."""


class FormDraft(msgspec.Struct, frozen=True):
    """The address of a form, and the texts by the name of their field."""

    address: str
    texts: Mapping[str, tuple[str, ...]]


def keep_draft(root: Path, draft: FormDraft) -> None:
    """Keep a draft in place of the one before; raises ScenError if it cannot be written."""
    place = _place(root, draft.address)
    make(place.parent)
    old, new = content(place), msgspec.json.encode(draft)
    if old is None:
        worktree.create(place.parent, place.name, new, MODE)
        for _, oldest in sorted(_there(root))[:-MOST]:
            drop(oldest)
    elif old != new:
        worktree.replace(place.parent, place.name, old, new)


def kept_draft(root: Path, address: str) -> FormDraft | None:
    """The draft of a form, or None; what cannot be read is none."""
    return _read(_place(root, address))


def drop_draft(root: Path, address: str) -> None:
    """Remove the draft of a form, which is saved or not wanted."""
    drop(_place(root, address))


def kept_drafts(root: Path) -> Iterator[FormDraft]:
    """Yield all drafts, the newest first."""
    yield from filter(None, (_read(place) for _, place in sorted(_there(root), reverse=True)))


def _read(place: Path) -> FormDraft | None:
    with suppress(ScenError, msgspec.MsgspecError):
        if (data := content(place)) is not None:
            return msgspec.json.decode(data, type=FormDraft)
    return None


def _place(root: Path, address: str) -> Path:
    return folder_of(root) / f"form-{sha256(address.encode()).hexdigest()[:16]}.json"


def _there(root: Path) -> Iterator[tuple[int, Path]]:
    for place in folder_of(root).glob("form-*.json"):
        with suppress(OSError):
            yield place.stat().st_mtime_ns, place
