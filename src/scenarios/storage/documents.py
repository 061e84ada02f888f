"""A document that a command makes, as a file: whole, durable, and never a record's."""

from __future__ import annotations

import os
from pathlib import Path

from scenarios.errors import ScenError
from scenarios.storage import worktree


def write(place: Path, data: bytes) -> None:
    """Write a document, over one that is there already.

    Refused are a folder that is missing, a link, what is no file, and YAML, which may be a record.
    """
    refuse_unfit(place)
    try:
        worktree.create(place.parent, place.name, data)
    except worktree.Exists:
        worktree.replace(place.parent, place.name, _content(place), data)


def refuse_unfit(place: Path, *, folder: bool = False) -> None:
    """What cannot be written to: a missing folder, a link, what is another kind of thing, YAML."""
    shown = worktree.safe(place)
    if place.suffix.lower() in (".yaml", ".yml"):
        raise ScenError(f"{shown}: a YAML file may be a record: name the document another way")
    if not os.path.isdir(place.parent):  # noqa: PTH112 - never raises
        raise ScenError(f"{shown}: there is no folder {worktree.safe(place.parent)}; make it first")
    if os.path.islink(place):  # noqa: PTH114
        target = worktree.safe(os.path.realpath(place))
        raise ScenError(f"{shown}: is a link to {target}; name that, or remove the link")
    is_kind = os.path.isdir if folder else os.path.isfile
    if os.path.lexists(place) and not is_kind(place):
        what = "folder" if folder else "regular file"
        raise ScenError(f"{shown}: exists and is not a {what}; name one")


def _content(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except OSError as error:
        shown = worktree.safe(place)
        raise ScenError(f"{shown}: {error.strerror}; nothing was written") from error
