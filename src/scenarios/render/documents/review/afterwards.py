"""Words for what was changed afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from scenarios.analysis.history.probability_shifts import ScenarioShift
from scenarios.analysis.ledger.ledger_changes import Shift
from scenarios.analysis.review.restated import Amendment, Restated, by_record
from scenarios.analysis.review.story import Story
from scenarios.model import Database, SetId
from scenarios.render import cells
from scenarios.render.cells import p
from scenarios.render.document import Figure, Span
from scenarios.scales import TOLERANCE, percent, printed
from scenarios.text import counted

Sentence = tuple[Span, ...]
_LINES = 10
"""Scenarios of which a correction says what they are now."""
_NAMED = 2
"""Changes that are named; the rest is counted."""


def restated(story: Story, database: Database) -> Iterator[Sentence]:
    """Yield what was changed afterwards, and what would have been said."""
    changes = by_record(story.restated)
    told: set[str] = set()
    for change, rows in changes[:_NAMED]:
        words = (*amendment(change, database), *by_whom(change, story))
        fresh = [row for row in rows if row.scenario not in told][:1]
        told |= {row.scenario for row in fresh}
        instead = (span for row in fresh for span in _instead(row, story, database))
        yield ("Changed afterwards: ", *words, ".", *instead)
    if more := len(changes[_NAMED:]):
        yield (f"{counted(more, 'more record')} {was(more)} changed afterwards: scen audit.",)


def amendment(change: Amendment, database: Database) -> Sentence:
    """`the prior of “A pact” was raised from 30% to 50%`."""
    if not change.field:
        return "“", change.record, "” was taken out"
    words = {"scenario": _question, "evidence": _item, "forecasts": _forecast}.get(change.kind)
    if text := words and words(change, change.field.split("."), database):
        return text
    what = "the conventions were" if change.kind == "tracker" else f"{change.record} was"
    return f"{what} changed (", change.field.replace("_", " "), *_step(change), ")"


def _question(change: Amendment, keys: list[str], database: Database) -> Sentence:
    of = cells.quoted(cells.scenario(change.record, database))
    if keys[0] == "indicators":
        return f"the indicator {change.record}/{keys[1]} was changed", *_step(change)
    if keys[0] == "question":
        return "the question of ", *of, " was reworded"
    if keys[0] == "resolution_criteria":
        return "the criteria of ", *of, " were reworded"
    return f"the {keys[0]} of ", *of, " was ", *_way(change)


def _item(change: Amendment, keys: list[str], database: Database) -> Sentence:
    of = cells.quoted(cells.item(change.record, database))
    if keys[0] != "ratings":
        return f"the {keys[0]} of ", *of, " was ", *_way(change)
    about = (" for ", *cells.quoted(cells.scenario(keys[1], database))) if keys[1:] else ()
    return "the rating of ", *of, *about, " was ", *_way(change)


def _forecast(change: Amendment, keys: list[str], database: Database) -> Sentence:
    if not keys[1:]:
        return ()
    sheet = database.sheets[change.record]
    who = database.tracker.analysts.get(sheet.analyst, sheet.analyst)
    of = cells.quoted(cells.scenario(keys[1], database))
    return f"the forecast of {who} of {sheet.date} for ", *of, " was ", *_way(change)


def _way(change: Amendment) -> Sentence:
    numbers = isinstance(change.before, float | int) and isinstance(change.after, float | int)
    word = "changed"
    if numbers and change.kind in ("scenario", "forecasts"):
        word = "raised" if change.after > change.before else "lowered"
    return word, *_step(change)


def _step(change: Amendment) -> Sentence:
    """` from 30% to 50%`; nothing of a value that has no short form."""
    before, after = _value(change, change.before), _value(change, change.after)
    if before is None or after is None:
        return ()
    return " from ", before, " to ", after


def _value(change: Amendment, value: object) -> Span | None:
    if value is None:
        return "none"
    is_chance = change.field.startswith(("prior.probability", "probabilities."))
    if isinstance(value, float | int) and is_chance:
        return p(float(value))
    if isinstance(value, float | int):
        return Figure(float(value), "ratio")
    return value if isinstance(value, str) else None


def by_whom(change: Amendment, story: Story) -> Sentence:
    """` on 26 November (ann, 3f2a9c1)`, or that it is not committed."""
    if change.commit is None or change.day is None:
        return (" (not committed)",)
    return (f" on {day_words(change.day, story)} ({change.author}, {change.commit[:7]})",)


def _instead(row: Restated, story: Story, database: Database) -> Sentence:
    """What would have been said, where that differs as it is printed."""
    then = f"On {day_words(story.since, story)}"
    title = cells.quoted(cells.scenario(row.scenario, database))
    parts: list[Sentence] = []
    for who, shift in (("we would have said ", row.stated), ("the evidence said ", row.implied)):
        if shift and None not in (shift.from_, shift.to) and has_changed(shift):
            parts.append((who, p(shift.to), ", not ", p(shift.from_)))
    ends = [*parts[:1], *(("; ", *part) for part in parts[1:])]
    return (f" {then}, of ", *title, ", ", *(s for part in ends for s in part), ".") if ends else ()


def has_changed(shift: Shift) -> bool:
    """True if two figures are printed differently."""
    if shift.from_ is None or shift.to is None:
        return shift.from_ != shift.to
    return printed(shift.from_) != printed(shift.to)


def was(number: int) -> str:
    """`was`, or `were` of several."""
    return "was" if number == 1 else "were"


def day_words(day: date, story: Story) -> str:
    """`24 February`, with the year where it is another than that of the review."""
    return f"{day.day} {day:%B}" + (f" {day.year}" if day.year != story.as_of.year else "")


def correction_lines(shifts: Iterable[ScenarioShift], sums: Mapping[SetId, float]) -> Iterator[str]:
    """Yield what a correction made of figures, and what the priors of a set now sum to."""
    both = [shift for shift in shifts if None not in (shift.implied.from_, shift.implied.to)]
    shown = [(shift, shifted(shift.stated, shift.implied)) for shift in both]
    lines = [f"{shift.scenario}: {words}" for shift, words in shown if words]
    yield from lines[:_LINES]
    if more := len(lines[_LINES:]):
        yield f"and {more} more"
    for set_id, total in sums.items():
        off = "" if abs(total - 1) <= TOLERANCE else ", not to 1"
        yield f"the priors of {set_id} sum to {total:.3f}{off}"


def shifted(stated: Shift | None, implied: Shift | None) -> str:
    """`stated 30% → 40%, implied 76% → 90.9%`, of the figures that are printed differently."""
    shifts = (("stated", stated), ("implied", implied))
    return ", ".join(f"{name} {_arrow(s)}" for name, s in shifts if s and has_changed(s))


def _arrow(shift: Shift) -> str:
    return " → ".join("none" if p is None else percent(p) for p in (shift.from_, shift.to))
