"""An entry of a bibliography, whichever form it has, as a source and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from scenarios.exchange.arrivals import Arrival, Arrived, Foreign, Misfit, Place, words
from scenarios.exchange.questions import clean
from scenarios.model import Source
from scenarios.text import shown
from scenarios.values import ID

LONGEST_NAME = 200
_ADDRESS = re.compile(r"https?://[^\s/?#]+\S*")
_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_ISBN = re.compile(r"(?:97[89])?(\d{9})[\dX]", re.IGNORECASE)
_ID = re.compile(ID)


class Reference(NamedTuple):
    """What an entry says of a source; `key` is what it is called there."""

    key: str
    title: str
    authors: Sequence[str] = ()
    year: str = ""
    url: str = ""
    doi: str = ""
    isbn: str = ""
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


def called(name: str, url: str | None, foreign: Mapping[str, Any]) -> Iterator[str]:
    """What tells a source from any other, the surest first: DOI, ISBN, address; who, when, what."""
    if found := _DOI.fullmatch(str(foreign.get("doi") or url or "")):
        yield f"doi:{found[1].lower()}"
    if book := _ISBN.match(str(foreign.get("isbn", ""))):
        yield f"isbn:{book[1]}"
    if url and url.partition("://")[2].partition("/")[2]:
        yield url.partition("://")[2].rstrip("/")
    yield ": ".join(_work(name))


def is_another(name: str, other: str) -> bool:
    """Whether author and title of two names both differ."""
    (author, _, title), (by, _, what) = _work(name), _work(other)
    return author != by and title != what


def _work(name: str) -> tuple[str, str, str]:
    """The first author, the year and the title of a name, as they are compared."""
    head, colon, title = name.partition(": ")
    author = head.partition(" (")[0].split(",")[0].removesuffix(" et al.") if colon else ""
    year = year_of(head) if colon else ""
    return "-".join(words(author)), year, "-".join(words(title if colon else name))


def _name(reference: Reference) -> str:
    """`Clemen, Winkler (1985): Limits for …`; a title alone where nobody is named."""
    by = ", ".join(name.split(",")[0].strip() for name in reference.authors[:3])
    by += " et al." if len(reference.authors) > len(reference.authors[:3]) else ""
    year = f" ({reference.year})" if by and reference.year else ""
    dated = "" if by or not reference.year else f" ({reference.year})"
    parts = (f"{by}{year}", reference.title.strip() + dated)
    return clean(": ".join(filter(None, parts)), LONGEST_NAME, is_line=True)


def _source(system: str, place: Place, reference: Reference, name: str) -> Arrival:
    record: dict[str, Any] = {"name": name}
    url = _address(reference)
    if url:
        record["url"] = url
    foreign: dict[str, str] = {}
    if reference.doi and (doi := _DOI.fullmatch(reference.doi.strip())) and doi[1] not in url:
        foreign["doi"] = doi[1]
    if book := _ISBN.match(re.sub(r"[-\s]", "", reference.isbn)):
        foreign["isbn"] = book[0]
    record |= {"foreign": foreign} if foreign else {}
    if reference.reliability in tuple("ABCDEF"):
        record["reliability"] = reference.reliability
    if basis := clean(reference.basis, 2_000):
        record["reliability_basis"] = basis
    is_id = _ID.fullmatch(reference.key) is not None
    library = place.file.rpartition("/")[2]
    has_key = reference.key and library != "-" and not reference.reliability  # else it is ours
    return Arrival(
        kind="source",
        record=record,
        title=name,
        place=place,
        id=reference.key if is_id else None,
        foreign=Foreign(system, f"{library}:{reference.key}"[:500]) if has_key else None,
        called=tuple(called(name, url, foreign)),
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
