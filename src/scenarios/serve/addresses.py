"""The addresses of the desk: undo, status, lists and search, and those of forms and sittings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from html import escape
from typing import Any

import msgspec
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from scenarios.analysis.evidence.knowledge import known, shown
from scenarios.analysis.review import listing
from scenarios.analysis.review.listing import ListFilter
from scenarios.errors import ScenError
from scenarios.render.document import Document
from scenarios.render.documents import records, status
from scenarios.render.writers import html
from scenarios.render.writers.html import safe
from scenarios.serve import people
from scenarios.serve.exchange import Endpoint, PageRequest, Reply, ServedPage, give, read, take
from scenarios.serve.forms import pages as forms
from scenarios.serve.forms.html import texts
from scenarios.serve.forms.pages import Saved, SavedPage, ticket
from scenarios.serve.frame import carried
from scenarios.serve.sitting import pages as sitting
from scenarios.site.site import INDEX, Links
from scenarios.workspace.corrections.undoing import undo
from scenarios.workspace.how import TRIED, How
from scenarios.workspace.input.narrowing import narrowed
from scenarios.workspace.reading import ended, nothing_yet, search_of, standings, start_of
from scenarios.workspace.results import undone
from scenarios.workspace.writing import Written

_MEANWHILE = "something else was recorded meanwhile: look at what would be taken back"
_HITS, _SHOWN = 200, 500
"""Most hits and rows shown; of dated rows the newest, unless all are asked for."""
_ROWS: dict[str, Callable[[Any, ListFilter], Any]] = {
    "indicators": listing.indicators,
    "evidence": listing.evidence,
    "forecasts": listing.forecasts,
    "sources": listing.sources,
}
_DATED = ("evidence", "forecasts")
"""Shown newest first."""
_OFFERS = {
    "scenarios": ("set", "tag"),
    "indicators": ("set", "tag", "theme"),
    "evidence": ("set", "tag", "theme", "source", "since", "until"),
    "forecasts": ("set", "tag", "since", "until"),
    "sources": ("source",),
    "search": ("set", "tag", "source", "since", "until"),
}
"""The options that narrow each."""


def _shown(ask: PageRequest, fault: str = "") -> ServedPage:
    head = f"<h1>Undo</h1>{people.who_records(ask)}"
    head += f'<p class="attention" role="alert">{safe(fault)}</p>' if fault else ""
    try:
        written, command = undo(ask.desk.root, TRIED)
    except ScenError as error:
        body = f'<p class="attention">{safe(str(error))}</p>'
    else:
        body = f"""
<p>The last command of this checkout, whoever gave it, here or in a terminal:
<strong>{safe(command or "a change")}</strong>.</p>
<h2>What would become of the files</h2>{texts(written)}
<form class="record" method="post" action="/undo/">
<input type="hidden" name="ticket" value="{ticket()}">
<input type="hidden" name="of" value="{_digest(written)}">
<p class="field check"><label><input type="checkbox" name="commit" value="yes">
Commit it to git</label></p>
<p class="does"><button class="first">Take it back</button></p></form>"""
    status = 422 if fault else 200
    return ServedPage(title="Undo", content=head + body, live=False, status=status)


def _taken_back(ask: PageRequest, form: FormData) -> Reply:
    name, digest = (str(form.get(key) or "") for key in ("ticket", "of"))
    saved: Saved = ask.request.app.state.saved
    faults: list[str] = []

    def save() -> SavedPage | None:
        try:
            if _digest(undo(ask.desk.root, TRIED)[0]) != digest:
                raise ScenError(_MEANWHILE)  # noqa: TRY301 - told as any other
            written, command = undo(ask.desk.root, How(commit=bool(form.get("commit"))))
        except ScenError as error:
            faults.append("; ".join([*getattr(error, "__notes__", ()), str(error)]))
            return None
        return SavedPage(_undone(written, command) + _before(ask))

    if saved.once(name, save) is None:
        return _shown(ask, faults[0])
    return RedirectResponse(f"/recorded/{escape(name)}/", 303)


def _undone(written: Written, command: str) -> str:
    result = undone(written, command)
    lines = [*written.mended, *(f"gone: {path}" for path in result.removed)]
    lines += [f"as it was: {path}" for path in result.restored]
    listed = "".join(f"<li>{safe(line)}</li>" for line in lines)
    fault = written.committed.fault if written.committed else None
    note = f'<p class="attention">{safe(str(fault))}</p>' if fault else ""
    return f"<h1>Taken back</h1><p>{safe(command)}</p>{note}<ul class='plain'>{listed}</ul>"


def _before(ask: PageRequest) -> str:
    """The way to the command before, where that can be taken back."""
    try:
        undo(ask.desk.root, TRIED)
    except ScenError:
        return ""
    return '<p class="does"><a class="button" href="/undo/">Take back the one before it</a></p>'


def _digest(written: Written) -> str:
    return sha256(msgspec.msgpack.encode(written.drafts)).hexdigest()


def _status(ask: PageRequest) -> ServedPage:
    opened = ask.seen.opened
    shown = standings(opened, ask.on)
    rows = [standing.row for standing in shown]
    since = start_of(opened, ask.on)
    blocks = status.document(
        rows,
        [finding for standing in shown for finding in standing.flagged],
        ask.database.tracker.estimative_language,
        nothing_yet(opened, ask.on) if not rows else "",
        since=since,
        ended=ended(ask.database, rows),
    )
    about = f"<p>As of {ask.on}; changes since {since}.</p>" if rows else ""
    return _page(ask, "Status", about, blocks)


def _list(ask: PageRequest) -> ServedPage:
    kind, opened = ask.part("kind"), ask.seen.opened
    if kind not in records.DOCUMENTS:
        raise HTTPException(404)
    narrow = _narrowed(ask, kind)
    if kind == "scenarios":
        standing = (standing.row for standing in standings(opened, ask.on))
        rows = [row for row in standing if narrow.subject(ask.database, row.id)]
    else:
        rows = _ROWS[kind](known(ask.database, ask.on), narrow)
    number = len(rows)
    if kind in _DATED:
        rows = rows[::-1]
    before = _bar(ask, kind)
    if number > _SHOWN and "all" not in ask.request.query_params:
        rows = rows[:_SHOWN]
        every = ask.asked.leads(ask.request.url.path)
        every += f"{'&amp;' if '?' in every else '?'}all=1"
        before += f'<p>The first {_SHOWN} are shown. <a href="{every}">Show all</a></p>'
    blocks = records.DOCUMENTS[kind](rows, every=True)
    return _page(ask, f"{kind.capitalize()} ({number:,})", before, blocks)


def _search(ask: PageRequest) -> ServedPage:
    words = ask.asked.words
    if not words:
        return _page(ask, "Search", _bar(ask, "search"), ())
    hits = search_of(ask.seen.opened, words, ask.on, _narrowed(ask, "search"), most=_HITS)
    return _page(ask, f"Search: {words}", _bar(ask, "search"), records.hits(hits))


def _narrowed(ask: PageRequest, kind: str) -> ListFilter:
    options: dict[str, Any] = {
        {"set": "set_id"}.get(name, name): text
        for name, text in ask.asked.narrowed.items()
        if name in _OFFERS[kind]
    }
    return narrowed(ask.seen.opened, ask.on, **options)


def _bar(ask: PageRequest, kind: str) -> str:
    """The filter bar, whose choices stand in the address."""
    tracker, asked = ask.database.tracker, ask.asked
    offers: dict[str, Mapping[str, str]] = {
        "set": tracker.sets,
        "tag": {tag: tag for scenario in ask.database.scenarios.values() for tag in scenario.tags},
        "theme": tracker.themes,
        "source": {id: source.name for id, source in ask.database.sources.items()},
    }
    fields = "".join(
        _choice(name, asked.narrowed.get(name, ""), offers[name])
        if name in offers
        else f'<label>{name.capitalize()} <input type="date" name="{name}" '
        f'value="{safe(asked.narrowed.get(name, ""))}"></label>'
        for name in _OFFERS[kind]
    )
    words = f'<label>Words <input type="search" name="q" value="{safe(asked.words)}"></label>'
    when = carried(ask, "as_of", "rev")
    return (
        f'<form class="narrow">{words if kind == "search" else ""}{fields}{when}'
        "<button>Narrow</button></form>"
    )


def _choice(name: str, chosen: str, offers: Mapping[str, str]) -> str:
    options = "".join(
        f'<option value="{safe(id)}"{" selected" if id == chosen else ""}>{safe(label)}</option>'
        for id, label in sorted(offers.items(), key=lambda offer: offer[1].casefold())
    )
    return (
        f'<label>{name.capitalize()} <select name="{name}"><option value="">all</option>'
        f"{options}</select></label>"
    )


def _page(ask: PageRequest, title: str, before: str, document: Document) -> ServedPage:
    """A document as a page, with links to scenarios and items at the same day and revision."""
    records = {"s": shown(ask.database, ask.on), "e": ask.database.evidence}
    when = ask.asked.query(only_when=True)
    places = Links(records, lambda address: f"/{address.removesuffix(INDEX)}{when}")
    body = html.sections(document, places) if document else ""
    return ServedPage(title=title, content=f"<h1>{safe(title)}</h1>{before}{body}")


_UNDO = (give("/undo/", _shown), take("/undo/", _taken_back))
_RECORDING = (*people.ENTRIES, *forms.ENTRIES, *_UNDO, *sitting.ENTRIES)
_READING = (read("/status/", _status), read("/list/{kind}/", _list), read("/search/", _search))


def entries(*, read_only: bool) -> tuple[Endpoint, ...]:
    """Return all addresses but those of the site, without those that record if `read_only`."""
    return (*(() if read_only else _RECORDING), *_READING)
