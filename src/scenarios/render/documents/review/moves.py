"""Scenarios that moved and why, that were resolved, and that stood still."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from scenarios.analysis.review.headline import JointOutcome, ResolvedScenario, outcome_of
from scenarios.analysis.review.moves import Causes, Event, Move, OtherCause
from scenarios.analysis.review.review import Review
from scenarios.analysis.review.status import StatusRow
from scenarios.model import Database, EvidenceId, ScenarioId
from scenarios.render import cells
from scenarios.render.cells import p
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
    spans,
)
from scenarios.render.documents.ledger_changes import change_sum
from scenarios.render.text import signed
from scenarios.scales import MOVED_BITS

_ROUNDING = 1e-12


class Context(NamedTuple):
    """Everything the blocks are made of; `language` is the estimative one."""

    database: Database
    rows: Mapping[ScenarioId, StatusRow]
    moves: Mapping[ScenarioId, Move]
    causes: Causes
    resolved: Sequence[JointOutcome]
    language: str


def moved(context: Context) -> Iterator[Block]:
    """Yield every scenario that moved, in full once, under its main cause."""
    if not context.moves:
        return
    lead = "In front: the effect on what is implied, in decibans (3 dB double the odds)."
    yield Heading(2, "What moved, and why", (lead,), anchor="moved")
    mains = _main_causes(context)
    all_causes: list[Event | OtherCause] = [*context.causes.events, *context.causes.others]
    for cause in all_causes:
        yield from _block(context, cause, [id for id, main in mains.items() if main is cause])


def moving_items(context: Context) -> set[EvidenceId]:
    """The items that stand there beside what they moved."""
    mains = _main_causes(context)
    return {
        id
        for event in context.causes.events
        if any(mains[p.scenario] is event or signed(p.decibans) != "0" for p in event.scenarios)
        for id in event.evidence
    }


def sums(context: Context, *, every: bool = False) -> Iterator[Folded]:
    """Yield the rows of each scenario that add up to its move, under its name."""
    blocks: list[Flat] = []
    for id, move in context.moves.items():
        changes = (*move.lines_added, *move.lines_removed, *move.lines_changed)
        steps = {name: getattr(move, name) for name in ("given", "time", "rivals", "bound")}
        bits = Figure(context.rows[id].movement_bits, "bits")
        name = cells.scenario(id, context.database)
        blocks.append(Heading(3, (name, " (", Ref(id), ", ", bits, " bits)")))
        blocks += change_sum(changes, steps, context.database, id, every=every)
    if blocks:
        yield Folded(Heading(2, "The rows of each move", anchor="sums"), tuple(blocks))


def _main_causes(context: Context) -> dict[ScenarioId, Event | OtherCause]:
    return {id: context.causes.of(id)[0][1] for id in context.moves}


def _block(
    context: Context, cause: Event | OtherCause, mains: Sequence[ScenarioId]
) -> Iterator[Flat]:
    """Yield the scenarios in full of which it is the main cause, then the others in a line."""
    rows, also = [], list[Span]()
    for part in cause.scenarios:
        worth = Figure(part.decibans, "dB")
        if part.scenario in mains:
            rows.append(_row(context, part.scenario, worth if part.decibans else ""))
        elif signed(part.decibans) != "0":
            name = cells.scenario(part.scenario, context.database)
            also += [", " if also else "also " if rows else "", name, " ", worth, " dB"]
    if also:
        rows.append(Item(tuple(also)))
    if rows:
        if isinstance(cause, Event):
            yield _event_heading(cause, context.database)
        else:
            yield _heading(cause, context)
        yield Items(tuple(rows))


def _row(context: Context, id: ScenarioId, worth: Text) -> Item:
    move = context.moves[id]
    figures: list[Span] = []
    if move.stated and move.stated.to is not None:
        step = cells.step_in_words(move.stated.from_, move.stated.to, context.language)
        figures += ["stated ", *step, "; " if move.explained else ", unexplained; "]
    elif move.stated:
        figures.append("stated no longer: withdrawn or expired; ")
    assert move.implied.to is not None  # noqa: S101 - what is implied always has a figure
    language = "" if figures else context.language
    implied = cells.step_in_words(move.implied.from_, move.implied.to, language)
    figures += ["implied ", *implied]
    reason = cells.one_line(move.stated.rationale if move.stated else "")
    if move.stated and move.stated.normalised:
        reason = "normalised: others in the set changed"
    under = (Item(tuple(figures)), *([Item(reason)] if reason else []))
    return Item((cells.scenario(id, context.database), " (", Ref(id), ")"), under, lead=worth)


def _event_heading(event: Event, database: Database) -> Heading:
    first, *more = event.evidence
    if not more:
        return Heading(3, cells.item(first, database), (cells.origin(first, database),))
    under = [
        (*spans(cells.item(id, database)), " (", *cells.origin(id, database), ")")
        for id in event.evidence
    ]
    return Heading(3, f"{len(event.evidence)} items that hang together", tuple(under))


def _heading(other: OtherCause, context: Context) -> Heading:
    database, subjects = context.database, other.subjects
    if other.cause == "retraction":
        under: list[Text] = []
        for id in subjects:
            gone = database.evidence[id].retracted
            why = cells.one_line(gone.reason) if gone else ""
            under.append((cells.item(id, database), " (", Ref(id, "evidence"), f"): {why}"))
        return Heading(3, "Retracted", tuple(under))
    if other.cause == "given":
        how = outcome_of(subjects[0], context.resolved) if subjects else ""
        title = cells.titles(subjects, database)
        return Heading(3, (*title, f" {how}" if how else "", ": what depends on it"))
    if other.cause == "absence":
        name = cells.indicator(subjects[0], database)
        return Heading(3, ("Due and not seen: ", name, " (", Ref(subjects[0]), ")"))
    if other.cause == "rivals" and subjects:
        was = "was" if len(subjects) == 1 else "were"
        return Heading(3, (*cells.titles(subjects, database), f" {was} ruled out of the set"))
    return Heading(3, _HEADINGS[other.cause])


_HEADINGS = {
    "rivals": "Beside the other members of the set",
    "time": "Time: the event has not happened so far",
    "overlap": "Older evidence that the new repeats in part",
    "bound": "Held within 0.1% and 99.9%",
    "forecast": "Forecast anew, without new evidence",
}


def outcomes(
    resolved: Sequence[ResolvedScenario], below: Collection[EvidenceId], database: Database
) -> Iterator[Flat]:
    """Yield each resolved scenario in a line; the basis and the evidence of an outcome once.

    An item that stands `below` is named by its id here.
    """
    if not resolved:
        return
    rows = []
    shown: set[tuple[EvidenceId, ...]] = set()
    for entry in sorted(resolved, key=lambda entry: entry.outcome != "occurred"):
        under: list[Item] = []
        own = database.scenarios[entry.scenario].resolution
        if own and own.basis == entry.basis:  # else it follows from the outcome of a rival
            under.append(Item(cells.one_line(entry.basis)))
        if entry.evidence and entry.evidence not in shown:
            parts = [
                Ref(id, "evidence") if id in below else cells.item(id, database)
                for id in entry.evidence
            ]
            under.append(Item(("shown by ", *cells.listed(parts))))
            shown.add(entry.evidence)
        name = cells.scenario(entry.scenario, database)
        rows.append(Item((name, ": ", *outcome_figures(entry)), tuple(under)))
    yield Heading(2, "Resolved", anchor="resolved")
    yield Items(tuple(rows))


def outcome_figures(entry: ResolvedScenario) -> Iterator[Span]:
    """`last said 40%, evidence implied 62%, occurred on 2022-02-24, Brier 0.36`."""
    stated, implied = entry.last_said, entry.last_implied
    last = stated.probability if stated else entry.stated
    yield from ("never forecast",) if last is None else ("last said ", p(last))
    yield from (", evidence implied ", p(implied.probability if implied else entry.implied))
    yield f", {cells.outcome_words(entry.outcome)} on {entry.date}"
    if stated:
        yield from (", Brier ", Figure(stated.brier, digits=2))
    if implied:
        head = " (the evidence " if stated else " (Brier "
        yield from (head, Figure(implied.brier, digits=2), ")")


def unmoved(review: Review, database: Database) -> Iterator[Flat]:
    """Yield the scenarios that changed by little, then those of which no figure changed."""
    again = review.unchanged.reaffirmed
    names = (
        f"Moved by less than {MOVED_BITS} bits: ",
        "Moved by less than 0.1 points: ",
        "Unchanged, and forecast: ",
        "Unchanged: ",
    )
    groups: dict[str, list[StatusRow]] = {name: [] for name in names}
    for row in review.scenarios:
        if row.id in (*again, *review.unchanged.untouched):
            changes = [*_changes(row)]
            is_large = any(signed(change) != "0" for _, change in changes)
            place = 0 if is_large else 1 if changes else 2 if row.id in again else 3
            groups[names[place]].append(row)
    rows = [Item(tuple(_unmoved(name, own, database))) for name, own in groups.items() if own]
    if rows:
        yield Heading(2, "What did not move", anchor="unchanged")
        yield Items(tuple(rows))


def _unmoved(name: str, rows: Sequence[StatusRow], database: Database) -> Iterator[Span]:
    for place, row in enumerate(rows):
        yield "; " if place else name
        yield cells.scenario(row.id, database)
        changes = [(kind, change) for kind, change in _changes(row) if signed(change) != "0"]
        for number, (kind, change) in enumerate(changes):
            yield from (", " if number else " (", f"{kind} ", Figure(change, "points"))
        yield " points)" if changes else ""


def _changes(row: StatusRow) -> Iterator[tuple[str, float]]:
    """Yield the figures that differ from before, however little, with the change in points."""
    for kind, figure in (("stated", row.stated), ("implied", row.implied)):
        if figure and figure.previous is not None:
            change = (figure.probability - figure.previous) * 100
            if abs(change) > _ROUNDING:
                yield kind, change
