"""Changes on disk, seen within a second and told to every page that is open."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
from anyio.streams.memory import MemoryObjectSendStream
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import BaseRoute, Route
from watchfiles import awatch

from scenarios.serve.desk import Desk

_QUIET_MS, _POLL_MS = 50, 3000
"""A change is looked at once nothing else has come for so long; without one, so often all the same
(a network file system tells of none)."""
_AWAY = 0.5
_BEAT = 15.0
"""Seconds after which something is said, so that a page that has gone is noticed."""


class Bell:
    """Tells who listens that there is another state; when it is closed, all streams end."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._open: set[MemoryObjectSendStream[str]] = set()
        self._closing = anyio.Event()

    async def watch(self) -> None:
        """Look at the files whenever something has changed below the folder, until closed."""
        while not self._closing.is_set():
            if not self.desk.root.is_dir():
                await self.look()
                with anyio.move_on_after(_AWAY):
                    await self._closing.wait()
                continue
            changes = awatch(
                self.desk.root,
                debounce=_QUIET_MS,
                step=_QUIET_MS,
                rust_timeout=_POLL_MS,
                yield_on_timeout=True,
                stop_event=self._closing,
            )
            async for _ in changes:
                await self.look()
                if not self.desk.root.is_dir():
                    break

    async def look(self) -> None:
        """Read what has changed, and tell of it."""
        before = self.desk.now
        now = await anyio.to_thread.run_sync(self.desk.refresh)
        if (now.name, now.remark) != (before.name, before.remark):
            self.ring(now.name)

    def ring(self, name: str) -> None:
        """Tell every page; one that has not heard the last time hears it once."""
        for send in tuple(self._open):
            try:
                send.send_nowait(name)
            except anyio.WouldBlock:
                continue
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                self._open.discard(send)

    def close(self) -> None:
        """End every stream."""
        self._closing.set()
        for send in tuple(self._open):
            send.close()
        self._open.clear()

    async def listen(self) -> AsyncIterator[str]:
        """The state that is, and each one that follows, as server-sent events."""
        send, receive = anyio.create_memory_object_stream[str](1)
        self._open.add(send)
        try:
            yield _event(self.desk.now.name)
            while not self._closing.is_set():
                told = ": still here\n\n"
                with anyio.move_on_after(_BEAT):
                    try:
                        await receive.receive()
                        told = _event(self.desk.now.name)
                    except anyio.EndOfStream:
                        return
                yield told
        finally:
            self._open.discard(send)
            receive.close()


def _event(name: str) -> str:
    return f"retry: 500\nevent: state\ndata: {name}\n\n"


def _events(request: Request) -> StreamingResponse:
    bell: Bell = request.app.state.bell
    headers = {"Cache-Control": "no-store"}
    return StreamingResponse(bell.listen(), media_type="text/event-stream", headers=headers)


ROUTES: tuple[BaseRoute, ...] = (Route("/-/events", _events, methods=["GET"]),)
