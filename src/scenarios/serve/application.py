"""The application: its routes, and the guard before them."""

import logging
import os
import socket
import sys
import threading
import webbrowser
from asyncio import Transport
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from importlib.resources import files
from pathlib import Path
from types import FrameType

import anyio
import h11
import uvicorn
from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from scenarios.errors import ScenError, UsageError
from scenarios.model import Analyst
from scenarios.serve import people
from scenarios.serve.client_errors import ClientErrorFilter
from scenarios.serve.exchange import (
    SHORT,
    Endpoint,
    PageParameters,
    PageRequest,
    RedirectError,
    RenderedPage,
    Reply,
    ServedPage,
    asked,
    plain,
)
from scenarios.serve.forms.pages import SavedPage
from scenarios.serve.frame import SiteCache, whole
from scenarios.serve.live_database import ChangeNotifier, LiveDatabase, SeenDatabase
from scenarios.serve.memory import collect_garbage, limit_arenas
from scenarios.serve.page_queue import PageCache
from scenarios.serve.person import OWNER, RoleLostError
from scenarios.serve.request_guard import FORM, LET_IN, AllowedHosts, Door, RequestGuard, policy
from scenarios.serve.sized_cache import SizedCache
from scenarios.serve.team.desk import TeamDesk
from scenarios.serve.team.door import TOKEN, TeamDoor
from scenarios.serve.team.door import team_door as team_door  # noqa: PLC0414 - of the command
from scenarios.serve.team.week import Periods
from scenarios.storage import state_folder
from scenarios.storage.cache.files import ChangedMeanwhile
from scenarios.workspace.input import typed_in

_FIELDS = 20_000
_FAULTS = {
    400: "Bad request",
    403: "Not allowed",
    404: "Not found",
    405: "Not allowed",
    422: "Not written",
    503: "Not now",
}
_OF_FORMS = frozenset({"at", "do", "form", "of", "seen", "shape", "ticket", TOKEN})
"""Fields in which nobody types."""


def route(entry: Endpoint) -> Route:
    """Return the route of an endpoint; its handler runs in a thread."""

    def make(ask: PageRequest) -> RenderedPage:
        return whole(ask, entry.handler(ask))

    def show(request: Request) -> Response:
        pages: PageCache = request.app.state.pages
        reply = partial(pages.reply, make=make, of_records=entry.of_records)
        return _reply(request, entry, lambda ask: _blind(ask) or reply(ask))

    def give(request: Request) -> Response:
        answer = entry.handler
        return _reply(request, entry, lambda ask: _blind(ask) or _response(ask, answer(ask)))

    async def take(request: Request) -> Response:
        async with request.form(max_fields=_FIELDS, max_part_size=FORM) as sent:
            if not _is_own(request, sent):
                return await run_in_threadpool(fault, request, 403, _NOT_OWN, sent)
            form = FormData([pair for pair in sent.multi_items() if pair[0] != TOKEN])
            # Entered before a thread is free, so that no page starts ahead of a form that waits
            # (23a5c681).
            with request.app.state.pages.form():
                return await run_in_threadpool(_form_reply, request, entry, form)

    if entry.method == "POST":
        return Route(entry.path, take, methods=["POST"])
    return Route(entry.path, show if entry.kept else give, methods=["GET"])


_NOT_OWN = (
    "Nothing was written: this form is older than a week, or was sent from another page. Open it"
    " anew, and enter there what you typed."
)


def _is_own(request: Request, form: FormData) -> bool:
    """True for a form of a page of the person's own."""
    door, person = request.app.state.door, getattr(request.state, "person", OWNER)
    return person == OWNER or door.is_own(str(form.get(TOKEN) or ""), person)


def _blind(ask: PageRequest) -> Response | None:
    page = people.page_without_figures(ask)
    return _response(ask, page) if page else None


def fault(request: Request, status: int, text: str, form: FormData | None = None) -> Response:
    """Reply with a page that says what is wrong, and what was typed in a form."""
    live_database = _database(request)
    ask = PageRequest(
        request, live_database, PageParameters(), live_database.latest, typed_in.today()
    )
    title = _FAULTS[status]
    pairs = form.multi_items() if form else ()
    texts = [(k, v) for k, v in pairs if v and isinstance(v, str) and k not in _OF_FORMS]
    typed = [f"{name}: {text}" for name, text in texts]
    content = plain(title, attention=(text,), typed=typed)
    return _response(ask, ServedPage(title=title, content=content, status=status, live=False))


def _form_reply(request: Request, entry: Endpoint, form: FormData) -> Response:
    """Reply to a form; the reply and later pages include what it wrote."""
    is_preview = "hx-request" in request.headers and form.get("do") != "save"

    def answer(ask: PageRequest) -> Response:
        reply, now = entry.handler(ask, form), ask.now()
        response = _response(now, reply)
        return response if is_preview else people.remembers(now, response)

    return _reply(request, entry, answer, form)


def _reply(
    request: Request,
    entry: Endpoint,
    answer: Callable[[PageRequest], Response],
    form: FormData | None = None,
) -> Response:
    person = getattr(request.state, "person", OWNER)
    if not person.may(entry.role):
        words = f"This is for {entry.role}s, and your role is {person.role}: ask an editor."
        return fault(request, 403, words, form)
    try:
        for _ in range(2):
            try:
                return answer(_ask(request))
            except ChangedMeanwhile:
                request.app.state.live.look()
        return fault(request, 503, "The files change faster than they can be read: try again.")
    except RedirectError as error:
        return RedirectResponse(error.address, 303)
    except UsageError as error:
        return fault(request, 400, str(error), form)
    except ScenError as error:
        status = 404 if request.method in ("GET", "HEAD") else 422
        status = 403 if isinstance(error, RoleLostError) else status
        return fault(request, status, str(error), form)


def _database(request: Request) -> SeenDatabase:
    """The database as the person who asks may see it."""
    live: LiveDatabase = request.app.state.live
    team: TeamDesk | None = request.app.state.team
    return team.of(request.state.person) if team else live


def _ask(request: Request) -> PageRequest:
    live_database = _database(request)
    parameters = request.query_params
    parts = asked(parameters)
    seen = live_database.latest
    if parts.rev:
        seen = live_database.version_at(parts.rev, seen)
    lasting = replace(parts, rev=seen.opened.commit and seen.opened.commit[:SHORT])
    lasts = {"as_of": str(lasting.as_of), "rev": lasting.rev or ""}
    other = {
        name: text for name, text in lasts.items() if parameters.get(name, text) not in ("", text)
    }
    if other and request.method == "GET":
        changed = request.url.include_query_params(**other)
        # The address will mean the same tomorrow.
        raise RedirectError(f"{changed.path}?{changed.query}")
    return PageRequest(request, live_database, lasting, seen, parts.as_of or typed_in.today())


def _response(ask: PageRequest, reply: Reply) -> Response:
    if isinstance(reply, Response):
        return reply
    sent = whole(ask, reply)
    headers = {"Content-Security-Policy": policy(sent.scripts)}
    return Response(sent.body, reply.status, headers, "text/html")


_CONNECTIONS = 96
"""macOS gives a process 256 descriptors; each may have a thread, most of which wait."""
_SAVED, _RULES = 500, 4 << 20
"""Saved forms that are remembered, and characters of the pages' own rules."""
_STATIC = {
    "desk.css": "text/css",
    "desk.svg": "image/svg+xml",
    "desk.js": "text/javascript",
    "forms.css": "text/css",
    "forms.js": "text/javascript",
    "htmx.min.js": "text/javascript",
    "htmx-LICENSE.txt": "text/plain",
}


def app(
    root: Path,
    door: Door,
    entries: Sequence[Endpoint],
    *,
    read_only: bool = False,
    analyst: Analyst | None = None,
    team: TeamDesk | None = None,
) -> Starlette:
    """Return the application of these addresses, and of the files that its pages load.

    The `analyst` records, or whoever a browser names; of a `team` whoever the sign-in names.
    """
    live_database = team.live if team else LiveDatabase(root, read_only=read_only)
    notifier = ChangeNotifier(live_database)

    @asynccontextmanager
    async def living(_: Starlette) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _CONNECTIONS
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(application.state.pages.render)
            tasks.start_soon(notifier.watch)
            tasks.start_soon(notifier.watch_commits)
            tasks.start_soon(collect_garbage)
            if team and team.remote:
                tasks.start_soon(team.keep_pushed, team.remote)
            yield
            notifier.close()
            tasks.cancel_scope.cancel()

    application = Starlette(
        routes=[_EVENTS, Route("/-/{name}", _static, methods=["GET"]), *map(route, entries)],
        middleware=[Middleware(RequestGuard, door=door)],
        exception_handlers={HTTPException: _refused},
        lifespan=living,
    )
    state = application.state
    pages = PageCache(people.wrote)
    state.live, state.notifier, state.analyst = live_database, notifier, analyst
    state.pages = pages
    state.door, state.team = door, team
    state.roles = {entry.path: entry.role for entry in entries if entry.method == "GET"}
    state.sites = SiteCache(pages.give_way, pages.supersede)
    state.saved = SizedCache[SavedPage](_SAVED, lambda _: 1)
    state.rules = SizedCache[str](_RULES, len)
    return application


def team_app(
    root: Path,
    door: TeamDoor,
    entries: Sequence[Endpoint],
    *,
    readers: bool = False,
    remote: str | None = None,
    clock: Callable[[], datetime] = datetime.now,
) -> Starlette:
    """Return the application of a team, behind its door; `clock` dates its notes.

    What is written is pushed to the `remote`, and what others pushed there is taken.
    """
    desk = TeamDesk(LiveDatabase(root), Periods(root, clock), readers=readers, remote=remote)
    desk.note_uncommitted()
    door.member = desk.member
    return app(root, door, entries, team=desk)


def _events(request: Request) -> StreamingResponse:
    notifier: ChangeNotifier = request.app.state.notifier
    database, login = _database(request), getattr(request.state, "person", OWNER).login
    stream = notifier.listen(lambda: database.latest.number, login)
    headers = {"Cache-Control": "no-store"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


_EVENTS = Route("/-/events", _events, methods=["GET"])


def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _STATIC:
        raise HTTPException(404)
    data = files("scenarios.serve").joinpath("static", name).read_bytes()
    return Response(data, media_type=_STATIC[name])


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as it was registered
    text = {
        404: f"Page not found: {request.url.path}.",
        405: f"{request.url.path} does not accept {request.method}.",
    }.get(error.status_code, error.detail)
    response = fault(request, error.status_code, text)
    response.headers.update(error.headers or {})
    return response


_HOST = "127.0.0.1"
_GRACE = 1
"""Seconds that a response in progress may still take at shutdown."""
_KEPT = 75
"""Seconds for which an idle connection is kept; a form sent just as it closes would fail."""
_LAST = 1.8
"""Seconds after a signal until the process exits; a file is written whole or not at all."""
# With Python's own 5 ms readers wait while a page is made (0df6a4b4).
_SLICE = 0.001
"""Seconds after which a thread that computes lets another one answer."""
_HEAD = 10
"""Seconds in which a connection must show the token, and a request head be complete."""
_PATIENCE = {h11.SEND_BODY: 20, h11.IDLE: _KEPT + _HEAD}
"""Seconds that a client with the token may be silent within a body, or between requests."""
_STRANGERS, _PROXIED = 32, 256
"""Most connections without the token, and of a team's proxy; the oldest is closed."""


class _Connection(H11Protocol):
    """A connection that is closed if its client is too slow or there are too many."""

    is_known, since = False, 0.0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, LET_IN: self._let_in}
        self.since = self.loop.time()
        ours = (other for other in self.connections if isinstance(other, _Connection))
        strangers = sorted(
            (other for other in ours if not other.is_known), key=lambda other: other.since
        )
        for stranger in strangers[: -self.config.backlog]:
            self.logger.warning("too many connections without the token: the oldest are closed")
            stranger.end()
        self.end_if_late()

    def _let_in(self) -> None:
        self.is_known, self.since = True, self.loop.time()

    def data_received(self, data: bytes) -> None:
        before = self.conn.their_state
        super().data_received(data)
        if self.is_known and {before, self.conn.their_state} != {h11.IDLE}:
            self.since = self.loop.time()  # which more bytes of a head do not win

    def send_400_response(self, msg: str) -> None:
        """Answer invalid HTTP, or drop the connection if a response is in progress."""
        if self.conn.our_state is h11.IDLE:
            super().send_400_response(msg)
        else:
            self.end()

    def end_if_late(self) -> None:
        """Check every second whether the client is too slow."""
        now, state = self.loop.time(), self.conn.their_state
        if self.is_known and (state not in _PATIENCE or self.flow.read_paused):
            self.since = now
        if now - self.since > (_PATIENCE.get(state, 0) if self.is_known else _HEAD):
            self.end()
        elif not self.transport.is_closing():
            self.loop.call_later(1, self.end_if_late)

    def end(self) -> None:
        """Close at once, without waiting for unsent data."""
        self.connections.discard(self)
        self.transport.abort()


class _Server(uvicorn.Server):
    """Ends the event streams on a signal, instead of waiting for their clients to leave."""

    close: Callable[[], None]
    page: Path | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.page:  # a browser in the terminal is waited for until it ends
            threading.Thread(target=webbrowser.open, args=[self.page.as_uri()], daemon=True).start()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.close()
        if self.page:
            state_folder.drop(self.page)
        logging.getLogger("uvicorn.error").disabled = True  # of those who are cut off
        super().handle_exit(sig, frame)
        last = threading.Timer(_LAST, os._exit, (128 + sig,))
        last.daemon = True
        last.start()


def serve(
    make: Callable[[Door], Starlette],
    listening: socket.socket,
    tell: Callable[[str], None],
    *,
    opens: Path | None = None,
    team: Door | None = None,
) -> None:
    """Serve until a signal comes; call `tell` with the start address as soon as there is one.

    A `team` comes through its own door, by a proxy: its event streams count against no limit.
    """
    with listening:
        door = team or AllowedHosts(listening.getsockname()[1])
        tell(door.start)
        limit_arenas()
        app = make(door)  # after the address is shown, since it imports much
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=_GRACE,
            timeout_keep_alive=_KEPT,
            http=_Connection,
            limit_concurrency=None if team else _CONNECTIONS,
            # Connections taken before the first is looked at; after a change every open page asks
            # at once (test_what_the_pages_of_200_people_ask_at_once_is_answered).
            backlog=_PROXIED if team else _STRANGERS,
            proxy_headers=False,
        )
        server = _Server(config)
        server.close = app.state.notifier.close
        sys.setswitchinterval(_SLICE)
        of_clients = ClientErrorFilter()
        for name in ("uvicorn.error", "asyncio"):
            logging.getLogger(name).addFilter(of_clients)
        if opens and isinstance(door, AllowedHosts):
            # In its state folder: what a browser is started with is seen by all.
            name = f"open-{os.urandom(4).hex()}.html"
            page = door.opening(lambda: state_folder.drop(server.page))
            server.page = state_folder.make_copy(opens, name, page)
        server.run([listening])


def listening_at(path: Path) -> socket.socket:
    """A socket at a path, for its owner and group; one that no server answers is replaced."""
    if sys.platform == "win32":
        raise ScenError("--socket needs Unix sockets, which Python lacks on Windows: use --port")
    try:
        with suppress(ConnectionRefusedError), socket.socket(socket.AF_UNIX) as other:
            other.connect(f"{path}")
            raise ScenError(f"--socket {path}: another server answers there")
        if path.is_socket():
            state_folder.drop(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise ScenError(f"--socket {path}: {error.strerror}") from None
    listening = socket.socket(socket.AF_UNIX)
    try:
        before = os.umask(0o117)
        try:
            listening.bind(f"{path}")
        finally:
            os.umask(before)
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise ScenError(f"--socket {path}: {error.strerror}") from None
    return listening


def listening_on(port: int) -> socket.socket:
    """A socket on a port of this machine, on Windows shared with no program; 0 takes a free one."""
    # By its protocol asyncio knows that an answer in two parts is sent at once.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, sys.platform != "win32")
    try:
        listening.bind((_HOST, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        where = f"port {port} of {_HOST}: {error.strerror}"
        raise ScenError(f"{where}; --port names another, --port 0 takes a free one") from None
    return listening
