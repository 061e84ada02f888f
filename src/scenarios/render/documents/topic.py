"""A scenario as it is put to its analyst: on one screen, and in full to who asks.

Nothing in it says what others or the ledger say. Nor are ratings shown: they add up in the head.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scenarios.analysis.evidence.knowledge import Known, resolved
from scenarios.analysis.review.agenda import Fresh, Topic, criteria_text
from scenarios.render.document import Document, Folded, Heading, Item, Items, Paragraph, lines
from scenarios.render.text import in_words
from scenarios.text import counted, fold, printable

_MOST = 50
"""The items that are told in full; of more, the newest."""
_FEW = 10
"""So many items stand open on a page."""
_PAGE = 1_000_000
"""Nothing is folded or left out on a page."""
_TEXT = 3
"""The lines of a question, and of what decides it; half as many of a reason."""


def topic_text(
    topic: Topic, known: Known, number: str, language: str, width: int, most: int, *, items: bool
) -> str:
    """What it asks, until when, what decides it, what its analyst said; then what is new.

    At most so many lines; without `items` those were told for the whole set.
    """
    scenario = topic.scenario
    decided = f"by {scenario.horizon}: {scenario.resolution_criteria}"
    head = [
        *_cut(f"{number} {topic.id}: {scenario.title}", width, 1),
        *_cut(scenario.question, width, _TEXT, "  "),
        *_cut(decided, width, _TEXT, "    ", "  "),
        *_own(topic, language, width, _TEXT - 1),
    ]
    news = [*(_items(topic.fresh, known) if items else ()), *_changes(topic.fresh, known)]
    heading = "  " + (_heading(topic) if news or items else "nothing new of its own")
    if topic.fresh.same_day:
        news.append(_later(topic).partition(": ")[0])
    return "\n".join([*head, heading, *_listed(news, width, most - len(head) - 1)])


def set_text(title: str, topics: Sequence[Topic], known: Known, width: int, most: int) -> str:
    """What is new for the members of a set, each item once."""
    fresh = _of_all(topics, known)
    if not fresh.evidence:
        return "\n".join(_cut(title, width, 1))
    new = "new since you last spoke" if all(t.last for t in topics) else "what is known"
    listed = _listed([*_items(fresh, known)], width, most - 1)
    return "\n".join([*_cut(f"{title}: {new}", width, 1), *listed])


def document(topic: Topic, known: Known, language: str, *, items: bool) -> Document:
    """The same as blocks; without `items` those stand under the set."""
    fresh = topic.fresh
    news = [*(_items(fresh, known) if items else ()), *_changes(fresh, known)]
    heading = _heading(topic) if news or items else "nothing new of its own"
    own = [line.strip() for line in _own(topic, language, _PAGE, _PAGE)]
    later = _later(topic).partition(": ")[0]
    return (
        lines(topic.scenario.question, f"By {topic.scenario.horizon}."),
        Folded(
            Heading(4, "What decides it"),
            (lines(*criteria_text(topic.scenario).split("\n")),),
        ),
        lines(own[0][0].upper() + own[0][1:], *own[1:]),
        Paragraph(heading[0].upper() + heading[1:]),
        Items(tuple(Item(text) for text in (*news, *([later] if later else [])))),
    )


def set_document(title: str, topics: Sequence[Topic], known: Known) -> Document:
    """What is new for the members of a set, each item once."""
    fresh = _of_all(topics, known)
    new = "New since you last spoke:" if all(t.last for t in topics) else "What is known:"
    told = Items(tuple(Item(text) for text in _items(fresh, known)))
    number = len(fresh.evidence)
    if number > _FEW:
        count = f"{new.removesuffix(':')}: {counted(number, 'item')}"
        return (Heading(2, title), Folded(Heading(3, count), (told,)))
    return (Heading(2, title), *((Paragraph(new), told) if number else ()))


def in_full(topic: Topic, topics: Sequence[Topic], known: Known) -> str:
    """All that the screen has no room for; the items are those of the whole set.

    The question comes last, so that it stands above the answer however long the rest is.
    """
    said = topic.reasoned
    reason = f"you said on {said.date}: {said.rationale}" if said else ""
    news = [*_items(_of_all(topics, known), known), *_changes(topic.fresh, known)]
    told = [f"- {line}" for line in news]
    parts = [*told, _later(topic), reason, topic.scenario.question, criteria_text(topic.scenario)]
    return "\n".join(filter(None, parts))


def _own(topic: Topic, language: str, width: int, most: int) -> Iterator[str]:
    last = topic.last
    if last is None:
        yield "  you have not forecast it yet"
        return
    figure = "you withdrew your forecast" if last.probability is None else ""
    if last.probability is not None:
        verb = "you said" if topic.standing else "expired: you said"
        figure = f"{verb} {in_words(last.probability, language)}"
    yield from _cut(f"{figure} on {last.date}", width, 1, "  ")
    if topic.reasoned and topic.reasoned.rationale:
        day = "" if topic.reasoned == last else f"{topic.reasoned.date}: "
        yield from _cut(day + topic.reasoned.rationale, width, most, "    ")


def _heading(topic: Topic) -> str:
    fresh, day = topic.fresh, topic.last.date if topic.last else None
    if fresh == Fresh(same_day=fresh.same_day):
        return "nothing new since then" if day else "nothing is known of it yet"
    return f"new since {day}:" if day else "what is known of it:"


def _items(fresh: Fresh, known: Known) -> Iterator[str]:
    """The newest last, as they are read."""
    earlier = fresh.evidence[:-_MOST]
    if earlier:
        yield f"{counted(len(earlier), 'earlier item')}: scen list evidence"
    for id in fresh.evidence[-_MOST:]:
        item = known.evidence[id]
        yield f"{item.observed} ({item.grade(known.database.sources)}) {item.summary} [{id}]"


def _changes(fresh: Fresh, known: Known) -> Iterator[str]:
    """What is new of this scenario alone."""
    for change in fresh.indicators:
        yield f"{change.indicator} is {change.after}, was {change.before}: {change.statement}"
    for id in fresh.retracted:
        gone = known.database.evidence[id]
        reason = f": {gone.retracted.reason}" if gone.retracted else ""
        yield f"retracted: {gone.summary} [{id}]{reason}"
    for one in fresh.clarifications:
        yield f"clarified on {one.date}: {one.text}"
    for id in fresh.decided:
        outcome = resolved(known.database, id, known.as_of)
        yield f"{id}: {outcome.outcome.replace('-', ' ') if outcome else 'decided'}"


def _later(topic: Topic) -> str:
    """Items of the day itself on which its analyst spoke."""
    fresh, day = topic.fresh, topic.last.date if topic.last else None
    if not fresh.same_day:
        return ""
    items = counted(len(fresh.same_day), "item")
    listed = f"scen list evidence --scenario {topic.id} --since {day} --until {day}"
    return f"{items} of {day} itself, perhaps after you spoke: {listed}"


def _of_all(topics: Sequence[Topic], known: Known) -> Fresh:
    """The items that are new for one of them or several, each once, the oldest first."""
    ids = {id for topic in topics for id in topic.fresh.evidence}
    return Fresh(evidence=tuple(sorted(ids, key=lambda one: (known.evidence[one].recorded, one))))


def _listed(news: Sequence[str], width: int, most: int) -> list[str]:
    """A line each; of more than there is room for, the last ones."""
    rest = len(news) - most
    if rest > 0:
        rest += 1
    lead = [f"    … {rest} more: ? tells them"] if rest > 0 else []
    return [*lead, *(_line(f"    - {text}", width) for text in news[max(rest, 0) :])]


def _line(text: str, width: int) -> str:
    text = printable(" ".join(text.split("\n")))
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def _cut(text: str, width: int, most: int, indent: str = "", first: str | None = None) -> list[str]:
    """The text folded; what is more than so many lines is left out, and that is seen."""
    lines = fold(text, width, indent, first).split("\n")
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], _line(f"{lines[most - 1]} …", width)]
