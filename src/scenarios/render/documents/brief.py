"""The review on one page, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scenarios.analysis.period.period import Spread
from scenarios.analysis.review.brief import Brief, OpenQuestion, Watched
from scenarios.model import Analyst, Database
from scenarios.render.document import (
    Block,
    Chart,
    Column,
    Document,
    Figure,
    Flat,
    Heading,
    Item,
    Items,
    Paragraph,
    Ref,
    Row,
    Span,
    Table,
    Text,
)
from scenarios.render.documents.review import coming, headline, names, overview
from scenarios.render.documents.status import unless_withheld
from scenarios.scales import printed
from scenarios.text import counted

_SENTENCES = 7
_MOVES = 3
"""So many moves are told, if there is room."""
MOST, _WATCHED, _SPREADS, _LATE, _DUE = 12, 5, 3, 2, 4
"""So many are shown of each list, the rest is counted."""


def document(made: Brief, database: Database, picture: Chart | None = None) -> Document:
    """One page: what happened, where things stand, what would change that, and what is due."""
    head = f"{made.tracker.title}: in brief, {made.as_of}"
    notice = made.tracker.notice
    return (
        Heading(1, head),
        *((Paragraph(" ".join(notice.split()), tone="notice"),) if notice else ()),
        news(made, database),
        *_standing(made, picture),
        *_watched(made, database),
        *_spreads(made.spreads, database),
        *_due(made, database),
    )


def sentences(made: Brief, database: Database) -> list[tuple[Span, ...]]:
    """At most seven: the headline, the next moves, and what was not looked at."""
    head = made.headline
    told = headline.sentences(head, database)
    late = [_unreviewed(made)] if made.unreviewed else []
    more = made.moves[1 : min(_MOVES, _SENTENCES - len(told) - len(late) + 1)]
    if more:
        moves = (headline.move(move, head.resolved, database, head.top) for move in more)
        own = len([*headline.rest(head)])
        told = [*told[: len(told) - own], *moves, *headline.rest(head, 1 + len(more))]
    return [*told, *late]


def _unreviewed(made: Brief) -> tuple[Span, ...]:
    number, live = len(made.unreviewed), made.headline.live
    if number == live > 1:
        return (f"None of the {live} open questions has a recent forecast.",)
    has = "has" if number == 1 else "have"
    return (f"{number} of {counted(live, 'open question')} {has} no recent forecast.",)


def news(made: Brief, database: Database) -> Paragraph:
    """The sentences as one text."""
    said: list[Span] = []
    for sentence in sentences(made, database):
        said += [" "] * bool(said) + [*sentence]
    return Paragraph(tuple(said)) if said else Paragraph(f"Nothing was asked by {made.as_of}.")


def _standing(made: Brief, picture: Chart | None) -> Iterator[Block]:
    if not made.scenarios:
        return
    rows = sorted(made.scenarios, key=lambda row: not _moved(row))
    more = len(rows) - MOST
    table = Table(
        columns=(
            Column(name="question", least=24),
            Column(name="we say", key="stated_from_to", align="right"),
            Column(name="evidence", key="implied_from_to", align="right"),
            *(Column(name=name, only="csv") for name in overview.NUMBERS),
        ),
        rows=tuple(map(_row, rows[:MOST])),
        note=f"{counted(more, 'question')} more: scen status" if more > 0 else "",
    )
    yield Heading(2, "Where it stands", anchor="board")
    yield Chart(picture.label, picture.drawing, table) if picture else table


def _row(row: OpenQuestion) -> Row:
    before, implied = (None, None) if row.unfounded else (row.implied_before, row.implied)
    return (
        Ref(row.scenario, "scenario", " ".join(row.title.split())),
        unless_withheld(row.withheld, _step(row.stated_before, row.stated)),
        unless_withheld(row.withheld, _step(before, implied)),
        Figure(row.stated_before, "p"),
        Figure(row.stated, "p"),
        Figure(before, "p"),
        Figure(implied, "p"),
    )


def _step(before: float | None, after: float | None) -> Text:
    if before is None or after is None or printed(before) == printed(after):
        return (Figure(after, "p"),)
    return Figure(before, "p"), " → ", Figure(after, "p")


def _moved(row: OpenQuestion) -> bool:
    return any(
        before is not None and after is not None and printed(before) != printed(after)
        for before, after in (
            (row.stated_before, row.stated),
            (row.implied_before, row.implied),
        )
    )


def _watched(made: Brief, database: Database) -> Iterator[Flat]:
    """The largest of each question, since two of one question tell alike."""
    first: dict[str, Watched] = {}
    for one in made.watch:
        if printed(one.implied) != printed(one.if_seen):
            first.setdefault(one.scenario, one)
    shown = list(first.values())[:_WATCHED]
    if not shown:
        return
    more = made.unseen - len(shown)
    yield Heading(2, "What would change our mind", anchor="watch")
    rows = [_if_seen(one, database) for one in shown]
    rows += [Item(f"{more} more: scen list indicators --by value")] if more > 0 else []
    yield Items(tuple(rows))


def _if_seen(one: Watched, database: Database) -> Item:
    title = names.quoted(names.scenario(one.scenario, database))
    figures = (" would go from ", Figure(one.implied, "p"), " to ", Figure(one.if_seen, "p"))
    sign = names.indicator(f"{one.scenario}/{one.indicator}", database)
    due = f" (due by {one.due})" if one.due else ""
    return Item((*title, *figures, " if this is seen:"), (Item((sign, due)),))


def _spreads(spreads: Sequence[Spread], database: Database) -> Iterator[Flat]:
    differ = [row for row in spreads if printed(row.low) != printed(row.high)]
    if not differ:
        return
    yield Heading(2, "Where analysts differ", anchor="spreads")
    rows = []
    for row in differ[:_SPREADS]:
        ends = ((row.low_analyst, row.low), (row.high_analyst, row.high))
        under = tuple(
            Item((f"{name} says ", Figure(p, "p"), f": {_why(row, name)}")) for name, p in ends
        )
        rows.append(Item(names.scenario(row.scenario, database), under))
    if (more := len(differ) - _SPREADS) > 0:
        rows.append(Item(f"and over {counted(more, 'more question')}: scen report"))
    yield Items(tuple(rows))


def _why(row: Spread, analyst: Analyst) -> str:
    return " ".join(row.rationales.get(analyst, "no reason given").split())


def _due(made: Brief, database: Database) -> Iterator[Flat]:
    coming_up, late = made.due.coming, made.due.late
    if not (coming_up or late):
        return
    yield Heading(2, "What is due", anchor="coming")
    rows = [coming.entry(one, database, "late") for one in late[:_LATE]]
    rows += [coming.entry(one, database) for one in coming_up[:_DUE]]
    if more := len(late[_LATE:]):
        rows.append(Item(f"{more} more late: scen due", lead="and"))
    if more := len(coming_up[_DUE:]):
        rows.append(Item(f"{more} more by {made.due.until}: scen due", lead="and"))
    yield Items(tuple(rows))
