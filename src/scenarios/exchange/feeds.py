"""The stories of a feed, RSS or Atom, in plain text; a child reads them.

A story that breaks its parser, or takes it too long, is left out and named; the others come.
"""

import datetime as dt
import html
import io
import re
import signal
import sys
from calendar import timegm
from collections.abc import Iterator
from contextlib import contextmanager
from time import process_time
from typing import Any, NamedTuple, NoReturn
from xml.sax import SAXException

from scenarios.address import web_address
from scenarios.exchange.tables.table import refused
from scenarios.storage.child import Child, Limits
from scenarios.text import clean, counted, digest, shown, unseen

MOST_BYTES = 8 << 20
MOST_STORIES = 5_000
LIMITS = Limits(seconds=60, memory_mib=512, answer_mib=64)
"""Of a feed: 5,000 stories of the usual size take 5 s, and 8 MiB become at most 200 MiB."""
_WHOLE_SECONDS, _STORY_SECONDS, _ALL_SECONDS = 8, 1, 20
"""Seconds of the processor for a feed, then for a story alone, and for all that are read alone."""
LONGEST_TITLE, LONGEST_TEXT, LONGEST_GUID = 200, 2_000, 500
_STORY = re.compile(rb"<((?:\w{1,40}:)?(?:item|entry))[\s/>]", re.IGNORECASE)
_UNREAD = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.I)  # noqa: FURB167
_MARKUP = re.compile(r"</?[a-zA-Z!?][^<>]*>")
_INLINE = re.compile(r"</?(a|abbr|b|em|i|span|strong|su[bp]|u)\b[^<>]*>", re.IGNORECASE)
_FOLLOWS = re.compile(r"(?<=[?&])(utm_\w+|fbclid|gclid)=[^&#]*&?", re.IGNORECASE)
"""The parts of an address that say who came by it, and nothing of the page."""
_KEYS = ("id", "title", "summary", "content", "link", "published_parsed", "updated_parsed")
_GIVEN_UP = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError),
    *(ValueError, SAXException),
)
"""The ways in which feedparser fails at a broken feed."""
_YEARS = range(1000, 9999)
"""The years of a date that has a day in each time zone, and four digits."""


class FeedStory(NamedTuple):
    """An item of a feed; `published` is the feed's own time, `guid` its id or address and title."""

    guid: str
    title: str
    text: str
    link: str | None
    published: dt.datetime | None


class FeedContent(NamedTuple):
    """Stories in the order of the feed, each guid once, and the faults of others."""

    stories: list[FeedStory]
    faults: list[str]


class TimeIsUp(BaseException):
    """Ends a parser that takes too long, in whatever it catches."""


def reader() -> Child:
    """A child that reads feeds."""
    return Child(LIMITS, "a feed", __name__, "feedparser")


def read(
    child: Child, data: bytes, name: str, address: str = "", media_type: str = ""
) -> FeedContent:
    """The content of a feed, as `stories` gives it in a child; ScenError too if that ends."""
    place, records = f"{__name__}:{stories.__name__}", (FeedContent, FeedStory)
    call = (place, data, name, address, media_type)
    content: FeedContent = child.call(*call, records=records, subject=f"{name}: the feed")
    return content


def stories(data: bytes, name: str, address: str = "", media_type: str = "") -> FeedContent:
    """The stories of a feed; those without a word are left out.

    `address` is what relative links begin at, and `media_type` the header that came with it.
    ScenError if it is not a feed, or one that no reader should be given.
    """
    if len(data) > MOST_BYTES:
        raise refused(name, 0, f"more than {MOST_BYTES >> 20} MiB: not a feed of news")
    from feedparser.encodings import convert_to_utf8  # noqa: PLC0415 - an extra

    starts: list[re.Match[bytes]] = []
    try:
        with within_time(_WHOLE_SECONDS):
            data = convert_to_utf8({"content-type": media_type}, data, {})
            starts = [*_STORY.finditer(data)]
            if len(starts) > MOST_STORIES:
                words = f"{len(starts):,} stories, and at most {MOST_STORIES:,} are read at once"
                raise refused(name, 0, words)
            if b"<!ENTITY" in data[: starts[0].start() if starts else None]:
                raise refused(name, 0, "it declares entities, which a feed of news does not need")
            read = _parsed(data, address)
            if not read.get("version") and not read["entries"]:
                raise refused(name, 0, "not a feed: neither RSS nor Atom")
            faults: list[str] = []
            listed = [_story(entry, faults) for entry in read["entries"]]
    except (TimeIsUp, *_GIVEN_UP):
        listed, faults = _alone(data, starts, address) if starts else ([], [])
        if not listed:
            raise refused(name, 0, "not well-formed, and nothing can be made of it") from None
    once = {story.guid: story for story in listed[::-1] if story.title}
    return FeedContent([*once.values()][::-1], [f"{name}: {fault}" for fault in faults])


def _parsed(data: bytes, address: str) -> Any:
    import feedparser  # noqa: PLC0415 - an extra

    return feedparser.parse(
        io.BytesIO(data),  # bytes alone could be taken for an address or a path
        response_headers={"content-type": "application/xml", "content-location": address},
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _alone(
    data: bytes, starts: list[re.Match[bytes]], address: str
) -> tuple[list[FeedStory], list[str]]:
    """The stories that can be read alone, between the head and the end of the feed; the faults."""
    listed: list[FeedStory] = []
    faults: list[str] = []
    head, tail, begun = data[: starts[0].start()], data[data.rfind(b"</") :], process_time()
    for number, start in enumerate(starts, 1):
        if process_time() - begun > _ALL_SECONDS:
            left = counted(len(starts) - number + 1, "story", "stories")
            faults.append(f"{left} left out at the end: those before took {_ALL_SECONDS} s")
            break
        end = starts[number].start() if number < len(starts) else len(data)
        story = data[start.start() : end].partition(b"</%s>" % start[1])[0]
        try:
            with within_time(_STORY_SECONDS):
                alone = _parsed(b"%s%s</%s>%s" % (head, story, start[1], tail), address)
                listed += [_story(entry, faults) for entry in alone["entries"]]
        except (TimeIsUp, *_GIVEN_UP):
            faults.append(f"story {number} cannot be read and is left out")
    return listed, faults


@contextmanager
def within_time(seconds: float) -> Iterator[None]:
    """Raise TimeIsUp after seconds of the processor, where the system can; else a child ends."""
    if sys.platform == "win32":
        yield
        return

    def stop(*_: object) -> NoReturn:
        raise TimeIsUp

    signal.signal(signal.SIGPROF, stop)
    # Again and again: what is raised in a finalizer, or a collector's callback, is swallowed.
    signal.setitimer(signal.ITIMER_PROF, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _story(entry: Any, faults: list[str]) -> FeedStory:
    entry = {key: dict.get(entry, key) for key in _KEYS}
    title = plain_text(entry["title"], LONGEST_TITLE, is_line=True)
    contents = (content.get("value") for content in entry["content"] or ())
    text = plain_text(entry["summary"] or next(contents, ""), LONGEST_TEXT)
    title = title or clean(text, LONGEST_TITLE, is_line=True)
    page, hash_, anchor = (entry["link"] or "").partition("#")
    link = web_address(f"{_FOLLOWS.sub('', page).rstrip('?&')}{hash_}{anchor}")
    guid = _line(entry["id"] or f"{link or ''} {title}")  # a ticker has one link for all of it
    parts = entry["published_parsed"] or entry["updated_parsed"]
    if parts and parts[0] > 0 and parts[0] not in _YEARS:
        faults.append(f"{shown(title)} has a date in the year {parts[0]}: taken without a date")
    return FeedStory(
        guid=guid if len(guid) <= LONGEST_GUID else digest(guid, 32),
        title=title,
        text="" if text == title else text,
        link=link,
        published=dt.datetime.fromtimestamp(timegm(parts), dt.UTC)
        if parts and parts[0] in _YEARS
        else None,
    )


def plain_text(markup: str | None, longest: int, *, is_line: bool = False) -> str:
    """The words of HTML or text, without markup and what acts or cannot be seen."""
    cut = (markup or "")[: 10 * LONGEST_TEXT]
    cut = _UNREAD.sub(" ", cut if "<" in cut else html.unescape(cut))
    lines = map(_line, html.unescape(_MARKUP.sub(" ", _INLINE.sub("", cut))).splitlines())
    return clean("\n".join(filter(None, lines)), longest, is_line=is_line)


def _line(text: str) -> str:
    return " ".join(text.translate({ord(hidden): None for hidden in unseen(text)}).split())
