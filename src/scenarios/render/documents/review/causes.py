"""Words for the causes of a move: a part of a sentence, and a label for a caption."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scenarios.analysis.review.outcomes import outcome_of
from scenarios.analysis.review.story import Because, Story
from scenarios.model import Analyst, Database, ScenarioId
from scenarios.render import cells
from scenarios.render.cells import one_line
from scenarios.render.document import Link
from scenarios.render.documents.review.afterwards import Sentence, amendment, was
from scenarios.values import indicator_key


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


def _elsewhere(cause: Because, _id: ScenarioId, story: Story, database: Database) -> Sentence:
    """Words for a question of the same set, or one on which it depends, and what moved that."""
    if not cause.subjects or cause.subjects[0] not in database.scenarios:
        return ()
    link = ", on which it depends," if cause.kind == "given" else " of the same set"
    other = cause.subjects[0]
    by = cause_words(cause.by, other, story, database) if cause.by else ()
    between = (" ",) if by else ()
    title = cells.quoted(cells.scenario(other, database))
    return "because ", *title, f"{link} moved", *between, *by


def _overlap(cause: Because, _id: ScenarioId, _story: Story, database: Database) -> Sentence:
    by, head = cause.by, "because older evidence on the same theme counts for "
    if by is None or not by.evidence:
        return (head + ("more" if by and by.kind == "retraction" else "less"),)
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
    "given": _elsewhere,
    "rivals": _elsewhere,
    "overlap": _overlap,
    "restated": _restated,
    "joined": _people,
    "withdrawal": _people,
    "expiry": _people,
}
_WORDS = {
    "rivals": "because the others of its set changed",
    "normalisation": "as others of its set were forecast anew",
    "given": "because a question moved on which it depends",
    "time": "as time passed without it",
    "bound": "at the limit of what can be implied, 0.1% and 99.9%",
    "restated": "because a record was changed afterwards",
}


def _items(ids: Sequence[str], database: Database) -> Sentence:
    more = (f" and {len(ids) - 1} more",) if len(ids) > 1 else ()
    item = Link(short(ids[0], database), database.evidence[ids[0]].url)
    return *cells.quoted(item), *more


def _decided(
    cause: Because, id: ScenarioId, story: Story, database: Database
) -> tuple[ScenarioId, str]:
    """The outcome on which a scenario depends, else the first, and how it came out."""
    given = database.scenarios[id].prior.given
    first = next((other for other in cause.subjects if other in given), cause.subjects[0])
    return first, outcome_of(first, story.outcomes) or "was decided"


def cause_label(cause: Because, id: ScenarioId, story: Story, database: Database) -> str:
    """A cause in a few words."""
    if cause.kind == "outcome":
        first, how = _decided(cause, id, story, database)
        return f"{one_line(database.scenarios[first].title)} {how}"
    if cause.by and cause.kind != "overlap":
        return cause_label(cause.by, id, story, database)
    if cause.kind == "absence":
        owner, name = indicator_key(cause.subjects[0])
        return f"not seen: {one_line(database.scenarios[owner].indicators[name].statement)}"
    if items := cause.evidence or (cause.subjects if cause.kind == "retraction" else ()):
        more = f" and {len(items) - 1} more" if len(items) > 1 else ""
        return ("" if cause.evidence else "retracted: ") + short(items[0], database) + more
    return _LABELS[cause.kind]


_LABELS = {
    "given": "the question that it depends on",
    "rivals": "the others of its set",
    "normalisation": "the others of its set",
    "time": "time passed without it",
    "overlap": "less weight for older evidence on the same theme",
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
    """The name of an analyst."""
    return database.tracker.analysts.get(id or "", id or "")
