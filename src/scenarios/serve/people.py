"""The analyst who records: of `--analyst`, or chosen in the browser; there are no accounts."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse

from scenarios.errors import ScenError
from scenarios.model import Analyst, ScenarioId
from scenarios.render.writers.html import safe
from scenarios.serve.exchange import (
    ElsewhereError,
    PageRequest,
    Reply,
    ServedPage,
    give,
    take,
    to_filter,
)
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.offers import analysts
from scenarios.workspace.opened import Opened, known_id
from scenarios.workspace.sitting import held_back
from scenarios.workspace.writing import new_analyst

_YEAR = 365 * 24 * 3600


def analyst_of(ask: PageRequest) -> Analyst | None:
    """Return who records here, or None."""
    if given := given_analyst(ask):
        return given
    try:
        return typed_in.id(ask.request.cookies.get(_cookie(ask), ""))
    except ScenError:
        return None


def given_analyst(ask: PageRequest) -> Analyst | None:
    """Return the analyst that `scen serve` was started with."""
    given: Analyst | None = getattr(ask.request.app.state, "analyst", None)
    return given


def who_records(ask: PageRequest) -> str:
    """A line that names who records, with a link to change that."""
    who = analyst_of(ask)
    if given_analyst(ask):
        return f"<p>You record as <strong>{safe(who or '')}</strong>.</p>"
    link = f'<a href="/who/?to={escape(ask.request.url.path)}">'
    if who is None:
        return f"<p>Nobody is named as who records: {link}say who you are</a>.</p>"
    return f"<p>You record as <strong>{safe(who)}</strong>. {link}Change</a></p>"


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
    reply.set_cookie(_cookie(ask), id, max_age=_YEAR, httponly=True, samesite="strict")
    return reply


def _page(ask: PageRequest, chosen: str, fault: str = "") -> ServedPage:
    content = (
        "<h1>Who are you?</h1><p>There are no accounts: whoever has the start address can record"
        " under any name. The name goes into what is recorded, and git has who committed it.</p>"
    )
    if given := given_analyst(ask):
        content += f"<p>scen serve was started with <code>--analyst {safe(given)}</code>.</p>"
    else:
        content += _form(ask, chosen, fault)
    status = 422 if fault else 200
    return ServedPage(title="Who are you?", content=content, live=False, status=status)


def _form(ask: PageRequest, chosen: str, fault: str) -> str:
    declared = ask.database.tracker.analysts
    known: list[tuple[str, Any]] = [*(declared.items() if declared else analysts(ask.database))]
    radios = "".join(
        f'<label><input type="radio" name="analyst" value="{escape(id)}"'
        f"{' checked' if id == chosen else ''}><span>{safe(id)}"
        f"{f' ({safe(name)})' if name else ''}</span></label>"
        for id, name in known
    )
    other = chosen if chosen not in dict(known) else ""
    typed = (
        '<div class="field line"><label for="other">Somebody else</label>'
        '<span class="hint" id="hint-other">Small letters and hyphens, like jane-doe.</span>'
        f'<input id="other" name="other" value="{escape(other)}" autocomplete="off"'
        f' aria-describedby="hint-other"></div>'
    )
    doubt = new_analyst(ask.database, chosen) if chosen and not fault else None
    note = f'<p class="attention" role="alert">{safe(fault)}</p>' if fault else ""
    note += f"<p>{safe(doubt)}</p>" if doubt else ""
    to = ask.request.query_params.get("to", "")
    action = f"/who/?to={to}" if _is_ours(to) else "/who/"
    return (
        f'{note}<form class="record" method="post" action="{escape(action)}">'
        f'<fieldset class="field"><legend>Who records in this browser</legend>'
        f'<div class="choices">{radios}</div></fieldset>{"" if declared else typed}'
        "<p><button>That is me</button></p></form>"
    )


def _is_ours(path: str) -> bool:
    """A path of this server, and no address of another."""
    return path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()


def _cookie(ask: PageRequest) -> str:
    return f"scen-{ask.request.url.port}-analyst"


ENTRIES = (give("/who/", lambda ask: _page(ask, analyst_of(ask) or "")), take("/who/", _chosen))


_TELLS_NO_FIGURE = (
    *("/sitting/", "/who/", "/record/", "/recorded/"),
    *("/list/evidence/", "/list/indicators/", "/list/sources/"),
)
"""The pages that show no figure, or leave out those that are hidden."""


def hidden(opened: Opened, analyst: Analyst | None, today: date) -> frozenset[ScenarioId]:
    """Return the scenarios whose team's and implied figures an analyst must not see yet."""
    return held_back(opened, analyst, today) if analyst else frozenset()


def instead(ask: PageRequest) -> ServedPage | None:
    """Return the page shown instead of one with figures; None where figures may be seen.

    A page of the site that has a list without figures redirects to that list.
    """
    path = ask.request.url.path
    if path.startswith(_TELLS_NO_FIGURE) or path.endswith(".css"):
        return None
    if not hidden(ask.desk.latest.opened, analyst_of(ask), typed_in.today()):
        return None
    listed = to_filter(path)
    if listed.startswith(_TELLS_NO_FIGURE):
        raise ElsewhereError(listed + ask.asked.query(only_when=True))
    content = (
        "<h1>After the sitting</h1><p>You sit and forecast: what the team says and what the"
        " evidence implies is not shown before your own figures are given.</p>"
        '<p class="does"><a class="button" href="/sitting/">Go on with the sitting</a></p>'
        '<p>What was observed can be read: <a href="/list/evidence/">evidence</a>,'
        ' <a href="/list/indicators/">indicators</a>, <a href="/list/sources/">sources</a>.</p>'
    )
    return ServedPage(title="After the sitting", content=content, live=False)
