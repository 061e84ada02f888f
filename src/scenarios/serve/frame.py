"""A page as it is sent, in the frame of the site; and the pages of the site."""

from __future__ import annotations

import re
from hashlib import blake2b
from html import escape
from urllib.parse import urljoin

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from scenarios.errors import ScenError
from scenarios.render.writers import shell
from scenarios.serve.bar import bar
from scenarios.serve.exchange import Ask, ElsewhereError, Page, Sent, give, read
from scenarios.serve.kept import Kept
from scenarios.serve.sites import site_of
from scenarios.serve.ways import READING, section_of
from scenarios.site import frame
from scenarios.site.at import page_at
from scenarios.site.frame import Additions
from scenarios.site.links import INDEX
from scenarios.site.page import Page as SitePage

_METAS = re.compile(
    r"<(?:meta (?:http-equiv=\"Content-Security-Policy\"|name=\"referrer\")"
    r"|link rel=\"alternate\")[^>]*>\n?"
)
"""What an answer says in its own head, and the feed, which has no cookie."""
_LINK = re.compile(r'(<a\b[^>]* href=")(?![a-z]+:|[#/])([^"#?]+)(#[^"]*)?"')
"""A link as the site has it: from its page, to a file."""
_HEAD = """\
<link rel="icon" href="/-/desk.svg">
<link rel="stylesheet" href="/-/desk.css">
<link rel="stylesheet" href="/-/forms.css">
<meta name="htmx-config" content='{"allowEval":false,"includeIndicatorStyles":false,\
"historyCacheSize":0,"refreshOnHistoryMiss":true}'>
<script src="/-/htmx.min.js" defer></script>
<script src="/-/desk.js" defer></script>
<script src="/-/forms.js" defer></script>
"""


def whole(ask: Ask, page: Page) -> Sent:
    """The page, with what it was made of that its policy must know."""
    site = site_of(ask).site
    own = page.of_site or SitePage(
        address=f"{ask.request.url.path.strip('/')}/{INDEX}".lstrip("/"),
        title=page.title,
        description=page.title,
        main=page.content,
        section=section_of(ask.request.url.path),
    )
    made = frame.html(site, own, Additions(head=_HEAD, top=bar(ask), sections=READING))
    made = _from_here(made, ask.asked.query(only_when=True))
    made = _METAS.sub("", made, count=3)
    if page.live:
        made = made.replace("<main ", "<main data-live ", 1)
    if own.rules:
        made = made.replace(f"<style>{own.rules}</style>", _rules(ask, own.rules), 1)
    scripts = [shell.digest(script) for script in (own.script,) if script]
    return Sent(made.encode(), tuple(scripts))


def _rules(ask: Ask, rules: str) -> str:
    """A page's own rules as a file: a script can put another state of it in its place."""
    name = blake2b(rules.encode(), digest_size=16).hexdigest()
    kept: Kept[str] = ask.request.app.state.rules
    kept.get(name, lambda: rules)
    return f'<link rel="stylesheet" id="rules" href="/-/rules/{name}">'


def _its_rules(ask: Ask) -> Response:
    kept: Kept[str] = ask.request.app.state.rules

    def gone() -> str:
        raise HTTPException(404)

    return Response(kept.get(ask.part("name"), gone), media_type="text/css")


def _from_here(made: str, when: str) -> str:
    """Each link within the site leads to the page at the same day and revision."""

    def leads(link: re.Match[str]) -> str:
        path = link[2].removesuffix(INDEX) or "./"
        return f'{link[1]}{path}{escape(when)}{link[3] or ""}"'

    return _LINK.sub(leads, made)


def _site(ask: Ask) -> Page:
    """What the site has at an address."""
    address = f"{ask.request.url.path.strip('/')}/{INDEX}".lstrip("/")
    site, turn = site_of(ask)
    with turn:
        found = page_at(site, address)
    if found is None:
        _refuse(ask)
        raise HTTPException(404)
    if found.moved_to:
        to = urljoin(ask.request.url.path, found.moved_to.removesuffix(INDEX))
        raise ElsewhereError(to + ask.asked.query(only_when=True))
    # What its own script has made of a page would be lost with it.
    return Page(title=found.title, of_site=found, live=not found.script)


def _refuse(ask: Ask) -> None:
    """Say of an id that is not there what the command line says."""
    kind, _, id = ask.request.url.path.strip("/").partition("/")
    opened = ask.seen.opened
    if kind == "s":
        opened.scenario_on(id, ask.on)
    elif kind == "e" and ask.on < opened.database.evidence[opened.evidence(id)].recorded:
        day = opened.database.evidence[id].recorded
        raise ScenError(f"{id} was not known on {ask.on}: it dates from {day}")


def _folder(ask: Ask) -> Response:
    """The page of a folder, where its file is asked for as the site has it."""
    query = ask.request.url.query
    path = f"/{ask.part('path')}"
    return RedirectResponse(f"{path}?{query}" if query else path, 308)


def _file(ask: Ask) -> Response:
    """A record as it stands in its file: what is no record is not there."""
    data = ask.seen.opened.snapshot.get(ask.part("path"))
    if data is None:
        raise HTTPException(404)
    return PlainTextResponse(data)


def _style(_: Ask) -> Response:
    return Response(frame.style(), media_type="text/css")


ENTRIES = (
    give(f"/{frame.STYLE}", _style),
    give("/-/rules/{name}", _its_rules),
    give("/records/{path:path}", _file),
    give("/{path:path}index.html", _folder),
    read("/", _site),
    read("/{folder}/", _site),
    read("/{folder}/{id}/", _site),
)
