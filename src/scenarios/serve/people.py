"""The analyst who records: of `--analyst`, or chosen in the browser; there are no accounts."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, cast

from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from scenarios.errors import ScenError
from scenarios.model import Analyst, ScenarioId
from scenarios.render.templating import fill, macro
from scenarios.serve.exchange import (
    PageRequest,
    RedirectError,
    Reply,
    ServedPage,
    give,
    take,
    to_filter,
)
from scenarios.serve.person import OWNER
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.offers import analysts
from scenarios.workspace.opened import known_id
from scenarios.workspace.sitting import held_back
from scenarios.workspace.writing import new_analyst

_DAY = 24 * 3600
_YEAR = 365 * _DAY
_OURS: Any = {"httponly": True, "samesite": "strict"}


def analyst_of(ask: PageRequest) -> Analyst | None:
    """Return who records here, or None."""
    if ask.person != OWNER:
        return ask.person.analyst
    if analyst := given_analyst(ask):
        return analyst
    try:
        return typed_in.id(ask.request.cookies.get(_cookie(ask), ""))
    except ScenError:
        return None


def remembers(ask: PageRequest, reply: Response) -> Response:
    """Return a reply after which this browser is shown no earlier state than this."""
    reply.set_cookie(_cookie(ask, "wrote"), f"{ask.seen.number}", **_OURS)
    return reply


def wrote(ask: PageRequest) -> int:
    """Return the number of the first state with all that this browser wrote; 0 for any."""
    # Anybody can send a cookie, and `int` raises for 5,000 digits
    # (test_a_mark_of_a_write_that_is_none_is_ignored).
    number = ask.request.cookies.get(_cookie(ask, "wrote"), "")[:9]
    return min(int(number) if number.isdecimal() else 0, ask.seen.number)


def given_analyst(ask: PageRequest) -> Analyst | None:
    """Return the analyst that `scen serve` was started with."""
    return cast("Analyst | None", getattr(ask.request.app.state, "analyst", None))


def who_records(ask: PageRequest) -> Markup:
    """A line with the recording analyst, and a link to change that."""
    line = macro("serve/outcome.html", "recorder")
    is_fixed = given_analyst(ask) or ask.person.login
    name = ask.database.tracker.analyst_name(analyst_of(ask))
    return line(name, is_fixed, ask.request.url.path)


def _chosen(ask: PageRequest, form: FormData) -> Reply:
    text = str(form.get("other") or form.get("analyst") or "").strip()
    declared = ask.database.tracker.analysts
    if not text:
        return _page(ask, "", "Choose who you are." if declared else "Choose or write who you are.")
    try:
        id = typed_in.id(text)
        if declared:
            known_id(id, declared, "analyst", "tracker.yaml")
    except ScenError as error:
        return _page(ask, text, str(error))
    to = ask.request.query_params.get("to", "")
    reply = RedirectResponse(to if _is_ours(to) else "/", 303)
    reply.set_cookie(_cookie(ask), id, max_age=_YEAR, **_OURS)
    if hidden(ask):  # another name shows no more than the one that sits here
        names = ".".join(dict.fromkeys(_sitters(ask)))
        reply.set_cookie(_cookie(ask, "sits"), names, max_age=_DAY, **_OURS)
    return reply


def _page(ask: PageRequest, chosen: str, fault: str = "") -> ServedPage:
    declared = ask.database.tracker.analysts
    people: list[tuple[str, Any]] = analysts(ask.database)
    to = ask.request.query_params.get("to", "")
    content = fill(
        "serve/who.html",
        given=given_analyst(ask),
        fault=fault,
        doubt=new_analyst(ask.database, chosen) if chosen and not fault else None,
        action=f"/who/?to={to}" if _is_ours(to) else "/who/",
        known=people,
        chosen=chosen,
        declared=declared,
        other=chosen if chosen not in dict(people) else "",
    )
    status = 422 if fault else 200
    return ServedPage(title="Who are you?", content=content, live=False, status=status)


def _is_ours(path: str) -> bool:
    """True for a path of this server."""
    return path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()


def _cookie(ask: PageRequest, of: str = "analyst") -> str:
    return f"scen-{ask.request.url.port or 'team'}-{of}"


ENTRIES = (
    give("/who/", lambda ask: _page(ask, analyst_of(ask) or "")),
    take("/who/", _chosen, "reader"),
)


_TELLS_NO_FIGURE = (
    *("/sitting/", "/who/", "/record/", "/recorded/", "/team/"),
    *("/list/evidence/", "/list/indicators/", "/list/sources/"),
)
"""Pages without figures, or without the hidden ones."""


def hidden(ask: PageRequest) -> frozenset[ScenarioId]:
    """Return the scenarios whose team's and implied figures this browser must not show yet."""
    opened, today = ask.live_database.latest.opened, typed_in.today()
    return frozenset().union(*(held_back(opened, name, today) for name in _sitters(ask)))


def _sitters(ask: PageRequest) -> Iterator[Analyst]:
    """The recording analyst, and other analysts of today's sittings here."""
    cookie = "" if ask.person.login else ask.request.cookies.get(_cookie(ask, "sits"), "")
    for text in (analyst_of(ask) or "", *cookie.split(".")):
        with suppress(ScenError):
            yield typed_in.id(text)


def page_without_figures(ask: PageRequest) -> ServedPage | None:
    """Return the page shown instead of one with figures; None where figures may be seen.

    Redirects a page of the site to its list without figures, and that of an item to the item
    without them.
    """
    path = ask.request.url.path
    if path.startswith(_TELLS_NO_FIGURE) or path.endswith(".css"):
        return None
    if not hidden(ask):
        return None
    kind, _, id = path.strip("/").partition("/")
    if kind == "e" and id in ask.database.evidence:
        raise RedirectError(f"/sitting/evidence/{id}/")
    listed = to_filter(path)
    if listed.startswith(_TELLS_NO_FIGURE):
        raise RedirectError(listed + ask.asked.query(only_when=True))
    content = fill("serve/hidden.html")
    return ServedPage(title="Hidden until your sitting is done", content=content, live=False)
