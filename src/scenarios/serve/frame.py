"""A page as it is sent, in the frame of the site; and the pages of the site."""

from __future__ import annotations

import re
from datetime import date
from hashlib import blake2b
from html import escape
from urllib.parse import quote, urljoin

from msgspec.structs import replace
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from scenarios.cli import parsing
from scenarios.errors import ScenError
from scenarios.render.writers import html
from scenarios.render.writers.html import safe
from scenarios.serve.exchange import NARROWED, SHORT, Ask, ElsewhereError, Page, Sent, give, read
from scenarios.serve.sites import site_of
from scenarios.serve.warming import Kept
from scenarios.site import frame
from scenarios.site.at import page_at
from scenarios.site.frame import SECTIONS, Additions, Section
from scenarios.site.links import INDEX
from scenarios.site.links import Page as SitePage
from scenarios.text import counted

Way = tuple[str, str, str]

_BY_SECTION = {section[0]: section for section in SECTIONS}
READING: tuple[Section, ...] = (
    _BY_SECTION["scenarios"],
    ("status", "Status", f"status/{INDEX}"),
    _BY_SECTION["reviews"],
    _BY_SECTION["indicators"],
    _BY_SECTION["evidence"],
    ("forecasts", "Forecasts", f"list/forecasts/{INDEX}"),
    _BY_SECTION["sources"],
    _BY_SECTION["scores"],
)
"""The navigation: that of the site; a field searches."""
KEYED: tuple[Way, ...] = (
    ("Overview", "/", "g h"),
    ("Status", "/status/", "g t"),
    ("Scenarios, to filter", "/list/scenarios/", "g s"),
    ("Reviews", "/review/", "g r"),
    ("Indicators, to filter", "/list/indicators/", "g i"),
    ("Evidence, to filter", "/list/evidence/", "g e"),
    ("Forecasts, to filter", "/list/forecasts/", "g f"),
    ("Sources, to filter", "/list/sources/", "g o"),
    ("Scores", "/scores/", "g c"),
)
"""What is read, by keys."""
DOING: tuple[Way, ...] = (
    ("Record", "/record/", "g a"),
    ("Sitting", "/sitting/", "w"),
    ("Undo", "/undo/", "u"),
)
"""Not shown where nothing may be recorded."""
RECORDING: tuple[Way, ...] = (
    ("New evidence", "/record/evidence/", "n"),
    ("Forecast", "/record/forecast/", "f"),
)
"""What is recorded most, by a key; the page that says what can be recorded leads there too."""


def section_of(path: str) -> str:
    """The entry of the navigation that a page of the desk's own belongs to; none for a form."""
    first, _, rest = path.strip("/").partition("/")
    found = rest if first == "list" else first
    return found if found in {section[0] for section in READING} else ""


def to_filter(path: str) -> str:
    """The list that can be filtered, of what a page of the site shows; nothing where none is."""
    kind = path.strip("/").partition("/")[0] or "scenarios"
    return f"/list/{kind}/" if kind in _LISTED and path.count("/") < _DEEP else ""


_LISTED = ("scenarios", "indicators", "evidence", "sources")
_DEEP = 3


def about(path: str) -> tuple[tuple[str, str], ...]:
    """What can be recorded of the record that a page is about: a name and an address each."""
    kind, _, id = path.strip("/").partition("/")
    if not id or "/" in id:
        return ()
    return tuple(
        (name, f"/record/{form}/?{key}={quote(id)}") for name, form, key in _ABOUT.get(kind, ())
    )


KINDS = {"s": "This scenario", "e": "This item"}
_ABOUT = {
    "s": (
        ("Forecast it", "forecast", "scenario"),
        ("Add an indicator", "indicator", "scenario"),
        ("Clarify it", "clarification", "scenario"),
        ("Record its outcome", "resolution", "scenario"),
        ("Edit", "file", "id"),
    ),
    "e": (
        ("Rate it", "rate", "evidence"),
        ("Retract it", "retraction", "evidence"),
        ("Edit", "file", "id"),
    ),
}


_KEYS = (
    ("/", "search"),
    ("j k", "next row, row before"),
    ("Enter", "open the row"),
    ("?", "these keys"),
)


def bar(ask: Ask) -> str:
    """What stands above a page."""
    return f"""\
<section class="bar" id="bar" aria-label="The desk" data-state="{ask.seen.number}">
{_doing(ask)}{_about(ask)}
<details id="tools"><summary>{_state(ask)}</summary>
<div>{_when(ask)}
<form class="find" action="/search/" role="search">
<label>Search <input type="search" name="q" value="{safe(ask.asked.words)}" id="find"></label>
{_carried(ask, "as_of", "rev")}<button>Find</button></form></div>
</details>
{_remarks(ask)}<p class="changed" id="changed" role="status" hidden></p>
</section>
{_keyed(ask)}{_help(ask)}"""


def _state(ask: Ask) -> str:
    """What is shown, where there is no room for more."""
    rev = f", {ask.asked.rev}" if ask.asked.rev else ""
    return f"As of {ask.on}{rev}" if ask.asked.as_of or rev else "More"


def _doing(ask: Ask) -> str:
    """What can be done, whatever the page is about."""
    if ask.desk.read_only:
        return ""
    return f'<nav aria-label="What can be done">{"".join(_way(ask, way) for way in DOING)}</nav>'


def _way(ask: Ask, way: Way) -> str:
    name, path, key = way
    here = ask.request.url.path
    current = f' aria-current="{"page" if here == path else "true"}"' * here.startswith(path)
    return f'<a href="{ask.asked.leads(path)}" data-key="{key}"{current}>{safe(name)}</a>'


def _keyed(ask: Ask) -> str:
    """Where keys lead beside."""
    ways = KEYED if ask.desk.read_only else (*KEYED, *RECORDING)
    links = (
        f'<a href="{ask.asked.leads(path)}" data-key="{key}">{safe(name)}</a>'
        for name, path, key in ways
    )
    return f'<div id="keyed" hidden>{"".join(links)}</div>'


def _about(ask: Ask) -> str:
    """What can be recorded of the record that the page is about; or the list to filter."""
    path = ask.request.url.path
    leads = () if ask.desk.read_only else about(path)
    links = "".join(f'<a href="{escape(address)}">{safe(name)}</a>' for name, address in leads)
    if links:
        name = KINDS[path.strip("/").partition("/")[0]]
        nav = f'<nav aria-label="{name}">{links}</nav>'
        return f'<details class="this"><summary>This one</summary>{nav}</details>'
    if listed := to_filter(path):
        return f'<a class="listed" href="{ask.asked.leads(listed)}">Filter</a>'
    return ""


def _when(ask: Ask) -> str:
    """The day and the revision, in a form that needs no script; the slider comes with one."""
    first, last = _first(ask), max(ask.on, parsing.today())
    offered = "".join(
        f'<option value="{one.id[:SHORT]}">{safe(f"{one.day} {one.subject}")}</option>'
        for one in ask.seen.offered
    )
    return f"""\
<form class="when" id="when">
<label>As of <input type="date" name="as_of" value="{ask.on}" min="{first}" max="{last}"></label>
<input type="range" id="day" aria-label="As of, day by day" hidden min="0" \
max="{(last - first).days}" value="{(ask.on - first).days}" data-first="{first}">
<label>Revision <input name="rev" list="revisions" value="{escape(ask.asked.rev or "")}" \
placeholder="as they are" autocomplete="off"></label>
<datalist id="revisions">{offered}</datalist>
{_carried(ask, *NARROWED, "q")}<button>Show</button>
<a href="{_cited(ask)}" id="cite">Permalink</a>
</form>"""


def _first(ask: Ask) -> date:
    """The day on which the first question was asked."""
    opened = [one.opened for one in ask.database.scenarios.values()]
    return min((*opened, ask.on))


def _cited(ask: Ask) -> str:
    """An address that shows the same tomorrow."""
    newest = ask.seen.offered[0].id[:SHORT] if ask.seen.offered else None
    lasting = replace(ask.asked, as_of=ask.on, rev=ask.asked.rev or newest)
    return lasting.leads(ask.request.url.path)


def _carried(ask: Ask, *names: str) -> str:
    """What a form keeps of the address."""
    given = ask.asked.given()
    return "".join(
        f'<input type="hidden" name="{name}" value="{escape(given[name])}">'
        for name in names
        if given.get(name)
    )


def _remarks(ask: Ask) -> str:
    """What a reader must know of the state that is shown."""
    problems = [problem for problem in ask.seen.opened.problems if problem.severity == "error"]
    told = [ask.seen.remark]
    if problems:
        lost = counted(ask.seen.opened.loaded.left_out, "file")
        faults = counted(sum(problem.count for problem in problems), "fault")
        told.append(f"{lost} left out, {faults}: scen check names them. The first: {problems[0]}")
    return "".join(f'<p class="attention" role="status">{safe(one)}</p>' for one in told if one)


def _help(ask: Ask) -> str:
    """What the keys do, behind `?`."""
    doing = () if ask.desk.read_only else (*RECORDING, *DOING)
    ways = ((key, name) for name, _, key in (*KEYED, *doing))
    rows = "".join(f"<dt><kbd>{key}</kbd></dt><dd>{does}</dd>" for key, does in (*ways, *_KEYS))
    return f"""\
<dialog id="keys" aria-labelledby="keys-name"><h2 id="keys-name">Keys</h2><dl>{rows}</dl>\
<form method="dialog"><button>Close</button></form></dialog>
"""


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
    made = frame.whole_page(site, own, Additions(head=_HEAD, top=bar(ask), sections=READING))
    made = _from_here(made, ask.asked.query(only_when=True))
    made = _METAS.sub("", made, count=3)
    if page.live:
        made = made.replace("<main ", "<main data-live ", 1)
    if own.rules:
        made = made.replace(f"<style>{own.rules}</style>", _rules(ask, own.rules), 1)
    scripts = [html.digest(script) for script in (own.script,) if script]
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
