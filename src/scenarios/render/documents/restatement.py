"""Last week's figures that would be different today, as sentences."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.analysis.history.commits import FieldChange
from scenarios.analysis.ledger.ledger_changes import Shift
from scenarios.analysis.review.review import Restated, Restatement
from scenarios.render.documents.diff import field_words
from scenarios.scales import percent, printed

HEADING = "Restated"


def lead(made: Restatement) -> str:
    """What is compared with what."""
    return (
        f"The figures of {made.day} as commit {made.commit[:7]} had them, and as today's records "
        "make them."
    )


def figures(one: Restated) -> str:
    """A scenario's figures as they were printed, and as they are now."""
    told = [("stated", one.stated), ("implied", one.implied)]
    return ", ".join(
        f"{name} {_step(shift)}" for name, shift in told if shift and _reads_otherwise(shift)
    )


def rows(made: Restatement) -> list[Restated]:
    """The scenarios of which a figure would be printed otherwise."""
    return [row for row in made.figures if figures(row)]


def reasons(one: Restated) -> Iterator[str]:
    """The changes that did it, one sentence each."""
    return map(_reason, one.because)


def _reads_otherwise(shift: Shift) -> bool:
    if shift.from_ is None or shift.to is None:
        return shift.from_ != shift.to
    return printed(shift.from_) != printed(shift.to)


def _step(shift: Shift) -> str:
    before, after = (percent(p) if p is not None else "none" for p in (shift.from_, shift.to))
    return f"{before} → {after}"


def _reason(change: FieldChange) -> str:
    return f"{change.record}: {field_words(change)}"
