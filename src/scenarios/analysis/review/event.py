"""The story of an event: its reports, and every question that it moved, before and after."""

from collections.abc import Callable, Collection, Iterator
from datetime import date

import msgspec
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import bears_on, dependents
from scenarios.analysis.ledger.days import Days
from scenarios.analysis.ledger.ledger_changes import Shift
from scenarios.analysis.period.period import window
from scenarios.analysis.review.outcomes import ResolvedScenario
from scenarios.analysis.review.review import story_of
from scenarios.analysis.review.story import Because, Story
from scenarios.model import Database, EvidenceId, ScenarioId
from scenarios.scales import jeffreys, printed
from scenarios.values import first_day


class EventMove(msgspec.Struct, frozen=True, kw_only=True):
    """A question before and after an event; None for a figure that the event did not move.

    `implied` is the event's own effect. `stated` is the move of the team for which the story gives
    the event as a cause, by the day `stated_on`. `through` is the question through which it moved:
    a question on which it depends, or of its set. `resolved` has outcome and last figures of a
    question that the event decided.
    """

    scenario: ScenarioId
    implied: Shift | None = None
    stated: Shift | None = None
    stated_on: date | None = None
    through: ScenarioId | None = None
    resolved: ResolvedScenario | None = None

    @property
    def movement_bits(self) -> float:
        """The larger movement of the two figures."""
        shifts = (shift for shift in (self.implied, self.stated) if shift)
        return max((jeffreys(shift.from_, shift.to) for shift in shifts), default=0.0)

    @property
    def visible(self) -> bool:
        """True if it was decided, or a figure is printed as another."""
        shifts = [(s.from_, s.to) for s in (self.implied, self.stated) if s]
        apart = (b is None or a is None or printed(b) != printed(a) for b, a in shifts)
        return self.resolved is not None or any(apart)


class EventStory(msgspec.Struct, frozen=True, kw_only=True):
    """The reports of an event, the first recorded first, and the questions that it moved.

    `beside` are other items that count as one with them. `observed` is the day, month or year of
    its beginning, `recorded` the first and the last day on which its items entered the record.
    `moves` are the decided questions, then the largest moves; `small` are too small to print.
    """

    items: tuple[EvidenceId, ...]
    beside: tuple[EvidenceId, ...]
    observed: str
    recorded: tuple[date, date]
    moves: tuple[EventMove, ...]
    small: tuple[ScenarioId, ...]

    @property
    def movement_bits(self) -> float:
        """The sum of the movements; a decided question has none."""
        return sum(move.movement_bits for move in self.moves)


StoryAt = Callable[[date, date], Story]


def story_between(odds: Days, since: date, until: date) -> Story:
    """The story of a window, with those questions alone that its items or outcomes can move."""
    database = odds.database
    items = odds.changed(since, until).values()
    touched = {id for item in items if since < item.recorded for id in bears_on(database, item)}
    for id, scenario in database.scenarios.items():
        if scenario.resolution and since < scenario.resolution.recorded <= until:
            touched.add(id)
    reached = dependents(database, touched)
    return story_of(window(database, since, until, only=reached, odds=odds))


def event_story(
    database: Database, ids: Collection[EvidenceId], as_of: date, story_at: StoryAt
) -> EventStory:
    """The story of these items on the days on which they entered the record.

    Stated moves are looked for up to the first forecast from the last of those days on, if it came
    before the next review and by `as_of`.
    """
    items = {id: database.evidence[id] for id in ids}
    by_day = sorted((item.recorded, id) for id, item in items.items())
    first, last = by_day[0][0], by_day[-1][0]
    eve = date.fromordinal(max(first.toordinal() - 1, 1))
    story = story_at(eve, last)
    moves = {move.scenario: move for move in (*_decided(story, ids), *_implied(story, ids))}
    for move in _stated(story_at(eve, _forecast_day(database, last, as_of)), ids):
        shown = moves.get(move.scenario, move)
        both = replace(shown, stated=move.stated, stated_on=move.stated_on)
        moves[move.scenario] = both
    together = (
        cause.evidence for cause in story.causes if not items.keys().isdisjoint(cause.evidence)
    )
    return EventStory(
        items=tuple(id for _, id in by_day),
        beside=tuple(id for block in together for id in block if id not in items),
        observed=min((item.observed for item in items.values()), key=first_day),
        recorded=(first, last),
        moves=tuple(sorted((move for move in moves.values() if move.visible), key=_order)),
        small=tuple(sorted(id for id, move in moves.items() if not move.visible)),
    )


def _decided(story: Story, ids: Collection[EvidenceId]) -> Iterator[EventMove]:
    """Yield the questions whose outcome rests on one of the items."""
    for entry in story.resolved:
        if not set(ids).isdisjoint(entry.evidence):
            yield EventMove(scenario=entry.scenario, resolved=entry)


def _implied(story: Story, ids: Collection[EvidenceId]) -> Iterator[EventMove]:
    """Yield the effects of the items, after those through another question."""
    effects: dict[tuple[str, ScenarioId, float], Shift] = {
        (cause.kind, effect.scenario, effect.decibans): Shift(from_=effect.from_, to=effect.to)
        for cause in story.causes
        for effect in cause.effects
    }
    for move in story.moves:
        behind = [(_is_by(cause, ids), cause) for cause in move.implied.causes]
        own = [(is_own, cause) for is_own, cause in behind if is_own is not None]
        for is_own, cause in sorted(own, key=lambda pair: pair[0])[-1:]:
            assert cause.decibans is not None  # noqa: S101 - a cause of the ledger has them
            yield EventMove(
                scenario=move.scenario,
                implied=effects[cause.kind, move.scenario, cause.decibans],
                through=None if is_own else cause.subjects[0],
            )


def _stated(story: Story, ids: Collection[EvidenceId]) -> Iterator[EventMove]:
    """Yield the stated moves for which the story, or the forecast, names one of the items."""
    for move in story.moves:
        side, named = move.stated, False
        if side and side.main_step:
            named = not set(ids).isdisjoint(side.main_step.evidence)
            named = named or any(_is_by(cause, ids) is not None for cause in side.because)
        if side and side.main_step and named:
            shift = Shift(from_=side.from_, to=side.to)
            yield EventMove(scenario=move.scenario, stated=shift, stated_on=side.main_step.day)


def _is_by(cause: Because, ids: Collection[EvidenceId]) -> bool | None:
    """True if these items are the cause, False if behind another cause, None if unrelated."""
    if not set(ids).isdisjoint(cause.evidence):
        return True
    other = cause.by if cause.kind == "given" and cause.subjects else None
    return False if other and not set(ids).isdisjoint(other.evidence) else None


def _forecast_day(database: Database, last: date, as_of: date) -> date:
    """The first day of a forecast from a day on, before the next review; else that day."""
    until = min(as_of.toordinal(), last.toordinal() + database.tracker.review_every_days)
    days = (sheet.date for sheet in database.sheets.values())
    return min((day for day in days if last <= day and day.toordinal() <= until), default=last)


def _order(move: EventMove) -> tuple[bool, bool, float, ScenarioId]:
    """Decided questions first, those that occurred before the others; then the largest moves."""
    outcome = move.resolved.outcome if move.resolved else ""
    return not outcome, outcome != "occurred", -move.movement_bits, move.scenario
