"""The weekly review: every section that has something to say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scenarios.analysis.review.moves import Move
from scenarios.analysis.review.outcomes import Resolved
from scenarios.analysis.review.review import NewEvidence, Review
from scenarios.analysis.review.status import StatusRow
from scenarios.analysis.rules.finding import Finding
from scenarios.model import Database, EvidenceId, Kind
from scenarios.render.document import (
    Block,
    Document,
    Fact,
    Facts,
    Figure,
    Heading,
    Item,
    Items,
    Link,
    Paragraph,
    Ref,
    Span,
    Text,
    change_of,
    spans,
)
from scenarios.render.documents import disagreement, questions, restatement, status
from scenarios.render.documents.ledger_changes import change_sum
from scenarios.render.documents.review import method
from scenarios.render.text import term
from scenarios.scales import MOVED_BITS
from scenarios.text import counted


def document(
    review: Review,
    database: Database,
    trends: status.Trends | None = None,
    *,
    nothing: str = "",
    left_out: int = 0,
    earlier: bool = False,
    every: bool = False,
) -> Document:
    """The whole review, of which so many files were `left_out`, since they could not be read.

    `nothing` is said where no scenario had opened; `earlier` shows what was resolved before, too,
    and `every` the lines that changed by little.
    """
    title = f"{review.tracker.title}: review of {review.as_of}, since {review.since}"
    are = "is" if left_out == 1 else "are"
    lost = Paragraph(f"{counted(left_out, 'file')} could not be read and {are} left out.")
    return (
        Heading(1, title),
        *((Paragraph(review.tracker.notice),) if review.tracker.notice else ()),
        *((lost,) if left_out else ()),
        *_status(review, trends, nothing, earlier=earlier),
        *_moves(review, database, every=every),
        *_restated(review),
        *_resolved(review, database),
        *_questions(review),
        *_new_evidence(review, database),
        *_indicators(review),
        *_spreads(review),
        *_findings(review),
        *_unchanged(review),
        Heading(2, "Method", anchor="method"),
        Paragraph(method.sentences(review.method)),
        *((Paragraph(text),) if (text := database.tracker.description) else ()),
    )


def fresh(review: Review) -> list[StatusRow]:
    """The rows of the status table without what was resolved before the window."""
    resolved = {entry.scenario for entry in review.resolved}
    return [row for row in review.scenarios if row.outcome is None or row.id in resolved]


def step(before: float | None, after: float, language: str) -> Text:
    """A probability before and after, with what that is in points and in words."""
    word = term(after, language)
    if before is None:
        return Figure(after, "p"), f" ({word}), new"
    return change_of(before, after, word)


def _status(
    review: Review, trends: status.Trends | None, nothing: str, *, earlier: bool
) -> Iterator[Block]:
    yield Heading(2, "Status", anchor="board")
    rows = list(review.scenarios) if earlier else fresh(review)
    if rows:
        note = (
            f"Changes are in points, since {review.since}; in brackets, the evidence that is new. "
            "One that is resolved shows its last values."
        )
        language, sets = review.method.estimative_language, review.tracker.sets
        yield status.table(rows, review.findings, language, trends, sets=sets, note=note)
    elif not review.scenarios:
        yield Paragraph(nothing or f"No scenario had opened by {review.as_of}.")
    if hidden := len(review.scenarios) - len(rows):
        yield Paragraph(f"{counted(hidden, 'scenario')} resolved earlier: scen status")


def _moves(review: Review, database: Database, *, every: bool) -> Iterator[Block]:
    if not review.moves:
        yield Heading(2, "What moved", anchor="moved")
        yield Paragraph(f"Nothing moved by {MOVED_BITS} bits or more.")
        return
    yield Heading(2, "What moved, and why", anchor="moved")
    rows = {row.id: row for row in review.scenarios}
    for entry in review.moves:
        title = f": {database.scenarios[entry.scenario].title} ("
        moved = Figure(rows[entry.scenario].movement_bits, "bits")
        yield Heading(3, (Ref(entry.scenario, "scenario"), title, moved, " bits)"))
        if entry.ruled_out:
            yield Paragraph((*_listed(entry.ruled_out), _ruled_out(len(entry.ruled_out))))
        yield Facts(tuple(_figures(entry, rows[entry.scenario], review.method.estimative_language)))
        changes = (*entry.lines_added, *entry.lines_removed, *entry.lines_changed)
        steps = {
            "given": entry.given,
            "time": entry.time,
            "rivals": entry.rivals,
            "bound": entry.bound,
        }
        yield from change_sum(changes, steps, database, entry.scenario, every=every)


def _ruled_out(number: int) -> str:
    """What a reader must know before the figures of the others."""
    was = "was" if number == 1 else "were"
    return f" {was} ruled out: the others of the set share what it had."


def _figures(entry: Move, row: StatusRow, language: str) -> Iterator[Fact]:
    stated, implied = entry.stated, entry.implied
    if stated and stated.to is not None:
        unexplained = () if entry.explained else (", unexplained",)
        change = spans(step(stated.from_, stated.to, language))
        why = "normalised: others in the set changed" if stated.normalised else stated.rationale
        yield Fact("stated", (*change, *unexplained), why or "")
    elif stated:
        yield Fact("stated", "no longer stands: withdrawn or expired")
    assert implied.to is not None  # noqa: S101 - what is implied always has a figure
    low, high = row.implied.low, row.implied.high
    banded = (", band ", *spans(status.band(low, high))) if low is not None else ()
    yield Fact("implied", (*spans(step(implied.from_, implied.to, language)), *banded))


def _restated(review: Review) -> Iterator[Block]:
    made = review.restated
    if made and (restated := restatement.rows(made)):
        yield Heading(2, restatement.HEADING, (restatement.lead(made),))
        yield Items(
            tuple(
                Item(
                    (Ref(row.scenario, "scenario"), f": {restatement.figures(row)}"),
                    tuple(Item(reason, bullet=True) for reason in restatement.reasons(row)),
                )
                for row in restated
            )
        )


def _resolved(review: Review, database: Database) -> Iterator[Block]:
    if review.resolved:
        yield Heading(2, "Resolved")
    for entry in review.resolved:
        head = (Ref(entry.scenario, "scenario"), ": ", *_last_values(entry))
        yield Heading(3, head, (entry.basis,))
        if entry.evidence:
            rows = (Item(_item(id, database), bullet=True) for id in entry.evidence)
            yield Items(tuple(rows))


def _last_values(entry: Resolved) -> Iterator[Span]:
    """What stood at the end, and the outcome: `stated 40%, implied 35% → occurred (2022-02-24)`."""
    if entry.stated is None:
        yield "never stated"
    else:
        yield from ("stated ", Figure(entry.stated, "p"))
    outcome = entry.outcome.replace("-", " ")
    yield from (", implied ", Figure(entry.implied, "p"), f" → {outcome} ({entry.date})")


def _questions(review: Review) -> Iterator[Block]:
    if review.questions:
        yield Heading(2, "Questions that changed")
        yield Items(tuple(map(questions.row, review.questions)))


def _new_evidence(review: Review, database: Database) -> Iterator[Block]:
    if review.new_evidence:
        yield Heading(2, f"New evidence ({len(review.new_evidence)})")
        yield Items(tuple(_new(entry, database) for entry in review.new_evidence))


def _new(entry: NewEvidence, database: Database) -> Item:
    source: tuple[Span, ...] = ()
    if entry.source:
        kind: Kind | None = "source" if entry.source in database.sources else None
        source = (", ", Ref(entry.source, kind))
    told = (f" ({entry.grade}", *source, f", observed {entry.observed})")
    bears = tuple(_listed(entry.scenarios)) or ("nothing yet: scen rate",)
    summary = Link(entry.summary, database.evidence[entry.id].url)
    under = [Item(summary), Item(("bears on ", *bears))]
    if entry.retracted:
        reason = " ".join(entry.retracted.reason.split())
        gone = f"retracted on {entry.retracted.date}: {reason}"
        under = [Item(summary), Item(gone)]
    return Item((Ref(entry.id, "evidence"), *told), tuple(under))


def _indicators(review: Review) -> Iterator[Block]:
    if review.indicator_changes:
        yield Heading(2, "Indicators that changed state")
        rows = []
        for entry in review.indicator_changes:
            name = Ref(f"{entry.scenario}/{entry.indicator}", "scenario")
            ids: list[Span] = []
            for id in entry.evidence:
                ids += [", " if ids else "shown by ", Ref(id, "evidence")]
            under = [Item(entry.statement), *([Item(tuple(ids))] if ids else [])]
            rows.append(Item((name, f": {entry.before} → {entry.after}"), tuple(under)))
        yield Items(tuple(rows))


def _spreads(review: Review) -> Iterator[Block]:
    if rows := disagreement.rows(review.spreads):
        yield Heading(2, "Where analysts differ")
        yield Items(rows)


def _findings(review: Review) -> Iterator[Block]:
    yield Heading(2, "Needs attention", anchor="findings")
    if not review.findings:
        yield Paragraph("Nothing needs attention.")
        return
    rows = []
    for rule, messages in _by_rule(review.findings).items():
        told = (f"{', '.join(subjects)}: {message}" for message, subjects in messages.items())
        rows.append(Item(f"{rule}:", tuple(Item(text, bullet=True) for text in told)))
    yield Items(tuple(rows))


def _by_rule(findings: Iterable[Finding]) -> dict[str, dict[str, list[str]]]:
    """The subjects by rule and by message: what many share is said once."""
    found: dict[str, dict[str, list[str]]] = {}
    for finding in findings:
        same = found.setdefault(finding.rule, {})
        same.setdefault(finding.message, []).append(finding.subject)
    return found


def _unchanged(review: Review) -> Iterator[Block]:
    told = {"reaffirmed": review.unchanged.reaffirmed, "untouched": review.unchanged.untouched}
    rows = [Item((f"{word}: ", *_listed(ids))) for word, ids in told.items() if ids]
    if rows:
        yield Heading(2, f"Moved by less than {MOVED_BITS} bits", anchor="unchanged")
        yield Items(tuple(rows))


def _listed(ids: Iterable[str]) -> Iterator[Span]:
    for place, id in enumerate(ids):
        yield from ([", "] if place else [])
        yield Ref(id, "scenario")


def _item(id: EvidenceId, database: Database) -> Text:
    item = database.evidence[id]
    return Ref(id, "evidence"), ": ", Link(item.summary, item.url)
