"""A request on its way to a handler, and what becomes of one that cannot be answered."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from scenarios.cli import parsing
from scenarios.errors import ScenError, UsageError
from scenarios.render.writers.shell import safe
from scenarios.serve import blind, warming
from scenarios.serve.desk import Desk
from scenarios.serve.door import FORM, policy
from scenarios.serve.exchange import (
    SHORT,
    Ask,
    Asked,
    ElsewhereError,
    Entry,
    Made,
    Page,
    Sent,
    Whole,
    asked,
)

_FIELDS = 20_000
_CHANGED = "changed since it was looked at"
_FAULTS = {
    400: "That cannot be meant",
    404: "Not found",
    405: "Not allowed",
    422: "Not written",
    503: "Not now",
}
_PATIENCE = 10.0
"""Seconds for which who has written something waits for pages that have it."""


def route(entry: Entry) -> Route:
    """An entry as Starlette has it; its handler runs in a thread."""

    def made(ask: Ask) -> Sent:
        return _whole_of(ask)(ask, entry.handler(ask))

    def show(request: Request) -> Response:
        return _told(request, lambda ask: _blind(ask) or warming.page(ask, made), latest=False)

    def give(request: Request) -> Response:
        return _told(request, lambda ask: _blind(ask) or _response(ask, entry.handler(ask)))

    async def take(request: Request) -> Response:
        async with request.form(max_fields=_FIELDS, max_part_size=FORM) as form:
            return await run_in_threadpool(_taken, request, entry, form)

    if entry.method == "POST":
        return Route(entry.path, take, methods=["POST"])
    return Route(entry.path, show if entry.kept else give, methods=["GET"])


def _blind(ask: Ask) -> Response | None:
    """What is answered to somebody who must not see a figure yet."""
    page = blind.instead(ask)
    return _response(ask, page) if page else None


def desk_of(request: Request) -> Desk:
    """The workspace that a server is for."""
    desk: Desk = request.app.state.desk
    return desk


def fault(request: Request, status: int, text: str) -> Response:
    """A page that says why there is no other."""
    desk = desk_of(request)
    ask = Ask(request, desk, Asked(), desk.latest, parsing.today())
    title = _FAULTS[status]
    content = f'<h1>{title}</h1><p class="attention">{safe(text)}</p>'
    return _response(ask, Page(title=title, content=content, status=status, live=False))


def _taken(request: Request, entry: Entry, form: FormData) -> Response:
    """What a form did; the pages that its sender asks for next have it."""
    desk = desk_of(request)
    made = _told(request, lambda ask: _response(ask, entry.handler(ask, form)))
    seen = desk.look()
    made.set_cookie(_written(request), str(seen.number), httponly=True, samesite="strict")
    return made


def _told(request: Request, answer: Callable[[Ask], Response], *, latest: bool = True) -> Response:
    try:
        for again in (False, True):
            try:
                return answer(_ask(request, latest=latest or again))
            except ScenError as error:
                if _CHANGED not in str(error):
                    raise
                desk_of(request).look()
        return fault(request, 503, "The files change faster than they can be read: ask again.")
    except ElsewhereError as error:
        return RedirectResponse(error.address, 303)
    except parsing.Mistyped as error:
        return fault(request, 400, error.message)
    except UsageError as error:
        return fault(request, 400, str(error))
    except ScenError as error:
        return fault(request, 404 if request.method in ("GET", "HEAD") else 422, str(error))


def _ask(request: Request, *, latest: bool) -> Ask:
    """What is asked of the latest state, or of the one that readers see."""
    desk, what = desk_of(request), asked(request.query_params)
    own = request.cookies.get(_written(request), "")
    number = int(own) if own.isdecimal() else 0
    seen = desk.latest if latest else desk.since(number, _PATIENCE)
    if what.rev:
        seen = desk.at(what.rev, seen)
    lasting = replace(what, rev=seen.opened.commit and seen.opened.commit[:SHORT])
    given = request.query_params
    lasts = {"as_of": str(lasting.as_of), "rev": lasting.rev or ""}
    other = {name: text for name, text in lasts.items() if given.get(name, text) not in ("", text)}
    if other and request.method == "GET":
        changed = request.url.include_query_params(**other)
        # The address will mean the same tomorrow.
        raise ElsewhereError(f"{changed.path}?{changed.query}")
    return Ask(request, desk, lasting, seen, what.as_of or parsing.today())


def _written(request: Request) -> str:
    """The cookie with the number of the state that has what its bearer wrote."""
    return f"scen-{request.url.port}-written"


def _response(ask: Ask, made: Made) -> Response:
    if isinstance(made, Response):
        return made
    sent = _whole_of(ask)(ask, made)
    headers = {"Content-Security-Policy": policy(sent.scripts)}
    return Response(sent.body, made.status, headers, "text/html")


def _whole_of(ask: Ask) -> Whole:
    """What is around every page."""
    whole: Whole = ask.request.app.state.whole
    return whole
