"""RIS: a tag a line, `TY  - ` to begin an entry and `ER  - ` to end it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from scenarios.exchange.arrivals import Arrived, Place
from scenarios.exchange.incoming import Incoming, incoming
from scenarios.exchange.readers import Given, Wanted
from scenarios.exchange.references.reference import Reference, arrived, entries, year_of
from scenarios.exchange.tables.table import lines, refused
from scenarios.exchange.view.view import View
from scenarios.model import Source

SYSTEM = "ris"
MADE_BY = "scen"
_TAG = re.compile(r"([A-Z][A-Z0-9])  ?-(?: |$)(.*)")
_GRADE = re.compile(r"Reliability: ([A-F])")
_BASIS = "Reliability basis: "


def read(given: Given, wanted: Wanted) -> Arrived:
    """The entries of the file as sources; a place names the line on which one begins."""
    with incoming(given, wanted.encoding, ".ris") as files:
        return arrived(SYSTEM, [one for file in files for one in _references(file)])


def text(sources: Mapping[str, Source], tracker: str = "") -> str:
    """The sources as RIS."""
    return "".join(
        _entry(
            ("TY", "ELEC" if one.url else "GEN"),
            ("ID", one.key),
            ("TI", one.title),
            ("UR", one.url),
            ("DP", f"{MADE_BY} {tracker}"),
            ("C1", f"Reliability: {one.reliability}"),
            ("N1", f"{_BASIS}{one.basis}" if one.basis else ""),
        )
        for one in entries(sources)
    )


def write(view: View, place: Path) -> None:
    """The sources of a view in a new file."""
    with place.open("wb") as file:
        file.write(text(view.moment.records.sources, view.moment.made.tracker).encode())


def is_ours(place: Path, tracker: str | None = None) -> bool:
    """Whether each of its entries says so."""
    content = place.read_bytes()
    whose = "" if tracker is None else " ".join(f" {tracker}".split()) + "\r\n"
    mark = f"DP  - {MADE_BY}" + (f" {whose}" if whose else "")
    return content.count(b"TY  - ") == content.count(mark.encode()) > 0


def _entry(*tags: tuple[str, str]) -> str:
    told = [f"{tag}  - {' '.join(value.split())}\r\n" for tag, value in tags if value]
    return "".join([*told, "ER  - \r\n\r\n"])


def _references(file: Incoming) -> Iterator[tuple[Place, Reference]]:
    """Each entry with its tags; a line without one goes on with that before it."""
    begun, tags, last = 0, dict[str, list[str]](), ""
    for number, line in enumerate(lines(file.stream, file.name, file.encoding), start=1):
        found = _TAG.match(line.strip())
        if not found:
            if begun and last and line.strip():
                tags[last][-1] += f" {line.strip()}"
            elif line.strip():
                raise refused(file.name, number, "not RIS: an entry begins with 'TY  - '")
            continue
        tag, value = found[1], found[2].strip()
        if tag == "TY" and not begun:
            begun, tags, last = number, {}, ""
        elif not begun or tag == "TY":
            raise refused(file.name, number, f"not RIS: '{tag}  - ' where an entry has not ended")
        elif tag == "ER":
            yield Place(file.name, begun), _reference(tags)
            begun = 0
        else:
            tags.setdefault(tag, []).append(value)
            last = tag
    if begun:
        raise refused(file.name, begun, "not RIS: this entry does not end with 'ER  - '")


def _reference(tags: Mapping[str, list[str]]) -> Reference:
    def first(*names: str) -> str:
        return next((value for name in names for value in tags.get(name, ()) if value), "")

    grade = next(filter(None, map(_GRADE.fullmatch, tags.get("C1", ()))), None)
    notes = [note.removeprefix(_BASIS) for note in tags.get("N1", ()) if note.startswith(_BASIS)]
    return Reference(
        key=first("ID"),
        title=first("TI", "T1", "CT", "BT", "T2", "JO", "JF", "PB"),
        authors=[*tags.get("AU", ()), *tags.get("A1", ())],
        year=year_of(first("PY", "Y1", "DA")),
        url=first("UR", "L2", "LK"),
        doi=first("DO"),
        isbn="" if first("T2", "BT", "JO", "JF") else first("SN"),
        reliability=grade[1] if grade else "",
        basis=" ".join(notes),
    )
