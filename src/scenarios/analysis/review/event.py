"""The story of an event: its reports, and every question that it moved, before and after."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date

import msgspec
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import bears_on, by_origin, dependents
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.ledger_changes import Shift
from scenarios.analysis.period.period import window
from scenarios.analysis.review.outcomes import ResolvedScenario
from scenarios.analysis.review.review import story_of
from scenarios.analysis.review.story import Story
from scenarios.model import Database, Evidence, EvidenceId, ScenarioId
from scenarios.scales import decibans, has_moved, held, jeffreys, probability
from scenarios.values import first_day, owner_of


class EventMove(msgspec.Struct, frozen=True, kw_only=True):
    """A question before and after an event; None for a figure that the event did not move.

    `implied` are the figures before the first of its reports and after the last, `decibans` the
    part of that move that is its own. `stated` is the move of the team for which a forecast cites
    it, by the day `stated_on`. `through` is the question on which it depends, and through which it
    moved. `resolved` has outcome and last figures of a question that the event decided.
    """

    scenario: ScenarioId
    implied: Shift | None = None
    decibans: float = 0.0
    stated: Shift | None = None
    stated_on: date | None = None
    through: ScenarioId | None = None
    resolved: ResolvedScenario | None = None

    @property
    def movement_bits(self) -> float:
        """The larger movement of the two figures, of the implied one its own part."""
        stated = jeffreys(self.stated.from_, self.stated.to) if self.stated else 0.0
        return max(stated, jeffreys(*self._own))

    @property
    def _own(self) -> tuple[float | None, float | None]:
        """The implied figure before, and after its own part of the move alone."""
        before = self.implied.from_ if self.implied else None
        if before is None:
            return None, None
        return before, held(probability(decibans(before) + self.decibans))

    @property
    def visible(self) -> bool:
        """True if it was decided, or a figure is shown as another."""
        ours = self.stated
        is_shown = ours is not None and (ours.from_ is None or has_moved(ours.from_, ours.to))
        return self.resolved is not None or is_shown or has_moved(*self._own)


class EventStory(msgspec.Struct, frozen=True, kw_only=True):
    """The reports of an event, the first recorded first, and the questions that it moved.

    `beside` are other items of one origin with them, on the same questions. `observed` is the day,
    month or year of its beginning, `recorded` the first and the last day on which its items entered
    the record.
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


StoryAt = Callable[[date, date, frozenset[ScenarioId]], Story]


def story_between(
    odds: DailyLedgers, since: date, until: date, scenarios: frozenset[ScenarioId]
) -> Story:
    """The story of a window, with these questions alone."""
    period = window(odds.database, since, until, only=scenarios, odds=odds)
    return story_of(period, looks_back=False)


def event_story(
    database: Database, ids: Collection[EvidenceId], as_of: date, story_at: StoryAt
) -> EventStory:
    """The story of these items on the days on which they entered the record.

    Stated moves are looked for up to the first forecast from the last of those days on, if it came
    before the next review and by `as_of`. `story_at` is asked for each question that the items can
    move, with those that depend on it, so that events of a day can share the answers.
    """
    items = {id: database.evidence[id] for id in ids}
    by_day = sorted((item.recorded, id) for id, item in items.items())
    first, last = by_day[0][0], by_day[-1][0]
    eve = date.fromordinal(max(first.toordinal() - 1, 1))
    bearing = {id for item in items.values() for id in bears_on(database, item)}
    replaced = {id for item in items.values() for id in item.supersedes if id in database.evidence}
    lost = {id for other in replaced for id in bears_on(database, database.evidence[other])}
    units = _units(database, bearing | lost | _decided_by(database, items))
    stories = [story_at(eve, last, unit) for unit in units]
    moves = {move.scenario: move for story in stories for move in _decided(story, ids)}
    moves |= {move.scenario: move for story in stories for move in _implied(story, ids)}
    until = _forecast_day(database, last, as_of)
    for unit in _units(database, _cited(database, items, eve, until)):
        for move in _stated(story_at(eve, until, unit), ids):
            shown = moves.get(move.scenario, move)
            both = replace(shown, stated=move.stated, stated_on=move.stated_on)
            moves[move.scenario] = both
    origins = {item.origin for item in items.values() if item.origin}
    others = {id for origin in origins for id in by_origin(database)[origin]} - {*items}
    dated = sorted((database.evidence[id].recorded, id) for id in others)
    return EventStory(
        items=tuple(id for _, id in by_day),
        beside=tuple(
            id
            for day, id in dated
            if first <= day <= last
            and not bearing.isdisjoint(bears_on(database, database.evidence[id]))
        ),
        observed=min((item.observed for item in items.values()), key=first_day),
        recorded=(first, last),
        moves=tuple(sorted((move for move in moves.values() if move.visible), key=_order)),
        small=tuple(sorted(id for id, move in moves.items() if not move.visible)),
    )


def _units(database: Database, ids: Collection[ScenarioId]) -> list[frozenset[ScenarioId]]:
    """Each question with those that depend on it, once."""
    return [*dict.fromkeys(frozenset(dependents(database, {id})) for id in sorted(ids))]


def _decided_by(database: Database, ids: Collection[EvidenceId]) -> set[ScenarioId]:
    """The questions with a resolution that rests on one of the items."""
    resolutions = ((id, scenario.resolution) for id, scenario in database.scenarios.items())
    return {id for id, end in resolutions if end and not set(ids).isdisjoint(end.evidence)}


def _decided(story: Story, ids: Collection[EvidenceId]) -> Iterator[EventMove]:
    """Yield the questions whose outcome rests on one of the items."""
    for entry in story.resolved:
        if not set(ids).isdisjoint(entry.evidence):
            yield EventMove(scenario=entry.scenario, resolved=entry)


def _implied(story: Story, ids: Collection[EvidenceId]) -> Iterator[EventMove]:
    """Yield the questions that the items moved, themselves or only through a link."""
    for move in story.moves:
        causes = [c for c in move.implied.causes if not set(ids).isdisjoint(c.items)]
        through = [c.subjects[0] for c in causes if c.kind == "given"]
        if causes:
            yield EventMove(
                scenario=move.scenario,
                implied=Shift(from_=move.implied.from_, to=move.implied.to),
                decibans=sum(cause.decibans for cause in causes),
                through=through[0] if len(through) == len(causes) else None,
            )


def _stated(story: Story, ids: Collection[EvidenceId]) -> Iterator[EventMove]:
    """Yield the stated moves by forecasts that cite one of the items."""
    for move in story.moves:
        steps = (
            [step for step in move.stated.steps if not set(ids).isdisjoint(step.evidence)]
            if move.stated
            else []
        )
        if steps and move.stated:
            shift = Shift(from_=move.stated.from_, to=move.stated.to)
            yield EventMove(scenario=move.scenario, stated=shift, stated_on=steps[-1].date)


def _forecast_day(database: Database, last: date, as_of: date) -> date:
    """The first day of a forecast from a day on, before the next review; else that day."""
    until = min(as_of.toordinal(), last.toordinal() + database.tracker.review_every_days)
    days = (sheet.date for sheet in database.sheets.values())
    return min((day for day in days if last <= day and day.toordinal() <= until), default=last)


def _cited(
    database: Database, items: Mapping[EvidenceId, Evidence], since: date, until: date
) -> set[ScenarioId]:
    """The questions of forecasts after a day and up to another that cite an item, by any id."""
    names = {name for id, item in items.items() for name in (id, *item.formerly)}
    sheets = (sheet for sheet in database.sheets.values() if since < sheet.date <= until)
    cited = (entry for sheet in sheets for entry in sheet.evidence.items())
    return {owner_of(id) for id, ids in cited if not names.isdisjoint(ids)}


def _order(move: EventMove) -> tuple[bool, bool, float, ScenarioId]:
    """Decided questions first, those that occurred before the others; then the largest moves."""
    outcome = move.resolved.outcome if move.resolved else ""
    return not outcome, outcome != "occurred", -move.movement_bits, move.scenario
