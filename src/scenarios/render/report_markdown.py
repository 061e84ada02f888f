"""The weekly review as GitHub-flavoured Markdown, for a wiki or a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scenarios.analysis.review.review import Move, Review
from scenarios.model import Database, EvidenceId, Kind
from scenarios.paths import path_of
from scenarios.render.documents.ledger_changes import ChangeRow, change_rows
from scenarios.render.documents.report import by_rule, fresh, last_values, method_text, step
from scenarios.render.documents.restatement import HEADING, figures, lead, reasons
from scenarios.render.documents.status import status_cells
from scenarios.render.text import percent, signed
from scenarios.render.writers.markdown import file_link, link, table, text
from scenarios.text import counted


class Page(NamedTuple):
    """What the page tells; `root` is the path to the database from where the page lies.

    So many files were `left_out` of it, since they could not be read.
    """

    review: Review
    database: Database
    root: str
    left_out: int


def report_markdown(page: Page) -> str:
    """Every section of the review that has something to say."""
    review = page.review
    sections = [
        f"# {text(review.tracker.title)}: review of {review.as_of}",
        f"Since {review.since}.",
        *_left_out(page),
        *_status(page),
        *_moves(page),
        *_restated(page),
        *_resolved(page),
        *_new_evidence(page),
        *_indicators(page),
        *_spreads(page),
        *_findings(page),
        *_unchanged(page),
        "## Method",
        text(method_text(review.method)),
    ]
    return "\n\n".join(sections)


def _left_out(page: Page) -> Iterator[str]:
    if page.left_out:
        are = "is" if page.left_out == 1 else "are"
        yield f"{counted(page.left_out, 'file')} could not be read and {are} left out."


def _status(page: Page) -> Iterator[str]:
    review = page.review
    rows = fresh(review)
    yield "## Status"
    if not review.scenarios:
        yield f"No scenario had opened by {review.as_of}."
    if rows:
        cells = status_cells(rows, review.findings, review.method.estimative_language)
        headers = ["Scenario", "Set", "Stated", "±", "Implied", "±", "Evidence", "Seen"]
        headers += ["Horizon", "In words", "Flags", "Title"]
        lines = []
        for row in rows:
            _, *figures, title = cells[row.id].values()
            lines.append([_file(page, "scenario", row.id), row.set or "", *figures, text(title)])
        yield table(headers, lines, right=range(2, 6))
    if earlier := len(review.scenarios) - len(rows):
        yield f"{counted(earlier, 'scenario')} resolved earlier."


def _moves(page: Page) -> Iterator[str]:
    if not page.review.moves:
        yield "## What moved"
        yield "Nothing moved."
        return
    yield "## What moved, and why"
    bits = {row.id: row.movement_bits for row in page.review.scenarios}
    for move in page.review.moves:
        yield from _move(page, move, bits[move.scenario])


def _move(page: Page, move: Move, bits: float) -> Iterator[str]:
    language = page.review.method.estimative_language
    title = text(page.database.scenarios[move.scenario].title)
    yield f"### {_file(page, 'scenario', move.scenario)}: {title}"
    lines = [f"- moved by {bits:.3f} bits"]
    if move.stated and move.stated.to is not None:
        unexplained = "" if move.explained else ", unexplained"
        why = f": {text(move.stated.rationale)}" if move.stated.rationale else ""
        change = step(move.stated.from_, move.stated.to, language)
        lines.append(f"- stated {change}{unexplained}{why}")
    elif move.stated:
        lines.append("- stated no longer: withdrawn or expired")
    assert move.implied.to is not None  # noqa: S101 - what is implied always has a figure
    lines.append(f"- implied {step(move.implied.from_, move.implied.to, language)}")
    yield "\n".join(lines)
    changes = (*move.lines_added, *move.lines_removed, *move.lines_changed)
    closing = {"time": move.time, "rivals": move.rivals, "bound": move.bound}
    rows = [_because(page, row) for row in change_rows(changes, closing)]
    if rows:
        yield table(["dB", "Line", "Why"], rows, right=(0,))


def _because(page: Page, row: ChangeRow) -> list[str]:
    items = [
        link(page.database.evidence[id].summary, page.database.evidence[id].url)
        if id == row.line
        else _item(page, id)
        for id in row.evidence
    ]
    owner, slash, _ = (row.line or "").partition("/")
    line = _file(page, "scenario" if slash else "evidence", owner, row.line) if row.line else ""
    return [signed(row.decibans), line, "; ".join([text(row.why), *items])]


def _restated(page: Page) -> Iterator[str]:
    made = page.review.restated
    if made and made.figures:
        yield f"## {HEADING}"
        yield text(lead(made))
        items = []
        for one in made.figures:
            items.append(f"- {_file(page, 'scenario', one.scenario)}: {text(figures(one))}")
            items += [f"  - {text(reason)}" for reason in reasons(one)]
        yield "\n".join(items)


def _resolved(page: Page) -> Iterator[str]:
    if not page.review.resolved:
        return
    yield "## Resolved"
    for entry in page.review.resolved:
        yield f"### {_file(page, 'scenario', entry.scenario)}: {last_values(entry)}"
        yield text(entry.basis)
        if entry.evidence:
            yield "\n".join(f"- {_item(page, id)}" for id in entry.evidence)


def _new_evidence(page: Page) -> Iterator[str]:
    items = page.review.new_evidence
    if not items:
        return
    yield f"## New evidence ({len(items)})"
    rows = []
    for item in items:
        known = item.source in page.database.sources
        source = _file(page, "source", item.source) if known and item.source else item.source or ""
        bears = ", ".join(item.scenarios) or "nothing yet: scen rate"
        told = link(item.summary, page.database.evidence[item.id].url)
        rows.append([_file(page, "evidence", item.id), item.grade, source, told, bears])
    yield table(["Evidence", "Grade", "Source", "Summary", "Bears on"], rows)


def _indicators(page: Page) -> Iterator[str]:
    if not page.review.indicator_changes:
        return
    yield "## Indicators that changed state"
    rows = []
    for change in page.review.indicator_changes:
        name = f"{change.scenario}/{change.indicator}"
        items = ", ".join(_file(page, "evidence", id) for id in change.evidence)
        indicator = _file(page, "scenario", change.scenario, name)
        rows.append([indicator, change.before, change.after, text(change.statement), items])
    yield table(["Indicator", "Before", "After", "Statement", "Evidence"], rows)


def _spreads(page: Page) -> Iterator[str]:
    if not page.review.spreads:
        return
    yield "## Where analysts differ"
    rows = [
        [
            _file(page, "scenario", one.scenario),
            percent(one.low),
            percent(one.high),
            f"{one.spread_decibans:.1f}",
            str(one.analysts),
            f"{one.outlier} at {percent(one.outlier_probability)}",
            text(one.rationale or "no reason given"),
        ]
        for one in page.review.spreads
    ]
    headers = ["Scenario", "Lowest", "Highest", "dB", "n", "Stands apart", "Because"]
    yield table(headers, rows, right=range(1, 5))


def _findings(page: Page) -> Iterator[str]:
    if not page.review.findings:
        return
    yield "## Needs attention"
    rows = [
        [rule, text(", ".join(subjects)), text(message)]
        for rule, messages in by_rule(page.review.findings).items()
        for message, subjects in messages.items()
    ]
    yield table(["Finding", "About", "What"], rows)


def _unchanged(page: Page) -> Iterator[str]:
    unchanged = page.review.unchanged
    told = {"reaffirmed": unchanged.reaffirmed, "untouched": unchanged.untouched}
    lines = [f"- {word}: {', '.join(ids)}" for word, ids in told.items() if ids]
    if lines:
        yield "## Did not change"
        yield "\n".join(lines)


def _item(page: Page, id: EvidenceId) -> str:
    """An item by its id, which leads to its file, and its summary, which leads to its address."""
    item = page.database.evidence[id]
    return f"{_file(page, 'evidence', id)}: {link(item.summary, item.url)}"


def _file(page: Page, kind: Kind, id: str, label: str | None = None) -> str:
    return file_link(label or id, f"{page.root}/{path_of(kind, id)}")
