"""A review as a summary and the appendix behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any

import msgspec

from scenarios.analysis.evidence.knowledge import Known
from scenarios.analysis.review.page import Chapter, ReviewPage
from scenarios.model import Database
from scenarios.render.chapters import board, evidence, exclusive_set, scenario
from scenarios.render.charts.ledger import LedgerBars
from scenarios.render.document import (
    Block,
    Chart,
    Document,
    Folded,
    Heading,
    Paragraph,
    Parts,
    Ref,
    Signpost,
    titled,
)
from scenarios.render.documents import report, score
from scenarios.render.pictures.overview import grid, overview
from scenarios.scales import percent

_MOST = 400
"""Items of evidence that have a place on the page."""
LARGE = 60
"""From so many scenarios on their tables are shorter."""
_METHOD = "method"
_READING = (
    "Two probabilities stand side by side. The stated one is what people forecast. The implied "
    "one follows by Bayes’ rule from a stated prior and the graded evidence; the odds ledger of "
    "each scenario shows how. Neither overwrites the other. A deciban (dB) is a tenth of a factor "
    "of ten in the odds: +3 dB doubles them, +10 dB is ten times as much. Movement is the Jeffreys "
    "divergence of the two probabilities, in bits: from 2% to 7% is 0.094, from 50% to 55% is "
    "0.015. Where lines of evidence are taken to be alike, the strongest counts in full and each "
    "weaker one for less; a new one can give the others a new rank, and so another worth. Figures "
    "are rounded for reading; the exact ones stand behind them in the page’s source."
)


def whole(page: ReviewPage, database: Database, known: Known) -> Parts:
    """What a page shows of a review."""
    picture = overview(page.review, database)
    made = report.document(page.review, database, picture=picture, whole=True)
    summary, behind, method = _parted(made)
    chapters = (*_scenarios(page, database), *_sets(page, known))
    named = _named((*summary, *behind, *chapters), database)
    items = tuple(islice(named, _MOST))
    review = page.review
    return Parts(
        title=f"{review.tracker.title}: review of {review.as_of}",
        summary=summary,
        appendix=(
            *behind,
            *chapters,
            *_effects(page, database),
            _part("Indicators", "indicators", board.board(page.indicators, page.review, database)),
            *_evidence(items, database),
            *_scores(page, database),
            _part("Method", "method", (*method, Paragraph(_READING))),
        ),
        anchors=[
            *(f"s-{chapter.row.id}" for chapter in page.chapters),
            *(f"e-{id}" for id in items),
        ],
        below={"scenarios": tuple(map(_signpost, page.chapters))},
    )


def _signpost(chapter: Chapter) -> Signpost:
    """A scenario by its title, with its figure or outcome."""
    row = chapter.row
    p = row.stated.probability if row.stated else row.shown.probability
    told = percent(p) if p is not None else "–"
    figure = told if row.outcome is None else row.outcome.replace("-", " ")
    return Signpost(row.title, f"s-{row.id}", figure)


def _parted(made: Document) -> tuple[Document, Document, Document]:
    """What of the review is read first, what is folded behind it, and its method."""
    folded = [block for block in made if isinstance(block, Folded)]
    method = [block for one in folded if one.heading.anchor == _METHOD for block in one.blocks]
    behind = tuple(one for one in folded if one.heading.anchor != _METHOD)
    return tuple(block for block in made if not isinstance(block, Folded)), behind, tuple(method)


def _part(name: str, anchor: str, blocks: Iterable[Block]) -> Folded:
    return Folded(Heading(2, name, anchor=anchor), tuple(blocks))


def _scenarios(page: ReviewPage, database: Database) -> Iterator[Block]:
    review = page.review
    short = len(page.chapters) >= LARGE
    made = [scenario.chapter(one, database, review.since, short=short) for one in page.chapters]
    if made:
        about = Paragraph(
            f"Each picture runs from the day on which the question opened, on at most {page.days} "
            "days: those on which a figure changed, or as many at even distances."
        )
        others = f"The {page.others} others have a page each, and none here."
        more = [Paragraph(others)] if page.others else []
        yield _part(f"Scenarios ({len(made)})", "scenarios", (about, *more, *made))


def _sets(page: ReviewPage, known: Known) -> Iterator[Block]:
    short = len(page.chapters) >= LARGE
    since = page.review.since
    made = [exclusive_set.chapter(one, known, since, short=short) for one in page.sets]
    if made:
        yield _part(f"Exclusive sets ({len(made)})", "sets", made)


def _scores(page: ReviewPage, database: Database) -> Iterator[Block]:
    if page.score:
        told = titled(score.document(page.score, "")[1:], database)
        yield _part("Scores and calibration", "scores", told)


def _effects(page: ReviewPage, database: Database) -> Iterator[Block]:
    """Which item moved which open scenario, and when."""
    views = [chapter.view for chapter in page.chapters if chapter.view.open]
    if drawn := grid(views, database, page.review.as_of):
        made = scenario.excerpt(drawn, scenario.ROWS, "scen explain SCENARIO --all")
        yield _part("Which item moved which scenario", "effects", (made,))


def _evidence(items: Collection[str], database: Database) -> Iterator[Block]:
    if items:
        told = evidence.items(items, database)
        yield _part(f"Evidence ({len(items)})", "evidence", (told,))


def _named(part: Any, database: Database) -> Iterator[str]:
    """The items that a document names, in its order, each once."""
    yield from dict.fromkeys(id for id in _refs(part) if id in database.evidence)


def _refs(part: Any) -> Iterator[str]:
    if isinstance(part, Ref):
        if part.kind == "evidence":
            yield part.id
    elif isinstance(part, Chart):
        if isinstance(part.drawing, LedgerBars):
            for theme in part.drawing.themes:
                yield from (bar.anchor.removeprefix("e-") for bar in theme.bars)
        yield from _refs(part.table)
    elif isinstance(part, tuple):
        for one in part:
            yield from _refs(one)
    elif isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            yield from _refs(getattr(part, name))
