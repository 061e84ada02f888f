"""The server as a process: it listens on this machine alone, and ends when it is told to."""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
import time
import webbrowser
from asyncio import Transport
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import h11
import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from scenarios.errors import ScenError
from scenarios.serve.door import LET_IN, Door
from scenarios.storage import copies

_HOST = "127.0.0.1"
_GRACE = 1
"""Seconds that an answer which is being made may still take at the end."""
_KEPT = 75
"""Seconds for which a connection is kept: a form that is sent just when one ends would fail."""
_LAST = 1.8
"""Seconds after which what still computes is given up; a file is written whole or not at all."""
_SLICE = 0.001
"""Seconds after which a thread that computes lets another one answer."""
_HEAD = 10
"""Seconds in which a connection has to show the token, and a head to be whole."""
_PATIENCE = {h11.SEND_BODY: 20, h11.IDLE: _KEPT + _HEAD}
"""Seconds for which who has the token may be silent in a body, or from a request to the next."""
_STRANGERS = 32
"""Connections that have not shown the token, at most; the one that waits longest has to go."""


class _Connection(H11Protocol):
    """A connection that ends when it lets the server wait, or is one too many."""

    is_known, since = False, 0.0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, LET_IN: self._let_in}
        self.since = self.loop.time()
        ours = (one for one in self.connections if isinstance(one, _Connection))
        strangers = sorted((one for one in ours if not one.is_known), key=lambda one: one.since)
        for stranger in strangers[:-_STRANGERS]:
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
        """Answer what is no HTTP; where a request is being answered, that is given up."""
        if self.conn.our_state is h11.IDLE:
            super().send_400_response(msg)
        else:
            self.end()

    def end_if_late(self) -> None:
        """Look once a second whether the client should have sent more by now."""
        now, state = self.loop.time(), self.conn.their_state
        if self.is_known and (state not in _PATIENCE or self.flow.read_paused):
            self.since = now
        if now - self.since > (_PATIENCE.get(state, 0) if self.is_known else _HEAD):
            self.end()
        elif not self.transport.is_closing():
            self.loop.call_later(1, self.end_if_late)

    def end(self) -> None:
        """Give it up at once; what waits to be sent may never be taken."""
        self.connections.discard(self)
        self.transport.abort()


class _OfClients(logging.Filter):
    """Passes a line a minute of what clients did; a fault of the program as it is."""

    _next = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        fault = record.exc_info and record.exc_info[1]
        of_program = bool(fault) and not (record.name == "asyncio" and isinstance(fault, OSError))
        if of_program or time.monotonic() < self._next:
            return of_program
        self._next = time.monotonic() + 60
        text = record.getMessage().partition("\n")[0]
        record.msg, record.args, record.exc_info = f"scen serve: {text}", None, None
        return True


class _Server(uvicorn.Server):
    """Ends the streams at once when a signal comes: else it would wait for their pages to go."""

    close: Callable[[], None]
    page: Path | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.page:  # a browser in the terminal is waited for until it ends
            threading.Thread(target=webbrowser.open, args=[self.page.as_uri()], daemon=True).start()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.close()
        if self.page:
            copies.drop(self.page)
        logging.getLogger("uvicorn.error").disabled = True  # of those who are cut off
        super().handle_exit(sig, frame)
        last = threading.Timer(_LAST, os._exit, (128 + sig,))
        last.daemon = True
        last.start()


def serve(
    made: Callable[[Door], Starlette],
    port: int,
    tell: Callable[[str], None],
    *,
    opens: Path | None = None,
) -> None:
    """Answer until a signal comes; `tell` is told the start address as soon as there is one."""
    with _listening(port) as listening:
        door = Door(listening.getsockname()[1])
        tell(door.start)
        app = made(door)  # only now: who was told can wait for what is imported
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=_GRACE,
            timeout_keep_alive=_KEPT,
            http=_Connection,
            limit_concurrency=96,  # connections: macOS gives a process 256 descriptors
            backlog=_STRANGERS,  # so many are taken before the first of them is looked at
            proxy_headers=False,
        )
        server = _Server(config)
        server.close = app.state.bell.close
        sys.setswitchinterval(_SLICE)
        of_clients = _OfClients()
        for name in ("uvicorn.error", "asyncio"):
            logging.getLogger(name).addFilter(of_clients)
        if opens:  # in its state folder: what a browser is started with is seen by all
            name = f"open-{os.urandom(4).hex()}.html"
            page = door.opening(lambda: server.page and copies.drop(server.page))
            server.page = copies.make(opens, name, page)
        server.run([listening])


def _listening(port: int) -> socket.socket:
    # By its protocol asyncio knows that an answer in two parts is sent at once.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((_HOST, port))
        made.listen(128)
    except OSError as error:
        made.close()
        what = f"port {port} of {_HOST}: {error.strerror}"
        raise ScenError(f"{what}; --port names another, --port 0 takes a free one") from None
    return made
