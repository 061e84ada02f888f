"""The addresses of the desk: undo, status, lists and search, and those of forms and sittings."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from scenarios.analysis.evidence.knowledge import known_on, opened_scenarios
from scenarios.analysis.review import listing
from scenarios.analysis.review.inbox import ProposalRow, proposals
from scenarios.analysis.review.listing import ListFilter
from scenarios.errors import ScenError
from scenarios.render.document import Document
from scenarios.render.documents import records, status
from scenarios.render.documents.due import draft_of, when
from scenarios.render.templating import fill
from scenarios.render.text import short_day
from scenarios.render.writers import html
from scenarios.serve import people
from scenarios.serve.exchange import Endpoint, PageRequest, Reply, ServedPage, give, read, take
from scenarios.serve.forms import pages as forms
from scenarios.serve.forms.html import records_of, texts
from scenarios.serve.forms.pages import SavedPage, ticket
from scenarios.serve.frame import ENTRIES as PAGES
from scenarios.serve.frame import added, carried, ledgers
from scenarios.serve.person import RoleLostError
from scenarios.serve.sitting import pages as sitting
from scenarios.serve.team import pages as team
from scenarios.site.site import INDEX, Links
from scenarios.storage.proposals import waiting
from scenarios.workspace.inbox import answers_of
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.narrowing import narrowed
from scenarios.workspace.opened import OpenDatabase
from scenarios.workspace.reading import ended, nothing_yet, search_of, standings, start_of
from scenarios.workspace.results import undone
from scenarios.workspace.undoing import undo
from scenarios.workspace.write_mode import WriteMode
from scenarios.workspace.writing import WriteResult

_MEANWHILE = "something else was recorded meanwhile: look at what would be taken back"
_HITS, _SHOWN = 200, 500
"""Most hits and rows shown; of dated rows the newest, unless all are asked for."""
_ROWS: dict[str, Callable[[Any, ListFilter], Any]] = {
    "indicators": listing.indicators,
    "evidence": listing.matching,
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


def _undo_page(ask: PageRequest, fault: str = "") -> ServedPage:
    values: dict[str, Any] = {"who": people.who_records(ask), "fault": fault, "nothing": ""}
    values["person"] = ask.person.login
    try:
        written, command = undo(ask.live_database.root, _tried(ask))
    except ScenError as error:
        values["nothing"] = str(error)
    else:
        values |= {"command": command, "files": texts(written), "digest": _digest(written)}
    content = fill("serve/undo.html", ticket=ticket(), **values)
    status = 422 if fault else 200
    return ServedPage(title="Undo", content=content, live=False, status=status)


def _taken_back(ask: PageRequest, form: FormData) -> Reply:
    name, digest = (str(form.get(key) or "") for key in ("ticket", "of"))
    saved = ask.request.app.state.saved

    mode = ask.mode("proposer", commit=bool(form.get("commit")))

    def save(_: OpenDatabase) -> WriteResult | None:
        if name and saved.get(name):
            return None
        root, own = ask.live_database.root, ask.person.login
        if _digest(undo(root, _tried(ask))[0]) != digest:
            raise ScenError(_MEANWHILE)
        written, command = undo(root, mode)
        page = _undone(ask, ask.live_database.shown(written), command)
        saved.put(name, SavedPage(page, login=own))
        return written

    try:
        ask.live_database.write(save)
    except RoleLostError:
        raise
    except ScenError as error:
        return _undo_page(ask, "; ".join([*getattr(error, "__notes__", ()), str(error)]))
    return RedirectResponse(f"/recorded/{quote(name)}/", 303)


def _undone(ask: PageRequest, written: WriteResult, command: str) -> Markup:
    result = undone(written, command)
    lines = [*written.mended, *(f"gone: {path}" for path in result.removed)]
    lines += [f"as it was: {path}" for path in result.restored]
    fault = written.committed.fault if written.committed else None
    before = False
    with suppress(ScenError):
        before = bool(undo(ask.live_database.root, _tried(ask)))
    ways = [record for record in records_of(written) if all(record)]
    values = {"lines": lines, "ways": ways, "fault": fault, "before": before}
    return fill("serve/undone.html", command=command, **values)


def _tried(ask: PageRequest) -> WriteMode:
    """A trial of what undo would write for the person, whose changes are committed in a team."""
    return ask.mode("proposer")._replace(dry_run=True)


def _digest(written: WriteResult) -> str:
    return sha256(msgspec.msgpack.encode(written.drafts)).hexdigest()


def _status(ask: PageRequest) -> ServedPage:
    opened = ask.seen.opened
    listed = standings(opened, ask.on, odds=ledgers(ask))
    rows = [row_state.row for row_state in listed]
    since = start_of(opened, ask.on)
    blocks = status.document(
        rows,
        [finding for row_state in listed for finding in row_state.flagged],
        ask.database.tracker.estimative_language,
        nothing_yet(opened, ask.on) if not rows else "",
        since=since,
        ended=ended(ask.database, rows),
    )
    about = f"As of {short_day(ask.on)}; changes since {short_day(since)}." if rows else ""
    return _page(ask, "Status", blocks, about=about)


def _list(ask: PageRequest) -> ServedPage:
    kind, opened, rows = ask.part("kind"), ask.seen.opened, list[Any]()
    if kind not in records.DOCUMENTS:
        raise HTTPException(404)
    narrow, now = _narrowed(ask, kind), known_on(ask.database, ask.on)
    if kind == "scenarios":
        row_state = (row_state.row for row_state in standings(opened, ask.on, odds=ledgers(ask)))
        rows = [row for row in row_state if narrow.subject(ask.database, row.id)]
    else:
        rows = _ROWS[kind](now, narrow)
    number = len(rows)
    if kind in _DATED:
        rows = rows[::-1]
    more = ""
    if number > _SHOWN and "all" not in ask.request.query_params:
        rows = rows[:_SHOWN]
        more = ask.leads_to_all()
    if kind == "evidence":
        rows = listing.evidence(now, narrow, rows)
    blocks = records.DOCUMENTS[kind](rows, every=True)
    return _page(ask, f"{kind.capitalize()} ({number:,})", blocks, kind=kind, more=more)


def _search(ask: PageRequest) -> ServedPage:
    words = ask.asked.words
    if not words:
        return _page(ask, "Search", (), kind="search")
    hits = search_of(ask.seen.opened, words, ask.on, _narrowed(ask, "search"), most=_HITS)
    return _page(ask, f"Search: {words}", records.hits(hits, titled=True), kind="search")


def _narrowed(ask: PageRequest, kind: str) -> ListFilter:
    options: dict[str, Any] = {
        {"set": "set_id"}.get(name, name): text
        for name, text in ask.asked.narrowed.items()
        if name in _OFFERS[kind]
    }
    return narrowed(ask.seen.opened, ask.on, **options)


def _inbox(ask: PageRequest) -> ServedPage:
    """The proposals that wait, each with the forms that settle it."""
    database, today = ask.live_database.latest.opened.database, typed_in.today()
    inbox, hidden = waiting(ask.live_database.root), people.hidden(ask)
    is_blind, rows = ask.live_database.is_blind, []
    for row in proposals(inbox.waiting, database, today).proposals[:_SHOWN]:
        draft = row.proposal.forecast
        if draft and is_blind:
            continue
        text = "forecast" if draft and draft.scenario in hidden else draft_of(row)
        rows.append((row, text, when(-row.days), _filled(row)))
    faults = () if is_blind else inbox.problems  # which quote what was proposed
    values = {"rows": rows, "faults": faults, "who": people.who_records(ask), "may": ask.may}
    return ServedPage(title="Inbox", content=fill("serve/inbox.html", **values), live=False)


def _filled(row: ProposalRow) -> str:
    """The address of the form that records a proposal, filled from its draft."""
    pairs = [("proposal", row.id)]
    for key, value in answers_of(row.proposal, row.event, row.origin).items():
        pairs += [(key, text) for text in (value if isinstance(value, list) else [value]) if text]
    form = "scenario" if row.proposal.question else row.proposal.kind
    return f"/record/{form}/?{urlencode(pairs)}"


def _fields(
    ask: PageRequest, kind: str
) -> Iterator[tuple[str, str, Sequence[tuple[str, str]] | None]]:
    """The filters of a list: name, chosen value, and choices, or None for a typed day."""
    tracker = ask.database.tracker
    offers: dict[str, Mapping[str, str]] = {
        "set": tracker.sets,
        "tag": {tag: tag for scenario in ask.database.scenarios.values() for tag in scenario.tags},
        "theme": tracker.themes,
        "source": {id: source.name for id, source in ask.database.sources.items()},
    }
    for name in _OFFERS.get(kind, ()):
        choices = sorted(offers.get(name, {}).items(), key=lambda offer: offer[1].casefold())
        yield name, ask.asked.narrowed.get(name, ""), choices if name in offers else None


def _page(
    ask: PageRequest, title: str, document: Document, *, kind: str = "", **more: str
) -> ServedPage:
    """A document as a page, with links to records at the same day and revision."""
    records = {"s": opened_scenarios(ask.database, ask.on), "e": ask.database.evidence}
    when = ask.asked.query(only_when=True)
    places = Links(records, lambda address: f"/{address.removesuffix(INDEX)}{when}")
    values = {
        "title": title,
        "fields": [*_fields(ask, kind)],
        "is_search": kind == "search",
        "words": ask.asked.words,
        "kept": carried(ask, "as_of", "rev"),
        "shown": _SHOWN,
        "body": html.sections(document, places) if document else "",
    }
    content = fill("serve/list.html", **{"about": "", "more": "", **values, **more})
    return ServedPage(title=title, content=content)


_UNDO = (
    give("/undo/", _undo_page, "proposer"),
    take("/undo/", _taken_back, "proposer"),
)
_INBOX = (give("/inbox/", _inbox),)
_RECORDING = (*_INBOX, *people.ENTRIES, *forms.ENTRIES, *_UNDO, *sitting.ENTRIES)
_READING = (
    read("/status/", _status),
    read("/list/{kind}/", _list, of_records=True),
    read("/search/", _search, of_records=True),
)


def entries(*, read_only: bool = False, is_team: bool = False) -> tuple[Endpoint, ...]:
    """Return all addresses, without those that record if `read_only`; those of a team besides."""
    own = team.ENTRIES if is_team else ()
    return (*own, *(() if read_only else _RECORDING), *_READING, *PAGES, *added())
