"""The review for those who decide: two sheets in plain words, and what there is to decide."""

from collections.abc import Iterator, Sequence

from scenarios.analysis.review.outcomes import ResolvedScenario, occurred_first
from scenarios.analysis.review.review import Brief, Review
from scenarios.analysis.review.signs import Sign
from scenarios.analysis.review.status import StatusRow, largest_first
from scenarios.model import Database
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, left, right
from scenarios.render.document import plain
from scenarios.render.documents.review import news, sentences
from scenarios.render.documents.review.causes import analyst_name
from scenarios.render.documents.review.context import ReviewContext, context_of
from scenarios.render.pictures import overview
from scenarios.render.text import short_day
from scenarios.scales import has_moved
from scenarios.text import counted

MOST, _WATCHED, _DUE = 12, 3, 4
"""Entries of each list; the rest is counted."""
_DRAWN, _ROOM = 20, 900
"""Questions that moved and are drawn, and pixels of the picture on the first sheet."""
_BELOW = 30
"""Questions that moved and stand in a table below the picture, where that has no room for them."""
_ALL = 10**6
_LIMITS = news.SectionLimits(events=5, rows=12, reasons=6, words=20, command="")


def document(
    brief: Brief, database: Database, picture: doc.Chart | None = None, *, every: bool = False
) -> doc.Document:
    """The brief: outcomes, where things stand, what is to be decided, and why.

    The `picture` stands where else a table does; with `every` nothing is left out.
    """
    words = (doc.Item(text, lead=f"{name}:") for name, text in _MEANINGS.items())
    of = context_of(brief.story, database, brief.scenarios)
    limits = news.IN_FULL if every else _LIMITS
    return (
        doc.Heading(1, title(brief)),
        *news.headline(of),
        *(_waiting(brief) if picture else ()),
        *cells.notice(brief.tracker.notice),
        *_standing(brief, database, picture, every=every),
        *news.happened(of, limits),
        *news.decide(of, brief.decisions, limits),
        *news.do(of, brief.chores),
        *news.reasons(of, limits),
        *news.watch(of, brief.due, _signs(brief, database, every=every), None if every else _DUE),
        *news.differing(of, brief.spreads, limits),
        *_by_one_analyst(of),
        *(doc.section("What the words mean", words, anchor="words") if picture else ()),
    )


def _by_one_analyst(of: ReviewContext) -> Iterator[doc.Paragraph]:
    """Yield who gave all forecasts and reasons, where that is one analyst."""
    analysts = {sheet.analyst for sheet in of.database.sheets.values()}
    if len(analysts) == 1:
        who = analyst_name(next(iter(analysts)), of.database)
        yield doc.Paragraph(f"All forecasts and reasons are by one analyst, {who}.")


def on_page(
    brief: Brief, review: Review, database: Database, *, every: bool = False
) -> doc.Document:
    """The brief with a picture of the questions for which a page has room."""
    picture = overview(review, database, *((None, None) if every else (_DRAWN, MOST, _ROOM)))
    return document(brief, database, picture, every=every)


def title(brief: Brief) -> str:
    """`China–Russia alignment: week to 28 February 2022`."""
    return f"{brief.tracker.title}: {sentences.period(brief.since, brief.as_of)}"


def in_short(of: ReviewContext) -> str:
    """The headline and the bullets in one line."""
    return ". ".join(plain(sentence).rstrip(".") for sentence in sentences.lead(of)) + "."


def _waiting(brief: Brief) -> Iterator[doc.Paragraph]:
    """Yield the way past the picture to what is to be decided."""
    if brief.decisions:
        matters = counted(len(brief.decisions), "matter")
        yield doc.Paragraph((doc.AnchorLink(f"{matters} to decide", "decide"), "."))


_Line = StatusRow | ResolvedScenario


def _standing(
    brief: Brief, database: Database, picture: doc.Chart | None, *, every: bool
) -> Iterator[doc.Block]:
    """Yield the decided questions, those that moved, and others, as many as there is room for."""
    rows = largest_first(brief.scenarios)
    moved, still = ([row for row in rows if _has_moved(row) is did] for did in (True, False))
    decided = occurred_first(brief.story.resolved)
    most, below = _ALL if every else MOST, 0
    if picture:
        most = max(0, len(picture.drawing.rows) - len(decided))
        below = _ALL if every else _BELOW
    shown = still[: max(0, most - len(moved))]
    groups: list[tuple[str, Sequence[_Line], str]] = [
        ("Decided", decided, ""),
        ("Moved", moved[:most], ""),
        ("Did not move", shown, ""),
    ]
    named = [group for group in groups if group[1]]
    if not named:
        return
    if len(named) == 1 and not decided:
        named = [("", named[0][1], "")]
    more = [*moved[most:], *still[len(shown) :]]
    note = f"{counted(len(more), 'more open question')}." if more and not picture else ""
    table = cells.grouped(named, _columns(database), note=note)
    yield doc.Heading(2, "Where it stands", anchor="board", asks="words")
    yield doc.Chart(picture.label, picture.drawing, table) if picture else table
    if less := moved[most:][:below]:
        note = (
            f"{len(more) - len(less)} more moved less or not at all." if more[len(less) :] else ""
        )
        yield cells.table(less, _columns(database), caption="Moved less", note=note)


def _columns(database: Database) -> Iterator[Cell[_Line]]:
    yield left("question", least=24), lambda line: _title(line, database)
    yield right("we say", "stated_from_to"), lambda line: _step(line, *_four(line)[:2])
    yield right("evidence", "implied_from_to"), lambda line: _step(line, *_four(line)[2:])
    yield from cells.before_and_after(_four, only="csv")


def _title(line: _Line, database: Database) -> doc.Text:
    if isinstance(line, StatusRow):
        return cells.title(line)
    end = f": {cells.outcome_words(line.outcome)} {short_day(line.date)}"
    return cells.scenario(line.scenario, database), end


def _four(line: _Line) -> cells.Four:
    if isinstance(line, StatusRow):
        return cells.four(line)
    return None, line.stated, None, line.implied


def _step(line: _Line, before: float | None, after: float | None) -> doc.Text:
    path = line.withheld if isinstance(line, StatusRow) else None
    return cells.unless_withheld(path, cells.step(before, after))


def _has_moved(row: StatusRow) -> bool:
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


_MEANINGS = {
    "We say": "what our analysts give as the probability; of several, one from the odds of each.",
    "The evidence": "what follows from a first figure and from all that was recorded since, each "
    "item weighed by how well it tells the outcomes apart and how good its source is. Neither "
    "figure changes the other.",
    "The range of the evidence": "how far it could lie off if our ratings do. It knows nothing of "
    "what nobody recorded, and the truth lies outside more often for one of several answers.",
    "What would change our mind": "where the evidence would stand if a report as good as our "
    "usual ones came in today.",
    "Log-odds scale": "equal distances are equal factors of the odds: from 1% to 2% is as far as "
    "from 33% to 50%.",
}
