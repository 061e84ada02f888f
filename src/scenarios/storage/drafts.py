"""Texts of commands and forms that are not recorded yet, outside the database."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import msgspec

from scenarios.errors import ScenError
from scenarios.storage.lock import hold
from scenarios.storage.state_folder import content, drop, folder_of, make, save


@contextmanager
def autosaved(root: Path, what: str) -> Iterator[Callable[[str], None]]:
    """A function that keeps a text durably, even if the process is killed."""
    folder = folder_of(root)
    make(folder)
    path = folder / f"{what}-{os.urandom(4).hex()}.txt"
    kept: list[bytes | None] = [None]

    def autosave(text: str) -> None:
        save(path, kept[-1], text.encode())
        kept.append(text.encode())

    with sole(path):
        try:
            yield autosave
        finally:
            drop(path)


def left(root: Path, what: str) -> dict[Path, str]:
    """Texts of killed processes, oldest first."""
    texts = []
    for path in folder_of(root).glob(f"{what}-*.txt"):
        with suppress(ScenError), sole(path):
            if (data := content(path)) is not None:
                texts.append((path.stat().st_mtime_ns, path, data.decode(errors="replace")))
    return {path: text for _, path, text in sorted(texts)}


def sole(path: Path) -> AbstractContextManager[None]:
    """Lock a file of unfinished work for this process; refused at once if another has it."""
    return hold(path.with_name(f".{path.name}.lock"), 0.0, what=path)


MOST = 50
"""Most drafts that are kept; the oldest are dropped."""


class FormDraft(msgspec.Struct, frozen=True):
    """The address of a form, the texts by the name of their field, and whose they are."""

    address: str
    texts: Mapping[str, tuple[str, ...]]
    owner: str = ""


def keep_draft(root: Path, draft: FormDraft) -> None:
    """Keep a draft in place of the one before; raises ScenError if it cannot be written."""
    path = _place(root, draft.address, draft.owner)
    make(path.parent)
    old, new = content(path), msgspec.json.encode(draft)
    save(path, old, new)
    for _, oldest in sorted(_drafts(root))[:-MOST]:
        drop(oldest)


def saved_draft(root: Path, address: str, owner: str = "") -> FormDraft | None:
    """The draft of a form; None if missing or unreadable."""
    return _read(_place(root, address, owner))


def drop_draft(root: Path, address: str, owner: str = "") -> None:
    """Remove the draft of a form after it was saved or discarded."""
    drop(_place(root, address, owner))


def saved_drafts(root: Path, owner: str = "") -> Iterator[FormDraft]:
    """Yield a person's drafts, the newest first."""
    drafts = filter(None, (_read(path) for _, path in sorted(_drafts(root), reverse=True)))
    yield from (draft for draft in drafts if draft.owner == owner)


def _read(path: Path) -> FormDraft | None:
    with suppress(ScenError, msgspec.MsgspecError):
        if (data := content(path)) is not None:
            return msgspec.json.decode(data, type=FormDraft)
    return None


def _place(root: Path, address: str, owner: str) -> Path:
    name = f"{owner}\0{address}" if owner else address
    return folder_of(root) / f"form-{sha256(name.encode()).hexdigest()[:16]}.json"


def _drafts(root: Path) -> Iterator[tuple[int, Path]]:
    for path in folder_of(root).glob("form-*.json"):
        with suppress(OSError):
            yield path.stat().st_mtime_ns, path
