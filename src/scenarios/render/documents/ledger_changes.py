"""What changed in a ledger, line by line, in rows that add up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from scenarios.analysis.ledger.ledger_changes import LineChange
from scenarios.model import Database, EvidenceId
from scenarios.render.document import Figure, Link, Ref, Sum, Term, Text
from scenarios.render.text import signed
from scenarios.text import counted

_SMALL_DECIBANS = 0.5
"""Lines that changed by less are added up in one row."""
_CLOSING = {
    "prior": "prior: another one was declared",
    "time": "time: the event has not happened so far",
    "rivals": "rivals: what the other members of the set gained or lost",
    "bound": "bound: an implied probability is held within 0.1% and 99.9%",
}
_NOT_BY_ITEMS = frozenset({"new rank", "rivals", "time", "conventions"})


class ChangeRow(NamedTuple):
    """So many decibans, and why; `line` is the ledger line's id, with the items behind it."""

    decibans: float
    line: str | None
    why: str
    evidence: tuple[EvidenceId, ...] = ()


def change_sum(
    lines: Iterable[LineChange], closing: Mapping[str, float], database: Database
) -> Iterator[Sum]:
    """The rows as one sum; none where nothing changed."""
    terms = []
    for row in change_rows(lines, closing):
        behind = (_behind(row, id, database) for id in row.evidence if id in database.evidence)
        name = Ref(row.line, "scenario" if "/" in row.line else "evidence") if row.line else ""
        terms.append(Term(Figure(row.decibans, "dB"), name, row.why, tuple(behind)))
    if terms:
        yield Sum(tuple(terms[:-1]), terms[-1])


def _behind(row: ChangeRow, id: EvidenceId, database: Database) -> Text:
    """An item; that which the line is named after needs no other name."""
    item = database.evidence[id]
    told = Link(item.summary, item.url)
    return told if id == row.line else (Ref(id, "evidence"), ": ", told)


def change_rows(lines: Iterable[LineChange], closing: Mapping[str, float]) -> Iterator[ChangeRow]:
    """The lines, then what `closing` says of prior, time, rivals and bound, and the sum."""
    changes = sorted(lines, key=lambda change: (-abs(change.after - change.before), change.id))
    worths = [c.after - c.before for c in changes] + list(closing.values())
    if all(signed(worth) == "0" for worth in worths):
        return
    large = [c for c in changes if abs(c.after - c.before) >= _SMALL_DECIBANS]
    for change in large:
        behind = () if change.cause in _NOT_BY_ITEMS else change.evidence
        yield ChangeRow(change.after - change.before, change.id, _why(change), behind)
    small = changes[len(large) :]
    if small:
        worth = sum(c.after - c.before for c in small)
        causes = ", ".join(sorted({c.cause for c in small}))
        yield ChangeRow(worth, None, f"{counted(len(small), 'smaller change')}: {causes}")
    for name, worth in closing.items():
        if signed(worth) != "0":
            yield ChangeRow(worth, None, _CLOSING[name])
    yield ChangeRow(sum(worths), None, "in all")


def _why(change: LineChange) -> str:
    texts = {
        "new evidence": "new evidence" if change.kind != "absence" else "less absent than before",
        "new witness": f"a new witness, {_from_to(change)}",
        "retraction": f"a retraction, {_from_to(change)}",
        "reversal": f"a reversal, {_from_to(change)}",
        "new rank": f"a new rank among its like, {_from_to(change)}",
        "time": "past due and not seen",
        "rivals": f"another comparison, since a rival left the set, {_from_to(change)}",
        "removal": f"a record less, {_from_to(change)}",
        "new judgement": f"judged anew, {_from_to(change)}",
        "conventions": f"other conventions, {_from_to(change)}",
    }
    return texts[change.cause]


def _from_to(change: LineChange) -> str:
    return f"{signed(change.before)} → {signed(change.after)} dB"
