"""The review for those who decide: two sheets in plain words, and what there is to decide."""

from collections.abc import Iterator, Sequence
from typing import Literal

from scenarios.analysis.review.outcomes import ResolvedScenario, occurred_first
from scenarios.analysis.review.review import Brief
from scenarios.analysis.review.signs import Sign
from scenarios.analysis.review.status import StatusRow, largest_first
from scenarios.model import Database
from scenarios.render import cells, quantity_cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, left, right
from scenarios.render.document import spans
from scenarios.render.documents.review import news, sentences
from scenarios.render.documents.review.causes import analyst_name
from scenarios.render.documents.review.context import ReviewContext, context_of
from scenarios.render.text import short_day
from scenarios.scales import has_moved
from scenarios.text import counted

MOST, _WATCHED, _DUE = 12, 3, 4
"""Entries of each list; the rest is counted."""
_ALL = 10**6
_LIMITS = news.SectionLimits(events=5, rows=12, reasons=6, words=20, command="")


def document(brief: Brief, database: Database, *, every: bool = False) -> doc.Document:
    """The brief: outcomes, where things stand, what is to be decided, and why.

    With `every` nothing is left out.
    """
    of = context_of(brief.story, database, brief.scenarios)
    limits = news.IN_FULL if every else _LIMITS
    return (
        doc.Heading(1, title(brief)),
        *news.headline(of),
        *cells.notice(brief.tracker.notice),
        *_questions(brief, database, every=every),
        *news.happened(of, limits),
        *news.decide(of, brief.decisions, limits),
        *news.do(of, brief.chores),
        *news.reasons(of, limits),
        *_watch(of, brief, every=every),
        *news.differing(of, brief.spreads, limits),
        *_by_one_analyst(of),
    )


def on_page(
    brief: Brief, database: Database, picture: doc.Chart | None, *, every: bool = False
) -> doc.Document:
    """The brief with a picture of what happened; with `every` all reasons and what they cite."""
    of = context_of(brief.story, database, brief.scenarios)
    limits = news.IN_FULL if every else _LIMITS
    board = (doc.Heading(2, "What moved, by event", anchor="board"), picture) if picture else ()
    return (
        *news.front(of, _kicker(brief)),
        *board,
        *news.decide(of, brief.decisions, limits),
        *news.do(of, brief.chores),
        *(news.reasons(of, limits) if every else ()),
        *_watch(of, brief, every=every),
        *news.differing(of, brief.spreads, limits),
        *how_to_read(of),
    )


def how_to_read(of: ReviewContext) -> doc.Document:
    """Who forecast, what a range means and what it does not, and how the figures are drawn."""
    return (
        doc.Heading(2, "How to read it", anchor="words"),
        *_by_one_analyst(of),
        doc.Paragraph(_RANGE),
        doc.Paragraph(f"{_SCALES}{_OWN_SCALE * bool(of.database.quantities)}"),
        *cells.notice(of.database.tracker.notice),
    )


def _kicker(brief: Brief) -> doc.Text:
    """The title, and the way past the picture to what is to be decided."""
    if not brief.decisions:
        return title(brief)
    matters = counted(len(brief.decisions), "matter")
    return title(brief), " · ", doc.AnchorLink(f"{matters} to decide", "decide")


def _watch(of: ReviewContext, brief: Brief, *, every: bool) -> Iterator[doc.Flat]:
    signs = _signs(brief, of.database, every=every)
    return news.watch(of, brief.due, signs, None if every else _DUE)


def _by_one_analyst(of: ReviewContext) -> Iterator[doc.Paragraph]:
    """Yield who gave all forecasts and reasons, where that is one analyst."""
    analysts = {sheet.analyst for sheet in of.database.sheets.values()}
    if len(analysts) == 1:
        who = analyst_name(next(iter(analysts)), of.database)
        yield doc.Paragraph(f"All forecasts and reasons are by one analyst, {who}.")


def title(brief: Brief) -> str:
    """`China–Russia alignment: week to 28 February 2022`."""
    return f"{brief.tracker.title}: {sentences.period(brief.since, brief.as_of)}"


_Line = StatusRow | ResolvedScenario


def _questions(brief: Brief, database: Database, *, every: bool) -> Iterator[doc.Block]:
    """Yield the decided questions, those that moved, and others, as many as there is room for."""
    rows = largest_first(row for row in brief.scenarios if row.outcome is None)
    moved, still = ([row for row in rows if _has_moved(row) is did] for did in (True, False))
    decided: list[_Line] = [*occurred_first(brief.story.resolved)]
    ended = {end.scenario for end in brief.story.resolved}  # of a set, rows of its members stay
    decided += [row for row in brief.scenarios if row.outcome and row.id not in ended]
    most = _ALL if every else MOST
    first_still = still[: max(0, most - len(moved))]
    groups: list[tuple[str, Sequence[_Line], str]] = [
        ("Decided", decided, ""),
        ("Moved", moved[:most], ""),
        ("Did not move", first_still, ""),
    ]
    named = [group for group in groups if group[1]]
    if not named:
        return
    if len(named) == 1 and not decided:
        named = [("", named[0][1], "")]
    more = len(moved[most:]) + len(still) - len(first_still)
    note = f"{counted(more, 'more open question')}." if more else ""
    yield doc.Heading(2, "Where it stands", anchor="board")
    yield cells.grouped(named, _columns(database), note=note)


def _columns(database: Database) -> Iterator[Cell[_Line]]:
    yield left("question", least=24), lambda line: _title(line, database)
    yield (
        right("we say", "stated_from_to"),
        lambda line: _of_quantity(line, "stated") or _step(line, *_four(line)[:2]),
    )
    yield (
        right("evidence", "implied_from_to"),
        lambda line: _of_quantity(line, "implied") or _step(line, *_four(line)[2:]),
    )
    yield from cells.before_and_after(_four, only="csv")


def _title(line: _Line, database: Database) -> doc.Text:
    if isinstance(line, StatusRow):
        if not line.outcome:
            return cells.title(line)
        unit = f" {line.quantity.unit}" if line.quantity and line.quantity.unit else ""
        return *spans(cells.title(line)), f": {cells.outcome_words(line.outcome)}{unit}"
    end = f": {cells.outcome_words(line.outcome)} {short_day(line.date)}"
    return cells.scenario(line.scenario, database), end


def _four(line: _Line) -> cells.Four:
    if isinstance(line, StatusRow):
        return cells.four(line)
    return None, line.stated, None, line.implied


def _step(line: _Line, before: float | None, after: float | None) -> doc.Text:
    path = line.withheld if isinstance(line, StatusRow) else None
    return cells.unless_withheld(path, cells.step(before, after))


def _of_quantity(line: _Line, side: Literal["stated", "implied"]) -> str | None:
    return quantity_cells.interval(line, side) if isinstance(line, StatusRow) else None


def _has_moved(row: StatusRow) -> bool:
    if row.quantity:
        return quantity_cells.has_moved(row)
    stated_before, stated, implied_before, implied = cells.four(row)
    return has_moved(stated_before, stated) or has_moved(implied_before, implied)


def _signs(brief: Brief, database: Database, *, every: bool) -> list[Sign]:
    """The first sign of each question, of which a set is one; without `every` none that rests."""
    first: dict[str, Sign] = {}
    for sign in brief.watch:
        if has_moved(sign.implied, sign.if_seen) and (every or not sign.rests):
            set_id = database.scenarios[sign.scenario].set
            first.setdefault(f"/{set_id}" if set_id else sign.scenario, sign)
    return list(first.values())[: None if every else _WATCHED]


_RANGE = (
    "What we say is people’s forecast. The evidence is a figure that is computed: from a starting "
    "chance, and from what each report since was judged to count for. It does not change what we "
    "say. Its range shows how far those judgements could put it off: "
    f"{cells.HOLDS_NINE_IN_TEN[:1].lower()}{cells.HOLDS_NINE_IN_TEN[1:]}; "
    f"{cells.MISSES_MORE_OFTEN}. It knows nothing of what nobody recorded."
)
_SCALES = (
    "Chances run from 0 to 100%. A row that stays at 5% or less is stretched, with dotted lines, "
    "so that 0.1% and 1% can be told apart."
)
_OWN_SCALE = (
    " A number or a day has a scale of its own: the line is the value that is as likely passed as "
    "not, and in eight of ten cases it lies within the interval."
)
