"""What stands above each page: the way about, the day and the revision that it is of."""

from __future__ import annotations

from datetime import date
from html import escape

from msgspec.structs import replace

from scenarios.cli import parsing
from scenarios.render.writers.shell import safe
from scenarios.serve.exchange import NARROWED, SHORT, Ask
from scenarios.serve.ways import DOING, KEYED, KINDS, RECORDING, Way, about, to_filter
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
