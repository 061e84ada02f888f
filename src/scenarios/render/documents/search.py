"""What a search found, with the places of its words."""

from __future__ import annotations

from itertools import repeat

from scenarios.analysis.review.search import Hit, SearchResult, TextMatch
from scenarios.model import Kind
from scenarios.render.document import Document, Item, Items, Paragraph, Ref

_KINDS: dict[str, Kind] = {
    "scenario": "scenario",
    "evidence": "evidence",
    "forecast": "forecasts",
    "source": "source",
}
_PLACES = 3
"""As many places of a hit are shown where none has all words."""


def document(result: SearchResult, *, every: bool = False) -> Document:
    """The hits with their places; with `every` each place of each."""
    if not result.hits:
        return (Paragraph(f"Nothing holds {' and '.join(result.words)}."),)
    rows = Items(tuple(_row(hit, len(result.words), every=every) for hit in result.hits))
    left = result.total - len(result.hits)
    if not left:
        return (rows,)
    told = f"and {left:,} more: --all shows them; --kind, --since, --source or --tag narrow it"
    return rows, Paragraph(told)


def _row(hit: Hit, words: int, *, every: bool) -> Item:
    most = 1 if len(hit.places[0].words) == words else _PLACES
    places = hit.places if every else hit.places[:most]
    told = f", {hit.what} of {hit.day}" if hit.day else f", {hit.what}"
    title = " ".join(hit.title.split())
    if title and all(place.text != title for place in places):
        told += f": {title}"
    head = Ref(hit.id, _KINDS.get(hit.what)), told
    return Item(head, tuple(map(_place, places, repeat(hit.path))))


def _place(place: TextMatch, path: str) -> Item:
    return Item(f"{path}:{place.line}: {place.key}: {place.text}")
