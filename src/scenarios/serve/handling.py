"""A request on its way to a handler, and what becomes of one that cannot be answered."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from scenarios.cli import parsing
from scenarios.errors import ScenError, UsageError
from scenarios.render.writers.shell import safe
from scenarios.serve import frame
from scenarios.serve.desk import Desk
from scenarios.serve.exchange import SHORT, Ask, Asked, Entry, Made, Page, asked
from scenarios.serve.kept import Kept

_CHANGED = "changed since it was looked at"


def route(entry: Entry) -> Route:
    """An entry as Starlette has it; its handler runs in a thread."""

    def answer(request: Request) -> Response:
        return _told(request, lambda ask: _page(ask, entry.handler))

    def give(request: Request) -> Response:
        return _told(request, lambda ask: _response(ask, entry.handler(ask)))

    async def take(request: Request) -> Response:
        async with request.form() as form:
            return await run_in_threadpool(
                _told, request, lambda ask: _response(ask, entry.handler(ask, form))
            )

    if entry.method == "POST":
        return Route(entry.path, take, methods=["POST"])
    return Route(entry.path, answer if entry.kept else give, methods=["GET"])


def desk_of(request: Request) -> Desk:
    """The workspace that a server is for."""
    desk: Desk = request.app.state.desk
    return desk


def fault(request: Request, status: int, text: str) -> Response:
    """A page that says why there is no other."""
    desk = desk_of(request)
    ask = Ask(request, desk, Asked(), desk.now, parsing.today())
    content = f'<h1>{frame.FAULTS[status]}</h1><p class="attention">{safe(text)}</p>'
    return _response(
        ask, Page(title=frame.FAULTS[status], content=content, status=status, live=False)
    )


def _told(request: Request, answer: Callable[[Ask], Response]) -> Response:
    try:
        for _ in range(2):
            try:
                return answer(_ask(request))
            except ScenError as error:
                if _CHANGED not in str(error):
                    raise
                desk_of(request).refresh()
        return fault(request, 503, "The files change faster than they can be read: ask again.")
    except _ElsewhereError as error:
        return RedirectResponse(error.address, 303)
    except parsing.Mistyped as error:
        return fault(request, 400, error.message)
    except UsageError as error:
        return fault(request, 400, str(error))
    except ScenError as error:
        return fault(request, 404 if request.method in ("GET", "HEAD") else 422, str(error))


class _ElsewhereError(Exception):
    """The same is found at an address that will mean the same tomorrow."""

    def __init__(self, address: str) -> None:
        self.address = address


def _ask(request: Request) -> Ask:
    desk, what = desk_of(request), asked(request.query_params)
    seen = desk.at(what.rev)
    lasting = Asked(
        as_of=what.as_of,
        rev=seen.opened.commit and seen.opened.commit[:SHORT],
        narrowed=what.narrowed,
        words=what.words,
    )
    given = request.query_params
    for name, text in (("as_of", lasting.as_of), ("rev", lasting.rev)):
        if request.method == "GET" and given.get(name) and given[name] != str(text):
            changed = request.url.include_query_params(**{name: str(text)})
            raise _ElsewhereError(f"{changed.path}?{changed.query}")
    return Ask(request, desk, lasting, seen, what.as_of or parsing.today())


def _page(ask: Ask, handler: Callable[[Ask], Page]) -> Response:
    pages: Kept = ask.request.app.state.pages
    url = ask.request.url
    key = (ask.seen.name, ask.seen.remark, url.path, url.query, ask.on)
    body = pages.get(key, lambda: frame.whole(ask, handler(ask)).encode())
    tag = f'"{blake2b(body, digest_size=16).hexdigest()}"'
    if ask.request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, media_type="text/html", headers={"ETag": tag})


def _response(ask: Ask, made: Made) -> Response:
    if isinstance(made, Response):
        return made
    return Response(frame.whole(ask, made), made.status, media_type="text/html")
