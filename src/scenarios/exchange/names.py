"""Ids for the people and tags of a foreign file: the same in each run, whatever their order."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

from scenarios.exchange.slugs import slug

_HASH = re.compile("[0-9a-f]{32,}")
_SHOWN_OF_HASH = 12


def digest(text: str, length: int = 8) -> str:
    """A few hexadecimal digits that stand for a text."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()[:length]


def analyst_ids(names: Iterable[str]) -> dict[str, str]:
    """An analyst's id for each name; those of names that would be alike carry a digest."""
    plain = {name: _analyst(name) for name in dict.fromkeys(names)}
    times = Counter(plain.values())
    return {
        name: id if times[id] == 1 or name == id else f"{id}-{digest(name, 4)}"
        for name, id in plain.items()
    }


def tags(names: Iterable[str]) -> tuple[str, ...]:
    """The names as tags, each once."""
    return tuple(dict.fromkeys(slug(name, otherwise="tag") for name in names if name.strip()))


def _analyst(name: str) -> str:
    if _HASH.fullmatch(name):
        return f"forecaster-{name[:_SHOWN_OF_HASH]}"
    return slug(name, otherwise="forecaster")
