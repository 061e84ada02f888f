"""The weekly review, in the order in which it is read: what is new, what to do, then why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from scenarios.analysis.review.headline import JointOutcome, ResolvedScenario, outcome_of
from scenarios.analysis.review.moves import Causes, Event, Move, OtherCause
from scenarios.analysis.review.review import Method, Review
from scenarios.analysis.review.status import StatusRow
from scenarios.model import Database, EvidenceId, ScenarioId
from scenarios.render import cells
from scenarios.render.cells import Cell, StatusLine, left, p
from scenarios.render.document import (
    Block,
    Chart,
    Document,
    Figure,
    Flat,
    Folded,
    Heading,
    Item,
    Items,
    Paragraph,
    Ref,
    Span,
    Text,
    spans,
)
from scenarios.render.documents import status
from scenarios.render.documents.ledger_changes import change_sum
from scenarios.render.documents.review import findings, headline, news
from scenarios.render.text import signed
from scenarios.scales import MOVED_BITS
from scenarios.text import counted

_ROUNDING = 1e-12


class Context(NamedTuple):
    """Everything the blocks are made of; `language` is the estimative one."""

    database: Database
    rows: Mapping[ScenarioId, StatusRow]
    moves: Mapping[ScenarioId, Move]
    causes: Causes
    resolved: Sequence[JointOutcome]
    language: str


def moved(context: Context) -> Iterator[Block]:
    """Yield every scenario that moved, in full once, under its main cause."""
    if not context.moves:
        return
    lead = "In front: the effect on what is implied, in decibans (3 dB double the odds)."
    yield Heading(2, "What moved, and why", (lead,), anchor="moved")
    mains = _main_causes(context)
    all_causes: list[Event | OtherCause] = [*context.causes.events, *context.causes.others]
    for cause in all_causes:
        yield from _block(context, cause, [id for id, main in mains.items() if main is cause])


def moving_items(context: Context) -> set[EvidenceId]:
    """The items that stand there beside what they moved."""
    mains = _main_causes(context)
    return {
        id
        for event in context.causes.events
        if any(mains[p.scenario] is event or signed(p.decibans) != "0" for p in event.scenarios)
        for id in event.evidence
    }


def sums(context: Context, *, every: bool = False) -> Iterator[Folded]:
    """Yield the rows of each scenario that add up to its move, under its name."""
    blocks: list[Flat] = []
    for id, move in context.moves.items():
        changes = (*move.lines_added, *move.lines_removed, *move.lines_changed)
        steps = {name: getattr(move, name) for name in ("given", "time", "rivals", "bound")}
        bits = Figure(context.rows[id].movement_bits, "bits")
        name = cells.scenario(id, context.database)
        blocks.append(Heading(3, (name, " (", Ref(id), ", ", bits, " bits)")))
        blocks += change_sum(changes, steps, context.database, id, every=every)
    if blocks:
        yield Folded(Heading(2, "The rows of each move", anchor="sums"), tuple(blocks))


def _main_causes(context: Context) -> dict[ScenarioId, Event | OtherCause]:
    return {id: context.causes.of(id)[0][1] for id in context.moves}


def _block(
    context: Context, cause: Event | OtherCause, mains: Sequence[ScenarioId]
) -> Iterator[Flat]:
    """Yield the scenarios in full of which it is the main cause, then the others in a line."""
    rows, also = [], list[Span]()
    for part in cause.scenarios:
        worth = Figure(part.decibans, "dB")
        if part.scenario in mains:
            rows.append(_row(context, part.scenario, worth if part.decibans else ""))
        elif signed(part.decibans) != "0":
            name = cells.scenario(part.scenario, context.database)
            also += [", " if also else "also " if rows else "", name, " ", worth, " dB"]
    if also:
        rows.append(Item(tuple(also)))
    if rows:
        if isinstance(cause, Event):
            yield _event_heading(cause, context.database)
        else:
            yield _heading(cause, context)
        yield Items(tuple(rows))


def _row(context: Context, id: ScenarioId, worth: Text) -> Item:
    move = context.moves[id]
    figures: list[Span] = []
    if move.stated and move.stated.to is not None:
        step = cells.step_in_words(move.stated.from_, move.stated.to, context.language)
        figures += ["stated ", *step, "; " if move.explained else ", unexplained; "]
    elif move.stated:
        figures.append("stated no longer: withdrawn or expired; ")
    assert move.implied.to is not None  # noqa: S101 - what is implied always has a figure
    language = "" if figures else context.language
    implied = cells.step_in_words(move.implied.from_, move.implied.to, language)
    figures += ["implied ", *implied]
    reason = cells.one_line(move.stated.rationale if move.stated else "")
    if move.stated and move.stated.normalised:
        reason = "normalised: others in the set changed"
    under = (Item(tuple(figures)), *([Item(reason)] if reason else []))
    return Item((cells.scenario(id, context.database), " (", Ref(id), ")"), under, lead=worth)


def _event_heading(event: Event, database: Database) -> Heading:
    first, *more = event.evidence
    if not more:
        return Heading(3, cells.item(first, database), (cells.origin(first, database),))
    under = [
        (*spans(cells.item(id, database)), " (", *cells.origin(id, database), ")")
        for id in event.evidence
    ]
    return Heading(3, f"{len(event.evidence)} items that hang together", tuple(under))


def _heading(other: OtherCause, context: Context) -> Heading:
    database, subjects = context.database, other.subjects
    if other.cause == "retraction":
        under: list[Text] = []
        for id in subjects:
            gone = database.evidence[id].retracted
            why = cells.one_line(gone.reason) if gone else ""
            under.append((cells.item(id, database), " (", Ref(id, "evidence"), f"): {why}"))
        return Heading(3, "Retracted", tuple(under))
    if other.cause == "given":
        how = outcome_of(subjects[0], context.resolved) if subjects else ""
        title = cells.titles(subjects, database)
        return Heading(3, (*title, f" {how}" if how else "", ": what depends on it"))
    if other.cause == "absence":
        name = cells.indicator(subjects[0], database)
        return Heading(3, ("Due and absent: ", name, " (", Ref(subjects[0]), ")"))
    if other.cause == "rivals" and subjects:
        was = "was" if len(subjects) == 1 else "were"
        return Heading(3, (*cells.titles(subjects, database), f" {was} ruled out of the set"))
    return Heading(3, _HEADINGS[other.cause])


_HEADINGS = {
    "rivals": "Beside the other members of the set",
    "time": "Time: the event has not happened so far",
    "overlap": "Older evidence that the new repeats in part",
    "bound": "Held within 0.1% and 99.9%",
    "forecast": "Forecast anew, without new evidence",
}


def outcomes(
    resolved: Sequence[ResolvedScenario], below: Collection[EvidenceId], database: Database
) -> Iterator[Flat]:
    """Yield each resolved scenario in a line; the basis and the evidence of an outcome once.

    An item that stands `below` is named by its id here.
    """
    if not resolved:
        return
    rows = []
    shown: set[tuple[EvidenceId, ...]] = set()
    for entry in sorted(resolved, key=lambda entry: entry.outcome != "occurred"):
        under: list[Item] = []
        own = database.scenarios[entry.scenario].resolution
        if own and own.basis == entry.basis:  # else it follows from the outcome of a rival
            under.append(Item(cells.one_line(entry.basis)))
        if entry.evidence and entry.evidence not in shown:
            parts = [
                Ref(id, "evidence") if id in below else cells.item(id, database)
                for id in entry.evidence
            ]
            under.append(Item(("shown by ", *cells.listed(parts))))
            shown.add(entry.evidence)
        name = cells.scenario(entry.scenario, database)
        rows.append(Item((name, ": ", *outcome_figures(entry)), tuple(under)))
    yield Heading(2, "Resolved", anchor="resolved")
    yield Items(tuple(rows))


def outcome_figures(entry: ResolvedScenario) -> Iterator[Span]:
    """`last said 40%, evidence implied 62%, occurred on 2022-02-24, Brier 0.36`."""
    stated, implied = entry.last_said, entry.last_implied
    last = stated.probability if stated else entry.stated
    yield from ("never forecast",) if last is None else ("last said ", p(last))
    yield from (", evidence implied ", p(implied.probability if implied else entry.implied))
    yield f", {cells.outcome_words(entry.outcome)} on {entry.date}"
    first = stated or implied
    of = " of the set " if first and first.of_set else " "
    if stated and stated.brier is not None:
        yield from (f", Brier{of}", Figure(stated.brier, digits=2))
    if implied and first and implied.brier is not None and implied.of_set == first.of_set:
        head = " (the evidence " if stated else f" (Brier{of}"
        yield from (head, Figure(implied.brier, digits=2), ")")


def unmoved(review: Review, database: Database) -> Iterator[Flat]:
    """Yield the scenarios that changed by little, then those of which no figure changed."""
    again = review.unchanged.reaffirmed
    names = (
        f"Moved by less than {MOVED_BITS} bits: ",
        "Moved by less than 0.1 points: ",
        "Unchanged, and forecast: ",
        "Unchanged: ",
    )
    groups: dict[str, list[StatusRow]] = {name: [] for name in names}
    for row in review.scenarios:
        if row.id in (*again, *review.unchanged.untouched):
            changes = [*_changes(row)]
            is_large = any(signed(change) != "0" for _, change in changes)
            place = 0 if is_large else 1 if changes else 2 if row.id in again else 3
            groups[names[place]].append(row)
    rows = [Item(tuple(_unmoved(name, own, database))) for name, own in groups.items() if own]
    if rows:
        yield Heading(2, "What did not move", anchor="unchanged")
        yield Items(tuple(rows))


def _unmoved(name: str, rows: Sequence[StatusRow], database: Database) -> Iterator[Span]:
    for place, row in enumerate(rows):
        yield "; " if place else name
        yield cells.scenario(row.id, database)
        changes = [(kind, change) for kind, change in _changes(row) if signed(change) != "0"]
        for number, (kind, change) in enumerate(changes):
            yield from (", " if number else " (", f"{kind} ", Figure(change, "points"))
        yield " points)" if changes else ""


def _changes(row: StatusRow) -> Iterator[tuple[str, float]]:
    """Yield the figures that differ from before, however little, with the change in points."""
    for kind, figure in (("stated", row.stated), ("implied", row.implied)):
        if figure and figure.previous is not None:
            change = (figure.probability - figure.previous) * 100
            if abs(change) > _ROUNDING:
                yield kind, change


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
    title = f"{review.tracker.title}: review of {review.as_of}, since {review.since}"
    context = _context(review, database)
    moving = moving_items(context)
    return (
        Heading(1, title),
        *_headline(review, database),
        *findings.needs(review.findings, database),
        *_board(review, trends, nothing, picture),
        *outcomes(review.resolved, moving, database),
        *moved(context),
        *unmoved(review, database),
        *findings.coming(review.due, database),
        *news.asked(review.questions, database),
        *news.evidence(review.new_evidence, moving, database),
        *news.indicators(review.indicator_changes, database),
        *news.differing(review.spreads, database),
        *news.restated(review.restated, database),
        *findings.in_full(review.findings, database),
        *(_behind(review, context, every=every) if whole else _elsewhere(review)),
    )


def live(review: Review) -> list[StatusRow]:
    """The rows of the scenarios that have no outcome."""
    return [row for row in review.scenarios if row.outcome is None]


def _headline(review: Review, database: Database) -> Iterator[Block]:
    """The headline and the tracker's notice."""
    if text := headline.headline_spans(review.headline, database):
        yield Paragraph(text)
    yield from cells.notice(review.tracker.notice)


def _context(review: Review, database: Database) -> Context:
    return Context(
        database=database,
        rows={row.id: row for row in review.scenarios},
        moves={move.scenario: move for move in review.moves},
        causes=Causes(review.events, review.other_causes),
        resolved=review.headline.resolved,
        language=review.method.estimative_language,
    )


def _board(
    review: Review, trends: status.Trends | None, nothing: str, picture: Chart | None
) -> Iterator[Block]:
    yield Heading(2, "Where it stands", anchor="board")
    rows = live(review)
    if not review.scenarios:
        yield Paragraph(nothing or f"No scenario had opened by {review.as_of}.")
    elif rows:
        lines = status.lines_of(rows, review.findings, trends)
        table = cells.by_set(lines, _columns(trends), review.tracker.sets)
        yield Chart(picture.label, picture.drawing, table) if picture else table
    else:
        yield Paragraph("Every scenario is resolved.")
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


def _behind(review: Review, context: Context, *, every: bool) -> Iterator[Block]:
    """Every figure of every scenario, the rows of what moved, and the method."""
    if review.scenarios:
        note = (
            f"Changes are in points, since {review.since}; in brackets, the evidence that is new. "
            "One that is resolved shows its last values."
        )
        language, sets = review.method.estimative_language, review.tracker.sets
        table = status.table(review.scenarios, review.findings, language, sets=sets, note=note)
        yield Folded(Heading(2, "Status", anchor="status"), (table,))
    yield from sums(context, every=every)
    texts = (method_text(review.method), cells.one_line(context.database.tracker.description))
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
    if method.extremize != 1:
        analysts += f"; of two or more, the mean of their log odds × {method.extremize:g}"
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
