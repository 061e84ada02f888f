"""A search, with the places in the files at which its words stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.review.listing import Wanted
from scenarios.analysis.review.search import Search, What, search, words_of
from scenarios.errors import At, Keys, UsageError
from scenarios.model import Kind
from scenarios.paths import path_of
from scenarios.storage.yaml.reader import Place, places
from scenarios.text import unaccented
from scenarios.workspace.opened import Opened
from scenarios.workspace.place import from_here


class _File(NamedTuple):
    """A file's lines as they are compared, where its keys stand, and the lines of its keys."""

    lines: list[str]
    places: dict[Keys, Place]
    starts: list[int]


def search_of(
    opened: Opened,
    text: str,
    on: date,
    wanted: Wanted,
    *,
    what: What | None = None,
    most: int | None = None,
) -> Search:
    """The records known on a day whose texts hold every word of `text`, at most so many."""
    words = words_of(text)
    if not words:
        raise UsageError("there is no word to look for: scen search WORD...")

    @cache
    def file(path: str) -> _File:
        data = opened.snapshot.get(path, b"{}")  # there may be no tracker
        at = places(data)
        starts = sorted({place.key_line for place in at.values()})
        return _File([unaccented(line) for line in data.decode().split("\n")], at, starts)

    def locate(kind: Kind, record: str, keys: Keys, at: At, held: Sequence[str]) -> tuple[str, int]:
        path = path_of(kind, record)
        return from_here(opened.root / path), _line(file(path), keys, at, held)

    return search(known(opened.database, on), words, wanted, locate, what=what, most=most)


def _line(file: _File, keys: Keys, at: At, words: Sequence[str]) -> int:
    """The line of the first word; of the value's own lines, the first where none shows it."""
    place = file.places.get(keys)
    if place is None or not keys:  # a default, or the id of a file
        return 1
    if at == "key":
        return place.key_line
    last = next((n for n in file.starts if n > place.value_line), len(file.lines) + 1)
    for number in range(place.value_line, last):
        if any(word in file.lines[number - 1] for word in words):
            return number
    return place.value_line
