"""Items that look like one thing recorded several times."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from scenarios.analysis.period.period import Window
from scenarios.analysis.rules.alike import ALIKE
from scenarios.analysis.rules.finding import Finding, of_evidence, several
from scenarios.model import Evidence, EvidenceId, first_day

WITHIN_DAYS = 3
COMPARED = 100
"""With the latest so many that share a rare word an item is compared, however many there are."""

_ADDRESS, _SUMMARIES = "they share an address", "their summaries are alike"


class Cluster(NamedTuple):
    """Items that are alike, directly or through others, by the days on which they were observed."""

    ids: tuple[EvidenceId, ...]
    why: str


def possible_duplicate(window: Window) -> Iterator[Finding]:
    """Items observed within three days of one another that share an address or most of their words.

    Example: two items of 2022-02-04 with the same `url`.
    To do: give them one `event`, so that it counts once, or retract all but one.
    """
    for (*others, latest), why in clusters(window.now.evidence):
        is_pair = len(others) == 1
        mend = "both one event, or retract one" if is_pair else "all one event, or retract the rest"
        message = f"may be the same as {several(others)}: {why}; give {mend}"
        yield of_evidence("possible-duplicate", latest, message)


def clusters(evidence: dict[EvidenceId, Evidence]) -> Iterator[Cluster]:
    """Items alike within three days of one another, by a shared address or by their summaries.

    Those that are all declared to be one event are no surprise and left out. The time grows with
    the items: of many with one address each is compared with the one before.
    """
    days = {id: first_day(item.observed) for id, item in evidence.items()}
    ordered = [id for _, id in sorted((day, id) for id, day in days.items())]
    joined = _Joined(ordered)
    _join_addresses(joined, evidence, days)
    _join_summaries(joined, evidence, days)
    grouped: dict[EvidenceId, list[EvidenceId]] = {}
    for id in ordered:
        grouped.setdefault(joined.first(id), []).append(id)
    for ids in grouped.values():
        facts = {evidence[id].event or f"item {id}" for id in ids}
        if len(facts) > 1:
            reasons = {why for id in ids for why in joined.reasons.get(id, ())}
            yield Cluster(tuple(ids), " or ".join(sorted(reasons, reverse=True)))


def alike(
    evidence: Mapping[EvidenceId, Evidence],
    summary: str,
    observed: str,
    url: str | None,
    event: str | None = None,
) -> list[tuple[EvidenceId, str]]:
    """The items that a new one may be the same as, and why, the nearest in time first.

    Those that are declared to be the same event are no surprise.
    """
    day, words = first_day(observed), frozenset(_words(summary))
    found = []
    for id, item in evidence.items():
        days = abs((first_day(item.observed) - day).days)
        if days > WITHIN_DAYS or item.retracted or (event and item.event == event):
            continue
        shares = url is not None and item.url == url
        if shares or _are_alike(words, frozenset(_words(item.summary))):
            found.append((days, id, _ADDRESS if shares else _SUMMARIES))
    return [(id, why) for _, id, why in sorted(found)]


class _Joined:
    """Disjoint sets of items: each leads to another one of its set, and at last to its first."""

    def __init__(self, ids: list[EvidenceId]) -> None:
        self.ids = ids
        self.reasons: dict[EvidenceId, set[str]] = {}
        self._before = {id: id for id in ids}

    def first(self, id: EvidenceId) -> EvidenceId:
        before = self._before
        while before[id] != id:
            before[id] = id = before[before[id]]
        return id

    def join(self, id: EvidenceId, other: EvidenceId, why: str) -> None:
        self.reasons.setdefault(id, set()).add(why)
        self._before[self.first(id)] = self.first(other)


def _join_addresses(
    joined: _Joined, evidence: dict[EvidenceId, Evidence], days: dict[EvidenceId, date]
) -> None:
    latest: dict[str, EvidenceId] = {}
    for id in joined.ids:
        if url := evidence[id].url:
            if url in latest and (days[id] - days[latest[url]]).days <= WITHIN_DAYS:
                joined.join(id, latest[url], _ADDRESS)
            latest[url] = id


def _join_summaries(
    joined: _Joined, evidence: dict[EvidenceId, Evidence], days: dict[EvidenceId, date]
) -> None:
    words = {id: frozenset(_words(item.summary)) for id, item in evidence.items()}
    rarity = Counter(word for id in joined.ids for word in words[id])
    seen: dict[str, list[EvidenceId]] = {}
    for id in joined.ids:
        for word in _rarest(words[id], rarity):
            those = seen.setdefault(word, [])
            for other in reversed(those[-COMPARED:]):
                if (days[id] - days[other]).days > WITHIN_DAYS:
                    break
                if joined.first(id) == joined.first(other):
                    continue
                if _are_alike(words[id], words[other]):
                    joined.join(id, other, _SUMMARIES)
            those.append(id)


def _are_alike(words: frozenset[str], others: frozenset[str]) -> bool:
    return len(words & others) >= ALIKE * len(words | others)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _rarest(words: frozenset[str], rarity: Counter[str]) -> list[str]:
    """The rarest words of a text: two alike texts share at least one of these."""
    ordered = sorted(words, key=lambda word: (rarity[word], word))
    return ordered[: len(ordered) - math.ceil(ALIKE * len(ordered)) + 1]
