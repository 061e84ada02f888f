"""The last recording command, taken back."""

from __future__ import annotations

from hashlib import sha256
from html import escape

import msgspec
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse

from scenarios.errors import ScenError
from scenarios.render.writers.shell import safe
from scenarios.serve import people
from scenarios.serve.exchange import Ask, Made, Page, give, take
from scenarios.serve.forms.outcome import texts
from scenarios.serve.forms.saved import Saved, Told, ticket
from scenarios.workspace.corrections.undoing import undo
from scenarios.workspace.how import TRIED, How
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
