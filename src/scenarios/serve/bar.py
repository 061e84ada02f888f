"""What stands above each page: the way about, the day and the revision that it is of."""

from __future__ import annotations

from datetime import date
from html import escape

from msgspec.structs import replace

from scenarios.cli import parsing
from scenarios.render.writers.shell import safe
from scenarios.serve.exchange import NARROWED, SHORT, Ask
from scenarios.serve.ways import LISTS, READING, RECORDING, Way, about
from scenarios.text import counted

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
<nav aria-label="Desk">{_ways(ask)}</nav>
{_about(ask)}
<details id="tools"><summary>{_state(ask)}</summary>
<div>{_when(ask)}
<form class="find" action="/search/" role="search">
<label>Search <input type="search" name="q" value="{safe(ask.asked.words)}" id="find"></label>
{_carried(ask, "as_of", "rev")}<button>Find</button></form></div>
</details>
{_remarks(ask)}<p class="changed" id="changed" role="status" hidden></p>
</section>
{_help()}"""


def _state(ask: Ask) -> str:
    """What is shown, where there is no room for more."""
    return f"As of {ask.on}{f', {ask.asked.rev}' if ask.asked.rev else ''}; search"


def _ways(ask: Ask) -> str:
    """Where the bar leads; what is not shown is there for its key."""
    in_lists = ask.request.url.path.startswith(("/list/", "/search/"))
    first, *others = LISTS
    links = [_way(ask, way) for way in READING]
    if in_lists:
        links += [_way(ask, way) for way in LISTS]
    else:
        links.append(_way(ask, first, name="Lists"))
        links += [_way(ask, way, " hidden") for way in others]
    if not ask.desk.read_only:
        links += [_way(ask, way) for way in RECORDING]
    return "".join(links)


def _way(ask: Ask, way: Way, more: str = "", *, name: str = "") -> str:
    own, path, key = way
    here = ' aria-current="page"' if path == ask.request.url.path else ""
    leads = ask.asked.leads(path)
    return f'<a href="{leads}" data-key="{key}"{here}{more}>{safe(name or own)}</a>'


def _about(ask: Ask) -> str:
    """What can be recorded of the record that the page is about."""
    leads = () if ask.desk.read_only else about(ask.request.url.path)
    links = "".join(f'<a href="{escape(address)}">{safe(name)}</a>' for name, address in leads)
    return f'<nav aria-label="This record">{links}</nav>' if links else ""


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
placeholder="the files as they are" autocomplete="off"></label>
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


def _help() -> str:
    """What the keys do, behind `?`."""
    ways = ((key, name) for name, _, key in (*READING, *LISTS, *RECORDING) if key)
    rows = "".join(f"<dt><kbd>{key}</kbd></dt><dd>{does}</dd>" for key, does in (*ways, *_KEYS))
    return f"""\
<dialog id="keys" aria-labelledby="keys-name"><h2 id="keys-name">Keys</h2><dl>{rows}</dl>\
<form method="dialog"><button>Close</button></form></dialog>
"""
