"""CSL-JSON: a list of items, as Zotero and pandoc have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from scenarios.exchange.arrivals import Arrived, Place
from scenarios.exchange.incoming import Incoming, incoming, items, list_of, text_of
from scenarios.exchange.readers import Given, Wanted
from scenarios.exchange.references.reference import Reference, arrived, entries, year_of
from scenarios.exchange.view.view import View
from scenarios.model import Source

SYSTEM = "csl"


def read(given: Given, wanted: Wanted) -> Arrived:
    """The items of the file as sources; a place names the number of one."""
    with incoming(given, wanted.encoding, ".json") as files:
        return arrived(SYSTEM, [one for file in files for one in _references(file)])


def text(sources: Mapping[str, Source], tracker: str = "") -> str:
    """The sources as CSL-JSON; what it has no name for is under `custom`."""
    listed = []
    for one in entries(sources):
        item: dict[str, Any] = {"id": one.key, "type": "webpage" if one.url else "document"}
        item |= {"title": one.title} | ({"URL": one.url} if one.url else {})
        basis = {"reliability_basis": one.basis} if one.basis else {}
        whose = {"tracker": tracker} if tracker else {}
        listed.append(item | {"custom": {"reliability": one.reliability, **basis, **whose}})
    return msgspec.json.format(msgspec.json.encode(listed), indent=2).decode() + "\n"


def write(view: View, place: Path) -> None:
    """The sources of a view in a new file."""
    with place.open("wb") as file:
        file.write(text(view.moment.records.sources, view.moment.made.tracker).encode())


def is_ours(place: Path, tracker: str | None = None) -> bool:
    """Whether each of its items says how reliable it is."""
    try:
        found = msgspec.json.decode(place.read_bytes(), type=list[dict[str, Any]])
    except msgspec.DecodeError:
        return False
    custom = [text_of(item, "custom", "reliability") and item["custom"] for item in found]
    return all(one and tracker in (None, one.get("tracker")) for one in custom)


def _references(file: Incoming) -> Iterator[tuple[Place, Reference]]:
    for item in items(file, "items"):
        if item.place.row or "title" in item.value:
            yield item.place, _reference(item.value)


def _reference(value: Any) -> Reference:
    return Reference(
        key=text_of(value, "id"),
        title=text_of(value, "title") or text_of(value, "container-title"),
        authors=[text_of(a, "family") or text_of(a, "literal") for a in list_of(value, "author")],
        year=_year(value),
        url=text_of(value, "URL"),
        doi=text_of(value, "DOI"),
        isbn="" if text_of(value, "container-title") else text_of(value, "ISBN"),
        reliability=text_of(value, "custom", "reliability"),
        basis=text_of(value, "custom", "reliability_basis"),
    )


def _year(value: Any) -> str:
    issued = value.get("issued") if isinstance(value, dict) else None
    if isinstance(issued, dict):
        return year_of(issued.get("date-parts") or issued.get("raw") or issued.get("literal"))
    return ""
