"""After the outcome: which lines pointed the right way, and which source they came from."""

from __future__ import annotations

import msgspec

from scenarios.analysis.evidence.knowledge import Known, known, last_open_day, resolved
from scenarios.analysis.ledger.ledger import Ledger, Line, ledger
from scenarios.model import EvidenceId, Outcome, ScenarioId, SourceId

_EVIDENCE = frozenset({"direct", "indicator", "absence"})


class Pointed(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the last ledger; `decibans` counted toward what happened, positive or negative."""

    id: str
    kind: str
    decibans: float
    evidence: tuple[EvidenceId, ...]


class PostMortem(msgspec.Struct, frozen=True, kw_only=True):
    """Lines that pointed to the outcome and lines that did not, largest first."""

    right: tuple[Pointed, ...]
    wrong: tuple[Pointed, ...]


class TrackRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A source's items that counted on resolved scenarios, and what they pointed to.

    The decibans counted toward what happened and against it: true reports can point either way.
    """

    items: int
    toward_decibans: float
    against_decibans: float


def post_mortem(book: Ledger, outcome: Outcome | None) -> PostMortem | None:
    """The lines of a last ledger by which way they pointed; None while open or when annulled."""
    if outcome not in ("occurred", "did-not-occur"):
        return None
    sign = 1 if outcome == "occurred" else -1
    pointed = [
        Pointed(
            id=line.id,
            kind=line.kind,
            decibans=sign * line.counted_decibans,
            evidence=line.evidence,
        )
        for line in book.lines
        if line.kind in _EVIDENCE and line.counted_decibans
    ]
    return PostMortem(
        right=tuple(line for line in pointed if line.decibans > 0),
        wrong=tuple(line for line in pointed if line.decibans < 0),
    )


def track_records(now: Known) -> dict[SourceId, TrackRecord]:
    """Each source's record over the scenarios whose outcome was known at the date.

    A line's decibans are shared equally among the items that speak in it; an item that two
    scenarios heard counts once as an item.
    """
    heard: dict[SourceId, set[EvidenceId]] = {}
    toward: dict[SourceId, float] = {}
    against: dict[SourceId, float] = {}
    for id in sorted(now.database.scenarios):
        for line, worth in _lines(now, id):
            share = worth / len(line.evidence)
            for item in line.evidence:
                source = now.database.evidence[item].source
                if source is None:
                    continue
                heard.setdefault(source, set()).add(item)
                way = toward if share > 0 else against
                way[source] = way.get(source, 0.0) + abs(share)
    return {
        source: TrackRecord(
            items=len(items),
            toward_decibans=toward.get(source, 0.0),
            against_decibans=against.get(source, 0.0),
        )
        for source, items in heard.items()
    }


def _lines(now: Known, id: ScenarioId) -> list[tuple[Line, float]]:
    """The lines of a resolved scenario's last ledger that have items, with their worth."""
    outcome = resolved(now.database, id, now.as_of)
    if outcome is None or outcome.outcome == "annulled":
        return []
    sign = 1 if outcome.outcome == "occurred" else -1
    day = last_open_day(now.database, id, now.as_of)
    return [
        (line, sign * line.counted_decibans)
        for line in ledger(known(now.database, day), id).lines
        if line.kind in _EVIDENCE and line.evidence and line.counted_decibans
    ]
