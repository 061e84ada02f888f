"""The review for those who decide: two sheets in plain words, and what there is to decide."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from msgspec.structs import replace

from scenarios.analysis.review.due import DueEntry
from scenarios.analysis.review.moves import Cause, Effect
from scenarios.analysis.review.outcomes import ResolvedScenario, occurred_first
from scenarios.analysis.review.review import Brief, Decision, Review, Watched
from scenarios.analysis.review.status import StatusRow, largest_first
from scenarios.analysis.review.story import Because, Story
from scenarios.model import Database
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, left, p, right
from scenarios.render.document import Flat, Item, Span, plain
from scenarios.render.documents.review import causes, sections, sentences
from scenarios.render.documents.review.causes import Sentence, analyst_name, short
from scenarios.render.pictures import overview
from scenarios.render.text import long_day, short_day
from scenarios.text import counted
from scenarios.values import first_day

_SENTENCES, _SOURCES = 7, 3
MOST, _WATCHED, _SPREADS, _LATE, _DUE = 12, 4, 3, 2, 4
"""Entries of each list; the rest is counted."""
_DRAWN, _ROOM = 20, 900
"""Questions that moved and are drawn, and pixels of the picture on the first sheet."""
_BELOW = 30
"""Questions that moved and stand in a table below the picture, where that has no room for them."""
_CAUSES, _EFFECTS, _ALL = 6, 4, 10**6
_FOLLOWING = ("time", "overlap", "rivals", "given", "restated")
"""Causes that are no event; that a figure is held at its limit is none for these readers."""


def document(
    brief: Brief, database: Database, picture: doc.Chart | None = None, *, every: bool = False
) -> doc.Document:
    """The brief: outcomes, where things stand, what is to be decided, and why.

    The `picture` stands where else a table does; with `every` nothing is left out.
    """
    words = (doc.Item(text, lead=f"{name}:") for name, text in _MEANINGS.items())
    return (
        doc.Heading(1, title(brief)),
        lead(brief.story, database),
        *(_waiting(brief) if picture else ()),
        *cells.notice(brief.tracker.notice),
        *_standing(brief, database, picture, every=every),
        *to_decide(brief.decisions, brief.scenarios, database, every=every),
        *_moved(brief.story, database, every=every),
        *_watched(brief, database, every=every),
        *sections.differing(brief.spreads, database, _ALL if every else _SPREADS),
        *_due(brief, database, every=every),
        *(doc.section("What the words mean", words, anchor="words") if picture else ()),
    )


def on_page(
    brief: Brief, review: Review, database: Database, *, every: bool = False
) -> doc.Document:
    """The brief with a picture of the questions for which a page has room."""
    picture = overview(review, database, *((None, None) if every else (_DRAWN, MOST, _ROOM)))
    return document(brief, database, picture, every=every)


def title(brief: Brief) -> str:
    """`China–Russia alignment: week to 28 February 2022`."""
    return f"{brief.tracker.title}: {sentences.period(brief.since, brief.as_of)}"


def in_words(story: Story, database: Database) -> list[tuple[doc.Span, ...]]:
    """At most seven: the lead of the review with the next moves."""
    return sentences.lead(story, database, _SENTENCES)


def in_short(story: Story, database: Database) -> str:
    return plain(sentences.joined(in_words(story, database)))


def lead(story: Story, database: Database) -> doc.Paragraph:
    """The first clause of the news, which a page sets in large letters, and the rest."""
    nothing = f"Nothing was asked by {long_day(story.as_of)}."
    first, *others = in_words(story, database) or [(nothing,)]
    end = first.index(".") + 1 if "." in first else len(first)
    rest = first[end:]
    rest = (rest[0].lstrip(), *rest[1:]) if rest and isinstance(rest[0], str) else rest
    text = sentences.joined(filter(any, [rest, *others]))
    return doc.Paragraph(first[:end], (text,) if text else (), tone="lead")


def _waiting(brief: Brief) -> Iterator[doc.Paragraph]:
    """Yield the way past the picture to what is to be decided."""
    if brief.decisions:
        matters = counted(len(brief.decisions), "matter")
        yield doc.Paragraph((doc.Jump(f"{matters} to decide", TO_DECIDE), "."))


_Line = StatusRow | ResolvedScenario


def _standing(
    brief: Brief, database: Database, picture: doc.Chart | None, *, every: bool
) -> Iterator[doc.Block]:
    """Yield the decided questions, those that moved, and others, as many as there is room for."""
    rows = largest_first(brief.scenarios)
    moved, still = ([row for row in rows if _has_moved(row) is did] for did in (True, False))
    decided = occurred_first(brief.story.resolved)
    most, below = _ALL if every else MOST, 0
    if picture:
        most = max(0, len(picture.drawing.rows) - len(decided))
        below = _ALL if every else _BELOW
    shown = still[: max(0, most - len(moved))]
    groups: list[tuple[str, Sequence[_Line], str]] = [
        ("Decided", decided, ""),
        ("Moved", moved[:most], ""),
        ("Did not move", shown, ""),
    ]
    named = [group for group in groups if group[1]]
    if not named:
        return
    if len(named) == 1 and not decided:
        named = [("", named[0][1], "")]
    more = [*moved[most:], *still[len(shown) :]]
    note = f"{counted(len(more), 'more open question')}." if more and not picture else ""
    table = cells.grouped(named, _columns(database), note=note)
    yield doc.Heading(2, "Where it stands", anchor="board", asks="words")
    yield doc.Chart(picture.label, picture.drawing, table) if picture else table
    if less := moved[most:][:below]:
        note = (
            f"{len(more) - len(less)} more moved less or not at all." if more[len(less) :] else ""
        )
        yield cells.table(less, _columns(database), caption="Moved less", note=note)


def _columns(database: Database) -> Iterator[Cell[_Line]]:
    yield left("question", least=24), lambda line: _title(line, database)
    yield right("we say", "stated_from_to"), lambda line: _step(line, *_four(line)[:2])
    yield right("evidence", "implied_from_to"), lambda line: _step(line, *_four(line)[2:])
    yield from cells.before_and_after(_four, only="csv")


def _title(line: _Line, database: Database) -> doc.Text:
    if isinstance(line, StatusRow):
        return cells.title(line)
    end = f": {cells.outcome_words(line.outcome)} {short_day(line.date)}"
    return cells.scenario(line.scenario, database), end


def _four(line: _Line) -> cells.Four:
    if isinstance(line, StatusRow):
        return cells.four(line)
    stated, implied = sentences.last_figures(line)
    return None, stated, None, implied


def _step(line: _Line, before: float | None, after: float | None) -> doc.Text:
    path = line.withheld if isinstance(line, StatusRow) else None
    return cells.unless_withheld(path, cells.step(before, after))


def _has_moved(row: StatusRow) -> bool:
    stated_before, stated, implied_before, implied = cells.four(row)
    return cells.has_moved(stated_before, stated) or cells.has_moved(implied_before, implied)


def _moved(story: Story, database: Database, *, every: bool) -> Iterator[doc.Flat]:
    """Yield each event with the questions of which it changed the evidence, then what follows."""
    rows = []
    for cause in sorted(story.causes, key=lambda cause: cause.kind in _FOLLOWING):
        effects = [part for part in cause.effects if cells.has_moved(part.from_, part.to)]
        if effects and cause.kind != "bound":
            under = _effects(effects, database, every=every)
            rows.append(doc.Item(_cause(cause, story, database), (under,)))
    shown = rows if every else rows[:_CAUSES]
    if more := len(rows) - len(shown):
        shown.append(doc.Item(f"{more} more moved the evidence less."))
    yield from doc.section("What moved the evidence", shown, anchor="moved", asks="words")


def _cause(cause: Cause, story: Story, database: Database) -> doc.Text:
    day = _day(cause, story, database)
    sources = [database.evidence[id].source for id in cause.evidence]
    by = dict.fromkeys(cells.source(source, database) for source in sources if source)
    parts = cells.listed([*([causes.day_words(day, story)] if day else []), *list(by)[:_SOURCES]])
    about = (" (", *parts, ")") if day or by else ()
    if cause.kind == "event":
        first = cause.evidence[0]
        more = f" and {len(cause.evidence) - 1} more" if cause.evidence[1:] else ""
        return (
            doc.Link(causes.short(first, database), database.evidence[first].url, first),
            more,
            *about,
        )
    if cause.kind == "given" and cause.subjects:
        return "Depends on ", *cells.titles(cause.subjects, database), *about
    same = Because(kind=cause.kind, subjects=cause.subjects, evidence=cause.evidence)
    label = causes.cause_label(same, cause.effects[0].scenario, story, database)
    label = label[:1].upper() + label[1:]
    if cause.kind == "outcome" and cause.evidence:
        return doc.Link(label, database.evidence[cause.evidence[0]].url, cause.evidence[0]), *about
    return label, *about


def _day(cause: Cause, story: Story, database: Database) -> date | None:
    """The day on which it happened, if that is known to the day."""
    if cause.kind == "outcome":
        return next((end.date for end in story.outcomes if cause.subjects[0] in end.occurred), None)
    days = [database.evidence[id].observed for id in cause.evidence[:1]]
    return next((first_day(day) for day in days if first_day(day).isoformat() == day), None)


def _effects(effects: Sequence[Effect], database: Database, *, every: bool) -> doc.Item:
    shown = effects if every else effects[:_EFFECTS]
    parts: list[doc.Span] = []
    for place, part in enumerate(shown):
        title = cells.scenario(part.scenario, database)
        parts += ["; " if place else "", title, " ", *cells.step(part.from_, part.to)]
    if more := len(effects) - len(shown):
        parts.append(f"; {more} more")
    return doc.Item(tuple(parts))


def _watched(brief: Brief, database: Database, *, every: bool) -> Iterator[doc.Flat]:
    first: dict[str, Watched] = {}
    for watched in brief.watch:
        if cells.has_moved(watched.implied, watched.if_seen):
            first.setdefault(watched.scenario, watched)
    shown = list(first.values())[: None if every else _WATCHED]
    rows = [_if_seen(watched, database) for watched in shown]
    if rows and (more := brief.unseen - len(rows)) > 0:
        rows.append(doc.Item(f"{more} more signs are watched for."))
    yield from doc.section("What would change our mind", rows, anchor="watch", asks="words")


def _if_seen(watched: Watched, database: Database) -> doc.Item:
    title = cells.quoted(cells.scenario(watched.scenario, database))
    figures = (" would go from ", p(watched.implied), " to ", p(watched.if_seen))
    sign = cells.indicator(f"{watched.scenario}/{watched.indicator}", database)
    due = f" (due by {short_day(watched.due)})" if watched.due else ""
    text = ("The evidence on ", *title, *figures, " if this is seen:")
    return doc.Item(text, (doc.Item((sign, due)),))


def _together(late: Sequence[DueEntry]) -> list[DueEntry]:
    """Late tasks, of which the reviews are one: one sitting asks about them all."""
    ids = tuple(id for entry in late if entry.what == "review" for id in entry.scenarios)
    first = next((entry for entry in late if entry.what == "review"), None)
    others = [entry for entry in late if entry is first or entry.what != "review"]
    return [replace(entry, scenarios=ids) if entry is first else entry for entry in others]


def _due(brief: Brief, database: Database, *, every: bool) -> Iterator[doc.Flat]:
    coming_up, late = brief.due.coming, _together(brief.due.late)
    most_late, most = (_ALL, _ALL) if every else (_LATE, _DUE)
    rows = [
        doc.Item(sections.due_task(entry, database), lead="late:") for entry in late[:most_late]
    ]
    rows += [
        doc.Item(sections.due_task(entry, database), lead=f"{short_day(entry.day)}:")
        for entry in coming_up[:most]
    ]
    if more := len(late[most_late:]):
        rows.append(doc.Item(f"{more} more late", lead="and"))
    if more := len(coming_up[most:]):
        rows.append(doc.Item(f"{more} more by {short_day(brief.due.until)}", lead="and"))
    return doc.section("What is due", rows, anchor="coming")


_MEANINGS = {
    "We say": "what our analysts give as the probability; of several, their mean.",
    "The evidence": "what follows from a first figure and from all that was recorded since, each "
    "item weighed by how well it tells the outcomes apart and how good its source is. Neither "
    "figure changes the other.",
    "What moved it": "the steps from the earlier figure to this one, one after another; the page "
    "of an event shows its day alone.",
    "If this is seen": "where the evidence would stand if a good source reported it today.",
    "Log-odds scale": "equal distances are equal factors of the odds: from 1% to 2% is as far as "
    "from 33% to 50%.",
}

_Phrase = Callable[[Sequence[str], Sequence[StatusRow], Database], Sentence]
TO_DECIDE = "decide"
_MOST = 5
"""Decisions that are listed, and subjects that each names."""
_NAMED = 3
_ANALYSTS = 3


def to_decide(
    decisions: Sequence[Decision],
    questions: Sequence[StatusRow],
    database: Database,
    *,
    every: bool = False,
) -> Iterator[Flat]:
    """Yield what waits for a judgement, the urgent first, each with who is asked.

    The `questions` are the open ones.
    """
    shown = decisions if every else decisions[:_MOST]
    rows = [
        Item(
            (*_PHRASES[row.rule](row.subjects, questions, database), *_by(row, database), "."),
            bullet=True,
        )
        for row in shown
    ]
    if more := len(decisions) - len(rows):
        rows.append(Item(f"{counted(more, 'matter')} more can wait."))
    yield from doc.section("To decide", rows, anchor=TO_DECIDE)


def _by(decision: Decision, database: Database) -> Sentence:
    """` (ann and bo)`; the number of more than three."""
    names = [analyst_name(id, database) for id in decision.analysts]
    if not names:
        return ()
    if len(names) > _ANALYSTS:
        return (f" ({len(names)} analysts)",)
    return (f" ({' and '.join(filter(None, (', '.join(names[:-1]), names[-1])))})",)


def _titles(ids: Sequence[str], database: Database) -> tuple[Span, ...]:
    return cells.titles(ids, database, _NAMED)


def _gap(ids: Sequence[str], questions: Sequence[StatusRow], database: Database) -> Sentence:
    rows = {row.id: row for row in questions}
    parts: list[Span] = ["Follow the evidence, or say why not: "]
    for place, id in enumerate(ids[:_NAMED]):
        _, stated, _, implied = cells.four(rows[id])
        title = cells.quoted(cells.scenario(id, database))
        parts += ["; " if place else "", *title, ", we say ", p(stated), ", it says ", p(implied)]
    more = len(ids) - _NAMED
    return *parts, f"; and {more} more" if more > 0 else ""


def _forecast(ids: Sequence[str], questions: Sequence[StatusRow], database: Database) -> Sentence:
    live = len(questions)
    if len(ids) == live > _NAMED:
        return (f"Forecast all {live} open questions again",)
    return "Forecast again: ", *_titles(ids, database)


def _seen(keys: Sequence[str], _questions: Sequence[StatusRow], database: Database) -> Sentence:
    signs = cells.listed((cells.indicator(key, database) for key in keys[:_NAMED]), "; ")
    more = len(keys) - _NAMED
    return "Say whether it was seen: ", *signs, f"; and {more} more" if more > 0 else ""


def _items(ids: Sequence[str], _questions: Sequence[StatusRow], database: Database) -> Sentence:
    named = (short(id, database) for id in ids[:_NAMED])
    more = len(ids) - _NAMED
    end = f"; and {more} more" if more > 0 else ""
    return "Judge what it means: ", *cells.listed(named, "; "), end


def _sets(ids: Sequence[str], _questions: Sequence[StatusRow], database: Database) -> Sentence:
    names = (database.tracker.sets.get(id, id) for id in ids[:_NAMED])
    return "Make the figures add up to 100%: ", *cells.listed(names, "; ")


def _of(before: str) -> _Phrase:
    return lambda ids, _, database: (before, *_titles(ids, database))


_PHRASES: Mapping[str, _Phrase] = {
    "overdue": _of("Say how it ended, whose day is past: "),
    "unexplained-move": _of("Say why we moved: "),
    "gap": _gap,
    "not-reviewed": _forecast,
    "one-origin": _of("Find a second witness for the move of "),
    "weak-line": _of("Find a better witness for the move of "),
    "sum-not-one": _sets,
    "implies-broken": _of("Make it no more probable than what follows from it: "),
    "past-due": _seen,
    "unrated": _items,
}
