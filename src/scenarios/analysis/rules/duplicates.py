"""The finding of items that may tell of one event, and likeness of summaries and addresses."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache, reduce
from hashlib import blake2b
from itertools import chain
from operator import attrgetter, or_
from typing import Any

import msgspec

from scenarios.analysis.evidence.knowledge import superseders
from scenarios.analysis.period.period import Window
from scenarios.analysis.rules.rule import ALIKE, Finding, note, of_evidence, several
from scenarios.model import Database, Evidence, EvidenceId, SourceId
from scenarios.values import first_day

WITHIN_DAYS = 3
COMPARED = 100
"""Most items with a shared rare word, the latest first, that an item is compared with."""
SIGNATURE_BITS = 256
"""Bits of the signature of a summary: each word sets one."""
_ROUNDING = 1e-9

RETOLD, RAREST, RECENT = 0.4, 3, 20
"""Share of the words, rare ones counting for more, of an event that is told again in other words.

Looked at are the latest items, at most so many, that share one of the rarest words.
"""
_ADDRESS, _SUMMARIES = "they share an address", "their summaries are alike"
_RETOLD = "they share a day, ratings and rare words"
FACTS = ("observed", "summary", "url", "event", "ratings", "indicators")
"""The keys of an item that `clusters` reads: where others change, it is found again."""


@note("possible-duplicate", "Two items that may be one event")
def possible_duplicate(window: Window) -> Iterator[Finding]:
    """Items observed within three days of one another that share an address or most of their words.

    Items of one day that are rated alike need to share less, by words that few summaries have.

    Example: two items of 2022-02-04 with the same `url`.
    To do: give them one `event`, so that it counts once, or retract all but one.
    """
    for (*others, latest), why in _kept_clusters(window):
        is_pair = len(others) == 1
        mend = "both one event, or retract one" if is_pair else "all one event, or retract the rest"
        message = f"may be the same as {several(others)}: {why}; give {mend}"
        yield of_evidence("possible-duplicate", latest, message)


def _kept_clusters(window: Window) -> list[Any]:
    """The clusters of the items known; those of two windows are kept by a digest."""
    evidence = window.now.evidence
    read = attrgetter(*FACTS)
    facts = msgspec.msgpack.encode([(id, read(item)) for id, item in evidence.items()])
    kept, key = window.odds.clusters, blake2b(facts, digest_size=16).hexdigest()
    kept[key] = kept.pop(key) if key in kept else [*clusters(evidence)]
    for old in [*kept][:-2]:
        del kept[old]
    return kept[key]


def clusters(
    evidence: dict[EvidenceId, Evidence],
) -> Iterator[tuple[tuple[EvidenceId, ...], str]]:
    """Items alike within three days, directly or through others, by the day; and the reason.

    That is a shared address, or their summaries. Those that are all declared to be one event are
    left out. Takes time linear in the items: of many with one address each is compared with the one
    before.
    """
    days = {id: first_day(item.observed).toordinal() for id, item in evidence.items()}
    ordered = [id for _, id in sorted((day, id) for id, day in days.items())]
    joined = UnionFind(ordered)
    latest: dict[str, EvidenceId] = {}
    for id in ordered:
        if url := evidence[id].url:
            if url in latest and days[id] - days[latest[url]] <= WITHIN_DAYS:
                joined.join(id, latest[url], _ADDRESS)
            latest[url] = id
    _join_summaries(joined, evidence, days)
    grouped: dict[EvidenceId, list[EvidenceId]] = {}
    for id in ordered:
        grouped.setdefault(joined.first(id), []).append(id)
    for ids in grouped.values():
        facts = {evidence[id].event or f"item {id}" for id in ids}
        if len(facts) > 1:
            reasons = {why for id in ids for why in joined.reasons.get(id, ())}
            yield tuple(ids), " or ".join(sorted(reasons, reverse=True))


def alike(
    evidence: Mapping[EvidenceId, Evidence],
    summary: str,
    observed: str,
    url: str | None,
    event: str | None = None,
) -> list[tuple[EvidenceId, str]]:
    """Items that a new one may repeat, if not declared so, and why; the nearest in time first.

    Looked at are those whose ids begin with a day, a month or a year within three days of its own.
    """
    day, words = first_day(observed), summary_words(summary)
    matches = []
    for id in _nearby(evidence, day):
        item = evidence[id]
        days = abs((first_day(item.observed) - day).days)
        if days > WITHIN_DAYS or item.retracted or (event and item.event == event):
            continue
        shares = url is not None and item.url == url
        if shares or are_alike(words, summary_words(item.summary)):
            matches.append((days, id, _ADDRESS if shares else _SUMMARIES))
    return [(id, why) for _, id, why in sorted(matches)]


def earlier_reading(
    database: Database, summary: str, source: SourceId | None, observed: str, recorded: str
) -> EvidenceId | None:
    """The last earlier item of a source whose summary is alike, and that still stands."""
    if source is None:
        return None
    words, day = summary_words(summary), first_day(observed)
    earlier = [
        (first_day(item.observed), item.recorded, id)
        for id, item in database.evidence.items()
        if item.source == source and not item.retracted and id not in superseders(database)
        if first_day(item.observed) < day and f"{item.recorded}" <= recorded
        if are_alike(words, summary_words(item.summary))
    ]
    return max(earlier)[2] if earlier else None


def _nearby(evidence: Mapping[EvidenceId, Evidence], day: date) -> Iterable[EvidenceId]:
    """The ids of items that may have been observed within three days of one."""
    number, last = day.toordinal(), date.max.toordinal()
    near = range(max(number - WITHIN_DAYS, 1), min(number + WITHIN_DAYS, last) + 1)
    days = [str(date.fromordinal(n)) for n in near]
    starts = tuple(text.removesuffix(end) for text in days for end in ("", "-01", "-01-01"))
    beginning: Callable[[tuple[str, ...]], Iterable[EvidenceId]] | None
    beginning = getattr(evidence, "beginning", None)  # of what makes no list of all ids
    return beginning(starts) if beginning else (id for id in evidence if id.startswith(starts))


class UnionFind:
    """Disjoint sets of items (union-find): each item leads to the first of its set."""

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


def _join_summaries(
    joined: UnionFind, evidence: dict[EvidenceId, Evidence], days: dict[EvidenceId, int]
) -> None:
    words = {id: summary_words(item.summary) for id, item in evidence.items()}
    rarity = Counter(chain.from_iterable(words.values()))
    often = sorted((number, word) for word, number in rarity.items() if number > 1)
    ranks = {word: index for index, (_, word) in enumerate(often)}
    by_rarity = {id: sorted(ranks.keys() & words[id], key=ranks.__getitem__) for id in joined.ids}
    _join_alike(joined, words, by_rarity, days)
    judged: dict[tuple[Any, ...], list[EvidenceId]] = {}
    for id in joined.ids:
        ratings, states = evidence[id].ratings.items(), evidence[id].indicators.items()
        if ratings or states:
            judged.setdefault((days[id], frozenset(ratings), frozenset(states)), []).append(id)
    for ids in judged.values():
        if len(ids) > 1:
            heavy = {id: {w: math.log1p(len(words) / rarity[w]) for w in words[id]} for id in ids}
            _join_retold(joined, heavy, {id: by_rarity[id][:RAREST] for id in ids})


def _join_alike(
    joined: UnionFind,
    words: Mapping[EvidenceId, frozenset[str]],
    by_rarity: Mapping[EvidenceId, list[str]],
    days: Mapping[EvidenceId, int],
) -> None:
    """Join items near in time whose summaries are alike."""
    every = dict.fromkeys(chain.from_iterable(words.values()))
    bits = {word: 1 << index % SIGNATURE_BITS for index, word in enumerate(every)}

    @cache
    def signature(id: EvidenceId) -> int:
        return reduce(or_, map(bits.__getitem__, words[id]))

    seen: dict[str, list[EvidenceId]] = {}
    for id in joined.ids:
        # Two alike texts share at least one of the rarest words of either, none of its own alone.
        own, earliest = words[id], days[id] - WITHIN_DAYS
        most = len(by_rarity[id]) - math.ceil(ALIKE * len(own)) + 1
        # They share all but this many words, so their signatures all but this many bits.
        differing = len(own) / ALIKE - len(own) + _ROUNDING
        for word in by_rarity[id][: max(most, 0)]:
            those = seen.setdefault(word, [])
            for other in reversed(those[-COMPARED:]):
                if days[other] < earliest:
                    break
                is_near = (signature(id) ^ signature(other)).bit_count() <= differing
                is_apart = is_near and joined.first(id) != joined.first(other)
                if is_apart and are_alike(own, words[other]):
                    joined.join(id, other, _SUMMARIES)
            those.append(id)


def _join_retold(
    joined: UnionFind,
    weights: Mapping[EvidenceId, Mapping[str, float]],
    rarest: Mapping[EvidenceId, list[str]],
) -> None:
    """Join items whose common words have a share of the weight of the lighter summary."""
    least = {id: RETOLD * sum(own.values()) for id, own in weights.items()}
    seen: dict[str, list[EvidenceId]] = {}
    for id, own in weights.items():
        for other in {other for word in rarest[id] for other in seen.get(word, ())[-RECENT:]}:
            shared = sum([own[word] for word in own.keys() & weights[other].keys()])
            is_retold = shared >= min(least[id], least[other])
            if is_retold and joined.first(id) != joined.first(other):
                joined.join(id, other, _RETOLD)
        for word in rarest[id]:
            seen.setdefault(word, []).append(id)


def are_alike(words: frozenset[str], others: frozenset[str]) -> bool:
    """True for the words of two summaries that may say the same."""
    return len(words & others) >= ALIKE * len(words | others)


def summary_words(text: str) -> frozenset[str]:
    """The words of a summary, in whatever letter case; its signs, where it has no words."""
    return frozenset(re.findall(r"\w+", text.casefold()) or text.split())
