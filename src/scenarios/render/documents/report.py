"""The weekly review as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scenarios.analysis.review.review import Method, Move, Resolved, Review
from scenarios.analysis.review.status import StatusRow
from scenarios.analysis.rules.finding import Finding
from scenarios.model import Database
from scenarios.render.documents.ledger_changes import change_lines
from scenarios.render.documents.restatement import HEADING, figures, lead, reasons
from scenarios.render.documents.status import Trends, table
from scenarios.render.text import in_words, percent, points
from scenarios.render.writers import terminal
from scenarios.text import counted, fold


def report_text(
    review: Review,
    database: Database,
    width: int,
    trends: Trends | None = None,
    *,
    colour: bool = False,
) -> str:
    """Every section of the review that has something to say."""
    head = f"{review.tracker.title}: review of {review.as_of}, since {review.since}"
    sections = [
        fold(head, width),
        _status(review, width, trends, colour=colour),
        *_moves(review, database, width),
        *_restated(review, width),
        *_resolved(review, database, width),
        *_new_evidence(review, width),
        *_indicators(review, width),
        *_spreads(review, width),
        *_findings(review, width),
        *_unchanged(review, width),
        _heading("Method") + "\n" + fold(method_text(review.method), width),
    ]
    return "\n\n".join(section for section in sections if section)


def fresh(review: Review) -> list[StatusRow]:
    """The rows of the status table without what was resolved before the window."""
    resolved = {entry.scenario for entry in review.resolved}
    return [row for row in review.scenarios if row.outcome is None or row.id in resolved]


def by_rule(findings: Iterable[Finding]) -> dict[str, dict[str, list[str]]]:
    """The subjects by rule and by message: what many share is said once."""
    found: dict[str, dict[str, list[str]]] = {}
    for finding in findings:
        same = found.setdefault(finding.rule, {})
        same.setdefault(finding.message, []).append(finding.subject)
    return found


def method_text(method: Method) -> str:
    """The conventions that made the figures, in a paragraph."""
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
        f"Dependence between lines: {method.evidence_dependence:g}. "
        f"Stated: {analysts}. Words: {words[method.estimative_language]}."
    )


def step(before: float | None, after: float, language: str) -> str:
    """A probability before and after, with what that is in points and in words."""
    if before is None:
        return f"{in_words(after, language)}, new"
    change = points(before, after)
    if change == "0":
        return f"{in_words(after, language)}, unchanged"
    return f"{percent(before)} → {in_words(after, language)}, {change} points"


def last_values(entry: Resolved) -> str:
    """What stood at the end, and the outcome: `stated 40%, implied 35% → occurred (2022-02-24)`."""
    stated = "never stated" if entry.stated is None else f"stated {percent(entry.stated)}"
    outcome = entry.outcome.replace("-", " ")
    return f"{stated}, implied {percent(entry.implied)} → {outcome} ({entry.date})"


def _status(review: Review, width: int, trends: Trends | None, *, colour: bool) -> str:
    rows = fresh(review)
    earlier = len(review.scenarios) - len(rows)
    language = review.method.estimative_language
    made = terminal.write((table(rows, review.findings, language, trends),), width, colour=colour)
    note = f"{counted(earlier, 'scenario')} resolved earlier: scen status" if earlier else ""
    return "\n\n".join(part for part in (made, note) if part)


def _heading(text: str) -> str:
    return f"{text}\n{'-' * len(text)}"


def _moves(review: Review, database: Database, width: int) -> Iterator[str]:
    if not review.moves:
        yield _heading("What moved") + "\nNothing moved."
        return
    yield _heading("What moved, and why")
    bits = {row.id: row.movement_bits for row in review.scenarios}
    for move in review.moves:
        yield "\n".join(_move(move, bits[move.scenario], review, database, width))


def _move(move: Move, bits: float, review: Review, database: Database, width: int) -> Iterator[str]:
    language = review.method.estimative_language
    scenario = database.scenarios[move.scenario]
    yield fold(f"{move.scenario}: {scenario.title} ({bits:.3f} bits)", width)
    if move.stated and move.stated.to is not None:
        unexplained = "" if move.explained else ", unexplained"
        change = step(move.stated.from_, move.stated.to, language)
        yield f"  stated   {change}{unexplained}"
        if move.stated.rationale:
            yield fold(move.stated.rationale, width, " " * 11)
    elif move.stated:
        yield "  stated   no longer stands: withdrawn or expired"
    after = move.implied.to
    assert after is not None  # noqa: S101 - what is implied always has a figure
    yield f"  implied  {step(move.implied.from_, after, language)}"
    changes = (*move.lines_added, *move.lines_removed, *move.lines_changed)
    closing = {"time": move.time, "rivals": move.rivals, "bound": move.bound}
    yield from change_lines(changes, closing, database, width)


def _restated(review: Review, width: int) -> Iterator[str]:
    made = review.restated
    if made and made.figures:
        lines = [_heading(HEADING), fold(lead(made), width)]
        for one in made.figures:
            lines.append(fold(f"{one.scenario}: {figures(one)}", width))
            lines += [fold(reason, width, "    ", "  - ") for reason in reasons(one)]
        yield "\n".join(lines)


def _resolved(review: Review, database: Database, width: int) -> Iterator[str]:
    if not review.resolved:
        return
    yield _heading("Resolved")
    for entry in review.resolved:
        yield "\n".join(_outcome(entry, database, width))


def _outcome(entry: Resolved, database: Database, width: int) -> Iterator[str]:
    yield fold(f"{entry.scenario}: {last_values(entry)}", width)
    yield fold(entry.basis, width, "  ")
    for id in entry.evidence:
        yield fold(f"{database.evidence[id].summary} [{id}]", width, "    ", "  - ")


def _new_evidence(review: Review, width: int) -> Iterator[str]:
    if not review.new_evidence:
        return
    lines = [_heading(f"New evidence ({len(review.new_evidence)})")]
    for item in review.new_evidence:
        source = f", {item.source}" if item.source else ""
        lines.append(fold(f"{item.id} ({item.grade}{source})", width))
        lines.append(fold(item.summary, width, "  "))
        bears = ", ".join(item.scenarios) or "nothing yet: scen rate"
        lines.append(fold(f"bears on {bears}", width, "  "))
    yield "\n".join(lines)


def _indicators(review: Review, width: int) -> Iterator[str]:
    if not review.indicator_changes:
        return
    lines = [_heading("Indicators that changed state")]
    for change in review.indicator_changes:
        name = f"{change.scenario}/{change.indicator}"
        lines.append(fold(f"{name}: {change.before} → {change.after}", width))
        lines.append(fold(change.statement, width, "  "))
    yield "\n".join(lines)


def _spreads(review: Review, width: int) -> Iterator[str]:
    if not review.spreads:
        return
    lines = [_heading("Where analysts differ")]
    for one in review.spreads:
        span = f"{percent(one.low)} to {percent(one.high)}, {one.spread_decibans:.1f} dB"
        lines.append(fold(f"{one.scenario}: {span}, n = {one.analysts}", width))
        apart = f"{one.outlier} stands apart at {percent(one.outlier_probability)}: "
        lines.append(fold(apart + (one.rationale or "no reason given"), width, "  "))
    yield "\n".join(lines)


def _findings(review: Review, width: int) -> Iterator[str]:
    if not review.findings:
        return
    lines = [_heading("Needs attention")]
    for rule, messages in by_rule(review.findings).items():
        lines.append(f"{rule}:")
        for message, subjects in messages.items():
            lines.append(fold(f"{', '.join(subjects)}: {message}", width, "    ", "  - "))
    yield "\n".join(lines)


def _unchanged(review: Review, width: int) -> Iterator[str]:
    reaffirmed, untouched = review.unchanged.reaffirmed, review.unchanged.untouched
    if not reaffirmed and not untouched:
        return
    lines = [_heading("Did not change")]
    if reaffirmed:
        lines.append(fold(f"reaffirmed: {', '.join(reaffirmed)}", width, "  "))
    if untouched:
        lines.append(fold(f"untouched: {', '.join(untouched)}", width, "  "))
    yield "\n".join(lines)
