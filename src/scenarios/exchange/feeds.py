"""The stories of a feed, RSS or Atom, in plain text; a feed made as a trap is refused."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
from calendar import timegm
from typing import Any, NamedTuple
from xml.parsers import expat

from scenarios.exchange.address import web_address
from scenarios.exchange.questions import clean, digest
from scenarios.exchange.tables.table import refused
from scenarios.text import unseen

MOST_BYTES = 8 << 20
MOST_BROKEN = 512 << 10
"""Bytes of a feed that is not well-formed: guessing at it takes seconds a MiB."""
MOST_STORIES = 5_000
DEEPEST = 100
LONGEST_TITLE, LONGEST_TEXT, LONGEST_GUID = 200, 2_000, 500
_SLOW = re.compile(rb"\b(idna|punycode)\b", re.IGNORECASE)
"""Encodings whose decoders take the square of a text's length."""
_STORY = re.compile(rb"<(?:\w{1,40}:)?(?:item|entry)[\s/>]", re.IGNORECASE)
_UNREAD = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.I)  # noqa: FURB167
_MARKUP = re.compile(r"</?[a-zA-Z!?][^<>]*>")
_INLINE = re.compile(r"</?(a|abbr|b|em|i|span|strong|su[bp]|u)\b[^<>]*>", re.IGNORECASE)
_FOLLOWS = re.compile(r"(?<=[?&])(utm_\w+|fbclid|gclid)=[^&#]*&?", re.IGNORECASE)
"""The parts of an address that say who came by it, and nothing of the page."""
_KEYS = ("id", "title", "summary", "content", "link", "published_parsed", "updated_parsed")
_GIVEN_UP = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""The ways in which feedparser fails at a broken feed."""


class FeedStory(NamedTuple):
    """An item of a feed; `published` is the feed's own time, `guid` its id, address or title."""

    guid: str
    title: str
    text: str
    link: str | None
    published: dt.datetime | None


def stories(data: bytes, name: str, address: str = "", media_type: str = "") -> list[FeedStory]:
    """The stories of a feed in its order, each guid once; those without a word are left out.

    `address` is what relative links begin at, and `media_type` the header that came with it.
    ScenError if it is not a feed, or one that no reader should be given.
    """
    import feedparser  # noqa: PLC0415 - an extra
    from feedparser.encodings import convert_to_utf8  # noqa: PLC0415

    if len(data) > MOST_BYTES:
        raise refused(name, 0, f"more than {MOST_BYTES >> 20} MiB: not a feed of news")
    if _SLOW.search(data[:1000] + media_type.encode()):
        raise refused(name, 0, "not in an encoding of text")
    try:
        data = convert_to_utf8({"content-type": media_type}, data, {})
        _refuse_traps(data, name)
        read = feedparser.parse(
            io.BytesIO(data),  # bytes alone could be taken for an address or a path
            response_headers={"content-type": "application/xml", "content-location": address},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
        entries = [{key: dict.get(entry, key) for key in _KEYS} for entry in read["entries"]]
    except _GIVEN_UP:
        raise refused(name, 0, "not well-formed, and nothing can be made of it") from None
    if not read.get("version") and not entries:
        raise refused(name, 0, "not a feed: neither RSS nor Atom")
    listed = {story.guid: story for entry in entries[::-1] if (story := _story(entry)).title}
    return [*listed.values()][::-1]


def _refuse_traps(data: bytes, name: str) -> None:
    """Refuse too many stories, entities, a deep nest, and a feed that is both broken and long."""
    if (number := sum(1 for _ in _STORY.finditer(data))) > MOST_STORIES:
        raise refused(name, 0, f"{number:,} stories, and at most {MOST_STORIES:,} are read at once")
    depth, reader = 0, expat.ParserCreate()

    def begin(*_: Any) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise refused(name, reader.CurrentLineNumber, f"nested more than {DEEPEST} deep")

    def end(*_: Any) -> None:
        nonlocal depth
        depth -= 1

    def declare(*_: Any) -> None:
        raise refused(name, 0, "it declares entities, which a feed of news does not need")

    reader.StartElementHandler, reader.EndElementHandler = begin, end
    reader.EntityDeclHandler = declare
    try:
        reader.Parse(data, True)
    except expat.ExpatError as error:
        if len(data) > MOST_BROKEN:
            words = f"not well-formed ({error}), and too long to guess at it"
            raise refused(name, 0, words) from None
        if b"<!ENTITY" in data:
            declare()


def _story(entry: dict[str, Any]) -> FeedStory:
    title = plain_text(entry["title"], LONGEST_TITLE, is_line=True)
    contents = (part.get("value") for part in entry["content"] or ())
    text = plain_text(entry["summary"] or next(contents, ""), LONGEST_TEXT)
    title = title or clean(text, LONGEST_TITLE, is_line=True)
    link = web_address(_FOLLOWS.sub("", (entry["link"] or "").partition("#")[0]).rstrip("?&"))
    guid = _line(entry["id"] or link or title)
    parts = entry["published_parsed"] or entry["updated_parsed"]
    known = parts and parts[0] > 0
    return FeedStory(
        guid=guid if len(guid) <= LONGEST_GUID else digest(guid, 32),
        title=title,
        text="" if text == title else text,
        link=link,
        published=dt.datetime.fromtimestamp(timegm(parts), dt.UTC) if known else None,
    )


def plain_text(markup: str | None, longest: int, *, is_line: bool = False) -> str:
    """The words of HTML or text, without markup and what acts or cannot be seen."""
    cut = (markup or "")[: 10 * LONGEST_TEXT]
    cut = _UNREAD.sub(" ", cut if "<" in cut else html.unescape(cut))
    lines = map(_line, html.unescape(_MARKUP.sub(" ", _INLINE.sub("", cut))).splitlines())
    return clean("\n".join(filter(None, lines)), longest, is_line=is_line)


def _line(text: str) -> str:
    return " ".join(text.translate({ord(hidden): None for hidden in unseen(text)}).split())
