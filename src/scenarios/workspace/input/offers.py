"""Suggestions for an answer: known ids, each with its title."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from scenarios.model import Database
from scenarios.text import counted, nearest
from scenarios.values import first_day

Offer = tuple[str, str]
"""A word that can be typed, and its meaning."""
RELIABILITY = "A completely reliable, B usually, C fairly, D not usually, E not, F unjudged"
CREDIBILITY = "1 confirmed, 2 probably true, 3 possibly, 4 doubtful, 5 improbable, 6 unjudged"
HAZARDS = [("constant", "it may come on any day until the horizon")]
OUTCOMES = [
    ("occurred", "by the criteria, it happened"),
    ("did-not-occur", "its time is over, or it cannot happen any more"),
    ("annulled", "the question does not decide anything: it is not scored"),
]
LETTERS = [(word[0], word[2:]) for word in RELIABILITY.split(", ")]
_LISTED = 20


def titled(items: Iterable[str] | Mapping[str, Any]) -> list[Offer]:
    """Ids, or records by id with their title, summary or name; of items the newest first."""
    if not isinstance(items, Mapping):
        return [(id, "") for id in sorted(items)]
    pairs = [(id, _title(record)) for id, record in sorted(items.items())]
    are_items = any(hasattr(record, "recorded") for record in items.values())
    return pairs[::-1] if are_items else pairs


def newest(evidence: Mapping[str, Any], most: int = 200, prefix: str = "") -> list[Offer]:
    """The latest items whose ids start with `prefix`, at most `most`, with their summaries."""
    ids = sorted(id for id in evidence if id.startswith(prefix))
    return titled({id: evidence[id] for id in ids[-most:]})


def questions(database: Database, key: str) -> list[Offer]:
    """Scenarios that can stand below a key; where they are rated, the rows of a quantity."""
    quantities = database.quantities
    if key in ("rationales", "evidence"):
        return titled(database.scenarios)
    if key == "quantiles":
        return titled(quantities)
    rated = quantities.items() if key == "ratings" else ()
    rows = {row: s for id, s in rated if s.quantity for row in s.quantity.rows(id)}
    return titled({id: s for id, s in database.scenarios.items() if id not in quantities} | rows)


def matching(text: str, offers: Iterable[Offer]) -> list[Offer]:
    """Offers whose word or title contains each typed word; words that start with the text first."""
    words = text.casefold().split()
    matches = [o for o in offers if all(word in f"{o[0]} {o[1]}".casefold() for word in words)]
    return sorted(matches, key=lambda offer: not offer[0].startswith(text.strip().casefold()))


def single_match(text: str, offers: Sequence[Offer]) -> Offer | str:
    """The offer that matches a text, or the reason why none or several do."""
    by_word = dict(offers)
    if text in by_word:
        return text, by_word[text]
    matches = [o for o in offers if text.casefold() in o[0]] or matching(text, offers)
    if len(matches) == 1:
        return matches[0]
    if matches:
        ids = ", ".join(word for word, _ in matches[:_LISTED])
        return f"'{text}' is in {len(matches)} ids: {ids}"
    close = _nearest(text, offers)
    return f"'{text}' is in no id" + (f"; did you mean '{close}'?" if close else "")


def listed(offers: Sequence[Offer]) -> str:
    """The first words of the offers, comma-separated, and the number of the rest."""
    words = [word for word, _ in offers[:_LISTED]]
    more = [f"and {len(offers) - _LISTED} more"] if len(offers) > _LISTED else []
    return ", ".join([*words, *more]) or "there is none yet"


def labels(database: Database, key: str, near: date | None = None, but: str = "") -> list[Offer]:
    """The origins or events that items have, with how often and where; those of one are left out.

    The latest are first, or if a day is given, those observed nearest to it.
    """
    items = [item for id, item in database.evidence.items() if id != but]
    items.sort(key=lambda item: item.recorded, reverse=True)
    if near:
        items.sort(key=lambda item: abs((first_day(item.observed) - near).days))
    times: dict[str, int] = {}
    last: dict[str, str] = {}
    for item in items:
        if label := getattr(item, key):
            times[label] = times.get(label, 0) + 1
            last.setdefault(label, item.summary)
    return [(label, f"{counted(n, 'item')}: {last[label]}") for label, n in times.items()]


def analysts(database: Database) -> list[Offer]:
    """The declared analysts; else those of forecasts and items."""
    if declared := database.tracker.people:
        return titled(declared)
    names = {sheet.analyst for sheet in database.sheets.values()}
    return titled(names | {item.analyst for item in database.evidence.values() if item.analyst})


def tags(database: Database) -> list[Offer]:
    """The tags of scenarios, each with the scenarios that have it."""
    by_word: dict[str, list[str]] = {}
    for id, scenario in sorted(database.scenarios.items()):
        for tag in scenario.tags:
            by_word.setdefault(tag, []).append(id)
    return [(tag, ", ".join(ids)) for tag, ids in sorted(by_word.items())]


def unlike(text: str, offers: Sequence[Offer]) -> str | None:
    """Message about an unknown word, with a suggestion."""
    if not offers or text in dict(offers):
        return None
    matches = matching(text, offers)
    close = matches[0][0] if matches else _nearest(text, offers)
    return f"'{text}' is new" + (f"; did you mean '{close}'?" if close else "")


def _title(record: Any) -> str:
    if isinstance(record, str):
        return record
    for key in ("title", "summary", "name", "statement"):
        if text := getattr(record, key, None):
            return str(text)
    return ""


def _nearest(text: str, offers: Sequence[Offer]) -> str | None:
    """The id that, as a whole or by one of its words, is most like the typed text."""
    if close := nearest(text, [word for word, _ in offers]):
        return close
    by_part = {word: id for id, title in offers for word in _parts(f"{id} {title}")}
    word = nearest(text, by_part)
    return by_part[word] if word else None


def _parts(text: str) -> Iterator[str]:
    return (word for word in text.casefold().replace("-", " ").split() if not word.isdecimal())
