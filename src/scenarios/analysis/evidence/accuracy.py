"""Which reports of a source held: borne out, retracted or contradicted, wherever they pointed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal

import msgspec

from scenarios.analysis.evidence.knowledge import Known
from scenarios.model import Evidence, EvidenceId, SourceId

Fate = Literal["retracted", "resolved", "contradicted", "corroborated", "unchecked"]


class Accuracy(msgspec.Struct, frozen=True, kw_only=True):
    """Fates of the `items` of a source: `accurate` of `checked` held.

    Each counts once, as the first that holds. Retracted. Resolved: a known resolution names it.
    Contradicted: another item of its event reverses an indicator that it raised, or raises one that
    it reversed. Corroborated: by an item of another origin, which names it or is named by it in
    `corroborated_by`, or is another source's of the same event. The rest nobody has checked.
    `standing` are all but the retracted, `accurate` the resolved and the corroborated.
    """

    items: int = 0
    standing: int = 0
    checked: int = 0
    accurate: int = 0
    resolved: int = 0
    corroborated: int = 0
    contradicted: int = 0
    retracted: int = 0


class _Event(msgspec.Struct, frozen=True):
    """Indicators that the standing items of an event raise or reverse, and their witnesses."""

    said: Counter[tuple[str, bool]]
    witnesses: set[tuple[SourceId, str]]


def accuracy(known: Known) -> dict[SourceId, Accuracy]:
    """The accuracy of each source that gave an item by then."""
    fates: dict[SourceId, Counter[Fate]] = {}
    outcomes = (scenario.resolution for scenario in known.database.scenarios.values())
    named = {id for o in outcomes if o and o.recorded <= known.as_of for id in o.evidence}
    backed, events = _backed(known), _events(known)
    for id, item in known.database.evidence.items():
        if item.source is None or item.recorded > known.as_of:
            continue
        event = events.get(item.event) if item.event else None
        fate: Fate = "unchecked"
        if id not in known.evidence:
            fate = "retracted"
        elif id in named:
            fate = "resolved"
        elif event and any((key, not reverses) in event.said for key, reverses in _said(item)):
            fate = "contradicted"
        elif id in backed or (event and _is_witnessed(id, item, event)):
            fate = "corroborated"
        fates.setdefault(item.source, Counter())[fate] += 1
    return {source: _accuracy(counts) for source, counts in fates.items()}


def _accuracy(counts: Counter[Fate]) -> Accuracy:
    items = counts.total()
    return Accuracy(
        items=items,
        standing=items - counts["retracted"],
        checked=items - counts["unchecked"],
        accurate=counts["resolved"] + counts["corroborated"],
        resolved=counts["resolved"],
        corroborated=counts["corroborated"],
        contradicted=counts["contradicted"],
        retracted=counts["retracted"],
    )


def _backed(known: Known) -> set[EvidenceId]:
    """The items of which one names the other, both standing and of different origins."""
    pairs = (
        (id, other)
        for id, item in known.evidence.items()
        for other in item.corroborated_by
        if other in known.evidence and _origin(id, item) != _origin(other, known.evidence[other])
    )
    return {id for pair in pairs for id in pair}


def _events(known: Known) -> dict[str, _Event]:
    events: dict[str, _Event] = {}
    for id, item in known.evidence.items():
        if item.event:
            event = events.setdefault(item.event, _Event(Counter(), set()))
            event.said.update(_said(item))
            if item.source:
                event.witnesses.add((item.source, _origin(id, item)))
    return events


def _said(item: Evidence) -> Iterator[tuple[str, bool]]:
    """The indicators that an item speaks of, and whether it reverses them."""
    return ((key, state == "reversed") for key, state in item.indicators.items())


def _is_witnessed(id: EvidenceId, item: Evidence, event: _Event) -> bool:
    origin = _origin(id, item)
    return any(source != item.source and other != origin for source, other in event.witnesses)


def _origin(id: EvidenceId, item: Evidence) -> str:
    return item.origin or id
