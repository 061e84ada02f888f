"""Decisions to take, and by whom, in plain verbs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from scenarios.analysis.review.brief import Decision
from scenarios.analysis.review.status import StatusRow
from scenarios.model import Database
from scenarios.render import cells
from scenarios.render.cells import p
from scenarios.render.document import Flat, Heading, Item, Items, Span
from scenarios.render.documents.review.causes import Sentence, analyst_name, short
from scenarios.text import counted

_Phrase = Callable[[Sequence[str], Sequence[StatusRow], Database], Sentence]
TO_DECIDE = "decide"
"""The anchor of the chapter."""
_MOST = 5
"""Decisions that are listed, and subjects that each names."""
_NAMED = 3
_ANALYSTS = 3


def to_decide(
    decisions: Sequence[Decision],
    questions: Sequence[StatusRow],
    database: Database,
    *,
    every: bool = False,
) -> Iterator[Flat]:
    """Yield what waits for a judgement, the urgent first, each with who is asked.

    The `questions` are the open ones.
    """
    shown = decisions if every else decisions[:_MOST]
    rows = [
        Item(
            (*_PHRASES[row.rule](row.subjects, questions, database), *_by(row, database), "."),
            bullet=True,
        )
        for row in shown
    ]
    if more := len(decisions) - len(rows):
        rows.append(Item(f"{counted(more, 'matter')} more can wait."))
    if rows:
        yield Heading(2, "To decide", anchor=TO_DECIDE)
        yield Items(tuple(rows))


def _by(decision: Decision, database: Database) -> Sentence:
    """` (ann and bo)`; the number of more than three."""
    names = [analyst_name(id, database) for id in decision.analysts]
    if not names:
        return ()
    if len(names) > _ANALYSTS:
        return (f" ({len(names)} analysts)",)
    return (f" ({' and '.join(filter(None, (', '.join(names[:-1]), names[-1])))})",)


def _titles(ids: Sequence[str], database: Database) -> tuple[Span, ...]:
    return cells.titles(ids, database, _NAMED)


def _gap(ids: Sequence[str], questions: Sequence[StatusRow], database: Database) -> Sentence:
    """Both figures of each question beside it."""
    rows = {row.id: row for row in questions}
    parts: list[Span] = ["Follow the evidence, or say why not: "]
    for place, id in enumerate(ids[:_NAMED]):
        _, stated, _, implied = cells.four(rows[id])
        title = cells.quoted(cells.scenario(id, database))
        parts += ["; " if place else "", *title, ", we say ", p(stated), ", it says ", p(implied)]
    more = len(ids) - _NAMED
    return *parts, f"; and {more} more" if more > 0 else ""


def _forecast(ids: Sequence[str], questions: Sequence[StatusRow], database: Database) -> Sentence:
    live = len(questions)
    if len(ids) == live > _NAMED:
        return (f"Forecast all {live} open questions again",)
    return "Forecast again: ", *_titles(ids, database)


def _seen(keys: Sequence[str], _questions: Sequence[StatusRow], database: Database) -> Sentence:
    signs = cells.listed((cells.indicator(key, database) for key in keys[:_NAMED]), "; ")
    more = len(keys) - _NAMED
    return "Say whether it was seen: ", *signs, f"; and {more} more" if more > 0 else ""


def _items(ids: Sequence[str], _questions: Sequence[StatusRow], database: Database) -> Sentence:
    named = (short(id, database) for id in ids[:_NAMED])
    more = len(ids) - _NAMED
    end = f"; and {more} more" if more > 0 else ""
    return "Judge what it means: ", *cells.listed(named, "; "), end


def _sets(ids: Sequence[str], _questions: Sequence[StatusRow], database: Database) -> Sentence:
    names = (database.tracker.sets.get(id, id) for id in ids[:_NAMED])
    return "Make the figures add up to 100%: ", *cells.listed(names, "; ")


def _of(before: str) -> _Phrase:
    return lambda ids, _, database: (before, *_titles(ids, database))


_PHRASES: Mapping[str, _Phrase] = {
    "overdue": _of("Say how it ended, whose day is past: "),
    "unexplained-move": _of("Say why we moved: "),
    "gap": _gap,
    "not-reviewed": _forecast,
    "one-origin": _of("Find a second witness for the move of "),
    "weak-line": _of("Find a better witness for the move of "),
    "sum-not-one": _sets,
    "implies-broken": _of("Make it no more probable than what follows from it: "),
    "past-due": _seen,
    "unrated": _items,
}
"""For each rule that waits for a judgement: words about its subjects."""
