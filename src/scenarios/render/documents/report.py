"""The weekly review, in the order in which it is read: what is new, what to do, then why."""

from collections.abc import Iterator, Sequence

from msgspec import UnsetType
from msgspec.structs import replace

from scenarios.analysis.review.outcomes import ResolvedScenario, occurred_first
from scenarios.analysis.review.review import Method, Review
from scenarios.analysis.review.status import StatusRow, largest_first
from scenarios.model import Database, EvidenceId, ThemeId
from scenarios.render import cells, quantity_cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, StatusLine, left, p
from scenarios.render.document import spans
from scenarios.render.documents import status
from scenarios.render.documents.ledger_changes import change_sum
from scenarios.render.documents.review import news, sections, sentences
from scenarios.render.documents.review.context import ReviewContext, context_of
from scenarios.text import counted

_MOST, _DUE = 16, 4
"""Questions in the table where all are not asked for, and due tasks."""


def document(
    review: Review,
    database: Database,
    trends: status.Trends | None = None,
    *,
    nothing: str = "",
    whole: bool = False,
    every: bool = False,
) -> doc.Document:
    """The review, or `nothing` where no scenario had opened.

    `whole` adds the status table, what is new beside the moves, the findings, the rows that add up
    to each move, `every` the small ones among them, and the method.
    """
    of = context_of(review.story, database, review.scenarios)
    limits = news.IN_FULL if whole else news.SectionLimits()
    return (
        doc.Heading(1, f"{review.tracker.title}: {sentences.period(review.since, review.as_of)}"),
        *cells.notice(review.tracker.notice),
        *(news.headline(of, "scen report") if review.story.state != "unopened" else ()),
        *_board(review, database, trends, nothing, every=whole),
        *news.happened(of, limits),
        *news.reasons(of, limits),
        *news.decide(of, review.decisions, limits),
        *news.do(of, review.chores, "scen check --findings"),
        *news.watch(of, review.due, most=None if whole else _DUE),
        *news.changed_afterwards(
            of, review.restated.commit if whole and review.restated else "", every=whole
        ),
        *news.differing(of, review.spreads, limits),
        *sections.clarified(review.clarifications, database),
        *(_behind(review, of, every=every) if whole else _elsewhere(review)),
    )


def live(review: Review) -> list[StatusRow]:
    """The rows of the scenarios that have no outcome."""
    return [row for row in review.scenarios if row.outcome is None]


def _is_still(review: Review) -> bool:
    """True if no open question moved, so that all of them stand in the table."""
    rows = live(review)
    moved = review.story.moved or any(map(quantity_cells.has_moved, rows))
    return not moved and len(rows) <= _MOST


def _board(
    review: Review,
    database: Database,
    trends: status.Trends | None,
    nothing: str,
    *,
    every: bool,
) -> Iterator[doc.Block]:
    yield doc.Heading(2, "Where it stands", anchor="board")
    rows = live(review)
    if not review.scenarios:
        yield doc.Paragraph(nothing or f"No scenario had opened by {review.as_of}.")
    elif rows:
        moved = {move.scenario for move in review.story.moved}
        is_still = _is_still(review)
        visible_rows = [
            row
            for row in rows
            if is_still or row.id in moved or row.withheld or quantity_cells.has_moved(row)
        ]
        new = {*review.story.opened, *(first.scenario for first in review.story.first_forecasts)}
        visible_rows += [row for row in rows if row.id in new and row not in visible_rows]
        kept = {row.id for row in largest_first(visible_rows)[: None if every else _MOST]}
        visible_rows = [row for row in visible_rows if row.id in kept]
        note = (
            f"{len(rows) - len(visible_rows)} more: scen status"
            if rows[len(visible_rows) :]
            else ""
        )
        lines = status.lines_of(visible_rows, review.every_finding, trends)
        binary, quantities = status.divided(lines)
        table = replace(cells.by_set(binary, _columns(trends), review.tracker.sets), note=note)
        yield from [table] if binary else [doc.Paragraph(note)] if note else []
        yield from (
            [status.quantity_table(quantities, review.since, is_titled=True)] if quantities else []
        )
    resolved = {entry.scenario for entry in review.resolved}
    ended = [row for row in review.scenarios if row.quantity and row.outcome]
    resolved |= {row.id for row in ended if quantity_cells.ended_after(row, database, review.since)}
    yield from _quantities_ended([row for row in ended if row.id in resolved])
    if hidden := len(review.scenarios) - len(rows) - len(resolved):
        yield doc.Paragraph(f"{counted(hidden, 'scenario')} resolved earlier: scen status")


def _quantities_ended(rows: Sequence[StatusRow]) -> Iterator[doc.Block]:
    """Yield the quantities whose value became known in the window, with what was last said."""
    for row in rows:
        unit = f" {row.quantity.unit}" if row.quantity and row.quantity.unit else ""
        end = f": {cells.outcome_words(row.outcome)}{unit}; stated "
        figures = (*spans(cells.stated(row)), ", implied ", *spans(cells.implied(row)))
        yield doc.Paragraph((cells.title(row), end, *figures, "."))


def _columns(trends: status.Trends | None) -> Iterator[Cell[StatusLine]]:
    yield left("scenario", least=28), lambda line: cells.title(line.row)
    yield (
        cells.right("stated", "stated_from_to"),
        lambda line: _step(line.row, *_four(line)[:2]),
    )
    yield (
        cells.right("implied", "implied_from_to"),
        lambda line: _step(line.row, *_four(line)[2:]),
    )
    yield left("range", drop=4, extra=True), lambda line: cells.band(*line.row.shown[2:])
    if trends:
        yield cells.STRIP
        yield cells.trend(trends.days, drop=2)
    yield left("flags", drop=3, meaning="attention"), lambda line: line.flagged
    yield left("id", drop=1, extra=True, only="terminal"), lambda line: line.row.id
    yield from cells.before_and_after(_four, only="csv")


def _four(line: StatusLine) -> cells.Four:
    return cells.four(line.row)


def _step(row: StatusRow, before: float | None, after: float | None) -> doc.Text:
    new = (", new",) if before is None and after is not None else ()
    return cells.unless_withheld(row.withheld, (*cells.step(before, after), *new))


def _elsewhere(review: Review) -> Iterator[doc.Block]:
    if review.scenarios:
        yield doc.Paragraph("Bands, the rows of each move and the method: scen report --all")


def _behind(review: Review, of: ReviewContext, *, every: bool) -> Iterator[doc.Block]:
    """Every figure of every scenario, what is new, the rows of what moved, and the method."""
    database = of.database
    yield from outcomes(review.resolved, database)
    listed = {id for event in review.story.events if event.scenarios for id in event.items}
    yield from sections.evidence(review.new_evidence, listed, database)
    yield from sections.indicators(review.indicator_changes, database)
    yield from sections.in_full(review.findings, review.findings_standing, database)
    yield from news.causes_in_full(of)
    if review.scenarios:
        note = (
            f"Changes are in points, since {review.since}; in brackets, the evidence that is new. "
            "One that is resolved shows its last values."
        )
        language, sets = review.method.estimative_language, review.tracker.sets
        tables = status.tables(
            review.scenarios,
            review.every_finding,
            language,
            since=review.since,
            sets=sets,
            note=note,
        )
        yield doc.CollapsedSection(doc.Heading(2, "Status", anchor="status"), tables)
    yield from sums(review, database, every=every)
    texts = (method_text(review.method), cells.one_line(database.tracker.description))
    yield doc.CollapsedSection(
        doc.Heading(2, "Method", anchor="method"), tuple(map(doc.Paragraph, filter(None, texts)))
    )


def method_text(method: Method) -> str:
    worth = ", ".join(f"{code} {value:g}" for code, value in method.decibans.items())
    weights = "Grades are shown, not applied."
    if method.grade_weights:
        letters = ", ".join(f"{k} {v:g}" for k, v in method.grade_weights.reliability.items())
        numbers = ", ".join(f"{n} {v:g}" for n, v in enumerate(method.grade_weights.credibility, 1))
        weights = f"A grade keeps, by this team's own table: {letters}; {numbers}."
    analysts = "no current forecast" if not method.analysts else "one analyst, no team"
    if method.analysts > 1:
        analysts = f"{method.analysts} analysts, the geometric mean of their odds"
    if method.extremize != 1:
        analysts += f"; of two or more, the mean of their log odds × {method.extremize:g}"
    if method.recency is not None:
        analysts += f"; a forecast counts half at {method.recency:g} of the days open"
    if method.record is not None:
        analysts += f"; whose errors were smaller counts more (team.record {method.record:g})"
    words = {"icd-203": "ICD 203, lower edges included", "phia": "PHIA yardstick, with its gaps"}
    return (
        f"Implied: Bayes' rule from the prior, in decibans ({worth}). {weights} "
        f"{_overlapping(method)} Ledger version {method.ledger}; each row is rounded by itself. "
        f"Stated: {analysts}. Words: {words[method.estimative_language]}."
    )


def _overlapping(method: Method) -> str:
    within, between = method.evidence_dependence.within, method.evidence_dependence.between
    alike = f"Correlation of lines: {within:g} within a theme, {between:g} between themes."
    if within == between:
        alike = f"Correlation of lines: {within:g}."
    strong = f" Every rating × {method.rating_strength:g}." if method.rating_strength != 1 else ""
    return alike + strong + _ageing(method.half_life_days)


def _ageing(days: float | dict[ThemeId, float] | UnsetType) -> str:
    """How fast evidence ages, in plain words; nothing where it does not."""
    if not isinstance(days, dict):
        return f" Evidence counts half after {days:g} days." if days else ""
    parts = (
        f"after {half:g} days {'by default' if theme == 'default' else f'on {theme}'}"
        for theme, half in days.items()
    )
    return f" Evidence counts half {', '.join(parts)}."


def sums(
    review: Review, database: Database, *, every: bool = False
) -> Iterator[doc.CollapsedSection]:
    """Yield the rows of each scenario that add up to its move, under its name."""
    blocks: list[doc.Flat] = []
    bits = {row.id: row.movement_bits for row in review.scenarios}
    for move in review.moves:
        id = move.scenario
        changes = (*move.lines_added, *move.lines_removed, *move.lines_changed)
        names = ("restated", "given", "time", "rivals", "bound")
        steps = {name: getattr(move, name) for name in names}
        name = cells.scenario(id, database)
        blocks.append(
            doc.Heading(3, (name, " (", doc.Ref(id), ", ", doc.Figure(bits[id], "bits"), " bits)"))
        )
        blocks += change_sum(changes, steps, database, id, every=every)
    if blocks:
        yield doc.CollapsedSection(
            doc.Heading(2, "The rows of each move", anchor="sums"), tuple(blocks)
        )


def outcomes(resolved: Sequence[ResolvedScenario], database: Database) -> Iterator[doc.Flat]:
    """Yield each resolved scenario in a line, with its basis and evidence.

    A basis that follows from the outcome of a rival is left out, and evidence stands once.
    """
    rows = []
    reported: set[tuple[EvidenceId, ...]] = set()
    for entry in occurred_first(resolved):
        under: list[doc.Item] = []
        own = database.scenarios[entry.scenario].resolution
        if own and own.basis == entry.basis:
            under.append(doc.Item(cells.one_line(entry.basis)))
        if entry.evidence and entry.evidence not in reported:
            parts = (cells.item(id, database) for id in entry.evidence)
            under.append(doc.Item(("shown by ", *cells.listed(parts))))
            reported.add(entry.evidence)
        name = cells.scenario(entry.scenario, database)
        rows.append(doc.Item((name, ": ", *outcome_figures(entry)), tuple(under)))
    return doc.section("Resolved", rows, anchor="resolved")


def outcome_figures(entry: ResolvedScenario) -> Iterator[doc.Span]:
    """`last forecast 40%, evidence implied 62%, occurred on 2022-02-24, Brier 0.36`."""
    last = entry.stated
    yield from ("never forecast",) if last is None else ("last forecast ", p(last))
    yield from (", evidence implied ", p(entry.implied))
    yield f", {cells.outcome_words(entry.outcome)} on {entry.date}"
    stated, evidence = entry.last_said, entry.last_implied
    first = stated or evidence
    of = " of the set " if first and first.of_set else " "
    if stated and stated.brier is not None:
        yield from (f", Brier{of}", doc.Figure(stated.brier, digits=2))
    if evidence and first and evidence.brier is not None and evidence.of_set == first.of_set:
        head = " (the evidence " if stated else f" (Brier{of}"
        yield from (head, doc.Figure(evidence.brier, digits=2), ")")
