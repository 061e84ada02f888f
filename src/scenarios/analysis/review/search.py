"""The records whose texts hold all words of a search."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

import msgspec

from scenarios.analysis.evidence.knowledge import KnownEvidence, bears_on, opened_scenarios
from scenarios.analysis.review.listing import ListFilter
from scenarios.errors import At, Keys
from scenarios.model import Kind, ScenarioId
from scenarios.result import Result
from scenarios.text import unaccented

What = Literal["scenario", "indicator", "evidence", "forecast", "source", "tracker"]
_BEFORE, _LONGEST = 50, 160
"""Most characters of an excerpt before its first matching word, and in all."""
_CODES = frozenset({"ratings", "probabilities", "reliability", "hazard", "outcome"})
"""Keys with codes and figures below them, not texts."""


class TextMatch(msgspec.Struct, frozen=True, kw_only=True):
    """A text that holds some of the words: its line, which counts from 1, and its key, dotted.

    `text` is an excerpt around the first of its words; the key of an id is `id`.
    """

    line: int
    key: str
    text: str
    words: tuple[str, ...]


class SearchHit(msgspec.Struct, frozen=True, kw_only=True):
    """A record, or an indicator of one, that holds all words; where most of them stand is first.

    `day` is when it was opened, added, recorded or forecast; a source has none.
    """

    what: What
    id: str
    title: str
    day: date | None
    path: str
    places: tuple[TextMatch, ...]


class SearchResult(Result, frozen=True, kw_only=True):
    """Records that hold all `words`, which are in small letters and without accents.

    `total` counts all of them, also those beyond the hits.
    """

    words: tuple[str, ...]
    as_of: date
    total: int
    hits: tuple[SearchHit, ...]


Locate = Callable[[Kind, str, Keys, At, Sequence[str]], tuple[str, int]]
"""The path of a record, and the line at which words stand at a key or in its value."""


class SearchUnit(NamedTuple):
    """A record or part of a record that is one hit, and the scenarios that it is about."""

    what: What
    id: str
    title: str
    day: date | None
    kind: Kind
    record: str
    content: Any
    about: frozenset[ScenarioId] = frozenset()
    keys: Keys = ()


class TextPassage(NamedTuple):
    keys: Keys
    at: At
    text: str
    words: tuple[str, ...]


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text to look for, each once."""
    return tuple(dict.fromkeys(unaccented(text).split()))


def search(
    known: KnownEvidence,
    words: Sequence[str],
    wanted: ListFilter,
    locate: Locate,
    *,
    what: What | None = None,
    most: int | None = None,
) -> SearchResult:
    """Records known by then that pass the filter and hold every word: by name, then newest."""
    matches = []
    for part in _parts(known):
        if what in (None, part.what) and _is_wanted(known, part, wanted):
            passages = [*_passages(part, words)]
            if len({word for passage in passages for word in passage.words}) == len(words):
                matches.append((part, passages))
    matches.sort(key=lambda match: _order(match[0], words))
    return SearchResult(
        words=tuple(words),
        as_of=known.as_of,
        total=len(matches),
        hits=tuple(_hit(part, passages, locate) for part, passages in matches[:most]),
    )


def _parts(known: KnownEvidence) -> Iterator[SearchUnit]:
    database = known.database
    tracker = database.tracker
    yield SearchUnit("tracker", "tracker", tracker.title, None, "tracker", "tracker", tracker)
    for id, scenario in opened_scenarios(database, known.as_of).items():
        about, opened = frozenset({id}), scenario.opened
        own = msgspec.structs.replace(scenario, indicators={})
        yield SearchUnit("scenario", id, scenario.title, opened, "scenario", id, own, about)
        for name, indicator in scenario.indicators.items():
            key, at, text = f"{id}/{name}", ("indicators", name), indicator.statement
            added = indicator.added
            yield SearchUnit("indicator", key, text, added, "scenario", id, indicator, about, at)
    for id, item in database.evidence.items():
        if item.recorded <= known.as_of:
            about, kept = bears_on(database, item), msgspec.structs.replace(item, indicators={})
            yield SearchUnit(
                "evidence", id, item.summary, item.recorded, "evidence", id, kept, about
            )
    for id, sheet in database.sheets.items():
        if sheet.date <= known.as_of:
            about = frozenset(sheet.figures.keys() & database.scenarios.keys())
            yield SearchUnit("forecast", id, "", sheet.date, "forecasts", id, sheet, about)
    for id, source in database.sources.items():
        yield SearchUnit("source", id, source.name, None, "source", id, source)


def _is_wanted(known: KnownEvidence, part: SearchUnit, wanted: ListFilter) -> bool:
    if (wanted.since or wanted.until) and not (part.day and wanted.day(part.day)):
        return False
    source = part.id if part.what == "source" else getattr(part.content, "source", None)
    if wanted.source not in (None, source):
        return False
    return wanted.any_subject or any(wanted.subject(known.database, id) for id in part.about)


def _passages(part: SearchUnit, words: Sequence[str]) -> Iterator[TextPassage]:
    own: tuple[Keys, At, str] = (), "key", part.id.rpartition("/")[2]
    for keys, at, text in (*_texts(part.content, ()), own):
        folded = unaccented(text)
        held = tuple(word for word in words if word in folded)
        if held:
            yield TextPassage((*part.keys, *keys), at, text, held)
    quantity: Any = getattr(part.content, "quantity", None)
    for row, threshold in quantity.rows(part.id).items() if quantity else ():
        # Without the slash each number would name the thresholds that have it, too.
        if held := tuple(word for word in words if "/" in word and word in row):
            keys = "quantity", "thresholds", quantity.thresholds.index(threshold)
            yield TextPassage(keys, "value", row, held)


def _texts(value: Any, keys: Keys) -> Iterator[tuple[Keys, At, str]]:
    """Every text of a record with the keys that lead to it."""
    if isinstance(value, str):
        yield keys, "value", value
    elif isinstance(value, msgspec.Struct):
        names = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
        for name, key in names:
            if name not in _CODES:
                yield from _texts(getattr(value, name), (*keys, key))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, (*keys, key))
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _texts(item, (*keys, number))


def _order(part: SearchUnit, words: Sequence[str]) -> tuple[object, ...]:
    named = unaccented(f"{part.id} {part.title}")
    day = part.day or date.max
    return not all(word in named for word in words), -day.toordinal(), part.what, part.id


def _hit(part: SearchUnit, passages: Sequence[TextPassage], locate: Locate) -> SearchHit:
    places, path = [], ""
    for keys, at, text, held in sorted(passages, key=lambda passage: -len(passage.words)):
        path, line = locate(part.kind, part.record, keys, at, held)
        key = "id" if at == "key" else ".".join(map(str, keys))
        places.append(TextMatch(line=line, key=key, text=excerpt(text, held), words=held))
    return SearchHit(
        what=part.what, id=part.id, title=part.title, day=part.day, path=path, places=tuple(places)
    )


def excerpt(text: str, words: Sequence[str]) -> str:
    """The text around the first of these words, in one line."""
    line = " ".join(text.split())
    if len(line) <= _LONGEST:
        return line
    folded = unaccented(line)
    first = min(at for word in words if (at := folded.find(word)) >= 0)
    origins = [n for n, letter in enumerate(line) for _ in unaccented(letter)]
    about = max(origins[first] - _BEFORE, 0)
    start = line.find(" ", about, origins[first]) + 1 or about if about else 0
    end = start + _LONGEST
    return ("…" if start else "") + line[start:end].strip() + ("…" if end < len(line) else "")
