"""Access control: only local browsers with the start address, and only from our own pages."""

import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Protocol

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, Response

from scenarios.render.templating import fill
from scenarios.storage.attachments import LARGEST

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

START = "token"
LET_IN = "let_in"  # in a request's state, what tells its connection that it has the token
SAFE = frozenset({"GET", "HEAD"})
_METHODS = SAFE | {"POST"}
FORM = 4 << 20
"""Most bytes of a form; a multipart form may have an attachment too."""
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with no-referrer a browser would not say whence it posts
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Door(Protocol):
    """The hosts of a server, and who is let in."""

    @property
    def hosts(self) -> tuple[str, ...]: ...
    @property
    def start(self) -> str: ...
    def origin(self, host: str) -> str: ...
    def admit(self, scope: Scope) -> Response | None: ...
    def sends(self, send: Send, scope: Scope) -> Send: ...


class AllowedHosts:
    """The hosts that a server answers to, and the token that each request needs."""

    def __init__(self, port: int, token: str | None = None) -> None:
        self.token = token or secrets.token_urlsafe(32)
        self.address = f"http://127.0.0.1:{port}"
        self.hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self.cookie = f"scen-{port}"  # a browser sends the cookies of one port to all
        self._tickets: dict[str, Callable[[], object]] = {}

    @property
    def start(self) -> str:
        """The address to open first."""
        return f"{self.address}/?{START}={self.token}"

    def opening(self, used: Callable[[], object]) -> bytes:
        """A page that redirects here with a ticket, which works once and then calls `used`."""
        ticket = secrets.token_urlsafe(32)
        self._tickets[ticket] = used
        return _document("Opening", leads=f"{self.address}/?{START}={ticket}").encode()

    def origin(self, host: str) -> str:
        """The origin of the pages of a host."""
        return f"http://{host}"

    def admit(self, scope: Scope) -> Response | None:
        """None with the cookie; else a response that sets it for the token, or a refusal."""
        headers = Headers(scope=scope)
        secret = QueryParams(scope["query_string"]).get(START, "")
        if scope["method"] == "GET" and scope["path"] == "/" and self.knows(secret):
            # Not a redirect: a browser that comes from elsewhere keeps a strict cookie back then.
            page = HTMLResponse(_document("Opening", leads="/"))
            page.set_cookie(self.cookie, self.token, httponly=True, samesite="strict")
            return page
        texts = headers.get("cookie", "").split(";")
        cookies = (cookie.strip().partition("=") for cookie in texts)
        if any(name == self.cookie and self.is_token(value) for name, _, value in cookies):
            return None
        return refusal(
            403,
            "Open the start address that scen serve printed; it is new at each start.",
            may_go_on=True,
        )

    def sends(self, send: Send, _scope: Scope) -> Send:
        """Send an answer as it is."""
        return send

    def knows(self, token: str) -> bool:
        """True for the token, and once for a ticket."""
        if used := self._tickets.pop(token, None):
            used()
            return True
        return self.is_token(token)

    def is_token(self, token: str) -> bool:
        """True for the token; compares in constant time."""
        return secrets.compare_digest(token.encode(), self.token.encode())


class _TooLargeError(Exception):
    """A request body is too large."""


class RequestGuard:
    """Checks the origin of each request before any other code sees it."""

    def __init__(self, app: App, door: Door) -> None:
        self._app, self._door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse and say why."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # there are no web sockets here
            return
        origin = self._door.origin(Headers(scope=scope).get("host", ""))
        sends = _with_headers(self._door.sends(send, scope), origin)
        refused = self._refused(scope) or self._door.admit(scope)
        if refused:
            await refused(scope, receive, sends)
            return
        scope.get("state", {}).get(LET_IN, lambda: None)()
        most = _most(Headers(scope=scope))
        try:
            await self._app(scope, _bounded(receive, most), sends)
        except ClientDisconnect:
            return
        except _TooLargeError:
            await _too_large(most)(scope, receive, sends)

    def _refused(self, scope: Scope) -> Response | None:
        headers, method = Headers(scope=scope), scope["method"]
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._door.hosts:
            return refusal(421, f"This server answers to {self._door.hosts[0]} only.")
        origins = headers.getlist("origin")
        if any(origin != self._door.origin(hosts[0]) for origin in origins):
            return refusal(403, "Another site asked for this page: open it from the pages here.")
        if method not in SAFE and len(origins) != 1:
            return refusal(403, "Refused: the request does not say which page sent it.")
        if method not in _METHODS:
            response = refusal(405, f"{method} is not allowed here.")
            response.headers["Allow"] = ", ".join(sorted(_METHODS))
            return response
        is_foreign = headers.get("sec-fetch-site", "none") not in ("same-origin", "none")
        if is_foreign and headers.get("sec-fetch-dest") != "document":
            return refusal(403, "Refused: another site tried to show this page inside its own.")
        length = headers.get("content-length", "0")
        most = _most(headers)
        return None if length.isdecimal() and int(length) <= most else _too_large(most)


def refusal(status: int, text: str, *, may_go_on: bool = False) -> Response:
    """A page with the reason of a refusal."""
    return HTMLResponse(_document("Not allowed", words=text, may_go_on=may_go_on), status)


def _document(title: str, **values: Any) -> str:
    return fill("serve/door.html", **{"leads": "", "title": title, **values})


def _most(headers: Headers) -> int:
    in_parts = headers.get("content-type", "").startswith("multipart/form-data")
    return FORM + (LARGEST if in_parts else 0)


def _too_large(most: int) -> Response:
    return refusal(413, f"Nothing was taken: more than {most >> 20} MiB were sent.")


def _bounded(receive: Receive, most: int) -> Receive:
    """Count the bytes of a body, whose length header may be missing."""
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise _TooLargeError
        return message

    return counted


def policy(scripts: Iterable[str] = ()) -> str:
    """Return what a page may load and run: files of the desk, and scripts of these digests."""
    script = " ".join(("'self'", *(f"'sha256-{digest}'" for digest in scripts)))
    return (
        f"default-src 'none'; script-src {script}; style-src 'self'; connect-src 'self';"
        " img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def _with_headers(send: Send, here: str) -> Send:
    """Put the headers of the desk on every response, and redirect only to `here`."""

    async def sends(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(_HEADERS)
            headers.setdefault("Content-Security-Policy", policy())
            headers.setdefault("Cache-Control", "private, no-cache")
            if "Location" in headers:  # two slashes would lead to another host
                headers["Location"] = "/" + headers["Location"].removeprefix(here).lstrip("/")
        await send(message)

    return sends
