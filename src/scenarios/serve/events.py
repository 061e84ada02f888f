"""Changes on disk, seen within a second and told to every page that is open."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from pathlib import Path
from typing import TypeVar, TypeVarTuple

import anyio
from anyio.streams.memory import MemoryObjectSendStream
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import BaseRoute, Route
from watchfiles import awatch
from watchfiles.main import FileChange

from scenarios.serve.desk import Desk, DeskState
from scenarios.storage import lock

Given = TypeVarTuple("Given")
Value = TypeVar("Value")

_QUIET_MS, _POLL_MS = 50, 3000
"""A change is looked at once nothing else has come for so long; without one, so often all the same
(a network file system tells of none)."""
_AWAY = 0.5
_BEAT = 15.0
"""Seconds between comments, by which a page that has gone is noticed."""


class Bell:
    """Tells who listens that there is another state; when it is closed, all streams end."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self._latest = desk, desk.latest.number
        self._open: set[MemoryObjectSendStream[None]] = set()
        self._closing = anyio.Event()

    async def watch(self) -> None:
        """Look at the files whenever something has changed below the folder, until closed."""
        self.desk.is_watched = True
        while not self._closing.is_set():
            if not self.desk.root.is_dir():
                await self._look()
                with anyio.move_on_after(_AWAY):
                    await self._closing.wait()
                continue
            async for changed in self._changes(self.desk.root):
                await self._look(changed)
                if not self.desk.root.is_dir():
                    break

    async def watch_commits(self) -> None:
        """The same whenever git has changed its index, which it does last of all."""
        if folder := self.desk.git_folder():
            async for _ in self._changes(folder, recursive=False):
                await self._look()

    def _changes(self, folder: Path, *, recursive: bool = True) -> AsyncIterator[set[FileChange]]:
        return awatch(
            folder,
            watch_filter=lambda _, path: not path.endswith(lock.NAME),
            debounce=_QUIET_MS,
            step=_QUIET_MS,
            rust_timeout=_POLL_MS,
            yield_on_timeout=True,
            recursive=recursive,
            stop_event=self._closing,
        )

    async def _look(self, changed: Collection[FileChange] = ()) -> None:
        seen = await _apart(self.desk.look_after, changed)
        if seen.number > self._latest:
            self._latest = seen.number
            self.ring()

    def ring(self) -> None:
        """Wake every stream; one that has not taken the last signal gets only one."""
        for send in tuple(self._open):
            try:
                send.send_nowait(None)
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
        """Yield the current state and each later one as server-sent events."""
        send, receive = anyio.create_memory_object_stream[None](1)
        self._open.add(send)
        try:
            yield _event(self.desk.latest)
            while not self._closing.is_set():
                event = ": still here\n\n"
                with anyio.move_on_after(_BEAT):
                    try:
                        await receive.receive()
                        event = _event(self.desk.latest)
                    except anyio.EndOfStream:
                        return
                yield event
        finally:
            self._open.discard(send)
            receive.close()


async def _apart(do: Callable[[*Given], Value], *given: *Given) -> Value:
    """Something that takes its time, in a thread; the end does not wait for it."""
    return await anyio.to_thread.run_sync(do, *given, abandon_on_cancel=True)


def _event(seen: DeskState) -> str:
    return f"retry: 500\nevent: state\ndata: {seen.number}\n\n"


def _events(request: Request) -> StreamingResponse:
    bell: Bell = request.app.state.bell
    headers = {"Cache-Control": "no-store"}
    return StreamingResponse(bell.listen(), media_type="text/event-stream", headers=headers)


ROUTES: tuple[BaseRoute, ...] = (Route("/-/events", _events, methods=["GET"]),)
