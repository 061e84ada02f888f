"""BibTeX and BibLaTeX, with LaTeX's spellings of letters; read by bibtexparser."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scenarios.errors import extra_needed
from scenarios.exchange.arrivals import Arrived, Place
from scenarios.exchange.incoming import Incoming, incoming
from scenarios.exchange.readers import Given, Wanted
from scenarios.exchange.references.reference import Reference, arrived, entries, year_of
from scenarios.exchange.tables.table import refused, texts
from scenarios.exchange.view.view import View
from scenarios.model import Source

SYSTEM = "bibtex"
MADE_BY = "% made by scen export"
LARGEST = 4 << 20
_SPECIAL = str.maketrans(
    {sign: f"\\{sign}" for sign in "&%$#_"}
    | {"{": "\\lbrace{}", "}": "\\rbrace{}", "\\": "\\textbackslash{}"}
    | {"~": "\\textasciitilde{}", "^": "\\textasciicircum{}"}
)
_LIGATURE = re.compile("(?<=-)(?=-)|(?<=')(?=')|(?<=`)(?=`)|(?<=[?!])(?=`)|(?<=<)(?=<)|(?<=>)(?=>)")
_URL = re.compile(r"\\url\{([^}]*)\}|<?(https?://[^\s>}]+)")
_VERBATIM = frozenset({"url", "doi", "howpublished"})
logging.getLogger("bibtexparser").addHandler(logging.NullHandler())


def read(given: Given, wanted: Wanted) -> Arrived:
    """The entries of the file as sources; a place names the line on which one begins."""
    with incoming(given, wanted.encoding, ".bib", ".bibtex") as files:
        return arrived(SYSTEM, [one for file in files for one in _references(file)])


def text(sources: Mapping[str, Source], tracker: str = "") -> str:
    """The sources as BibTeX; `reliability` and its basis are fields that styles pass over."""
    return _made_for(tracker) + "\n".join(
        _entry(
            one.key,
            ("title", f"{{{_escaped(one.title)}}}"),  # in two braces its letters keep their case
            ("url", one.url.replace("{", "%7B").replace("}", "%7D")),
            ("reliability", one.reliability),
            ("reliability_basis", _escaped(one.basis)),
        )
        for one in entries(sources)
    )


def write(view: View, place: Path) -> None:
    """The sources of a view in a new file."""
    with place.open("wb") as file:
        file.write(text(view.moment.records.sources, view.moment.made.tracker).encode())


def is_ours(place: Path, tracker: str | None = None) -> bool:
    """Whether it begins as ours do."""
    begin = (MADE_BY if tracker is None else _made_for(tracker)).encode()
    with place.open("rb") as file:
        return file.read(len(begin)) == begin


def _made_for(tracker: str) -> str:
    return " ".join(f"{MADE_BY} of {tracker}".split()) + "\n"


def _entry(key: str, *fields: tuple[str, str]) -> str:
    told = "".join(f"  {name} = {{{value}}},\n" for name, value in fields if value)
    return f"@misc{{{key},\n{told}}}\n"


def _escaped(text: str) -> str:
    return "{}".join(part.translate(_SPECIAL) for part in _LIGATURE.split(" ".join(text.split())))


def _references(file: Incoming) -> Iterator[tuple[Place, Reference]]:
    try:
        from bibtexparser.entrypoint import parse_string  # noqa: PLC0415 – 95 ms to read alone
        from bibtexparser.library import Library  # noqa: PLC0415
        from bibtexparser.middlewares import LatexDecodingMiddleware  # noqa: PLC0415
    except ModuleNotFoundError:
        raise extra_needed("reading BibTeX", "exchange") from None
    found = parse_string(_content(file))
    for block in found.failed_blocks:
        wrong = (
            "not BibTeX: a brace or a quote is not closed, a comma lacks or a key is there twice"
        )
        raise refused(file.name, (block.start_line or 0) + 1, f"{wrong} in this entry")
    if not found.entries:
        raise refused(file.name, 0, "no entry of BibTeX in it")
    plain = [_fields(entry) for entry in found.entries]
    decoded = LatexDecodingMiddleware().transform(Library([*found.entries])).entries
    if len(decoded) < len(plain):
        raise refused(file.name, 0, "braces are nested too deeply to be read")
    for entry, before in zip(decoded, plain, strict=True):
        fields = _fields(entry) | {k: v for k, v in before.items() if k in _VERBATIM}
        by = zip(_people(fields), _people(before), strict=False)
        authors = [_family(name, is_whole=raw.startswith("{")) for name, raw in by]
        where = Place(file.name, (entry.start_line or 0) + 1)
        yield where, _reference(entry.key, fields, authors)


def _content(file: Incoming) -> str:
    parts, size = [], 0
    for part in texts(file.stream, file.name, file.encoding):
        size += len(part)
        if size > LARGEST:
            raise refused(file.name, 0, f"more than {LARGEST >> 20} MiB of BibTeX")
        parts.append(part)
    return "".join(parts).replace("\r\n", "\n")


def _fields(entry: Any) -> dict[str, str]:
    return {field.key.lower(): str(field.value).replace("ˆ", "^") for field in entry.fields}


def _people(fields: Mapping[str, str]) -> list[str]:
    return re.split(r"\s+and\s+", fields.get("author") or fields.get("editor") or "")


def _reference(key: str, fields: Mapping[str, str], authors: list[str]) -> Reference:
    def first(*names: str) -> str:
        return next((fields[name] for name in names if fields.get(name)), "").strip()

    where = _URL.search(first("url") or first("howpublished", "note"))
    return Reference(
        key=key,
        title=first("title", "booktitle", "journal", "publisher", "organization"),
        authors=[name for name in authors if name],
        year=year_of(first("year", "date")),
        url=(where[1] or where[2]).replace("\\_", "_").replace("\\%", "%") if where else "",
        doi=first("doi"),
        isbn="" if first("booktitle") else first("isbn"),
        reliability=first("reliability"),
        basis=first("reliability_basis"),
    )


def _family(name: str, *, is_whole: bool) -> str:
    """`Clemen` of both `Clemen, Robert T.` and `Robert T. Clemen`; all of `{World Bank}`."""
    if is_whole or not name:
        return name.strip("{}")
    return name.split(",", maxsplit=1)[0] if "," in name else name.rsplit(maxsplit=1)[-1]
