"""Every sentence about a move: headline, bullets, rows of events, steps and reasons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from scenarios.analysis.period.period import ScenarioView
from scenarios.analysis.review.outcomes import JointOutcome, NewsEvent, ResolvedScenario
from scenarios.analysis.review.status import StatusRow
from scenarios.analysis.review.steps import StatedMove
from scenarios.analysis.review.story import NewsItem, ScenarioStory, Story
from scenarios.model import ScenarioId
from scenarios.render import cells, quantity_cells
from scenarios.render.cells import one_line, p
from scenarios.render.document import Span, Text, plain
from scenarios.render.documents.review import causes
from scenarios.render.documents.review.causes import (
    Sentence,
    analyst_name,
    cause_words,
    day_words,
    name,
    observed_words,
    shortened,
)
from scenarios.render.documents.review.context import ReviewContext
from scenarios.render.text import term
from scenarios.scales import HIGHEST, LOWEST, has_moved, percent, percents, printed
from scenarios.text import counted

_HEADLINE, _WORDS, _BULLETS, _REASON = 15, 75, 3, 15
"""Most words of a headline, words and bullets of a lead, and words of a reason in it."""
_LONGEST = 190
"""Most characters of a bullet: two lines of 100 columns, less the mark and a word that wraps."""
_WEEK = 7
_OTHERS = 4
"""Members of a set that are told beside the one that tells it."""


def lead(of: ReviewContext) -> list[Sentence]:
    """The headline of at most 15 words, and at most three bullets; together at most 75 words."""
    first, story = headline(of), of.story
    if story.withheld:
        first = _cut(f"Cannot be read: {', '.join(story.withheld)}; what moved is not known")
    for most in (_REASON, 12, 10, 8, 5, 0):
        every = (*_bullets(of, most), *_quantity_bullets(of, most))
        bullets = [bullet for bullet in every if len(plain(bullet)) <= _LONGEST]
        while bullets and number_of_words((first, *bullets[:_BULLETS])) > _WORDS and most == 0:
            bullets = bullets[:_BULLETS][:-1]
        if number_of_words((first, *bullets[:_BULLETS])) <= _WORDS:
            break
    return [first, *bullets[:_BULLETS]]


def in_short(of: ReviewContext) -> str:
    """The headline and the bullets in one line."""
    return ". ".join(plain(sentence).rstrip(".") for sentence in lead(of)) + "."


def number_of_words(sentences: Iterable[Sentence]) -> int:
    """Number of the words and figures of sentences."""
    return sum(len(_words(plain(sentence))) for sentence in sentences)


def _words(text: str) -> list[str]:
    return re.findall(r"\S*\w\S*", text)


def _cut(text: str, most: int = _HEADLINE) -> Sentence:
    """A text, cut behind a number of words."""
    words = list(re.finditer(r"\S*\w\S*", text))
    return (text,) if len(words) <= most else (f"{text[: words[most - 1].end()].rstrip(',;:')} …",)


def headline(of: ReviewContext) -> Sentence:
    """The news: what happened, with its day, then our judgement, then the evidence."""
    story = of.story
    first = next(iter(story.news), None)
    if first is None and (rows := quantity_news(of)):
        texts = quantity_cells.headlines(rows[0], plain(name(rows[0].id, of.database, first=True)))
        return next(((text,) for text in texts if len(_words(text)) <= _HEADLINE), _cut(texts[-1]))
    if text := _STATES.get(story.state):
        return (text,)
    if first is None:
        return _without_news(of)
    what, judged = _HEADLINES[first.kind](of, first)
    whats = [what, *([_decided(of, first)] if first.kind in ("surprise", "expected") else [])]
    judgements = [judged, judged.partition(", the evidence")[0]] if judged else []
    whole = [f"{text}; {words}" for words in judgements for text in whats]
    for text in (*whole, what):
        if len(_words(text)) <= _HEADLINE:
            return (text,)
    left = _HEADLINE - len(_words(judged))
    return _cut(what) if left < _HEADLINE // 2 else (f"{plain(_cut(what, left))}; {judged}",)


def quantity_news(of: ReviewContext) -> list[StatusRow]:
    """The quantities that ended or moved in the window."""
    return quantity_cells.news(of.rows.values(), of.database, of.story.since)


def _quantity_bullets(of: ReviewContext, most: int) -> Iterator[Sentence]:
    """Yield `Trade: 240 (229 to 253), from 236 · “Nine months …” East · evidence …, by ITEM`.

    Reason and items are left out where a line has no room; our figure where the headline has it.
    """
    for row in (rows := quantity_news(of)):
        stated, implied = (quantity_cells.interval(row, side) for side in ("stated", "implied"))
        items = causes.because_of_items(row.id, of.story, of.database)
        why = causes.quantity_reason(row.id, of.story, of.database, most, named=of.names_analysts)
        for text, own in ((why, items), (why, ()), ("", items), ("", ())):
            is_told = text and not of.story.news and row == rows[0]
            parts = (None if is_told else stated, text, f"evidence {implied}")
            line = (
                name(row.id, of.database, first=True),
                f": {' · '.join(filter(None, parts))}",
                *own,
            )
            if len(plain(line)) <= _LONGEST:
                break
        yield from () if row.outcome else (line,)


def _without_news(of: ReviewContext) -> Sentence:
    """That nothing was recorded or no figure moved, or the largest of the small moves."""
    story = of.story
    what = f"Nothing was recorded since {day_words(story.newest, story)}; " if story.newest else ""
    of_kind = " of a question with a yes or a no" * bool(of.database.quantities and not of.rows)
    text = f"{what}no figure{of_kind} moved{' a point' * bool(story.moved)}"
    for move in _small(story)[:1]:
        title, stated = plain(name(move.scenario, of.database)), move.stated
        before, after = (stated.from_, stated.to) if stated else (None, None)
        if not has_moved(before, after):
            title, before, after = f"the evidence on {title}", move.implied.from_, move.implied.to
        was, now = percents(before or 0.0, after or 0.0)
        text = f"{what}{title} went from {was} to {now}"
    return _cut(text[:1].upper() + text[1:])


def _small(story: Story) -> list[ScenarioStory]:
    """The moves of a point or more, where no news are told; a set once."""
    moves = (move for move in story.moved if move.teller == move.scenario)
    return [move for move in moves if not story.news and _points(move) >= _POINT]


_STATES = {
    "empty": "Nothing is asked yet",
    "unopened": "No question had opened",
    "resolved": "Every question is resolved",
}


def _of_outcome(of: ReviewContext, news: NewsItem) -> tuple[str, str]:
    entry = next(entry for entry in of.story.resolved if entry.scenario == news.scenario)
    event = next((event for event in of.story.events if news.scenario in event.decided), None)
    what = _decided(of, news)
    if entry.outcome == "annulled":
        return what, ""
    if event and event.items and entry.outcome == "occurred" and _is_one_answer(of, event):
        what = _happened(of, event)
    implied = percent(entry.implied)
    if entry.stated is None:
        return what, f"the evidence had said {implied}"
    return what, f"we had said {percent(entry.stated)}, the evidence {implied}"


def _is_one_answer(of: ReviewContext, event: NewsEvent) -> bool:
    """True if an event answered one question: of several, its own words would name none."""
    units = {of.database.scenarios[id].set or id for id in event.decided}
    return len(units) == 1


def _decided(of: ReviewContext, news: NewsItem) -> str:
    """The outcome of a question, with its day."""
    entry = next(entry for entry in of.story.resolved if entry.scenario == news.scenario)
    title = plain(name(entry.scenario, of.database, first=True))
    if entry.outcome == "annulled":
        return f"{title} was annulled"
    word = "by" if entry.outcome == "did-not-occur" else "on"
    return f"{title} {cells.outcome_words(entry.outcome)} {word} {day_words(entry.date, of.story)}"


def _happened(of: ReviewContext, event: NewsEvent) -> str:
    """`Russia invaded Ukraine on 24 February`; a summary stands behind its day."""
    text, item = causes.short(event.items[0], of.database), of.database.evidence[event.items[0]]
    on = observed_words(event.day, of.story)
    if item.short or len(_words(text)) < _SHORT:
        return f"{text} {on}"
    when = on.partition(" ")[2]
    return f"{when[:1].upper()}{when[1:]}: {text}"


_SHORT = 8
"""Words of a clause behind which its day is read."""


def _of_move(of: ReviewContext, news: NewsItem) -> tuple[str, str]:
    move, event = of.story.of(news.scenario or ""), of.story.event(news.event)
    assert move  # noqa: S101 - the news are about moves of the story
    judged = _judged(of, move)
    if event is None or not event.items:
        return judged[:1].upper() + judged[1:], ""
    return _happened(of, event), judged


def _judged(of: ReviewContext, move: ScenarioStory) -> str:
    """`a low above 40 is likely, 64%`; of the evidence, between which figures it went."""
    title, (before, after) = plain(name(move.scenario, of.database)), move.shown_figures
    if move.figure == "stated" and after is not None:
        return f"{title} is {_term(of, after)}, {percent(after)}"
    if before is None or after is None:
        return title
    was, now = percents(before, after)
    return f"the evidence on {title} went from {was} to {now}"


def _term(of: ReviewContext, figure: float) -> str:
    return term(figure, of.database.tracker.estimative_language)


def _of_restated(of: ReviewContext, _news: NewsItem) -> tuple[str, str]:
    return plain(causes.restated(of.story, of.database)), ""


def _of_opened(of: ReviewContext, news: NewsItem) -> tuple[str, str]:
    new = of.story.opened
    first = plain(name(news.scenario or "", of.database))
    return f"New question: {first}" if not new[1:] else f"{len(new)} questions are new", ""


def _of_first(of: ReviewContext, news: NewsItem) -> tuple[str, str]:
    first = next(each for each in of.story.first_forecasts if each.scenario == news.scenario)
    title = plain(name(first.scenario, of.database, first=True))
    return f"{title} was forecast for the first time: {percent(first.probability)}", ""


def _of_event(of: ReviewContext, news: NewsItem) -> tuple[str, str]:
    event = of.story.event(news.event)
    assert event  # noqa: S101 - the news are about events of the story
    moved = [move for move in of.story.moved if _points(move) >= _POINT]
    own = next((move for move in moved if move.event == event.key), None)
    if own is None:
        return _happened(of, event), "" if moved else "no figure moved a point"
    return _happened(of, event), _judged(of, own)


_POINT = 0.01


def _points(move: ScenarioStory) -> float:
    """The larger change of both figures, as they are shown."""
    sides = ((move.stated.from_, move.stated.to) if move.stated else (None, None),)
    pairs = (*sides, (move.implied.from_, move.implied.to))
    return max(abs(printed(b) - printed(a)) if b and a else 0.0 for b, a in pairs)


_HEADLINES = {
    "surprise": _of_outcome,
    "expected": _of_outcome,
    "restated": _of_restated,
    "move": _of_move,
    "opened": _of_opened,
    "first-forecast": _of_first,
    "event": _of_event,
}


def _bullets(of: ReviewContext, most: int) -> Iterator[Sentence]:
    """Yield a bullet for each piece of news, in their order, or else for each small move.

    Reasons have at most `most` words.
    """
    story = of.story
    yield from (bullet(of, move, most) for move in _small(story))
    for number, news in enumerate(story.news):
        if news.kind == "move":
            move = story.of(news.scenario or "")
            yield from [bullet(of, move, most)] if move else ()
        elif news.kind == "restated":
            yield from _of_restated_figure(of)
        elif news.kind == "event":
            event = story.event(news.event)
            moves = [story.of(id) for id in event.scenarios] if event else []
            moved = [move for move in moves if move and move.has_moved]
            yield from (bullet(of, move, most) for move in moved if move.teller == move.scenario)
        elif number and (news.kind != "opened" or story.news[number - 1].kind != "opened"):
            what, judged = _HEADLINES[news.kind](of, news)
            yield (f"{what}; {judged}" if judged else what,)


def _of_restated_figure(of: ReviewContext) -> Iterator[Sentence]:
    """Yield the figure of the first question whose past figures today's files change."""
    for row in of.story.restated[:1]:
        shown = of.rows.get(row.scenario)
        if not row.implied or row.implied.from_ is None or row.implied.to is None:
            continue
        if has_moved(row.implied.from_, row.implied.to):
            then, now = percents(row.implied.from_, row.implied.to)
            at = f"With today’s files the evidence stood at {now} on "
            on = f"{day_words(of.story.since, of.story)}, not {then}"
            ours = shown.stated.probability if shown and shown.stated else None
            says = () if ours is None else (f": {percent(ours)} · {_term(of, ours)}",)
            yield (
                name(row.scenario, of.database, first=True),
                *says,
                *evidence_range(of, row.scenario),
            )
            yield (f"{at}{on}; no event is behind it",)


def bullet(of: ReviewContext, move: ScenarioStory, most: int = _REASON) -> Sentence:
    """`A pact: 4% (from 20%) · almost no chance · “It is over.” Freight · evidence 2–9%`."""
    before, after = move.shown_figures
    title = name(move.scenario, of.database, first=True)
    if move.figure == "stated" and after is None:
        had = f", {percent(before)} before" if before is not None else ""
        return title, f": no current forecast{had}", *evidence_range(of, move.scenario)
    if move.figure == "implied" or after is None:
        stated, ours = move.stated, ""
        if stated and stated.to is not None:
            figure = _from(stated.from_, stated.to).removesuffix(", not moved")
            ours = f" · we say {figure}"
        step, causes_named = _from(move.implied.from_, move.implied.to), move.implied.because
        is_told = causes_named and has_moved(move.implied.from_, move.implied.to)
        because = (" · mostly: ", *cause_words(causes_named[0], of.database)) if is_told else ()
        return title, f": evidence {step}", *because, ours
    return (
        title,
        f": {_from(before, after)} · {_term(of, after)}",
        *_reason_part(of, move.stated, most),
        *evidence_range(of, move.scenario),
    )


def _from(before: float | None, after: float) -> str:
    """`40% (from 25%)`; `6%, not moved`."""
    if before is None:
        return percent(after)
    if not has_moved(before, after):
        return f"{percent(after)}, not moved"
    was, now = percents(before, after)
    return f"{now} (from {was})"


def _reason_part(of: ReviewContext, stated: StatedMove | None, most: int) -> Sentence:
    reason = quoted_reason(of, stated, most) if stated and most else ""
    return (f" · {reason}",) if reason else ()


def quoted_reason(of: ReviewContext, stated: StatedMove, most: int) -> str:
    """`“It is over.” Freight`; nothing where no analyst moved the figure."""
    if stated.reason is None:
        return "no reason given" if any(step.analyst for step in stated.steps) else ""
    who = f" {analyst_name(stated.reason.analyst, of.database)}" if of.names_analysts else ""
    return f"“{shortened(stated.reason.text, most)}”{who}"


def evidence_range(of: ReviewContext, id: ScenarioId) -> Sentence:
    """` · evidence 54% (38–69%)` or ` · evidence at most 0.5%`; its figure where no range is."""
    row = of.rows.get(id)
    if row is None or row.shown.probability is None:
        return ()
    figure, words = percent(row.shown.probability), range_words(row)
    return (f" · evidence {figure} ({words})" if "–" in words else f" · evidence {words}",)


def range_words(row: StatusRow) -> str:
    """`38–69%`, `at most 0.5%`, or the figure."""
    figure, _, low, high = row.shown
    assert figure is not None  # noqa: S101 - the caller has seen to it
    if low is None or high is None or percent(low) == percent(high):
        if figure in (LOWEST, HIGHEST):
            return f"at {'most' if figure == LOWEST else 'least'} {percent(figure)}"
        return percent(figure)
    return span_words(low, high)


def range_spans(row: StatusRow) -> Text:
    """`38%–69%` with its exact figures, or `at most 0.5%`; nothing where there is no range."""
    _, _, low, high = row.shown
    if low is not None and low <= LOWEST:
        return "at most ", p(high)
    return ("at least ", p(low)) if high is not None and high >= HIGHEST else cells.band(low, high)


def span_words(low: float, high: float) -> str:
    """`38–69%`, `at most 0.5%` or `at least 99%`."""
    if low <= LOWEST:
        return f"at most {percent(high)}"
    if high >= HIGHEST:
        return f"at least {percent(low)}"
    return f"{percent(low).removesuffix('%')}–{percent(high)}"


def evidence_words(row: StatusRow) -> Sentence:
    """`evidence 31% → 54% (38–69%)`; nothing where nothing is implied."""
    figure, before, low, _ = row.shown
    if figure is None:
        return ()
    band = (f" ({range_words(row)})",) if low is not None else ()
    return "evidence ", *cells.step(before, figure), *band


def row_words(of: ReviewContext, move: ScenarioStory) -> Sentence:
    """`25% → 40% · evidence 31% → 54% (38–69%)`: both figures of a question over the window."""
    stated, parts = move.stated, list[Span]()
    if stated and (stated.to is not None or stated.from_ is not None):
        parts += cells.step(stated.from_, stated.to) if stated.to is not None else ("–",)
        parts.append(" · ")
    row = of.rows.get(move.scenario)
    if row and row.shown.probability is None:
        return tuple(parts[:-1])
    parts += ["evidence ", *cells.step(move.implied.from_, move.implied.to)]
    if row and row.shown.low is not None:
        parts.append(f" ({range_words(row)})")
    return tuple(parts)


def others_words(of: ReviewContext, move: ScenarioStory) -> Sentence:
    """`Of its set: a pact at 4% (from 5%), rupture at 2%`: the members beside the one named."""
    if move.set is None or move.teller != move.scenario:
        return ()
    others = [other for other in of.story.moved if other.set == move.set and other != move]
    parts: list[Span] = []
    for other in others[:_OTHERS]:
        before, after = other.shown_figures
        if after is not None:
            parts += [", " if parts else "Of its set: ", name(other.scenario, of.database)]
            parts.append(f" at {_from(before, after)}".replace(", not moved", ""))
    return tuple(parts)


def of_scenario(of: ReviewContext, view: ScenarioView) -> Sentence:
    """The outcome of a scenario, or what moved it since the last review."""
    if view.resolution:
        outcome = cells.outcome_words(view.resolution.outcome)
        return (f"It {outcome}: {one_line(view.resolution.basis)}",)
    since = day_words(of.story.since, of.story)
    move = of.story.of(view.id)
    if move and move.has_moved:
        return f"Since {since}: ", *bullet(of, move), "."
    if view.odds_before is None:
        return (f"Opened on {view.scenario.opened}, since the last review.",)
    return (f"Unchanged since {since}.",)


def label(of: ReviewContext, move: ScenarioStory) -> str:
    """Why a question moved, in a few words for a caption: the reason, or the main cause."""
    reason = move.stated.reason if move.stated and move.figure == "stated" else None
    if reason:
        return f"“{shortened(reason.text, _REASON)}”"
    if move.figure == "stated":
        return "no reason given"
    causes_named = (plain(cause_words(c, of.database)) for c in move.implied.because)
    return "; ".join(dict.fromkeys(causes_named))


def outcome_words(of: ReviewContext, entry: ResolvedScenario) -> str:
    """`we had said 64%, likely; evidence 61%`: what stood on the eve of an outcome."""
    if entry.stated is None:
        return f"nobody had forecast it; evidence {percent(entry.implied)}"
    ours = f"we had said {percent(entry.stated)}, {_term(of, entry.stated)}"
    return f"{ours}; evidence {percent(entry.implied)}"


def rivals_words(of: ReviewContext, end: JointOutcome) -> Sentence:
    """`Of three outcomes, limited force was at 34% and no new force at 2%.`."""
    last = {entry.scenario: entry for entry in of.story.resolved}
    if not end.set or not end.did_not_occur:
        return ()
    parts: list[Span] = []
    for number, id in enumerate(end.did_not_occur[:_OTHERS]):
        between = " and " if number == len(end.did_not_occur[:_OTHERS]) - 1 and number else ", "
        parts += [
            between if number else "",
            name(id, of.database),
            " was at " if not number else " at ",
        ]
        parts.append(p(last[id].said))
    size = causes.number_words(len(end.did_not_occur) + len(end.occurred))
    return f"Of {size} outcomes, ", *parts, "."


def period(since: date, as_of: date) -> str:
    """`week to 28 February 2022`."""
    days = (as_of - since).days
    span = "week" if days == _WEEK else counted(days, "day")
    return f"{span} to {as_of.day} {as_of:%B %Y}"
