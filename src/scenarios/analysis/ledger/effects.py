"""Effects of an item of evidence on each scenario that it bears on."""

from datetime import date
from functools import partial

import msgspec

from scenarios.analysis.evidence.knowledge import bears_on, resolved, state
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.ledger import EVIDENCE, ledger_of
from scenarios.analysis.ledger.lines import Ledger, Line
from scenarios.model import Database, Evidence, EvidenceId, Rating, ScenarioId
from scenarios.scales import has_moved
from scenarios.values import RatedId, indicator_key, owner_of

_DOUBTFUL = "DEF"


class EvidenceEffect(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario before and after the item; `note` says why nothing, or not all, was counted.

    `weight`, `factor` and `decibans` are those of the line that the item stands in. `doubtful` is
    the item's grade where it is D, E or F and its line is now the heaviest of the scenario.
    """

    scenario: RatedId
    rating: Rating
    via: str | None
    weight: float
    factor: float | None
    counted_decibans: float
    before: float | None
    after: float | None
    note: str | None
    doubtful: str | None = None


def effects(
    before: Database,
    after: Database,
    evidence_id: EvidenceId,
    day: date,
    odds: DailyLedgers | None = None,
) -> tuple[EvidenceEffect, ...]:
    """Effects of the item on `day`, on every scenario that it bears on, in the item's order.

    Of the evidence the databases differ in the item alone; `odds` of the one before are reused.
    """
    item = after.evidence[evidence_id]
    # The rows of the other items are posted once for both.
    days = odds.with_sheets_of(before) if odds else DailyLedgers(before)
    then, now = days.odds_on(day), days.with_items(after, {evidence_id: item}).odds_on(day)
    per_scenario = []
    for scenario_id, rating, via in ratings_of(after, item):
        if scenario_id not in after.binary:
            continue
        weight = now.known.weights.get(evidence_id, 0.0)
        effect = partial(
            EvidenceEffect, scenario=scenario_id, rating=rating, via=via, weight=weight
        )
        if state(after, scenario_id, day) in ("resolved", "unopened"):
            outcome = resolved(after, scenario_id, day)
            note = f"resolved on {outcome.recorded}" if outcome else "not open yet"
            nothing = effect(factor=None, counted_decibans=0.0, before=None, after=None, note=note)
            per_scenario.append(nothing)
            continue
        old, new = ledger_of(then, scenario_id), ledger_of(now, scenario_id)
        row = via or evidence_id
        line = new.line_with(row)
        replaced = now.known.superseded.items()
        gone = [id for id, by in replaced if by == evidence_id and old.line_with(id)]
        why = _note(old, line, row) if line else "neutral: fits every outcome equally"
        if evidence_id not in now.known.evidence:
            by = now.known.superseded.get(evidence_id)
            why = f"superseded by {by}" if by else "retracted"
        elif line is None and not weight:
            why = "its grade leaves it no weight"
        elif not (line or gone) and has_moved(old.implied.probability, new.implied.probability):
            why = "nothing of its own: its rivals moved it"
        if gone:
            instead = f"in place of {', '.join(gone)}, no longer counted"
            why = f"{why}; {instead}" if why else instead
        is_counted = line is not None and row not in line.suppressed
        per_scenario.append(
            effect(
                factor=line.factor if line else None,
                counted_decibans=line.counted_decibans if line and is_counted else 0.0,
                before=old.implied.probability,
                after=new.implied.probability,
                note=why,
                doubtful=_doubtful(after, item, new, line if is_counted else None),
            )
        )
    return tuple(per_scenario)


def ratings_of(database: Database, item: Evidence) -> list[tuple[ScenarioId, Rating, str | None]]:
    """The ratings of an item in a database, rows of quantities too, each with its indicator."""
    known_ids = bears_on(database, item)
    rated: list[tuple[ScenarioId, Rating, str | None]] = [
        (id, rating, None) for id, rating in item.ratings.items() if owner_of(id) in known_ids
    ]
    for text in item.indicators:
        scenario_id, name = indicator_key(text)
        scenario = database.scenarios.get(scenario_id)
        if scenario and name in scenario.indicators:
            ratings = scenario.indicators[name].ratings
            rated += [(id, r, text) for id, r in ratings.items() if owner_of(id) in known_ids]
    return rated


def _doubtful(database: Database, item: Evidence, book: Ledger, line: Line | None) -> str | None:
    """The grade of a doubtful item whose line is now a scenario's heaviest."""
    graded = item.grade(database.sources)
    if line is None or not line.counted_decibans or graded[0] not in _DOUBTFUL:
        return None
    weights = [abs(other.counted_decibans) for other in book.lines if other.kind in EVIDENCE]
    return graded if abs(line.counted_decibans) >= max(weights) else None


def _note(old: Ledger, line: Line, row: str) -> str | None:
    """Reason why nothing, or nothing more, was counted; None where the item's line changed."""
    if line.kind == "in-prior":
        return "in the prior"
    if row in line.suppressed:
        return f"same origin or event as {line.id}: one witness"
    was = old.line_with(line.id)
    same = was is not None and was.decibans == line.decibans
    return "adds nothing to what was already seen" if same else None
