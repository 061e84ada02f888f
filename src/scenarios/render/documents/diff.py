"""Differences between two states of a database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scenarios.analysis.history.commits import Differences, Key, records
from scenarios.analysis.history.probability_shifts import ScenarioShift
from scenarios.analysis.ledger.ledger_changes import Shift
from scenarios.model import Database, Evidence, Record, Scenario, Source
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import p
from scenarios.render.document import change_of
from scenarios.render.documents.ledger_changes import STEPS, change_sum
from scenarios.text import counted


class Compared(NamedTuple):
    """Two states of a database, their differences, and the shifts of figures.

    With `every`, small lines are shown too.
    """

    head: str
    before: Database
    after: Database
    what: Differences
    shifts: tuple[ScenarioShift, ...]
    every: bool = False


def document(result: Compared) -> doc.Document:
    """A summary, records field by field, then the shifts with the lines behind them."""
    blocks: list[doc.Block] = [doc.Heading(1, result.head), doc.Paragraph(_summary(result))]
    if not result.what:
        return tuple(blocks)
    blocks.append(doc.Items(tuple(_record_items(result))))
    for shift in result.shifts:
        blocks += _shift(result, shift)
    if not result.shifts:
        blocks.append(doc.Paragraph("No figure differs."))
    return tuple(blocks)


def _summary(result: Compared) -> str:
    if not result.what:
        return "No record differs."
    differences = result.what
    changed = {(change.kind, change.record) for change in differences.changed}
    counts = (
        (len(differences.added), "added"),
        (len(differences.removed), "removed"),
        (len(differences.unreadable), "unreadable"),
        (len(differences.renamed), "renamed"),
        (len(changed), "changed"),
    )
    numbers = ", ".join(f"{number} {word}" for number, word in counts if number)
    shifted = counted(len(result.shifts), "scenario")
    return f"Records: {numbers}. {shifted} shifted." if result.shifts else f"Records: {numbers}."


def _record_items(result: Compared) -> Iterator[doc.Item]:
    for sign, key, text in _records(result):
        fields = (
            doc.Item(cells.field_words(change))
            for change in (result.what.changed if sign == "~" else ())
            if (change.kind, change.record) == key
        )
        yield doc.Item(text, tuple(fields), f"{sign} {key[0].replace('forecasts', 'sheet'):<8}")


def _records(result: Compared) -> Iterator[tuple[str, Key, str]]:
    differences = result.what
    for key in differences.added:
        yield "+", key, _named(result.after, key)
    for key in differences.removed:
        yield "-", key, _named(result.before, key)
    for key in differences.unreadable:
        yield "?", key, f"{_named(result.before, key)} (cannot be read any more)"
    for rename in differences.renamed:
        yield ">", (rename.kind, rename.to), f"{rename.from_} → {rename.to}"
    for key in dict.fromkeys((change.kind, change.record) for change in differences.changed):
        yield "~", key, _named(result.after, key)


def _named(database: Database, key: Key) -> str:
    words = _words(database, records(database, key[0])[key[1]])
    return f"{key[1]}{words}" if key[0] != "tracker" else f"tracker{words}"


def _words(database: Database, record: Record) -> str:
    if isinstance(record, Evidence):
        return f" ({record.grade(database.sources)}): {record.summary}"
    if isinstance(record, Scenario):
        return f": {record.title}"
    return f" ({record.reliability}): {record.name}" if isinstance(record, Source) else ""


def _shift(result: Compared, shift: ScenarioShift) -> Iterator[doc.Block]:
    owner = result.after if shift.scenario in result.after.scenarios else result.before
    title = owner.scenarios[shift.scenario].title
    bits = doc.Figure(shift.movement_bits, "bits")
    yield doc.Heading(3, (doc.Ref(shift.scenario, "scenario"), f": {title} (", bits, " bits)"))
    facts = [doc.Fact("implied", _step(shift.implied))]
    if shift.stated:
        facts.insert(0, doc.Fact("stated", _step(shift.stated)))
    if shift.outcome:
        facts.append(doc.Fact("outcome", cells.outcome_words(shift.outcome)))
    yield doc.Facts(tuple(facts))
    steps = {name: getattr(shift, name) for name in STEPS if name != "restated"}
    yield from change_sum(shift.lines, steps, owner, shift.scenario, every=result.every)


def _step(shift: Shift) -> doc.Text:
    if shift.from_ is None or shift.to is None:
        return p(shift.from_), " → ", p(shift.to)
    return change_of(shift.from_, shift.to)
