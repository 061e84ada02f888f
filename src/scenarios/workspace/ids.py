"""The id of a new item: proposed from its date and summary, or checked as it is typed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from scenarios.errors import Problem, UsageError
from scenarios.exchange.arrivals import LONGEST, joined_words, words
from scenarios.paths import path_of, place_of
from scenarios.workspace.opened import Opened


def free_id(opened: Opened, record: Mapping[str, Any]) -> str:
    """The date and the summary's first words, with a number where that is taken."""
    summary_words = words(record["summary"])
    proposed = _proposed(record["observed"], summary_words)
    number = 1
    while _is_taken(opened, proposed):
        number += 1
        proposed = _proposed(record["observed"], summary_words, f"-{number}")
    return proposed


def _proposed(observed: str, summary_words: list[str], number: str = "") -> str:
    room = LONGEST - len(observed) - len("-") - len(number)
    return f"{observed}-{joined_words(summary_words, room) or 'item'}{number}"


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
