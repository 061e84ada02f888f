"""An entry of a bibliography, whichever form it has, as a source and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from scenarios.exchange.arrivals import Arrival, Arrived, Foreign, Misfit, Place
from scenarios.exchange.questions import clean
from scenarios.model import Source
from scenarios.text import shown
from scenarios.values import ID

LONGEST_NAME = 200
_ADDRESS = re.compile(r"https?://[^\s/?#]+\S*")
_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_ID = re.compile(ID)


class Reference(NamedTuple):
    """What an entry says of a source; `key` is what it is called there."""

    key: str
    title: str
    authors: Sequence[str] = ()
    year: str = ""
    url: str = ""
    doi: str = ""
    reliability: str = ""
    basis: str = ""


def arrived(system: str, references: Iterable[tuple[Place, Reference]]) -> Arrived:
    """The entries as sources. Those of which no grade is told wait for one: they are F."""
    records: list[Arrival] = []
    misfits: list[Misfit] = []
    for place, reference in references:
        if name := _name(reference):
            records.append(_source(system, place, reference, name))
        else:
            named = f"the entry {shown(reference.key)}" if reference.key else "an entry"
            misfits.append(Misfit(place=place, message=f"{named} has no title"))
    return Arrived(records=tuple(records), misfits=tuple(misfits))


def entries(sources: Mapping[str, Source]) -> Iterator[Reference]:
    """The sources as entries, by id."""
    for id, source in sorted(sources.items()):
        yield Reference(
            key=id,
            title=source.name,
            url=source.url or "",
            reliability=source.reliability,
            basis=source.reliability_basis or "",
        )


def _name(reference: Reference) -> str:
    """`Clemen, Winkler (1985): Limits for …`; a title alone where nobody is named."""
    by = ", ".join(name.split(",")[0].strip() for name in reference.authors[:3])
    by += " et al." if len(reference.authors) > len(reference.authors[:3]) else ""
    year = f" ({reference.year})" if by and reference.year else ""
    parts = (f"{by}{year}", reference.title.strip())
    return clean(": ".join(filter(None, parts)), LONGEST_NAME, is_line=True)


def _source(system: str, place: Place, reference: Reference, name: str) -> Arrival:
    record: dict[str, Any] = {"name": name}
    if url := _address(reference):
        record["url"] = url
    if reference.reliability in tuple("ABCDEF"):
        record["reliability"] = reference.reliability
    if basis := clean(reference.basis, 2_000):
        record["reliability_basis"] = basis
    is_id = _ID.fullmatch(reference.key) is not None
    return Arrival(
        kind="source",
        record=record,
        title=name,
        place=place,
        id=reference.key if is_id else None,
        foreign=Foreign(system, reference.key[:500]) if reference.key and not is_id else None,
    )


def _address(reference: Reference) -> str:
    if _ADDRESS.fullmatch(reference.url.strip()):
        return reference.url.strip()
    found = _DOI.fullmatch(reference.doi.strip()) or _DOI.fullmatch(reference.url.strip())
    return f"https://doi.org/{found[1]}" if found else ""


def year_of(text: object) -> str:
    """The year that a date begins with, or has in it."""
    found = re.search(r"\b[12]\d{3}\b", str(text or ""))
    return found[0] if found else ""
