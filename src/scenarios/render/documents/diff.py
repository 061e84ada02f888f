"""What changed between two states of a database, as text and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from scenarios.analysis.history.probability_shifts import ScenarioShift, Shift
from scenarios.analysis.history.record_diff import Differences, FieldChange, Key, records
from scenarios.model import Database, Evidence, Record, Scenario, Source
from scenarios.render.documents.ledger_changes import change_lines, change_rows
from scenarios.render.text import counted, fold, percent, points, signed
from scenarios.render.writers import markdown
from scenarios.scales import grade
from scenarios.text import printable

_LONGEST = 160
"""Characters of a value that are shown; the whole is in the JSON."""
_KINDS = {
    "tracker": "tracker",
    "scenario": "scenario",
    "evidence": "evidence",
    "forecasts": "sheet",
    "source": "source",
}


class Compared(NamedTuple):
    """Two states of a database by name, what differs between them, and what that did."""

    head: str
    before: Database
    after: Database
    what: Differences
    shifts: tuple[ScenarioShift, ...]


def diff_text(made: Compared, width: int) -> str:
    """Records, field by field, then the shifts with the lines that made them."""
    parts = [fold(made.head, width)]
    if not made.what:
        return "\n\n".join([*parts, "No record differs."])
    parts.append("\n".join(_record_lines(made, width)))
    parts += ["\n".join(_shift_lines(made, shift, width)) for shift in made.shifts]
    if not made.shifts:
        parts.append("No figure differs.")
    return "\n\n".join(parts)


def diff_markdown(made: Compared) -> str:
    """The same for a comment on a pull request: the shifts first, then the records."""
    parts = [f"### {markdown.text(made.head)}", _summary(made)]
    if made.shifts:
        rows = [
            [
                f"{markdown.text(shift.scenario)}: {markdown.text(_title(made, shift.scenario))}",
                _step(shift.stated),
                _outcome(shift) or _step(shift.implied),
                markdown.text(_because(shift)),
            ]
            for shift in made.shifts
        ]
        parts.append(markdown.table(["scenario", "stated", "implied", "because"], rows))
    if made.what:
        parts.append("\n".join(_record_items(made)))
    return "\n\n".join(parts) + "\n"


def _summary(made: Compared) -> str:
    if not made.what:
        return "No record differs."
    what = made.what
    changed = {(one.kind, one.record) for one in what.changed}
    counts = (
        (len(what.added), "added"),
        (len(what.removed), "removed"),
        (len(what.renamed), "renamed"),
        (len(changed), "changed"),
    )
    told = ", ".join(f"{number} {word}" for number, word in counts if number)
    shifted = counted(len(made.shifts), "scenario")
    return f"Records: {told}. {shifted} shifted." if made.shifts else f"Records: {told}."


def _record_lines(made: Compared, width: int) -> Iterator[str]:
    for sign, key, text in _records(made):
        head = f"{sign} {_KINDS[key[0]]:<8}  "
        yield fold(text, width, " " * 14, head)
        for change in made.what.changed if sign == "~" else ():
            if (change.kind, change.record) == key:
                yield fold(field_words(change), width, " " * 18, " " * 14)


def _record_items(made: Compared) -> Iterator[str]:
    words = {"+": "added", "-": "removed", ">": "renamed", "~": "changed"}
    for sign, key, text in _records(made):
        yield f"- {words[sign]} {_KINDS[key[0]]} {markdown.text(text)}"
        for change in made.what.changed if sign == "~" else ():
            if (change.kind, change.record) == key:
                yield f"  - {markdown.text(field_words(change))}"


def _records(made: Compared) -> Iterator[tuple[str, Key, str]]:
    """Each record that differs, with a sign and its own words."""
    what = made.what
    for key in what.added:
        yield "+", key, _named(made.after, key)
    for key in what.removed:
        yield "-", key, _named(made.before, key)
    for one in what.renamed:
        yield ">", (one.kind, one.to), f"{one.from_} → {one.to}"
    for key in dict.fromkeys((one.kind, one.record) for one in what.changed):
        yield "~", key, _named(made.after, key)


def _named(database: Database, key: Key) -> str:
    words = _words(database, records(database, key[0])[key[1]])
    return f"{key[1]}{words}" if key[0] != "tracker" else f"tracker{words}"


def _words(database: Database, record: Record) -> str:
    if isinstance(record, Evidence):
        return f" ({grade(record, database.sources)}): {record.summary}"
    if isinstance(record, Scenario):
        return f": {record.title}"
    return f" ({record.reliability}): {record.name}" if isinstance(record, Source) else ""


def field_words(change: FieldChange) -> str:
    """A field before and after, in one line."""
    return f"{change.field}: {_value(change.before)} → {_value(change.after)}"


def _value(value: Any) -> str:
    """A value of a record in one line."""
    if value is None:
        return "–"
    if isinstance(value, dict):
        shown = ", ".join(f"{k} {_value(v)}" for k, v in value.items() if v not in (None, [], {}))
    elif isinstance(value, list):
        shown = ", ".join(map(_value, value))
    else:
        shown = f"{value:g}" if isinstance(value, float) else str(value)
    shown = " ".join(shown.split())
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def _shift_lines(made: Compared, shift: ScenarioShift, width: int) -> Iterator[str]:
    title = _title(made, shift.scenario)
    yield fold(f"{shift.scenario}: {title} ({shift.movement_bits:.3f} bits)", width)
    if shift.stated:
        yield f"  stated   {_step(shift.stated)}"
    yield f"  implied  {_step(shift.implied)}"
    if outcome := _outcome(shift):
        yield f"  outcome  {outcome}"
    closing = {"prior": shift.prior, **_closing(shift)}
    yield from change_lines(shift.lines, closing, made.after, width)


def _closing(shift: ScenarioShift) -> dict[str, float]:
    return {"time": shift.time, "rivals": shift.rivals, "bound": shift.bound}


def _outcome(shift: ScenarioShift) -> str:
    return (shift.outcome or "").replace("-", " ")


def _title(made: Compared, id: str) -> str:
    owner = made.after if id in made.after.scenarios else made.before
    return printable(owner.scenarios[id].title)


def _step(shift: Shift | None) -> str:
    if shift is None:
        return "–"
    before, after = (percent(p) if p is not None else "–" for p in (shift.from_, shift.to))
    if shift.from_ is None or shift.to is None:
        return f"{before} → {after}"
    change = points(shift.from_, shift.to)
    return f"{after}, unchanged" if change == "0" else f"{before} → {after}, {change} points"


def _because(shift: ScenarioShift) -> str:
    """The rows that made a shift, largest first, in one cell."""
    rows = change_rows(shift.lines, {"prior": shift.prior, **_closing(shift)})
    told = [f"{row.line or row.why.partition(':')[0]} {signed(row.decibans)} dB" for row in rows]
    return "; ".join(told[:-1])
