"""The id of a new item: proposed from its date and summary, or checked as it is typed."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from scenarios.errors import Problem, UsageError
from scenarios.paths import path_of, place_of
from scenarios.text import unaccented
from scenarios.workspace.opened import Opened

LONGEST_PROPOSED = 48
"""A path with such an id fits in a line."""
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\"]")


def free_id(opened: Opened, record: Mapping[str, Any]) -> str:
    """The date and the summary's first words, with a number where that is taken."""
    words = _words(record["summary"])
    proposed = _proposed(record["observed"], words)
    number = 1
    while _is_taken(opened, proposed):
        number += 1
        proposed = _proposed(record["observed"], words, f"-{number}")
    return proposed


def _proposed(observed: str, words: list[str], number: str = "") -> str:
    """As many words as there is room for, or as much of the first."""
    slug, room = "", LONGEST_PROPOSED - len(observed) - len("-") - len(number)
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:room]
        if len(longer) > room:
            break
        slug = longer
    return f"{observed}-{slug or 'item'}{number}"


def _words(text: str) -> list[str]:
    """The words of a text in small Latin letters and digits, whatever its script."""
    plain = unaccented(text)
    if any(letter.isalnum() and not letter.isascii() for letter in plain):
        from anyascii import anyascii  # noqa: PLC0415 - 20 ms that other scripts alone need

        whole = unicodedata.normalize("NFC", text)
        plain = "".join(_romanised(letter, anyascii(letter)) for letter in whole).lower()
    return re.findall(r"[a-z0-9]+", _APOSTROPHES.sub("", plain))


def _romanised(letter: str, latin: str) -> str:
    """A syllable or an ideograph is a word of its own."""
    is_syllable = unicodedata.category(letter) == "Lo" and latin[:1].isupper()
    return f" {latin} " if is_syllable else latin


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
