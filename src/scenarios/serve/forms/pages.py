"""The pages of the forms: shown, tried while somebody types, saved, and reported."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from markupsafe import Markup
from msgspec.structs import replace
from starlette.datastructures import FormData, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from scenarios.errors import ScenError
from scenarios.model import ScenarioId
from scenarios.render.templating import fill, macro
from scenarios.serve import people
from scenarios.serve.exchange import Endpoint, PageRequest, Reply, ServedPage, give, plain, take
from scenarios.serve.forms import corrections, html, proposals
from scenarios.serve.forms.form import (
    AS_DATED,
    SWITCHES,
    FieldGroup,
    Form,
    FormContext,
    FormResult,
    FormValues,
    as_seen,
    attempt,
    labels,
    seen,
    typed,
    version,
)
from scenarios.serve.forms.tasks import EVIDENCE, FORECAST, RATING, form_of
from scenarios.storage.drafts import (
    FormDraft,
    drop_draft,
    keep_draft,
    saved_draft,
    saved_drafts,
)
from scenarios.workspace.input import typed_in
from scenarios.workspace.opened import OpenDatabase
from scenarios.workspace.tasks import dismissal, evidence, indicator, scenario, source
from scenarios.workspace.writing import WriteResult

FORMS: tuple[Form, ...] = (
    EVIDENCE,
    RATING,
    FORECAST,
    *map(form_of, (indicator.TASK, source.TASK, scenario.TASK, scenario.RESOLUTION)),
    *map(form_of, (evidence.RETRACTION, scenario.CLARIFICATION, dismissal.TASK)),
    proposals.ITEM,
    proposals.QUESTION,
    corrections.EVERY_KEY,
    corrections.WHOLE_FILE,
)
_OF_ANOTHER = (
    "This page was made by another version of scen, or for other rules. What you typed is kept:"
    " check it and save again."
)
_KNOWN_BY = ("summary", "title", "scenario", "evidence", "id")
_CHUNK = 1 << 20


def recorder(ask: PageRequest, form: Form, sent: Path | None = None) -> FormContext:
    """The recorder of a form, always on the files as they are."""
    opened, desk = ask.live_database.latest.opened, ask.live_database
    who, today = people.analyst_of(ask), typed_in.today()
    mode = ask.mode(form.role)
    by = FormContext(opened.root, opened, today, who, people.hidden(ask), sent, mode, desk.is_late)
    return by._replace(is_blind=desk.is_blind)


class SubmittedForm(NamedTuple):
    """A form, who fills it in, what was typed, and its fields."""

    form: Form
    by: FormContext
    sent: FormValues
    groups: Sequence[FieldGroup]


def _form_page(form: Form, ask: PageRequest) -> ServedPage:
    ask.live_database.refresh()
    query = ask.request.url.query
    address = f"/record/{form.name}/{f'?{query}' if query else ''}"
    by, owner = recorder(ask, form), ask.person.login
    if draft := saved_draft(by.root, address, owner):
        sent = FormValues({**draft.texts, "at": (address,)}, is_sent=True)
        filled = SubmittedForm(form, by, sent, _groups(form, by, sent))
        return _page(ask, filled, _tried(form, by, sent, ask), is_kept=True)
    pairs = [*ask.request.query_params.multi_items(), ("at", address)]
    values = typed(pairs, is_sent=False)
    return _page(ask, SubmittedForm(form, by, values, _groups(form, by, values)), FormResult())


def _groups(form: Form, by: FormContext, sent: FormValues) -> Sequence[FieldGroup]:
    """The groups of a form; whether to commit is asked where that is not settled."""
    groups = form.groups(by, sent)
    if not by.mode.commit:
        return groups
    return [AS_DATED if group is SWITCHES else group for group in groups]


def _draft_address(form: Form, by: FormContext, sent: FormValues, owner: str) -> str:
    """The address of a form, under which its draft is kept now, or dropped."""
    address = sent.first("at")
    if not re.fullmatch(rf"/record/{form.name}/(\?[!-~]*)?", address):
        address = f"/record/{form.name}/"
    with suppress(ScenError):  # then it is kept in the page alone
        if sent.first("do") == "drop":
            drop_draft(by.root, address, owner)
        else:
            texts = {name: text for name, text in sent.texts.items() if name != "do"}
            keep_draft(by.root, FormDraft(address, texts, owner))
    return address


def _record(form: Form, ask: PageRequest, data: FormData) -> Reply:
    ask.live_database.refresh()
    sent_texts = typed(((k, v) for k, v in data.multi_items() if isinstance(v, str)), is_sent=True)
    is_live = "hx-request" in ask.request.headers
    with _received(data) as sent:
        by, desk, owner = recorder(ask, form, sent), ask.live_database, ask.person.login
        address = _draft_address(form, by, sent_texts, owner)
        by = by._replace(others=ask.live_database.edits(form.rests_on(by, sent_texts)))
        if sent_texts.first("do") == "drop":
            return _leading(address, is_live=is_live)
        tried = FormResult()
        if sent_texts.first("do") == "save":
            if sent_texts.first("form") != version(form.name):
                tried = FormResult(faults={"": [_OF_ANOTHER]})
            else:
                name = _name(sent_texts, data, owner)
                saved = ask.request.app.state.saved

                def save(opened: OpenDatabase) -> WriteResult | None:
                    nonlocal tried
                    if saved.get(name):
                        return None
                    now = by._replace(
                        opened=desk.opened(opened), mode=by.mode._replace(read=opened)
                    )
                    tried = attempt(form, now, sent_texts, writes=True)
                    if written := tried.written:
                        tried = replace(tried, written=desk.shown(written))
                        saved.put(name, _saved_page(form, now, sent_texts, tried))
                    return written

                desk.write(save)
                if saved.get(name):
                    drop_draft(by.root, address, owner)
                    return _leading(f"/recorded/{name}/", is_live=is_live)
        else:
            tried = _tried(form, by, sent_texts, ask)
        groups = _groups(form, by, sent_texts)
    filled = SubmittedForm(form, by, sent_texts, groups)
    if not is_live:
        return _page(ask, filled, tried)
    is_other = sent_texts.first("form") != version(form.name)
    if is_other or sent_texts.first("shape") != _shape(groups):  # it asks for something else now
        whole = {"HX-Retarget": "#record", "HX-Reswap": "outerHTML"}
        return HTMLResponse(_form(filled, tried), headers=whole)
    seen = _source_file(form, by, sent_texts)
    parts = fill(
        "serve/typed.html",
        outcome=html.outcome(form, by, sent_texts, tried),
        words=html.result_words(form, groups, tried),
        faults=html.at_fields(groups, tried),
        seen="" if [seen] == sent_texts.every("seen") else seen,  # a tick that was sent goes
    )
    return HTMLResponse(parts)


def _tried(form: Form, by: FormContext, sent: FormValues, ask: PageRequest) -> FormResult:
    """Try a form: the change that it would write, as the person may see it."""
    tried = attempt(form, by, sent, writes=False)
    return replace(tried, written=tried.written and ask.live_database.shown(tried.written))


def _name(sent: FormValues, data: FormData, owner: str) -> str:
    """Digest by which a form that is sent again is recognized; other texts give another."""
    files = [
        f"{file.filename} {file.size}"
        for _, file in data.multi_items()
        if not isinstance(file, str)
    ]
    return sha256(repr((owner, sorted(sent.texts.items()), files)).encode()).hexdigest()[:24]


def _shape(groups: Sequence[FieldGroup]) -> str:
    """Digest of the fields and notes of a form."""
    asked = [*labels(groups)], [group.note for group in groups]
    return sha256(repr(asked).encode()).hexdigest()[:12]


def _source_file(form: Form, by: FormContext, sent: FormValues) -> str:
    """The file that the form was filled from, and its digest then."""
    was, now = next(iter(seen(sent)), ""), form.rests_on(by, sent) or ""
    is_same = sent.is_sent and was == now
    return sent.every("seen")[-1] if is_same and was else as_seen(form, by, sent)


def _leading(address: str, *, is_live: bool) -> Response:
    if is_live:
        return Response(headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


@contextmanager
def _received(data: FormData) -> Iterator[Path | None]:
    """The uploaded file in a temporary folder, or None."""
    sent = data.get("attachment")
    if not isinstance(sent, UploadFile) or not sent.filename:
        yield None
        return
    with TemporaryDirectory(prefix="scen-") as folder:
        ending = os.path.splitext(sent.filename)[1]  # noqa: PTH122 - a name, and no path of ours
        path = Path(folder, f"sent{ending if ending[1:].isalnum() else ''}"[:40])
        with path.open("wb") as file:
            while chunk := sent.file.read(_CHUNK):
                file.write(chunk)
        yield path


def _page(
    ask: PageRequest, filled: SubmittedForm, tried: FormResult, *, is_kept: bool = False
) -> ServedPage:
    form, sent = filled.form, filled.sent
    head = plain(form.title, *([form.lead] if form.lead else []))
    others = macro("serve/outcome.html", "editing")(
        ask.live_database.edits(form.rests_on(filled.by, sent))
    )
    content = head + people.who_records(ask) + others + _form(filled, tried, is_kept=is_kept)
    status = 403 if tried.is_forbidden else 422 if sent.first("do") == "save" else 200
    return ServedPage(title=form.title, content=content, live=False, status=status)


def _form(filled: SubmittedForm, tried: FormResult, *, is_kept: bool = False) -> Markup:
    form, by, sent, groups = filled
    hidden_fields = {
        "form": version(form.name),
        "ticket": sent.first("ticket") or ticket(),
        "shape": _shape(groups),
        "at": sent.first("at"),
    }
    return fill(
        "serve/form.html",
        form=form,
        kept=hidden_fields,
        is_kept=is_kept,
        seen=_source_file(form, by, sent),
        groups=groups,
        typed=sent,
        faults=tried.faults,
        words=html.result_words(form, groups, tried) if sent.is_sent else "",
        result=html.outcome(form, by, sent, tried) if sent.is_sent else "",
    )


def _saved_page(form: Form, by: FormContext, sent: FormValues, tried: FormResult) -> SavedPage:
    assert tried.written is not None  # noqa: S101 - else nothing is reported
    document = form.report(by, tried.written, sent)
    page = html.done(form, by, sent, tried.written, document)
    return SavedPage(page, by.hidden, by.mode.person)


def _overview(ask: PageRequest) -> ServedPage:
    forms = [form for form in FORMS if ask.person.may(form.role)]
    ways = (
        *((f"/record/{form.name}/", form.title, form.lead) for form in forms),
        ("/inbox/", "Inbox", "what is proposed and not yet accepted"),
        ("/sitting/", "The weekly sitting", "forecast what is due without seeing the others"),
        ("/undo/", "Undo", "the last change"),
    )
    titles = {f"/record/{form.name}/": form.title for form in FORMS}
    drafts = [
        (
            draft.address,
            title,
            next((text for key in _KNOWN_BY for text in draft.texts.get(key, ())), ""),
        )
        for draft in saved_drafts(ask.live_database.root, ask.person.login)
        if (title := titles.get(draft.address.partition("?")[0]))
    ]
    ways = tuple(way for way in ways if ask.may(way[0]))
    content = fill("serve/record.html", who=people.who_records(ask), ways=ways, drafts=drafts)
    return ServedPage(title="Record", content=content, live=False)


def _recorded(ask: PageRequest) -> ServedPage:
    gone = "The server was restarted and no longer knows what was recorded; the review shows it."
    page: SavedPage | None = ask.request.app.state.saved.get(ask.part("ticket"))
    page = page if page and page.login == ask.person.login else None
    content = page.page if page else plain("Recorded", gone)
    if not {*people.hidden(ask)} <= {*(page.hidden if page else ())}:
        content = plain("Recorded", "What it did is shown after the sitting.")
    return ServedPage(title="Recorded", content=content, live=False)


def _entries(form: Form) -> tuple[Endpoint, Endpoint]:
    path = f"/record/{form.name}/"
    return (
        give(path, lambda ask: _form_page(form, ask), form.role),
        take(path, lambda ask, data: _record(form, ask, data), form.role),
    )


ENTRIES = (
    *(entry for form in FORMS for entry in _entries(form)),
    give("/record/", _overview, "proposer"),
    give("/recorded/{ticket}/", _recorded, "proposer"),
)


def ticket() -> str:
    """The name of one form on one page."""
    return secrets.token_urlsafe(9)


class SavedPage(NamedTuple):
    """A page, the scenarios whose figures it leaves out, and the login of the person it is for."""

    page: str
    hidden: Collection[ScenarioId] = ()
    login: str = ""
