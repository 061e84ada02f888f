"""What moved and why, by event: a block for each new item, then what moved for another cause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from scenarios.analysis.review.headline import JointOutcome, outcome_of
from scenarios.analysis.review.moves import Causes, Contribution, Event, Move, OtherCause
from scenarios.analysis.review.status import StatusRow
from scenarios.model import Database, EvidenceId, ScenarioId
from scenarios.render.document import (
    Block,
    Figure,
    Flat,
    Folded,
    Heading,
    Item,
    Items,
    Ref,
    Span,
    Text,
    change_of,
    spans,
)
from scenarios.render.documents.ledger_changes import change_sum
from scenarios.render.documents.review import names
from scenarios.render.text import signed, term
from scenarios.scales import printed


class Told(NamedTuple):
    """What the blocks are made of, and the estimative language."""

    database: Database
    rows: Mapping[ScenarioId, StatusRow]
    moves: Mapping[ScenarioId, Move]
    causes: Causes
    resolved: Sequence[JointOutcome]
    language: str


def section(told: Told) -> Iterator[Block]:
    """Every scenario that moved is told in full once, under what did most to it."""
    if not told.moves:
        return
    lead = "In front: the effect on what is implied, in decibans (3 dB double the odds)."
    yield Heading(2, "What moved, and why", (lead,), anchor="moved")
    mains = _mains(told)
    for event in told.causes.events:
        of = [id for id, main in mains.items() if main is event]
        yield from _block(told, _event_heading(event, told.database), event.scenarios, of)
    for other in told.causes.others:
        of = [id for id, main in mains.items() if main is other]
        yield from _block(told, _other_heading(other, told), other.scenarios, of)


def items(told: Told) -> set[EvidenceId]:
    """The items that stand here beside what they moved."""
    mains = _mains(told)
    return {
        id
        for event in told.causes.events
        if any(mains[p.scenario] is event or signed(p.decibans) != "0" for p in event.scenarios)
        for id in event.evidence
    }


def sums(told: Told, *, every: bool = False) -> Iterator[Folded]:
    """The rows of each scenario that add up to its move, under its name."""
    blocks: list[Flat] = []
    for id, move in told.moves.items():
        changes = (*move.lines_added, *move.lines_removed, *move.lines_changed)
        steps = {
            "given": move.given,
            "time": move.time,
            "rivals": move.rivals,
            "bound": move.bound,
        }
        moved = Figure(told.rows[id].movement_bits, "bits")
        name = names.scenario(id, told.database)
        blocks.append(Heading(3, (name, " (", Ref(id), ", ", moved, " bits)")))
        blocks += change_sum(changes, steps, told.database, id, every=every)
    if blocks:
        head = Heading(2, "The rows of each move", anchor="sums")
        yield Folded(head, tuple(blocks))


def step(before: float | None, after: float, language: str = "") -> tuple[Span, ...]:
    """A probability before and after, and what that is in words if a language is given."""
    words = term(after, language) if language else ""
    word = f" ({words})" if words else ""
    if before is None:
        return Figure(after, "p"), f"{word}, new"
    if printed(before) == printed(after):
        return spans(change_of(before, after, words))
    return Figure(before, "p"), " → ", Figure(after, "p"), word


def _mains(told: Told) -> dict[ScenarioId, Event | OtherCause]:
    """What did most to each scenario."""
    return {id: told.causes.of(id)[0][1] for id in told.moves}


def _block(
    told: Told, heading: Heading, parts: Iterable[Contribution], mains: Sequence[ScenarioId]
) -> Iterator[Flat]:
    """Those that are told here, then in a line those that are told elsewhere."""
    rows, also = [], list[Span]()
    for part in parts:
        worth = Figure(part.decibans, "dB")
        if part.scenario in mains:
            rows.append(_row(told, part.scenario, worth if part.decibans else ""))
        elif signed(part.decibans) != "0":
            name = names.scenario(part.scenario, told.database)
            also += [", " if also else "also " if rows else "", name, " ", worth, " dB"]
    if also:
        rows.append(Item(tuple(also)))
    if rows:
        yield heading
        yield Items(tuple(rows))


def _row(told: Told, id: ScenarioId, worth: Text) -> Item:
    move = told.moves[id]
    figures: list[Span] = []
    if move.stated and move.stated.to is not None:
        figures += ["stated ", *step(move.stated.from_, move.stated.to, told.language)]
        figures += [", unexplained; " if not move.explained else "; "]
    elif move.stated:
        figures.append("stated no longer: withdrawn or expired; ")
    assert move.implied.to is not None  # noqa: S101 - what is implied always has a figure
    language = "" if figures else told.language
    figures += ["implied ", *step(move.implied.from_, move.implied.to, language)]
    reason = _reason(move)
    under = (Item(tuple(figures)), *([Item(reason)] if reason else []))
    return Item((names.scenario(id, told.database), " (", Ref(id), ")"), under, lead=worth)


def _reason(move: Move) -> str:
    if move.stated and move.stated.normalised:
        return "normalised: others in the set changed"
    return " ".join(((move.stated and move.stated.rationale) or "").split())


def _event_heading(event: Event, database: Database) -> Heading:
    first, *more = event.evidence
    if not more:
        return Heading(3, names.item(first, database), (names.source_of(first, database),))
    under = [
        (*spans(names.item(id, database)), " (", *names.source_of(id, database), ")")
        for id in event.evidence
    ]
    return Heading(3, f"{len(event.evidence)} items that hang together", tuple(under))


def _other_heading(other: OtherCause, told: Told) -> Heading:
    database, subjects = told.database, other.subjects
    if other.cause == "retraction":
        under: list[Text] = []
        for id in subjects:
            gone = database.evidence[id].retracted
            why = " ".join(gone.reason.split()) if gone else ""
            under.append((*spans(names.item(id, database)), " (", Ref(id, "evidence"), f"): {why}"))
        return Heading(3, "Retracted", tuple(under))
    if other.cause == "given":
        title = names.titles(subjects, database)
        how = outcome_of(subjects[0], told.resolved) if subjects else ""
        return Heading(3, (*title, f" {how}" if how else "", ": what depends on it"))
    if other.cause == "absence":
        name = names.indicator(subjects[0], database)
        return Heading(3, ("Due and not seen: ", name, " (", Ref(subjects[0]), ")"))
    if other.cause == "rivals" and subjects:
        was = "was" if len(subjects) == 1 else "were"
        return Heading(3, (*names.titles(subjects, database), f" {was} ruled out of the set"))
    return Heading(3, _HEADINGS[other.cause])


_HEADINGS = {
    "rivals": "Beside the other members of the set",
    "time": "Time: the event has not happened so far",
    "overlap": "Older evidence that the new repeats in part",
    "bound": "Held within 0.1% and 99.9%",
    "forecast": "Forecast anew, without new evidence",
}
