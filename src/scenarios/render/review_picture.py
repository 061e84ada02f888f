"""The picture of a review: what moved by event, and where the rest stands."""

import math
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from scenarios.analysis.forecasts import current_forecasts
from scenarios.analysis.period.period import Window
from scenarios.analysis.period.recent import (
    PastRanges,
    RecentFigures,
    first_shown,
    recent_figures,
)
from scenarios.analysis.review.outcomes import JointOutcome
from scenarios.analysis.review.review import Review
from scenarios.analysis.review.status import StatusRow, largest_first
from scenarios.analysis.review.story import ScenarioStory
from scenarios.model import ScenarioId
from scenarios.render import cells
from scenarios.render.cells import left, right
from scenarios.render.document import Chart, Span, Text, plain
from scenarios.render.documents.review import news, sentences
from scenarios.render.documents.review.causes import day_words, item_link, name, number_words
from scenarios.render.documents.review.context import ReviewContext, context_of
from scenarios.render.documents.review.news import EventGroup, event_groups
from scenarios.render.overview import Overview, OverviewGroup, OverviewRow
from scenarios.render.quantity_rows import quantity_row
from scenarios.render.text import long_day, short_day, term
from scenarios.scales import has_moved, percent, percents
from scenarios.text import counted
from scenarios.values import first_day

DRAWN, MAILED = 20, 8
"""Questions that moved and are drawn on a page and in a mail, and all that are if few moved."""
_FEW = 4
"""Questions that moved, from which on the others stand in a sentence."""
_NAMED = 30
"""Questions that are named in a sentence."""
_WORDS = 24
"""Most words of a reason in a row."""
_DAY = 10
"""Letters of a date that is known to the day."""


def overview(window: Window, review: Review) -> list[tuple[str, Chart]]:
    """The picture of all that is open, under a title; none where nothing is."""
    picture = review_picture(window, review, most=None)
    return [(f"Open scenarios on {long_day(window.as_of)}", picture)] if picture else []


def review_picture(
    window: Window,
    review: Review,
    known: PastRanges | None = None,
    *,
    most: int | None = DRAWN,
) -> Chart | None:
    """Questions that were decided, moved or are new, under their events; None if there are none.

    At most `most` are drawn, the largest moves first; the others, and what did not move, are named.
    `known` are points of the evidence that were computed before.
    """
    of = context_of(review.story, window.database, review.scenarios)
    every = [*event_groups(of)]
    groups, left_over = _cut(of, every, most)
    still, new = _still(of, review), [id for id in review.story.opened if id in of.rows]
    number = sum(len(group.ends) + len(group.moves) for group in every)
    shown = still[: 0 if number >= _FEW else None if most is None else max(0, most - number)]
    ids = [news.ids_of(end)[0] for group in groups for end in group.ends]
    ids += [move.scenario for group in groups for move in group.moves]
    ids += [row.id for row in shown] + new
    ids = [id for id in dict.fromkeys(ids) if id in window.views]
    moved = sentences.quantity_news(of)
    resting = [r for r in of.rows.values() if r.quantity and not r.outcome and r not in moved]
    if not ids and not still and not moved and not resting:
        return None
    figures = recent_figures(window, ids, known)
    first = first_shown(window, [*ids, *(row.id for row in moved)])
    counts = {group.event: group.counts for group in every}
    rows = [_group(of, group, figures, counts[group.event]) for group in groups]
    if measured := tuple(quantity_row(of, row, window, first) for row in moved[:most]):
        ended, title = sum(row.outcome is not None for row in moved), "How much, and by when"
        parts = ((ended, "decided"), (len(moved) - ended, "moved"))
        has = ", ".join(f"{number_words(number)} {word}" for number, word in parts if number)
        rows.append(OverviewGroup(when="", title=title, counts=has, day=None, rows=measured))
    if new:
        opened = tuple(_row(of, of.rows[id], figures) for id in new[:most])
        rows.append(OverviewGroup(when="", title="New questions", counts="", day=None, rows=opened))
    if shown:
        rows.append(
            OverviewGroup(
                when="",
                title="Where the rest stands" if number else "Where it stands",
                counts=_last_said(of, shown),
                day=None,
                rows=tuple(replace(_row(of, row, figures), is_still=True) for row in shown),
            )
        )
    data = Overview(
        first=first,
        since=window.since,
        as_of=window.as_of,
        groups=tuple(rows),
        folded=tuple(_folded(of, left_over, [*still[len(shown) :], *resting])),
    )
    columns = (
        (left("question"), lambda row: row.title),
        (right("we say"), lambda row: " → ".join(filter(None, row.figures))),
        (left("evidence"), lambda row: row.range),
    )
    return Chart(sentences.in_short(of), data, cells.table(data.rows, columns))


_HEAD, _LONG = 0.5, 80
"""Rows for which the heading of an event has room, and letters of a title that need one more."""


def _cut(
    of: ReviewContext, groups: Sequence[EventGroup], most: int | None
) -> tuple[list[EventGroup], EventGroup]:
    """The events for which there is room, and the outcomes and moves that are left over.

    An outcome or a move is a row, a long title another; at most `most` rows have room.
    """
    cut, room = list[EventGroup](), math.inf if most is None else float(most)
    ends, moves = list[JointOutcome](), list[ScenarioStory]()

    def has_room(id: ScenarioId) -> bool:
        nonlocal room
        room -= 2 if len(plain(name(id, of.database))) > _LONG else 1
        return room >= 0

    for group in groups:
        room -= _HEAD
        outcomes = [end for end in group.ends if has_room(news.ids_of(end)[0])]
        drawn = [move for move in group.moves if has_room(move.scenario)]
        ends += [end for end in group.ends if end not in outcomes]
        moves += [move for move in group.moves if move not in drawn]
        if outcomes or drawn:
            cut.append(group._replace(ends=outcomes, moves=drawn))
    return cut, EventGroup(None, ends, moves)


def _still(of: ReviewContext, review: Review) -> list[StatusRow]:
    """The open questions that did not move, from high to low; of a set the likeliest answer."""
    story = of.story
    gone = {*story.opened, *(move.scenario for move in story.moved)}
    sets = {of.database.scenarios[id].set for id in gone} - {None}
    units: dict[str, StatusRow] = {}
    for row in largest_first(review.scenarios):
        if row.outcome or row.implied is None or row.id in gone or row.set in sets:
            continue
        unit, first = row.set or f"/{row.id}", units.get(row.set or f"/{row.id}")
        if first is None or _figure(row) > _figure(first):
            units[unit] = row
    return sorted(units.values(), key=lambda row: (-_figure(row), row.id))


def _figure(row: StatusRow) -> float:
    figure = row.stated or row.implied
    return figure.probability if figure else 0.0


def _group(
    of: ReviewContext, group: EventGroup, figures: Mapping[ScenarioId, RecentFigures], counts: str
) -> OverviewGroup:
    event, rows = group.event, [_decided(of, end, figures) for end in group.ends]
    rows += [_moved(of, move, figures) for move in group.moves]
    if event is None:
        return OverviewGroup(
            when="", title="Without a new event", counts=counts, day=None, rows=tuple(rows)
        )
    when = news.event_day(event, of.story)
    return OverviewGroup(
        when=when[:1].upper() + when[1:],
        title=news.event_title(of, event),
        counts=counts,
        day=first_day(event.day) if len(event.day) == _DAY else None,
        rows=tuple(rows),
    )


def _moved(
    of: ReviewContext, move: ScenarioStory, figures: Mapping[ScenarioId, RecentFigures]
) -> OverviewRow:
    row, database = of.rows[move.scenario], of.database
    more = news.further_events(of, move)
    items = [cause.subjects[0] for cause in more]
    days = [first_day(database.evidence[id].observed) for id in items]
    return replace(
        _row(of, row, figures),
        why=_why(of, move),
        also=tuple(
            (f"{day_words(day, of.story)}: ", item_link(id, database))
            for day, id in zip(days, items, strict=True)
        ),
        days=tuple(days),
    )


def _why(of: ReviewContext, move: ScenarioStory) -> Text:
    """Why a question moved, unless the bullets say it, and what its set and evidence did."""
    parts: list[Span] = []
    stated, bullets = move.stated, [plain(bullet) for bullet in sentences.lead(of)[1:]]
    if stated and stated.is_own:
        reason = sentences.quoted_reason(of, stated, _WORDS)
        if not (stated.reason and any(reason in bullet for bullet in bullets)):
            parts.append(f"{reason[:1].upper()}{reason[1:]}{'' if stated.reason else '.'}")
        if not has_moved(move.implied.from_, move.implied.to):
            parts.append(f"{' ' * bool(parts)}The evidence did not move.")
    elif words := news.without_analyst(of, move):
        first = words[0]
        head = f"{first[:1].upper()}{first[1:]}" if isinstance(first, str) else first
        parts += [head, *words[1:], "."]
    if others := sentences.others_words(of, move):
        parts += [" " * bool(parts), *others, "."]
    return tuple(parts)


def _row(
    of: ReviewContext, row: StatusRow, figures: Mapping[ScenarioId, RecentFigures]
) -> OverviewRow:
    """A question with its figures at both dates, in words and in the plot."""
    before, now, implied_before, implied = cells.four(row)
    recent, language = figures.get(row.id), of.database.tracker.estimative_language
    own = current_forecasts(of.database, row.id, of.story.as_of)
    is_stated = now is not None
    pair = (before, now) if is_stated else (implied_before, implied)
    words = sentences.evidence_words(row)
    if not is_stated:
        words = (f"evidence alone ({sentences.range_words(row)})",) if words else ()
    return OverviewRow(
        title=name(row.id, of.database, first=True),
        name=plain(name(row.id, of.database, first=True)),
        about=f"by {short_day(row.horizon)}" if row.horizon else "",
        stated=recent.stated if recent else (),
        evidence=recent.evidence if recent else (),
        before=before,
        now=now,
        figures=_pair(*pair),
        word=term(now, language) if now is not None else "",
        range=words,
        others=tuple(f.probability for f in own.values()) if len(own) > 1 else (),
    )


def _pair(before: float | None, now: float | None) -> tuple[str, str]:
    if now is None:
        return "", "–"
    if before is None or not has_moved(before, now):
        return "", percent(now)
    return percents(before, now)


def _decided(
    of: ReviewContext, end: JointOutcome, figures: Mapping[ScenarioId, RecentFigures]
) -> OverviewRow:
    id = news.ids_of(end)[0]
    entry = next(entry for entry in of.story.resolved if entry.scenario == id)
    recent = figures.get(id)
    last = recent.evidence[-1] if recent and recent.evidence else None
    said, _, evidence = sentences.outcome_words(of, entry).partition("; ")
    band = f" ({sentences.span_words(last.low, last.high)})" if last else ""
    how = cells.outcome_words(entry.outcome)
    by = "by " if entry.outcome == "did-not-occur" else ""
    return OverviewRow(
        title=name(id, of.database, first=True),
        name=plain(name(id, of.database, first=True)),
        why=sentences.rivals_words(of, end),
        stated=recent.stated if recent else (),
        evidence=recent.evidence if recent else (),
        before=entry.stated,
        figures=("", f"{how[:1].upper()}{how[1:]} {by}{entry.date.day} {entry.date:%b}"),
        word=said,
        range=f"{evidence}{band}",
        outcome=entry.outcome,
        ended=entry.date,
    )


def _last_said(of: ReviewContext, rows: Sequence[StatusRow]) -> str:
    """`last said on 19 September`, or between which days."""
    forecasts = (current_forecasts(of.database, row.id, of.story.as_of).values() for row in rows)
    days = sorted(max(f.date for f in own) for own in forecasts if own)
    if not days:
        return cells.NO_FORECAST
    first, last = (day_words(day, of.story) for day in (days[0], days[-1]))
    return f"last said on {last}" if first == last else f"last said between {first} and {last}"


def _folded(
    of: ReviewContext, left_over: EventGroup, still: Sequence[StatusRow]
) -> Iterator[tuple[str, Text]]:
    """Yield what else was decided, what moved less, and what did not move, as sentences."""
    for title, ids in (
        ("Decided too", [news.ids_of(end)[0] for end in left_over.ends]),
        ("Moved less", [move.scenario for move in left_over.moves]),
        ("Did not move", [row.id for row in still]),
    ):
        parts: list[Span] = []
        for id in ids[:_NAMED]:
            parts += [" · " * bool(parts), name(id, of.database), ": ", *_in_short(of, id)]
        if more := len(ids) - len(ids[:_NAMED]):
            parts.append(f" · {counted(more, 'more question')}")
        if parts:
            yield title, tuple(parts)


def _in_short(of: ReviewContext, id: ScenarioId) -> Sequence[Span]:
    """How a question came out, or its figure, from what."""
    for entry in of.story.resolved:
        if entry.scenario == id:
            return (cells.outcome_words(entry.outcome),)
    if of.rows[id].quantity:
        return (plain(cells.stated(of.rows[id])),)
    before, now, implied_before, implied = cells.four(of.rows[id])
    return cells.step(*((before, now) if now is not None else (implied_before, implied)))
