"""The stories of a feed, RSS or Atom, in plain text, and the file over https that holds them.

Fetching is bounded in time, size and redirects. A host's name is resolved once, its addresses are
checked, and the connection goes to one of those: so no name leads into the reader's own network,
not even one that changes its address meanwhile. A feed made as a trap is refused.
"""

import datetime as dt
import html
import io
import ipaddress
import re
import socket
import ssl
import threading
import time
from calendar import timegm
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from functools import partial
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit
from xml.parsers import expat

from scenarios.errors import ScenError
from scenarios.exchange.address import web_address
from scenarios.exchange.incoming import clean, digest
from scenarios.exchange.tables.table import refused
from scenarios.text import shown, unseen

MOST_SECONDS = 30
MOST_REDIRECTS = 5
_MOST_IDLE_SECONDS = 10
_TOO_SLOW = "no answer in time"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {"User-Agent": "scen", "Accept-Encoding": "identity"}


class FetchedFile(NamedTuple):
    """The file, its media type as sent, and the address after redirects."""

    data: bytes
    media_type: str
    address: str


def _resolved(host: str, port: int) -> list[str]:
    return [str(ip[0]) for *_, ip in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _connected(address: str, port: int, seconds: float) -> socket.socket:
    return socket.create_connection((address, port), seconds)


class Network(NamedTuple):
    """The way to other hosts, and the seconds that a file may take; tests hand in their own."""

    resolve: Callable[[str, int], list[str]] = _resolved
    connect: Callable[[str, int, float], socket.socket] = _connected
    context: Callable[[], ssl.SSLContext] = ssl.create_default_context
    seconds: float = MOST_SECONDS


def fetch(address: str, most_bytes: int, network: Network) -> FetchedFile:
    """The file at an address; ScenError names the fault and the address that has it.

    A thread does it: a resolver, or a server that drips, cannot be interrupted otherwise.
    """
    answer: Future[FetchedFile] = Future()

    def work() -> None:
        try:
            answer.set_result(_fetched(address, most_bytes, network))
        except ScenError as error:
            answer.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    try:
        return answer.result(network.seconds)
    except TimeoutError:
        raise _refused(address, _TOO_SLOW) from None


def is_public(address: str) -> bool:
    """True for an IP address of one host of the public Internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if ip in _NAT64:
        ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if isinstance(ip, ipaddress.IPv6Address) and (ip not in _UNICAST or ip.sixtofour or ip.teredo):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _fetched(start: str, most_bytes: int, network: Network) -> FetchedFile:
    deadline, address = time.monotonic() + network.seconds, start
    for _ in range(MOST_REDIRECTS + 1):
        if not (address.startswith("https://") and address.isascii() and web_address(address)):
            raise _refused(address, "only https:// in plain letters is fetched, without a user")
        try:
            with closing(_connection(address, network, deadline)) as connection:
                path = urlsplit(address)._replace(scheme="", netloc="", fragment="").geturl()
                connection.request("GET", path if path[:1] == "/" else f"/{path}", headers=_HEADERS)
                with closing(connection.getresponse()) as response:
                    if response.status not in _REDIRECTS:
                        data = _body(address, response, most_bytes, deadline)
                        return FetchedFile(data, response.headers.get("Content-Type", ""), address)
                    address = urljoin(address, response.headers.get("Location", ""))
        except (OSError, HTTPException, ValueError) as error:
            fault = getattr(error, "verify_message", None) or getattr(error, "strerror", None)
            raise _refused(address, shown(str(fault or error)).strip("'")) from None
    raise _refused(start, f"it redirects more than {MOST_REDIRECTS} times")


def _connection(address: str, network: Network, deadline: float) -> HTTPSConnection:
    """A connection to a public address of the host, whose certificate has the host's name."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or 443
    ips = network.resolve(host, port)
    for ip in ips:
        if not is_public(ip):
            raise _refused(address, f"{host} is {ip}, which is not a public address")
    context = network.context()
    connection = HTTPSConnection(host, port, context=context)
    connection.auto_open = 0  # it would resolve the name again
    plain = network.connect(ips[0], port, _left(deadline))
    plain.settimeout(_left(deadline))
    connection.sock = context.wrap_socket(plain, server_hostname=host)
    return connection


def _left(deadline: float) -> float:
    """Seconds that the next step may take; TimeoutError if there are none."""
    if (left := deadline - time.monotonic()) <= 0:
        raise TimeoutError(_TOO_SLOW)
    return min(left, _MOST_IDLE_SECONDS)


def _body(address: str, response: HTTPResponse, most_bytes: int, deadline: float) -> bytes:
    if response.status != 200 or response.headers.get("Content-Encoding"):  # noqa: PLR2004
        raise _refused(address, f"the server answers {response.status}, or compressed")
    data = bytearray()
    for chunk in iter(partial(response.read1, 1 << 16), b""):
        data += chunk
        _left(deadline)
        if len(data) > most_bytes:
            raise _refused(address, f"more than {most_bytes >> 20} MiB")
    if response.length:
        raise _refused(address, "the answer is cut short")
    return bytes(data)


def _refused(address: str, reason: str) -> ScenError:
    return ScenError(f"{shown(address)} was not fetched: {reason}")


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
