"""The application: its routes, what they share, and the guard before them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

import anyio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scenarios.model import Analyst
from scenarios.serve import events
from scenarios.serve.desk import Desk
from scenarios.serve.door import Door, Guard
from scenarios.serve.events import Bell
from scenarios.serve.exchange import Entry, Whole
from scenarios.serve.forms.saved import Saved
from scenarios.serve.handling import fault, route
from scenarios.serve.kept import Kept
from scenarios.serve.sites import Sites
from scenarios.serve.warming import Warm

_RULES = 4 << 20
"""The characters of the pages' own rules that are kept."""
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
    entries: Iterable[Entry],
    whole: Whole,
    *,
    read_only: bool = False,
    analyst: Analyst | None = None,
) -> Starlette:
    """What answers at these addresses, and at those of what pages are made with.

    By `analyst` is recorded, or by whom a browser says.
    """
    desk = Desk(root, read_only=read_only)
    warm = Warm()
    bell = Bell(desk, warm.prepare)

    @asynccontextmanager
    async def living(_: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(bell.watch)
            tasks.start_soon(bell.watch_commits)
            tasks.start_soon(bell.publish)
            yield
            bell.close()
            tasks.cancel_scope.cancel()

    made = Starlette(
        routes=[*events.ROUTES, Route("/-/{name}", _static, methods=["GET"]), *map(route, entries)],
        middleware=[Middleware(Guard, door=door)],
        exception_handlers={HTTPException: _refused},
        lifespan=living,
    )
    made.state.desk, made.state.bell, made.state.warm = desk, bell, warm
    made.state.sites, made.state.whole = Sites(), whole
    made.state.saved, made.state.analyst = Saved(), analyst
    made.state.rules = Kept[str](_RULES, len)
    return made


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
