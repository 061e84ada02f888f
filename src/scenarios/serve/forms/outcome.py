"""The result of a form as HTML: faults, effects, and the text that is written."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import unified_diff

from scenarios.errors import Problem
from scenarios.paths import id_of, kind_of
from scenarios.render.document import Document
from scenarios.render.writers import html
from scenarios.render.writers.html import safe
from scenarios.serve.forms.form import SURE, Attempt, FieldGroup, Form, Recorder, Typed, labels
from scenarios.serve.forms.html import fault_of
from scenarios.storage.edits import Draft
from scenarios.workspace.guards import new_analyst
from scenarios.workspace.writing import Written, moved_or_changed


def result_words(form: Form, groups: Iterable[FieldGroup], tried: Attempt) -> str:
    """In a few words, for who listens too: what is wrong, and what is missing."""
    known = labels(groups)
    faults = _faults(tried, known)
    if tried.missing:
        names = ", ".join(known.get(name, name) for name in tried.missing)
        faults += f"<p>Still needed: {safe(names)}.</p>"
    if tried.written and form.is_text and not tried.written.warnings:
        is_other = bool(tried.written.drafts)
        faults += f"<p>{'No faults' if is_other else 'Nothing is changed'}.</p>"
    return faults


def outcome(form: Form, by: Recorder, typed: Typed, tried: Attempt) -> str:
    """The panel beside the form before it is saved."""
    parts = [_problems(form, tried), _changed(by, tried), _doubts(typed, tried)]
    if tried.written:
        doubt = new_analyst(by.database, by.analyst) if by.analyst else None
        parts += [f"<p>{safe(doubt)}</p>" if doubt else "", *_remarks(form, tried.written)]
        parts.append(_effects(by, form.report(by, tried.written, typed)))
        if tried.written.drafts:
            parts.append(f"<h3>What will be written</h3>{texts(tried.written)}")
        if (commit := tried.written.committed) and commit.subject:
            parts.append(f"<p>The commit: {safe(commit.subject)}</p>")
    return "".join(parts)


def at_fields(groups: Iterable[FieldGroup], tried: Attempt) -> str:
    """The faults of all fields, each for its own place."""
    return "".join(fault_of(name, tried.faults, apart=True) for name in labels(groups))


def done(by: Recorder, written: Written, document: Document) -> str:
    """The written change."""
    leads = [*map(_leads, written.drafts), *("" for _ in written.attached)]
    files = "".join(map(_file, written.paths, leads))
    listed = f'<ul class="plain">{files}</ul>' if written.drafts else "<p>Nothing to change.</p>"
    text = f"<h2>What was written</h2>{texts(written)}" if written.drafts else ""
    return "".join(
        [listed, _committed(written), *_remarks(None, written), _effects(by, document), text]
    )


def _leads(draft: Draft) -> str:
    """Where what was written is shown."""
    kind, id = kind_of(draft.path), id_of(draft.path)
    folder = {"evidence": "e", "scenario": "s"}.get(kind)
    if draft.new is None:
        return ""
    return f"/{folder}/{id}/" if folder else f"/records/{draft.path}"


def _file(path: str, leads: str) -> str:
    link = f"<code>{safe(path)}</code>"
    return f'<li><a href="{leads}">{link}</a></li>' if leads else f"<li>{link}</li>"


def texts(written: Written) -> str:
    """Each file: a new one whole, of another what changes in it."""
    return "".join(
        f'<div class="scroll" role="group" tabindex="0" aria-label="{safe(path)}">'
        f'<pre class="yaml">{_text(path, draft.old, draft.new)}</pre></div>'
        for path, draft in moved_or_changed(written)
    )


def _text(path: str, old: bytes | None, new: bytes | None) -> str:
    if old is None and new is not None:
        return f"<b>{safe(path)}</b>\n{_lines(new)}"
    was, now = (
        data.decode("utf-8", "replace").splitlines() if data is not None else []
        for data in (old, new)
    )
    diff = [*unified_diff(was, now, lineterm="", n=2)][2:]
    rows = ("…" if line.startswith("@@") else _marked(line) for line in diff[1:])
    return "\n".join([f"<b>{safe(path)}</b>", *rows])


def _lines(data: bytes) -> str:
    return "\n".join(safe(line) for line in data.decode("utf-8", "replace").split("\n"))


def _marked(line: str) -> str:
    tag = {"+": "ins", "-": "del"}.get(line[:1])
    return f"<{tag}>{safe(line)}</{tag}>" if tag else safe(line)


def _effects(by: Recorder, document: Document) -> str:
    places = {f"s-{id}": f"/s/{id}/" for id in by.database.scenarios}
    return f'<div class="effects">{html.blocks(document, places)}</div>' if document else ""


def _faults(tried: Attempt, known: dict[str, str]) -> str:
    """Those that have no field, and how many have one."""
    own = [*tried.faults.get("", ())]
    own += [
        f"{name.partition(':')[2] or name}: {fault}"
        for name, faults in tried.faults.items()
        if name and name not in known
        for fault in faults
    ]
    elsewhere = [known[name] for name in tried.faults if name in known]
    if elsewhere:
        own.append(f"Not right yet: {', '.join(elsewhere)}.")
    return "".join(f'<p class="attention">{safe(fault)}</p>' for fault in own)


def _doubts(typed: Typed, tried: Attempt) -> str:
    """Warnings that must be confirmed before saving."""
    if not tried.doubts:
        return ""
    doubts = "".join(f"<p>{safe(doubt)}</p>" for doubt in tried.doubts)
    on = " checked" if typed.first(SURE) else ""
    return (
        f'{doubts}<p class="field check"><label>'
        f'<input type="checkbox" name="{SURE}" value="yes"{on}>'
        " Record this one all the same</label></p>"
    )


def _problems(form: Form, tried: Attempt) -> str:
    """Those of a text, each with a way to its place."""
    warnings = tried.written.warnings if form.is_text and tried.written else ()
    rows = "".join(map(_problem, (*tried.problems, *warnings)))
    return f'<ul class="plain">{rows}</ul>' if rows else ""


def _problem(problem: Problem) -> str:
    place = f'data-line="{problem.line}" data-column="{problem.column}"'
    level = "" if problem.severity == "error" else "warning: "
    hint = f" ({problem.hint})" if problem.hint else ""
    return (
        f'<li><a href="#f-text" {place}>{safe(problem.path)}:{problem.line}:{problem.column}</a>'
        f" {safe(f'{level}{problem.rule}: {problem.message}{hint}')}</li>"
    )


def _changed(by: Recorder, tried: Attempt) -> str:
    """The other version beside the own one; who has seen it may go on from it."""
    if tried.changed is None:
        return ""
    now, path = by.opened.snapshot.get(tried.changed), tried.changed
    text = _lines(now) if now is not None else safe("(the file is gone)")
    digest = by.opened.digest(path)
    return (
        f'<h3>As it is now</h3><div class="scroll" role="group" tabindex="0"'
        f' aria-label="{safe(path)}"><pre class="yaml"><b>{safe(path)}</b>\n{text}</pre></div>'
        '<p class="field check"><label><input type="checkbox" name="seen"'
        f' value="{safe(path)} {digest}"> I have seen this version: go on from it</label></p>'
    )


def _remarks(form: Form | None, written: Written) -> list[str]:
    warnings = () if form and form.is_text else written.warnings
    words = [*written.mended, *map(str, warnings)]
    return [f"<p>{safe(word)}</p>" for word in words]


def _committed(written: Written) -> str:
    done = written.committed
    if done is None:
        return ""
    parts = []
    if done.also:
        names = ", ".join(done.also)
        parts.append(f"Uncommitted changes from before went into the commit too: {names}.")
    if done.oid:
        parts.append(f"Committed as {done.oid[:7]}: {done.subject}")
    paragraphs = "".join(f"<p>{safe(part)}</p>" for part in parts)
    if done.fault:
        paragraphs += (
            f'<p class="attention">Written, and not committed: {safe(str(done.fault))}</p>'
        )
    if done.output:
        paragraphs += f"<pre>{_lines(done.output.encode())}</pre>"
    return paragraphs
