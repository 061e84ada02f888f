"""A matrix of PARC ACH (`.achz`): hypotheses as the scenarios of a set, and rated evidence."""

import codecs
import datetime as dt
import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from scenarios import ReadOptions
from scenarios.extending import (
    CellError,
    FilePosition,
    ForeignId,
    ImportBuilder,
    ImportFile,
    ImportRecord,
    InputFile,
    SourceFile,
    clean,
    counted,
    digest,
    extra_needed,
    incoming,
    refused,
    shown,
    slug,
)

try:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring
except ModuleNotFoundError as error:
    raise extra_needed("reading .achz", "exchange") from error

LARGEST = 8 << 20
"""Bytes that a matrix may unpack to, ten times those of a thousand items."""
MOST_TAGS = 200_000
HORIZON_DAYS = 365
_LONG_AGO_MS = -30_000_000_000_000
"""The year 1019: a matrix may be of old days."""
_RATINGS = {"II": "II", "I": "I", "N": "N", "C": "C", "CC": "CC", "NA": None, "": None}
_ENCODING = re.compile(r"^\s*<\?xml[^>]*\?>")

_Item = tuple[FilePosition, Element, dt.date | None]
"""An item of evidence with the day on which it was observed; None if the file has no day."""


def read(file: SourceFile, wanted: ReadOptions) -> ImportFile:
    """The hypotheses and the evidence of the file, numbered on in that order."""
    with incoming(file, wanted.encoding, ".achz") as files:
        if len(files) != 1:
            raise refused(file.name, 0, "one matrix at a time")
        name, root = files[0].name, _root(files[0])
    texts = [_text(hypothesis, "NAME") for hypothesis in _named(root, "HYPOTHESIS")]
    if len(texts) < 2:  # noqa: PLR2004
        raise refused(name, 0, "not a matrix of ACH: it has fewer than two HYPOTHESIS")
    if not all(texts):
        raise refused(name, 0, "a HYPOTHESIS has no NAME")
    element = next(_named(root, "PROJECT-TITLE"), next(_named(root, "TITLE"), root))
    matrix = (element.text or "").strip() or "Matrix"
    site = ImportBuilder("achz", wanted)
    items = [*_items(site, name, _named(root, "EVIDENCE"), len(texts) + 1)]
    days = [day for _, _, day in items if day] or [wanted.today]
    opened, last = min(days), max(days)
    horizon = opened + min(dt.timedelta(HORIZON_DAYS), dt.date.max - opened)
    project = slug(matrix, otherwise="matrix")
    foreign = [site.foreign(project, clean(text, 400, is_line=True)) for text in texts]
    for number, text in enumerate(texts):
        record = {
            "title": clean(text, 200, is_line=True),
            "question": clean(f"Which hypothesis is right? {text}", 1000),
            "resolution_criteria": f"The hypothesis is right: {clean(text, 5_000)}",
            "set": project,
        }
        site.records.append(
            ImportRecord(
                kind="scenario",
                position=FilePosition(name, number + 1, "HYPOTHESIS"),
                foreign=foreign[number],
                record=record,
                assumed={"opened": opened, "horizon": horizon},
            )
        )
    for item in items:
        with site.row(item[0]):
            site.records.append(_evidence(site, item, foreign, project, last))
    site.name_set(project, matrix)
    site.remarks.append(
        f"the file names no horizon: {horizon} stands in each, a year after {opened}"
    )
    if undated := sum(day is None for _, _, day in items):
        counted_items = counted(undated, "item has no date", "items have no date")
        remark = f"{counted_items} in the file: taken as {last}, and said so in the notes"
        site.remarks.append(remark)
    return site.arrived()


def _items(
    site: ImportBuilder, name: str, elements: Iterable[Element], first: int
) -> Iterator[_Item]:
    for number, element in enumerate(elements, start=first):
        position, text = FilePosition(name, number, "EVIDENCE"), _text(element, "DATE")
        day = None
        if text and text.strip("0"):
            try:
                day = site.milliseconds(int(text), "DATE", _LONG_AGO_MS).date()
            except ValueError:
                words = f"{shown(text)} is not a number of milliseconds since 1970"
                site.add_error(position._replace(column="DATE"), words)
        yield position, element, day


def _evidence(
    site: ImportBuilder, item: _Item, hypotheses: list[ForeignId], project: str, last: dt.date
) -> ImportRecord:
    position, element, stated = item
    text, day = partial(_text, element), stated or last
    title = clean(text("NAME"), 500, is_line=True)
    if not title:
        raise CellError("NAME", "empty")
    record: dict[str, Any] = {"summary": title}
    days = {"observed": day.isoformat(), "recorded": day}
    record |= days if stated else {}
    address = text("LINK")
    if re.fullmatch(r"https?://[^\s/?#]\S*", address):
        record["url"], address = address, ""
    if ratings := _ratings(text("VALUES"), len(hypotheses)):
        pairs = zip(hypotheses, ratings, strict=True)
        record["ratings"] = {hypothesis: code for hypothesis, code in pairs if code}
    also = {
        "Link": address,
        "Type": text("TYPE"),
        "Credibility": text("CREDIBILITY"),
        "Relevance": text("RELEVANCE"),
        "Code": text("CODE"),
        "Flagged": "yes" if text("FLAG") == "1" else "",
        "Date": "" if stated else "none in the ACH file",
    }
    whole = "" if title == " ".join(text("NAME").split()) else text("NAME")
    fields = (f"{name}: {value}" for name, value in also.items() if value)
    lines = filter(None, (whole, text("NOTES"), *fields))
    if notes := clean("\n".join(lines)):
        record["notes"] = notes
    return ImportRecord(
        kind="evidence",
        record=record,
        position=position,
        foreign=site.foreign(project, digest(title)),
        assumed={} if stated else days,
    )


def _ratings(text: str, number: int) -> list[str | None]:
    """The codes in the order of the hypotheses; None for blank and not applicable."""
    codes = ["".join(code.split()).replace("/", "").upper() for code in text.split(",")]
    if not any(codes):
        return []
    if len(codes) != number:
        words = f"{counted(len(codes), 'rating')} for"
        raise CellError("VALUES", f"{words} {counted(number, 'hypothesis', 'hypotheses')}")
    if wrong := next((code for code in codes if code not in _RATINGS), None):
        raise CellError("VALUES", f"{shown(wrong)} is not II, I, N, C, CC or NA")
    return [_RATINGS[code] for code in codes]


def _root(file: InputFile) -> Element:
    """The root of a matrix in any UTF; PARC writes UTF-16."""
    stream: Any = file.stream
    if file.stream.peek(2)[:2] == b"\x1f\x8b":
        stream = gzip.GzipFile(fileobj=file.stream)
    try:
        data = stream.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise refused(file.name, 0, f"a broken gzip ({error})") from None
    if len(data) > LARGEST:
        raise refused(file.name, 0, f"it unpacks to more than {LARGEST >> 20} MiB")
    encoding = file.encoding or "utf-8-sig"
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        encoding = "utf-16"
    elif b"\0" in data[:2]:
        encoding = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
    try:
        text = str(data, encoding)
    except (UnicodeDecodeError, LookupError) as error:
        name = encoding.upper().removesuffix("-SIG")
        raise refused(file.name, 0, f"its text is not {name}: {error}") from None
    if text.count("<") > MOST_TAGS:
        raise refused(file.name, 0, f"more than {MOST_TAGS:,} tags: not a matrix of ACH")
    try:
        root: Element = fromstring(_ENCODING.sub("", text, count=1))
    except DefusedXmlException:
        message = "it defines XML entities, which a matrix does not need"
        raise refused(file.name, 0, message) from None
    except ParseError as error:
        raise refused(file.name, 0, f"not XML: {error}") from None
    return root


def _named(root: Element, name: str) -> Iterator[Element]:
    return (e for e in root.iter() if isinstance(e.tag, str) and e.tag.upper() == name)


def _text(element: Element, name: str) -> str:
    child = next((child for child in element if str(child.tag).upper() == name), None)
    return (child.text or "").strip() if child is not None else ""
