"""Sections of a review about its news: what happened, why we moved, what to decide and to watch."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from scenarios.analysis.period.period import Spread
from scenarios.analysis.review.causes import ChangeCause
from scenarios.analysis.review.deadlines import Due
from scenarios.analysis.review.decisions import Chore, PendingDecision
from scenarios.analysis.review.outcomes import JointOutcome, NewsEvent
from scenarios.analysis.review.signs import Sign
from scenarios.analysis.review.story import ScenarioStory, Story
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.document import Flat, Item, Span
from scenarios.render.documents.review import causes, sections, sentences
from scenarios.render.documents.review import reasons as why_moved
from scenarios.render.documents.review.causes import Sentence, analyst_name, day_words, name
from scenarios.render.documents.review.context import ReviewContext
from scenarios.scales import has_moved, percent, percents
from scenarios.text import counted


class SectionLimits(NamedTuple):
    """Most events, rows under them, reasons and their words, and decisions; None for all."""

    events: int | None = 6
    rows: int | None = 14
    reasons: int | None = 8
    words: int = 30
    decisions: int | None = 5
    differing: int | None = 3
    command: str = ": scen report --all"


IN_FULL = SectionLimits(None, None, None, 400, None, None)
_BESIDE = 1 / 3
"""A further event is named in a row from this share of the decibans of the first."""


def headline(of: ReviewContext, command: str = "") -> Iterator[doc.Block]:
    """Yield the headline and the bullets; where the newest record is old, the command too."""
    first, *bullets = sentences.lead(of)
    yield doc.Paragraph(first, tone="" if command else "lead")
    rows = tuple(Item(bullet, bullet=True) for bullet in bullets)
    if rows:
        yield doc.Items(rows)
    if command and of.story.state == "empty":
        yield doc.Paragraph("scen new asks the first question.")
    if command and of.story.is_stale:
        yield doc.Paragraph(f"The last week with news: {command} --as-of {of.story.newest}")


def front(of: ReviewContext, title: doc.Text) -> Iterator[doc.Block]:
    """Yield the head of a page: its title, the headline as its heading, and the bullets."""
    first, *bullets = sentences.lead(of)
    yield doc.Paragraph(title, tone="kicker")
    yield doc.Heading(1, first)
    if bullets:
        yield doc.Items(tuple(Item(bullet, bullet=True) for bullet in bullets))


def happened(of: ReviewContext, limits: SectionLimits) -> Iterator[doc.Block]:
    """Yield each event once, with the questions that it decided, and those that stand under it."""
    groups = [*_groups(of)]
    blocks: list[doc.Block] = []
    left = limits.rows
    for head, rows in groups[: limits.events]:
        shown = rows[:left]
        left = None if left is None else left - len(shown)
        blocks += [head, doc.Items(tuple(shown))] if shown else []
    every = sum(len(rows) for _, rows in groups)
    number = sum(len(block.rows) for block in blocks if isinstance(block, doc.Items))
    if more := every - number:
        blocks.append(doc.Paragraph(f"{counted(more, 'more question')} moved{limits.command}"))
    if blocks:
        yield doc.Heading(2, "What happened", anchor="moved")
        yield from blocks


class EventGroup(NamedTuple):
    """An event with the outcomes that it brought and the moves that stand under it.

    The moves that no event made have None.
    """

    event: NewsEvent | None
    ends: list[JointOutcome]
    moves: list[ScenarioStory]

    @property
    def counts(self) -> str:
        """`one decided, nine moved`."""
        counts = (("decided", len(self.ends)), ("moved", len(self.moves)))
        return ", ".join(f"{causes.number_words(n)} {did}" for did, n in counts if n)


def event_groups(of: ReviewContext) -> Iterator[EventGroup]:
    """Yield the events under which something stands, and what no event moved."""
    story = of.story
    tellers = [move for move in story.moved if move.teller == move.scenario]
    for event in story.events:
        ends = [end for end in story.outcomes if not {*event.decided}.isdisjoint(ids_of(end))]
        moves = [move for move in tellers if move.event == event.key]
        if ends or moves:
            yield EventGroup(event, ends, moves)
    if alone := [move for move in tellers if move.event is None]:
        yield EventGroup(None, [], alone)


def event_day(event: NewsEvent, story: Story) -> str:
    """`24 February`, `February` or `2021`."""
    return causes.observed_words(event.day, story).partition(" ")[2]


def event_title(of: ReviewContext, event: NewsEvent) -> Span:
    """The first item of an event, as sentences tell it."""
    return causes.item_link(event.items[0], of.database) if event.items else "Outcome known"


def _groups(of: ReviewContext) -> Iterator[tuple[doc.Heading, list[Item]]]:
    for group in event_groups(of):
        rows = [*(_decided(of, end) for end in group.ends)]
        rows += [_moved(of, move) for move in group.moves]
        if group.event is None:
            yield doc.Heading(3, "Without a new event"), rows
        else:
            title = event_title(of, group.event)
            text = (f"{event_day(group.event, of.story)}: ", title)
            yield doc.Heading(3, text, (group.counts,)), rows


def ids_of(end: JointOutcome) -> tuple[str, ...]:
    return *end.occurred, *end.did_not_occur, *end.annulled


def _decided(of: ReviewContext, end: JointOutcome) -> Item:
    entry = next(e for e in of.story.resolved if e.scenario == ids_of(end)[0])
    how = cells.outcome_words(entry.outcome)
    day = f"{'by' if entry.outcome == 'did-not-occur' else 'on'} {day_words(entry.date, of.story)}"
    text = f": {how} {day}; {sentences.outcome_words(of, entry)}"
    others = sentences.rivals_words(of, end)
    return Item(
        (name(entry.scenario, of.database, first=True), text), (Item(others),) if others else ()
    )


def _moved(of: ReviewContext, move: ScenarioStory) -> Item:
    under = [sentences.others_words(of, move), _further(of, move)]
    if not (move.stated and move.stated.is_own):
        under += [without_analyst(of, move)]
    row = (name(move.scenario, of.database, first=True), ": ", *sentences.row_words(of, move))
    return Item(row, tuple(map(Item, filter(None, under))))


def further_events(of: ReviewContext, move: ScenarioStory) -> list[ChangeCause]:
    """At most two events beside its own that moved the evidence of a question."""
    if not has_moved(move.implied.from_, move.implied.to):
        return []
    by = [cause for cause in move.implied.causes if cause.kind == "event"]
    event = of.story.event(move.event)
    own = {*(event.items if event else ())}
    largest = max((abs(cause.decibans) for cause in move.implied.causes), default=0.0)
    more = (cause for cause in by if own.isdisjoint(cause.subjects))
    return [cause for cause in more if abs(cause.decibans) >= largest * _BESIDE][:2]


def _further(of: ReviewContext, move: ScenarioStory) -> Sentence:
    """`also: Germany stops the certification`: further events that moved its evidence."""
    more = further_events(of, move)
    links = [causes.item_link(cause.subjects[0], of.database) for cause in more]
    return ("also: ", *cells.listed(links, "; ")) if links else ()


def without_analyst(of: ReviewContext, move: ScenarioStory) -> Sentence:
    """The steps of a figure that no analyst moved, else the cause of the evidence's move."""
    steps = move.stated.steps if move.stated else ()
    has_cause = move.event is None and has_moved(move.implied.from_, move.implied.to)
    if steps or not has_cause or not move.implied.because:
        return tuple(why_moved.steps_words(of, steps))
    return causes.cause_words(move.implied.because[0], of.database)


def reasons(of: ReviewContext, limits: SectionLimits) -> Iterator[Flat]:
    """Yield why we moved, by question: the reason first, then the steps and what they cite."""
    rows = []
    for move in of.story.moves:
        stated = move.stated
        is_told = move.teller == move.scenario or (stated and stated.reason)
        if stated and is_told and any(step.analyst for step in stated.steps):
            first, *under = why_moved.reason_words(of, move, limits.words)
            title = name(move.scenario, of.database, first=True)
            rows.append(Item((title, ": ", *first), tuple(map(Item, under))))
    shown = rows[: limits.reasons]
    if more := len(rows) - len(shown):
        shown.append(Item(f"and {more} more{limits.command}"))
    yield from doc.section("Why we moved", shown, anchor="reasons")


def causes_in_full(of: ReviewContext) -> Iterator[Flat]:
    """Yield every cause of the evidence of each question, with its decibans."""
    blocks: list[Flat] = []
    for move in of.story.moves:
        rows = [
            Item(_dated(of, cause), lead=doc.Figure(cause.decibans, "dB"))
            for cause in move.implied.causes
        ]
        if rows:
            step = cells.step(move.implied.from_, move.implied.to)
            blocks.append(
                doc.Heading(3, (name(move.scenario, of.database, first=True), ": ", *step))
            )
            blocks.append(doc.Items(tuple(rows)))
    if blocks:
        yield doc.Heading(2, "What moved the evidence", anchor="causes")
        yield from blocks


def _dated(of: ReviewContext, cause: ChangeCause) -> Sentence:
    on = f" ({cause.day})" if cause.day else ""
    return *causes.cause_words(cause, of.database), on


def decide(
    of: ReviewContext, decisions: Sequence[PendingDecision], limits: SectionLimits
) -> Iterator[Flat]:
    """Yield what waits for a judgement, with its owners and the day of the next review."""
    rows = []
    for pending in decisions[: limits.decisions]:
        who = ", ".join(analyst_name(id, of.database) for id in pending.analysts)
        due = f"{who}{', ' if who else ''}by {day_words(pending.day, of.story)}"
        rows.append(Item((*_decision(of, pending), f" ({due})"), bullet=True))
    if more := len(decisions) - len(rows):
        rows.append(Item(f"{counted(more, 'more matter')}{limits.command}"))
    yield from doc.section("Decide", rows or [Item("Nothing this week.")], anchor="decide")


def _decision(of: ReviewContext, pending: PendingDecision) -> Sentence:
    if pending.kind == "proposals":
        more = f" and {counted(pending.count - 1, 'more proposal')}" if pending.count > 1 else ""
        return (f"Accept or dismiss {pending.subject}{more}",)
    if pending.kind == "sum":
        question = of.database.tracker.sets.get(pending.subject, pending.subject)
        return (f"{question}: the figures do not sum to 100%",)
    title, stated = name(pending.subject, of.database, first=True), pending.stated
    if pending.kind == "overdue":
        horizon = of.database.scenarios[pending.subject].horizon
        return title, f": its day, {day_words(horizon, of.story)}, is past. How did it end?"
    keep = f". Keep {percent(stated)}?" if stated is not None else ""
    spread = pending.spread
    if spread:
        ends = (
            (spread.high_analyst, spread.high, spread.high_date),
            (spread.low_analyst, spread.low, spread.low_date),
        )
        return title, f": {', '.join(analyst_figure(of, *end) for end in ends)}{keep}"
    assert stated is not None  # noqa: S101 - a gap has both
    assert pending.implied is not None  # noqa: S101
    ours, theirs = percents(stated, pending.implied)
    return title, f": we say {ours}, the evidence {theirs}. Keep {ours}?"


def analyst_figure(of: ReviewContext, who: str, figure: float, day: date) -> str:
    """`Freight 40% (22 July)`: the day of a figure that is older than a review."""
    old = (of.story.as_of - day).days > of.database.tracker.review_every_days
    on = f" ({day_words(day, of.story)})" if old else ""
    return f"{analyst_name(who, of.database)} {percent(figure)}{on}"


def do(of: ReviewContext, chores: Sequence[Chore], command: str = "") -> Iterator[Flat]:
    """Yield all else that waits, one count for each person."""
    parts = []
    for chore in chores:
        who = analyst_name(chore.analyst, of.database) if chore.analyst else "not assigned"
        forecasts = ""
        if chore.forecasts and chore.last:
            oldest = f"the oldest last made on {day_words(chore.last, of.story)}"
            forecasts = f" ({counted(chore.forecasts, 'forecast')}, {oldest})"
        parts.append(f"{who} {chore.count}{forecasts}")
    if parts:
        text = f"Chores: {', '.join(parts)}.{f' {command}' * bool(command)}"
        yield from doc.section("Do", [Item(text)], anchor="needs")


def watch(
    of: ReviewContext, due: Due, signs: Sequence[Sign] = (), most: int | None = None
) -> Iterator[Flat]:
    """Yield what comes, whether each sign is seen by its day, and what would change our mind.

    Of at most so many; then without reviews, which `do` counts for each person.
    """
    coming = [entry for entry in due.coming if most is None or entry.what != "review"]
    rows = []
    for entry in coming[:most]:
        words: Sentence = sections.due_task(entry, of.database)
        if entry.what == "indicator":
            words = "whether ", cells.indicator(entry.id, of.database), " is seen"
        rows.append(Item(words, lead=f"by {day_words(entry.day, of.story)}:"))
    if more := len(coming) - len(rows):
        rows.append(Item(f"and {more} more: scen due"))
    yield from doc.section("What to watch", rows, anchor="coming")
    would = []
    for sign in signs:
        was, now = percents(sign.implied, sign.if_seen)
        statement = cells.indicator(f"{sign.scenario}/{sign.indicator}", of.database)
        would.append(
            Item((statement, ": ", name(sign.member, of.database), f", evidence {was} → {now}"))
        )
    yield from doc.section("What would change our mind", would, anchor="watch", asks="words")


def changed_afterwards(of: ReviewContext, commit: str, *, every: bool) -> Iterator[Flat]:
    """Yield what was changed since a commit: one sentence, and at most 12 rows."""
    story = of.story
    rows = [Item(row, bullet=True) for row in causes.restated_rows(story, of.database, every=every)]
    if story.changed_since and story.reported:
        number = len(story.changed_since)
        is_not = "question is" if number == 1 else "questions are"
        rev = f"scen report --as-of {story.as_of} --rev {story.reported[:7]}"
        day = day_words(story.as_of, story)
        rows.append(Item(f"{number} {is_not} not as reported on {day}: {rev}"))
    if rows:
        number = len(
            {(change.kind, change.record) for row in story.restated for change in row.because}
        )
        since = f"{day_words(story.since, story)}{f' ({commit[:7]})' * bool(commit)}"
        lead = f"{counted(number, 'record')} changed since, after {since}."
        yield from doc.section(
            "What was changed afterwards", rows, under=(lead,), anchor="restated"
        )


_FEWEST_POINTS, _FEWEST_DB = 0.1, 3.0
"""Points or decibans from which analysts differ."""


def differing(
    of: ReviewContext, spreads: Sequence[Spread], limits: SectionLimits
) -> Iterator[Flat]:
    """Yield where analysts differ, each end with its reason; old figures have their day."""
    rows = []
    for row in spreads:
        if row.high - row.low < _FEWEST_POINTS and row.spread_decibans < _FEWEST_DB:
            continue
        under = []
        for who, end, day in (
            (row.low_analyst, row.low, row.low_date),
            (row.high_analyst, row.high, row.high_date),
        ):
            why = causes.shortened(row.rationales.get(who), limits.words)
            quote = f": “{why}”" if why else ""
            under.append(Item(f"{analyst_figure(of, who, end, day)}{quote}"))
        rows.append(
            Item(
                (name(row.scenario, of.database, first=True), f" ({row.analysts} analysts)"),
                tuple(under),
            )
        )
    shown = rows[: limits.differing]
    if more := len(rows) - len(shown):
        shown.append(Item(f"and on {counted(more, 'more question')}{limits.command}"))
    yield from doc.section("Where analysts differ", shown, anchor="spreads")
