"""The id of a new item: proposed from its date and summary, or checked as it is typed."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from scenarios.errors import Problem, UsageError
from scenarios.paths import path_of, place_of
from scenarios.workspace.opened import Opened

_SLUG_LENGTH = 48
"""A date and this many characters fit in a line with their question."""
_LATIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
"""The letters of Latin alphabets that Unicode does not take apart."""


def free_id(opened: Opened, record: Mapping[str, Any]) -> str:
    """The date and the summary's first words, with a number where that is taken."""
    decomposed = unicodedata.normalize("NFKD", record["summary"].lower().translate(_LATIN))
    slug = ""
    for word in re.findall(r"[a-z0-9]+", decomposed.encode("ascii", "ignore").decode()):
        longer = f"{slug}-{word}" if slug else word
        if len(longer) > _SLUG_LENGTH:
            break
        slug = longer
    base = proposed = f"{record['observed']}-{slug or 'item'}"
    number = 1
    while _is_taken(opened, proposed):
        number += 1
        proposed = f"{base}-{number}"
    return proposed


def new_id(opened: Opened, observed: str, text: str) -> str:
    """An id for an item of this date that no item has yet."""
    place = place_of(path_of("evidence", text))
    if not text.startswith(f"{observed}-") or "/" in text or isinstance(place, Problem):
        raise UsageError(f"'{text}' is not a valid id: {observed}-, then small letters and hyphens")
    if _is_taken(opened, text):
        raise UsageError(f"there is evidence '{text}' already")
    return text


def _is_taken(opened: Opened, id: str) -> bool:
    """On the disk, not in the snapshot: a folder or a file that cannot be read has the name too."""
    return os.path.lexists(opened.root / path_of("evidence", id))
