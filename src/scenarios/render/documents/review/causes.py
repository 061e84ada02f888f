"""Words for the causes of a move, and for what was changed afterwards."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from scenarios.analysis.ledger.ledger_changes import Shift
from scenarios.analysis.period.probability_shifts import ScenarioShift
from scenarios.analysis.review.moves import Amendment, Restated
from scenarios.analysis.review.outcomes import outcome_of
from scenarios.analysis.review.restated import by_record
from scenarios.analysis.review.story import Because, Story
from scenarios.model import Analyst, Database, ScenarioId, SetId
from scenarios.render import cells
from scenarios.render.cells import one_line, p
from scenarios.render.document import Figure, Link, Span
from scenarios.scales import TOLERANCE, percent, printed
from scenarios.text import counted
from scenarios.values import indicator_key

Sentence = tuple[Span, ...]
_LINES = 10
"""Scenarios of which a correction says what they are now."""
_NAMED = 2
"""Changes that are named; the rest is counted."""


def cause_words(cause: Because, id: ScenarioId, story: Story, database: Database) -> Sentence:
    """`because of “…”`, `because “…” occurred`, `as time passed without it`."""
    words = _PHRASES.get(cause.kind)
    return (words and words(cause, id, story, database)) or (_WORDS.get(cause.kind, ""),)


def _event(cause: Because, _id: ScenarioId, _story: Story, database: Database) -> Sentence:
    return "because of ", *_items(cause.evidence, database)


def _retraction(cause: Because, _id: ScenarioId, _story: Story, database: Database) -> Sentence:
    return "because ", *_items(cause.subjects, database), f" {was(len(cause.subjects))} retracted"


def _outcome(cause: Because, id: ScenarioId, story: Story, database: Database) -> Sentence:
    first, how = _decided(cause, id, story, database)
    return "because ", *cells.quoted(cells.scenario(first, database)), f" {how}"


def _absence(cause: Because, _id: ScenarioId, _story: Story, database: Database) -> Sentence:
    sign = cells.quoted(cells.indicator(cause.subjects[0], database))
    return "because ", *sign, " was due and absent"


def _given(cause: Because, _id: ScenarioId, story: Story, database: Database) -> Sentence:
    if not cause.subjects or cause.by is None:
        return ()
    other, way = cause.subjects[0], "raised" if (cause.by.decibans or 0.0) > 0 else "lowered"
    title = cells.quoted(cells.scenario(other, database))
    by = cause_words(cause.by, other, story, database)
    return *by, f", which {way} ", *title, ", on which it depends"


def _overlap(cause: Because, _id: ScenarioId, _story: Story, database: Database) -> Sentence:
    by, head = cause.by, "because older evidence on the same theme counts for "
    if by is None or not by.evidence:
        return (head + _weight(cause),)
    return f"{head}less beside ", *_items(by.evidence, database)


def _restated(cause: Because, _id: ScenarioId, _story: Story, database: Database) -> Sentence:
    return ("because ", *amendment(cause.changes[0], database)) if cause.changes else ()


def _people(cause: Because, _id: ScenarioId, _story: Story, database: Database) -> Sentence:
    who = " and ".join(analyst_name(subject, database) for subject in cause.subjects)
    verb = {"joined": f"{who} joined", "withdrawal": f"{who} withdrew"}
    return (f"as {verb.get(cause.kind, f'the forecast of {who} expired')}",)


_PHRASES: dict[str, Callable[[Because, ScenarioId, Story, Database], Sentence]] = {
    "event": _event,
    "retraction": _retraction,
    "outcome": _outcome,
    "absence": _absence,
    "given": _given,
    "overlap": _overlap,
    "restated": _restated,
    "extremize": _restated,
    "joined": _people,
    "withdrawal": _people,
    "expiry": _people,
}
_WORDS = {
    "rivals": "because the others of its set changed",
    "normalisation": "as others of its set were forecast anew",
    "extremize": "because team.extremize applies from two analysts on",
    "given": "because a question moved on which it depends",
    "time": "as time passed without it",
    "bound": "at the limit of what can be implied, 0.1% and 99.9%",
    "restated": "because a record was changed afterwards",
}


def _items(ids: Sequence[str], database: Database) -> Sentence:
    more = (f" and {len(ids) - 1} more",) if len(ids) > 1 else ()
    item = Link(short(ids[0], database), database.evidence[ids[0]].url, ids[0])
    return *cells.quoted(item), *more


def _decided(
    cause: Because, id: ScenarioId, story: Story, database: Database
) -> tuple[ScenarioId, str]:
    """The outcome on which a scenario depends, else the first, and how it came out."""
    given = database.scenarios[id].prior.given
    first = next((other for other in cause.subjects if other in given), cause.subjects[0])
    return first, outcome_of(first, story.outcomes) or "was decided"


def cause_label(cause: Because, id: ScenarioId, story: Story, database: Database) -> str:
    if cause.kind == "outcome":
        first, how = _decided(cause, id, story, database)
        return f"{one_line(database.scenarios[first].title)} {how}"
    if cause.by and cause.kind != "overlap":
        return cause_label(cause.by, id, story, database)
    if cause.kind == "absence":
        owner, name = indicator_key(cause.subjects[0])
        return f"absent: {one_line(database.scenarios[owner].indicators[name].statement)}"
    if items := cause.evidence or (cause.subjects if cause.kind == "retraction" else ()):
        more = f" and {len(items) - 1} more" if len(items) > 1 else ""
        return ("" if cause.evidence else "retracted: ") + short(items[0], database) + more
    if cause.kind == "overlap":
        return f"{_weight(cause)} weight for older evidence on the same theme"
    return LABELS[cause.kind]


def _weight(cause: Because) -> str:
    """`more` beside an item that was retracted, else `less`."""
    return "more" if cause.by and cause.by.kind == "retraction" else "less"


LABELS = {
    "overlap": "other weight for older evidence on the same theme",
    "given": "the question that it depends on",
    "rivals": "the others of its set",
    "normalisation": "the others of its set",
    "extremize": "team.extremize",
    "time": "time passed without it",
    "bound": "the limit of what can be implied",
    "restated": "changed afterwards",
    "joined": "another forecaster joined",
    "withdrawal": "a forecast was withdrawn",
    "expiry": "a forecast expired",
}


def short(id: str, database: Database) -> str:
    """The first clause of an item's summary."""
    known = database.evidence.get(id)
    return one_line(known.summary).partition("; ")[0] if known else id


def analyst_name(id: Analyst | None, database: Database) -> str:
    return database.tracker.analysts.get(id or "", id or "")


def restated(story: Story, database: Database, *, ids: bool = True) -> Iterator[Sentence]:
    """Yield what was changed afterwards, and what would have been said; commits by their `ids`."""
    changes = by_record(story.restated)
    named: set[str] = set()
    for change, rows in changes[:_NAMED]:
        words = (*amendment(change, database), *by_whom(change, story, ids=ids))
        fresh = [row for row in rows if row.scenario not in named][:1]
        named |= {row.scenario for row in fresh}
        instead = (span for row in fresh for span in _instead(row, story, database))
        yield ("Changed afterwards: ", *words, ".", *instead)
    if more := len(changes[_NAMED:]):
        audit = ": scen audit" if ids else ""
        yield (f"{counted(more, 'more record')} {was(more)} changed afterwards{audit}.",)


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


def by_whom(change: Amendment, story: Story, *, ids: bool = True) -> Sentence:
    """` on 26 November (ann, 3f2a9c1)`, or that it is not committed."""
    if change.commit is None or change.day is None:
        return (" (not committed)",)
    commit = f", {change.commit[:7]}" if ids else ""
    return (f" on {day_words(change.day, story)} ({change.author}{commit})",)


def _instead(row: Restated, story: Story, database: Database) -> Sentence:
    then = f"On {day_words(story.since, story)}"
    title = cells.quoted(cells.scenario(row.scenario, database))
    parts: list[Sentence] = []
    for who, shift in (
        ("we would have said ", row.stated),
        ("the evidence would have said ", row.implied),
    ):
        if shift and cells.has_moved(shift.from_, shift.to):
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
