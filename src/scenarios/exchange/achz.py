"""A matrix of PARC ACH (`.achz`): hypotheses as the scenarios of a set, and rated evidence."""

from __future__ import annotations

import codecs
import datetime as dt
import gzip
import re
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, ParseError

from scenarios.errors import extra_needed
from scenarios.exchange.arrivals import Arrival, Arrived, Foreign, Misfit, Place, slug
from scenarios.exchange.incoming import Incoming, incoming
from scenarios.exchange.questions import (
    LONG_AGO_MS,
    LONGEST_SET,
    LONGEST_TEXT,
    WrongCellError,
    clean,
    digest,
    from_milliseconds,
)
from scenarios.exchange.readers import Given, Wanted
from scenarios.exchange.tables.table import refused
from scenarios.text import counted, shown

try:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring
except ModuleNotFoundError as error:
    raise extra_needed("reading .achz", "exchange") from error

SYSTEM = "achz"
LARGEST = 8 << 20
"""As many bytes as a matrix may unpack to; one of a thousand items has a tenth."""
MOST_TAGS = 200_000
HORIZON_DAYS = 365
_RATINGS = {
    "II": "II",
    "I": "I",
    "N": "N",
    "C": "C",
    "CC": "CC",
    "NA": None,
    "": None,
}
_ENCODING = re.compile(r"^\s*<\?xml[^>]*\?>")


class _Matrix(NamedTuple):
    title: str
    hypotheses: list[Element]
    evidence: list[Element]


class _Seen(NamedTuple):
    """When an item was observed; None where the file does not say."""

    day: dt.date | None
    item: Element
    place: Place


def read(given: Given, wanted: Wanted) -> Arrived:
    """What the file holds; places count the hypotheses, and on from them the evidence."""
    with incoming(given, wanted.encoding, ".achz") as files:
        if len(files) != 1:
            raise refused(given.name, 0, "one matrix at a time")
        return _arrived(files[0].name, _matrix(files[0]), wanted)


def _arrived(name: str, matrix: _Matrix, wanted: Wanted) -> Arrived:
    misfits: list[Misfit] = []
    seen = [*_dated(name, matrix, wanted.timezone, misfits)]
    days = [one.day for one in seen if one.day] or [wanted.today]
    opened, last = min(days), max(days)
    horizon = opened + min(dt.timedelta(HORIZON_DAYS), dt.date.max - opened)
    project = slug(matrix.title, otherwise="matrix")
    texts = [_text(hypothesis, "NAME") for hypothesis in matrix.hypotheses]
    records = [
        _scenario(Place(name, n, "HYPOTHESIS"), text, project, opened, horizon)
        for n, text in enumerate(texts, start=1)
    ]
    for one in seen:
        try:
            records.append(_evidence(one, texts, project, last))
        except WrongCellError as wrong:
            misfits.append(wrong.misfit(one.place))
    remarks = [f"the file names no horizon: {horizon} stands in each, a year after {opened}"]
    if undated := sum(one.day is None for one in seen):
        items = counted(undated, "item has no date", "items have no date")
        remarks.append(f"{items} in the file: taken as {last}, and said so in the notes")
    return Arrived(
        records=tuple(records),
        misfits=tuple(misfits),
        sets={project: clean(matrix.title, LONGEST_SET, is_line=True)},
        remarks=tuple(remarks),
    )


def _hypothesis(project: str, text: str) -> Foreign:
    """What a hypothesis is called there, which has no id: what it says."""
    return Foreign(SYSTEM, f"{project}/{clean(text, 400, is_line=True)}")


def _scenario(place: Place, text: str, project: str, opened: dt.date, horizon: dt.date) -> Arrival:
    title = clean(text, 200, is_line=True)
    return Arrival(
        kind="scenario",
        title=title,
        place=place,
        foreign=_hypothesis(project, text),
        record={
            "title": title,
            "question": clean(f"Which hypothesis is right? {text}", 1000),
            "resolution_criteria": f"The hypothesis is right: {clean(text, LONGEST_TEXT // 2)}",
            "set": project,
        },
        assumed={"opened": opened, "horizon": horizon},
    )


def _dated(name: str, matrix: _Matrix, zone: dt.tzinfo, misfits: list[Misfit]) -> Iterator[_Seen]:
    for number, item in enumerate(matrix.evidence, start=len(matrix.hypotheses) + 1):
        place, text = Place(name, number, "EVIDENCE"), _text(item, "DATE")
        day = None
        if text and text.strip("0"):
            try:
                day = from_milliseconds(int(text), zone, LONG_AGO_MS).date()
            except ValueError:
                words = f"{shown(text)} is not a number of milliseconds since 1970"
                misfits.append(Misfit(place=place._replace(column="DATE"), message=words))
        yield _Seen(day, item, place)


def _evidence(seen: _Seen, texts: list[str], project: str, last: dt.date) -> Arrival:
    item, day = seen.item, seen.day or last
    title = clean(_text(item, "NAME"), 500, is_line=True)
    if not title:
        raise WrongCellError("NAME", "empty")
    record: dict[str, Any] = {"summary": title}
    days = {"observed": day.isoformat(), "recorded": day}
    record |= days if seen.day else {}
    address = _text(item, "LINK")
    if re.fullmatch(r"https?://[^\s/?#]\S*", address):
        record["url"], address = address, ""
    if ratings := _ratings(_text(item, "VALUES"), len(texts)):
        named = (_hypothesis(project, text) for text in texts)
        record["ratings"] = {who: code for who, code in zip(named, ratings, strict=True) if code}
    also = {
        "Link": address,
        "Type": _text(item, "TYPE"),
        "Credibility": _text(item, "CREDIBILITY"),
        "Relevance": _text(item, "RELEVANCE"),
        "Code": _text(item, "CODE"),
        "Flagged": "yes" if _text(item, "FLAG") == "1" else "",
        "Date": "" if seen.day else "none in the ACH file",
    }
    whole = "" if title == " ".join(_text(item, "NAME").split()) else _text(item, "NAME")
    lines = [
        whole,
        _text(item, "NOTES"),
        *(f"{name}: {value}" for name, value in also.items() if value),
    ]
    if notes := clean("\n".join(filter(None, lines)), LONGEST_TEXT):
        record["notes"] = notes
    return Arrival(
        kind="evidence",
        record=record,
        title=title,
        place=seen.place,
        foreign=Foreign(SYSTEM, f"{project}/{digest(title)}"),
        assumed={} if seen.day else days,
    )


def _ratings(text: str, number: int) -> list[str | None]:
    """The codes in the order of the hypotheses; what is blank or not applicable is not rated."""
    codes = ["".join(code.split()).replace("/", "").upper() for code in text.split(",")]
    if not any(codes):
        return []
    if len(codes) != number:
        words = f"{counted(len(codes), 'rating')} for"
        raise WrongCellError("VALUES", f"{words} {counted(number, 'hypothesis', 'hypotheses')}")
    if wrong := next((code for code in codes if code not in _RATINGS), None):
        raise WrongCellError("VALUES", f"{shown(wrong)} is not II, I, N, C, CC or NA")
    return [_RATINGS[code] for code in codes]


def _matrix(file: Incoming) -> _Matrix:
    root = _parsed(file.name, _unpacked(file))
    hypotheses, evidence = [*_named(root, "HYPOTHESIS")], [*_named(root, "EVIDENCE")]
    if len(hypotheses) < len(("one", "other")):
        raise refused(file.name, 0, "not a matrix of ACH: it has fewer than two HYPOTHESIS")
    if not all(_text(hypothesis, "NAME") for hypothesis in hypotheses):
        raise refused(file.name, 0, "a HYPOTHESIS has no NAME")
    title = next(_named(root, "PROJECT-TITLE"), next(_named(root, "TITLE"), root))
    return _Matrix((title.text or "").strip() or "Matrix", hypotheses, evidence)


def _unpacked(file: Incoming) -> str:
    """The text, of whichever UTF it is, which is UTF-16 as PARC writes it."""
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
        return str(data, encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise refused(
            file.name, 0, f"its text is not {encoding.upper().removesuffix('-SIG')}: {error}"
        ) from None


def _parsed(name: str, text: str) -> Element:
    if text.count("<") > MOST_TAGS:
        raise refused(name, 0, f"more than {MOST_TAGS:,} tags: not a matrix of ACH")
    try:
        root: Element = fromstring(_ENCODING.sub("", text, count=1))
    except DefusedXmlException:
        raise refused(name, 0, "it defines XML entities, which a matrix does not need") from None
    except ParseError as error:
        raise refused(name, 0, f"not XML: {error}") from None
    return root


def _named(root: Element, name: str) -> Iterator[Element]:
    return (one for one in root.iter() if isinstance(one.tag, str) and one.tag.upper() == name)


def _text(element: Element, name: str) -> str:
    """The text of the first child of that name."""
    child = next((one for one in element if str(one.tag).upper() == name), None)
    return (child.text or "").strip() if child is not None else ""
