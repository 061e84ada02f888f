"""The questions that an event decided or moved: sentences, a picture and its table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from scenarios.analysis.review.event import EventMove, EventStory
from scenarios.model import Database
from scenarios.render import cells
from scenarios.render.cells import Cell, left
from scenarios.render.charts.lanes import Member, Multiples, figures
from scenarios.render.charts.parts import WORDS, DayFigures, Outcome
from scenarios.render.document import Chart, Span
from scenarios.render.documents.review.sentences import last_figures
from scenarios.render.text import on_screen, short_day
from scenarios.text import counted
from scenarios.values import first_day

_NAMED = 3
"""Questions in the label, and decided ones in a sentence."""
_MARGIN = 3
"""The days before an event are as many as those until its record by this, two at least."""


def lead(story: EventStory, database: Database) -> Iterator[Span]:
    """Yield sentences: what it decided, and what it moved most."""
    decided = [move for move in story.moves if move.resolved]
    for number, move in enumerate(decided[:_NAMED]):
        yield from ("; " if number else "It decided: ", *before_and_after(move, database))
    if more := decided[_NAMED:]:
        yield f"; and {counted(len(more), 'more question')}"
    yield ". " if decided else ""
    if moved := story.moves[len(decided) :]:
        number_of = f"{len(moved)} questions, most " if moved[1:] else ""
        yield from (f"It moved {number_of}", *before_and_after(moved[0], database), ".")


def before_and_after(move: EventMove, database: Database) -> Iterator[Span]:
    """Yield `“A pact”: stated 20% → 0.3%, implied 5.3% → 0.2%`."""
    stated_before, stated, implied_before, implied = four(move)
    why = (" ", *through(move, database)) if move.resolved or move.through else ()
    last, mark = "last " if move.resolved else "", ": "
    yield from cells.quoted(cells.scenario(move.scenario, database))
    yield from why if move.resolved else ()
    for name, pair in (("stated", (stated_before, stated)), ("implied", (implied_before, implied))):
        if pair[1] is not None:
            yield from (f"{mark}{last}{name} ", *cells.step(*pair))
            mark = ", "
    yield from () if move.resolved else why


def through(move: EventMove, database: Database) -> tuple[Span, ...]:
    """The outcome, or the question through which it moved."""
    if move.resolved:
        return (cells.outcome_words(move.resolved.outcome),)
    return ("through ", cells.scenario(move.through, database)) if move.through else ()


def four(move: EventMove) -> cells.Four:
    """Both figures before and after; of a decided question the last ones."""
    if move.resolved:
        last, implied = last_figures(move.resolved)
        return last, last, implied, implied
    stated, by_evidence = (
        (s.from_, s.to) if s else (None, None) for s in (move.stated, move.implied)
    )
    return *stated, *by_evidence


def event_picture(story: EventStory, database: Database) -> Chart | None:
    """Every question that an event moved, before and after; None if it moved none."""
    if not story.moves:
        return None
    day, recorded, name = first_day(story.observed), story.recorded[1], on_screen(story.observed)
    beside = max((recorded - day).days // _MARGIN, 2)
    eve = date.fromordinal(max(day.toordinal() - beside, 1))
    end = date.fromordinal(min(recorded.toordinal() + beside, date.max.toordinal()))
    data = Multiples(
        since=day,
        as_of=max(recorded, day),
        members=tuple(_member(move, database, (eve, day, end)) for move in story.moves),
        about=f"until it was recorded, {short_day(recorded)}",
        event=name,
    )
    named = (
        f"{member.title}: {', '.join(text for _, text in figures(member))}"
        for member in data.members[:_NAMED]
    )
    number = counted(len(data.members), "question")
    label = f"{number}, before and after {name}. {'. '.join(named)}."
    columns: tuple[Cell[EventMove], ...] = (
        (left("question"), lambda move: cells.scenario(move.scenario, database)),
        *cells.before_and_after(four),
        (left("by"), lambda move: through(move, database)),
    )
    return Chart(label, data, cells.table(story.moves, columns))


def _member(move: EventMove, database: Database, days: tuple[date, date, date]) -> Member:
    end = move.resolved
    return Member(
        letter="",
        title=cells.scenario(move.scenario, database).label,
        points=tuple(_points(move, days)),
        stated_before=four(move)[0],
        implied_before=four(move)[2],
        outcome=Outcome(day=end.date, word=WORDS[end.outcome]) if end else None,
        anchor=f"s-{move.scenario}",
    )


def _points(move: EventMove, days: tuple[date, date, date]) -> Iterator[DayFigures]:
    """Yield the figures before, after the event, and after the forecast."""
    eve, day, end = days
    stated_before, stated, implied_before, implied = four(move)
    yield DayFigures(day=eve, stated=stated_before, implied=implied_before)
    if move.resolved:
        yield DayFigures(day=max(move.resolved.date, eve), stated=stated, implied=implied)
        return
    forecast_day = max(move.stated_on or day, day)
    before = stated if forecast_day == day else stated_before
    yield DayFigures(day=day, stated=before, implied=implied)
    yield DayFigures(day=forecast_day, stated=stated, implied=implied)
    yield DayFigures(day=max(forecast_day, end), stated=stated, implied=implied)
