"""The file at an address of the public web, over https.

Fetching is bounded in time, size and redirects. A host's name is resolved once, its addresses are
checked, and the connection goes to one of those: so no name leads into the reader's own network,
not even one that changes its address meanwhile.
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from functools import partial
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from scenarios.address import web_address
from scenarios.errors import ScenError
from scenarios.text import shown

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


class HttpClient(NamedTuple):
    """The way to other hosts, and the seconds that a file may take; tests hand in their own."""

    resolve: Callable[[str, int], list[str]] = _resolved
    connect: Callable[[str, int, float], socket.socket] = _connected
    context: Callable[[], ssl.SSLContext] = ssl.create_default_context
    seconds: float = MOST_SECONDS


def fetch(address: str, most_bytes: int, network: HttpClient) -> FetchedFile:
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
    # Translated and tunnelled addresses of IPv6 contain one of IPv4, which may be of the own
    # network (test_no_host_leads_into_the_readers_own_network).
    if ip in _NAT64:
        ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if isinstance(ip, ipaddress.IPv6Address) and (ip not in _UNICAST or ip.sixtofour or ip.teredo):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _fetched(start: str, most_bytes: int, network: HttpClient) -> FetchedFile:
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


def _connection(address: str, network: HttpClient, deadline: float) -> HTTPSConnection:
    """A connection to a public address of the host, whose certificate has the host's name."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or 443
    ips = network.resolve(host, port)
    # Each of them, though only the first is connected to: the order is the resolver's
    # (test_no_host_leads_into_the_readers_own_network).
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
