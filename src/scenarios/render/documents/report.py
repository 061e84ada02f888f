"""The weekly review, in the order in which it is read: what is new, what to do, then why."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from scenarios.analysis.review.moves import Cause
from scenarios.analysis.review.outcomes import ResolvedScenario, occurred_first, outcome_of
from scenarios.analysis.review.review import Method, Review
from scenarios.analysis.review.status import StatusRow
from scenarios.analysis.review.steps import Step
from scenarios.analysis.review.story import Because, ScenarioStory, Story
from scenarios.model import Database, EvidenceId
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, StatusLine, left, p
from scenarios.render.documents import status
from scenarios.render.documents.ledger_changes import change_sum
from scenarios.render.documents.review import causes, sections, sentences
from scenarios.render.documents.review.causes import Sentence, cause_words
from scenarios.render.text import signed
from scenarios.text import counted

_MOST = 12
"""Questions of a quiet week that all stand in the table."""
_ROWS, _ITEMS, _REASONS, _STEPS, _STILL = 6, 3, 8, 3, 12
"""Effects of a cause, its items, moved and unmoved questions and steps that are named."""
_LEAST = 0.5
"""Decibans below which an effect is left out that is no main cause."""


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

    `whole` adds the status table, with what was resolved before, the rows that add up to each move,
    `every` the small ones among them, and the method.
    """
    story = review.story
    moving = moving_items(story)
    return (
        doc.Heading(1, f"{review.tracker.title}: {sentences.period(review.since, review.as_of)}"),
        *_lead(review, database),
        *sections.needs(review.every_finding, database),
        *_board(review, trends, nothing),
        *outcomes(review.resolved, database, every=whole),
        *events(story, database, every=every),
        *reasons(story, database, every=whole),
        *([] if _is_still(review) else unmoved(review, database)),
        *sections.evidence(
            review.new_evidence, moving, database, review.since, every=whole or every
        ),
        *sections.clarified(review.clarifications, database),
        *sections.differing(review.spreads, database, len(review.spreads)),
        *sections.restated(review.restated, database),
        *sections.coming(review.due, database),
        *sections.in_full(review.findings, review.findings_standing, database),
        *(_behind(review, database, every=every) if whole else _elsewhere(review)),
    )


def live(review: Review) -> list[StatusRow]:
    """The rows of the scenarios that have no outcome."""
    return [row for row in review.scenarios if row.outcome is None]


def _lead(review: Review, database: Database) -> Iterator[doc.Block]:
    yield from cells.notice(review.tracker.notice)
    if review.story.state != "unopened":
        lead = sentences.lead(review.story, database)
        due = [sections.next_due(entry, database, review.story) for entry in review.due.coming[:1]]
        yield doc.Paragraph(sentences.joined([*lead, *due]))


def _is_still(review: Review) -> bool:
    """True if no open question moved, so that all of them stand in the table."""
    return not review.moves and len(live(review)) <= _MOST


def _board(review: Review, trends: status.Trends | None, nothing: str) -> Iterator[doc.Block]:
    yield doc.Heading(2, "Where it stands", anchor="board")
    rows = live(review)
    if not review.scenarios:
        yield doc.Paragraph(nothing or f"No scenario had opened by {review.as_of}.")
    elif rows:
        moved = {move.scenario for move in review.moves}
        is_still = _is_still(review)
        shown = [row for row in rows if is_still or row.id in moved or row.withheld]
        new = {*review.story.opened, *(first.scenario for first in review.story.first_forecasts)}
        shown += [row for row in rows if row.id in new and row not in shown]
        note = f"{len(rows) - len(shown)} unchanged: scen status" if rows[len(shown) :] else ""
        lines = status.lines_of(shown, review.every_finding, trends)
        table = replace(cells.by_set(lines, _columns(trends), review.tracker.sets), note=note)
        yield table if shown else doc.Paragraph(note)
    resolved = {entry.scenario for entry in review.resolved}
    if hidden := len(review.scenarios) - len(rows) - len(resolved):
        yield doc.Paragraph(f"{counted(hidden, 'scenario')} resolved earlier: scen status")


def _columns(trends: status.Trends | None) -> Iterator[Cell[StatusLine]]:
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


def _step(row: StatusRow, before: float | None, after: float | None) -> doc.Text:
    new = (", new",) if before is None and after is not None else ()
    return cells.unless_withheld(row.withheld, (*cells.step(before, after), *new))


def _elsewhere(review: Review) -> Iterator[doc.Block]:
    if review.scenarios:
        yield doc.Paragraph("Bands, the rows of each move and the method: scen report --all")


def _behind(review: Review, database: Database, *, every: bool) -> Iterator[doc.Block]:
    """Every figure of every scenario, the indicators, the rows of what moved, and the method."""
    yield from sections.indicators(review.indicator_changes, database)
    if review.scenarios:
        note = (
            f"Changes are in points, since {review.since}; in brackets, the evidence that is new. "
            "One that is resolved shows its last values."
        )
        language, sets = review.method.estimative_language, review.tracker.sets
        table = status.table(review.scenarios, review.every_finding, language, sets=sets, note=note)
        yield doc.Folded(doc.Heading(2, "Status", anchor="status"), (table,))
    yield from sums(review, database, every=every)
    texts = (method_text(review.method), cells.one_line(database.tracker.description))
    yield doc.Folded(
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
    return alike + strong


def events(story: Story, database: Database, *, every: bool = False) -> Iterator[doc.Block]:
    """Yield each cause with what it moved, and between which figures."""
    blocks: list[doc.Flat] = []
    named = {(m.scenario, *_key(part)) for m in story.moves for part in m.implied.because}
    for cause in story.causes:
        effects = [
            part
            for part in cause.effects
            if every or abs(part.decibans) >= _LEAST or (part.scenario, *_key(cause)) in named
        ]
        rows = [
            doc.Item(
                (cells.scenario(part.scenario, database), ": ", p(part.from_), " → ", p(part.to)),
                lead=doc.Figure(part.decibans, "dB") if signed(part.decibans) != "0" else "",
            )
            for part in (effects if every else effects[:_ROWS])
        ]
        if more := len(effects) - len(rows):
            rows.append(doc.Item(f"and {more} more: scen report --all"))
        if rows:
            blocks += [_heading(cause, story, database), doc.Items(tuple(rows))]
    if blocks:
        small = "." if every else f"; under {_LEAST} dB: scen report --all"
        lead = f"Implied before and after each, day by day{small}"
        yield doc.Heading(2, "What moved the evidence", (lead,), anchor="moved")
        yield from blocks


def _key(cause: Cause | Because) -> tuple[object, ...]:
    of_others = cause.kind == "rivals"
    return cause.kind, () if of_others else cause.subjects, cause.evidence


def moving_items(story: Story) -> set[EvidenceId]:
    """The items that stand there beside what they moved."""
    return {
        id
        for cause in story.causes
        if any(abs(part.decibans) >= _LEAST for part in cause.effects)
        for id in cause.evidence
    }


def _heading(cause: Cause, story: Story, database: Database) -> doc.Heading:
    under: list[doc.Text] = [
        (cells.item(id, database), " (", *cells.origin(id, database), ")")
        for id in cause.evidence[:_ITEMS]
    ]
    if more := len(cause.evidence[_ITEMS:]):
        under.append(f"and {more} more")
    subject = cause.subjects[0] if cause.subjects else ""
    text: doc.Text = causes.LABELS.get(cause.kind, "").capitalize()
    if cause.kind == "event":
        first = cause.evidence[0]
        if len(cause.evidence) == 1:
            return doc.Heading(3, cells.item(first, database), (cells.origin(first, database),))
        text = f"{len(cause.evidence)} items of one event or origin"
    elif cause.kind == "outcome":
        how = outcome_of(subject, story.outcomes) or "was decided"
        text = (*cells.quoted(cells.scenario(subject, database)), f" {how}")
    elif cause.kind == "retraction":
        text = ("Retracted: ", cells.item(subject, database))
        gone = database.evidence[subject].retracted
        under = [cells.one_line(gone.reason)] if gone else []
    elif cause.kind == "absence":
        text = ("Due and absent: ", cells.indicator(subject, database))
    elif cause.kind == "given" and subject:
        text = ("Depends on ", *cells.titles(cause.subjects, database))
    return doc.Heading(3, text, tuple(under))


def reasons(story: Story, database: Database, *, every: bool = False) -> Iterator[doc.Flat]:
    """Yield the steps of each stated figure with the reason: by new evidence, then without."""
    moved = [(m, m.stated.main_step) for m in story.moves if m.stated and m.stated.steps]
    steps = [(move, step) for move, step in moved if _has_moved(move)]
    without = [pair for pair in steps if pair[1] and _is_alone(pair[0], pair[1])]
    for title, anchor, rows in (
        ("Why we moved", "reasons", [pair for pair in steps if pair not in without]),
        ("Moved without new evidence", "forecasts", without),
    ):
        shown = rows if every else rows[:_REASONS]
        items = [_reason(move, step, story, database) for move, step in shown]
        if more := len(rows) - len(shown):
            items.append(doc.Item(f"and {more} more: scen report --all"))
        yield from doc.section(title, items, anchor=anchor)


def _has_moved(move: ScenarioStory) -> bool:
    stated = move.stated
    return stated is not None and (
        cells.has_moved(stated.from_, stated.to) or None in (stated.from_, stated.to)
    )


def _is_alone(move: ScenarioStory, step: Step) -> bool:
    """True if an analyst moved a figure with no cause in the ledger, and cited nothing."""
    caused = move.stated is not None and bool(move.stated.because)
    return step.analyst is not None and not caused and not step.evidence


def _reason(move: ScenarioStory, step: Step | None, story: Story, database: Database) -> doc.Item:
    assert move.stated  # noqa: S101 - chosen so
    days: dict[str, Step] = {f"{step.day.day} {step.day:%b}": step for step in move.stated.steps}
    steps: list[doc.Span] = [": "]
    if more := len(days) - _STEPS:
        steps += [f"{more} more, "] if more > 0 else []
    for place, (day, last) in enumerate([*days.items()][-_STEPS:]):
        before = () if place else (p(last.before), " ")
        steps += [", " if place else "", f"{day} ", *before, "→ ", p(last.figure)]
    under: list[Sentence] = []
    if step and step.analyst and step.reason:
        under.append(tuple(sentences.step_of(move, step, database)))
    elif step is None or step.analyst is None:
        causes = move.stated.because
        under += [cause_words(cause, move.scenario, story, database) for cause in causes]
    else:
        under.append((f"{step.analyst}: no reason was given",))
    name = cells.scenario(move.scenario, database)
    return doc.Item((name, *steps), tuple(map(doc.Item, under)))


def sums(review: Review, database: Database, *, every: bool = False) -> Iterator[doc.Folded]:
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
        yield doc.Folded(doc.Heading(2, "The rows of each move", anchor="sums"), tuple(blocks))


def outcomes(
    resolved: Sequence[ResolvedScenario], database: Database, *, every: bool = False
) -> Iterator[doc.Flat]:
    """Yield each resolved scenario in a line, with its basis and evidence where all is wanted.

    A basis that follows from the outcome of a rival is left out, and evidence stands once.
    """
    rows = []
    shown: set[tuple[EvidenceId, ...]] = set()
    for entry in occurred_first(resolved):
        under: list[doc.Item] = []
        own = database.scenarios[entry.scenario].resolution
        if every and own and own.basis == entry.basis:
            under.append(doc.Item(cells.one_line(entry.basis)))
        if every and entry.evidence and entry.evidence not in shown:
            parts = (cells.item(id, database) for id in entry.evidence)
            under.append(doc.Item(("shown by ", *cells.listed(parts))))
            shown.add(entry.evidence)
        name = cells.scenario(entry.scenario, database)
        rows.append(doc.Item((name, ": ", *outcome_figures(entry)), tuple(under)))
    return doc.section("Resolved", rows, anchor="resolved")


def outcome_figures(entry: ResolvedScenario) -> Iterator[doc.Span]:
    """`last forecast 40%, evidence implied 62%, occurred on 2022-02-24, Brier 0.36`."""
    last, implied = sentences.last_figures(entry)
    yield from ("never forecast",) if last is None else ("last forecast ", p(last))
    yield from (", evidence implied ", p(implied))
    yield f", {cells.outcome_words(entry.outcome)} on {entry.date}"
    stated, evidence = entry.last_said, entry.last_implied
    first = stated or evidence
    of = " of the set " if first and first.of_set else " "
    if stated and stated.brier is not None:
        yield from (f", Brier{of}", doc.Figure(stated.brier, digits=2))
    if evidence and first and evidence.brier is not None and evidence.of_set == first.of_set:
        head = " (the evidence " if stated else f" (Brier{of}"
        yield from (head, doc.Figure(evidence.brier, digits=2), ")")


def unmoved(review: Review, database: Database) -> Iterator[doc.Flat]:
    """Yield the questions of which no figure is printed differently, with their figures."""
    rows = {row.id: row for row in review.scenarios}
    groups = {
        "Forecast again, unchanged: ": review.unchanged.reaffirmed,
        "Unchanged: ": review.unchanged.untouched,
    }
    items = []
    for name, ids in groups.items():
        named = [part for id in ids[:_STILL] for part in ("; ", *_still(rows[id], database))][1:]
        more = len(ids) - _STILL
        if ids:
            items.append(doc.Item((name, *named, *([f"; {more} more: scen status"] * (more > 0)))))
    yield from doc.section("What did not move", items, anchor="unchanged")


def _still(row: StatusRow, database: Database) -> Sentence:
    implied = (
        () if row.shown.probability is None else (" (evidence ", p(row.shown.probability), ")")
    )
    stated = (" ", p(row.stated.probability)) if row.stated else ()
    return cells.scenario(row.id, database), *stated, *implied
