"""The server as a process: it listens on this machine alone, and ends when it is told to."""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from scenarios.errors import ScenError
from scenarios.serve.door import Door

_HOST = "127.0.0.1"
_GRACE = 1
"""Seconds that an answer which is being made may still take at the end."""


_KEPT = 75
"""Seconds for which a connection is kept: a form that is sent just when one ends would fail."""
_LAST = 1.8
"""Seconds after which what still computes is given up; a file is written whole or not at all."""
_SLICE = 0.001
"""Seconds after which a thread that computes lets another one answer."""


class _Server(uvicorn.Server):
    """Ends the streams at once when a signal comes: else it would wait for their pages to go."""

    close: Callable[[], None]

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.close()
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
    opens: bool = False,
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
        )
        server = _Server(config)
        server.close = app.state.bell.close
        sys.setswitchinterval(_SLICE)
        if opens:
            webbrowser.open(door.ticket())
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
