"""The application: its routes, what they share, and the guard before them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files

import anyio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from scenarios.serve import events, lists, pages, recording
from scenarios.serve.desk import Desk
from scenarios.serve.door import Door, Guard
from scenarios.serve.events import Bell
from scenarios.serve.handling import fault, route
from scenarios.serve.kept import Kept

_STATIC = {
    "desk.css": "text/css",
    "desk.js": "text/javascript",
    "htmx.min.js": "text/javascript",
    "htmx-LICENSE.txt": "text/plain",
}


def app(desk: Desk, door: Door) -> Starlette:
    """What answers: reading, and recording unless the desk is only read."""
    bell = Bell(desk)

    @asynccontextmanager
    async def living(_: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(bell.watch)
            yield
            bell.close()
            tasks.cancel_scope.cancel()

    made = Starlette(
        routes=routes(read_only=desk.read_only),
        middleware=[Middleware(Guard, door=door)],
        exception_handlers={HTTPException: _refused},
        lifespan=living,
    )
    made.state.desk, made.state.bell, made.state.pages = desk, bell, Kept()
    return made


def routes(*, read_only: bool) -> list[BaseRoute]:
    """Every address that there is."""
    static = Route("/-/{name}", _static, methods=["GET"])
    entries = (*(() if read_only else recording.ENTRIES), *lists.ENTRIES, *pages.ENTRIES)
    return [*events.ROUTES, static, *map(route, entries)]


def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _STATIC:
        raise HTTPException(404)
    data = files("scenarios.serve").joinpath("static", name).read_bytes()
    return Response(data, media_type=_STATIC[name])


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as it was registered
    text = {
        404: f"There is nothing at {request.url.path}.",
        405: f"{request.method} is not what {request.url.path} is for.",
    }.get(error.status_code, error.detail)
    made = fault(request, error.status_code, text)
    made.headers.update(error.headers or {})
    return made
