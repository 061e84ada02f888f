"""The review on one page, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from scenarios.analysis.review.brief import Brief, Watched
from scenarios.analysis.review.due import DueEntry
from scenarios.analysis.review.status import StatusRow
from scenarios.model import Database
from scenarios.render import cells
from scenarios.render.cells import Cell, left, p, right
from scenarios.render.document import (
    Block,
    Chart,
    Document,
    Flat,
    Heading,
    Item,
    Items,
    Paragraph,
    Span,
    Text,
)
from scenarios.render.documents.review import causes, findings, news, sentences
from scenarios.text import counted

_SENTENCES = 7
_MOVES = 3
"""Moves that are named, if there is room."""
MOST, _WATCHED, _SPREADS, _LATE, _DUE = 12, 5, 3, 2, 4
"""Entries of each list; the rest is counted."""


def document(brief: Brief, database: Database, picture: Chart | None = None) -> Document:
    """One page: what happened, where things stand, what would change that, and what is due."""
    head = f"{brief.tracker.title}, in brief: {sentences.period(brief.since, brief.as_of)}"
    return (
        Heading(1, head),
        *cells.notice(brief.tracker.notice),
        in_brief(brief, database),
        *_standing(brief, picture),
        *_watched(brief, database),
        *news.differing(brief.spreads, database, _SPREADS),
        *_due(brief, database),
    )


def in_words(brief: Brief, database: Database) -> list[tuple[Span, ...]]:
    """At most seven: the lead of the review with the next moves, and what was not looked at."""
    story = brief.story
    moves = story.notable
    news = [*sentences.outcomes(story, database), *causes.restated(story, database)]
    late = [_unreviewed(brief)] if brief.unreviewed else []
    rest = [*sentences.rest(story, database, min(len(moves), 1))]
    room = max(1, min(_MOVES, _SENTENCES - len(news) - len(rest) - len(late)))
    for place, move in enumerate(moves[:room]):
        news.append(sentences.moved(move, story, database, moves[0] if place else None))
    rest = [*sentences.rest(story, database, len(moves[:room]))]
    return [*news, *rest, *late][:_SENTENCES]


def _unreviewed(brief: Brief) -> tuple[Span, ...]:
    number, live = len(brief.unreviewed), brief.headline.live
    if live and number == live > 1:
        return (f"None of the {live} open questions has a recent forecast.",)
    has = "has" if number == 1 else "have"
    of = (
        counted(number, "open question")
        if live is None
        else f"{number} of {counted(live, 'open question')}"
    )
    return (f"{of} {has} no recent forecast.",)


def in_brief(brief: Brief, database: Database) -> Paragraph:
    """The sentences as one text."""
    text = sentences.joined(in_words(brief, database))
    return Paragraph(text or f"Nothing was asked by {brief.as_of}.")


def _standing(brief: Brief, picture: Chart | None) -> Iterator[Block]:
    if not brief.scenarios:
        return
    rows = sorted(brief.scenarios, key=lambda row: not _moved(row))
    more = len(rows) - MOST
    note = f"{counted(more, 'question')} more: scen status" if more > 0 else ""
    table = cells.table(rows[:MOST], _columns(), note=note)
    yield Heading(2, "Where it stands", anchor="board")
    yield Chart(picture.label, picture.drawing, table) if picture else table


def _columns() -> Iterator[Cell[StatusRow]]:
    yield left("question", least=24), cells.title
    yield right("we say", "stated_from_to"), lambda row: _step(row, *cells.four(row)[:2])
    yield right("evidence", "implied_from_to"), lambda row: _step(row, *cells.four(row)[2:])
    yield from cells.before_and_after(cells.four, only="csv")


def _step(row: StatusRow, before: float | None, after: float | None) -> Text:
    return cells.unless_withheld(row.withheld, cells.step(before, after))


def _moved(row: StatusRow) -> bool:
    stated_before, stated, implied_before, implied = cells.four(row)
    return cells.has_moved(stated_before, stated) or cells.has_moved(implied_before, implied)


def _watched(brief: Brief, database: Database) -> Iterator[Flat]:
    """Yield the indicator with the largest effect on each question."""
    first: dict[str, Watched] = {}
    for watched in brief.watch:
        if cells.has_moved(watched.implied, watched.if_seen):
            first.setdefault(watched.scenario, watched)
    rows = [_if_seen(watched, database) for watched in list(first.values())[:_WATCHED]]
    if rows:
        more = brief.unseen - len(rows)
        rows += [Item(f"{more} more: scen list indicators --by value")] if more > 0 else []
        yield Heading(2, "What would change our mind", anchor="watch")
        yield Items(tuple(rows))


def _if_seen(watched: Watched, database: Database) -> Item:
    title = cells.quoted(cells.scenario(watched.scenario, database))
    figures = (" would go from ", p(watched.implied), " to ", p(watched.if_seen))
    sign = cells.indicator(f"{watched.scenario}/{watched.indicator}", database)
    due = f" (due by {watched.due})" if watched.due else ""
    return Item((*title, *figures, " if this is seen:"), (Item((sign, due)),))


def _together(late: Sequence[DueEntry]) -> list[DueEntry]:
    """Late tasks, of which the reviews are one: one sitting asks about them all."""
    ids = tuple(id for entry in late if entry.what == "review" for id in entry.scenarios)
    first = next((entry for entry in late if entry.what == "review"), None)
    others = [entry for entry in late if entry is first or entry.what != "review"]
    return [replace(entry, scenarios=ids) if entry is first else entry for entry in others]


def _due(brief: Brief, database: Database) -> Iterator[Flat]:
    coming_up, late = brief.due.coming, _together(brief.due.late)
    if not (coming_up or late):
        return
    yield Heading(2, "What is due", anchor="coming")
    rows = [findings.due_item(entry, database, "late") for entry in late[:_LATE]]
    rows += [findings.due_item(entry, database) for entry in coming_up[:_DUE]]
    if more := len(late[_LATE:]):
        rows.append(Item(f"{more} more late: scen due", lead="and"))
    if more := len(coming_up[_DUE:]):
        rows.append(Item(f"{more} more by {brief.due.until}: scen due", lead="and"))
    yield Items(tuple(rows))
