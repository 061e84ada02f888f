"""The weekly review, in the order in which it is read: what is new, what to do, then why."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from scenarios.analysis.review.review import Method, Review
from scenarios.analysis.review.status import StatusRow
from scenarios.model import Database
from scenarios.render import cells
from scenarios.render.cells import Cell, StatusLine, left
from scenarios.render.document import Block, Chart, Document, Folded, Heading, Paragraph, Text
from scenarios.render.documents import status
from scenarios.render.documents.review import findings, moves, news, sentences
from scenarios.text import counted

_MOST = 12
"""Questions of a quiet week that all stand in the table."""


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
    """The review, or `nothing` where no scenario had opened.

    The `picture` of the open scenarios stands where else their table does. `whole` adds the status
    table, with what was resolved before, the rows that add up to each move, `every` the small ones
    among them, and the method.
    """
    story = review.story
    moving = moves.moving_items(story)
    return (
        Heading(1, f"{review.tracker.title}: {sentences.period(review.since, review.as_of)}"),
        *_lead(review, database),
        *findings.needs(review.every_finding, database),
        *_board(review, trends, nothing, picture),
        *moves.outcomes(review.resolved, database, every=whole),
        *moves.events(story, database, every=every),
        *moves.reasons(story, database, every=whole),
        *([] if _is_still(review) else moves.unmoved(review, database)),
        *news.evidence(review.new_evidence, moving, database, review.since, every=whole or every),
        *news.clarified(review.clarifications, database),
        *news.differing(review.spreads, database),
        *news.restated(review.restated, database),
        *findings.coming(review.due, database),
        *findings.in_full(review.findings, review.findings_standing, database),
        *(_behind(review, database, every=every) if whole else _elsewhere(review)),
    )


def live(review: Review) -> list[StatusRow]:
    """The rows of the scenarios that have no outcome."""
    return [row for row in review.scenarios if row.outcome is None]


def _lead(review: Review, database: Database) -> Iterator[Block]:
    """The tracker's notice, and the news."""
    if notice := cells.one_line(review.tracker.notice):
        yield Paragraph(notice, tone="notice")
    if review.story.state != "unopened":
        yield Paragraph(sentences.joined(sentences.lead(review.story, database)))


def _is_still(review: Review) -> bool:
    """True if no open question moved, so that all of them stand in the table."""
    return not review.moves and len(live(review)) <= _MOST


def _board(
    review: Review, trends: status.Trends | None, nothing: str, picture: Chart | None
) -> Iterator[Block]:
    yield Heading(2, "Where it stands", anchor="board")
    rows = live(review)
    if not review.scenarios:
        yield Paragraph(nothing or f"No scenario had opened by {review.as_of}.")
    elif rows:
        moved = {move.scenario for move in review.moves}
        is_whole = picture is not None or _is_still(review)
        shown = [row for row in rows if is_whole or row.id in moved or row.withheld]
        new = {*review.story.opened, *(first.scenario for first in review.story.first_forecasts)}
        shown += [row for row in rows if row.id in new and row not in shown]
        note = f"{len(rows) - len(shown)} unchanged: scen status" if rows[len(shown) :] else ""
        lines = status.lines_of(shown, review.every_finding, trends)
        table = replace(cells.by_set(lines, _columns(trends), review.tracker.sets), note=note)
        if not shown:
            yield Paragraph(note)
        else:
            yield Chart(picture.label, picture.drawing, table) if picture else table
    resolved = {entry.scenario for entry in review.resolved}
    if hidden := len(review.scenarios) - len(rows) - len(resolved):
        yield Paragraph(f"{counted(hidden, 'scenario')} resolved earlier: scen status")


def _columns(trends: status.Trends | None) -> Iterator[Cell[StatusLine]]:
    """Yield the columns of the open scenarios: both figures then and now, and what is flagged."""
    yield left("scenario", least=28), lambda line: cells.title(line.row)
    yield (cells.right("stated", "stated_from_to"), lambda line: _step(line.row, *_four(line)[:2]))
    yield (
        cells.right("implied", "implied_from_to"),
        lambda line: _step(line.row, *_four(line)[2:]),
    )
    if trends:
        yield cells.STRIP
        yield cells.trend(trends.days, drop=2)
    yield left("flags", drop=3, meaning="attention"), lambda line: line.flagged
    yield left("id", drop=1, extra=True, only="terminal"), lambda line: line.row.id
    yield from cells.before_and_after(_four, only="csv")


def _four(line: StatusLine) -> cells.Four:
    return cells.four(line.row)


def _step(row: StatusRow, before: float | None, after: float | None) -> Text:
    new = (", new",) if before is None and after is not None else ()
    return cells.unless_withheld(row.withheld, (*cells.step(before, after), *new))


def _elsewhere(review: Review) -> Iterator[Block]:
    if review.scenarios:
        yield Paragraph("Bands, the rows of each move and the method: scen report --all")


def _behind(review: Review, database: Database, *, every: bool) -> Iterator[Block]:
    """Every figure of every scenario, the indicators, the rows of what moved, and the method."""
    yield from news.indicators(review.indicator_changes, database)
    if review.scenarios:
        note = (
            f"Changes are in points, since {review.since}; in brackets, the evidence that is new. "
            "One that is resolved shows its last values."
        )
        language, sets = review.method.estimative_language, review.tracker.sets
        table = status.table(review.scenarios, review.every_finding, language, sets=sets, note=note)
        yield Folded(Heading(2, "Status", anchor="status"), (table,))
    yield from moves.sums(review, database, every=every)
    texts = (method_text(review.method), cells.one_line(database.tracker.description))
    yield Folded(Heading(2, "Method", anchor="method"), tuple(map(Paragraph, filter(None, texts))))


def method_text(method: Method) -> str:
    """Paragraph: the conventions behind the figures."""
    worth = ", ".join(f"{code} {value:g}" for code, value in method.decibans.items())
    weights = "Grades are shown, not applied."
    if method.grade_weights:
        letters = ", ".join(f"{k} {v:g}" for k, v in method.grade_weights.reliability.items())
        numbers = ", ".join(f"{n} {v:g}" for n, v in enumerate(method.grade_weights.credibility, 1))
        weights = f"A grade keeps, by this team's own table: {letters}; {numbers}."
    analysts = "no standing forecast" if not method.analysts else "one analyst, no team"
    if method.analysts > 1:
        analysts = f"{method.analysts} analysts, the geometric mean of their odds"
    words = {"icd-203": "ICD 203, lower edges included", "phia": "PHIA yardstick, with its gaps"}
    return (
        f"Implied: Bayes' rule from the prior, in decibans ({worth}). {weights} "
        f"{_overlapping(method)} Ledger version {method.ledger}; each row is rounded by itself. "
        f"Stated: {analysts}. Words: {words[method.estimative_language]}."
    )


def _overlapping(method: Method) -> str:
    """Correlation of lines, and strength of ratings."""
    within, between = method.evidence_dependence.within, method.evidence_dependence.between
    alike = f"Correlation of lines: {within:g} within a theme, {between:g} between themes."
    if within == between:
        alike = f"Correlation of lines: {within:g}."
    strong = f" Every rating × {method.rating_strength:g}." if method.rating_strength != 1 else ""
    return alike + strong
