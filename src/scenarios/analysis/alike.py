"""Items that look like one thing recorded twice."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

from scenarios.model import Evidence, EvidenceId, first_day

WITHIN_DAYS = 3
ALIKE = 0.6
"""The share of words in common (Jaccard) from which two summaries are alike."""


def alike_pairs(
    evidence: dict[EvidenceId, Evidence],
) -> Iterator[tuple[EvidenceId, EvidenceId, str]]:
    """Pairs observed within three days with a shared address or alike summaries, and which.

    Two items that are declared to be one event are no surprise and left out.
    """
    days = {id: first_day(item.observed) for id, item in evidence.items()}
    words = {id: frozenset(_words(item.summary)) for id, item in evidence.items()}
    ordered = [id for _, id in sorted((day, id) for id, day in days.items())]
    rarity = Counter(word for id in ordered for word in words[id])
    seen: dict[str, list[EvidenceId]] = {}
    for id in ordered:
        item = evidence[id]
        keys = _rarest(words[id], rarity)
        if item.url:
            keys.append(f"address {item.url}")
        for other in sorted(_candidates(seen, keys, days, id)):
            if item.event and item.event == evidence[other].event:
                continue
            if item.url and item.url == evidence[other].url:
                yield other, id, "they share an address"
            elif len(words[id] & words[other]) >= ALIKE * len(words[id] | words[other]):
                yield other, id, "their summaries are alike"
        for key in keys:
            seen.setdefault(key, []).append(id)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _rarest(words: frozenset[str], rarity: Counter[str]) -> list[str]:
    """The rarest words of a text: two alike texts share at least one of these."""
    ordered = sorted(words, key=lambda word: (rarity[word], word))
    return ordered[: len(ordered) - math.ceil(ALIKE * len(ordered)) + 1]


def _candidates(
    seen: dict[str, list[EvidenceId]], keys: list[str], days: dict[EvidenceId, date], id: str
) -> set[EvidenceId]:
    found = set()
    for key in keys:
        for other in reversed(seen.get(key, ())):
            if (days[id] - days[other]).days > WITHIN_DAYS:
                break
            found.add(other)
    return found
