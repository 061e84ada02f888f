"""Effect of one item of evidence on each scenario that it bears on."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import msgspec

from scenarios.analysis.evidence.knowledge import bears_on, known, resolved, state
from scenarios.analysis.ledger.ledger import Ledger, Line, ledger_of
from scenarios.analysis.ledger.odds import Odds
from scenarios.model import Database, Evidence, EvidenceId, Rating, ScenarioId, indicator_key
from scenarios.scales import printed

_DOUBTFUL = "DEF"
_EVIDENCE = frozenset({"direct", "indicator", "absence"})


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario before and after the item; `note` says why nothing, or not all, was counted.

    `weight`, `factor` and `decibans` are those of the line that the item stands in. `doubtful` is
    the item's grade where it is D, E or F and its line is now the heaviest of the scenario.
    """

    scenario: ScenarioId
    rating: Rating
    via: str | None
    weight: float
    factor: float | None
    counted_decibans: float
    before: float | None
    after: float | None
    note: str | None
    doubtful: str | None = None


class _Item(NamedTuple):
    weight: float
    retracted: bool
    moved: bool


def effects(
    before: Database, after: Database, evidence_id: EvidenceId, day: date
) -> tuple[Effect, ...]:
    """Effects of the item on `day`, on every scenario that it bears on, in the item's order."""
    item = after.evidence[evidence_id]
    then, now = Odds(known(before, day)), Odds(known(after, day))
    per_scenario = []
    for scenario_id, rating, via in _ratings(after, item):
        weight = now.known.weights.get(evidence_id, 0.0)
        if state(after, scenario_id, day) in ("resolved", "unopened"):
            per_scenario.append(
                _uncounted(scenario_id, rating, via, weight, _life(after, scenario_id, day))
            )
            continue
        old, new = ledger_of(then, scenario_id), ledger_of(now, scenario_id)
        line = _line_of(new, via or evidence_id)
        row = via or evidence_id
        moved = printed(old.implied.probability) != printed(new.implied.probability)
        note = _note(old, line, row, _Item(weight, evidence_id not in now.known.evidence, moved))
        heard = line is not None and row not in line.suppressed
        per_scenario.append(
            Effect(
                scenario=scenario_id,
                rating=rating,
                via=via,
                weight=weight,
                factor=line.factor if line else None,
                counted_decibans=line.counted_decibans if line and heard else 0.0,
                before=old.implied.probability,
                after=new.implied.probability,
                note=note,
                doubtful=_doubtful(after, item, new, line if heard else None),
            )
        )
    return tuple(per_scenario)


def _ratings(database: Database, item: Evidence) -> list[tuple[ScenarioId, Rating, str | None]]:
    rated: list[tuple[ScenarioId, Rating, str | None]] = [
        (id, rating, None) for id, rating in item.ratings.items() if id in database.scenarios
    ]
    known_ids = bears_on(database, item)
    for text in item.indicators:
        scenario_id, name = indicator_key(text)
        scenario = database.scenarios.get(scenario_id)
        if scenario and name in scenario.indicators:
            ratings = scenario.indicators[name].ratings
            rated += [(id, rating, text) for id, rating in ratings.items() if id in known_ids]
    return rated


def _line_of(book: Ledger, row: str) -> Line | None:
    """The line that an item or an indicator stands in, heard or suppressed."""
    for line in book.lines:
        if line.kind != "absence" and row in (line.id, *line.evidence, *line.suppressed):
            return line
    return None


def _doubtful(database: Database, item: Evidence, book: Ledger, line: Line | None) -> str | None:
    """The grade of an item of which little is known, and on which a scenario hangs most."""
    graded = item.grade(database.sources)
    if line is None or not line.counted_decibans or graded[0] not in _DOUBTFUL:
        return None
    weights = [abs(other.counted_decibans) for other in book.lines if other.kind in _EVIDENCE]
    return graded if abs(line.counted_decibans) >= max(weights) else None


def _note(old: Ledger, line: Line | None, row: str, item: _Item) -> str | None:
    """Why nothing, or nothing more, was counted; None where the item's line changed."""
    if item.retracted:
        return "retracted"
    if line is None:
        if not item.weight:
            return "its grade leaves it no weight"
        alone = "neutral: tells nothing apart"
        return "nothing of its own: its rivals moved it" if item.moved else alone
    if line.kind == "in-prior":
        return "in the prior"
    if row in line.suppressed:
        return f"same origin or event as {line.id}: one witness"
    was = _line_of(old, line.id)
    same = was is not None and was.decibans == line.decibans
    return "adds nothing to what was already seen" if same else None


def _life(database: Database, scenario_id: ScenarioId, day: date) -> str:
    outcome = resolved(database, scenario_id, day)
    return f"resolved on {outcome.recorded}" if outcome else "not open yet"


def _uncounted(
    scenario_id: ScenarioId, rating: Rating, via: str | None, weight: float, note: str
) -> Effect:
    return Effect(
        scenario=scenario_id,
        rating=rating,
        via=via,
        weight=weight,
        factor=None,
        counted_decibans=0.0,
        before=None,
        after=None,
        note=note,
    )
