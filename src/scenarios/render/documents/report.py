"""The weekly review, in the order in which it is read: what is new, what to do, then why."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.analysis.review.moves import Causes
from scenarios.analysis.review.review import Review
from scenarios.analysis.review.status import StatusRow
from scenarios.model import Database
from scenarios.render.document import Block, Chart, Document, Folded, Heading, Paragraph
from scenarios.render.documents import status
from scenarios.render.documents.review import (
    attention,
    coming,
    headline,
    method,
    moved,
    news,
    outcomes,
    overview,
    still,
)
from scenarios.text import counted


def document(
    review: Review,
    database: Database,
    trends: status.Trends | None = None,
    *,
    nothing: str = "",
    picture: Chart | None = None,
    whole: bool = False,
    every: bool = False,
) -> Document:
    """The review; `nothing` is said where no scenario had opened.

    The `picture` of the open scenarios stands where else their table does. `whole` adds the status
    table, with what was resolved before, the rows that add up to each move, `every` the small ones
    among them, and the method.
    """
    title = f"{review.tracker.title}: review of {review.as_of}, since {review.since}"
    told = _told(review, database)
    with_moves = moved.items(told)
    findings = attention.in_full(review.findings, database)
    return (
        Heading(1, title),
        *_news(review, database),
        *attention.strip(review.findings, database),
        *_overview(review, trends, nothing, picture),
        *outcomes.section(review.resolved, with_moves, database),
        *moved.section(told),
        *still.section(_still(review), review.unchanged.reaffirmed, database),
        *coming.section(review.due, database),
        *news.asked(review.questions, database),
        *news.evidence(review.new_evidence, with_moves, database),
        *news.indicators(review.indicator_changes, database),
        *news.differing(review.spreads, database),
        *news.restated(review.restated, database),
        *([findings] if findings else []),
        *(_behind(review, told, database, every=every) if whole else _elsewhere(review)),
    )


def live(review: Review) -> list[StatusRow]:
    """The rows of the scenarios that have no outcome."""
    return [row for row in review.scenarios if row.outcome is None]


def _news(review: Review, database: Database) -> Iterator[Block]:
    """The headline and the notice."""
    if said := headline.told(review.headline, database):
        yield Paragraph(said)
    if review.tracker.notice:
        yield Paragraph(" ".join(review.tracker.notice.split()), tone="notice")


def _told(review: Review, database: Database) -> moved.Told:
    return moved.Told(
        database=database,
        rows={row.id: row for row in review.scenarios},
        moves={move.scenario: move for move in review.moves},
        causes=Causes(review.events, review.other_causes),
        resolved=review.headline.resolved,
        language=review.method.estimative_language,
    )


def _still(review: Review) -> list[StatusRow]:
    ids = {*review.unchanged.reaffirmed, *review.unchanged.untouched}
    return [row for row in review.scenarios if row.id in ids]


def _overview(
    review: Review, trends: status.Trends | None, nothing: str, picture: Chart | None
) -> Iterator[Block]:
    yield Heading(2, "Where it stands", anchor="board")
    rows = live(review)
    table = overview.table(rows, review.findings, review.tracker.sets, trends)
    if not review.scenarios:
        yield Paragraph(nothing or f"No scenario had opened by {review.as_of}.")
    elif rows:
        yield Chart(picture.label, picture.drawing, table) if picture else table
    else:
        yield Paragraph("Every scenario is resolved.")
    resolved = {entry.scenario for entry in review.resolved}
    if hidden := len(review.scenarios) - len(rows) - len(resolved):
        yield Paragraph(f"{counted(hidden, 'scenario')} resolved earlier: scen status")


def _elsewhere(review: Review) -> Iterator[Block]:
    if review.scenarios:
        yield Paragraph("Bands, the rows of each move and the method: scen report --all")


def _behind(
    review: Review, told: moved.Told, database: Database, *, every: bool
) -> Iterator[Block]:
    """Every figure of every scenario, the rows of what moved, and the method."""
    if review.scenarios:
        note = (
            f"Changes are in points, since {review.since}; in brackets, the evidence that is new. "
            "One that is resolved shows its last values."
        )
        language, sets = review.method.estimative_language, review.tracker.sets
        table = status.table(review.scenarios, review.findings, language, sets=sets, note=note)
        yield Folded(Heading(2, "Status", anchor="status"), (table,))
    yield from moved.sums(told, every=every)
    yield _method(review, database)


def _method(review: Review, database: Database) -> Folded:
    told = [Paragraph(method.sentences(review.method))]
    if text := database.tracker.description:
        told.append(Paragraph(" ".join(text.split())))
    return Folded(Heading(2, "Method", anchor="method"), tuple(told))
