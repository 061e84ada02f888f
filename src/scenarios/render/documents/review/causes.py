"""Words for causes, for items and days, and for what was changed afterwards."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from scenarios.analysis.evidence.knowledge import resolution
from scenarios.analysis.ledger.ledger_changes import Shift
from scenarios.analysis.period.probability_shifts import ScenarioShift
from scenarios.analysis.review.causes import ChangeCause
from scenarios.analysis.review.restated import Amendment, RestatedFigures, by_record
from scenarios.analysis.review.steps import StatedStep
from scenarios.analysis.review.story import Story
from scenarios.model import Analyst, Database, EvidenceId, ScenarioId, SetId
from scenarios.render import cells, quantity_cells
from scenarios.render.cells import one_line, p
from scenarios.render.document import Figure, Link, Ref, Span, plain
from scenarios.scales import TOLERANCE, has_moved, percent, percents
from scenarios.text import counted
from scenarios.values import first_day, indicator_key

Sentence = tuple[Span, ...]
_LINES = 10
"""Scenarios of which a correction says what they are now."""
_DAY, _MONTH = 3, 2
"""Parts of a date that is known to the day, and to the month."""


def name(id: ScenarioId, database: Database, *, first: bool = False) -> Ref:
    """A scenario as sentences name it, by its `short`, else by its title; `first` in a line."""
    known = database.scenarios.get(id)
    text = one_line(known.short or known.title) if known else id
    return Ref(id, "scenario", text[:1].upper() + text[1:] if first and known else text)


def short(id: EvidenceId, database: Database) -> str:
    """An item as sentences tell it: its `short`, else the first clause of its summary."""
    known = database.evidence.get(id)
    if known is None:
        return id
    return one_line(known.short) or one_line(known.summary).partition("; ")[0]


def item_link(id: EvidenceId, database: Database) -> Link:
    """An item as sentences tell it, which leads to its address."""
    return Link(short(id, database), database.evidence[id].url, id)


def quantity_reason(
    id: ScenarioId, story: Story, database: Database, most: int, *, named: bool
) -> str:
    """`“Nine months point up.” East desk`: our latest reason of the window; empty without one."""
    analyst, why = quantity_cells.reason(database, id, story.since, story.as_of)
    who = f" {analyst_name(analyst, database)}" if named else ""
    return f"“{shortened(why, most)}”{who}" if why and most else ""


def because_of_items(id: ScenarioId, story: Story, database: Database) -> Sentence:
    """`, by Customs give 180.4 billion`; nothing where no new item moved the evidence."""
    spans: list[Span] = []
    for item in quantity_cells.moved_by(database, id, story.since, story.as_of)[:2]:
        spans += [", and " if spans else ", by ", item_link(item, database)]
    return tuple(spans)


def observed_words(observed: str, story: Story) -> str:
    """`on 24 February`, `in February` or `in 2021`."""
    parts, day = observed.split("-"), first_day(observed)
    if len(parts) == _DAY:
        return f"on {day_words(day, story)}"
    year = f" {day.year}" if day.year != story.as_of.year else ""
    return f"in {day:%B}{year}" if len(parts) == _MONTH else f"in {day.year}"


def cause_words(cause: ChangeCause, database: Database) -> Sentence:
    """A cause in a few words: the item, the outcome, the linked question, or what was absent."""
    first = cause.subjects[0] if cause.subjects else ""
    more = (f" and {len(cause.subjects) - 1} more",) if len(cause.subjects) > 1 else ()
    if cause.kind == "event":
        return item_link(first, database), *more
    if cause.kind == "retraction":
        return item_link(first, database), *more, ", retracted"
    if cause.kind == "outcome":
        end = resolution(database, first)
        how = f" {cells.outcome_words(end.outcome)}" if end else " was decided"
        return name(first, database), how
    if cause.kind == "given":
        by = cause_words(cause.by, database) if cause.by else ()
        return *((*by, ", ") if by else ()), "through ", name(first, database)
    if cause.kind == "absence":
        owner, key = indicator_key(first)
        sign = database.scenarios[owner].indicators[key]
        due = f" by {sign.due.day} {sign.due:%B}" if sign.due else ""
        return f"not seen{due}: {one_line(sign.statement)}", *more
    by_day = {"time": "time passed without it", "age": "older evidence counts less"}
    return (by_day.get(cause.kind, "held within 0.1% and 99.9%"),)


def analyst_name(id: Analyst | None, database: Database) -> str:
    return database.tracker.analyst_name(id)


def shortened(reason: str | None, most: int) -> str:
    """A reason of up to `most` words as a sentence, else its first sentence or clause, and `…`."""
    text = one_line(reason)
    words = list(re.finditer(r"\S+", text))
    if len(words) <= most:
        return f"{text}." if words and text[-1] not in ".!?…”\"'" else text
    head = text[: words[most - 1].end()]
    ends = [match.start() for match in re.finditer(r"[.;:,](?=\s|$)", head)]
    firm = [end for end in ends if head[end] in ".;:"]
    cut = head[: (firm or ends or [len(head)])[0]]
    return f"{cut} …"


_ROWS = 12
"""Changed records of which there is a row."""


def restated(story: Story, database: Database) -> Sentence:
    """`The starting chance of a pact was raised from 8% to 15%`; the number of several."""
    changes = by_record(story.restated)
    if len(changes) > 1:
        return (f"{len(changes)} past records were changed",)
    first, *words = amendment(changes[0][0], database)
    return first[:1].upper() + first[1:] if isinstance(first, str) else first, *words


def restated_rows(story: Story, database: Database, *, every: bool) -> Iterator[Sentence]:
    """Yield each record that was changed afterwards, by whom, and what the figures then are."""
    changes, named = by_record(story.restated), set[ScenarioId]()
    for change, rows in changes if every else changes[:_ROWS]:
        fresh = [row for row in rows if row.scenario not in named][:1]
        named |= {row.scenario for row in fresh}
        instead = (span for row in fresh for span in _instead(row, story, database))
        yield (*amendment(change, database), *by_whom(change, story), *instead)
    if more := 0 if every else len(changes[_ROWS:]):
        yield (f"{counted(more, 'more record')}: scen audit",)


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
    of = (name(change.record, database),)
    if keys[0] == "indicators":
        return f"the indicator {change.record}/{keys[1]} was changed", *_step(change)
    if keys[0] == "question":
        return "the question of ", *of, " was reworded"
    if keys[0] == "resolution_criteria":
        return "the criteria of ", *of, " were reworded"
    what = "starting chance" if change.field == "prior.probability" else keys[0]
    return f"the {what} of ", *of, " was ", *_way(change)


def _item(change: Amendment, keys: list[str], database: Database) -> Sentence:
    of = cells.quoted(cells.item(change.record, database))
    if keys[0] != "ratings":
        return f"the {keys[0]} of ", *of, " was ", *_way(change)
    about = (" for ", name(keys[1], database)) if keys[1:] else ()
    return "the rating of ", *of, *about, " was ", *_way(change)


def _forecast(change: Amendment, keys: list[str], database: Database) -> Sentence:
    if not keys[1:]:
        return ()
    sheet = database.sheets[change.record]
    who, of = analyst_name(sheet.analyst, database), (name(keys[1], database),)
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
    """` (Ann, 26 November, 3f2a9c1)`, or that it is not committed."""
    if change.commit is None or change.day is None:
        return (" (not committed)",)
    return (f" ({change.author}, {day_words(change.day, story)}, {change.commit[:7]})",)


def _instead(row: RestatedFigures, story: Story, database: Database) -> Sentence:
    """With today's files the figures of the start of the window; in its end those said then."""
    parts: list[Span] = []
    for who, shift in (("we", row.stated), ("the evidence", row.implied)):
        if shift and shift.from_ is not None and shift.to is not None and has_changed(shift):
            then, now = percents(shift.from_, shift.to)
            parts.append(f"{', ' if parts else ''}{who} at {now}, not {then}")
    on = f". With today’s files, on {day_words(story.since, story)}, "
    return (on, name(row.scenario, database), ": ", *parts) if parts else ()


def has_changed(shift: Shift) -> bool:
    """True if two figures are shown differently."""
    if shift.from_ is None or shift.to is None:
        return shift.from_ != shift.to
    return has_moved(shift.from_, shift.to)


_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def number_words(number: int) -> str:
    """A number in words up to ten."""
    return _NUMBERS[number] if number < len(_NUMBERS) else f"{number}"


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
    if shift.from_ is None or shift.to is None:
        return " → ".join("none" if p is None else percent(p) for p in (shift.from_, shift.to))
    return " → ".join(percents(shift.from_, shift.to))


def without_analyst(step: StatedStep, story: Story, database: Database) -> str:
    """A change of the team's figure that no analyst made."""
    day = day_words(step.date, story)
    if step.cause in ("expiry", "withdrawal"):
        who = " and ".join(analyst_name(subject, database) for subject in step.subjects)
        return (
            f"{who} withdrew a forecast on {day}"
            if step.cause == "withdrawal"
            else f"the forecast of {who} ended on {day}"
        )
    titles = ", ".join(plain(name(id, database)) for id in step.subjects[:2])
    if step.cause == "outcome":
        return f"{titles} was decided on {day}"
    if step.cause == "record":
        return f"analysts weigh by how they did on {titles}, {day}"
    by_rule = {
        "extremize": f"by the tracker’s rule for a team, {day}",
        "recency": f"older forecasts count less, by {day}",
    }
    return by_rule.get(step.cause or "", f"with its set, {day}")
