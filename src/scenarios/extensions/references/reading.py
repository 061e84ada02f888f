"""Sources as entries of a reference manager: RIS, BibTeX and CSL-JSON, in and out."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from scenarios import ReadOptions, Source
from scenarios.extending import (
    Codec,
    FilePosition,
    ForeignId,
    ImportFile,
    ImportRecord,
    InputFile,
    RowError,
    SourceFile,
    View,
    called,
    clean,
    extra_needed,
    incoming,
    items,
    lines,
    list_of,
    refused,
    shown,
    slug,
    text_of,
    web_address,
)

# As scen finds a source again by its identifiers.
_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_ISBN = re.compile(r"(?:97[89])?\d{9}[\dX]", re.IGNORECASE)


class BibliographyEntry(NamedTuple):
    """An entry of a bibliography; `key` is its id there."""

    key: str
    title: str
    authors: Sequence[str] = ()
    year: str = ""
    url: str = ""
    doi: str = ""
    isbn: str = ""
    reliability: str = ""
    basis: str = ""


_Entries = Iterator[tuple[FilePosition, BibliographyEntry]]


def _read(
    system: str,
    endings: Sequence[str],
    read: Callable[[InputFile], _Entries],
    file: SourceFile,
    wanted: ReadOptions,
) -> ImportFile:
    """The entries as sources; those without a grade get F later.

    A place names the line on which an entry begins, or in CSL-JSON the number of an item.
    """
    records: list[ImportRecord] = []
    misfits: list[RowError] = []
    with incoming(file, wanted.encoding, *endings) as files:
        for position, entry in (pair for file in files for pair in read(file)):
            if name := _name(entry):
                records.append(_source(system, position, entry, name))
            else:
                named = f"the entry {shown(entry.key)}" if entry.key else "an entry"
                misfits.append(RowError(position, f"{named} has no title"))
    return ImportFile(records=tuple(records), row_errors=tuple(misfits))


def _name(entry: BibliographyEntry) -> str:
    """`Clemen, Winkler (1985): Limits for …`; a title alone where nobody is named."""
    by = ", ".join(name.split(",")[0].strip() for name in entry.authors[:3])
    by += " et al." if len(entry.authors) > len(entry.authors[:3]) else ""
    year = f" ({entry.year})" if entry.year else ""
    parts = (by + year, entry.title.strip()) if by else (entry.title.strip() + year,)
    return clean(": ".join(filter(None, parts)), 200, is_line=True)


def _source(
    system: str, position: FilePosition, entry: BibliographyEntry, name: str
) -> ImportRecord:
    record: dict[str, Any] = {"name": name}
    url, given_doi = entry.url.strip(), _DOI.fullmatch(entry.doi.strip())
    if not web_address(url):
        doi = given_doi or _DOI.fullmatch(url)
        url = f"https://doi.org/{doi[1]}" if doi else ""
    if url:
        record["url"] = url
    foreign: dict[str, str] = {}
    if given_doi and given_doi[1] not in url:
        foreign["doi"] = given_doi[1]
    if book := _ISBN.match(re.sub(r"[-\s]", "", entry.isbn)):
        foreign["isbn"] = book[0]
    record |= {"foreign": foreign} if foreign else {}
    if entry.reliability in tuple("ABCDEF"):
        record["reliability"] = entry.reliability
    if basis := clean(entry.basis, 2_000):
        record["reliability_basis"] = basis
    library = position.file.rpartition("/")[2]
    has_key = entry.key and library != "-" and not entry.reliability  # else it is ours
    return ImportRecord(
        kind="source",
        record=record,
        position=position,
        id=entry.key if slug(entry.key, len(entry.key)) == entry.key else None,
        foreign=ForeignId(system, f"{library}:{entry.key}"[:500]) if has_key else None,
        called=tuple(called(name, url, foreign)),
    )


def _codec(
    text: Callable[[Mapping[str, Source], str], str], is_ours: Callable[[Path, str | None], bool]
) -> Codec:
    def write(view: View, path: Path) -> None:
        sources = text(view.context.records.sources, view.context.metadata.tracker)
        with path.open("wb") as file:
            file.write(sources.encode())

    return Codec(write, is_ours)


_TAG = re.compile(r"([A-Z][A-Z0-9])  ?-(?: |$)(.*)")
_GRADE = re.compile(r"Reliability: ([A-F])")
_BASIS = "Reliability basis: "


def ris(sources: Mapping[str, Source], tracker: str = "") -> str:
    """The sources as RIS: a tag a line, `TY  - ` to begin an entry and `ER  - ` to end it."""
    lines = []
    for id, source in sorted(sources.items()):
        tags = {
            "TY": "ELEC" if source.url else "GEN",
            "ID": id,
            "TI": source.name,
            "UR": source.url,
            "DP": f"scen {tracker}",
            "C1": f"Reliability: {source.reliability}",
            "N1": source.reliability_basis and f"{_BASIS}{source.reliability_basis}",
        }
        lines += [f"{tag}  - {' '.join(value.split())}\r\n" for tag, value in tags.items() if value]
        lines.append("ER  - \r\n\r\n")
    return "".join(lines)


def _is_ris_export(path: Path, tracker: str | None = None) -> bool:
    content = path.read_bytes()
    whose = "" if tracker is None else " ".join(f" {tracker}".split()) + "\r\n"
    mark = "DP  - scen" + (f" {whose}" if whose else "")
    return content.count(b"TY  - ") == content.count(mark.encode()) > 0


RIS = _codec(ris, _is_ris_export)


def _ris_entries(file: InputFile) -> _Entries:
    """Each entry by its tags; a line without a tag continues the one before it."""
    begun, tags, last = 0, dict[str, list[str]](), ""
    for number, line in enumerate(lines(file.stream, file.name, file.encoding), start=1):
        match = _TAG.match(line.strip())
        if not match:
            if begun and last and line.strip():
                tags[last][-1] += f" {line.strip()}"
            elif line.strip():
                raise refused(file.name, number, "not RIS: an entry begins with 'TY  - '")
            continue
        tag, value = match[1], match[2].strip()
        if tag == "TY" and not begun:
            begun, tags, last = number, {}, ""
        elif not begun or tag == "TY":
            raise refused(file.name, number, f"not RIS: '{tag}  - ' where an entry has not ended")
        elif tag == "ER":
            yield FilePosition(file.name, begun), _of_ris(tags)
            begun = 0
        else:
            tags.setdefault(tag, []).append(value)
            last = tag
    if begun:
        raise refused(file.name, begun, "not RIS: this entry does not end with 'ER  - '")


def _of_ris(tags: Mapping[str, list[str]]) -> BibliographyEntry:
    def first(*names: str) -> str:
        return next((value for name in names for value in tags.get(name, ()) if value), "")

    grade = next(filter(None, map(_GRADE.fullmatch, tags.get("C1", ()))), None)
    notes = [note.removeprefix(_BASIS) for note in tags.get("N1", ()) if note.startswith(_BASIS)]
    return BibliographyEntry(
        key=first("ID"),
        title=first("TI", "T1", "CT", "BT", "T2", "JO", "JF", "PB"),
        authors=[*tags.get("AU", ()), *tags.get("A1", ())],
        year=_year_of(first("PY", "Y1", "DA")),
        url=first("UR", "L2", "LK"),
        doi=first("DO"),
        isbn="" if first("T2", "BT", "JO", "JF") else first("SN"),
        reliability=grade[1] if grade else "",
        basis=" ".join(notes),
    )


_MADE_BY = "% made by scen export"
_LARGEST = 4 << 20
_SPECIAL = str.maketrans(
    {sign: f"\\{sign}" for sign in "&%$#_"}
    | {"{": "\\lbrace{}", "}": "\\rbrace{}", "\\": "\\textbackslash{}"}
    | {"~": "\\textasciitilde{}", "^": "\\textasciicircum{}"}
)
_LIGATURE = re.compile("(?<=-)(?=-)|(?<=')(?=')|(?<=`)(?=`)|(?<=[?!])(?=`)|(?<=<)(?=<)|(?<=>)(?=>)")
_URL = re.compile(r"\\url\{([^}]*)\}|<?(https?://[^\s>}]+)")
_VERBATIM = frozenset({"url", "doi", "howpublished"})
logging.getLogger("bibtexparser").addHandler(logging.NullHandler())


def bibtex(sources: Mapping[str, Source], tracker: str = "") -> str:
    """The sources as BibTeX; bibliography styles ignore the fields `reliability` and its basis."""
    entries = []
    for id, source in sorted(sources.items()):
        fields = {
            "title": f"{{{_escaped(source.name)}}}",  # in two braces its letters keep their case
            "url": (source.url or "").replace("{", "%7B").replace("}", "%7D"),
            "reliability": source.reliability,
            "reliability_basis": _escaped(source.reliability_basis or ""),
        }
        filled = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
        entries.append(f"@misc{{{id},\n{filled}}}\n")
    return _made_for(tracker) + "\n".join(entries)


def _made_for(tracker: str) -> str:
    return " ".join(f"{_MADE_BY} of {tracker}".split()) + "\n"


def _escaped(text: str) -> str:
    return "{}".join(part.translate(_SPECIAL) for part in _LIGATURE.split(" ".join(text.split())))


def _is_bibtex_export(path: Path, tracker: str | None = None) -> bool:
    begin = (_MADE_BY if tracker is None else _made_for(tracker)).encode()
    with path.open("rb") as file:
        return file.read(len(begin)) == begin


BIBTEX = _codec(bibtex, _is_bibtex_export)


def _bibtex_entries(file: InputFile) -> _Entries:
    """Each entry, with LaTeX's spellings of letters decoded by bibtexparser."""
    try:
        from bibtexparser.entrypoint import parse_string  # noqa: PLC0415 – 95 ms to read alone
        from bibtexparser.library import Library  # noqa: PLC0415
        from bibtexparser.middlewares import LatexDecodingMiddleware  # noqa: PLC0415
    except ModuleNotFoundError:
        raise extra_needed("reading BibTeX", "exchange") from None
    library = parse_string(file.text(_LARGEST, "BibTeX").replace("\r\n", "\n"))
    for block in library.failed_blocks:
        wrong = (
            "not BibTeX: a brace or a quote is not closed, a comma lacks or a key is there twice"
        )
        raise refused(file.name, (block.start_line or 0) + 1, f"{wrong} in this entry")
    if not library.entries:
        raise refused(file.name, 0, "no entry of BibTeX in it")
    plain = [_fields(entry) for entry in library.entries]
    decoded = LatexDecodingMiddleware().transform(Library([*library.entries])).entries
    if len(decoded) < len(plain):
        raise refused(file.name, 0, "braces are nested too deeply to be read")
    for entry, before in zip(decoded, plain, strict=True):
        fields = _fields(entry) | {k: v for k, v in before.items() if k in _VERBATIM}
        by = zip(_people(fields), _people(before), strict=False)
        authors = [_family(name, is_whole=raw.startswith("{")) for name, raw in by]
        where = FilePosition(file.name, (entry.start_line or 0) + 1)
        yield where, _of_bibtex(entry.key, fields, authors)


def _fields(entry: Any) -> dict[str, str]:
    return {field.key.lower(): str(field.value).replace("ˆ", "^") for field in entry.fields}


def _people(fields: Mapping[str, str]) -> list[str]:
    return re.split(r"\s+and\s+", fields.get("author") or fields.get("editor") or "")


def _family(name: str, *, is_whole: bool) -> str:
    """`Clemen` of both `Clemen, Robert T.` and `Robert T. Clemen`; all of `{World Bank}`."""
    if is_whole or not name:
        return name.strip("{}")
    return name.split(",", maxsplit=1)[0] if "," in name else name.rsplit(maxsplit=1)[-1]


def _of_bibtex(key: str, fields: Mapping[str, str], authors: list[str]) -> BibliographyEntry:
    def first(*names: str) -> str:
        return next((fields[name] for name in names if fields.get(name)), "").strip()

    where = _URL.search(first("url") or first("howpublished", "note"))
    return BibliographyEntry(
        key=key,
        title=first("title", "booktitle", "journal", "publisher", "organization"),
        authors=[name for name in authors if name],
        year=_year_of(first("year", "date")),
        url=(where[1] or where[2]).replace("\\_", "_").replace("\\%", "%") if where else "",
        doi=first("doi"),
        isbn="" if first("booktitle") else first("isbn"),
        reliability=first("reliability"),
        basis=first("reliability_basis"),
    )


def csl(sources: Mapping[str, Source], tracker: str = "") -> str:
    """The sources as CSL-JSON, as Zotero and pandoc read it; fields of our own are in `custom`."""
    listed = []
    for id, source in sorted(sources.items()):
        custom = {"reliability": source.reliability, "reliability_basis": source.reliability_basis}
        item = {
            "id": id,
            "type": "webpage" if source.url else "document",
            "title": source.name,
            "URL": source.url,
            "custom": {
                key: value for key, value in (custom | {"tracker": tracker}).items() if value
            },
        }
        listed.append({key: value for key, value in item.items() if value or key == "title"})
    return msgspec.json.format(msgspec.json.encode(listed), indent=2).decode() + "\n"


def _is_csl_export(path: Path, tracker: str | None = None) -> bool:
    try:
        listed = msgspec.json.decode(path.read_bytes(), type=list[dict[str, Any]])
    except msgspec.DecodeError:
        return False
    custom = [text_of(item, "custom", "reliability") and item["custom"] for item in listed]
    return all(fields and tracker in (None, fields.get("tracker")) for fields in custom)


CSL = _codec(csl, _is_csl_export)


def _csl_entries(file: InputFile) -> _Entries:
    for position, value in items(file, "items"):
        if position.row or "title" in value:
            yield position, _of_csl(value)


def _year_of(text: object) -> str:
    """The first year from 1000 to 2999 in a text; empty if there is none."""
    match = re.search(r"\b[12]\d{3}\b", str(text or ""))
    return match[0] if match else ""


def _of_csl(value: Any) -> BibliographyEntry:
    issued = value.get("issued") if isinstance(value, dict) else None
    dated = issued if isinstance(issued, dict) else {}
    container = text_of(value, "container-title")
    return BibliographyEntry(
        key=text_of(value, "id"),
        title=text_of(value, "title") or container,
        authors=[text_of(a, "family") or text_of(a, "literal") for a in list_of(value, "author")],
        year=_year_of(dated.get("date-parts") or dated.get("raw") or dated.get("literal")),
        url=text_of(value, "URL"),
        doi=text_of(value, "DOI"),
        isbn="" if container else text_of(value, "ISBN"),
        reliability=text_of(value, "custom", "reliability"),
        basis=text_of(value, "custom", "reliability_basis"),
    )


read_ris = partial(_read, "ris", (".ris",), _ris_entries)
read_bibtex = partial(_read, "bibtex", (".bib", ".bibtex"), _bibtex_entries)
read_csl = partial(_read, "csl", (".json",), _csl_entries)
