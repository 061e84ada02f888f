"""Every address that there is, and what answers there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
from scenarios.cli.opening import wanted
from scenarios.errors import ScenError
from scenarios.render.document import Document
from scenarios.render.documents import records, status
from scenarios.render.writers import html
from scenarios.render.writers.html import safe
from scenarios.serve import people
from scenarios.serve.exchange import Ask, Entry, Made, Page, give, read, take
from scenarios.serve.forms import pages as forms
from scenarios.serve.forms.outcome import texts
from scenarios.serve.forms.saved import Saved, Told, ticket
from scenarios.serve.sitting import pages as sitting
from scenarios.workspace.corrections.undoing import undo
from scenarios.workspace.how import TRIED, How
from scenarios.workspace.reading import ended, nothing_yet, search_of, standings, start_of
from scenarios.workspace.results import undone
from scenarios.workspace.writing import Written


def _shown(ask: Ask, fault: str = "") -> Page:
    head = f"<h1>Undo</h1>{people.told(ask)}"
    note = f'<p class="attention" role="alert">{safe(fault)}</p>' if fault else ""
    status = 422 if fault else 200
    try:
        written, command = undo(ask.desk.root, TRIED)
    except ScenError as error:
        told = f'<p class="attention">{safe(str(error))}</p>'
        return Page(title="Undo", content=head + note + told, live=False, status=status)
    content = f"""{head}{note}
<p>The last command of this checkout, whoever gave it, here or in a terminal:
<strong>{safe(command or "a change")}</strong>.</p>
<h2>What would become of the files</h2>{texts(written)}
<form class="record" method="post" action="/undo/">
<input type="hidden" name="ticket" value="{ticket()}">
<input type="hidden" name="of" value="{_digest(written)}">
<p class="field check"><label><input type="checkbox" name="commit" value="yes">
Commit it to git</label></p>
<p class="does"><button class="first">Take it back</button></p></form>"""
    return Page(title="Undo", content=content, live=False, status=status)


def _taken_back(ask: Ask, form: FormData) -> Made:
    name, of = (str(form.get(key) or "") for key in ("ticket", "of"))
    saved: Saved = ask.request.app.state.saved
    faults: list[str] = []

    def save() -> Told | None:
        try:
            _refuse_other(of, undo(ask.desk.root, TRIED)[0])
            written, command = undo(ask.desk.root, How(commit=bool(form.get("commit"))))
        except ScenError as error:
            faults.append("; ".join([*getattr(error, "__notes__", ()), str(error)]))
            return None
        return Told(_told(written, command) + _before(ask))

    if saved.once(name, save) is None:
        return _shown(ask, faults[0])
    return RedirectResponse(f"/recorded/{escape(name)}/", 303)


def _told(written: Written, command: str) -> str:
    result = undone(written, command)
    lines = [f"gone: {path}" for path in result.removed]
    lines += [f"as it was: {path}" for path in result.restored]
    listed = "".join(f"<li>{safe(line)}</li>" for line in (*written.mended, *lines))
    fault = written.committed.fault if written.committed else None
    note = f'<p class="attention">{safe(str(fault))}</p>' if fault else ""
    return f"<h1>Taken back</h1><p>{safe(command)}</p>{note}<ul class='plain'>{listed}</ul>"


def _before(ask: Ask) -> str:
    """The way to the command before, where one can be taken back."""
    try:
        undo(ask.desk.root, TRIED)
    except ScenError:
        return ""
    return '<p class="does"><a class="button" href="/undo/">Take back the one before it</a></p>'


def _refuse_other(of: str, written: Written) -> None:
    if _digest(written) != of:
        raise ScenError("something else was recorded meanwhile: look at what would be taken back")


def _digest(written: Written) -> str:
    return sha256(msgspec.msgpack.encode(written.drafts)).hexdigest()


ENTRIES = (give("/undo/", _shown), take("/undo/", _taken_back))


_HITS, _SHOWN = 200, 500
"""As many hits and rows are shown at most; the newest rows, unless all are asked for."""
_ROWS: dict[str, Callable[[Any, ListFilter], Any]] = {
    "indicators": listing.indicators,
    "evidence": listing.evidence,
    "forecasts": listing.forecasts,
    "sources": listing.sources,
}
_DATED = ("evidence", "forecasts")
"""The newest first: nobody scrolls up to them here."""
_OFFERS = {
    "scenarios": ("set", "tag"),
    "indicators": ("set", "tag", "theme"),
    "evidence": ("set", "tag", "theme", "source", "since", "until"),
    "forecasts": ("set", "tag", "since", "until"),
    "sources": ("source",),
    "search": ("set", "tag", "source", "since", "until"),
}
"""By what each can be narrowed."""


class Places(Mapping[str, str]):
    """Where a scenario and an item are found, at the same day and revision."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._known: Mapping[str, Mapping[str, Any]] = {
            "s": shown(ask.database, ask.on),
            "e": ask.database.evidence,
        }

    def __getitem__(self, anchor: str) -> str:
        kind, _, id = anchor.partition("-")
        if id not in self._known.get(kind, ()):
            raise KeyError(anchor)
        return f"/{kind}/{id}/{self._ask.asked.query(only_when=True)}"

    def __iter__(self) -> Iterator[str]:
        return (f"{kind}-{id}" for kind, ids in self._known.items() for id in ids)

    def __len__(self) -> int:
        return sum(map(len, self._known.values()))


def _status(ask: Ask) -> Page:
    opened = ask.seen.opened
    found = standings(opened, ask.on)
    rows = [standing.row for standing in found]
    since = start_of(opened, ask.on)
    made = status.document(
        rows,
        [finding for standing in found for finding in standing.flagged],
        ask.database.tracker.estimative_language,
        nothing_yet(opened, ask.on) if not rows else "",
        since=since,
        ended=ended(ask.database, rows),
    )
    about = f"<p>As of {ask.on}; changes since {since}.</p>" if rows else ""
    return _page(ask, "Status", about, made)


def _list(ask: Ask) -> Page:
    kind, opened = ask.part("kind"), ask.seen.opened
    if kind not in records.DOCUMENTS:
        raise HTTPException(404)
    narrow = _narrowed(ask, kind)
    if kind == "scenarios":
        standing = (one.row for one in standings(opened, ask.on))
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
    made = records.DOCUMENTS[kind](rows, every=True)
    return _page(ask, f"{kind.capitalize()} ({number:,})", before, made)


def _search(ask: Ask) -> Page:
    words = ask.asked.words
    if not words:
        return _page(ask, "Search", _bar(ask, "search"), ())
    narrow = _narrowed(ask, "search")
    found = search_of(ask.seen.opened, words, ask.on, narrow, most=_HITS)
    return _page(ask, f"Search: {words}", _bar(ask, "search"), records.hits(found))


def _narrowed(ask: Ask, kind: str) -> ListFilter:
    given = {name: text for name, text in ask.asked.narrowed.items() if name in _OFFERS[kind]}
    return wanted(
        ask.seen.opened,
        ask.on,
        source=given.get("source"),
        tag=given.get("tag"),
        set_id=given.get("set"),
        theme=given.get("theme"),
        since=given.get("since"),
        until=given.get("until"),
    )


def _bar(ask: Ask, kind: str) -> str:
    """The filter bar: what it chooses stands in the address."""
    tracker, asked = ask.database.tracker, ask.asked
    offers: dict[str, Mapping[str, str]] = {
        "set": tracker.sets,
        "tag": {tag: tag for one in ask.database.scenarios.values() for tag in one.tags},
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
    when = "".join(
        f'<input type="hidden" name="{name}" value="{safe(text)}">'
        for name, text in asked.given().items()
        if name in ("as_of", "rev")
    )
    return (
        f'<form class="narrow">{words if kind == "search" else ""}{fields}{when}'
        "<button>Narrow</button></form>"
    )


def _choice(name: str, chosen: str, offers: Mapping[str, str]) -> str:
    options = "".join(
        f'<option value="{safe(id)}"{" selected" if id == chosen else ""}>{safe(told)}</option>'
        for id, told in sorted(offers.items(), key=lambda one: one[1].casefold())
    )
    return (
        f'<label>{name.capitalize()} <select name="{name}"><option value="">all</option>'
        f"{options}</select></label>"
    )


def _page(ask: Ask, title: str, before: str, document: Document) -> Page:
    told = html.sections(document, Places(ask)) if document else ""
    return Page(title=title, content=f"<h1>{safe(title)}</h1>{before}{told}")


LIST_ENTRIES = (read("/status/", _status), read("/list/{kind}/", _list), read("/search/", _search))


_RECORDING = (*people.ENTRIES, *forms.ENTRIES, *ENTRIES, *sitting.ENTRIES)


def entries(*, read_only: bool) -> tuple[Entry, ...]:
    """All but the pages of the site; none at which something is recorded where that may not be."""
    return (*(() if read_only else _RECORDING), *LIST_ENTRIES)
